"""Plans that bear risk, held against the plan that is best on base values; worst-case regret; re-optimised draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sequencer.errors import SequencerError
from sequencer.instance.goals import measures
from sequencer.plan.evaluate import evaluate
from sequencer.solver.options import SolveOptions
from sequencer.solver.solve import solve
from sequencer.study.draws import DrawOptions, Floats
from sequencer.study.executor import Mapper, serial
from sequencer.study.finished import Finished, nobody
from sequencer.study.finished import Listener as FinishedListener
from sequencer.study.intervals import Interval, mean
from sequencer.study.no_plan import NoPlanError
from sequencer.study.scenarios import Alone, check_scenarios, drawn, each_alone, taken
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation
    from sequencer.plan.plan import Plan
    from sequencer.solver.events import Listener

AIMS = ("cvar", "worst_npv", "expected_npv", "regret")
TOLD = ("npv", "expected_npv", "cvar", "worst_npv", "regret")


@dataclass(frozen=True)
class Robust:
    """A plan made for scenarios, beside the one made on base values.

    Attributes
    ----------
    instance : Instance
        With scenarios, and for regret with what the best plan of each is worth.
    aim : str
        Measure that was optimised.
    base, robust : Evaluation
        Best plan on base values, and the one for the aim.
    base_npv : Interval
        Net present value of the former, and what is proven that no plan exceeds.
    reached : Interval
        The aim: what is proven of its best possible figure, and what the plan reaches. Of ``regret``, whose smallest
        possible figure is meant, the plan reaches the upper side at most.
    alone : tuple of Alone
        Best plan of each scenario, where regret was asked for.
    complete : bool
        Whether the search for the aim went as far as asked for; False where Ctrl-C ended it.
    """

    instance: Instance
    aim: str
    base: Evaluation
    robust: Evaluation
    base_npv: Interval
    reached: Interval
    alone: tuple[Alone, ...] = ()
    complete: bool = True

    @property
    def by_scenario(self) -> dict[str, tuple[float, float]]:
        """Net present value of both plans in each scenario."""
        names = [row.id for row in self.instance.scenarios]
        return {n: (self._npv(self.base, n), self._npv(self.robust, n)) for n in names}

    @staticmethod
    def _npv(evaluation: Evaluation, scenario: str) -> float:
        return evaluation.measures[f"scenario_npv:{scenario}"] or 0.0

    def to_dict(self) -> dict[str, Any]:
        """Everything of it as JSON."""
        both = {"base": self.base, "robust": self.robust}
        return {
            "aim": self.aim,
            "complete": self.complete,
            "currency": self.instance.settings.currency,
            "unit": self.instance.settings.unit,
            "fingerprint": self.instance.fingerprint,
            "cvar_level": self.instance.settings.cvar_level,
            "scenarios": {f.id: f.probability for f in self.instance.futures},
            "base_npv": self.base_npv.to_dict(),
            "reached": self.reached.to_dict(),
            "plans": {
                name: {
                    "measures": {m: e.measures.get(m) for m in TOLD},
                    "scenarios": {s: self._npv(e, s) for s in self.by_scenario},
                    "adoptions": len(e.plan.adoptions),
                }
                for name, e in both.items()
            },
            "best_alone": {a.scenario: a.npv.to_dict() for a in self.alone},
        }


def robust(
    instance: Instance,
    aim: str = "cvar",
    options: SolveOptions | None = None,
    *,
    mapper: Mapper = serial,
    listeners: Iterable[Listener] = (),
    told: Callable[[str], None] = lambda _: None,
    finished: FinishedListener = nobody,
) -> Robust:
    """Find the plan that is best for an aim over scenarios, and the one that is best on base values.

    Parameters
    ----------
    instance
        With scenarios.
    aim
        ``cvar``, ``worst_npv``, ``expected_npv``, or ``regret``: the plan whose largest regret is smallest, where the
        regret in a scenario is what the best plan of that scenario alone is worth more. For regret every scenario is
        solved alone first.
    options
        Of each solve.
    mapper
        Where the scenarios are solved.
    listeners
        Of the two solves that are not of one scenario.
    told
        Called with what is begun, in words.
    finished
        Called with each solve that has ended: all there is where a later one comes to nothing.

    Returns
    -------
    Robust
        Both plans. Ctrl-C in the search for the aim ends it with the best plan found by then.

    Raises
    ------
    sequencer.errors.SequencerError
        If there is no such aim, or there are no scenarios.
    sequencer.study.no_plan.NoPlanError
        If a solve finds no plan.
    KeyboardInterrupt
        If it is interrupted before there are two plans.
    """
    check_scenarios(instance)
    if aim not in AIMS:
        message = f"'{aim}' is no aim over scenarios; choose one of {', '.join(AIMS)}"
        raise SequencerError(message)
    chosen = options or SolveOptions(threads=1)
    told("Solving on base values")
    plain, base_npv, ended = _solved(_aimed(instance, "npv"), chosen, None, listeners, "on base values")
    finished(Finished("base", "Best plan on base values", "npv", plain.plan, base_npv))
    if ended is Termination.INTERRUPTED:
        raise KeyboardInterrupt
    alone: tuple[Alone, ...] = ()
    given = instance
    if aim == "regret":
        told(f"Solving {len(instance.scenarios)} scenarios, each alone")
        solved = each_alone(instance, chosen, mapper=mapper, start=plain.plan)
        alone = taken(instance, solved, finished, "alone", "Best plan of {} alone")
        given = with_best(instance, alone)
    told(f"Solving for {aim} over {len(instance.scenarios)} scenarios")
    found, reached, ended = _solved(_aimed(given, aim), chosen, plain.plan, listeners, f"for {aim}")
    if aim == "regret":
        reached = _regret(reached, found, alone)
    finished(Finished("robust", f"Plan for {aim}", aim, found.plan, reached))
    judged, complete = evaluate(_aimed(given, aim), plain.plan), ended is not Termination.INTERRUPTED
    return Robust(given, aim, judged, found, base_npv, reached, alone, complete)


def with_best(instance: Instance, alone: Iterable[Alone]) -> Instance:
    """The instance with what the best plan found of each scenario is worth there."""
    best = {one.scenario: one.npv.low for one in alone}
    rows = tuple(row.model_copy(update={"best_npv": best[row.id]}) for row in instance.scenarios)
    return instance.model_copy(update={"scenarios": rows})


def _regret(reached: Interval, found: Evaluation, alone: tuple[Alone, ...]) -> Interval:
    """Smallest possible largest regret against the true best of each scenario, which its own interval holds.

    A larger best only makes regret larger: so what was proven against the plans found is a lower side, and the regret
    of the plan against the proven bounds an upper one.
    """
    most = max(a.npv.high - (found.measures[f"scenario_npv:{a.scenario}"] or 0.0) for a in alone)
    return Interval(reached.low, max(most, reached.high))


def _aimed(instance: Instance, objective: str) -> Instance:
    return instance.model_copy(update={"settings": instance.settings.model_copy(update={"objective": objective})})


def _solved(
    instance: Instance, options: SolveOptions, start: Plan | None, listeners: Iterable[Listener], where: str
) -> tuple[Evaluation, Interval, Termination]:
    """Best plan, its figure with the bound, and why the search ended: also one that Ctrl-C ended may have both."""
    result = solve(instance, start=start, listeners=listeners, **options.to_dict())
    if result.evaluation is None or result.objective is None or result.bound is None:
        if result.termination is Termination.INTERRUPTED:
            raise KeyboardInterrupt
        found = result.plan is not None
        raise NoPlanError(where, result.termination, instance, result.conflict, found=found)
    sense = measures(instance)[result.measure].sense
    ends = (result.objective, result.bound) if sense > 0 else (result.bound, result.objective)
    return result.evaluation, Interval(*ends), result.termination


# -- re-optimised draws -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reoptimised:
    """A plan beside the best plan of every draw.

    Attributes
    ----------
    instance : Instance
        With every draw as a scenario.
    plan : Plan
        The fixed plan.
    fixed : array
        Its net present value in each draw.
    best : tuple of Alone
        Best plan of each draw, made as if it were known beforehand, with its proven interval; of the draws solved by
        then where the solves were stopped, all equally probable.
    stopped : str
        Why the solves ended before the last draw; empty where all were solved.
    termination : Termination
        The same as an end of a solve.
    """

    instance: Instance
    plan: Plan
    fixed: Floats
    best: tuple[Alone, ...]
    stopped: str = ""
    termination: Termination = Termination.GAP_REACHED

    @property
    def complete(self) -> bool:
        """Whether every draw was solved."""
        return not self.stopped

    @property
    def foresight(self) -> Interval:
        """What knowing the outcome before planning would be worth on average, over the fixed plan."""
        gains = (Interval(b.npv.low - own, b.npv.high - own) for b, own in zip(self.best, self.fixed, strict=True))
        return mean((b.probability for b in self.best), gains)

    def quantiles(self, shares: Iterable[float]) -> list[tuple[float, Interval]]:
        """Quantiles of the net present value: of the fixed plan, and of the best plan of each draw."""
        low, high = ([getattr(b.npv, side) for b in self.best] for side in ("low", "high"))
        return [
            (float(np.quantile(self.fixed, q)), Interval(float(np.quantile(low, q)), float(np.quantile(high, q))))
            for q in shares
        ]

    def to_dict(self) -> dict[str, Any]:
        """Everything of it as JSON."""
        return {
            "complete": self.complete,
            "foresight": self.foresight.to_dict(),
            "fixed": self.fixed.tolist(),
            "best": [b.npv.to_dict() for b in self.best],
            "adopted": self.adopted,
        }

    @property
    def adopted(self) -> dict[str, float]:
        """Share of draws whose best plan adopts each item: what is always done, and what depends."""
        made: dict[str, int] = {}
        for one in self.best:
            for a in one.plan.adoptions:
                made[a.id] = made.get(a.id, 0) + 1
        return {item: made[item] / len(self.best) for item in self.instance.decided if item in made}


def reoptimised(
    instance: Instance,
    plan: Plan,
    draws: DrawOptions,
    options: SolveOptions | None = None,
    *,
    mapper: Mapper = serial,
    told: Callable[[Alone], None] | None = None,
) -> Reoptimised:
    """Solve every draw anew, as if it were known beforehand, beside a fixed plan.

    Rules use base values in every draw, so the fixed plan is open to each: no best plan is worth less.

    Parameters
    ----------
    instance
        Gives low and high values, and probabilities of success.
    plan
        The fixed plan, from which each search starts.
    draws
        How to draw; a solve for each.
    options
        Of each solve.
    mapper
        Where the draws are solved.
    told
        Called with each draw solved.

    Returns
    -------
    Reoptimised
        Every draw. Ctrl-C, or a draw whose solve comes to nothing, ends it with those solved by then: draws are
        independent, so that the first ones are a smaller sample of the same.

    Raises
    ------
    sequencer.errors.SequencerError
        If nothing is uncertain.
    sequencer.study.no_plan.NoPlanError
        If the first draw has no plan in the time given.
    KeyboardInterrupt
        If it is interrupted before a draw is solved.
    """
    given = drawn(instance, draws)
    fixed = evaluate(given, plan).measures
    found: list[Alone] = []
    stopped, ended = "", Termination.GAP_REACHED
    try:
        for one in each_alone(given, options, mapper=mapper, start=plan):
            own = fixed[f"scenario_npv:{one.scenario}"] or 0.0
            better = one if one.npv.low >= own else replace(one, plan=plan, npv=one.npv.at_least(own))
            found.append(better)
            if told is not None:
                told(better)
    except (KeyboardInterrupt, NoPlanError) as error:
        if not found:
            raise
        stopped, ended = _why(error)
        found = [replace(one, probability=1 / len(found)) for one in found]
    values = np.array([fixed[f"scenario_npv:{one.scenario}"] or 0.0 for one in found])
    return Reoptimised(given, plan, values, tuple(found), stopped, ended)


def _why(error: KeyboardInterrupt | NoPlanError) -> tuple[str, Termination]:
    if isinstance(error, NoPlanError):
        return str(error), error.termination
    return "interrupted", Termination.INTERRUPTED
