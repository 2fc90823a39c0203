"""Kill studies at random moments and compare their tables with that of one that was left alone.

Three studies of the same work-limited cases have to end with the same table, seconds and host aside: one case after
the other, killed at random moments and resumed; on processes of this machine, killed likewise; and by two workers of a
scheduler, of which one is killed. From the root of the repository::

    python tests/benchmarks/study_kill.py --cases 200 --folder /tmp/study-kill

Nothing here is timed. On two cores 200 cases take about a quarter of an hour in all.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]
LOOK_SECONDS = 0.005

CASES = """
name = "Work-limited cases"
instance = "{instance}"
{changes}

[solve]
gap = 0
deterministic = true
max_nodes = 1
start_plan = false
tighten = false

[[case]]
id = "base"

[[sample]]
id = "draw"
parent = "base"
count = {count}
seed = 11

[[sample.factor]]
name = "worth"
table = "drivers"
field = "potential"
low = 0.6
base = 1.0
high = 1.3

[[sample.factor]]
name = "money"
table = "budgets"
field = "amount"
low = 0.7
base = 1.0
high = 1.1
"""
FEWER = 'locks = ["!predictive", "!contracts", "!training", "!tenders", "!consignment"]'
"""Of instances/medium, so that a case takes a second and ends at its limit of work."""


def write_study(file: Path, count: int, instance: str = "medium", changes: str = FEWER) -> Path:
    """Write a study of so many cases in all."""
    folder = (ROOT / "instances" / instance).as_posix()
    file.write_text(CASES.format(instance=folder, changes=changes, count=count - 1), encoding="utf-8")
    return file


def start(file: Path, folder: Path, options: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start a study from its command, in a process of its own."""
    command = [
        sys.executable,
        "-m",
        "sequencer",
        "study",
        "run",
        str(file),
        "-o",
        str(folder),
        "-q",
        "--json",
        *options,
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment)


def finish(file: Path, folder: Path, options: Sequence[str]) -> None:
    """Run a study to its end."""
    code = start(file, folder, options).wait()
    if code != 0:
        message = f"the study ended with exit code {code}"
        raise AssertionError(message)


def done(folder: Path) -> int:
    """Results there are."""
    return len(list((folder / "cases").glob("[!.]*.json")))


def kill_after(file: Path, folder: Path, options: Sequence[str], results: int, delay: float = 0.0) -> int:
    """Run a study and kill it (SIGKILL) a moment after it has so many results; return how many there were then."""
    process = start(file, folder, options)
    while done(folder) < results and process.poll() is None:
        time.sleep(LOOK_SECONDS)
    time.sleep(delay)
    process.kill()
    process.wait()
    return done(folder)


def killed(file: Path, folder: Path, options: Sequence[str], count: int, times: int, rng: random.Random) -> list[int]:
    """Run a study that is killed so many times, and then to its end; return the results there were at each kill."""
    moments = sorted(rng.sample(range(1, count), times))
    seen = [kill_after(file, folder, options, moment, rng.random()) for moment in moments]
    finish(file, folder, options)
    return seen


def stable(folder: Path) -> pd.DataFrame:
    """The table without what may differ from run to run."""
    csv = pd.read_csv(folder / "results.csv").drop(columns=["seconds", "host"])
    parquet = pd.read_parquet(folder / "results.parquet").drop(columns=["seconds", "host"])
    pd.testing.assert_frame_equal(csv.astype(object).fillna(""), parquet.astype(object).fillna(""), check_dtype=False)
    return csv


@contextmanager
def scheduler(workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and separate worker processes on this machine; its address, and the workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"
    }  # fmt: skip
    where = ["--host", "127.0.0.1", "--no-dashboard"]
    started = [_dask("scheduler", *where, "--port", str(port), environment=environment)]
    try:
        made = [
            _dask("worker", address, *where, "--nthreads", "1", "--no-nanny", environment=environment)
            for _ in range(workers)
        ]
        started += made
        yield address, made
    finally:
        for process in reversed(started):
            process.send_signal(signal.SIGKILL)
            process.wait()


def _dask(*words: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "dask", *words]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def by_scheduler(file: Path, folder: Path, count: int) -> int:
    """Run a study by two workers of a scheduler, kill one half-way; return how many results there were then."""
    with scheduler(2) as (address, workers):
        process = start(file, folder, ["--scheduler", address])
        while done(folder) < count // 2 and process.poll() is None:
            time.sleep(LOOK_SECONDS)
        workers[0].kill()
        seen = done(folder)
        code = process.wait()
    if code != 0:
        message = f"the study ended with exit code {code}"
        raise AssertionError(message)
    return seen


def main() -> None:
    """Run all three, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, required=True)
    given = parser.parse_args()
    given.folder.mkdir(parents=True)
    file = write_study(given.folder / "study.toml", given.cases)
    rng = random.Random(given.seed)  # noqa: S311
    finish(file, given.folder / "alone", ["--workers", "1"])
    expected = stable(given.folder / "alone")
    print("left alone:", dict(expected["termination"].value_counts()), flush=True)
    for name, options in (("serial", ["--workers", "1"]), ("local", ["--workers", "2"])):
        seen = killed(file, given.folder / name, options, given.cases, given.kills, rng)
        pd.testing.assert_frame_equal(stable(given.folder / name), expected, check_exact=True)
        print(f"{name}: killed with {seen} results; the same table", flush=True)
    seen = [by_scheduler(file, given.folder / "scheduler", given.cases)]
    pd.testing.assert_frame_equal(stable(given.folder / "scheduler"), expected, check_exact=True)
    print(f"scheduler: a worker of two killed with {seen} results; the same table", flush=True)


if __name__ == "__main__":
    main()
