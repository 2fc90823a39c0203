"""Moves against a reference plan: their price, their limit, and the ties that the reference plan wins."""

from __future__ import annotations

import pytest

from sequencer.instance.checks import check
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver.solve import solve
from tests.model.tools import agreed, driver, make, waves

LATE = [{"item": "r1", "wave": 2}]


@pytest.mark.parametrize(("price", "value", "expected"), [(9, 21, {"r1": 1}), (11, 20, {"r1": 2})])
def test_a_move_is_made_where_it_is_worth_its_price(price, value, expected):
    given = make({"move_cost": price}, drivers=[driver()], reference_plan=LATE)
    # In wave 1 r1 earns 30, in wave 2 20: ten for a move that costs 9, or 11.
    found, plan = agreed(given, "compact", True)
    assert (found, waves(plan)) == (pytest.approx(value), expected)


def test_moves_are_limited_and_told():
    given = make(
        drivers=[driver(), driver("r2", 9), driver("r3", 8)],
        measure_limits=[{"measure": "moves", "sense": "cap", "amount": 1}],
        reference_plan=[*LATE, {"item": "r2", "wave": 3}, {"item": "r3", "wave": None}],
    )
    # r1 a wave earlier is 10 more, r2 two waves earlier 18: one of them, and r3, left open, as soon as it can.
    found, plan = agreed(given, "compact", True)
    assert (found, waves(plan)) == (pytest.approx(20 + 27 + 24), {"r1": 2, "r2": 1, "r3": 1})
    evaluation = evaluate(given, Plan((Adoption("r1", 1), Adoption("r2", 1))))
    assert evaluation.measures["moves"] == 2
    assert [v.message for v in evaluation.violations] == ["Number of moves is 2; it must be 1 at most"]


def test_what_is_not_listed_is_not_adopted_and_a_mode_is_a_move():
    given = make(
        drivers=[driver(), driver("r2")],
        modes=[{"item": "r1", "id": "late"}],
        reference_plan=[{"item": "r1", "wave": 1, "mode": "own"}],
    )
    moves = [evaluate(given, Plan(made)).measures["moves"] for made in (
        (Adoption("r1", 1, "own"),), (Adoption("r1", 1, "late"),), (Adoption("r1", 1, "own"), Adoption("r2", 1)), (),
    )]  # fmt: skip
    assert moves == [0, 1, 1, 1]


def test_the_reference_plan_wins_ties():
    # Either of two alike fills the budget; with nothing to tell them apart, the one that is planned stays, and so does
    # a step that nothing needs.
    tables = {
        "drivers": [driver(one_off_cost=8), driver("r2", one_off_cost=8)],
        "budgets": [{"pot": "hq", "wave": w, "amount": 8 * (w == 1)} for w in (1, 2, 3)],
        "initiatives": [{"id": "hub", "duration": 0}],
    }
    for kept in ("r1", "r2"):
        rows = [{"item": kept, "wave": 1}, {"item": "hub", "wave": 3}]
        result = solve(make(**tables, reference_plan=rows), gap=0, threads=1)
        assert waves(result.plan) == {kept: 1, "hub": 3}
        assert result.proven_optimal
    assert waves(solve(make(**tables, reference_plan=[{"item": "r2", "wave": 0}]), gap=0, threads=1).plan) == {"r1": 1}


@pytest.mark.parametrize(
    ("rows", "rules"),
    [
        ([{"item": "r3", "wave": 1}], ["unknown-reference"]),
        ([{"item": "r1", "wave": 4}], ["out-of-range"]),
        ([{"item": "r1", "wave": 1, "mode": "fast"}], ["unknown-mode"]),
        ([{"item": "r2", "wave": 1}], ["without-effect"]),
        ([], ["without-effect"]),
        (LATE, []),
    ],
)
def test_the_table_is_checked(rows, rules):
    state = [{"record": "live", "id": "r2"}]
    given = make({"move_cost": 1}, drivers=[driver(), driver("r2")], initial_state=state, reference_plan=rows)
    assert [p.rule for p in check(given)] == rules
