"""A frontier in words and as a picture."""

from __future__ import annotations

import pytest

from sequencer.instance.goals import measures
from sequencer.plan.plan import Plan
from sequencer.report.figures.frontier import frontier_figure, frontier_plot, save
from sequencer.report.frontier import limits, points
from sequencer.study.efficient import Axis, Frontier, Subproblem
from sequencer.types import Termination
from tests.model.tools import driver, make

INSTANCE = make(
    {"currency": "EUR", "unit": 1e6}, drivers=[driver("r1"), driver("r2")], resources=[{"id": "fte", "unit": "FTE"}]
)
DONE, LATE, NONE = Termination.GAP_REACHED, Termination.TIME_LIMIT, Termination.INFEASIBLE


def frontier_of(names, bests, *subproblems, complete=True, exhaustive=False):
    known = measures(INSTANCE)
    axes = tuple(Axis(known[n], *best) for n, best in zip(names, bests, strict=True))
    return Frontier(INSTANCE, axes, subproblems, complete, exhaustive)


@pytest.fixture
def mixed():
    return frontier_of(
        ["npv", "cost"],
        [(20, 21), (1, 0.5)],
        Subproblem((None,), LATE, (20, 10), 21, False, Plan()),
        Subproblem((8,), LATE, (15, 8), 15, False, Plan()),
        Subproblem((4,), DONE, (6, 4), 6, True, Plan()),
        Subproblem((5,), LATE, (5, 5), 9, False, Plan()),
        Subproblem((0.4,), NONE),
        Subproblem((0.6,), LATE, None, 3),
        complete=False,
    )


def test_points_say_what_is_proven_of_each(mixed):
    table = points(mixed)
    assert table.columns == ("Point", "Net present value, EUR M", "At most (proven)", "Cost, EUR M", "Proven")
    assert table.rows == (
        ("1", "20.0", "21.0", "10.0", "gap 4.76 %"),
        ("2", "15.0", "15.0", "8.0", "no better net present value for this"),
        ("3", "6.0", "6.0", "4.0", "no plan beats it"),
    )
    assert "Cost: the lowest found is EUR M 1.00; proven: never below EUR M 0.500." in table.notes
    assert any(n.startswith("1 plan found on the way left out") for n in table.notes)
    assert any(n.startswith("Not complete") for n in table.notes)


def test_limits_say_what_came_of_each(mixed):
    assert [row[0] for row in limits(mixed).rows] == ["–", "8.00", "4.00", "5.00", "0.400", "0.600"]
    assert [row[3] for row in limits(mixed).rows] == [
        "best so far",
        "best so far",
        "solved",
        "best so far",
        "no plan keeps it",
        "no plan found in the time given",
    ]


def test_only_a_complete_and_proven_frontier_claims_to_be_all_of_it():
    proven = Subproblem((None,), DONE, (20, 2), 20, True, Plan())
    open_ = Subproblem((None,), LATE, (20, 2), 20, False, Plan())
    claims = [
        any(
            n.startswith("These are all")
            for n in points(frontier_of(["npv", "drivers"], [(20, 20), (2, 2)], s, **o)).notes
        )
        for s, o in (
            (proven, {"exhaustive": True}),
            (proven, {}),
            (open_, {"exhaustive": True}),
            (proven, {"exhaustive": True, "complete": False}),
        )
    ]
    assert claims == [True, False, False, False]


def test_units_of_every_kind():
    made = frontier_of(
        ["drivers", "payback_wave", "load_peak:fte"],
        [(2, 2), (2, 2), (1, 1)],
        Subproblem((None, None), DONE, (2, 4, 7.5), 2, True, Plan()),
        Subproblem((None, None), DONE, (0, 5, 0), 2, True, Plan()),
    )
    table = points(made)
    assert table.columns[1:] == (
        "Number of value drivers",
        "At most (proven)",
        "Payback",
        "Peak load of fte, FTE",
        "Proven",
    )
    assert [row[1:5] for row in table.rows] == [("2", "2", "after the last", "7.50"), ("0", "2", "never", "0.00")]
    assert "Payback: wave 2 (months 13–24) is the lowest possible, proven." in table.notes


def test_no_frontier_where_no_plan_keeps_the_rules():
    made = frontier_of(["npv", "cost"], [(None, None), (None, None)], Subproblem((None,), NONE))
    assert points(made).rows == ()
    assert points(made).notes == ("No plan keeps all rules, so there is no frontier.",)
    assert [t.get_text() for t in frontier_plot(made).texts] == ["no plan keeps all rules"]


@pytest.mark.parametrize("ends", [(), (LATE,), (LATE, NONE)])
def test_a_search_that_found_nothing_does_not_claim_that_there_is_nothing(ends):
    tried = (Subproblem((limit,), end) for limit, end in enumerate(ends))
    made = frontier_of(["npv", "cost"], [(None, None), (None, None)], *tried, complete=False)
    assert [t.get_text() for t in frontier_plot(made).texts] == ["no plan was found in the time given"]


def test_the_picture_shows_points_intervals_and_what_is_empty(mixed):
    ax = frontier_plot(mixed)
    dots = [tuple(line.get_xydata()[0]) for line in ax.lines if line.get_marker() == "o"]
    assert dots == [(20, 10), (15, 8), (6, 4)]
    # A filled dot is proven to be beaten by no plan.
    assert [line.get_markerfacecolor() == "white" for line in ax.lines if line.get_marker() == "o"] == [
        True,
        True,
        False,
    ]
    bars = [line.get_xydata().tolist() for line in ax.lines if line.get_linewidth() == 3]
    assert bars == [[[20, 10], [21, 10]]]
    # Empty: right of the bound from each limit on to the next stricter one, and below the least cost possible.
    right, top = ax.get_xlim()[1], ax.get_ylim()[1]
    assert boxes(ax) == [
        (21, right, 8, top),
        (15, right, 5, 8),
        (9, right, 4, 5),
        (6, right, 0.6, 4),
        (3, right, 0.5, 0.6),
    ]


def boxes(ax):
    """Grey areas: left, right, low, high."""
    found = [c.get_paths()[0].get_extents() for c in ax.collections]
    return [tuple(pytest.approx(v) for v in (b.x0, b.x1, b.y0, b.y1)) for b in found]


def test_beyond_the_best_of_the_second_measure_nothing_is():
    made = frontier_of(["npv", "drivers"], [(9, 9), (2, 2)], Subproblem((None,), DONE, (9, 2), 9, True, Plan()))
    ax = frontier_plot(made)
    (left, right), (low, high) = ax.get_xlim(), ax.get_ylim()
    assert boxes(ax) == [(9, right, low, 2), (left, right, 2, high)]


def test_a_third_measure_is_a_colour():
    made = frontier_of(
        ["npv", "cost", "drivers"],
        [(20, 20), (0, 0), (2, 2)],
        Subproblem((None, None), DONE, (20, 10, 1), 20, True, Plan()),
        Subproblem((None, None), DONE, (10, 9, 2), 10, True, Plan()),
    )
    (dots,) = frontier_plot(made).collections
    assert dots.get_array().tolist() == [1, 2]


def test_equal_frontiers_make_equal_pictures(mixed, tmp_path):
    for name in ("a.svg", "b.svg"):
        save(frontier_figure(mixed), tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
