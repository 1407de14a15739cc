"""The errors that a user can do something about, one class for each different thing to do."""


import errno


class MathvizError(Exception):
    """What went wrong, in words for the person at the keyboard. Never shown with a traceback."""

    exit_code = 1


class NotFound(MathvizError):
    """A name that does not exist: choose one of those that do."""

    exit_code = 2


class ScriptError(MathvizError):
    """A script that says something it may not, or leaves something out: edit the YAML."""

    exit_code = 2


class ToolMissing(MathvizError):
    """A program, library or font is not installed: install the package that is named."""


class ToolFailed(MathvizError):
    """A program that is there hangs or fails: run it alone, as the message has it."""


class ToolKilled(ToolFailed):
    """A program was ended by a signal, twice: memory may be short. Fewer jobs at once need less."""


class TraceDamaged(MathvizError):
    """A trace file is not what was written: it is set aside and computed again."""


class CheckFailed(MathvizError):
    """A computation left something untrue: mend the concept. Nothing was saved."""


class ConceptFailed(MathvizError):
    """A concept's code raised an exception: mend it at the line that is named."""


class RenderFailed(MathvizError):
    """A film could not be drawn or encoded. Nothing partial has a final name."""


class Stuck(RenderFailed):
    """A scene does nothing, or a beat plays nothing: mend the line that is named. Another try would come as far."""


ALIKE = (Stuck, ToolFailed)
"""What comes to every version of a film if it comes to one: nobody waits for it again."""


class FilmDamaged(MathvizError):
    """A film is not what its manifest says: render it again. No page shows it."""


class OutOfPlace(MathvizError):
    """A name in a file or an address leads out of the folder that it belongs to: it is refused."""


class FrameMismatch(MathvizError):
    """A frame is not its reference: look at both, then mend the scene or accept the frame."""


class NotNarrated(MathvizError):
    """A film cannot be narrated: its recordings lack or do not fit. Record, or make, those that are named."""


class StageError(MathvizError):
    """A scene asks for what cannot be shown: edit the scene, at the line that is named."""

    exit_code = 2


TODO = {
    errno.ENOSPC: "Make room, or choose another disk", errno.EDQUOT: "Make room, or choose another disk",
    errno.EACCES: "Choose a folder that you may write to, or change its rights",
    errno.EPERM: "Choose a folder that you may write to, or change its rights",
    errno.EROFS: "Choose a folder on another disk: this one can only be read",
    errno.EEXIST: "Something else has that name: delete it, or choose another",
    errno.ENOTDIR: "A file is where a folder should be: delete it, or choose another",
    errno.EISDIR: "A folder is where a file should be: delete it, or choose another",
}  # fmt: skip


OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}
"""What is the disk's fault, whoever was writing."""


def sentence(error: OSError) -> str:
    """What a disk refused, of which file, and what to do about it."""
    if error.errno is None or error.strerror is None:
        return f"{type(error).__name__}: {error}"
    path = error.filename2 or error.filename
    says = f"{path}: {error.strerror}" if path else error.strerror
    return f"{says}. {TODO[error.errno]}." if error.errno in TODO else says
