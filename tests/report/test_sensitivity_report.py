"""Tornados and breakpoints in words and as pictures."""

from __future__ import annotations

import pytest

from sequencer.plan.plan import Plan
from sequencer.report.figures.sensitivity import (
    breaks_figure,
    breaks_plot,
    information_figure,
    information_plot,
    save,
    tornado_figure,
    tornado_plot,
)
from sequencer.report.sensitivity import break_tables, information_table, moves, stretches, tornado_table
from sequencer.study.breaks import Break, Breaks, Stretch, Tried
from sequencer.study.information import Information, Interval, Known
from sequencer.study.parameters import parameter, ranged
from sequencer.study.sensitivity import Bar, End, Tornado
from sequencer.types import Termination
from tests.model.tools import driver, make
from tests.plan.plan_tools import make_plan

DONE, LATE, NONE = Termination.GAP_REACHED, Termination.TIME_LIMIT, Termination.INFEASIBLE
INSTANCE = make(
    {"currency": "EUR", "unit": 1e6},
    drivers=[
        driver(
            "a", 10, name="Alpha", one_off_cost=4, low={"potential": 5}, high={"potential": 15.5, "one_off_cost": 6}
        ),
        driver("b", 3, name="Beta"),
    ],
    budgets=[{"pot": "hq", "wave": w, "amount": 9, "low": {"amount": 6}} for w in (1, 2, 3)],
)


@pytest.fixture
def both():
    potential, cost, *_ = sorted(ranged(INSTANCE), key=lambda a: a.name, reverse=True)[:2]
    assert (potential.field, cost.field) == ("potential", "one_off_cost")
    return Tornado(
        INSTANCE,
        Plan(),
        20.0,
        21.0,
        22.0,
        "both",
        (
            Bar(potential, End(5, 5.0, 0, 6.0, 8.0, Plan(), LATE), End(15.5, 30.0, 0, 31.0, 31.0, Plan(), DONE)),
            Bar(cost, End(4, 20.0, 0, 21.0, 22.0, Plan(), DONE), End(6, 18.0, 2, None, None, None, NONE)),
        ),
        complete=False,
    )


def test_a_tornado_says_what_is_fixed_and_what_is_solved_anew(both):
    table = tornado_table(both)
    assert table.title == "Net present value, EUR M"
    assert table.columns == (
        *("Assumption", "Low", "Base", "High", "Fixed plan at low", "at high"),
        *("Re-optimised at low", "at high"),
    )
    assert table.rows == (
        ("Alpha: potential", "5", "10", "15.5", "5.0", "30.0", "6.0 to 8.0", "31.0"),
        ("Alpha: one-off cost", "4", "4", "6", "20.0", "18.0*", "21.0 to 22.0", "no plan"),
    )
    assert table.notes[0] == "On base values: 20.0 (the best plan is worth 21.0 to 22.0, proven)."
    assert any("breaks rules" in n for n in table.notes)
    assert any(n.startswith("Not complete") for n in table.notes)


def test_rows_without_a_name_are_told_by_table_and_id():
    budget = next(a for a in ranged(INSTANCE) if a.table == "budgets")
    made = Tornado(INSTANCE, Plan(), 1.0, None, None, "fixed", (Bar(budget, End(6, 1.0), End(9, 1.0)),))
    assert tornado_table(made).rows == (("budgets hq:1: amount", "6", "9", "9", "1.00", "1.00"),)
    assert tornado_table(made).notes[1].startswith("Fixed plan")


def test_the_picture_of_a_tornado(both):
    ax = tornado_plot(both)
    bars = [(round(r.get_x(), 6), round(r.get_width(), 6)) for r in ax.patches]
    # From the best plan on base values (21) to the plan found, then pale to what is proven.
    assert bars == [(21, -15), (6, 2), (21, 10), (21, 0), (21, 1)]
    dots = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert dots == [5, 30, 20, 18]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Alpha: potential", "Alpha: one-off cost"]
    assert {t.get_text() for t in ax.texts} == {"5", "15.5", "4"}


@pytest.fixture
def broken():
    first, second = make_plan({"a": 1}), make_plan({"a": 2, "b": 1})
    tried = (
        Tried(0.5, NONE, None, None, None),
        Tried(1.0, DONE, 10.0, 10.0, first),
        Tried(1.5, DONE, 12.0, 12.0, first),
        Tried(2.0, DONE, 14.0, 14.0, second),
        Tried(3.0, LATE, 20.0, 24.0, second),
    )
    return Breaks(
        INSTANCE,
        parameter(INSTANCE, "drivers.*.running_cost", "scale"),
        (Stretch(0.5, 0.5, None, True), Stretch(1.0, 1.5, first, False), Stretch(2.0, 2.0, second, True)),
        (Break(0.5, 1.0, None, first), Break(1.5, 2.0, first, second)),
        tried,
        open_from=2.0,
    )


def test_breaks_in_words(broken):
    best, changes = break_tables(broken)
    assert best.title == "Best plan by factor on drivers.*.running_cost"
    assert [row[1:3] + row[5:] for row in best.rows] == [
        ("0.500", "0.500", "no plan keeps all rules", "everywhere between"),
        ("1.000", "1.500", "1 adoption", "at values tried"),
        ("2.000", "2.000", "2 adoptions", "everywhere between"),
    ]
    assert any(n.startswith("Between values that were tried another plan may be better") for n in best.notes)
    assert any(n.startswith("From 2.000 on it is not proven") for n in best.notes)
    assert changes.rows == (
        ("1 to 2", "0.500 to 1.000", "there is a plan"),
        ("2 to 3", "1.500 to 2.000", "Alpha wave 1 → 2; Beta in (wave 1)"),
    )


def test_what_best_leaves_room_for_is_told():
    tried = (Tried(0, DONE, 1.0, 1.0, Plan()), Tried(1, DONE, 1.0, 1.0, Plan()))
    made = Breaks(
        INSTANCE, parameter(INSTANCE, "drivers.a.potential"), (Stretch(0, 1, Plan(), True),), (), tried, loss=0.02
    )
    assert any("by no more than 2.0 %" in n for n in stretches(made).notes)
    assert break_tables(made)[1].notes == ("The best plan does not change between the values that were tried.",)


def test_moves_of_every_kind():
    assert moves(INSTANCE, make_plan({"a": 1}), None) == "no plan keeps all rules any more"
    assert moves(INSTANCE, make_plan({"a": "1/x"}), make_plan({"a": "1/y"})) == "Alpha x → y"
    assert moves(INSTANCE, make_plan({"b": 1}), make_plan({})) == "Beta out"
    assert moves(INSTANCE, Plan(), Plan()) == "payments only"


def test_the_picture_of_breaks(broken):
    ax = breaks_plot(broken)
    dots = [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines if line.get_marker() == "o"]
    assert dots == [(1, 10), (1.5, 12), (2, 14), (3, 20)]
    bands = sorted((round(p.get_x(), 6), round(p.get_width(), 6)) for p in ax.patches)
    # Two breaks, and what is not settled.
    assert bands == [(0.5, 0.5), (1.5, 0.5), (2.0, 1.0)]
    assert [t.get_text().strip() for t in ax.texts] == ["no plan", "2", "3", "not settled from 2.000 on"]


def test_equal_data_make_equal_pictures(both, broken, tmp_path):
    for figure, data in ((tornado_figure, both), (breaks_figure, broken)):
        for name in ("a.svg", "b.svg"):
            save(figure(data), tmp_path / name)
        assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


# -- information ------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked():
    potential, cost, *_ = sorted(ranged(INSTANCE), key=lambda a: a.name, reverse=True)[:2]
    values = tuple(Interval(v, v) for v in (1.0, 2.0, 3.0))
    known = (
        Known(potential, values, Interval(12.0, 13.0), Interval(10.0, 11.0)),
        Known(cost, values, Interval(12.0, 12.0), Interval(12.0, 12.0)),
    )
    return Information(INSTANCE, (0.3, 0.4, 0.3), known, complete=False)


def test_worth_of_knowing_in_words(asked):
    table = information_table(asked)
    # 12 − 11 at least and 13 − 10 at most
    assert [row[4:] for row in table.rows] == [
        ("1.00 to 3.00", "12.0 to 13.0", "10.0 to 11.0"),
        ("0.00", "12.0", "12.0"),
    ]
    assert table.notes[0].startswith("Probabilities: low 30 %, base 40 %, high 30 %.")
    assert table.notes[-1].startswith("Not complete")


def test_the_picture_of_what_is_worth_knowing(asked, tmp_path):
    bars = [(round(p.get_x(), 6), round(p.get_width(), 6)) for p in information_plot(asked).patches]
    assert bars == [(0, 1), (1, 2), (0, 0), (0, 0)]
    save(information_figure(asked), tmp_path / "a.svg")
