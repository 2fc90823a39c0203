"""The trace of a solve: where it stood when, as rows of ``trace.csv``."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from sequencer.errors import RunError
from sequencer.solver.events import Event, Improved, Progress

COLUMNS = ("seconds", "phase", "objective", "bound", "gap")


class Trace:
    """Rows of the trace, in the order of events; an absent value is an empty cell."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, ...]] = []

    def add(self, event: Event) -> None:
        """Add an event; one that says nothing new replaces the last row."""
        if isinstance(event, Progress):
            row = (event.phase, _cell(event.objective), _cell(event.bound), _cell(event.gap))
        elif isinstance(event, Improved):
            row = ("better plan", _cell(event.objective), "", "")
        else:
            row = ("start plan repaired", "", "", "")
        if self._rows and self._rows[-1][1:] == row:
            self._rows.pop()
        self._rows.append((f"{event.seconds:.3f}", *row))

    def text(self) -> str:
        """Text of ``trace.csv``."""
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([COLUMNS, *self._rows])
        return out.getvalue()


def read_trace(path: Path) -> tuple[dict[str, float | str | None], ...]:
    """Read ``trace.csv``; nothing where there is none yet.

    Raises
    ------
    sequencer.errors.RunError
        If the file is damaged.
    """
    if not path.exists():
        return ()
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        return tuple(
            {"phase": row["phase"], **{c: float(row[c]) if row[c] else None for c in COLUMNS if c != "phase"}}
            for row in rows
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{path.parent.name}/{path.name} is damaged. Remove that file: the plan does not depend on it."
        raise RunError(message) from error


def _cell(value: float | None) -> str:
    return "" if value is None else repr(float(value))
