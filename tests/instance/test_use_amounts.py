"""Use while in progress is never negative: only upkeep may free what is replaced."""

import pytest


@pytest.mark.parametrize(
    ("table", "text", "column"),
    [
        ("touches", "id,use_fte\nhigh,-1\n", "use_fte"),
        ("use_profiles", "item,resource,profile\ncrm:2,fte,1 -1\n", "profile"),
    ],
)
def test_negative_use_is_refused(folder, table, text, column):
    problem = folder.put(f"{table}.csv", text).problem()
    assert (problem.rule, problem.column, problem.row) == ("out-of-range", column, 2)


def test_upkeep_may_be_negative(folder):
    folder.put("initiatives.csv", "id,upkeep_fte\nhub,-1\n")
    assert folder.read().adoptables["hub"].modes[0].upkeep == {"fte": -1}
