"""Rounds: every plan is in exactly one part, and what a round proves is a bound, whatever the cuts are."""

from __future__ import annotations

import itertools
import math
import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from sequencer.errors import SolverError
from sequencer.model.build import build
from sequencer.solver import parts as parting
from sequencer.solver import rounds, search
from sequencer.solver import solve as module
from sequencer.solver.core import core_columns
from sequencer.solver.highs import Highs
from sequencer.solver.outcome import Outcome, Point
from sequencer.solver.parts import Parting, items_of
from sequencer.solver.rounds import Rounds
from sequencer.solver.solve import solve
from sequencer.solver.standard_form import standard_form
from sequencer.types import Termination
from tests.model.test_value import mixed
from tests.model.tools import driver, make, optimum

SOON = 60.0
EXACT = {"threads": 1, "mip_abs_gap": 1e-9, "mip_feasibility_tolerance": 1e-8}


@pytest.fixture
def everything_is_large(monkeypatch):
    """Stages for tiny instances too."""
    monkeypatch.setattr(search, "SMALL", 0)
    monkeypatch.setattr(module, "SMALL", 0)


@pytest.fixture
def parted(monkeypatch):
    """Plans are parted by every item there is."""
    monkeypatch.setattr(parting, "LOSS", -math.inf)


def rivals():
    """Two drivers that earn 10 and 6 a year in three waves of a year; r1 costs 12 and r2 4, and there are 13 to spend.

    Both cost 16, so only one can be adopted: r1 at best, in wave 1, for 3 · 10 − 12 = 18; r2 is worth 3 · 6 − 4 = 14.
    The model counts in tens and minimises: −1.8 and −1.4.
    """
    return make(
        {"carry_share": 1.0},
        drivers=[driver("r1", 10, one_off_cost=12), driver("r2", 6, one_off_cost=4)],
        budgets=[{"pot": "hq", "wave": w, "amount": amount} for w, amount in ((1, 13), (2, 0), (3, 0))],
    )


def stage(instance):
    model = build(instance)
    form = standard_form(model)
    return model, form, items_of(model, form, core_columns(model, form))


def of(instance, enough=math.inf, expected=math.inf):
    _, form, items = stage(instance)
    return Rounds(form, items, EXACT, enough, expected)


def ended(searched, **limits):
    """Points told of, and the outcome."""
    searched.start(**limits)
    told = []
    while searched.running:
        told += [event for event in searched.poll(0.001) if isinstance(event, Point)]
    return told, searched.outcome()


def exact(form):
    return Highs(form, {**EXACT, "mip_rel_gap": 0.0}).run()


# -- parts ------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("parted")
@pytest.mark.parametrize("instance", [rivals(), mixed()], ids=["rivals", "mixed"])
def test_every_choice_is_in_exactly_one_part(instance):
    _, form, items = stage(instance)
    parts = Parting(form, items).parts(math.inf, time.monotonic() + SOON, threading.Event())
    assert len(parts) == len(items) + 1
    for adopted in itertools.product((0.0, 1.0), repeat=len(items)):
        holds = [
            part
            for part in parts
            if all(part.form.lower[i[-1]] <= a <= part.form.upper[i[-1]] for i, a in zip(items, adopted, strict=True))
        ]
        assert len(holds) == 1


@pytest.mark.usefixtures("parted")
def test_bounds_of_parts_are_bounds_and_the_best_part_has_the_best_plan():
    _, form, items = stage(rivals())
    parts = Parting(form, items).parts(math.inf, time.monotonic() + SOON, threading.Event())
    found = [exact(part.form) for part in parts]
    for part, outcome in zip(parts, found, strict=True):
        if outcome.objective is None:
            assert outcome.termination is Termination.INFEASIBLE
        else:
            assert part.bound <= outcome.objective + 1e-6
    # without r1 there is r2, with r1 and not r2 the best there is, and both are more than there is to spend
    assert sorted(o.objective for o in found if o.objective is not None) == pytest.approx([-1.8, -1.4])


def test_plans_are_parted_by_what_matters_only():
    # The relaxation adopts r1 and a quarter of r2 or the like: without r1 it loses more than without r2.
    _, form, items = stage(rivals())
    root = Parting(form, items).root(time.monotonic() + SOON)
    without = {}
    for k, item in enumerate(items):
        upper = form.upper.copy()
        upper[item] = 0.0
        without[k] = Highs(replace(form, upper=upper), {"threads": 1}, relax=True).run().objective
    parts = Parting(form, items).parts(-1.8, time.monotonic() + SOON, threading.Event())
    matter = [k for k, value in without.items() if value >= root + parting.LOSS * (-1.8 - root)]
    assert len(matter) > 0
    assert len(parts) == len(matter) + 1
    first = max(matter, key=without.__getitem__)
    assert (parts[0].form.upper[items[first]] == 0).all()


def test_out_of_time_there_is_one_part():
    _, form, items = stage(rivals())
    parts = Parting(form, items).parts(-1.8, time.monotonic() - 1.0, threading.Event())
    assert [part.bound for part in parts] == [-math.inf]
    assert parts[0].form is form


def test_what_is_settled_parts_nothing():
    model, form, items = stage(rivals())
    lower, upper = form.lower.copy(), form.upper.copy()
    lower[items[0][-1]], upper[items[1]] = 1.0, 0.0
    for settled in (replace(form, lower=lower), replace(form, upper=upper)):
        assert len(items_of(model, settled, core_columns(model, settled))) == len(items) - 1


# -- rounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("instance", [rivals(), mixed()], ids=["rivals", "mixed"])
def test_with_nothing_known_the_best_is_found(instance):
    best = exact(stage(instance)[1]).objective
    _, outcome = ended(of(instance))
    assert outcome.termination is Termination.GAP_REACHED
    assert outcome.objective == pytest.approx(best, rel=1e-6)
    assert best - 1e-4 <= outcome.bound <= best + 1e-6


@pytest.mark.usefixtures("parted")
@pytest.mark.parametrize("stride", [0.1, 0.65, 1.0])
@pytest.mark.parametrize("width", [1, 2])
def test_nothing_better_than_the_best_is_proven(stride, width, monkeypatch):
    monkeypatch.setattr(rounds, "PART_STRIDE", stride)
    monkeypatch.setattr(rounds, "STRIDE", stride)
    searched = of(rivals(), enough=-1.8)
    searched.width = width
    told, outcome = ended(searched)
    assert told == []
    assert outcome.termination is Termination.GAP_REACHED
    assert outcome.bound == pytest.approx(-1.8, rel=1e-5)


@pytest.mark.usefixtures("parted")
@pytest.mark.parametrize("expected", [math.inf, -1.7, -3.0])
def test_what_is_better_than_enough_is_found(expected):
    # −1.4 is known, of r2; what is hoped for may be wrong in either direction
    told, outcome = ended(of(rivals(), enough=-1.4, expected=expected))
    assert [event.objective for event in told][-1] == pytest.approx(-1.8)
    assert outcome.objective == pytest.approx(-1.8)
    assert outcome.bound == pytest.approx(-1.8, rel=1e-5)


def test_the_bound_only_ever_gets_nearer(monkeypatch):
    monkeypatch.setattr(rounds, "STRIDE", 0.3)
    searched = of(mixed())
    best = exact(searched.form).objective
    searched.better_than(best)
    searched.start()
    heard = [-math.inf]
    while searched.running:
        heard += [e.bound for e in searched.poll(0.001) if not isinstance(e, Point) and e.bound is not None]
    assert heard == sorted(heard)
    assert heard[-1] <= best + 1e-6


def test_infeasible_only_where_nothing_was_cut_off():
    instance = make(
        drivers=[driver()],
        initiatives=[{"id": "x", "duration": 2}],
        requirements=[{"item": "r1", "requires": "x"}],
        locks=[{"item": "r1", "must": True, "by": 2}],
    )
    assert ended(of(instance))[1].termination is Termination.INFEASIBLE
    assert ended(of(instance, enough=-1.0))[1].termination is Termination.GAP_REACHED


class Waiting:
    """A search that goes on for ever, or waits."""

    running = True

    def __init__(self, *_):
        self.goes_on = None

    def start(self, **_):
        self.goes_on = True

    def poll(self, _):
        return []

    def go_on(self, whether):
        self.goes_on = whether


@pytest.mark.parametrize(("most", "begun"), [(1, [True, None, None]), (8, [False, True, None])])
def test_the_worst_parts_are_searched_and_others_wait(most, begun, monkeypatch):
    monkeypatch.setattr(rounds, "Highs", Waiting)
    monkeypatch.setattr(rounds, "MOST_OPEN", most)
    searched = of(rivals(), enough=-1.0)
    searched.stop, searched._deadline = threading.Event(), None
    searched._parts = parts = [rounds.Part(searched.form, bound) for bound in (-9.0, -8.0, -7.0)]

    def going():
        searched.poll()
        return [None if part.solver is None else part.solver.goes_on for part in parts]

    assert going() == [True, None, None]
    parts[0].heard(-7.5)  # the second is the worst now, and begins where a further one may be open
    assert going() == begun
    for part in parts[1:]:
        part.heard(-6.0)  # the first is the worst again
    assert going()[:2] == [True, False if most > 1 else None]
    searched.width = 2
    assert going()[:2] == [True, True if most > 1 else None]
    searched.stop.set()  # all have to go on to notice that
    assert all(goes_on in (True, None) for goes_on in going())


def test_a_part_that_has_come_to_its_cut_goes_on_to_the_next_without_waiting_for_others(monkeypatch):
    monkeypatch.setattr(rounds, "Highs", Waiting)
    monkeypatch.setattr(rounds, "PART_STRIDE", 0.25)
    monkeypatch.setattr(rounds, "STRIDE", 0.5)
    searched = of(rivals(), enough=-1.0)
    searched.stop, searched._deadline, searched.width = threading.Event(), None, 2
    searched._whole.bound = -9.0
    searched._parts = worse, better = [rounds.Part(searched.form, bound) for bound in (-20.0, -5.0)]
    searched._root = None
    searched.poll()
    # At first a quarter of the way to −1: from −9, which no plan at all is known to be better than, and from −5.
    assert (worse.cut, better.cut) == (-7.0, -4.0)
    better.heard(math.inf)
    better.solver = None  # at its end
    searched.poll()
    # Then half of what is left.
    assert (better.bound, better.cut) == (-4.0, -2.5)
    assert worse.solver.goes_on
    assert better.solver.goes_on


def test_a_last_step_ends_at_what_has_to_be_reached_even_where_that_is_0():
    searched = of(rivals(), enough=0.0)
    searched._whole.bound = -10.0
    # A hundredth of 10 is 0.1: a step of 35 % leaves 0.13 of 0.2, and 0.0975 of 0.15.
    assert searched._nearer(-0.2, 0.0, 0.35) == pytest.approx(-0.13)
    assert searched._nearer(-0.15, 0.0, 0.35) == 0.0


class Over(Waiting):
    """A search that is at its end."""

    running = False
    begun = 0

    def start(self, **_):
        Over.begun += 1

    def outcome(self):
        return Outcome(Termination.MEMORY, None, None, -8.0, 0)


class Broken(Over):
    """One that nothing may be read from."""

    def outcome(self):
        message = "broken"
        raise SolverError(message)


def at_its_end(kind, monkeypatch):
    """Rounds of two parts, both of which are searched and end so."""
    monkeypatch.setattr(rounds, "Highs", kind)
    monkeypatch.setattr(Over, "begun", 0)
    searched = of(rivals(), enough=-1.0)
    searched.stop, searched._deadline, searched.width = threading.Event(), None, 2
    searched._root, searched._parts = None, [rounds.Part(searched.form, -9.0), rounds.Part(searched.form, -7.0)]
    searched.poll()
    return searched


def test_a_part_that_the_memory_does_not_suffice_for_is_not_begun_again(monkeypatch):
    searched = at_its_end(Over, monkeypatch)
    outcome = searched.outcome()
    assert (outcome.termination, outcome.bound) == (Termination.MEMORY, -8.0)
    assert Over.begun == 2


def test_a_part_that_fails_is_told_and_the_others_end(monkeypatch):
    searched = at_its_end(Broken, monkeypatch)
    with pytest.raises(SolverError, match="broken"):
        searched.poll()
    assert len(searched._open) == 1
    searched.end()
    assert (searched._open, searched.running, Over.begun) == ([], False, 2)


def test_a_paused_search_waits_and_can_be_stopped():
    searched = of(mixed())
    with searched.paused():
        searched.start()
        for _ in range(20):
            searched.poll(0.01)
        assert searched.running
        assert searched._open == []
        searched.stop.set()
        outcome = searched.outcome()
    assert outcome.termination is Termination.INTERRUPTED
    assert outcome.bound is None


def test_a_search_out_of_time_says_so():
    _, outcome = ended(of(mixed()), deadline=time.monotonic() - 1.0)
    assert (outcome.termination, outcome.bound, outcome.point) == (Termination.TIME_LIMIT, None, None)


def test_an_error_beside_is_raised_where_it_is_waited_for(monkeypatch):
    def fails(*_):
        message = "no relaxation"
        raise SolverError(message)

    monkeypatch.setattr(Parting, "root", fails)
    with pytest.raises(SolverError, match="no relaxation"):
        ended(of(rivals()))


# -- in a solve -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("everything_is_large", "parted")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("gap", [1e-4, 0.2])
def test_a_solve_in_rounds_keeps_its_gap(threads, gap):
    best = optimum(mixed(), "cells")[0]
    result = solve(mixed(), gap=gap, threads=threads, rounds=True, walk=False)
    assert result.termination is Termination.GAP_REACHED
    assert result.bound >= best * (1 - 1e-6)
    assert result.gap <= gap


@pytest.mark.usefixtures("everything_is_large")
def test_a_solve_without_rounds_makes_none(monkeypatch):
    monkeypatch.setattr(Rounds, "start", None)
    assert solve(mixed(), gap=1e-4, rounds=False).termination is Termination.GAP_REACHED
    with pytest.raises(TypeError):
        solve(mixed(), gap=1e-4, rounds=True)


def test_columns_of_items_are_in_the_order_of_waves():
    model, form, items = stage(mixed())
    wave = {int(form.form_column[c]): w for (_, _, w), c in model.adopt.items()}
    assert items
    for item in items:
        assert np.all(np.diff([wave[int(c)] for c in item]) > 0)
