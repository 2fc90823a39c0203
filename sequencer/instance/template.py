"""Writing the workbook form: an instance, or an empty template, with what a person needs to fill it in.

Everything on the sheets comes from the schema: header notes say meaning, unit, range and default; choices and
references are dropdowns; ranges are checked as one types.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt

from sequencer.instance.columns import LAST, Cells, Column, Columns, columns_of, extra, flatten
from sequencer.instance.instance import Instance
from sequencer.instance.settings import Settings
from sequencer.instance.template_texts import GROUPS, READ_ME
from sequencer.instance.workbook import README_SHEET, SETTING_NAME, SETTING_VALUE, SETTINGS_SHEET

if TYPE_CHECKING:
    from pydantic import BaseModel
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from sequencer.instance.records import Record

CHECKED_ROWS = 2000
"""Rows of each sheet in which dropdowns and ranges hold."""

LONGEST_NOTE, LONGEST_HINT = 600, 250
"""Characters of a header note, and of the message that a spreadsheet shows for a wrong entry (its limit is 255)."""


FONT: dict[str, object] = {"font_name": "Calibri", "font_size": 11}
LOOKS: dict[str, dict[str, object]] = {
    "key": {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "border": 1},
    "required": {"bold": True, "bg_color": "#4F81BD", "font_color": "#FFFFFF", "border": 1},
    "optional": {"bg_color": "#DCE6F1", "border": 1},
    "text": {"num_format": "@"},
    "number": {},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "title": {"bold": True, "font_size": 16},
    "section": {"bold": True, "font_size": 12, "bottom": 1},
    "wrap": {"text_wrap": True, "valign": "top"},
    "link": {"font_color": "#1F4E9E", "underline": 1, "valign": "top"},
    "unit": {"italic": True, "font_color": "#666666", "text_wrap": True, "valign": "top"},
}
"""Cell formats by name."""


def write_workbook(instance: Instance, path: str | Path) -> None:
    """Write an instance as a workbook; reading it gives an equal instance.

    Parameters
    ----------
    instance
        What to write; tables without rows get a sheet with their header, so that the file is a template as well.
    path
        File to write, replaced where it exists.
    """
    import xlsxwriter

    # Content is literal: no text becomes a formula, a link or a number on its way.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        _Writer(book, instance).write()


class _Writer:
    """Writes one workbook."""

    def __init__(self, book: Workbook, instance: Instance) -> None:
        self.book = book
        self.instance = instance
        self.formats: dict[str, Format] = {name: book.add_format(FONT | look) for name, look in LOOKS.items()}

    def write(self) -> None:
        """Write all sheets, in the order in which they are filled in."""
        self._read_me(self._sheet(README_SHEET))
        self._settings(self._sheet(SETTINGS_SHEET))
        tables = Instance.tables()
        for group in GROUPS:
            for table in group.tables:
                sheet = self._sheet(table)
                sheet.set_tab_color(group.color)
                self._table(sheet, tables[table])

    # -- sheets ---------------------------------------------------------------------------------------------------

    def _sheet(self, name: str) -> Worksheet:
        """New sheet that prints on pages as wide as it is."""
        sheet = self.book.add_worksheet(name)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def _read_me(self, sheet: Worksheet) -> None:
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 110)
        sheet.write_string(0, 0, self.instance.settings.name or "A transformation programme", self.formats["title"])
        row = 2
        for head, lines in READ_ME:
            sheet.write_string(row, 0, head, self.formats["section"])
            sheet.write_blank(row, 1, None, self.formats["section"])
            for line in lines:
                row += 1
                sheet.write_string(row, 1, line, self.formats["wrap"])
            row += 2
        for group in GROUPS:
            sheet.write_string(row, 0, group.title, self.formats["section"])
            sheet.write_string(row, 1, group.purpose, self.formats["section"])
            for table in group.tables:
                row += 1
                sheet.write_url(row, 0, f"internal:'{table}'!A1", self.formats["link"], table)
                sheet.write_string(row, 1, _summary(Instance.tables()[table]), self.formats["wrap"])
            row += 2

    def _settings(self, sheet: Worksheet) -> None:
        for column, (name, width) in enumerate(
            ((SETTING_NAME, 24), (SETTING_VALUE, 28), ("unit", 12), ("meaning", 90))
        ):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, name, self.formats["key" if column < 2 else "optional"])
        sheet.freeze_panes(1, 1)
        given = self.instance.settings
        for row, (name, setting) in enumerate(columns_of(Settings).fixed.items(), start=1):
            sheet.write_string(row, 0, name)
            value = getattr(given, name)
            if setting.required or value != setting.default:
                self._cell(sheet, row, 1, _text(value) if isinstance(value, tuple) else value)
            sheet.write_string(row, 2, str(extra(setting.info).get("unit", "")), self.formats["unit"])
            sheet.write_string(row, 3, _meaning(setting), self.formats["wrap"])
            self._check(sheet, setting, row, row, 1)

    def _table(self, sheet: Worksheet, record: type[Record]) -> None:
        rows = [flatten(row) for row in self.instance.rows(record.table)]
        header = self._header(record, rows)
        known = columns_of(record)
        for number, name in enumerate(header):
            column = known.find(name)
            if column is None:
                continue
            look = "key" if name in record.key else "required" if column.required else "optional"
            sheet.write_string(0, number, name, self.formats[look])
            sheet.write_comment(0, number, _note(column, name in record.key), {"x_scale": 2.4, "y_scale": 1.6})
            width = max([len(name) + 3, *(min(60, len(_shown(row.get(name))) + 2) for row in rows)])
            textual = column.kind in ("text", "words")
            sheet.set_column(number, number, width, self.formats["text" if textual else "number"])
            self._check(sheet, column, 1, CHECKED_ROWS, number)
        for at, row in enumerate(rows, start=1):
            for number, name in enumerate(header):
                value = row.get(name)
                if value is not None:
                    self._cell(sheet, at, number, _text(value) if isinstance(value, tuple) else value)
        sheet.freeze_panes(1, len(record.key))
        sheet.autofilter(0, 0, max(1, len(rows)), len(header) - 1)

    def _header(self, record: type[Record], rows: Sequence[Cells]) -> list[str]:
        """All columns: what the record is before what it costs, ranges where used, families for the ids there are."""
        known = columns_of(record)
        used = {name for row in rows for name in row}
        first = (*record.key, "name", *record.__annotations__)
        rank = {name: number for number, name in enumerate(dict.fromkeys(first))}
        fixed = [n for n, c in known.fixed.items() if n not in LAST and (not c.part or n in used)]
        fixed.sort(key=lambda n: rank.get(known.fixed[n].field, len(rank)))
        family = [n for f in known.families for n in self._members(known, f.prefix, f.table, used)]
        return [*fixed, *family, *(n for n in LAST if n in known.fixed)]

    def _members(self, known: Columns, prefix: str, table: str, used: set[str]) -> list[str]:
        ids = [f"{prefix}{row.record_id}" for row in self.instance.rows(table)]
        left = sorted(n for n in used if n.startswith(prefix) and n not in ids and n not in known.fixed)
        return ids + [n for n in left if (c := known.find(n)) is not None and f"{prefix}{c.part}" == n]

    # -- cells ----------------------------------------------------------------------------------------------------

    def _cell(self, sheet: Worksheet, row: int, column: int, value: Any) -> None:  # noqa: ANN401
        """Write a value so that it reads back as the same."""
        if isinstance(value, bool):
            sheet.write_string(row, column, "yes" if value else "no")
        elif isinstance(value, dt.date):
            sheet.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), self.formats["date"])
        elif isinstance(value, int | float) and float(f"{value:.16G}") == value:
            sheet.write_number(row, column, value)
        else:
            # The file format keeps 16 digits of a number; the few that need 17 are kept as text.
            sheet.write_string(row, column, _shown(value), self.formats["text"])

    def _check(self, sheet: Worksheet, column: Column, first: int, last: int, at: int) -> None:
        """Let the spreadsheet check an entry: dropdown, reference or range."""
        rule = _choices(column) or self._reference(column) or _range(column)
        if rule is None:
            return
        hint = f"{column.name}: {_meaning(column)}"[:LONGEST_HINT]
        sheet.data_validation(first, at, last, at, rule | {"error_title": column.name[:32], "error_message": hint})

    def _reference(self, column: Column) -> dict[str, Any] | None:
        """Dropdown of ids for a column that names one record; words not there yet only bring a warning."""
        table = extra(column.info).get("ref")
        record = Instance.tables().get(str(table))
        if record is None or column.kind != "text" or record.key != ("id",):
            return None
        source = f"='{table}'!$A$2:$A${CHECKED_ROWS + 1}"
        return {"validate": "list", "source": source, "error_type": "warning"}


def _choices(column: Column) -> dict[str, Any] | None:
    """Dropdown of a column with a few possible values."""
    if column.kind == "flag":
        return {"validate": "list", "source": ["yes", "no"]}
    options = _literals(column.info.annotation)
    return {"validate": "list", "source": options} if options and not column.part else None


def _literals(annotation: Any) -> list[str]:  # noqa: ANN401
    import enum

    if get_origin(annotation) is Literal:
        return [str(a) for a in get_args(annotation)]
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return [str(member.value) for member in annotation]
    return []


def _limits(column: Column) -> tuple[float | None, float | None, bool]:
    """Least and greatest value, and whether the least itself is out."""
    low = high = None
    strict = False
    if column.kind not in ("number", "whole", "numbers"):
        return None, None, False
    for limit in column.info.metadata:
        if isinstance(limit, Ge | Gt):
            low = float(limit.ge if isinstance(limit, Ge) else limit.gt)  # type: ignore[arg-type]
            strict = isinstance(limit, Gt)
        elif isinstance(limit, Le | Lt):
            high = float(limit.le if isinstance(limit, Le) else limit.lt)  # type: ignore[arg-type]
    return low, high, strict


def _range(column: Column) -> dict[str, Any] | None:
    """Range check of a number."""
    if column.kind not in ("number", "whole"):
        return None
    low, high, strict = _limits(column)
    kind = "integer" if column.kind == "whole" else "decimal"
    if low is None and high is None:
        return {"validate": kind, "criteria": "between", "minimum": -1e15, "maximum": 1e15}
    if low is not None and high is not None:
        return {"validate": kind, "criteria": "between", "minimum": low, "maximum": high}
    if low is not None:
        return {"validate": kind, "criteria": ">" if strict else ">=", "value": low}
    return {"validate": kind, "criteria": "<=", "value": high}


# -- words --------------------------------------------------------------------------------------------------------


def _summary(record: type[BaseModel]) -> str:
    return (record.__doc__ or "").strip().splitlines()[0]


def _meaning(column: Column) -> str:
    """Meaning, range and default of a column in one sentence."""
    text = column.info.description or ""
    low, high, strict = _limits(column)
    if low is not None and high is not None:
        text += f"; {'above' if strict else 'from'} {low:g} to {high:g}"
    elif low is not None and low > 0:
        text += f"; {'above' if strict else 'at least'} {low:g}"
    options = _literals(column.info.annotation)
    if options and not column.part:
        text += f"; one of {', '.join(options)}"
    if not column.required and column.default not in (None, "", (), 0, 0.0, False):
        text += f"; empty: {_shown(column.default)}"
    return text


def _note(column: Column, key: bool) -> str:
    """Note on the header of a column."""
    declared = extra(column.info)
    lines = [_meaning(column) + "."]
    if column.part in ("low", "high") and not declared.get("prefix"):
        lines = [f"{column.part} value of {column.field}, for what-if studies; rules use {column.field}."]
    if declared.get("unit"):
        lines.append(f"Unit: {declared['unit']}")
    if column.kind in ("words", "numbers"):
        lines.append("Several: separate them by spaces.")
    if declared.get("ref"):
        lines.append("Refers to ids of any table." if declared["ref"] == "items" else f"Refers to: {declared['ref']}")
    lines.append("Identifies the row." if key else "Must be filled." if column.required else "May stay empty.")
    return "\n".join(lines)[:LONGEST_NOTE]


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, float) else _text(value) if isinstance(value, tuple) else str(value)


def _text(values: object) -> str:
    """Words or numbers of a list, separated by spaces."""
    return " ".join(_shown(v) for v in values) if isinstance(values, tuple) else _shown(values)
