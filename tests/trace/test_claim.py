"""What a claim finds, and how it says it: over numbers, arrays, and what is no number."""

from __future__ import annotations

import numpy as np
import pytest

from mathviz.trace import Claim

NAN = float("nan")


@pytest.mark.parametrize(
    ("claim", "holds", "found"),
    [
        (Claim.close("π", 3.14, np.pi, 0.01, "{:.2f}"), True, "3.14 and 3.14"),
        (Claim.close("π", 3.1, np.pi, 0.01), False, "within 0.0416 of 0.01 allowed"),
        (Claim.close("rows", np.array([1, 1 + 1e-9, 1]), 1, 1e-6), True, "within 1e-09 of 1e-06 allowed"),
        (Claim.close("rows", [1, NAN], 1, 1e-6), False, "within nan of 1e-06 allowed"),
        (Claim.exact("counts", [1, 2, 3], [1, 2, 3]), True, "3 of 3 equal"),
        (Claim.exact("counts", [1, 2, 3], [1, 0, 3]), False, "2 of 3 equal"),
        (Claim.exact("counts", [1, 2], [1, 2, 3]), False, "shapes (2,) and (3,)"),
        (Claim.exact("one", np.array(4), 4), True, "4"),
        (Claim.exact("one", 4, 5), False, "4, not 5"),
        (Claim.below("error", 0.02, 0.1, "{:.1%}"), True, "2.0% of 10.0% allowed"),
        (Claim.below("errors", [0.1, 0.3], 0.2), False, "0.3 of 0.2 allowed"),
        (Claim.below("errors", [1, 3], [2, 9]), True, "1 of 2 allowed"),
        (Claim.below("error", NAN, 1), False, "nan of 1 allowed"),
        (Claim.below("equal is not below", 1, 1), False, "1 of 1 allowed"),
        (Claim.between("share", 0.5, 0.97, 1), True, "0.97, between 0.5 and 1"),
        (Claim.between("shares", 0, [0.2, 1.5], 1), False, "0.2 to 1.5, between 0 and 1"),
        (Claim.between("shares", 0, [0.2, NAN], 1), False, "nan, between 0 and 1"),
    ],
)
def test_a_claim_says_what_was_found(claim: Claim, holds: bool, found: str) -> None:
    assert (claim.holds, claim.found) == (holds, found)
