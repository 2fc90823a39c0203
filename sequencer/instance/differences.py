"""How two instances differ: settings, and rows of each table by business id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sequencer.instance.columns import columns_of, flatten

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sequencer.instance.instance import Instance
    from sequencer.instance.records import Record


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field whose value differs.

    Attributes
    ----------
    field : str
        Column, as the file names it, or setting.
    before, after : object
        JSON values in the first and the second instance; None where absent.
    """

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that one instance has and the other has not, or has otherwise.

    Attributes
    ----------
    table : str
        Table it is in.
    id : str
        Business id.
    change : {"added", "removed", "changed"}
        What happened on the way from the first instance to the second.
    fields : tuple of FieldChange
        Fields that differ; of a row added or removed those that say something, its key aside.
    """

    table: str
    id: str
    change: Literal["added", "removed", "changed"]
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True)
class Differences:
    """Differences between two instances.

    Attributes
    ----------
    settings : tuple of FieldChange
        Settings that differ.
    rows : tuple of RowChange
        Rows that differ, in table order; the order of rows within a table means nothing.
    same_results : bool
        Whether the two have the same fingerprint: at most names, notes and sources differ.
    """

    settings: tuple[FieldChange, ...]
    rows: tuple[RowChange, ...]
    same_results: bool

    def __bool__(self) -> bool:
        return bool(self.settings or self.rows)


def differences(first: Instance, second: Instance) -> Differences:
    """Compare two instances field by field.

    Parameters
    ----------
    first, second
        Instances; changes read from the first to the second.
    """
    rows: list[RowChange] = []
    for table in type(first).tables():
        before, after = first.by_id(table), second.by_id(table)
        for row_id in dict.fromkeys([*before, *after]):
            if row_id not in after:
                fields = tuple(FieldChange(n, v, None) for n, v in _content(before[row_id]).items())
                rows.append(RowChange(table, row_id, "removed", fields))
            elif row_id not in before:
                fields = tuple(FieldChange(n, None, v) for n, v in _content(after[row_id]).items())
                rows.append(RowChange(table, row_id, "added", fields))
            elif before[row_id] != after[row_id]:
                rows.append(RowChange(table, row_id, "changed", _fields(before[row_id], after[row_id])))
    settings = _fields(first.settings, second.settings)
    return Differences(settings, tuple(rows), first.fingerprint == second.fingerprint)


def _fields(before: BaseModel, after: BaseModel) -> tuple[FieldChange, ...]:
    old, new = _cells(before), _cells(after)
    names = dict.fromkeys([*old, *new])
    return tuple(FieldChange(n, old.get(n), new.get(n)) for n in names if old.get(n) != new.get(n))


def _content(row: Record) -> dict[str, Any]:
    """Cells of a row that say something: neither its key nor what an empty cell would say."""
    said = flatten(row).keys() - set(row.key)
    return {name: value for name, value in _cells(row).items() if name in said}


def _cells(row: BaseModel) -> dict[str, Any]:
    """All cells of a row by column, defaults included, as JSON values."""
    content = row.model_dump(mode="json")
    columns = columns_of(type(row))
    made = {
        name: content[column.part].get(column.field) if column.part else content[name]
        for name, column in columns.fixed.items()
    }
    for family in columns.families:
        made |= {f"{family.prefix}{key}": value for key, value in content[family.field].items()}
    return made
