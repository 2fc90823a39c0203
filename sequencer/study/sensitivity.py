"""Tornado: what each assumption alone does to what the best plan, or a fixed one, is worth.

Every amount with a low or a high value is set to it in turn, all others staying at their base. It is set in the whole
instance, for rules as well. A *fixed* plan is then evaluated again: its decisions stay, and rules it breaks then are
counted. A *re-optimised* one is solved for again and comes with its proven interval. Which of the two is meant is told
in every row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from sequencer.errors import SequencerError
from sequencer.instance.goals import Measure, goals, measures
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Plan
from sequencer.solver.options import SolveOptions
from sequencer.solver.solve import solve
from sequencer.study.draws import Assumption
from sequencer.study.no_plan import NoPlanError
from sequencer.study.parameters import parameter, ranged
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.solver.events import Listener

How = Literal["fixed", "best", "both"]
ENDS: tuple[Literal["low", "high"], ...] = ("low", "high")


@dataclass(frozen=True)
class End:
    """An assumption at its low or high value.

    Attributes
    ----------
    value : float
        What is assumed, in the unit of the column.
    fixed : float or None
        Figure of the fixed plan; None where it was not asked for.
    broken : int
        Rules that the fixed plan breaks then.
    objective, bound : float or None
        Figure of the best plan found then, and what is proven of it; None where it was not asked for or is not known.
    plan : Plan or None
        That plan.
    termination : Termination or None
        Why its solve ended.
    """

    value: float
    fixed: float | None = None
    broken: int = 0
    objective: float | None = None
    bound: float | None = None
    plan: Plan | None = field(default=None, repr=False)
    termination: Termination | None = None


@dataclass(frozen=True)
class Bar:
    """An assumption with both its ends."""

    assumption: Assumption
    low: End
    high: End

    @property
    def ends(self) -> tuple[End, End]:
        """Low, then high."""
        return self.low, self.high


@dataclass(frozen=True)
class Tornado:
    """Assumptions and what each alone does, the widest swing first.

    Attributes
    ----------
    instance : Instance
        What is given.
    plan : Plan
        The plan on base values.
    objective : float
        Its figure in the first goal.
    best, bound : float or None
        Figure of the best plan found on base values and what is proven of it; None where none was solved for.
    how : str
        What was varied for: the ``fixed`` plan, the ``best`` one, or ``both``.
    bars : tuple of Bar
        Assumptions, the widest swing first: of the re-optimised plan where there is one, else of the fixed one.
    complete : bool
        Whether every assumption was tried.
    """

    instance: Instance
    plan: Plan
    objective: float
    best: float | None
    bound: float | None
    how: How
    bars: tuple[Bar, ...]
    complete: bool = True

    @property
    def measure(self) -> Measure:
        """The first goal."""
        return measures(self.instance)[goals(self.instance)[0].measure]

    def change(self, end: End) -> tuple[float, float] | None:
        """Least and most by which the best plan's figure changes, as far as proven, in the direction of the figure."""
        if end.objective is None or end.bound is None or self.best is None or self.bound is None:
            return None
        figures, base = sorted((end.objective, end.bound)), sorted((self.best, self.bound))
        return figures[0] - base[1], figures[1] - base[0]

    def swing(self, bar: Bar) -> float:
        """Distance from the lowest to the highest figure, base included; infinite where there is no plan at an end."""
        base = self.objective if self.best is None else self.best
        figures = [base, *(e.fixed if self.how == "fixed" else e.objective for e in bar.ends)]
        known = [f for f in figures if f is not None]
        return max(known) - min(known) if len(known) == len(figures) else float("inf")

    def frame(self) -> pd.DataFrame:
        """Assumptions at their ends, one a row."""
        rows = [
            (
                bar.assumption.name,
                word,
                end.value,
                end.fixed,
                end.broken if end.fixed is not None else None,
                end.objective,
                end.bound,
            )
            for bar in self.bars
            for word, end in zip(ENDS, bar.ends, strict=True)
        ]
        columns = ["assumption", "end", "value", "fixed", "rules_broken", "best", "best_bound"]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[2:], float))

    def to_dict(self) -> dict[str, Any]:
        """Everything but the plans, for JSON."""
        return {
            "measure": self.measure.name,
            "how": self.how,
            "objective": self.objective,
            "best": self.best,
            "best_bound": self.bound,
            "complete": self.complete,
            "assumptions": [
                {
                    "assumption": bar.assumption.name,
                    "base": bar.assumption.base,
                    **{word: _told(end) for word, end in zip(ENDS, bar.ends, strict=True)},
                }
                for bar in self.bars
            ],
            "fingerprint": self.instance.fingerprint,
        }


def _told(end: End) -> dict[str, Any]:
    return {
        "value": end.value,
        "fixed": end.fixed,
        "rules_broken": end.broken,
        "best": end.objective,
        "best_bound": end.bound,
        "termination": None if end.termination is None else str(end.termination),
    }


def tornado(
    instance: Instance,
    plan: Plan | None = None,
    *,
    how: How = "fixed",
    vary: Sequence[str] = (),
    gap: float = 0.01,
    time_limit: float | None = None,
    threads: int | None = None,
    seed: int = 0,
    deterministic: bool = False,
    max_nodes: int | None = None,
    listeners: Iterable[Listener] = (),
    told: Callable[[Bar], None] | None = None,
) -> Tornado:
    """What each assumption alone does.

    Parameters
    ----------
    instance
        What is given; amounts with a low or high value are assumptions.
    plan
        The plan on base values; by default the best one, which is solved for.
    how
        ``fixed`` evaluates the plan at each end, ``best`` solves anew at each end, ``both`` does both.
    vary
        Patterns of the assumptions to take, such as ``drivers.*.potential``; empty: all.
    gap, time_limit, threads, seed, deterministic, max_nodes
        Of each solve, see :func:`sequencer.solve`.
    listeners
        Of each solve.
    told
        Called with every assumption when both ends are known.

    Returns
    -------
    Tornado
        Assumptions. Ctrl-C ends it with those that are done; in the solve on base values, with the best plan of it.

    Raises
    ------
    sequencer.errors.SequencerError
        If there is no such assumption.
    sequencer.study.no_plan.NoPlanError
        If there is no plan on base values.
    KeyboardInterrupt
        If it is interrupted before there is one.
    """
    if how not in ("fixed", "best", "both"):
        message = f"'{how}' is no way to vary; choose fixed, best or both"
        raise SequencerError(message)
    found = ranged(instance, vary)
    if not found:
        message = "no amount has a low or high value; fill in columns such as potential_low beside potential"
        raise SequencerError(message)
    options = SolveOptions(gap, time_limit, threads, seed, deterministic=deterministic, max_nodes=max_nodes).to_dict()
    return _Storm(instance, how, options, tuple(listeners)).run(plan, found, told)


class _Storm:
    """A tornado in progress."""

    def __init__(self, instance: Instance, how: How, options: dict[str, Any], listeners: tuple[Listener, ...]) -> None:
        self.instance = instance
        self.how = how
        self.options = options
        self.listeners = listeners

    def run(self, plan: Plan | None, found: Iterable[Assumption], told: Callable[[Bar], None] | None) -> Tornado:
        made = self._base(plan)
        if not made.complete:
            return made
        try:
            for assumption in found:
                bar = Bar(assumption, *(self._end(assumption, v, made.plan) for v in (assumption.low, assumption.high)))
                made = replace(made, bars=(*made.bars, bar))
                if told is not None:
                    told(bar)
        except KeyboardInterrupt:
            made = replace(made, complete=False)
        return replace(made, bars=tuple(sorted(made.bars, key=made.swing, reverse=True)))

    def _base(self, plan: Plan | None) -> Tornado:
        """The plan on base values; solved for where its worth has to be known exactly, or none is given."""
        best = bound = None
        complete = True
        if plan is None or self.how != "fixed":
            result = solve(self.instance, start=plan, listeners=self.listeners, **self.options)
            complete = result.termination is not Termination.INTERRUPTED
            if result.plan is None:
                if not complete:
                    raise KeyboardInterrupt
                where = "on base values"
                raise NoPlanError(where, result.termination, self.instance, result.conflict)
            plan = plan if plan is not None and self.how == "both" else result.plan
            best, bound = result.objective, result.bound
        judged = evaluate(self.instance, plan)
        return Tornado(self.instance, plan, judged.goals[0], best, bound, self.how, (), complete)

    def _end(self, assumption: Assumption, value: float, plan: Plan) -> End:
        if value == assumption.base:
            instance = self.instance
        else:
            instance = parameter(self.instance, assumption.name).at(self.instance, value)
        made = End(value)
        if self.how != "best":
            judged = evaluate(instance, plan)
            made = replace(made, fixed=judged.goals[0], broken=len(judged.violations))
        if self.how != "fixed":
            result = solve(instance, start=plan, listeners=self.listeners, **self.options)
            if result.termination is Termination.INTERRUPTED:
                raise KeyboardInterrupt
            made = replace(
                made,
                objective=result.objective,
                bound=result.bound,
                plan=result.plan,
                termination=result.termination,
            )
        return made
