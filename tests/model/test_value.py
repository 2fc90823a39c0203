"""Value formulations: amounts derived by hand, and equal to each other."""

from __future__ import annotations

import itertools

import pytest

from sequencer.errors import SequencerError, UnsupportedError
from sequencer.model import build as building
from sequencer.model.build import FORMULATIONS, build
from sequencer.model.family import family
from sequencer.model.linear import total
from sequencer.model.value.ramping import average
from tests.model.tools import driver, make, optimum


@pytest.fixture(params=["compact", "cells"])
def value(request):
    """Optimal objective by each formulation."""
    return lambda instance: optimum(instance, request.param)[0]


def test_average_of_a_ramp_over_months():
    ramp = ((0, 0.6), (6, 0.9), (12, 1.0))
    assert average(ramp, 0, 6) == pytest.approx(0.6)
    assert average(ramp, 0, 12) == pytest.approx(0.75)  # half a year at 0.6, half at 0.9
    assert average(ramp, 3, 15) == pytest.approx((3 * 0.6 + 6 * 0.9 + 3 * 1.0) / 12)
    assert average(((3, 1.0),), 0, 6) == pytest.approx(0.5)  # nothing before the first step


def ramped(**settings):
    """One affiliate, live at once, whose value ramps 0.5 in the first year and 1 from then on."""
    return make(
        settings,
        drivers=[driver()],
        affiliates=[{"id": "jp", "affiliate_class": "x", "revenue": 1}],
        archetypes=[{"id": "adapted", "duration": 0}],
        ramps=[
            {"owner": "adapted", "from_month": 0, "factor": 0.5},
            {"owner": "adapted", "from_month": 12, "factor": 1.0},
        ],
    )


def test_ramp_by_age(value):
    # live from wave 1: 5 + 10 + 10
    assert value(ramped()) == pytest.approx(25)


def test_ramp_of_unequal_waves_and_a_tail(value):
    # Waves of 6 and 12 months, tail of 18 (12 + 6). Live from wave 1, ages 0–6, 6–18, 18–30, 30–36 months:
    # 5 · 0.5 + 10 · (0.5 + 0.5 · 1) · … : wave 1: 0.5 · 5 = 2.5; wave 2: half a year at 0.5, half at 1: 7.5;
    # tail: 10 + 5. Sum 25.
    instance = ramped(tail_months=18).model_copy(
        update={"waves": make(waves=[{"wave": 1, "months": 6}, {"wave": 2, "months": 12}]).waves}
    )
    assert value(instance) == pytest.approx(25)


def test_discounting_at_the_middle_of_a_period(value):
    # 10 % a year; waves of a year have their middle at 0.5, 1.5, 2.5 years
    instance = make({"discount_rate": 0.1}, drivers=[driver(one_off_cost=1)])
    expected = sum(10 / 1.1 ** (t + 0.5) for t in range(3)) - 1 / 1.1**0.5
    assert value(instance) == pytest.approx(expected)


def test_live_in_the_tail_only(value):
    # Going live takes 3 waves: live in the tail of 2 years. It must pay: 20 − 9 · … cost 9 in all.
    instance = make(
        {"tail_months": 24},
        drivers=[driver()],
        affiliates=[{"id": "jp", "affiliate_class": "x", "revenue": 1}],
        archetypes=[{"id": "adapted", "duration": 3, "one_off_cost": 9}],
    )
    assert value(instance) == pytest.approx(11)


def test_scope_is_normalised_over_addressed_cells(value):
    # r1 addresses brand x only, so x carries all of its potential; r2 addresses both: 10 · 0.75 without y.
    instance = make(
        drivers=[driver("r1", brands="x"), driver("r2")],
        brands=[{"id": "x", "share": 3}, {"id": "y", "share": 1, "one_off_cost": 100}],
    )
    assert value(instance) == pytest.approx(30 + 22.5)


def test_lifecycle_changes_at_period_starts(value):
    # stage growth (0.5) in waves 1 and 2, mature (1) from wave 3 on: 5 + 5 + 10
    instance = make(
        drivers=[driver()],
        brands=[{"id": "x"}],
        brand_stages=[
            {"brand": "x", "period": "1", "stage": "growth"},
            {"brand": "x", "period": "3", "stage": "mature"},
        ],
        lifecycle=[{"driver": "r1", "stage": "growth", "factor": 0.5}],
    )
    assert value(instance) == pytest.approx(20)


def test_reach_success_fit_and_value_factor_multiply(value):
    # 10 · 0.5 (reach) · 0.8 (driver) · 0.9 (archetype) · 0.7 (fit) · 1.1 (value factor), three years
    instance = make(
        drivers=[driver(success=0.8)],
        customer_types=[{"id": "hcp"}],
        reach=[{"driver": "r1", "customer_type": "hcp", "factor": 0.5}],
        affiliates=[{"id": "jp", "affiliate_class": "x", "revenue": 1}],
        archetypes=[{"id": "adapted", "duration": 0, "success": 0.9, "value_factor": 1.1}],
        fit=[{"affiliate_class": "x", "archetype": "adapted", "fit": 0.7}],
    )
    assert value(instance) == pytest.approx(30 * 0.5 * 0.8 * 0.9 * 0.7 * 1.1)


def test_functions_gate_value_not_the_start(value):
    # The function may start in wave 2 only; the driver starts but earns from wave 2 on: 20.
    instance = make(
        drivers=[driver(functions="sales")],
        functions=[{"id": "sales"}],
        locks=[{"item": "sales", "earliest": 2}, {"item": "r1", "must": True, "by": 1}],
    )
    assert value(instance) == pytest.approx(20)


def test_every_member_is_needed(value):
    # never lock each member in turn: nothing is earned
    tables = {
        "drivers": [driver(functions="sales")],
        "functions": [{"id": "sales"}],
        "brands": [{"id": "x"}],
        "customer_types": [{"id": "hcp"}],
        "affiliates": [{"id": "jp", "affiliate_class": "c", "revenue": 1}],
        "archetypes": [{"id": "adapted", "duration": 0}],
    }
    assert value(make(**tables)) == pytest.approx(30)
    for member in ("r1", "sales", "x", "hcp", "jp"):
        assert value(make(**tables, locks=[{"item": member, "never": True}])) == pytest.approx(0)


def mixed(**more):
    """Two drivers, three affiliates of two classes, two ramps, two brands, two customer types and tight pots."""
    return make(
        {"wave_months": 6, "tail_months": 12, "discount_rate": 0.08, "carry_share": 0.5},
        drivers=[
            driver("r1", 9, functions="sales", customer_types="hcp"),
            driver("c1", 7, category="cost_of_sales", affiliates="jp de", success=0.9),
        ],
        functions=[{"id": "sales", "running_cost": 0.2}],
        affiliates=[
            {"id": "jp", "affiliate_class": "big", "revenue": 5},
            {"id": "de", "affiliate_class": "big", "revenue": 3},
            {"id": "pt", "affiliate_class": "small", "revenue": 1},
        ],
        archetypes=[
            {"id": "standardized", "duration": 0, "one_off_cost": 0.4},
            {"id": "adapted", "duration": 1, "one_off_cost": 0.9, "parallel": 1},
        ],
        fit=[
            {"affiliate_class": "big", "archetype": "standardized", "fit": 0.5},
            {"affiliate_class": "big", "archetype": "adapted", "fit": 0.9},
            {"affiliate_class": "small", "archetype": "standardized", "fit": 0.8},
        ],
        ramps=[
            {"owner": "adapted", "from_month": 0, "factor": 0.4},
            {"owner": "adapted", "from_month": 6, "factor": 1},
        ],
        brands=[{"id": "x", "share": 2, "one_off_cost": 0.3}, {"id": "y", "share": 1, "one_off_cost": 0.3}],
        brand_stages=[{"brand": "y", "period": "1", "stage": "early"}, {"brand": "y", "period": "3", "stage": "late"}],
        lifecycle=[{"driver": "r1", "stage": "early", "factor": 0.1}],
        customer_types=[{"id": "hcp", "share": 3, "one_off_cost": 0.1}, {"id": "hco", "share": 1, "one_off_cost": 0.2}],
        reach=[{"driver": "c1", "customer_type": "hco", "factor": 0.7}],
        budgets=[{"pot": "hq", "wave": w, "amount": 1.3} for w in (1, 2, 3)],
        resources=[{"id": "fte"}],
        **more,
    )


def test_a_driver_adopted_by_affiliate_gates_its_cells_only(value):
    # r1@jp costs 4 and carries half of r1's value (5 a year, 15 in all); r1 in de needs nothing of its own. 30 − 4.
    tables = {
        "drivers": [driver()],
        "affiliates": [{"id": a, "affiliate_class": "c", "revenue": 1} for a in ("jp", "de")],
        "archetypes": [{"id": "adapted", "duration": 0}],
    }
    own = {"driver": "r1", "affiliate": "jp"}
    assert value(make(**tables, driver_affiliates=[{**own, "one_off_cost": 4}])) == pytest.approx(26)
    # at 16 it is not worth it: de alone
    assert value(make(**tables, driver_affiliates=[{**own, "one_off_cost": 16}])) == pytest.approx(15)


def test_a_brand_adopted_by_affiliate_gates_its_cells_only(value):
    # two brands of equal share; y in jp may start in wave 3 only: jp earns 5 a year from x and y together, y's half of
    # it for one year instead of three: 30 − 2.5 · 2
    instance = make(
        drivers=[driver()],
        affiliates=[{"id": a, "affiliate_class": "c", "revenue": 1} for a in ("jp", "de")],
        archetypes=[{"id": "adapted", "duration": 0}],
        brands=[{"id": "x"}, {"id": "y"}],
        brand_affiliates=[{"brand": "y", "affiliate": "jp"}],
        locks=[{"item": "y@jp", "earliest": 3}],
    )
    assert value(instance) == pytest.approx(25)


def test_a_function_adopted_by_brand_gates_that_brand_only(value):
    # sales@y is never adopted: only x, half of the value, earns
    instance = make(
        drivers=[driver(functions="sales")],
        brands=[{"id": "x"}, {"id": "y"}],
        functions=[{"id": "sales", "per_brand": True}],
        locks=[{"item": "sales@y", "never": True}],
    )
    assert value(instance) == pytest.approx(15)


def test_formulations_agree_with_and_without_reductions():
    values = [optimum(mixed(), f, r)[0] for f, r in itertools.product(FORMULATIONS, (True, False))]
    assert values[0] > 5
    assert values == pytest.approx([values[0]] * 6, rel=1e-7)


def test_formulations_agree_where_adoptables_have_places():
    instance = mixed(
        driver_affiliates=[
            {"driver": "r1", "affiliate": "jp", "one_off_cost": 0.3},
            {"driver": "c1", "affiliate": "de"},
        ],
        brand_affiliates=[{"brand": "x", "affiliate": "jp", "one_off_cost": 0.2}, {"brand": "y", "affiliate": "pt"}],
    )
    values = [optimum(instance, f, r)[0] for f, r in itertools.product(("compact", "cells"), (True, False))]
    assert 3 < values[0] < optimum(mixed())[0]
    assert values == pytest.approx([values[0]] * 4, rel=1e-7)


def test_expr_by_category_sums_to_the_whole():
    for formulation in FORMULATIONS:
        model = build(mixed(), formulation=formulation)
        whole = model.value.expr(period=3)
        parts = model.value.expr(category="revenue_uplift", period=3) + model.value.expr(
            category="cost_of_sales", period=3
        )
        assert whole.terms == pytest.approx(parts.terms)
        assert model.value.expr(category="risk", period=3).terms == {}


def reading(monkeypatch, *affiliates, from_below=False):
    """Let a family read the value of affiliates, or need value from below."""

    @family("reads", "Reads", latex="", priority=0, value_of=lambda _: affiliates, from_below=lambda _: from_below)
    def reads(_):
        """Nothing."""

    monkeypatch.setattr(building, "FAMILIES", (*building.FAMILIES, reads))


def test_value_of_affiliates_that_a_family_reads(monkeypatch):
    instance = mixed()
    with pytest.raises(SequencerError, match="value_of"):
        build(instance).value.expr(affiliate="jp", period=4)
    best = optimum(instance)[0]
    reading(monkeypatch, "jp", "de", "pt")
    assert optimum(instance)[0] == pytest.approx(best)  # told apart, the optimum is the same
    for formulation in ("compact", "cells"):
        value = build(instance, formulation=formulation).value
        whole = value.expr(period=4)
        parts = total(value.expr(affiliate=a, period=4) for a in ("jp", "de", "pt"))
        assert whole.terms
        assert whole.terms == pytest.approx(parts.terms)
    with pytest.raises(UnsupportedError, match="de, jp, pt must be told apart"):
        build(instance, formulation="aggregated")


def test_shares_that_are_no_product(value):
    tables = {
        "drivers": [driver()],
        "affiliates": [{"id": a, "affiliate_class": "c", "revenue": 1} for a in ("jp", "de")],
        "archetypes": [{"id": "adapted", "duration": 0}],
        "brands": [{"id": "x"}, {"id": "y", "one_off_cost": 20}],
        "scopes": [
            {"affiliate": "jp", "brand": "x", "share": 0.5},
            {"affiliate": "jp", "brand": "y", "share": 0.3},
            {"affiliate": "de", "brand": "x", "share": 0.2},
        ],
    }
    with pytest.raises(UnsupportedError, match="not a product"):
        build(make(**tables), formulation="aggregated")
    # brand y costs 20 and earns 30 · 0.3: not worth it: 30 · 0.7
    assert value(make(**tables)) == pytest.approx(21)


def test_unknown_formulation_is_refused():
    with pytest.raises(SequencerError, match="compact, aggregated, cells"):
        build(make(drivers=[driver()]), formulation="tight")


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_amounts_of_any_magnitude(unit):
    # the same instance in another unit of money has the same optimum in that unit
    scaled = mixed().model_dump()
    for table in ("drivers", "archetypes", "brands", "customer_types", "functions", "budgets"):
        for row in scaled[table]:
            for column in ("potential", "one_off_cost", "running_cost", "amount"):
                if column in row:
                    row[column] *= unit
    instance = type(mixed())(**scaled)
    assert optimum(instance)[0] / unit == pytest.approx(optimum(mixed())[0], rel=1e-6)


def test_ids_that_make_the_same_name_when_joined_are_told_apart():
    # Both (new_x, hcp) and (x, hcp_new) join to the same words, and so do the drivers with them.
    instance = make(
        {"waves": 1},
        drivers=[driver("call", 8), driver("call_new", 4)],
        brands=[{"id": "x", "share": 0.5}, {"id": "new_x", "share": 0.5}],
        customer_types=[{"id": "hcp", "share": 0.5}, {"id": "hcp_new", "share": 0.5}],
    )
    assert optimum(instance)[0] == pytest.approx(12)
