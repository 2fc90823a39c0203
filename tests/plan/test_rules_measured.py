"""Floors and caps on measures of a whole plan."""

import pytest
from plan_tools import broken, instance, message

DRIVER = {"id": "r1", "category": "revenue", "potential": 100.0}
HUB = {"id": "hub", "duration": 0, "one_off_cost": 150.0, "use": {"fte": 4}}


def limited(measure, sense, amount, **more):
    """r1 earns 100 a year in three waves, the hub costs 150 once and takes four people while it starts."""
    return instance(
        3,
        drivers=[DRIVER],
        initiatives=[HUB],
        resources=[{"id": "fte", "name": "Delivery", "unit": "FTE"}],
        measure_limits=[{"measure": measure, "sense": sense, "amount": amount}],
        **more,
    )


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        # r1 and the hub in wave 1: 300 earned, 150 spent
        ("npv", 150),
        ("value", 300),
        ("value:revenue", 300),
        ("cost", 150),
        ("peak_budget", 150),
        ("load_peak:fte", 4),
        ("payback_wave", 2),
        ("drivers", 1),
        ("adoptions", 2),
    ],
)
def test_a_limit_on_the_very_figure_is_kept_and_a_closer_one_broken(measure, value):
    plan = {"r1": 1, "hub": 1}
    for sense, closer in (("floor", value + 0.5), ("cap", value - 0.5)):
        assert broken(limited(measure, sense, value), plan) == set()
        assert broken(limited(measure, sense, closer), plan) == {f"measure_limits({measure}, {sense})"}


def test_benefit_to_cost_compares_value_with_cost_where_there_is_no_ratio():
    given = limited("benefit_to_cost", "floor", 2)
    assert broken(given, {"r1": 1, "hub": 1}) == set()
    assert broken(given, {"r1": 2, "hub": 1}) == {"measure_limits(benefit_to_cost, floor)"}
    # Value for nothing is enough, and so is nothing for nothing.
    assert broken(given, {"r1": 1}) == set()
    assert broken(given, {}) == set()


def test_what_never_pays_back_keeps_no_cap_on_payback():
    # 100 of 150 are earned
    given = limited("payback_wave", "cap", 4)
    assert message(given, {"r1": 3, "hub": 1}) == "Payback never comes within the horizon; it must be wave 4 at most"
    assert broken(given, {"r1": 2, "hub": 1}) == set()


def test_messages_tell_figure_limit_and_unit():
    million = {"unit": 1e6, "currency": "EUR"}
    assert message(limited("peak_budget", "cap", 100, **million), {"hub": 1}) == (
        "Peak budget is 150 million EUR; it must be 100 million EUR at most"
    )
    assert message(limited("value:revenue", "floor", 250), {"r1": 2}) == (
        "Value of revenue is 200 EUR; it must be 250 EUR at least"
    )
    assert message(limited("load_peak:fte", "cap", 3), {"hub": 1}) == (
        "Peak load of Delivery is 4 FTE; it must be 3 FTE at most"
    )
    assert message(limited("drivers", "floor", 1), {}) == "Number of value drivers is 0; it must be 1 at least"
