"""Ledger: what a growing plan uses of every rule, kept up to date from one adoption to the next.

An adoption changes few rows, so whether it fits is told by looking at those alone; which they are is said in
:mod:`sequencer.solver.tracking`.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from sequencer.solver.completion import TOLERANCE, Ints
from sequencer.solver.tracking import Tracking
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.standard_form import Floats, StandardForm

Decisions = dict[str, tuple[str, int]]
"""Mode and start wave by adoptable."""


@dataclass(slots=True)
class State:
    """A plan in the making.

    Attributes
    ----------
    decisions : dict
        Mode and start wave of what is adopted.
    point : array of shape (n,)
        Point of the form; complete where ``fresh``.
    used : list of float
        Activity of the rows that are followed.
    followed : dict of int to float
        Values of the columns that are followed.
    objective, violation : float
        Of the point (minimising), when it was completed last.
    score : tuple of float
        What makes one plan in the making better than another: by how much rules are broken that no value can heal, then
        the objective with a penalty for those that more value can; least is best.
    fresh : bool
        Whether nothing has been adopted since.
    lenient : frozenset of int
        Rows (by their number among those followed) that may be broken for the time being.
    """

    decisions: Decisions
    point: Floats
    used: list[float]
    followed: dict[int, float]
    objective: float = 0.0
    violation: float = 0.0
    score: tuple[float, float] = (0.0, 0.0)
    fresh: bool = True
    lenient: frozenset[int] = frozenset()

    def copy(self) -> State:
        """Independent copy."""
        return State(
            dict(self.decisions),
            self.point.copy(),
            self.used.copy(),
            self.followed.copy(),
            self.objective,
            self.violation,
            self.score,
            self.fresh,
            self.lenient,
        )

    def take(self, other: State) -> None:
        """Become another state."""
        for name in self.__slots__:
            setattr(self, name, getattr(other, name))

    @property
    def merit(self) -> tuple[float, float]:
        """What makes one plan better than another in the end: broken rules, then the objective; least is best."""
        return (self.violation, self.objective)


@dataclass(frozen=True)
class Effect:
    """What an adoption changes: columns set to 1, and by how much rows change that are followed."""

    columns: Ints
    risky: list[tuple[int, float]]
    changes: list[tuple[int, float]]
    dirty: list[tuple[int, int]]


@dataclass
class _Follower:
    """A column that is followed: its bounds, and the rows it is in."""

    depth: int
    raised: bool
    lowest: float
    highest: float
    bounds: list[tuple[int, float, float]] = field(default_factory=list)
    entries: list[tuple[int, float]] = field(default_factory=list)


class Ledger:
    """Feasibility and value of adoptions on a model and its standard form.

    Parameters
    ----------
    model, form
        The model and its form.
    """

    def __init__(self, model: SequencingModel, form: StandardForm) -> None:
        self.model = model
        self.form = form
        tracking = Tracking(model, form)
        self.completion = tracking.completion
        self.deferred = tracking.deferred
        self._decision, self._empty = tracking.decision, tracking.empty
        self._tracked, self._earned, self._follow = tracking.tracked, tracking.earned, tracking.follow
        self._penalty = tracking.penalty
        self._effects: dict[tuple[str, str, int], Effect] = {}
        self._make_followers()

    def _make_followers(self) -> None:
        made, form = self.completion, self.form
        number = np.cumsum(self._tracked) - 1
        self._number = np.where(self._tracked, number, -1)
        self._earned_rows = frozenset(self._number[self._earned & self._tracked].tolist())
        self._upper = (form.row_upper + made.slack_tolerance)[self._tracked].tolist()
        self._lower = (form.row_lower - made.slack_tolerance)[self._tracked].tolist()
        self._followers: dict[int, _Follower] = {}
        self._bounded: dict[int, list[int]] = {}
        for c in map(int, self._follow):
            raised = bool(made.direction[c] > 0)
            follower = _Follower(made.depth.get(c, 0), raised, float(made.origin[c]), float(form.upper[c]))
            for e in range(made.columns.indptr[c], made.columns.indptr[c + 1]):
                r, a = int(made.columns.indices[e]), float(made.columns.data[e])
                at = int(self._number[r])
                if at >= 0:
                    follower.entries.append((at, a))
                    limit = form.row_upper[r] if (a > 0) == raised else form.row_lower[r]
                    if np.isfinite(limit):
                        follower.bounds.append((at, a, float(limit)))
                        self._bounded.setdefault(at, []).append(c)
            self._followers[c] = follower

    # -- placing ------------------------------------------------------------------------------------------------------

    def empty(self) -> State:
        """Return the plan in which nothing is adopted."""
        state = State({}, self._empty.copy(), [], {})
        self._read(state)
        return state

    def _read(self, state: State) -> None:
        """Take over what a complete point says."""
        activity = self.completion.activity(state.point)
        state.used = activity[self._tracked].tolist()
        state.followed = dict(zip(self._follow.tolist(), state.point[self._follow].tolist(), strict=True))
        state.objective = self.completion.objective(state.point)
        broken = self.completion.violations(activity)
        state.violation = float(broken.sum())
        healed = float(broken[self.deferred].sum())
        hard = state.violation - healed
        state.score = (hard if hard > TOLERANCE else 0.0, state.objective + self._penalty * healed)
        state.fresh = True

    def value(self, state: State) -> None:
        """Complete a state and say what it is worth."""
        if not state.fresh:
            self.completion.complete(state.point)
            self._read(state)

    def effect(self, item: str, mode: str, wave: int) -> Effect | None:
        """What an adoption changes; None where the model has no such adoption."""
        key = (item, mode, wave)
        if key not in self._effects:
            window = self.model.reach.windows[item, mode]
            if key not in self.model.adopt:
                return None
            at = [self.form.form_column[self.model.adopt[item, mode, w]] for w in range(wave, window.latest + 1)]
            self._effects[key] = self._effect_of(np.array([c for c in at if c >= 0], dtype=np.int64))
        return self._effects[key]

    def _effect_of(self, columns: Ints) -> Effect:
        change = np.asarray(self.completion.columns[:, columns].sum(axis=1)).ravel()
        rows = np.flatnonzero((change != 0) & self._tracked)
        changes = [(int(self._number[r]), float(change[r])) for r in rows]
        own = [(r, d) for r, d in changes if r not in self._bounded]
        risky = [(r, d) for r, d in own if np.isfinite(self._upper[r] if d > 0 else self._lower[r])]
        dirty = {c for r, _ in changes for c in self._bounded.get(r, ())}
        return Effect(columns, risky, changes, sorted((self._followers[c].depth, c) for c in dirty))

    def place(self, state: State, adoptions: list[tuple[str, str, int]]) -> bool:
        """Adopt items at given waves, all or none; False, and nothing changed, where a rule is broken."""
        effects = [self.effect(*a) for a in adoptions]
        if any(e is None for e in effects):
            return False
        found = [e for e in effects if e is not None]
        broken = self._breaks(state, found)
        if broken in self._earned_rows and not state.fresh:
            self.value(state)
            broken = self._breaks(state, found)
        if broken is not None:
            return False
        for effect, (item, mode, wave) in zip(found, adoptions, strict=True):
            state.point[effect.columns] = 1.0
            state.decisions[item] = (mode, wave)
        state.fresh = False
        return True

    def _breaks(self, state: State, effects: list[Effect]) -> int | None:
        """Apply effects to what is used; take them back and name the row where one breaks, or is broken more."""
        used, upper, lower = state.used, self._upper, self._lower
        if len(effects) == 1:
            for r, d in effects[0].risky:
                after = used[r] + d
                if (after > upper[r] if d > 0 else after < lower[r]) and r not in state.lenient:
                    return r
        before: dict[int, float] = {}
        moved: dict[int, float] = {}
        for effect in effects:
            for r, d in effect.changes:
                before.setdefault(r, used[r])
                used[r] += d
        for effect in effects:
            self._follow_up(state, effect.dirty, before, moved)
        for r, was in before.items():
            now = used[r]
            worse = (now > upper[r] and now > was + TOLERANCE) or (now < lower[r] and now < was - TOLERANCE)
            if worse and r not in state.lenient:
                for row, old in before.items():
                    used[row] = old
                state.followed.update(moved)
                return r
        return None

    def blocking(self, state: State, adoptions: list[tuple[str, str, int]]) -> list[int]:
        """Rows of the form that adoptions would break."""
        change = np.zeros(len(self._number))
        for adoption in adoptions:
            effect = self.effect(*adoption)
            if effect is not None:
                change += np.asarray(self.completion.columns[:, effect.columns].sum(axis=1)).ravel()
        rows = np.flatnonzero(self._tracked & (change != 0))
        used = np.array(state.used)[self._number[rows]]
        upper, lower = np.array(self._upper)[self._number[rows]], np.array(self._lower)[self._number[rows]]
        broken = ((used + change[rows] > upper) & (change[rows] > 0)) | (
            (used + change[rows] < lower) & (change[rows] < 0)
        )
        return [int(r) for r in rows[broken]]

    def broken(self, state: State) -> list[int]:
        """Rows of the form that a valued state breaks."""
        activity, tolerance = self.completion.activity(state.point), self.completion.slack_tolerance
        over = (activity > self.form.row_upper + tolerance) | (activity < self.form.row_lower - tolerance)
        return [int(r) for r in np.flatnonzero(over)]

    def leniently(self, state: State, rows: list[int]) -> State:
        """Copy of a state in which some rows of the form may be broken for the time being."""
        made = state.copy()
        made.lenient = state.lenient | {int(self._number[r]) for r in rows if self._number[r] >= 0}
        return made

    def helpers(self, rows: list[int]) -> list[str]:
        """Items whose adoption loosens one of the rows; those of the mandate first, then in the order of the rows."""
        names = list(self.model.instance.adoptables)
        kinds = [i.kind for i in self.model.instance.adoptables.values()]
        made: dict[int, None] = {}
        for r in rows:
            span = slice(self.completion.rows.indptr[r], self.completion.rows.indptr[r + 1])
            sign = 1.0 if np.isfinite(self.form.row_upper[r]) else -1.0
            columns = self.completion.rows.indices[span][sign * self.completion.rows.data[span] < 0]
            made |= {int(k): None for k in self._decision[columns] if k >= 0}
        return [names[k] for k in sorted(made, key=lambda k: kinds[k] != Kind.MANDATE)]

    def _follow_up(
        self, state: State, dirty: list[tuple[int, int]], before: dict[int, float], moved: dict[int, float]
    ) -> None:
        """Let the columns follow whose bounds have changed, those first that others depend on."""
        used, heap, queued = state.used, list(dirty), {c for _, c in dirty}
        while heap:
            _, c = heapq.heappop(heap)
            queued.discard(c)
            follower, now = self._followers[c], state.followed[c]
            ends = [now + (limit - used[r]) / a for r, a, limit in follower.bounds]
            best = min(ends) if follower.raised else max(ends)
            best = min(max(best, follower.lowest), follower.highest)
            if abs(best - now) <= 1e-12:
                continue
            moved.setdefault(c, now)
            state.followed[c] = best
            for r, a in follower.entries:
                before.setdefault(r, used[r])
                used[r] += a * (best - now)
                for other in self._bounded.get(r, ()):
                    later = (self._followers[other].depth, other)
                    if other not in queued and other != c and later > (follower.depth, c):
                        queued.add(other)
                        heapq.heappush(heap, later)
