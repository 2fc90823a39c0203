"""Rules on what goes with what, and of coherence, in words."""

import pytest
from report_cases import small_content

from sequencer.instance.instance import Instance
from sequencer.report.rules import instance_rules, rule_text
from sequencer.types import RuleRef


def changed(settings=(), **tables_given):
    content = small_content()
    content["settings"] |= dict(settings)
    return Instance.model_validate(content | tables_given)


def said(instance, family):
    return [row[1:] for row in instance_rules(instance).rows if row[0] == family]


@pytest.mark.parametrize(
    ("ref", "text"),
    [
        (RuleRef("relations", ("before", "d1", "jp/lean"), 2), "Japan (Lean) before Faster content"),
        (RuleRef("relations", ("together", "d1", "d2")), "Faster content and Safer data together"),
        (RuleRef("relations", ("exclusive", "d1", "jp", "de")), "Only one of Faster content, Japan and Germany"),
        (RuleRef("relations", ("bundle", "d1", "affiliates"), 1), "In company: Faster content and affiliates"),
        (RuleRef("pilots", ("first", "jp"), 2), "Japan after its pilots"),
        (RuleRef("archetype_limits", ("far", "lean")), "Affiliates of class far as Lean"),
        (RuleRef("inhouse"), "Capability steps built in-house"),
        (
            RuleRef("balance", ("technological", "commercial"), 1),
            "Balance of technological and commercial capabilities",
        ),
        (RuleRef("learning", (), 1), "Tactical learning ahead of strategic"),
        (RuleRef("maturity_gaps", ("crm@jp", "crm"), 1), "CRM in Japan ahead of CRM"),
    ],
)
def test_one_rule_in_words(ref, text):
    assert rule_text(changed(), ref) == text


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (
            {"relation": "before", "items": "d1", "others": "jp"},
            "Where both are adopted, Faster content starts only when Japan is live",
        ),
        (
            {"relation": "together", "items": "d1 d2"},
            "Faster content and Safer data start in the same wave, all or none",
        ),
        ({"relation": "exclusive", "items": "drivers"}, "At most one of drivers is ever adopted"),
        (
            {"relation": "bundle", "items": "d1", "others": "jp de", "at_least": 2},
            "In a wave in which Faster content starts, at least 2 of Japan and Germany starts as well",
        ),
    ],
)
def test_relations_of_an_instance(row, text):
    assert said(changed(relations=[row]), "relations") == [(text, "every")]
    assert said(changed(), "relations") == []


def test_pilots_and_archetype_limits_of_an_instance():
    given = changed(
        pilots=[{"id": "first", "affiliates": "de", "pilots": "jp", "lag": 1}],
        archetype_limits=[{"affiliate_class": "far", "archetype": "lean", "limit": 1}],
    )
    assert said(given, "pilots") == [("Germany starts only when at least 1 of Japan is live for 1 wave", "every")]
    assert said(given, "archetype_limits") == [("At most 1 affiliate of class far as Lean", "all")]


def test_exceptions_of_an_instance():
    exceptions = [{"id": "ex", "name": "Early start", "item": "d1", "requires": "crm:2"}]
    given = changed({"governance": "case-by-case"}, exceptions=exceptions)
    text = "Early start waives that Faster content needs CRM 2, once it is live"
    assert said(given, "requirements")[-1] == (text, "every")
    strict = said(changed(exceptions=exceptions), "mandate_grants")
    assert ("The policy is strict: no exceptions", "every") in strict


def test_coherence_of_an_instance():
    given = changed(
        {"inhouse_share": 0.125, "balance_gap": 0.5, "strategic_gap": 2},
        maturity_gaps=[{"execution": "crm", "strategy": "crm", "gap": 1}],
    )
    found = [said(given, family)[0][0] for family in ("inhouse", "balance", "learning", "maturity_gaps")]
    assert found == [
        "At least 12.5 % of the capability steps adopted, by weight, is built in-house",
        "Layers are at most 50 % of their target steps apart",
        "Tactical learning so far is ahead of strategic by at most 2 points",
        "CRM is ahead of CRM by at most 1 level",
    ]
    assert not any(said(changed(), family) for family in ("inhouse", "balance", "learning", "maturity_gaps"))


def test_a_roll_out_approach_shows_as_rules():
    functions = [{"id": f, "name": f.title()} for f in ("medical", "marketing")]
    settings = {"rollout": "shared-framework", "rollout_framework": "crm"}
    given = changed(settings, functions=functions)
    assert said(given, "relations") == [("Medical and Marketing start in the same wave, all or none", "every")]
    first = changed({"rollout": "medical-first", "rollout_lag": 1}, functions=functions)
    assert ("Marketing starts only when Medical is live for 1 wave", "every") in said(first, "requirements")
