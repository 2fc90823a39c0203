"""Reading an instance from its folder (``instance.toml``, one CSV file for each table) or from a workbook."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from sequencer.errors import InputError, InputProblem
from sequencer.instance.changes import Change, Sourced, apply, lock_source, names_of, overlay_changes
from sequencer.instance.columns import Column, columns_of
from sequencer.instance.csvtables import Grid, read_grid
from sequencer.instance.decimals import CellError, decimal_sign
from sequencer.instance.instance import Instance
from sequencer.instance.nearest import closest, suggest
from sequencer.instance.records import Record
from sequencer.instance.rows import SETTINGS_FILE, RawInstance, RawRow, cell
from sequencer.instance.settings import Settings
from sequencer.instance.validate import build
from sequencer.instance.workbook import (
    SETTING_NAME,
    SETTING_VALUE,
    SETTINGS_SHEET,
    Workbook,
    is_workbook,
    read_workbook,
    settings_of,
)


def read(
    path: str | Path, overlays: Iterable[str | Path | Sequence[Change | Sourced]] = (), locks: Iterable[str] = ()
) -> Instance:
    """Read, change and validate an instance.

    Parameters
    ----------
    path
        Folder of the instance, or a workbook.
    overlays
        Changes applied one after another: overlay files (TOML), or sequences of changes.
    locks
        Locks in their short form, applied last; see :func:`sequencer.instance.changes.parse_lock`. An unambiguous
        name stands for its id.

    Raises
    ------
    sequencer.errors.InputError
        Carrying every problem found: in files, overlays, rows and between tables.
    """
    raw = read_rows(path)
    for sourced in _changes(overlays, raw.problems):
        apply(raw, sourced)
    for sourced in _locks(locks, raw):
        apply(raw, sourced)
    return build(raw)


def read_rows(path: str | Path) -> RawInstance:
    """Read the rows of an instance without validating them.

    Parameters
    ----------
    path
        Folder of the instance, or a workbook.

    Returns
    -------
    RawInstance
        Rows of every table, and what could not be read.

    Raises
    ------
    sequencer.errors.InputError
        If there is no such folder or workbook.
    """
    folder = Path(path)
    if folder.is_file() and is_workbook(folder):
        return _from_workbook(folder)
    if not folder.is_dir():
        what = "is neither a folder nor a workbook" if folder.exists() else "does not exist"
        remedy = f"An instance is a folder with {SETTINGS_FILE} and one CSV file for each table, or a workbook (.xlsx)."
        raise InputError([InputProblem("no-instance", f"{folder} {what}", remedy, file=folder.name)])
    tables = Instance.tables()
    raw = RawInstance({}, {table: [] for table in tables})
    _read_settings(folder / SETTINGS_FILE, raw)
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() != ".csv":
            continue
        if file.name.removesuffix(".csv") in tables:
            table = file.stem
            raw.tables[table] = list(_read_table(file, tables[table], raw))
        else:
            remedy = f"{suggest(file.stem, tables)} Rename the file, or move it elsewhere."
            message = f"there is no table '{file.name}'"
            raw.problems.append(InputProblem("unknown-table", message, remedy, file=file.name))
    return raw


def _read_settings(file: Path, raw: RawInstance) -> None:
    problem = None
    try:
        raw.settings = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        remedy = f"Add {file.name} with at least schema_version = 1 and the number of waves."
        problem = ("no-settings", f"there is no file {file.name}", remedy)
    except UnicodeDecodeError:
        problem = ("not-utf8", "the text is not UTF-8", "Save the file as UTF-8.")
    except tomllib.TOMLDecodeError as error:
        remedy = 'Write one setting a line: name = value, text in "quotes", decimal points, dates as 2027-01-31.'
        problem = ("bad-toml", f"the settings cannot be read: {error}", remedy)
    if problem is not None:
        raw.unread.add("settings")
        raw.problems.append(raw.setting_problem(*problem))


def _from_workbook(file: Path) -> RawInstance:
    """Rows of a workbook; problems carry their cell."""
    book = read_workbook(file)
    tables = Instance.tables()
    raw = RawInstance({}, {table: [] for table in tables}, book.problems, maps=book.maps, settings_file=file.name)
    _workbook_settings(book, raw)
    for table in tables:
        if table in book.grids:
            raw.tables[table] = list(_rows(book.grids[table], tables[table], raw))
    return raw


def _workbook_settings(book: Workbook, raw: RawInstance) -> None:
    """Settings of a workbook; numbers typed as text are read as in tables."""
    found = settings_of(book, raw.settings_file)
    if found is None:
        raw.unread.add("settings")
        remedy = f"Add a sheet {SETTINGS_SHEET} with the columns {SETTING_NAME} and {SETTING_VALUE}."
        message = f"there is no sheet {SETTINGS_SHEET}"
        if SETTINGS_SHEET in book.maps:
            message, remedy = f"the sheet {SETTINGS_SHEET} is empty", remedy.replace("Add a sheet", "Fill the sheet")
        raw.problems.append(raw.setting_problem("no-settings", message, remedy))
        return
    known = columns_of(Settings).fixed
    numeric = {
        n for n, v in found.items() if isinstance(v, str) and n in known and known[n].kind in ("number", "whole")
    }
    sign = decimal_sign([found[n] for n in numeric], "")
    for name, value in found.items():
        if value is None:
            raw.refused_settings.add(name)
            continue
        try:
            raw.settings[name] = cell(known[name], value, sign, "") if name in numeric else value
        except CellError as error:
            raw.refused_settings.add(name)
            raw.problems.append(raw.setting_problem(error.rule, error.message, error.remedy, name))


def _read_table(file: Path, record: type[Record], raw: RawInstance) -> Iterator[RawRow]:
    """Rows of a table, with their cells as values."""
    grid, problems = read_grid(file)
    if grid is None or problems:
        raw.problems += (_of_table(p, record.table) for p in problems)
        raw.unread.add(record.table)
    if grid is not None:
        yield from _rows(grid, record, raw)


def _rows(grid: Grid, record: type[Record], raw: RawInstance) -> Iterator[RawRow]:
    """Rows of a grid, with their cells as values."""
    columns = _known_columns(grid, record, raw)
    absent = {n for n, c in columns_of(record).fixed.items() if c.required and n not in columns}
    numeric = [n for n, c in columns.items() if c.kind in ("number", "whole", "numbers")]
    filled = (cells.get(n) for _, cells in grid.rows for n in numeric)
    texts = [word for text in filled if isinstance(text, str) for word in text.split()]
    sign = decimal_sign(texts, grid.delimiter)
    for number, cells in grid.rows:
        row = RawRow({}, grid.file, number, refused=set(absent))
        refusals = list(_fill(row, cells, columns, sign, grid.delimiter))
        for name, error in refusals:
            raw.problems.append(row.problem(record, error.rule, error.message, error.remedy, name))
        yield row


def _fill(
    row: RawRow, cells: dict[str, object], columns: dict[str, Column], sign: str | None, delimiter: str
) -> Iterator[tuple[str, CellError]]:
    """Fill a row; what cannot be read stays in it as text, so that the rest of the row is still validated."""
    for name, text in cells.items():
        if name not in columns:
            continue
        if text is None:
            row.refused.add(name)
            continue
        try:
            value: Any = cell(columns[name], text, sign, delimiter)
        except CellError as error:
            row.cells[name] = text
            row.refused.add(name)
            yield name, error
        else:
            if value is not None:
                row.cells[name] = value


def _known_columns(grid: Grid, record: type[Record], raw: RawInstance) -> dict[str, Column]:
    """Columns of a file that the table has; the others are reported."""
    known = columns_of(record)
    found: dict[str, Column] = {}
    guessed: set[str] = set()
    for name in grid.header:
        column = known.find(name)
        if column is not None:
            found[name] = column
            continue
        left = [n for n in known.names if n not in grid.header]
        guessed.add(closest(name, left) or "")
        message = f"the table {record.table} has no column '{name}'"
        remedy = f"{suggest(name, left)} Free text goes into the column note."
        raw.problems.append(InputProblem("unknown-column", message, remedy, record.table, grid.file, 1, name))
    for name, column in known.fixed.items():
        if column.required and name not in {*found, *guessed} and grid.rows:
            message = f"the column {name} is missing"
            remedy = f"Add it. {name}: {column.info.description}."
            raw.problems.append(InputProblem("missing-column", message, remedy, record.table, grid.file, 1, name))
    return found


def _of_table(problem: InputProblem, table: str) -> InputProblem:
    return InputProblem(
        problem.rule, problem.message, problem.remedy, table, problem.file, problem.row, problem.column, problem.id
    )


def _changes(
    overlays: Iterable[str | Path | Sequence[Change | Sourced]], problems: list[InputProblem]
) -> Iterator[Sourced]:
    """Changes of all overlays; files that cannot be read are reported."""
    for overlay in overlays:
        if isinstance(overlay, str | Path):
            found, wrong = overlay_changes(Path(overlay))
            problems += wrong
            yield from found
        else:
            for number, change in enumerate(overlay, start=1):
                yield change if isinstance(change, Sourced) else Sourced(change, "changes", number)


def _locks(locks: Iterable[str], raw: RawInstance) -> Iterator[Sourced]:
    """Changes of locks in short form; those that cannot be read are reported."""
    names = names_of(raw)
    for text in locks:
        try:
            yield lock_source(text, names)
        except InputError as error:
            raw.problems += error.problems
