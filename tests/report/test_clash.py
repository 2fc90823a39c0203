"""Rules that cannot hold together, in words."""

import pytest

from sequencer.report.clash import clash_lines
from sequencer.types import RuleRef


def lock(**values):
    return {"table": "locks", "insert": {"item": "d1", **values}}


def test_waves_of_a_rule_are_one_line(small):
    refs = [RuleRef("budgets", ("hq",), w) for w in (5, 1, 2, 3)] + [RuleRef("capacities", ("fte",), 2)]
    assert clash_lines(small, refs) == ["Budget of hq (waves 1–3 and 5)", "Capacity of Delivery team (wave 2)"]


def test_what_may_follow_what_holds_in_every_wave_and_comes_last(small):
    refs = [
        RuleRef("requirements", ("d1", "crm:2"), 2),
        RuleRef("requirements", ("d1", "crm:2"), 3),
        RuleRef("start_small", (), 1),
        RuleRef("locks", ("d1", "must")),
    ]
    assert clash_lines(small, refs) == [
        "Faster content must be adopted",
        "New brands in a wave (wave 1)",
        "Faster content needs CRM 2",
    ]


@pytest.mark.parametrize(
    ("decided", "word", "text"),
    [
        ({"must": True, "by": 3}, "must", "must be adopted and live by wave 3"),
        ({"must": True}, "must", "must be adopted"),
        ({"never": True}, "never", "must not be adopted"),
        ({"earliest": 2}, "earliest", "starts in wave 2 or later"),
        ({"latest": 2}, "latest", "starts in wave 2 or before"),
        ({"fixed": 1}, "fixed", "starts in wave 1"),
    ],
)
def test_decisions_tell_their_numbers(small, decided, word, text):
    given = small.model_copy(update={"locks": ()}).replace(lock(**decided))
    assert clash_lines(given, [RuleRef("locks", ("d1", word))]) == [f"Faster content {text}"]


def test_a_fixed_mode_is_named(small):
    given = small.replace({"table": "locks", "insert": {"item": "jp", "mode": "full"}})
    assert clash_lines(given, [RuleRef("locks", ("jp", "mode"))]) == ["Japan takes the mode Full"]


def test_a_launch_tells_its_wave(small):
    refs = [RuleRef("windows", ("jp",))]
    launched = small.replace({"table": "affiliates", "where": {"id": "jp"}, "field": "launch_wave", "set": 2})
    assert clash_lines(launched, refs) == ["Japan is not live before wave 2"]


def test_a_given_mandate_is_one_line(small):
    refs = [RuleRef("mandate", ("mandate:1",), w) for w in (1, 2)]
    assert clash_lines(small, refs) == ["Programme one step at a time"]
    path = (0,) * (small.n_waves - 1) + (1,)
    given = small.replace({"table": "settings", "field": "mandate_path", "set": " ".join(map(str, path))})
    assert clash_lines(given, refs) == [f"The mandate's level in each wave is given: {', '.join(map(str, path))}"]


def test_many_rules_of_a_kind_are_told_by_examples(small):
    pots = [RuleRef("budgets", (f"p{n}",), 1) for n in range(6)]
    (line,) = clash_lines(small, pots)
    assert line.startswith("6 rules of the kind 'Budgets of the pots', such as: Budget of p0 (wave 1); ")
    assert "p3" in line and "p4" not in line
    assert len(clash_lines(small, pots[:5])) == 5
    musts = [RuleRef("locks", (f"d{n}", "must")) for n in range(13)]
    assert len(clash_lines(small, musts[:12])) == 12
    assert len(clash_lines(small, musts)) == 1
