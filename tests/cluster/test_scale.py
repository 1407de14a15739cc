"""The model's mathematics: closed forms where there are, bounds where there are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tiny_project import TinyProject

from mathviz.cluster import scale
from mathviz.cluster.crew import portion
from mathviz.cluster.scale import Film, Part, Times, predict
from mathviz.films import compute
from mathviz.project import HOME
from mathviz.project.errors import MathvizError
from mathviz.render.plan import Wish, plan

SECONDS = st.floats(0.01, 100)


def catalogue(films: int, beats: int, draw: float = 1.0, **more: float) -> Times:
    return Times(tuple(Film(f"film {at}", (Part(draw),) * beats, **more) for at in range(films)))


@st.composite
def any_times(draw: st.DrawFn) -> Times:
    part = st.builds(Part, draw=SECONDS, skip=st.floats(0, 1), size=st.integers(0, 10**6))
    film = st.builds(Film, st.just("film"), st.lists(part, min_size=1, max_size=8).map(tuple), st.floats(0, 5), SECONDS)
    return Times(tuple(draw(st.lists(film, min_size=1, max_size=6))), draw(st.floats(0, 10)))


def test_one_worker_takes_all_the_time_there_is() -> None:
    """Every film is one errand."""
    times = Times(tuple(Film("film", tuple(Part(float(at)) for at in range(1, 5)), join=0.5) for _ in range(3)), 2.0)
    assert predict(times, 1).wall == pytest.approx(2 + 3 * 10 + 0.5)


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 6, 12])
def test_alike_beats_are_shared_evenly(workers: int) -> None:
    """As many films as workers, or a multiple: nobody ever waits."""
    assert predict(catalogue(12, 1), workers).wall == pytest.approx(12 / workers)


def test_more_workers_than_beats_are_of_no_use() -> None:
    times = catalogue(2, 5, build=1.0, join=3.0)
    assert predict(times, 10, joiners=2).wall == pytest.approx(1 + 1 + 3)
    assert predict(times, 1000, joiners=2).wall == predict(times, 10, joiners=2).wall


def test_building_the_scene_is_paid_for_every_errand() -> None:
    times = catalogue(1, 8, build=1.0)
    assert predict(times, 1).errands == 1 and predict(times, 1).wall == pytest.approx(8 + 1)
    found = predict(times, 2)
    assert found.errands == 6, "two beats, two, and then one at a time"
    assert found.wall == pytest.approx(4 + 3)


def test_beats_before_an_errand_s_are_played_past() -> None:
    film = Film("film", (Part(1.0, skip=0.25), Part(1.0, skip=0.25), Part(1.0, skip=0.25)))
    assert predict(Times((film,)), 3).wall == pytest.approx(1.0 + 2 * 0.25)


def test_films_are_joined_by_those_who_are_free() -> None:
    times = catalogue(4, 1, join=10.0)
    assert predict(times, 4, joiners=1).wall == pytest.approx(1 + 4 * 10)
    assert predict(times, 4, joiners=2).wall == pytest.approx(1 + 2 * 10)


def test_everything_comes_in_through_one_network() -> None:
    times = Times(tuple(Film("film", (Part(1.0, size=1000),)) for _ in range(8)))
    assert predict(times, 8, network=100.0).wall == pytest.approx(1 + 8 * 10)


@settings(max_examples=60, deadline=None)
@given(any_times(), st.integers(1, 40), st.integers(1, 3))
def test_no_prediction_breaks_the_bounds(times: Times, workers: int, joiners: int) -> None:
    """Not faster than the work shared, nor than what must follow each other; not slower than all of it in a row."""
    found = predict(times, workers, joiners)
    joins = sum(film.join for film in times.films)
    assert found.wall >= (times.work / workers + times.start) * (1 - 1e-9)
    assert found.wall >= max(film.drawing(at, at + 1) for film in times.films for at in range(len(film.parts)))
    network = sum(part.size for film in times.films for part in film.parts) / scale.NETWORK
    errands = sum(film.build + sum(part.skip for part in film.parts) for film in times.films for _ in film.parts)
    assert found.wall <= (times.start + times.work + errands + joins + network) * (1 + 1e-9)
    assert 0 < found.busy <= 1 + 1e-9


@settings(max_examples=30, deadline=None)
@given(any_times(), st.integers(1, 20))
@example(Times((Film("f", (Part(0.5, skip=1.0), Part(1.0)), 0.0, 1.0),)), 1)
def test_with_as_many_joiners_as_films_the_longest_row_is_a_bound(times: Times, workers: int) -> None:
    assert predict(times, workers, len(times.films)).wall >= times.chain * (1 - 1e-9)


@given(st.integers(1, 2000), st.integers(0, 2000))
def test_portions_give_out_every_beat(beats: int, workers: int) -> None:
    left, errands = beats, 0
    while left > 0:
        assert 1 <= portion(left, workers) <= left
        left, errands = left - portion(left, workers), errands + 1
    assert left == 0 and errands <= beats


def test_times_go_to_a_file_and_back(tmp_path: Path) -> None:
    times = Times((Film("a", (Part(1.0, 0.5, 7),), 0.25, 0.125),), 2.0, {"date": "today"})
    (tmp_path / "times.json").write_text(times.as_json())
    assert Times.of(tmp_path / "times.json") == times


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"films": [{"name": "a"}], "start": 1, "about": {}}'])
def test_a_file_with_something_else_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "times.json").write_text(text)
    with pytest.raises(MathvizError, match=r"times\.json holds no measured times: .* mathviz scale --measure"):
        Times.of(tmp_path / "times.json")


def test_the_readme_shows_what_is_predicted_today() -> None:
    times = scale.recorded()
    assert len(times.films) == 12 and all(part.draw > 0 for film in times.films for part in film.parts)
    assert scale.table(times, scale.WORKERS, 2) in (HOME / "README.md").read_text(encoding="utf-8")


def test_the_plot_can_be_drawn_again(tmp_path: Path) -> None:
    scale.plot(scale.recorded(), tmp_path / "plot.svg", 2)
    assert (tmp_path / "plot.svg").read_text().count("<path") > 20 and scale.PLOT.is_file()


def test_of_one_beat_s_times_the_others_follow() -> None:
    """200 frames before the second beat and 300 before the last one; 0.01 s to play past each, 2 s to build."""
    lengths = {"a": 200, "b": 100, "c": 50}
    film = scale.from_sample("film", lengths, "b", 20.0, {"b": 4.0, "c": 5.0}, 1000, 1.0)
    assert [part.draw for part in film.parts] == pytest.approx([40, 20, 10])
    assert [part.skip for part in film.parts] == pytest.approx([2, 1, 0.5])
    assert [part.size for part in film.parts] == [2000, 1000, 500]
    assert (film.build, film.join) == (pytest.approx(2.0), pytest.approx(3.5))


@pytest.mark.slow
@pytest.mark.parametrize("sample", [True, False], ids=["one beat", "all"])
def test_a_film_is_measured(tiny: TinyProject, tmp_path: Path, sample: bool) -> None:
    compute.find(compute.of_film(tiny.project, "tiny"), tiny.project, print)
    jobs = plan(tiny.project, ["tiny"], Wish(["en"], quality="low", fps=2))
    times = scale.measure(jobs, tmp_path / "measured", print, sample)
    (film,) = times.films
    assert len(film.parts) == 3 and all(part.draw > 0 and part.size > 0 for part in film.parts)
    assert film.join > 0 and 0 <= film.build < 10 and times.start > 1
    assert json.loads(times.as_json())["about"]["picture"] == "854x480 at 2"
