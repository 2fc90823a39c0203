"""Roll-out approaches: the rules they stand for, for all brands or some, and what they need."""

from __future__ import annotations

import pytest

from sequencer.instance.checks import check
from sequencer.instance.instance import Instance
from sequencer.instance.reach import reach

THREE = ("medical", "marketing", "sales")


def make(rollout, per_brand=False, functions=THREE, brands=("growth", "mature"), **more):
    leaves = ("framework", "consent", "review")
    return Instance(
        settings={"schema_version": 1, "waves": 6, "rollout": rollout, **more},
        functions=[{"id": f, "per_brand": per_brand} for f in functions],
        brands=[{"id": b} for b in brands],
        capabilities=[{"id": c, "layer": "commercial", "path": "work"} for c in leaves],
        capability_steps=[{"capability": c, "level": n} for c in leaves for n in (1, 2)],
    )


def order(instance):
    assert check(instance) == []
    return {(p.item.id, p.single.id, p.lag) for p in instance.precedences}


def together(instance):
    return [row.items for row in instance.all_relations if row.relation == "together"]


def test_free_orders_nothing():
    assert order(make("free")) == set()
    assert make("free").all_relations == ()


def test_medical_first():
    assert order(make("medical-first", rollout_lag=2)) == {("marketing", "medical", 2), ("sales", "medical", 2)}


def test_marketing_first_leaves_sales_free():
    assert order(make("marketing-first", rollout_lag=3)) == {("medical", "marketing", 3)}


def test_shared_framework():
    instance = make("shared-framework")
    assert order(instance) == {
        ("sales", "marketing", 0),
        ("medical", "framework:1", 0),
        ("marketing", "framework:1", 0),
    }
    assert together(instance) == [("medical", "marketing")]


def test_holistic_asks_for_more():
    instance = make("holistic")
    both = {(f, c, 0) for f in ("medical", "marketing") for c in ("framework:2", "consent:2", "review:2")}
    assert order(instance) == both | {("sales", "marketing", 0)}
    assert together(instance) == [("medical", "marketing")]


def test_functions_per_brand_are_ordered_brand_by_brand():
    instance = make("medical-first", per_brand=True, rollout_lag=1)
    assert order(instance) == {
        (f"{f}@{b}", f"medical@{b}", 1) for f in ("marketing", "sales") for b in ("growth", "mature")
    }
    assert together(make("shared-framework", per_brand=True)) == [
        ("medical@growth", "marketing@growth"),
        ("medical@mature", "marketing@mature"),
    ]


def test_only_the_brands_it_holds_for_are_ordered_and_change_value():
    instance = make(
        "medical-first", per_brand=True, rollout_brands="mature", rollout_value_factor=1.1, rollout_failure=0.1
    )
    assert order(instance) == {("marketing@mature", "medical@mature", 0), ("sales@mature", "medical@mature", 0)}
    assert instance.approach_factor("mature") == pytest.approx(0.99)  # 1.1 · (1 − 0.1)
    assert instance.approach_factor("growth") == 1.0


def test_without_brands_in_the_instance_the_factor_holds_everywhere():
    instance = make("medical-first", brands=(), rollout_value_factor=1.08)
    assert instance.approach_factor("") == 1.08
    assert make("free").approach_factor("growth") == 1.0


def test_a_preset_moves_windows_like_any_requirement():
    windows = reach(make("holistic")).windows
    # Level 2 of the framework is live in wave 3; sales may start with marketing.
    assert [windows[f, ""].earliest for f in THREE] == [3, 3, 3]


def test_a_function_that_is_not_there_drops_out():
    assert order(make("medical-first", functions=("medical", "sales"))) == {("sales", "medical", 0)}


@pytest.mark.parametrize(
    ("rollout", "functions", "said"),
    [
        ("medical-first", ("marketing", "sales"), "the function medical,"),
        ("medical-first", ("medical",), "the function marketing or sales"),
        ("marketing-first", ("marketing", "sales"), "the function medical,"),
        ("holistic", ("medical", "sales"), "the function marketing,"),
    ],
)
def test_functions_that_an_approach_orders_are_there(rollout, functions, said):
    (problem,) = check(make(rollout, functions=functions))
    assert (problem.rule, problem.column) == ("unknown-reference", "rollout")
    assert said in problem.message


def test_capabilities_have_names_of_the_users_own():
    instance = make("shared-framework", rollout_framework="review")
    assert ("medical", "review:1", 0) in order(instance)
    (problem,) = check(make("holistic", rollout_consent="consnt"))
    assert (problem.rule, problem.column) == ("unknown-reference", "rollout_consent")
    assert "'consent'" in problem.remedy


def test_capabilities_reach_the_level_that_is_asked_for():
    instance = make("holistic")
    lower = instance.model_copy(update={"capability_steps": tuple(s for s in instance.capability_steps if s.level < 2)})
    found = check(lower)
    assert [p.column for p in found] == ["rollout_framework", "rollout_consent", "rollout_review"]
    assert {p.rule for p in found} == {"unknown-level"}


def test_a_brand_that_is_not_there(folder):
    folder.add("functions.csv", "medical,Medical,0.3,3")
    folder.add("instance.toml", 'rollout = "medical-first"\nrollout_brands = "grwth"')
    problem = folder.problem()
    assert (problem.rule, problem.column) == ("unknown-reference", "rollout_brands")
    assert "growth" in problem.remedy


def test_a_circle_with_the_preset_blames_the_row_given(folder):
    folder.add("functions.csv", "medical,Medical,0.3,3").add("requirements.csv", "medical,sales,1")
    folder.add("instance.toml", 'rollout = "medical-first"')
    problem = folder.problem()
    assert (problem.file, problem.row, problem.rule) == ("requirements.csv", 8, "requirement-cycle")
