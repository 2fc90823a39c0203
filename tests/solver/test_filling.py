"""Filling cores: the best plan around given core decisions."""

from __future__ import annotations

import math
import threading
import time

import numpy as np
import pytest

from sequencer.model.build import build
from sequencer.plan.evaluate import evaluate
from sequencer.solver.aims import goal_aims
from sequencer.solver.core import core_columns
from sequencer.solver.decisions import adoption_columns
from sequencer.solver.filling import Filling
from sequencer.solver.increments import stated
from sequencer.solver.relaxation import Relaxation
from sequencer.solver.standard_form import standard_form
from tests.model.test_value import mixed
from tests.model.tools import driver, make, optimum


class Tried:
    """A filling of an instance, and the core of a plan."""

    def __init__(self, instance, *, by_increments=True, reduce=True):
        self.instance = instance
        self.model = build(instance, reduce=reduce)
        self.form = standard_form(self.model)
        self.core = core_columns(self.model, self.form)
        self.aim = goal_aims(self.model)[0]
        relaxed = stated(self.model, self.form, self.core, by_increments)
        self.filling = Filling(self.model, self.form, self.core, relaxed, gap=1e-6)

    def point(self, plan):
        made = np.zeros(len(self.form.cost))
        columns, values = adoption_columns(self.model, self.form, plan)
        made[columns] = values
        made[~self.core] = 0.5
        return made

    def plan(self, plan, worth=-math.inf, *, thorough=True):
        soon, stop = time.monotonic() + 60.0, threading.Event()
        worst = self.aim.objective_of(worth)
        return self.filling.plan(self.point(plan), worst, soon, stop, lambda _: None, thorough=thorough)


@pytest.mark.parametrize("by_increments", [True, False])
def test_the_core_of_the_best_plan_gives_the_best_plan(by_increments):
    best, plan = optimum(mixed())
    tried = Tried(mixed(), by_increments=by_increments)
    assert evaluate(tried.instance, tried.plan(plan)).npv == pytest.approx(best)


def test_only_plans_better_than_what_is_known():
    best, plan = optimum(mixed())
    tried = Tried(mixed())
    assert evaluate(tried.instance, tried.plan(plan, best - 0.1)).npv == pytest.approx(best)
    assert tried.plan(plan, best + 0.1) is None


@pytest.mark.parametrize("pressed", [True, False])
def test_the_relaxation_of_a_core_can_be_ended(pressed, monkeypatch):
    best = optimum(mixed())[1]
    tried, stop, ended = Tried(mixed()), threading.Event(), []

    def endless(*_):
        ended.append(tried.filling._over.wait(60.0))

    def tell(_):
        stop.set()
        if pressed:
            raise KeyboardInterrupt

    monkeypatch.setattr(Relaxation, "minimum", endless)
    soon = time.monotonic() + 60.0
    try:
        assert tried.filling.plan(tried.point(best), math.inf, soon, stop, tell, thorough=True) is None
        assert not pressed
    except KeyboardInterrupt:
        assert pressed
    assert ended == [True]
    # Another core is judged as ever.
    monkeypatch.undo()
    assert evaluate(tried.instance, tried.plan(best)).npv == pytest.approx(optimum(mixed())[0])


def test_a_core_that_no_plan_has():
    # r1 needs crm at 1, which nobody can pay for in any wave.
    instance = make(
        drivers=[driver("r1", 10)],
        initiatives=[{"id": "crm", "duration": 0, "one_off_cost": 5}],
        requirements=[{"item": "r1", "requires": "crm"}],
        budgets=[{"pot": "hq", "wave": w, "amount": 1} for w in (1, 2, 3)],
    )
    tried = Tried(instance, reduce=False)
    point = np.zeros(len(tried.form.cost))
    for (item, _, _), column in tried.model.adopt.items():
        point[tried.form.form_column[column]] = item == "r1"
    soon = time.monotonic() + 60.0
    for thorough in (True, False):
        plan = tried.filling.plan(point, math.inf, soon, threading.Event(), lambda _: None, thorough=thorough)
        assert plan is None


def test_what_is_relaxed_starts_a_wave_earlier_or_later_at_most():
    best, plan = optimum(mixed())
    tried = Tried(mixed())
    found = tried.plan(plan, thorough=False)
    soon, stop = time.monotonic() + 60.0, threading.Event()
    relaxed, _ = tried.filling._relaxed(np.round(tried.point(plan)[tried.core]), soon, stop, lambda _: None)
    assert found is not None
    assert evaluate(tried.instance, found).npv <= best + 1e-9
    for adoption in found.adoptions:
        item = tried.model.instance.adoptables[adoption.id]
        column = tried.form.form_column[
            tried.model.adopt[adoption.id, item.mode(adoption.mode).id, min(adoption.wave + 1, 3)]
        ]
        assert tried.core[column] or relaxed[column] > 0


def test_a_core_that_promises_much_gets_a_wave_more_where_there_is_no_plan(monkeypatch):
    # The core of the best plan, of which nothing is found near the relaxation: its worth says whether to look further.
    best, plan = optimum(mixed())
    tried = Tried(mixed())
    margins = []
    near = tried.filling._near
    monkeypatch.setattr(tried.filling, "_near", lambda *given: margins.append(given[2]) or near(*given))
    monkeypatch.setattr(tried.filling, "_solved", lambda *_: None)
    assert tried.plan(plan, best / 2, thorough=False) is None
    assert margins == [1, 2]
    margins.clear()
    assert tried.plan(plan, best, thorough=False) is None
    assert margins == [1], "the relaxation of this core is hardly better than its best plan"
