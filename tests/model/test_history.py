"""A programme under way: model and evaluation on cases derived by hand, and the checks of the table."""

from __future__ import annotations

import pytest

from sequencer.instance.checks import check
from sequencer.model.build import FORMULATIONS
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from tests.model.tools import agreed, driver, make, waves

EVERY = [(formulation, reduce) for formulation in FORMULATIONS for reduce in (True, False)]
MARKET = {
    "affiliates": [{"id": "jp", "affiliate_class": "big", "revenue": 1}],
    "archetypes": [{"id": "adapted", "duration": 1, "one_off_cost": 8, "running_cost": 1}],
    "ramps": [
        {"owner": "adapted", "from_month": 0, "factor": 0.25},
        {"owner": "adapted", "from_month": 18, "factor": 1},
    ],
}


def live(item: str, **more: object) -> dict[str, object]:
    return {"record": "live", "id": item, **more}


def going(item: str, waves_left: int, **more: object) -> dict[str, object]:
    return {"record": "in_progress", "id": item, "remaining_waves": waves_left, **more}


@pytest.mark.parametrize(("formulation", "reduce"), EVERY)
def test_ramps_go_on_from_the_age_of_the_cell(formulation, reduce):
    state = [live("jp", live_months=12), live("r1", live_months=36)]
    given = make(**MARKET, drivers=[driver(one_off_cost=9)], initial_state=state)
    value, plan = agreed(given, formulation, reduce)
    # The cell is 12 months old, as jp is. Wave 1: half a year at ¼, half at 1, so 10 · 0.625; then 10 and 10.
    # jp costs 1 a year; what it cost to get there, and r1's 9, are paid.
    assert value == pytest.approx(6.25 + 10 + 10 - 3)
    assert plan.adoptions == ()


@pytest.mark.parametrize(("formulation", "reduce"), EVERY)
def test_what_is_in_progress_goes_live_after_its_remaining_waves_at_its_committed_cost(formulation, reduce):
    state = [going("jp", 2, amount=3), live("r1")]
    given = make(**MARKET, drivers=[driver()], initial_state=state)
    value, _ = agreed(given, formulation, reduce)
    # Live in wave 3 only, at ¼: 2.5, less 3 committed and 1 running.
    assert value == pytest.approx(2.5 - 3 - 1)
    costs = {(r.line, r.period): r.amount for r in evaluate(given, Plan()).cost_rows}
    assert costs == {("one_off", 1): 1.5, ("one_off", 2): 1.5, ("running", 3): 1}
    # Without an amount, what remains of the plan's: two of one wave is all of it, 8.
    planned = make(**MARKET, drivers=[driver()], initial_state=[going("jp", 2), live("r1")])
    assert agreed(planned, formulation, reduce)[0] == pytest.approx(2.5 - 8 - 1)


@pytest.mark.parametrize(("formulation", "reduce"), EVERY)
def test_it_is_not_new_but_counts(formulation, reduce):
    drivers = [driver(), driver("r2"), driver("r3")]
    given = make(
        drivers=drivers,
        pace=[{"items": "drivers", "limit": 1}],
        measure_limits=[{"measure": "drivers", "sense": "cap", "amount": 2}],
        initial_state=[live("r1")],
    )
    value, plan = agreed(given, formulation, reduce)
    # r1 earns 30. One more may be there in all, and one may start in wave 1: 30 more.
    assert value == pytest.approx(60)
    assert list(waves(plan).values()) == [1]
    exclusive = make(
        drivers=drivers[:2], relations=[{"relation": "exclusive", "items": "r1 r2"}], initial_state=[live("r1")]
    )
    assert agreed(exclusive, formulation, reduce)[0] == pytest.approx(30)


@pytest.mark.parametrize(("formulation", "reduce"), EVERY)
def test_lags_know_for_how_many_waves_it_has_been_live(formulation, reduce):
    tables = {
        "drivers": [driver()],
        "initiatives": [{"id": "hub", "duration": 0, "one_off_cost": 50, "running_cost": 1}],
        "requirements": [{"item": "r1", "requires": "hub", "lag": 2}],
    }
    for more, start in (({}, 1), ({"live_waves": 2}, 1), ({"live_waves": 1}, 2), ({"live_waves": 0}, 3)):
        value, plan = agreed(make(**tables, initial_state=[live("hub", **more)]), formulation, reduce)
        # r1 starts in wave 1, 2 or 3 and earns 10 a wave; the hub's 50 are paid, its 1 a wave is not.
        assert waves(plan) == {"r1": start}
        assert value == pytest.approx(10 * (4 - start) - 3)
    # What is in progress is live from its own wave on: wave 2, so r1 would start in wave 4.
    under_way = make(**tables, initial_state=[going("hub", 1, amount=0)])
    assert agreed(under_way, formulation, reduce)[0] == pytest.approx(-2)


@pytest.mark.parametrize(("formulation", "reduce"), EVERY)
def test_mandate_earned_and_money_carried(formulation, reduce):
    tables = {
        "drivers": [driver(one_off_cost=6)],
        "mandate": [{"level": 0}, {"level": 1, "running_cost": 1}, {"level": 2, "earned_value": 20}],
        "requirements": [{"item": "r1", "requires": "mandate:2"}],
        "budgets": [{"pot": "hq", "wave": w, "amount": 2} for w in (1, 2, 3)],
    }
    state = [{"record": "mandate", "level": 1}, {"record": "value", "id": "revenue_uplift", "amount": 25}]
    # Level 2 is earned at once, but hq has 2 a wave, 1 of it for the mandate: r1 costs 6 and cannot be paid.
    assert agreed(make(**tables, initial_state=state), formulation, reduce)[0] == pytest.approx(-3)
    carried = [*state, {"record": "carry", "id": "hq", "amount": 5}]
    value, plan = agreed(make(**tables, initial_state=carried), formulation, reduce)
    # With 5 more in wave 1 it can: 30 − 6 − 3.
    assert (value, waves(plan)) == (pytest.approx(21), {"mandate:2": 1, "r1": 1})
    # 15 are not enough to have earned it, and nothing earns without r1.
    poor = [*carried[:1], {"record": "value", "id": "revenue_uplift", "amount": 15}, *carried[2:]]
    assert agreed(make(**tables, initial_state=poor), formulation, reduce)[0] == pytest.approx(-3)


@pytest.mark.parametrize(("formulation", "reduce"), EVERY)
def test_return_gains_least_value_and_reinvestment_count_what_was(formulation, reduce):
    start = {"return_from_wave": 1, "return_floor": 1.0, "reinvest_share": 0.5}
    spent = [{"record": "spend", "id": "hq", "wave": w, "amount": 10} for w in (0, -1)]
    earned = [{"record": "value", "id": "revenue_uplift", "wave": 0, "amount": 14}]
    given = make(
        start,
        drivers=[driver(one_off_cost=4)],
        budgets=[{"pot": "hq", "wave": w, "amount": 0} for w in (1, 2, 3)],
        minimum_values=[{"wave": 1, "amount": 24}],
        initial_state=[*spent, *earned],
    )
    # Half of the 14 earned in the last wave pays for r1, which earns 10: 24 by wave 1, as asked for, and as much as
    # the 20 + 4 spent.
    assert agreed(given, formulation, reduce)[0] == pytest.approx(26)
    for table, field, add in (("minimum_values", "amount", 1), ("initial_state", "amount", 1)):
        where = {"record": "spend", "wave": 0} if table == "initial_state" else {}
        short = given.replace({"table": table, "where": where, "field": field, "add": add})
        assert agreed(short, formulation, reduce)[0] is None


def test_an_initiative_goes_on_with_its_own_ramp_and_has_earned_what_it_earns_once():
    initiative = {"id": "hub", "duration": 0, "value_per_year": 12, "value_once": 5, "category": "joint"}
    ramp = [{"owner": "hub", "from_month": 6, "factor": 0.5}, {"owner": "hub", "from_month": 12, "factor": 1}]
    for more, expected in (
        ({"live_months": 6}, [9, 12, 12]),  # half a year at ½, then full
        ({"live_waves": 0}, [3 + 5, 12, 12]),  # goes live as wave 1 starts: half a year nothing, half at ½
    ):
        given = make(initiatives=[initiative], ramps=ramp, initial_state=[live("hub", **more)])
        assert agreed(given, "compact", True)[0] == pytest.approx(sum(expected))
        assert [evaluate(given, Plan()).value(period=w) for w in (1, 2, 3)] == pytest.approx(expected)


def test_a_mandate_level_that_is_held_may_have_further_modes():
    given = make(
        drivers=[driver()],
        mandate=[{"level": 1, "one_off_cost": 3}, {"level": 2, "one_off_cost": 3}],
        modes=[{"item": "mandate:1", "id": "fast", "cost_factor": 0.5}],
        initial_state=[{"record": "mandate", "level": 1}],
    )
    assert check(given) == []
    assert agreed(given, "compact", True)[0] == pytest.approx(30)


def test_a_plan_gives_it_no_wave():
    given = make(drivers=[driver()], initial_state=[live("r1")])
    (violation,) = evaluate(given, Plan((Adoption("r1", 2),))).violations
    assert violation.message == (
        "R1 is to start in wave 2, but is live already; what has started is given no wave, leave it out"
    )


STEPS = {
    "capabilities": [{"id": "crm", "layer": "technological", "name": "CRM"}],
    "capability_steps": [{"capability": "crm", "level": n, "duration": 1} for n in (1, 2)],
}


@pytest.mark.parametrize(
    ("rows", "rules"),
    [
        ([live("crm:2")], ["step-missing"]),
        ([live("crm:1"), live("crm:2")], []),
        ([going("crm:1", 1), going("crm:2", 1)], ["step-missing"]),
        ([going("crm:1", 4)], ["out-of-range"]),
        ([going("crm:1", 1, amount=-1)], ["out-of-range"]),
        ([live("crm:1"), going("crm:1", 1)], ["duplicate-row"]),
        ([live("crm:1", amount=3)], ["without-effect"]),
        ([live("jp")], ["unknown-mode"]),
        ([live("jp", mode="adaptd")], ["unknown-mode"]),
        ([{"record": "carry", "id": "hq", "amount": 2}], ["without-effect"]),
        ([{"record": "mandate", "level": 3}], ["out-of-range"]),
        ([{"record": "spend", "id": "hq", "amount": 2}], ["missing-value"]),
        ([{"record": "gain", "id": "jp", "amount": -2}], []),
    ],
)
def test_the_table_is_checked(rows, rules):
    given = make(
        **MARKET | {"archetypes": [{"id": a, "duration": 1} for a in ("adapted", "standard")]},
        **STEPS,
        drivers=[driver()],
        mandate=[{"level": 0}, {"level": 1}],
        initial_state=rows,
    )
    found = check(given)
    assert [p.rule for p in found] == rules
    assert all(p.remedy for p in found)
