"""A model on which HiGHS' probing called a wrong plan the best: whatever the solver does, it must not come back."""

import pytest

import sequencer as sq
from tests.model.tools import make

HUB = {"id": "hub", "running_cost": -2.0}


def the_instance():
    """Two waves of a year and a year after them; found among random instances."""
    return make(
        {
            "waves": None, "tail_months": 12, "discount_rate": 0.1, "carry_share": 0.5, "mandate_start": 1,
            "reinvest_share": 0.1, "reinvest_categories": ["savings"], "objective": "npv",
        },
        waves=[{"wave": 1, "months": 12}, {"wave": 2, "months": 12}],
        drivers=[{"id": "r1", "category": "savings", "potential": 94.37, "one_off_cost": 0.5, "running_cost": 0.5}],
        capabilities=[{"id": "crm", "layer": "technological", "path": "technological.data", "as_is": 1}],
        capability_steps=[
            {"capability": "crm", "level": 1, "one_off_cost": 3},
            {"capability": "crm", "level": 2, "one_off_cost": 0.5, "running_cost": 1, "duration": 0, "weight": 2},
        ],
        affiliates=[{"id": a, "affiliate_class": "big", "revenue": r} for a, r in (("jp", 5), ("de", 2))],
        archetypes=[
            {"id": "customized", "duration": 1, "hq_share": 0.5, "success": 0.75, "value_factor": 1.25},
            {"id": "adapted", "duration": 0, "one_off_cost": 2},
        ],
        fit=[
            {"affiliate_class": "big", "archetype": "customized", "fit": 1},
            {"affiliate_class": "big", "archetype": "adapted", "fit": 0.5},
        ],
        mandate=[{"level": 1}, {"level": 2, "running_cost": 0.5}],
        initiatives=[HUB],
        budgets=[
            {"pot": pot, "wave": w, "amount": amount}
            for pot, amounts in (("hq", (4, 0.5)), ("jp", (2, 2)), ("de", (4, 0)))
            for w, amount in enumerate(amounts, start=1)
        ],
        requirements=[
            {"item": "r1", "requires": "crm:2"},
            {"item": "r1", "requires": "mandate:2"},
            {"item": "jp/adapted", "requires": "crm:2"},
            {"item": "jp/adapted", "requires": "mandate:2", "lag": 1},
            {"item": "de", "requires": "hub mandate:2", "at_least": 1},
        ],
        measure_limits=[{"measure": "adoptions", "sense": "cap", "amount": 4}],
    )  # fmt: skip


@pytest.mark.parametrize("threads", [1, 2])
def test_the_best_plan_is_found(threads):
    # r1 earns only with an affiliate, and with all it needs that is five adoptions; four are allowed. The hub alone
    # saves 2 a year in wave 2 and in the year after: 2 · (1.1^-1.5 + 1.1^-2.5) = 3.3095.
    instance = the_instance()
    result = sq.solve(instance, gap=0, threads=threads)
    assert result.objective == pytest.approx(2 * (1.1**-1.5 + 1.1**-2.5))
    assert result.proven_optimal
