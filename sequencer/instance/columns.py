"""Columns of a table: how the fields of a record class lie flat in a file, and back.

An amount field ``x`` has the columns ``x``, ``x_low`` and ``x_high``; a mapping field such as ``use`` has one column
for each key, ``use_fte``; every other field is one column.
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sequencer.instance.records import Record

ColumnKind = Literal["text", "number", "whole", "flag", "date", "words", "numbers"]
Cells = dict[str, Any]

LAST = ("source", "note")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
        Name in the header.
    field : str
        Field of the record.
    part : str
        ``"low"`` or ``"high"`` of an amount, the key of a family member, else empty.
    kind : str
        What its cells hold.
    info : pydantic.fields.FieldInfo
        Description, default and limits of the field.
    """

    name: str
    field: str
    part: str
    kind: ColumnKind
    info: FieldInfo

    @property
    def default(self) -> Any:  # noqa: ANN401
        """Value of an empty cell; None for a family, a range, or a column that must be filled."""
        return None if self.part or self.info.is_required() else self.info.get_default()

    @property
    def required(self) -> bool:
        """Whether the cell must be filled."""
        return not self.part and self.info.is_required()


@dataclass(frozen=True, slots=True)
class Family:
    """Columns ``<prefix><id>``, one for each id of a table, that make one mapping field."""

    prefix: str
    field: str
    table: str
    info: FieldInfo


@dataclass(frozen=True)
class Columns:
    """All columns of a record class: the fixed ones by name, and the families."""

    fixed: Mapping[str, Column]
    families: tuple[Family, ...]

    def find(self, name: str) -> Column | None:
        """Column of a name; a member of a family is made as asked for. None where there is none."""
        if name in self.fixed:
            return self.fixed[name]
        for family in self.families:
            if name.startswith(family.prefix) and len(name) > len(family.prefix):
                return Column(name, family.field, name[len(family.prefix) :], "number", family.info)
        return None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all columns, a family by its prefix and ``…``."""
        return (*self.fixed, *(f"{f.prefix}…" for f in self.families))


def extra(info: FieldInfo) -> dict[str, Any]:
    """What a field declares beside its type: unit, ref, ranged, prefix, keys."""
    return dict(info.json_schema_extra) if isinstance(info.json_schema_extra, dict) else {}


@cache
def columns_of(record: type[BaseModel]) -> Columns:
    """Columns of a record class (or settings of the settings class), keys first, source and note last."""
    fields = record.model_fields
    own = [n for n in fields if n not in ("low", "high", *LAST)]
    key = getattr(record, "key", ())
    order = [*key, *(n for n in own if n not in key), *(n for n in LAST if n in fields)]
    fixed: dict[str, Column] = {}
    families = []
    for name in order:
        info = fields[name]
        declared = extra(info)
        if "prefix" in declared:
            families.append(Family(declared["prefix"], name, declared["keys"], info))
            continue
        fixed[name] = Column(name, name, "", _kind(info.annotation), info)
        for part in ("low", "high") if declared.get("ranged") else ():
            fixed[f"{name}_{part}"] = Column(f"{name}_{part}", name, part, "number", info)
    return Columns(fixed, tuple(sorted(families, key=lambda f: -len(f.prefix))))


def _kind(annotation: Any) -> ColumnKind:  # noqa: ANN401
    """Kind of a column by the type of its field."""
    if get_origin(annotation) in (Union, types.UnionType):
        return _kind(next(a for a in get_args(annotation) if a is not type(None)))
    if get_origin(annotation) is Literal:
        return _kind(type(get_args(annotation)[0]))
    if get_origin(annotation) is tuple:
        return "numbers" if get_args(annotation)[0] in (float, int) else "words"
    plain: dict[Any, ColumnKind] = {bool: "flag", int: "whole", float: "number", dt.date: "date"}
    return plain.get(annotation, "text")


def flatten(record: Record) -> Cells:
    """Cells of a record by column; what equals the default is left out, but for the key."""
    cells: Cells = {}
    for name, column in columns_of(type(record)).fixed.items():
        value = getattr(record, column.part).get(column.field) if column.part else getattr(record, name)
        if value is not None and (name in record.key or column.required or value != column.default):
            cells[name] = str(value) if column.kind == "text" else value
    for family in columns_of(type(record)).families:
        cells |= {f"{family.prefix}{key}": value for key, value in sorted(getattr(record, family.field).items())}
    return cells


def gather(record: type[BaseModel], cells: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a record from its cells; the inverse of :func:`flatten`."""
    fields: dict[str, Any] = {}
    columns = columns_of(record)
    for name, value in cells.items():
        column = columns.find(name)
        if column is not None and column.part in ("low", "high") and name in columns.fixed:
            fields.setdefault(column.part, {})[column.field] = value
        elif column is not None and column.part:
            fields.setdefault(column.field, {})[column.part] = value
        else:
            fields[name] = value
    return fields


def row_id(record: type[Record], cells: Mapping[str, Any]) -> str:
    """Business id of a row from its cells, as far as they are filled; an optional part that is empty is left out."""
    parts = []
    for name in record.key:
        column = columns_of(record).fixed[name]
        value = cells.get(name, column.default)
        if value is None and not column.required:
            continue
        parts.append(" ".join(map(str, value)) if isinstance(value, tuple) else "" if value is None else str(value))
    return ":".join(parts) if any(parts) else ""


def known_values(rows: Iterable[Mapping[str, Any]], name: str) -> set[str]:
    """Values of a column as text, for suggestions."""
    values = (row.get(name) for row in rows)
    return {" ".join(map(str, v)) if isinstance(v, tuple) else str(v) for v in values if v is not None}
