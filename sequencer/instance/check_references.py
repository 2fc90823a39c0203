"""Checks of ids and of references between tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from sequencer.errors import InputProblem
from sequencer.instance.columns import columns_of, extra
from sequencer.instance.instance import Instance
from sequencer.instance.items import SETS, UnknownItemError
from sequencer.instance.nearest import suggest
from sequencer.instance.records import Named, Record
from sequencer.instance.rows import RawRow
from sequencer.instance.scene import Scene, Spot
from sequencer.instance.workbook import is_workbook
from sequencer.types import Kind, Layer

HQ = "hq"
RESERVED = frozenset({*SETS, *Layer, "mandate", "tail"})
"""Words that item expressions and files use themselves."""

EXACT = {
    "cost_splits": "one adoptable",
    "use_profiles": "one adoptable",
    "modes": "one adoptable",
    "cost_factors": "an adoptable, a capability or a function",
}
"""Tables whose item is one thing, not a set or a mode."""


class Reference(NamedTuple):
    """A column that refers to a table."""

    column: str
    table: str


def unique_ids(scene: Scene) -> Iterator[InputProblem]:
    """Ids are unique across kinds and none is a reserved word; a pot may bear the id of its affiliate."""
    seen: dict[str, Spot] = {}
    nodes = {c.path.split(".")[0] for c in scene.instance.capabilities if c.path}
    for table, record in Instance.tables().items():
        if not issubclass(record, Named) or table == "modes":
            continue
        for index, row in scene.items(table):
            if row.id in RESERVED or row.id in nodes or (row.id == HQ and table != "pots"):
                message = f"'{row.id}' is a word with a meaning of its own"
                yield scene.problem(table, index, "reserved-id", message, "Choose another id.", "id")
            first = seen.setdefault(row.id, (table, index))
            if first == (table, index) or (table == "pots" and first[0] == "affiliates"):
                continue
            message = f"the id '{row.id}' is used already in {place(scene, first)}"
            yield scene.problem(table, index, "duplicate-id", message, "Ids are unique across all tables.", "id")


def unique_keys(scene: Scene) -> Iterator[InputProblem]:
    """Rows of a table have different keys."""
    for table, record in Instance.tables().items():
        if (issubclass(record, Named) and table != "modes") or table == "locks":
            continue  # locks on the same item are merged, or contradict one another
        seen: dict[str, int] = {}
        for index, row in scene.items(table):
            first = seen.setdefault(row.record_id, index)
            if first != index:
                what = ", ".join(record.key)
                message = f"the same {what} is given already in {place(scene, (table, first))}"
                yield scene.problem(table, index, "duplicate-row", message, "Keep one of the two rows.")


def place(scene: Scene, spot: Spot) -> str:
    """File and row of a record, in words."""
    row = scene.rows[spot[0]][spot[1]]
    file = f"sheet {spot[0]}" if is_workbook(Path(row.file)) else row.file or spot[0]
    return ", ".join([file, *([f"row {row.row}"] if row.row is not None else [])])


@cache
def _references(record: type[Record]) -> tuple[Reference, ...]:
    """Columns of a record class that refer to something."""
    return tuple(
        Reference(name, extra(info)["ref"]) for name, info in record.model_fields.items() if "ref" in extra(info)
    )


class Use(NamedTuple):
    """An id that a record names, and the table that should have it."""

    column: str
    table: str
    word: str
    header: bool


def plain_references(scene: Scene) -> tuple[list[InputProblem], set[Spot]]:
    """References to tables, in columns and in the names of column families.

    Returns
    -------
    list of InputProblem
        References to ids that nothing defines; a column named after an unknown id is told once.
    set of (str, int)
        Records that refer to something unknown or unreadable.
    """
    problems: list[InputProblem] = []
    lost: set[Spot] = set()
    told: set[tuple[str, str]] = set()
    for table, record in Instance.tables().items():
        for index, row in scene.items(table):
            for use in _uses(record, row):
                known = known_ids(scene, use.table)
                if use.word in known:
                    continue
                lost.add((table, index))
                if scene.may_exist(use.word, use.table, *(("affiliates",) if use.table == "pots" else ())):
                    continue
                if not use.header or (table, use.column) not in told:
                    told.add((table, use.column))
                    message = f"there is no '{use.word}' in {use.table}"
                    remedy = f"{suggest(use.word, known)} Or add it to {use.table}."
                    problems.append(scene.problem(table, index, "unknown-reference", message, remedy, use.column))
    known = known_ids(scene, "brands")
    for word in scene.instance.settings.rollout_brands:
        if word not in known and not scene.may_exist(word, "brands"):
            message = f"there is no '{word}' in brands"
            problems.append(scene.setting("unknown-reference", message, suggest(word, known), "rollout_brands"))
    return problems, lost


def references_of_failed(scene: Scene, failed: Sequence[tuple[type[Record], RawRow]]) -> Iterator[InputProblem]:
    """References to tables from rows with something else wrong, so that they need not be mended twice."""
    ids: dict[str, set[str]] = {}
    for record, row in failed:
        ids.setdefault(record.table, set()).add(str(row.cells.get("id", "")))
    for record, row in failed:
        for column, table in _references(record):
            if table == "items" or column in row.refused or table in scene.raw.unread:
                continue
            sources = (table, "affiliates") if table == "pots" else (table,)
            known = set(known_ids(scene, table)).union(*(ids.get(t, ()) for t in sources))
            for word in _each(row.cells.get(column)):
                if word not in known and not scene.raw.unread.intersection(sources):
                    message = f"there is no '{word}' in {table}"
                    remedy = f"{suggest(word, known)} Or add it to {table}."
                    yield row.problem(record, "unknown-reference", message, remedy, column)


def _uses(record: type[Record], row: Record) -> Iterator[Use]:
    """Ids that a record names, item expressions apart."""
    for column, table in _references(record):
        if table != "items":
            yield from (Use(column, table, word, False) for word in _each(getattr(row, column)))
    for family in columns_of(record).families:
        for key in getattr(row, family.field):
            yield Use(f"{family.prefix}{key}", family.table, key, True)


def _each(value: object) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return value
    return (str(value),) if value else ()


def known_ids(scene: Scene, table: str) -> Collection[str]:
    """Ids that a column may refer to."""
    known = scene.instance.by_id(table)
    if table == "pots":
        return {HQ, *known, *scene.instance.by_id("affiliates")}
    return known


def settled(scene: Scene, lost: set[Spot]) -> Scene:
    """Take out what refers to nothing, in lists only the words concerned, until all references stand."""
    while lost:
        scene = scene.mended({spot: _mended(scene, *spot) for spot in lost})
        lost = plain_references(scene)[1]
    return scene


def _mended(scene: Scene, table: str, index: int) -> Record | None:
    """Record without the words that refer to nothing; None where it means nothing without them."""
    row: Record = scene.instance.rows(table)[index]
    record = type(row)
    update: dict[str, object] = {}
    for column, target in _references(record):
        if target == "items":
            continue
        value, known = getattr(row, column), known_ids(scene, target)
        if all(word in known for word in _each(value)):
            continue
        if isinstance(value, tuple):
            update[column] = tuple(word for word in value if word in known)
        elif column in ("pot", "variant_of") and column not in record.key:
            update[column] = record.model_fields[column].default
        else:
            return None
    for family in columns_of(record).families:
        known = known_ids(scene, family.table)
        update[family.field] = {key: v for key, v in getattr(row, family.field).items() if key in known}
    return row.model_copy(update=update)


def item_references(scene: Scene) -> tuple[list[InputProblem], set[Spot]]:
    """Item expressions, in columns that refer to items, and owners of ramps."""
    problems: list[InputProblem] = []
    lost: set[Spot] = set()
    for table, record in Instance.tables().items():
        for reference in _references(record):
            if reference.table != "items":
                continue
            for index, row in scene.items(table):
                for word in _each(getattr(row, reference.column)):
                    found = _item_problem(scene, table, index, reference.column, word)
                    if found is not None:
                        lost.add((table, index))
                        problems += found
    problems += _owners(scene)
    return problems, lost


def _item_problem(scene: Scene, table: str, index: int, column: str, word: str) -> list[InputProblem] | None:
    """What is wrong with a word: None where nothing, empty where it may not be judged."""
    instance = scene.instance
    try:
        members = instance.members(word)
    except UnknownItemError as error:
        if scene.may_exist(word):
            return []
        return [_unknown_item(scene, table, index, column, word, str(error.args[0]))]
    if table in EXACT and members and word not in instance.adoptables:
        whole = {*instance.by_id("capabilities"), *instance.by_id("functions")}
        if table != "cost_factors" or word not in whole:
            message = f"'{word}' is a set or a mode, but this table takes {EXACT[table]}"
            remedy = f"Give one row for each, e.g. for {members[0].id}."
            return [scene.problem(table, index, "not-one-item", message, remedy, column)]
    return None


def _unknown_item(scene: Scene, table: str, index: int, column: str, word: str, missing: str) -> InputProblem:
    """Say which part of a word is unknown: the mode, the level or the whole."""
    head, _, mode = missing.partition("/")
    node, colon, level = head.partition(":")
    instance = scene.instance
    if mode:  # what stands before it is known, or it would be missing itself
        members = instance.members(head)
        modes = {m for i in members for m in i.modes or (mode.id for mode in instance.adoptables[i.id].modes) if m}
        message = f"{head} has no mode '{mode}'"
        return scene.problem(table, index, "unknown-mode", message, suggest(mode, modes), column)
    if colon and level.isdigit() and (node == "mandate" or instance.leaves(node)):
        message = f"'{word}' needs level {level} of {node}, which is not defined"
        defined = _levels(instance, node)
        remedy = f"{node} has {f'level {defined}' if defined else 'no levels above today'}; add level {level} to "
        remedy += "mandate, or name another." if node == "mandate" else "capability_steps, or name another."
        return scene.problem(table, index, "unknown-level", message, remedy, column)
    message = f"'{missing}' names nothing that can be adopted"
    remedy = suggest(missing, _item_words(instance))
    return scene.problem(table, index, "unknown-reference", message, remedy, column)


def _levels(instance: Instance, node: str) -> str:
    leaves = {leaf.id for leaf in instance.leaves(node)}
    levels = {i.level for i in instance.adoptables.values() if i.capability in leaves}
    if node == "mandate":
        levels = {i.level for i in instance.adoptables.values() if i.kind == Kind.MANDATE}
    return " and ".join(str(level) for level in sorted(n for n in levels if n is not None))


def _item_words(instance: Instance) -> set[str]:
    """Words that item expressions may use."""
    paths = {c.path for c in instance.capabilities if c.path}
    nodes = {".".join(p.split(".")[: n + 1]) for p in paths for n in range(p.count(".") + 1)}
    modes = {a.id for a in (*instance.archetypes, *instance.touches, *instance.sourcing_modes)}
    return {*instance.adoptables, *instance.by_id("capabilities"), *SETS, *nodes, *modes}


def _owners(scene: Scene) -> Iterator[InputProblem]:
    """Owners of ramps are archetypes, touches, modes or initiatives."""
    instance = scene.instance
    known = {m.id for item in instance.adoptables.values() for m in item.modes if m.id}
    known |= {x.id for x in (*instance.archetypes, *instance.touches, *instance.initiatives)}
    for index, row in scene.items("ramps"):
        if row.owner not in known and not scene.may_exist(row.owner):
            message = f"'{row.owner}' is no archetype, touch, mode or initiative"
            yield scene.problem("ramps", index, "unknown-reference", message, suggest(row.owner, known), "owner")
