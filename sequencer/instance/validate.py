"""From rows to an instance: every record validated, every cross-check made, all problems reported at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from annotated_types import Ge, Le
from pydantic import ValidationError

from sequencer.errors import InputError, InputProblem
from sequencer.instance.check_references import references_of_failed
from sequencer.instance.checks import check_scene
from sequencer.instance.columns import Column, columns_of, gather
from sequencer.instance.decimals import CellError
from sequencer.instance.instance import Instance
from sequencer.instance.locks import merged
from sequencer.instance.nearest import suggest
from sequencer.instance.records import Record
from sequencer.instance.rows import RawInstance, RawRow, cell
from sequencer.instance.scene import Scene
from sequencer.instance.settings import SCHEMA_VERSION, Settings
from sequencer.instance.wording import in_words


def build(raw: RawInstance) -> Instance:
    """Validate rows and make the instance.

    Parameters
    ----------
    raw
        Rows as read, with changes applied; problems found so far are reported with the others.

    Raises
    ------
    sequencer.errors.InputError
        Carrying every problem of every table.
    """
    problems = list(raw.problems)
    settings = _settings(raw, problems)
    kept: dict[str, tuple[RawRow, ...]] = {}
    failed: list[tuple[type[Record], RawRow]] = []
    for table, record in Instance.tables().items():
        good = []
        for row in raw.tables[table]:
            found = list(_validated(row, record))
            problems += found
            if row.record is None:
                failed.append((record, row))
            else:
                good.append(row)
        kept[table] = tuple(good)
    scene = Scene.of(settings, kept, failed, raw)
    problems += references_of_failed(scene, failed)
    problems += check_scene(scene)
    if problems:
        raise InputError(_in_order([raw.located(p) for p in problems]))
    return _with_locks_merged(scene.instance)


def _with_locks_merged(instance: Instance) -> Instance:
    """Instance with one lock an item, where several do not contradict one another."""
    locks = merged(instance.locks)
    return instance if locks == instance.locks else instance.model_copy(update={"locks": locks})


def _validated(row: RawRow, record: type[Record]) -> Iterator[InputProblem]:
    """Validate a row and keep its record where it is valid."""
    if row.record is not None:
        return
    outside = list(_outside_limits(row, record))
    try:
        made = record.model_validate(gather(record, {n: v for n, v in row.cells.items() if n not in row.refused}))
    except ValidationError as error:
        for details in error.errors(include_url=False):
            wording = in_words(details, record)
            if wording.column not in row.refused:
                yield row.problem(record, wording.rule, wording.message, wording.remedy, wording.column)
    else:
        if not row.refused and not outside:
            row.record = made
    yield from outside


def _outside_limits(row: RawRow, record: type[Record]) -> Iterator[InputProblem]:
    """Low and high values, and numbers in lists of money, keep the limits of their column."""
    for name, value in row.cells.items():
        column = columns_of(record).find(name)
        if column is None or isinstance(value, str):
            continue
        if column.kind == "numbers" and min(value, default=0.0) < 0:
            message, remedy = f"{name} must be at least 0, found {min(value):g}", "Correct the value."
            yield row.problem(record, "out-of-range", message, remedy, name)
        elif column.part in ("low", "high") and name in columns_of(record).fixed:
            for limit in column.info.metadata:
                if isinstance(limit, Ge) and value < limit.ge:
                    message = f"{name} must be at least {limit.ge}, found {value:g}"
                    yield row.problem(record, "out-of-range", message, "Correct the value.", name)
                if isinstance(limit, Le) and value > limit.le:
                    message = f"{name} must be at most {limit.le}, found {value:g}"
                    yield row.problem(record, "out-of-range", message, "Correct the value.", name)


def _settings(raw: RawInstance, problems: list[InputProblem]) -> Settings:
    """Settings; those that are not valid are reported and left at their defaults."""
    known = columns_of(Settings)
    values: dict[str, Any] = {}
    for name, value in raw.settings.items():
        column = known.find(name)
        if isinstance(value, dict):
            remedy = "Write name = value, without sections; lists of things belong into tables (CSV files)."
            problems.append(raw.setting_problem("nested-setting", f"{name} holds further keys", remedy, name))
        elif column is None:
            remedy = suggest(name, known.names)
            problems.append(raw.setting_problem("unknown-setting", f"there is no setting {name}", remedy, name))
        else:
            _keep(raw, column, value, values, problems)
    return _made(raw, values, problems)


def _keep(
    raw: RawInstance, column: Column, value: object, values: dict[str, Any], problems: list[InputProblem]
) -> None:
    """Keep the value of a setting, or report it."""
    if column.kind == "numbers" and isinstance(value, str):
        values[column.name] = value
        return
    try:
        found = cell(column, value)
    except CellError as error:
        raw.refused_settings.add(column.name)
        problems.append(raw.setting_problem(error.rule, error.message, error.remedy, column.name))
    else:
        if found is not None:
            values[column.name] = found


def _made(raw: RawInstance, values: dict[str, Any], problems: list[InputProblem]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        for details in error.errors(include_url=False):
            wording = in_words(details, Settings)
            values.pop(wording.column, None)
            if wording.column in raw.refused_settings or "settings" in raw.unread:
                continue
            raw.refused_settings.add(wording.column)
            remedy = wording.remedy
            if wording.column == "schema_version":
                remedy = f"Write schema_version = {SCHEMA_VERSION}; this version of the program reads no other."
            problems.append(raw.setting_problem(wording.rule, wording.message, remedy, wording.column))
    return Settings.model_validate({"schema_version": SCHEMA_VERSION} | values)


def _in_order(problems: list[InputProblem]) -> list[InputProblem]:
    """Settings first, then tables in their order, rows from the top; equal problems once."""
    order = {table: n for n, table in enumerate(("settings", *Instance.tables()))}
    return sorted(dict.fromkeys(problems), key=lambda p: (order.get(p.table, -1), p.row or 0))
