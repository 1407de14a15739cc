"""A page beside the editor that shows a film beat by beat, and draws anew what is saved.

    changes.py    what a scene and its script say, by the beats it concerns
    easel.py      the processes that draw: one stands before each beat, with all that came before on screen
    versions.py   what is known of the film in one language and theme, and so what is to be done about each beat
    studio.py     which beats a change concerns, who draws them, what came out
    serve.py      the page on this machine alone, and what it is told while it is open
    page/         the page itself
"""
