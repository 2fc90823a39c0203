"""Other goals than net present value on the command line: asked for, told of, checked."""

import json

import pytest

from sequencer.cli.headline import headline
from sequencer.instance.change import Change
from sequencer.instance.reader import read
from sequencer.plan.plan import Plan
from sequencer.run.folder import read_run
from sequencer.solver.result import Level, Result
from sequencer.types import Termination


def one_line(text):
    return " ".join(text.split())


def test_goals_in_order_are_solved_told_and_kept(run_cli, ex, here):
    done = run_cli("solve", "ex", "--objective", "value cost", "--gap", "0", "-o", "run")
    assert done.exit_code == 0
    first, second, third = done.stdout.splitlines()[:3]
    assert first.startswith("Value EUR M ")
    assert "(highest possible, proven) with" in first
    assert second.startswith("Then cost EUR M ")
    assert second.endswith("(lowest possible with that, proven).")
    assert third.startswith("Net present value EUR M ")
    run = read_run(here / "run")
    assert run.options["objective"] == "value cost"
    assert run.instance.settings.objective == "value cost"
    assert run.result["measure"] == "value"
    assert [goal["measure"] for goal in run.result["goals"]] == ["value", "cost"]
    assert run.result["goals"][0]["objective"] == run.result["objective"]
    value, cost = (goal["objective"] for goal in run.result["goals"])
    assert run.result["npv"] == pytest.approx(value - cost)
    # No plan is worth more; one of the largest value costs more than the one of the largest net present value.
    best = json.loads(run_cli("solve", "ex", "--gap", "0", "--json").stdout)
    assert best["npv"] >= run.result["npv"] - 1e-6
    assert best["goals"][0]["measure"] == "npv"


def test_stored_figures_of_other_goals_are_checked(run_cli, ex, here):
    assert run_cli("solve", "ex", "--objective", "adoptions", "--gap", "0", "-o", "run", "-q").exit_code == 0
    done = run_cli("evaluate", "run")
    assert done.exit_code == 0
    assert "Goal: number of adoptions 0 lowest possible, proven" in one_line(done.stdout)
    (here / "mine.csv").write_text("id,wave,mode\ndata:1,1,\n")
    text = one_line(run_cli("evaluate", "run", "mine.csv").stdout)
    assert "Number of adoptions: 1, 1 more than the best plan of run (0)." in text
    assert "No plan that keeps all rules has a number of adoptions below 0." in text
    content = json.loads(run_cli("evaluate", "run", "mine.csv", "--json").stdout)
    assert (content["best"]["measure"], content["best"]["own"], content["best"]["difference"]) == ("adoptions", 1, 1)


def test_measures_are_shown_by_their_word(run_cli, a_run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    done = run_cli("show", "run", "--measures")
    assert done.exit_code == 0
    assert "load_peak:change_team" in done.stdout
    assert "Roadmap" not in done.stdout
    (table,) = json.loads(run_cli("show", "run", "--measures", "--json").stdout)["tables"]
    wanted = {row["Word"]: row["Wanted"] for row in table["rows"]}
    assert wanted["npv"] == "goal 1"
    assert wanted["cost"] == ""


def test_an_objective_that_there_is_not_is_told_with_the_closest(run_cli, ex):
    done = run_cli("solve", "ex", "--objective", "valu")
    assert done.exit_code == 2
    assert "--objective" in done.stderr
    assert "Did you mean 'value'?" in done.stderr


@pytest.mark.parametrize(
    ("bound", "gap", "said"),
    [
        (2.0, 0.0, "lowest possible, proven"),
        (1.5, 0.25, "proven: never below EUR M 1.50, gap 25.0 %"),
        (None, None, "how much lower it could be is not proven yet"),
    ],
)
def test_what_is_proven_of_what_is_to_be_small(ex, bound, gap, said):
    change = Change(table="settings", field="objective", set="peak_budget npv")
    instance = read(ex, overlays=([change],))
    levels = (Level("peak_budget", 2.0, bound, gap), Level("npv", 1.0, None, None))
    result = Result(
        termination=Termination.TIME_LIMIT,
        plan=Plan(),
        evaluation=None,
        objective=2.0,
        bound=bound,
        measure="peak_budget",
        seconds=1.0,
        currency="EUR",
        unit=1e6,
        fingerprint="",
        levels=levels,
    )
    assert headline(result, instance)[:2] == [
        f"Peak budget EUR M 2.00 ({said}) with 0 adoptions in 4 waves.",
        "Then net present value EUR M 1.00 (how much higher it could be with that is not proven yet).",
    ]
