# ruff: noqa: F403, F405 - as users of manimgl import it
"""Three kinds of scene with which renderers are compared: a camera round a surface, a long morph, a flat explainer.

Written for ``mathviz bench``: plain manimgl, as its users write it, no use of this package.
"""

from __future__ import annotations

import numpy as np
from manimlib import *


class Orbit(ThreeDScene):
    """A camera that goes once round a shaded surface with its mesh, on axes, under a fixed title: 10 seconds."""

    def construct(self) -> None:
        axes = ThreeDAxes((-4, 4), (-4, 4), (-2, 2))
        surface = ParametricSurface(
            lambda u, v: np.array([u, v, np.sin(u) * np.cos(v)]), (-3.5, 3.5), (-3.5, 3.5), resolution=(64, 64)
        )
        surface.set_color(BLUE).set_opacity(0.9)
        mesh = SurfaceMesh(surface, resolution=(21, 21)).set_stroke(WHITE, 1, opacity=0.5)
        title = Text("z = sin x cos y").to_corner(UL).fix_in_frame()
        self.add(axes, surface, mesh, title)
        self.frame.reorient(-30, 65, height=9)
        self.play(self.frame.animate.increment_theta(360 * DEG), run_time=10, rate_func=linear)


class Morph(Scene):
    """Two hundred curves that become others and others again: 12 seconds in which every point moves."""

    def construct(self) -> None:
        curves = self.curves(lambda t, k: (t - 0.5) * 10 * RIGHT + (np.sin(TAU * t + k) + k - 3) * 0.8 * UP)
        self.play(ShowCreation(curves, lag_ratio=0.01), run_time=2)
        shapes = (
            lambda t, k: (1 + 0.3 * k) * np.array([np.cos(TAU * t), np.sin(TAU * t), 0]),
            lambda t, k: (0.5 + 0.45 * k * t) * np.array([np.cos(3 * TAU * t + k), np.sin(3 * TAU * t + k), 0]),
            lambda t, k: np.array([5 * np.sin(2 * PI * t + k), 3 * np.sin(3 * TAU * t + k), 0]),
            lambda t, k: (k - 3) * 0.9 * UP + (t - 0.5) * 12 * RIGHT,
        )
        for shape in shapes:
            self.play(Transform(curves, self.curves(shape)), run_time=2.5)

    def curves(self, shape) -> VGroup:  # type: ignore[no-untyped-def]
        """200 smooth curves through 40 points each."""
        ways = [[shape(t, k) for t in np.linspace(0, 1, 40)] for k in np.linspace(0, 6, 200)]
        found = VGroup(VMobject().set_points_smoothly(way) for way in ways)
        return found.set_submobject_colors_by_gradient(TEAL, YELLOW, RED).set_stroke(width=2, opacity=0.8)


class Explainer(Scene):
    """A flat explainer: formulas, a graph, a moving dot with a number that counts, bars: 25 seconds."""

    def construct(self) -> None:
        title = Text("A derivative is a slope", font_size=60)
        self.play(Write(title), run_time=2)
        self.play(title.animate.scale(0.6).to_corner(UL), run_time=1)
        plane = NumberPlane((-4, 4), (-2, 3), height=5, width=8).set_stroke(opacity=0.3)
        axes = Axes((-4, 4), (-2, 3), height=5, width=8)
        graph = axes.get_graph(lambda x: 0.25 * x**2 - 0.6, color=YELLOW)
        self.play(FadeIn(plane), ShowCreation(axes), run_time=1.5)
        self.play(ShowCreation(graph), run_time=2)
        at = ValueTracker(-3.0)
        dot = Dot(color=RED).add_updater(lambda m: m.move_to(axes.i2gp(at.get_value(), graph)))
        slope = DecimalNumber(0, font_size=40).add_updater(lambda m: m.set_value(0.5 * at.get_value()))
        slope.add_updater(lambda m: m.next_to(dot, UP))
        self.add(dot, slope)
        self.play(at.animate.set_value(3.0), run_time=5)
        self.wait(1)
        limit = Tex(R"f'(x) = \lim_{h \to 0} \frac{f(x + h) - f(x)}{h}").to_edge(DOWN)
        result = Tex(R"f'(x) = \frac{x}{2}").to_edge(DOWN)
        self.play(Write(limit), run_time=2)
        self.play(TransformMatchingTex(limit, result), run_time=1.5)
        self.play(Indicate(result), run_time=1)
        self.wait(1)
        slope.clear_updaters()
        dot.clear_updaters()
        self.play(*map(FadeOut, (plane, axes, graph, dot, slope)), run_time=1)
        bars = VGroup(Square(0.8).set_fill(BLUE, 0.8).stretch(h, 1) for h in (0.4, 1.1, 2.3, 1.6, 0.7))
        bars.arrange(RIGHT, aligned_edge=DOWN).move_to(ORIGIN)
        self.play(LaggedStart(*(FadeIn(bar, UP) for bar in bars), lag_ratio=0.2), run_time=2)
        brace = Brace(bars, DOWN).set_color(GREY_B)
        arrow = Arrow(bars[4].get_right() + RIGHT, bars[4].get_right())
        self.play(FadeIn(brace), ShowCreation(arrow), run_time=1)
        self.play(*(bar.animate.stretch(1.4, 1, about_edge=DOWN) for bar in bars), rate_func=there_and_back, run_time=2)
        self.play(MoveAlongPath(Dot(color=YELLOW), bars[2], rate_func=linear), run_time=1.5)
        self.play(ReplacementTransform(bars, title.copy().move_to(LEFT)), FadeOut(arrow), FadeOut(brace), run_time=1.5)
        self.wait(1)
