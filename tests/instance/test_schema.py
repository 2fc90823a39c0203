"""The JSON Schema describes what the reader takes."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from sequencer.instance.columns import columns_of, flatten
from sequencer.instance.instance import Instance
from sequencer.instance.schema import json_schema
from sequencer.instance.settings import Settings


def as_json(instance):
    content = {"settings": instance.settings.model_dump(mode="json", exclude_unset=True)}
    content |= {table: [flatten(row) for row in instance.rows(table)] for table in Instance.tables()}
    return json.loads(json.dumps(content))


@pytest.fixture(scope="module")
def schema():
    return json_schema()


def test_it_is_a_schema_and_the_sound_instance_keeps_it(folder, schema):
    Draft202012Validator.check_schema(schema)
    assert list(Draft202012Validator(schema).iter_errors(as_json(folder.read()))) == []


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("drivers", "potential", -1),
        ("drivers", "potential_low", -1),
        ("drivers", "use_fte", -1),
        ("drivers", "use_", 1),
        ("drivers", "potentail", 1),
        ("drivers", "id", "R 1"),
        ("capabilities", "layer", "technical"),
        ("locks", "must", "perhaps"),
    ],
)
def test_what_the_reader_refuses_breaks_it(folder, schema, table, column, value):
    content = as_json(folder.read())
    content[table][0][column] = value
    assert list(Draft202012Validator(schema).iter_errors(content))


def test_every_table_column_unit_and_reference_is_in_it(schema):
    assert list(schema["properties"]) == ["settings", *Instance.tables()]
    for table, record in Instance.tables().items():
        items = schema["properties"][table]["items"]
        assert list(items["properties"]) == list(columns_of(record).fixed)
        assert schema["properties"][table]["x-key"] == list(record.key)
        assert schema["properties"][table]["description"]
        assert all(p["description"] for p in items["properties"].values())
    driver = schema["properties"]["drivers"]["items"]
    assert driver["properties"]["potential_high"]["x-unit"] == "money/year"
    assert driver["properties"]["functions"]["x-ref"] == "functions"
    assert driver["patternProperties"]["^use_[a-z0-9_-]+$"]["x-ref"] == "resources"
    assert "$ref" not in json.dumps(schema)
    assert set(schema["properties"]["settings"]["properties"]) == set(Settings.model_fields)
