"""Changes: one grammar for overlays, locks, repairs, studies and what-if.

A change names a table, the rows it means, and one thing to do with them::

    [[change]]
    table = "budgets"
    where = { pot = "hq", from_wave = 3 }
    field = "amount"
    scale = 0.85

It works on rows as they lie in files: ``field`` is a column, such as ``use_fte`` or ``potential_low``. The result is
validated as a whole.

* ``where`` maps columns to a value, or to a list of values of which one must be met; a cell of several words is met as
  a whole, ``"marketing sales"``. ``id`` means a row's business id (``crm:2`` in capability_steps); ``from_wave`` and
  ``to_wave`` bound the column ``wave``. Without ``where`` all rows are meant. A change that meets no row is an error.
* ``set`` puts a value in place (an empty text: the default), ``scale`` multiplies, ``add`` adds. An amount takes its
  low and high values along when scaled or added to. Empty cells without a default stay empty.
* ``insert = { … }`` adds a row; locks on one item are merged, or refused where they contradict each other.
  ``delete = true`` takes rows out.
* ``table = "settings"`` changes a setting; there ``delete`` means back to the default.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from sequencer.errors import InputError, InputProblem
from sequencer.instance.applying import apply
from sequencer.instance.change import Change, Sourced
from sequencer.instance.instance import Instance
from sequencer.instance.locks import lock_row, with_id
from sequencer.instance.nearest import suggest
from sequencer.instance.rows import RawInstance, rows_of
from sequencer.instance.validate import build

__all__ = [
    "Change",
    "Sourced",
    "apply",
    "lock_source",
    "names_of",
    "overlay_changes",
    "parse_lock",
    "read_overlay",
    "replaced",
]


def read_overlay(path: str | Path) -> tuple[Change, ...]:
    """Read the changes of an overlay file.

    Raises
    ------
    sequencer.errors.InputError
        Carrying every change that cannot be read.
    """
    found, problems = overlay_changes(Path(path))
    if problems:
        raise InputError(problems)
    return tuple(sourced.change for sourced in found)


def overlay_changes(path: Path) -> tuple[list[Sourced], list[InputProblem]]:
    """Changes of an overlay file, and what is wrong with it."""
    shape = "An overlay is a TOML file of blocks [[change]], each with table, where, field and one action."
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return [], [InputProblem("bad-overlay", f"the overlay cannot be read: {reason}", shape, file=path.name)]
    problems = [
        InputProblem("unknown-key", f"'{key}' is not known in an overlay", shape, file=path.name)
        for key in content
        if key != "change"
    ]
    blocks = content.get("change", [])
    if not isinstance(blocks, list):
        return [], [*problems, InputProblem("bad-overlay", "'change' is not a list of blocks", shape, file=path.name)]
    made = []
    for number, block in enumerate(blocks, start=1):
        try:
            made.append(Sourced(Change.model_validate(block), path.name, number))
        except ValidationError as error:
            problems += _malformed(error, path.name, number)
    return made, problems


def _malformed(error: ValidationError, file: str, number: int) -> Iterator[InputProblem]:
    for details in error.errors(include_url=False):
        name = str(details["loc"][0]) if details["loc"] else ""
        if details["type"] == "extra_forbidden":
            remedy = suggest(name, Change.model_fields)
            yield InputProblem("unknown-key", f"change {number}: '{name}' is not known", remedy, file=file)
        else:
            text = details["msg"].removeprefix("Value error, ")
            remedy = "Give table, where (rows meant), field, and one of set, scale, add, insert, delete."
            yield InputProblem("bad-change", f"change {number}: {name}{': ' if name else ''}{text}", remedy, file=file)


def parse_lock(text: str) -> Change:
    """Read the short form of a lock.

    ``jp<=2`` starts in wave 2 at the latest, ``jp>=2`` at the earliest; ``jp=2`` is adopted and starts in wave 2;
    ``crm:2=3/build`` likewise, in a mode; ``jp/adapted`` takes that mode where adopted; ``!r4`` is never adopted,
    ``+r4`` must be, ``+r4<=3`` must be live by wave 3, ``+r4>=3`` must be and starts in wave 3 at the earliest.
    A mode may follow any form but ``!r4``.

    Raises
    ------
    sequencer.errors.InputError
        If the text has none of these forms.
    """
    return Change(table="locks", insert=lock_row(text))


def names_of(raw: RawInstance) -> dict[str, set[str]]:
    """Ids that bear a name, by the name in lower case; of what is adopted, and of capabilities, whose steps are."""
    made: dict[str, set[str]] = {}
    for table, record in Instance.tables().items():
        if getattr(record, "adoptable", False) or table == "capabilities":
            for row in raw.tables[table]:
                item, name = row.cells.get("id"), row.cells.get("name")
                if isinstance(item, str) and isinstance(name, str):
                    made.setdefault(name.casefold(), set()).add(item)
    return made


def lock_source(text: str, names: Mapping[str, Collection[str]] | None = None) -> Sourced:
    """Change of a lock in short form, in which ``names`` stand for ids too, that problems name by the text."""
    return Sourced(parse_lock(with_id(text, names or {})), f"lock '{text}'", 1)


def replaced(instance: Instance, changes: Iterable[Change | Mapping[str, Any]]) -> Instance:
    """Return an instance with changes applied and everything validated again.

    Parameters
    ----------
    instance
        Left as it is.
    changes
        Changes, or mappings of the same keys.

    Raises
    ------
    sequencer.errors.InputError
        If a change cannot be read or meets nothing, or the result is not valid.
    """
    raw = rows_of(instance)
    for number, given in enumerate(changes, start=1):
        try:
            change = given if isinstance(given, Change) else Change.model_validate(given)
        except ValidationError as error:
            raw.problems += _malformed(error, "changes", number)
        else:
            apply(raw, Sourced(change, "changes", number))
    return build(raw)
