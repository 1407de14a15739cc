"""Scenes that manimgl and the engine both draw: in each there is another way for their frames to differ.

``drawn`` is what the engine is to do: redraw "parts" of most frames, the "whole" screen of most, leave
"some" frames to manimgl because it cannot be sure of them, or all ("stock").
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, ClassVar

import moderngl
import numpy as np
from manimlib import (
    BLUE,
    DEG,
    DL,
    DOWN,
    DR,
    GREEN,
    GREY,
    IN,
    LEFT,
    ORIGIN,
    OUT,
    PI,
    PURPLE,
    RED,
    RIGHT,
    TAU,
    TEAL,
    UL,
    UP,
    UR,
    WHITE,
    YELLOW,
    Annulus,
    Arrow,
    Axes,
    Circle,
    Cube,
    DashedLine,
    DecimalNumber,
    Dot,
    DotCloud,
    FadeIn,
    FadeOut,
    FadeTransform,
    GlowDots,
    Group,
    ImageMobject,
    Indicate,
    Integer,
    InteractiveScene,
    LaggedStart,
    Line,
    Mobject,
    MoveAlongPath,
    NumberPlane,
    ParametricCurve,
    Polygon,
    Rectangle,
    RegularPolygon,
    ReplacementTransform,
    Rotate,
    RoundedRectangle,
    Scene,
    ShaderWrapper,
    ShowCreation,
    ShowPassingFlash,
    Sphere,
    Square,
    SurfaceMesh,
    Tex,
    Text,
    TexturedSurface,
    ThreeDAxes,
    ThreeDScene,
    Torus,
    TransformMatchingStrings,
    TransformMatchingTex,
    Triangle,
    TrueDot,
    ValueTracker,
    VGroup,
    VMobject,
    VShaderWrapper,
    Write,
    always_redraw,
    linear,
    there_and_back,
)  # fmt: skip
from PIL import Image

from mathviz.stage.steady import hold_steady

FEW, SOME = 0.3, 0.6
"""Seconds: at 30 frames a second, 9 and 18 frames."""


def picture_file(name: str = "picture", size: tuple[int, int] = (40, 30)) -> str:
    """An image with gradients, edges and transparent pixels."""
    across, down = np.meshgrid(np.linspace(0, 255, size[0]), np.linspace(0, 255, size[1]))
    rgba = np.stack([across, down, 255 * (across % 90 < 45), np.where(down < 200, 255, 90)], axis=-1)
    path = Path(tempfile.mkdtemp()) / f"{name}.png"
    Image.fromarray(rgba.astype(np.uint8), "RGBA").save(path)
    return str(path)


class NestedFills(Scene):
    """Holes, shapes in shapes, and paths that cross themselves: fills that cancel by winding."""

    drawn = "parts"

    def construct(self) -> None:
        rings = VGroup(Annulus(0.5 * n, 0.5 * n + 0.3, fill_opacity=0.9) for n in (1, 2, 3)).set_color(TEAL)
        star = Polygon(*(2 * np.array([np.cos(a), np.sin(a), 0]) for a in np.arange(5) * 4 * PI / 5))
        star.set_fill(RED, 0.7).set_stroke(WHITE, 3)
        eight = ParametricCurve(lambda t: np.array([3 * np.sin(t), np.sin(2 * t), 0]), (0, TAU, 0.1))
        eight.set_fill(YELLOW, 1).set_stroke(width=0).shift(2 * DOWN)
        self.add(rings, star, eight)
        self.play(Rotate(star, 1), run_time=FEW)
        self.play(rings[1].animate.shift(RIGHT), eight.animate.scale(0.5), run_time=FEW)
        self.wait(0.1)


class Translucent(Scene):
    """Overlaps within a batch and across batches: the order of every draw shows."""

    drawn = "parts"

    def construct(self) -> None:
        circles = VGroup(Circle(radius=1.2, fill_opacity=0.4).shift(n * RIGHT) for n in range(-2, 3))
        circles.set_submobject_colors_by_gradient(RED, BLUE)
        square = Square(3).set_fill(GREEN, 0.3).set_stroke(WHITE, 8, opacity=0.5)
        dots = DotCloud(np.random.uniform(-2, 2, (20, 3)) * (1, 1, 0), radius=0.3, opacity=0.5, color=YELLOW)
        late = VGroup(Circle(), Triangle().shift(RIGHT)).set_fill(PURPLE, 0.5).set_z_index(1)
        self.add(circles, dots, square, late)
        self.play(circles[2].animate.shift(0.5 * UP), run_time=FEW)
        self.play(dots.animate.shift(0.3 * LEFT), late.animate.set_opacity(0.2), run_time=FEW)
        self.play(square.animate.set_fill(opacity=0), circles.animate.arrange(DOWN, buff=-1), run_time=FEW)


class StrokesBehind(Scene):
    """Strokes drawn before their fills, and batches that change sides."""

    drawn = "parts"

    def construct(self) -> None:
        letters = Text("behind").set_stroke(BLUE, 12, behind=True).scale(1.5)
        disc = Circle(fill_opacity=0.8, stroke_width=30, stroke_behind=True).shift(2 * DOWN)
        self.add(letters, disc)
        self.play(letters[1].animate.shift(UP), disc.animate.shift(RIGHT), run_time=FEW)
        letters[2:4].set_stroke(RED, 12, behind=False)
        disc.set_stroke(behind=False)
        self.wait(0.1)
        letters.set_stroke(behind=False)
        self.play(letters.animate.set_stroke(width=3), run_time=FEW)


class Order(Scene):
    """z_index that changes, bringing to the front and to the back, adding and removing between waits."""

    drawn = "parts"

    def construct(self) -> None:
        a, b, c = (Square(2, fill_opacity=0.7).shift(0.7 * n * UR) for n in range(3))
        VGroup(a, b, c).set_submobject_colors_by_gradient(RED, BLUE)
        dots = GlowDots(np.random.uniform(-3, 3, (5, 3)), radius=1)
        self.add(a, b, c, dots)
        for change in (
            lambda: self.add(a.set_z_index(2)), lambda: self.bring_to_back(c), lambda: self.remove(b),
            lambda: self.bring_to_front(dots), lambda: self.add(b), lambda: a.set_z_index(-1), lambda: self.add(a),
            lambda: self.replace(c, Circle(fill_opacity=1)), lambda: self.clear(), lambda: self.add(dots, a),
        ):  # fmt: skip
            change()
            self.wait(0.1)


class Formulas(Scene):
    """Written and matched formulas and texts: many small fills, whose number changes."""

    drawn = "parts"

    def construct(self) -> None:
        first, second = Tex("a^2 + b^2 = c^2"), Tex("c^2 - b^2 = a^2")
        self.play(Write(first), run_time=SOME)
        self.play(TransformMatchingTex(first, second), run_time=SOME)
        words = Text("the morning", font_size=60).shift(2 * UP)
        self.play(Write(words), FadeOut(second, DOWN), run_time=FEW)
        self.play(TransformMatchingStrings(words, Text("here come dots", font_size=60)), run_time=SOME)


class Numbers(Scene):
    """Digits that are replaced: rows come and go in the middle of a batch."""

    drawn = "parts"

    def construct(self) -> None:
        value = ValueTracker(7)
        number = DecimalNumber(7, num_decimal_places=1).add_updater(lambda m: m.set_value(value.get_value()))
        count = Integer(998).shift(UP)
        group = VGroup(Circle(fill_opacity=0.5), number, Square().shift(2 * RIGHT), count, Triangle().shift(2 * LEFT))
        self.add(group)
        self.play(value.animate.set_value(123.4), run_time=SOME)
        for n in (999, 1000, 1001, 5):
            count.set_value(n)
            self.wait(0.1)
        text = always_redraw(lambda: Text(f"{value.get_value():.0f} of 130").shift(2 * DOWN))
        self.add(text)
        self.play(value.animate.set_value(130), run_time=0.2)


class Dots(Scene):
    """Clouds whose radius, number and glow change, and a negative radius."""

    drawn = "parts"

    def construct(self) -> None:
        cloud = DotCloud(np.random.uniform(-1, 1, (30, 3)), radius=0.1).shift(3 * LEFT)
        glow = GlowDots(np.random.uniform(-1, 1, (8, 3)), radius=0.4).shift(3 * RIGHT)
        one = TrueDot(ORIGIN, radius=0.2, color=RED)
        self.add(cloud, glow, one)
        self.play(cloud.animate.set_radius(0.4), glow.animate.set_radius(0.05), run_time=FEW)
        self.play(one.animate.set_radius(-0.7), glow.animate.set_glow_factor(0.3), run_time=FEW)
        cloud.add_points(np.random.uniform(-1, 1, (9, 3)) + 3 * LEFT)
        self.wait(0.1)
        cloud.filter_out(lambda p: p[0] > -3)
        self.wait(0.1)
        cloud.set_points(np.zeros((0, 3)))
        self.wait(0.1)
        one.uniforms["anti_alias_width"] = 60.0
        self.wait(0.1)


class WrittenInPlace(Scene):
    """Points moved in the array itself are seen only when manimgl is told: what is drawn is what was last sent."""

    drawn = "parts"

    def construct(self) -> None:
        dots = DotCloud(np.array([3 * LEFT, ORIGIN, 3 * RIGHT]), radius=0.5)
        square = Square(fill_opacity=0.5).shift(2 * UP)
        self.add(square, dots)
        self.wait(0.1)
        dots.data["point"][:, 1] -= 2
        self.play(square.animate.shift(2.4 * DOWN), run_time=FEW)
        self.play(dots.animate.shift(0.5 * RIGHT), run_time=FEW)
        square.data["point"][:, 0] += 3
        self.play(dots.animate.shift(LEFT), run_time=FEW)


class Images(Scene):
    """Pictures that move, turn, stretch and fade, over and under shapes."""

    drawn = "parts"

    def construct(self) -> None:
        one, two = ImageMobject(picture_file(), height=3), ImageMobject(picture_file("two", (7, 5)), height=1)
        two.shift(3 * LEFT)
        self.add(Square(4, fill_opacity=0.4), one, Circle(fill_opacity=0.6), two)
        self.play(one.animate.set_opacity(0.4), two.animate.shift(DOWN), run_time=FEW)
        self.play(one.animate.rotate(0.7).shift(RIGHT), run_time=FEW)
        self.play(FadeOut(one), two.animate.stretch(2, 0), run_time=FEW)


class WrittenTexture(Scene):
    """A film in a film: the picture's texture is written anew, and then shows its pixels."""

    drawn = "parts"

    def construct(self) -> None:
        image, square = ImageMobject(picture_file(size=(6, 4)), height=3), Square(fill_opacity=0.5).shift(3 * LEFT)
        self.add(square, image)
        self.play(square.animate.shift(LEFT), run_time=0.2)
        texture = image.get_shader_wrapper(self.camera.ctx).textures[0]
        for n in range(4):
            texture.write(np.full((4, 6, 4), 50 * n + 50, np.uint8).tobytes())
            self.wait(0.1)
        texture.write(np.random.randint(0, 255, (4, 6, 4)).astype(np.uint8).tobytes())
        texture.filter = moderngl.NEAREST, moderngl.NEAREST
        self.play(square.animate.shift(UP), run_time=0.2)


class Solids(ThreeDScene):
    """Surfaces with depth and multisampling while the camera turns, a mesh and strokes over them."""

    drawn = "whole"

    def construct(self) -> None:
        ball = Sphere(radius=1.2, resolution=(15, 9), color=BLUE)
        mesh = SurfaceMesh(ball, resolution=(7, 5))
        ring = Torus(r1=2, r2=0.4, resolution=(15, 7)).set_color(RED, 0.5)
        axes = ThreeDAxes()
        self.add(axes, ball, mesh, ring, Cube().shift(3 * RIGHT))
        self.frame.reorient(20, 60)
        self.play(self.frame.animate.reorient(-20, 70), run_time=FEW)
        self.play(ball.animate.shift(OUT), run_time=FEW)


class SolidsAtRest(ThreeDScene):
    """The same with a camera at rest: parts of a multisampled picture with depth are redrawn."""

    drawn = "parts"

    def construct(self) -> None:
        self.frame.reorient(30, 65)
        ball = Sphere(radius=0.8, resolution=(15, 9), color=BLUE).shift(2 * LEFT)
        texture = TexturedSurface(Sphere(radius=1, resolution=(15, 9)), picture_file(), picture_file("night"))
        texture.shift(2 * RIGHT)
        curve = ParametricCurve(lambda t: np.array([np.cos(t), np.sin(t), t / 4 - 1]), (0, 9, 0.1), stroke_width=8)
        curve.apply_depth_test()
        self.add(ball, SurfaceMesh(ball, resolution=(7, 5)), texture, curve)
        self.play(ball.animate.shift(0.5 * OUT), run_time=FEW)
        self.play(Rotate(texture, 0.5), run_time=FEW)
        self.play(curve.animate.shift(0.5 * IN), run_time=FEW)
        self.play(texture.animate.set_opacity(0.3), FadeOut(ball), run_time=FEW)


class FillsWithDepth(Scene):
    """Flat shapes with a depth test, in front of and behind each other, with and without samples."""

    drawn = "parts"
    samples = 4

    def construct(self) -> None:
        a, b = Circle(fill_opacity=0.8).shift(0.5 * OUT), Square(fill_opacity=0.8, color=RED).shift(0.5 * RIGHT)
        c = Triangle(fill_opacity=0.4, color=GREEN).shift(0.3 * UP)
        self.add(a, b, c)
        self.wait(0.1)
        VGroup(a, b, c).apply_depth_test()
        self.wait(0.1)
        self.play(a.animate.shift(2 * IN), run_time=FEW)
        self.play(c.animate.shift(2 * OUT + RIGHT), run_time=FEW)
        b.deactivate_depth_test()
        self.wait(0.1)


class DepthWithoutSamples(FillsWithDepth):
    """Depth is kept from frame to frame outside what is redrawn."""

    samples = 0


class Samples(Scene):
    """Several samples to a pixel and shapes that let through: drawn twice at an edge, a pixel would show it."""

    drawn = "parts"
    samples = 4

    def construct(self) -> None:
        circles = VGroup(Circle(fill_opacity=0.4, stroke_opacity=0.5, stroke_width=9) for _ in range(9))
        circles.arrange_in_grid(3, 3, buff=-0.7).set_submobject_colors_by_gradient(RED, BLUE)
        dots = GlowDots(np.random.uniform(-3, 3, (9, 3)), radius=0.8)
        self.add(circles[:5], dots, circles[5:])
        for n in (0, 4, 8, 5):
            self.play(circles[n].animate.shift(0.3 * UR), run_time=0.2)


class ClipPlanes(Scene):
    """manimgl never switches clipping off again, and shapes without a plane do not say where to clip."""

    drawn = "some"

    def construct(self) -> None:
        cut, free = Circle(radius=2, fill_opacity=0.7), Square(fill_opacity=0.7).shift(2 * RIGHT)
        dots = DotCloud(np.random.uniform(-3, 3, (20, 3)), radius=0.2)
        self.add(free, dots)
        self.play(free.animate.shift(DOWN), run_time=0.2)
        cut.set_clip_plane(RIGHT, 0.3)
        self.add(cut)
        self.play(free.animate.shift(UP), run_time=FEW)
        cut.set_clip_plane(UP, -0.5)
        self.wait(0.1)
        self.remove(cut)
        self.play(free.animate.shift(LEFT), dots.animate.shift(UP), run_time=FEW)


class CameraMoves(Scene):
    """The camera shifts, zooms and turns, with things fixed in the frame that change too."""

    drawn = "whole"

    def construct(self) -> None:
        plane = NumberPlane((-4, 4), (-2, 2))
        label, world = Text("fixed").to_corner(UL).fix_in_frame(), Square(fill_opacity=0.5)
        thick = Line(LEFT, UR, stroke_width=20, scale_stroke_with_zoom=True)
        self.add(plane, world, thick, label)
        self.play(self.frame.animate.shift(RIGHT), label.animate.shift(DOWN), run_time=FEW)
        self.play(self.frame.animate.set_height(3), run_time=FEW)
        self.play(self.frame.animate.reorient(40, 50, 10), label.animate.set_color(RED), run_time=FEW)
        self.play(self.frame.animate.set_field_of_view(80 * DEG), run_time=0.2)
        self.wait(0.1)


class FixedOrNot(Scene):
    """A camera that was moved and rests; things fixed in the frame, half fixed, and no longer."""

    drawn = "parts"

    def construct(self) -> None:
        self.frame.reorient(20, 40, height=6, center=RIGHT)
        self.camera.light_source.move_to(3 * OUT)
        world, fixed = Square(fill_opacity=0.5, color=RED), Circle(fill_opacity=0.5).fix_in_frame().to_edge(LEFT)
        dots = GlowDots(np.random.uniform(-1, 1, (5, 3))).fix_in_frame().to_corner(DR)
        self.add(world, fixed, dots)
        self.play(fixed.animate.shift(DOWN), world.animate.shift(OUT), run_time=FEW)
        self.play(dots.animate.shift(UP), run_time=FEW)
        fixed.uniforms["is_fixed_in_frame"] = 0.5
        self.wait(0.1)
        self.play(fixed.animate.shift(RIGHT), run_time=FEW)
        fixed.unfix_from_frame()
        self.wait(0.1)


class Updaters(Scene):
    """What moves while the scene waits: by time, by other things, redrawn each frame, started and stopped."""

    drawn = "parts"

    def construct(self) -> None:
        wheel = RegularPolygon(5, fill_opacity=0.5).add_updater(lambda m, dt: m.rotate(2 * dt)).shift(3 * LEFT)
        dot = Dot(2 * RIGHT).add_updater(lambda m, dt: m.shift(dt * UP))
        line = always_redraw(lambda: Line(wheel.get_vertices()[0], dot.get_center(), color=YELLOW))
        self.add(wheel, dot, line)
        self.wait(FEW)
        wheel.suspend_updating()
        self.wait(FEW)
        wheel.resume_updating()
        dot.clear_updaters()
        self.wait(1, stop_condition=lambda: wheel.get_vertices()[0][1] > 0.5)
        self.play(dot.animate.shift(LEFT), run_time=0.2)


class BeyondTheScreen(Scene):
    """Things that leave and come back, points far away, and things behind the camera."""

    drawn = "parts"

    def construct(self) -> None:
        box, rest = Square(fill_opacity=0.6), Circle(fill_opacity=0.5).shift(2 * DOWN)
        far = Polygon(ORIGIN, 900 * RIGHT + 800 * UP, 1000 * RIGHT, fill_opacity=0.3)
        farther = Line(LEFT, 3e6 * (UP + 0.3 * RIGHT))
        near = Square(fill_opacity=0.4).shift(12 * OUT + RIGHT)
        across = Line(DL, 40 * OUT + UR, stroke_width=10)
        self.add(rest, box, far, farther)
        self.play(box.animate.shift(9 * LEFT), run_time=FEW)
        self.play(far.animate.shift(UP), rest.animate.shift(6 * DOWN), run_time=0.2)
        self.play(box.animate.center(), run_time=0.2)
        self.add(near, across)
        self.play(near.animate.shift(8 * OUT), run_time=FEW)
        self.play(across.animate.shift(LEFT), near.animate.shift(8 * IN), run_time=FEW)


class Colours(Scene):
    """Gradients along shapes, light on them, and colour by code."""

    drawn = "parts"

    def construct(self) -> None:
        arc = Circle(stroke_width=20).set_color_by_gradient(RED, YELLOW, BLUE).shift(3 * LEFT)
        square = Square(fill_opacity=1).set_fill([RED, BLUE, GREEN]).set_shading(0.5, 0.5, 0.5)
        dots = DotCloud(np.random.uniform(-1, 1, (9, 3)), radius=0.2).make_3d().shift(2 * RIGHT)
        self.add(arc, square, dots)
        self.play(arc.animate.set_color(WHITE), square.animate.set_shading(0, 0, 0), run_time=FEW)
        self.play(dots.animate.set_shading(1, 1, 1), square.animate.shift(OUT), run_time=FEW)
        self.camera.light_source.shift(5 * RIGHT)
        self.wait(0.1)


class ColourByCode(Scene):
    """Shaders that a scene changed: their reach is not known, and one of them reads a uniform of its own."""

    drawn = "whole"

    def construct(self) -> None:
        square = Square(fill_opacity=1, stroke_width=10).set_color_by_xyz_func("x + y", -2, 2)
        dots = GlowDots(np.random.uniform(-2, 2, (9, 3)), radius=0.5)
        disc = Circle(fill_opacity=1).shift(3 * RIGHT)
        self.add(square, dots, disc)
        self.play(square.animate.shift(LEFT), run_time=0.2)
        disc.set_color_by_code("color.r = abs(sin(9 * point.x));")
        self.play(disc.animate.shift(UP), run_time=0.2)
        tinted = Square(fill_opacity=0.7).shift(2 * DOWN)
        tinted.replace_shader_code(r"vec4 add_light\(", "uniform float tint;\nvec4 add_light(")
        tinted.set_color_by_code("color.g = tint;").set_uniform(tint=0.2)
        self.add(tinted)
        self.wait(0.1)
        tinted.add_updater(lambda m, dt: m.uniforms.update(tint=m.uniforms["tint"] + dt))
        self.wait(FEW)


class Joints(Scene):
    """Mitres, bevels and no joints, sharp corners, thick and growing strokes, negative widths."""

    drawn = "parts"

    def construct(self) -> None:
        zigzag = [np.array([x, (-1) ** n * 0.4, 0]) for n, x in enumerate(np.linspace(-2, 2, 9))]
        spike = [DL, 2 * RIGHT + 0.05 * UP, DL + 0.1 * UP, 2 * UP, DL + 0.02 * RIGHT]
        lines = VGroup()
        for place, kind in zip((UL, UR, DL, DR), ("no_joint", "auto", "bevel", "miter"), strict=True):
            path = VMobject(stroke_width=14, joint_type=kind).set_points_as_corners(zigzag)
            spiky = VMobject(stroke_width=6, joint_type=kind).set_points_as_corners(spike).scale(0.4)
            lines.add(VGroup(path.scale(0.6), spiky.shift(0.6 * DOWN)).shift(2 * place))
        self.add(lines)
        self.play(lines[0].animate.shift(0.4 * UP), run_time=0.2)
        self.play(lines[1].animate.shift(0.4 * UP), run_time=0.2)
        self.play(lines[1].animate.set_stroke(width=40), run_time=0.2)
        self.play(lines[2:].animate.shift(0.4 * UP), run_time=0.2)
        taper = Line(3 * LEFT, 3 * RIGHT).insert_n_curves(8).set_stroke(BLUE, [0, 60, 5, -30])
        self.play(ShowCreation(taper), lines[0].animate.set_stroke(width=-20), run_time=FEW)
        self.play(taper.animate.rotate(0.3), run_time=0.2)


class StrokesInSpace(Scene):
    """Strokes that point at the camera, that are seen edge on, flat ones, and their joints."""

    drawn = "parts"

    def construct(self) -> None:
        axis, ring = Line(3 * IN, 3 * OUT, stroke_width=20), Circle(stroke_width=12).rotate(90 * DEG, RIGHT)
        bent = VMobject(stroke_width=15).set_points_as_corners([LEFT, 2 * OUT, RIGHT, 2 * IN + DOWN, LEFT])
        flat = Square(stroke_width=20, flat_stroke=True).rotate(80 * DEG, UP).shift(3 * LEFT)
        self.add(axis, ring, bent, flat, Circle(fill_opacity=0.5).shift(2 * DOWN))
        self.play(ring.animate.shift(0.5 * UP), run_time=FEW)
        self.play(bent.animate.shift(0.5 * RIGHT), flat.animate.rotate(20 * DEG, UP), run_time=FEW)
        self.play(axis.animate.shift(RIGHT), run_time=FEW)


class InTwoGroups(Scene):
    """One shape under two parents: manimgl draws it with what was last sent, wherever it comes."""

    drawn = "some"

    def construct(self) -> None:
        shared, square = Circle(fill_opacity=0.5), Square(fill_opacity=0.5, color=RED).shift(RIGHT)
        self.add(square)
        self.play(square.animate.shift(RIGHT), run_time=0.2)
        other = Triangle(fill_opacity=0.5).shift(LEFT)
        one, two = VGroup(shared, square), VGroup(shared, other)
        self.add(one.set_z_index(0), DotCloud([UP], radius=0.5), two.set_z_index(1))
        self.wait(0.1)
        self.play(square.animate.shift(UP), run_time=FEW)
        self.play(other.animate.shift(UP), run_time=FEW)
        self.play(shared.animate.shift(DOWN), run_time=FEW)
        self.remove(two)
        self.play(square.animate.shift(DOWN), run_time=0.2)


class _OwnGroup(VGroup):
    """Draws itself twice."""

    def render(self, ctx: Any, camera_uniforms: dict) -> None:
        super().render(ctx, camera_uniforms)
        if self.shader_wrappers:
            self.shader_wrappers[0].render()


class _DrawnTwice(Circle):
    def get_group_class(self) -> type:
        return _OwnGroup


class OwnRender(Scene):
    """Rendering code of the scene's own, for some of the frames."""

    drawn = "some"

    def construct(self) -> None:
        twice, square = _DrawnTwice(fill_opacity=0.3), Square(fill_opacity=0.5).shift(2 * LEFT)
        self.add(square)
        self.play(square.animate.shift(LEFT), run_time=0.2)
        self.add(twice)
        self.play(twice.animate.shift(RIGHT), run_time=0.2)
        self.remove(twice)
        self.play(square.animate.shift(RIGHT), run_time=0.2)


class OwnCode(Scene):
    """A scene that mends manimgl as it goes: here fills are drawn after strokes."""

    drawn = "stock"

    def __init__(self, **settings: Any) -> None:
        def render(wrapper: VShaderWrapper) -> None:
            wrapper.render_stroke()
            wrapper.render_fill()

        VShaderWrapper.render = render
        super().__init__(**settings)

    def construct(self) -> None:
        square = Square(fill_opacity=0.5, stroke_width=30)
        self.add(square)
        self.play(square.animate.shift(RIGHT), run_time=FEW)


class OwnWrapper(Scene):
    """One batch that adds light to light: its wrapper's method is another, the type is manimgl's."""

    drawn = "some"

    def construct(self) -> None:
        dots, square = GlowDots(np.random.uniform(-1, 1, (9, 3)), radius=1), Square(fill_opacity=0.5).shift(2 * LEFT)
        self.add(square, dots)
        self.play(square.animate.shift(LEFT), run_time=0.2)
        (wrapper,) = dots.get_shader_wrapper_list(self.camera.ctx)
        stock = wrapper.render

        def render() -> None:
            wrapper.ctx.blend_func = moderngl.SRC_ALPHA, moderngl.ONE
            stock()
            wrapper.ctx.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA

        wrapper.render = render
        self.play(dots.animate.shift(RIGHT), run_time=0.2)
        del wrapper.render
        self.play(square.animate.shift(RIGHT), run_time=0.2)


class PatchedLater(Scene):
    """A scene that mends manimgl in the middle, and takes it back."""

    drawn = "some"

    def construct(self) -> None:
        dots, square = DotCloud([LEFT, RIGHT], radius=0.5), Square(fill_opacity=0.5)
        self.add(square, dots)
        self.play(square.animate.shift(LEFT), run_time=0.2)
        stock = ShaderWrapper.pre_render

        def pre_render(wrapper: ShaderWrapper) -> None:
            stock(wrapper)
            wrapper.ctx.blend_func = moderngl.SRC_ALPHA, moderngl.ONE

        ShaderWrapper.pre_render = pre_render
        self.play(square.animate.shift(RIGHT), run_time=0.2)
        ShaderWrapper.pre_render = stock
        self.camera.ctx.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        self.play(square.animate.shift(UP), run_time=0.2)


class Background(Scene):
    """A background that changes colour and lets through, in the middle of a hold and of an animation."""

    drawn = "parts"

    def construct(self) -> None:
        square = Square(fill_opacity=0.5)
        self.add(square)
        self.wait(0.1)
        self.camera.background_rgba[0] = 0.4
        self.play(square.animate.shift(RIGHT), run_time=0.2)
        self.camera.background_rgba = [0.0, 0.2, 0.2, 0.5]
        self.wait(0.1)
        square.add_updater(lambda m: self.camera.background_rgba.__setitem__(1, m.get_x() / 9))
        self.play(square.animate.shift(2 * LEFT), run_time=0.2)
        square.clear_updaters()
        self.play(square.animate.shift(2 * UP), run_time=FEW)


class LooksAtItself(Scene):
    """A scene that reads its own picture, clears it, and draws something else in between."""

    drawn = "parts"

    def construct(self) -> None:
        square, dot = Square(fill_opacity=0.5), Dot(3 * RIGHT)
        self.add(square, dot)
        self.play(square.animate.shift(RIGHT), run_time=0.2)
        dot.set_fill(RED if np.array(self.get_image())[0, 0, 3] == 255 else BLUE)
        self.wait(0.1)
        dot.shift(self.camera.get_pixel_array().mean() / 200 * UP)
        self.camera.clear()
        dot.shift(self.camera.get_pixel_array().mean() / 50 * LEFT)
        self.wait(0.1)
        self.camera.capture(Circle(fill_opacity=1))
        dot.set_opacity(self.camera.get_pixel_array().mean() / 255)
        self.wait(0.1)
        self.camera.capture(dot)
        self.emit_frame()
        self.camera.fbo.clear(0.1, 0.2, 0.3, 1.0)
        self.emit_frame()
        self.wait(0.1)
        self.play(square.animate.shift(LEFT), run_time=0.2)


class OwnFramebuffer(Scene):
    """A scene that has the camera draw into another buffer for a while, with other samples."""

    drawn = "some"

    def construct(self) -> None:
        square, usual = Square(fill_opacity=0.5), self.camera.fbo
        self.add(square)
        self.play(square.animate.shift(RIGHT), run_time=0.2)
        self.camera.fbo = self.camera.get_fbo(samples=4)
        self.play(square.animate.rotate(0.5), run_time=0.2)
        self.camera.fbo = usual
        self.play(square.animate.shift(LEFT), run_time=0.2)


class Skips(Scene):
    """A scene that skips some of itself: what is skipped is not drawn, and not batched until it is."""

    drawn = "parts"

    def construct(self) -> None:
        pair = VGroup(Square(fill_opacity=1), Square(fill_opacity=1, fill_color=RED).shift(2 * RIGHT))
        title = Text("skipped").shift(2 * DOWN)
        self.add(pair)
        with self.temp_skip():
            self.wait()
            self.play(pair[1].animate.set_shading(1, 1, 1).shift(UP), Write(title))
        self.wait(0.1)
        self.play(title.animate.shift(UP), run_time=0.2)
        self.skip_animations = True
        self.play(ReplacementTransform(pair[0], Circle(stroke_width=20)), title.animate.scale(2))
        self.stop_skipping()
        self.play(title.animate.shift(DOWN), run_time=0.2)


class NothingPlays(Scene):
    """Frames without any animation: empty, with things, and handed out without being drawn."""

    drawn = "parts"

    def construct(self) -> None:
        self.emit_frame()
        self.wait(0.1)
        self.add(Square(fill_opacity=0.5), Text("still"))
        self.emit_frame()
        self.wait(0.1)
        self.update_frame(force_draw=True)
        self.emit_frame()


class Degenerate(Scene):
    """Curves of no length, handles on anchors, one point, no points, and what becomes of them."""

    drawn = "parts"

    def construct(self) -> None:
        empty, one, none = VMobject(), VMobject(fill_opacity=1, stroke_width=20), VGroup()
        one.set_points([RIGHT])
        short = Line(UP, UP, stroke_width=30)
        loops = VMobject(stroke_width=15, fill_opacity=0.5).set_points(
            [LEFT, DL, DL, DL, ORIGIN, ORIGIN, ORIGIN, 2 * RIGHT, RIGHT, UP, RIGHT, RIGHT, RIGHT, UR, UP, UP, LEFT]
        )
        back = VMobject(stroke_width=25).set_points([2 * LEFT, DOWN, 2 * LEFT, 3 * LEFT, 2 * LEFT]).shift(2 * DOWN)
        other = Square(fill_opacity=0.5).shift(3 * RIGHT)
        self.add(empty, one, none, short, loops, other, back)
        self.play(loops.animate.shift(UP), run_time=0.2)
        one.set_points([RIGHT, UR, UP])
        self.wait(0.1)
        one.set_points([RIGHT])
        self.wait(0.1)
        self.play(other.animate.shift(0.5 * UP), run_time=0.2)
        empty.set_points([LEFT, UP, RIGHT])
        loops.set_points([ORIGIN] * 5)
        self.wait(0.1)
        short.put_start_and_end_on(LEFT, RIGHT)
        empty.clear_points()
        self.play(back.animate.shift(RIGHT), run_time=0.2)


class OnePointAlone(Scene):
    """A batch with nothing to send any more: manimgl empties its buffer and keeps what it remembers of it."""

    drawn = "parts"

    def construct(self) -> None:
        path, other = VMobject(fill_opacity=0.8, stroke_width=10), DotCloud([2 * LEFT, 3 * LEFT], radius=0.3)
        corners = [ORIGIN, RIGHT, UR, UP, ORIGIN]
        path.set_points_as_corners(corners)
        self.add(path, other)
        self.wait(0.1)
        path.set_points([ORIGIN])
        self.wait(0.1)
        self.play(other.animate.shift(3 * RIGHT), run_time=FEW)
        path.set_points_as_corners(corners)
        self.wait(0.1)


class Many(Scene):
    """Two hundred dots, one after the other: many small places change at once."""

    drawn = "parts"

    def construct(self) -> None:
        places = [(x, y, 0) for x in np.arange(-6, 6.5, 0.7) for y in np.arange(-3, 3, 0.6)]
        dots = VGroup(Dot(place, radius=0.05) for place in places)
        self.play(LaggedStart(*map(FadeIn, dots), lag_ratio=0.01), run_time=SOME)
        self.play(LaggedStart(*(d.animate.shift(0.1 * UP) for d in dots), lag_ratio=0.02), run_time=FEW)
        self.play(dots[::7].animate.set_color(RED), run_time=0.2)


class Movements(Scene):
    """Animations that replace, fade across, flash and point out."""

    drawn = "parts"

    def construct(self) -> None:
        path, dot = Circle(radius=2), Dot(2 * RIGHT, color=YELLOW)
        square, arrow = Square(fill_opacity=0.5), Arrow(DL, 3 * RIGHT)
        dashes = DashedLine(3 * LEFT, 3 * RIGHT + DOWN)
        self.add(path, dashes)
        self.play(MoveAlongPath(dot, path), Rotate(square, 1), run_time=FEW, rate_func=linear)
        self.play(ReplacementTransform(square, arrow), run_time=FEW)
        self.play(FadeTransform(arrow, Text("arrow")), ShowPassingFlash(path.copy().set_color(RED), 0.3), run_time=FEW)
        self.play(Indicate(dashes), dot.animate.scale(3), run_time=FEW, rate_func=there_and_back)


class OwnCamera(Scene):
    """A size of the scene's own: manimgl's canvas for fills is then of another size."""

    drawn = "stock"
    default_camera_config: ClassVar[dict] = {"resolution": (201, 151), "fps": 12, "background_color": GREY}

    def construct(self) -> None:
        square = Square(fill_opacity=0.5)
        self.play(ShowCreation(square), run_time=1)
        self.play(square.animate.shift(RIGHT), run_time=0.5)


class OwnRate(Scene):
    """A rate, a background and a light of the scene's own, at the size of all."""

    drawn = "parts"
    default_camera_config: ClassVar[dict] = {
        "fps": 12, "background_color": "#203040", "background_opacity": 0.5, "light_source_position": [0, 0, 5],
    }  # fmt: skip

    def construct(self) -> None:
        square = RoundedRectangle(fill_opacity=0.5).set_shading(1, 1, 1)
        self.play(ShowCreation(square), run_time=1)
        self.play(square.animate.shift(RIGHT), run_time=0.5)


class Interactive(InteractiveScene):
    """What manimgl adds for the mouse is there, and is not drawn."""

    drawn = "parts"

    def construct(self) -> None:
        axes = Axes((-3, 3), (-2, 2))
        graph = axes.get_graph(np.sin, color=BLUE)
        self.play(ShowCreation(graph), run_time=FEW)
        self.add(axes)
        self.add_to_selection(graph)
        self.play(graph.animate.shift(UP), run_time=FEW)
        self.clear_selection()
        self.wait(0.1)


class _Fractal(Mobject):
    """A shader of manimgl's that none of its mobjects uses, with uniforms of its own."""

    shader_folder = "mandelbrot_fractal"
    data_dtype: ClassVar[Any] = np.dtype([("point", np.float32, (3,))])
    render_primitive = moderngl.TRIANGLE_STRIP

    def __init__(self, scale: float = 1.0, **settings: Any) -> None:
        self.scale_factor = scale
        super().__init__(**settings)

    def init_points(self) -> None:
        self.set_points(np.array([UL, DL, UR, DR]))

    def set_color(self, *_: Any, **__: Any) -> Any:
        return self

    def init_uniforms(self) -> None:
        super().init_uniforms()
        self.uniforms.update(
            mandelbrot=1.0, parameter=np.array([0.0, 0.0]), opacity=1.0, n_steps=9.0, offset=np.zeros(3),
            scale_factor=self.scale_factor, **{f"color{n}": (n / 9, 0.5, 1 - n / 9) for n in range(9)},
        )  # fmt: skip


class OwnShader(Scene):
    """A mobject with another shader: its uniforms change, and it does not change."""

    drawn = "parts"

    def construct(self) -> None:
        fractal, square = _Fractal().shift(3 * LEFT), Square(fill_opacity=0.5).shift(RIGHT)
        self.add(fractal, square)
        self.play(square.animate.shift(RIGHT), run_time=SOME)
        fractal.uniforms["n_steps"] = 20.0
        self.wait(0.1)
        fractal.add_updater(lambda m: m.uniforms.update(offset=m.uniforms["offset"] + 0.1 * RIGHT))
        self.wait(0.1)
        fractal.clear_updaters()
        self.play(square.animate.shift(DOWN), run_time=SOME)


class InheritedUniforms(Scene):
    """A shader that reads what another mobject with the same shader set last, on screen or off."""

    drawn = "some"

    def construct(self) -> None:
        one, two = _Fractal(0.5).shift(3 * LEFT), _Fractal(0.5).shift(20 * RIGHT)
        two.uniforms["offset"] = RIGHT
        square = Square(fill_opacity=0.5)
        heir = _Fractal().shift(3 * RIGHT)
        del heir.uniforms["scale_factor"], heir.uniforms["color3"], heir.uniforms["mandelbrot"]
        plain = DotCloud([DOWN], radius=0.5)
        plain.uniforms.pop("glow_factor")
        self.add(GlowDots([LEFT, RIGHT], radius=1, glow_factor=3), square, one, two)
        self.play(square.animate.shift(UP), run_time=0.1)
        two.uniforms.update(scale_factor=2.0, color3=(1.0, 0.0, 0.0))
        self.play(square.animate.shift(DOWN), run_time=0.1)
        self.add(heir, one, two, plain)
        self.wait(0.1)
        self.remove(heir, two, plain)
        one.uniforms["scale_factor"] = 0.3
        self.wait(0.1)
        self.bring_to_back(heir)
        self.wait(0.1)


class LateUniform(Scene):
    """Two batches of one shader, of which only the first changes: who comes next reads what the last one set."""

    drawn = "some"

    def construct(self) -> None:
        back = GlowDots([3 * LEFT], radius=1, glow_factor=3)
        front = GlowDots([3 * RIGHT], radius=1, glow_factor=0.5).set_z_index(1)
        heir = GlowDots([ORIGIN], radius=1).set_z_index(-1)
        heir.uniforms.pop("glow_factor")
        self.add(back, Square().set_z_index(0.5), front)
        self.wait(0.1)
        self.play(back.animate.shift(UP), run_time=0.2)
        self.add(heir)
        self.wait(0.1)
        self.remove(heir, back)
        front.shift(30 * RIGHT).uniforms["glow_factor"] = 1.5
        self.wait(0.1)
        self.remove(front)
        self.wait(0.1)
        self.add(heir)
        self.wait(0.1)


class TextOverMovement(Scene):
    """Text that stays over fills that move: what manimgl's canvas has of it is used again, until covered."""

    drawn = "parts"

    def construct(self) -> None:
        title, words = Text("stays").shift(2 * UP), Text("covered").set_backstroke(RED, 5)
        words[:3].set_fill(opacity=0.5)
        below, above = (Square(1.5, fill_opacity=0.6).shift(3 * LEFT).set_z_index(z) for z in (-1, 1))
        dots = DotCloud([3 * LEFT, 3 * RIGHT], radius=0.4, opacity=0.5)
        self.add(title, words, below, dots)
        self.play(dots.animate.shift(2 * UP), run_time=0.2)
        self.play(below.animate.shift(3 * RIGHT), dots.animate.shift(2 * DOWN), run_time=FEW)
        self.add(above.set_fill(BLUE))
        self.play(above.animate.shift(3 * RIGHT), run_time=FEW)
        self.play(dots.animate.shift(3 * RIGHT), run_time=0.2)
        self.play(title[2].animate.set_opacity(0.3), dots.animate.shift(UP), run_time=0.2)
        words.set_fill(GREEN)
        self.wait(0.1)


class FilmedText(Scene):
    """Text and a scrim that are fixed in frame, some steady, under a camera that turns, zooms and stands still."""

    samples = 4
    drawn = "parts"

    def construct(self) -> None:
        steady, fixed = Text("steady").to_edge(DOWN), Text("fixed").to_edge(UP)
        scrim = Rectangle(4, 1, fill_opacity=0.4, stroke_width=0).to_edge(DOWN).set_z_index(1)
        marks = DotCloud([4 * LEFT, 4 * RIGHT], radius=0.3).set_z_index(3)
        VGroup(steady.set_z_index(2), fixed.set_z_index(2), scrim).fix_in_frame()
        marks.fix_in_frame()
        hold_steady([steady, scrim, marks], self.camera.ctx)
        cube, ball = Cube(side_length=0.7).set_opacity(0.8), Sphere(radius=0.4).shift(RIGHT).set_shading(0, 0, 0)
        line = Line(LEFT, UP, stroke_width=9).set_flat_stroke(False).apply_depth_test()
        self.add(cube, ball, line, scrim, steady, fixed, marks)
        frame = self.camera.frame
        self.wait(0.1)
        self.play(frame.animate.reorient(30, 50), run_time=FEW)
        self.play(frame.animate.set_height(5).shift(0.5 * RIGHT), run_time=FEW)
        self.play(ball.animate.shift(0.5 * LEFT), steady[1].animate.shift(0.2 * UP), run_time=0.2)
        self.wait(0.1)
        self.play(frame.animate.reorient(50, 70), steady.animate.set_opacity(0.5), run_time=0.2)


class Backdrops(Scene):
    """A page that stands still behind a world that moves, and then changes."""

    drawn = "parts"

    def construct(self) -> None:
        page = Rectangle(15, 9, stroke_width=0).set_fill([BLUE, GREEN], 0.8).fix_in_frame().set_z_index(-2)
        pool = Annulus(1, 5, fill_opacity=0.3, color=PURPLE).fix_in_frame().set_z_index(-1)
        hold_steady([page, pool], self.camera.ctx)
        cube, dots = Cube(side_length=1), DotCloud([LEFT, RIGHT], radius=0.3, opacity=0.5)
        self.add(page, pool, cube, dots)
        frame = self.camera.frame
        self.play(frame.animate.reorient(30, 50), run_time=FEW)
        pool.set_fill(RED)
        self.play(frame.animate.set_height(5), run_time=0.2)
        self.camera.background_rgba = [0.3, 0.0, 0.0, 1.0]
        self.play(frame.animate.set_height(9), run_time=0.2)
        self.play(dots.animate.shift(UP), run_time=0.2)
        self.remove(pool)
        self.play(frame.animate.reorient(10, 60), run_time=0.2)
        self.play(page.animate.set_opacity(0.2), frame.animate.set_height(3), run_time=0.2)
        self.wait(0.1)


class SampledBackdrops(Backdrops):
    """The same with four samples to a pixel."""

    samples = 4


class Crowd(Scene):
    """So many primitives that nobody asks where each one is: dots, triangles and lines under a camera that moves."""

    drawn = "parts"

    def construct(self) -> None:
        at = np.random.uniform(-1, 1, (2000, 3))
        dots = DotCloud(at, radius=0.04, opacity=0.6)
        dots.set_rgba_array(np.random.uniform(0, 1, (2000, 4)))
        ball = Sphere(radius=0.5, resolution=(41, 41)).set_opacity(0.5).shift(RIGHT)
        lines = VGroup(Line(0.1 * LEFT, 0.1 * UP).shift(2 * point) for point in at[:1600]).set_stroke(width=2)
        lines[7].set_fill(RED, 1)
        still = Square(fill_opacity=0.5).to_edge(LEFT).fix_in_frame()
        self.add(dots, ball, lines, still)
        frame = self.camera.frame
        frame.set_height(12)
        self.play(frame.animate.reorient(20, 40), run_time=FEW)
        self.play(dots.animate.shift(0.2 * UP), run_time=0.2)
        dots.data["rgba"][500:, 3] = 0
        dots.note_changed_data()
        self.play(frame.animate.reorient(40, 60), run_time=0.2)
        self.play(lines[3].animate.shift(0.3 * UP), run_time=0.2)
        self.play(frame.animate.set_height(3), run_time=FEW)


class Corners(Scene):
    """Lines whose corners are bevelled and mitred: sharp, blunt and almost straight, flat and turned to the camera."""

    drawn = "parts"

    def construct(self) -> None:
        paths = VGroup()
        for row, joint in enumerate(("bevel", "miter", "auto")):
            for column, angle in enumerate((3, 20, 75, 150, 177, 179.4)):
                turned = np.array([np.cos(angle * DEG), np.sin(angle * DEG), 0])
                path = VMobject(stroke_width=14, joint_type=joint)
                path.set_points_as_corners([0.6 * LEFT, ORIGIN, 0.6 * turned])
                paths.add(path.shift((2 * column - 5) * RIGHT + (2 - 2 * row) * UP))
        self.add(paths.set_flat_stroke(True))
        for path in paths:
            self.play(Rotate(path, 0.7), run_time=0.1)
        self.play(self.camera.frame.animate.reorient(10, 30), run_time=0.2)
        paths.set_flat_stroke(False)
        for path in paths[::4]:
            self.play(Rotate(path, 0.7), run_time=0.1)


class OwnBlending(Scene):
    """A scene that adds light to light, until manimgl's first fill sets it back."""

    drawn = "some"

    def construct(self) -> None:
        dots = GlowDots(np.random.uniform(-1, 1, (9, 3)), radius=1)
        self.add(dots)
        self.play(dots.animate.shift(LEFT), run_time=0.2)
        self.camera.ctx.blend_func = moderngl.SRC_ALPHA, moderngl.ONE
        self.play(dots.animate.shift(RIGHT), run_time=0.2)
        self.add(Square(fill_opacity=0.5))
        self.play(dots.animate.shift(RIGHT), run_time=0.2)


class Surroundings(Scene):
    """Text on a rectangle behind it, braces, arrows: what explainers use."""

    drawn = "parts"

    def construct(self) -> None:
        title = Text("Ring", font_size=72).add_background_rectangle().to_edge(UP)
        bars = VGroup(Rectangle(0.5, h, fill_opacity=1, stroke_width=0) for h in (1, 2, 3))
        bars.arrange(RIGHT, aligned_edge=DOWN)
        arrow = Arrow(LEFT, RIGHT).next_to(bars, LEFT)
        self.add(bars, title)
        self.play(bars[1].animate.stretch(0.5, 1, about_edge=DOWN), run_time=FEW)
        self.play(FadeIn(arrow, RIGHT), Group(title, bars).animate.shift(0.2 * DOWN), run_time=FEW)
