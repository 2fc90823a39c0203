"""Polish and dive: better orders, and plans read off the relaxation."""

from __future__ import annotations

import math
import time

import pytest

from sequencer.model.build import build
from sequencer.solver.bundles import Bundles
from sequencer.solver.dive import THRESHOLDS, Dive
from sequencer.solver.ledger import Ledger
from sequencer.solver.polish import Polish
from sequencer.solver.standard_form import standard_form
from tests.model.tools import driver, make


def tools(instance):
    model = build(instance)
    form = standard_form(model)
    return model, form, Ledger(model, form), Bundles(model)


def rivals():
    """One step fits in a wave: r1 is worth 10 a year and r2 only 4, each a wave after its step, so x1 comes first."""
    return make(
        drivers=[driver("r1"), driver("r2", 4)],
        initiatives=[{"id": i, "duration": 1, "use": {"fte": 1}} for i in ("x1", "x2")],
        requirements=[{"item": f"r{k}", "requires": f"x{k}"} for k in (1, 2)],
        resources=[{"id": "fte"}],
        capacities=[{"resource": "fte", "wave": w, "capacity": 1} for w in (1, 2, 3)],
    )


def placed(ledger, *adoptions):
    state = ledger.empty()
    assert all(ledger.place(state, [(i, "", w)]) for i, w in adoptions)
    ledger.value(state)
    return state


@pytest.mark.parametrize(
    "start",
    [
        # the wrong one first, one missing, too late
        (("x2", 1), ("r2", 2), ("x1", 2), ("r1", 3)),
        (("x1", 1), ("r1", 2)),
        (("x1", 2), ("r1", 3)),
    ],
)
def test_a_better_order_is_found(start):
    # x1 in 1 and x2 in 2: 2 · 10 + 1 · 4
    model, _, ledger, bundles = tools(rivals())
    found = Polish(ledger, model, bundles, seed=0).improve(placed(ledger, *start), math.inf, moves=200)
    assert -found.objective / model.money_scale == pytest.approx(24)
    assert {i: w for i, (_, w) in found.decisions.items()} == {"x1": 1, "r1": 2, "x2": 2, "r2": 3}


def test_what_costs_more_than_it_earns_is_dropped():
    # r2 earns 4 a year in two waves, its step costs 9
    instance = make(
        drivers=[driver("r1"), driver("r2", 4)],
        initiatives=[{"id": "x", "duration": 1, "one_off_cost": 9}],
        requirements=[{"item": "r2", "requires": "x"}],
    )
    model, _, ledger, bundles = tools(instance)
    start = placed(ledger, ("r1", 1), ("x", 1), ("r2", 2))
    found = Polish(ledger, model, bundles, seed=0).improve(start, math.inf, moves=100)
    assert found.decisions == {"r1": ("", 1)}


def test_nothing_is_tried_after_the_deadline():
    model, _, ledger, bundles = tools(rivals())
    start = placed(ledger, ("x2", 1), ("r2", 2))
    found = Polish(ledger, model, bundles, seed=0).improve(start, time.monotonic() - 1)
    assert found.decisions == start.decisions


def test_a_list_that_begins_alike_is_placed_from_there():
    # placing it anew gives the same plan
    model, _, ledger, bundles = tools(rivals())
    polish = Polish(ledger, model, bundles, seed=0)
    order = [(("x1", ""),), (("r1", ""),), (("x2", ""),), (("r2", ""),)]
    _, trail = polish._decoded(order, [])
    changed = [*order[:2], order[3], order[2]]
    assert polish._decoded(changed, trail)[0].decisions == polish._decoded(changed, [])[0].decisions


def test_the_relaxation_is_read_wave_by_wave():
    # the relaxation of rivals is whole: the optimum
    model, form, ledger, bundles = tools(rivals())
    found = list(Dive(model, form, ledger, bundles).plans(math.inf))
    assert len(found) == len(THRESHOLDS)
    assert min(s.merit for s in found) == (0, pytest.approx(-24 * model.money_scale))


def test_no_plan_is_read_off_after_the_deadline():
    model, form, ledger, bundles = tools(rivals())
    assert list(Dive(model, form, ledger, bundles).plans(time.monotonic() - 1)) == []
