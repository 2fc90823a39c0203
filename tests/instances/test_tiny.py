"""The tiny instances: the solver finds what was derived by hand, and nothing else is as good."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from sequencer.instance.instance import Instance
from sequencer.instance.reader import read
from sequencer.model.build import FORMULATIONS
from sequencer.plan.evaluate import Evaluator, evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver.solve import solve

TINY = Path(__file__).parents[2] / "instances" / "tiny"
NAMES = sorted(folder.name for folder in TINY.iterdir() if folder.is_dir())

COUNTABLE = (
    "archetypes",
    "attention",
    "carry-over",
    "locks",
    "mandate",
    "pace",
    "ramp",
    "two-steps",
    "under-way",
    "wait-and-see",
)
"""Instances with few enough plans to look at every one of them here."""


def expected(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((TINY / name / "expected.json").read_text(encoding="utf-8"))
    return content


def expected_plan(name: str) -> Plan:
    return Plan(tuple(Adoption(**adoption) for adoption in expected(name)["plan"]["adoptions"]))


def all_plans(instance: Instance) -> list[Plan]:
    ways = [
        [None, *(Adoption(i, w, m.id or None) for w in range(1, instance.n_waves + 1) for m in item.modes)]
        for i, item in instance.decided.items()
    ]
    return [Plan(tuple(a for a in chosen if a is not None)) for chosen in itertools.product(*ways)]


def test_there_are_enough_of_them() -> None:
    assert len(NAMES) >= 7


@pytest.mark.parametrize("name", NAMES)
def test_plan_derived_by_hand_keeps_all_rules_and_is_worth_that_much(name: str) -> None:
    found = evaluate(read(TINY / name), expected_plan(name))
    assert found.violations == ()
    assert found.npv == pytest.approx(expected(name)["npv"], abs=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_derivation_ends_in_that_amount(name: str) -> None:
    bold = re.findall(r"\*\*(\d+(?:\.\d+)?)\*\*", (TINY / name / "README.md").read_text(encoding="utf-8"))
    assert any(abs(float(amount) - expected(name)["npv"]) < 5e-5 for amount in bold)


@pytest.mark.parametrize("reduce", [True, False], ids=["reduced", "whole"])
@pytest.mark.parametrize("formulation", FORMULATIONS)
@pytest.mark.parametrize("name", NAMES)
def test_solver_finds_it(name: str, formulation: str, reduce: bool) -> None:
    result = solve(read(TINY / name), gap=0, threads=1, formulation=formulation, reduce=reduce)
    wanted = expected(name)
    assert str(result.termination) == wanted["termination"]
    assert result.proven_optimal
    assert result.objective == pytest.approx(wanted["objective"], abs=1e-6)
    assert result.plan == expected_plan(name)


@pytest.mark.parametrize("name", COUNTABLE)
def test_no_other_plan_is_as_good(name: str) -> None:
    instance = read(TINY / name)
    evaluator = Evaluator(instance)
    kept = (e for e in map(evaluator.evaluate, all_plans(instance)) if e.feasible)
    found = sorted(kept, key=lambda e: e.npv)
    assert found[-1].plan == expected_plan(name)
    assert found[-2].npv < found[-1].npv - 1e-3
