"""A tower of rings is seen from above, then from the side: the smallest film that is staged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from manimlib import RIGHT, UP, DotCloud, FadeIn, Group, Square

from mathviz.stage import FACE_ON, HERO, RIGHT_THIRD, UPPER_RIGHT, Explainer
from mathviz.style import NORMAL, QUICK, SLOW

if TYPE_CHECKING:
    from rings import Rings


class Journey(Explainer):
    """Cast: the ``rings`` on their ``floor``, and the ``name`` of the topmost."""

    trace: Rings

    def setup(self) -> None:
        super().setup()
        self.rings = Group(*(DotCloud(ring, radius=0.08, color=self.theme["data"]) for ring in self.trace.points))
        self.floor = Square(6).set_stroke(self.theme["outline"], 2).set_fill(opacity=0)
        self.flat = self.shot(FACE_ON, self.floor)
        self.round = self.shot(HERO, self.rings, leaving=RIGHT_THIRD)
        self.name = self.label("top")

    def question(self) -> None:
        self.cut(self.flat)
        self.always(self.floor)
        self.play(FadeIn(self.rings), run_time=NORMAL)

    def there_is_a_depth(self) -> None:
        self.keep(self.rings)
        self.move(self.round, run_time=SLOW)
        self.play(FadeIn(self.name_at(self.rings[-1], self.name, UP)), run_time=QUICK)
        self.next_caption()
        self.play(self.rings[-1].animate.shift(RIGHT), self.drifting(8), run_time=SLOW)

    def one_is_left(self) -> None:
        self.keep(self.rings[-1])
        self.move(self.shot(HERO, self.rings[-1]), run_time=SLOW)

    def last_picture(self) -> None:
        self.keep(self.rings[-1])
        self.play(FadeIn(self.over(UPPER_RIGHT.column(self.number(self.trace.rings, "{} rings")))), run_time=NORMAL)
