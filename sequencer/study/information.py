"""Expected value of perfect information: what it is worth to know one assumption before planning.

An assumption is low, base or high, with given probabilities. Who knows which takes the best plan for it; who does not
takes one plan for all three, the one with the best mean:

    information = Σ_v p_v · max_x npv(x, v)  −  max_x Σ_v p_v · npv(x, v)

All plans keep the rules on base values, as everywhere where amounts are uncertain, so every plan found for one value is
a plan for all others, too. Both sides are proven intervals, and so is their difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from sequencer.errors import SequencerError
from sequencer.instance.futures import CHANGEABLE
from sequencer.plan.evaluate import Evaluator
from sequencer.plan.plan import Plan
from sequencer.solver.options import SolveOptions
from sequencer.solver.solve import solve
from sequencer.study.draws import Assumption
from sequencer.study.no_plan import NoPlanError
from sequencer.study.parameters import ranged
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.solver.events import Listener

VALUES = ("low", "base", "high")
PROBABILITIES = (0.3, 0.4, 0.3)
"""Probabilities of low, base and high where none are given: Swanson's rule for the mean of a distribution of which they
are the 10 %, 50 % and 90 % quantiles (Hurst, Brown and Swanson 2000, *Swanson's 30-40-30 rule*, AAPG Bulletin 84)."""

TOLERANCE = 1e-6


@dataclass(frozen=True)
class Interval:
    """A best worth: what a plan was found to reach, and what is proven that none exceeds."""

    objective: float
    bound: float


@dataclass(frozen=True)
class Known:
    """What it is worth to know an assumption.

    Attributes
    ----------
    assumption : Assumption
        What would be known.
    informed : tuple of Interval
        The best plan for low, base and high each.
    common : Interval
        The best plan for all three, by its mean.
    informed_mean : Interval
        Mean of the best plans.
    """

    assumption: Assumption
    informed: tuple[Interval, ...]
    informed_mean: Interval
    common: Interval

    @property
    def worth(self) -> tuple[float, float]:
        """Least and most that knowing is worth, as far as proven; never below 0."""
        least = max(0.0, self.informed_mean.objective - self.common.bound)
        return least, max(least, self.informed_mean.bound - self.common.objective)


@dataclass(frozen=True)
class Information:
    """What it is worth to know each assumption, the most that it may be first.

    Attributes
    ----------
    instance : Instance
        What is given.
    probabilities : tuple of float
        Of low, base and high.
    known : tuple of Known
        Assumptions, the one that is worth most first: by the least that is proven, then by the most.
    complete : bool
        Whether every assumption was looked at.
    """

    instance: Instance
    probabilities: tuple[float, ...]
    known: tuple[Known, ...] = ()
    complete: bool = True

    def frame(self) -> pd.DataFrame:
        """Assumptions, one a row: ``assumption``, ``least``, ``most``, then both sides of the difference."""
        rows = [
            (
                k.assumption.name,
                *k.worth,
                k.informed_mean.objective,
                k.informed_mean.bound,
                k.common.objective,
                k.common.bound,
            )
            for k in self.known
        ]
        columns = ["assumption", "least", "most", "informed", "informed_bound", "common", "common_bound"]
        return pd.DataFrame(rows, columns=columns)

    def to_dict(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "measure": "npv",
            "probabilities": dict(zip(VALUES, self.probabilities, strict=True)),
            "complete": self.complete,
            "assumptions": self.frame().to_dict("records"),
            "fingerprint": self.instance.fingerprint,
        }


def perfect_information(
    instance: Instance,
    *,
    vary: Sequence[str] = (),
    probabilities: Sequence[float] = PROBABILITIES,
    gap: float = 0.01,
    time_limit: float | None = None,
    threads: int | None = None,
    seed: int = 0,
    deterministic: bool = False,
    max_nodes: int | None = None,
    listeners: Iterable[Listener] = (),
    told: Callable[[Known], None] | None = None,
) -> Information:
    """What it is worth to know each assumption before planning, one at a time.

    Parameters
    ----------
    instance
        What is given; amounts with a low or high value that no rule but only worth depends on are assumptions. Its own
        scenarios and objective do not matter: what is told is net present value.
    vary
        Patterns of the assumptions to take, such as ``drivers.*.potential``; empty: all.
    probabilities
        Of low, base and high, summing to 1.
    gap, time_limit, threads, seed, deterministic, max_nodes
        Of each solve, see :func:`sequencer.solve`; four at most for each assumption, one of which they share.
    listeners
        Of each solve.
    told
        Called with each assumption.

    Raises
    ------
    sequencer.errors.SequencerError
        If probabilities are none, or there is no such assumption.
    sequencer.study.no_plan.NoPlanError
        If there is no plan.
    """
    if len(probabilities) != len(VALUES) or min(probabilities) < 0 or abs(sum(probabilities) - 1) > TOLERANCE:
        message = "probabilities of low, base and high are three numbers from 0 on that sum to 1, such as 0.3, 0.4, 0.3"
        raise SequencerError(message)
    found = [a for a in ranged(instance, vary) if a.field in CHANGEABLE.get(a.table, ())]
    if not found:
        message = (
            "no amount that worth depends on has a low or high value; fill in columns such as potential_low beside "
            "potential"
        )
        raise SequencerError(message)
    options = SolveOptions(gap, time_limit, threads, seed, deterministic=deterministic, max_nodes=max_nodes).to_dict()
    return _Inquiry(instance, tuple(probabilities), options, tuple(listeners)).run(found, told)


@dataclass
class _Inquiry:
    """An inquiry in progress.

    Attributes
    ----------
    plans : list of Plan
        Every plan found: each is one for every value of every assumption.
    """

    instance: Instance
    probabilities: tuple[float, ...]
    options: dict[str, Any]
    listeners: tuple[Listener, ...]
    plans: list[Plan] = field(default_factory=list)

    def run(self, found: Iterable[Assumption], told: Callable[[Known], None] | None) -> Information:
        made = Information(self.instance, self.probabilities)
        try:
            self.base = self._solved(self.instance, "npv")
            for assumption in found:
                known = self._known(assumption)
                made = replace(made, known=(*made.known, known))
                if told is not None:
                    told(known)
        except KeyboardInterrupt:
            made = replace(made, complete=False)
        return replace(made, known=tuple(sorted(made.known, key=lambda k: k.worth, reverse=True)))

    def _known(self, assumption: Assumption) -> Known:
        """Solve for each value, then for all of them at once where that is not settled already."""
        given = with_values(self.instance, assumption, self.probabilities)
        bounds = [self.base if value == "base" else self._solved(given, f"scenario_npv:{value}") for value in VALUES]
        reached = self._best(given, [f"scenario_npv:{value}" for value in VALUES])
        most = [max(b, r) for b, r in zip(bounds, reached, strict=True)]
        mean = Interval(self._mean(reached), self._mean(most))
        (common,) = self._best(given, ["expected_npv"])
        bound = mean.bound
        if bound - common > TOLERANCE * max(1.0, abs(common)):
            bound = min(bound, self._solved(given, "expected_npv"))
            (common,) = self._best(given, ["expected_npv"])
            # A plan found for the mean may be the best known for a value as well.
            reached = self._best(given, [f"scenario_npv:{value}" for value in VALUES])
            most = [max(b, r) for b, r in zip(most, reached, strict=True)]
            mean = Interval(self._mean(reached), self._mean(most))
        informed = tuple(Interval(r, m) for r, m in zip(reached, most, strict=True))
        return Known(assumption, informed, mean, Interval(common, max(bound, common)))

    def _mean(self, figures: Sequence[float]) -> float:
        return sum(p * f for p, f in zip(self.probabilities, figures, strict=True))

    def _best(self, given: Instance, names: Sequence[str]) -> list[float]:
        """Best figure of each measure over all plans found."""
        evaluator = Evaluator(given)
        found = [evaluator.evaluate(plan).measures for plan in self.plans]
        return [max(float(m[name] or 0.0) for m in found) for name in names]

    def _solved(self, given: Instance, measure: str) -> float:
        """Proven bound on a measure; the plan found joins the others."""
        aimed = given.replace({"table": "settings", "field": "objective", "set": measure})
        start = None
        if self.plans:
            evaluator = Evaluator(aimed)
            start = max(self.plans, key=lambda plan: evaluator.goals(plan)[0])
        result = solve(aimed, start=start, listeners=self.listeners, **self.options)
        if result.termination is Termination.INTERRUPTED:
            raise KeyboardInterrupt
        if result.plan is None and not self.plans:
            where = "on base values"
            raise NoPlanError(where, result.termination, self.instance, result.conflict)
        if result.plan is not None and result.plan not in self.plans:
            self.plans.append(result.plan)
        return float("inf") if result.bound is None else result.bound


def with_values(instance: Instance, assumption: Assumption, probabilities: Sequence[float]) -> Instance:
    """Instance whose scenarios are the values of one assumption, in place of any it has."""
    changes: list[dict[str, Any]] = [
        {"table": table, "delete": True} for table in ("scenario_changes", "scenarios") if instance.rows(table)
    ]
    for value, probability in zip(VALUES, probabilities, strict=True):
        changes.append({"table": "scenarios", "insert": {"id": value, "probability": probability}})
        if value != "base":
            row = {"scenario": value, "of": assumption.table, "row": assumption.id, "column": assumption.field}
            amount = getattr(assumption, value)
            changes.append({"table": "scenario_changes", "insert": row | {"value": amount}})
    return instance.replace(*changes)
