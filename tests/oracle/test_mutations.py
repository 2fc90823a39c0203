"""Correct plans spoiled in a known way: the evaluator names the rule, and a model without it is found out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sequencer.errors import DisagreementError
from sequencer.instance.instance import Instance
from sequencer.instance.reader import read
from sequencer.model import build
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver.solve import solve
from tests.model.tools import driver, make, optimum
from tests.oracle.draw import random_instance
from tests.oracle.mutations import MUTATIONS, Spoiler

MEDIUM = Path(__file__).parents[2] / "instances" / "medium"
FAMILIES = [f.name for f in build.FAMILIES]


def spoiled(instance: Instance, plan: Plan) -> Counter[str]:
    """How many mutations of a plan break each family, all of them named by the evaluator."""
    made: Counter[str] = Counter()
    for mutation in Spoiler(instance, plan).all():
        found = [v.ref for v in evaluate(mutation.instance, mutation.plan).violations]
        assert any(mutation.named_by(ref) for ref in found), (mutation[0], *mutation[2:], found)
        made[mutation.family] += 1
    return made


def test_there_are_mutations_of_every_family():
    assert [m.__name__ for m in MUTATIONS] == FAMILIES


def test_spoiled_optima_of_random_instances_are_named_for_what_they_are():
    made: Counter[str] = Counter()
    for seed in range(1000, 1120):
        instance = random_instance(seed)
        npv, plan = optimum(instance, "cells")
        if npv is not None and plan.adoptions:
            assert evaluate(instance, plan).feasible
            made += spoiled(instance, plan)
    assert min(made[family] for family in FAMILIES) >= 5, made


def test_spoiled_plan_of_the_medium_instance_is_named_for_what_it_is():
    instance = read(MEDIUM)
    plan = solve(instance, gap=0.05, threads=1).plan
    made = spoiled(instance, plan)
    assert set(made) == set(FAMILIES)
    assert sum(made.values()) > 200
    # Something extra that takes nothing breaks nothing, so what is named above is what the mutation did.
    spoiler = Spoiler(instance, plan)
    free = spoiler.enlarged("initiatives", {"id": "extra", "duration": 0})
    evaluation = evaluate(free, spoiler.with_(Adoption("extra", 1)))
    assert evaluation.feasible
    assert evaluation.npv == pytest.approx(evaluate(instance, plan).npv)


# -- a model without a family -----------------------------------------------------------------------------------------

PLAYERS: dict[str, Any] = {
    "drivers": [driver()],
    "affiliates": [{"id": a, "affiliate_class": "big", "revenue": 1} for a in ("jp", "de")],
    "archetypes": [{"id": "customized", "duration": 1}],
}
STEPS: dict[str, Any] = {
    "drivers": [driver()],
    "capabilities": [{"id": "crm", "layer": "technological"}],
    "capability_steps": [{"capability": "crm", "level": n, "duration": 0, "one_off_cost": 1} for n in (1, 2)],
}

CASES: dict[str, Instance] = {
    # Each archetype reaches half of the value; in both at once jp would earn all of it.
    "start_once": make(
        drivers=[driver()],
        affiliates=[{"id": "jp", "affiliate_class": "big", "revenue": 1}],
        archetypes=[{"id": "a", "duration": 0}, {"id": "b", "duration": 0}],
        fit=[{"affiliate_class": "big", "archetype": a, "fit": 0.5} for a in ("a", "b")],
    ),
    # Live in wave 1 the brand would earn a year more.
    "windows": make(drivers=[driver()], brands=[{"id": "onco", "launch_wave": 2}]),
    # r1 needs level 2 only; level 1 costs and takes a wave more.
    "capability_steps": make(**STEPS, requirements=[{"item": "r1", "requires": "crm:2"}]),
    # The steps cost money that r1 does not need to spend.
    "requirements": make(**STEPS, requirements=[{"item": "r1", "requires": "crm:1"}]),
    # Both affiliates at once would earn a year more.
    "parallel": make(**PLAYERS | {"archetypes": [{"id": "customized", "duration": 1, "parallel": 1}]}),
    # Level 2 is needed; both levels at once would be a wave sooner.
    "mandate": make(
        drivers=[driver()],
        mandate=[{"level": 0}, {"level": 1, "one_off_cost": 1}, {"level": 2}],
        requirements=[{"item": "r1", "requires": "mandate:2"}],
    ),
    # Two drivers are worth more than the one that is granted.
    "mandate_grants": make(drivers=[driver(), driver("r2")], mandate=[{"level": 0, "live_drivers": 1}]),
    # r1 costs 9 and earns 30, but there are only 8.
    "budgets": make(
        drivers=[driver(one_off_cost=9)], budgets=[{"pot": "hq", "wave": w, "amount": 8} for w in (1, 2, 3)]
    ),
    # r1 takes two people, there is one.
    "capacities": make(
        drivers=[driver(use={"it": 2})],
        resources=[{"id": "it"}],
        capacities=[{"resource": "it", "wave": w, "capacity": 1} for w in (1, 2, 3)],
    ),
    # Both in wave 1 would be worth more.
    "pace": make(drivers=[driver(), driver("r2")], pace=[{"items": "drivers", "limit": 1}]),
    "start_small": make({"brands_first_wave": 1}, drivers=[driver()], brands=[{"id": "onco"}, {"id": "cardio"}]),
    # r1 pays, but is locked out.
    "locks": make(drivers=[driver()], locks=[{"item": "r1", "never": True}]),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_model_without_a_family_is_found_out(family, monkeypatch):
    instance = CASES[family]
    assert solve(instance, gap=0, threads=1, reduce=False).evaluation.feasible
    monkeypatch.setattr(build, "FAMILIES", tuple(f for f in build.FAMILIES if f.name != family))
    with pytest.raises(DisagreementError, match=rf"\b{family}\("):
        solve(instance, gap=0, threads=1, reduce=False)
