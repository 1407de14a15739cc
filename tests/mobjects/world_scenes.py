"""The world's mobjects, moving, with the camera still and moving: drawn by manimgl and by the engine."""

from __future__ import annotations

import numpy as np
from manimlib import DEG, Scene

from mathviz import style
from mathviz.mobjects.glass import Curtain, FloorGrid, Pane, Pool
from mathviz.mobjects.landscape import Landscape
from mathviz.mobjects.light import Dust, Hero, Lights
from mathviz.mobjects.solids import Blocks, Wedges
from mathviz.mobjects.streaks import Beam, GlowLine, Streaks, Trail
from mathviz.style import Theme

SQUARE = np.array([[-1.5, -2, 0], [1.5, -2, 0], [1.5, -2, 2.5], [-1.5, -2, 2.5]])
TURN = np.linspace(0, 5, 30)
SPIRAL = np.stack([TURN * np.cos(TURN) / 2, TURN * np.sin(TURN) / 2, TURN / 2], axis=1)
CLOUD = np.random.default_rng(0).normal(size=(60, 3))
GRID = np.linspace(-2, 2, 12)


class World:
    """All of it, as it is at a time from 0 to 1."""

    def __init__(self, theme: Theme) -> None:
        hills = np.exp(-(GRID**2))[:, None] * np.exp(-(GRID**2))
        self.wedges = Wedges(theme, np.array([[1.0, 2.0]] * 2), np.radians([[0, 80], [90, 170]]), grid=(2, 3))
        self.blocks = Blocks(theme, np.array([[-3.0, 0], [3, 1], [3, -1]]), 0.6, side="data")
        self.ground = Landscape(theme, GRID + 4, GRID + 3, hills, limit=1.0, lines=4)
        self.lights, self.dust = Lights(theme, CLOUD, "model"), Dust(theme, 2 * CLOUD)
        self.lines = Streaks(theme, SPIRAL + np.arange(3)[:, None, None], "rival")
        self.trail, self.hero = Trail(theme, SPIRAL), Hero(theme, SPIRAL[0])
        self.road = GlowLine(theme, SPIRAL * [1, -1, 1], "target")
        self.ends = np.stack([np.full(9, 3.0), GRID[:9], np.ones(9)], axis=1)
        self.beam = Beam(theme, SPIRAL[0], self.ends, np.arange(9))
        self.pane, self.curtain = Pane(theme, SQUARE), Curtain(theme, SPIRAL)
        self.all = [
            Pool(theme), self.wedges.mirrored(), self.blocks.mirrored(), FloorGrid(theme, reach=2), self.wedges,
            self.blocks, self.ground, self.pane, self.curtain, self.dust, self.lights, self.lines, self.road,
            self.trail, self.beam, self.hero,
        ]  # fmt: skip
        self.at(0.0)

    def at(self, time: float) -> None:
        self.wedges.show(turn=time, heat=time)
        self.blocks.show(top=1 + time)
        self.lights.show(CLOUD * (1 - time / 2))
        self.lines.show(upto=3 + 20 * time)
        self.trail.show(5 + 20 * time)
        self.hero.show(SPIRAL[5] + time)
        self.beam.show(SPIRAL[5] + time, self.ends, np.arange(9) + time)
        self.pane.show(SQUARE + np.array([0, time, 0]), opacity=1 - time)


class Still(Scene):
    """The camera stands still while everything moves, then moves while nothing does."""

    look = "dark"
    samples = 0

    def construct(self) -> None:
        theme = style.theme(self.look)
        world = World(theme)
        self.camera.frame.reorient(-40, 60, 0).set_height(9)
        self.add(*world.all)
        for step in range(4):
            world.at(step / 4)
            self.wait(1 / 30)
        for _ in range(3):
            self.camera.frame.increment_theta(3 * DEG)
            self.wait(1 / 30)


class Smooth(Still):
    look, samples = "light", 4
