"""Compare what each technique of the solve is worth, on one instance, in one run; ``make bench-quick`` runs this.

Every configuration solves in a process of its own, one after another on the same machine, with the same time and gap.
What each event of the solve said goes into a CSV, what was known when into a table, gap against time into a plot.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench_plot import draw
from bench_table import tables
from bench_traces import CONFIGURATIONS, Configuration, Row, Trace, append, next_run, verdict

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
NORDWIND = ROOT / "instances" / "nordwind"
BESIDE = 10.0
"""Seconds a configuration takes beside its solve at most: calibration, reading, evaluation."""


def main(words: Sequence[str] | None = None) -> int:
    """Run the benchmark; 1 if a configuration failed."""
    given = _arguments(words)
    chosen = [c for c in CONFIGURATIONS if c.name in given.only]
    given.out.mkdir(parents=True, exist_ok=True)
    path = given.out / "traces.csv"
    run = next_run(path)
    most = len(chosen) * (given.seconds + BESIDE)
    print(
        f"{len(chosen)} configurations of at most {given.seconds:g} s each: up to {math.ceil(most / 60)} min",
        flush=True,
    )
    traces = []
    for configuration in chosen:
        print(f"{configuration.title} …", end=" ", flush=True)
        trace = _solve(configuration, given)
        print("failed" if trace is None else f"{trace.termination} after {trace.end.seconds:.1f} s", flush=True)
        if trace is not None:
            append(path, run, trace)
            traces.append(trace)
    if traces:
        draw(traces, max(given.seconds, *(t.end.seconds for t in traces)), given.out / "gap.png")
        print(f"\n{tables(traces, given.seconds)}\n\nWritten: {path} (run {run}), {given.out / 'gap.png'}")
    print(verdict(traces))
    return int(len(traces) < len(chosen))


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    names = [c.name for c in CONFIGURATIONS]
    parser = argparse.ArgumentParser(prog="quick.py", description=__doc__.splitlines()[0])
    parser.add_argument("--instance", type=Path, help="instance folder (default: the reference case)")
    parser.add_argument("--overlay", type=Path, action="append", default=[], help="overlay, repeatable")
    parser.add_argument("--seconds", type=float, default=120.0, help="time limit of each solve (default: %(default)s)")
    parser.add_argument("--gap", type=float, default=0.01, help="gap at which to stop (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench-quick", help="folder for CSV and plot")
    parser.add_argument("--only", default=",".join(names), help="names, separated by commas, of: " + ", ".join(names))
    given = parser.parse_args(words)
    given.only = given.only.split(",")
    unknown = sorted(set(given.only) - set(names))
    if unknown:
        parser.error(f"there is no configuration {', '.join(unknown)}; choose from {', '.join(names)}")
    if given.instance is None:
        given.instance = NORDWIND
    return given


def _solve(configuration: Configuration, given: argparse.Namespace) -> Trace | None:
    """Calibrate, then solve, each in a process of its own; None, with the reason on stderr, where that fails."""
    request = {
        "instance": str(given.instance),
        "overlays": [str(overlay) for overlay in given.overlay],
        "seconds": given.seconds,
        "gap": given.gap,
        "options": configuration.options,
    }
    try:
        calibration = float(_run("calibrate.py"))
        said: dict[str, Any] = json.loads(_run("trace_one.py", json.dumps(request)))
    except subprocess.CalledProcessError as error:
        print(error.stderr, file=sys.stderr)
        return None
    rows = tuple(Row(**row) for row in said.pop("rows"))
    return Trace(configuration=configuration, rows=rows, calibration=calibration, **said)


def _run(script: str, *words: str) -> str:
    """Standard output of a script beside this one, run by the same Python."""
    command = [sys.executable, str(HERE / script), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True, encoding="utf-8").stdout


if __name__ == "__main__":
    sys.exit(main())
