"""Value of random plans of random instances: every formulation says what the evaluator says."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sequencer import read
from sequencer.instance.instance import Instance
from sequencer.model import build as building
from sequencer.model.family import family
from sequencer.plan.plan import Adoption, Plan
from tests.model.tools import driver, make, optimum
from tests.model.value_tools import agree

INSTANCES = Path(__file__).parents[2] / "instances"
A, B, K = ("jp", "de", "fr", "pt"), ("x", "y"), ("hcp", "hco")


def draw(seed: int) -> Instance:
    """Affiliates of two classes in two archetypes, with whatever sets their cells apart."""
    rng = random.Random(seed)
    tables = {
        "drivers": [
            driver("r1", 9.0, functions="sales", success=0.9, contact_load={"hcp": 3}),
            driver("r2", 5.0, affiliates="jp de fr", contact_load={"hcp": rng.choice((-1, 2))}),
            driver("c1", 7.0, category="cost", brands="x", contact_load={"hcp": 1}),
        ],
        "functions": [{"id": "sales", "per_brand": rng.random() < 0.3}],
        "affiliates": [{"id": a, "affiliate_class": rng.choice("cd"), "revenue": rng.randint(1, 4)} for a in A],
        "archetypes": [
            {"id": "adapted", "duration": 1, "success": 0.8, "one_off_cost": 1},
            {"id": "standardized", "duration": 0, "value_factor": 0.7, "one_off_cost": 0.5},
        ],
        "ramps": [{"owner": "adapted", "from_month": m, "factor": f} for m, f in ((0, 0.5), (9, 1.0))],
        "brands": [{"id": b, "share": rng.randint(1, 3), "one_off_cost": 0.5} for b in B],
        "customer_types": [{"id": k, "share": rng.randint(1, 3), "contact_cap": 2} for k in K],
        "reach": [{"driver": "r2", "customer_type": "hco", "factor": 0.6}],
        "capabilities": [{"id": "crm", "layer": "commercial", "local": True}],
        "capability_steps": [{"capability": "crm", "level": 1, "one_off_cost": 0.2}],
        "local_capabilities": [{"capability": "crm", "affiliate": a, "as_is": 1} for a in A[:2]],
        "initiatives": [{"id": "i1", "category": "cost", "value_per_year": 0.5, "value_once": -0.3}],
    }
    optional = {
        "driver_affiliates": [{"driver": "r1", "affiliate": "jp", "one_off_cost": 0.1}],
        "brand_affiliates": [{"brand": "y", "affiliate": "de"}],
        "modes": [
            {"item": "r1", "id": "rich", "value_factor": 1.5, "cost_factor": 2.0},
            {"item": "x", "id": "poor", "success": 0.5, "cost_factor": 0.0},
        ],
        "requirements": [{"item": "c1", "requires": "crm:1", "lag": rng.randint(0, 2)}],
        "synergies": [
            {"id": "s1", "members": "r2 jp", "category": "risk", "rate": 1.5},
            {"id": "s2", "members": "r1 c1 de/adapted", "category": "risk", "rate": -1.0},
        ],
        "fatigue": [
            {"customer_type": "hcp", "step": 1, "width": 1.5, "slope_per_year": 0.4, "category": "risk"},
            {"customer_type": "hcp", "step": 2, "slope_per_year": 1.1, "category": "risk"},
        ],
        "scopes": [
            {"affiliate": a, "brand": b, "customer_type": k, "share": rng.choice((0.0, 0.2, 0.5, 1.0))}
            for a in A
            for b in B
            for k in K
        ],
    }
    chosen = {name: rows for name, rows in optional.items() if rng.random() < 0.5}
    if not any(row["share"] and row["affiliate"] != "pt" and row["brand"] == "x" for row in chosen.get("scopes", ())):
        chosen.pop("scopes", None)
    settings = {"waves": 3, "wave_months": 6, "tail_months": rng.choice((0, 12, 30)), "discount_rate": 0.08}
    return make(settings, **tables, **chosen)


def random_plan(instance: Instance, rng: random.Random) -> Plan:
    """Each adoptable adopted in nine of ten cases, in some mode and in a wave from which it gets live in time."""
    made = []
    for item in instance.adoptables.values():
        mode = rng.choice(item.modes)
        last = min(instance.n_waves, instance.n_waves + 1 - mode.duration)
        if rng.random() < 0.9 and last >= 1:
            made.append(Adoption(item.id, rng.randint(1, last), mode.id or None))
    return Plan(tuple(made))


@pytest.mark.parametrize("seed", range(6))
def test_value_of_random_plans(seed):
    instance, rng = draw(seed), random.Random(seed)
    for plan in (random_plan(instance, rng) for _ in range(2)):
        for formulation in ("compact", "cells"):
            agree(instance, plan, formulation, reduce=False)


@pytest.mark.parametrize("seed", range(6))
def test_value_of_random_plans_where_it_is_exact_and_read_by_affiliate(seed, monkeypatch):
    @family("cap", "Cap", latex="", priority=0, value_of=lambda _: A, from_below=lambda _: True)
    def cap(_):
        """Nothing; what it would cap does not matter here."""

    monkeypatch.setattr(building, "FAMILIES", (*building.FAMILIES, cap))
    instance = draw(seed).model_copy(update={"fatigue": ()})
    plan = random_plan(instance, random.Random(seed))
    for formulation in ("compact", "cells"):
        agree(instance, plan, formulation, reduce=False, push=-1.0)


@pytest.mark.parametrize("seed", range(3))
def test_optima_of_all_formulations(seed):
    instance = draw(seed)
    found = [optimum(instance, f, r)[0] for f in ("compact", "cells") for r in (True, False)]
    assert found[0] > 1
    assert found == pytest.approx([found[0]] * 4, rel=1e-6)


def test_value_of_a_plan_of_medium(monkeypatch):
    monkeypatch.setattr(building, "FAMILIES", ())  # a random plan breaks most rules, but has a value
    instance = read(INSTANCES / "medium")
    plan = random_plan(instance, random.Random(1))
    for formulation in building.FORMULATIONS:
        agree(instance, plan, formulation, reduce=False)
