"""The medium instance: its size, and a solve against the optimum proven when it was made."""

from pathlib import Path

import pytest

from sequencer.instance.instance import Instance
from sequencer.instance.reader import read
from sequencer.solver.solve import solve
from sequencer.types import Layer

MEDIUM = Path(__file__).parents[2] / "instances" / "medium"
OPTIMUM = 26.882633507579683


@pytest.fixture(scope="module")
def medium() -> Instance:
    return read(MEDIUM)


def test_size(medium: Instance) -> None:
    assert (len(medium.drivers), len(medium.capabilities), len(medium.affiliates)) == (8, 18, 10)
    assert (medium.n_waves, len(medium.brands), len(medium.customer_types), len(medium.functions)) == (4, 3, 2, 3)
    assert {c.layer for c in medium.capabilities} == set(Layer)


def test_readme_says_what_is_in_the_tables(medium: Instance) -> None:
    text = (MEDIUM / "README.md").read_text(encoding="utf-8")
    potential = sum(d.potential for d in medium.drivers)
    assert f"potential of {potential:.1f} a year" in text
    assert f"three layers, {len(medium.capability_steps)} steps above today" in text
    assert f"budget of {sum(medium.budget['hq']):.1f} over four waves" in text
    assert f"net present value of {OPTIMUM:.2f}" in text


def test_bounds_close_in_on_the_optimum(medium: Instance) -> None:
    result = solve(medium, gap=0.05)
    assert result.evaluation is not None
    assert result.evaluation.feasible
    assert result.objective is not None
    assert result.bound is not None
    assert result.objective <= OPTIMUM + 1e-6 <= result.bound + 2e-6
    assert result.objective >= 0.95 * OPTIMUM
