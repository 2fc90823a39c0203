"""What has been measured, in two CSV files that are only appended to, so that a stopped benchmark goes on."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import NamedTuple

from bench_traces import Row as Moment


class Key(NamedTuple):
    """One run: under which label, of what, by which method, for how long, the how-manieth."""

    label: str
    row: str
    case: str
    method: str
    seconds: float
    repeat: int


@dataclass(frozen=True)
class Run:
    """How a run ended; ``skipped`` says why there was none, and then nothing else is known."""

    termination: str = ""
    processor_seconds: float = 0.0
    peak_mb: float = 0.0
    calibration: float = 0.0
    fingerprint: str = ""
    skipped: str = ""


@dataclass(frozen=True)
class Measured:
    """A run with its trace; the last moment is its result."""

    key: Key
    run: Run
    moments: tuple[Moment, ...] = ()

    @property
    def end(self) -> Moment | None:
        """Its result."""
        return self.moments[-1] if self.moments else None

    @property
    def first_plan(self) -> float | None:
        """Seconds until the first plan that is worth more than doing nothing; None where there is none."""
        return next((m.seconds for m in self.moments if m.incumbent is not None and m.incumbent > NOTHING), None)

    def at(self, seconds: float) -> Moment | None:
        """Last moment by then; None where nothing had happened yet."""
        return next((m for m in reversed(self.moments) if m.seconds <= seconds), None)


NOTHING = 1e-6
"""A plan worth no more than this is that of doing nothing."""

_MOMENT = ("seconds", "phase", "incumbent", "bound", "gap")
RUNS = (*Key._fields, *(f.name for f in fields(Run)))
TRACES = (*Key._fields, *(f"at_{name}" for name in _MOMENT))


class Store:
    """The two files of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs, self.traces = folder / "runs.csv", folder / "traces.csv"

    def add(self, measured: Measured) -> None:
        """Append a run; its trace first, so that what is listed as run is there as a whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        moments = [(*measured.key, m.seconds, m.phase, m.incumbent, m.bound, m.gap) for m in measured.moments]
        _append(self.traces, TRACES, moments)
        _append(self.runs, RUNS, [(*measured.key, *asdict(measured.run).values())])

    def read(self, label: str) -> dict[Key, Measured]:
        """Runs under a label.

        Raises
        ------
        SystemExit
            If a file has other columns than this version writes.
        """
        moments: dict[Key, list[Moment]] = {}
        for row in _rows(self.traces, TRACES):
            moments.setdefault(_key(row), []).append(
                Moment(
                    float(row["at_seconds"]),
                    row["at_phase"],
                    *(float(row[f"at_{name}"]) if row[f"at_{name}"] else None for name in _MOMENT[2:]),
                )
            )
        made = {}
        for row in _rows(self.runs, RUNS):
            key = _key(row)
            numbers = {n: float(row[n]) for n in ("processor_seconds", "peak_mb", "calibration")}
            run = Run(**{f.name: row[f.name] for f in fields(Run)} | numbers)  # type: ignore[arg-type]
            if key.label == label:
                # A run that was stopped between its trace and its line was done again: the last trace is the whole one.
                made[key] = Measured(key, run, _last(moments.get(key, [])))
        return made


def _last(moments: list[Moment]) -> tuple[Moment, ...]:
    """The last trace of several under one key: seconds never fall within one."""
    start = 0
    for k in range(1, len(moments)):
        if moments[k].seconds < moments[k - 1].seconds:
            start = k
    return tuple(moments[start:])


def _key(row: dict[str, str]) -> Key:
    return Key(row["label"], row["row"], row["case"], row["method"], float(row["seconds"]), int(row["repeat"]))


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != columns:
            message = f"{path} has other columns than this version writes; move it away or choose another --out"
            raise SystemExit(message)
        return list(reader)


def _append(path: Path, columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    fresh = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        if fresh:
            writer.writerow(columns)
        writer.writerows(rows)
