"""The errors of the package: one small tree, the next step in every message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class SequencerError(Exception):
    """Root of every error the package raises on purpose."""


@dataclass(frozen=True, slots=True)
class InputProblem:
    """One thing wrong with the input, located and with a remedy.

    Attributes
    ----------
    rule : str
        Short name of the check, e.g. ``unknown-reference``.
    message : str
        What is wrong, in words of the business.
    remedy : str
        What to do about it.
    table : str
        Table concerned, empty where the problem is not in one.
    file : str
        File (or sheet) name inside the instance.
    row : int or None
        Row in that file as a spreadsheet counts it (the header is row 1).
    column : str
        Column concerned, empty where the whole row is meant.
    id : str
        Business id of the record, where it could be read.
    cell : str
        Sheet and cell such as ``affiliates!D7``, where the input is a workbook.
    """

    rule: str
    message: str
    remedy: str
    table: str = ""
    file: str = ""
    row: int | None = None
    column: str = ""
    id: str = ""
    cell: str = ""

    @property
    def place(self) -> str:
        """File, row and column in the form ``drivers.csv, row 4, column potential``; of a workbook, its cell."""
        if self.cell:
            return ", ".join(p for p in (self.file, self.cell) if p)
        parts = [self.file or self.table]
        if self.row is not None:
            parts.append(f"row {self.row}")
        if self.column:
            parts.append(f"column {self.column}")
        return ", ".join(p for p in parts if p)

    def __str__(self) -> str:
        who = f" ({self.id})" if self.id else ""
        return f"{self.place}{who}: {self.message} [{self.rule}] {self.remedy}"


class InputError(SequencerError):
    """The input cannot be used; carries every problem found, not just the first.

    Parameters
    ----------
    problems
        All problems found in one pass over the input.
    """

    def __init__(self, problems: Sequence[InputProblem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in the input:"
        super().__init__("\n".join([head, *(f"  {p}" for p in self.problems)]))


class UnsupportedError(SequencerError):
    """The instance uses a rule that this version does not model; nothing is ignored silently."""


class DisagreementError(SequencerError):
    """Solver and independent evaluation disagree about a plan: a defect, never a result."""


class SolverError(SequencerError):
    """The solver ended in a state from which nothing may be read."""


class RunError(SequencerError):
    """A run folder is incomplete, locked, damaged or in the way."""
