"""Solver against oracle: on small random instances over all families, both find the same best npv, or none."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from sequencer.errors import UnsupportedError
from sequencer.instance.checks import check
from sequencer.instance.instance import Instance
from sequencer.instance.reader import read
from sequencer.model.build import FORMULATIONS
from sequencer.plan.evaluate import evaluate
from sequencer.solver.conflict import conflict_of
from sequencer.solver.solve import solve
from sequencer.types import RuleRef, Termination
from tests.model.tools import optimum
from tests.oracle.draw import instances, random_instance
from tests.oracle.drawing import MOST_PLANS
from tests.oracle.enumerate import Optimum, Oracle, best, best_without, count, figures_of_ties, plans, same, unavoidable
from tests.oracle.lively import FOCUS, focus, lively, telling

INFEASIBLE = Path(__file__).parents[2] / "instances" / "infeasible"

INSTANCES = 150
CHUNK = 10

VARIANTS = [(formulation, reduce) for formulation in FORMULATIONS for reduce in (True, False)]


def agree(instance: Instance, variant: tuple[str, bool], expected: Optimum | None) -> bool:
    """Whether the model's optimum is the oracle's, and its plan is allowed and worth just that."""
    try:
        found, plan = optimum(instance, *variant)
    except UnsupportedError:
        return variant[0] == "aggregated"
    if found is None or expected is None:
        return found is expected
    evaluation = evaluate(instance, plan)
    return same(found, expected) and evaluation.feasible and same(evaluation.objective, expected)


def solved(oracle: Oracle, expected: Optimum | None) -> bool:
    """Whether a whole solve, start plan and all, ends with the oracle's answer; where none, with rules to blame."""
    instance = oracle.instance
    result = solve(instance, gap=0, threads=1)
    if expected is None:
        assert result.termination is Termination.INFEASIBLE
        return result.plan is None and bool(result.conflict) and unavoidable(instance, result.conflict)
    evaluation = result.evaluation
    assert same(evaluation.goals, expected)
    ties = figures_of_ties(instance, [Optimum(evaluation.goals, evaluation.plan)])
    return result.proven_optimal and evaluation.feasible and same(ties, figures_of_ties(instance, oracle.tied()))


@pytest.mark.parametrize("first", range(0, INSTANCES, CHUNK))
def test_solver_finds_what_the_oracle_finds(first):
    for seed in range(first, first + CHUNK):
        one = lively(seed)
        instance, expected = one.instance, one.best
        # The default is always tried, the other formulations in turn, the whole of solve now and then.
        for variant in dict.fromkeys((VARIANTS[0], VARIANTS[seed % len(VARIANTS)])):
            assert agree(instance, variant, expected), (seed, variant, expected)
        if seed % 5 == 0 or expected is None:
            assert solved(one.oracle, expected), (seed, expected)


@settings(
    max_examples=20,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.data_too_large),
)
@given(instances())
def test_and_on_instances_that_shrink(instance):
    assert agree(instance, VARIANTS[0], best(instance))


@pytest.mark.parametrize("folder", sorted(p for p in INFEASIBLE.iterdir() if p.is_dir()), ids=lambda p: p.name)
def test_planted_conflicts_leave_no_plan_and_the_rules_to_blame_are_broken_by_every_plan(folder):
    instance = read(folder)
    assert best(instance) is None
    assert unavoidable(instance, conflict_of(instance))


# -- the oracle itself ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", range(0, INSTANCES, 5 * CHUNK))
def test_drawn_instances_are_sound_small_and_the_same_every_time(first):
    for seed in range(first, first + 5 * CHUNK):
        instance = random_instance(seed)
        assert check(instance) == []
        assert count(instance) <= MOST_PLANS
        assert instance == random_instance(seed)


def two_drivers(**more: object) -> Instance:
    """Two waves of a year and no tail: r1 earns 10 a year, r2 earns 4 and costs 5."""
    return Instance(
        settings={"schema_version": 1, "waves": 2, "wave_months": 12},
        drivers=[
            {"id": "r1", "category": "revenue", "potential": 10},
            {"id": "r2", "category": "revenue", "potential": 4, "one_off_cost": 5},
        ],
        **more,
    )


def test_every_plan_is_tried():
    # Each of two drivers not at all, in wave 1 or in wave 2: 3 · 3
    tried = list(plans(two_drivers()))
    assert count(two_drivers()) == len(tried) == len({p.adoptions for p in tried}) == 9


def test_an_instance_tells_of_the_families_or_features_in_turn():
    told = [telling(seed).shows(name) for seed in range(0, len(FOCUS), 30) for name in focus(seed)]
    assert sum(told) >= len(told) / 2


def test_oracle_by_hand():
    # Both in wave 1: 20 + 8 − 5 = 23. One start a wave: r1 first and then r2 earn 20 + 4 − 5 = 19, r1 alone 20.
    assert best(two_drivers()).goals == (23,)
    limited = best_without(two_drivers(pace=[{"items": "drivers", "limit": 1}]), ["pace", "locks"])
    assert {family: found.objective for family, found in limited.items()} == {"": 20, "pace": 23, "locks": 20}


def test_oracle_finds_no_plan_where_there_is_none():
    locks = [{"item": "r1", "fixed": 1, "must": True}, {"item": "r2", "fixed": 1, "must": True}]
    instance = two_drivers(locks=locks, pace=[{"items": "drivers", "limit": 1}])
    assert best(instance) is None
    found = best_without(instance, ["pace", "locks", "budgets"])
    # Each plan breaks one of the locks or the limit; r1 alone breaks a lock only, both at once the limit only.
    refs = [RuleRef("locks", ("r1", "must")), RuleRef("locks", ("r2", "must")), RuleRef("locks", ("r1", "fixed"))]
    refs += [RuleRef("locks", ("r2", "fixed")), RuleRef("pace", ("drivers",))]
    assert unavoidable(instance, refs)
    assert not unavoidable(instance, refs[:-1])
    assert not unavoidable(instance, refs[1:])
    # Without the limit both start at once: 23; without the locks r1 alone: 20; budgets are not to blame.
    assert {f: o and o.objective for f, o in found.items()} == {"": None, "pace": 23, "locks": 20, "budgets": None}


def test_what_is_released_of_budgets_depends_on_a_mandate_that_rises_step_by_step():
    # r1 costs 8 in wave 1, where level 2 of the mandate would release all of 10, and level 1, the highest that can be
    # reached by then, releases half of it.
    instance = Instance(
        settings={"schema_version": 1, "waves": 1, "wave_months": 12},
        drivers=[{"id": "r1", "category": "revenue", "potential": 10, "one_off_cost": 8}],
        mandate=[
            {"level": 0, "released_share": 0.5},
            {"level": 1, "released_share": 0.5},
            {"level": 2, "released_share": 1},
        ],
        budgets=[{"pot": "hq", "wave": 1, "amount": 10}],
        locks=[{"item": "r1", "must": True}],
    )
    assert best(instance) is None
    assert unavoidable(instance, [RuleRef("locks", ("r1", "must")), RuleRef("budgets", ("hq",), 1)])
    whole = instance.replace({"table": "mandate", "field": "released_share", "set": 1})
    assert not unavoidable(whole, [RuleRef("locks", ("r1", "must")), RuleRef("budgets", ("hq",), 1)])
