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
from tests.oracle.mutations import MUTATIONS, mutations
from tests.oracle.spoiler import Spoiler

MEDIUM = Path(__file__).parents[2] / "instances" / "medium"
FAMILIES = [f.name for f in build.FAMILIES]


def spoiled(instance: Instance, plan: Plan) -> Counter[str]:
    """How many mutations of a plan break each family, all of them named by the evaluator."""
    made: Counter[str] = Counter()
    for mutation in mutations(Spoiler(instance, plan)):
        found = [v.ref for v in evaluate(mutation.instance, mutation.plan).violations]
        assert any(mutation.named_by(ref) for ref in found), (mutation[0], *mutation[2:], found)
        made[mutation.family] += 1
    return made


def test_there_are_mutations_of_every_family():
    assert [m.__name__ for m in MUTATIONS] == FAMILIES


def test_spoiled_optima_of_random_instances_are_named_for_what_they_are():
    made: Counter[str] = Counter()
    for seed in range(1000, 1060):
        instance = random_instance(seed)
        found, plan = optimum(instance, "cells")
        if found is not None:
            assert evaluate(instance, plan).feasible
            made += spoiled(instance, plan)
    assert len(made) > len(FAMILIES) / 2


def test_spoiled_plan_of_the_medium_instance_is_named_for_what_it_is():
    instance = read(MEDIUM)
    plan = solve(instance, gap=0.05, threads=1).plan
    made = spoiled(instance, plan)
    assert len(made) >= 12
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
MARKET: dict[str, Any] = {
    "affiliates": [{"id": "jp", "affiliate_class": "big", "revenue": 1}],
    "archetypes": [{"id": "customized", "duration": 0}],
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
    # Either driver alone, or both: they exclude each other.
    "relations": make(drivers=[driver(), driver("r2")], relations=[{"relation": "exclusive", "items": "r1 r2"}]),
    # Both at once would earn more than de a wave after jp.
    "pilots": make(**PLAYERS, pilots=[{"id": "first", "affiliates": "de", "pilots": "jp"}]),
    "archetype_limits": make(
        **PLAYERS, archetype_limits=[{"affiliate_class": "big", "archetype": "customized", "limit": 1}]
    ),
    # r1 needs level 1 of the mandate, which 10 in wave 1 would have to earn; nothing else earns.
    "earned_mandate": make(
        drivers=[driver()],
        mandate=[{"level": 0}, {"level": 1, "earned_value": 10}],
        requirements=[{"item": "r1", "requires": "mandate:1"}],
    ),
    # r1 costs 9 and hq has 8; jp has 8 and may give up a tenth of it, but would have to give up 1.
    "transfers": make(
        {"funding": "budget-reallocation", "cut_cap": 0.1},
        drivers=[driver(one_off_cost=9)],
        **MARKET,
        budgets=[{"pot": pot, "wave": w, "amount": 8} for pot in ("hq", "jp") for w in (1, 2, 3)],
    ),
    # r1 earns 10 in wave 1, of which a hundredth is 0.1, and not 1.
    "prices": make(
        {"funding": "internal-pricing", "price_share": 0.01},
        drivers=[driver(one_off_cost=9)],
        **MARKET,
        budgets=[{"pot": "hq", "wave": w, "amount": 8} for w in (1, 2, 3)],
    ),
    # Together they are worth 50 a year more, but jp itself earns 15 in three years and would bear 16.
    "affiliate_gains": make(
        {"every_affiliate_gains": True},
        **PLAYERS | {"archetypes": [{"id": "customized", "duration": 0}]},
        driver_affiliates=[{"driver": "r1", "affiliate": "jp", "one_off_cost": 16, "pot": "jp"}],
        synergies=[{"id": "plus", "members": "r1@jp de", "category": "joint", "rate": 50}],
    ),
    # 10 in wave 1 are less than half of the 25 spent in it.
    "continuous_return": make({"return_from_wave": 1, "return_floor": 0.5}, drivers=[driver(one_off_cost=25)]),
    # r2 earns 6 of the 15 that are due by wave 1, and costs more than it earns.
    "minimum_values": make(
        drivers=[driver(), driver("r2", 6, one_off_cost=20)], minimum_values=[{"wave": 1, "amount": 15}]
    ),
    # Buying costs nothing; half has to be built.
    "inhouse": make(
        {"inhouse_share": 0.5},
        **STEPS,
        sourcing_modes=[
            {"id": "build", "layers": "technological"},
            {"id": "agency", "layers": "technological", "cost_factor": 0, "inhouse_weight": 0},
        ],
        requirements=[{"item": "r1", "requires": "crm:2"}],
    ),
    # Skills cost money that r1 does not need to spend.
    "balance": make(
        {"balance_gap": 0.5},
        drivers=[driver()],
        capabilities=[
            {"id": "crm", "layer": "technological", "target": 1},
            {"id": "skills", "layer": "commercial", "target": 1},
        ],
        capability_steps=[{"capability": c, "level": 1, "one_off_cost": 1} for c in ("crm", "skills")],
        requirements=[{"item": "r1", "requires": "crm:1"}],
    ),
    # r1 is tactical alone.
    "learning": make({"strategic_gap": 0}, drivers=[driver(tactical=1)]),
    # Planning costs money that r1 does not need to spend.
    "maturity_gaps": make(
        drivers=[driver()],
        capabilities=[{"id": "crm", "layer": "technological"}, {"id": "planning", "layer": "commercial"}],
        capability_steps=[{"capability": c, "level": 1, "one_off_cost": 1} for c in ("crm", "planning")],
        requirements=[{"item": "r1", "requires": "crm:1"}],
        maturity_gaps=[{"execution": "crm", "strategy": "planning", "gap": 0}],
    ),
    # What shows does not pay.
    "quick_wins": make(drivers=[driver(), driver("r2", 1, one_off_cost=9, visible=True)], quick_wins=[{"wave": 1}]),
    "measure_limits": make(
        drivers=[driver(), driver("r2")], measure_limits=[{"measure": "drivers", "sense": "cap", "amount": 1}]
    ),
    # r1 pays, but is locked out.
    "locks": make(drivers=[driver()], locks=[{"item": "r1", "never": True}]),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_model_without_a_family_is_found_out(family, monkeypatch):
    instance = CASES[family]
    found = solve(instance, gap=0, threads=1, reduce=False)
    assert found.evaluation.feasible
    # And whoever spoils that plan against the family is told so.
    assert spoiled(instance, found.plan)[family] > 0
    monkeypatch.setattr(build, "FAMILIES", tuple(f for f in build.FAMILIES if f.name != family))
    with pytest.raises(DisagreementError, match=rf"\b{family}\("):
        solve(instance, gap=0, threads=1, reduce=False)
