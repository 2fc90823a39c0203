"""Replanning is exact: a plan goes on as it was, and the best one keeps every decision where all went as planned."""

from __future__ import annotations

import random

import pytest

from sequencer.errors import SequencerError
from sequencer.plan.evaluate import evaluate
from sequencer.solver.solve import solve
from sequencer.study.remainder import refuse
from sequencer.study.replanning import prepare, replan
from tests.oracle.draw import random_instance
from tests.oracle.enumerate import Oracle, same
from tests.oracle.test_monthly import random_plan

GROUPS = (
    (), ("under_way",), ("funding", "under_way"), ("earned",), ("local",), ("every_affiliate_gains", "reinvest"),
    ("continuous_return",), ("minimum_values", "brands"), ("locks", "pilots"), ("profiles", "steps"), ("moves",),
)  # fmt: skip


def drawn(seed: int):
    """An instance of two waves or more that can be replanned; None where it is not one."""
    instance = random_instance(f"replan {seed}", groups=GROUPS[seed % len(GROUPS)])
    try:
        refuse(instance)
    except SequencerError:
        return None
    return instance if instance.n_waves > 1 else None


def course(evaluation, first: int) -> dict[tuple[object, ...], float]:
    """What happens from a wave on: value, cost, load, mandate, and what pots carry, with that wave as wave 1."""
    made: dict[tuple[object, ...], float] = {}
    for v in evaluation.value_rows:
        key = ("value", v.source, v.affiliate, v.brand, v.customer_type, v.period - first + 1)
        made[key] = made.get(key, 0.0) + v.value
    for c in evaluation.cost_rows:
        key = ("cost", c.item, c.line, c.pot, c.period - first + 1)
        made[key] = made.get(key, 0.0) + c.amount
    for r in evaluation.load_rows:
        made["load", r.resource, r.wave - first + 1] = r.load
    for m in evaluation.money_rows:
        if m.budget is not None:
            made["carry", m.pot, m.wave - first + 1] = m.carry_in
    for w, level in enumerate(evaluation.mandate, start=1):
        made["mandate", w - first + 1] = level
    return {key: amount for key, amount in made.items() if key[-1] >= 1 and abs(amount) > 1e-9}


@pytest.mark.parametrize("first", range(0, 132, 44))
def test_any_plan_goes_on_as_it_was(first):
    rng = random.Random(first)
    for seed in range(first, first + 44):
        instance = drawn(seed)
        if instance is None:
            continue
        plan = random_plan(instance, rng)
        whole = evaluate(instance, plan)
        for after in range(1, instance.n_waves):
            try:
                task = prepare(instance, plan, after=after)
            except SequencerError:
                # A plan that breaks rules may leave a state that is none: a step without the one below, say.
                assert not whole.feasible, seed
                continue
            assert task.deviations == {}
            old, new = course(whole, after + 1), course(task.kept, 1)
            for key in {*old, *new}:
                assert new.get(key, 0.0) == pytest.approx(old.get(key, 0.0), rel=1e-9, abs=1e-7), (seed, after, key)
            if whole.feasible:
                assert task.kept.feasible, (seed, after, task.kept.violations)


@pytest.mark.parametrize("first", range(0, 44, 22))
def test_the_best_plan_keeps_every_decision_where_all_went_as_planned(first):
    kept = 0
    for seed in range(first, first + 22):
        instance = drawn(seed)
        best = None if instance is None else solve(instance, gap=0, threads=1).plan
        if best is None:
            continue
        for after in range(1, instance.n_waves):
            found = replan(instance, best, after=after, gap=0, threads=1)
            assert found.task.kept.feasible, (seed, after, found.task.kept.violations)
            assert found.moves == (), (seed, after)
            kept += 1
        # And what is left is what brute force finds.
        assert same(found.result.evaluation.goals, Oracle(found.instance).best()), seed
    assert kept > 10
