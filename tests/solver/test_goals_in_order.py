"""Goals one after the other, through the whole solve: figures, bounds and what a later goal may still decide.

Three waves of one year, no tail, no discounting. A driver worth 10 a year that is live from wave w earns 10 · (4 − w).
"""

from __future__ import annotations

import pytest

from sequencer.solver.solve import solve
from tests.model.tools import driver, make, waves

TWO = {
    # value/cost by start wave: r1 30/15, 20/10, 10/5; r2 18/3, 12/2, 6/1
    "drivers": [driver("r1", 10, running_cost=5), driver("r2", 6, category="risk", running_cost=1)],
}


def solved(objective, settings=None, **tables):
    return solve(make({"objective": objective, **(settings or {})}, **tables), gap=0, threads=1)


@pytest.mark.parametrize(
    ("objective", "figures", "starts"),
    [
        ("npv", [30], {"r1": 1, "r2": 1}),
        # nothing costs nothing
        ("cost npv", [0, 0], {}),
        # risk alone leaves open what r1 does: the second goal says
        ("value:risk cost", [18, 3], {"r2": 1}),
        ("value:risk value", [18, 48], {"r1": 1, "r2": 1}),
        ("value:risk adoptions npv", [18, 1, 15], {"r2": 1}),
        ("adoptions value", [0, 0], {}),
    ],
)
def test_a_later_goal_decides_among_plans_equal_in_the_earlier_ones(objective, figures, starts):
    result = solved(objective, **TWO)
    assert [level.measure for level in result.levels] == objective.split()
    assert [level.objective for level in result.levels] == pytest.approx(figures)
    assert [level.bound for level in result.levels] == pytest.approx(figures)
    assert result.proven_optimal
    assert result.evaluation.goals == pytest.approx(figures)
    assert waves(result.plan) == starts


def test_figures_of_the_result_are_those_of_the_first_goal():
    result = solved("cost value", measure_limits=[{"measure": "value", "sense": "floor", "amount": 20}], **TWO)
    # least cost for 20: r1 in wave 3 and r2 in wave 2, 22 for 7
    assert (result.measure, result.objective, result.bound) == ("cost", pytest.approx(7), pytest.approx(7))
    assert result.gap == 0
    assert [goal["measure"] for goal in result.to_dict()["goals"]] == ["cost", "value"]
    assert result.to_dict()["npv"] == pytest.approx(15)


IN_TURN = {
    # r1 needs x and y, each in progress for a wave at 6, and must be adopted
    "drivers": [driver()],
    "initiatives": [{"id": i, "duration": 1, "one_off_cost": 6, "use": {"fte": 2}} for i in ("x", "y")],
    "requirements": [{"item": "r1", "requires": "x y"}],
    "locks": [{"item": "r1", "must": True}],
    "resources": [{"id": "fte"}],
}


@pytest.mark.parametrize(
    ("objective", "figures"),
    [
        # both in wave 1, r1 from wave 2: 20 − 12; peaks are then the whole
        ("npv peak_budget load_peak:fte", [8, 12, 4]),
        # in turn, r1 in wave 3: 10 − 12
        ("peak_budget npv", [6, -2]),
        ("load_peak:fte npv", [2, -2]),
        # net so far: −12, −2, 8: paid back in wave 3 at the soonest
        ("payback_wave npv", [3, 8]),
        # in turn it never is: W + 2
        ("peak_budget payback_wave", [6, 5]),
    ],
)
def test_peaks_and_payback(objective, figures):
    result = solved(objective, **IN_TURN)
    assert [level.objective for level in result.levels] == pytest.approx(figures)
    assert result.proven_optimal


def test_payback_in_the_tail():
    # 35 once for 10 a year: 5 at the end of the tail year, wave W + 1 = 4
    tables = {"drivers": [driver(one_off_cost=35)], "locks": [{"item": "r1", "must": True}]}
    result = solved("payback_wave", {"tail_months": 12}, **tables)
    assert (result.objective, result.bound) == (4, 4)


def test_weighted_value_is_what_is_compared_and_npv_stays_what_it_is():
    # one of two: r2's 6 a year count threefold
    weight = {"category": "risk", "weight": 3.0}
    tables = {"drivers": [driver("r1"), driver("r2", 6, category="risk")], "mandate": [{"level": 0, "live_drivers": 1}]}
    result = solved("npv", category_weights=[weight], **tables)
    assert (result.measure, result.objective) == ("weighted_npv", pytest.approx(54))
    assert result.evaluation.npv == pytest.approx(18)


def test_amounts_of_any_size_are_compared_alike():
    # the same a million times as large: 6 million a wave
    million = 1e6
    tables = IN_TURN | {
        "drivers": [driver(potential=10 * million)],
        "initiatives": [{"id": i, "duration": 1, "one_off_cost": 6 * million} for i in ("x", "y")],
    }
    result = solved("peak_budget npv", **tables)
    assert [level.objective for level in result.levels] == pytest.approx([6 * million, -2 * million])
