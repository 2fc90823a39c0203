"""Reductions: what is closed and why, and the same optimum without them."""

from __future__ import annotations

import pytest

from sequencer.model.build import FAMILIES
from sequencer.model.reduce import reduced
from sequencer.types import RuleRef
from tests.model.tools import driver, make, optimum


def repr_sorted(value):
    """Name of a parameter that is the same in every process: sets have no order."""
    return " ".join(sorted(value)) if isinstance(value, set) else repr(value)


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


# -- what families gain from and need ---------------------------------------------------------------------------------


def open_items(instance):
    """Items, and their modes, with a wave left."""
    return {(i, m) for (i, m), w in reduced(instance, FAMILIES).windows.items() if not w.empty}


SOURCING = [
    {"id": "build", "layers": "technological", "inhouse_weight": 1},
    {"id": "hybrid", "layers": "technological", "inhouse_weight": 0.5},
]


def test_the_inhouse_floor_keeps_only_the_modes_that_help_it():
    # r1 needs data:1, so both modes stay. data:2 and data:3 can only help the floor: built, and data:2 in whatever
    # mode because data:3 needs it.
    instance = steps(sourcing_modes=SOURCING, requirements=[{"item": "r1", "requires": "data:1"}])
    floor = instance.model_copy(update={"settings": instance.settings.model_copy(update={"inhouse_share": 0.5})})
    needed = {("r1", ""), ("data:1", "build"), ("data:1", "hybrid")}
    assert open_items(instance) == needed
    assert open_items(floor) == needed | {("data:2", "build"), ("data:2", "hybrid"), ("data:3", "build")}
    assert window(floor, "data:3", "hybrid").because == (RuleRef("unneeded", ("data:3",)),)


@pytest.mark.parametrize(
    ("tables", "kept"),
    [
        ({}, {"r1"}),
        ({"relations": [{"relation": "together", "items": "x r1"}]}, {"r1", "x"}),
        ({"relations": [{"relation": "together", "items": "x y"}]}, {"r1"}),
        ({"relations": [{"relation": "bundle", "items": "r1", "others": "x y"}]}, {"r1", "x", "y"}),
        ({"relations": [{"relation": "bundle", "items": "x", "others": "r1"}]}, {"r1"}),
        ({"relations": [{"relation": "before", "items": "r1", "others": "x"}]}, {"r1"}),
        ({"relations": [{"relation": "exclusive", "items": "r1 x"}]}, {"r1"}),
        ({"requirements": [{"item": "r1", "requires": "x y", "at_least": 1}]}, {"r1", "x", "y"}),
        ({"synergies": [{"id": "s", "members": "r1 x", "category": "c", "rate": 1}]}, {"r1", "x"}),
        ({"synergies": [{"id": "s", "members": "r1 x", "category": "c", "rate": -1}]}, {"r1"}),
    ],
    ids=repr_sorted,
)
def test_relations_keep_what_starts_along_with_something_kept(tables, kept):
    instance = make(drivers=[driver()], initiatives=[{"id": "x"}, {"id": "y"}], **tables)
    assert {i for i, _ in open_items(instance)} == kept
    assert optimum(instance)[0] == optimum(instance, reduce=False)[0]


@pytest.mark.parametrize(
    ("settings", "kept"),
    [({}, set()), ({"strategic_gap": 0}, {"x"})],
    ids=repr_sorted,
)
def test_learning_keeps_what_teaches_more_strategy_than_tactics(settings, kept):
    items = [{"id": "x", "strategic": 2, "tactical": 1}, {"id": "y", "strategic": 1, "tactical": 1}]
    instance = make(settings, drivers=[driver()], initiatives=items)
    assert {i for i, _ in open_items(instance)} == {"r1"} | kept


def test_maturity_keeps_the_strategy_that_kept_execution_needs():
    # r1 needs data:2, one above strategy, so strategy at 1 is kept and 2 is not.
    def given(*requirements):
        more = make(
            capabilities=[{"id": c, "layer": "technological"} for c in ("data", "plan")],
            capability_steps=[{"capability": c, "level": n} for c in ("data", "plan") for n in (1, 2, 3)],
            maturity_gaps=[{"execution": "data", "strategy": "plan", "gap": 1}],
            requirements=list(requirements),
            drivers=[driver()],
        )
        return {i for i, _ in open_items(more)}

    assert given({"item": "r1", "requires": "data:2"}) == {"r1", "data:1", "data:2", "plan:1"}
    assert given() == {"r1"}


def test_balance_keeps_target_steps():
    given = steps()
    capability = given.capabilities[0].model_copy(update={"target": 2})
    settings = given.settings.model_copy(update={"balance_gap": 0.5})
    targeted = given.model_copy(update={"capabilities": (capability,), "settings": settings})
    assert {i for i, _ in open_items(targeted)} == {"r1", "data:1", "data:2"}


def excused(governance):
    """r1 needs x, which takes more than there is; an exception waives that."""
    return make(
        {"governance": governance},
        drivers=[driver()],
        initiatives=[{"id": "x", "duration": 2, "use": {"fte": 9}}],
        requirements=[{"item": "r1", "requires": "x"}],
        exceptions=[{"id": "ex", "item": "r1", "requires": "x"}],
        resources=[{"id": "fte"}],
        capacities=[{"resource": "fte", "wave": w, "capacity": 1} for w in (1, 2, 3)],
    )


def test_what_an_exception_may_waive_bounds_nothing():
    assert window(excused("case-by-case"), "r1").earliest == 1
    assert not window(excused("case-by-case"), "ex").empty
    assert optimum(excused("case-by-case"))[0] == pytest.approx(30)
    # A strict policy: no exception, and x is never live.
    assert window(excused("strict"), "r1").empty
    assert window(excused("strict"), "ex").because == (RuleRef("mandate_grants", ("open_exceptions",)),)
    assert optimum(excused("strict"))[0] == optimum(excused("strict"), reduce=False)[0] == pytest.approx(0)
