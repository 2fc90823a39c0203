"""A budget ladder in words and as a picture."""

from __future__ import annotations

import pytest

from sequencer.report.figures.ladder import ladder_changes, ladder_figure, ladder_worth, save
from sequencer.report.ladder import changes, worth
from sequencer.study.rungs import Ladder, Rung, Solved
from sequencer.types import Termination
from tests.model.tools import driver, make
from tests.plan.plan_tools import make_plan

DONE, LATE, NONE = Termination.GAP_REACHED, Termination.TIME_LIMIT, Termination.INFEASIBLE
INSTANCE = make(
    {"currency": "EUR", "unit": 1e6},
    drivers=[driver(i, name=i.upper()) for i in ("a", "b", "c")],
    budgets=[{"pot": "hq", "wave": w, "amount": 1} for w in (1, 2, 3)],
)


@pytest.fixture
def mixed():
    full, less = make_plan({"a": 1, "b": 2, "c": 1}), make_plan({"a": 2, "c": 1})
    return Ladder(
        INSTANCE,
        "full",
        (
            Rung(0.0, Solved(DONE, full, 20.0, 20.0), Solved(DONE, full, 20.0, 20.0)),
            Rung(0.125, Solved(LATE, full, 15.0, 17.0), Solved(LATE, less, 10.0, 12.0)),
            Rung(0.3, Solved(DONE, less, 8.0, 8.0), Solved(NONE)),
            Rung(0.4, Solved(LATE, None, None, 9.0), None),
        ),
        complete=False,
    )


def test_worth_and_price_are_intervals(mixed):
    table = worth(mixed)
    assert table.title == "Net present value by budget, EUR M"
    assert table.rows == (
        ("full", "20.0", "20.0", "0.00"),
        # at least 15 − 12, at most 17 − 10
        ("−12.5 %", "15.0 to 17.0", "10.0 to 12.0", "3.00 to 7.00"),
        ("−30 %", "8.0", "no such plan", "–"),
        ("−40 %", "none found", "–", "–"),
    )
    assert any(n.startswith("Ranges are proven") for n in table.notes)
    assert any(n.startswith("Where no nested plan") for n in table.notes)
    assert any(n.startswith("Not complete") for n in table.notes)


def test_the_sum_is_told_where_all_rungs_were_searched_for_together(mixed):
    two = Ladder(INSTANCE, "all", mixed.rungs[:2], total_bound=31.0)
    # free 35 to 37, nested 30 to 31
    assert two.total_price() == (4, 7)
    assert worth(two).notes[2] == (
        "Over all budgets nesting costs EUR M 7.00 at most with these roadmaps. Proven: none cost less than EUR M 4.00."
    )
    exact = Ladder(INSTANCE, "all", mixed.rungs[:1], total_bound=20.0)
    assert worth(exact).notes[2].endswith("Proven: no nested roadmaps for these budgets cost less.")
    assert not any("Over all budgets" in n for n in worth(mixed).notes)


def test_that_nested_roadmaps_are_worth_most_is_said_where_that_was_searched_for(mixed):
    searched = Ladder(INSTANCE, "all", mixed.rungs[:1], total_bound=20.0)
    stopped = Ladder(INSTANCE, "all", mixed.rungs[:1], complete=False)
    assert worth(searched).notes[0] == "Of all nested roadmaps, those that are worth most in sum."
    assert worth(stopped).notes[0] == (
        "Nested roadmaps as far as they were found; those that are worth most in sum were not searched for to the end."
    )
    # An anchor needs no such search.
    assert worth(mixed).notes[0].startswith("The roadmap of the full budget stands")


def test_what_changes_from_rung_to_rung(mixed):
    table = changes(mixed)
    assert table.columns == ("Adopted", "full", "−12.5 %", "−30 %", "−40 %")
    assert table.rows == (("A", "1", "2", "no plan", "no plan"), ("B", "2", "out", "no plan", "no plan"))
    same = Ladder(INSTANCE, "core", (mixed.rungs[0], mixed.rungs[0]))
    assert changes(same).notes == ("The nested plans are the same at every budget.",)
    assert [t.get_text() for t in ladder_changes(same).texts] == ["The nested plans are the same at every budget."]


def test_the_picture_shows_plans_bounds_and_waves(mixed):
    ax = ladder_worth(mixed)
    dots = {line.get_marker(): [] for line in ax.lines}
    for line in ax.lines:
        dots[line.get_marker()] += [round(float(y), 3) for y in line.get_ydata()]
    assert dots["s"] == [20, 15, 8]
    assert dots["o"] == [20, 10]
    # Bounds where they are not the figure itself.
    assert dots["_"] == [17, 12]
    cells = [(t.get_position(), t.get_text()) for t in ladder_changes(mixed).texts]
    assert ((1, 0), "wave 2") in cells
    assert ((1, 1), "out") in cells


def test_equal_ladders_make_equal_pictures(mixed, tmp_path):
    for name in ("a.svg", "b.svg"):
        save(ladder_figure(mixed), tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
