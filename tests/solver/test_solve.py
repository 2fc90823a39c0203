"""Solve: two axes of the result, agreement with the evaluation, events, start plans, interruption."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

import sequencer as sq
from sequencer.errors import DisagreementError, SequencerError
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver import keeper
from sequencer.solver import solve as module
from sequencer.solver.events import Improved, Progress, StartRepaired
from sequencer.solver.options import SolveOptions
from sequencer.solver.result import relative_gap
from sequencer.solver.solve import solve
from sequencer.types import Termination
from tests.model.test_value import mixed
from tests.model.tools import driver, make, optimum

MEDIUM = Path(__file__).parents[2] / "instances" / "medium"


def test_optimum_is_proven_and_evaluated():
    result = solve(mixed(), gap=0, threads=1)
    assert result.termination is Termination.GAP_REACHED
    assert result.proven_optimal
    assert result.objective == pytest.approx(optimum(mixed(), "cells")[0], rel=1e-6)
    assert result.objective == evaluate(mixed(), result.plan).npv
    assert result.evaluation.violations == ()


def test_result_as_json_has_every_key_and_no_sentinel():
    content = solve(mixed(), gap=0, threads=1).to_dict(run="run")
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert set(content) == {
        "termination", "plan", "proven_optimal", "objective", "bound", "gap", "npv", "measure", "currency", "unit",
        "seconds", "run", "fingerprint", "versions", "goals",
    }  # fmt: skip


def test_infeasible_is_a_result():
    instance = make(drivers=[driver()], pace=[{"items": "drivers", "limit": 0}], locks=[{"item": "r1", "must": True}])
    result = solve(instance)
    assert result.termination is Termination.INFEASIBLE
    assert result.plan is None
    assert (result.objective, result.bound, result.gap) == (None, None, None)
    assert not result.proven_optimal


def test_an_instance_with_nothing_to_decide():
    result = solve(make())
    assert result.plan == Plan()
    assert (result.objective, result.bound, result.gap) == (0, 0, 0)


@pytest.mark.parametrize(
    ("objective", "bound", "gap"),
    [(0, 0, 0), (99, 100, 0.01), (100, 99, 0.01), (-100, -99, 0.01), (0, 5, 1), (None, 5, None), (5, None, None)],
)
def test_gap(objective, bound, gap):
    assert relative_gap(objective, bound) == (None if gap is None else pytest.approx(gap))


def test_same_input_same_plan():
    plans = {solve(mixed(), gap=0, threads=1, seed=3).plan.to_json() for _ in range(3)}
    assert len(plans) == 1


def test_deterministic_same_plan_where_a_gap_is_left():
    instance = sq.read(MEDIUM)
    results = [solve(instance, gap=0.5, deterministic=True, max_nodes=20) for _ in range(2)]
    assert results[0].plan.to_json() == results[1].plan.to_json()
    assert results[0].bound == results[1].bound
    assert 0 <= results[0].nodes == results[1].nodes <= 20


def test_deterministic_refuses_the_clock():
    with pytest.raises(SequencerError, match="nodes"):
        solve(make(), deterministic=True, time_limit=1)


def test_events_tell_phases_and_only_better_plans():
    events = []
    result = solve(mixed(), gap=0, threads=1, listeners=[events.append])
    phases = [e.phase for e in events if isinstance(e, Progress)]
    assert phases[0] == "build"
    assert phases[-1] == "evaluate"
    values = [e.objective for e in events if isinstance(e, Improved)]
    assert values == sorted(values)
    assert values[-1] == result.objective


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        ({"gap": 1}, "0.01 for 1 %"),
        ({"gap": -0.1}, "0.01 for 1 %"),
        ({"gap": "1%"}, "0.01 for 1 %"),
        ({"gap": math.nan}, "0.01 for 1 %"),
        ({"time_limit": 0}, "no limit"),
        ({"time_limit": math.nan}, "no limit"),
        ({"time_limit": math.inf}, "no limit"),
        ({"time_limit": "60"}, "no limit"),
        ({"threads": 0}, "all cores"),
        ({"threads": 1.5}, "all cores"),
        ({"seed": -1}, "from 0"),
        ({"seed": 2**31}, "from 0"),
        ({"max_nodes": -1}, "no limit"),
    ],
)
def test_options_are_checked(wrong, remedy):
    with pytest.raises(SequencerError, match=remedy):
        solve(make(), **wrong)


def test_zero_has_no_sign():
    # nothing to decide: the bound is 0, not -0.0, which some readers of JSON show
    assert math.copysign(1, solve(make()).bound) == 1
    assert "-0.0" not in json.dumps(solve(make(), gap=0).to_dict())


def test_preparations_end_before_a_short_time_limit():
    # Of the time left, a start plan and tightening may each take a part, so that the search has some.
    instance = mixed()
    solving = module._Solve(instance, SolveOptions(time_limit=1.0), None, ())
    assert solving._soon(max(module.START_SECONDS)) <= solving.deadline - 0.5
    assert module._Solve(instance, SolveOptions(), None, ())._soon(2.0) > solving.began + 1.0


# -- disagreement -----------------------------------------------------------------------------------------------------


def test_a_wrong_value_in_the_evaluation_is_noticed(monkeypatch):
    class Wrong:
        def __init__(self, right):
            self.plan, self.violations, self.feasible = right.plan, right.violations, right.feasible
            self.goals = tuple(figure * 1.001 for figure in right.goals)

    monkeypatch.setattr(keeper, "evaluate", lambda i, p: Wrong(evaluate(i, p)))
    with pytest.raises(DisagreementError, match="independent evaluation"):
        solve(mixed(), gap=0, threads=1)


def test_a_family_missing_from_the_model_is_noticed(monkeypatch):
    # Without the pace rows the solver starts both drivers at once; the evaluation must not accept it.
    import importlib

    build = importlib.import_module("sequencer.model.build")
    monkeypatch.setattr(build, "FAMILIES", tuple(f for f in build.FAMILIES if f.name != "pace"))
    instance = make(drivers=[driver("r1"), driver("r2")], pace=[{"items": "drivers", "limit": 1}])
    with pytest.raises(DisagreementError, match="pace"):
        solve(instance, threads=1)


# -- start plans ------------------------------------------------------------------------------------------------------


def steps_instance():
    return make(
        drivers=[driver()],
        capabilities=[{"id": "data", "layer": "technological"}],
        capability_steps=[{"capability": "data", "level": n, "one_off_cost": 1} for n in (1, 2)],
        requirements=[{"item": "r1", "requires": "data:1"}],
    )


def first_plan(instance, **options):
    found = []
    solve(instance, listeners=[lambda e: found.append(e.plan) if isinstance(e, Improved) else None], **options)
    return found[0]


def test_a_start_plan_is_constructed():
    # the only earning bundle: data:1 in wave 1, r1 in wave 2
    assert first_plan(steps_instance()) == Plan((Adoption("data:1", 1), Adoption("r1", 2)))


def test_no_start_plan_where_none_is_wanted():
    result = solve(steps_instance(), start_plan=False, gap=0)
    assert result.objective == pytest.approx(19)


def test_a_feasible_start_plan_is_kept_as_it_is():
    start = Plan((Adoption("data:1", 2), Adoption("r1", 3)))
    assert first_plan(steps_instance(), start=start) == start


def test_a_start_plan_is_repaired_never_an_error():
    # unknown ids and data:2, which nothing needs, are dropped; r1 moves from wave 1 to 2
    given = {"r1": 1, "data:1": 1, "data:2": 2, "gone": 1, "mandate:9": 1}
    start = Plan(tuple(Adoption(item, wave) for item, wave in given.items()))
    events = []
    result = solve(steps_instance(), start=start, gap=0, listeners=[events.append])
    repaired = next(e for e in events if isinstance(e, StartRepaired))
    assert repaired.dropped == ("data:2", "gone", "mandate:9")
    first = next(e for e in events if isinstance(e, Improved)).plan
    assert first == Plan((Adoption("data:1", 1), Adoption("r1", 2)))
    assert result.objective == pytest.approx(19)


# -- interruption -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", ["start plan", "search"])
def test_keyboard_interrupt_keeps_what_there_is(phase):
    # the second event of the phase presses Ctrl-C
    seen = []

    def press(event):
        if isinstance(event, Progress) and event.phase == phase or isinstance(event, Improved) and seen:
            seen.append(event)
            if len(seen) == 2:
                raise KeyboardInterrupt

    result = solve(mixed(), gap=0, threads=1, listeners=[press])
    assert result.termination is Termination.INTERRUPTED
    assert result.evaluation.feasible
    assert result.bound >= result.objective


def test_keyboard_interrupt_while_building_has_nothing_to_keep():
    def press(event):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        solve(mixed(), listeners=[press])


def test_the_start_plan_is_the_answer_where_time_is_up_at_once():
    result = solve(mixed(), gap=0, time_limit=1e-3)
    assert result.termination is Termination.TIME_LIMIT
    assert result.plan is not None
    assert result.evaluation.feasible
    assert result.objective < result.bound < math.inf


def test_work_limit_ends_with_a_plan_and_a_bound():
    result = solve(mixed(), gap=0, threads=1, max_nodes=0)
    assert result.termination in (Termination.WORK_LIMIT, Termination.GAP_REACHED)
    assert result.bound >= result.objective
    assert math.isfinite(result.bound)
