"""Evaluator against a second, naive evaluation by months: value, cost, load and losses of random plans."""

from __future__ import annotations

import random
from collections import defaultdict

import pytest

from sequencer.instance.instance import Instance
from sequencer.plan.evaluate import Evaluation, Evaluator
from sequencer.plan.plan import Adoption, Plan
from tests.oracle.draw import random_instance
from tests.oracle.monthly import Ledger, Monthly

INSTANCES, CHUNK, PLANS = 150, 30, 5

RATES = ("benefit_to_cost",)
"""Measures that follow from others."""


def random_plan(instance: Instance, rng: random.Random) -> Plan:
    """Most of what there is, in any mode, in waves that let it be live in time; rules may be broken."""
    made = []
    for item in instance.decided.values():
        ways = [(m, w) for m in item.modes for w in range(1, instance.n_waves + 2 - m.duration)]
        ways = [(m, w) for m, w in ways if w <= instance.n_waves]
        if ways and rng.random() < 0.8:
            mode, wave = rng.choice(ways[: rng.choice((1, 2, len(ways)))])
            made.append(Adoption(item.id, wave, mode.id or None))
    return Plan(tuple(made))


def told(evaluation: Evaluation) -> dict[tuple[object, ...], float]:
    """Figures of an evaluation by what they are."""
    made: dict[tuple[object, ...], float] = defaultdict(float)
    for value in evaluation.value_rows:
        made["value", value.category, value.affiliate, value.period] += value.value
    for cost in evaluation.cost_rows:
        made["cost", cost.period] += cost.amount
    for load in evaluation.load_rows:
        made["load", load.resource, load.wave] += load.load
    measures = evaluation.measures.items()
    return made | {(name,): amount for name, amount in measures if amount is not None and name not in RATES}


def counted(ledger: Ledger, monthly: Monthly) -> dict[tuple[object, ...], float]:
    """The same figures by months."""
    made: dict[tuple[object, ...], float] = {("value", *key): amount for key, amount in ledger.value.items()}
    made |= {("cost", period): amount for period, amount in ledger.cost.items()}
    made |= {("load", *key): amount for key, amount in ledger.load.items()}
    worth: dict[str, float] = defaultdict(float)
    for (category, _, period), amount in ledger.value.items():
        for name in ("value", f"value:{category}"):
            worth[name] += monthly.discount(period) * amount
    named = ledger.measures | worth | {"npv": ledger.npv, "weighted_npv": ledger.weighted_npv}
    return made | {(name,): amount for name, amount in named.items()}


@pytest.mark.parametrize("first", range(0, INSTANCES, CHUNK))
def test_evaluator_and_months_tell_the_same(first):
    for seed in range(first, first + CHUNK):
        instance, rng = random_instance(seed), random.Random(seed)
        evaluator = Evaluator(instance)
        for _ in range(PLANS):
            plan = random_plan(instance, rng)
            monthly = Monthly(instance, plan)
            one, other = told(evaluator.evaluate(plan)), counted(monthly.ledger(), monthly)
            for key in {*one, *other}:
                expected = pytest.approx(other.get(key, 0.0), rel=1e-9, abs=1e-9)
                assert one.get(key, 0.0) == expected, (seed, plan.adoptions, key)


def test_months_by_hand():
    """Two waves of 6 months, a tail of 6, no discounting; jp goes live in wave 2 and takes half a year to get going."""
    instance = Instance(
        settings={"schema_version": 1, "waves": 2, "wave_months": 6, "tail_months": 6},
        drivers=[{"id": "r1", "category": "revenue", "potential": 24, "one_off_cost": 1, "running_cost": 2}],
        affiliates=[{"id": "jp", "affiliate_class": "big", "revenue": 10}],
        archetypes=[{"id": "adapted", "duration": 1, "one_off_share_of_revenue": 0.1, "success": 0.5}],
        ramps=[
            {"owner": "adapted", "from_month": 0, "factor": 0.25},
            {"owner": "adapted", "from_month": 3, "factor": 1},
        ],
        synergies=[{"id": "both", "members": "r1 jp", "category": "joint", "rate": -4}],
    )
    ledger = Monthly(instance, Plan((Adoption("r1", 1), Adoption("jp", 1, "adapted")))).ledger()
    # 24 · ½ = 12 a year, 1 a month: 3 · ¼ + 3 = 3.75 in wave 2, 6 in the tail. Both live for two half years: −2 each.
    assert dict(ledger.value) == {
        ("revenue", "jp", 2): 3.75,
        ("revenue", "jp", 3): 6,
        ("joint", "", 2): -2,
        ("joint", "", 3): -2,
    }
    # r1 costs 1 at once and 1 each half year; jp a tenth of its revenue, all in wave 1.
    assert dict(ledger.cost) == {1: 3, 2: 1, 3: 1}
    assert ledger.npv == 9.75 - 4 - 5
