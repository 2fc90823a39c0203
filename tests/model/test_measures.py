"""Each measure as what is optimised: the optimum derived by hand, the same in the evaluation.

Unless a test says otherwise: three waves of one year, no tail, no discounting. A driver worth 10 a year that is live
from wave w earns 10 · (4 − w).
"""

from __future__ import annotations

import pytest

from sequencer.instance.goals import measures
from sequencer.model.build import FORMULATIONS, build
from sequencer.model.measures import EXPRESSIONS, measure
from sequencer.plan.evaluate import evaluate
from tests.model.tools import agreed, driver, make, waves


@pytest.fixture(params=[(f, r) for f in FORMULATIONS for r in (True, False)], ids=str)
def solve(request):
    """Optimum of the first goal by each formulation, with and without reductions; the evaluation agrees."""
    return lambda instance: agreed(instance, *request.param)


@pytest.fixture(params=[(f, r) for f in ("compact", "cells") for r in (True, False)], ids=str)
def solve_apart(request):
    """The same by the formulations that can tell one affiliate from another."""
    return lambda instance: agreed(instance, *request.param)


def paid(item, one_off, **more):
    """An initiative that costs something once, live from the wave it starts in."""
    return {"id": item, "duration": 0, "one_off_cost": one_off, **more}


def limit(measure, sense, amount):
    return {"measure": measure, "sense": sense, "amount": amount}


ONE_OF_TWO = {
    # r1 earns 10 a year and costs 12, r2 earns 6 a year of another category for nothing; one may be live
    "drivers": [driver("r1", 10, running_cost=12), driver("r2", 6, category="risk")],
    "mandate": [{"level": 0, "live_drivers": 1}],
}


@pytest.mark.parametrize(
    ("objective", "value", "adopted"),
    [
        ("npv", 18, "r2"),  # r1 would lose 2 a year
        ("value", 30, "r1"),  # whatever it costs
        ("value:risk", 18, "r2"),
        ("value:revenue_uplift", 30, "r1"),
    ],
)
def test_value_and_its_categories(solve, objective, value, adopted):
    found, plan = solve(make({"objective": objective}, **ONE_OF_TWO))
    assert found == pytest.approx(value)
    assert waves(plan) == {adopted: 1}


def test_undiscounted_value_counts_late_money_in_full(solve):
    # At 300 % a year, money of year w is worth 4^-(w - 1/2): 1/2, 1/8, 1/32. r1 fades, r2 rises with its brand's stage:
    # r1 earns 10 in wave 1 alone (worth 5), r2 12 in wave 3 alone (worth 0.375).
    stages = [{"brand": "b", "period": str(w), "stage": f"s{w}"} for w in (1, 2, 3)]
    factors = [
        {"driver": d, "stage": f"s{w}", "factor": float((d, w) in {("r1", 1), ("r2", 3)})}
        for d in ("r1", "r2")
        for w in (1, 2, 3)
    ]
    tables = {
        "drivers": [driver("r1", 10), driver("r2", 12)],
        "brands": [{"id": "b"}],
        "brand_stages": stages,
        "lifecycle": factors,
        "relations": [{"relation": "exclusive", "items": "r1 r2"}],
    }
    assert solve(make({"objective": "undiscounted_value", "discount_rate": 3.0}, **tables))[0] == pytest.approx(12)
    value, plan = solve(make({"objective": "value", "discount_rate": 3.0}, **tables))
    assert value == pytest.approx(5)
    assert "r1" in waves(plan)


LEAN = {
    # by wave and driver, value/cost: r1 30/15, 20/10, 10/5; r2 18/3, 12/2, 6/1
    "drivers": [driver("r1", 10, running_cost=5), driver("r2", 6, running_cost=1)],
    "measure_limits": [limit("value", "floor", 20)],
}


@pytest.mark.parametrize("objective", ["cost", "undiscounted_cost"])
def test_least_cost_for_a_value(solve, objective):
    # r1 in wave 3 and r2 in wave 2: 10 + 12 ≥ 20 for 5 + 2. r2 in wave 3 falls short: 16; r1 alone costs 10.
    value, plan = solve(make({"objective": objective}, **LEAN))
    assert value == pytest.approx(7)
    assert waves(plan) == {"r1": 3, "r2": 2}


def test_costs_are_discounted_unless_said_otherwise(solve):
    # At 300 % money of year w is worth 4^-(w - 1/2): x costs 8 once, must be adopted, and is cheapest in wave 3: 8/32.
    tables = {"initiatives": [paid("x", 8)], "locks": [{"item": "x", "must": True}]}
    assert solve(make({"objective": "cost", "discount_rate": 3.0}, **tables))[0] == pytest.approx(0.25)
    assert solve(make({"objective": "undiscounted_cost", "discount_rate": 3.0}, **tables))[0] == pytest.approx(8)


def test_most_drivers(solve):
    # 8 to spend: the best driver takes it all, two small ones do, too
    tables = {
        "drivers": [driver("r1", 10, one_off_cost=8), driver("r2", 3, one_off_cost=4), driver("r3", 3, one_off_cost=4)],
        "budgets": [{"pot": "hq", "wave": w, "amount": 8.0 if w == 1 else 0.0} for w in (1, 2, 3)],
    }
    assert solve(make({"objective": "drivers"}, **tables))[0] == pytest.approx(2)
    assert waves(solve(make({"objective": "npv"}, **tables))[1]) == {"r1": 1}


def test_fewest_adoptions_for_a_value(solve):
    # r1 alone reaches 20 in time, in wave 1 or 2
    value, plan = solve(make({"objective": "adoptions"}, **LEAN))
    assert value == pytest.approx(1)
    assert set(waves(plan)) == {"r1"}


def two_in_turn(by, **more):
    """r1 needs x and y, each in progress for a wave, and must be live by a wave."""
    return {
        "drivers": [driver()],
        "initiatives": [{"id": i, "duration": 1, **more} for i in ("x", "y")],
        "requirements": [{"item": "r1", "requires": "x y"}],
        "locks": [{"item": "r1", "must": True, "by": by}],
    }


@pytest.mark.parametrize(("by", "peak"), [(3, 6), (2, 12)])
def test_lowest_peak_budget(solve, by, peak):
    # 6 each: one after the other where r1 may wait until wave 3, both in wave 1 where it must be live by wave 2
    assert solve(make({"objective": "peak_budget"}, **two_in_turn(by, one_off_cost=6)))[0] == pytest.approx(peak)


@pytest.mark.parametrize(("by", "peak"), [(3, 4), (2, 8)])
def test_lowest_peak_load(solve, by, peak):
    tables = two_in_turn(by, use={"fte": 4}) | {"resources": [{"id": "fte"}]}
    assert solve(make({"objective": "load_peak:fte"}, **tables))[0] == pytest.approx(peak)


def test_peaks_are_zero_at_least(solve):
    # what frees money in every wave has no negative peak
    tables = {"initiatives": [{"id": "hub", "duration": 0, "running_cost": -4}], "locks": [{"item": "hub", "fixed": 1}]}
    assert solve(make({"objective": "peak_budget"}, **tables))[0] == pytest.approx(0)


@pytest.mark.parametrize(
    ("one_off", "tail", "payback"),
    [
        (0, 0, 1),
        (15, 0, 2),  # net so far: −5, 5, 15
        (20, 0, 2),  # −10, 0, 10: zero is enough
        (21, 0, 3),
        (35, 0, 5),  # −25, −15, −5: never, which counts as W + 2
        (35, 12, 4),  # 5 at the end of the tail: W + 1
        (45, 12, 5),
        (45, 24, 4),  # −35, −25, −15, −5, 5: only the end of the tail counts
    ],
)
def test_earliest_payback(solve, one_off, tail, payback):
    must = {"item": "r1", "must": True}
    settings = {"objective": "payback_wave", "tail_months": tail}
    found, _ = solve(make(settings, drivers=[driver(one_off_cost=one_off)], locks=[must]))
    assert found == pytest.approx(payback)


def test_payback_stays(solve):
    # r1 earns 10 a year from wave 1; x costs 25 in wave 2, fixed. Net so far: 10, −5, 5: not wave 1, but wave 3.
    tables = {"drivers": [driver()], "initiatives": [paid("x", 25)]}
    locks = [{"item": "x", "must": True, "fixed": 2}, {"item": "r1", "must": True}]
    assert solve(make({"objective": "payback_wave"}, locks=locks, **tables))[0] == pytest.approx(3)
    # Nothing adopted, nothing to pay back.
    assert solve(make({"objective": "payback_wave"}, **tables))[0] == pytest.approx(1)


def test_least_losses_of_pace(solve):
    # Both in wave 1 lose 3, and npv takes that: 48 − 3 against 30 + 12 with r2 a wave later.
    tables = {
        "drivers": [driver("r1"), driver("r2", 6)],
        "pace": [{"items": "drivers", "comfort": 1, "losses": "3"}],
        "locks": [{"item": "drivers", "must": True}],
    }
    assert solve(make({"objective": "npv"}, **tables))[0] == pytest.approx(45)
    value, plan = solve(make({"objective": "pace_loss"}, **tables))
    assert value == pytest.approx(0)
    assert len(set(waves(plan).values())) == 2


def test_weights_of_categories(solve):
    # One of two: r2's 6 a year of risk count threefold: 54 against 30; its npv is still 18.
    weight = {"category": "risk", "weight": 3.0}
    tables = {"drivers": [driver("r1"), driver("r2", 6, category="risk")], "mandate": ONE_OF_TWO["mandate"]}
    instance = make(category_weights=[weight], **tables)
    value, plan = solve(instance)
    assert value == pytest.approx(54)
    assert waves(plan) == {"r2": 1}
    assert evaluate(instance, plan).npv == pytest.approx(18)
    # At 1.5 they count 9 a year, less than 10.
    assert waves(solve(make(category_weights=[weight | {"weight": 1.5}], **tables))[1]) == {"r1": 1}


@pytest.mark.parametrize(
    ("weights", "value", "first"),
    [
        # two halves of 5 a year, live in waves 2–3 and in wave 3; Japan counts threefold: 5 · 2 · 3 + 5
        ({"jp": 3.0}, 35, "jp"),
        # everything but Japan counts double: 5 · 2 · 2 + 5
        ({"": 2.0, "jp": 1.0}, 25, "de"),
        # a weight of 0 leaves Germany without any
        ({"jp": 1.0, "de": 0.0, "": 9.0}, 10, "jp"),
    ],
)
def test_weights_of_affiliates(solve_apart, weights, value, first):
    rows = [{"category": "revenue_uplift", "affiliate": a, "weight": w} for a, w in weights.items()]
    instance = make(
        drivers=[driver()],
        affiliates=[{"id": a, "affiliate_class": "large", "revenue": 50} for a in ("de", "jp")],
        archetypes=[{"id": "adapted", "duration": 1, "parallel": 1}],
        category_weights=rows,
    )
    found, plan = solve_apart(instance)
    assert found == pytest.approx(value)
    assert waves(plan)[first] == 1


def test_weights_leave_other_sources_to_their_category(solve_apart):
    # The initiative earns 4 a year of the same category but in no affiliate: it has the general weight 2, Japan's cells
    # 5: 3 · 4 · 2 + 3 · 10 · 5.
    rows = [{"category": "revenue_uplift", "affiliate": a, "weight": w} for a, w in (("", 2.0), ("jp", 5.0))]
    instance = make(
        drivers=[driver()],
        affiliates=[{"id": "jp", "affiliate_class": "large", "revenue": 50}],
        archetypes=[{"id": "adapted", "duration": 0}],
        initiatives=[{"id": "x", "duration": 0, "category": "revenue_uplift", "value_per_year": 4.0}],
        category_weights=rows,
    )
    assert solve_apart(instance)[0] == pytest.approx(24 + 150)


def test_every_measure_that_may_be_an_objective_has_an_expression():
    instance = make(drivers=[driver()], resources=[{"id": "fte"}])
    model = build(instance)
    for name, found in measures(instance).items():
        word = name.partition(":")[0]
        assert (word in EXPRESSIONS) is not bool(found.no_objective), name
        if not found.no_objective:
            assert measure(model, name) is not None
