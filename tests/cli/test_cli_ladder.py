"""``sequencer ladder`` as its user runs it."""

import json

import pytest

import sequencer as sq

ARGS = ("--gap", "0", "--threads", "1")


def test_tables_files_and_plans(run_cli, ex):
    made = run_cli("ladder", ex, "--cuts", "20%,0.3", "-o", "out", *ARGS)
    assert made.exit_code == 0, made.stderr
    assert "Price of nesting" in made.stdout
    assert "Cut 0.2, nested" in made.stderr
    out = ex.parent / "out"
    told = json.loads((out / "ladder.json").read_text())
    assert [r["cut"] for r in told["rungs"]] == [0, 0.2, 0.3]
    assert (out / "ladder.png").stat().st_size > 0
    less = sq.read(ex).replace({"table": "budgets", "field": "amount", "scale": 0.7})
    judged = sq.evaluate(less, sq.read_plan(out / "plan-cut-30.json"))
    assert judged.feasible
    assert judged.npv == pytest.approx(told["rungs"][2]["nested"]["objective"])


def test_json_of_a_ladder_around_its_core(run_cli, ex):
    made = run_cli("ladder", ex, "--cuts", "30%", "--anchor", "core", "--pot", "hq", "--json", "-q", *ARGS)
    told = json.loads(made.stdout)
    assert (told["anchor"], told["rungs"][1]["price"]) == ("core", [0, 0])
    assert made.stderr == ""


def test_bad_cuts_and_nothing_to_cut(run_cli, ex):
    assert run_cli("ladder", ex, "--cuts", "much").exit_code == 2
    made = run_cli("ladder", ex, "--cuts", "0")
    assert (made.exit_code, "cannot be used" in made.stderr) == (2, True)


def test_infeasible_ends_with_3(run_cli, ex):
    made = run_cli("ladder", ex, "--cuts", "0.1", "--lock", "+remote<=2", *ARGS)
    assert made.exit_code == 3
    assert "no such plan" in made.stdout
