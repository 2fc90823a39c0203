"""Rows as they lie in files, before they are validated: what readers fill, changes act on and validation reads."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sequencer.errors import InputProblem
from sequencer.instance.columns import Cells, Column, extra, flatten, row_id
from sequencer.instance.decimals import CellError, to_number
from sequencer.instance.records import Record

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.instance.workbook import SheetMap

SETTINGS_FILE = "instance.toml"

_YES = frozenset({"1", "true", "yes", "y", "on"})
_NO = frozenset({"0", "false", "no", "n", "off"})


@dataclass(frozen=True, slots=True)
class Origin:
    """The change that a value comes from.

    Attributes
    ----------
    file : str
        Overlay, or the words that stand for it.
    words : str
        What the change does, for messages.
    """

    file: str
    words: str


@dataclass(slots=True)
class RawRow:
    """A row before validation.

    Attributes
    ----------
    cells : dict
        Values by column; empty cells are not in it.
    file, row : str, int or None
        Where it was read.
    origins : dict of str to Origin
        Changes that set its columns; the empty column stands for the whole row.
    refused : set of str
        Columns whose text could not be read, reported already.
    record : Record or None
        The validated record, where the row is known to be valid.
    """

    cells: Cells
    file: str = ""
    row: int | None = None
    origins: dict[str, Origin] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    record: Record | None = None

    def problem(
        self, table: type[Record], rule: str, message: str, remedy: str, column: str = "", id: str | None = None
    ) -> InputProblem:
        """Report something wrong with this row, where it was read or with the change that set it."""
        origin = self.origins.get(column) or self.origins.get("")
        return InputProblem(
            rule,
            f"{message} (after change {origin.words})" if origin else message,
            remedy,
            table=table.table,
            file=origin.file if origin else self.file,
            row=None if origin else self.row,
            column=column,
            id=row_id(table, self.cells) if id is None else id,
        )


@dataclass(slots=True)
class RawInstance:
    """An instance before validation.

    Attributes
    ----------
    settings : dict
        Settings as given.
    tables : dict of str to list of RawRow
        Rows by table; every table is in it.
    problems : list of InputProblem
        What could not be read.
    unread : set of str
        Tables whose file could not be read at all.
    settings_origins : dict of str to Origin
        Changes that set a setting.
    refused_settings : set of str
        Settings reported already.
    maps : dict of str to SheetMap
        Where the cells of a table stand, if it was read from a workbook.
    settings_file : str
        File that the settings were read from.
    """

    settings: dict[str, Any]
    tables: dict[str, list[RawRow]]
    problems: list[InputProblem] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    settings_origins: dict[str, Origin] = field(default_factory=dict)
    refused_settings: set[str] = field(default_factory=set)
    maps: dict[str, SheetMap] = field(default_factory=dict)
    settings_file: str = SETTINGS_FILE

    def located(self, problem: InputProblem) -> InputProblem:
        """Say where a problem is in words of the workbook, if the instance was read from one."""
        if not self.maps:
            return problem
        problem = replace(problem, message=_of_sheets(problem.message), remedy=_of_sheets(problem.remedy))
        place = self.maps.get(problem.table)
        if place is None or problem.cell or problem.file != self.settings_file:
            return problem
        return replace(problem, cell=place.place(problem.row, problem.column))

    def setting_problem(self, rule: str, message: str, remedy: str, name: str = "") -> InputProblem:
        """Report something wrong with a setting, in the settings file or with the change that set it."""
        origin = self.settings_origins.get(name)
        return InputProblem(
            rule,
            f"{message} (after change {origin.words})" if origin else message,
            remedy,
            table="settings",
            file=origin.file if origin else self.settings_file,
            column=name,
        )


def _of_sheets(text: str) -> str:
    """Text that speaks of sheets in place of files."""
    text = text.replace(SETTINGS_FILE, "the sheet settings")
    return re.sub(r"\b(?:table |file )?([a-z_]+)\.csv\b", r"sheet \1", text)


def rows_of(instance: Instance) -> RawInstance:
    """Rows of a valid instance; untouched ones need no second validation."""
    settings = {name: getattr(instance.settings, name) for name in type(instance.settings).model_fields}
    tables = {
        table: [RawRow(flatten(record), record=record) for record in instance.rows(table)]
        for table in instance.tables()
    }
    return RawInstance({k: v for k, v in settings.items() if v is not None}, tables)


def cell(column: Column, value: object, sign: str | None = ".", delimiter: str = ";") -> Any:  # noqa: ANN401
    """Turn the text of a cell, or a value from a change, into what the column holds.

    Parameters
    ----------
    column
        Column of the cell.
    value
        Text, or any value TOML knows.
    sign, delimiter
        Decimal sign and delimiter of the file that the text is from.

    Returns
    -------
    object
        None for an empty cell. Words that are no valid flag, date or choice are returned as they are: validation
        reports them together with everything else.

    Raises
    ------
    CellError
        If a number cannot be read, or the value is of a kind the column cannot hold.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str):
        return _from_text(column, value, sign, delimiter)
    if isinstance(value, Mapping):
        raise _wrong_kind(column, value)
    if isinstance(value, Sequence):
        if column.kind == "numbers":
            return tuple(_number(column, v) for v in value)
        if column.kind == "words":
            return tuple(str(v) for v in value)
        raise _wrong_kind(column, value)
    return _from_scalar(column, value)


def _from_text(column: Column, text: str, sign: str | None, delimiter: str) -> Any:  # noqa: ANN401
    match column.kind:
        case "number" | "whole":
            return _whole(column, to_number(text.strip(), sign, delimiter))
        case "numbers":
            return tuple(_whole(column, to_number(word, sign, delimiter)) for word in text.split())
        case "words":
            if "ref" in extra(column.info) and ("," in text or ";" in text):
                apart = " ".join(re.split(r"[\s,;]+", text.strip(" ,;")))
                error = CellError("separator", f"'{text}' separates ids by commas or semicolons", f"Write {apart}.")
                raise error
            return tuple(text.split())
        case "flag":
            word = text.strip().lower()
            return True if word in _YES else False if word in _NO else text.strip()
        case _:
            return text.strip()


def _from_scalar(column: Column, value: object) -> Any:  # noqa: ANN401
    if isinstance(value, dt.date):
        if column.kind == "date":
            return value
        if column.kind == "text":
            return value.isoformat()
        raise _wrong_kind(column, value)
    if column.kind == "flag" and value in (True, False):
        return bool(value)
    if isinstance(value, bool) or column.kind in ("flag", "date") or not isinstance(value, int | float):
        raise _wrong_kind(column, value)
    match column.kind:
        case "number" | "whole":
            return _number(column, value)
        case "numbers":
            return (_number(column, value),)
        case "words":
            return (str(value),)
        case _:
            return str(value)


def _number(column: Column, value: object) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong_kind(column, value)
    if not math.isfinite(value):
        error = CellError("not-finite", f"{value} is not a finite number", "Give a number.")
        raise error
    return _whole(column, value)


def _whole(column: Column, value: float) -> float | int:
    """Whole numbers as such where the column holds them; no negative zero."""
    return int(value) if column.kind == "whole" and float(value).is_integer() else value + 0


def _wrong_kind(column: Column, value: object) -> CellError:
    wanted = {
        "number": "a number",
        "whole": "a whole number",
        "numbers": "numbers",
        "flag": "true or false",
        "date": "a date such as 2027-01-01",
    }.get(column.kind, "text")
    shown = value.isoformat() if isinstance(value, dt.date) else repr(value)
    return CellError("wrong-kind", f"{column.name} cannot be {shown}", f"Give {wanted}.")
