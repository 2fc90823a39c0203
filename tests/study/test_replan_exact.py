"""Replanning is exact: a plan goes on as it was, and the best one keeps every decision where all went as planned."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sequencer.errors import SequencerError
from sequencer.instance.instance import Instance
from sequencer.instance.reader import read
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver.solve import solve
from sequencer.study.actuals import ActualItem, Actuals, When
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


@pytest.mark.parametrize("first", range(0, 33, 11))
def test_the_best_plan_keeps_every_decision_where_all_went_as_planned(first):
    kept = 0
    for seed in range(first, first + 11):
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
    assert kept > 5


def otherwise(instance, plan, after, rng) -> Actuals:
    """What was started goes on a wave longer, was never started, or cost and earned something else."""
    items = {}
    for a in plan.adoptions:
        if a.wave <= after and rng.random() < 0.5:
            live = a.wave + instance.adoptables[a.id].mode(a.mode).duration + 1
            late = ActualItem(When(a.wave), When(min(live, instance.n_waves + 1)), to_pay=rng.choice((None, 0.5)))
            items[a.id] = rng.choice((late, ActualItem(None), late))
    value = {(c, w): 7.5 for c in instance.categories for w in range(1, after + 1) if rng.random() < 0.3}
    return Actuals(items, value=value, spend={("hq", after): 2.0} if rng.random() < 0.5 else {})


def test_after_whatever_happened_the_new_plan_is_what_brute_force_finds():
    rng, moved, none = random.Random(7), 0, 0
    for seed in range(60):
        instance = drawn(seed)
        if instance is None:
            continue
        plan = random_plan(instance, rng)
        try:
            found = replan(instance, plan, otherwise(instance, plan, 1, rng), after=1, gap=0, threads=1)
        except SequencerError:
            continue  # what happened is no state: a step without the one below, a mandate off its path
        best = Oracle(found.instance).best()
        moved, none = moved + bool(found.moves), none + (best is None)
        assert same(None if found.plan is None else found.result.evaluation.goals, best), seed
        if found.plan is not None:
            assert len(found.moves) == found.result.evaluation.measures.get("moves", 0)
    assert (moved > 10, none > 3) == (True, True)


def test_and_so_it_does_where_others_are_as_good():
    """Five drivers alike, of which the budget takes one a wave: 5 · 4 · 3 plans are equally good."""
    alike = [{"id": f"r{n}", "category": "revenue", "potential": 10, "one_off_cost": 4} for n in range(1, 6)]
    given = Instance(
        settings={"schema_version": 1, "waves": 3, "wave_months": 12},
        drivers=alike,
        initiatives=[{"id": "idle", "duration": 0}],
        budgets=[{"pot": "hq", "wave": w, "amount": 4} for w in (1, 2, 3)],
    )
    # None is the one that ties would be broken to, and one adopts what nothing needs.
    for order in (("r4", "r2", "r5"), ("r5", "r4", "r3")):
        plan = Plan((*(Adoption(r, w) for w, r in enumerate(order, start=1)), Adoption("idle", 3)))
        for after in (1, 2):
            found = replan(given, plan, after=after, gap=0, threads=1)
            assert found.moves == ()
            assert found.result.proven_optimal


def test_and_so_it_does_at_medium_size():
    medium = read(Path(__file__).parents[2] / "instances" / "medium")
    rough = solve(medium, gap=0.9, threads=1).plan
    # Whatever the first two waves were, what is best in the other two; and that again after the first of them.
    best = replan(medium, rough, after=2, gap=0, threads=1)
    assert best.result.proven_optimal
    found = replan(best.instance, best.plan, after=1, gap=0, threads=1)
    assert found.task.kept.feasible
    assert len(found.task.course.begun) > 10
    assert (found.moves, found.result.proven_optimal) == ((), True)
