"""``risk`` as a strategist uses it."""

import csv
import json
import re
from pathlib import Path

from sequencer.instance.reader import read


def test_risk_of_the_example(run_cli, a_run, here):
    done = run_cli("risk", "run", "--draws", 500, "-o", "risk.png", "--csv", "draws.csv")
    assert done.exit_code == 0, done.stderr
    assert "Net present value in 500 draws" in done.stdout
    assert "Probability of a loss" in done.stdout
    assert (here / "risk.png").stat().st_size > 5_000
    rows = list(csv.DictReader((here / "draws.csv").read_text().splitlines()))
    assert len(rows) == 500
    assert {"npv", "value", "cost"} <= set(rows[0])


def test_risk_as_json_is_the_same_for_the_same_seed(run_cli, a_run):
    found = [run_cli("risk", "run", "--draws", 50, "--seed", seed, "--json").stdout for seed in (1, 1, 2)]
    assert found[0] == found[1] != found[2]
    content = json.loads(found[0])
    npv = content["measures"]["npv"]
    assert npv["p5"] <= npv["p50"] <= npv["p95"]
    assert content["npv"]["cvar"] <= npv["p5"] + 1e-9
    assert content["fingerprint"] == read("run/instance").fingerprint


def test_what_cannot_be_drawn_is_said(run_cli, a_run, here):
    done = run_cli("risk", "run", "--together", "nothing.*")
    assert done.exit_code == 2
    assert "'nothing.*' names nothing that is drawn" in done.stderr
    assert run_cli("risk", "run", "--level", "120%").exit_code == 2
    assert run_cli("risk", "run", "-o", "risk.txt").exit_code == 2


def test_draws_solved_anew(run_cli, a_run):
    done = run_cli("risk", "run", "--draws", 50, "--anew", 2, "--json")
    assert done.exit_code == 0, done.stderr
    anew = json.loads(done.stdout)["anew"]
    assert len(anew["best"]) == 2
    assert all(best["low"] >= own - 1e-9 for own, best in zip(anew["fixed"], anew["best"], strict=True))
    assert "Solved draw-2 of 2" in done.stderr
    assert "Draws solved anew" in run_cli("risk", "run", "--draws", 50, "--anew", 2).stdout


WAIT = str(Path(__file__).parents[2] / "instances" / "tiny" / "wait-and-see")


def test_robust_of_two_scenarios(run_cli, here):
    # Started in wave 1 the driver is worth 24 or −16, and never started 0.
    done = run_cli("robust", WAIT, "--aim", "cvar", "--level", "50%", "--gap", 0, "-o", "out")
    assert done.exit_code == 0, done.stderr
    assert "Proven: no plan has a mean net present value of the worst 50 % above 0.0" in done.stdout
    assert re.search(r"A new way of selling +wave 1 +– *$", done.stdout, flags=re.MULTILINE)
    files = {"robust.json", "robust.png", "scenarios.csv", "plan-base.json", "plan-robust.json"}
    assert {f.name for f in (here / "out").iterdir()} == files
    rows = list(csv.DictReader((here / "out" / "scenarios.csv").read_text().splitlines()))
    assert [(r["scenario"], float(r["base"]), float(r["robust"])) for r in rows] == [("boom", 24, 0), ("bust", -16, 0)]
    assert run_cli("robust", WAIT, "-o", "out").exit_code == 2


def test_robust_of_draws_as_json(run_cli, ex):
    options = ("--draws", 3, "--aim", "regret", "--gap", "5%", "--json")
    done = run_cli("robust", "ex", *options)
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found["best_alone"]) == {"draw-1", "draw-2", "draw-3"}
    assert found["reached"]["low"] <= found["reached"]["high"]


def test_stages_of_two_scenarios(run_cli, here):
    done = run_cli("stages", WAIT, "--gap", 0, "-o", "out")
    assert done.exit_code == 0, done.stderr
    assert "Nothing starts in wave 1: it is better to wait" in done.stdout
    assert "Searching over 2 scenarios with common first waves" in done.stderr
    assert re.search(r"A new way of selling +wave 2 +–", done.stdout)
    found = json.loads((here / "out" / "stages.json").read_text())
    assert [round(found[name]["low"], 6) for name in ("ws", "rp", "eev", "evpi", "vss")] == [12, 7, 4, 5, 3]
    assert (here / "out" / "stages.png").stat().st_size > 5_000


def test_scenarios_have_to_be_given_or_drawn(run_cli, ex):
    for command in ("robust", "stages"):
        done = run_cli(command, "ex")
        assert done.exit_code == 2
        assert "there are no scenarios" in done.stderr
