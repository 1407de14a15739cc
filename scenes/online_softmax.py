"""One factor repairs everything accumulated so far, so attention needs its scores one tile at a time."""

from __future__ import annotations

import numpy as np
from manimlib import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    DashedLine,
    FadeIn,
    FadeOut,
    Rectangle,
    ShowCreation,
    SurroundingRectangle,
    Tex,
    VGroup,
)
from numpy import ndarray

from mathviz.concepts.online_softmax import FLASH_1, FLASH_2, TEXTBOOK
from mathviz.concepts.online_softmax import OnlineSoftmax as Run
from mathviz.mobjects.bars import LengthChart, SignedBars
from mathviz.mobjects.memory import Legend, Matrix, Register, Shelf, TileMap
from mathviz.mobjects.tensor import Cells
from mathviz.mobjects.text import formula
from mathviz.stage import Explainer
from mathviz.style import HALF_WIDTH, NORMAL, QUICK, SLOW

SCORE_UNIT, WEIGHT_UNIT, SMALL_UNIT = 0.36, 2.3, 1.3
"""Length of a score of 1 and of a weight of 1, in scene units."""

ORDERS = {TEXTBOOK: ("textbook", "error"), FLASH_1: ("flash_1", "rival"), FLASH_2: ("flash_2", "model")}
KERNELS = ("math", "error"), ("flash", "model")
LEGEND = {"queries": "model", "streams": "data", "tile_used": "mechanism", "written": "target"}
UPDATES = (
    r"m' = \max(m,\, \max_j s_j)",
    r"\ell' = e^{m-m'}\ell + \sum_j e^{s_j-m'}",
    r"o' = e^{m-m'} o + \sum_j e^{s_j-m'} v_j",
)


class OnlineSoftmax(Explainer):  # lint: ignore[CON001] the factor's sign is a pixel short of large text
    """Cast: ``row`` of score bars with its ``registers``; the ``map`` of tiles; ``leaving``, for the next beat."""

    trace: Run
    row: SignedBars
    registers: VGroup
    map: TileMap
    leaving: VGroup

    def setup(self) -> None:
        super().setup()
        run, theme = self.trace, self.theme
        self.hero_scores = run.scores[run.hero]
        self.tiles = run.maximum.shape[1]
        self.limit = float(np.abs(run.values).max())
        self.device = str(run.kernel_device) if run.on_gpu else self.text("cpu")
        self.map = TileMap(self.tiles, theme)
        symbols = ("m", "data"), (r"e^{m-m'}", "mechanism"), (r"\ell", "model")
        self.registers = VGroup(*(Register(symbol, theme, role) for symbol, role in symbols))
        self.registers.arrange(DOWN, buff=0.2).move_to((HALF_WIDTH, 1.3, 0), RIGHT)

    def softmax_needs_the_whole_row(self) -> None:
        row = SignedBars(self.hero_scores, self.theme, SCORE_UNIT, groups=self.tiles).move_to((-2.5, 0.2, 0))
        name = self.label("scores", "muted").next_to(row, DOWN, 0.25)
        law = formula(r"p_i = \frac{e^{s_i - m}}{\sum_j e^{s_j - m}}", self.theme, {"m": "data"})
        law.move_to((4.3, 0.4, 0))
        self.play(FadeIn(VGroup(row, name, law)), run_time=NORMAL)
        top = row.height(self.hero_scores.max())
        mark = DashedLine((row.get_left()[0], top, 0), (row.get_right()[0], top, 0)).set_stroke(self.theme["target"], 4)
        self.sweep(row, "sweep_max")
        self.play(ShowCreation(mark), run_time=QUICK)
        self.next_caption()
        weights, total = self.trace.weights[self.trace.hero, -1], self.trace.total[self.trace.hero, -1]
        exponentials = row.animate.show(weights, WEIGHT_UNIT).colour("mechanism")
        self.play(FadeOut(VGroup(mark, name)), exponentials, run_time=NORMAL)
        self.sweep(row, "sweep_sum")
        self.sweep(row, "sweep_divide")
        self.play(row.animate.show(weights / total, WEIGHT_UNIT).colour("model"), run_time=NORMAL)
        self.leaving = VGroup(row, law)

    def the_matrix_goes_to_slow_memory(self) -> None:
        run, theme = self.trace, self.theme
        fast = Shelf(self.text("fast"), theme, 9.0, 1.9, "data").move_to((-1.9, 1.9, 0))
        slow = Shelf(self.text("slow"), theme, 9.0, 2.5).move_to((-1.9, -1.15, 0))
        names = dict.fromkeys(run.textbook_matrices.tolist())
        stock = {name: Matrix(name, theme, *((1.3, "N×N") if name in "SP" else (0.5, "N×d"))) for name in names}
        VGroup(*stock.values()).arrange(RIGHT, buff=0.4).move_to(slow.tray).shift(0.15 * DOWN)
        counter = self.moved(0).move_to((HALF_WIDTH, 0.5, 0), RIGHT)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(VGroup(fast, slow, *(stock[name] for name in "QKV"))), FadeIn(counter), run_time=NORMAL)
        done = np.abs(run.textbook_elements).cumsum()
        for index, (name, elements) in enumerate(zip(run.textbook_matrices, run.textbook_elements, strict=True)):
            self.transfer(stock[name], fast, loads=elements > 0)
            counter.become(self.moved(done[index]).move_to(counter, RIGHT))
            if index == len(run.textbook_matrices) // 2:
                self.next_caption()
        self.leaving = VGroup(fast, slow, counter, *stock.values())

    def keep_a_maximum_and_a_sum(self) -> None:
        self.row = SignedBars(np.zeros(len(self.hero_scores)), self.theme, WEIGHT_UNIT, groups=self.tiles)
        self.row.move_to((-2.5, -1.3, 0))
        self.frames = VGroup(*(self.tile_frame(j) for j in range(self.tiles)))
        numbered = enumerate(self.frames, start=1)
        names = VGroup(*(self.label("tile", "muted", tile=j).next_to(f, DOWN, 0.15) for j, f in numbered))
        law = self.law(1).set_width(4.6).move_to((HALF_WIDTH, -1.15, 0), RIGHT)
        for register in self.registers:
            register.show("–")
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(VGroup(self.row, self.frames, names, self.registers)), run_time=NORMAL)
        self.tile_arrives(0)
        self.next_caption()
        self.play(FadeIn(law), run_time=QUICK)
        for tile in range(1, self.tiles):
            self.tile_arrives(tile)
        self.leaving = VGroup(names, law, self.frames, self.row, self.registers)

    def the_output_is_a_running_sum_too(self) -> None:
        run, theme = self.trace, self.theme
        self.play(FadeOut(self.leaving), run_time=QUICK)
        row = self.row = SignedBars(np.zeros(len(self.hero_scores)), theme, SMALL_UNIT, groups=self.tiles)
        row.move_to((-2.5, 1.2, 0))
        self.grid = VGroup(*(
            Cells(column[:, None], theme, self.limit, cell=0.3).set_x(bar.get_x())
            for column, bar in zip(run.values, row.bars, strict=True)
        ))  # fmt: skip
        self.grid.move_to((row.bars.get_x(), -0.6, 0)).set_opacity(0.25)
        out = run.output[run.hero]
        self.out = Cells(0 * out[0][:, None], theme, float(np.abs(out).max()), cell=0.36).move_to((2.6, 0.0, 0))
        values, output = self.label("values", "muted"), self.label("output", "muted")
        names = VGroup(values.next_to(self.grid, DOWN, 0.15), output.next_to(self.out, RIGHT, 0.3))
        factor = self.registers[1].show("–").move_to((HALF_WIDTH, 2.2, 0), RIGHT)
        law = self.law(2).set_width(4.6).move_to((HALF_WIDTH, -2.0, 0), RIGHT)
        self.play(FadeIn(VGroup(row, self.grid, self.out, names, factor, law)), run_time=NORMAL)
        for tile in range(self.tiles):
            self.tile_adds(tile)
            if tile == 1:
                self.next_caption()
        self.leaving = VGroup(row, self.grid, names, factor, law)

    def the_answer_is_exact(self) -> None:
        run, theme = self.trace, self.theme
        result, reference = run.result[run.hero], run.reference[run.hero]
        limit = float(np.abs(reference).max())
        ours, library = (Cells(x[:, None], theme, limit, cell=0.5).move_to((side, 0.75, 0))
                         for x, side in ((result, -1.5), (reference, 1.5)))  # fmt: skip
        digits = VGroup(ours.digits(result, LEFT), library.digits(reference, RIGHT))
        names = VGroup(self.label("ours").next_to(ours, DOWN, 0.2), self.label("library").next_to(library, DOWN, 0.2))
        equal = formula("=", theme).set_fill(theme["target"], border_width=4).scale(1.6).move_to((0, 0.75, 0))
        step = formula(r"o \,/\, \ell", theme).next_to(digits[0], LEFT, 0.8)
        check = self.label("difference", "target", error=run.error).next_to(names, DOWN, 0.25)
        self.play(FadeOut(self.leaving), self.out.animate.move_to(ours).scale(0.5 / 0.36), run_time=NORMAL)
        self.play(FadeOut(self.out), FadeIn(VGroup(ours, step, names[0], digits[0])), run_time=NORMAL)
        self.play(FadeIn(VGroup(library, names[1], digits[1])), run_time=NORMAL)
        self.play(FadeIn(equal), FadeIn(check), run_time=NORMAL)
        self.leaving = VGroup(ours, library, names, digits, equal, step, check)

    def tiles_live_in_fast_memory(self) -> None:
        self.map.move_to((-HALF_WIDTH + 1.0, 0.2, 0), LEFT)
        legend = Legend(self.theme, {self.text(name): role for name, role in LEGEND.items()})
        legend.move_to((1.2, 0.2, 0), LEFT)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(self.map), FadeIn(legend), run_time=NORMAL)
        for index, (block, column) in enumerate(self.trace.visits):
            self.play(self.map.animate.show(block, column), run_time=QUICK)
            if index + 1 == len(self.trace.visits) // 2:
                self.next_caption()
        self.play(self.map.animate.show(None, None), run_time=QUICK)
        self.leaving = VGroup(self.map, legend)

    def fewer_numbers_move(self) -> None:
        run = self.trace
        chart = self.traffic_chart(list(ORDERS), 0.075, [0, 20, 40, 60]).move_to((-HALF_WIDTH, 0, 0), LEFT)
        heading = self.label("traffic", size="number", tokens=run.largest)
        heading.next_to(chart.row(0) + 0.45 * UP, UP, aligned_edge=LEFT)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(chart.grow(np.zeros(3))), FadeIn(heading), run_time=NORMAL)
        self.change(chart, run.traffic[:, -1] / 1e6, SLOW)
        self.next_caption()
        even, units = run.break_even, {"template": "{:.1f} M", "tick_template": "{:g} M"}
        blocks = [(self.text("rows", rows=rows), "error" if rows < even else "model") for rows in run.block_rows]
        sweep = LengthChart(self.theme, blocks, 0.05, [0, 40, 80, 120], pitch=0.58, **units)
        sweep.move_to((-HALF_WIDTH + 0.6, -0.05, 0), LEFT)
        self.play(FadeOut(chart), FadeOut(heading), run_time=QUICK)
        millions, bound = run.block_traffic / 1e6, run.textbook_millions
        line = DashedLine(sweep.at(bound, 4.1), sweep.at(bound)).set_stroke(self.theme["target"], 4)
        mark = self.label("textbook", "target").next_to(sweep.at(bound, 4.1), RIGHT, 0.2)
        title = self.label("block_rows", "muted", features=run.features)
        title.next_to(sweep.row(0) + 0.75 * UP, UP, aligned_edge=LEFT)
        self.play(FadeIn(sweep.show(millions)), FadeIn(title), run_time=NORMAL)
        self.play(ShowCreation(line), FadeIn(mark), run_time=NORMAL)
        self.leaving = VGroup(sweep, line, mark, title)

    def real_kernels_keep_less(self) -> None:
        run = self.trace
        chart, heading = self.leaving = self.kernels("peak", run.kernel_megabytes, "MB", 0)
        for tokens, megabytes in zip(run.kernel_sizes[1:], run.kernel_megabytes.T[1:], strict=True):
            self.wait(NORMAL)
            heading.become(self.label("peak", size="number", device=self.device, tokens=tokens).move_to(heading, LEFT))
            self.change(chart, megabytes, QUICK)
        self.next_caption()
        if run.on_gpu:
            self.leaving = self.kernels("time", run.kernel_milliseconds, "ms", -1)

    def last_picture(self) -> None:
        """The map of tiles that never leave, the three updates, and what they save: the poster."""
        self.map.show(2, 1).move_to((-HALF_WIDTH, -0.2, 0), LEFT)
        laws = VGroup(*(self.law(index) for index in range(len(UPDATES)))).arrange(DOWN, buff=0.35, aligned_edge=LEFT)
        laws.set_width(5.2).move_to((0.9, 1.35, 0), LEFT)
        chart = self.traffic_chart([TEXTBOOK, FLASH_2], 0.05, [0, 60], above=True)
        chart.show(self.trace.traffic[[TEXTBOOK, FLASH_2], -1] / 1e6).next_to(laws, DOWN, 0.25, aligned_edge=LEFT)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(VGroup(self.map, laws, chart)), run_time=NORMAL)

    # What several beats do

    def kernels(self, name: str, values: ndarray, unit: str, size: int) -> VGroup:
        """Bars of what torch's kernels take at one of the sizes, to the scale of all, and a heading."""
        rows = [(self.text(kernel), role) for kernel, role in KERNELS]
        chart = LengthChart.fitted(self.theme, rows, values.max(), 6.84, unit).move_to((-HALF_WIDTH, 0.1, 0), LEFT)
        heading = self.label(name, size="number", device=self.device, tokens=self.trace.kernel_sizes[size])
        heading.next_to(chart.row(0) + 0.45 * UP, UP, aligned_edge=LEFT)
        self.play(FadeOut(self.leaving), run_time=QUICK)
        self.play(FadeIn(chart.show(values[:, size])), FadeIn(heading), run_time=NORMAL)
        return VGroup(chart, heading)

    def sweep(self, row: SignedBars, name: str) -> None:
        """A frame passes over every score of the row."""
        label = self.label(name, "model").next_to(row, UP, 0.2).set_y(2.75)
        eye = Rectangle(0.42, row.get_height() + 0.3).set_stroke(self.theme["model"], 4).move_to(row)
        eye.set_x(row.bars[0].get_x())
        self.play(FadeIn(eye), FadeIn(label), run_time=QUICK)
        self.play(eye.animate.set_x(row.bars[-1].get_x()), run_time=SLOW)
        self.play(FadeOut(eye), FadeOut(label), run_time=QUICK)

    def law(self, index: int) -> Tex:
        """One of the three updates, with the factor that they share in its colour."""
        return formula(UPDATES[index], self.theme, {"e^{m-m'}": "mechanism"} if index else None)

    def moved(self, elements: int) -> Tex:
        return self.label("moved", millions=elements / 1e6, size="number")

    def transfer(self, matrix: Matrix, fast: Shelf, loads: bool) -> None:
        """A copy of a matrix goes up to fast memory, or comes down from it to stay."""
        copy = matrix.copy()
        above = matrix.tile.get_center() * RIGHT + (fast.tray.get_y() - 0.2) * UP
        if not loads:
            copy.move_to(above)
        copy.remove(copy.shape_name)
        self.play(FadeIn(copy), run_time=QUICK)
        self.play(copy.animate.move_to(above if loads else matrix.tile), run_time=QUICK)
        self.remove(copy)
        self.play(FadeOut(copy) if loads else FadeIn(matrix), run_time=QUICK)

    def tile_frame(self, tile: int) -> Rectangle:
        bars = self.row.bars[tile * self.trace.tile : (tile + 1) * self.trace.tile]
        frame = Rectangle(bars.get_width() + 0.16, WEIGHT_UNIT + 0.3).set_stroke(self.theme["outline"], 2)
        return frame.move_to((bars.get_x(), self.row.base.get_y() + WEIGHT_UNIT / 2 + 0.05, 0))

    def tile_arrives(self, tile: int) -> None:
        """The tile's frame lights; old bars shrink by the factor, its own appear, the registers follow."""
        run, size = self.trace, self.trace.tile
        m, factor, total = (array[run.hero] for array in (run.maximum, run.factor, run.total))
        light = self.frames[tile].copy().set_stroke(self.theme["model"], 5)
        self.play(FadeIn(light), run_time=QUICK)
        self.registers[0].show(f"{m[tile]:.2f}" if tile == 0 else f"{m[tile - 1]:.2f} → {m[tile]:.2f}")
        if tile:
            self.registers[1].show(f"× {factor[tile]:.3f}")
            old = self.row.animate.show(run.repaired_weights[run.hero, tile]).colour("mechanism", 0, tile * size)
            self.play(old, run_time=NORMAL)
        self.play(self.row.animate.show(run.weights[run.hero, tile]), run_time=NORMAL)
        self.registers[2].show(f"{total[tile]:.3f}")
        self.play(FadeOut(light), run_time=QUICK)

    def tile_adds(self, tile: int) -> None:
        """The tile's weights and rows of V light; the output takes its recorded value."""
        run, size = self.trace, self.trace.tile
        shown = self.grid[: (tile + 1) * size]
        if tile:
            self.registers[1].show(f"× {run.factor[run.hero, tile]:.3f}")
            weights, output = run.repaired_weights[run.hero, tile], run.repaired_output[run.hero, tile]
            edge = SurroundingRectangle(self.out, buff=0.1).set_stroke(self.theme["mechanism"], 5)
            self.play(ShowCreation(edge), run_time=QUICK)
            self.play(self.row.animate.show(weights), self.out.animate.show(output), run_time=NORMAL)
            self.play(FadeOut(edge), run_time=QUICK)
        weighted = self.row.animate.show(run.weights[run.hero, tile])
        self.play(weighted, shown.animate.set_opacity(1), run_time=NORMAL)
        self.play(self.out.animate.show(run.output[run.hero, tile]), run_time=NORMAL)

    def traffic_chart(self, orders: list[int], unit: float, ticks: list[float], above: bool = False) -> LengthChart:
        rows = [(self.text(ORDERS[order][0]), ORDERS[order][1]) for order in orders]
        return LengthChart(self.theme, rows, unit, ticks, template="{:.1f} M", tick_template="{:g} M", above=above)

    def change(self, chart: LengthChart, values: ndarray, run_time: float = NORMAL) -> None:
        """The bars take other lengths; then their numbers appear."""
        self.play(chart.animate.grow(values), run_time=run_time)
        self.play(FadeIn(chart.show(values).amounts), run_time=QUICK)
        self.add(chart)
