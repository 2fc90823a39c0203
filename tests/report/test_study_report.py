"""A study in words: every case counts once."""

from __future__ import annotations

from study_cases import study_of

from sequencer.report.study import content, headline, status_table
from sequencer.study.case import CaseResult
from sequencer.types import Termination
from tests.model.tools import driver, make
from tests.plan.plan_tools import make_plan

INSTANCE = make(drivers=[driver("a")])


def case(id_, termination, *, plan=False, message="", seconds=2.0):
    made = make_plan({"a": 1}) if plan else None
    reached = 30.0 if plan else None
    return CaseResult(id_, termination, message, made, "npv", reached, reached, seconds=seconds)


def mixed():
    late = "no plan was found in the work or time allowed"
    return study_of(
        INSTANCE,
        {
            "best": case("best", Termination.GAP_REACHED, plan=True),
            "late": case("late", Termination.TIME_LIMIT, plan=True),
            "slow": case("slow", Termination.TIME_LIMIT, message=late),
            "narrow": case("narrow", Termination.MEMORY_LIMIT, message=late),
            "clash": case("clash", Termination.INFEASIBLE, message="no plan keeps all rules"),
            "lost": case("lost", Termination.ERROR, message="planted"),
            # The memory of the machine gave out: to be tried again, though a plan was found before.
            "short": case("short", Termination.MEMORY, plan=True),
            "open": None,
        },
    )


def test_no_plan_in_time_is_neither_solved_nor_impossible():
    table = status_table(mixed())
    assert dict(zip(table.columns, table.rows[0], strict=True)) == {
        "Block": "cases",
        "Cases": "8",
        "Plan": "2",
        "Not found": "2",
        "Impossible": "1",
        "Failed": "2",
        "To do": "1",
        "Mean time": "2.0 s",
    }
    assert "slow, narrow: no plan was found in the work or time allowed" in table.notes


def test_counts_in_json_add_up_to_all_cases():
    found = {name: value for name, value in content(mixed()).items() if name not in ("study", "folder", "table")}
    assert found == {"cases": 8, "solved": 2, "no_plan": 2, "infeasible": 1, "failed": 2, "open": 1}
    assert sum(found.values()) == 2 * found["cases"]


def test_the_headline_names_what_came_to_no_plan():
    assert headline(mixed()) == (
        "7 of 8 cases done, 2 found no plan within the limits, 1 without a possible plan, 2 failed."
    )
    sound = study_of(INSTANCE, {"best": case("best", Termination.GAP_REACHED, plan=True)})
    assert headline(sound) == "1 of 1 case done."
