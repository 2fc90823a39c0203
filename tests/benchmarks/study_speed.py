"""How much faster a study is by several workers than by one, where cases take seconds.

The same deterministic cases are solved one after the other and by several processes. Compared is the time from the
first case handed out to the last result, without what starting the processes takes; the time with it is told as well.
From the root of the repository, on a machine that does nothing else::

    python tests/benchmarks/study_speed.py --cases 8 --workers 2 --folder /tmp/study-speed

With the defaults, a case takes from five to ten seconds on one core, and the whole about two minutes.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import pandas as pd
import study_kill

from sequencer.study.cluster import Cluster
from sequencer.study.executor import Executor, SerialExecutor
from sequencer.study.reading import Study, read_study
from sequencer.study.running import solve_case

ASKED = 1.6
"""Times faster that two workers are to be."""


def timed(study: Study, executor: Executor) -> tuple[float, list[float | None], list[float]]:
    """Seconds to solve all cases, their objectives, and the seconds of each."""
    began = time.monotonic()
    results = list(executor.map(solve_case, [planned.case for planned in study.cases]))
    return time.monotonic() - began, [r.objective for r in results], [r.seconds for r in results]


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=8)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    given.folder.mkdir(parents=True)
    text = study_kill.CASES.replace('parent = "base"\n', "").replace("max_nodes = 1\n", "max_nodes = 16\n")
    folder = (study_kill.ROOT / "instances" / "medium").as_posix()
    file = given.folder / "study.toml"
    file.write_text(text.format(instance=folder, changes="", count=given.cases - 1), encoding="utf-8")
    study = read_study(file)
    with SerialExecutor() as one:
        alone, expected, each = timed(study, one)
    print(f"one after the other: {alone:.1f} s, {min(each):.1f} to {max(each):.1f} s a case", flush=True)
    began = time.monotonic()
    with Cluster(given.workers) as several:
        list(several.map(_load, range(given.workers)))
        ready = time.monotonic() - began
        together, found, each = timed(study, several)
    if found != expected:
        message = "the cases have other results by several workers"
        raise AssertionError(message)
    print(f"{given.workers} workers: {together:.1f} s, {min(each):.1f} to {max(each):.1f} s a case", flush=True)
    told = pd.DataFrame(
        {"times faster": [alone / together, alone / (together + ready)]},
        index=["without starting processes", f"with it ({ready:.1f} s)"],
    )
    print(told.round(2).to_string())
    print(f"asked for: {ASKED} with 2 workers, without starting processes")


def _load(_: int) -> None:
    """Load what a solve needs, as a worker does once."""
    import sequencer.solver.solve  # noqa: F401


if __name__ == "__main__":
    main()
