"""Value beside and within cells: initiatives, synergies, contact fatigue, local gates, modes, losses of pace."""

import pytest
from plan_tools import instance, judge

DRIVER = {"id": "r1", "category": "revenue", "potential": 12.0}


def by_period(evaluation, **where):
    return [evaluation.value(period=p.index, **where) for p in evaluation.instance.periods]


def sources(evaluation):
    return {e.source for e in evaluation.earnings}


# -- initiatives ------------------------------------------------------------------------------------------------------


def test_an_initiative_ramps_by_its_own_age():
    # Two waves of 6 months and a tail of 18 (12 + 6). It takes wave 1 and is live from month 6: ages 0-5 at 0.5, 6-17
    # at 0.5 for 3 months and 1 for 9, then in full. 8 a year at a success of 0.5: 4 x (0.5 x 0.5, 0.875, 0.5).
    given = instance(
        2,
        wave_months=6,
        tail_months=18,
        initiatives=[{"id": "i1", "category": "risk", "value_per_year": 8, "success": 0.5}],
        ramps=[{"owner": "i1", "from_month": m, "factor": f} for m, f in ((0, 0.5), (9, 1.0))],
    )
    assert by_period(judge(given, {"i1": 1}), category="risk") == pytest.approx([0, 1, 3.5, 2])


@pytest.mark.parametrize(("wave", "expected"), [(1, [0, 3, 0, 0]), (2, [0, 0, 3, 0])])
def test_value_once_is_earned_in_the_first_live_period(wave, expected):
    given = instance(2, tail_months=24, initiatives=[{"id": "i1", "category": "risk", "value_once": 6, "success": 0.5}])
    assert by_period(judge(given, {"i1": wave})) == pytest.approx(expected)


def test_what_is_live_beyond_the_horizon_earns_nothing():
    given = instance(2, initiatives=[{"id": "i1", "category": "risk", "value_once": 6, "value_per_year": 1}])
    assert judge(given, {"i1": 2}).value() == 0


# -- synergies --------------------------------------------------------------------------------------------------------


def with_synergy(members, rate=-3.0):
    return instance(
        3,
        tail_months=6,
        drivers=[DRIVER],
        affiliates=[{"id": "jp", "affiliate_class": "big", "revenue": 5}],
        archetypes=[{"id": "plain", "duration": 0}, {"id": "rich", "duration": 1}],
        capabilities=[{"id": "crm", "layer": "technological", "as_is": 1}],
        capability_steps=[{"capability": "crm", "level": level} for level in (1, 2)],
        synergies=[{"id": "s", "members": members, "category": "risk", "rate": rate}],
    )


def test_a_synergy_counts_from_the_last_member_on():
    # jp is live from wave 2, the driver from wave 3: minus 3 a year in wave 3 and in half a year of tail
    evaluation = judge(with_synergy("r1 jp"), {"jp": "1/rich", "r1": 3})
    assert by_period(evaluation, category="risk") == pytest.approx([0, 0, -3, -1.5])
    assert "s" in sources(evaluation)
    assert judge(with_synergy("r1 jp"), {"jp": "1/rich"}).value(category="risk") == 0


def test_a_member_may_name_a_mode_and_what_is_as_is_is_live():
    assert judge(with_synergy("jp/rich"), {"jp": "1/plain"}).value(category="risk") == 0
    assert by_period(judge(with_synergy("jp/rich"), {"jp": "1/rich"})) == pytest.approx([0, -3, -3, -1.5])
    assert by_period(judge(with_synergy("crm:1"), {})) == pytest.approx([-3, -3, -3, -1.5])


# -- contact fatigue --------------------------------------------------------------------------------------------------


def with_fatigue(*loads):
    return instance(
        3,
        tail_months=6,
        drivers=[
            DRIVER | {"id": f"r{n}", "contact_load": {"hcp": load}, "customer_types": "hco"}
            for n, load in enumerate(loads, start=1)
        ],
        customer_types=[{"id": "hcp", "contact_cap": 4}, {"id": "hco"}],
        fatigue=[
            {"customer_type": "hcp", "step": 2, "slope_per_year": 5, "category": "trust"},
            {"customer_type": "hcp", "step": 1, "width": 2, "slope_per_year": 1, "category": "risk"},
        ],
    )


def test_load_above_the_cap_fills_the_steps_in_order():
    # hcp is live from wave 2. Loads: 5 in wave 2, 9 from wave 3 on: 1 above the cap, then 5, the first 2 in step 1
    evaluation = judge(with_fatigue(5, 4), {"r1": 1, "r2": 3, "hcp": 2})
    assert by_period(evaluation, category="risk") == pytest.approx([0, -1, -2, -1])
    assert by_period(evaluation, category="trust") == pytest.approx([0, 0, -15, -7.5])
    assert sources(evaluation) == {"contact fatigue hcp"}
    # without the customer type there is nobody to tire, and below the cap nobody tires
    assert judge(with_fatigue(5, 4), {"r1": 1, "r2": 1}).value() == 0
    assert judge(with_fatigue(3, 1), {"r1": 1, "r2": 1, "hcp": 1}).value() == 0


def test_a_negative_load_relieves():
    evaluation = judge(with_fatigue(6, -1), {"r1": 1, "r2": 2, "hcp": 1})
    assert by_period(evaluation) == pytest.approx([-2, -1, -1, -0.5])


# -- cells ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lag", "wave", "expected"),
    [(0, 1, [6, 12, 12, 12, 6]), (2, 1, [6, 6, 6, 12, 6]), (1, 3, [6, 6, 6, 6, 6]), (1, 2, [6, 6, 6, 12, 6])],
)
def test_a_local_capability_gates_the_cells_of_its_affiliate(lag, wave, expected):
    # Three waves of a year and a tail of a year and a half. de earns 6 a year from wave 1; jp from the period that lies
    # the lag after its own step, which takes a wave. Started in wave 3 it is live in period 4, and earns from 5 on.
    given = instance(
        3,
        tail_months=18,
        drivers=[DRIVER],
        affiliates=[{"id": a, "affiliate_class": "big", "revenue": 5} for a in ("jp", "de")],
        archetypes=[{"id": "plain", "duration": 0}],
        capabilities=[{"id": "crm", "layer": "commercial", "local": True}],
        capability_steps=[{"capability": "crm", "level": 1}],
        local_capabilities=[{"capability": "crm", "affiliate": "de", "as_is": 1}],
        requirements=[{"item": "r1", "requires": "crm:1", "lag": lag}],
    )
    evaluation = judge(given, {"r1": 1, "jp": 1, "de": 1, "crm@jp:1": wave})
    assert by_period(evaluation) == pytest.approx(expected)
    assert evaluation.feasible
    assert by_period(judge(given, {"r1": 1, "jp": 1, "de": 1})) == pytest.approx([6, 6, 6, 6, 3])


def test_modes_and_the_approach_multiply():
    # 12 a year, half of it on each brand. The driver in a mode with 1.5 x 0.8, brand x in one with 0.5; the approach
    # holds for y: 0.9 x (1 - 0.2) = 0.72.
    given = instance(
        1,
        drivers=[DRIVER],
        brands=[{"id": "x"}, {"id": "y"}],
        functions=[{"id": f} for f in ("medical", "marketing", "sales")],
        modes=[
            {"item": "r1", "id": "rich", "value_factor": 1.5, "success": 0.8},
            {"item": "x", "id": "poor", "value_factor": 0.5},
        ],
        rollout="marketing-first",
        rollout_brands="y",
        rollout_value_factor=0.9,
        rollout_failure=0.2,
    )
    assert judge(given, {"r1": "1/own", "x": "1/own"}).value() == pytest.approx(6)
    assert judge(given, {"r1": "1/rich", "x": "1/poor"}).value() == pytest.approx(6 * 1.2 * 0.5)
    assert judge(given, {"r1": "1/rich", "y": 1}).value() == pytest.approx(6 * 1.2 * 0.72)


# -- losses of pace ---------------------------------------------------------------------------------------------------


def test_starts_above_comfort_cost_by_their_number():
    # Comfort 1, losses 2 and 3, the last repeats: two starts cost 2, three 5, four 8; each row of its own.
    drivers = [DRIVER | {"id": f"r{n}", "potential": 0.0} for n in range(1, 5)]
    given = instance(
        2, drivers=drivers, pace=[{"items": "drivers", "comfort": 1, "losses": (2, 3)}], discount_rate=0.21
    )
    assert judge(given, {"r1": 1, "r2": 2}).npv == 0
    assert judge(given, {"r1": 1, "r2": 1}).npv == pytest.approx(-2 / 1.1)
    assert judge(given, {f"r{n}": 1 for n in range(1, 5)}).npv == pytest.approx(-8 / 1.1)
    assert judge(given, {"r1": 1, "r2": 1, "r3": 2, "r4": 2}).npv == pytest.approx(-2 / 1.1 - 2 / 1.331)
    evaluation = judge(given, {"r1": 1, "r2": 1})
    assert (evaluation.measures["value"], evaluation.measures["cost"]) == (0, 0)
