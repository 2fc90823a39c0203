"""Completion: given every decision, the values of all other columns, and whether the rows hold.

It works on the standard form, so every rule of the model counts without being written down a second time. A column that
is no decision is completed in one of two directions, which the form itself tells:

* *raised* to the lowest of the bounds that its rows set: value that live decisions earn, money carried over, whether
  all of a set is live;
* *lowered* to the highest of them: capacity that has to be bought, losses, pairs that are live.

What the objective wants decides; where it wants neither, a column that is bounded one by one follows its bounds, and
what helps a raised column is raised. Columns that share a row in the same direction are taken in the order of what they
cost: the cheapest is used first. What is asked for is only a start: the independent evaluation and the solver have the
last word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from sequencer.solver.standard_form import Floats, StandardForm

TOLERANCE = 1e-7

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class _Level:
    """Columns that can be completed at the same time: ``x = ends of (limits − matrix · point) / coefficients``."""

    columns: Ints
    matrix: Any
    limits: Floats
    coefficients: Floats
    starts: Ints
    raised: bool


class Completion:
    """Fast evaluation of decisions on a standard form.

    Parameters
    ----------
    form
        The form.
    decided
        Columns that are decisions; by default all that must be whole.
    still
        Columns that stay at their lower bound, such as payments between pots.
    earning
        Columns that stand for value even where the objective does not pay for them.

    Attributes
    ----------
    direction : integer array of shape (n,)
        1 for raised columns, −1 for lowered ones, 0 for decisions and for what stays where it is.
    value_like : boolean array of shape (n,)
        Columns that pay, and what they are made of.
    bounding : boolean array of shape (nnz,)
        Entries of ``rows`` in which the row bounds the column in its direction.
    entry_row : integer array of shape (nnz,)
        Row of each entry of ``rows``.
    hurts, helps : boolean arrays of shape (nnz,)
        Entries by which more of the column makes the row tighter, or looser; both in an equation.
    needs : dict of int to set of int
        For each completed column the completed columns that its bounds depend on.
    """

    def __init__(
        self,
        form: StandardForm,
        *,
        decided: Bools | None = None,
        still: Iterable[int] = (),
        earning: Iterable[int] = (),
    ) -> None:
        self.form = form
        self.rows = form.matrix.tocsr()
        self.columns = form.matrix.tocsc()
        self.decided = form.integral if decided is None else decided
        self.completed = ~self.decided
        self.completed[list(still)] = False
        self.entry_row = np.repeat(np.arange(self.rows.shape[0]), np.diff(self.rows.indptr))
        size = np.maximum(
            *(np.where(np.isfinite(bound), abs(bound), 1.0) for bound in (form.row_upper, form.row_lower))
        )
        self.slack_tolerance = TOLERANCE * np.maximum(1.0, size)
        self._priced = np.flatnonzero(form.cost)
        self._cost = form.cost[self._priced]
        self._classify(np.array(sorted(earning), dtype=np.int64))
        self.levels = self._make_levels()
        self.origin = np.where(np.isfinite(form.lower), form.lower, 0.0)

    # -- directions ---------------------------------------------------------------------------------------------------

    def _classify(self, earning: Ints) -> None:
        """Set ``direction``, ``value_like`` and ``bounding``; see the module."""
        form, columns = self.form, self.rows.indices
        rising = self.rows.data > 0
        above, below = np.isfinite(form.row_upper)[self.entry_row], np.isfinite(form.row_lower)[self.entry_row]
        own = self.completed[columns]
        self.hurts = (rising & above) | (~rising & below)
        self.helps = (rising & below) | (~rising & above)
        hurts, helps = own & self.hurts, own & self.helps
        direction = np.where(self.completed, -np.sign(form.cost), 0.0).astype(np.int64)
        self.value_like = self.completed & (form.cost < 0)
        self.value_like[earning] = self.completed[earning]
        direction[earning] = np.where(direction[earning] == 0, self.value_like[earning], direction[earning])
        self._spread(self.value_like, direction, hurts, helps)
        sharing = [self._most_others(entries) for entries in (hurts, helps)]
        free = self.completed & (direction == 0)
        direction[free & (sharing[0] < sharing[1])] = 1
        direction[free & (sharing[0] > sharing[1])] = -1
        self._spread((direction > 0), direction, hurts, helps)
        free = self.completed & (direction == 0)
        direction[free] = np.where(self._room(hurts)[free] <= TOLERANCE, 1, -1)
        self.direction = direction
        self.bounding = np.where(direction[columns] > 0, hurts, helps & (direction[columns] < 0))

    def _spread(self, wanted: Bools, direction: Ints, hurts: Bools, helps: Bools) -> None:
        """Raise what helps rows that bound raised columns, and mark it as wanted."""
        columns = self.rows.indices
        while True:
            bounded = np.zeros(self.rows.shape[0], dtype=bool)
            bounded[self.entry_row[hurts & (wanted & (direction > 0))[columns]]] = True
            found = np.zeros(len(direction), dtype=bool)
            found[columns[helps & bounded[self.entry_row]]] = True
            found &= self.completed & ~wanted & (direction == 0)
            if not found.any():
                return
            wanted |= found
            direction[found] = 1

    def _most_others(self, entries: Bools) -> Ints:
        """For each column, the most other columns with such an entry in one of its rows; −1 without entries."""
        count = np.bincount(self.entry_row[entries], minlength=self.rows.shape[0])
        made = np.full(self.rows.shape[1], -1, dtype=np.int64)
        np.maximum.at(made, self.rows.indices[entries], count[self.entry_row[entries]] - 1)
        return made

    def _room(self, hurts: Bools) -> Floats:
        """How far a column could be raised if all others were 0."""
        rows, data = self.entry_row[hurts], self.rows.data[hurts]
        limits = np.where(data > 0, self.form.row_upper[rows], self.form.row_lower[rows])
        made = np.full(self.rows.shape[1], np.inf)
        np.minimum.at(made, self.rows.indices[hurts], limits / data)
        return made

    # -- levels -------------------------------------------------------------------------------------------------------

    def _make_levels(self) -> list[_Level]:
        """Order completed columns so that each comes after those its bounds depend on."""
        order = np.lexsort((np.arange(len(self.form.cost)), self.form.cost))
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        self.needs = self._dependencies(rank)
        self.depth: dict[int, int] = {}
        for column in self.needs:
            self._set_depth(column)
        deep = np.zeros(len(rank), dtype=np.int64)
        deep[list(self.depth)] = list(self.depth.values())
        bounded = np.zeros(len(rank), dtype=bool)
        bounded[self.rows.indices[self.bounding]] = True
        made = []
        for depth in range(int(deep.max(initial=0)) + 1):
            for sense in (1, -1):
                at = np.flatnonzero(bounded & (deep == depth) & (self.direction == sense))
                if len(at):
                    made.append(self._make_level(at, rank))
        return made

    def _dependencies(self, rank: Ints) -> dict[int, set[int]]:
        """Completed columns in the bounds of each; of those that share a bound, only the cheaper ones."""
        columns = self.rows.indices
        completed = self.direction[columns] != 0
        count = np.bincount(self.entry_row[completed], minlength=self.rows.shape[0])
        bounds = np.zeros(self.rows.shape[0], dtype=bool)
        bounds[self.entry_row[self.bounding]] = True
        made: dict[int, set[int]] = {}
        for row in np.flatnonzero(bounds & (count > 1)):
            span = range(self.rows.indptr[row], self.rows.indptr[row + 1])
            members = [(int(columns[e]), bool(self.bounding[e])) for e in span if completed[e]]
            for c, own in members:
                if own:
                    later = {o for o, shares in members if shares and rank[o] >= rank[c]}
                    made.setdefault(c, set()).update(o for o, _ in members if o not in later)
        return made

    def _set_depth(self, column: int) -> None:
        """Depth of a column and of all it needs; circles are cut where they close."""
        path: list[int] = [column]
        open_: set[int] = set()
        while path:
            c = path[-1]
            missing = [d for d in self.needs.get(c, ()) if d not in self.depth and d not in open_ and d != c]
            open_.add(c)
            if missing:
                path += missing
                continue
            path.pop()
            if c not in self.depth:
                self.depth[c] = 1 + max((self.depth.get(d, -1) for d in self.needs.get(c, ())), default=-1)

    def _make_level(self, at: Ints, rank: Ints) -> _Level:
        """Level of columns of one direction: a row of the matrix for each bound, without the column and later ones."""
        here = np.zeros(len(rank), dtype=bool)
        here[at] = True
        entries = np.flatnonzero(self.bounding & here[self.rows.indices])
        entries = entries[np.argsort(self.rows.indices[entries], kind="stable")]
        owner, row = self.rows.indices[entries].astype(np.int64), self.entry_row[entries]
        coefficients = self.rows.data[entries]
        raised = bool(self.direction[at[0]] > 0)
        limits = np.where((coefficients > 0) == raised, self.form.row_upper[row], self.form.row_lower[row])
        length = np.diff(self.rows.indptr)[row]
        bound = np.repeat(np.arange(len(row)), length)
        first = np.concatenate([[0], np.cumsum(length)[:-1]]) if len(row) else np.zeros(0, dtype=np.int64)
        source = self.rows.indptr[row][bound] + np.arange(len(bound)) - first[bound]
        columns = self.rows.indices[source]
        keep = ~(self.bounding[source] & (rank[columns] >= rank[owner[bound]]))
        matrix = csr_matrix(
            (self.rows.data[source][keep], (bound[keep], columns[keep])), shape=(len(row), len(self.form.cost))
        )
        starts = np.concatenate([[0], np.flatnonzero(np.diff(owner)) + 1]).astype(np.int64)
        return _Level(owner[starts], matrix, limits, coefficients, starts, raised)

    # -- evaluation ---------------------------------------------------------------------------------------------------

    def complete(self, point: Floats) -> None:
        """Set the columns of a point that are no decisions."""
        point[self.completed] = self.origin[self.completed]
        for level in self.levels:
            ends = (level.limits - level.matrix @ point) / level.coefficients
            best = (np.minimum if level.raised else np.maximum).reduceat(ends, level.starts)
            whole = self.form.integral[level.columns]
            if whole.any():
                rounded = np.floor(best + TOLERANCE) if level.raised else np.ceil(best - TOLERANCE)
                best = np.where(whole, rounded, best)
            lowest, highest = self.origin[level.columns], self.form.upper[level.columns]
            point[level.columns] = np.minimum(np.maximum(best, lowest), highest)

    def activity(self, point: Floats) -> Floats:
        """Activity of every row at a point."""
        return np.asarray(self.rows @ point)

    def violations(self, activity: Floats) -> Floats:
        """By how much each row is violated beyond its tolerance; 0 everywhere where the point is feasible."""
        over = activity - self.form.row_upper - self.slack_tolerance
        under = self.form.row_lower - self.slack_tolerance - activity
        return np.asarray(np.maximum(np.maximum(over, under), 0.0))

    def objective(self, point: Floats) -> float:
        """Objective of a completed point (minimising)."""
        # Not as a product of arrays, which large ones share out to threads that others are busy with.
        return float((self._cost * point[self._priced]).sum() + self.form.offset)
