"""Start plan: rules of every shape met without the solver's help, never worse than no adoption, always allowed."""

from __future__ import annotations

import math
import time

import pytest

from sequencer.errors import UnsupportedError
from sequencer.model.build import build
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver.construct import Construction
from sequencer.solver.ledger import Ledger
from sequencer.solver.standard_form import standard_form
from tests.model.tools import driver, make, optimum, waves
from tests.oracle.draw import random_instance


def constructed(instance, deadline=math.inf):
    model = build(instance)
    return Construction(model, standard_form(model)).run(deadline)


@pytest.fixture
def alone(monkeypatch):
    """The heuristic without the solver's search; its plan has to be allowed, and is valued by the evaluation."""

    def asked(*_):
        pytest.fail("the solver was asked")

    monkeypatch.setattr(Construction, "_asked", asked)

    def value(instance):
        plan = constructed(instance)
        evaluation = evaluate(instance, plan)
        assert [str(v.ref) for v in evaluation.violations] == []
        return evaluation.objective, waves(plan)

    return value


def hub(item_id, cost=0.0, duration=0, **more):
    return {"id": item_id, "one_off_cost": cost, "duration": duration, **more}


def test_a_bundle_is_placed_in_the_first_waves_there_are(alone):
    # r1 needs x (1 wave), and x and y cannot be in progress at once: r2 needs y. 2 · 10 + 1 · 6 − 1 − 1
    instance = make(
        drivers=[driver("r1"), driver("r2", 6)],
        initiatives=[hub("x", 1, 1, use={"fte": 1}), hub("y", 1, 1, use={"fte": 1})],
        requirements=[{"item": "r1", "requires": "x"}, {"item": "r2", "requires": "y"}],
        resources=[{"id": "fte"}],
        capacities=[{"resource": "fte", "wave": w, "capacity": 1} for w in (1, 2, 3)],
    )
    assert alone(instance) == (pytest.approx(24), {"x": 1, "r1": 2, "y": 2, "r2": 3})


@pytest.mark.parametrize(("rate", "adopted"), [(10, {"jp": 1, "r1": 1}), (1, {})])
def test_the_mode_that_pays_is_taken(alone, monkeypatch, rate, adopted):
    # dear costs 12 and is live at once, cheap costs 3 and takes a wave: 3 · 10 − 12 against 2 · 10 − 3, so dear;
    # at 1 a year neither pays
    instance = make(
        drivers=[driver(potential=rate)],
        affiliates=[{"id": "jp", "affiliate_class": "x", "revenue": 1}],
        archetypes=[
            {"id": "cheap", "duration": 1, "one_off_cost": 3},
            {"id": "dear", "duration": 0, "one_off_cost": 12},
        ],
    )
    if not adopted:
        monkeypatch.setattr(Construction, "_asked", lambda *_: None)
    assert alone(instance) == (pytest.approx(18 if adopted else 0), adopted)


@pytest.mark.parametrize(
    ("floor", "value"),
    [
        # Of 12 spent by wave 1, a tenth and more must be earned by wave 2: 10 are.
        (0.5, 20 + 12 - 12),
        # 12 would have to be earned by wave 2, which takes r2 as well, live in wave 2 for 1 more.
        (1.0, 20 + 12 - 12 - 1),
    ],
    ids=["earns enough", "only together"],
)
def test_what_has_to_pay_back_is_judged_when_the_bundle_is_complete(alone, floor, value):
    instance = make(
        {"return_from_wave": 2, "return_lag": 1, "return_floor": floor},
        drivers=[driver("r1"), driver("r2", 6, one_off_cost=0 if floor == 0.5 else 1)],
        initiatives=[hub("x", 12, 1)],
        requirements=[{"item": "drivers", "requires": "x"}],
    )
    assert alone(instance)[0] == pytest.approx(value)


def test_mandate_steps_are_placed_once_they_are_earned(alone):
    # r1 earns 10 in wave 1; level 1, and r2 with it, comes in wave 2 (see the tests of the family): 30 + 12
    instance = make(
        drivers=[driver("r1"), driver("r2", 6)],
        mandate=[{"level": 0}, {"level": 1, "earned_value": 10}],
        requirements=[{"item": "r2", "requires": "mandate:1"}],
    )
    assert alone(instance) == (pytest.approx(42), {"r1": 1, "mandate:1": 2, "r2": 2})


def test_what_makes_room_is_adopted_along(alone):
    # One driver may be live at level 0, two at level 1, which costs 2 and comes in wave 1: 30 + 18 − 2
    instance = make(
        drivers=[driver("r1"), driver("r2", 6)],
        mandate=[{"level": 0, "live_drivers": 1}, {"level": 1, "live_drivers": 2, "one_off_cost": 2}],
    )
    assert alone(instance) == (pytest.approx(46), {"r1": 1, "r2": 1, "mandate:1": 1})


@pytest.mark.parametrize(
    ("relation", "value", "adopted"),
    [
        # the hub is live from wave 2 and r2 with it, and r1 waits: 20 + 12
        ({"relation": "together", "items": "r1 r2"}, 32, {"hub": 1, "r1": 2, "r2": 2}),
        # r1 starts in the company of c, which costs 1; r2 is free in wave 2: 29 + 12
        ({"relation": "bundle", "items": "r1", "others": "c"}, 41, {"hub": 1, "r1": 1, "c": 1, "r2": 2}),
        # only the better of the two
        ({"relation": "exclusive", "items": "r1 r2"}, 30, {"r1": 1}),
    ],
)
def test_company_is_kept(alone, relation, value, adopted):
    instance = make(
        drivers=[driver("r1"), driver("r2", 6)],
        initiatives=[hub("hub", 0, 1), hub("c", 1)],
        requirements=[{"item": "r2", "requires": "hub"}],
        relations=[relation],
    )
    found, plan = alone(instance)
    assert found == pytest.approx(value)
    assert {i: w for i, w in plan.items() if i in adopted} == adopted


def test_of_a_choice_the_least_is_taken(alone):
    # a takes two further adoptions, b none: 30 − 1
    instance = make(
        drivers=[driver()],
        initiatives=[hub("a", 1), hub("a1", 1), hub("a2", 1), hub("b", 1)],
        requirements=[{"item": "r1", "requires": "a b", "at_least": 1}, {"item": "a", "requires": "a1 a2"}],
    )
    assert alone(instance) == (pytest.approx(29), {"b": 1, "r1": 1})


def test_an_exception_stands_in_for_what_cannot_be(alone):
    # level 1 comes never, since its path is given; the exception costs 4: 30 − 4
    instance = make(
        {"governance": "case-by-case", "mandate_path": (0, 0, 0)},
        drivers=[driver()],
        mandate=[{"level": 0, "open_exceptions": 1}, {"level": 1}],
        requirements=[{"item": "r1", "requires": "mandate:1"}],
        exceptions=[{"id": "ex", "item": "r1", "requires": "mandate:1", "one_off_cost": 4}],
    )
    assert alone(instance) == (pytest.approx(26), {"ex": 1, "r1": 1})


def test_what_balances_a_bundle_is_adopted_along(alone):
    # tech alone would leave the other layer behind; training takes a wave and costs 1: r1 from wave 2, 20 − 1
    instance = make(
        {"balance_gap": 0.5},
        drivers=[driver()],
        capabilities=[
            {"id": "tech", "layer": "technological", "target": 1},
            {"id": "train", "layer": "transformational", "target": 1},
        ],
        capability_steps=[
            {"capability": "tech", "level": 1, "duration": 0},
            {"capability": "train", "level": 1, "duration": 1, "one_off_cost": 1},
        ],
        requirements=[{"item": "r1", "requires": "tech:1"}],
    )
    assert alone(instance)[0] == pytest.approx(19)


def test_pilots_and_pairs(alone):
    # us waits for jp, live from wave 2, so us starts then: of 10 a year half each, jp 2 · 5 and us 1 · 5
    instance = make(
        drivers=[driver()],
        affiliates=[{"id": i, "affiliate_class": "x", "revenue": 1} for i in ("jp", "us")],
        archetypes=[{"id": "a", "duration": 1}],
        brands=[{"id": "onco"}],
        pilots=[{"id": "p", "affiliates": "us", "pilots": "jp"}],
        resources=[{"id": "fte"}],
        capacities=[{"resource": "fte", "wave": w, "capacity": 2} for w in (1, 2, 3)],
        pair_uses=[{"resource": "fte", "amount": 1}],
    )
    found, plan = alone(instance)
    assert found == pytest.approx(15)
    assert (plan["jp"], plan["us"]) == (1, 2)


@pytest.mark.parametrize(("cap", "value"), [(1, 17), (0.9, 0)])
def test_capacity_is_bought(cap, value, monkeypatch):
    # x takes 2 FTE in wave 1 where there is 1; the other costs 3: 20 − 3
    instance = make(
        drivers=[driver()],
        initiatives=[hub("x", 0, 1, use={"fte": 2})],
        requirements=[{"item": "r1", "requires": "x"}],
        resources=[{"id": "fte"}],
        capacities=[
            {"resource": "fte", "wave": w, "capacity": 1, "extra_cap": cap, "extra_cost": 3} for w in (1, 2, 3)
        ],
    )
    monkeypatch.setattr(Construction, "_asked", lambda *_: None)
    assert evaluate(instance, constructed(instance)).objective == pytest.approx(value)


def test_money_is_spent_that_was_carried(alone):
    # x costs 4 and 2 a wave are there, all of which is carried: x in wave 2, r1 with it: 20 − 4
    instance = make(
        {"carry_share": 1.0},
        drivers=[driver()],
        initiatives=[hub("x", 4)],
        requirements=[{"item": "r1", "requires": "x"}],
        budgets=[{"pot": "hq", "wave": w, "amount": 2} for w in (1, 2, 3)],
    )
    assert alone(instance) == (pytest.approx(16), {"x": 2, "r1": 2})


@pytest.mark.parametrize("objective", ["npv", "cost"])
def test_what_must_be_comes_with_all_it_needs(alone, objective):
    # x is dear and pays nothing, but must be; y comes before it: cost 5
    instance = make(
        {"objective": objective},
        drivers=[driver(potential=1, one_off_cost=9)],
        initiatives=[hub("x", 4, 1), hub("y", 1, 1)],
        requirements=[{"item": "x", "requires": "y"}],
        locks=[{"item": "x", "must": True}],
    )
    found, plan = alone(instance)
    assert abs(found) == pytest.approx(5)
    assert plan == {"y": 1, "x": 2}


def test_least_value_is_reached_where_cost_is_what_counts(alone):
    # both drivers earn the 10 by wave 1 that are asked for; r2 costs 2, r1 5
    instance = make(
        {"objective": "cost"},
        drivers=[driver("r1", 20, one_off_cost=5), driver("r2", one_off_cost=2)],
        minimum_values=[{"wave": 1, "amount": 10}],
    )
    found, plan = alone(instance)
    assert abs(found) == pytest.approx(2)
    assert plan == {"r2": 1}


def test_nothing_is_adopted_where_nothing_pays():
    plan = constructed(make(drivers=[driver(one_off_cost=31)]))
    assert plan.adoptions == ()


def test_the_solver_is_asked_where_nothing_was_found(monkeypatch):
    # the heuristic is blinded; r1 is worth 30
    instance = make(drivers=[driver()])
    monkeypatch.setattr("sequencer.solver.bundles.Bundles.cells", lambda *_: iter(()))
    monkeypatch.setattr(Construction, "_dives", lambda _: iter(()))
    assert waves(constructed(instance)) == {"r1": 1}


def test_single_bundles_and_the_solver_are_left_for_the_last_try(monkeypatch):
    # the heuristic is blinded; r1 is worth 30
    monkeypatch.setattr(Construction, "_grown", lambda *_: iter(()))
    monkeypatch.setattr(Construction, "_dives", lambda _: iter(()))
    monkeypatch.setattr("sequencer.solver.polish.Polish.improve", lambda _self, state, _until: state)
    model = build(make(drivers=[driver()]))
    construction = Construction(model, standard_form(model))
    assert construction.run(math.inf, last=False).adoptions == ()
    assert waves(construction.run(math.inf)) == {"r1": 1}


def test_where_nothing_made_pays_off_that_is_improved_and_not_doing_nothing(monkeypatch):
    # r1 earns 30 and costs 31; nothing at all is better, and nothing can be made of it
    begun = []

    def improve(_self, state, _until):
        begun.append(set(state.decisions))
        return state

    monkeypatch.setattr("sequencer.solver.polish.Polish.improve", improve)
    assert constructed(make(drivers=[driver(one_off_cost=31)])).adoptions == ()
    assert begun == [{"r1"}]


def test_no_plan_where_there_is_none():
    instance = make(drivers=[driver(one_off_cost=5)], locks=[{"item": "r1", "must": True}], budgets=[
        {"pot": "hq", "wave": w, "amount": 1} for w in (1, 2, 3)
    ])  # fmt: skip
    assert constructed(instance) is None


def test_nothing_is_placed_after_the_deadline(monkeypatch):
    instance = make(
        drivers=[driver()],
        initiatives=[hub("x"), hub("y")],
        requirements=[{"item": "r1", "requires": "x"}],
        locks=[{"item": "y", "must": True}],
    )
    monkeypatch.setattr(Ledger, "place", lambda *_: pytest.fail("placed after the deadline"))
    monkeypatch.setattr(Construction, "_asked", lambda *_: None)
    assert constructed(instance, deadline=time.monotonic() - 1) is None


def test_a_plan_made_elsewhere_is_moved_until_it_fits():
    # x takes a wave, so r1 cannot start in wave 1; nobody knows z
    instance = make(drivers=[driver()], initiatives=[hub("x", 0, 1)], requirements=[{"item": "r1", "requires": "x"}])
    model = build(instance)
    construction = Construction(model, standard_form(model))
    plan, dropped = construction.repaired(Plan(adoptions=tuple(Adoption(i, 1) for i in ("r1", "x", "z"))))
    assert waves(plan) == {"x": 1, "r1": 2}
    assert dropped == ("z",)


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_random_instances(first):
    """Every start plan is allowed; there is one wherever there is a plan, and it pays wherever one does."""
    for seed in range(first, first + 10):
        instance = random_instance(seed)
        try:
            best = optimum(instance)[0]
        except UnsupportedError:
            continue
        plan = constructed(instance)
        assert (plan is None) == (best is None), seed
        if plan is not None:
            evaluation = evaluate(instance, plan)
            assert evaluation.feasible, seed
            nothing = evaluate(instance, Plan())
            gain = best - nothing.objective
            if nothing.feasible and abs(gain) > 1e-4 * max(1.0, abs(best)):
                assert (evaluation.objective - nothing.objective) / gain > 0, seed
