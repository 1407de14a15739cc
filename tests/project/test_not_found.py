"""A name that is not there is answered with what is close, or with what there is."""

from __future__ import annotations

from mathviz.project import not_found


def test_only_what_is_close_is_called_so() -> None:
    assert "'tony'. Closest: tiny. See" in str(not_found("film", "tony", ["tiny", "ring_allreduce"], "mathviz list"))
    assert "'x'. There are: tiny, wide. See" in str(not_found("film", "x", ["tiny", "wide"], "mathviz list"))
    assert "'x'. There are: none. See" in str(not_found("film", "x", [], "mathviz list"))
    assert str(not_found("film", "x", [f"film_{n}" for n in range(9)], "list")).endswith("film_7, …. See: list")
