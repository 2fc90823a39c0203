"""``init``, ``validate``, ``show``, ``evaluate``, ``rules`` and ``diff``."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from sequencer.run import manifest
from sequencer.run.folder import read_run


def reseal(run):
    """Make the manifest fit the files, as if they had been written so."""
    content = json.loads((run / "manifest.json").read_text())
    for name in content["files"]:
        content["files"][name] = hashlib.sha256((run / name).read_bytes()).hexdigest()
    (run / "manifest.json").write_text(json.dumps(content))


def edit(run, **changes):
    content = json.loads((run / "result.json").read_text()) | changes
    (run / "result.json").write_text(json.dumps(content))


# -- init -----------------------------------------------------------------------------------------------------------


def test_init_writes_an_instance_that_is_sound_modelled_and_solvable(run_cli, here):
    made = run_cli("init", "deep/new")
    assert made.exit_code == 0
    assert made.stdout == ""
    assert "sequencer validate deep/new" in made.stderr
    checked = json.loads(run_cli("validate", "deep/new", "--json").stdout)
    assert checked["valid"] is True
    assert checked["unreachable"] == checked["warnings"] == []
    assert checked["size"]["adoptables"] == {"driver": 2, "step": 4, "affiliate": 2, "mandate": 2}
    solved = json.loads(run_cli("solve", "deep/new", "--gap", "0", "--json").stdout)
    assert solved["proven_optimal"] is True
    assert solved["npv"] > 0


def test_init_takes_an_empty_folder_and_refuses_any_other(run_cli, here):
    (here / "empty").mkdir()
    assert run_cli("init", "empty").exit_code == 0
    before = sorted((here / "empty").iterdir())
    again = run_cli("init", "empty")
    assert again.exit_code == 2
    assert "is not empty; nothing was written" in again.stderr
    assert sorted((here / "empty").iterdir()) == before
    (here / "file").write_text("")
    assert run_cli("init", "file").exit_code == 2
    assert "cannot be written" in run_cli("init", "file/inner").stderr


# -- validate -------------------------------------------------------------------------------------------------------


def test_validate_ends_with_the_size(run_cli, ex):
    done = run_cli("validate", "ex")
    assert done.exit_code == 0
    # cells: 2 drivers x 2 affiliates; waves and two 12-month periods of tail
    words = " ".join(done.stdout.split())
    assert "Example programme is sound." in words
    assert "Capability steps 4" in words
    assert "Waves 4 and 2 years after them" in words
    assert "Value cells 4" in words


def test_validate_names_all_problems_with_row_and_remedy(run_cli, ex):
    file = ex / "drivers.csv"
    file.write_text(file.read_text().replace("revenue_uplift,9,0.8", "revenue_uplift,-9,1.8"))
    done = run_cli("validate", "ex")
    assert done.exit_code == 2
    assert "2 problems in the input:" in done.stdout
    assert "drivers.csv, row 2, column potential (orchestration)" in done.stdout
    content = json.loads(run_cli("validate", "ex", "--json").stdout)
    assert content["valid"] is False
    assert {(p["file"], p["row"], p["column"]) for p in content["problems"]} == {
        ("drivers.csv", 2, "potential"),
        ("drivers.csv", 2, "success"),
    }
    assert all(p["remedy"] for p in content["problems"])
    assert content["size"] is None


def test_validate_tells_what_cannot_be_reached_and_why(run_cli, ex):
    # data:1 takes wave 1, data:2 wave 2, so that remote starts in wave 3 at the earliest
    done = run_cli("validate", "ex", "--lock", "remote<=2", "--lock", "!content:1", "--json")
    found = {u["id"]: u["because"] for u in json.loads(done.stdout)["unreachable"]}
    assert set(found) == {"remote", "content:1", "orchestration"}
    assert found["orchestration"] == (
        "Orchestrated campaigns needs Modular content 1; Modular content 1 must not be adopted"
    )
    assert found["remote"].endswith("so it can start in wave 3 at the earliest; but has to start by wave 2 by its lock")
    text = run_cli("validate", "ex", "--lock", "!content:1").stdout
    assert "Cannot be reached in any wave" in text


def test_validate_tells_a_step_that_ends_too_late(run_cli, ex):
    steps = ex / "capability_steps.csv"
    steps.write_text(steps.read_text().replace("data,2,1,", "data,2,4,"))
    content = json.loads(run_cli("validate", "ex", "--json").stdout)
    found = {u["id"]: u["because"] for u in content["unreachable"]}
    # data:2 may start in wave 2, but with four waves in progress only a start in wave 1 is live by W + 1 = 5
    assert found["data:2"].endswith(
        "so it can start in wave 2 at the earliest; but has to start by wave 1 to be live in time"
    )


def test_validate_lists_warnings_and_what_has_started(run_cli, ex):
    (ex / "initial_state.csv").write_text("record,id\nlive,remote\n")
    budgets = ex / "budgets.csv"
    budgets.unlink()
    text = run_cli("validate", "ex").stdout
    assert "Live or in progress already   1" in text
    assert "Without a budget, and so without a limit: hq." in text


def test_validate_prints_the_schema(run_cli):
    schema = json.loads(run_cli("validate", "--schema").stdout)
    assert "drivers" in json.dumps(schema)


def test_validate_needs_an_instance(run_cli):
    assert run_cli("validate").exit_code == 2


# -- show -----------------------------------------------------------------------------------------------------------


def test_show_tells_what_starts_when_money_and_return(run_cli, a_run):
    done = run_cli("show", "run")
    assert done.exit_code == 0
    assert done.stderr == ""
    for words in ("Net present value", "Roadmap", "Jan–Jun 2027", "Money by wave", "Load by wave", "Return by wave"):
        assert words in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_show_json_is_the_result_and_the_tables(run_cli, a_run):
    content = json.loads(run_cli("show", "run", "--json").stdout)
    stored = json.loads((a_run / "result.json").read_text())
    assert {k: content[k] for k in stored} == stored
    assert content["complete"] is True
    assert any(t["title"] == "Roadmap" for t in content["tables"])


def test_show_of_a_run_without_a_plan(run_cli, ex):
    assert run_cli("solve", "ex", "--lock", "remote=1", "-o", "run").exit_code == 3
    done = run_cli("show", "run")
    assert done.exit_code == 0
    assert "run holds no plan (no plan keeps all rules)." in done.stdout
    assert run_cli("plot", "run", "-o", "g.png").exit_code == 2
    assert run_cli("evaluate", "run").exit_code == 2


def test_show_refuses_what_is_no_run_or_was_changed(run_cli, ex, a_run):
    other = run_cli("show", "ex")
    assert other.exit_code == 2
    assert "looks like an instance" in other.stderr
    edit(a_run, npv=1.0)
    done = run_cli("show", "run")
    assert done.exit_code == 2
    assert "result.json was changed after the run ended" in done.stderr


def test_names_are_shown_as_they_are(run_cli, ex):
    drivers = ex / "drivers.csv"
    drivers.write_text(drivers.read_text().replace("Remote engagement", "[red]Remote[/red] \x1b[5m:smiley:"))
    solved = run_cli("solve", "ex", "-o", "run")
    assert solved.exit_code == 0
    for done in (
        solved,
        run_cli("show", "run"),
        run_cli("rules", "ex"),
        run_cli("validate", "ex", "--lock", "!remote"),
    ):
        assert "[red]Remote[/red]" in done.stdout
        assert ":smiley:" in done.stdout
        assert "\x1b" not in done.output


# -- evaluate -------------------------------------------------------------------------------------------------------


def test_a_sound_run_passes(run_cli, a_run):
    done = run_cli("evaluate", "run")
    assert done.exit_code == 0
    assert "keeps all rules, and the stored numbers hold" in done.stdout
    content = json.loads(run_cli("evaluate", "run", "--json").stdout)
    assert content["holds"] is content["feasible"] is True
    assert content["violations"] == content["disagreements"] == []
    assert content["npv"] == pytest.approx(json.loads((a_run / "result.json").read_text())["npv"])
    assert content["best"] is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"npv": 99.0}, "npv is stored as EUR M 99"),
        ({"npv": None}, "npv is stored as EUR M not known"),
        ({"objective": 99.0}, "objective is stored as EUR M 99"),
        ({"bound": 1.0}, "lies below the plan"),
        ({"gap": 0.5}, "gap is stored as 0.5"),
        ({"plan": False}, "says that there is no plan"),
    ],
)
def test_stored_numbers_that_do_not_hold_fail(run_cli, a_run, change, says):
    edit(a_run, **change)
    reseal(a_run)
    done = run_cli("evaluate", "run", "--json")
    assert done.exit_code == 1
    content = json.loads(done.stdout)
    assert content["holds"] is False
    assert content["feasible"] is True
    assert says in " ".join(content["disagreements"])


def test_files_changed_by_hand_fail_too(run_cli, a_run):
    plan = a_run / "plan.json"
    plan.write_text(plan.read_text().replace('"id": "pt"', '"id": "pt" '))
    done = run_cli("evaluate", "run")
    assert done.exit_code == 1
    assert "Does not hold: plan.json was changed after the run ended." in done.stdout


def test_a_run_whose_plan_breaks_rules_fails(run_cli, a_run):
    plan = json.loads((a_run / "plan.json").read_text())
    plan["adoptions"] = [a for a in plan["adoptions"] if a["id"] != "data:1"]
    (a_run / "plan.json").write_text(json.dumps(plan))
    reseal(a_run)
    done = run_cli("evaluate", "run")
    assert done.exit_code == 1
    assert "Customer data 1, which is not adopted" in " ".join(done.stdout.split())


def test_an_unfinished_run_is_checked_as_far_as_it_is_known(run_cli, a_run):
    (a_run / manifest.MANIFEST_NAME).unlink()
    done = run_cli("evaluate", "run")
    assert done.exit_code == 0
    assert "Unfinished run" in done.stderr
    # Whatever result.json says was not looked at.
    assert "The plan keeps all rules; an unfinished run has no stored numbers to check." in done.stdout
    assert "stored numbers hold" not in done.stdout


def test_a_plan_of_ones_own_is_compared_with_the_best(run_cli, a_run, here, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    (here / "mine.csv").write_text("id,wave,mode\ndata:1,1,\nremote,1,\n")
    done = run_cli("evaluate", "run", "mine.csv")
    assert done.exit_code == 1
    text = " ".join(done.stdout.split())
    assert "Remote engagement needs Customer data 2" in text
    assert "less than the best plan of run" in text
    assert "No plan that keeps all rules is worth more than EUR M" in text
    content = json.loads(run_cli("evaluate", "run", "mine.csv", "--json").stdout)
    best = json.loads((a_run / "result.json").read_text())["objective"]
    assert content["best"]["objective"] == best
    assert content["best"]["difference"] == pytest.approx(content["npv"] - best)


def test_an_empty_plan_keeps_all_rules_and_is_worth_nothing(run_cli, ex, here):
    (here / "none.csv").write_text("id,wave,mode\n")
    done = run_cli("evaluate", "ex", "none.csv", "--json")
    assert done.exit_code == 0
    content = json.loads(done.stdout)
    assert content["npv"] == 0
    assert content["run"] is None
    assert "The plan keeps all rules." in run_cli("evaluate", "ex", "none.csv").stdout


def test_a_plan_worth_more_than_the_best_breaks_rules(run_cli, ex, here):
    assert run_cli("solve", "ex", "--lock", "!remote", "-o", "small", "-q").exit_code == 0
    assert run_cli("solve", "ex", "-o", "large", "-q").exit_code == 0
    done = run_cli("evaluate", "small", "large")
    assert done.exit_code == 1
    assert "more than the best plan of small" in done.stdout
    assert "only because it breaks rules" in done.stdout
    assert "made for another version of this instance" in done.stderr


def test_a_run_without_a_plan_cannot_be_compared_with(run_cli, ex, here):
    run_cli("solve", "ex", "--lock", "remote=1", "-o", "run")
    (here / "none.csv").write_text("id,wave,mode\n")
    assert "run has no plan to compare with." in run_cli("evaluate", "run", "none.csv").stdout
    done = run_cli("solve", "ex", "--start", "run")
    assert done.exit_code == 2
    assert "holds no plan" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ex",), "Name the PLAN"),
        (("run", "--lock", "!remote"), "whose instance is stored"),
        (("ex", "none.csv"), "none.csv"),
        (("none", "none.csv"), "no such folder"),
    ],
)
def test_evaluate_says_what_it_needs(run_cli, ex, a_run, arguments, says):
    done = run_cli("evaluate", *arguments)
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())


# -- rules ----------------------------------------------------------------------------------------------------------


def test_rules_lists_the_families(run_cli):
    from sequencer.model.build import FAMILIES

    text = run_cli("rules").stdout
    content = json.loads(run_cli("rules", "--json").stdout)
    assert [f["name"] for f in content["families"]] == [f.name for f in FAMILIES]
    assert "Budgets of the pots" in text


def test_rules_of_an_instance_are_in_words(run_cli, ex, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    text = " ".join(run_cli("rules", "ex").stdout.split())
    assert "Remote engagement starts only when Customer data 2" in text
    content = json.loads(run_cli("rules", "ex", "--lock", "!remote", "--json").stdout)
    assert any("must not be adopted" in r["What it says"] for r in content["rules"])


def test_rules_without_an_instance_take_no_lock(run_cli):
    assert run_cli("rules", "--lock", "!remote").exit_code == 2


def test_rules_in_markdown_are_the_page_of_the_documentation(run_cli):
    page = Path(__file__).parents[2] / "docs" / "rules.md"
    assert run_cli("rules", "--markdown").stdout == page.read_text(encoding="utf-8")


@pytest.mark.parametrize("arguments", [("ex", "--markdown"), ("--markdown", "--json")])
def test_markdown_is_the_reference_of_families_only(run_cli, ex, arguments):
    done = run_cli("rules", *arguments)
    assert done.exit_code == 2
    assert "leave out INSTANCE" in done.stderr


# -- diff -----------------------------------------------------------------------------------------------------------


def test_diff_of_equal_instances(run_cli, ex, here):
    shutil.copytree(ex, here / "copy")
    done = run_cli("diff", "ex", "copy")
    assert done.exit_code == 0
    assert "do not differ" in done.stdout
    content = json.loads(run_cli("diff", "ex", "copy", "--json").stdout)
    assert content == {"same": True, "same_results": True, "settings": [], "tables": {}, "plan": None}


def test_diff_names_settings_rows_and_columns(run_cli, ex, here):
    shutil.copytree(ex, here / "copy")
    settings = here / "copy/instance.toml"
    settings.write_text(settings.read_text().replace("carry_share = 0.5", "carry_share = 0.25"))
    drivers = here / "copy/drivers.csv"
    drivers.write_text(drivers.read_text().replace("uplift,9,", "uplift,10,"))
    fit = here / "copy/fit.csv"
    fit.write_text(fit.read_text().replace("large,standardized", "tiny,standardized"))
    content = json.loads(run_cli("diff", "ex", "copy", "--json").stdout)
    assert content["same"] is content["same_results"] is False
    assert content["settings"] == [{"field": "carry_share", "before": 0.5, "after": 0.25}]
    assert content["tables"]["drivers"]["changed"] == [
        {"id": "orchestration", "fields": [{"field": "potential", "before": 9.0, "after": 10.0}]}
    ]
    fit = content["tables"]["fit"]
    assert [row["id"] for row in fit["added"]] == ["tiny:standardized"]
    assert [row["id"] for row in fit["removed"]] == ["large:standardized"]
    assert fit["added"][0]["fields"][0] == {"field": "fit", "before": None, "after": 0.7}
    assert fit["removed"][0]["fields"][0] == {"field": "fit", "before": 0.7, "after": None}
    text = run_cli("diff", "ex", "copy").stdout
    assert "carry_share" in text
    assert "removed large:standardized fit 0.7 –" in " ".join(text.split())


def test_diff_tells_labels_from_data(run_cli, ex, here):
    shutil.copytree(ex, here / "copy")
    drivers = here / "copy/drivers.csv"
    drivers.write_text(drivers.read_text().replace("Remote engagement", "Remote"))
    assert "nothing that a result depends on" in run_cli("diff", "ex", "copy").stdout


def test_diff_of_runs_tells_what_the_plans_do_otherwise(run_cli, ex, a_run, here):
    assert "do not differ" in run_cli("diff", "run", "run").stdout
    assert run_cli("solve", "ex", "--lock", "!remote", "-o", "less", "-q").exit_code == 0
    content = json.loads(run_cli("diff", "run", "less", "--json").stdout)
    moved = {m["id"]: m for m in content["plan"]}
    assert moved["remote"]["wave_before"] == read_run(a_run).plan.wave("remote")
    assert moved["remote"]["wave_after"] is None
    (lock,) = content["tables"]["locks"]["added"]
    assert lock == {"id": "remote", "fields": [{"field": "never", "before": None, "after": True}]}
    text = run_cli("diff", "run", "less").stdout
    assert "not adopted" in text


def test_diff_of_an_instance_and_a_run_compares_instances(run_cli, ex, a_run):
    content = json.loads(run_cli("diff", "ex", "run", "--json").stdout)
    assert content["same"] is True
    assert content["plan"] is None
