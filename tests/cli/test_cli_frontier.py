"""``sequencer frontier`` as its user runs it."""

import csv
import json

import pytest

import sequencer as sq

ARGS = ("--gap", "0", "--threads", "1")


def test_tables_files_and_plans(run_cli, ex):
    made = run_cli("frontier", ex, "--x", "npv", "--y", "cost", "--points", "3", "-o", "out", *ARGS)
    assert made.exit_code == 0, made.stderr
    # the words may stand on two lines of a narrow table
    assert "no plan" in made.stdout
    assert "beats it" in made.stdout
    assert "Limits tried" in made.stdout
    assert "Kept in out" in made.stderr
    out = ex.parent / "out"
    rows = list(csv.DictReader((out / "frontier.csv").read_text().splitlines()))
    told = json.loads((out / "frontier.json").read_text())
    assert [float(r["npv"]) for r in rows] == [round(p["figures"]["npv"], 9) for p in told["points"]]
    assert (out / "frontier.png").stat().st_size > 0
    assert len(rows) == 3
    instance = sq.read(ex)
    for row in rows:
        plan = sq.read_plan(out / f"plan-{int(row['point']):02}.json")
        assert sq.evaluate(instance, plan).npv == pytest.approx(float(row["npv"]))


def test_json_is_all_of_stdout(run_cli, ex):
    made = run_cli("frontier", ex, "--x", "npv", "--y", "cost", "--points", "3", "--json", "-q", *ARGS)
    assert json.loads(made.stdout)["measures"][1]["measure"] == "cost"
    assert made.stderr == ""


def test_an_existing_folder_is_left_alone_before_anything_is_solved(run_cli, ex):
    made = run_cli("frontier", ex, "--x", "npv", "--y", "cost", "-o", "ex")
    assert made.exit_code == 2
    assert "exists; nothing was started" in made.stderr
    made = run_cli("frontier", ex, "--x", "npv", "--y", "cost", "-o", "no/where")
    assert (made.exit_code, "There is no folder no" in made.stderr) == (2, True)


def test_bad_measures_and_points(run_cli, ex):
    made = run_cli("frontier", ex, "--x", "npv", "--y", "benefit_to_cost")
    assert (made.exit_code, "not linear" in made.stderr) == (2, True)
    for points in ("1", "few"):
        made = run_cli("frontier", ex, "--x", "npv", "--y", "cost", "--points", points)
        assert made.exit_code == 2
        assert "or all" in " ".join(made.stderr.replace("│", "").split())


def test_infeasible_ends_with_3(run_cli, ex):
    made = run_cli("frontier", ex, "--x", "npv", "--y", "cost", "--lock", "+remote<=2", *ARGS)
    assert made.exit_code == 3
    assert "no frontier" in made.stdout
