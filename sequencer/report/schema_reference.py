"""Reference of settings, tables and columns as Markdown, made from the schema itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sequencer.instance.schema import json_schema
from sequencer.types import ID_PATTERN

Schema = Mapping[str, Any]

SETTINGS = "settings"
EVERYWHERE = ("source", "note")
"""Columns of every table, described once."""

HEAD = """\
# Settings, tables and columns

Made from the schema by `make docs`; do not edit it here. [files.md](files.md) says how files are written.

Every table also takes the columns `source` (where the figures come from) and `note` (free text); no result depends on
them. An amount marked *range* may be accompanied by the columns `…_low` and `…_high`, with low ≤ base ≤ high. A column
such as `use_<resource>` stands once for each id of the table named.
"""

_NUMBERS = {"number": "number", "integer": "whole number"}
_LIMITS = (("minimum", "≥"), ("exclusiveMinimum", ">"), ("maximum", "≤"), ("exclusiveMaximum", "<"))


def schema_reference() -> str:
    """Markdown reference: a list of tables, the settings, then a section for each table with all its columns."""
    tables = json_schema()["properties"]
    lines = [HEAD, *_grid(("Table", "One row is", "Identified by"), _contents(tables))]
    for name, schema in tables.items():
        lines += ["", f"## {name}", "", _intro(name, schema), ""]
        lines += _grid(("Column", "Meaning", "Values", "If empty"), _columns(schema))
    return "\n".join(lines) + "\n"


def _contents(tables: Mapping[str, Schema]) -> Iterator[tuple[str, ...]]:
    for name, schema in tables.items():
        if name == SETTINGS:
            yield f"[{name}](#{name})", "Key and value, in `instance.toml`.", ""
        else:
            key = ", ".join(f"`{column}`" for column in schema["x-key"])
            yield f"[{name}](#{name})", schema["description"], key


def _intro(name: str, schema: Schema) -> str:
    if name == SETTINGS:
        return "File `instance.toml`: one setting a line."
    return f"File `{name}.csv`. {schema['description']}"


def _columns(schema: Schema) -> Iterator[tuple[str, ...]]:
    """Rows of a table's columns; ranges, source and note are marked or described once for all tables."""
    row = schema.get("items", schema)
    properties: Mapping[str, Schema] = row["properties"]
    for name, column in properties.items():
        base = name.removesuffix("_low").removesuffix("_high")
        ranges = base != name and f"{base}_low" in properties
        if ranges or (name in EVERYWHERE and "x-key" in schema):
            continue
        values = _values(column) + ("; *range*" if f"{name}_low" in properties else "")
        yield f"`{name}`", column["description"], values, _empty(column, name in row["required"])
    for pattern, column in row.get("patternProperties", {}).items():
        prefix = pattern.removeprefix("^").partition("[")[0]
        owner = str(column["x-ref"]).removesuffix("s")
        yield f"`{prefix}<{owner}>`", column["description"], _values(column), _none(prefix)


def _values(column: Schema) -> str:
    """Say what may stand in a column: kind, limits, unit and what it refers to."""
    plain: Schema = next((s for s in column.get("anyOf", ()) if s.get("type") != "null"), column)
    limits = " and ".join(f"{sign} {plain[limit]:g}" for limit, sign in _LIMITS if limit in plain)
    text = f"{_kind(plain)} {limits}".rstrip()
    if "x-unit" in column:
        text += f", {column['x-unit']}"
    if "x-ref" in column:
        what = "item expressions" if column["x-ref"] == "items" else f"from {column['x-ref']}"
        text += f", {what}"
    return text


def _kind(plain: Schema) -> str:
    if "enum" in plain or "const" in plain:
        return ", ".join(f"`{word}`" for word in plain.get("enum", [plain.get("const")]))
    if plain["type"] == "array":
        return "numbers" if plain["items"]["type"] in _NUMBERS else "words"
    if plain["type"] == "boolean":
        return "yes or no"
    if plain.get("format") == "date":
        return "date"
    if plain["type"] in _NUMBERS:
        return _NUMBERS[plain["type"]]
    return "id" if plain.get("pattern") == ID_PATTERN else "text"


def _empty(column: Schema, required: bool) -> str:
    """Say what an empty cell means."""
    default = column.get("default")
    if required:
        return "*required*"
    if isinstance(default, bool):
        return "yes" if default else "no"
    if default in (None, "", []):
        return "–"
    if isinstance(default, Sequence) and not isinstance(default, str):
        return " ".join(f"`{word}`" for word in default)
    return f"{default:g}" if isinstance(default, int | float) else f"`{default}`"


def _none(prefix: str) -> str:
    """Say what an empty cell of a family of columns means."""
    return "1" if "factor" in prefix else "0"


def _grid(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Markdown table; bars inside cells are escaped."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines]
