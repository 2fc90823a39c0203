"""Two stages: what starts in the first waves is decided here and now, all else once the scenario is known.

Three figures tell what that is worth, all expected net present values of plans that keep the same rules:

* **WS**, *wait and see*: every scenario has its own best plan, as if it were known beforehand;
* **RP**, the *recourse problem*: common first waves, chosen for all scenarios together;
* **EEV**: the first waves of the plan that is best for the mean amounts, then the best that can be made of them.

``WS ≥ RP ≥ EEV`` (Birge & Louveaux 2011, *Introduction to Stochastic Programming*, chapter 4). ``EVPI = WS − RP`` is
what perfect information would be worth, ``VSS = RP − EEV`` what thinking in scenarios is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sequencer.errors import SequencerError
from sequencer.instance.futures_tables import Scenario, ScenarioChange
from sequencer.instance.rules import Lock
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver.options import SolveOptions
from sequencer.study.executor import Mapper, serial
from sequencer.study.extensive import Extensive, ExtensiveForm
from sequencer.study.finished import Finished, Listener, nobody
from sequencer.study.intervals import Interval, mean
from sequencer.study.scenarios import Alone, best_alone, check_scenarios, each_alone, taken
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

MEAN = "mean-of-scenarios"


@dataclass(frozen=True)
class TwoStages:
    """What deciding the first waves now and the rest later comes to.

    Attributes
    ----------
    instance : Instance
        With scenarios.
    first : int
        Waves decided here and now.
    wait_and_see : tuple of Alone
        Best plan of each scenario, as if it were known beforehand.
    recourse : Extensive
        Plans with common first waves.
    mean_plan : Alone
        Best plan for the mean of all amounts.
    after_mean : tuple of Alone
        Best plan of each scenario with the first waves of that plan.
    """

    instance: Instance
    first: int
    wait_and_see: tuple[Alone, ...]
    recourse: Extensive
    mean_plan: Alone
    after_mean: tuple[Alone, ...]

    @property
    def complete(self) -> bool:
        """Whether the search with common first waves went as far as asked for; False where Ctrl-C ended it."""
        return self.recourse.termination is not Termination.INTERRUPTED

    @property
    def ws(self) -> Interval:
        """Wait and see; never below what common first waves reach."""
        return _mean(self.wait_and_see).at_least(self.recourse.worth.low)

    @property
    def rp(self) -> Interval:
        """Recourse problem; no better than waiting and seeing, no worse than the first waves of the mean plan."""
        low = max(self.recourse.worth.low, _mean(self.after_mean).low)
        return Interval(low, max(low, min(self.recourse.worth.high, _mean(self.wait_and_see).high)))

    @property
    def eev(self) -> Interval:
        """Expected result of the first waves of the mean plan; no better than the best common ones."""
        found = _mean(self.after_mean)
        return Interval(found.low, max(found.low, min(found.high, self.rp.high)))

    @property
    def evpi(self) -> Interval:
        """What perfect information would be worth."""
        return (self.ws - self.rp).at_least(0.0)

    @property
    def vss(self) -> Interval:
        """What planning for scenarios is worth, over planning for their mean."""
        return (self.rp - self.eev).at_least(0.0)

    @property
    def here_and_now(self) -> tuple[Adoption, ...]:
        """What starts in the first waves, whatever the scenario."""
        plan = next(iter(self.recourse.plans.values()))
        return tuple(a for a in plan.adoptions if a.wave <= self.first)

    def to_dict(self) -> dict[str, Any]:
        """Everything of it as JSON."""
        figures = {name: getattr(self, name).to_dict() for name in ("ws", "rp", "eev", "evpi", "vss")}
        return {
            "complete": self.complete,
            "currency": self.instance.settings.currency,
            "unit": self.instance.settings.unit,
            "fingerprint": self.instance.fingerprint,
            "first_waves": self.first,
            **figures,
            "here_and_now": [{"id": a.id, "wave": a.wave, "mode": a.mode} for a in self.here_and_now],
            "scenarios": [
                {
                    "id": seen.scenario,
                    "probability": seen.probability,
                    "best_alone": seen.npv.to_dict(),
                    "after_mean_plan": after.npv.to_dict(),
                    "adoptions": len(self.recourse.plans[seen.scenario].adoptions),
                }
                for seen, after in zip(self.wait_and_see, self.after_mean, strict=True)
            ],
        }


def _mean(alone: tuple[Alone, ...]) -> Interval:
    return mean((a.probability for a in alone), (a.npv for a in alone))


def two_stages(
    instance: Instance,
    first: int = 1,
    options: SolveOptions | None = None,
    *,
    mapper: Mapper = serial,
    told: Callable[[str], None] = lambda _: None,
    finished: Listener = nobody,
) -> TwoStages:
    """Decide the first waves for all scenarios together, and hold that against foresight and against the mean.

    Parameters
    ----------
    instance
        With scenarios. Rules use base values in each, so every plan is open in every scenario.
    first
        Waves decided here and now, at least 1.
    options
        Of each solve. The search with common first waves has a copy of the model for every scenario.
    mapper
        Where single scenarios are solved.
    told
        Called with what is begun, in words.
    finished
        Called with each solve that has ended: all there is where a later one comes to nothing.

    Returns
    -------
    TwoStages
        Plans and figures. Ctrl-C in the search with common first waves leaves what it has found by then, or the plans
        that it was to start from.

    Raises
    ------
    sequencer.errors.SequencerError
        If there are no scenarios or no such waves.
    sequencer.study.no_plan.NoPlanError
        If a solve finds no plan in its time.
    KeyboardInterrupt
        If it is interrupted before that search.
    """
    check_scenarios(instance)
    if not 1 <= first < instance.n_waves:
        most = instance.n_waves - 1
        message = f"{first} first waves leave nothing to decide later or now; ask for 1 to {most} of {most + 1} waves"
        raise SequencerError(message)
    chosen = options or SolveOptions(threads=1)
    count = len(instance.scenarios)
    told(f"Solving {count} scenarios, each as if it were known beforehand")
    seen = taken(instance, each_alone(instance, chosen, mapper=mapper), finished, "alone", "Best plan of {} alone")
    told("Solving for the mean of all amounts")
    (middle,) = best_alone(mean_instance(instance), chosen, mapper=mapper, start=seen[0].plan)
    finished(Finished("mean", "Best plan for the mean of all amounts", "npv", middle.plan, middle.npv))
    told(f"Solving {count} scenarios after the first waves of that plan")
    solved = each_alone(
        instance, chosen, mapper=mapper, start=middle.plan, adapt=lambda one: committed(one, middle.plan, first)
    )
    after = taken(instance, solved, finished, "after-mean", "Best plan of {} after the first waves for the mean")
    told(f"Searching over {count} scenarios with common first waves")
    return TwoStages(instance, first, seen, _common(instance, first, chosen, after), middle, after)


def _common(instance: Instance, first: int, options: SolveOptions, after: tuple[Alone, ...]) -> Extensive:
    """Plans with common first waves; where Ctrl-C comes before the search, those it starts from, and no proof."""
    starts = {one.scenario: one.plan for one in after}
    try:
        return ExtensiveForm(instance, first, options).solve(starts)
    except KeyboardInterrupt:
        return Extensive(Termination.INTERRUPTED, starts, Interval(_mean(after).low, math.inf))


def mean_instance(instance: Instance) -> Instance:
    """The instance with one scenario, in which every amount that scenarios change has its mean."""
    known = {(c.of, c.row, c.column) for c in instance.scenario_changes}
    changes = []
    for of, row, column in sorted(known):
        for name in _rows(instance, of, row):
            value = sum(f.probability * _amount(f.instance, of, name, column) for f in instance.futures)
            changes.append(ScenarioChange(scenario=MEAN, of=of, row=name, column=column, value=value))
    unique = {change.record_id: change for change in changes}
    return instance.model_copy(
        update={
            "scenarios": (Scenario(id=MEAN, probability=1.0),),
            "scenario_changes": tuple(unique.values()),
        }
    )


def _rows(instance: Instance, of: str, row: str) -> list[str]:
    if of == "settings":
        return [""]
    return [row] if row else [one.record_id for one in instance.rows(of)]


def _amount(instance: Instance, of: str, row: str, column: str) -> float:
    return float(getattr(instance.settings if of == "settings" else instance.by_id(of)[row], column))


def committed(instance: Instance, plan: Plan, first: int) -> Instance:
    """Instance whose plans start in the first waves just what a plan does, in the same waves and modes."""
    locks = {row.item: row for row in instance.locks}
    for item in instance.decided.values():
        adoption = plan.by_id.get(item.id)
        known = locks.get(item.id, Lock(item=item.id))
        if adoption is not None and adoption.wave <= first:
            mode = f"only:{adoption.mode}" if len(item.modes) > 1 and adoption.mode else ""
            locks[item.id] = Lock(item=item.id, must=True, by=known.by, fixed=adoption.wave, mode=mode)
        elif min(known.latest or first + 1, known.fixed or first + 1) <= first:
            locks[item.id] = Lock(item=item.id, never=True)
        else:
            locks[item.id] = known.model_copy(update={"earliest": max(known.earliest or 1, first + 1)})
    return instance.model_copy(update={"locks": tuple(locks.values())})
