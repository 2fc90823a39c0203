"""A process killed at any moment leaves a folder that can be read, shown and replaced."""

import os
import signal
import subprocess
import sys
import time

import pytest

from sequencer.errors import RunError
from sequencer.run.folder import RunFolder, read_run
from sequencer.run.lock import LOCK_NAME, Lock, holder

WRITER = """
import sys
from importlib.resources import files
from sequencer.instance.reader import read
from sequencer.plan.plan import Adoption, Plan
from sequencer.run.folder import RunFolder
from sequencer.solver.events import Improved

instance = read(str(files("sequencer.cli") / "example"))
print("ready", flush=True)
with RunFolder.create(sys.argv[1], instance, {}) as folder:
    for number in range(10**6):
        wave = 1 + number % 4
        plan = Plan((Adoption("data:1", wave), Adoption("skills:1", wave)))
        folder.trace(Improved(float(number), plan, float(number)))
"""


def start(path):
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


@pytest.mark.parametrize("delay", [0.0, 0.002, 0.005, 0.01, 0.05, 0.15])
def test_a_killed_run_is_read_or_says_that_it_has_nothing_yet(tmp_path, instance, result, delay):
    process = start(tmp_path / "run")
    time.sleep(delay)
    kill(process)
    if not (tmp_path / "run").exists():
        return
    try:
        run = read_run(tmp_path / "run")
    except RunError as error:
        assert "unfinished run that stopped before its instance was stored" in str(error) or "no options.json" in str(
            error
        )
    else:
        assert not run.complete
        assert not run.active
        assert run.instance.fingerprint == instance.fingerprint
        # the two steps always start in the same wave: never half of one plan and half of another
        assert run.plan is None or run.plan.wave("data:1") == run.plan.wave("skills:1") is not None
    with RunFolder.create(tmp_path / "run", instance, {}, force=True) as folder:
        folder.finish(result)
    assert read_run(tmp_path / "run").complete
    assert not [p for p in (tmp_path / "run").iterdir() if p.name.startswith(".tmp-")]


def test_a_live_process_is_told_from_a_dead_one(tmp_path, instance):
    process = start(tmp_path / "run")
    while not (tmp_path / "run/plan.json").exists():
        time.sleep(0.01)
    assert holder(tmp_path / "run") == process.pid
    assert read_run(tmp_path / "run").active
    with pytest.raises(RunError, match=f"being written by process {process.pid}"):
        RunFolder.create(tmp_path / "run", instance, {}, force=True)
    kill(process)
    assert (tmp_path / "run" / LOCK_NAME).exists()
    assert holder(tmp_path / "run") is None
    RunFolder.create(tmp_path / "run", instance, {}, force=True).__exit__(None, None, None)


def test_a_lock_is_not_taken_on_a_file_that_its_owner_removed(tmp_path, monkeypatch):
    real = os.open
    removed = []

    def open_then_lose(path, *rest):
        handle = real(path, *rest)
        if str(path).endswith(LOCK_NAME) and not removed:
            (tmp_path / LOCK_NAME).unlink()
            removed.append(path)
        return handle

    monkeypatch.setattr(os, "open", open_then_lose)
    lock = Lock(tmp_path)
    assert removed
    assert (tmp_path / LOCK_NAME).read_text() == f"{os.getpid()}\n"
    lock.release()
    assert not (tmp_path / LOCK_NAME).exists()
