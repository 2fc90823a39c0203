"""Synergies, initiatives, contact fatigue and losses of pace: optima by hand, and the evaluator's numbers."""

from __future__ import annotations

import pytest

from sequencer.errors import UnsupportedError
from sequencer.model import build as building
from sequencer.model.build import build
from sequencer.model.family import family
from sequencer.plan.evaluate import Evaluator
from sequencer.plan.plan import Adoption, Plan
from tests.model.tools import driver, make, optimum, waves
from tests.model.value_tools import agree


def plan_of(**starts: int) -> Plan:
    return Plan(tuple(Adoption(item, wave, None) for item, wave in starts.items()))


@pytest.fixture
def capped(monkeypatch):
    """Let a family cap value, so that it must not be understated."""

    @family("cap", "Cap", latex="", priority=0, from_below=lambda _: True)
    def cap(_):
        """Nothing; what it would cap does not matter here."""

    monkeypatch.setattr(building, "FAMILIES", (*building.FAMILIES, cap))


# -- synergies --------------------------------------------------------------------------------------------------------


def two(rate, cost=4.0, **more):
    """r1 and r2 are worth 10 a year each and r2 costs money; together they are worth ``rate`` a year more."""
    synergy = {"id": "s", "members": "r1 r2", "category": "risk", "rate": rate}
    return make(more, drivers=[driver("r1"), driver("r2", 1.0, one_off_cost=cost)], synergies=[synergy])


def test_a_synergy_pays_for_what_does_not_by_itself():
    # r2 earns 3 in three waves at a cost of 4; with 2 a year from both it earns 9: 30 + 9 − 4
    best, plan = optimum(two(2.0))
    assert best == pytest.approx(35)
    assert waves(plan) == {"r1": 1, "r2": 1}
    # at 0.2 a year it does not pay: 3.6 < 4
    assert optimum(two(0.2))[0] == pytest.approx(30)


def test_a_negative_synergy_keeps_apart():
    # r2 earns 3 at a cost of 1; both together lose 0.5 a year: 3 − 1.5 > 1, so both: 30 + 3 − 1 − 1.5
    assert optimum(two(-0.5, cost=1.0))[0] == pytest.approx(30.5)
    # at 0.7 a year it is 3 − 2.1 < 1: r1 alone
    assert optimum(two(-0.7, cost=1.0))[0] == pytest.approx(30)


def test_a_synergy_goes_on_in_the_tail_in_its_category():
    # r2 from wave 2 on, tail of 18 months: 2 a year for waves 2, 3, a year and half a year of tail: 2 + 2 + 2 + 1
    instance = two(2.0, tail_months=18)
    agree(instance, plan_of(r1=1, r2=2))
    value = Evaluator(instance).evaluate(plan_of(r1=1, r2=2)).value
    assert [value(period=t, category="risk") for t in range(1, 6)] == pytest.approx([0, 2, 2, 2, 1])


def test_members_may_name_modes_and_what_is_as_is_counts_as_live():
    # the synergy is with jp in the dearer archetype: 10 · 3 − 2 + 4 · 3 against 10 · 3 − 1
    def instance(rate):
        return make(
            drivers=[driver()],
            affiliates=[{"id": "jp", "affiliate_class": "c", "revenue": 1}],
            archetypes=[
                {"id": "plain", "duration": 0, "one_off_cost": 1},
                {"id": "rich", "duration": 0, "one_off_cost": 2},
            ],
            capabilities=[{"id": "crm", "layer": "technological", "as_is": 1}],
            capability_steps=[{"capability": "crm", "level": 1}],
            synergies=[{"id": "s", "members": "crm:1 jp/rich", "category": "risk", "rate": rate}],
        )

    assert optimum(instance(4.0))[0] == pytest.approx(40)
    assert optimum(instance(0.3))[0] == pytest.approx(29)  # 0.9 a programme is less than the 1 that it costs more


def test_a_step_that_only_a_synergy_gains_from_is_not_pruned():
    tables = {
        "drivers": [driver()],
        "capabilities": [{"id": "crm", "layer": "technological"}],
        "capability_steps": [{"capability": "crm", "level": 1, "one_off_cost": 1}],
        "synergies": [{"id": "s", "members": "r1 crm:1", "category": "risk", "rate": 2}],
    }
    # in progress in wave 1, live in 2 and 3: 30 − 1 + 2 · 2
    assert optimum(make(**tables))[0] == pytest.approx(33)
    assert optimum(make(**tables), reduce=False)[0] == pytest.approx(33)


@pytest.mark.parametrize("reduce", [True, False])
def test_a_step_that_lowers_value_is_kept_where_value_is_capped(reduce):
    # r1 has to start in wave 1 and earns 30, which is too much; with the step live in waves 2 and 3 it is 30 − 2 · 2
    instance = make(
        drivers=[driver()],
        capabilities=[{"id": "crm", "layer": "technological"}],
        capability_steps=[{"capability": "crm", "level": 1}],
        synergies=[{"id": "s", "members": "r1 crm:1", "category": "risk", "rate": -2}],
        locks=[{"item": "r1", "must": True, "fixed": 1}],
        measure_limits=[{"measure": "undiscounted_value", "sense": "cap", "amount": 27}],
    )
    best, plan = optimum(instance, reduce=reduce)
    assert best == pytest.approx(26)
    assert waves(plan) == {"r1": 1, "crm:1": 1}


@pytest.mark.parametrize("rate", [2.0, -2.0])
def test_a_synergy_is_exact_from_both_sides_where_value_is_capped(capped, rate):
    for push in (1.0, -1.0):
        agree(two(rate), plan_of(r1=1, r2=2), push=push)
        agree(two(rate), plan_of(r1=1), push=push)


# -- initiatives ------------------------------------------------------------------------------------------------------


def initiative(**more):
    return {"id": "i1", "category": "risk", "duration": 1, **more}


def test_an_initiative_earns_by_itself_on_a_ramp_of_its_own():
    # 8 a year at a success of 0.5, half of it in the first year; in progress in wave 1, live in waves 2, 3 and the
    # tail of a year: 2 + 4 + 4 = 10
    def instance(cost):
        return make(
            {"tail_months": 12},
            initiatives=[initiative(value_per_year=8, success=0.5, one_off_cost=cost)],
            ramps=[{"owner": "i1", "from_month": m, "factor": f} for m, f in ((0, 0.5), (12, 1.0))],
        )

    assert optimum(instance(9))[0] == pytest.approx(1)
    assert optimum(instance(11)) == (pytest.approx(0), Plan(instance_fingerprint=instance(11).fingerprint))


@pytest.mark.parametrize("tail", [0, 24])
def test_value_once_falls_in_the_first_live_period(tail):
    # 6 once at a success of 0.5, cost 1, discounted at 10 %: the sooner the better, live in wave 2 (middle 1.5 years)
    instance = make(
        {"tail_months": tail, "discount_rate": 0.1},
        initiatives=[initiative(value_once=6, success=0.5, one_off_cost=1)],
    )
    assert optimum(instance)[0] == pytest.approx(3 / 1.1**1.5 - 1 / 1.1**0.5)
    # started in wave 3 it is live in the tail only: 3 in its first period, nothing without a tail
    agree(instance, plan_of(i1=3))
    value = Evaluator(instance).evaluate(plan_of(i1=3)).value
    assert value() == pytest.approx(3 if tail else 0)
    assert value(period=4) == value()


# -- contact fatigue --------------------------------------------------------------------------------------------------


def tired(*loads, cap=3.0, steps=((2.0, 1.0), (None, 4.0)), **more):
    """Drivers worth 2 a year each with contact loads on the customer type hcp."""
    return make(
        more,
        drivers=[driver(f"r{n}", 2.0, contact_load={"hcp": load}) for n, load in enumerate(loads, start=1)],
        customer_types=[{"id": "hcp", "contact_cap": cap}],
        fatigue=[
            {"customer_type": "hcp", "step": n, "width": width, "slope_per_year": slope, "category": "risk"}
            for n, (width, slope) in enumerate(steps, start=1)
        ],
    )


def test_load_above_the_cap_costs_in_rising_steps():
    # loads 3 + 1 stay 1 above the cap of 3: a price of 1 a year against 2: 3 · (2 + 2 − 1)
    assert optimum(tired(3, 1))[0] == pytest.approx(9)
    # 3 + 3: 2 · 1 + 1 · 4 = 6 a year against 2: one of them alone, 3 · 2
    assert optimum(tired(3, 3))[0] == pytest.approx(6)
    # a cap that is not reached costs nothing
    assert optimum(tired(3, 3, cap=6.0))[0] == pytest.approx(12)


def test_a_driver_may_relieve():
    # r2 takes 2 of the load of 5 away; it is worth 2 a year and saves 2 more: 3 · (2 + 2)
    assert optimum(tired(5, -2))[0] == pytest.approx(12)
    # alone r1 would cost 2 · 1 a year, as much as it earns
    assert optimum(tired(5))[0] == pytest.approx(0)


def test_fatigue_by_period_is_the_evaluators():
    # hcp live from wave 2 on; load 5 in wave 2, 9 from wave 3 on: 0; 2; 2 · 1 + 4 · 4 = 18; a tail of 18 months
    instance = tired(5, 4, tail_months=18)
    plan = plan_of(r1=1, r2=3, hcp=2)
    value = Evaluator(instance).evaluate(plan).value
    assert [value(period=t, category="risk") for t in range(1, 6)] == pytest.approx([0, -2, -18, -18, -9])
    agree(instance, plan)
    agree(instance, plan, reduce=False)
    agree(instance, plan_of(r1=1, r2=1))  # no customer type, no load


def test_fatigue_is_refused_where_value_is_capped(capped):
    with pytest.raises(UnsupportedError, match="Contact fatigue"):
        build(tired(3, 1))


def test_a_category_of_fatigue_in_several_is_refused_where_it_is_read():
    instance = tired(3, 1)
    rows = [row.model_copy(update={"category": c}) for row, c in zip(instance.fatigue, ("risk", "trust"), strict=True)]
    instance = instance.model_copy(update={"fatigue": tuple(rows)})
    assert optimum(instance)[0] == pytest.approx(9)
    with pytest.raises(UnsupportedError, match="in one category"):
        build(instance).value.expr(category="trust", period=1)


# -- losses of pace ---------------------------------------------------------------------------------------------------


def paced(count, comfort=1, losses="0.5 2", **more):
    rows = [driver(f"r{n}", 1.0) for n in range(1, count + 1)]
    return make(more, drivers=rows, pace=[{"items": "drivers", "comfort": comfort, "losses": losses.split()}])


def test_starting_more_than_is_comfortable_costs_once():
    # Worth 1 a year each. Waiting a wave costs 1, starting as the second in a wave 0.5, as the third 2. Of three, two
    # start in wave 1 at a loss of 0.5 and one in wave 2: 3 + 3 + 2 − 0.5.
    best, plan = optimum(paced(3))
    assert best == pytest.approx(7.5)
    assert sorted(waves(plan).values()) == [1, 1, 2]
    # nothing is lost where one more is comfortable: two and one, or all three at once at 0.5
    assert optimum(paced(3, comfort=2))[0] == pytest.approx(8.5)


def test_the_last_loss_repeats():
    # One wave of a year: the second start costs 0.5, each further one 0.7: 4 − 0.5 − 0.7 − 0.7
    assert optimum(paced(4, losses="0.5 0.7", waves=1))[0] == pytest.approx(2.1)


def test_losses_are_discounted_and_neither_value_nor_cost():
    instance = paced(2, waves=1, discount_rate=0.21)
    evaluation = Evaluator(instance).evaluate(plan_of(r1=1, r2=1))
    assert evaluation.npv == pytest.approx(1.5 / 1.1)  # the middle of wave 1 is half a year away
    assert evaluation.measures["value"] == pytest.approx(2 / 1.1)
    assert evaluation.measures["cost"] == 0
    assert optimum(instance)[0] == pytest.approx(evaluation.npv)
