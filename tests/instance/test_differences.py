"""What two instances do otherwise."""

from importlib.resources import files

import pytest

from sequencer.instance.differences import FieldChange, RowChange, differences
from sequencer.instance.reader import read


@pytest.fixture(scope="module")
def example():
    return read(str(files("sequencer.cli") / "example"))


def test_an_instance_does_not_differ_from_itself(example):
    found = differences(example, example)
    assert not found
    assert found.same_results


def test_changed_added_and_removed_rows_and_settings(example):
    other = example.model_copy(
        update={
            "settings": example.settings.model_copy(update={"discount_rate": 0.1}),
            "budgets": example.budgets[1:],
            "drivers": (example.drivers[0].model_copy(update={"low": {"potential": 8.0}}), *example.drivers[1:]),
            "capability_steps": (
                example.capability_steps[0].model_copy(update={"use": {"change_team": 3.0}}),
                *example.capability_steps[1:],
            ),
        }
    )
    # the row: hq,1,1.8 with a note
    note = example.budgets[0].note
    there, back = differences(example, other), differences(other, example)
    assert there.settings == (FieldChange("discount_rate", 0.08, 0.1),)
    assert there.rows == (
        RowChange("drivers", "orchestration", "changed", (FieldChange("potential_low", None, 8.0),)),
        RowChange("capability_steps", "data:1", "changed", (FieldChange("use_change_team", 2.0, 3.0),)),
        RowChange("budgets", "hq:1", "removed", (FieldChange("amount", 1.8, None), FieldChange("note", note, None))),
    )
    fields = (FieldChange("amount", None, 1.8), FieldChange("note", None, note))
    assert back.rows[-1] == RowChange("budgets", "hq:1", "added", fields)
    assert not there.same_results


def test_the_order_of_rows_and_labels_do_not_change_results(example):
    other = example.model_copy(update={"drivers": example.drivers[::-1]})
    assert not differences(example, other)
    named = example.model_copy(
        update={"drivers": (example.drivers[0].model_copy(update={"name": "X"}), example.drivers[1])}
    )
    found = differences(example, named)
    assert found
    assert found.same_results


def test_a_row_that_comes_or_goes_tells_what_it_says_and_no_defaults(example):
    with_lock = example.replace({"table": "locks", "insert": {"item": "remote", "must": True, "by": 3}})
    (added,) = differences(example, with_lock).rows
    assert (added.change, added.id) == ("added", "remote")
    assert added.fields == (FieldChange("must", None, True), FieldChange("by", None, 3))
