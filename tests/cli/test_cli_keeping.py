"""Results of analyses are printed before they are kept, and what is found is kept as it comes."""

from __future__ import annotations

import errno
import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import sequencer as sq
from sequencer.errors import SolverError
from sequencer.run import atomic
from sequencer.study import in_order, ladders

ARGS = ("--gap", "0", "--threads", "1")
WAIT = Path(__file__).parents[2] / "instances" / "tiny" / "wait-and-see"
UNSURE = """
[[change]]
table = "drivers"
where = { id = "remote" }
field = "potential_low"
set = 0
"""


@pytest.fixture
def analyses(ex):
    """Every analysis that keeps a folder, by its picture: its arguments, and what it prints."""
    unsure = ex.parent / "unsure.toml"
    unsure.write_text(UNSURE, encoding="utf-8")
    varied = ("sensitivity", ex, "--overlay", unsure)
    return {
        "frontier": (("frontier", ex, "--x", "npv", "--y", "cost", "--points", "3"), "Limits tried"),
        "ladder": (("ladder", ex, "--cuts", "0.3"), "Price of nesting"),
        "tornado": (varied, "Fixed plan"),
        "information": ((*varied, "--information"), "Worth knowing"),
        "breakpoints": (
            ("sensitivity", ex, "--breakpoints", "drivers.remote.potential", "--from", "0", "--to", "4"),
            "Where the best plan changes",
        ),
        "robust": (("robust", WAIT, "--aim", "regret"), "What they do differently"),
        "stages": (("stages", WAIT), "Decided later"),
    }


KINDS = ("frontier", "ladder", "tornado", "information", "breakpoints", "robust", "stages")


def full(monkeypatch, name):
    """A disk on which there is no room for a file."""
    real = atomic.write_text

    def write(path, text):
        if path.name == name:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(path, text)

    monkeypatch.setattr(atomic, "write_text", write)


@pytest.mark.parametrize("kind", KINDS)
def test_a_result_that_cannot_be_kept_is_printed(run_cli, analyses, here, monkeypatch, kind):
    full(monkeypatch, f"{kind}.json")
    given, printed = analyses[kind]
    done = run_cli(*given, "-o", "out", *ARGS)
    assert done.exit_code == 1
    assert printed in " ".join(done.stdout.split())
    assert "Error: out cannot be written (No space left on device). The result is printed, not kept." in done.stderr
    assert "Kept in" not in done.stderr
    assert not (here / "out").exists()
    as_json = run_cli(*given, "-o", "new", "--json", *ARGS)
    assert (as_json.exit_code, bool(json.loads(as_json.stdout))) == (1, True)


def test_a_result_is_printed_before_its_files_are_made(run_cli, analyses, here, monkeypatch):
    def broken(_):
        message = "no such column"
        raise ValueError(message)

    monkeypatch.setattr("sequencer.cli.frontier._texts", broken)
    done = run_cli(*analyses["frontier"][0], "-o", "out", *ARGS)
    assert done.exit_code == 1
    assert "Limits tried" in done.stdout
    assert "no such column" in done.stderr
    assert (here / "out-unfinished" / "found-001.json").is_file()


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_that_cannot_be_drawn_costs_the_picture(run_cli, analyses, here, monkeypatch, kind):
    def broken(*_, **__):
        message = "no such colour"
        raise ValueError(message)

    monkeypatch.setattr("sequencer.report.figures.style.save", broken)
    given, printed = analyses[kind]
    done = run_cli(*given, "-o", "out", *ARGS)
    assert done.exit_code == 1
    assert printed in " ".join(done.stdout.split())
    assert "Error: the picture could not be drawn (no such colour). All else is kept." in done.stderr
    assert (here / "out" / f"{kind}.json").is_file()
    assert not (here / "out" / f"{kind}.png").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_where_the_folder_cannot_be_made_nothing_is_solved(run_cli, analyses, here, monkeypatch, kind):
    real = Path.mkdir

    def closed(path, *args, **options):
        if path.name.startswith("out"):
            raise PermissionError(errno.EACCES, "Permission denied")
        real(path, *args, **options)

    def solved(*_, **__):
        pytest.fail("something was solved")

    monkeypatch.setattr(Path, "mkdir", closed)
    for module in ("in_order", "ladders", "sensitivity", "information", "breaks", "robust"):
        monkeypatch.setattr(f"sequencer.study.{module}.solve", solved)
    monkeypatch.setattr("sequencer.solver.solve.solve", solved)
    done = run_cli(*analyses[kind][0], "-o", "out", *ARGS)
    assert done.exit_code == 2
    assert "out cannot be made (Permission denied); nothing was started" in done.stderr


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_of_results_is_whole_and_nothing_is_left_beside_it(run_cli, analyses, here, kind):
    done = run_cli(*analyses[kind][0], "-o", "out", *ARGS)
    assert done.exit_code == 0, done.stderr
    assert not (here / "out-unfinished").exists()
    names = {file.name for file in (here / "out").iterdir()}
    assert {f"{kind}.json", f"{kind}.png"} <= names
    # What was stored on the way has made room for the result.
    assert not [name for name in names if name.startswith((".tmp-", "found-", "plan-alone-", "plan-mean"))]


def test_who_reads_no_further_than_the_first_lines_finds_the_rest_in_the_folder(run_cli, analyses, here, monkeypatch):
    def closed(_):
        raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("sequencer.cli.frontier.echo_report", closed)
    run_cli(*analyses["frontier"][0], "-o", "out", *ARGS)
    assert (here / "out" / "plan-01.json").is_file()


# -- on the way -------------------------------------------------------------------------------------------------------


def failing(monkeypatch, module, number, error):
    """The solve of this number ends with an error, the first having number 1."""
    real, count = module.solve, iter(range(1, 100))

    def solve(instance, **options):
        if next(count) == number:
            raise error
        return real(instance, **options)

    monkeypatch.setattr(module, "solve", solve)


def test_what_fails_after_hours_leaves_the_plans_found(run_cli, analyses, here, monkeypatch):
    for kind, module in (("frontier", in_order), ("ladder", ladders)):
        with monkeypatch.context() as changed:
            failing(changed, module, 3, SolverError("the solver ended in a state it should not"))
            done = run_cli(*analyses[kind][0], "-o", kind, *ARGS)
        assert done.exit_code == 1
        assert f"What was found by then is in {kind}-unfinished." in done.stderr
        assert not (here / kind).exists()
        files = sorted((here / f"{kind}-unfinished").iterdir())
        assert [file.name for file in files] == ["found-001.json", "found-002.json"]
        assert sq.evaluate(sq.read(here / "ex"), sq.read_plan(files[0])).feasible
        # They are not overwritten by the next attempt.
        again = run_cli(*analyses[kind][0], "-o", kind, *ARGS)
        assert again.exit_code == 2
        assert f"{kind}-unfinished is what an analysis left that was stopped" in again.stderr


KILLED = """
import os, signal
from sequencer.study import in_order
from sequencer.__main__ import main

real, count = in_order.solve, iter(range(100))

def solve(*given, **options):
    if next(count) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **options)

in_order.solve = solve
main()
"""


def test_kill_leaves_the_plans_found(ex, here):
    given = ("frontier", "ex", "--x", "npv", "--y", "cost", "--points", "3", "-o", "out", *ARGS)
    done = subprocess.run([sys.executable, "-c", KILLED, *given], capture_output=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL
    assert not (here / "out").exists()
    best = sq.read_plan(here / "out-unfinished" / "found-001.json")
    assert sq.evaluate(sq.read(ex), best).npv > 0


def test_what_comes_to_nothing_leaves_nothing(run_cli, ex, here):
    done = run_cli("frontier", ex, "--x", "npv", "--y", "benefit_to_cost", "-o", "out")
    assert done.exit_code == 2
    assert {file.name for file in here.iterdir()} == {"ex"}


def test_a_plan_that_cannot_be_stored_on_the_way_stops_nothing(run_cli, analyses, here, monkeypatch):
    full(monkeypatch, "found-001.json")
    done = run_cli(*analyses["frontier"][0], "-o", "out", *ARGS)
    assert done.exit_code == 0, done.stderr
    assert "found-001.json could not be written: No space left on device" in done.stderr
    assert (here / "out" / "plan-01.json").is_file()


# -- plans are plans of the instance ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "plans"),
    [
        (("frontier", "ex", "--x", "npv", "--y", "cost", "--points", "3"), ["plan-01.json", "plan-03.json"]),
        (("ladder", "ex", "--cuts", "0.3", "--anchor", "core"), ["plan-cut-0.json"]),
        (("robust", "ex", "--draws", "2", "--level", "50%"), ["plan-base.json", "plan-robust.json"]),
        (("robust", "ex", "--draws", "2", "--aim", "regret"), ["plan-base.json", "plan-robust.json"]),
        (("stages", "ex", "--draws", "2"), ["plan-draw-1.json", "plan-draw-2.json"]),
    ],
)
def test_a_plan_kept_is_one_for_the_instance_that_was_read(run_cli, ex, given, plans):
    assert run_cli(*given, "-o", "out", "--gap", "5%", "--threads", "1").exit_code == 0
    for plan in plans:
        done = run_cli("evaluate", "ex", f"out/{plan}")
        assert done.exit_code == 0, done.stdout
        assert "another version" not in done.stderr
    # The note is there where it is true.
    overlay = ex.parent / "less.toml"
    overlay.write_text('[[change]]\ntable = "budgets"\nfield = "amount"\nscale = 0.99\n', encoding="utf-8")
    assert "another version" in run_cli("evaluate", "ex", f"out/{plans[0]}", "--overlay", overlay).stderr
