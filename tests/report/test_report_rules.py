"""Rules in words."""

from dataclasses import dataclass

import pytest
from report_cases import small_content

from sequencer.instance.instance import Instance
from sequencer.model.build import FAMILIES
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.report.item_words import item_text
from sequencer.report.rules import instance_rules, rule_reference, rule_text
from sequencer.types import RuleRef


@dataclass
class Text:
    name: str = "budgets"
    title: str = "Budgets: what pots spend"
    latex: str = r"x \le 1"
    priority: int = 7
    doc: str = "A pot spends at most ``B``, see :class:`~sequencer.Plan`."


def test_reference_has_contents_meaning_and_formula():
    text = rule_reference([Text(), Text("start_once", "Start once", "y", 0, "Once.")])
    assert "| [Budgets: what pots spend](#budgets-what-pots-spend) | `budgets` | first (7 of 9) |" in text
    assert "## Budgets: what pots spend\n\nA pot spends at most `B`, see `sequencer.Plan`.\n\n$$\nx \\le 1\n$$" in text
    assert "never, it is what the words mean" in text
    assert text.endswith("\n")


@pytest.mark.parametrize(("priority", "words"), [(1, "hardly"), (3, "with difficulty"), (5, "yes"), (9, "first")])
def test_reference_says_how_readily_a_rule_is_relaxed(priority, words):
    assert f"| {words} ({priority} of 9) |" in rule_reference([Text(priority=priority)])


def test_reference_of_the_model_has_a_section_for_every_family():
    text = rule_reference(FAMILIES)
    assert text.count("\n## ") == len(FAMILIES)
    assert all(f"\n## {family.title}\n" in text for family in FAMILIES)


@pytest.mark.parametrize(
    ("ref", "text"),
    [
        (RuleRef("budgets", ("hq",), 2), "Budget of hq"),
        (RuleRef("budgets", ("jp",), 2), "Budget of Japan"),
        (RuleRef("capacities", ("fte",), 2), "Capacity of Delivery team"),
        (RuleRef("requirements", ("d1", "crm:2"), 2), "Faster content needs CRM 2"),
        (RuleRef("requirements", ("jp/full", "mandate:1"), 2), "Japan (Full) needs Programme"),
        (RuleRef("capability_steps", ("crm:3", "crm:2"), 2), "CRM 3 after CRM 2"),
        (RuleRef("mandate_grants", ("live_drivers",), 2), "Mandate grants: value drivers live"),
        (RuleRef("parallel", ("lean",), 2), "Affiliates in progress at once: Lean"),
        (RuleRef("pace", ("drivers",), 2), "Starts in a wave: drivers"),
        (RuleRef("pace", ("d1 d2",), 2), "Starts in a wave: Faster content, Safer data"),
        (RuleRef("start_small", (), 2), "New brands in a wave"),
        (RuleRef("locks", ("d1", "never")), "Faster content must not be adopted"),
        (RuleRef("start_once", ("d1",)), "Faster content starts once, in one mode"),
        (RuleRef("windows", ("d1",)), "Faster content not before its launch, and live by the end"),
        (RuleRef("mandate", ("mandate:1",), 1), "Programme one step at a time"),
        (RuleRef("funding", ("jp", "transfer"), 1), "Japan funds headquarters"),
        (RuleRef("balance_gap", ("a", "b"), 1), "Balance gap: a, b"),
        (RuleRef("locks", ("d1", "whatever")), "Locks: d1, whatever"),
        (RuleRef("budgets", ()), "Budgets"),
    ],
)
def test_one_rule_in_words(small, ref, text):
    assert rule_text(small, ref) == text


def test_words_exist_for_every_rule_that_is_checked(small):
    refs = {s.ref for s in evaluate(small, Plan((Adoption("de", 2, "lean"),))).slacks}
    assert all(rule_text(small, ref) != ref.family for ref in refs)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("crm:1", "CRM 1"),
        ("technological:2", "all of technological at level 2"),
        ("mandate:0", "Pilot"),
        ("mandate:7", "mandate 7"),
        ("drivers", "any of the drivers"),
        ("lean", "any affiliate (Lean)"),
        ("jp/lean|full", "Japan (Lean, Full)"),
        ("crm", "CRM"),
    ],
)
def test_item_expressions_in_words(small, word, text):
    assert item_text(small, word) == text


def test_sourcing_in_words(small):
    content = small_content() | {"sourcing_modes": [{"id": "agency", "name": "Agency", "layers": "technological"}]}
    assert item_text(Instance.model_validate(content), "agency") == "any capability step (Agency)"


def said(content, family):
    return [row[1:] for row in instance_rules(Instance.model_validate(content)).rows if row[0] == family]


def test_rules_of_an_instance():
    content = small_content()
    content["requirements"] += [
        {"item": "d1", "requires": "crm:1"},
        {"item": "d1", "requires": "crm:2"},
        {"item": "d2", "requires": "crm:3", "lag": 2},
    ]
    content["locks"] = [
        {"item": "d1", "must": True, "by": 3, "earliest": 2},
        {"item": "jp", "mode": "full", "fixed": 2},
        {"item": "d2", "never": True},
        {"item": "de", "latest": 2},
        {"item": "crm:3"},
    ]
    assert said(content, "requirements") == [
        ("Faster content starts only when CRM 2 and CRM 1 (there today) are live", "every"),
        ("Any affiliate (Full) starts only when Programme is live", "every"),
        ("Safer data starts only when CRM 3 is live for 2 waves", "every"),
    ]
    assert said(content, "capability_steps") == [
        ("1 capability grows level by level, one level a wave at most", "every")
    ]
    assert said(content, "mandate") == [("The mandate starts at level 0 and rises one step a wave at most", "every")]
    assert said(content, "mandate_grants") == [
        ("Mandate level 0 (Pilot): value drivers live: at most 1; 50 % of every budget released", "at this level"),
        ("Mandate level 1 (Programme): value drivers live: at most 2", "at this level"),
    ]
    assert said(content, "parallel") == [("At most 1 affiliate in progress at once as Lean", "every")]
    assert said(content, "pace") == [("At most 2 of drivers start in a wave", "every")]
    assert said(content, "budgets")[:2] == [
        ("hq has EUR M 4, 2, 2; 50 % of what is left is carried on", "every"),
        ("Japan has EUR M 0.5 a wave; 50 % of what is left is carried on", "every"),
    ]
    assert said(content, "capacities") == [("Delivery team: 8 FTE a wave", "every")]
    assert [text for text, _ in said(content, "locks")] == [
        "Faster content must be adopted and live by wave 3; starts in wave 2 or later",
        "Japan starts in wave 2; takes the mode Full, if at all",
        "Safer data must not be adopted",
        "Germany starts in wave 2 or before, if at all",
        "CRM 3 is free",
    ]


def test_rules_of_brands_launches_and_given_paths():
    content = small_content()
    content["settings"] |= {
        "brands_first_wave": 1,
        "brands_later_waves": 2,
        "carry_share": 0,
        "mandate_path": "0 1 1",
    }
    content["brands"] = [{"id": "b", "name": "Brand B", "launch_wave": 3}]
    content["requirements"].append({"item": "d1", "requires": "crm:2 d2", "at_least": 1})
    assert said(content, "start_small") == [
        ("At most 1 brand to begin with", "1"),
        ("At most 2 new brands a wave", "2–3"),
    ]
    assert said(content, "windows") == [("Brand B is not live before wave 3", "1–2")]
    assert said(content, "mandate") == [("The mandate's level in each wave is given: 0, 1, 1", "every")]
    assert said(content, "budgets")[0][0] == "hq has EUR M 4, 2, 2; what is left lapses"
    assert said(content, "requirements")[-1][0].endswith("only when at least 1 of CRM 2, Safer data is live")


def test_an_instance_without_rules_has_none():
    bare = {"settings": {"schema_version": 1}, "drivers": [{"id": "d", "category": "x", "potential": 1}]}
    table = instance_rules(Instance.model_validate(bare))
    assert table.rows == ()
    assert table.notes == ()
