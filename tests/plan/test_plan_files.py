"""Plans as such: equal decisions make equal plans, and files are read or refused with a reason."""

import json

import pytest

from sequencer.errors import InputError
from sequencer.plan.plan import Adoption, Payment, Plan, read_plan

PLAN = Plan(
    (Adoption("r1", 2), Adoption("jp", 1, "adapted")),
    transfers=(Payment("jp", 1, 5.0), Payment("jp", 2, 0.0)),
    prices=(Payment("jp", 2, 1.5),),
    instance_fingerprint="abc",
)


def test_order_does_not_matter_and_nothing_is_moved_by_zero():
    same = Plan((Adoption("jp", 1, "adapted"), Adoption("r1", 2)), (Payment("jp", 1, 5.0),), (Payment("jp", 2, 1.5),))
    assert same == PLAN
    assert same.to_json() == PLAN.to_json().replace("abc", "")


def test_wave_and_mode_of_what_is_adopted_and_of_what_is_not():
    assert (PLAN.wave("jp"), PLAN.mode("jp")) == (1, "adapted")
    assert (PLAN.wave("r1"), PLAN.mode("r1")) == (2, None)
    assert (PLAN.wave("de"), PLAN.mode("de")) == (None, None)


def test_json_round_trip(tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(PLAN.to_json(), encoding="utf-8")
    again = read_plan(path)
    assert again == PLAN
    assert again.instance_fingerprint == "abc"
    assert [a["id"] for a in json.loads(PLAN.to_json())["adoptions"]] == ["jp", "r1"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not a plan"),
        ("[]", "not a plan"),
        ('{"schema": 2}', "plan schema 2 is not 1"),
        ('{"schema": 1}', "not a plan"),
        ('{"schema": 1, "adoptions": [{"id": "jp"}]}', "not a plan"),
    ],
)
def test_what_is_not_a_plan_is_refused(text, reason):
    with pytest.raises(InputError, match=reason):
        Plan.from_json(text)


@pytest.mark.parametrize("text", ["id,wave,mode\njp,1,adapted\n\nr1, 2,\n,,\n", "id;wave\njp;1\n"])
def test_hand_made_plan(tmp_path, text):
    path = tmp_path / "plan.csv"
    path.write_text(text, encoding="utf-8-sig")
    assert read_plan(path).wave("jp") == 1
    assert read_plan(path).instance_fingerprint == ""


def test_a_row_without_a_wave_is_not_adopted(tmp_path):
    path = tmp_path / "plan.csv"
    path.write_text("id,wave,mode\njp,,\nde,1,\n", encoding="utf-8")
    assert [a.id for a in read_plan(path).adoptions] == ["de"]
    assert read_plan(path).left_out == ("jp",)


@pytest.mark.parametrize(
    "text", ["ID,Wave,Mode\njp,2,adapted\n", " Id ; MODE ;wave \njp;adapted;2,0\n", "id,wave,mode\njp,2.0,adapted\n"]
)
def test_a_plan_as_spreadsheets_write_it(tmp_path, text):
    path = tmp_path / "plan.csv"
    path.write_text(text, encoding="utf-8")
    assert read_plan(path).adoptions == (Adoption("jp", 2, "adapted"),)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("item,wave\njp,1\n", "header must name the columns"),
        ("id,wave\njp,soon\n", "row 2.*'soon' is not a whole number"),
        ("id,wave\njp,1.5\n", "row 2.*'1.5' is not a whole number"),
        ("id,wave\njp,1\n,2\n", "row 3.*names no id"),
        ("id,wave\njp,1\njp,2\n", "jp is given more than one wave"),
        ("", "header must name the columns"),
    ],
)
def test_faults_of_a_hand_made_plan_are_named(tmp_path, text, reason):
    path = tmp_path / "plan.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=reason):
        read_plan(path)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.json.*cannot be read"):
        read_plan(tmp_path / "none.json")
