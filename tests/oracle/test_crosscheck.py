"""The cross-check: what it finds, what it counts, and that its page is of this version."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import combinations, product
from pathlib import Path

import pytest

from sequencer.model import build
from tests.oracle.crosscheck import FAMILIES, FEATURES, Finding, Summary, examine, observe, page
from tests.oracle.lively import focus
from tests.oracle.summary import BY_CONSTRUCTION, OTHERWISE, coverage, least
from tests.oracle.techniques import TECHNIQUES, VARIANTS, variants

PAGE = Path(__file__).parents[2] / "docs" / "crosscheck.md"


def test_an_instance_is_held_against_every_variant():
    finding = examine(3)
    assert finding.disagreements == ()
    assert {*finding.checked, *finding.refused} == set(variants(3))
    assert finding.checked
    assert set(finding.in_oracle) - OTHERWISE == set(finding.in_model) - OTHERWISE


def test_every_pair_of_techniques_meets_in_all_four_ways_on_a_third_of_the_instances_at_least():
    solved = Counter(name for seed in range(500) for name in variants(seed))
    assert set(solved) == set(VARIANTS)
    assert min(solved.values()) >= 500 / 3
    for formulation in build.FORMULATIONS:
        ways = [o for o in VARIANTS.values() if o["formulation"] == formulation and len(o) == len(TECHNIQUES) + 1]
        for one, two in combinations(TECHNIQUES, 2):
            assert {(o[one], o[two]) for o in ways} == {*product((True, False), repeat=2)}


@pytest.mark.parametrize("name", ["pilots", "touches", "exceptions on choices"])
def test_what_takes_turns_meets_every_rule(name):
    # Seeds that are about the same rule come again and again, and then in other turns.
    assert {way for seed in range(500) if name in focus(seed) for way in variants(seed)} == set(VARIANTS)


def test_a_wrong_model_is_found(monkeypatch):
    # Where budgets matter, the plan of a solver that knows none is too good to be true.
    rest = tuple(f for f in build.FAMILIES if f.name != "budgets")
    about = (s for s in range(500) if "pots of affiliates" in focus(s))
    seed = next(s for s in about if "budgets" in observe(s).in_oracle)
    monkeypatch.setattr(build, "FAMILIES", rest)
    assert any("budgets(" in what for what in examine(seed).disagreements)


def finding(seed: int, *in_oracle: str) -> Finding:
    return Finding(seed, 10, False, False, in_oracle, FEATURES, FEATURES, ("start_once",), ("cells, everything",))


def test_a_family_is_covered_where_it_matters_often_enough():
    summary = Summary()
    for seed in range(50):
        # 4 % of 50 instances are 2; locks matter in only one of them.
        summary.add(finding(seed, *(f for f in FAMILIES if f != "locks" or seed == 0)))
    assert summary.least == 2
    assert summary.uncovered == ["locks"]
    assert "| locks | 1 | 0 |" in page(summary, 0)
    assert "50 instances with 500 plans" in page(summary, 0)
    assert "Not covered: locks." in coverage(summary)
    assert summary.seldom == []
    assert "Seldom: none." in coverage(summary)


@pytest.mark.parametrize(("instances", "wanted"), [(1, 1), (50, 2), (500, 20), (600, 20)])
def test_so_many_instances_are_wanted(instances, wanted):
    assert least(instances) == wanted


def test_a_feature_that_hardly_matters_is_told():
    # 4 % of 100 instances are 4, of which half is wanted; reinvestment matters in one.
    summary = Summary()
    for seed in range(100):
        found = finding(seed, *FAMILIES)
        summary.add(replace(found, features=tuple(f for f in FEATURES if f != "reinvestment" or seed == 0)))
    assert summary.seldom == ["reinvestment"]
    assert summary.uncovered == []
    assert "- Features that seldom matter, in less than 2: reinvestment." in page(summary, 0)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_page_shows_every_family_covered_or_says_that_it_is_not(family):
    text = PAGE.read_text(encoding="utf-8")
    row = re.search(rf"^\| {family} \| (.+) \| (\d+) \|$", text, flags=re.MULTILINE)
    assert row, "run `make crosscheck`"
    instances = int(re.search(r"^- (\d+) instances", text, flags=re.MULTILINE)[1])
    missing = re.search(r"^- Not covered by so many instances: (.+)\.$", text, flags=re.MULTILINE)[1].split(", ")
    matters = int(row[2] if family == BY_CONSTRUCTION else row[1])
    assert (matters < least(instances)) == (family in missing)


def test_the_page_shows_no_disagreement_and_every_variant():
    text = PAGE.read_text(encoding="utf-8")
    assert "Disagreements: 0." in text
    assert re.findall(r"^\| (.+?) \| \d+ \| \d+ \|$", text.split("## Techniques")[1], flags=re.MULTILINE) == [
        name.replace("_", " ") for name in VARIANTS
    ]
