"""Animated explainers of machine learning in which every number was computed.

    concept → trace → mobject → beat → frame → film → page
    (compute)  (data)   (looks)   (story) (engine) (ffmpeg) (gallery)

Read in that order:

    project.py     where a project keeps its scenes, traces and films
    concepts/      the mathematics: torch and scipy in, a trace out
    trace.py       what may leave a computation: frozen, checked, saved, loaded
    new/           the four files that a film begins with
    compute.py     finds a trace: recorded, cached, or computed in a process of its own
    script.py      the words of a film, in every language, from scenes/<stem>.yaml
    style.py       what colours mean, how large text is, how long things take
    mobjects/      how a trace looks
    stage.py       the Scene that every film extends: beats, captions, traces
    render/        catalog → plan → inputs → cache → farm → worker → engine → encode → report
    difference.py  how far one picture is from another
    frames.py      compares a frame, and what is on it, with its reference
    contact_sheet.py  all frames on one page, with what differs
    pytest_plugin.py  pytest --mathviz-frames
    lint/          rules of legibility and safety, over what is on screen and over finished films
    check.py       everything that must hold before a film is done
    gallery/       films → site → embed: the pages that show films, and what a post pastes
    preview/       changes → easel → versions → studio → serve: a page that draws anew what is saved
    doctor.py      what is installed, and what brings what is missing
    cluster/       bundle → station → line → remote → crew: films drawn on many machines; scale: how far that goes
    docs/          the pages that come with the package: commands, mobjects, numbers, frames
    cli.py         the command line
"""

__version__ = "0.1.0"
