"""Rules of legibility and safety, over what is on screen and over finished files.

    observe.py    plays a film without drawing it and notes what is on screen when
    known.py      what was seen and found before, as long as nothing that decides it changes
    rules.py      what is seen → findings
    files.py      finished films and their manifests → findings
    report.py     findings as text, JSON and SARIF, and the places marked on their frames
"""
