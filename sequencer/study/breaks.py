"""Breakpoints of one parameter: where the best plan changes, by bisection on proven intervals.

At a value, a plan **keeps** where it is proven that no plan is better there, and **changes** where it breaks a rule
there or another plan is proven to be better; else it is **open**. From the first value on, the best plan there is
followed as far as it keeps; between the last value at which it keeps and the first one found at which it changes lies
a break, which bisection narrows. From there the best plan of that value is followed, and so on.

What is claimed is what is proven at values that were tried. That a plan is best *between* two of them as well follows
only for some parameters, see :func:`sequencer.study.parameters.between`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pandas as pd

from sequencer.errors import SequencerError
from sequencer.instance.goals import Measure, goals, measures
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Plan
from sequencer.solver.options import SolveOptions
from sequencer.solver.solve import solve
from sequencer.study.parameters import Parameter, between
from sequencer.study.rungs import around, inside
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.solver.events import Listener

TOLERANCE = 1e-6
MOST_BREAKS = 50
"""Most breaks that are looked for."""

Verdict = Literal["keeps", "changes", "open"]


class Tried(NamedTuple):
    """A value that was solved for.

    Attributes
    ----------
    value : float
        Value of the parameter.
    termination : Termination
        Why the solve ended.
    objective, bound : float or None
        Figure of the best plan found and what is proven of it.
    plan : Plan or None
        That plan.
    """

    value: float
    termination: Termination
    objective: float | None
    bound: float | None
    plan: Plan | None


class Stretch(NamedTuple):
    """Values at which one plan is best.

    Attributes
    ----------
    first, last : float
        The plan is proven best at both.
    plan : Plan or None
        The plan; None where it is proven that no plan keeps the rules at both.
    throughout : bool
        Whether that is proven for every value between as well.
    """

    first: float
    last: float
    plan: Plan | None
    throughout: bool


class Break(NamedTuple):
    """Where the best plan changes: the plan before is proven best at ``low`` and proven not to be at ``high``."""

    low: float
    high: float
    before: Plan | None
    after: Plan | None


@dataclass(frozen=True)
class Breaks:
    """How the best plan depends on a parameter.

    Attributes
    ----------
    instance : Instance
        What is given.
    parameter : Parameter
        What is varied.
    stretches : tuple of Stretch
        Plans that are best, in the order of values.
    breaks : tuple of Break
        Where they change; one fewer than stretches unless something is open.
    tried : tuple of Tried
        Every value solved for, in order.
    open_from : float or None
        From here on nothing is claimed, for it is not proven which plan is best; None where all was settled.
    loss : float
        What *best* leaves room for: a plan is told as best where it is proven to fall short by no more than this share.
    """

    instance: Instance
    parameter: Parameter
    stretches: tuple[Stretch, ...]
    breaks: tuple[Break, ...]
    tried: tuple[Tried, ...]
    open_from: float | None = None
    loss: float = TOLERANCE

    @property
    def measure(self) -> Measure:
        """The first goal."""
        return measures(self.instance)[goals(self.instance)[0].measure]

    def frame(self) -> pd.DataFrame:
        """Values solved for, one a row: ``value``, ``objective``, ``bound``, ``stretch`` (its number, from 1)."""
        rows = [(t.value, t.objective, t.bound, self._number(t.value)) for t in self.tried]
        frame = pd.DataFrame(rows, columns=["value", "objective", "bound", "stretch"])
        return frame.astype({"value": float, "objective": float, "bound": float, "stretch": "Int64"})

    def _number(self, value: float) -> int | None:
        """Number of the stretch a value lies in."""
        return next((k for k, s in enumerate(self.stretches, start=1) if s.first <= value <= s.last), None)

    def to_dict(self) -> dict[str, Any]:
        """Everything but the plans, for JSON."""
        return {
            "parameter": self.parameter.name,
            "action": self.parameter.action,
            "measure": self.measure.name,
            "stretches": [
                {"first": s.first, "last": s.last, "plan": s.plan is not None, "throughout": s.throughout}
                for s in self.stretches
            ],
            "breaks": [{"low": b.low, "high": b.high} for b in self.breaks],
            "tried": [
                {"value": t.value, "termination": str(t.termination), "objective": t.objective, "bound": t.bound}
                for t in self.tried
            ],
            "open_from": self.open_from,
            "loss": self.loss,
            "fingerprint": self.instance.fingerprint,
        }


def breakpoints(
    instance: Instance,
    parameter: Parameter,
    low: float,
    high: float,
    *,
    resolution: float | None = None,
    loss: float = TOLERANCE,
    gap: float = 0.0,
    time_limit: float | None = None,
    threads: int | None = None,
    seed: int = 0,
    deterministic: bool = False,
    max_nodes: int | None = None,
    listeners: Iterable[Listener] = (),
    told: Callable[[Tried], None] | None = None,
) -> Breaks:
    """Where the best plan changes as one parameter goes from a low to a high value.

    Parameters
    ----------
    instance
        What is given.
    parameter
        See :func:`sequencer.study.parameters.parameter`.
    low, high
        Values between which to look.
    resolution
        Width to which breaks are narrowed; by default a hundredth of the range.
    loss
        Share of its worth that a plan may be proven to fall short of the best one at most and still keep; with a
        ``gap`` above 0 it has to be more than that gap for plans to keep.
    gap, time_limit, threads, seed, deterministic, max_nodes
        Of each solve, see :func:`sequencer.solve`.
    listeners
        Of each solve.
    told
        Called with every value solved for.

    Raises
    ------
    sequencer.errors.SequencerError
        If ``low`` is not below ``high``, or the resolution or loss are not positive.
    sequencer.errors.InputError
        If the instance is not valid with one of the values.
    """
    if not low < high:
        message = f"the values from {low:g} to {high:g} leave no room; the first must be below the second"
        raise SequencerError(message)
    width = (high - low) / 100 if resolution is None else resolution
    if width <= 0 or loss <= 0:
        message = "resolution and loss must be above 0"
        raise SequencerError(message)
    options = SolveOptions(gap, time_limit, threads, seed, deterministic=deterministic, max_nodes=max_nodes).to_dict()
    return _Walk(instance, parameter, width, loss, options, tuple(listeners), told).run(low, high)


@dataclass
class _Walk:
    """A walk along the values in progress."""

    instance: Instance
    parameter: Parameter
    width: float
    loss: float
    options: dict[str, Any]
    listeners: tuple[Listener, ...]
    told: Callable[[Tried], None] | None
    known: dict[float, Tried] = field(default_factory=dict)
    instances: dict[float, Instance] = field(default_factory=dict)

    def run(self, low: float, high: float) -> Breaks:
        made = Breaks(self.instance, self.parameter, (), (), (), loss=self.loss)
        self.reason = between(self.instance, self.parameter)
        self.sense = made.measure.sense
        try:
            for value in (low, high):
                self._at(value)
            made = self._follow(made, low, high)
        except KeyboardInterrupt:
            made = replace(made, open_from=made.stretches[-1].last if made.stretches else low)
        return replace(made, tried=tuple(self.known[v] for v in sorted(self.known)))

    def _follow(self, made: Breaks, first: float, high: float) -> Breaks:
        """Stretch by stretch, until the end or until something is open."""
        while True:
            plan = self._solved(first).plan
            if self._verdict(plan, first) != "keeps":
                return replace(made, open_from=first)
            last, beyond = self._end(plan, first, high)
            stretch = Stretch(first, last, plan, first == last or self._throughout(plan))
            made = replace(made, stretches=(*made.stretches, stretch))
            if last == high:
                return made
            if beyond is None or len(made.breaks) == MOST_BREAKS:
                return replace(made, open_from=last)
            made = replace(made, breaks=(*made.breaks, Break(last, beyond, plan, self._solved(beyond).plan)))
            first = beyond

    def _end(self, plan: Plan | None, first: float, high: float) -> tuple[float, float | None]:
        """The last value at which a plan was found to keep, and the first beyond at which it changes, if known."""
        verdict = self._verdict(plan, high)
        if verdict == "keeps":
            return high, None
        last, beyond = first, high if verdict == "changes" else None
        while (high if beyond is None else beyond) - last > self.width:
            end = high if beyond is None else beyond
            middle = (last + end) / 2
            verdict = self._verdict(plan, middle)
            if verdict == "keeps":
                last = middle
            elif verdict == "changes":
                beyond = middle
            elif beyond is None:
                high = middle
            else:
                break
        return last, beyond

    def _throughout(self, plan: Plan | None) -> bool:
        """Whether a plan that is best at two values is best between them; that there is none is monotone, too."""
        return bool(self.reason) if plan is not None else self.reason == "one-way"

    # -- one value ----------------------------------------------------------------------------------------------------

    def _verdict(self, plan: Plan | None, value: float) -> Verdict:
        """What is proven of a plan at a value; no plan keeps where there is none."""
        solved = self._solved(value)
        infeasible = solved.termination is Termination.INFEASIBLE
        if plan is None:
            return "keeps" if infeasible else "changes" if solved.plan is not None else "open"
        if infeasible:
            return "changes"
        worth = self._worth(plan, value)
        if worth is None:
            return "changes"
        slack = self.loss * max(1.0, abs(worth))
        if solved.objective is not None and self.sense * (solved.objective - worth) > slack:
            return "changes"
        if solved.bound is not None and self.sense * (solved.bound - worth) <= slack:
            return "keeps"
        return "open"

    def _worth(self, plan: Plan, value: float) -> float | None:
        """Figure of a plan at a value, with whatever payments it needs there; None where it breaks a rule."""
        instance = self._at(value)
        judged = evaluate(instance, plan)
        if judged.feasible:
            return float(judged.goals[0])
        if self.instance.settings.funding == "none":
            return None
        decided = Plan(plan.adoptions)
        try:
            tied = around(inside(instance, decided), decided)
        except SequencerError:
            # A lock of the instance is broken.
            return None
        return solve(tied, gap=0.0, threads=1).objective

    def _solved(self, value: float) -> Tried:
        if value not in self.known:
            near = min(self.known.values(), key=lambda t: abs(t.value - value), default=None)
            start = None if near is None else near.plan
            result = solve(self._at(value), start=start, listeners=self.listeners, **self.options)
            if result.termination is Termination.INTERRUPTED:
                raise KeyboardInterrupt
            self.known[value] = Tried(value, result.termination, result.objective, result.bound, result.plan)
            if self.told is not None:
                self.told(self.known[value])
        return self.known[value]

    def _at(self, value: float) -> Instance:
        if value not in self.instances:
            self.instances[value] = self.parameter.at(self.instance, value)
        return self.instances[value]
