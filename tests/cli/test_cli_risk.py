"""``risk`` as a strategist uses it."""

import csv
import json

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
