"""Start plan by list scheduling over bundles: a value driver, an affiliate, a brand … each with all it needs.

Starting from what must be, the bundle with the best gain is placed, every item of it in the earliest wave that the
rules leave open, until none gains; then the order of adoptions is improved (:mod:`sequencer.solver.polish`).
Feasibility and worth come from :class:`~sequencer.solver.ledger.Ledger`, so the heuristic knows every rule of the model
and whatever the objective is. Serial schedule generation is standard for resource-constrained scheduling (Kolisch &
Hartmann 1999, *Heuristic algorithms for the resource-constrained project scheduling problem*). Where nothing better
than no adoption at all is found that way, the solver is asked for its first better plan.
"""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Iterable, Iterator
from itertools import islice, product
from typing import TYPE_CHECKING

from sequencer.instance.items import Member
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver.bundles import EARNING, SCOPE, Bundles, Group
from sequencer.solver.completion import TOLERANCE
from sequencer.solver.decisions import read_plan_of
from sequencer.solver.dive import Dive
from sequencer.solver.highs import Highs
from sequencer.solver.ledger import Ledger, State
from sequencer.solver.listing import Listing
from sequencer.solver.polish import Polish
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.standard_form import StandardForm

LISTING, GROWING, DIVING, MENDING, SINGLE = 0.9, 0.4, 0.6, 0.5, 0.5
"""Shares of the time left for plans in the order of the relaxation, for plans that grow from a driver, for plans read
off the relaxation, for improving where nothing better than no adoption was found, and for single bundles then."""

DIVE_SIZE = 25_000
"""Most coefficients of a form whose relaxation is solved soon enough for that."""

RESCUES = 6
"""Most items adopted to make room for one bundle that does not fit, such as steps of the mandate."""

COMBINATIONS = 8
"""Most combinations of modes tried for items that start together."""

NO_GAIN = (0.0, -TOLERANCE)
"""A gain in score below which nothing has been gained."""

ASK_SECONDS = 1.0
"""Most time for the solver where nothing better than the empty plan was found."""

LEAST_GAIN = 1e-5
"""Gain, relative to the objective, with which the solver may stop."""

ASK_NODES = 200
"""The same as a work limit."""


class Construction:
    """List scheduling on a model and its standard form.

    Parameters
    ----------
    model, form
        The model and its standard form.
    seed
        Of the random choices in improving the plan.
    """

    def __init__(self, model: SequencingModel, form: StandardForm, seed: int = 0) -> None:
        self.model = model
        self.instance = model.instance
        self.form = form
        self.ledger = Ledger(model, form)
        self.bundles = Bundles(model)
        self.seed = seed
        self._deadline = math.inf

    @property
    def _late(self) -> bool:
        return time.monotonic() > self._deadline

    def _part(self, share: float) -> float:
        """Moment at which a share of the time left is over."""
        now = time.monotonic()
        return now + share * max(self._deadline - now, 0.0)

    # -- placing ------------------------------------------------------------------------------------------------------

    def place(self, state: State, group: Group, first: int = 1) -> bool:
        """Adopt a group in the earliest wave (of its first mode at equal speed) that the rules leave open.

        Parameters
        ----------
        state
            Changed where there is such a wave.
        group
            What starts together.
        first
            Earliest wave to be tried.
        """
        return any(self.ledger.place(state, choice) for choice in self._choices(group, first))

    def _choices(self, group: Group, first: int = 1) -> Iterator[list[tuple[str, str, int]]]:
        """Adoptions to try, those live the soonest first."""
        modes = [self._modes(m) for m in group]
        found = []
        for rank, combination in enumerate(islice(product(*modes), COMBINATIONS if len(group) > 1 else None)):
            windows = [self.model.reach.windows[m.id, mode] for m, (mode, _) in zip(group, combination, strict=True)]
            low, high = max(first, *(w.earliest for w in windows)), min(w.latest for w in windows)
            duration = max(d for _, d in combination)
            found += [(w + duration, rank, w, combination) for w in range(low, high + 1)]
        for _, _, wave, combination in sorted(found, key=lambda f: f[:3]):
            yield [(m.id, mode, wave) for m, (mode, _) in zip(group, combination, strict=True)]

    def _modes(self, member: Member) -> list[tuple[str, int]]:
        modes = self.instance.adoptables[member.id].modes
        return [(m.id, m.duration) for m in modes if member.modes is None or m.id in member.modes]

    def add(self, state: State, wanted: list[Member]) -> State | None:
        """Copy of a state with wanted members and all they need placed, valued; None where that does not fit.

        Where rules judged at the end are broken then, exceptions are adopted in place of what they waive, and the
        bundle is placed in later waves.
        """
        for first in self.model.waves:
            made = self._added(state, wanted, first, waive=False)
            if made is None and self.instance.waivers:
                made = self._added(state, wanted, first, waive=True)
            late = made is not None
            if made is not None and made.violation > state.violation + TOLERANCE:
                made = self._mended(made, state.violation)
            if made is not None:
                return made
            if not late or not self.ledger.deferred.any():
                break
        return None

    def _added(self, state: State, wanted: list[Member], first: int, *, waive: bool) -> State | None:
        """Place a bundle, with what makes room for it; rules that others can loosen may be broken at its end."""
        made = state.copy()
        rescues = 0
        waiting = self.bundles.of(wanted, made.decisions, waive=waive)
        while waiting:
            if self._late:
                return None
            group = waiting[0]
            if any(m.id in made.decisions for m in group) or self.place(made, group, first):
                waiting.pop(0)
                continue
            rows = self._blocking(made, group)
            helpers = self._helpers(made, rows, group)
            rescues += 1
            if not helpers or rescues > RESCUES:
                return None
            if not any(self._placed(made, h) for h in helpers[:RESCUES]) and not self._placed_leniently(
                made, group, first
            ):
                return None
        made.lenient = state.lenient
        self.ledger.value(made)
        return made

    def _mended(self, state: State, allowed: float) -> State | None:
        """Adopt more until no rule is broken beyond what was; None where that does not help."""
        for _ in range(RESCUES):
            helpers = self._helpers(state, self.ledger.broken(state), ())
            tries = [t for h in helpers[:RESCUES] for t in self._tries(state, h)]
            best = min(tries, key=lambda s: s.merit, default=state)
            if best.violation >= state.violation - TOLERANCE:
                return None
            state = best
            if state.violation <= allowed + TOLERANCE:
                return state
        return None

    def _tries(self, state: State, helper: str) -> Iterator[State]:
        """A state with a helper adopted, in each way there is."""
        company = self.bundles.company(Member(helper), state.decisions)
        for choice in self._choices(company):
            made = state.copy()
            if self.ledger.place(made, choice):
                self.ledger.value(made)
                yield made

    def _placed(self, state: State, helper: str) -> bool:
        """Place an item with what it needs; nothing of it where that does not fit as it is."""
        made = state.copy()
        if not all(self.place(made, group) for group in self.bundles.of([Member(helper)], made.decisions)):
            return False
        state.take(made)
        return True

    def _blocking(self, state: State, group: Group) -> list[int]:
        """Rows that keep a group out of the last wave there is for it."""
        choices = list(self._choices(group))
        return self.ledger.blocking(state, choices[-1]) if choices else []

    def _placed_leniently(self, state: State, group: Group, first: int) -> bool:
        """Place a group in the first wave in which others could still loosen whatever keeps it out."""
        for choice in self._choices(group, first):
            rows = self.ledger.blocking(state, choice)
            if all(self._helpers(state, [r], group) for r in rows):
                made = self.ledger.leniently(state, rows)
                if self.ledger.place(made, choice):
                    state.take(made)
                    return True
        return False

    def _helpers(self, state: State, rows: list[int], group: Group) -> list[str]:
        """Items not adopted that would loosen one of some rows."""
        together = {m.id for m in group}
        return [i for i in self.ledger.helpers(rows) if i not in state.decisions and i not in together]

    # -- what there is to place ---------------------------------------------------------------------------------------

    def musts(self) -> list[Member]:
        """Return what has to be adopted: locks, and the mandate steps of a given path."""
        made = [Member(m.id) for lock in self.instance.locks if lock.must for m in self.instance.members(lock.item)]
        path = self.instance.settings.mandate_path
        made += [Member(s.id) for s in self.model.of_kind(Kind.MANDATE) if path and (s.level or 0) <= max(path)]
        return sorted((m for m in made if m.id in self.instance.decided), key=lambda m: self._earliest(m.id))

    def _earliest(self, item: str) -> int:
        return min(self.model.reach.windows[item, m.id].earliest for m in self.instance.adoptables[item].modes)

    # -- the search ---------------------------------------------------------------------------------------------------

    def run(self, deadline: float, *, last: bool = True) -> Plan | None:
        """Construct a plan; None where not even what must be can be placed.

        Parameters
        ----------
        deadline
            ``time.monotonic()`` at which to return what there is; infinite where only work limits count.
        last
            Whether to make do with the best single bundle, or what the solver finds first, where nothing else pays off.
        """
        self._deadline = deadline
        start = self._with_musts()
        found = [start, *self._listed(), *self._grown(start), *self._dives()]
        best = min(found, key=lambda s: s.merit)
        share = MENDING if last and best.merit >= start.merit else 1.0
        polish = Polish(self.ledger, self.model, self.bundles, self.seed)
        # Where nothing made pays off, that is closer to a plan that does than nothing is.
        adopting = [s for s in found if len(s.decisions) > len(start.decisions)]
        polished = polish.improve(min(adopting or found, key=lambda s: s.score), self._part(share))
        best = min(best, polished, key=lambda s: s.merit)
        if last and best.merit >= start.merit:
            best = self._single(start)
        if last and (best.violation > 0 or not best.decisions):
            asked = self._asked(best)
            if asked is not None:
                return asked
        return None if best.violation > 0 else self.plan(best)

    def _with_musts(self) -> State:
        """Place what has to be adopted, as far as it can be."""
        state = self.ledger.empty()
        for member in self.musts():
            state = self.add(state, [member]) or state
        return state

    def _listed(self) -> Iterator[State]:
        """Plans in the order of the relaxation, where there are initiatives alone."""
        if not self.instance.scope and self.instance.initiatives:
            yield from Listing(self.model, self.form, self.ledger).plans(self._part(LISTING))

    def _grown(self, start: State) -> Iterator[State]:
        """Plans that grow from one driver each, most promising first, until one is better than none."""
        until = self._part(GROWING)
        yield self._improve(start, [*self.bundles.targets((Kind.INITIATIVE,)), *self.bundles.synergies()])
        for driver in sorted(self.instance.scope, key=self._promise):
            firsts = [self._added(start, wanted, 1, waive=False) for wanted in self.bundles.cells(driver)]
            made = min((f for f in firsts if f is not None), key=lambda s: s.score, default=None)
            if made is not None:
                made = self._improve(self._improve(made, self.bundles.targets(SCOPE)), self.bundles.targets(EARNING))
                yield made
                if made.merit < start.merit:
                    return
            if time.monotonic() > until:
                return

    def _dives(self) -> Iterator[State]:
        """Plans read off the relaxation, within a share of the time, and grown from there."""
        if self.form.matrix.nnz <= DIVE_SIZE:
            dive = Dive(self.model, self.form, self.ledger, self.bundles)
            for state in dive.plans(self._part(DIVING)):
                yield self._improve(state, self.bundles.targets(EARNING))

    def _single(self, start: State) -> State:
        """Best plan of a single bundle that breaks no rule, in later waves where it has to be."""
        best = start
        until = self._part(SINGLE)
        for driver in sorted(self.instance.scope, key=self._promise):
            for wanted in self.bundles.cells(driver):
                if time.monotonic() > until:
                    return best
                made = self.add(start, wanted)
                best = best if made is None else min(best, made, key=lambda s: s.merit)
        return best

    def _promise(self, driver: str) -> float:
        """Sort key: what a driver could earn a year, most first."""
        row = self.instance.by_id("drivers")[driver]
        return -float(row.potential * row.success)

    def _improve(self, state: State, bundles: Iterable[list[Member]]) -> State:
        """Lazy greedy: place the bundle with the best gain; only those near the top are valued again.

        What does not fit is not tried again, as there is ever less room.
        """
        queue = [((-math.inf, -math.inf), k, wanted) for k, wanted in enumerate(bundles)]
        heapq.heapify(queue)
        stale: list[tuple[tuple[float, float], int, list[Member]]] = []
        while queue and not self._late:
            _, k, wanted = heapq.heappop(queue)
            if wanted[0].id in state.decisions:
                continue
            made = self._added(state, wanted, 1, waive=False)
            if made is not None and made.score[0] > state.score[0] + TOLERANCE:
                made = self._mended(made, state.violation)
            if made is None:
                continue
            gain = (made.score[0] - state.score[0], made.score[1] - state.score[1])
            if gain >= NO_GAIN:
                stale.append((NO_GAIN, k, wanted))
            elif not queue or gain <= queue[0][0]:
                state = made
                queue += stale
                heapq.heapify(queue)
                stale = []
            else:
                heapq.heappush(queue, (gain, k, wanted))
        return state

    def _asked(self, best: State) -> Plan | None:
        """First plan of the solver that is better than what there is."""
        options: dict[str, object] = {"threads": 1, "random_seed": self.seed, "mip_max_nodes": ASK_NODES}
        if best.violation > 0:
            options["mip_max_improving_sols"] = 1
        else:
            options["objective_target"] = best.objective - LEAST_GAIN * max(1.0, abs(best.objective))
        until = None if math.isinf(self._deadline) else min(self._deadline, time.monotonic() + ASK_SECONDS)
        outcome = Highs(self.form, options).run(deadline=until)
        if outcome.point is None or outcome.objective is None:
            return None
        better = best.violation > 0 or outcome.objective < best.objective - TOLERANCE
        return read_plan_of(self.model, self.form, outcome.point) if better else None

    # -- plans made elsewhere -----------------------------------------------------------------------------------------

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
        state = self.ledger.empty()
        modes = {a: self._mode(a) for a in plan.adoptions}
        waiting = sorted((a for a, mode in modes.items() if mode is not None), key=lambda a: a.wave)
        placed = True
        while placed:
            placed = False
            for a in list(waiting):
                group = (Member(a.id, (modes[a] or "",)),)
                if self.place(state, group, a.wave):
                    waiting.remove(a)
                    placed = True
        return self.plan(state), tuple(a.id for a in plan.adoptions if a.id not in state.decisions)

    def plan(self, state: State) -> Plan:
        """Plan of a state."""
        return Plan(
            adoptions=tuple(Adoption(i, wave, mode or None) for i, (mode, wave) in state.decisions.items()),
            instance_fingerprint=self.instance.fingerprint,
        )
