"""What a scene's exceptions say to whoever wrote it: file, line, beat, words."""

from __future__ import annotations

import difflib
import dis
import inspect
import re
import traceback
from pathlib import Path
from types import TracebackType

from mathviz.project import loading
from mathviz.project.errors import RenderFailed

TEX_PROGRAMS = {"latex": "texlive-latex-extra", "xelatex": "texlive-xetex", "dvisvgm": "dvisvgm"}
TEX_PACKAGES = {
    "physics.sty": "texlive-science", "dsfont.sty": "texlive-fonts-extra", "tipa.sty": "tipa",
    "ctex.sty": "texlive-lang-chinese", "xeCJK.sty": "texlive-lang-chinese", "standalone.cls": "texlive-latex-extra",
}  # fmt: skip
"""What Debian calls the packages of programs and files that manimgl's templates need, those that are often missing."""


def failed(error: BaseException, beat: str = "") -> RenderFailed:
    """The failure that an exception in a scene is, with the innermost place in it that is the author's own."""
    frames = list(traceback.extract_tb(error.__traceback__))
    own = [frame for frame in frames if not is_librarys(frame.filename)] or frames
    place = f"{own[-1].filename}, line {own[-1].lineno}" if own else "an unknown place"
    inside = f", in the beat {beat}" if beat else ""
    return RenderFailed(f"{place}{inside}: {words(error)}")


def words(error: BaseException) -> str:
    """An exception as Python writes it, and what it means where a scene leaves by one."""
    said = f"{type(error).__name__}: {error}" if str(error) not in ("", "None") else type(error).__name__
    if isinstance(error, (SystemExit, KeyboardInterrupt)):
        return f"the scene ended itself ({said}), and nothing of it is kept. Where it is over, say `return`"
    if isinstance(error, FileNotFoundError) and error.filename in TEX_PROGRAMS:
        return f"{error.filename} is missing. Install: apt-get install {TEX_PROGRAMS[error.filename]}"
    if type(error).__name__ == "LatexError" and (lacking := re.search(r"File [`']([^']+)' not found", str(error))):
        package = TEX_PACKAGES.get(lacking[1], "texlive-latex-extra texlive-science texlive-fonts-extra")
        return f"LaTeX has no {lacking[1]}. Install: apt-get install {package}"
    return " ".join(said.split()) if type(error).__name__ == "LatexError" else said


def why_nothing_plays(kind: type) -> str:
    """What there is to say of a scene that plays nothing and waits for nothing; empty for one that means it."""
    construct = inspect.getattr_static(kind, "construct")
    if inspect.isgeneratorfunction(construct):
        return "construct has a `yield`, so nothing of it is played; take it out"
    if construct.__module__.startswith("manimlib."):
        own = [name for part in kind.__mro__ if not part.__module__.startswith("manimlib.") for name in vars(part)]
        near = difflib.get_close_matches("construct", own, n=1)
        return f"{kind.__name__} has no construct" + (f"; is {near[0]} meant to be it?" if near else "")
    return ""


def is_librarys(file: str) -> bool:
    """Whether a file's code is Python's, a library's or this package's."""
    return file.startswith("<") or loading.is_library(str(Path(file).parent))


def was_raised(error: BaseException) -> bool:
    """Whether a ``raise`` in Python's code brought it; Ctrl-C brings a KeyboardInterrupt to any place."""
    last: TracebackType | None = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last is not None and last.tb_frame.f_code.co_code[last.tb_lasti] == dis.opmap["RAISE_VARARGS"]
