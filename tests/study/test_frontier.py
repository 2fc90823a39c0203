"""Frontiers: equal to brute force on tiny instances, by hand, and honest where solves end early.

Unless said otherwise: three waves of a year, no tail, no discounting. A driver worth p a year, with a running cost of
c, that is live from wave w earns p · (4 − w) for c · (4 − w).
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from sequencer.errors import InputError, SequencerError
from sequencer.instance.goals import measures
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Plan
from sequencer.study import Frontier, frontier, in_order
from sequencer.study.efficient import Axis, Subproblem
from sequencer.types import Termination
from tests.model.tools import driver, make, waves
from tests.study.brute_force import drawn, efficient, figures_of, limitable

TWO = {
    # npv/cost by start wave: r1 15/15, 10/10, 5/5; r2 15/3, 10/2, 5/1
    "drivers": [driver("r1", 10, running_cost=5), driver("r2", 6, category="risk", running_cost=1)],
}


def found(instance, names, points="all", **options):
    return frontier(instance, names, points=points, **{"gap": 0, "threads": 1, **options})


def figures(made):
    return [p.figures for p in made.points]


def same(one, other):
    return len(one) == len(other) and all(
        a == pytest.approx(b, rel=2e-5, abs=2e-5) for a, b in zip(one, other, strict=True)
    )


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_all_points_by_hand():
    made = found(make(**TWO), ["npv", "cost"])
    # r2 earns five times its cost and goes first; r1 then doubles what it costs, wave by wave.
    # r1 in wave 3 with r2 in wave 2 (15/7) is beaten by r2 alone in wave 1 (15/3), and so on.
    expected = [(30, 18), (25, 13), (20, 8), (15, 3), (10, 2), (5, 1), (0, 0)]
    assert same(figures(made), expected)
    assert all(p.efficient and p.bound == p.figures[0] for p in made.points)
    assert [waves(p.plan) for p in made.points[2:5]] == [{"r1": 3, "r2": 1}, {"r2": 1}, {"r2": 2}]
    assert made.complete
    assert made.exhaustive


def test_a_time_limit_that_suffices_changes_nothing():
    # Measures are then solved for in turn, the first with all of the time.
    made = found(make(**TWO), ["npv", "cost"], time_limit=60)
    assert same(figures(made), [(30, 18), (25, 13), (20, 8), (15, 3), (10, 2), (5, 1), (0, 0)])
    assert all(p.efficient and p.bound == p.figures[0] for p in made.points)


def test_a_grid_tries_limits_evenly_and_skips_those_that_are_answered():
    made = found(make(**TWO), ["npv", "cost"], points=7)
    # caps 15, 12, 9, 6, 3, 0 below the 18 of the best plan: 13 ≤ 15; 8 ≤ 12, and it answers 9; 3 ≤ 6, and it answers 3
    assert same(figures(made), [(30, 18), (25, 13), (20, 8), (15, 3), (0, 0)])
    assert [s.limits[0] for s in made.subproblems] == pytest.approx([None, 0, 15, 12, 6])
    assert made.complete


def test_three_measures_by_hand():
    made = found(make(**TWO), ["npv", "adoptions", "value:risk"])
    # one adoption: r2 in wave 1 (15) is worth as much as r1 and has all the risk value; none: nothing
    assert same(figures(made), [(30, 2, 18), (15, 1, 18), (0, 0, 0)])


def test_waves_count_in_whole_steps():
    tables = {"drivers": [driver("r1", 10, one_off_cost=12), driver("r2", 6, one_off_cost=5)]}
    made = found(make(**tables), ["npv", "payback_wave"])
    # both in wave 1: −1, then 15, 31: paid back in wave 2; r1 a wave later: 1, then 1 + 6 + 10 − 12 = 5, 21: in wave 1
    assert same(figures(made), [(31, 2), (21, 1)])
    assert [s.limits[0] for s in made.subproblems] == [None, 1]


def test_limits_of_the_instance_hold_beside_those_of_the_frontier():
    cap = {"measure": "cost", "sense": "cap", "amount": 8}
    made = found(make(measure_limits=[cap], **TWO), ["npv", "cost"])
    assert same(figures(made), [(20, 8), (15, 3), (10, 2), (5, 1), (0, 0)])


def test_weighted_value_is_what_npv_means_where_categories_have_weights():
    weights = [{"category": "risk", "weight": 3.0}]
    made = found(make(category_weights=weights, **TWO), ["npv", "adoptions"])
    assert made.axes[0].measure.name == "weighted_npv"
    # r1 earns 30 − 15, r2 3 · 18 − 3
    assert same(figures(made), [(66, 2), (51, 1), (0, 0)])


def test_where_no_plan_keeps_the_rules_there_is_no_frontier():
    locks = [{"item": "r1", "must": True}]
    made = found(
        make(locks=locks, budgets=[{"pot": "hq", "wave": w, "amount": 1} for w in (1, 2, 3)], **TWO), ["npv", "cost"]
    )
    assert made.infeasible
    assert made.points == ()
    assert len(made.subproblems) == 1


# -- brute force ------------------------------------------------------------------------------------------------------


def telling(names, points, wanted=1):
    """Drawn instances with so many efficient points at least."""
    return drawn(
        lambda i: limitable(i, names) and len(efficient(i, names, figures_of(i, names))) >= points, wanted=wanted
    )


@pytest.mark.parametrize(
    ("names", "points"),
    [
        (("npv", "cost"), 4),
        (("drivers", "cost"), 2),
        (("npv", "payback_wave"), 2),
        (("npv", "drivers", "cost"), 5),
        (("npv", "adoptions", "cost"), 5),
        (("npv", "payback_wave", "cost"), 5),
    ],
)
def test_all_points_are_those_that_brute_force_finds(names, points):
    (instance,) = telling(names, points)
    made = found(instance, names)
    assert same(figures(made), efficient(instance, names, figures_of(instance, names)))
    assert made.complete
    assert all(p.efficient for p in made.points)
    assert all(evaluate(instance, p.plan).feasible for p in made.points)


@pytest.mark.parametrize("names", [("npv", "cost"), ("npv", "cost", "adoptions")])
def test_a_grid_finds_the_best_at_each_of_its_limits(names):
    (instance,) = telling(names, 4)
    made = found(instance, names, points=4)
    everything = efficient(instance, names, figures_of(instance, names))
    senses = [measures(instance)[n].sense for n in names]
    worths = [tuple(s * f for s, f in zip(senses, fs, strict=True)) for fs in everything]
    best = [max(w[k] for w in worths) for k in range(len(names))]
    assert [s * a.best for s, a in zip(senses, made.axes, strict=True)] == pytest.approx(best, abs=1e-5)
    for tried in made.subproblems:
        limits = [None, *tried.limits]
        kept = [
            w for w in worths if all(e is None or x >= s * e - 1e-5 for x, s, e in zip(w, senses, limits, strict=True))
        ]
        assert tried.infeasible == (not kept)
        assert tried.infeasible or tried.bound == pytest.approx(senses[0] * max(kept)[0], abs=1e-5)


def test_what_is_claimed_holds_where_solves_end_early():
    names = ("npv", "cost")
    for instance in telling(names, 4, wanted=2):
        everything = figures_of(instance, names)
        # Half of the value may be missing in each solve.
        made = found(instance, names, points=5, gap=0.5)
        for p in made.points:
            assert p.figures[0] <= p.bound
            assert max(npv for npv, cost in everything if cost <= p.figures[1] + 1e-6) <= p.bound + 1e-5
            if p.efficient:
                beating = [f for f in everything if f[0] >= p.figures[0] + 1e-5 and f[1] <= p.figures[1] + 1e-6]
                assert beating == []
        for limit, bound in made.staircase():
            assert max(npv for npv, cost in everything if limit is None or cost <= limit + 1e-6) <= bound + 1e-5


# -- what is kept, dropped and claimed --------------------------------------------------------------------------------


def frontier_of(*subproblems):
    known = measures(make(**TWO))
    axes = (Axis(known["npv"], 30, 30), Axis(known["cost"], 0, 0))
    return Frontier(make(**TWO), axes, subproblems, complete=True)


def solved(limit, npv, cost, bound, *, proven=False):
    ended = Termination.GAP_REACHED if proven else Termination.TIME_LIMIT
    return Subproblem((limit,), ended, (npv, cost), bound, proven, Plan())


def test_a_plan_is_left_out_only_where_another_one_beats_it():
    made = frontier_of(
        solved(None, 20, 10, 30),
        solved(9, 18, 8, 25),
        solved(7, 18, 6, 19),  # as much for less
        solved(5, 5, 5, 15),
    )
    assert figures(made) == [(20, 10), (18, 6), (5, 5)]
    assert [(d.figures, d.by) for d in made.dropped] == [((18, 8), (18, 6))]
    assert not any(p.efficient for p in made.points)


def test_a_point_has_the_best_bound_among_laxer_limits():
    made = frontier_of(solved(None, 20, 10, 21), solved(9, 18, 8, 25), solved(5, 5, 5, 15))
    # The bound of a laxer limit holds under a stricter one, not the other way round.
    assert [p.bound for p in made.points] == [21, 21, 15]
    assert [p.gap for p in made.points] == pytest.approx([1 / 21, 3 / 21, 10 / 15])
    assert list(made.staircase()) == [(None, 21), (5, 15)]


def test_a_bound_that_is_the_figure_closes_the_interval_and_says_nothing_of_the_other_measure():
    (point,) = frontier_of(solved(None, 20, 10, 20 + 1e-7)).points
    assert point.bound == 20
    assert not point.efficient


def changed(monkeypatch, change):
    """Results of solves, changed by what is optimised first and the limits on cost."""
    real = in_order.solve

    def solve(instance, **options):
        caps = [row.amount for row in instance.measure_limits if row.measure == "cost"]
        return change(real(instance, **options), instance.settings.objective.split()[0], caps)

    monkeypatch.setattr(in_order, "solve", solve)


def test_only_what_went_as_far_as_asked_for_answers_further_limits(monkeypatch):
    # Without a limit npv 30 for a cost of 18; the next caps are 15, 12, 9, 6 and 3. Where solves end early, a plan that
    # keeps a stricter cap anyhow may not be the best for it, and the cap is tried all the same.
    def late(result, goal, caps):
        return replace(result, termination=Termination.TIME_LIMIT) if goal == "npv" else result

    changed(monkeypatch, late)
    made = found(make(**TWO), ["npv", "cost"], points=7)
    assert [s.limits[0] for s in made.subproblems] == pytest.approx([None, 0, 15, 12, 9, 6, 3])


def test_a_point_is_efficient_only_where_every_measure_is_proven(monkeypatch):
    # Under a time limit the cost among plans as good in npv is a search of its own; here it proves nothing.
    def vague(result, goal, caps):
        levels = tuple(level._replace(bound=level.bound - 1, gap=0.5) for level in result.levels)
        return replace(result, levels=levels) if goal == "cost" else result

    changed(monkeypatch, vague)
    made = found(make(**TWO), ["npv", "cost"], points=3, time_limit=60)
    assert made.points[0].bound == made.points[0].figures[0]
    assert not made.points[0].efficient


def test_figures_equal_up_to_rounding_are_one_point_and_a_proof_of_it_counts():
    made = frontier_of(solved(None, 20, 10, 25), solved(12, 20 + 1e-8, 10, 20, proven=True))
    (point,) = made.points
    assert point.efficient
    assert made.dropped == ()


def test_ctrl_c_leaves_what_is_known():
    told = []

    def stop(subproblem):
        told.append(subproblem)
        if len(told) == 3:
            raise KeyboardInterrupt

    made = found(make(**TWO), ["npv", "cost"], told=stop)
    assert not made.complete
    assert same(figures(made), [(30, 18), (25, 13), (0, 0)])


# -- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["npv", "benefit_to_cost"], "not linear"),
        (["first_value_wave", "npv"], "not a linear condition"),
        (["npv", "nothing"], "there is no measure 'nothing'"),
    ],
)
def test_measures_that_the_model_cannot_state_are_refused_with_the_reason(names, said):
    with pytest.raises(InputError, match=said):
        found(make(**TWO), names)


def test_a_limit_in_the_other_direction_is_not_needed():
    # Where capacity can be bought, cost has no floor and npv no cap; a frontier asks for neither.
    tables = {
        "resources": [{"id": "fte"}],
        "capacities": [
            {"resource": "fte", "wave": w, "capacity": 0, "extra_cap": 1, "extra_cost": 1} for w in (1, 2, 3)
        ],
        "drivers": [driver("r1", 10, use={"fte": 1})],
    }
    instance = make(**tables)
    assert measures(instance)["cost"].no_floor
    assert same(figures(found(instance, ["npv", "cost"])), [(29, 1), (0, 0)])


@pytest.mark.parametrize("names", [["npv"], ["npv", "npv"], ["npv", "cost", "value", "drivers"]])
def test_two_or_three_different_measures(names):
    with pytest.raises(SequencerError, match="two or three different measures"):
        found(make(**TWO), names)


@pytest.mark.parametrize("points", [1, 0, -3, 2.5, "many", 100000])
def test_points_out_of_range(points):
    with pytest.raises(SequencerError, match="cannot be used"):
        found(make(**TWO), ["npv", "cost"], points=points)


# -- as data ----------------------------------------------------------------------------------------------------------


def test_as_data():
    made = found(make(**TWO), ["npv", "cost"], points=3)
    frame = made.frame()
    assert list(frame.columns) == ["point", "npv", "cost", "bound", "gap", "efficient"]
    assert list(frame["npv"]) == pytest.approx([30, 20, 0])
    told = made.to_dict()
    assert told["points"][1]["figures"] == pytest.approx({"npv": 20, "cost": 8})
    assert [s["limits"]["cost"] for s in told["subproblems"]] == pytest.approx([None, 0, 9])
