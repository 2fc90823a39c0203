"""Applying changes to rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sequencer.errors import InputProblem
from sequencer.instance.change import SETTINGS, Change, Sourced
from sequencer.instance.columns import Column, columns_of, known_values, row_id
from sequencer.instance.decimals import CellError
from sequencer.instance.instance import Instance
from sequencer.instance.nearest import suggest
from sequencer.instance.records import Record
from sequencer.instance.rows import RawInstance, RawRow, cell
from sequencer.instance.settings import Settings


def apply(raw: RawInstance, sourced: Sourced) -> None:
    """Apply a change to rows; what is wrong with it is added to their problems."""
    change, tables = sourced.change, Instance.tables()
    if change.table == SETTINGS:
        raw.problems += _change_setting(raw, sourced)
    elif change.table not in tables:
        message = f"there is no table '{change.table}'"
        raw.problems.append(sourced.problem("unknown-table", message, suggest(change.table, (*tables, SETTINGS))))
    elif change.action == "insert":
        raw.problems += _insert(raw, sourced, tables[change.table])
    else:
        raw.problems += _change_rows(raw, sourced, tables[change.table])


def _change_setting(raw: RawInstance, sourced: Sourced) -> Iterator[InputProblem]:
    change = sourced.change
    name = change.field or ""
    column = columns_of(Settings).find(name)
    if column is None:
        remedy = suggest(name, columns_of(Settings).names)
        yield sourced.problem("unknown-setting", f"there is no setting '{name}'", remedy)
        return
    raw.settings_origins[name] = sourced.origin
    if change.action == "delete":
        raw.settings.pop(name, None)
        return
    before = raw.settings.get(name, column.default)
    try:
        raw.settings[name] = change.set if change.action == "set" else _calculated(change, before, column)
    except CellError as error:
        yield sourced.problem(error.rule, error.message, error.remedy)


def _insert(raw: RawInstance, sourced: Sourced, record: type[Record]) -> Iterator[InputProblem]:
    row = RawRow({}, sourced.file, origins={"": sourced.origin})
    for name, value in (sourced.change.insert or {}).items():
        column = columns_of(record).find(name)
        if column is None:
            yield _unknown_column(sourced, record, name)
            continue
        found, problem = _value(sourced, column, value)
        if problem is not None:
            yield problem
        elif found is not None:
            row.cells[name] = found
    raw.tables[record.table].append(row)


def _change_rows(raw: RawInstance, sourced: Sourced, record: type[Record]) -> Iterator[InputProblem]:
    change, rows = sourced.change, raw.tables[record.table]
    column = columns_of(record).find(change.field or "")
    if change.field is not None and column is None:
        yield _unknown_column(sourced, record, change.field)
        return
    tests, problems = _tests(sourced, record)
    yield from problems
    if problems:
        return
    met = [row for row in rows if all(test(row) for test in tests)]
    if not met:
        yield _unmatched(sourced, record, rows)
    elif change.action == "delete":
        gone = {id(row) for row in met}
        raw.tables[record.table] = [row for row in rows if id(row) not in gone]
    elif column is not None:
        yield from _change_cells(sourced, record, column, met)


def _change_cells(sourced: Sourced, record: type[Record], column: Column, rows: list[RawRow]) -> Iterator[InputProblem]:
    """Set, scale or add to a column, and its low and high values where they go along."""
    change = sourced.change
    names = [column.name]
    if change.action != "set":
        names += [n for n in (f"{column.name}_low", f"{column.name}_high") if n in columns_of(record).fixed]
    done = 0
    for row in rows:
        for name in names:
            part = columns_of(record).find(name)
            before = row.cells.get(name, part.default if part else None)
            if part is None or (change.action != "set" and before is None):
                continue
            try:
                after = cell(part, change.set) if change.action == "set" else _calculated(change, before, part)
            except CellError as error:
                yield sourced.problem(error.rule, error.message, error.remedy)
                return
            done += 1
            row.record = None
            row.refused.discard(name)
            row.origins[name] = sourced.origin
            row.cells.pop(name, None)
            if after is not None:
                row.cells[name] = after
    if not done:
        message = f"{column.name} is empty in every row it means, so there is nothing to {change.action}"
        yield sourced.problem("nothing-to-change", message, "Use set to give it a value.")


def _calculated(change: Change, before: object, column: Column) -> Any:  # noqa: ANN401
    """Scale or add to a number, or each number of a list."""
    if isinstance(before, tuple) and column.kind == "numbers":
        return tuple(_calculated(change, one, column) for one in before)
    if isinstance(before, bool) or not isinstance(before, int | float):
        message = f"{column.name} holds {before!r}, no number to {change.action}"
        error = CellError("not-a-number", message, "Use set to give it another value.")
        raise error
    after = before * change.scale if change.scale is not None else before + (change.add or 0.0)
    return cell(column, after) if column.kind in ("number", "whole") else after


# -- rows meant --------------------------------------------------------------------------------------------------------


def _tests(sourced: Sourced, record: type[Record]) -> tuple[list[Callable[[RawRow], bool]], list[InputProblem]]:
    """One test of a row for each entry of ``where``."""
    tests: list[Callable[[RawRow], bool]] = []
    problems: list[InputProblem] = []
    columns = columns_of(record)
    for name, value in sourced.change.where.items():
        column = columns.find("wave" if name in ("from_wave", "to_wave") else name)
        if name == "id" and column is None:
            tests.append(_id_test(record, value))
        elif column is None:
            problems.append(_unknown_column(sourced, record, name))
        else:
            several = isinstance(value, list | tuple)
            wanted = [_value(sourced, column, one) for one in (value if several else [value])]
            problems += [problem for _, problem in wanted if problem is not None]
            tests.append(_cell_test(name, column, [found for found, _ in wanted]))
    return tests, problems


def _id_test(record: type[Record], value: object) -> Callable[[RawRow], bool]:
    wanted = {str(v) for v in value} if isinstance(value, list | tuple) else {str(value)}
    return lambda row: row_id(record, row.cells) in wanted


def _cell_test(name: str, column: Column, wanted: list[Any]) -> Callable[[RawRow], bool]:
    empty = None if column.default == "" or column.default == () else column.default

    def test(row: RawRow) -> bool:
        value = row.cells.get(column.name, empty)
        if name in ("from_wave", "to_wave"):
            if not isinstance(value, int):
                return False
            return any(value >= w if name == "from_wave" else value <= w for w in wanted if w is not None)
        return value in wanted

    return test


def _value(sourced: Sourced, column: Column, value: object) -> tuple[Any, InputProblem | None]:
    try:
        return cell(column, value), None
    except CellError as error:
        return None, sourced.problem(error.rule, error.message, error.remedy)


def _unknown_column(sourced: Sourced, record: type[Record], name: str) -> InputProblem:
    message = f"the table {record.table} has no column '{name}'"
    return sourced.problem("unknown-column", message, suggest(name, columns_of(record).names))


def _unmatched(sourced: Sourced, record: type[Record], rows: list[RawRow]) -> InputProblem:
    """Say that a change meets no row, with the nearest values."""
    if not rows:
        message = f"the table {record.table} has no rows"
        return sourced.problem("unmatched-change", message, "Take the change out, or insert rows.")
    hints = []
    for name, value in sourced.change.where.items():
        cells = [row.cells for row in rows]
        known = {row_id(record, c) for c in cells} if name == "id" else known_values(cells, name)
        for one in value if isinstance(value, list | tuple) else [value]:
            if name not in ("from_wave", "to_wave") and str(one) not in known:
                hints.append(f"{name} = {one}: {suggest(str(one), known)}")
    remedy = " ".join(hints) or "Each value occurs, but no row has them together."
    return sourced.problem("unmatched-change", f"no row of {record.table} is meant by where", remedy)
