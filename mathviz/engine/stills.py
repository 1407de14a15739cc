"""Single frames of a scene, each as it is when the scene is played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy import ndarray

from mathviz.engine import as_image, end_scene, make_scene, output_of, painter_of, perform
from mathviz.engine.painter import Painter
from mathviz.project.errors import NotFound

if TYPE_CHECKING:
    from manimlib import Scene


@dataclass(frozen=True)
class Moment:
    """A frame of a beat: its last one, or the one ``after`` seconds."""

    beat: str
    after: float | None = None


Known = Callable[[Moment, str, str], bool]
"""Whether a frame need not be drawn, by what is on screen and the digest of what it would be drawn from."""


class StillTaker:
    """Draws single frames of a film: skips to each and draws nothing else.

    ``look`` is called with the scene where a frame is taken; what it returns is kept in ``seen``. ``pictures`` has the
    digest of all that a frame is drawn from, 32 hexadecimal digits, empty where that is not known. A frame of which
    ``known`` says that it need not be drawn, asked with its moment and both, is not drawn.
    """

    def __init__(
        self, kind: type[Scene], moments: list[Moment], fps: float,
        look: Callable[[Scene], str] | None = None, known: Known | None = None, **options: Any,
    ) -> None:  # fmt: skip
        self.wanted, self.fps, self.look, self.known = moments, fps, look, known
        self.found: dict[Moment, ndarray] = {}
        self.seen: dict[Moment, str] = {}
        self.pictures: dict[Moment, str] = {}
        self.scene = make_scene(kind, skip_animations=True, watcher=self, **options)
        self.due: list[tuple[int, Moment]] = []
        self.lengths: dict[str, float] = {}
        """Beat → seconds, of those that are over."""

    def take_all(self) -> dict[Moment, ndarray]:
        """The frames, [row column rgb] uint8, top row first. Raises NotFound for a moment after a beat's end."""
        perform(self.scene, self._frame, drawing=False, skipping=True)
        missing = [moment for moment in self.wanted if moment not in self.seen]
        if missing:
            raise self._over(missing[0], self.lengths.get(missing[0].beat, 0.0))
        return self.found

    def _over(self, moment: Moment, length: float) -> NotFound:
        return NotFound(f"{moment.beat} is over after {length:.1f} s, before the moment {moment.after:g} s")

    def beat_begins(self, beat: str) -> None:
        self.due = self._due(beat)
        self.index, self.begun = 0, self.scene.time
        if self.due:
            self.scene.stop_skipping()

    def caption(self, text: str) -> None: ...

    def beat_ends(self, beat: str) -> None:
        self.scene.skip_animations = True
        self.lengths[beat] = self.scene.time - self.begun
        self.due = []
        for moment in self.wanted:
            if moment.beat == beat and moment.after is None:
                self._keep(moment)
        if len(self.seen) == len(self.wanted):
            raise end_scene()

    def _due(self, beat: str) -> list[tuple[int, Moment]]:
        """The moments inside a beat in their order, each with the number of its frame."""
        inside = [m for m in self.wanted if m.beat == beat and m.after is not None]
        return sorted(((round(m.after * self.fps), m) for m in inside if m.after is not None), key=lambda due: due[0])

    def _frame(self, painter: Painter) -> None:
        self.index += 1
        while self.due and self.due[0][0] <= self.index:
            self._keep(self.due.pop(0)[1])
        if not self.due:
            self.scene.skip_animations = True

    def _keep(self, moment: Moment) -> None:
        camera = self.scene.camera
        camera.capture(*self.scene.render_groups)
        self.pictures[moment] = (painter_of(self.scene).picture or b"").hex()[:32]
        self.seen[moment] = self.look(self.scene) if self.look else ""
        if not (self.known and self.known(moment, self.seen[moment], self.pictures[moment])):
            self.found[moment] = as_image(camera.get_raw_fbo_data(), *camera.get_pixel_shape())


class SceneStillTaker(StillTaker):
    """Draws single frames of any manimgl scene, whose name is the beat of every moment.

    It is played through without drawing, because a scene that nobody knows may end otherwise when it is skipped.
    """

    def __init__(
        self, kind: type[Scene], moments: list[Moment], fps: float,
        look: Callable[[Scene], str] | None = None, known: Known | None = None,
    ) -> None:  # fmt: skip
        self.wanted, self.look, self.known = moments, look, known
        self.found, self.seen, self.pictures = {}, {}, {}
        self.scene = make_scene(kind)
        self.fps = fps or output_of(self.scene)["fps"]
        self.due, self.index = self._due(kind.__name__), 0

    def take_all(self) -> dict[Moment, ndarray]:
        """The frames, [row column rgb] uint8, top row first. Raises NotFound for a moment after the scene's end."""
        perform(self.scene, self._frame, drawing=False)
        if self.due:
            raise self._over(self.due[0][1], self.scene.time)
        for moment in self.wanted:
            if moment.after is None:
                self.scene.update_frame(force_draw=True)
                self._keep(moment)
        return self.found

    def _frame(self, painter: Painter) -> None:
        self.index += 1
        while self.due and self.due[0][0] <= self.index:
            self._keep(self.due.pop(0)[1])
