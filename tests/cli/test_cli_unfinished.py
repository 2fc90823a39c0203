"""Analyses that are stopped, or lack a plan: what they have finished is told and kept, and codes say how they ended."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

import sequencer as sq
from sequencer.study import breaks, information, robust, sensitivity
from sequencer.study.extensive import ExtensiveForm
from sequencer.types import Termination

ARGS = ("--gap", "0", "--threads", "1")
WAIT = str(Path(__file__).parents[2] / "instances" / "tiny" / "wait-and-see")
NOTHING = {"plan": None, "evaluation": None, "objective": None, "bound": None}


def ending(monkeypatch, target, which, termination, **changed):
    """Solves of an instance for which ``which`` holds end so."""
    module, _, name = target.rpartition(".")
    real = getattr(__import__(module, fromlist=[name]), name)

    def solve(instance, **options):
        result = real(instance, **options)
        return replace(result, termination=termination, **changed) if which(instance) else result

    monkeypatch.setattr(target, solve)


def aimed_at(*objectives):
    return lambda instance: instance.settings.objective in objectives


ALONE = "sequencer.solver.solve.solve"
"""Solves of single scenarios; the others have a name of their own for it."""

PRESSED = Termination.INTERRUPTED


# -- Ctrl-C -----------------------------------------------------------------------------------------------------------


def test_ctrl_c_in_a_scenario_leaves_what_robust_has_finished(run_cli, here, monkeypatch):
    ending(monkeypatch, ALONE, aimed_at("scenario_npv:bust"), PRESSED)
    done = run_cli("robust", WAIT, "--aim", "regret", "-o", "out", *ARGS)
    assert done.exit_code == 130
    assert "What was finished" in done.stdout
    assert "Best plan of Customers take to it alone" in done.stdout
    assert "Not complete: the search was stopped." in done.stdout
    assert done.stderr.splitlines()[-2:] == [
        "Interrupted.",
        "Kept in out: unfinished.json, plan-base.json, plan-alone-boom.json",
    ]
    told = json.loads((here / "out" / "unfinished.json").read_text())
    assert (told["complete"], told["termination"]) == (False, "interrupted")
    # On base values the driver is worth 20 − 16 = 4, in the boom 40 − 16 = 24.
    assert [(one["name"], one["reached"]["low"]) for one in told["finished"]] == [("base", 4), ("alone-boom", 24)]
    assert sq.read_plan(here / "out" / "plan-alone-boom.json").wave("r1") == 1
    assert not (here / "out-unfinished").exists()


def test_what_is_finished_as_json(run_cli, here, monkeypatch):
    ending(monkeypatch, ALONE, aimed_at("scenario_npv:bust"), PRESSED)
    done = run_cli("robust", WAIT, "--aim", "regret", "--json", *ARGS)
    assert done.exit_code == 130
    told = json.loads(done.stdout)
    assert (told["termination"], told["complete"]) == ("interrupted", False)
    assert [one["name"] for one in told["finished"]] == ["base", "alone-boom"]
    assert told["fingerprint"] == sq.read(WAIT).fingerprint
    assert list(here.iterdir()) == []


def test_ctrl_c_before_anything_is_finished_is_told_as_json_too(run_cli, monkeypatch):
    ending(monkeypatch, ALONE, lambda _: True, PRESSED)
    done = run_cli("stages", WAIT, "-o", "out", "--json", *ARGS)
    assert done.exit_code == 130
    assert json.loads(done.stdout)["finished"] == []
    assert not Path("out").exists()
    assert not Path("out-unfinished").exists()


def test_ctrl_c_in_the_search_for_the_aim_keeps_both_plans(run_cli, here, monkeypatch):
    ending(monkeypatch, "sequencer.study.robust.solve", aimed_at("regret"), PRESSED)
    done = run_cli("robust", WAIT, "--aim", "regret", "-o", "out", *ARGS)
    assert done.exit_code == 130
    assert "Not complete: the search was stopped." in done.stdout
    assert json.loads((here / "out" / "robust.json").read_text())["complete"] is False
    assert {"plan-base.json", "plan-robust.json", "robust.png"} <= {f.name for f in (here / "out").iterdir()}


def test_ctrl_c_in_the_last_scenario_of_stages(run_cli, here, monkeypatch):
    # With the first wave of the plan for the mean in place, which locks the driver.
    ending(monkeypatch, ALONE, lambda i: i.settings.objective == "scenario_npv:bust" and bool(i.locks), PRESSED)
    done = run_cli("stages", WAIT, "-o", "out", *ARGS)
    assert done.exit_code == 130
    told = json.loads((here / "out" / "unfinished.json").read_text())
    assert [one["name"] for one in told["finished"]] == ["alone-boom", "alone-bust", "mean", "after-mean-boom"]
    assert {f"plan-{one['name']}.json" for one in told["finished"]} < {f.name for f in (here / "out").iterdir()}


def test_ctrl_c_in_the_search_with_common_first_waves(run_cli, here, monkeypatch):
    def press(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(ExtensiveForm, "solve", press)
    done = run_cli("stages", WAIT, "-o", "out", *ARGS)
    assert done.exit_code == 130
    assert "Not complete: the search was stopped." in done.stdout
    told = json.loads((here / "out" / "stages.json").read_text())
    assert told["complete"] is False
    # What is decided now for the mean is worth 4, waiting and seeing 12: between them lies the best.
    assert (told["rp"]["low"], told["rp"]["high"]) == pytest.approx((4, 12))


def test_ctrl_c_in_a_draw_leaves_those_solved(run_cli, a_run, monkeypatch):
    ending(monkeypatch, ALONE, aimed_at("scenario_npv:draw-3"), PRESSED)
    done = run_cli("risk", "run", "--draws", 50, "--anew", 3)
    assert done.exit_code == 130
    assert "Net present value in 50 draws" in done.stdout
    assert "Not complete: 2 of 3 draws are solved." in done.stdout
    assert "Stopped after 2 of 3 draws: interrupted." in done.stderr
    told = json.loads(run_cli("risk", "run", "--draws", 50, "--anew", 3, "--json").stdout)
    assert (told["anew"]["complete"], len(told["anew"]["best"])) == (False, 2)
    assert told["npv"]["mean"] > 0


@pytest.mark.parametrize(("end", "code"), [(PRESSED, 130), (Termination.TIME_LIMIT, 4)])
def test_a_first_draw_that_comes_to_nothing_leaves_the_draws_of_the_plan(run_cli, a_run, monkeypatch, end, code):
    ending(monkeypatch, ALONE, aimed_at("scenario_npv:draw-1"), end, **NOTHING)
    done = run_cli("risk", "run", "--draws", 50, "--anew", 3)
    assert done.exit_code == code
    assert "Net present value in 50 draws" in done.stdout
    told = json.loads(run_cli("risk", "run", "--draws", 50, "--anew", 3, "--json").stdout)
    assert (told["termination"], told["anew"]) == (end, None)
    assert told["npv"]["mean"] > 0


def test_a_later_draw_without_a_plan_leaves_those_before(run_cli, a_run, monkeypatch):
    ending(monkeypatch, ALONE, aimed_at("scenario_npv:draw-2"), Termination.TIME_LIMIT, **NOTHING)
    done = run_cli("risk", "run", "--draws", 50, "--anew", 3)
    assert done.exit_code == 4
    assert "Stopped after 1 of 3 draws: no plan was found in scenario draw-2 in the time given" in done.stderr
    assert "Draws solved anew" in done.stdout


def test_files_of_draws_are_written_before_hours_of_solving(run_cli, a_run, here, monkeypatch):
    def solved(*_, **__):
        pytest.fail("something was solved")

    monkeypatch.setattr(ALONE, solved)
    (here / "draws.csv").touch()
    done = run_cli("risk", "run", "--draws", 50, "--csv", "draws.csv", "--anew", 3)
    assert (done.exit_code, "draws.csv exists" in done.stderr) == (2, True)


@pytest.fixture
def unsure(ex):
    """An overlay that gives the example an assumption."""
    file = ex.parent / "unsure.toml"
    change = 'table = "drivers"\nwhere = { id = "remote" }\nfield = "potential_low"\nset = 0\n'
    file.write_text(f"[[change]]\n{change}", encoding="utf-8")
    return file


def test_ctrl_c_on_base_values_leaves_a_tornado_without_bars(run_cli, ex, unsure, here, monkeypatch):
    ending(monkeypatch, "sequencer.study.sensitivity.solve", lambda _: True, PRESSED)
    done = run_cli("sensitivity", ex, "--overlay", unsure, "--how", "both", "-o", "out", *ARGS)
    assert done.exit_code == 130
    assert "Not complete: the search was stopped." in done.stdout
    told = json.loads((here / "out" / "tornado.json").read_text())
    assert (told["complete"], told["assumptions"]) == (False, [])
    # There is nothing to draw yet, but a plan.
    assert {file.name for file in (here / "out").iterdir()} == {"plan.json", "tornado.csv", "tornado.json"}


def test_ctrl_c_before_there_is_a_plan_on_base_values(run_cli, ex, unsure, here, monkeypatch):
    ending(monkeypatch, "sequencer.study.sensitivity.solve", lambda _: True, PRESSED, **NOTHING)
    done = run_cli("sensitivity", ex, "--overlay", unsure, "-o", "out", "--json", *ARGS)
    assert done.exit_code == 130
    assert json.loads(done.stdout)["termination"] == "interrupted"
    assert not (here / "out").exists()


def test_ctrl_c_in_what_is_worth_knowing(run_cli, ex, unsure, here, monkeypatch):
    ending(monkeypatch, "sequencer.study.information.solve", lambda _: True, PRESSED)
    done = run_cli("sensitivity", ex, "--overlay", unsure, "--information", "-o", "out", *ARGS)
    assert done.exit_code == 130
    assert "Not complete: the search was stopped." in done.stdout
    assert list(csv.DictReader((here / "out" / "information.csv").read_text().splitlines())) == []


def test_a_frontier_and_a_ladder_without_a_solve_are_kept_without_a_picture(run_cli, ex, here, monkeypatch):
    def press(*_, **__):
        raise KeyboardInterrupt

    for name, module in (("frontier", "in_order"), ("ladder", "ladders")):
        monkeypatch.setattr(f"sequencer.study.{module}.solve", press)
        given = ("--x", "npv", "--y", "cost") if name == "frontier" else ()
        done = run_cli(name, ex, *given, "-o", name, *ARGS)
        assert json.loads((here / name / f"{name}.json").read_text())["complete"] is False
        assert not (here / name / f"{name}.png").exists()
        assert "Error" not in done.stderr


# -- no plan ----------------------------------------------------------------------------------------------------------

CLASH = ("--lock", "+remote<=2")
"""The example cannot have remote engagement live by wave 2."""

LACKING = (
    ("robust", "ex", "--draws", "2"),
    ("robust", "ex", "--draws", "2", "--aim", "regret"),
    ("stages", "ex", "--draws", "2"),
    ("sensitivity", "ex", "--overlay", "unsure.toml"),
    ("sensitivity", "ex", "--overlay", "unsure.toml", "--how", "best"),
    ("sensitivity", "ex", "--overlay", "unsure.toml", "--information"),
)


@pytest.mark.parametrize("given", LACKING)
def test_rules_that_clash_end_with_3_and_are_named_in_words(run_cli, ex, unsure, given):
    done = run_cli(*given, *CLASH, "-o", "out", *ARGS)
    assert done.exit_code == 3
    assert "Error: no plan keeps all rules; `sequencer solve` tells which clash" in done.stderr
    assert "These rules cannot hold together:" in done.stderr
    assert "  Remote engagement must be adopted and live by wave 2" in done.stderr
    assert "Loosen or lift at least one of them (an --overlay can)." in done.stderr
    # Neither the names of rules in the model, nor advice that helps nothing.
    assert "(remote" not in done.stderr
    assert "more time" not in done.stderr
    assert not Path("out").exists()
    assert not Path("out-unfinished").exists()
    told = json.loads(run_cli(*given, *CLASH, "--json", "-q", *ARGS).stdout)
    assert (told["termination"], told["complete"]) == ("infeasible", False)
    assert "Remote engagement must be adopted and live by wave 2" in told["clash"]


@pytest.mark.parametrize("given", LACKING)
@pytest.mark.parametrize("end", [Termination.TIME_LIMIT, Termination.WORK_LIMIT])
def test_no_plan_in_the_time_given_ends_with_4(run_cli, ex, unsure, monkeypatch, given, end):
    for module in (robust, sensitivity, information):
        ending(monkeypatch, f"{module.__name__}.solve", lambda _: True, end, **NOTHING)
    ending(monkeypatch, ALONE, lambda _: True, end, **NOTHING)
    done = run_cli(*given, "--json", *ARGS)
    assert done.exit_code == 4
    assert ("more time" if end is Termination.TIME_LIMIT else "with the nodes given") in done.stderr
    assert json.loads(done.stdout)["termination"] == end


def test_a_scenario_without_a_plan_leaves_those_before(run_cli, here, monkeypatch):
    ending(monkeypatch, ALONE, aimed_at("scenario_npv:bust"), Termination.TIME_LIMIT, **NOTHING)
    done = run_cli("robust", WAIT, "--aim", "regret", "-o", "out", *ARGS)
    assert done.exit_code == 4
    assert "no plan was found in scenario bust in the time given; give each solve more time" in done.stderr
    assert "Best plan of Customers take to it alone" in done.stdout
    told = json.loads((here / "out" / "unfinished.json").read_text())
    assert (told["termination"], len(told["finished"])) == ("time_limit", 2)
    assert (here / "out" / "plan-alone-boom.json").is_file()


@pytest.mark.parametrize(("end", "code"), [(Termination.INFEASIBLE, 3), (Termination.TIME_LIMIT, 4)])
def test_values_without_a_plan_anywhere(run_cli, ex, monkeypatch, end, code):
    ending(monkeypatch, f"{breaks.__name__}.solve", lambda _: True, end, **NOTHING)
    given = ("--breakpoints", "drivers.remote.potential", "--from", "0", "--to", "4")
    done = run_cli("sensitivity", ex, *given, "--json", *ARGS)
    assert done.exit_code == code
    assert {tried["termination"] for tried in json.loads(done.stdout)["tried"]} == {end}
