"""A table as data: what it is called, its columns, its rows as text, and notes below it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER = re.compile(r"^[-+]?[\d,]+(\.\d+)?( %)?$")


@dataclass(frozen=True, slots=True)
class Table:
    """A table for people; writers (terminal, workbook, page) decide on its look.

    Attributes
    ----------
    title : str
        What it shows, with the unit of its amounts.
    columns : tuple of str
        Headings.
    rows : tuple of tuple of str
        Cells as text, as many as there are columns; a cell may have several lines.
    notes : tuple of str
        What a reader must know to read it.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Whether each column holds numbers only (empty cells and dashes aside), to be set to the right."""
        return tuple(self._is_numeric(column) for column in range(len(self.columns)))

    def _is_numeric(self, column: int) -> bool:
        cells = [row[column] for row in self.rows if row[column] not in ("", "–", "no limit")]
        return bool(cells) and all(_NUMBER.match(cell) for cell in cells)

    def records(self) -> list[dict[str, str]]:
        """Rows by heading, for JSON."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]
