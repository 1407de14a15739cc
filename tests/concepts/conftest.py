"""One real run of the ring, made once for all tests of it."""

from __future__ import annotations

import pytest

from mathviz.concepts.ring_allreduce import RingAllReduce, compare_all_reduce


@pytest.fixture(scope="session")
def run() -> RingAllReduce:
    """What the film shows, computed by real processes."""
    return compare_all_reduce()
