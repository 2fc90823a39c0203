"""Return and earned mandate steps: each with a plan that keeps the rule and one that breaks it."""

import pytest
from plan_tools import broken, instance, message


def earning(**settings):
    """Waves of a year; a driver that earns 10 a year and costs 12 once, another that earns 4 and costs nothing."""
    return instance(
        3,
        unit=1e6,
        drivers=[
            {"id": "r1", "category": "revenue", "potential": 10, "one_off_cost": 12},
            {"id": "r2", "category": "risk", "potential": 4},
        ],
        **settings,
    )


@pytest.mark.parametrize(
    ("settings", "adoptions", "waves"),
    [
        # 10 in wave 1 against 12, 20 in wave 2
        ({"return_from_wave": 1, "return_floor": 1.0}, {"r1": 1}, {1}),
        ({"return_from_wave": 1, "return_floor": 1.0}, {"r1": 2}, {2}),
        ({"return_from_wave": 2, "return_floor": 1.0}, {"r1": 1}, set()),
        ({"return_from_wave": 1, "return_floor": 1.0, "return_lag": 1}, {"r1": 1}, set()),
        ({"return_from_wave": 1, "return_floor": 2.0, "return_lag": 1}, {"r1": 1}, {2}),  # 20 < 24, 30 > 24
        ({"return_from_wave": 1, "return_floor": 1.0}, {"r1": 1, "r2": 1}, set()),  # 14 in wave 1
        ({"return_from_wave": 3, "return_floor": 9.0, "return_lag": 3}, {"r1": 1}, set()),  # nothing spent so early
    ],
)
def test_continuous_return(settings, adoptions, waves):
    assert broken(earning(**settings), adoptions) == {f"continuous_return()@{w}" for w in waves}


def test_a_poor_return_says_what_is_missing():
    assert message(earning(return_from_wave=2, return_floor=2.0, return_lag=1), {"r1": 1}) == (
        "By wave 2, value so far is 20 million EUR, less than 2 of the 12 million EUR spent by wave 1"
    )


def test_minimum_values():
    given = earning(
        minimum_values=[
            {"wave": 2, "amount": 24},
            {"wave": 3, "category": "risk", "amount": 8},
        ]
    )
    assert broken(given, {"r1": 1, "r2": 2}) == set()  # 20 + 4 by wave 2, 8 of risk by wave 3
    assert broken(given, {"r1": 1}) == {"minimum_values()@2", "minimum_values(risk)@3"}
    only = earning(minimum_values=[{"wave": 3, "category": "risk", "amount": 8}])
    assert message(only, {"r1": 1, "r2": 3}) == (
        "By wave 3, value so far of risk is 4 million EUR, less than 8 million EUR"
    )


def test_minimum_value_of_an_affiliate_is_what_its_cells_earn():
    # Japan has a quarter of the revenue: 2.5 and 1 a year. The scheme's own value belongs to no affiliate.
    given = earning(
        affiliates=[
            {"id": "jp", "name": "Japan", "affiliate_class": "x", "revenue": 1},
            {"id": "us", "affiliate_class": "x", "revenue": 3},
        ],
        archetypes=[{"id": "adapted", "duration": 0}],
        initiatives=[{"id": "scheme", "duration": 0, "category": "risk", "value_per_year": 9}],
        minimum_values=[{"wave": 2, "affiliate": "jp", "amount": 7}],
    )
    assert broken(given, {"r1": 1, "r2": 1, "jp": 1}) == set()
    assert message(given, {"r1": 1, "r2": 2, "jp": 1, "scheme": 1}) == (
        "By wave 2, value so far in Japan is 6 million EUR, less than 7 million EUR"
    )


LADDER = [{"level": 0}, {"level": 1, "earned_value": 4}, {"level": 2, "earned_value": 14.5}]


def test_a_mandate_step_is_taken_once_its_value_is_earned():
    # r2 earns 4 in each wave: 4 before wave 2, 8 before wave 3
    given = earning(mandate=LADDER)
    assert broken(given, {"r2": 1, "mandate:1": 2}) == set()
    assert broken(given, {"r2": 1, "mandate:1": 1}) == {"earned_mandate(mandate:1)@1"}
    assert message(given, {"r2": 1, "mandate:1": 2, "mandate:2": 3}) == (
        "Mandate level 2 is taken in wave 3, but the waves before have earned 8 million EUR; "
        "14.5 million EUR are needed"
    )
    assert broken(given, {"r1": 1, "r2": 1, "mandate:1": 2, "mandate:2": 3}) == set()


def test_levels_given_from_above_or_held_already_need_not_be_earned():
    assert broken(earning(mandate=LADDER, mandate_path="1 2 2"), {"mandate:1": 1, "mandate:2": 2}) == set()
    # The programme stands at level 1 already. r1 alone has earned 10 before wave 2 and 20 before wave 3.
    held = earning(mandate=LADDER, mandate_start=1)
    assert broken(held, {"r1": 1, "mandate:2": 3}) == set()
    assert broken(held, {"r1": 1, "mandate:2": 2}) == {"earned_mandate(mandate:2)@2"}
