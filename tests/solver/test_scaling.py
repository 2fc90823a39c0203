"""Scaling: tolerances are relative to what a rule speaks of, whatever else is in the instance."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csc_matrix

from sequencer.model.build import build
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver import standard_form as module
from sequencer.solver.highs import Highs
from sequencer.solver.scaling import magnitudes, power_of_two, scales
from sequencer.solver.solve import solve
from sequencer.solver.standard_form import standard_form
from sequencer.types import RuleRef, Termination
from tests.model.tools import driver, make, waves

RULE = RuleRef("budgets", ("p",))


def small_pot(price: float):
    """Two drivers worth 50 million a year, each behind an initiative that a pot of 20,000 in wave 1 has to pay."""
    return make(
        drivers=[driver("r1", 5e7), driver("r2", 5e7)],
        initiatives=[{"id": i, "one_off_cost": price, "pot": "p"} for i in ("x", "y")],
        requirements=[{"item": "r1", "requires": "x"}, {"item": "r2", "requires": "y"}],
        pots=[{"id": "p"}],
        budgets=[{"pot": "p", "wave": w, "amount": 20000 if w == 1 else 0} for w in (1, 2, 3)],
    )


def test_a_small_pot_beside_large_values_is_not_overspent():
    # 2 · 10,000.5 is 1 too much: one initiative in wave 1, its driver earns in waves 2 and 3
    result = solve(small_pot(10_000.5), gap=0, threads=1)
    assert result.objective == pytest.approx(2 * 5e7 - 10_000.5, rel=1e-9)
    assert result.bound == pytest.approx(result.objective, rel=1e-9)


def test_a_small_pot_beside_large_values_is_spent_to_the_last():
    result = solve(small_pot(10_000), gap=0, threads=1)
    assert result.objective == pytest.approx(4 * 5e7 - 20_000, rel=1e-9)


def carried(price: float):
    """What a pot of 20,000 carries out of wave 1, all of it, has to pay for something in wave 2."""
    return make(
        drivers=[driver("r1", 5e7)],
        initiatives=[{"id": "x", "one_off_cost": price, "pot": "p"}],
        requirements=[{"item": "r1", "requires": "x"}],
        pots=[{"id": "p", "carry_share": 1}],
        budgets=[{"pot": "p", "wave": w, "amount": 20000 if w == 1 else 0} for w in (1, 2, 3)],
        locks=[{"item": "x", "earliest": 2}],
    )


def test_what_is_carried_is_no_more_than_there_is():
    assert solve(carried(20_000.5), gap=0, threads=1).objective == 0
    # x is live in wave 3, and r1 earns in it
    assert solve(carried(20_000), gap=0, threads=1).objective == pytest.approx(5e7 - 20_000, rel=1e-9)


def large_capacity(use: float):
    return make(
        drivers=[driver()],
        initiatives=[{"id": i, "use": {"hours": use}} for i in ("x", "y", "z")],
        requirements=[{"item": "r1", "requires": i} for i in ("x", "y", "z")],
        resources=[{"id": "hours"}],
        capacities=[{"resource": "hours", "wave": w, "capacity": 10_000 if w == 1 else 0} for w in (1, 2, 3)],
    )


def test_large_capacities_round_as_the_evaluation_does():
    # 3 · 3333.333334 is 2e-6 too much, but 2e-10 of the capacity: all three in wave 1, r1 earns in waves 2 and 3
    instance = large_capacity(3333.333334)
    result = solve(instance, gap=0, threads=1)
    assert result.objective == pytest.approx(20)
    assert waves(result.plan) == {"x": 1, "y": 1, "z": 1, "r1": 2}
    # 3 · 3333.4 is 0.2 too much, 2e-5 of the capacity
    assert solve(large_capacity(3333.4), gap=0, threads=1).objective == 0


@pytest.mark.parametrize("share", [0.2, 0.6, 0.9, 0.99])
def test_a_start_plan_within_the_tolerance_never_ends_a_solve(share):
    # Too much by a share of what the evaluation still accepts: whether the solver does is its own business.
    use = 10_000 / 3 * (1 + share * 1e-6)
    instance = large_capacity(use)
    start = Plan((*(Adoption(i, 1) for i in ("x", "y", "z")), Adoption("r1", 2)))
    assert evaluate(instance, start).feasible
    result = solve(instance, start=start, gap=0, threads=1)
    assert result.termination is Termination.GAP_REACHED
    assert result.objective == pytest.approx(20)
    assert result.bound >= result.objective


# -- factors ----------------------------------------------------------------------------------------------------------


def test_magnitude_of_a_row():
    # rows: a right-hand side; none, but decisions of 3 and 40; none, and amounts only; rounding left of a difference
    matrix = csc_matrix([[7.0, 0.0, 5.0], [3.0, -40.0, 1.0], [0.0, 0.0, 9.0], [3.0, -40.0, 0.0]])
    integral = np.array([True, True, False])
    made = magnitudes(matrix, np.array([-200.0, 0.0, 0.0, 1e-14]), integral)
    assert made[[0, 1, 3]].tolist() == [200, 3, 3]
    assert np.isnan(made[2])


def test_power_of_two_is_the_largest_not_above():
    assert power_of_two(np.array([1.0, 1.9, 2.0, 0.3])).tolist() == [1, 1, 2, 0.25]


def test_scales_of_a_pot():
    # x of 9,000 and what is carried (10,000 at most) share a pot of 20,000: row over 2**14, carry in units of 2**13
    matrix = csc_matrix([[9000.0, 1.0]])
    factors, units = scales(matrix, np.array([20_000.0]), np.array([1.0, 10_000.0]), np.array([True, False]), [RULE])
    assert factors.tolist() == [2.0**-14]
    assert units.tolist() == [1, 2.0**13]


def test_rows_that_count_stay_as_they_are():
    matrix = csc_matrix([[3.0, -2.0]])
    factors, _ = scales(matrix, np.array([12.0]), np.ones(2), np.array([True, True]), [RULE])
    assert factors.tolist() == [1]


def test_scaling_changes_no_meaning(monkeypatch):
    # The optimum of the scaled form, in the model's own columns, is a point of the form as written, worth as much.
    model = build(carried(20_000))
    scaled = standard_form(model)
    monkeypatch.setattr(module, "scales", lambda matrix, *_: tuple(np.ones(n) for n in matrix.shape))
    written = standard_form(model)
    assert (scaled.units != 1).any()
    best = Highs(scaled, {"mip_rel_gap": 0.0, "threads": 1}).run()
    point = scaled.to_model(best.point)[written.model_column]
    assert written.cost @ point + written.offset == pytest.approx(best.objective)
    assert (written.matrix @ point <= written.row_upper + 1e-6 * abs(written.row_upper)).all()
    assert (written.matrix @ point >= written.row_lower - 1e-6 * abs(written.row_lower)).all()
