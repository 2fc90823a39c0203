"""Measure this package beside its baselines, row by row; ``make bench ROW=…`` runs this.

Every run is a process of its own, one after another on the same machine, each after a calibration solve. What has been
measured is appended to CSV files and not measured again under the same label, so that a stopped benchmark goes on where
it was. Tables and pictures are made of what there is; ``--docs`` writes them into the page.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import bench_build
import bench_curves
from bench_cases import MissingError, folder_of
from bench_report import of, placed, section
from bench_rows import BESIDE, GROUPS, METHODS, ROWS, Case, Row, budget, repeats
from bench_store import Key, Measured, Run, Store
from bench_table import machine
from bench_traces import Row as Moment

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
BUILD = "build"


def main(words: Sequence[str] | None = None) -> int:
    """Measure rows and tell; 1 if a run failed."""
    given = _arguments(words)
    os.chdir(ROOT)
    rows = [ROWS[name] for name in given.rows if name != BUILD]
    _tell_budget(given, rows)
    bench = Bench(given)
    failed = 0 if given.tables else sum(bench.measure(row) for row in rows)
    for row in rows:
        print(f"\n## {row.title}\n\n{bench.told(row)}", flush=True)
    if BUILD in given.rows:
        failed += bench.build()
    if given.docs:
        bench.write_page(rows)
    return int(failed > 0)


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    names = [*ROWS, BUILD, *GROUPS]
    parser = argparse.ArgumentParser(prog="bench.py", description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="+", metavar="ROW", help="rows: " + ", ".join(names))
    parser.add_argument("--label", default="1", help="runs under another label are measured afresh (default: 1)")
    parser.add_argument("--seconds", type=float, help="time limit of each solve (default: that of the row)")
    parser.add_argument("--methods", help="methods, separated by commas, of: " + ", ".join(METHODS))
    parser.add_argument("--data", default=os.environ.get("BENCH_DATA"), help="folder of public data (BENCH_DATA)")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench", help="folder for CSV files and pictures")
    parser.add_argument("--tables", action="store_true", help="measure nothing, tell what there is")
    parser.add_argument("--docs", action="store_true", help="write tables and pictures into docs/benchmarks.md")
    given = parser.parse_args(words)
    unknown = sorted(set(given.rows) - set(names))
    if unknown:
        parser.error(f"there is no row {', '.join(unknown)}; choose from {', '.join(names)}")
    given.rows = list(dict.fromkeys(row for name in given.rows for row in GROUPS.get(name, (name,))))
    given.methods = tuple(given.methods.split(",")) if given.methods else None
    missing = sorted(set(given.methods or ()) - set(METHODS))
    if missing:
        parser.error(f"there is no method {', '.join(missing)}; choose from {', '.join(METHODS)}")
    return given


def _methods(given: argparse.Namespace, row: Row) -> tuple[str, ...]:
    return tuple(m for m in row.methods if given.methods is None or m in given.methods)


def _tell_budget(given: argparse.Namespace, rows: list[Row]) -> None:
    most = sum(budget(row, _methods(given, row), given.seconds or row.seconds) for row in rows)
    if BUILD in given.rows:
        most += len(bench_build.SOURCES) * 3 * (bench_build.SECONDS_EACH + BESIDE)
    if not given.tables:
        print(f"{', '.join(given.rows)}: up to {math.ceil(most / 60)} min", flush=True)


class Bench:
    """Measuring and telling under one label."""

    def __init__(self, given: argparse.Namespace) -> None:
        self.given = given
        self.out: Path = given.out
        self.store = Store(self.out)
        self.known = self.store.read(given.label)

    def seconds(self, row: Row) -> float:
        """Time limit of the runs of a row."""
        return float(self.given.seconds or row.seconds)

    def measured(self, row: Row) -> list[Measured]:
        """Runs of a row at its time limit."""
        here = (m for m in self.known.values() if m.key.row == row.name and m.key.seconds == self.seconds(row))
        return sorted(here, key=lambda m: m.key)

    # -- measuring ----------------------------------------------------------------------------------------------------

    def measure(self, row: Row) -> int:
        """Measure what is missing of a row; how many runs failed."""
        return sum(self._run(row, case, key) for case, key in self._keys(row) if key not in self.known)

    def _keys(self, row: Row) -> Iterator[tuple[Case, Key]]:
        seconds = self.seconds(row)
        for repeat in range(1, repeats(seconds) + 1):
            for case in row.cases:
                for method in _methods(self.given, row):
                    yield case, Key(self.given.label, row.name, case.name, method, seconds, repeat)

    def _run(self, row: Row, case: Case, key: Key) -> int:
        """Measure one run; 1 where it failed, which is told and not kept."""
        again = next((m for m in of(self.measured(row), case, key.method) if m.run.skipped), None)
        if again is not None:
            return 0
        print(f"{row.name} · {case.name} · {METHODS[key.method].title} · run {key.repeat} …", end=" ", flush=True)
        try:
            folder = folder_of(case.source, self.out / "instances", self.given.data)
        except MissingError as error:
            print(f"skipped: {error}", flush=True)
            return 0
        request = {
            "method": key.method,
            "instance": str(folder),
            "overlays": list(case.overlays),
            "seconds": key.seconds,
            "gap": row.gap,
        }
        try:
            calibration = float(_script("calibrate.py"))
            said: dict[str, Any] = json.loads(_script("run_one.py", json.dumps(request)))
        except subprocess.CalledProcessError as error:
            print(f"failed ({error.returncode})\n{error.stderr}", flush=True)
            return 1
        moments = tuple(Moment(**m) for m in said.pop("rows", []))
        made = Measured(key, Run(**said, calibration=calibration), moments)
        self.store.add(made)
        self.known[key] = made
        end = made.end
        print(
            f"skipped: {made.run.skipped}"
            if end is None
            else f"{made.run.termination}, {end.seconds:.1f} s, plan {end.incumbent}, bound {end.bound}",
            flush=True,
        )
        return 0

    def build(self) -> int:
        """Measure and tell the row ``build``; how many runs failed."""
        file = self.out / f"build-{self.given.label}.csv"
        rows = _read(file)
        failed = 0
        for case, source in [] if self.given.tables else bench_build.SOURCES.items():
            for _ in range(3 - sum(row["case"] == case for row in rows)):
                print(f"build · {case} …", end=" ", flush=True)
                try:
                    folder = folder_of(source, self.out / "instances", self.given.data)
                    calibration = float(_script("calibrate.py"))
                    said = json.loads(_script("build_one.py", str(folder)))
                except subprocess.CalledProcessError as error:
                    print(f"failed ({error.returncode})\n{error.stderr}", flush=True)
                    failed += 1
                    continue
                cells = {"case": case, **said["size"], **said["parts"], "peak_mb": said["peak_mb"]}
                row = {name: str(({**cells, "calibration": calibration})[name]) for name in bench_build.FIELDS}
                _append(file, row)
                rows.append(row)
                print(f"{sum(said['parts'].values()):.1f} s", flush=True)
        print(f"\n## Building and handing over\n\n{self._built()}")
        return failed

    def _built(self) -> str:
        rows = _read(self.out / f"build-{self.given.label}.csv")
        calibrations = [float(row["calibration"]) for row in rows]
        return "\n".join([f"Asked for: {bench_build.ASKED}.", "", *_heading(calibrations), "", bench_build.table(rows)])

    # -- telling ------------------------------------------------------------------------------------------------------

    def told(self, row: Row, pictures: Sequence[str] = ()) -> str:
        """All that is known of a row."""
        measured = self.measured(row)
        heading = _heading([m.run.calibration for m in measured if m.moments])
        if self.given.data is None and any(case.source.startswith("public:") for case in row.cases) and not measured:
            heading.append("Not measured: set BENCH_DATA to the folder of the public data.")
        return section(row, measured, self.seconds(row), heading, pictures)

    def write_page(self, rows: list[Row]) -> None:
        """Write tables and pictures into the page."""
        page = PAGE.read_text(encoding="utf-8")
        for row in rows:
            page = placed(page, row.name, self.told(row, self._pictures(row)))
        families = [ROWS[name] for name in GROUPS["growth"]]
        if any(row in families for row in rows):
            runs = [m for row in families for m in self.measured(row)]
            bench_curves.growth(families, runs, PAGE.parent / "bench-growth.png")
        if BUILD in self.given.rows:
            page = placed(page, BUILD, self._built())
        PAGE.write_text(page, encoding="utf-8", newline="\n")

    def _pictures(self, row: Row) -> list[str]:
        """Draw gap against time for each case of a row that does not grow."""
        made = []
        for case in () if row.axis else row.cases:
            runs = [m for m in self.measured(row) if m.key.case == case.name]
            if any(m.moments for m in runs):
                name = f"bench-{row.name}.png" if len(row.cases) == 1 else f"bench-{row.name}-{case.name}.png"
                bench_curves.gaps(row, case, runs, self.seconds(row), PAGE.parent / name)
                made.append(f"![Gap against time, {case.name}]({name})")
        return made


def _heading(calibrations: list[float]) -> list[str]:
    """Say what it ran on, and how fast that was."""
    if not calibrations:
        return []
    from sequencer.solver.solve import versions

    calibration = f"calibration solve {min(calibrations):.2f} to {max(calibrations):.2f} s"
    return [f"{machine(versions())}; {calibration}."]


def _script(name: str, *words: str) -> str:
    """Standard output of a script beside this one, run by the same Python."""
    command = [sys.executable, str(HERE / name), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout


def _read(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _append(path: Path, row: dict[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, bench_build.FIELDS)
        if fresh:
            writer.writeheader()
        writer.writerow(row)


if __name__ == "__main__":
    sys.exit(main())
