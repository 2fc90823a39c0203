"""Reach: earliest and latest waves with the rules that justify them, derived by hand."""

from __future__ import annotations

import pytest

from sequencer.instance.instance import Instance
from sequencer.instance.reach import reach, unreduced
from sequencer.types import RuleRef


def make(settings=None, **tables):
    return Instance(settings={"schema_version": 1, "waves": 4, **(settings or {})}, **tables)


def capability(item_id, **more):
    return {"id": item_id, "layer": "technological", "path": "technological.data", **more}


def window(instance, item, mode=""):
    found = reach(instance).windows[item, mode]
    return found.earliest, found.latest


def test_free_items_may_start_in_any_wave_that_ends_in_time():
    instance = make(initiatives=[{"id": "a", "duration": 0}, {"id": "b", "duration": 1}, {"id": "c", "duration": 3}])
    # live by W + 1 = 5: start + duration ≤ 5, and nothing starts after wave 4
    assert [window(instance, x) for x in "abc"] == [(1, 4), (1, 4), (1, 2)]


def test_chain_of_requirements_with_durations_and_lag():
    # a (2 waves) is live from 3; b needs it with lag 1: starts from 4, but needs 1 wave: live from 5 — fits exactly.
    instance = make(
        initiatives=[{"id": "a", "duration": 2}, {"id": "b"}],
        drivers=[{"id": "r1", "category": "x", "potential": 1}],
        requirements=[
            {"item": "b", "requires": "a", "lag": 1},
            {"item": "r1", "requires": "b"},
        ],
    )
    found = reach(instance)
    assert found.windows["b", ""].earliest == 4
    # r1 would need b live in a wave ≤ 4: never
    assert set(found.unreachable) == {"r1"}
    assert found.unreachable["r1"][-1] == RuleRef("requirements", ("r1", "b"))
    assert RuleRef("requirements", ("b", "a")) in found.unreachable["r1"]


def test_at_least_n_waits_for_the_nth():
    instance = make(
        initiatives=[{"id": "a", "duration": 1}, {"id": "b", "duration": 2}, {"id": "c", "duration": 3}, {"id": "x"}],
        requirements=[{"item": "x", "requires": "a b c", "at_least": 2}],
    )
    assert window(instance, "x") == (3, 4)


def test_steps_wait_for_the_level_below_and_start_in_different_waves():
    steps = [{"capability": "data", "level": n, "duration": d} for n, d in ((1, 0), (2, 2), (3, 1))]
    instance = make(capabilities=[capability("data")], capability_steps=steps)
    # data:1 in 1, data:2 one wave later although data:1 is live at once, data:3 when data:2 is live: 2 + 2
    assert [window(instance, f"data:{n}")[0] for n in (1, 2, 3)] == [1, 2, 4]


def test_as_is_steps_drop_out():
    steps = [{"capability": "data", "level": n} for n in (1, 2)]
    instance = make(capabilities=[capability("data", as_is=1)], capability_steps=steps)
    assert window(instance, "data:2") == (1, 4)


def test_launch_counts_from_when_it_is_live():
    instance = make(
        affiliates=[{"id": "jp", "affiliate_class": "x", "launch_wave": 3}],
        archetypes=[{"id": "fast", "duration": 0}, {"id": "slow", "duration": 2}],
    )
    assert window(instance, "jp", "fast") == (3, 4)
    assert window(instance, "jp", "slow") == (1, 3)


@pytest.mark.parametrize(
    ("lock", "expected"),
    [({"earliest": 2}, (2, 4)), ({"latest": 2}, (1, 2)), ({"fixed": 3}, (3, 3))],
)
def test_locks(lock, expected):
    assert window(make(initiatives=[{"id": "a"}], locks=[{"item": "a", **lock}]), "a") == expected


def test_never_and_mode_locks_close_windows():
    instance = make(
        initiatives=[{"id": "a"}],
        affiliates=[{"id": "jp", "affiliate_class": "x"}],
        archetypes=[{"id": "fast", "duration": 0}, {"id": "slow", "duration": 2}],
        locks=[{"item": "a", "never": True}, {"item": "jp", "mode": "slow"}],
    )
    found = reach(instance)
    assert found.unreachable["a"] == (RuleRef("locks", ("a", "never")),)
    assert found.windows["jp", "fast"].empty
    assert not found.windows["jp", "slow"].empty


def test_mandate_free_and_given():
    levels = [{"level": n} for n in (0, 1, 2)]
    assert window(make(mandate=levels), "mandate:2") == (2, 4)
    given = make({"mandate_path": (0, 1, 1, 1)}, mandate=levels)
    assert window(given, "mandate:1") == (2, 2)
    assert "mandate:2" in reach(given).unreachable
    cheap = make({"mandate_path": (0, 1, 1, 1)}, mandate=levels, modes=[{"item": "mandate:1", "id": "cheap"}])
    assert window(cheap, "mandate:1", "own") == window(cheap, "mandate:1", "cheap") == (2, 2)


def test_a_requirement_on_one_mode_delays_that_mode_only():
    instance = make(
        initiatives=[{"id": "a", "duration": 2}],
        affiliates=[{"id": "jp", "affiliate_class": "x"}],
        archetypes=[{"id": "fast", "duration": 0}, {"id": "slow", "duration": 0}],
        requirements=[{"item": "slow", "requires": "a"}],
    )
    assert window(instance, "jp", "fast")[0] == 1
    assert window(instance, "jp", "slow")[0] == 3


def test_a_requirement_on_a_mode_of_the_other_side():
    instance = make(
        initiatives=[{"id": "a"}],
        affiliates=[{"id": "jp", "affiliate_class": "x"}],
        archetypes=[{"id": "fast", "duration": 0}, {"id": "slow", "duration": 2}],
        requirements=[{"item": "a", "requires": "jp/slow"}],
    )
    assert window(instance, "a")[0] == 3


def test_a_circle_is_never_reached_and_ends():
    instance = make(
        initiatives=[{"id": "a"}, {"id": "b"}],
        requirements=[{"item": "a", "requires": "b"}, {"item": "b", "requires": "a"}],
    )
    assert set(reach(instance).unreachable) == {"a", "b"}


def test_unreduced_windows_follow_from_durations_alone():
    instance = make(
        initiatives=[{"id": "a", "duration": 2}, {"id": "b"}], requirements=[{"item": "b", "requires": "a"}]
    )
    assert unreduced(instance).windows["b", ""].earliest == 1
    assert unreduced(instance).windows["a", ""].latest == 3
