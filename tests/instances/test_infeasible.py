"""The planted conflicts: no plan keeps all rules, and one does as soon as either side of the conflict gives way."""

from pathlib import Path
from typing import Any

import pytest

from sequencer.instance.reader import read
from sequencer.model.build import FORMULATIONS
from sequencer.solver.solve import solve
from sequencer.types import Termination

INFEASIBLE = Path(__file__).parents[2] / "instances" / "infeasible"
NAMES = sorted(folder.name for folder in INFEASIBLE.iterdir() if folder.is_dir())

WAYS_OUT: list[tuple[str, dict[str, Any]]] = [
    ("must-against-budget", {"table": "locks", "delete": True}),
    # Wave 3 then holds 5 + 0.5 · (4 + 0.5 · 4) = 8, just the cost of the portal.
    ("must-against-budget", {"table": "budgets", "where": {"wave": 3}, "field": "amount", "set": 5}),
    ("needed-too-late", {"table": "locks", "field": "by", "set": 3}),
    ("needed-too-late", {"table": "requirements", "where": {"item": "calls"}, "delete": True}),
    ("needed-too-late", {"table": "requirements", "where": {"item": "calls"}, "field": "requires", "set": "crm:1"}),
    ("mandate-against-attention", {"table": "settings", "field": "mandate_path", "set": "1 1 2"}),
    ("mandate-against-attention", {"table": "capacities", "where": {"wave": 2}, "field": "capacity", "set": 3}),
]


@pytest.mark.parametrize("formulation", FORMULATIONS)
@pytest.mark.parametrize("reduce", [True, False], ids=["reduced", "whole"])
@pytest.mark.parametrize("name", NAMES)
def test_no_plan_keeps_all_rules(name: str, reduce: bool, formulation: str) -> None:
    result = solve(read(INFEASIBLE / name), gap=0, threads=1, formulation=formulation, reduce=reduce)
    assert result.termination == Termination.INFEASIBLE
    assert result.plan is None
    assert result.objective is None


@pytest.mark.parametrize(("name", "change"), WAYS_OUT, ids=lambda x: x if isinstance(x, str) else x["table"])
def test_either_side_giving_way_is_enough(name: str, change: dict[str, Any]) -> None:
    result = solve(read(INFEASIBLE / name).replace(change), gap=0, threads=1)
    assert result.termination == Termination.GAP_REACHED
    assert result.evaluation is not None
    assert result.evaluation.feasible


@pytest.mark.parametrize("name", NAMES)
def test_every_conflict_has_ways_out_on_both_sides(name: str) -> None:
    assert len({change["table"] for named, change in WAYS_OUT if named == name}) >= 2
