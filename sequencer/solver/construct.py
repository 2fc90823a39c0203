"""Start plan by list scheduling over bundles: a value driver, an affiliate, a brand … each with all it needs.

Starting from what must be, the bundle with the best gain in npv is placed, every item of it in the earliest wave that
the rules leave open, until none gains. Feasibility and value come from
:class:`~sequencer.solver.completion.Completion`, so the heuristic knows every rule of the model. Serial schedule
generation is standard for resource-constrained scheduling (Kolisch & Hartmann 1999, *Heuristic algorithms for the
resource-constrained project scheduling problem*).
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sequencer.instance.items import Member
from sequencer.instance.reach import step_pairs
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver.completion import TOLERANCE, Completion, Ints
from sequencer.solver.standard_form import Floats
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel

Decisions = dict[str, tuple[str, int]]
"""Mode and start wave by adoptable."""

SCOPE = (Kind.AFFILIATE, Kind.BRAND, Kind.CUSTOMER_TYPE)
EARNING = (Kind.DRIVER, *SCOPE)


@dataclass
class _State:
    """A partial plan with its row activities."""

    decisions: Decisions
    point: Floats
    activity: Floats
    objective: float

    def copy(self) -> _State:
        return _State(dict(self.decisions), self.point.copy(), self.activity.copy(), self.objective)


class Construction:
    """List scheduling on a model and its standard form.

    Parameters
    ----------
    model, completion
        The model and the evaluation of its standard form.
    """

    def __init__(self, model: SequencingModel, completion: Completion) -> None:
        self.model = model
        self.instance = model.instance
        self.completion = completion
        self.form = completion.form
        self._effects: dict[tuple[str, str, int], tuple[Ints, Ints, Floats]] = {}
        self._needs = self._direct_needs()

    # -- what an item needs ---------------------------------------------------------------------------------------

    def _direct_needs(self) -> dict[str, list[tuple[Member, tuple[Member, ...], int]]]:
        """For each item: (item side, required members, how many), functions of a driver included."""
        needs: dict[str, list[tuple[Member, tuple[Member, ...], int]]] = {}
        for rule in self.instance.precedences:
            needs.setdefault(rule.item.id, []).append((rule.item, rule.members, rule.at_least))
        for item, below in step_pairs(self.instance):
            needs.setdefault(item, []).append((Member(item), (Member(below),), 1))
        for step in self.model.of_kind(Kind.MANDATE):
            below = f"mandate:{(step.level or 0) - 1}"
            if below in self.instance.adoptables:
                needs.setdefault(step.id, []).append((Member(step.id), (Member(below),), 1))
        for driver in self.instance.drivers:
            for f in driver.functions:
                for member in self.instance.members(f):
                    needs.setdefault(driver.id, []).append((Member(driver.id), (member,), 1))
        return needs

    def _with_derived(self, wanted: list[Member], done: Decisions) -> list[Member]:
        """Add what is adopted by place (``r1@jp``) for halves that are wanted or done."""
        halves = {*done, *(m.id for m in wanted)}
        new = {m.id for m in wanted}
        derived = [
            Member(i.id)
            for i in self.instance.adoptables.values()
            if i.parent in halves and i.place in halves and (i.parent in new or i.place in new)
        ]
        return [*wanted, *derived]

    def bundle(self, wanted: list[Member], done: Decisions) -> list[Member]:
        """Everything not yet adopted that the wanted members need, in an order in which it can be placed."""
        order: dict[str, Member] = {}
        visiting: set[str] = set()

        def visit(member: Member) -> None:
            if member.id in done or member.id in order or member.id in visiting:
                return
            visiting.add(member.id)
            for side, required, count in self._needs.get(member.id, ()):
                if side.modes is not None and member.modes is not None and not set(side.modes) & set(member.modes):
                    continue
                missing = [m for m in required if m.id not in done and m.id not in order]
                for m in missing[: max(0, count - (len(required) - len(missing)))]:
                    visit(m)
            order[member.id] = member

        for member in wanted:
            visit(member)
        return list(order.values())

    # -- placing --------------------------------------------------------------------------------------------------

    def empty(self) -> _State:
        """Return the plan in which nothing is adopted."""
        point = np.zeros(len(self.form.cost))
        self.completion.complete(point)
        return _State({}, point, self.completion.rows @ point, self.completion.objective(point))

    def _effect(self, item: str, mode: str, wave: int) -> tuple[Ints, Ints, Floats]:
        """Columns that an adoption sets, and the rows it touches with their change."""
        key = (item, mode, wave)
        if key not in self._effects:
            window = self.model.reach.windows[item, mode]
            at = [self.form.form_column[self.model.adopt[item, mode, w]] for w in range(wave, window.latest + 1)]
            columns = np.array([c for c in at if c >= 0], dtype=np.int64)
            change = np.asarray(self.completion.columns[:, columns].sum(axis=1)).ravel()
            rows = np.flatnonzero(change)
            self._effects[key] = (columns, rows, change[rows])
        return self._effects[key]

    def place(self, state: _State, member: Member) -> bool:
        """Adopt a member in the earliest wave (of its cheapest mode at equal speed) that the rules leave open."""
        choices = []
        for rank, mode in enumerate(self.instance.adoptables[member.id].modes):
            window = self.model.reach.windows[member.id, mode.id]
            if (member.modes is None or mode.id in member.modes) and not window.empty:
                choices += [(w + mode.duration, rank, w, mode.id) for w in range(window.earliest, window.latest + 1)]
        return any(self._try(state, member.id, mode_id, wave) for _, _, wave, mode_id in sorted(choices))

    def _try(self, state: _State, item: str, mode: str, wave: int) -> bool:
        columns, rows, change = self._effect(item, mode, wave)
        before, after = state.activity[rows], state.activity[rows] + change
        tolerance = self.completion.slack_tolerance[rows]
        over = (after > self.completion.upper[rows] + tolerance) & (after > before + TOLERANCE)
        under = (after < self.completion.lower[rows] - tolerance) & (after < before - TOLERANCE)
        if over.any() or under.any():
            return False
        state.point[columns] = 1.0
        if not self.completion.complete(state.point, value=False) or not self._carried(state):
            state.point[columns] = 0.0
            self.completion.complete(state.point, value=False)
            return False
        state.activity = self.completion.rows @ state.point
        state.decisions[item] = (mode, wave)
        return True

    def _carried(self, state: _State) -> bool:
        """Whether rows that contain completed columns still hold, e.g. the last wave's budget with its carry."""
        activity = self.completion.rows @ state.point
        over = (activity > self.completion.upper + self.completion.slack_tolerance) & (
            activity > state.activity + TOLERANCE
        )
        return not over.any()

    def add(self, state: _State, wanted: list[Member]) -> _State | None:
        """Copy of a state with wanted members and all they need placed, valued; None where that cannot be."""
        made = state.copy()
        for member in self.bundle(self._with_derived(wanted, made.decisions), made.decisions):
            if not self.place(made, member):
                return None
        self.completion.complete(made.point)
        made.objective = self.completion.objective(made.point)
        return made

    # -- the search -----------------------------------------------------------------------------------------------

    def musts(self) -> list[Member]:
        """Return what has to be adopted: locks, and the mandate steps of a given path."""
        made = [Member(m.id) for lock in self.instance.locks if lock.must for m in self.instance.members(lock.item)]
        path = self.instance.settings.mandate_path
        made += [Member(s.id) for s in self.model.of_kind(Kind.MANDATE) if path and (s.level or 0) <= max(path)]
        return sorted(made, key=lambda m: self._earliest(m.id))

    def _earliest(self, item: str) -> int:
        return min(self.model.reach.windows[item, m.id].earliest for m in self.instance.adoptables[item].modes)

    def first_bundle(self, driver: str) -> list[Member]:
        """Return a driver with the members of its largest cell: the smallest thing that can earn."""
        cells = self.instance.scope[driver]
        cell = max(cells, key=lambda c: cells[c])
        return [Member(driver), *(Member(x) for x in cell if x)]

    def next_bundles(self, kinds: tuple[Kind, ...] = EARNING) -> list[list[Member]]:
        """Return what may earn more: drivers, affiliates in each mode, brands, customer types."""
        made: list[list[Member]] = []
        for item in self.instance.adoptables.values():
            if item.kind in kinds:
                modes = [(m.id,) for m in item.modes] if len(item.modes) > 1 else [None]
                made += [[Member(item.id, m)] for m in modes]
        return made

    def run(self, deadline: float) -> Plan | None:
        """Construct a plan; None where not even what must be can be placed.

        Parameters
        ----------
        deadline
            ``time.monotonic()`` at which to return what there is.
        """
        state: _State | None = self.empty()
        for member in self.musts():
            state = None if state is None else self.add(state, [member])
        if state is None or not self.completion.holds(state.activity):
            return None
        best = state
        for driver in sorted(self.instance.scope, key=self._promise):
            first = self._with_mandate(state, self.first_bundle(driver))
            if time.monotonic() > deadline:
                break
            if first is not None:
                scoped = self._improve(first, self.next_bundles(SCOPE), deadline)
                made = self._improve(scoped, self.next_bundles(), deadline)
                best = min(best, made, key=lambda s: s.objective)
        return self.plan(best)

    def _promise(self, driver: str) -> float:
        """Sort key: what a driver could earn a year, most first."""
        row = self.instance.by_id("drivers")[driver]
        return -float(row.potential * row.success)

    def _with_mandate(self, state: _State, wanted: list[Member]) -> _State | None:
        """Place a bundle, with as many further mandate steps as it takes to fit."""
        steps = [Member(s.id) for s in self.model.of_kind(Kind.MANDATE) if s.id not in state.decisions]
        for count in range(len(steps) + 1):
            made = self.add(state, [*steps[:count], *wanted])
            if made is not None:
                return made
        return None

    def _improve(self, state: _State, bundles: list[list[Member]], deadline: float) -> _State:
        """Lazy greedy: place the bundle with the best gain; only those near the top are valued again."""
        queue = [(-np.inf, k, wanted) for k, wanted in enumerate(bundles)]
        heapq.heapify(queue)
        stale: list[tuple[float, int, list[Member]]] = []
        while queue and time.monotonic() < deadline:
            _, k, wanted = heapq.heappop(queue)
            if wanted[0].id in state.decisions:
                continue
            made = self._with_mandate(state, wanted)
            gain = np.inf if made is None else made.objective - state.objective
            if made is not None and gain < -TOLERANCE and (not queue or gain <= queue[0][0]):
                state = made
                queue += stale
                heapq.heapify(queue)
                stale = []
            elif gain < -TOLERANCE:
                heapq.heappush(queue, (gain, k, wanted))
            else:
                stale.append((-TOLERANCE, k, wanted))
        return state

    def holds(self, plan: Plan) -> bool:
        """Whether the model has a column for every adoption of a plan; what nothing needs has none."""
        return all((a.id, self._mode(a), a.wave) in self.model.adopt for a in plan.adoptions)

    def _mode(self, adoption: Adoption) -> str | None:
        """Mode id of an adoption; None where the instance has no such adoptable or mode."""
        try:
            return self.instance.adoptables[adoption.id].mode(adoption.mode).id
        except KeyError:
            return None

    def repaired(self, plan: Plan) -> tuple[Plan, tuple[str, ...]]:
        """Fit a plan made elsewhere: same ids and modes, waves no earlier than it says, as far as the rules allow.

        Returns
        -------
        tuple
            The plan that fits, and the ids that had to be dropped.
        """
        state = self.empty()
        modes = {a: self._mode(a) for a in plan.adoptions}
        waiting = sorted((a for a, mode in modes.items() if mode is not None), key=lambda a: a.wave)
        placed = True
        while placed:
            placed = False
            for a in list(waiting):
                mode = modes[a] or ""
                window = self.model.reach.windows[a.id, mode]
                waves = range(max(a.wave, window.earliest), window.latest + 1)
                if any(self._try(state, a.id, mode, w) for w in waves):
                    waiting.remove(a)
                    placed = True
        return self.plan(state), tuple(a.id for a in plan.adoptions if a.id not in state.decisions)

    def plan(self, state: _State) -> Plan:
        """Plan of a state."""
        return Plan(
            adoptions=tuple(Adoption(i, wave, mode or None) for i, (mode, wave) in state.decisions.items()),
            instance_fingerprint=self.instance.fingerprint,
        )
