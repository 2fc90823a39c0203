"""Families of money, earning and bought capacity: each with a case that bites and one that does not.

Three waves of one year, no tail, no discounting unless a test says otherwise. A driver worth 10 a year that is live
from wave w earns 10 · (4 − w). Every optimum is also judged by the evaluator, which shares no code with the model.
"""

from __future__ import annotations

import pytest

from sequencer.model.build import FAMILIES
from sequencer.model.constraints.affiliate_gains import affiliate_gains
from sequencer.model.reduce import reduced
from sequencer.plan.evaluate import evaluate
from tests.model.tools import driver, make, optimum, waves


@pytest.fixture(params=[(f, r) for f in ("compact", "cells") for r in (True, False)], ids=str)
def solve(request):
    """Optimum by each formulation, with and without reductions; its plan keeps the rules and is worth as much."""
    formulation, reduce = request.param

    def solved(instance):
        value, plan = optimum(instance, formulation, reduce)
        if value is not None:
            evaluation = evaluate(instance, plan)
            assert [str(v.ref) for v in evaluation.violations] == []
            assert evaluation.npv == pytest.approx(value)
        return value, plan

    return solved


def amounts(pot, *by_wave):
    """Budget rows of a pot."""
    return [{"pot": pot, "wave": w, "amount": a} for w, a in enumerate(by_wave, start=1)]


def market(item_id="jp", **more):
    return {"id": item_id, "affiliate_class": "x", "revenue": 1, **more}


FREE = {"id": "adapted", "duration": 0}
"""Archetype that costs nothing and takes no time."""


# -- reinvestment -----------------------------------------------------------------------------------------------------


def reinvesting(share, carry=0.0, **more):
    """r1 earns from wave 1 on without cost; r2 costs 4, and hq has no budget but what is reinvested."""
    return make(
        {"reinvest_share": share, "carry_share": carry, **more},
        drivers=[driver("r1"), driver("r2", 6, one_off_cost=4)],
        budgets=amounts("hq", 0, 0, 0),
    )


@pytest.mark.parametrize(
    ("share", "carry", "value"),
    [
        (0.0, 1.0, 30),
        (0.4, 0.0, 30 + 12 - 4),  # 0.4 · 10 of wave 1 pay for r2 in wave 2
        (0.3, 0.0, 30),  # 3 in wave 2 and 3 in wave 3: never enough
        (0.3, 1.0, 30 + 6 - 4),  # 3 carried, and 3 more in wave 3
    ],
)
def test_reinvested_value_pays_in_the_next_wave(solve, share, carry, value):
    assert solve(reinvesting(share, carry))[0] == pytest.approx(value)


def test_reinvestment_of_named_categories(solve):
    # r1 earns revenue uplift; risk earns nothing that could be reinvested
    tables = reinvesting(0.4)
    drivers = (*tables.drivers, *make(drivers=[driver("r3", 1, category="risk")]).drivers)
    for category, value in (("revenue_uplift", 30 + 3 + 12 - 4), ("risk", 30 + 3)):
        settings = tables.settings.model_copy(update={"reinvest_categories": (category,)})
        assert solve(tables.model_copy(update={"drivers": drivers, "settings": settings}))[0] == pytest.approx(value)


@pytest.mark.parametrize(("budget", "value"), [(4, 12 - 15 - 2), (3, -15)])
def test_value_that_is_negative_takes_reinvestment_back(solve, budget, value):
    # The scheme must run from wave 1 on and earns −5 a year, of which 0.4 come back: −2 in wave 2. The driver (6 a
    # year, cost 2) may start in wave 2 at the earliest: 4 − 2 are enough, 3 − 2 are not.
    instance = make(
        {"reinvest_share": 0.4, "reinvest_categories": ("risk",)},
        drivers=[driver("r2", 6, one_off_cost=2)],
        initiatives=[{"id": "scheme", "duration": 0, "category": "risk", "value_per_year": -5}],
        locks=[{"item": "scheme", "must": True, "by": 1}, {"item": "r2", "earliest": 2}],
        budgets=amounts("hq", budget, budget, budget),
    )
    assert solve(instance)[0] == pytest.approx(value)


# -- transfers and prices ---------------------------------------------------------------------------------------------


def reallocating(cap=0.2, own=10.0, **market_columns):
    """hq has 2 a wave of the 4 that the driver costs; Japan may give up a share of its own budget."""
    archetype = market_columns.pop("archetype", FREE)
    return make(
        {"funding": "budget-reallocation", "cut_cap": cap},
        drivers=[driver(one_off_cost=4)],
        affiliates=[market(**market_columns)],
        archetypes=[archetype],
        budgets=[*amounts("hq", 2, 2, 2), *(amounts("jp", own, own, own) if own else [])],
    )


def test_budget_of_an_affiliate_is_reallocated(solve):
    # 2 + 0.2 · 10 pay for the driver in wave 1; what moves is no cost: 30 − 4
    value, plan = solve(reallocating())
    assert value == pytest.approx(26)
    assert sum(p.amount for p in plan.transfers if p.wave == 1) == pytest.approx(2)
    assert {p.affiliate for p in plan.transfers} == {"jp"}


@pytest.mark.parametrize(
    ("instance", "value"),
    [
        (reallocating(cap=0.19), 0),  # 3.9 in every wave, and nothing is carried
        (reallocating(cap=0.0, cut_cap=0.2), 26),  # its own share goes before the setting
        (reallocating(cap=0.2, cut_cap=0.1), 0),
        (reallocating(own=0.0), 0),  # no budget, none to give
        # Japan itself spends 9 of its 10 in wave 1, so it can give up 1 then, and 2 in wave 2: 20 − 9 − 4
        (reallocating(archetype={**FREE, "one_off_cost": 9, "hq_share": 0}), 7),
    ],
)
def test_transfers_are_capped_and_leave_the_pot(solve, instance, value):
    assert solve(instance)[0] == pytest.approx(value)


def test_transfers_of_several_waves_are_carried_by_hq(solve):
    # hq keeps what it has: 1 + 1 of wave 1 and 1 + 1 of wave 2 are the 4 that the driver costs: 20 − 4
    instance = make(
        {"funding": "budget-reallocation", "cut_cap": 0.1, "carry_share": 1.0},
        drivers=[driver(one_off_cost=4)],
        affiliates=[market()],
        archetypes=[FREE],
        budgets=[*amounts("hq", 1, 1, 0), *amounts("jp", 10, 10, 10)],
    )
    assert solve(instance)[0] == pytest.approx(16)


def test_the_cap_is_of_the_budget_before_release_but_the_money_is_of_what_is_released(solve):
    # Half of every budget is released: hq has 2 of 4. Japan may give up 0.5 · 4 = 2, and has 2: 30 − 4.
    def instance(cap):
        return make(
            {"funding": "budget-reallocation", "cut_cap": cap},
            drivers=[driver(one_off_cost=4)],
            affiliates=[market()],
            archetypes=[FREE],
            mandate=[{"level": 0, "released_share": 0.5}],
            budgets=[*amounts("hq", 4, 4, 4), *amounts("jp", 4, 4, 4)],
        )

    assert solve(instance(0.5))[0] == pytest.approx(26)
    assert solve(instance(0.4))[0] == pytest.approx(0)


def pricing(share, own_budget=None, **market_columns):
    """r1 earns 10 a year in Japan without cost; r2 earns 6 and costs 4, and hq has no budget."""
    return make(
        {"funding": "internal-pricing", "price_share": share},
        drivers=[driver("r1"), driver("r2", 6, one_off_cost=4)],
        affiliates=[market(**market_columns)],
        archetypes=[FREE],
        budgets=[*amounts("hq", 0, 0, 0), *([] if own_budget is None else amounts("jp", *[own_budget] * 3))],
    )


@pytest.mark.parametrize(
    ("instance", "value"),
    [
        (pricing(0.25), 44),  # 0.25 · (10 + 6) in wave 1: r2 earns in the wave in which it starts, and so pays itself
        (pricing(0.2), 30),  # 3.2 in every wave, nothing carried
        (pricing(0.2, price_share=0.25), 44),  # its own share goes before the setting
        (pricing(0.25, price_share=0.0), 30),
        (pricing(0.25, own_budget=3.9), 30),  # the price is paid from Japan's pot
        (pricing(0.25, own_budget=4), 44),
    ],
)
def test_internal_prices(solve, instance, value):
    found, plan = solve(instance)
    assert found == pytest.approx(value)
    assert (value == 44) == any(p.wave == 1 and p.amount >= 4 - 1e-6 for p in plan.prices)


# -- every affiliate gains --------------------------------------------------------------------------------------------


def dependent(hq_share=0.0, tail=0, gains=True, **archetype):
    """us earns 6 a year and needs jp, which earns 4."""
    return make(
        {"every_affiliate_gains": gains, "tail_months": tail},
        drivers=[driver()],
        affiliates=[
            market("us", archetypes="adapted", share=6),
            market("jp", archetypes="dear", share=4),
        ],
        archetypes=[FREE, {"id": "dear", "duration": 0, "hq_share": hq_share, **archetype}],
        requirements=[{"item": "us", "requires": "jp"}],
    )


@pytest.mark.parametrize(
    ("instance", "value"),
    [
        (dependent(gains=False, running_cost=5), 15),  # 10 − 5 a year: worth it as a whole
        (dependent(running_cost=5), 0),  # but Japan would pay 5 and earn 4
        (dependent(hq_share=0.2, running_cost=5), 15),  # hq pays 1 of the 5
        (dependent(one_off_cost=12.1), 0),  # 4 a year for 3 years
        (dependent(tail=12, one_off_cost=12.1), 40 - 12.1),  # and for a fourth year after the last wave
    ],
)
def test_every_affiliate_gains(solve, instance, value):
    assert solve(instance)[0] == pytest.approx(value)


def test_only_affiliates_that_bear_something_are_told_apart():
    # us bears nothing, jp its own cost; where money may be paid to hq, both may bear some
    assert list(affiliate_gains.value_of(dependent(running_cost=5))) == ["jp"]
    assert list(affiliate_gains.value_of(dependent(hq_share=1, running_cost=5))) == []
    assert list(affiliate_gains.value_of(dependent(gains=False, running_cost=5))) == []
    paying = dependent(running_cost=5)
    settings = paying.settings.model_copy(update={"funding": "budget-reallocation"})
    assert list(affiliate_gains.value_of(paying.model_copy(update={"settings": settings}))) == ["us", "jp"]


@pytest.mark.parametrize(("lost", "value"), [(3.9 * 3, 3 * 10), (4.1 * 3, None)])
def test_what_an_affiliate_has_lost_before_counts_also_where_it_bears_nothing(solve, lost, value):
    # Live before wave 1, jp bears nothing any more and earns 4 of the 10 a year at most.
    given = make(
        {"every_affiliate_gains": True},
        drivers=[driver()],
        affiliates=[market("us", share=6), market("jp", share=4)],
        archetypes=[FREE],
        initial_state=[{"record": "live", "id": "jp"}, {"record": "gain", "id": "jp", "amount": -lost}],
    )
    assert solve(given)[0] == (value if value is None else pytest.approx(value))


def test_what_an_affiliate_gives_up_counts_against_it(solve):
    # r1 and r2 earn 10 and 6 a year, all in us. jp earns nothing, has a budget and would give up the 4 that r2 costs.
    def instance(gains):
        return make(
            {"funding": "budget-reallocation", "cut_cap": 1.0, "every_affiliate_gains": gains},
            drivers=[driver("r1"), driver("r2", 6, one_off_cost=4)],
            affiliates=[market("us"), market("jp", share=0)],
            archetypes=[FREE],
            budgets=[*amounts("hq", 0, 0, 0), *amounts("jp", 4, 4, 4)],
        )

    assert solve(instance(False))[0] == pytest.approx(44)
    assert solve(instance(True))[0] == pytest.approx(30)


# -- capacity ---------------------------------------------------------------------------------------------------------


def hiring(extra_cap=1.0, lead=0, capacity=1.0, budget=None):
    """x takes 2 FTE in the wave before r1 can start; there is 1, and each further one costs 3."""
    return make(
        drivers=[driver()],
        initiatives=[{"id": "x", "duration": 1, "use": {"fte": 2}}],
        requirements=[{"item": "r1", "requires": "x"}],
        resources=[{"id": "fte", "lead": lead}],
        capacities=[
            {"resource": "fte", "wave": w, "capacity": capacity, "extra_cap": extra_cap, "extra_cost": 3}
            for w in (1, 2, 3)
        ],
        budgets=[] if budget is None else amounts("hq", *budget),
    )


@pytest.mark.parametrize(
    ("instance", "value"),
    [
        (hiring(), 20 - 3),
        (hiring(capacity=2), 20),  # nothing is missing, nothing is bought
        (hiring(extra_cap=0.9), 0),
        (hiring(lead=1), 10 - 3),  # not before wave 2
        (hiring(lead=2), 0),  # x in wave 3 comes too late for r1
        (hiring(budget=(3, 0, 0)), 17),  # the pot of hq pays
        (hiring(budget=(2.9, 2.9, 2.9)), 0),
    ],
)
def test_missing_capacity_is_bought(solve, instance, value):
    assert solve(instance)[0] == pytest.approx(value)


def pairs(capacity, *uses, **tables):
    """Two affiliates and two brands, each pair a quarter of 10 a year."""
    return make(
        drivers=[driver()],
        affiliates=[market("jp"), market("us")],
        archetypes=[FREE],
        brands=[{"id": "onco"}, {"id": "cardio"}],
        resources=[{"id": "fte"}],
        capacities=[{"resource": "fte", "wave": w, "capacity": capacity} for w in (1, 2, 3)],
        pair_uses=[{"resource": "fte", **row} for row in uses],
        **tables,
    )


EACH = {"amount": 0.5}


@pytest.mark.parametrize(
    ("instance", "value"),
    [
        (pairs(2, EACH), 30),
        (pairs(1.9, EACH), 15),  # four pairs are too many; three do not exist without the fourth
        (pairs(0.9, EACH), 7.5),
        (pairs(0.4, EACH), 0),
        (pairs(1.5, {"amount": 0.5, "brand": "onco"}), 30),  # only onco's two pairs take any
        (pairs(0.5, {"amount": 0.5, "brand": "onco"}), 15),
        (pairs(2.5, EACH, {"amount": 0.5, "affiliate": "jp", "brand": "onco"}), 30),  # rows add up: 4 · 0.5 + 0.5
        (pairs(2.4, EACH, {"amount": 0.5, "affiliate": "jp", "brand": "onco"}), 15),
        # jp adopts onco on its own: without it, three pairs are live
        (pairs(1.5, EACH, brand_affiliates=[{"brand": "onco", "affiliate": "jp"}]), 22.5),
    ],
)
def test_live_pairs_take_resources(solve, instance, value):
    assert solve(instance)[0] == pytest.approx(value)


# -- earned mandate steps ---------------------------------------------------------------------------------------------


def earning(threshold, *initiatives, **settings):
    """r1 earns 10 a year; r2, 6 a year, needs mandate level 1, which has to be earned."""
    return make(
        settings,
        drivers=[driver("r1"), driver("r2", 6)],
        mandate=[{"level": 0}, {"level": 1, "earned_value": threshold}],
        requirements=[{"item": "r2", "requires": "mandate:1"}],
        initiatives=list(initiatives),
        locks=[{"item": i["id"], "must": True, "fixed": 2 if i["id"] == "late" else 1} for i in initiatives],
    )


@pytest.mark.parametrize(
    ("instance", "value", "wave"),
    [
        (earning(0), 48, 1),
        (earning(10), 42, 2),  # earned in wave 1
        (earning(10.1), 36, 3),
        (earning(20.1), 30, None),
        (earning(20.1, mandate_path=(1, 1, 1)), 48, 1),  # given from above: not tested
    ],
)
def test_mandate_steps_are_earned(solve, instance, value, wave):
    found, plan = solve(instance)
    assert found == pytest.approx(value)
    assert waves(plan).get("r2") == wave


def losing(item_id, rate):
    return {"id": item_id, "duration": 0, "category": "risk", "value_per_year": rate}


def test_what_is_lost_counts_against_what_is_earned(solve):
    # 10 − 5 a year: 5 after wave 1, 10 after wave 2, so r2 starts in wave 3: 30 − 15 + 6
    assert solve(earning(10, losing("early", -5)))[0] == pytest.approx(21)


def test_a_step_once_earned_is_kept(solve):
    # 10 after wave 1; from wave 2 on 20 a year are lost, so that less than 10 remain, but the step stays taken
    assert solve(earning(10, losing("late", -20)))[0] == pytest.approx(30 + 12 - 40)


# -- return -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "value"),
    [
        ({}, 18),
        ({"return_from_wave": 1, "return_floor": 1.0}, 0),  # 10 earned by the end of the wave in which 12 are spent
        ({"return_from_wave": 1, "return_floor": 0.8}, 18),
        ({"return_from_wave": 1, "return_floor": 1.0, "return_lag": 1}, 18),  # 20 earned a wave later
        ({"return_from_wave": 2, "return_floor": 1.0}, 18),
        ({"return_from_wave": 2, "return_floor": 1.7}, 0),  # 20 by wave 2 are less than 1.7 · 12
        ({"return_from_wave": 3, "return_floor": 1.7}, 18),
    ],
)
def test_continuous_return(solve, settings, value):
    assert solve(make(settings, drivers=[driver(one_off_cost=12)]))[0] == pytest.approx(value)


def wanted(**row):
    """r1 earns 10 and costs 11 a year, in equal parts in jp and us; r2 earns 4 of another category for 6."""
    return make(
        drivers=[driver(running_cost=11), driver("r2", 4, category="risk", running_cost=6, affiliates="jp")],
        affiliates=[market("jp"), market("us")],
        archetypes=[FREE],
        minimum_values=[row],
    )


@pytest.mark.parametrize(
    ("instance", "value"),
    [
        (wanted(wave=3, amount=10), -1),
        (wanted(wave=2, amount=10), -2),
        (wanted(wave=2, amount=20), -3),
        (wanted(wave=3, amount=42.1), None),
        (wanted(wave=3, amount=4, category="risk"), -2),
        (wanted(wave=1, amount=4, category="risk"), -6),
        (wanted(wave=3, amount=5, affiliate="us"), -1),
        (wanted(wave=3, amount=15.1, affiliate="us"), None),
        (wanted(wave=3, amount=15.1, affiliate="jp"), -3 - 2),  # r1 always and r2 once: 15 + 4 in Japan
        (wanted(wave=3, amount=4, affiliate="jp", category="risk"), -2),
        (wanted(wave=3, amount=4, affiliate="us", category="risk"), None),
    ],
)
def test_minimum_values(solve, instance, value):
    found = solve(instance)[0]
    assert found is None if value is None else found == pytest.approx(value)


# -- reductions -------------------------------------------------------------------------------------------------------


def first_wave(instance, item):
    return reduced(instance, FAMILIES).windows[item, ""].earliest


def test_capacity_that_can_be_bought_counts_once_its_lead_has_passed():
    # x takes 2 of 1 a wave, so it is done after wave 2 at the earliest; with 1 more to buy after wave 1.
    assert first_wave(hiring(extra_cap=0), "r1") == 3
    assert first_wave(hiring(extra_cap=1), "r1") == 2
    assert first_wave(hiring(extra_cap=1, lead=1), "r1") == 3
    # three waves of 1, and 0 to buy up to the lead of 3: never 4
    larger = make(initiatives=[{"id": "x", "duration": 1, "use": {"fte": 4}}]).initiatives
    slow = hiring(extra_cap=9, lead=3).model_copy(update={"initiatives": larger})
    assert reduced(slow, FAMILIES).windows["r1", ""].empty


def test_only_the_pot_of_hq_is_open_where_affiliates_pay():
    # Each pot has 4 a wave, and x, which r1 needs, costs 6 of one of them.
    def instance(pot, funding):
        return make(
            {"funding": funding, "cut_cap": 0.5 if funding == "budget-reallocation" else 0.0},
            drivers=[driver()],
            initiatives=[{"id": "x", "one_off_cost": 6, "pot": pot}],
            affiliates=[market()],
            archetypes=[FREE],
            requirements=[{"item": "r1", "requires": "x"}],
            budgets=[*amounts("hq", 4, 4, 4), *amounts("jp", 4, 4, 4)],
        )

    assert first_wave(instance("hq", "none"), "r1") == 3
    assert first_wave(instance("hq", "budget-reallocation"), "r1") == 2
    assert first_wave(instance("jp", "budget-reallocation"), "r1") == 3
