"""Interdependency map of a driver."""

from __future__ import annotations

import pytest

from sequencer.instance.instance import Instance
from sequencer.instance.needs import needs


def instance(**tables):
    content = {
        "settings": {"schema_version": 1, "waves": 5},
        "drivers": [
            {"id": "d", "category": "revenue", "potential": 1, "functions": "sales"},
            {"id": "x", "category": "risk", "potential": 1},
        ],
        "functions": [{"id": "sales", "one_off_cost": 1}],
        "capabilities": [
            {"id": "a", "layer": "technological"},
            {"id": "b", "layer": "commercial"},
            {"id": "c", "layer": "commercial"},
        ],
        "capability_steps": [
            {"capability": "a", "level": 1, "one_off_cost": 2, "running_cost": 1},
            {"capability": "a", "level": 2, "one_off_cost": 3},
            {"capability": "b", "level": 1, "one_off_cost": 5},
            {"capability": "c", "level": 1, "one_off_cost": 7},
        ],
        "requirements": [{"item": "d", "requires": "a:2 b:1"}, {"item": "a:2", "requires": "b:1", "lag": 1}],
    }
    return Instance.model_validate(content | tables)


def test_everything_all_the_way_down():
    found = needs(instance(), "d")
    assert set(found.nodes) == {"d", "sales", "a:1", "a:2", "b:1"}  # neither c:1 nor x
    assert {(k.needed, k.by) for k in found.links} == {
        ("a:2", "d"),
        ("b:1", "d"),
        ("sales", "d"),
        ("a:1", "a:2"),
        ("b:1", "a:2"),
    }
    order = list(found.nodes)
    assert all(order.index(k.needed) < order.index(k.by) for k in found.links)


def test_earliest_waves_and_critical_chain():
    # b:1 starts in 1, is live in 2, has been for a wave in 3: a:2 starts in 3 and is live in 4, so d in 4. a:1 is live
    # in 2 already and keeps nothing.
    found = needs(instance(), "d")
    assert {i: n.earliest for i, n in found.nodes.items()} == {"d": 4, "a:2": 3, "a:1": 1, "b:1": 1, "sales": 1}
    assert found.chain == ("b:1", "a:2", "d")


def test_what_needs_nothing_has_a_chain_of_itself():
    assert needs(instance(), "x").chain == ("x",)


def test_functions_are_for_value_only_and_keep_nothing_waiting():
    found = needs(instance(), "d")
    assert [k.value for k in found.links if k.needed == "sales"] == [True]
    assert "sales" not in found.chain


def test_one_of_several_is_marked_as_a_choice():
    either = [{"item": "d", "requires": "b:1 c:1", "at_least": 1}]
    found = needs(instance(requirements=either), "d")
    assert {k.needed: k.choice for k in found.links} == {"b:1": True, "c:1": True, "sales": False}


def test_time_by_the_fastest_and_cost_by_the_cheapest_way():
    modes = [
        {"id": "build", "layers": "technological commercial"},
        {"id": "agency", "layers": "technological commercial", "duration": 0, "cost_factor": 2},
    ]
    found = needs(instance(sourcing_modes=modes), "d")
    step = found.nodes["a:1"]
    assert (step.fastest.id, step.cheapest.id) == ("agency", "build")
    assert (step.earliest, step.live, step.one_off, step.running) == (1, 1, pytest.approx(2), pytest.approx(1))
    # One level a wave at most, also where a level is live at once.
    assert found.nodes["a:2"].earliest == 2


def test_what_cannot_be_reached_says_so():
    found = needs(instance(locks=[{"item": "b:1", "never": True}]), "d")
    assert (found.nodes["d"].earliest, found.nodes["d"].live) == (None, None)
    # The chain leads from what is barred to what it bars.
    assert found.chain == ("b:1", "d")
