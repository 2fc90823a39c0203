"""Bundles: what an item needs, in what order, in what company."""

from __future__ import annotations

import pytest

from sequencer.instance.items import Member
from sequencer.model.build import build
from sequencer.solver.bundles import Bundles
from tests.model.tools import driver, make


def bundles(**tables):
    settings = tables.pop("settings", None)
    return Bundles(build(make(settings, **tables), reduce=False))


def names(groups):
    return [" ".join(m.id for m in group) for group in groups]


def hub(item_id):
    return {"id": item_id}


def test_needs_come_first_and_what_is_done_is_left_out():
    made = bundles(
        drivers=[driver()],
        initiatives=[hub("a"), hub("b")],
        requirements=[{"item": "r1", "requires": "b"}, {"item": "b", "requires": "a"}],
    )
    assert names(made.of([Member("r1")], ())) == ["a", "b", "r1"]
    assert names(made.of([Member("r1")], {"a"})) == ["b", "r1"]
    assert names(made.of([Member("r1")], {"r1"})) == []


def test_lower_steps_and_mandate_levels_come_first():
    made = bundles(
        drivers=[driver()],
        capabilities=[{"id": "crm", "layer": "commercial"}],
        capability_steps=[{"capability": "crm", "level": n} for n in (1, 2)],
        mandate=[{"level": n} for n in (0, 1, 2)],
        requirements=[{"item": "r1", "requires": "crm:2 mandate:2"}],
    )
    found = names(made.of([Member("r1")], ()))
    assert set(found) == {"crm:1", "crm:2", "mandate:1", "mandate:2", "r1"}
    assert found.index("crm:1") < found.index("crm:2") < found.index("r1")
    assert found.index("mandate:1") < found.index("mandate:2") < found.index("r1")


def test_a_need_of_another_mode_is_none():
    made = bundles(
        drivers=[driver()],
        initiatives=[hub("x")],
        affiliates=[{"id": "jp", "affiliate_class": "c", "revenue": 1}],
        archetypes=[{"id": "plain", "duration": 0}, {"id": "rich", "duration": 0}],
        requirements=[{"item": "jp/rich", "requires": "x"}],
    )
    assert names(made.of([Member("jp", ("plain",))], ())) == ["jp"]
    assert names(made.of([Member("jp", ("rich",))], ())) == ["x", "jp"]


@pytest.mark.parametrize(("done", "expected"), [((), ["b", "r1"]), ({"a1"}, ["b", "r1"]), ({"a", "a1"}, ["r1"])])
def test_of_a_choice_what_takes_the_fewest_adoptions(done, expected):
    # a takes a1 as well
    made = bundles(
        drivers=[driver()],
        initiatives=[hub("a"), hub("a1"), hub("b")],
        requirements=[{"item": "r1", "requires": "a b", "at_least": 1}, {"item": "a", "requires": "a1"}],
    )
    assert names(made.of([Member("r1")], done)) == expected


def test_an_exception_in_place_of_what_it_waives():
    made = bundles(
        settings={"governance": "case-by-case"},
        drivers=[driver()],
        initiatives=[hub("x")],
        requirements=[{"item": "r1", "requires": "x"}],
        exceptions=[{"id": "ex", "item": "r1", "requires": "x"}],
    )
    assert names(made.of([Member("r1")], ())) == ["x", "r1"]
    assert names(made.of([Member("r1")], (), waive=True)) == ["ex", "r1"]


def test_what_starts_together_is_one_group_after_the_needs_of_all():
    made = bundles(
        drivers=[driver("r1"), driver("r2"), driver("r3")],
        initiatives=[hub("x"), hub("y")],
        requirements=[{"item": "r2", "requires": "x"}],
        relations=[
            {"relation": "together", "items": "r1 r2"},
            {"relation": "bundle", "items": "r3", "others": "y"},
        ],
    )
    assert names(made.of([Member("r1")], ())) == ["x", "r1 r2"]
    assert names(made.of([Member("r3")], ())) == ["r3 y"]
    # y needs nobody
    assert names(made.of([Member("y")], ())) == ["y"]


def test_pairs_and_functions_for_a_brand_come_with_their_halves():
    made = bundles(
        drivers=[driver(functions="sales")],
        affiliates=[{"id": "jp", "affiliate_class": "c", "revenue": 1}],
        archetypes=[{"id": "plain", "duration": 0}],
        brands=[{"id": "onco"}],
        functions=[{"id": "sales", "per_brand": True}],
        driver_affiliates=[{"driver": "r1", "affiliate": "jp"}],
    )
    assert set(names(made.of([Member("r1"), Member("jp")], ()))) == {"r1", "jp", "r1@jp"}
    assert set(names(made.of([Member("r1")], {"jp", "onco"}))) == {"r1", "r1@jp", "sales@onco"}
    assert names(made.of([Member("onco")], ())) == ["onco"]


def test_the_largest_cells_first_in_each_mode():
    made = bundles(
        drivers=[driver()],
        affiliates=[{"id": i, "affiliate_class": "c", "revenue": n} for i, n in (("jp", 1), ("us", 3))],
        archetypes=[{"id": "plain", "duration": 0}, {"id": "rich", "duration": 0}],
    )
    found = [[str(m) for m in wanted] for wanted in made.cells("r1")]
    assert found == [["r1", f"{a}/{m}"] for a in ("us", "jp") for m in ("plain", "rich")]
