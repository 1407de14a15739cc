"""How long a catalogue takes on so many workers: a model of the cluster, fed with measured times.

The workers of the model do what those of ``crew.py`` do: take the film that nobody is at, or else share one;
take many beats of it first and ever fewer then (``crew.portion``); play the film up to them. This machine
takes the beats in through its own network and joins them. What the model leaves out is Dask itself and
whatever else the machines do.
"""

from __future__ import annotations

import datetime
import heapq
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from mathviz.cluster import crew
from mathviz.cluster.crew import portion
from mathviz.project import ASSETS, Project, reading
from mathviz.project.errors import MathvizError, RenderFailed
from mathviz.render import inputs
from mathviz.render.farm import Farm, FilmWork, cores
from mathviz.render.plan import QUALITIES, Job

MEASURED = ASSETS / "scale" / "times.json"
"""Times that were measured; the file says where and when."""

LANGUAGES = 2
"""A film is measured in one of them; in the other it has as many beats, about as long."""

NETWORK = 125e6
"""Bytes per second that this machine takes in: a gigabit."""

PLOT = ASSETS / "scale" / "scale.svg"
"""What ``mathviz scale --plot`` draws of them, for README.md."""

WORKERS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)


@dataclass(frozen=True)
class Part:
    """A beat: seconds to draw and encode it, seconds to play past it, and its bytes."""

    draw: float
    skip: float = 0.0
    size: int = 0


@dataclass(frozen=True)
class Film:
    """What a film's beats take, what it takes to build the scene for some of them, and to join them all."""

    name: str
    parts: tuple[Part, ...]
    build: float = 0.0
    join: float = 0.0

    def cost(self, first: int, after: int) -> float:
        """Seconds that a worker needs for the beats from ``first`` to before ``after``."""
        return self.build + sum(part.skip for part in self.parts[:first]) + self.drawing(first, after)

    def drawing(self, first: int, after: int) -> float:
        return sum(part.draw for part in self.parts[first:after])


@dataclass(frozen=True)
class Times:
    """A catalogue's times. ``start`` is what passes before a worker's first beat; ``about`` says whose times."""

    films: tuple[Film, ...]
    start: float = 0.0
    about: dict[str, Any] = field(default_factory=dict)

    @property
    def work(self) -> float:
        """Seconds of drawing in all, however it is shared."""
        return sum(film.drawing(0, len(film.parts)) for film in self.films)

    @property
    def chain(self) -> float:
        """Seconds of the longest row of things that must follow each other: no number of workers takes less."""
        return self.start + max(
            film.build + sum(min(before.skip, before.draw) for before in film.parts[:at]) + part.draw + film.join
            for film in self.films for at, part in enumerate(film.parts)
        )  # fmt: skip

    def copies(self, number: int) -> Times:
        """The same films in so many languages and themes."""
        films = tuple(replace(film, name=f"{film.name}.{at}") for film in self.films for at in range(number))
        return replace(self, films=films)

    def as_json(self) -> str:
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def of(cls, path: Path) -> Times:
        """Read from a file. Raises MathvizError for one that holds something else."""
        try:
            said = reading.as_json(path)
            films = tuple(
                Film(film["name"], tuple(Part(**part) for part in film["parts"]), film["build"], film["join"])
                for film in said["films"]
            )
            return cls(films, said["start"], said["about"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise MathvizError(f"{path} holds no measured times: {error}. Measure: mathviz scale --measure") from None


def recorded() -> Times:
    """The catalogue as README.md speaks of it: the measured films, in both languages."""
    return Times.of(MEASURED).copies(LANGUAGES)


@dataclass(frozen=True)
class Prediction:
    """What the model says: seconds until the last film is there, and of it which part the workers drew."""

    workers: int
    wall: float
    busy: float
    errands: int


@dataclass(eq=False)
class _Going:
    film: Film
    open_from: int = 0
    """Beats are given out from the first on."""
    helpers: int = 0
    arrived: int = 0
    last: float = 0.0


def predict(times: Times, workers: int, joiners: int = 1, network: float = NETWORK) -> Prediction:
    """Play the crew's rules with measured times."""
    films = [_Going(film) for film in times.films]
    free = [(times.start, worker) for worker in range(workers)]
    heapq.heapify(free)
    back: list[tuple[float, int]] = []
    given: dict[int, _Going] = {}
    arriving: list[tuple[float, int, int]] = []
    drawn, errands = 0.0, 0
    while any(going.open_from < len(going.film.parts) for going in films):
        now, worker = heapq.heappop(free)
        while back and back[0][0] <= now:
            given.pop(heapq.heappop(back)[1]).helpers -= 1
        going = _choose(films)
        first = going.open_from
        beats = portion(sum(len(each.film.parts) - each.open_from for each in films), workers)
        after = min(first + beats, len(going.film.parts))
        going.open_from, going.helpers = after, going.helpers + 1
        end = now + going.film.cost(first, after)
        for at in range(first, after):
            moment = end - going.film.drawing(at + 1, after)
            heapq.heappush(arriving, (moment, films.index(going), going.film.parts[at].size))
        drawn, errands = drawn + going.film.cost(first, after), errands + 1
        given[errands] = going
        heapq.heappush(back, (end, errands))
        heapq.heappush(free, (end, worker))
    wall = _joined(films, arriving, joiners, network)
    return Prediction(workers, wall, drawn / (workers * wall), errands)


def _choose(films: list[_Going]) -> _Going:
    """As ``Crew._film_for``."""
    lacking = [going for going in films if going.open_from < len(going.film.parts)]
    return next((going for going in lacking if going.helpers == 0), lacking[0])


def _joined(films: list[_Going], arriving: list[tuple[float, int, int]], joiners: int, network: float) -> float:
    """When the last film is there: beats come in one after the other, films are joined by those who are free."""
    line = 0.0
    while arriving:
        moment, film, size = heapq.heappop(arriving)
        line = max(line, moment) + size / network
        films[film].last = max(films[film].last, line)
    hands = [0.0] * joiners
    for going in sorted(films, key=lambda going: going.last):
        heapq.heapreplace(hands, max(hands[0], going.last) + going.film.join)
    return max(hands)


def table(times: Times, workers: Iterable[int], joiners: int) -> str:
    """Predictions for people, with the two bounds that no number of workers breaks."""
    found = [predict(times, number, joiners) for number in workers]
    first = predict(times, 1, joiners).wall
    lines = [f"{'workers':>8}{'wall s':>11}{'times as fast':>15}{'workers busy':>14}{'errands':>9}"]
    for each in found:
        lines.append(
            f"{each.workers:8}{each.wall:11.0f}{first / each.wall:15.1f}{each.busy:14.0%}{each.errands:9}"
        )
    beats = sum(len(film.parts) for film in times.films)
    return "\n".join([
        *lines, "", f"{len(times.films)} films, {beats} beats, {times.work:.0f} s of drawing.",
        f"The longest row of things that must follow each other takes {times.chain:.0f} s, so no number of workers",
        f"is more than {first / times.chain:.0f} times as fast as one.",
    ])  # fmt: skip


def plot(times: Times, path: Path, joiners: int, workers: Iterable[int] = WORKERS) -> None:
    """Draw wall time against workers to an SVG or PNG, with the bounds."""
    import matplotlib

    matplotlib.use("agg")
    matplotlib.rcParams["svg.hashsalt"] = "mathviz"
    from matplotlib import pyplot

    numbers = list(workers)
    walls = [predict(times, number, joiners).wall for number in numbers]
    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    shared = [walls[0] / number for number in numbers]
    axes.loglog(numbers, shared, "--", color="0.6", label="one worker's time, shared")
    axes.axhline(times.chain, linestyle=":", color="0.4", label="longest row of things that follow each other")
    axes.loglog(numbers, walls, "o-", color="#0072b2", label="predicted")
    axes.set(xlabel="workers", ylabel="seconds", title=times.about.get("title", ""), ylim=(times.chain / 3, None))
    axes.grid(visible=True, which="major", color="0.9")
    axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    pyplot.close(figure)


# ---- measuring


def measure(jobs: list[Job], folder: Path, say: Callable[[str], None], sample: bool = False) -> Times:
    """Draw films in an empty folder, and the last beat of each once more, alone.

    Times are seconds of computing, which other programs on the machine change less than those on the clock, and
    which one worker on one core takes on the clock as well; what it takes to start one is measured on the clock.
    With ``sample`` one beat of each film is drawn, and the others are taken to need as long for each frame.
    Raises RenderFailed.
    """
    films = []
    for job in jobs:
        say(f"{job.name} …")
        films.append(_sampled(job, folder) if sample else _measured(job, folder))
        say(f"  {sum(part.draw for part in films[-1].parts):.1f} s of drawing, {films[-1].join:.1f} s of joining")
    first = jobs[0]
    about = {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d"), "sample": sample,
        "picture": f"{first.width}x{first.height} at {first.fps}", "cores": len(cores()),
        "OpenGL driver": inputs.surroundings()["OpenGL driver"], "ffmpeg": inputs.surroundings()["ffmpeg"],
    }  # fmt: skip
    return Times(tuple(films), _start(first, folder), about)


def _measured(job: Job, folder: Path) -> Film:
    whole = _drawn(replace(job, cache=str(folder / "cache"), out=str(folder / "films")))
    alone = _drawn(replace(job, cache=str(folder / "again"), out=str(folder / "films"), only=job.wanted[-1:]))
    names = list(job.wanted)
    build, last = whole.cpu[names[0]][0], alone.cpu[names[-1]][0]
    before = sum(whole.frames[name] for name in names[:-1]) or 1
    parts = tuple(
        Part(round(whole.cpu[name][1] - whole.cpu[name][0], 3),
             round(max(last - build, 0.0) * whole.frames[name] / before, 4), _size(whole, name))
        for name in names
    )  # fmt: skip
    return Film(job.name, parts, round(build, 3), round(whole.joining, 3))


def _sampled(job: Job, folder: Path) -> Film:
    """The second beat after the opening is drawn as wished, and the last one small: it tells how long all are."""
    width, height = QUALITIES["low"]
    chosen, last = job.beats[min(2, len(job.beats) - 2)], job.beats[-1]
    there = replace(job, cache=str(folder / "cache"), out=str(folder / "films"))
    drawn = _drawn(replace(there, only=(chosen,)))
    small = _drawn(replace(there, width=width, height=height, only=(last,)))
    begins = {chosen: drawn.cpu[chosen][0], last: small.cpu[last][0]}
    lengths = {name: small.frames[name] for name in job.beats}
    draw = drawn.cpu[chosen][1] - drawn.cpu[chosen][0]
    return from_sample(job.name, lengths, chosen, draw, begins, _size(drawn, chosen), drawn.joining)


def from_sample(
    name: str, lengths: dict[str, int], chosen: str, draw: float, begins: dict[str, float], size: int, join: float
) -> Film:
    """A film of which one beat was measured.

    ``lengths`` are all beats' frames; ``draw``, ``size`` and ``join`` those of the chosen one drawn and joined alone;
    ``begins`` what it took to get to two of them, from which follow building the scene and playing past a frame.
    """
    reached = {beat: sum(list(lengths.values())[: list(lengths).index(beat)]) for beat in begins}
    (one, begin), (other, end) = begins.items()
    skip = max(end - begin, 0.0) / max(reached[other] - reached[one], 1)
    frames, build = lengths[chosen], max(begin - skip * reached[one], 0.0)
    parts = tuple(
        Part(round(draw / frames * length, 3), round(skip * length, 4), round(size / frames * length))
        for length in lengths.values()
    )
    return Film(name, parts, round(build, 3), round(join / frames * sum(lengths.values()), 3))


def _drawn(job: Job) -> FilmWork:
    farm = Farm(1)
    (outcome,) = farm.run([job])
    if outcome.film is None:
        raise RenderFailed(f"{job.name} was not rendered, so nothing was measured: {outcome.error}")
    return farm.films[0]


def _size(film: FilmWork, name: str) -> int:
    beat = film.cache.beat(film.key, name)
    return sum(path.stat().st_size for path in film.cache.folder(beat.key).iterdir()) if beat else 0


def _start(job: Job, folder: Path) -> float:
    """Seconds on the clock, since most of it is waiting: for a worker to begin, and for a beat of very few frames."""
    width, height = QUALITIES["low"]
    small = replace(job, width=width, height=height, fps=1, only=job.beats[:1])
    small = replace(small, cache=str(folder / "start"), out=str(folder / "films"))
    began = time.monotonic()
    with crew.opened("local:1", 1, lambda said: None) as hands:
        hands.take_jobs(Project.around(Path(job.scene)), [small])
        (outcome,) = hands.run([small])
    if outcome.film is None:
        raise RenderFailed(f"{job.name} was not rendered by a worker, so nothing was measured: {outcome.error}")
    return round(time.monotonic() - began, 2)
