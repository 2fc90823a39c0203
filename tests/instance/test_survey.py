"""Maturity from a survey."""

from __future__ import annotations

import pytest

from sequencer.errors import InputError
from sequencer.instance.instance import Instance
from sequencer.instance.survey import Answer, assess, read_answers

INSTANCE = Instance.model_validate(
    {
        "settings": {"schema_version": 1, "waves": 2},
        "capabilities": [
            {
                "id": "crm",
                "name": "CRM",
                "layer": "technological",
                "path": "tech.platforms",
                "target": 2,
                "benchmark": 0,
            },
            {"id": "data", "layer": "technological", "path": "tech.data", "as_is": 1, "target": 3, "benchmark": 2},
            {"id": "skills", "layer": "transformational"},
        ],
    }
)


def say(*rows):
    return [Answer(who, unit, node, level, about or unit) for who, unit, node, level, about in rows]


def found(answers, by="median"):
    return {a.capability.id: a for a in assess(INSTANCE, answers, by).assessments}


def test_median_is_rounded_down_and_the_spread_shown():
    # 1, 2, 3, 3: the median 2.5 means that level 2 is reached.
    got = found(say(*((f"p{n}", "de", "crm", level, "") for n, level in enumerate((1, 2, 3, 3)))))["crm"]
    assert (got.as_is, got.low, got.high, got.answers) == (2, 1, 3, 4)


def test_minimum_is_the_lowest_unit_not_the_lowest_person():
    # de: 1, 3, 3 (median 3); jp: 2, 2 (median 2). One person in de says 1, but no unit as a whole does.
    answers = say(
        *((f"p{n}", "de", "crm", v, "") for n, v in enumerate((1, 3, 3))),
        ("a", "jp", "crm", 2, ""),
        ("b", "jp", "crm", 2, ""),
    )
    assert found(answers, "minimum")["crm"].as_is == 2
    assert found(answers)["crm"].as_is == 2  # 1, 2, 2, 3, 3
    assert found(answers[:3])["crm"].as_is == 3


def test_a_node_counts_for_leaves_without_an_answer_of_their_own():
    # p answers crm itself, so only q's word on the whole branch counts for crm beside it; data has only the branch.
    answers = say(("p", "de", "crm", 3, ""), ("p", "de", "tech", 1, ""), ("q", "de", "tech.platforms", 1, ""))
    got = found(answers)
    assert (got["crm"].low, got["crm"].high, got["crm"].answers) == (1, 3, 2)
    assert (got["data"].as_is, got["data"].answers) == (1, 1)
    assert got["skills"].as_is is None


def test_gap_and_lead():
    got = found(say(("p", "de", "crm", 1, ""), ("p", "de", "data", 1, "")))
    assert (got["crm"].gap, got["crm"].lead) == (1, 1)
    assert (got["data"].gap, got["data"].lead) == (2, -1)
    assert (got["skills"].gap, got["skills"].lead) == (None, None)


def test_blind_spot_against_what_others_say_of_themselves():
    # de sees 3, the others 1 and 2 (median 1.5): 1.5 levels above. jp sees less than its peers: none.
    answers = say(("p", "de", "crm", 3, ""), ("q", "jp", "crm", 1, ""), ("r", "us", "crm", 2, ""))
    assert found(answers)["crm"].blind == {"de": 1.5}


def test_blind_spot_against_what_others_say_of_it():
    # us says of de what de does not see; then only that counts for de.
    answers = say(("p", "de", "crm", 3, ""), ("r", "us", "crm", 3, ""), ("r", "us", "crm", 1, "de"))
    assert found(answers)["crm"].blind == {"de": 2.0}


def test_less_than_a_level_is_no_blind_spot():
    assert found(say(("p", "de", "crm", 2, ""), ("q", "jp", "crm", 1.5, "")))["crm"].blind == {}


def test_changes_are_those_that_change_something():
    survey = assess(INSTANCE, say(("p", "de", "crm", 2, ""), ("p", "de", "data", 1, "")))
    (change,) = survey.changes()
    assert (change.where, change.set) == ({"id": "crm"}, 2)
    assert INSTANCE.replace(*survey.changes()).by_id("capabilities")["crm"].as_is == 2


def test_file_with_names_and_decimal_commas(tmp_path):
    file = tmp_path / "answers.csv"
    file.write_text("respondent;unit;capability;answer;about\np;de;crm;1,5;\np;de;tech.data;2;jp\n", encoding="utf-8")
    one, two = read_answers(INSTANCE, file)
    assert (one.level, one.about) == (1.5, "de")
    assert (two.node, two.about) == ("tech.data", "jp")


def test_every_wrong_row_at_once(tmp_path):
    file = tmp_path / "answers.csv"
    file.write_text(
        "respondent,unit,capability,answer\np,de,crn,1\np,de,crm,high\n,de,crm,1\np,de,crm,-1\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as caught:
        read_answers(INSTANCE, file)
    told = [(p.row, p.column) for p in caught.value.problems]
    assert told == [(2, "capability"), (3, "answer"), (4, "respondent"), (5, "answer")]
    assert "crm" in caught.value.problems[0].remedy


def test_missing_column(tmp_path):
    file = tmp_path / "answers.csv"
    file.write_text("respondent,unit,answer\np,de,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="column capability is missing"):
        read_answers(INSTANCE, file)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [("answers.xlsx", "PK", "'CSV UTF-8'"), ("answers.csv", "respondent,unit,capability,answer\n", "has no answers")],
)
def test_files_without_answers_to_read(tmp_path, name, text, says):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_answers(INSTANCE, tmp_path / name)
