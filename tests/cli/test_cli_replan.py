"""``sequencer replan`` as its user runs it."""

from __future__ import annotations

import json

import pytest


def test_as_planned_nothing_moves(run_cli, a_run, here):
    written = run_cli("replan", "run", "--after", "1", "--template", "actuals.csv")
    assert written.exit_code == 0
    assert "--actuals actuals.csv" in written.stderr
    done = run_cli("replan", "run", "--actuals", "actuals.csv", "--gap", "0", "--threads", "1", "-o", "run-2")
    assert done.exit_code == 0
    assert "Nothing moved: the rest of the old plan stands." in done.stdout
    assert "The rest of the old plan keeps every rule" in done.stdout
    # The new run is an ordinary one, of an instance with its history.
    assert json.loads((here / "run-2" / "options.json").read_text())["options"]["replan"] == "run"
    assert "initial_state" in {p.stem for p in (here / "run-2" / "instance").iterdir()}
    assert run_cli("evaluate", "run-2").exit_code == 0
    shown = run_cli("show", "run-2")
    assert "before" in shown.stdout


def test_actuals_break_the_old_plan_and_it_says_what_moved_and_why(run_cli, a_run, here):
    (here / "actuals.csv").write_text("record,id,started,live\nitem,data:1,1,3\n")
    asked = ("replan", "run", "--actuals", "actuals.csv", "--after", "1", "--gap", "0", "--threads", "1")
    done = run_cli(*asked)
    assert done.exit_code == 0
    assert "Customer data 1 goes live in wave 3 instead of wave 2" in done.stdout
    assert "Rules that the rest of the old plan would break now" in done.stdout
    found = json.loads(run_cli(*asked, "--json").stdout)
    told = found["replan"]
    assert found["plan"]
    assert told["after"] == 1
    assert not told["old_plan"]["feasible"]
    why = {m["id"]: m["because"] for m in told["moves"]}
    # Germany was to start in wave 2 and needs data:1, which is not live before wave 3.
    assert any("needs Customer data 1" in message for message in why["de"])
    limited = run_cli(*asked, "--max-moves", "0", "--json")
    assert limited.exit_code == 3
    assert json.loads(limited.stdout)["replan"]["moves"] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("replan", "run"), "--after WAVE"),
        (("replan", "run", "--after", "4"), "Name a wave from 1 to 3"),
        (("replan", "run", "--template", "x.csv"), "--after"),
        (("replan", "ex", "--after", "1"), "not a run"),
        (("replan", "run", "--after", "1", "--force"), "-o"),
        (("replan", "run", "--after", "1", "--abandon", "data:1=much"), "ITEM=PRICE"),
        (("replan", "run", "--after", "1", "--abandon", "data:1"), "In progress: nothing"),
        (("replan", "run", "--actuals", "none.csv"), "cannot be read"),
    ],
)
def test_wrong_use_ends_with_2_and_the_remedy(run_cli, a_run, ex, words, said):
    done = run_cli(*words)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


def test_problems_of_actuals_are_told_at_once(run_cli, a_run, here):
    (here / "actuals.csv").write_text("record,id,started\nitem,dta:1,1\nitem,pt,soon\n")
    done = run_cli("replan", "run", "--actuals", "actuals.csv", "--after", "1")
    assert done.exit_code == 2
    assert "2 problems in the input" in done.stderr
    assert "actuals.csv, row 3, column started" in done.stderr
