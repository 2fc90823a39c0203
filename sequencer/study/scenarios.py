"""Scenarios of an instance made of draws, and the best plan of each scenario alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sequencer.errors import SequencerError
from sequencer.instance.futures import CHANGEABLE
from sequencer.instance.futures_tables import AffiliateSuccess, Scenario, ScenarioChange
from sequencer.solver.options import SolveOptions
from sequencer.study.case import Case, CaseResult, solve_case
from sequencer.study.draws import DrawOptions, Draws, Floats
from sequencer.study.executor import Mapper, serial
from sequencer.study.finished import Finished, Listener
from sequencer.study.intervals import Interval
from sequencer.study.monte_carlo import APPROACH
from sequencer.study.no_plan import NoPlanError
from sequencer.types import Kind, Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan

# -- draws as scenarios -----------------------------------------------------------------------------------------------


def drawn(instance: Instance, options: DrawOptions) -> Instance:
    """The instance with every draw as a scenario, all equally probable, in place of the scenarios it has.

    Amounts are those of :func:`sequencer.study.monte_carlo.simulate`, and so are success and failure, with one draw for
    each affiliate whatever its mode: what succeeds in a mode succeeds in every surer one.

    Raises
    ------
    sequencer.errors.SequencerError
        If what was asked for cannot be drawn, or nothing is uncertain.
    """
    return _Drawing(instance, options).made()


class _Drawing:
    """Draws of an instance, for whatever plan."""

    def __init__(self, instance: Instance, options: DrawOptions) -> None:
        self.instance = instance
        self.options = options
        kinds = (Kind.DRIVER, Kind.AFFILIATE, Kind.BRAND, Kind.INITIATIVE)
        names = [f"outcome.{i.id}" for i in instance.adoptables.values() if i.kind in kinds]
        if instance.settings.rollout_failure > 0 and instance.settings.rollout != "free":
            names.append(APPROACH)
        self.draws = Draws(instance, options, names)
        self.rows: list[tuple[str, str, str, Floats]] = []
        self.success: list[AffiliateSuccess] = []

    def made(self) -> Instance:
        if self.options.failures:
            self._fail()
        self._amounts()
        if not self.rows:
            message = (
                "nothing is uncertain, so there is nothing to draw. Give amounts a low or a high value (columns such "
                "as potential_low), or probabilities of success below 1."
            )
            raise SequencerError(message)
        count = self.options.draws
        ids = [f"draw-{n}" for n in range(1, count + 1)]
        changes = [
            ScenarioChange(scenario=name, of=table, row=row, column=column, value=float(values[n]))
            for n, name in enumerate(ids)
            for table, row, column, values in self.rows
        ]
        known = {row.record_id for row in self.success}
        kept = (row for row in self.instance.affiliate_success if row.record_id not in known)
        return self.instance.model_copy(
            update={
                "scenarios": tuple(Scenario(id=name, probability=1 / count) for name in ids),
                "scenario_changes": tuple(changes),
                "affiliate_success": (*kept, *self.success),
            }
        )

    def _amounts(self) -> None:
        """Uncertain amounts; probabilities are not among them where success and failure are drawn."""
        for a in self.draws.assumptions.values():
            if a.field in CHANGEABLE.get(a.table, ()) and not (a.field == "success" and self.options.failures):
                self.rows.append((a.table, a.id, a.field, self.draws.values[a.name]))

    def _fail(self) -> None:
        for row in (*self.instance.drivers, *self.instance.initiatives):
            self._outcome(row.id, row.table, row.id, self._success(row.table, row.id))
        for row in self.instance.affiliates:
            self._affiliate(row.id)
        for brand in self.instance.brands:
            self._further(brand.id, 1.0)
        if APPROACH in self.draws.outcomes:
            failure = self.instance.settings.rollout_failure
            self.rows.append(("settings", "", "rollout_failure", 1 - self.draws.success(APPROACH, 1 - failure)))

    def _affiliate(self, affiliate: str) -> None:
        """A probability of its own for every mode, so that it may fail while others do not."""
        item = self.instance.adoptables[affiliate]
        further = {row.id for row in self.instance.modes if row.item == affiliate}
        for number, mode in enumerate(m for m in item.modes if m.id not in further and m.archetype):
            key = f"{affiliate}:{mode.id}"
            probability: Floats | float
            if key in self.instance.by_id("affiliate_success"):
                probability = self._success("affiliate_success", key)
            else:
                probability = self._success("archetypes", mode.archetype or "")
                probability = probability * (self._success("touches", mode.touch) if mode.touch else 1.0)
            self.success.append(AffiliateSuccess(affiliate=affiliate, mode=mode.id, success=mode.success))
            self._outcome(affiliate, "affiliate_success", key, probability)
            if number == 0:
                self._further(affiliate, probability)

    def _success(self, table: str, row: str) -> Floats | float:
        found = self.draws.values.get(f"{table}.{row}.success")
        return float(self.instance.by_id(table)[row].success) if found is None else found

    def _outcome(self, item: str, table: str, row: str, probability: Floats | float) -> None:
        made = self.draws.success(f"outcome.{item}", probability)
        if np.min(probability) < 1:
            self.rows.append((table, row, "success", made))
        if table == "drivers":
            self._further(item, probability)

    def _further(self, item: str, probability: Floats | float) -> None:
        """Further modes succeed only where the one they are derived from does."""
        for row in (m for m in self.instance.modes if m.item == item and m.success < 1):
            made = self.draws.success(f"outcome.{item}", probability * row.success)
            self.rows.append(("modes", row.record_id, "success", made))


# -- one scenario at a time -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Alone:
    """The best plan of one scenario, made as if it were certain.

    Attributes
    ----------
    scenario : str
        Scenario.
    probability : float
        Its probability.
    plan : Plan
        Best plan found; it keeps the rules, which use base values.
    npv : Interval
        What it is worth in the scenario, and what is proven that no plan exceeds there.
    """

    scenario: str
    probability: float
    plan: Plan
    npv: Interval


def alone(instance: Instance, scenario: str) -> Instance:
    """The instance with one scenario only, whose net present value is what is optimised."""
    return instance.model_copy(
        update={
            "scenarios": tuple(
                row.model_copy(update={"probability": 1.0}) for row in instance.scenarios if row.id == scenario
            ),
            "scenario_changes": tuple(row for row in instance.scenario_changes if row.scenario == scenario),
            "settings": instance.settings.model_copy(update={"objective": f"scenario_npv:{scenario}"}),
        }
    )


def best_alone(
    instance: Instance,
    options: SolveOptions | None = None,
    *,
    mapper: Mapper = serial,
    start: Plan | None = None,
    adapt: Callable[[Instance], Instance] = lambda one: one,
) -> tuple[Alone, ...]:
    """The best plan of each scenario, as if it were known beforehand.

    Parameters
    ----------
    instance
        With scenarios.
    options
        Of each solve; one thread and a gap of 1 % where not given.
    mapper
        What applies :func:`~sequencer.study.case.solve_case` to the scenarios, here or in other processes, where each
        solve has one thread.
    start
        Plan that each search starts from.
    adapt
        Applied to each instance before it is solved, such as decisions that are fixed.

    Raises
    ------
    sequencer.errors.SequencerError
        If there are no scenarios, or one of them cannot be solved.
    sequencer.study.no_plan.NoPlanError
        If one of them has no plan, or none in the time given.
    """
    return tuple(each_alone(instance, options, mapper=mapper, start=start, adapt=adapt))


def each_alone(
    instance: Instance,
    options: SolveOptions | None = None,
    *,
    mapper: Mapper = serial,
    start: Plan | None = None,
    adapt: Callable[[Instance], Instance] = lambda one: one,
) -> Iterator[Alone]:
    """As :func:`best_alone`, one after the other as they are solved."""
    check_scenarios(instance)
    chosen = options or SolveOptions(threads=1)
    if mapper is not serial:  # solves beside each other have one thread each
        chosen = replace(chosen, threads=1)
    cases = (Case(f.id, adapt(alone(instance, f.id)), options=chosen, start=start) for f in instance.futures)
    yield from _found(instance, mapper(solve_case, cases))


def _found(instance: Instance, results: Iterable[CaseResult]) -> Iterator[Alone]:
    for future, result in zip(instance.futures, results, strict=True):
        if result.termination is Termination.INTERRUPTED:
            raise KeyboardInterrupt
        if result.termination is Termination.ERROR:
            message = f"scenario {future.id}: {result.message}"
            raise SequencerError(message)
        if result.plan is None or result.objective is None or result.bound is None:
            found, where = result.plan is not None, f"in scenario {future.id}"
            raise NoPlanError(where, result.termination, instance, result.conflict, found=found)
        yield Alone(future.id, future.probability, result.plan, Interval(result.objective, result.bound))


def taken(instance: Instance, solved: Iterable[Alone], finished: Listener, name: str, words: str) -> tuple[Alone, ...]:
    """Best plans of single scenarios, each told of as it comes.

    Parameters
    ----------
    instance
        Gives the names of the scenarios.
    solved
        The plans.
    finished
        Called with each.
    name, words
        What they are called: begin of the name of a file, and words with ``{}`` for the scenario.
    """
    made = []
    for one in solved:
        said = words.format(instance.label(one.scenario))
        finished(Finished(f"{name}-{one.scenario}", said, "npv", one.plan, one.npv))
        made.append(one)
    return tuple(made)


def check_scenarios(instance: Instance) -> None:
    """Refuse an instance without scenarios.

    Raises
    ------
    sequencer.errors.SequencerError
        Saying how to get some.
    """
    if not instance.scenarios:
        message = "there are no scenarios. Fill in the tables scenarios and scenario_changes, or draw some (--draws)."
        raise SequencerError(message)
