"""The best values of a gridworld as a linear program: no sweep, no policy (Puterman 1994, section 6.9)."""

from __future__ import annotations

import numpy as np
from numpy import ndarray

from mathviz.concepts.shared.gridworld import Gridworld


def least_values(board: Gridworld) -> ndarray:
    """The least values that no move promises more than, [cell]: min Σv with v ≥ r + γv′ for every move, by HiGHS."""
    from scipy.optimize import linprog

    model, earned = board.model
    going = np.where(board.ends, 0.0, model)
    rows = (board.discount * going - np.eye(board.cells)[:, None]).reshape(-1, board.cells)
    found = linprog(np.ones(board.cells), A_ub=rows, b_ub=-earned.ravel(), bounds=(None, None), method="highs")
    return np.asarray(found.x)
