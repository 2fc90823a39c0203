"""``solve``: what goes where, what is kept, and every exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

import sequencer.solver.solve as solving
from sequencer.errors import DisagreementError, RunError, SolverError
from sequencer.run.folder import RunFolder, read_run
from sequencer.run.reading import RESULT_KEYS
from sequencer.solver import interfaces
from sequencer.solver.conflict import conflict_of
from sequencer.solver.events import Improved, Progress, StartRepaired
from sequencer.types import RuleRef, Termination


@pytest.fixture
def fake(monkeypatch):
    """Let ``solve`` do what a test says with the result that the real one would return."""

    def install(do):
        real = solving.solve

        def solve(instance, **options):
            return do(instance, options, lambda: real(instance, **options))

        monkeypatch.setattr(solving, "solve", solve)

    return install


def test_json_is_the_object_of_the_contract_and_alone_on_stdout(run_cli, ex):
    done = run_cli("solve", "ex", "--gap", "0", "--json")
    assert done.exit_code == 0
    result = json.loads(done.stdout)
    assert tuple(result) == RESULT_KEYS
    assert result["termination"] == "gap_reached"
    assert result["plan"] is True
    assert result["proven_optimal"] is True
    assert result["npv"] == pytest.approx(result["objective"], rel=1e-9)
    assert result["gap"] <= 1e-6
    assert (result["currency"], result["unit"], result["measure"]) == ("EUR", 1e6, "npv")
    assert result["run"] is None
    assert len(result["fingerprint"]) == 64
    assert "Nothing is kept on disk" in done.stderr


def test_tables_go_to_stdout_and_progress_and_hints_to_stderr(run_cli, ex):
    done = run_cli("solve", "ex", "-o", "run")
    assert done.exit_code == 0
    assert "Net present value EUR M" in done.stdout
    assert "Roadmap" in done.stdout
    assert "searching" in done.stderr
    assert "sequencer show run" in done.stderr
    assert "sequencer plot run -o gantt.png" in done.stderr
    assert "searching" not in done.stdout
    assert "sequencer" not in done.stdout


@pytest.mark.parametrize("place", ["before", "after"])
def test_quiet_leaves_the_result_alone(run_cli, ex, place):
    done = run_cli("-q", "solve", "ex") if place == "before" else run_cli("solve", "ex", "-q")
    assert done.stderr == ""
    assert "Roadmap" in done.stdout


def test_the_run_folder_holds_what_was_printed_and_asked_for(run_cli, ex, here):
    done = run_cli(
        "solve",
        here / "ex",
        "--gap",
        "2%",
        "--time-limit",
        "1m",
        "--threads",
        "1",
        "--seed",
        "7",
        "-o",
        "run",
        "--json",
    )
    run = read_run(here / "run")
    assert run.complete
    assert json.loads(done.stdout) == run.result
    assert run.result["run"] == "run"
    assert run.options == {
        "instance": "ex",
        "overlays": [],
        "locks": [],
        "objective": None,
        "gap": 0.02,
        "time_limit": 60.0,
        "threads": 1,
        "seed": 7,
        "start": None,
        "formulation": "compact",
        "deterministic": False,
        "max_nodes": None,
        "memory": None,
        "solver": None,
    }


def test_overlays_and_locks_are_stored_resolved(run_cli, ex, here):
    (here / "less.toml").write_text(
        '[[change]]\ntable = "budgets"\nwhere = { pot = "hq" }\nfield = "amount"\nscale = 0.5\n'
    )
    done = run_cli("solve", "ex", "--overlay", "less.toml", "--lock", "!remote", "-o", "run", "-q")
    assert done.exit_code == 0
    run = read_run(here / "run")
    # 0.5 * 1.8 in wave 1
    assert run.instance.budget["hq"][0] == pytest.approx(0.9)
    assert run.plan.wave("remote") is None
    assert run.options["overlays"] == ["less.toml"]
    assert run.options["locks"] == ["!remote"]


def test_options_reach_the_solver_and_the_time_limit_counts_from_the_start_of_the_process(run_cli, ex, fake):
    seen = {}

    def look(instance, options, real):
        seen.update(options)
        return real()

    fake(look)
    run_cli("solve", "ex", "--gap", "3%", "--time-limit", "90s", "--seed", "5", "--formulation", "cells")
    assert (seen["gap"], seen["seed"], seen["formulation"], seen["threads"]) == (0.03, 5, "cells", None)
    assert 0 < seen["time_limit"] < 90


def test_another_solver_finds_the_same_and_is_named_while_it_works(run_cli, ex, here):
    own = run_cli("solve", "ex", "--gap", "0", "--json")
    done = run_cli("solve", "ex", "--gap", "0", "--solver", "highs", "-o", "run", "--json")
    assert done.exit_code == 0
    assert "searching with highs" in done.stderr
    goals = [json.loads(said.stdout)["goals"] for said in (own, done)]
    assert goals[0] == goals[1]
    assert read_run(here / "run").options["solver"] == "highs"


def test_a_solver_that_is_not_installed(run_cli, ex, monkeypatch):
    monkeypatch.setitem(interfaces.INTERFACES, "cbc", interfaces.Program("nowhere", "get it", "ratio"))
    done = run_cli("solve", "ex", "--solver", "cbc")
    assert done.exit_code == 2
    assert "the solver 'cbc' is not installed (get it); there are: highs" in done.stderr


def test_at_the_limit_of_memory_the_best_plan_is_kept(run_cli, ex, here):
    done = run_cli("solve", "ex", "--memory", "1kB", "-o", "run", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["termination"] == "memory_limit"
    assert "The memory limit is reached" in done.stderr
    run = read_run(here / "run")
    assert run.options["memory"] == 1000
    assert run.plan is not None


def test_without_a_plan_at_the_limit_of_memory_more_of_it_is_asked_for(run_cli, ex, fake):
    fake(ended(Termination.MEMORY_LIMIT, **NO_PLAN))
    done = run_cli("solve", "ex", "--memory", "4GB")
    assert done.exit_code == 4
    assert "Give more memory (--memory), or a plan to start from" in done.stderr


def test_a_start_plan_is_taken_from_a_run_or_a_file(run_cli, ex, fake, a_run, here):
    seen = []

    def look(instance, options, real):
        seen.append(options["start"])
        return real()

    fake(look)
    (here / "plan.csv").write_text("id,wave,mode\ndata:1,2,\n")
    for start in ("run", "run/plan.json", "plan.csv"):
        assert run_cli("solve", "ex", "--start", start, "-q").exit_code == 0
    assert seen[0] == seen[1] == read_run(a_run).plan
    assert seen[2].wave("data:1") == 2


def test_what_a_start_plan_loses_is_listed(run_cli, ex, fake):
    def repaired(instance, options, real):
        for listener in options["listeners"]:
            listener(StartRepaired(0.1, ("gone", "lost")))
        return real()

    fake(repaired)
    assert "left out: gone, lost" in run_cli("solve", "ex").stderr


def test_a_start_plan_that_only_moves_loses_nothing(run_cli, ex, fake):
    def moved(instance, options, real):
        for listener in options["listeners"]:
            listener(StartRepaired(0.1, ()))
        return real()

    fake(moved)
    text = run_cli("solve", "ex").stderr
    assert "does not fit as it is; some starts are moved." in text


def test_a_start_plan_of_another_instance_is_used_with_a_note(run_cli, ex, a_run):
    done = run_cli("solve", "ex", "--start", "run", "--lock", "!remote")
    assert done.exit_code == 0
    assert "made for another version of this instance" in done.stderr


# -- exit codes --------------------


def ended(termination, **changes):
    """Result of the real solve, ended otherwise."""

    def do(instance, options, real):
        return replace(real(), termination=termination, **changes)

    return do


NO_PLAN = {"plan": None, "evaluation": None, "objective": None}


@pytest.mark.parametrize(
    ("termination", "changes", "code"),
    [
        (Termination.GAP_REACHED, {}, 0),
        (Termination.TIME_LIMIT, {"bound": 20.0}, 0),
        (Termination.TIME_LIMIT, {"bound": None}, 0),
        (Termination.WORK_LIMIT, {}, 0),
        (Termination.MEMORY_LIMIT, {}, 0),
        (Termination.MEMORY, {}, 0),
        (Termination.INFEASIBLE, {**NO_PLAN, "bound": None}, 3),
        (Termination.TIME_LIMIT, {**NO_PLAN, "bound": None}, 4),
        (Termination.TIME_LIMIT, NO_PLAN, 4),
        (Termination.MEMORY, NO_PLAN, 4),
        (Termination.MEMORY_LIMIT, NO_PLAN, 4),
        (Termination.INTERRUPTED, {}, 130),
        (Termination.INTERRUPTED, NO_PLAN, 130),
        (Termination.ERROR, NO_PLAN, 1),
    ],
)
def test_every_end_has_its_exit_code_and_its_json(run_cli, ex, fake, here, termination, changes, code):
    fake(ended(termination, **changes))
    done = run_cli("solve", "ex", "--json", "-o", "run")
    assert done.exit_code == code
    result = json.loads(done.stdout)
    assert tuple(result) == RESULT_KEYS
    assert result["termination"] == str(termination)
    assert result["plan"] is ("plan" not in changes)
    assert read_run(here / "run").result == result
    said = run_cli("solve", "ex")
    assert said.exit_code == code
    assert ("Roadmap" in said.stdout) is result["plan"]
    assert result["plan"] or "No plan was found" in said.stderr or "Infeasible" in said.stderr


def explained(conflict):
    """Result of the real solve with a conflict, or none."""

    def do(instance, options, real):
        return replace(real(), conflict=conflict(instance) if callable(conflict) else conflict)

    return do


def test_a_clash_of_rules_is_named(run_cli, ex, fake):
    conflict = (RuleRef("budgets", ("hq",), 1), RuleRef("budgets", ("hq",), 2), RuleRef("locks", ("remote", "must")))
    fake(ended(Termination.INFEASIBLE, **NO_PLAN, bound=None, conflict=conflict))
    done = run_cli("solve", "ex")
    assert done.exit_code == 3
    assert done.stderr.endswith(
        "Infeasible: no plan keeps all rules.\n"
        "These rules cannot hold together:\n"
        "  Remote engagement must be adopted\n"
        "  Budget of hq (waves 1–2)\n"
        "Loosen or lift at least one of them (an --overlay can).\n"
    )
    assert tuple(json.loads(run_cli("solve", "ex", "--json").stdout)) == RESULT_KEYS


def test_a_rule_that_clashes_with_itself_is_named(run_cli, ex, fake):
    conflict = (RuleRef("locks", ("remote", "must")),)
    fake(ended(Termination.INFEASIBLE, **NO_PLAN, bound=None, conflict=conflict))
    text = run_cli("solve", "ex").stderr
    assert (
        "This rule cannot be kept:\n  Remote engagement must be adopted\nLoosen or lift it (an --overlay can)." in text
    )


@pytest.mark.parametrize("conflict", [(), conflict_of], ids=["unexplained", "explained"])
def test_infeasible_locks_end_with_3(run_cli, ex, fake, conflict):
    # remote needs data:2, which is live in wave 3 at the earliest: data:1 in wave 1, data:2 in wave 2, one wave each
    fake(explained(conflict))
    done = run_cli("solve", "ex", "--lock", "remote=2", "--json")
    assert done.exit_code == 3
    result = json.loads(done.stdout)
    assert (result["termination"], result["plan"], result["objective"]) == ("infeasible", False, None)
    text = run_cli("solve", "ex", "--lock", "remote=2").stderr
    assert "Infeasible: no plan keeps all rules" in text
    assert "Remote engagement must be adopted by its lock, but cannot be: " in text
    assert "so it can start in wave 3 at the earliest" in text
    if conflict:
        clash = text.split("These rules cannot hold together:\n")[1].splitlines()[:5]
        assert clash[:2] == ["  Remote engagement must be adopted", "  Remote engagement starts in wave 2"]
        assert sorted(clash[2:4]) == [
            "  Customer data 2 after Customer data 1",
            "  Remote engagement needs Customer data 2",
        ]


def test_a_demand_that_money_does_not_allow_is_named(run_cli, ex, fake):
    # both drivers must be adopted, but nothing can be paid: every step costs something
    fake(explained(()))
    budgets = ex / "budgets.csv"
    budgets.write_text("pot,wave,amount\n" + "".join(f"hq,{w},0.05\n" for w in range(1, 5)))
    done = run_cli("solve", "ex", "--lock", "+remote")
    assert done.exit_code == 3
    assert "These rules demand something" in done.stderr
    assert "  Remote engagement must be adopted" in done.stderr
    assert "Customer data" not in done.stderr


def test_a_given_mandate_that_money_does_not_allow_is_named(run_cli, ex, fake):
    # the step to level 1 costs 0.1 in wave 1, of whose budget of 0.1 no more than 80 % is released
    fake(explained(()))
    settings = ex / "instance.toml"
    settings.write_text(settings.read_text() + 'mandate_path = "1 1 1 1"\n')
    budgets = ex / "budgets.csv"
    budgets.write_text("pot,wave,amount\n" + "".join(f"hq,{w},0.1\n" for w in range(1, 5)))
    done = run_cli("solve", "ex")
    assert done.exit_code == 3
    assert "  The mandate's level in each wave is given: 1, 1, 1, 1\n" in done.stderr


@pytest.mark.parametrize("error", [DisagreementError("3 is not 4"), SolverError("status 17"), ZeroDivisionError("0/0")])
def test_an_internal_disagreement_is_loud_and_still_prints_json(run_cli, ex, fake, here, error):
    def fail(*_):
        raise error

    fake(fail)
    done = run_cli("solve", "ex", "--json", "-o", "run")
    assert done.exit_code == 1
    result = json.loads(done.stdout)
    assert tuple(result) == RESULT_KEYS
    assert result["termination"] == "error"
    assert result["plan"] is False
    assert str(error) in done.stderr
    assert "Traceback" not in done.stderr
    assert not read_run(here / "run").complete


def test_memory_that_does_not_suffice_ends_with_4(run_cli, ex, fake):
    def fail(*_):
        raise MemoryError

    fake(fail)
    done = run_cli("solve", "ex", "--json")
    assert done.exit_code == 4
    assert json.loads(done.stdout)["termination"] == "memory"


def test_ctrl_c_outside_the_search_keeps_the_best_plan_so_far(run_cli, ex, fake, here):
    def interrupted(instance, options, real):
        plan = real().plan
        for listener in options["listeners"]:
            listener(Improved(1.0, plan, 1.0))
            listener(Progress(1.0, "search", 1.0, 1e4, 0.9999))
            listener(Progress(2.0, "ties", 1.0))
        raise KeyboardInterrupt

    fake(interrupted)
    done = run_cli("solve", "ex", "-o", "run", "--json")
    assert done.exit_code == 130
    result = json.loads(done.stdout)
    # What was told of as proven still is.
    assert (result["termination"], result["plan"], result["bound"]) == ("interrupted", True, 1e4)
    assert [goal["bound"] for goal in result["goals"]] == [1e4]
    assert result["npv"] > 0
    assert read_run(here / "run").plan is not None


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--deterministic", "--time-limit", "5m"), 2, "deterministic solve cannot have a time limit"),
        (("--solver", "cbc"), 2, "not installed"),
        (("--gap", "1%"), 130, "The run in run is left as it was."),
    ],
)
def test_what_comes_to_no_plan_does_not_replace_a_run(run_cli, a_run, ex, fake, monkeypatch, arguments, code, says):
    def interrupted(*_):
        raise KeyboardInterrupt

    fake(interrupted)
    monkeypatch.setitem(interfaces.INTERFACES, "cbc", interfaces.Program("nowhere", "get it", "ratio"))
    before = {file: file.read_bytes() for file in a_run.rglob("*") if file.is_file()}
    done = run_cli("solve", "ex", *arguments, "-o", "run", "--force")
    assert done.exit_code == code
    assert says in done.stderr
    assert {file: file.read_bytes() for file in a_run.rglob("*") if file.is_file()} == before
    # Nor is a folder left behind that would be in the way of the next command.
    assert run_cli("solve", "ex", *arguments, "-o", "new").exit_code == code
    assert (a_run.parent / "new").exists() == (code == 130)


def test_ctrl_c_while_the_result_is_kept_and_printed_breaks_nothing_off(run_cli, ex, here, monkeypatch):
    finish = RunFolder.finish

    def press(folder, result):
        os.kill(os.getpid(), signal.SIGINT)
        finish(folder, result)

    monkeypatch.setattr(RunFolder, "finish", press)
    monkeypatch.setattr("sequencer.cli.interrupt._presses", 0)
    before = signal.getsignal(signal.SIGINT)
    done = run_cli("solve", "ex", "-o", "run", "--json")
    assert done.exit_code == 0
    assert json.loads(done.stdout)["plan"]
    assert read_run(here / "run").complete
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_before_there_is_a_plan(run_cli, ex, fake, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    fake(interrupted)
    done = run_cli("solve", "ex", "--json")
    assert done.exit_code == 130
    assert json.loads(done.stdout)["plan"] is False
    monkeypatch.setattr("sequencer.cli.solve.load_instance", interrupted)
    done = run_cli("solve", "ex", "--json")
    assert done.exit_code == 130
    assert json.loads(done.stdout) == dict.fromkeys(RESULT_KEYS) | {
        "termination": "interrupted",
        "plan": False,
        "proven_optimal": False,
        "seconds": json.loads(done.stdout)["seconds"],
        "versions": json.loads(done.stdout)["versions"],
    }


def test_a_result_that_cannot_be_stored_is_printed_all_the_same(run_cli, ex, monkeypatch):
    def full(*_):
        message = "no space"
        raise RunError(message)

    monkeypatch.setattr(RunFolder, "finish", full)
    done = run_cli("solve", "ex", "-o", "run", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["plan"] is True
    assert "Error: no space" in done.stderr


def test_bad_input_lists_every_problem_and_ends_with_2(run_cli, ex, here):
    drivers = ex / "drivers.csv"
    drivers.write_text(drivers.read_text().replace(",9,0.8", ",nine,1.8"))
    done = run_cli("solve", "ex", "-o", "run")
    assert done.exit_code == 2
    assert "drivers.csv, row 2, column potential" in done.stderr
    assert "drivers.csv, row 2, column success" in done.stderr
    assert done.stdout == ""
    assert not (here / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("none",), "no such folder"),
        (("book.xlsx",), "cannot be opened as a workbook"),
        (("file.txt",), "or a workbook (.xlsx)"),
        (("run",), "it is a run folder; the instance it solved is run/instance"),
        (("ex", "--force"), "name it with -o"),
        (("ex", "-o", "run"), "exists already"),
        (("ex", "--gap", "5"), "Write 5 % as 0.05 or 5%"),
        (("ex", "--gap", "wide"), "is not a fraction"),
        (("ex", "--time-limit", "soon"), "is not a duration"),
        (("ex", "--memory", "much"), "is not an amount of memory"),
        (("ex", "--solver", "excel"), "highs"),
        (("ex", "--solver", "highs", "--max-nodes", "5"), "limit the time"),
        (("ex", "--memory", "4GB", "--deterministic"), "cannot have a memory limit"),
        (("ex", "--time-limit", "0"), "longer than 0 seconds"),
        (("ex", "--threads", "0"), "threads"),
        (("ex", "--start", "none.csv"), "none.csv"),
    ],
)
def test_usage_errors_say_what_to_do_and_end_with_2(run_cli, ex, a_run, here, arguments, says):
    (here / "book.xlsx").write_text("")
    (here / "file.txt").write_text("")
    done = run_cli("solve", *arguments)
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())
    assert done.stdout == ""


# -- signals and the whole process --------------------

PATCHED = """
import sys, time
import sequencer.solver.solve as solving
from sequencer.cli.main import main
from sequencer.solver.events import Improved

real = solving.solve

def slow(instance, **options):
    result = real(instance, **options)
    for listener in options["listeners"]:
        listener(Improved(1.0, result.plan, 1.0))
    print("found", file=sys.stderr, flush=True)
    time.sleep(60)

solving.solve = slow
main()
"""


def test_sigint_ends_with_130_after_storing_and_printing(ex, here):
    command = [sys.executable, "-c", PATCHED, "solve", "ex", "-o", "run", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if line == "found\n":
            break
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert json.loads(out)["termination"] == "interrupted"
    run = read_run(here / "run")
    assert run.complete
    assert run.plan is not None


def test_sigkill_leaves_the_best_plan_to_be_shown(run_cli, ex, here):
    command = [sys.executable, "-c", PATCHED, "solve", "ex", "-o", "run", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if line == "found\n":
            break
    going = run_cli("show", "run")
    assert "is still being solved; shown is the best plan so far" in going.stderr
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=60)
    done = run_cli("show", "run")
    assert done.exit_code == 0
    assert "was stopped before its solve ended; shown is the best plan so far" in done.stderr
    assert "Roadmap" in done.stdout


def test_the_time_limit_of_a_process_includes_reading(ex):
    environment = {**os.environ, "SEQUENCER_SOLVE_TIME_LIMIT": "0.05s"}
    command = [sys.executable, "-m", "sequencer", "solve", "ex", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    # starting Python takes longer than the limit: a plan there may be, but only by the limit
    assert done.returncode in (0, 4)
    assert json.loads(done.stdout)["termination"] == "time_limit"


def test_progress_events_of_all_phases_are_shown(run_cli, ex, fake):
    def phases(instance, options, real):
        for listener in options["listeners"]:
            listener(Progress(0.0, "build"))
            time.sleep(0)
            listener(Progress(0.0, "search", 8.0, 10.0, 0.2))
        return real()

    fake(phases)
    done = run_cli("solve", "ex")
    assert "building the model" in done.stderr
    assert "searching · best EUR M 8.0 · bound 10.0 · gap 20.0 %" in done.stderr
