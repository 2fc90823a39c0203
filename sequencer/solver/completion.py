"""Completion: given every 0/1 decision, the best value of the continuous columns, and whether the rows hold.

It works on the standard form, so every rule of the model counts without being written down a second time. A continuous
column is *completed* by raising it to the lowest of the bounds that its rows set (scope and value that live decisions
earn, budget carried over); that is optimal wherever more of it never hurts. What is asked for is only a start: the
independent evaluation and the solver have the last word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sequencer.solver.standard_form import Floats, StandardForm

TOLERANCE = 1e-7

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class _Level:
    """Columns that can be completed at the same time, with the rows that bound each from above."""

    columns: Ints
    matrix: Any
    limits: Floats
    coefficients: Floats
    starts: Ints
    always_feasible: bool


class Completion:
    """Fast evaluation of 0/1 points of a standard form.

    Parameters
    ----------
    form
        The form; rows that bound a completed column must be ``≤`` rows.
    """

    def __init__(self, form: StandardForm) -> None:
        self.form = form
        self.rows = form.matrix.tocsr()
        self.columns = form.matrix.tocsc()
        self.levels = self._make_levels()
        bounding = np.zeros(len(form.row_upper), dtype=bool)
        for row in self._bounding.values():
            bounding[row] = True
        self.pure = ~bounding
        self.upper = np.where(self.pure, form.row_upper, np.inf)
        self.lower = np.where(self.pure, form.row_lower, -np.inf)
        size = np.where(np.isfinite(form.row_upper), abs(form.row_upper), 1.0)
        self.slack_tolerance = TOLERANCE * np.maximum(1.0, size)

    def _make_levels(self) -> list[_Level]:
        """Order continuous columns so that each is completed after those its bounds depend on."""
        continuous = np.flatnonzero(~self.form.integral)
        is_continuous = ~self.form.integral
        self._bounding: dict[int, Ints] = {}
        depends: dict[int, set[int]] = {}
        for c in map(int, continuous):
            span = slice(self.columns.indptr[c], self.columns.indptr[c + 1])
            rows = self.columns.indices[span][self.columns.data[span] > 0]
            rows = rows[np.isfinite(self.form.row_upper[rows])]
            self._bounding[c] = rows
            others: set[int] = set()
            for r in rows:
                members = self.rows.indices[self.rows.indptr[r] : self.rows.indptr[r + 1]]
                others.update(int(m) for m in members[is_continuous[members]] if m != c)
            depends[c] = others
        depth: dict[int, int] = {}

        def level(c: int, seen: frozenset[int] = frozenset()) -> int:
            if c not in depth:
                below = [level(d, seen | {c}) for d in depends[c] if d not in seen]
                depth[c] = 1 + max(below, default=-1)
            return depth[c]

        for column in map(int, continuous):
            level(column)
        by_level: dict[tuple[int, bool], list[int]] = {}
        for c, k in depth.items():
            by_level.setdefault((k, self._safe(c)), []).append(c)
        return [self._make_level(np.array(columns), safe) for (_, safe), columns in sorted(by_level.items())]

    def _safe(self, column: int) -> bool:
        """Whether no decisions can push the bounds of a column below 0."""
        rows = self._bounding[column]
        part = self.rows[rows]
        return bool((self.form.row_upper[rows] >= 0).all() and ((part.data <= 0) | (part.indices == column)).all())

    def _make_level(self, columns: Ints, safe: bool) -> _Level:
        rows = np.concatenate([self._bounding[int(c)] for c in columns]).astype(np.int64)
        counts = np.array([len(self._bounding[int(c)]) for c in columns])
        owner = np.repeat(columns, counts)
        matrix = self.rows[rows].tolil()
        coefficients = np.asarray(self.rows[rows, owner]).ravel() if len(rows) else np.zeros(0)
        for k, c in enumerate(owner):
            matrix[k, c] = 0.0
        matrix = matrix.tocsr()
        matrix.eliminate_zeros()
        limits = self.form.row_upper[rows]
        starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
        keep = counts > 0
        return _Level(columns[keep], matrix, limits, coefficients, starts[keep], safe)

    def complete(self, point: Floats, *, value: bool = True) -> bool:
        """Set the continuous columns of a point; with ``value=False`` only those that can make it infeasible.

        Returns
        -------
        bool
            Whether all of them can be non-negative.
        """
        feasible = True
        for level in self.levels:
            if level.always_feasible and not value:
                continue
            room = (level.limits - level.matrix @ point) / level.coefficients
            most = np.minimum.reduceat(room, level.starts) if len(room) else np.zeros(0)
            if not level.always_feasible and most.min(initial=0.0) < -TOLERANCE:
                feasible = False
            point[level.columns] = np.clip(most, 0.0, self.form.upper[level.columns])
        return feasible

    def holds(self, activity: Floats) -> bool:
        """Whether the rows hold that bound no completed column."""
        return bool(
            (activity <= self.upper + self.slack_tolerance).all()
            and (activity >= self.lower - self.slack_tolerance).all()
        )

    def objective(self, point: Floats) -> float:
        """Objective of a completed point (minimising)."""
        return float(self.form.cost @ point + self.form.offset)
