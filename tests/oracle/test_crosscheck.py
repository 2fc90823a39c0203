"""The cross-check: what it finds, what it counts, and that its page is of this version."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sequencer.model import build
from tests.oracle import crosscheck
from tests.oracle.crosscheck import FAMILIES, FEATURES, Finding, Summary, examine, page, variants
from tests.oracle.lively import telling

PAGE = Path(__file__).parents[2] / "docs" / "crosscheck.md"


def test_an_instance_is_held_against_every_variant():
    finding = examine(3)
    assert finding.disagreements == ()
    assert {*finding.checked, *finding.refused} == set(variants())
    assert finding.checked
    assert set(finding.in_oracle) - crosscheck.OTHERWISE == set(finding.in_model) - crosscheck.OTHERWISE


def test_a_wrong_model_is_found(monkeypatch):
    # Where budgets matter, the plan of a solver that knows none is too good to be true.
    rest = tuple(f for f in build.FAMILIES if f.name != "budgets")
    seed = next(s for s in range(100) if matters(s, "budgets"))
    monkeypatch.setattr(build, "FAMILIES", rest)
    assert any("budgets(" in what for what in examine(seed).disagreements)


def matters(seed: int, family: str) -> bool:
    """Whether a family matters in an instance."""
    return telling(seed).shows(family)


def finding(seed: int, *in_oracle: str) -> Finding:
    return Finding(seed, 10, False, False, ("cells",), (), (), in_oracle, ("start_once",), FEATURES, FEATURES)


def test_a_family_is_covered_where_it_matters_often_enough():
    summary = Summary()
    for seed in range(50):
        # 4 % of 50 instances are 2; locks matter in only one of them.
        summary.add(finding(seed, *(f for f in FAMILIES if f != "locks" or seed == 0)))
    assert summary.least == 2
    assert summary.uncovered == ["locks"]
    assert "| locks | 1 | 0 |" in page(summary, 0)
    assert "50 instances with 500 plans" in page(summary, 0)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_page_shows_every_family_covered_or_says_that_it_is_not(family):
    text = PAGE.read_text(encoding="utf-8")
    row = re.search(rf"^\| {family} \| (.+) \| (\d+) \|$", text, flags=re.MULTILINE)
    assert row, "run `make crosscheck`"
    instances = int(re.search(r"^- (\d+) instances", text, flags=re.MULTILINE)[1])
    missing = re.search(r"^- Not covered by so many instances: (.+)\.$", text, flags=re.MULTILINE)[1].split(", ")
    matters = int(row[2] if family == crosscheck.BY_CONSTRUCTION else row[1])
    assert (matters < round(crosscheck.LEAST_SHARE * instances)) == (family in missing)


def test_the_page_shows_no_disagreement_and_every_variant():
    text = PAGE.read_text(encoding="utf-8")
    assert "Disagreements: 0." in text
    assert re.findall(r"^\| (.+?) \| \d+ \| \d+ \|$", text.split("## Techniques")[1], flags=re.MULTILINE) == [
        *variants()
    ]
