"""Tidy data frames of an evaluation."""

import datetime as dt

import pandas as pd
import pytest
from plan_tools import instance, judge

from sequencer.plan import frames


@pytest.fixture
def evaluation():
    """Japan from wave 2 (in progress in wave 1), two drivers, a limited pot and one that is not; waves of a year."""
    given = instance(
        2,
        start=dt.date(2027, 1, 1),
        tail_months=12,
        drivers=[
            {"id": "r1", "name": "Reach", "category": "revenue", "potential": 100, "one_off_cost": 5, "pot": "it"},
            {"id": "r2", "category": "risk", "potential": 50},
        ],
        affiliates=[{"id": a, "affiliate_class": "x", "revenue": 1} for a in ("jp", "de")],
        archetypes=[{"id": "adapted", "name": "Adapted", "duration": 1, "one_off_cost": 10, "running_cost": 1}],
        budgets=[{"pot": "hq", "wave": w, "amount": 20} for w in (1, 2)],
        resources=[{"id": "law"}],
    )
    return judge(given, {"r1": 1, "jp": "1/adapted"})


def test_roadmap_tells_waves_and_dates(evaluation):
    frame = frames.roadmap(evaluation)
    assert list(frame["id"]) == ["jp", "r1"]
    row = frame.iloc[0]
    assert (row["kind"], row["mode"], row["wave"], row["live_from"]) == ("affiliate", "adapted", 1, 2)
    assert (row["start_date"], row["live_date"]) == (pd.Timestamp(2027, 1, 1), pd.Timestamp(2028, 1, 1))
    assert frame.iloc[1]["name"] == "Reach"
    assert frame.iloc[1]["mode"] == ""


def test_roadmap_without_dates_and_without_adoptions():
    bare = instance(1, brands=[{"id": "onco"}])
    assert frames.roadmap(judge(bare, {"onco": 1}))["start_date"].isna().all()
    assert frames.roadmap(judge(bare, {})).empty


def test_money_and_load_leave_out_limits_that_are_not_there(evaluation):
    money = frames.money(evaluation).set_index(["pot", "wave"])
    assert money.loc[("hq", 1), "budget"] == 20
    assert money.loc[("hq", 1), "spend"] == 10
    assert pd.isna(money.loc[("it", 1), "budget"])
    assert money.loc[("it", 1), "spend"] == 5
    load = frames.load(evaluation)
    assert list(load["wave"]) == [1, 2]
    assert load["capacity"].isna().all()


def test_value_by_lists_what_earns_nothing_too(evaluation):
    # Japan has half of the scope and is live from wave 2: 50 in wave 2 and 50 in the tail year.
    by_driver = frames.value_by(evaluation, "driver").pivot(index="driver", columns="period", values="value")
    assert by_driver.loc["r1"].to_list() == [0, 50, 50]
    assert by_driver.loc["r2"].to_list() == [0, 0, 0]
    by_category = frames.value_by(evaluation, "category").groupby("category")["value"].sum()
    assert by_category.to_dict() == {"revenue": 100, "risk": 0}
    by_affiliate = frames.value_by(evaluation, "affiliate").groupby("affiliate")["value"].sum()
    assert by_affiliate.to_dict() == {"jp": 100, "de": 0}


def test_rows_of_value_and_cost_add_up_to_the_measures(evaluation):
    value, cost = frames.value(evaluation), frames.cost(evaluation)
    assert value["value"].sum() == evaluation.measures["undiscounted_value"] == 100
    assert cost["amount"].sum() == evaluation.measures["undiscounted_cost"] == 17
    assert set(cost["line"]) == {"one_off", "running"}


def test_slack_names_every_rule_checked(evaluation):
    frame = frames.slack(evaluation)
    budgets = frame[frame["family"] == "budgets"]
    assert budgets["members"].to_list() == ["hq", "hq"]
    assert budgets["wave"].to_list() == [1, 2]
    assert budgets["slack"].to_list() == [10, 19]
    assert frame[frame["family"] == "windows"]["wave"].isna().all()


def test_measures_are_one_row_each_with_what_is_wanted_of_them():
    given = instance(
        2,
        objective="drivers cost",
        drivers=[{"id": "r1", "category": "risk", "potential": 50}],
        initiatives=[{"id": "x", "duration": 0, "one_off_cost": 30}],
        measure_limits=[{"measure": "cost", "sense": "cap", "amount": 40}],
    )
    frame = frames.measures(judge(given, {"x": 1})).set_index("measure")
    assert frame.loc["cost", ["value", "sense", "goal", "cap"]].to_list() == [30, -1, 2, 40]
    assert frame.loc["drivers", ["unit", "value", "sense", "goal"]].to_list() == ["count", 0, 1, 1]
    assert pd.isna(frame.loc["npv", "goal"])
    assert pd.isna(frame.loc["first_value_wave", "value"])
    assert frame.loc["value:risk", "title"] == "value of risk"
