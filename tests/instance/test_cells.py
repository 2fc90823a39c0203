"""Cells: values of every kind for columns of every kind."""

from __future__ import annotations

import datetime as dt
import math

import pytest
from pydantic import BaseModel, ValidationError, model_validator

from sequencer.instance.columns import columns_of, flatten, gather, row_id
from sequencer.instance.decimals import CellError
from sequencer.instance.entities import BrandStage, CapabilityStep, Driver, Wave
from sequencer.instance.nearest import suggest
from sequencer.instance.rows import cell
from sequencer.instance.rules import Lock, Pace, Requirement, UseProfile
from sequencer.instance.settings import Settings
from sequencer.instance.wording import in_words


def column(record, name):
    found = columns_of(record).find(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("record", "name", "given", "value"),
    [
        (Driver, "potential", " 2.5 ", 2.5),
        (Driver, "potential_low", "2", 2.0),
        (Driver, "use_fte", 3, 3),
        (Driver, "name", "  two words ", "two words"),
        (Driver, "name", 2027, "2027"),
        (Driver, "brands", "a  b", ("a", "b")),
        (Driver, "brands", ["a", "b"], ("a", "b")),
        (Driver, "brands", 7, ("7",)),
        (Driver, "visible", "Yes", True),
        (Driver, "visible", "off", False),
        (Driver, "visible", 0, False),
        (Driver, "visible", "perhaps", "perhaps"),
        (Lock, "fixed", "3.0", 3),
        (Lock, "fixed", 3.0, 3),
        (Lock, "fixed", 2.5, 2.5),
        (Pace, "losses", "0.5 1", (0.5, 1.0)),
        (Pace, "losses", 2, (2,)),
        (UseProfile, "profile", [1, 2.5], (1, 2.5)),
        (BrandStage, "period", 3, "3"),
        (Wave, "start", dt.date(2027, 1, 1), "2027-01-01"),
        (Settings, "start", dt.date(2027, 1, 1), dt.date(2027, 1, 1)),
        (Settings, "start", "2027-01-01", "2027-01-01"),
        (Driver, "potential", "  ", None),
        (Driver, "potential", None, None),
    ],
)
def test_values_become_what_the_column_holds(record, name, given, value):
    found = cell(column(record, name), given)
    assert found == value and type(found) is type(value)


def test_there_is_no_negative_zero():
    assert math.copysign(1, cell(column(Driver, "running_cost"), -0.0)) == 1
    assert math.copysign(1, cell(column(Driver, "running_cost"), "-0.0")) == 1


@pytest.mark.parametrize(
    ("record", "name", "given"),
    [
        (Driver, "potential", True),
        (Driver, "potential", [1]),
        (Driver, "potential", {"a": 1}),
        (Driver, "potential", dt.date(2027, 1, 1)),
        (Driver, "name", False),
        (Driver, "visible", 2),
        (Driver, "visible", 0.5),
        (Pace, "losses", ["a"]),
        (Pace, "losses", [True]),
        (Settings, "start", 2027),
    ],
)
def test_values_of_another_kind_are_refused(record, name, given):
    with pytest.raises(CellError) as caught:
        cell(column(record, name), given)
    assert caught.value.rule == "wrong-kind" and name in caught.value.message


def test_flat_cells_and_records_are_the_same():
    driver = Driver(
        id="r", category="a", potential=2, low={"potential": 1}, use={"low": 1.0}, contact_load={"hcp": -1}, pot="de"
    )
    cells = flatten(driver)
    assert cells == {
        "id": "r",
        "category": "a",
        "potential": 2.0,
        "potential_low": 1.0,
        "pot": "de",
        "use_low": 1.0,
        "contact_load_hcp": -1.0,
    }
    assert Driver.model_validate(gather(Driver, cells)) == driver


def test_ids_of_rows_join_their_keys():
    assert row_id(CapabilityStep, {"capability": "crm", "level": 2}) == "crm:2"
    assert row_id(Requirement, {"item": "r1", "requires": ("a", "b")}) == "r1:a b:0"
    assert Requirement(item="r1", requires=("a", "b")).record_id == "r1:a b:0"
    assert row_id(Driver, {}) == ""


class Pair(BaseModel):
    a: str = ""

    @model_validator(mode="after")
    def _refuse(self):
        message = "the two do not go together"
        raise ValueError(message)


@pytest.mark.parametrize(
    ("model", "data", "column", "rule", "words"),
    [
        (Pair, {}, "", "inconsistent-row", "the two do not go together"),
        (Settings, {"schema_version": 1, "name": [3]}, "name", "invalid-value", "name: "),
        (
            Settings,
            {"schema_version": 1, "waves": "x"},
            "waves",
            "not-whole",
            "waves must be a whole number, found 'x'",
        ),
    ],
)
def test_errors_without_words_of_their_own_keep_theirs(model, data, column, rule, words):
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    wording = in_words(caught.value.errors()[0], model)
    assert (wording.column, wording.rule) == (column, rule) and words in wording.message


def test_suggestions():
    assert suggest("potentail", ["potential", "success"]) == "Did you mean 'potential'?"
    assert suggest("x", ["b", "a"]) == "Known: a, b."
    assert suggest("x", [f"w{n:02d}" for n in range(20)]).endswith("w11 ….")
    assert suggest("x", []) == "None is defined."
