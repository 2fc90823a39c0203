"""Budget ladders: a roadmap for each budget, every smaller one nested in the next larger one, and what that costs.

A plan is **nested** in another one where all it adopts is adopted there, too, in the same mode and not later. Either
all rungs are searched for together, for the nested plans that are worth most in sum (:mod:`sequencer.study.joint`). Or
one rung is the anchor, and its plan is simply the best for its budget; from there each rung takes the best plan of its
budget that is nested in the plan of the rung before (cuts drop and delay), or that the plan of the rung before is
nested in (money adds and speeds up).

What nesting costs is what the best plan of a rung's budget is worth, less what the best nested one is. More budget
never makes a plan impossible, so what is proven of one rung holds for others: a plan is a plan for every larger budget,
and a bound holds for every smaller one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sequencer.errors import DisagreementError, SequencerError
from sequencer.instance.goals import goals
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Plan
from sequencer.solver.options import SolveOptions
from sequencer.solver.solve import solve
from sequencer.study.joint import joint
from sequencer.study.rungs import Anchor, Ladder, Rung, Solved, around, inside, not_nested
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.solver.events import Listener
    from sequencer.solver.result import Result

CUTS = (0.1, 0.2, 0.3)
"""Cuts where none are given."""

ANCHORS = ("all", "full", "core")
TOLERANCE = 1e-6


def ladder(
    instance: Instance,
    cuts: Sequence[float] = CUTS,
    *,
    anchor: Anchor = "all",
    pots: Sequence[str] = (),
    from_wave: int = 1,
    gap: float = 0.01,
    time_limit: float | None = None,
    threads: int | None = None,
    seed: int = 0,
    deterministic: bool = False,
    max_nodes: int | None = None,
    listeners: Iterable[Listener] = (),
    told: Callable[[float, str, Result], None] | None = None,
) -> Ladder:
    """Nested roadmaps for the full budget and for cuts of it, with the price of nesting.

    Parameters
    ----------
    instance
        What is given, with the full budget.
    cuts
        Shares taken off the budgets, between 0 and 1, in any order; the full budget is always a rung.
    anchor
        ``all``: of all nested roadmaps, those that are worth most in sum, from one search over all rungs. ``full``: the
        best plan of the full budget stands, and each cut drops or delays what is in the plan above it. ``core``: the
        best plan of the deepest cut that leaves one stands, and each larger budget adds to it or speeds up.
    pots
        Pots that are cut; empty: all.
    from_wave
        First wave whose budget is cut.
    gap, time_limit, threads, seed, deterministic, max_nodes
        Of each solve, see :func:`sequencer.solve`; gap 0 gives the exact price.
    listeners
        Of each solve.
    told
        Called with cut, ``"free"`` or ``"nested"`` and the result of each solve.

    Raises
    ------
    sequencer.errors.SequencerError
        If a cut is not between 0 and 1, or two are the same.
    sequencer.errors.InputError
        If there are no such budgets.
    """
    if not cuts or len(set(cuts)) < len(cuts) or not all(0 < cut < 1 for cut in cuts):
        given = ", ".join(f"{cut:g}" for cut in cuts) or "(none)"
        message = f"cuts {given} cannot be used; write different shares above 0 and below 1, such as 0.1"
        raise SequencerError(message)
    if anchor not in ANCHORS:
        message = f"'{anchor}' is no anchor of a ladder; choose one of {', '.join(ANCHORS)}"
        raise SequencerError(message)
    if not instance.budgets:
        message = "the instance limits no budget, so there is nothing to cut; fill in the table budgets"
        raise SequencerError(message)
    where: dict[str, Any] = {"from_wave": from_wave} | ({"pot": list(pots)} if pots else {})
    options = SolveOptions(gap, time_limit, threads, seed, deterministic=deterministic, max_nodes=max_nodes)
    rungs = {
        cut: instance.replace({"table": "budgets", "where": where, "field": "amount", "scale": 1 - cut})
        if cut
        else instance
        for cut in (0.0, *sorted(cuts))
    }
    return _Climb(instance, rungs, anchor, options, tuple(listeners), told).run()


class _Climb:
    """A ladder in progress."""

    def __init__(
        self,
        instance: Instance,
        rungs: Mapping[float, Instance],
        anchor: Anchor,
        options: SolveOptions,
        listeners: tuple[Listener, ...],
        told: Callable[[float, str, Result], None] | None,
    ) -> None:
        self.instance = instance
        self.rungs = rungs
        self.anchor = anchor
        self.options = options
        self.listeners = listeners
        self.told = told
        self.sense = goals(instance)[0].sense
        self.free: dict[float, Solved] = {}
        self.nested: dict[float, Solved] = {}
        self.total_bound: float | None = None

    def run(self) -> Ladder:
        complete = True
        try:
            order = list(self.rungs)
            if self.anchor != "full":
                order.reverse()
            for k, cut in enumerate(order):
                anchored = any(s.plan is not None for s in self.nested.values())
                self._rung(cut, order[k - 1] if anchored else None)
            if self.anchor == "all":
                self._together()
        except KeyboardInterrupt:
            complete = False
        self._share()
        made = tuple(Rung(cut, self.free[cut], self.nested.get(cut)) for cut in self.rungs if cut in self.free)
        return Ladder(self.instance, self.anchor, made, complete, self.total_bound)

    def _rung(self, cut: float, before: float | None) -> None:
        """Solve a rung, free and nested; the plan of the anchor, the first rung that has one, is both."""
        reference = None if before is None or before not in self.nested else self.nested[before].plan
        self._put(self.free, cut, self._solve(cut, "free", self.rungs[cut], reference))
        if before is None:
            self.nested[cut] = self.free[cut]
        elif reference is not None:
            self._nest(self.nested, cut, reference, within=self.anchor == "full")

    def _nest(self, series: dict[float, Solved], cut: float, reference: Plan, *, within: bool) -> None:
        """Solve for the best plan within a reference, or around it; nothing that is not nested gets into a series."""
        tied = inside if within else around
        found = self._solve(cut, "nested", tied(self.rungs[cut], reference), reference)
        if found.plan is not None:
            _check(*((found.plan, reference) if within else (reference, found.plan)))
        self._put(series, cut, found)

    def _put(self, series: dict[float, Solved], cut: float, found: Solved) -> None:
        """Add a solve to a series; one that was interrupted is the last."""
        series[cut] = found
        if found.termination is Termination.INTERRUPTED:
            raise KeyboardInterrupt

    def _solve(self, cut: float, kind: str, instance: Instance, start: Plan | None) -> Solved:
        result = solve(instance, start=start, listeners=self.listeners, **self.options.to_dict())
        if result.plan is not None:
            result = replace(result, plan=self._marked(cut, result.plan))
        if self.told is not None:
            self.told(cut, kind, result)
        return Solved(result.termination, result.plan, result.objective, result.bound)

    def _marked(self, cut: float, plan: Plan) -> Plan:
        """A plan as one of its rung: the locks that nest it are no part of what is given there."""
        return replace(plan, instance_fingerprint=self.rungs[cut].fingerprint)

    def _together(self) -> None:
        """Search for the nested plans that are worth most in sum, from the better of what both anchors lead to.

        They take the place of the plans around the core all at once, so that Ctrl-C never leaves a mixture of both.
        """
        cuts = [cut for cut in self.rungs if self.nested[cut].plan is not None]
        if not cuts:
            return
        around_core = [plan for cut in cuts if (plan := self.nested[cut].plan) is not None]
        starts = max((around_core, self._inside_full(cuts)), key=lambda plans: self._sum(cuts, plans))
        found = joint([self.rungs[cut] for cut in cuts], starts, self.options)
        for larger, smaller in pairwise(found.plans):
            _check(smaller, larger)
        series = {}
        for cut, plan in zip(cuts, found.plans, strict=True):
            worth = evaluate(self.rungs[cut], plan).goals[0]
            series[cut] = Solved(found.termination, self._marked(cut, plan), worth, worth)
        self.nested, self.total_bound = {**self.nested, **series}, found.bound
        if found.termination is Termination.INTERRUPTED:
            raise KeyboardInterrupt

    def _inside_full(self, cuts: Sequence[float]) -> list[Plan]:
        """Plans nested in the best one of the largest budget, as far down as there are: a series of its own."""
        series = {cuts[0]: self.free[cuts[0]]}
        for larger, cut in pairwise(cuts):
            reference = series[larger].plan
            if reference is None:
                break
            self._nest(series, cut, reference, within=True)
        return [plan for solved in series.values() if (plan := solved.plan) is not None]

    def _sum(self, cuts: Sequence[float], plans: Sequence[Plan]) -> float:
        """What plans are worth together; nothing is as bad as one missing."""
        if len(plans) < len(cuts):
            return -math.inf
        return sum(self.sense * evaluate(self.rungs[cut], plan).goals[0] for cut, plan in zip(cuts, plans, strict=True))

    # -- what one solve says of another -------------------------------------------------------------------------------

    def _share(self) -> None:
        """Better plans and bounds where other solves prove them."""
        cuts = [cut for cut in self.rungs if cut in self.free]
        smaller: list[Solved] = []
        for cut in cuts[::-1]:
            smaller += [s for s in (self.free[cut], self.nested.get(cut)) if s is not None]
            self.free[cut] = self._with_plan(self.free[cut], smaller)
        for k, cut in enumerate(cuts):
            self.free[cut] = self._with_bound(self.free[cut], [self.free[c] for c in cuts[:k]])
            if cut in self.nested:
                self.nested[cut] = self._with_bound(self.nested[cut], [self.free[cut]])

    def _with_plan(self, solved: Solved, others: Sequence[Solved]) -> Solved:
        """With the best plan of others that are plans here, too."""
        for other in others:
            if other.objective is not None and (
                solved.objective is None or self.sense * (other.objective - solved.objective) > 0
            ):
                solved = replace(solved, plan=other.plan, objective=other.objective)
        return solved

    def _with_bound(self, solved: Solved, others: Sequence[Solved]) -> Solved:
        """With the tightest bound of others that hold here, too; none is below what a plan reaches."""
        known = [self.sense * s.bound for s in (solved, *others) if s.bound is not None]
        if not known or solved.infeasible:
            return solved
        reached = -float("inf") if solved.objective is None else self.sense * solved.objective
        best = max(min(known), reached)
        if best - reached <= TOLERANCE * max(1.0, abs(reached)):
            best = reached
        return replace(solved, bound=self.sense * best)


def _check(smaller: Plan, larger: Plan) -> None:
    """Fail loudly where a plan is not nested that should be."""
    wrong = not_nested(smaller, larger)
    if wrong:
        message = f"a plan of the solver is not nested in that of the larger budget: {', '.join(a.id for a in wrong)}"
        raise DisagreementError(message)
