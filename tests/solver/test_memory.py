"""The limit of memory: what counts as a size, what the process takes, and how a solve ends at it."""

import math
import sys
import types

import numpy as np
import pytest

from sequencer.errors import SequencerError
from sequencer.instance.reader import read
from sequencer.solver import memory as module
from sequencer.solver.events import Progress
from sequencer.solver.memory import MemoryWatch, bytes_of, resident
from sequencer.solver.options import SolveOptions
from sequencer.solver.solve import solve
from sequencer.types import Termination
from tests.model.tools import driver, make


@pytest.fixture(scope="module")
def medium():
    return read("instances/medium")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4GB", 4 * 10**9),
        ("4 gb", 4 * 10**9),
        ("1.5GiB", 3 * 2**29),
        ("500MB", 5 * 10**8),
        ("2k", 2000),
        ("1T", 10**12),
        ("7", 7),
        ("", None),
        ("GB", None),
        ("4XB", None),
        ("-4GB", None),
        ("4GB 2", None),
    ],
)
def test_sizes(text, size):
    assert bytes_of(text) == size


def test_what_the_process_takes_grows_with_what_it_holds():
    before = resident()
    held = np.ones(50_000_000 // 8)
    assert resident() - before > 0.8 * held.nbytes


def test_where_the_present_is_not_told_the_most_so_far_counts(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "STATM", tmp_path / "none")
    usage = types.SimpleNamespace(getrusage=lambda _: types.SimpleNamespace(ru_maxrss=3000), RUSAGE_SELF=0)
    monkeypatch.setitem(sys.modules, "resource", usage)
    assert resident() == 3000 * 1024
    monkeypatch.setattr(sys, "platform", "darwin")
    assert resident() == 3000


def test_a_limit_needs_a_system_that_tells(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "STATM", tmp_path / "none")
    monkeypatch.setitem(sys.modules, "resource", None)
    assert resident() is None
    with pytest.raises(SequencerError, match="leave the limit of memory out"):
        solve(make(), memory="1GB")
    assert solve(make()).termination is Termination.GAP_REACHED


def test_the_watch_sees_what_happens_meanwhile(monkeypatch):
    taken = iter([5, 9, 11])
    monkeypatch.setattr(module, "resident", lambda: next(taken))
    with MemoryWatch(10) as watch:
        assert watch.passed.wait(10)
    assert next(taken, None) is None
    with MemoryWatch(None) as watch:
        assert not watch.passed.is_set()


def test_a_tiny_limit_still_gives_the_start_plan(medium):
    result = solve(medium, gap=0, memory=1)
    assert result.termination is Termination.MEMORY_LIMIT
    assert result.evaluation.feasible
    assert result.plan.adoptions
    assert result.objective < result.bound < math.inf


def test_without_a_start_plan_there_is_none():
    result = solve(make(drivers=[driver()]), memory=1, start_plan=False)
    assert (result.termination, result.plan) == (Termination.MEMORY_LIMIT, None)


@pytest.mark.parametrize("phase", ["tightening", "core decisions", "search"])
@pytest.mark.parametrize("threads", [1, 2])
def test_a_limit_that_is_passed_in_any_phase_ends_the_solve(medium, monkeypatch, phase, threads):
    phases = []

    def listen(event):
        if isinstance(event, Progress):
            phases.append(event.phase)

    monkeypatch.setattr(module, "resident", lambda: 2 if phase in phases else 1)
    # With gap 0 everything is whole at once, and rows are tightened before, not beside the improving of plans.
    gap = 0 if phase == "search" else 1e-6
    result = solve(medium, gap=gap, memory=1, threads=threads, listeners=[listen])
    assert result.termination is Termination.MEMORY_LIMIT
    assert result.evaluation.feasible
    assert result.objective <= result.bound
    after = phases[phases.index(phase) :]
    assert set(after) <= {phase, "evaluate"}


def test_goals_that_are_left_are_not_searched_for(medium, monkeypatch):
    phases = []
    monkeypatch.setattr(module, "resident", lambda: 2 if "search" in phases else 1)
    settings = medium.settings.model_copy(update={"objective": "npv adoptions"})
    two = medium.model_copy(update={"settings": settings})
    result = solve(
        two, gap=0, memory=1, listeners=[lambda e: phases.append(e.phase) if isinstance(e, Progress) else None]
    )
    assert result.termination is Termination.MEMORY_LIMIT
    assert "next goal" not in phases
    assert [level.measure for level in result.levels] == ["npv", "adoptions"]


def test_a_limit_that_is_not_reached_changes_nothing():
    instance = make(drivers=[driver()])
    result = solve(instance, gap=0, memory="1TB")
    assert result.termination is Termination.GAP_REACHED
    assert result.plan == solve(instance, gap=0).plan


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "much", "0GB"])
def test_what_is_no_size_is_refused(wrong):
    with pytest.raises(SequencerError, match="'4GB' or '500MB'"):
        SolveOptions(memory=wrong)


def test_a_deterministic_solve_has_no_such_limit():
    with pytest.raises(SequencerError, match="cannot have a memory limit"):
        SolveOptions(deterministic=True, memory="4GB")


def test_options_say_it_in_bytes():
    assert SolveOptions(memory="4GB").to_dict()["memory"] == 4 * 10**9
    assert SolveOptions(**SolveOptions(memory="4GB").to_dict()).memory_bytes == 4 * 10**9
