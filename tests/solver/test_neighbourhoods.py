"""Neighbourhoods: what is free, how much of it, and when a small problem is given up."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from sequencer.model.build import build
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver import neighbourhoods as module
from sequencer.solver.neighbourhoods import SIZE, SMALLEST, Neighbourhoods
from sequencer.solver.outcome import Outcome, Point, Pulse
from sequencer.solver.standard_form import standard_form
from sequencer.types import Termination
from tests.model.tools import driver, make, waves

SOON = 60.0


def around(instance, **sizes):
    model = build(instance)
    made = Neighbourhoods(model, standard_form(model), seed=0)
    made._sizes.update(sizes)
    return made


def supported():
    """r1 to r3 need a step of their own each, live a wave later; each is worth 10 a year."""
    return make(
        drivers=[driver(f"r{k}") for k in (1, 2, 3)],
        initiatives=[{"id": f"x{k}", "duration": 1} for k in (1, 2, 3)],
        requirements=[{"item": f"r{k}", "requires": f"x{k}"} for k in (1, 2, 3)],
    )


def late():
    """A plan of it that has the first driver only, a wave later than could be."""
    return Plan(adoptions=(Adoption("x1", 2), Adoption("r1", 3)))


def tried(made, kind, plan):
    made._weights = dict.fromkeys(made._kinds, 0.0) | {kind: 1.0}
    return made.search(plan, time.monotonic() + SOON, threading.Event(), lambda _: None)


def test_what_is_shifted_moves_by_a_wave_and_nothing_else():
    # x1 to wave 1 and r1 to wave 2; x2 … are not adopted and stay so
    assert waves(tried(around(supported(), shift=0.0), "shift", late())) == {"x1": 1, "r1": 2}


@pytest.mark.parametrize("kind", ["drivers", "targets", "anything"])
def test_what_is_free_comes_with_what_it_needs(kind):
    found = tried(around(supported(), **{kind: 1.0}), kind, late())
    assert waves(found) == {f"{i}{k}": w for k in (1, 2, 3) for i, w in (("x", 1), ("r", 2))}


def test_scope_leaves_drivers_alone():
    # de is free and joins jp; r1 stays in wave 2, where it is
    instance = make(
        drivers=[driver()],
        affiliates=[{"id": i, "affiliate_class": "x", "revenue": 1} for i in ("jp", "de")],
        archetypes=[{"id": "a", "duration": 0}],
    )
    plan = Plan(adoptions=(Adoption("jp", 2), Adoption("r1", 2)))
    found = waves(tried(around(instance, scope=1.0), "scope", plan))
    assert found["r1"] == 2
    assert found["jp"] <= 2
    assert found["de"] <= 2


def test_no_more_is_free_than_there_is_room_for():
    # 15 decisions (x: waves 1 and 2, r: 2 and 3, as r starts after x): at a third of them, two items are free
    made = around(supported(), anything=1 / 3)
    made._last = "anything"
    decisions = sum(map(len, made._columns.values()))
    chosen, shift = made._chosen()
    assert shift == 1
    assert 0 < sum(len(made._columns[i]) for i in chosen) <= decisions / 3


def test_problems_solved_early_grow_and_useless_long_ones_shrink(monkeypatch):
    made = around(supported())
    tried(made, "anything", late())
    assert made._sizes["anything"] == pytest.approx(SIZE * module.GROWTH)
    nothing = Outcome(Termination.TIME_LIMIT, None, None, None, 0)
    monkeypatch.setattr(module.Highs, "run", lambda *_, **__: nothing)
    assert tried(made, "anything", late()) is None
    assert made._sizes["anything"] == pytest.approx(SIZE * module.GROWTH * module.SHRINKAGE)
    made._sizes["anything"] = SMALLEST
    tried(made, "anything", late())
    assert made._sizes["anything"] == SMALLEST


def test_kinds_that_help_are_drawn_more_often_and_free_more():
    made = around(supported())
    made._last = "targets"
    made.learn(helped=True)
    helped = made._weights["targets"]
    assert made._sizes["targets"] == pytest.approx(SIZE * module.GROWTH)
    made.learn(helped=False)
    assert helped > 1.0 > made._weights["drivers"] - 1e-9
    assert made._weights["targets"] < helped
    assert made._sizes["targets"] == pytest.approx(SIZE * module.GROWTH)


def test_kinds_that_have_nothing_to_free_are_never_tried():
    # supported() has drivers and no scope; of initiatives alone there are neither
    assert set(around(supported())._kinds) == {"shift", "anything", "targets", "drivers"}
    alone = make(initiatives=[{"id": "x1", "duration": 1}])
    assert set(around(alone)._kinds) == {"shift", "anything", "targets"}


def test_a_problem_is_given_up_when_nothing_more_comes(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    stop, end = threading.Event(), threading.Event()
    heard = []
    told = module._until_stalled(stop, end, heard.append)

    def at(moment, event):
        now[0] = moment
        told(event)
        return end.is_set()

    # the first point is the plan it starts from
    assert not at(0.1, Point(np.zeros(1), 0.0))
    assert not at(9.0, Pulse(0.0, None))
    # one more after 10 s: it may take 1.5 times as long again and 0.3 s
    assert not at(10.0, Point(np.zeros(1), -1.0))
    assert not at(25.2, None)
    assert at(25.4, None)
    assert len(heard) == 5


def test_a_stop_from_outside_ends_it():
    stop, end = threading.Event(), threading.Event()
    told = module._until_stalled(stop, end, lambda _: None)
    told(None)
    assert not end.is_set()
    stop.set()
    told(None)
    assert end.is_set()


def test_a_problem_that_has_brought_next_to_nothing_goes_on(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    end = threading.Event()
    told = module._until_stalled(threading.Event(), end, lambda _: None)
    # 1000 at the start: 999.5 is no help, 998 is, after 100 s
    for moment, objective in ((0.0, 1000.0), (0.1, 999.5), (100.0, 998.0)):
        now[0] = moment
        told(Point(np.zeros(1), objective))
        assert not end.is_set()
    now[0] = 251.0
    told(None)
    assert end.is_set()
