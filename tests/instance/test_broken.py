"""The folders of bad input: one planted defect each, and that one is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from sequencer.errors import InputError
from sequencer.instance.reader import read

BROKEN = Path(__file__).parents[2] / "instances" / "broken"

EXPECTED = {
    "dates-do-not-fit": ("waves.csv", 4, "dates-do-not-fit", "2028-01-01"),
    "duplicate-id": ("functions.csv", 3, "duplicate-id", "unique"),
    "fatigue-steps": ("fatigue.csv", 3, "fatigue-steps", "rising slopes"),
    "lock-contradiction": ("locks.csv", 3, "lock-contradiction", "out"),
    "missing-wave": ("budgets.csv", 3, "missing-wave", "Add a row"),
    "not-local": ("local_capabilities.csv", 3, "not-local", "Set local of crm"),
    "number-format": ("budgets.csv", 3, "thousands", "1500,5"),
    "out-of-range": ("drivers.csv", 4, "out-of-range", "Correct"),
    "relation-sides": ("relations.csv", 3, "relation-sides", "Fill in others"),
    "requirement-cycle": ("requirements.csv", 5, "requirement-cycle", "out"),
    "several-modes": ("modes.csv", 3, "several-modes", "variant_of"),
    "sides-overlap": ("pilots.csv", 2, "sides-overlap", "one side only"),
    "split-above-one": ("cost_splits.csv", 3, "split-above-one", "sum to 1"),
    "step-missing": ("initial_state.csv", 3, "step-missing", "Add a row live for insight:1"),
    "too-few": ("requirements.csv", 4, "too-few", "at most 2"),
    "too-large": ("budgets.csv", 3, "too-large", "larger unit"),
    "undefined-level": ("requirements.csv", 7, "unknown-level", "level 3"),
    "unknown-choice": ("sourcing_modes.csv", 3, "unknown-choice", "'commercial'"),
    "unknown-column": ("brands.csv", 1, "unknown-column", "'launch_wave'"),
    "unknown-measure": ("measure_limits.csv", 3, "unknown-measure", "'peak_budget'"),
    "unknown-reference": ("requirements.csv", 4, "unknown-reference", "'crm:2'"),
    "unknown-requirement": ("exceptions.csv", 3, "unknown-requirement", "'customized requires mandate:1'"),
    "without-effect": ("capacities.csv", 2, "without-effect", "from wave 2 on"),
}


def test_every_folder_is_expected_and_every_kind_is_different():
    assert sorted(p.name for p in BROKEN.iterdir()) == sorted(EXPECTED)
    assert len({rule for _, _, rule, _ in EXPECTED.values()}) == len(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_the_planted_defect_is_told_with_row_and_remedy(name):
    file, row, rule, said = EXPECTED[name]
    with pytest.raises(InputError) as caught:
        read(BROKEN / name)
    (problem,) = caught.value.problems
    assert (problem.file, problem.row, problem.rule) == (file, row, rule)
    assert said in f"{problem.message} {problem.remedy}"
    assert problem.id or rule == "unknown-column"
