"""Conflicts: the planted ones are named, each rule of them is necessary, and what is said has been proven."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sequencer.solver.conflict as module
from sequencer.errors import SequencerError, SolverError
from sequencer.instance.instance import Instance
from sequencer.instance.reader import read
from sequencer.model.build import build
from sequencer.solver.conflict import Conflict, conflict, conflict_of
from sequencer.solver.highs import Highs
from sequencer.solver.solve import solve
from sequencer.solver.standard_form import StandardForm, standard_form
from sequencer.types import Termination
from tests.model.tools import driver, make

INSTANCES = Path(__file__).parents[2] / "instances"

PLANTED = {
    "mandate-against-attention": {("mandate", "mandate:2"), ("capacities", "exec")},
    "must-against-budget": {("budgets", "hq"), ("locks", "portal", "must")},
    "needed-too-late": {
        ("locks", "calls", "must"),
        ("requirements", "calls", "crm:2"),
        ("capability_steps", "crm:2", "crm:1"),
    },
}
"""Rules that the README of each instance says clash."""


def found_in(instance: Instance, **options) -> tuple[Conflict, StandardForm]:
    model = build(instance, reduce=False)
    form = standard_form(model)
    return conflict(model, form, **options), form


def rules(found: Conflict) -> set[tuple[str, ...]]:
    return {(ref.family, *ref.members) for ref in found.refs}


def keeps(form: StandardForm, kept) -> bool:
    """Whether a plan keeps the rows whose rule is one of these."""
    rows = np.flatnonzero([kept(ref) for ref in form.refs])
    part = replace(
        form,
        cost=np.zeros_like(form.cost),
        matrix=form.matrix.tocsr()[rows].tocsc(),
        row_lower=form.row_lower[rows],
        row_upper=form.row_upper[rows],
    )
    return Highs(part, {}).run().point is not None


@pytest.mark.parametrize("name", PLANTED)
def test_the_planted_clash_is_named_and_nothing_else(name):
    found, form = found_in(read(INSTANCES / "infeasible" / name))
    assert rules(found) == PLANTED[name]
    assert found.certified
    # Two ways to the budget: in the relaxation the portal is adopted by parts of it that a wave can pay.
    assert found.method == ("deletion filter" if name == "must-against-budget" else "relaxation")
    # Proven again with all that the set is made of, decisions included, and with each rule left out of the instance.
    named = set(found.refs)
    assert not keeps(form, lambda ref: ref in named or ref.family == "start_once")
    for rule in PLANTED[name]:
        assert keeps(form, lambda ref, rule=rule: (ref.family, *ref.members) != rule)


def test_waves_are_those_it_takes():
    # Level 2 is not there in wave 1 but in wave 2, so its step falls in wave 2, where attention is short.
    refs = conflict_of(read(INSTANCES / "infeasible" / "mandate-against-attention"))
    assert [str(ref) for ref in refs] == ["mandate(mandate:2)@1", "mandate(mandate:2)@2", "capacities(exec)@2"]


@pytest.mark.parametrize(
    ("locks", "families"),
    [
        # r2 needs nba:3, and a capability rises by one level a wave: wave 3
        (("+r2<=2",), ["capability_steps", "locks", "requirements"]),
        # a customized Japan costs more in wave 1 than its pot holds
        (("jp=1/customized",), ["budgets", "locks"]),
    ],
)
def test_the_reference_case_names_a_handful_of_rules(locks, families):
    found, _ = found_in(read(INSTANCES / "nordwind", locks=locks))
    assert found.certified
    assert sorted({ref.family for ref in found.refs}) == families
    assert len(found.refs) <= 5


SPENDING = {"initiatives": [{"id": "x", "one_off_cost": 100}], "locks": [{"item": "x", "must": True}]}
"""Something that must be paid, 100 in one wave; r1 earns 10 a year, 30 in three waves."""


@pytest.mark.parametrize(
    ("settings", "tables", "expected"),
    [
        # from wave 3 on r1 has earned 10 at most, 15 are asked for
        (
            {},
            {"minimum_values": [{"wave": 3, "amount": 15}], "locks": [{"item": "r1", "earliest": 3}]},
            {("minimum_values",), ("locks", "r1", "earliest")},
        ),
        # no plan earns more than 30
        ({}, {"minimum_values": [{"wave": 3, "amount": 31}]}, {("minimum_values",)}),
        # 100 spent, 30 earned at most: x must start in wave 1 or 2, else it is not in time, or in wave 3
        ({"return_from_wave": 3, "return_floor": 0.5}, SPENDING, {("continuous_return",), ("locks", "x", "must")}),
        # 30 of 100 are enough of a return, and nothing clashes
        ({"return_from_wave": 3, "return_floor": 0.3}, SPENDING, set()),
        # a measure that is a column of its own: the wave in which x is paid costs 100
        (
            {},
            {**SPENDING, "measure_limits": [{"measure": "peak_budget", "sense": "cap", "amount": 99}]},
            {("measure_limits", "peak_budget", "cap"), ("locks", "x", "must")},
        ),
    ],
)
@pytest.mark.parametrize("formulation", ["compact", "cells"])
def test_rules_that_speak_of_value_and_measures_are_named(settings, tables, expected, formulation):
    instance = make(settings, drivers=[driver()], **tables)
    assert {(ref.family, *ref.members) for ref in conflict_of(instance, formulation=formulation)} == expected
    assert (solve(instance).termination is Termination.INFEASIBLE) == bool(expected)


def test_a_feasible_instance_has_no_conflict():
    found, _ = found_in(read(INSTANCES / "tiny" / "pace"))
    assert found == Conflict((), False, "deletion filter")


def test_a_reduced_model_hides_reasons_and_is_refused():
    instance = read(INSTANCES / "infeasible" / "needed-too-late")
    model = build(instance)
    with pytest.raises(SequencerError, match="reduce=False"):
        conflict(model, standard_form(model))


def test_without_time_nothing_is_said():
    instance = read(INSTANCES / "infeasible" / "must-against-budget")
    assert found_in(instance, seconds=0)[0] == Conflict((), False, "deletion filter")
    assert conflict_of(instance, 0) == ()


def checks_allowed(monkeypatch, count):
    """Let that many checks of feasibility be made; the others find no time."""
    real, made = Highs.feasible, []

    def feasible(self, deadline, stop):
        made.append(self)
        return real(self, deadline, stop) if len(made) <= count else None

    monkeypatch.setattr(Highs, "feasible", feasible)


@pytest.mark.parametrize("name", PLANTED)
def test_whatever_the_time_what_is_said_is_proven(monkeypatch, name):
    instance = read(INSTANCES / "infeasible" / name)
    whole = len(found_in(instance)[0].refs)
    said = []
    for count in range(10):
        with monkeypatch.context() as patch:
            checks_allowed(patch, count)
            found, form = found_in(instance)
        named = set(found.refs)
        assert not named or not keeps(form, lambda ref, named=named: ref in named or ref.family == "start_once")
        said.append(len(named))
        if found.certified:
            assert rules(found) == PLANTED[name]
    assert said[0] == 0
    assert said[-1] == whole
    assert all(number >= whole for number in said[1:] if number)


def test_a_long_list_that_may_be_longer_than_need_be_is_not_told(monkeypatch):
    instance = read(INSTANCES / "infeasible" / "needed-too-late")
    checks_allowed(monkeypatch, 1)
    assert len(conflict_of(instance)) == 3
    monkeypatch.setattr(module, "MOST_RULES", 2)
    checks_allowed(monkeypatch, 1)
    assert conflict_of(instance) == ()


@pytest.mark.parametrize("error", [KeyboardInterrupt, SolverError])
def test_trouble_on_the_way_leaves_the_result_without_reasons(monkeypatch, error):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(module, "build", fail)
    assert conflict_of(read(INSTANCES / "infeasible" / "needed-too-late")) == ()


def test_ctrl_c_in_a_check_ends_the_search(monkeypatch):
    real, calls = Highs.outcome, []

    def outcome(self):
        calls.append(self)
        if len(calls) == 1:
            raise KeyboardInterrupt
        return real(self)

    monkeypatch.setattr(Highs, "outcome", outcome)
    found, _ = found_in(read(INSTANCES / "infeasible" / "must-against-budget"))
    assert not found.certified
    assert len(calls) == 2  # the check that was interrupted, asked again for what it came to
