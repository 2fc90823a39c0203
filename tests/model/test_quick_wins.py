"""Quick wins: a case in which the rule bites and ones in which it does not.

Three waves of one year, no tail, no discounting. r1 earns 10 a year; r2 is visible, earns 6 a year and costs 7.
"""

from __future__ import annotations

import pytest

from sequencer.model.build import FORMULATIONS
from tests.model.tools import agreed, driver, make, waves


@pytest.fixture(params=[(f, r) for f in FORMULATIONS for r in (True, False)], ids=str)
def solve(request):
    """Optimum by each formulation, with and without reductions; the evaluation agrees."""
    return lambda instance: agreed(instance, *request.param)


@pytest.fixture(params=[(f, r) for f in ("compact", "cells") for r in (True, False)], ids=str)
def solve_apart(request):
    """The same by the formulations that can tell one affiliate from another."""
    return lambda instance: agreed(instance, *request.param)


def drivers():
    return [driver("r1"), driver("r2", 6, running_cost=7, visible=True)]


@pytest.mark.parametrize(("wave", "npv"), [(1, 27), (2, 28), (3, 29)])
def test_a_visible_driver_earns_by_the_wave(solve, wave, npv):
    # r1: 30. r2 loses 1 a year, so it starts in that very wave.
    value, plan = solve(make(drivers=drivers(), quick_wins=[{"wave": wave}]))
    assert value == pytest.approx(npv)
    assert waves(plan)["r2"] == wave


def test_a_visible_driver_that_is_worth_it_is_no_burden(solve):
    assert solve(make(drivers=[driver(visible=True)], quick_wins=[{"wave": 2}]))[0] == pytest.approx(30)


@pytest.mark.parametrize(("visible", "npv"), [(False, None), (True, 27)])
def test_only_visible_drivers_count(solve, visible, npv):
    # Two of them by wave 1: r1 counts only where it is visible.
    tables = {"drivers": [driver(visible=visible), *drivers()[1:]], "quick_wins": [{"wave": 1, "at_least": 2}]}
    value = solve(make(**tables))[0]
    assert value is npv if npv is None else value == pytest.approx(npv)


MARKET = {
    "affiliates": [{"id": "jp", "affiliate_class": "x", "revenue": 1}],
    "archetypes": [{"id": "adapted", "duration": 1}],
}


@pytest.mark.parametrize(("wave", "npv"), [(1, None), (2, 5), (3, 6)])
def test_the_cell_has_to_be_active(solve, wave, npv):
    # The only market is live in wave 2 at the soonest: r1 earns 2 · 3.5; r2 loses 1 a year from its wave on.
    tables = {"drivers": [driver("r1", 3.5), *drivers()[1:]], "quick_wins": [{"wave": wave}]}
    value = solve(make(**tables, **MARKET))[0]
    assert value is npv if npv is None else value == pytest.approx(npv)


def test_one_active_cell_of_many_is_enough(solve):
    # Germany is live in wave 2, Japan only in wave 3 (launch): r2 has its quick win in Germany.
    tables = {
        "drivers": [driver(visible=True)],
        "affiliates": [
            {"id": "de", "affiliate_class": "x", "revenue": 1},
            {"id": "jp", "affiliate_class": "x", "revenue": 1, "launch_wave": 3},
        ],
        "archetypes": [{"id": "adapted", "duration": 1}],
    }
    # half of 10 in waves 2 and 3, the other half in wave 3
    assert solve(make(quick_wins=[{"wave": 2}], **tables))[0] == pytest.approx(15)
    assert solve(make(quick_wins=[{"wave": 1}], **tables))[0] is None


def test_a_cell_without_a_share_does_not_count(solve):
    # Germany has no share of value: live there from wave 1, the driver has no cell.
    tables = {
        "drivers": [driver(visible=True)],
        "affiliates": [
            {"id": "de", "affiliate_class": "x", "share": 0},
            {"id": "jp", "affiliate_class": "x", "share": 1, "launch_wave": 3},
        ],
        "archetypes": [{"id": "adapted", "duration": 0}],
    }
    assert solve(make(quick_wins=[{"wave": 3}], **tables))[0] == pytest.approx(10)
    assert solve(make(quick_wins=[{"wave": 2}], **tables))[0] is None


@pytest.mark.parametrize(("wave", "npv"), [(1, None), (2, 20)])
def test_functions_have_to_be_live(solve, wave, npv):
    # medical waits for the hub, which takes a wave
    tables = {
        "drivers": [driver(visible=True, functions="medical")],
        "functions": [{"id": "medical"}],
        "initiatives": [{"id": "hub", "duration": 1}],
        "requirements": [{"item": "medical", "requires": "hub"}],
        "quick_wins": [{"wave": wave}],
    }
    value = solve(make(**tables))[0]
    assert value is npv if npv is None else value == pytest.approx(npv)


@pytest.mark.parametrize(("wave", "lag", "npv"), [(1, 0, None), (2, 0, 20), (2, 1, None), (3, 1, 10)])
def test_local_capabilities_have_to_be_live(solve_apart, wave, lag, npv):
    # Japan's own step takes wave 1: live from wave 2, and for a lag of 1 the cell waits until wave 3.
    tables = {
        "drivers": [driver(visible=True)],
        "affiliates": [{"id": "jp", "affiliate_class": "x", "revenue": 1}],
        "archetypes": [{"id": "adapted", "duration": 0}],
        "capabilities": [{"id": "data", "layer": "technological", "path": "technological", "local": True}],
        "capability_steps": [{"capability": "data", "level": 1}],
        "requirements": [{"item": "r1", "requires": "data:1", "lag": lag}],
        "quick_wins": [{"wave": wave}],
    }
    value = solve_apart(make(**tables))[0]
    assert value is npv if npv is None else value == pytest.approx(npv)
