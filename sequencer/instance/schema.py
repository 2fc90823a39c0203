"""JSON Schema of an instance, for templates and editors."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from sequencer.instance.columns import Columns, columns_of, extra
from sequencer.instance.instance import Instance
from sequencer.instance.settings import SCHEMA_VERSION, Settings

DIALECT = "https://json-schema.org/draft/2020-12/schema"
KEY_PATTERN = "[a-z0-9_-]+$"


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a whole instance.

    Returns
    -------
    dict
        An object with ``settings`` and one array of rows for each table. Rows have the columns of the CSV files, with
        ranges and families; lists are arrays here and space-separated words there. ``x-unit``, ``x-ref`` (table a value
        refers to) and ``x-key`` (columns that identify a row) carry what JSON Schema has no word for.
    """
    tables = {
        name: {
            "type": "array",
            "description": (record.__doc__ or "").strip().splitlines()[0],
            "x-key": list(record.key),
            "items": _object(record),
        }
        for name, record in Instance.tables().items()
    }
    return {
        "$schema": DIALECT,
        "title": f"Instance of wave sequencing, schema version {SCHEMA_VERSION}",
        "type": "object",
        "required": ["settings"],
        "additionalProperties": False,
        "properties": {"settings": _object(Settings), **tables},
    }


def _object(model: type[BaseModel]) -> dict[str, Any]:
    """Schema of one row, or of the settings."""
    given = model.model_json_schema()
    columns = columns_of(model)
    properties: dict[str, Any] = {}
    for name, column in columns.fixed.items():
        properties[name] = _property(given["properties"][column.field], given.get("$defs", {}))
        if column.part:
            properties[name] |= {"description": f"{column.part} value of {column.field}"}
            properties[name].pop("default", None)
    made: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "required": [name for name, column in columns.fixed.items() if column.required],
        "additionalProperties": False,
    }
    families = _families(columns, given["properties"])
    return made | ({"patternProperties": families} if families else {})


def _property(given: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Schema of a column: references to definitions put in place, our own words marked by ``x-``."""
    made = {k: v for k, v in given.items() if k not in ("title", "ranged", "unit", "ref", "$ref")}
    if "$ref" in given:
        made = {k: v for k, v in definitions[given["$ref"].rpartition("/")[2]].items() if k in ("type", "enum")} | made
    return made | {f"x-{k}": given[k] for k in ("unit", "ref") if k in given}


def _families(columns: Columns, given: dict[str, Any]) -> dict[str, Any]:
    """Columns that are there once for each id of another table."""
    return {
        f"^{family.prefix}{KEY_PATTERN}": {
            "description": family.info.description,
            **given[family.field].get("additionalProperties", {}),
            "x-unit": extra(family.info)["unit"],
            "x-ref": family.table,
        }
        for family in columns.families
    }
