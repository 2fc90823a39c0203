"""What cross-checks look at: the records that are valid, where each was read, and what may not be judged.

Where a row or a file could not be read, whatever it would have defined is *doubtful*: a reference to it is no error of
its own, and a table it belongs to is not called incomplete. So one mistake is reported once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sequencer.errors import InputProblem
from sequencer.instance.instance import Instance
from sequencer.instance.records import Record
from sequencer.instance.rows import RawInstance, RawRow, rows_of
from sequencer.instance.settings import Settings

ITEM_TABLES = (
    *("drivers", "capabilities", "capability_steps", "sourcing_modes", "affiliates", "archetypes", "touches", "brands"),
    *("customer_types", "functions", "mandate", "exceptions", "initiatives", "driver_affiliates", "brand_affiliates"),
    *("local_capabilities", "modes"),
)
"""Tables that define the words of item expressions."""

Spot = tuple[str, int]
"""A table and the index of a record in it."""


@dataclass(frozen=True)
class Scene:
    """Valid records with their rows.

    Attributes
    ----------
    instance : Instance
        Valid records only.
    rows : mapping of str to tuple of RawRow
        Row of each record, by table, in the order of the records.
    raw : RawInstance
        All rows, and what was wrong with them.
    partial : frozenset of str
        Tables (or ``settings``) of which something is missing here.
    doubtful : frozenset of str
        Words that rows which are missing here might have defined.
    """

    instance: Instance
    rows: Mapping[str, tuple[RawRow, ...]]
    raw: RawInstance
    partial: frozenset[str] = frozenset()
    doubtful: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        settings: Settings,
        rows: Mapping[str, tuple[RawRow, ...]],
        failed: Sequence[tuple[type[Record], RawRow]],
        raw: RawInstance,
    ) -> Scene:
        """Scene of validated rows; ``failed`` are those without a record."""
        settings_partial = {"settings"} if any(p.table == "settings" for p in raw.problems) else set()
        return cls(
            _instance(settings, rows),
            rows,
            raw,
            frozenset({record.table for record, _ in failed} | raw.unread | settings_partial),
            frozenset(word for record, row in failed for word in _words(record, row.cells)),
        )

    @classmethod
    def of_instance(cls, instance: Instance) -> Scene:
        """Scene of an instance that was made without files."""
        raw = rows_of(instance)
        rows = {table: tuple(made) for table, made in raw.tables.items()}
        return cls(instance, rows, raw)

    def mended(self, records: Mapping[Spot, Record | None]) -> Scene:
        """Scene with other records in some places, or none; what those would define becomes doubtful."""
        if not records:
            return self
        gone = {spot for spot, record in records.items() if record is None}
        words = {w for table, index in gone for w in _words(self._tables[table], self.rows[table][index].cells)}
        rows = {
            table: tuple(
                replace(row, record=records.get((table, index), row.record))
                for index, row in enumerate(made)
                if (table, index) not in gone
            )
            for table, made in self.rows.items()
        }
        return Scene(
            _instance(self.instance.settings, rows),
            rows,
            self.raw,
            self.partial | {table for table, _ in gone},
            self.doubtful | words,
        )

    def items(self, table: str) -> Iterator[tuple[int, Any]]:
        """Records of a table with their index."""
        return enumerate(self.instance.rows(table))

    def complete(self, *tables: str) -> bool:
        """Whether nothing of these tables is missing, so that gaps in them are real."""
        return not self.partial.intersection(tables)

    def may_exist(self, word: str, *tables: str) -> bool:
        """Whether a word might be defined by something unreadable in these tables, or those that define items."""
        unread = self.raw.unread.intersection(tables or ITEM_TABLES)
        return bool(unread) or not self.doubtful.isdisjoint(re.split(r"[/:@.]", word))

    def problem(
        self, table: str, index: int, rule: str, message: str, remedy: str, column: str = "", id: str | None = None
    ) -> InputProblem:
        """Report something wrong with a record; ``id`` names what is meant where that is not the record itself."""
        return self.rows[table][index].problem(self._tables[table], rule, message, remedy, column, id)

    def setting(self, rule: str, message: str, remedy: str, name: str) -> InputProblem:
        """Report something wrong with a setting."""
        return self.raw.setting_problem(rule, message, remedy, name)

    @cached_property
    def _tables(self) -> dict[str, type[Record]]:
        return Instance.tables()


def _instance(settings: Settings, rows: Mapping[str, tuple[RawRow, ...]]) -> Instance:
    return Instance.model_validate(
        {"settings": settings} | {table: tuple(row.record for row in made) for table, made in rows.items()}
    )


def _words(record: type[Record], cells: Mapping[str, Any]) -> Iterator[str]:
    """Words a row might have defined: its key, also as it may be spelt elsewhere, and the nodes it hangs in."""
    for name in (*record.key, "path"):
        value = cells.get(name)
        if isinstance(value, str):
            yield from re.split(r"[/:@.]", value)
            yield from (re.sub(r"[^a-z0-9]+", sign, value.lower()) for sign in ("", "_", "-"))
