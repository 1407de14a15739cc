"""What a scene's exceptions say to whoever wrote it: file, line, beat, words."""

from __future__ import annotations

import difflib
import dis
import inspect
import re
import traceback
from pathlib import Path
from types import TracebackType

from mathviz.project import tracebacks
from mathviz.project.errors import OF_THE_DISK, MathvizError, RenderFailed, Stuck, sentence
from mathviz.project.tracebacks import is_librarys

TEX_PROGRAMS = {"latex": "texlive-latex-extra", "xelatex": "texlive-xetex", "dvisvgm": "dvisvgm"}
TEX_PACKAGES = {
    "physics.sty": "texlive-science", "dsfont.sty": "texlive-fonts-extra", "tipa.sty": "tipa",
    "ctex.sty": "texlive-lang-chinese", "xeCJK.sty": "texlive-lang-chinese", "standalone.cls": "texlive-latex-extra",
}  # fmt: skip
"""What Debian calls the packages of programs and files that manimgl's templates need, those that are often missing."""


PLACE = re.compile(r"\S+\.(yaml|py):\d+: ")
"""How an error begins that names its place."""


def failed(error: BaseException, beat: str = "") -> RenderFailed:
    """The failure that an exception in a scene is, with the innermost place in it that is the author's own."""
    if isinstance(error, OSError) and error.errno in OF_THE_DISK:
        return RenderFailed(f"{beat or 'the film'} could not be kept: {sentence(error)}")
    if type(error).__module__ == "sqlite3":
        todo = "Make room, or name another folder in MATHVIZ_CACHE"
        return RenderFailed(f"typeset texts could not be kept: {error}. {todo}")
    inside = f", in the beat {beat}" if beat else ""
    return RenderFailed(f"{tracebacks.place(error)}{inside}: {words(error)}")


def placed(error: MathvizError, beat: str = "") -> MathvizError:
    """An error of ours that a scene's code brought, with the place in the scene; as it is where it names one."""
    frames = [frame for frame in tracebacks.own(error) if not is_librarys(frame.filename)]
    told = frames and (frames[-1].filename in str(error) or PLACE.match(str(error)) or _is_the_stages(error))
    if not frames or told or isinstance(error, Stuck):
        return error
    inside = f", in the beat {beat}" if beat else ""
    return type(error)(f"{frames[-1].filename}, line {frames[-1].lineno}{inside}: {error}")


def _is_the_stages(error: BaseException) -> bool:
    """Whether an error came while the stage looked at script and trace, which no line of the scene decides."""
    return any(frame.name == "setup" and Path(frame.filename).match("mathviz/stage/explainer.py")
               for frame in traceback.extract_tb(error.__traceback__))  # fmt: skip


def words(error: BaseException) -> str:
    """An exception as Python writes it, and what it means where a scene leaves by one."""
    said = tracebacks.words(error)
    if isinstance(error, (SystemExit, KeyboardInterrupt)):
        return f"the scene ended itself ({said}), and nothing of it is kept. Where it is over, say `return`"
    if isinstance(error, FileNotFoundError) and error.filename in TEX_PROGRAMS:
        return f"{error.filename} is missing. Install: apt-get install {TEX_PROGRAMS[error.filename]}"
    formula = _formula(error)
    if "cannot be converted to an animation" in said:
        said += "; play takes animations, such as FadeIn(it) or it.animate.shift(UP)"
    if type(error).__name__ == "LatexError":
        if lacking := re.search(r"File [`']([^']+)' not found", str(error)):
            package = TEX_PACKAGES.get(lacking[1], "texlive-latex-extra texlive-science texlive-fonts-extra")
            return f"LaTeX has no {lacking[1]}. Install: apt-get install {package}"
        said = f"LaTeX refuses {formula or 'a formula'}: {' '.join(str(error).split())}"
    elif formula and isinstance(error, ValueError):
        said += f", in the formula {formula}"
    return said


def _formula(error: BaseException) -> str:
    """The LaTeX that manimgl was making when an exception came; empty for others."""
    found, step = "", error.__traceback__
    while step is not None:
        code, known = step.tb_frame.f_code, step.tb_frame.f_locals
        if code.co_name == "__init__" and "manimlib" in code.co_filename and "tex_string" in known:
            found = " ".join(str(known["tex_string"]).split())
        step = step.tb_next
    return found


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


def was_raised(error: BaseException) -> bool:
    """Whether a ``raise`` in Python's code brought it; Ctrl-C brings a KeyboardInterrupt to any place."""
    last: TracebackType | None = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last is not None and last.tb_frame.f_code.co_code[last.tb_lasti] == dis.opmap["RAISE_VARARGS"]
