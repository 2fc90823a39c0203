"""Walk over core decisions, and improving plans beside the search: what is met, what is kept."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sequencer as sq
from sequencer.errors import SolverError
from sequencer.model.build import build
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver import improve, prepare
from sequencer.solver.aims import goal_aims
from sequencer.solver.core import CORE, core_columns
from sequencer.solver.core_walk import KEPT, CoreWalk
from sequencer.solver.decisions import fix_decisions
from sequencer.solver.highs import Highs
from sequencer.solver.improve import Improver
from sequencer.solver.keeper import Keeper
from sequencer.solver.options import SolveOptions
from sequencer.solver.outcome import Point
from sequencer.solver.standard_form import standard_form
from tests.model.test_value import mixed
from tests.model.tools import driver, make, optimum

SOON = 60.0


def two_drivers():
    """r1 earns 10 a year and r2 6, in three waves of a year each; only one may start in a wave, and nothing costs."""
    return make(drivers=[driver("r1", 10), driver("r2", 6)], pace=[{"items": "drivers", "limit": 1}])


def plan_of(**waves):
    return Plan(tuple(Adoption(item, wave, None) for item, wave in waves.items()))


def walk_of(instance, seed=0):
    model = build(instance)
    form = standard_form(model)
    items = [i.id for i in instance.adoptables.values() if i.kind in CORE]
    return model, form, CoreWalk(model, form, items, seed)


def walked(walk, plan, steps=200, worst=np.inf, onward=False):
    """Walk for so many steps, whatever the clock says; amounts are scaled, and minimised."""
    stop = threading.Event()
    left = iter(range(steps))

    def tell(_):
        if next(left, None) is None:
            stop.set()

    soon = time.monotonic() + SOON
    return walk.run(plan, worst, soon, soon, stop, tell, onward=onward)


def test_the_best_core_is_met_first():
    # r1 in wave 1 and r2 in wave 2: 30 + 12 = 42; the start, r2 before r1, is worth 18 + 20 = 38.
    model, form, walk = walk_of(two_drivers())
    point = walked(walk, plan_of(r2=1, r1=2))[0]
    on = {key: point[form.form_column[column]] for key, column in model.adopt.items()}
    assert [on["r1", "", w] for w in (1, 2, 3)] == [1, 1, 1]
    assert [on["r2", "", w] for w in (1, 2, 3)] == [0, 1, 1]


def test_nothing_is_better_than_the_best():
    _, form, walk = walk_of(two_drivers())
    best = walk._value({"r1": ("", 1), "r2": ("", 2)}, np.inf)
    assert walked(walk, plan_of(r1=1, r2=2), worst=best) == []


def three_drivers():
    """As two_drivers, with a third one that earns 4: 34 ways to start at most one in a wave."""
    return make(drivers=[driver("r1", 10), driver("r2", 6), driver("r3", 4)], pace=[{"items": "drivers", "limit": 1}])


def test_a_core_is_given_once():
    _, _, walk = walk_of(three_drivers())
    first, second = (walked(walk, plan_of(r3=1, r2=2)) for _ in range(2))
    seen = [point.tobytes() for point in (*first, *second)]
    assert len(first) == KEPT
    assert len(set(seen)) == len(seen)


def test_a_stopped_walk_takes_no_step():
    stop = threading.Event()
    stop.set()
    walk = walk_of(two_drivers())[2]
    soon = time.monotonic() + SOON
    given = walk.run(plan_of(r2=1, r1=2), np.inf, soon, soon, stop, lambda _: None)
    assert len(given) == 1, "the core of the plan alone"


def test_a_walk_may_go_on_from_the_best_core_met():
    _, _, walk = walk_of(two_drivers())
    best = walk._point({"r1": ("", 1), "r2": ("", 2)})
    walk.take_up(best, np.inf)
    assert (walk.best_point == best).all()
    # Without a step, the core a walk starts from is all that is met: the best known, or that of the plan.
    stop, soon = threading.Event(), time.monotonic() + SOON
    stop.set()
    for onward, met in ((True, 1), (False, 2)):
        walk.run(plan_of(r2=1, r1=2), np.inf, soon, soon, stop, lambda _: None, onward=onward)
        assert len(walk._known) == met


def test_a_walk_has_time_to_cool_down_but_no_more_than_there_is():
    _, _, walk = walk_of(two_drivers())
    for latest, least in ((SOON, 20), (0.0, 0)):
        steps = []
        now = time.monotonic()
        walk.run(plan_of(r2=1, r1=2), np.inf, now, now + latest, threading.Event(), steps.append)
        assert len(steps) >= least * len(walk._items) / 2, "half of them, for the pace is measured as it goes"
        assert bool(steps) == bool(least)


def test_the_same_seed_takes_the_same_walk():
    found = [walked(walk_of(two_drivers(), seed=3)[2], plan_of(), steps=5) for _ in range(2)]
    assert found[0]
    assert all((one == other).all() for one, other in zip(*found, strict=True))


def test_values_of_cores_are_those_of_fresh_relaxations():
    # Whatever was fixed and given up before must not stay in the solver.
    model, form, walk = walk_of(mixed())
    rng = np.random.default_rng(1)
    for _ in range(20):
        core = {i: walk._columns[i][rng.integers(len(walk._columns[i]))][:2] for i in walk._items}
        core = {i: None if rng.random() < 0.3 else c for i, c in core.items()}
        value = walk._value(core, np.inf)
        point = walk._point(core)
        chosen = core_columns(model, form)
        fixed = form.lower.copy(), form.upper.copy()
        fixed[0][chosen] = fixed[1][chosen] = point[chosen]
        fresh = Highs(replace(form, lower=fixed[0], upper=fixed[1]), {"threads": 1}, relax=True).run()
        assert (value is None) == (fresh.objective is None)
        if value is not None:
            assert value == pytest.approx(fresh.objective, abs=1e-7)


def test_a_neighbour_that_is_not_taken_may_still_be_judged_later():
    _, _, walk = walk_of(two_drivers())
    best, other = {"r1": ("", 1), "r2": ("", 2)}, {"r1": ("", 2), "r2": ("", 1)}
    value = walk._value(best, np.inf)
    # The solver may give up on it or not; what it says is right, and asked without a limit it says all.
    assert walk._value(other, value) in (None, pytest.approx(value * 38 / 42))
    assert walk._value(other, np.inf) == pytest.approx(value * 38 / 42)
    assert walk._value(best, np.inf) == pytest.approx(value)


def improver_of(instance, plan):
    model = build(instance)
    keeper = Keeper(instance, (), 0.01, goal_aims(model)[0])
    assert keeper.consider(plan)
    return keeper, Improver(model, standard_form(model), SolveOptions(gap=1e-6, threads=1), keeper)


def point_of(improver, plan):
    """Point with the decisions of a plan."""
    point = np.zeros(len(core_columns(improver.model, improver.form)))
    for (item, mode, wave), column in improver.model.adopt.items():
        adoption = plan.by_id.get(item)
        started = adoption is not None and wave >= adoption.wave
        point[improver.form.form_column[column]] = started and (adoption.mode or mode) == mode
    return point


def test_a_core_that_waits_is_completed_once(monkeypatch):
    best, plan = optimum(mixed())
    keeper, improver = improver_of(mixed(), Plan(()))
    improver.waiting = point = point_of(improver, plan)
    improver.step(None, threading.Event(), lambda _: None)
    assert keeper.best.npv == pytest.approx(best)
    monkeypatch.setattr(improver, "_filling", None)
    improver.waiting = point
    improver.complete_waiting(None, threading.Event())
    assert improver.waiting is None


def test_a_core_that_there_was_no_time_to_fill_is_filled_first_by_the_next():
    best, plan = optimum(mixed())
    keeper, improver = improver_of(mixed(), Plan(()))
    improver.cores = [point_of(improver, plan)]
    over = threading.Event()
    over.set()
    improver.step(None, over, lambda _: None)
    assert (keeper.best.npv, len(improver.cores)) == (0, 1)
    following = Improver(improver.model, improver.form, improver.options, keeper, cores=improver.cores)
    following.step(None, threading.Event(), lambda _: None)
    assert keeper.best.npv == pytest.approx(best)
    assert following.cores == []


@pytest.mark.parametrize("late", [True, False])
def test_after_a_core_that_took_all_its_time_in_vain_others_have_their_turn(late, monkeypatch):
    keeper, improver = improver_of(mixed(), Plan(()))
    seconds = 0.0 if late else SOON
    monkeypatch.setattr(improver, "_patience", lambda _: time.monotonic() + seconds)
    monkeypatch.setattr(improver, "_walk", None)
    monkeypatch.setattr(improver, "_fill", lambda *_, **__: None)
    searched = []
    monkeypatch.setattr(improver._around, "search", lambda *_: searched.append(len(improver.cores)))
    improver.cores = [point_of(improver, Plan(()))] * 3
    for _ in range(5):
        improver.step(None, threading.Event(), lambda _: None)
    assert searched == ([2, 1] if late else [0, 0])
    assert keeper.worth == 0


def test_the_best_core_met_before_is_judged_before_anything_else(monkeypatch):
    # 3 · 10 + 2 · 6 = 42 is what r1 in wave 1 and r2 in wave 2 are worth; the model counts in tens and minimises
    keeper, improver = improver_of(two_drivers(), Plan(()))
    core = point_of(improver, plan_of(r1=1, r2=2))
    following = Improver(improver.model, improver.form, improver.options, keeper, met=core, cores=[core])
    monkeypatch.setattr(following, "_fill_next", lambda *_: None)
    assert following.best_core == np.inf
    following.step(None, threading.Event(), lambda _: None)
    assert following.best_core == pytest.approx(-4.2)


def test_walks_that_help_are_taken_more_often(monkeypatch):
    keeper, improver = improver_of(two_drivers(), plan_of(r2=1, r1=2))
    monkeypatch.setattr(improve, "FIRST_SECONDS", 0.5)
    improver._walked(improver._walk, time.monotonic() + 0.5, threading.Event(), lambda _: None)
    assert keeper.best.npv == pytest.approx(42)
    once = 0.7 * improve.FAVOUR + 0.3 * 3.0
    assert improver._weight == pytest.approx(once)
    improver._walked(improver._walk, time.monotonic() + 0.2, threading.Event(), lambda _: None)
    assert improver._weight == pytest.approx(0.7 * once + 0.3 * 0.2)


def test_while_cores_get_far_better_only_the_best_is_filled(monkeypatch):
    # The first walk finds r1, r2, r3 in turn, 30 + 12 + 4 = 46: its best core gives that plan, and no other has a turn.
    keeper, improver = improver_of(three_drivers(), plan_of(r3=1, r2=2))
    filled = []
    fill = improver._fill
    monkeypatch.setattr(improver, "_fill", lambda *given, **more: filled.append(given[0]) or fill(*given, **more))
    soon = time.monotonic() + SOON
    improver._walked(improver._walk, soon, threading.Event(), lambda _: None)
    assert keeper.best.npv == pytest.approx(46)
    assert (len(filled), improver.cores, improver._wants_walk()) == (1, [], True)
    # The next one meets nothing better: all that it gives is filled.
    improver._walk._given.clear()
    monkeypatch.setattr(Improver, "_worst", property(lambda _: np.inf))
    improver._walked(improver._walk, time.monotonic() + SOON, threading.Event(), lambda _: None)
    assert improver._again is False
    assert len(filled) == 1 + KEPT


@pytest.mark.parametrize("filling", [True, False])
def test_a_plan_met_in_a_small_problem_is_kept_when_ctrl_c_ends_it(monkeypatch, filling):
    best, plan = optimum(mixed())
    keeper, improver = improver_of(mixed(), Plan(()))
    found = Highs(fix_decisions(improver.model, improver.form, plan), {"threads": 1}).run()

    def met(*given, **_):
        given[-1](Point(found.point, found.objective))
        raise KeyboardInterrupt

    monkeypatch.setattr(improver._filling, "plan", met)
    monkeypatch.setattr(improver._around, "search", met)
    monkeypatch.setattr(improver, "_walk", None)
    improver.waiting = found.point if filling else None
    with pytest.raises(KeyboardInterrupt):
        improver.step(time.monotonic() + SOON, threading.Event(), lambda _: None)
    assert keeper.best.npv == pytest.approx(best)


def test_rows_are_tightened_while_plans_improve():
    instance = sq.read(Path(__file__).parents[2] / "instances" / "medium")
    phases = {}

    def hear(event):
        phases.setdefault(getattr(event, "phase", "better plan"), []).append(event)

    result = sq.solve(instance, time_limit=5, threads=2, listeners=[hear])
    assert len(phases["tightening"]) > 1
    # The relaxation says how much a plan can be worth at most, long before a search does.
    assert result.objective <= phases["tightening"][-1].bound < np.inf
    assert result.plan is not None
    assert result.objective <= result.bound


def test_an_error_while_rows_are_tightened_is_not_waited_for(monkeypatch):
    instance = sq.read(Path(__file__).parents[2] / "instances" / "medium")

    def fails(*_, **__):
        message = "planted"
        raise SolverError(message)

    monkeypatch.setattr(prepare, "tighten", fails)
    with pytest.raises(SolverError, match="planted"):
        sq.solve(instance, time_limit=5, threads=2)
