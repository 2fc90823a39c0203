"""Problems that presolve settles: no search means no bound of one, yet the optimum is proven."""

from __future__ import annotations

import pytest

from sequencer.instance.instance import Instance
from sequencer.solver import search
from sequencer.solver import solve as solving

# Jp waits for crm and crm for money, so that the start plan is the only one worth having and presolve sees it at once.
INSTANCE = Instance.model_validate(
    {
        "settings": {"schema_version": 1, "tail_months": 24, "discount_rate": 0.1, "carry_share": 1.0},
        "waves": [{"wave": 1, "months": 12}, {"wave": 2, "months": 12}],
        "drivers": [
            {"id": "r1", "category": "savings", "potential": 60.63, "success": 0.75, "one_off_cost": 3.0},
            {
                "id": "r2",
                "category": "revenue",
                "potential": 83.17,
                "success": 0.75,
                "one_off_cost": 1.5,
                "running_cost": 0.5,
                "pot": "lab",
            },
        ],
        "capabilities": [{"id": "crm", "layer": "technological", "path": "technological.data"}],
        "capability_steps": [{"capability": "crm", "level": 1, "one_off_cost": 3.0, "weight": 2.0}],
        "affiliates": [
            {"id": "jp", "affiliate_class": "small", "revenue": 1.0},
            {"id": "de", "affiliate_class": "small", "revenue": 1.0},
        ],
        "archetypes": [
            {"id": "customized", "duration": 1, "one_off_cost": 0.5, "running_cost": 0.5, "hq_share": 0.5},
        ],
        "fit": [{"affiliate_class": "small", "archetype": "customized", "fit": 0.5}],
        "ramps": [
            {"owner": "customized", "from_month": 0, "factor": 0.25},
            {"owner": "customized", "from_month": 7, "factor": 1.0},
        ],
        "initiatives": [{"id": "hub", "duration": 0, "running_cost": -2.0}],
        "modes": [{"item": "r1", "id": "late", "cost_factor": 0.5}],
        "pots": [{"id": "lab", "carry_share": 0.0}],
        "budgets": [{"pot": "hq", "wave": 1, "amount": 3.0}, {"pot": "hq", "wave": 2, "amount": 1.5}],
        "requirements": [
            {"item": "r1", "requires": "crm:1", "lag": 1},
            {"item": "jp", "requires": "crm:1"},
            {"item": "r1/late", "requires": "jp"},
            {"item": "de", "requires": "steps crm crm:1", "at_least": 1},
        ],
        "pilots": [{"id": "first", "affiliates": "de", "pilots": "jp"}],
        "locks": [{"item": "r1", "latest": 1}],
    }
)


@pytest.mark.parametrize("formulation", ["compact", "cells"])
@pytest.mark.parametrize("start_plan", [True, False])
def test_what_presolve_settles_is_proven(monkeypatch, formulation, start_plan):
    monkeypatch.setattr(search, "SMALL", 0)
    monkeypatch.setattr(solving, "SMALL", 0)
    options = {"formulation": formulation, "start_plan": start_plan, "staged": False}
    result = solving.solve(INSTANCE, gap=0, threads=1, **options)
    assert result.proven_optimal
    assert result.bound == pytest.approx(result.objective, rel=1e-6)
