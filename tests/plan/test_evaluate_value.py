"""Value: time, discounting, ramps, lifecycle, scope and factors, against arithmetic by hand."""

import pytest
from plan_tools import instance, judge

DRIVER = {"id": "r1", "category": "revenue", "potential": 120.0}


def by_period(evaluation, **where):
    return [evaluation.value(period=p.index, **where) for p in evaluation.instance.periods]


def test_unequal_waves_are_worth_their_years_and_discounted_at_their_middle():
    # Waves of 6, 12 and 3 months: 0.5, 1 and 0.25 years; middles at 3, 12 and 19.5 months.
    evaluation = judge(instance((6, 12, 3), drivers=[DRIVER], discount_rate=0.1), {"r1": 1})
    assert by_period(evaluation) == pytest.approx([60, 120, 30])
    assert evaluation.npv == pytest.approx(60 * 1.1**-0.25 + 120 * 1.1**-1 + 30 * 1.1 ** (-19.5 / 12))
    assert evaluation.measures["value"] == evaluation.npv
    assert evaluation.measures["undiscounted_value"] == pytest.approx(210)


def test_tail_is_cut_into_years_with_a_short_last_period():
    # One wave of 12 months and 18 months of tail: periods of 12, 12 and 6 months, middles at 6, 18 and 27 months.
    given = instance(1, drivers=[DRIVER | {"running_cost": 20}], tail_months=18, discount_rate=0.2)
    evaluation = judge(given, {"r1": 1})
    assert by_period(evaluation) == pytest.approx([120, 120, 60])
    assert [evaluation.cost(period=t) for t in (1, 2, 3)] == pytest.approx([20, 20, 10])
    assert evaluation.npv == pytest.approx(100 * 1.2**-0.5 + 100 * 1.2**-1.5 + 50 * 1.2**-2.25)


def affiliates_with(ramps, waves=2, tail_months=12, duration=1, **more):
    return instance(
        waves,
        wave_months=6,
        tail_months=tail_months,
        drivers=[DRIVER],
        affiliates=[{"id": "jp", "affiliate_class": "big", "revenue": 50}],
        archetypes=[{"id": "adapted", "duration": duration}],
        ramps=[{"owner": "adapted", "from_month": m, "factor": f} for m, f in ramps],
        **more,
    )


def test_ramp_is_averaged_over_the_months_of_each_period():
    # Japan starts in wave 1 and is live from wave 2 (month 6). Ages 0-5 in wave 2: 3 months at 0.2, 3 at 0.5: 0.35.
    # Ages 6-17 in the tail: 2 months at 0.5, 10 at 1: 11/12. Value: 120 x 0.5 x 0.35 = 21, and 120 x 11/12 = 110.
    evaluation = judge(affiliates_with([(0, 0.2), (3, 0.5), (8, 1.0)]), {"r1": 1, "jp": 1})
    assert by_period(evaluation) == pytest.approx([0, 21, 110])


def test_ramp_before_its_first_step_earns_nothing():
    # Nothing before month 9: ages 0-5 earn 0, of ages 6-17 nine months earn in full: 120 x 9/12 = 90.
    assert by_period(judge(affiliates_with([(9, 1.0)]), {"r1": 1, "jp": 1})) == pytest.approx([0, 0, 90])


def test_what_is_live_after_the_last_wave_earns_in_the_tail_only():
    # Japan starts in wave 2 and is live from W + 1 = 3, the first tail year: ages 0-11, 6 months at 0.5, 6 at 1: 0.75.
    # The second tail period has 6 months at full ramp: 120 x 0.5 = 60.
    evaluation = judge(affiliates_with([(0, 0.5), (6, 1.0)], tail_months=18), {"r1": 1, "jp": 2})
    assert by_period(evaluation) == pytest.approx([0, 0, 90, 60])
    assert evaluation.live_from["jp"] == 3
    # Without a tail it is live, but never earns.
    assert judge(affiliates_with([], tail_months=0), {"r1": 1, "jp": 2}).value() == 0


def test_ramp_age_starts_when_the_last_member_is_live():
    # Japan is live from wave 1 (duration 0), the driver from wave 2: age counts from wave 2, not from wave 1.
    # Wave 2: ages 0-5 at 0: nothing. Tail: ages 6-17 in full: 120.
    evaluation = judge(affiliates_with([(0, 0.0), (6, 1.0)], duration=0), {"r1": 2, "jp": 1})
    assert by_period(evaluation) == pytest.approx([0, 0, 120])


def test_lifecycle_changes_by_period_and_does_not_stop_the_age():
    # The brand is before launch in wave 1 (factor 0), grows in wave 2 (1), and fades in all of the tail (0.5).
    # The cell is active since wave 1, so the ramp is at ages 6-11 in wave 2: full. 120 x (0.5 x 1, 1 x 0.5, 1 x 0.5).
    given = affiliates_with(
        [(0, 0.0), (6, 1.0)],
        duration=0,
        tail_months=24,
        brands=[{"id": "onco"}],
        brand_stages=[
            {"brand": "onco", "period": "1", "stage": "pre"},
            {"brand": "onco", "period": "2", "stage": "growth"},
            {"brand": "onco", "period": "tail", "stage": "loe"},
        ],
        lifecycle=[
            {"driver": "r1", "stage": "pre", "factor": 0.0},
            {"driver": "r1", "stage": "growth", "factor": 1.0},
            {"driver": "r1", "stage": "loe", "factor": 0.5},
        ],
    )
    assert by_period(judge(given, {"r1": 1, "jp": 1, "onco": 1})) == pytest.approx([0, 60, 60, 60])


MARKETS = [
    {"id": "jp", "affiliate_class": "big", "revenue": 100},
    {"id": "de", "affiliate_class": "big", "revenue": 900, "share": 300},
]
AT_ONCE = [{"id": "adapted", "duration": 0}]


def test_scope_is_normalised_over_the_addressed_cells():
    # Shares: Japan 100 (its revenue), Germany 300 (its own share overrides revenue); brands 1 and 3.
    # r1 addresses all: Japan/onco = 100 x 1 / (400 x 4) = 1/16. r2 addresses Japan only: Japan/onco = 1/4.
    given = instance(
        1,
        drivers=[DRIVER | {"potential": 160}, {"id": "r2", "category": "risk", "potential": 100, "affiliates": "jp"}],
        affiliates=MARKETS,
        archetypes=AT_ONCE,
        brands=[{"id": "onco", "share": 1}, {"id": "cardio", "share": 3}],
    )
    evaluation = judge(given, {"r1": 1, "r2": 1, "jp": 1, "onco": 1})
    assert evaluation.value(driver="r1") == pytest.approx(10)
    assert evaluation.value(driver="r2") == pytest.approx(25)
    assert evaluation.value(category="risk") == pytest.approx(25)
    whole = judge(given, {"r1": 1, "r2": 1, "jp": 1, "de": 1, "onco": 1, "cardio": 1})
    assert whole.value(driver="r1") == pytest.approx(160)
    assert whole.value(driver="r1", affiliate="de") == pytest.approx(120)
    assert whole.measures["value:risk"] == pytest.approx(100)


def test_scope_table_replaces_the_shares():
    given = instance(
        1,
        drivers=[DRIVER],
        affiliates=MARKETS,
        archetypes=AT_ONCE,
        scopes=[{"driver": "r1", "affiliate": "jp", "share": 0.9}, {"driver": "r1", "affiliate": "de", "share": 0.1}],
    )
    assert judge(given, {"r1": 1, "jp": 1}).value() == pytest.approx(108)


def test_every_factor_of_the_rate_counts_once():
    # 120 x success 0.8 x archetype 0.9 x touch 0.5 x fit 0.5 x reach 0.25 x archetype value 2 = 10.8.
    given = instance(
        1,
        drivers=[DRIVER | {"success": 0.8}],
        affiliates=[{"id": "jp", "affiliate_class": "big", "revenue": 100}],
        archetypes=[{"id": "adapted", "duration": 0, "success": 0.9, "value_factor": 2}],
        touches=[{"id": "high", "success": 0.5}],
        fit=[{"affiliate_class": "big", "archetype": "adapted", "fit": 0.5}],
        customer_types=[{"id": "gp"}],
        reach=[{"driver": "r1", "customer_type": "gp", "factor": 0.25}],
    )
    evaluation = judge(given, {"r1": 1, "jp": "1/adapted/high", "gp": 1})
    assert evaluation.value() == pytest.approx(10.8)
    (row,) = evaluation.value_rows
    assert row[:6] == ("r1", "revenue", "jp", "", "gp", 1)


def test_modes_of_driver_and_brand_multiply_value():
    # An experienced way to adopt the driver: success 0.5, value 3; of the brand: value 2. 120 x 0.5 x 3 x 2 = 360.
    given = instance(
        1,
        drivers=[DRIVER],
        brands=[{"id": "onco"}],
        modes=[
            {"item": "r1", "id": "expert", "success": 0.5, "value_factor": 3},
            {"item": "onco", "id": "bold", "value_factor": 2},
        ],
    )
    assert judge(given, {"r1": "1/expert", "onco": "1/bold"}).value() == pytest.approx(360)
    assert judge(given, {"r1": "1/own", "onco": "1/own"}).value() == pytest.approx(120)


def test_a_cell_waits_for_driver_affiliate_brand_customer_type_and_functions():
    given = instance(
        6,
        drivers=[DRIVER | {"functions": "med sales"}],
        affiliates=MARKETS[:1],
        archetypes=[{"id": "adapted", "duration": 1}],
        brands=[{"id": "onco"}],
        customer_types=[{"id": "gp"}],
        functions=[{"id": "med"}, {"id": "sales"}, {"id": "legal"}],
    )
    ready = {"r1": 1, "jp": 1, "onco": 1, "gp": 1, "med": 1, "sales": 1}
    # Japan is live from wave 2, the rest from wave 1: five of six years.
    assert judge(given, ready).value() == pytest.approx(5 * 120)
    for member in ("r1", "onco", "gp", "med", "sales"):
        assert judge(given, ready | {member: 4}).value() == pytest.approx(3 * 120), member
        assert judge(given, {k: w for k, w in ready.items() if k != member}).value() == 0, member
    assert judge(given, ready | {"jp": 4}).value() == pytest.approx(2 * 120)


def test_what_is_adopted_by_place_belongs_to_its_cells_only():
    # Medical is adopted once per brand; for cardio it comes in wave 2. Shares 1/2 each: only onco earns in wave 1, 60.
    given = instance(
        2,
        drivers=[DRIVER | {"functions": "med"}],
        brands=[{"id": "onco"}, {"id": "cardio"}],
        functions=[{"id": "med", "per_brand": True}],
    )
    adopted = {"r1": 1, "onco": 1, "cardio": 1, "med@onco": 1, "med@cardio": 2}
    assert by_period(judge(given, adopted)) == pytest.approx([60, 120])


def test_without_the_driver_there_is_no_value():
    given = instance(1, drivers=[DRIVER], affiliates=MARKETS, archetypes=AT_ONCE)
    evaluation = judge(given, {"jp": 1, "de": 1})
    assert evaluation.value() == 0
    assert evaluation.value_rows == ()
    assert evaluation.npv == 0
