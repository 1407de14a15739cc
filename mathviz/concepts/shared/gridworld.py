"""Gridworlds whose values are known exactly: by solving linear equations, not by waiting for sweeps to settle.

A board is text, a character a cell: ``.`` is ground, ``#`` mud, ``G`` a goal that ends it. Bumping into the edge
leaves one where one is. Values follow Sutton & Barto (2018), chapters 3 and 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy import ndarray
from numpy.random import Generator

MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))
"""Up, right, down and left, as steps of row and column. To either side of a move are its neighbours in this list."""

GROUND, MUD, GOAL = ".#G"


@dataclass(frozen=True)
class Gridworld:
    """A board, what entering its cells pays, and how the floor slips.

    ``slip`` is the probability of each of the two sideways moves. With ``stay`` there is a fifth action that stays.
    ``absorbing`` says whether the goal ends it: its value is then 0. ``jumps`` take whoever acts in a cell, however,
    to another one for a reward: {from: (to, reward)}.
    """

    rows: tuple[str, ...]
    discount: float = 0.9
    goal: float = 1.0
    mud: float = -1.0
    bump: float = 0.0
    slip: float = 0.0
    stay: bool = False
    absorbing: bool = True
    jumps: tuple[tuple[tuple[int, int], tuple[int, int], float], ...] = ()

    def __post_init__(self) -> None:
        if len({len(row) for row in self.rows}) != 1 or set("".join(self.rows)) - {GROUND, MUD, GOAL}:
            raise ValueError(f"a board is rows of one length of {GROUND} {MUD} {GOAL}, not {self.rows}")

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), len(self.rows[0])

    @property
    def cells(self) -> int:
        """States, counted along the rows from the top."""
        return self.shape[0] * self.shape[1]

    @property
    def actions(self) -> int:
        return len(MOVES) + self.stay

    @cached_property
    def kinds(self) -> ndarray:
        """The character of each cell, [cell]."""
        return np.array(list("".join(self.rows)))

    @cached_property
    def ends(self) -> ndarray:
        """Whether it is over in a cell, [cell]."""
        return (self.kinds == GOAL) & self.absorbing

    def cell(self, row: int, column: int) -> int:
        """The number of a cell."""
        return row * self.shape[1] + column

    def step(self, cell: int, action: int) -> tuple[int, float]:
        """Where an action leads if the floor does not slip, and what that pays. Over is over: (cell, 0)."""
        row, column = divmod(cell, self.shape[1])
        if self.ends[cell]:
            return cell, 0.0
        for start, end, reward in self.jumps:
            if start == (row, column):
                return self.cell(*end), reward
        down, right = MOVES[action] if action < len(MOVES) else (0, 0)
        there = row + down, column + right
        if not (0 <= there[0] < self.shape[0] and 0 <= there[1] < self.shape[1]):
            return cell, self.bump
        entered = self.cell(*there)
        return entered, {GOAL: self.goal, MUD: self.mud}.get(str(self.kinds[entered]), 0.0)

    def outcomes(self, cell: int, action: int) -> list[tuple[float, int, float]]:
        """Everything an action may lead to: probability, cell and reward. The sampler and the model both read it."""
        if action >= len(MOVES) or not self.slip:
            return [(1.0, *self.step(cell, action))]
        turned = ((1 - 2 * self.slip, 0), (self.slip, -1), (self.slip, 1))
        return [(share, *self.step(cell, (action + turn) % len(MOVES))) for share, turn in turned]

    @cached_property
    def _outcomes(self) -> list[list[list[tuple[float, int, float]]]]:
        return [[self.outcomes(cell, action) for action in range(self.actions)] for cell in range(self.cells)]

    @cached_property
    def model(self) -> tuple[ndarray, ndarray]:
        """Probabilities [cell action next] and expected rewards [cell action]."""
        moves, rewards = np.zeros((self.cells, self.actions, self.cells)), np.zeros((self.cells, self.actions))
        for cell in range(self.cells):
            for action in range(self.actions):
                for share, there, reward in self._outcomes[cell][action]:
                    moves[cell, action, there] += share
                    rewards[cell, action] += share * reward
        return moves, rewards

    def action_values(self, values: ndarray) -> ndarray:
        """Q of an action and of ``values`` [cell] from then on, [cell action]. It is over where it ends."""
        moves, rewards = self.model
        return rewards + self.discount * moves @ np.where(self.ends, 0.0, values)

    def under(self, policy: ndarray) -> tuple[ndarray, ndarray]:
        """Under a policy [cell action]: where one gets, [cell next], and what that pays, [cell]."""
        moves, rewards = self.model
        return np.einsum("ca,can->cn", policy, moves), (policy * rewards).sum(axis=1)

    def values_of(self, policy: ndarray) -> ndarray:
        """The value of each cell under a policy [cell action], exactly: (I − γP)v = r, [cell]."""
        moves, rewards = self.under(policy)
        going = np.where(self.ends[None], 0.0, moves)
        return np.linalg.solve(np.eye(self.cells) - self.discount * going, rewards)

    def evaluate(self, policy: ndarray, sweeps: int) -> ndarray:
        """Values after 0 to ``sweeps`` sweeps from zero, [sweep cell]."""
        moves, rewards = self.under(policy)
        found = [np.zeros(self.cells)]
        for _ in range(sweeps):
            found.append(rewards + self.discount * moves @ np.where(self.ends, 0.0, found[-1]))
        return np.array(found)

    def iterate(self, sweeps: int) -> ndarray:
        """Value iteration from zero, [sweep cell]."""
        found = [np.zeros(self.cells)]
        for _ in range(sweeps):
            found.append(self.action_values(found[-1]).max(axis=1))
        return np.array(found)

    def greedy(self, values: ndarray, margin: float = 1e-9) -> ndarray:
        """The policy that takes the best action for ``values``, the first of those that are equal, [cell action]."""
        of_actions = self.action_values(values)
        best = (of_actions > of_actions.max(axis=1, keepdims=True) - margin).argmax(axis=1)
        return np.eye(self.actions)[best]

    def improve(self, policy: ndarray) -> list[ndarray]:
        """Policy iteration from a policy: each policy [cell action] in turn, the last of them optimal."""
        found = [policy]
        while True:
            values = self.values_of(found[-1])
            better = self.greedy(values)
            gain = (better * self.action_values(values)).sum(axis=1) - values
            if gain[~self.ends].max() <= 1e-9:  # as good: keep the last
                return found
            found.append(better)

    @cached_property
    def best(self) -> ndarray:
        """The optimal values, exactly, [cell]: those of the policy that cannot be improved."""
        return self.values_of(self.improve(self.random)[-1])

    @property
    def random(self) -> ndarray:
        """The policy that takes every action as often, [cell action]."""
        return np.full((self.cells, self.actions), 1 / self.actions)

    def softened(self, policy: ndarray, share: float) -> ndarray:
        """A policy that acts at random in a share of all steps, [cell action]."""
        return (1 - share) * policy + share * self.random

    def best_soft(self, share: float) -> ndarray:
        """The best values of those who must act at random in a share of all steps, [cell], to rounding.

        The greedy action is the same for the softened choice, so this is value iteration with it.
        """
        values, change = np.zeros(self.cells), np.inf
        while change > 1e-14:
            of_actions = self.action_values(values)
            better = (1 - share) * of_actions.max(axis=1) + share * of_actions.mean(axis=1)
            change, values = float(np.abs(better - values).max()), better
        return values

    def play(
        self, policy: ndarray, start: int, random: Generator, limit: int = 100, first: int | None = None
    ) -> tuple[ndarray, ndarray, ndarray]:
        """An episode: cells [moment], actions [step] and rewards [step]; the moments are one more than the steps.

        ``first`` is the first action, whatever the policy. Over after ``limit`` steps at the latest.
        """
        cells = [start]
        actions: list[int] = []
        rewards: list[float] = []
        while not self.ends[cells[-1]] and len(actions) < limit:
            chosen = first if first is not None and not actions else _drawn(policy[cells[-1]], random)
            outcomes = self._outcomes[cells[-1]][chosen]
            _, there, reward = outcomes[_drawn([each[0] for each in outcomes], random)]
            actions.append(chosen)
            rewards.append(reward)
            cells.append(there)
        return np.array(cells), np.array(actions, int), np.array(rewards, float)

    def returns(self, rewards: ndarray) -> ndarray:
        """Discounted rewards from each step on, [step]."""
        found, after = np.zeros(len(rewards)), 0.0
        for step in reversed(range(len(rewards))):
            found[step] = after = rewards[step] + self.discount * after
        return found


def _drawn(shares: ndarray | list[float], random: Generator) -> int:
    """A number drawn with these probabilities. Ten times as fast as ``Generator.choice``, which checks them."""
    left = random.random()
    for number, share in enumerate(shares):
        left -= share
        if left < 0:
            return number
    return len(shares) - 1


SWAMP = (".....", ".##..", "..#..", ".#G#.", ".#...")
"""The board of the films: five by five, a goal that mud surrounds but for one side, as Zhao's book has it."""
