"""Reductions: what is closed and why, and the same optimum without them."""

from __future__ import annotations

import pytest

from sequencer.model.build import FAMILIES
from sequencer.model.reduce import reduced
from sequencer.types import RuleRef
from tests.model.tools import driver, make, optimum


def window(instance, item, mode=""):
    return reduced(instance, FAMILIES).windows[item, mode]


def chain(**more):
    """r1 needs two initiatives of one wave and 3 FTE each."""
    return make(
        {"waves": 4},
        drivers=[driver()],
        initiatives=[{"id": i, "use": {"fte": 3}, **more} for i in ("a", "b")],
        requirements=[{"item": "r1", "requires": "a b"}],
        resources=[{"id": "fte"}],
        capacities=[{"resource": "fte", "wave": w, "capacity": c} for w, c in enumerate((3, 2, 3, 3), start=1)],
    )


def test_cumulative_capacity_of_all_that_is_needed():
    # a and b take 6 FTE and must be done before r1 starts: 3 + 2 < 6 by the end of wave 2, 8 by the end of wave 3:
    # r1 in wave 4. Their own windows stay open.
    found = window(chain(), "r1")
    assert found.earliest == 4
    assert RuleRef("capacities", ("fte",)) in found.because
    assert window(chain(), "a").earliest == 1
    assert optimum(chain()) == optimum(chain(), reduce=False)


def test_what_takes_no_time_may_use_the_capacity_of_the_same_wave():
    # with duration 0 the third wave's capacity counts too: 3 + 2 + 3 ≥ 6 within wave 3
    assert window(chain(duration=0), "r1").earliest == 3


def test_cumulative_budget():
    # 4 each: 8 of 5 + 2 + 5: paid by the end of wave 3 only, so r1 in wave 4
    instance = make(
        {"waves": 4, "carry_share": 1},
        drivers=[driver()],
        initiatives=[{"id": i, "one_off_cost": 4} for i in ("a", "b")],
        requirements=[{"item": "r1", "requires": "a b"}],
        budgets=[{"pot": "hq", "wave": w, "amount": c} for w, c in enumerate((5, 2, 5, 5), start=1)],
    )
    found = window(instance, "r1")
    assert (found.earliest, found.because[-1]) == (4, RuleRef("budgets", ("hq",)))
    # a saving in the pot (negative running cost) could pay for more: no such bound
    saving = make(**{"initiatives": [{"id": "s", "running_cost": -1}]}).initiatives
    assert window(instance.model_copy(update={"initiatives": instance.initiatives + saving}), "r1").earliest == 2


def test_what_is_raised_is_passed_on():
    instance = chain()
    more = make(initiatives=[{"id": "c"}], requirements=[{"item": "c", "requires": "r1"}])
    longer = instance.model_copy(
        update={
            "initiatives": instance.initiatives + more.initiatives,
            "requirements": instance.requirements + more.requirements,
            "locks": make(locks=[{"item": "c", "must": True}]).locks,
        }
    )
    assert window(longer, "c").earliest == 4


def steps(**tables):
    return make(
        drivers=[driver()],
        capabilities=[{"id": "data", "layer": "technological"}],
        capability_steps=[{"capability": "data", "level": n} for n in (1, 2, 3)],
        **tables,
    )


@pytest.mark.parametrize(
    ("tables", "kept"),
    [
        ({}, set()),
        ({"requirements": [{"item": "r1", "requires": "data:2"}]}, {"data:1", "data:2"}),
        ({"locks": [{"item": "data:1", "must": True}]}, {"data:1"}),
        ({"locks": [{"item": "data:1", "earliest": 2}]}, set()),
        (
            {"requirements": [{"item": "r1", "requires": "data:1 data:3", "at_least": 1}]},
            {"data:1", "data:2", "data:3"},
        ),
    ],
    ids=["nothing needs them", "and the step below", "must", "a mere window", "any of"],
)
def test_steps_that_nothing_needs_are_left_out(tables, kept):
    windows = reduced(steps(**tables), FAMILIES).windows
    assert {i for (i, _), w in windows.items() if i.startswith("data") and not w.empty} == kept


def test_a_pruned_step_says_so():
    assert window(steps(), "data:1").because == (RuleRef("unneeded", ("data:1",)),)


@pytest.mark.parametrize(
    "saving", [{"running_cost": -1}, {"upkeep": {"fte": -1}}], ids=["frees money", "frees capacity"]
)
def test_an_initiative_that_frees_something_is_kept(saving):
    instance = make(initiatives=[{"id": "x", **saving}], resources=[{"id": "fte"}])
    assert not window(instance, "x").empty
    plain = make(initiatives=[{"id": "x"}])
    assert window(plain, "x").empty


def test_an_initiative_that_saves_is_adopted_with_and_without_reductions():
    # frees 2 a year from wave 2 on, costs 1: 2 · 2 − 1
    instance = make(initiatives=[{"id": "x", "running_cost": -2, "one_off_cost": 1}])
    assert optimum(instance)[0] == optimum(instance, reduce=False)[0] == pytest.approx(3)
