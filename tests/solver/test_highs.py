"""HiGHS as this package uses it: points offered to a search that goes on, and all the ways in which one ends."""

from __future__ import annotations

import math
import threading
import time
from pathlib import Path

import numpy as np
import pytest

import sequencer as sq
from sequencer.model.build import build
from sequencer.solver import highs as module
from sequencer.solver.core import core_columns
from sequencer.solver.decisions import adoption_columns
from sequencer.solver.highs import Highs
from sequencer.solver.outcome import Point
from sequencer.solver.parts import items_of
from sequencer.solver.relaxation import Relaxation
from sequencer.solver.search import NO_HEURISTICS
from sequencer.solver.standard_form import standard_form
from sequencer.types import Termination
from tests.model.test_value import mixed
from tests.model.tools import optimum

MEDIUM = Path(__file__).parents[2] / "instances" / "medium"

NOTHING_FOUND = {"threads": 1, "presolve": "off", "mip_max_nodes": 1, **NO_HEURISTICS}
"""A search that ends at its root, and looks for hardly a point by itself."""


def test_a_point_that_is_offered_is_taken_up():
    best, plan = optimum(mixed())
    # In the compact formulation the root alone finds it.
    model = build(mixed(), formulation="cells")
    form = standard_form(model)
    alone = Highs(form, NOTHING_FOUND).run()
    assert -alone.objective / model.money_scale < best - 1e-3
    solver = Highs(form, NOTHING_FOUND)
    solver.offer(*adoption_columns(model, form, plan))
    helped = solver.run()
    assert -helped.objective / model.money_scale == pytest.approx(best)
    assert helped.bound <= helped.objective + 1e-9


def test_a_point_that_cannot_be_is_not_taken_up():
    model = build(mixed())
    form = standard_form(model)
    columns = np.flatnonzero(form.integral)
    solver = Highs(form, NOTHING_FOUND)
    solver.offer(columns, np.ones(len(columns)))
    alone, offered = Highs(form, NOTHING_FOUND).run(), solver.run()
    assert offered.objective == alone.objective
    assert offered.bound == pytest.approx(alone.bound)


def test_a_relaxation_that_is_stopped_knows_nothing():
    form = standard_form(build(sq.read(MEDIUM)))
    solver, stop = Relaxation(form), threading.Event()
    solver.stopped_by(stop)
    stop.set()
    assert solver.minimum({}, math.inf) is None
    assert not solver.none_better


def test_that_nothing_is_better_is_told_from_nothing_known():
    model = build(mixed())
    form = standard_form(model)
    solver = Relaxation(form)
    assert solver.minimum({}, math.inf) is not None
    assert not solver.none_better
    # adopted by the first wave, and not by the last
    item = items_of(model, form, core_columns(model, form))[0]
    lower, upper = form.lower.copy(), form.upper.copy()
    lower[item[0]], upper[item[-1]] = 1.0, 0.0
    solver.bound(lower, upper)
    assert solver.minimum({}, math.inf) is None
    assert solver.none_better


def test_a_search_that_does_not_heed_its_end_is_left_to_itself(monkeypatch):
    # As a separator of HiGHS that looks at no clock: it tells of nothing, and does not end.
    released = threading.Event()
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    monkeypatch.setattr(module.atexit, "register", (waited_for := []).append)
    monkeypatch.setattr(Highs, "_solve", lambda _: released.wait())
    form = standard_form(build(mixed()))
    try:
        for end in ({"deadline": time.monotonic() + 0.1}, {"stop": threading.Event()}):
            if "stop" in end:
                end["stop"].set()
            solver = Highs(form, NOTHING_FOUND)
            solver.start(**end)
            solver._heard = -5.0
            while solver.running:
                solver.poll(0.01)
            outcome = solver.outcome()
            assert outcome.termination is (Termination.INTERRUPTED if "stop" in end else Termination.TIME_LIMIT)
            assert (outcome.point, outcome.objective, outcome.bound) == (None, None, -5.0)
            # Whoever shares the event with it goes on.
            assert solver.stop.is_set() == ("stop" in end)
        assert module.busy()
        # Searches meanwhile take the threads there are, for HiGHS' scheduler must not be reset under it.
        monkeypatch.setattr(module.highspy.Highs, "resetGlobalScheduler", None)
        assert Highs(form, {"threads": 2}).highs.getOptionValue("threads")[1] == 1
        assert len(waited_for) == 2
    finally:
        released.set()
    for wait in waited_for:
        wait()
    assert not module.busy()


def test_a_search_that_heeds_its_end_is_waited_for(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 60.0)
    form = standard_form(build(mixed()))
    outcome = Highs(form, {"threads": 1}).run(deadline=time.monotonic() - 1)
    assert outcome.termination in (Termination.TIME_LIMIT, Termination.GAP_REACHED)
    assert not module.busy()


@pytest.fixture
def endless():
    """A search that waits until it is ended."""
    solver = Highs(standard_form(build(sq.read(MEDIUM))), {"threads": 1})
    with solver.paused():
        yield solver


def test_what_breaks_a_search_is_raised_where_its_end_is_waited_for(monkeypatch):
    def breaks(_):
        message = "broken"
        raise ZeroDivisionError(message)

    monkeypatch.setattr(module.highspy.Highs, "run", breaks)
    with pytest.raises(ZeroDivisionError, match="broken"):
        Highs(standard_form(build(mixed())), {"threads": 1}).run()


def test_want_of_memory_is_an_end_like_others(monkeypatch):
    def breaks(_):
        raise MemoryError

    monkeypatch.setattr(module.highspy.Highs, "run", breaks)
    outcome = Highs(standard_form(build(mixed())), {"threads": 1}).run()
    assert (outcome.termination, outcome.point, outcome.bound) == (Termination.MEMORY, None, None)


def test_an_error_of_a_listener_leaves_nothing_running(endless):
    def fails(_):
        message = "a listener"
        raise ZeroDivisionError(message)

    with pytest.raises(ZeroDivisionError, match="a listener"):
        endless.run(tell=fails)
    assert not endless._worker.is_alive()


def test_ctrl_c_while_the_end_is_waited_for_ends_the_search_and_loses_nothing(endless, monkeypatch):
    endless.start()
    join, pressed = endless._worker.join, []

    def press(seconds=None):
        if not pressed:
            pressed.append(True)
            raise KeyboardInterrupt
        join(seconds)

    monkeypatch.setattr(endless._worker, "join", press)
    with pytest.raises(KeyboardInterrupt):
        endless.outcome()
    assert not endless._worker.is_alive()
    assert endless.outcome().termination is Termination.INTERRUPTED


def test_what_a_search_has_found_by_ctrl_c_is_kept(monkeypatch):
    poll = Highs.poll

    def press(solver, seconds=0.0):
        told = poll(solver, seconds)
        if any(isinstance(event, Point) for event in told):
            raise KeyboardInterrupt
        return told

    monkeypatch.setattr(Highs, "poll", press)
    form = standard_form(build(sq.read(MEDIUM)))
    outcome = Highs(form, {"threads": 1}).found()
    assert outcome.termination is Termination.INTERRUPTED
    assert outcome.point is not None
    assert outcome.bound <= outcome.objective
    with pytest.raises(KeyboardInterrupt):
        Highs(form, {"threads": 1}).run()
