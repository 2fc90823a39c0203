"""HiGHS as this package uses it: points offered to a search that goes on."""

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
from sequencer.solver.parts import items_of
from sequencer.solver.relaxation import Relaxation
from sequencer.solver.search import NO_HEURISTICS
from sequencer.solver.standard_form import standard_form
from sequencer.types import Termination
from tests.model.test_value import mixed
from tests.model.tools import optimum

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
    form = standard_form(build(sq.read(Path(__file__).parents[2] / "instances" / "medium")))
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
