"""Configurations that are compared, the trace of each, and what the tables say about it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOTHING = dict.fromkeys(("reduce", "start_plan", "ceilings", "tighten", "staged"), False)
"""No technique; increments, rounds and walks only say how tightening and stages go."""


@dataclass(frozen=True)
class Configuration:
    """One set of options of ``sequencer.solve`` under a name."""

    name: str
    title: str
    options: dict[str, Any]


def _configurations() -> tuple[Configuration, ...]:
    plain = {"formulation": "aggregated", **NOTHING}
    compact = plain | {"formulation": "compact"}
    reduced = compact | {"reduce": True}
    start = reduced | {"start_plan": True}
    ceilings = start | {"ceilings": True}
    tightened = ceilings | {"tighten": True}
    return (
        Configuration("textbook", "textbook", {"formulation": "cells", **NOTHING}),
        Configuration("plain", "aggregated, plain", plain),
        Configuration("compact", "compact, plain", compact),
        Configuration("reduced", "compact, reduced", reduced),
        Configuration("start-plan", "+ start plan", start),
        Configuration("ceilings", "+ ceilings", ceilings),
        Configuration("tightening", "+ tightening", tightened),
        Configuration("stages", "+ stages", tightened | {"staged": True}),
    )


CONFIGURATIONS = _configurations()
"""In the order they run; each but the first adds one technique to the one before."""

BASELINE, DEFAULT = "plain", "stages"
"""What targets refer to, and what ``sequencer.solve`` does by itself."""

TARGET = 1 / 3
"""Share of the baseline's final gap that the default may have."""

MOMENTS = (5.0, 10.0, 30.0, 60.0, 120.0)
"""Seconds after the beginning at which the table looks."""

COLUMNS = ("run", "configuration", "seconds", "phase", "incumbent", "bound", "gap", "termination", "fingerprint")
"""Columns of the CSV; amounts in the declared unit, the gap as a fraction, unknown values empty."""


@dataclass(frozen=True)
class Row:
    """Where a solve stood: amounts in the declared unit, None while unknown."""

    seconds: float
    phase: str
    incumbent: float | None
    bound: float | None
    gap: float | None


@dataclass(frozen=True)
class Trace:
    """One solve; the last row is its result."""

    configuration: Configuration
    rows: tuple[Row, ...]
    termination: str
    processor_seconds: float
    calibration: float
    fingerprint: str
    money: str
    versions: dict[str, str]

    @property
    def end(self) -> Row:
        """Its result."""
        return self.rows[-1]

    @property
    def first_plan(self) -> float | None:
        """Seconds until the first plan."""
        return next((row.seconds for row in self.rows if row.incumbent is not None), None)

    def at(self, seconds: float) -> Row | None:
        """Last row by then: the result where the solve had ended, None where nothing had happened yet."""
        return next((row for row in reversed(self.rows) if row.seconds <= seconds), None)


def ratio(trace: Trace, baseline: Trace | None) -> float | None:
    """Final gap as a share of the baseline's; None where either has none."""
    if baseline is None or trace.end.gap is None or not baseline.end.gap:
        return None
    return trace.end.gap / baseline.end.gap


def verdict(traces: Sequence[Trace]) -> str:
    """Say whether the default's gap is at most a third of the baseline's."""
    found = {trace.configuration.name: trace for trace in traces}
    if BASELINE not in found or DEFAULT not in found:
        return f"Not said: the comparison needs both '{BASELINE}' and '{DEFAULT}'."
    baseline, default = found[BASELINE].end.gap, found[DEFAULT].end.gap
    if baseline is None or default is None:
        without = " and ".join(f"'{n}'" for n in (BASELINE, DEFAULT) if found[n].end.gap is None)
        return f"Not said: {without} ended without a plan, so without a gap; give more --seconds."
    held = "is" if default <= TARGET * baseline else "is NOT"
    if found[BASELINE].termination == "gap_reached":
        return "Not said: the baseline too reached the gap asked for; a smaller --gap tells them apart."
    return f"Gap of the default {default:.2%}, of the baseline {baseline:.2%}: it {held} at most a third."


# -- the CSV -----------------------------------------------------------------------------------------------------------


def next_run(path: Path) -> int:
    """Number of a new run in a CSV that may have earlier ones.

    Raises
    ------
    SystemExit
        If the file has other columns.
    """
    if not path.exists():
        return 1
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            message = f"{path} has other columns than this version writes; move it away or choose another --out"
            raise SystemExit(message)
        return max((int(row["run"]) for row in reader), default=0) + 1


def append(path: Path, run: int, trace: Trace) -> None:
    """Append the rows of a trace."""
    fresh = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if fresh:
            writer.writerow(COLUMNS)
        for row in trace.rows:
            said = trace.termination if row is trace.end else ""
            values = (f"{row.seconds:.3f}", row.phase, row.incumbent, row.bound, row.gap, said, trace.fingerprint)
            writer.writerow((run, trace.configuration.name, *values))
