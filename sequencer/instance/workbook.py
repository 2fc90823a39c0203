"""Workbook form of an instance: a sheet a table, as CSV files have them, and one sheet of settings.

Spreadsheets change what people type: ``3.4`` becomes a date, ``1/2`` too, a formula may have no stored result. A cell
whose content may not be what was meant is refused, never guessed. Rows are counted as the spreadsheet does.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sequencer.errors import InputError, InputProblem
from sequencer.instance.columns import columns_of
from sequencer.instance.csvtables import Grid
from sequencer.instance.instance import Instance
from sequencer.instance.nearest import suggest

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.workbook import Workbook as Book
    from openpyxl.worksheet.worksheet import Worksheet

SUFFIXES = (".xlsx", ".xlsm")
SETTINGS_SHEET = "settings"
README_SHEET = "read me"
PROBLEMS_SHEET = "problems"
FREE_SHEETS = (README_SHEET, PROBLEMS_SHEET)
"""Sheets that are not part of the instance; so are all whose name starts with an underscore."""

SETTING_NAME, SETTING_VALUE = "setting", "value"
SEARCHED_ROWS = 20
"""Filled rows among which the header is looked for."""

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
        sheet = self.sheet if re.fullmatch(r"\w+", self.sheet) else "'" + self.sheet.replace("'", "''") + "'"
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


def sheet_and_cells(place: str) -> tuple[str, str] | None:
    """Sheet and cells of a place such as ``affiliates!D7``; None where it is no cell but a sheet or a file."""
    found = re.fullmatch(r"(.+)!([A-Z]{1,3}\d+(?::[A-Z]{1,3}\d+)?)", place)
    if found is None:
        return None
    name = found[1]
    return (name[1:-1].replace("''", "'") if name.startswith("'") else name), found[2]


def read_workbook(path: Path) -> Workbook:
    """Read the cells of a workbook.

    Raises
    ------
    sequencer.errors.InputError
        If the file is no workbook that can be opened.
    """
    typed, stored = open_workbook(path), open_workbook(path, results=True)
    made = Workbook()
    wanted = {name.lower(): name for name in (SETTINGS_SHEET, *Instance.tables())}
    for sheet in typed.worksheets:
        name = sheet.title.strip().lower()
        table = wanted.get(name)
        if table is not None and table in made.maps:
            message = f"the sheets '{made.maps[table].sheet}' and '{sheet.title}' are both the table {table}"
            remedy = f"Keep one of them; a sheet of your own is left alone if it is called '_{name}', say."
            made.problems.append(_of_sheet("duplicate-sheet", message, remedy, sheet.title, path.name))
        elif table is not None:
            _read_sheet(made, table, sheet, stored[sheet.title], path.name)
        elif name not in FREE_SHEETS and not name.startswith("_") and sheet.max_row > 0 and sheet.dimensions != "A1:A1":
            remedy = f"{suggest(name, wanted)} A sheet of your own is left alone if its name starts with '_'."
            message = f"there is no table '{sheet.title}'"
            made.problems.append(_of_sheet("unknown-table", message, remedy, sheet.title, path.name))
    return made


def open_workbook(path: Path, *, results: bool = False) -> Book:
    """Open a workbook with its formulas, or with the results that are stored of them.

    Raises
    ------
    sequencer.errors.InputError
        If it cannot be opened, saying why in words.
    """
    import openpyxl

    try:
        with path.open("rb") as file, warnings.catch_warnings():
            # What the library does not know (dropdowns and colours of newer programs) changes no cell.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(file, data_only=results, keep_vba=path.suffix.lower() == ".xlsm")
    except Exception as error:
        message = f"the file cannot be opened as a workbook: {_why_not(path)}"
        remedy = "Open it in a spreadsheet and save it as an Excel workbook (.xlsx), without a password."
        raise InputError([InputProblem("no-workbook", message, remedy, file=path.name)]) from error


def _why_not(path: Path) -> str:
    """Why a file cannot be opened, by how it begins."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        return f"it cannot be read ({error.strerror or error})"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return "it is protected by a password, or of the old kind (.xls)"
    if start.startswith(b"PK"):
        return "it is damaged, or something else than a workbook"
    return "it is not a workbook, whatever its name says" if start else "it is empty"


def _of_sheet(rule: str, message: str, remedy: str, sheet: str, file: str) -> InputProblem:
    return InputProblem(rule, message, remedy, file=file, cell=SheetMap(sheet).place(None, ""))


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
    rows = _filled(typed)
    if not rows:
        return
    start = _header_row(rows, table)
    header = {column: str(value).strip() for column, value in rows[start].items()}
    for column, name in header.items():
        place.letters.setdefault(name, _letter(column))
    made.problems += _header_problems(rows, start, header, table, place, file)
    made.problems += _merged(typed, table, file, start)
    records = []
    for number in (n for n in rows if n > start):
        cells: dict[str, object] = {}
        for column, value in rows[number].items():
            name = header.get(column, "")
            if not name or place.letters[name] != _letter(column):
                continue
            problem, content = _content(value, stored.cell(number, column), table, name)
            if problem is not None:
                rule, message, remedy = problem
                spot = place.place(number, name)
                made.problems.append(InputProblem(rule, message, remedy, table, file, number, name, cell=spot))
            if content is not None or problem is not None:
                cells[name] = content
        if cells:
            records.append((number, cells))
    made.grids[table] = Grid(file, "", tuple(dict.fromkeys(header.values())), tuple(records))


def _filled(sheet: Worksheet) -> dict[int, dict[int, Any]]:
    """Content by row and column. Only cells that are there are looked at: a format may reach down a million rows."""
    found: dict[int, dict[int, Any]] = {}
    for (row, column), cell in sorted(sheet._cells.items()):
        if cell.value is not None and not (isinstance(cell.value, str) and not cell.value.strip()):
            found.setdefault(row, {})[column] = cell.value
    return found


def _header_row(rows: Mapping[int, Mapping[int, Any]], table: str) -> int:
    """Row of the names of the columns: the first filled one, unless it names nothing known and a later one does."""

    def known(row: int) -> int:
        return sum(_is_column(table, str(value).strip()) for value in rows[row].values())

    numbers = list(rows)[:SEARCHED_ROWS]
    return numbers[0] if known(numbers[0]) else next((n for n in numbers if known(n) > 1), numbers[0])


def _is_column(table: str, name: str) -> bool:
    if table == SETTINGS_SHEET:
        return name in (SETTING_NAME, SETTING_VALUE)
    return columns_of(Instance.tables()[table]).find(name) is not None


def _header_problems(
    rows: Mapping[int, Mapping[int, Any]],
    start: int,
    header: Mapping[int, str],
    table: str,
    place: SheetMap,
    file: str,
) -> Iterator[InputProblem]:
    """What stands above the header, filled columns without a name, and names that stand there twice."""

    def problem(rule: str, message: str, remedy: str, row: int, column: int) -> InputProblem:
        spot = f"{place.place(None, '')}!{_letter(column)}{row}"
        return InputProblem(rule, message, remedy, table, file, row, header.get(column, ""), cell=spot)

    above = next(iter(rows))
    if above < start:
        message = f"something stands above the names of the columns, which are in row {start}"
        remedy = "Delete the rows above them; text of your own goes into the column note or another sheet."
        yield problem("above-header", message, remedy, above, next(iter(rows[above])))
    for column in sorted({c for n, row in rows.items() if n > start for c in row} - set(header)):
        message = f"column {_letter(column)} has content but no name"
        yield problem("blank-header", message, "Name the column or delete it.", start, column)
    for name, count in Counter(header.values()).items():
        if count > 1:
            twice = [c for c, other in header.items() if other == name]
            message = f"the column {name} is there {count} times"
            yield problem("duplicate-column", message, "Keep one of them.", start, twice[1])


Refusal = tuple[str, str, str]


def _content(typed: object, result: Cell, table: str, column: str) -> tuple[Refusal | None, Any]:
    """What a cell holds, and why it is refused where it may not be what was meant. A refused cell counts as empty."""
    value = typed
    if _is_formula(typed):
        stored = result.value
        if stored is None and result.data_type == "str":
            return None, None  # empty text, as of =IF(…;"";…)
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
