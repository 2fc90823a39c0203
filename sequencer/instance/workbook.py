"""Workbook form of an instance: a sheet a table, as CSV files have them, and one sheet of settings.

Spreadsheets change what people type: ``3.4`` becomes a date, ``1/2`` too, a formula may have no stored result. A cell
whose content may not be what was meant is refused, never guessed. Rows are counted as the spreadsheet does.
"""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sequencer.errors import InputError, InputProblem
from sequencer.instance.csvtables import Grid, header_problems
from sequencer.instance.instance import Instance
from sequencer.instance.nearest import suggest

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SUFFIXES = (".xlsx", ".xlsm")
SETTINGS_SHEET = "settings"
README_SHEET = "read me"
PROBLEMS_SHEET = "problems"
FREE_SHEETS = (README_SHEET, PROBLEMS_SHEET)
"""Sheets that are not part of the instance; so are all whose name starts with an underscore."""

SETTING_NAME, SETTING_VALUE = "setting", "value"
ERRORS = {
    "#NULL!",
    "#DIV/0!",
    "#VALUE!",
    "#REF!",
    "#NAME?",
    "#NUM!",
    "#N/A",
    "#GETTING_DATA",
    "#SPILL!",
    "#CALC!",
}


@dataclass(slots=True)
class SheetMap:
    """Where the cells of a table stand on its sheet.

    Attributes
    ----------
    sheet : str
        Name of the sheet as it is in the workbook.
    letters : dict of str to str
        Column letter by column name.
    rows : dict of str to int
        For the settings: row by name.
    """

    sheet: str
    letters: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)

    def place(self, row: int | None, column: str) -> str:
        """Cell in the form ``affiliates!D7``; the sheet alone where no cell is meant."""
        sheet = f"'{self.sheet}'" if " " in self.sheet else self.sheet
        if column in self.rows:
            return f"{sheet}!{self.letters[SETTING_VALUE]}{self.rows[column]}"
        if row is None:
            return sheet
        first = next(iter(self.letters.values()), "A")
        return f"{sheet}!{self.letters.get(column, first)}{row}"


@dataclass(slots=True)
class Workbook:
    """What was read from a workbook, before anything is validated.

    Attributes
    ----------
    grids : dict of str to Grid
        Content of the sheets by table, the settings as a table of their own.
    maps : dict of str to SheetMap
        Where it stands.
    problems : list of InputProblem
        What cannot be read.
    """

    grids: dict[str, Grid] = field(default_factory=dict)
    maps: dict[str, SheetMap] = field(default_factory=dict)
    problems: list[InputProblem] = field(default_factory=list)


def is_workbook(path: Path) -> bool:
    """Whether a path names a workbook, by its ending."""
    return path.suffix.lower() in SUFFIXES


def read_workbook(path: Path) -> Workbook:
    """Read the cells of a workbook.

    Raises
    ------
    sequencer.errors.InputError
        If the file is no workbook that can be opened.
    """
    import openpyxl

    try:
        typed = openpyxl.load_workbook(path)
        stored = openpyxl.load_workbook(path, data_only=True)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        message = f"{path.name} cannot be opened as a workbook ({error})"
        remedy = "Save it as an Excel workbook (.xlsx), without a password."
        raise InputError([InputProblem("no-workbook", message, remedy, file=path.name)]) from error
    made = Workbook()
    wanted = {name.lower(): name for name in (SETTINGS_SHEET, *Instance.tables())}
    for sheet in typed.worksheets:
        name = sheet.title.strip().lower()
        table = wanted.get(name)
        if table is not None:
            _read_sheet(made, table, sheet, stored[sheet.title], path.name)
        elif name not in FREE_SHEETS and not name.startswith("_") and sheet.max_row > 0 and sheet.dimensions != "A1:A1":
            remedy = f"{suggest(name, wanted)} A sheet of your own is left alone if its name starts with '_'."
            message = f"there is no table '{sheet.title}'"
            made.problems.append(
                InputProblem(
                    "unknown-table", message, remedy, file=path.name, cell=SheetMap(sheet.title).place(None, "")
                )
            )
    return made


def settings_of(book: Workbook, file: str) -> dict[str, Any] | None:
    """Settings by name as they stand on their sheet, None where a cell was refused; None where there is no sheet.

    What is wrong with the sheet itself is added to the problems of the workbook.
    """
    grid = book.grids.get(SETTINGS_SHEET)
    if grid is None:
        return None
    place = book.maps[SETTINGS_SHEET]
    made: dict[str, Any] = {}
    missing = [name for name in (SETTING_NAME, SETTING_VALUE) if name not in grid.header]
    if missing:
        message = f"the sheet has no column {' and no column '.join(missing)}"
        remedy = f"Name its columns {SETTING_NAME} and {SETTING_VALUE}, with one setting a row."
        spot = place.place(None, "")
        book.problems.append(InputProblem("missing-column", message, remedy, SETTINGS_SHEET, file, cell=spot))
        return made
    for number, cells in grid.rows:
        name = str(cells.get(SETTING_NAME, "")).strip()
        if name and name in place.rows:
            message = f"the setting {name} stands here again"
            remedy = f"Keep one of rows {place.rows[name]} and {number}."
            spot = place.place(number, SETTING_NAME)
            book.problems.append(
                InputProblem("duplicate-setting", message, remedy, SETTINGS_SHEET, file, number, name, cell=spot)
            )
        elif name:
            place.rows[name] = number
            if SETTING_VALUE in cells:
                made[name] = cells[SETTING_VALUE]
        elif SETTING_VALUE in cells:
            message = "a value stands here without the name of its setting"
            remedy = "Name the setting, or empty the cell."
            spot = place.place(number, SETTING_VALUE)
            book.problems.append(
                InputProblem("unnamed-setting", message, remedy, SETTINGS_SHEET, file, number, cell=spot)
            )
    return made


def _read_sheet(made: Workbook, table: str, typed: Worksheet, stored: Worksheet, file: str) -> None:
    """Grid of one sheet: header in its first filled row, then a record a row."""
    place = made.maps[table] = SheetMap(typed.title)
    rows = [[_plain(c.value) for c in row] for row in typed.iter_rows()]
    start = next((n for n, row in enumerate(rows) if any(v is not None for v in row)), None)
    if start is None:
        return
    header = [str(v).strip() if v is not None else "" for v in rows[start]]
    used = max((n for row in rows for n, v in enumerate(row, 1) if v is not None), default=0)
    header = header[:used]
    for number, name in enumerate(header, start=1):
        place.letters.setdefault(name, _letter(number))
    wrong = [_at(p, table, place) for p in header_problems(header, file, start + 1)]
    wrong += _merged(typed, table, file, start + 1)
    made.problems += wrong
    if any(p.rule in ("blank-header", "duplicate-column") for p in wrong):
        return
    records = []
    for number, row in enumerate(rows[start + 1 :], start=start + 2):
        cells = {}
        for column, (name, value) in enumerate(zip(header, row, strict=False), start=1):
            if value is None:
                continue
            problem, content = _content(value, stored.cell(number, column).value, table, name)
            if problem is not None:
                rule, message, remedy = problem
                spot = place.place(number, name)
                made.problems.append(InputProblem(rule, message, remedy, table, file, number, name, cell=spot))
            cells[name] = content
        if cells:
            records.append((number, cells))
    made.grids[table] = Grid(file, ";", tuple(header), tuple(records))


def _plain(value: object) -> object:
    """Cell content, with empty text as nothing."""
    if isinstance(value, str) and not value.strip():
        return None
    return value


Refusal = tuple[str, str, str]


def _content(typed: object, stored: object, table: str, column: str) -> tuple[Refusal | None, Any]:
    """What a cell holds, and why it is refused where it may not be what was meant. A refused cell counts as empty."""
    value = typed
    if _is_formula(typed):
        if stored is None:
            remedy = "Open the workbook in a spreadsheet and save it, or type the value in place of the formula."
            return ("formula-without-result", "the formula has no stored result", remedy), None
        value = stored
    if isinstance(value, str) and value.strip() in ERRORS:
        return ("formula-error", f"the cell shows the error {value}", "Correct the formula, or type a value."), None
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    if isinstance(value, dt.date | dt.time | dt.timedelta) and not _takes_date(table, column, value):
        remedy = "Format the cell as text (or as a number), then type the value again."
        message = f"the cell holds the date or time {value}; spreadsheets make one of input such as 3.4 or 1/2"
        return ("date-in-cell", message, remedy), None
    return None, value


def _is_formula(value: object) -> bool:
    from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

    return isinstance(value, ArrayFormula | DataTableFormula) or (isinstance(value, str) and value.startswith("="))


def _takes_date(table: str, column: str, value: object) -> bool:
    """Whether a date is what the cell should hold: the first day of the programme, or of a wave."""
    plain = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    return plain and (table, column) in ((SETTINGS_SHEET, SETTING_VALUE), ("waves", "start"))


def _merged(sheet: Worksheet, table: str, file: str, header: int) -> Iterator[InputProblem]:
    for area in sheet.merged_cells.ranges:
        if area.max_row >= header:
            spot = SheetMap(sheet.title).place(area.min_row, "").partition("!")[0] + f"!{area.coord}"
            message = f"the cells {area.coord} are merged, so that some of them hold nothing"
            remedy = "Unmerge them and fill every cell."
            yield InputProblem("merged-cells", message, remedy, table, file, area.min_row, cell=spot)


def _letter(number: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(number))


def _at(problem: InputProblem, table: str, place: SheetMap) -> InputProblem:
    from dataclasses import replace

    return replace(problem, table=table, cell=place.place(problem.row, problem.column))
