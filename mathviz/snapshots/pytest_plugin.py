"""pytest --mathviz-frames: a test for every snapshot of every film and scene file of a project.

Without the flag it does nothing and imports neither manimgl nor torch. Films and scene files are those in
``scenes/``; an ini setting names others: ``mathviz_scenes = animations/*.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mathviz.project import Project
from mathviz.project.errors import MathvizError

if TYPE_CHECKING:
    from mathviz.snapshots.contact_sheet import ContactSheet
    from mathviz.snapshots.frames import Frame, Snapshot

SHEET: pytest.StashKey[ContactSheet] = pytest.StashKey()
WRITTEN: pytest.StashKey[str] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The flag and the setting."""
    parser.getgroup("mathviz").addoption(
        "--mathviz-frames", action="store_true",
        help="also compare the frames of manimgl scenes in scenes/ with their references",
    )  # fmt: skip
    parser.addini("mathviz_scenes", "scene files whose frames --mathviz-frames compares, as patterns from the root",
                  type="args", default=["scenes/*.py"])  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    """Add the snapshots' tests, before -k and -m choose among all."""
    if not config.getoption("mathviz_frames"):
        return
    from mathviz.snapshots import frames

    project, patterns = Project.of_scenes(config.rootpath), config.getini("mathviz_scenes")
    paths = sorted({path for pattern in patterns for path in project.root.glob(pattern)})
    if not paths:
        raise pytest.UsageError(
            f"--mathviz-frames: {project.root} has no scene files {' '.join(patterns)}; set mathviz_scenes"
        )
    for path in paths:
        try:
            stem = frames.stem_of(project, path)
            snapshots = frames.wanted(project, stem)
        except MathvizError as error:
            raise pytest.UsageError(f"--mathviz-frames: {path}: {error}") from None
        for version in dict.fromkeys(snapshot.version for snapshot in snapshots):
            mine = [snapshot for snapshot in snapshots if snapshot.version == version]
            name = "/".join(part for part in ("frames", stem, version) if part)
            film = Version.from_parent(session, name=name, nodeid=name, project=project, snapshots=mine)
            items += film.collect()


class Version(pytest.Collector):
    """One version of a film, or a scene file: its snapshots are drawn together when the first is asked for."""

    def __init__(self, *, project: Project, snapshots: list[Snapshot], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.project, self.snapshots = project, snapshots
        self.drawn: dict[Snapshot, Frame] = {}

    def collect(self) -> list[pytest.Item]:
        """A test for each snapshot."""
        return [SnapshotTest.from_parent(self, name=snapshot.name, snapshot=snapshot) for snapshot in self.snapshots]

    def frame(self, snapshot: Snapshot) -> Frame:
        """A snapshot's frame; the first time, all frames that are still to be compared are drawn."""
        from mathviz.snapshots import frames

        if snapshot not in self.drawn:
            chosen = [item.snapshot for item in self.session.items if item.parent is self]  # type: ignore[attr-defined]
            one = self.snapshots[0]
            self.drawn = frames.draw(self.project, one.stem, one.language, one.theme, chosen)
        return self.drawn.pop(snapshot)


class SnapshotTest(pytest.Item):
    """A snapshot is its reference."""

    parent: Version

    def __init__(self, *, snapshot: Snapshot, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.snapshot = snapshot
        self.add_marker("mathviz_frames")

    def runtest(self) -> None:
        """Draw it and compare it."""
        from mathviz.project.errors import FrameMismatch
        from mathviz.snapshots import contact_sheet, verdict

        project = self.parent.project
        found = verdict.judge(project, self.snapshot, self.parent.frame(self.snapshot))
        self.config.stash.setdefault(SHEET, contact_sheet.ContactSheet(project)).add(found)
        if found.failure:
            raise FrameMismatch(found.failure)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What a user can do something about is said without a traceback."""
        if isinstance(excinfo.value, MathvizError):
            return f"{type(excinfo.value).__name__}: {excinfo.value}"
        return super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """Where the picture comes from, and which it is."""
        from mathviz.snapshots import frames

        return frames.scene_file(self.parent.project, self.snapshot.stem), None, self.snapshot.title


def pytest_configure(config: pytest.Config) -> None:
    """Make the tests' mark known."""
    config.addinivalue_line("markers", "mathviz_frames: compares a frame of a scene with its reference")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the report if a frame is not its reference; each worker of pytest-xdist writes its own."""
    sheet = session.config.stash.get(SHEET, None)
    if sheet is not None and sheet.failures:
        worker = getattr(session.config, "workerinput", {}).get("workerid", "")
        session.config.stash[WRITTEN] = str(sheet.write(f"report{'.' if worker else ''}{worker}.html"))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say where the report is."""
    written = config.stash.get(WRITTEN, None)
    if written:
        terminalreporter.write_line(f"mathviz: frames side by side: {written}")
