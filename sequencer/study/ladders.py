"""Budget ladders: a roadmap for each budget, every smaller one nested in the next larger one, and what that costs.

A plan is **nested** in another one where all it adopts is adopted there, too, in the same mode and not later. One rung
is the anchor, and its plan is simply the best for its budget. From there each rung takes the best plan of its budget
that is nested in the plan of the rung before (cuts drop and delay), or that the plan of the rung before is nested in
(money adds and speeds up).

What nesting costs is what the best plan of a rung's budget is worth, less what the best nested one is. More budget
never makes a plan impossible, so what is proven of one rung holds for others: a plan is a plan for every larger budget,
and a bound holds for every smaller one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pandas as pd

from sequencer.errors import DisagreementError, SequencerError
from sequencer.instance.goals import Measure, goals, measures
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver.options import SolveOptions
from sequencer.solver.result import relative_gap
from sequencer.solver.solve import solve
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.solver.events import Listener
    from sequencer.solver.result import Result

CUTS = (0.1, 0.2, 0.3)
"""Cuts where none are given."""

Anchor = Literal["full", "core"]
"""The rung that others are held against: the full budget, or the smallest one."""

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Solved:
    """What a solve of a rung came to.

    Attributes
    ----------
    termination : Termination
        Why it ended.
    plan : Plan or None
        Best plan known.
    objective, bound : float or None
        Its figure in the first goal and what is proven of it, in the declared unit.
    """

    termination: Termination
    plan: Plan | None = field(default=None, repr=False)
    objective: float | None = None
    bound: float | None = None

    @property
    def gap(self) -> float | None:
        """Relative gap between objective and bound."""
        return relative_gap(self.objective, self.bound)

    @property
    def infeasible(self) -> bool:
        """Whether it is proven that there is no such plan."""
        return self.termination is Termination.INFEASIBLE


class Step(NamedTuple):
    """How an adoption changes from one rung to the next smaller budget.

    Attributes
    ----------
    id : str
        Adoptable.
    before : int
        Its wave with the larger budget.
    after : int or None
        Its wave with the smaller one; None where it is dropped.
    """

    id: str
    before: int
    after: int | None


@dataclass(frozen=True)
class Rung:
    """A budget and its plans.

    Attributes
    ----------
    cut : float
        Share taken off the budgets.
    free : Solved
        The best plan of this budget.
    nested : Solved or None
        The best one that is nested; None where the rung before has no plan.
    """

    cut: float
    free: Solved
    nested: Solved | None

    def price(self, sense: int) -> tuple[float, float] | None:
        """Least and most that nesting costs in the first goal, as far as proven; None where one of the two has no plan.

        Parameters
        ----------
        sense
            Which way the first goal is better.
        """
        if self.nested is None:
            return None
        ends = (self.free.objective, self.free.bound, self.nested.objective, self.nested.bound)
        if any(end is None for end in ends):
            return None
        reached, best, nested, most = (sense * float(end) for end in ends if end is not None)
        return max(0.0, reached - most), max(0.0, best - nested)


@dataclass(frozen=True)
class Ladder:
    """Nested roadmaps for falling budgets.

    Attributes
    ----------
    instance : Instance
        What is given, with the full budget.
    anchor : str
        Which rung the others are held against.
    rungs : tuple of Rung
        Largest budget first; those there are where Ctrl-C ended it.
    complete : bool
        Whether every solve has ended.
    """

    instance: Instance
    anchor: Anchor
    rungs: tuple[Rung, ...]
    complete: bool = True

    @property
    def measure(self) -> Measure:
        """The first goal, in which worth and price are told."""
        return measures(self.instance)[goals(self.instance)[0].measure]

    def prices(self) -> tuple[tuple[float, float] | None, ...]:
        """Price of nesting of each rung as a proven interval."""
        return tuple(rung.price(self.measure.sense) for rung in self.rungs)

    def steps(self, k: int) -> tuple[Step, ...]:
        """What is dropped or delayed from rung ``k − 1`` to rung ``k``, in the order of the instance."""
        larger, smaller = (r.nested.plan if r.nested else None for r in self.rungs[k - 1 : k + 1])
        if larger is None or smaller is None:
            return ()
        waves = ((i, larger.wave(i), smaller.wave(i)) for i in self.instance.adoptables)
        return tuple(Step(i, one, two) for i, one, two in waves if one is not None and one != two)

    def frame(self) -> pd.DataFrame:
        """Rungs, one a row: ``cut``, figures and bounds of the best and the best nested plan, price from and to."""
        rows = []
        for rung, price in zip(self.rungs, self.prices(), strict=True):
            nested = rung.nested or Solved(Termination.ERROR)
            low, high = price or (None, None)
            rows.append((rung.cut, rung.free.objective, rung.free.bound, nested.objective, nested.bound, low, high))
        columns = ["cut", "free", "free_bound", "nested", "nested_bound", "price_least", "price_most"]
        return pd.DataFrame(rows, columns=columns, dtype=float)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the plans, for JSON."""
        return {
            "measure": self.measure.name,
            "anchor": self.anchor,
            "complete": self.complete,
            "rungs": [
                {
                    "cut": rung.cut,
                    "free": _told(rung.free),
                    "nested": None if rung.nested is None else _told(rung.nested),
                    "price": None if price is None else list(price),
                    "steps": [step._asdict() for step in self.steps(k)] if k else [],
                }
                for k, (rung, price) in enumerate(zip(self.rungs, self.prices(), strict=True))
            ],
            "fingerprint": self.instance.fingerprint,
        }


def _told(solved: Solved) -> dict[str, Any]:
    return {
        "termination": str(solved.termination),
        "objective": solved.objective,
        "bound": solved.bound,
        "gap": solved.gap,
    }


def not_nested(smaller: Plan, larger: Plan) -> tuple[Adoption, ...]:
    """Adoptions that keep a plan from being nested in another one: missing there, in another mode, or later."""
    found = []
    for adoption in smaller.adoptions:
        other = larger.by_id.get(adoption.id)
        if other is None or other.mode != adoption.mode or other.wave > adoption.wave:
            found.append(adoption)
    return tuple(found)


def inside(instance: Instance, larger: Plan) -> Instance:
    """Instance whose plans are those nested in ``larger``, which keeps the locks of the instance."""
    rows: list[dict[str, Any]] = []
    for item in instance.decided:
        adoption = larger.by_id.get(item)
        if adoption is None:
            rows.append({"item": item, "never": True})
        else:
            rows.append({"item": item, "earliest": adoption.wave, **_mode(instance, adoption)})
    return _locked(instance, rows)


def around(instance: Instance, smaller: Plan) -> Instance:
    """Instance whose plans are those that ``smaller``, which keeps its locks, is nested in."""
    rows = ({"item": a.id, "must": True, "latest": a.wave, **_mode(instance, a)} for a in smaller.adoptions)
    return _locked(instance, rows)


def _mode(instance: Instance, adoption: Adoption) -> dict[str, str]:
    """Lock on exactly the mode of an adoption; none where there is one way only."""
    modes = instance.adoptables[adoption.id].modes
    return {"mode": f"only:{adoption.mode}"} if len(modes) > 1 and adoption.mode else {}


def _locked(instance: Instance, rows: Iterable[Mapping[str, Any]]) -> Instance:
    return instance.replace(*({"table": "locks", "insert": row} for row in rows))


def ladder(
    instance: Instance,
    cuts: Sequence[float] = CUTS,
    *,
    anchor: Anchor = "full",
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
        ``full``: the best plan of the full budget stands, and each cut drops or delays what is in the plan above it.
        ``core``: the best plan of the deepest cut that leaves one stands, and each larger budget adds to it or speeds
        up.
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
    if anchor not in ("full", "core"):
        message = f"'{anchor}' is no anchor of a ladder; choose full or core"
        raise SequencerError(message)
    if not instance.budgets:
        message = "the instance limits no budget, so there is nothing to cut; fill in the table budgets"
        raise SequencerError(message)
    where: dict[str, Any] = {"from_wave": from_wave} | ({"pot": list(pots)} if pots else {})
    options = SolveOptions(gap, time_limit, threads, seed, deterministic=deterministic, max_nodes=max_nodes).to_dict()
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
        options: dict[str, Any],
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

    def run(self) -> Ladder:
        complete = True
        try:
            order = list(self.rungs)
            if self.anchor == "core":
                order.reverse()
            for k, cut in enumerate(order):
                anchored = any(s.plan is not None for s in self.nested.values())
                self._rung(cut, order[k - 1] if anchored else None)
        except KeyboardInterrupt:
            complete = False
        self._share()
        made = tuple(Rung(cut, self.free[cut], self.nested.get(cut)) for cut in self.rungs if cut in self.free)
        return Ladder(self.instance, self.anchor, made, complete)

    def _rung(self, cut: float, before: float | None) -> None:
        """Solve a rung, free and nested; the plan of the anchor, the first rung that has one, is both."""
        reference = None if before is None or before not in self.nested else self.nested[before].plan
        self.free[cut] = self._solve(cut, "free", self.rungs[cut], reference)
        if before is None:
            self.nested[cut] = self.free[cut]
        elif reference is not None:
            tied = inside if self.anchor == "full" else around
            found = self._solve(cut, "nested", tied(self.rungs[cut], reference), reference)
            pair = (found.plan, reference) if self.anchor == "full" else (reference, found.plan)
            if found.plan is not None and (wrong := not_nested(*(p for p in pair if p is not None))):
                message = f"the nested plan at a cut of {cut:g} is not nested: {', '.join(a.id for a in wrong)}"
                raise DisagreementError(message)
            self.nested[cut] = found

    def _solve(self, cut: float, kind: str, instance: Instance, start: Plan | None) -> Solved:
        result = solve(instance, start=start, listeners=self.listeners, **self.options)
        if self.told is not None:
            self.told(cut, kind, result)
        made = Solved(result.termination, result.plan, result.objective, result.bound)
        if result.termination is Termination.INTERRUPTED:
            (self.free if kind == "free" else self.nested)[cut] = made
            raise KeyboardInterrupt
        return made

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
