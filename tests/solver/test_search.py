"""Tightening, stages and neighbourhoods: valid bounds, better relaxations, the same optimum."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import sequencer as sq
from sequencer.errors import DisagreementError, SolverError
from sequencer.model.build import build
from sequencer.plan.plan import Plan
from sequencer.solver import search
from sequencer.solver import solve as module
from sequencer.solver.aims import goal_aims
from sequencer.solver.decisions import adoption_columns, fix_decisions, read_plan_of
from sequencer.solver.events import Improved, Progress
from sequencer.solver.highs import Highs
from sequencer.solver.improve import Improver
from sequencer.solver.keeper import Keeper
from sequencer.solver.neighbourhoods import Neighbourhoods
from sequencer.solver.options import SolveOptions
from sequencer.solver.outcome import Outcome, Point
from sequencer.solver.relaxation import Relaxation
from sequencer.solver.rounds import Rounds
from sequencer.solver.search import Search
from sequencer.solver.solve import solve
from sequencer.solver.standard_form import box_bound, standard_form
from sequencer.solver.tightening import tighten
from sequencer.types import Termination
from tests.model.test_value import mixed
from tests.model.tools import driver, make, optimum

MEDIUM = Path(__file__).parents[2] / "instances" / "medium"
SOON = 60.0


@pytest.fixture(scope="module")
def medium():
    return sq.read(MEDIUM)


@pytest.fixture
def everything_is_large(monkeypatch):
    """Stages and tightening for tiny instances too."""
    monkeypatch.setattr(search, "SMALL", 0)
    monkeypatch.setattr(module, "SMALL", 0)


def keeper_of(instance, gap=0.01):
    return Keeper(instance, (), gap, goal_aims(build(instance))[0])


def forms(instance, formulation="compact"):
    model = build(instance, formulation=formulation)
    form = standard_form(model)
    return model, form, tighten(model, form, time.monotonic() + SOON)


def relaxed(form):
    return Highs(form, {"threads": 1}, relax=True).run().objective


# -- tightening -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("formulation", ["compact", "cells"])
def test_tightening_keeps_the_optimum_and_lowers_the_bound(formulation):
    _, form, tight = forms(mixed(), formulation)
    exact = {"mip_rel_gap": 0.0, "mip_abs_gap": 1e-9, "threads": 1}
    assert Highs(tight, exact).run().objective == pytest.approx(Highs(form, exact).run().objective, rel=1e-6)
    assert relaxed(tight) >= relaxed(form) - 1e-6


def test_a_driver_that_can_earn_nothing_is_no_clash(everything_is_large):
    # jp costs itself 60 and earns 10 a year for three years at most, so it may not be adopted; r1 must be, for 1.
    instance = make(
        {"every_affiliate_gains": True},
        drivers=[driver(one_off_cost=1)],
        affiliates=[{"id": "jp", "affiliate_class": "any", "revenue": 1}],
        archetypes=[{"id": "adapted", "duration": 0, "one_off_cost": 60, "hq_share": 0}],
        locks=[{"item": "r1", "must": True}],
    )
    _, form, tight = forms(instance)
    added = tight.matrix.tocsr()[form.matrix.shape[0] :]
    # Entries as small as the solver's tolerance made its presolve say that there is no plan.
    assert abs(added.data[added.data != 0]).min() > 1e-4
    assert solve(instance, threads=1, start_plan=False).objective == pytest.approx(-1)


def test_tightening_cuts_off_much_of_the_relaxation(medium):
    _, form, tight = forms(medium)
    # minimising: a higher bound is a tighter one
    assert relaxed(tight) > relaxed(form) * 0.99


def test_a_row_by_hand():
    # r1 needs x (2 FTE) live one wave before and the brand takes 1 FTE; with 2 FTE in wave 1 only x starts there, so a
    # brand that starts in wave 2 lets r1 earn 10 in each of waves 2 and 3: the row of start wave 2 is 20, and no more.
    instance = make(
        drivers=[driver()],
        initiatives=[{"id": "x", "use": {"fte": 2}}],
        brands=[{"id": "b", "use": {"fte": 1}}],
        requirements=[{"item": "r1", "requires": "x"}],
        resources=[{"id": "fte"}],
        capacities=[{"resource": "fte", "wave": w, "capacity": c} for w, c in enumerate((2, 1, 1), start=1)],
    )
    model, form, tight = forms(instance)
    first = form.form_column[model.adopt["r1", "", 2]]
    rows = tight.matrix.tocsr()[len(form.row_upper) :]
    by_start = rows.toarray()[0]
    # The columns are cumulative, so that of wave 2 carries 20 less the 10 that starting in wave 3 is worth; rows are
    # scaled, and what a value column earns says by how much.
    earning = np.flatnonzero((form.cost < 0) & (by_start > 0))[0]
    scale = by_start[earning] / -form.cost[earning]
    assert -by_start[first] / scale / model.money_scale == pytest.approx(20 - 10, rel=1e-4)
    assert optimum(instance)[0] == pytest.approx(20)


def test_every_feasible_plan_satisfies_the_rows(medium):
    model, form, tight = forms(medium)
    found = []
    solve(medium, time_limit=2, listeners=[lambda e: found.append(e.plan) if hasattr(e, "plan") else None])
    assert found
    for plan in found:
        outcome = Highs(fix_decisions(model, tight, plan), {"threads": 1}, relax=True).run()
        free = Highs(fix_decisions(model, form, plan), {"threads": 1}, relax=True).run()
        assert outcome.objective == pytest.approx(free.objective, rel=1e-9)


def test_tightening_out_of_time_adds_nothing():
    model = build(mixed())
    form = standard_form(model)
    assert tighten(model, form, time.monotonic() - 1) is form


def test_the_relaxation_is_told_before_it_is_tightened():
    model = build(mixed())
    form = standard_form(model)
    told, stop = [], threading.Event()
    assert tighten(model, form, time.monotonic() + SOON, stop, first=told.append) is not form
    assert told == [pytest.approx(relaxed(form))]
    stop.set()
    assert tighten(model, form, time.monotonic() + SOON, stop, first=told.append) is form
    assert told[1:] == [None]


def test_maximum_of_a_relaxation():
    model = build(make(drivers=[driver("r1"), driver("r2")], pace=[{"items": "drivers", "limit": 1}]))
    form = standard_form(model)
    columns = [int(form.form_column[model.adopt[d, "", 1]]) for d in ("r1", "r2")]
    relaxation = Relaxation(form)
    both = dict.fromkeys(columns, 1.0)
    assert relaxation.maximum(both, {}) == pytest.approx(1)
    assert relaxation.maximum(both, {columns[0]: 0.0, columns[1]: 0.0}) == pytest.approx(0)
    assert relaxation.maximum(both, dict.fromkeys(columns, 1.0)) == 0  # both at once cannot be
    assert relaxation.maximum(both, {}) == pytest.approx(1)  # nothing stays fixed


def test_box_bound_is_a_bound():
    _, form, _ = forms(mixed())
    assert box_bound(form) <= relaxed(form)


# -- stages -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.usefixtures("everything_is_large")
def test_stages_prove_the_same_optimum(threads):
    best = optimum(mixed(), "cells")[0]
    phases = []
    result = solve(mixed(), gap=1e-4, threads=threads, listeners=[lambda e: phases.append(getattr(e, "phase", None))])
    assert {"tightening", "core decisions"} <= set(phases)
    assert result.termination is Termination.GAP_REACHED
    assert result.objective <= best * (1 + 1e-9)
    assert result.bound >= best * (1 - 1e-9)
    assert result.gap <= 1e-4


def test_one_thread_completes_plans_while_the_first_stage_lasts(medium, monkeypatch):
    ended, found = [], []
    outcome = Highs.outcome
    whole = forms(medium)[1].integral.sum()

    def spy(solver):
        made = outcome(solver)
        if solver.form.integral.sum() < whole:
            ended.append(made)
        return made

    def press(event):
        if isinstance(event, Improved):
            found.append(len(ended))
            raise KeyboardInterrupt

    monkeypatch.setattr(Highs, "outcome", spy)
    result = solve(medium, gap=1e-4, threads=1, start_plan=False, listeners=[press])
    assert result.plan is not None
    assert result.termination is Termination.INTERRUPTED
    # no search for the bound had come to its end when the first plan was there
    assert found == [0]


def test_an_error_beside_the_search_leaves_nothing_running(medium, monkeypatch):
    begun, start = [], Highs.start

    def spy(solver, **limits):
        start(solver, **limits)
        begun.append(solver._worker)

    def fails(*_):
        message = "no step"
        raise SolverError(message)

    monkeypatch.setattr(Highs, "start", spy)
    monkeypatch.setattr(Improver, "step", fails)
    with pytest.raises(SolverError, match="no step"):
        solve(medium, gap=1e-4, threads=2, tighten=False, rounds=False)
    assert begun
    assert not any(worker.is_alive() for worker in begun)


def test_ctrl_c_again_while_a_search_ends_loses_nothing_of_it():
    class Pressed:
        left = 2

        def outcome(self):
            self.left -= 1
            if self.left >= 0:
                raise KeyboardInterrupt
            return "found"

    model = build(mixed())
    made = Search(model, standard_form(model), SolveOptions(), keeper_of(mixed()))
    assert made._outcome(Pressed()) == "found"
    assert made.interrupted
    assert made.stop.is_set()


@pytest.mark.usefixtures("everything_is_large")
def test_the_last_core_is_filled_within_the_limit_of_memory(monkeypatch):
    ended = []

    def fills(improver, _deadline, stop, tell):
        improver.keeper.full.set()
        tell(None)
        ended.append(stop.is_set())

    monkeypatch.setattr(Search, "_take_turns", lambda *_, **__: None)
    monkeypatch.setattr(Improver, "complete_waiting", fills)
    result = solve(mixed(), gap=1e-4, threads=2, start_plan=False)
    assert ended == [True]
    assert result.termination is Termination.MEMORY_LIMIT


# -- no plan at all ---------------------------------------------------------------------------------------------------

NO_PLAN = Outcome(Termination.INFEASIBLE, None, None, None, 0)


@pytest.mark.usefixtures("everything_is_large")
def test_that_there_is_no_plan_is_not_believed_of_added_rows_where_there_is_one(monkeypatch):
    searches, honest = [], Search.run

    def run(made, deadline):
        searches.append(made)
        return NO_PLAN if len(searches) == 1 else honest(made, deadline)

    monkeypatch.setattr(Search, "run", run)
    result = solve(mixed(), start=Plan(), gap=1e-4, threads=1)
    assert result.objective == pytest.approx(optimum(mixed())[0], rel=1e-4)
    assert len(searches) >= 2


@pytest.mark.usefixtures("everything_is_large")
def test_a_solver_that_contradicts_itself_is_told_of(monkeypatch):
    monkeypatch.setattr(Search, "run", lambda *_: NO_PLAN)
    with pytest.raises(DisagreementError, match="no plan keeps the rules, but there is one"):
        solve(mixed(), start=Plan(), gap=1e-4, threads=1)


def test_a_paused_search_waits(medium):
    solver = Highs(forms(medium)[1], {"threads": 1, "mip_max_nodes": 0})
    with solver.paused():
        solver.start()
        solver._worker.join(0.5)
        assert [event for event in solver.poll() if isinstance(event, Point)] == []
        assert solver.running
    assert solver.outcome().termination is Termination.WORK_LIMIT


def test_whoever_waits_for_a_search_hears_that_it_is_over():
    solver = Highs(standard_form(build(make(drivers=[driver()]))), {"threads": 1})
    solver.start()
    waiting = threading.Thread(target=lambda: [solver.poll(1e6) for _ in range(9)], daemon=True)
    waiting.start()
    # There is nothing more to tell than that, and the waiting has no end of its own.
    waiting.join(SOON)
    assert not waiting.is_alive()
    assert not solver.running
    assert solver.outcome().termination is Termination.GAP_REACHED


def test_a_search_that_is_good_enough_ends_with_what_it_has(medium):
    # Whoever asks for a first plan that is worth anything at all stops at the first that is.
    form = forms(medium)[1]
    outcome = Highs(form, {"threads": 1, "objective_target": -1e-5}).run()
    assert outcome.termination is Termination.WORK_LIMIT
    assert outcome.objective <= -1e-5
    assert outcome.bound <= outcome.objective


def test_a_paused_search_can_be_stopped(medium):
    solver = Highs(forms(medium)[1], {"threads": 1})
    with solver.paused():
        solver.start()
        solver.stop.set()
        assert solver.outcome().termination is Termination.INTERRUPTED


@pytest.mark.usefixtures("everything_is_large")
def test_gap_0_means_proven():
    # Found among random instances: value of 4.2 and cost of 4.8 nearly cancel, and a solver whose rows may give way by
    # 1e-6 each ends with a bound 3e-6 above the optimum.
    instance = make(
        {"discount_rate": 0.25, "carry_share": 1.0},
        affiliates=[{"id": "jp", "affiliate_class": "small", "revenue": 1}],
        archetypes=[
            {
                "id": "adapted", "duration": 0, "one_off_cost": 0.5, "parallel": 1, "value_factor": 1.25,
                "upkeep": {"it": -0.5}, "use": {"it": 0.5},
            }
        ],
        fit=[{"affiliate_class": "small", "archetype": "adapted", "fit": 0.5}],
        ramps=[{"owner": "adapted", "from_month": m, "factor": f} for m, f in ((0, 0.5), (6, 0.75), (20, 1))],
        drivers=[
            driver("r1", 1.13, one_off_cost=1, running_cost=1, visible=True, upkeep={"it": 0.25}),
            driver("r2", 9.19, one_off_cost=2.5, success=0.75, use={"it": 1}),
        ],
        initiatives=[{"id": "hub", "running_cost": -1, "duration": 0, "use": {"it": 1}}],
        mandate=[
            {"level": 0, "running_cost": 0.5, "released_share": 0.5, "use": {"it": 0.5}},
            {"level": 1, "one_off_cost": 1, "running_cost": 0.5, "use": {"it": 1}},
            {"level": 2, "one_off_cost": 1.5, "running_cost": 0.5, "use": {"it": 2}},
        ],
        requirements=[{"item": item, "requires": "mandate:2"} for item in ("r2", "jp/adapted")],
        resources=[{"id": "it"}],
        budgets=[{"pot": "hq", "wave": w, "amount": 6} for w in (1, 2, 3)],
        quick_wins=[{"wave": 3}],
    )  # fmt: skip
    result = solve(instance, gap=0, threads=1)
    assert (result.gap, result.bound) == (0, result.objective)
    assert result.proven_optimal


@pytest.mark.usefixtures("everything_is_large")
def test_the_bound_of_the_first_stage_is_a_bound():
    # with everything but the core relaxed the first stage can only be worth more than the optimum
    model, form, tight = forms(mixed())
    engine = Search(model, tight, SolveOptions(threads=1), keeper_of(mixed()))
    outcome = Highs(replace(tight, integral=engine._core), {"threads": 1, "mip_rel_gap": 0.0}).run()
    assert -outcome.bound / model.money_scale >= optimum(mixed())[0] * (1 - 1e-9)


@pytest.mark.usefixtures("everything_is_large")
def test_an_infeasible_core_is_infeasible():
    instance = make(
        drivers=[driver()],
        initiatives=[{"id": "x", "duration": 2}],
        requirements=[{"item": "r1", "requires": "x"}],
        locks=[{"item": "r1", "must": True, "by": 2}],
    )
    assert solve(instance).termination is Termination.INFEASIBLE


def test_medium_with_and_without_each_technique(medium):
    found = [
        solve(medium, time_limit=2, tighten=tight, staged=staged) for tight in (True, False) for staged in (True, False)
    ]
    assert all(r.plan is not None for r in found)
    assert max(r.objective for r in found) <= min(r.bound for r in found) * (1 + 1e-9)


def test_progress_never_shows_a_bound_below_the_best_plan(medium):
    events = []
    solve(medium, time_limit=3, listeners=[events.append])
    shown = [e for e in events if isinstance(e, Progress) and e.bound is not None and e.objective is not None]
    assert shown
    assert all(e.bound >= e.objective - 1e-6 for e in shown)


# -- keeper and neighbourhoods ----------------------------------------------------------------------------------------


def test_what_is_heard_stops_a_search_but_proves_nothing():
    keeper = keeper_of(mixed(), 0.5)
    assert keeper.consider(optimum(mixed())[1])
    keeper.heard = keeper.best.npv * 1.1
    assert keeper.nearly_enough
    assert not keeper.enough
    keeper.bounded(keeper.best.npv * 1.1)
    assert keeper.enough


def test_keeper_takes_better_plans_only():
    keeper = keeper_of(mixed())
    plan = optimum(mixed())[1]
    assert keeper.consider(plan)
    assert not keeper.consider(plan)


def test_neighbourhoods_keep_what_is_not_free():
    instance = mixed()
    model, form, _ = forms(instance)
    plan = optimum(instance)[1]
    around = Neighbourhoods(model, form, seed=1)
    part = around._restricted(plan, set(), 0)
    columns, values = adoption_columns(model, form, plan)
    assert (part.lower[columns] == values).all()
    assert (part.upper[columns] == values).all()
    loose = around._restricted(plan, set(), 1)
    at = columns.astype(int)
    # give or take a wave: only columns next to a start are free
    assert 0 < (loose.upper[at] - loose.lower[at]).sum() <= 2 * len(plan.adoptions)


def test_neighbourhoods_find_a_better_plan():
    instance = mixed()
    model, form, _ = forms(instance)
    best, plan = optimum(instance)
    late = replace(plan, adoptions=tuple(a for a in plan.adoptions if a.id not in ("c1", "pt")))
    keeper = keeper_of(instance)
    assert keeper.consider(late)
    around = Neighbourhoods(model, form, seed=1)
    import threading

    for _ in range(20):
        found = around.search(keeper.best.plan, time.monotonic() + 5, threading.Event(), lambda _: None)
        around.learn(found is not None and keeper.trust(found))
    assert keeper.best.npv == pytest.approx(best)


def test_points_become_plans_and_back():
    instance = mixed()
    model, form, _ = forms(instance)
    plan = optimum(instance)[1]
    columns, values = adoption_columns(model, form, plan)
    point = np.zeros(len(form.cost))
    point[columns.astype(int)] = values
    assert read_plan_of(model, form, point) == plan


@pytest.mark.parametrize("gap", [0.3, 0.05, 0.01, 1e-4])
def test_rounds_that_end_have_proven_the_gap(gap):
    # They end as soon as their bound is as good as what is enough, but for a tolerance.
    model = build(mixed())
    form = standard_form(model)
    keeper = keeper_of(mixed(), gap)
    search = Search(model, form, SolveOptions(gap=gap, threads=2), keeper)
    assert search._enough == math.inf
    assert keeper.consider(optimum(mixed())[1])
    rounds = Rounds(form, [], {}, search._enough)
    keeper.bounded(keeper.aim.worth_of(rounds._least))
    assert keeper.enough
    # No more than that is asked of them.
    assert keeper.bound == pytest.approx(keeper.sufficient, rel=1e-5)


class Clock:
    """Stands still but for the steps."""

    now = 0.0

    def monotonic(self):
        return self.now


class Steps:
    """An improver whose next step takes so long, and finds so much."""

    idle = False
    waiting = met = None
    best_core = math.inf

    def __init__(self, clock, keeper):
        self.clock, self.keeper = clock, keeper
        self.began, self.takes, self.finds = [], 2.0, None

    def step(self, *_):
        self.began.append(self.clock.now)
        self.clock.now += self.takes
        if self.finds is not None:
            self.keeper.consider(self.finds)


class Polled(Rounds):
    """Rounds in which nothing happens."""

    def __init__(self, form):
        super().__init__(form, [], {}, math.inf)
        self.stop, self._deadline = threading.Event(), None

    def poll(self, _=0.0):
        return []


def stepping(monkeypatch, threads=2):
    """A search that steps when told to, and a function that tells it: at a second, with which width of the rounds."""
    clock, keeper = Clock(), keeper_of(mixed())
    model = build(mixed())
    made = Search(model, standard_form(model), SolveOptions(threads=threads), keeper)
    made.improver = Steps(clock, keeper)
    rounds = Polled(made.form)
    monkeypatch.setattr(search, "time", clock)

    def at(second):
        clock.now = second
        made._improve(rounds, None, core=True)
        return rounds.width

    return made.improver, at


def test_after_a_step_the_bound_has_every_core_for_as_long(monkeypatch):
    steps, at = stepping(monkeypatch)
    # 2 s in vain, then 2 s for the step and 2 s for its being in vain: until 6.
    assert at(0.0) == 1
    assert [at(2.0), at(5.9)] == [2, 2]
    # The second in vain rests for 3 times 2 s: until 14.
    assert at(6.0) == 1
    assert at(13.9) == 2
    # One that helps, until 18, and the count begins anew.
    steps.finds = optimum(mixed())[1]
    assert at(14.0) == 1
    assert at(17.9) == 2
    steps.finds = None
    assert at(18.0) == 1
    assert at(23.9) == 2
    # No rest is longer than 15 s, however long the step took.
    steps.takes = 60.0
    assert at(24.0) == 1
    assert at(98.9) == 2
    assert at(99.0) == 1
    assert steps.began == [0.0, 6.0, 14.0, 18.0, 24.0, 99.0]


def test_a_point_that_waits_to_be_completed_ends_the_rest(monkeypatch):
    steps, at = stepping(monkeypatch)
    at(0.0)
    assert at(3.0) == 2
    steps.waiting = np.zeros(1)
    assert at(3.0) == 1
    assert steps.began == [0.0, 3.0]


def test_one_core_is_shared_in_turns_without_rests(monkeypatch):
    steps, at = stepping(monkeypatch, threads=1)
    assert [at(0.0), at(2.0)] == [1, 1]
    assert steps.began == [0.0, 2.0]
