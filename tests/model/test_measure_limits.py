"""Floors and caps on measures: one that bites, one that does not, with the optimum derived by hand.

Unless a test says otherwise: three waves of one year, no tail, no discounting. A driver worth 10 a year that is live
from wave w earns 10 · (4 − w).
"""

from __future__ import annotations

import pytest

from sequencer.errors import UnsupportedError
from sequencer.model.build import FORMULATIONS, build
from tests.model.tools import agreed, driver, make, waves


@pytest.fixture(params=[(f, r) for f in FORMULATIONS for r in (True, False)], ids=str)
def solve(request):
    """Optimum by each formulation, with and without reductions; the evaluation agrees."""
    return lambda instance: agreed(instance, *request.param)


@pytest.fixture(params=[(f, r) for f in ("compact", "cells") for r in (True, False)], ids=str)
def solve_exact(request):
    """The same by the formulations whose value is exact from below."""
    return lambda instance: agreed(instance, *request.param)


def limited(measure, sense, amount, settings=None, **tables):
    return make(settings, measure_limits=[{"measure": measure, "sense": sense, "amount": amount}], **tables)


def paid(item, one_off, **more):
    """An initiative that costs something once, live from the wave it starts in."""
    return {"id": item, "duration": 0, "one_off_cost": one_off, **more}


TWO = {"drivers": [driver("r1", running_cost=4), driver("r2", 6, category="risk", running_cost=5)]}
"""Net of 6 and 1 a year, value 10 and 6, cost 4 and 5; best npv: both at once, 18 + 3."""


@pytest.mark.parametrize(
    ("measure", "cap", "npv"),
    [
        ("cost", 27, 21),  # does not bite: 3 · (4 + 5)
        ("cost", 22, 20),  # r2 a wave later
        ("cost", 12, 18),  # r1 alone
        ("undiscounted_cost", 12, 18),
        ("peak_budget", 9, 21),
        ("peak_budget", 8.9, 18),  # never both
        ("drivers", 2, 21),
        ("drivers", 1, 18),
        ("adoptions", 1, 18),
        ("adoptions", 0, 0),
    ],
)
def test_caps(solve, measure, cap, npv):
    assert solve(limited(measure, "cap", cap, **TWO))[0] == pytest.approx(npv)


@pytest.mark.parametrize(
    ("measure", "cap", "npv"),
    [
        ("value", 48, 21),
        ("value", 47, 20),  # r2 a wave later: 30 + 12
        ("undiscounted_value", 30, 18),
        ("value:risk", 17, 20),
        ("value:revenue_uplift", 29, 15),  # r1 a wave later: 2 · 6 + 3
        ("npv", 21, 21),
        ("npv", 20.5, 20),
        ("weighted_npv", 20.5, 20),
    ],
)
def test_caps_on_what_a_plan_is_worth(solve_exact, measure, cap, npv):
    # Value as it is, not as little as suits: only decisions lower it.
    assert solve_exact(limited(measure, "cap", cap, **TWO))[0] == pytest.approx(npv)


def test_a_cap_on_value_by_product(solve_exact):
    # A cell is active once driver, affiliate and brand are: a cap of 10 leaves a single year, whoever comes last.
    tables = {
        "drivers": [driver()],
        "affiliates": [{"id": "jp", "affiliate_class": "x", "revenue": 1}],
        "archetypes": [{"id": "adapted", "duration": 0}],
        "brands": [{"id": "b"}],
    }
    assert solve_exact(limited("value", "cap", 10, **tables))[0] == pytest.approx(10)
    assert solve_exact(limited("value", "cap", 9, **tables))[0] == pytest.approx(0)


TIGHT = {
    # r1 loses 2 a year, r2 gains 1
    "drivers": [driver("r1", running_cost=12), driver("r2", 6, category="risk", running_cost=5)],
}


@pytest.mark.parametrize(
    ("measure", "floor", "npv"),
    [
        ("value", 18, 3),  # r2 reaches that by itself
        ("value", 19, 1),  # r1 for a year: 18 + 10
        ("undiscounted_value", 29, -1),  # for two
        ("value:revenue_uplift", 11, -1),
        ("value:risk", 18, 3),
        ("value:risk", 18.1, None),
        ("npv", 3, 3),
        ("npv", 3.1, None),
        ("weighted_npv", 3.1, None),
        ("drivers", 1, 3),
        ("drivers", 2, 1),
    ],
)
def test_floors(solve, measure, floor, npv):
    value = solve(limited(measure, "floor", floor, **TIGHT))[0]
    assert value is npv if npv is None else value == pytest.approx(npv)


@pytest.mark.parametrize(
    ("measure", "floor", "npv"),
    [
        ("cost", 5, 25),  # x has no other use, and is not left out for that
        ("undiscounted_cost", 5, 25),
        ("cost", 0, 30),
        ("adoptions", 2, 25),
        ("adoptions", 3, None),
    ],
)
def test_floors_that_only_waste_reaches(solve, measure, floor, npv):
    value = solve(limited(measure, "floor", floor, drivers=[driver()], initiatives=[paid("x", 5)]))[0]
    assert value is npv if npv is None else value == pytest.approx(npv)


def test_a_cap_on_npv_that_only_waste_keeps(solve_exact):
    # r1 must start in wave 1 and earns 30; x costs 5 and is of no use but to lower that.
    tables = {"drivers": [driver()], "initiatives": [paid("x", 5)], "locks": [{"item": "r1", "must": True, "fixed": 1}]}
    value, plan = solve_exact(limited("npv", "cap", 25, **tables))
    assert value == pytest.approx(25)
    assert set(waves(plan)) == {"r1", "x"}


@pytest.mark.parametrize(
    ("floor", "npv"),
    [
        (1.5, 21),  # both: 48 / 27 = 1.78
        (1.8, 20),  # r2 a wave later: 42 / 22 = 1.91
        (2, 19),  # two waves later: 36 / 17 = 2.12
        (2.5, 18),  # r1 alone: 30 / 12
        (2.6, 0),  # nothing: 0 ≥ 2.6 · 0
    ],
)
def test_benefit_to_cost(solve, floor, npv):
    assert solve(limited("benefit_to_cost", "floor", floor, **TWO))[0] == pytest.approx(npv)


@pytest.mark.parametrize(
    ("cap", "npv"),
    [
        (2, 55),  # both in wave 1, net so far: 30 − 35 = −5, 25, 55
        (1, 35),  # never below zero only with r2 a wave later: 10, 5, 35
    ],
)
def test_payback(solve, cap, npv):
    tables = {"drivers": [driver("r1"), driver("r2", 20, one_off_cost=35)]}
    assert solve(limited("payback_wave", "cap", cap, **tables))[0] == pytest.approx(npv)


@pytest.mark.parametrize(
    ("cap", "one_off", "npv"),
    [
        (4, 35, 5),  # −25, −15, −5, 5: paid back at the end of the tail, wave 4
        (3, 35, 0),  # not by wave 3: nothing is adopted
        (4, 45, 0),  # −35, −25, −15, −5: never; not even by wave 4
    ],
)
def test_payback_in_the_tail(solve, cap, one_off, npv):
    instance = limited("payback_wave", "cap", cap, {"tail_months": 12}, drivers=[driver(one_off_cost=one_off)])
    assert solve(instance)[0] == pytest.approx(npv)


def test_a_plan_that_never_pays_back_keeps_no_cap(solve):
    must = [{"item": "r1", "must": True}]
    tables = {"drivers": [driver(one_off_cost=45)], "locks": must}
    assert solve(limited("payback_wave", "cap", 4, {"tail_months": 12}, **tables))[0] is None
    assert solve(make({"tail_months": 12}, **tables))[0] == pytest.approx(-5)


@pytest.mark.parametrize(("cap", "npv"), [(8, 48), (7.9, 42), (3.9, 0)])
def test_load_peaks(solve, cap, npv):
    # 4 each in the wave of the start: both at once take 8; 4 lets one start a wave later, 3.9 none.
    tables = {
        "drivers": [driver("r1", use={"fte": 4}), driver("r2", 6, use={"fte": 4})],
        "resources": [{"id": "fte"}],
    }
    assert solve(limited("load_peak:fte", "cap", cap, **tables))[0] == pytest.approx(npv)


@pytest.mark.parametrize(("cap", "npv"), [(3, 45), (2, 42)])
def test_losses_of_pace(solve, cap, npv):
    # Both in wave 1 lose 3 and are worth it; with less to lose r2 comes a wave later: 30 + 12.
    tables = {
        "drivers": [driver("r1"), driver("r2", 6)],
        "pace": [{"items": "drivers", "comfort": 1, "losses": "3"}],
    }
    assert solve(limited("pace_loss", "cap", cap, **tables))[0] == pytest.approx(npv)


@pytest.mark.parametrize(("cap", "value"), [(10, 30), (9, 20)])
def test_bought_capacity_counts_as_cost(solve, cap, value):
    # r1 takes 5 people in its start wave where there are none: 2 each in wave 1, 1 each in wave 2.
    tables = {
        "drivers": [driver(use={"fte": 5})],
        "resources": [{"id": "fte"}],
        "capacities": [
            {"resource": "fte", "wave": w, "capacity": 0, "extra_cap": 5, "extra_cost": price}
            for w, price in ((1, 2.0), (2, 1.0), (3, 1.0))
        ],
    }
    assert solve(limited("cost", "cap", cap, {"objective": "value"}, **tables))[0] == pytest.approx(value)


@pytest.mark.parametrize(("floor", "adoptions"), [(15, 2), (20, 3), (29, 3), (30, None)])
def test_weighted_limits_tell_affiliates_apart(solve_exact, floor, adoptions):
    # Each half earns 15. Japan's counts double, but going live there costs 16. r1 with Germany: 15; with Japan:
    # 30 − 16 = 14; with both: 29.
    tables = {
        "drivers": [driver()],
        "affiliates": [{"id": a, "affiliate_class": a, "revenue": 50} for a in ("de", "jp")],
        "archetypes": [{"id": "dear", "duration": 0, "one_off_cost": 16}, {"id": "free", "duration": 0}],
        "fit": [
            {"affiliate_class": "jp", "archetype": "dear", "fit": 1},
            {"affiliate_class": "de", "archetype": "free", "fit": 1},
        ],
        "category_weights": [{"category": "revenue_uplift", "affiliate": "jp", "weight": 2.0}],
    }
    found = solve_exact(limited("weighted_npv", "floor", floor, {"objective": "adoptions"}, **tables))[0]
    assert found is adoptions if adoptions is None else found == pytest.approx(adoptions)


def test_what_only_lowers_value_cannot_be_capped_exactly():
    tables = {
        "drivers": [driver(contact_load={"hcp": 3})],
        "customer_types": [{"id": "hcp", "contact_cap": 1}],
        "fatigue": [{"customer_type": "hcp", "step": 1, "slope_per_year": 1, "category": "revenue_uplift"}],
    }
    with pytest.raises(UnsupportedError, match="cap"):
        build(limited("value", "cap", 5, **tables))
    build(limited("value", "floor", 5, **tables))
