"""Estimates: how good a core can be at best, known from the cores judged before, without solving anything.

With its core columns fixed at b, let the relaxation of everything else be worth v(b), minimising. It is convex in b,
and the reduced costs d of the core columns are a subgradient at any b where it was solved:

    v(b') ≥ v(b) + d · (b' − b)        for each other core b'.

Where the solver gave up on b, as nothing there was good enough, the basis it ended with is dual feasible; the same
holds with its objective in place of v(b). Where the relaxation with b is infeasible, a ray y of its dual proves it: for
all x within their bounds and b in the core columns, yᵀAx lies below what the rows ask of it. Only the part of the core
columns in yᵀAx depends on b, so the same ray rules out every other core with which the sum stays below. These are the
optimality and the feasibility cuts of Benders (1962, *Partitioning procedures for solving mixed-variables programming
problems*). They are kept for nothing but to choose which core to judge: a wrong one would cost a better plan, never a
proof.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sequencer.solver.relaxation import INFEASIBLE, OPTIMAL, WORSE

if TYPE_CHECKING:
    from sequencer.solver.relaxation import Relaxation
    from sequencer.solver.standard_form import Floats, StandardForm

MOST = 1000
"""Cuts kept of each kind; the oldest make room for new ones."""

ZERO = 1e-9
"""What counts as 0 in a ray whose largest weight is 1."""

PROVEN = 1e-6
"""By how much a ray has to rule out a core."""


class Estimates:
    """Lower bounds on the objective (minimising) of the relaxation with a core.

    Parameters
    ----------
    form
        The form that is relaxed.
    columns : integer array of shape (k,)
        Its core columns.
    """

    def __init__(self, form: StandardForm, columns: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
        self._form = form
        self._columns = columns
        self._rows_of = form.matrix.T.tocsr()
        self._others = np.ones(len(form.cost), dtype=bool)
        self._others[columns] = False
        self._objective = _Cuts(len(columns))
        self._feasibility = _Cuts(len(columns))

    def learn(self, core: Floats, judged: Relaxation) -> None:
        """Learn from a relaxation solved last with a core, values of shape (k,)."""
        if judged.ending in (OPTIMAL, WORSE):
            slopes = judged.reduced_costs()[self._columns]
            self._objective.add(judged.objective - float(slopes @ core), slopes)
        elif judged.ending == INFEASIBLE and (ray := judged.ray()) is not None and ray.any():
            # Solvers differ in the sign that they give a ray.
            for weights in (ray / np.abs(ray).max(), -ray / np.abs(ray).max()):
                cut = self._proof(np.where(np.abs(weights) < ZERO, 0.0, weights))
                if cut is not None and cut[0] + float(cut[1] @ core) > PROVEN:
                    self._feasibility.add(*cut)
                    break

    def least(self, cores: Floats) -> Floats:
        """Lower bounds of shape (n,) for cores of shape (n, k).

        Minus infinity where nothing is known, infinity where a core is known to be infeasible.
        """
        made = self._objective.most(cores)
        made[self._feasibility.most(cores) > PROVEN] = math.inf
        return made

    def _proof(self, weights: Floats) -> tuple[float, Floats] | None:
        """By how much ``weights`` make rows ask for more than the columns can give, as a constant and core weights."""
        asked = np.where(weights > 0, self._form.row_lower, self._form.row_upper)[weights != 0]
        each = self._rows_of @ weights
        each[np.abs(each) < ZERO] = 0.0
        given = self._others & (each != 0)
        most = np.where(each > 0, self._form.upper, self._form.lower)[given]
        if not (np.isfinite(asked).all() and np.isfinite(most).all()):
            return None
        return float(weights[weights != 0] @ asked - each[given] @ most), -each[self._columns]


class _Cuts:
    """Largest of some linear functions; the last so many that were added."""

    def __init__(self, size: int) -> None:
        self._constants = np.zeros(MOST)
        self._slopes = np.zeros((MOST, size))
        self._added = 0

    def add(self, constant: float, slopes: Floats) -> None:
        at = self._added % MOST
        self._constants[at], self._slopes[at] = constant, slopes
        self._added += 1

    def most(self, cores: Floats) -> Floats:
        """Largest value at each of some points of shape (n, k); minus infinity where there is no function."""
        known = min(self._added, MOST)
        if not known:
            return np.full(len(cores), -math.inf)
        values: Floats = (cores @ self._slopes[:known].T + self._constants[:known]).max(axis=1)
        return values
