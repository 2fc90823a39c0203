"""The quick ways to judge many plans say the same as the whole evaluation."""

import pytest
from plan_tools import instance, make_plan

from sequencer.plan.evaluate import Evaluator

PLANS = ({}, {"r1": 1}, {"r1": 2, "r2": 2, "crm:1": 1}, {"r1": 1, "crm:1": 3}, {"r2": 4})


def given():
    return instance(
        3,
        discount_rate=0.1,
        tail_months=18,
        drivers=[
            {"id": "r1", "category": "revenue", "potential": 40, "one_off_cost": 6},
            {"id": "r2", "category": "savings", "potential": 9, "running_cost": 2},
        ],
        capabilities=[{"id": "crm", "layer": "technological"}],
        capability_steps=[{"capability": "crm", "level": 1, "one_off_cost": 5}],
        requirements=[{"item": "r1", "requires": "crm:1"}],
        budgets=[{"pot": "hq", "wave": w, "amount": 5} for w in (1, 2, 3)],
    )


@pytest.mark.parametrize("adoptions", PLANS, ids=str)
def test_quick_answers_are_those_of_the_evaluation(adoptions):
    evaluator, plan = Evaluator(given()), make_plan(adoptions)
    whole = evaluator.evaluate(plan)
    assert evaluator.npv(plan) == whole.npv
    assert list(evaluator.broken(plan)) == [v.ref for v in whole.violations]


def test_rules_are_checked_only_as_far_as_asked():
    # r1 starts before what it requires; the pot, which comes later, is overspent too.
    broken = Evaluator(given()).broken(make_plan({"r1": 1, "crm:1": 1}))
    assert str(next(broken)) == "requirements(r1, crm:1)@1"
    assert {ref.family for ref in broken} == {"budgets"}
