"""``compare``, and the workbook forms of ``init`` and ``validate``, as a strategist uses them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import openpyxl
import pytest


def test_compare_two_runs(run_cli, a_run, here):
    shutil.copytree(a_run, here / "twin")
    done = run_cli("compare", "run", "twin", "-o", "c.png", "--csv", "c.csv")
    assert done.exit_code == 0, done.stderr
    assert "All plans were made for the same inputs." in done.stdout
    assert "Equally good; both are proven." in done.stdout
    assert (here / "c.png").stat().st_size > 10_000
    assert (here / "c.csv").read_text().startswith("section,plan,key,period,value")


def test_compare_as_json(run_cli, a_run, here):
    shutil.copytree(a_run, here / "twin")
    found = json.loads(run_cli("compare", "run", "twin", "--json").stdout)
    assert found["order"] == [
        {"first": "run", "second": "twin", "relation": "same", "why": "", "gap": None, "seconds": None}
    ]
    assert found["moves"] == []


def test_runs_of_the_same_folder_name_are_told_apart(run_cli, a_run, here):
    shutil.copytree(a_run, here / "other" / "run")
    found = json.loads(run_cli("compare", "run", "other/run", "--json").stdout)
    assert [p["name"] for p in found["plans"]] == ["run", "other/run"]


@pytest.mark.parametrize(
    ("arguments", "says"), [(("run",), "Name two RUNs"), (("run", "run", "-o", "x.txt"), "must end in")]
)
def test_compare_usage(run_cli, a_run, arguments, says):
    done = run_cli("compare", *arguments)
    assert done.exit_code == 2
    assert says in done.stderr


def test_workbook_from_template_to_plan(run_cli, here):
    assert run_cli("init", "my.xlsx").exit_code == 0
    assert run_cli("validate", "my.xlsx").exit_code == 0
    done = run_cli("solve", "my.xlsx", "-o", "run", "--gap", "0", "--json", "-q")
    assert done.exit_code == 0, done.stderr
    folder = run_cli("init", "ex")
    assert folder.exit_code == 0
    same = json.loads(run_cli("solve", "ex", "--gap", "0", "--json", "-q").stdout)
    assert json.loads(done.stdout)["objective"] == same["objective"]
    assert json.loads(done.stdout)["fingerprint"] == same["fingerprint"]


def test_folder_from_workbook_and_back(run_cli, here):
    run_cli("init", "my.xlsx")
    assert run_cli("init", "folder", "--from", "my.xlsx").exit_code == 0
    assert "do not differ" in run_cli("diff", "my.xlsx", "folder").stdout


def test_validate_marks_the_cells_of_a_copy(run_cli, here):
    run_cli("init", "my.xlsx")
    book = openpyxl.load_workbook("my.xlsx")
    book["drivers"]["A2"] = "Not An Id"
    book.save("my.xlsx")
    done = run_cli("validate", "my.xlsx", "--annotate", "checked.xlsx")
    assert done.exit_code == 2
    assert "my.xlsx, drivers!A2" in done.stdout
    assert openpyxl.load_workbook("checked.xlsx")["drivers"]["A2"].comment
    again = run_cli("validate", "my.xlsx", "--annotate", "checked.xlsx")
    assert again.exit_code == 2
    assert "exists already" in again.stderr


def test_what_cannot_be_opened_is_not_annotated(run_cli, here):
    (here / "broken.xlsx").write_text("id,wave")
    done = run_cli("validate", "broken.xlsx", "--annotate", "checked.xlsx")
    assert done.exit_code == 2
    assert "not a workbook, whatever its name says" in done.stdout
    assert not (here / "checked.xlsx").exists()


def test_messages_of_a_workbook_speak_of_sheets(run_cli, here):
    run_cli("init", "blank.xlsx", "--blank")
    done = run_cli("validate", "blank.xlsx")
    assert "settings!B" in done.stdout
    assert ".csv" not in done.stdout
    assert ".toml" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("init", "book.txt", "--xlsx"), "Let its name end in .xlsx"),
        (("init", "there.xlsx"), "exists; nothing was written"),
        (("init", "new", "--blank"), "goes with a workbook"),
        (("init", "n.xlsx", "--blank", "--from", "x"), "exclude each other"),
        (("validate", "ex", "--annotate", "c.xlsx"), "marks the cells of a workbook"),
        (("compare", "new", "./new"), "named twice"),
    ],
)
def test_what_is_refused(run_cli, ex, here, arguments, says):
    (here / "there.xlsx").write_text("mine")
    done = run_cli(*arguments)
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())


def test_a_run_that_cannot_have_a_plan_is_not_sent_to_solve_longer(run_cli, here):
    folder = Path(__file__).parents[2] / "instances" / "infeasible" / "must-against-budget"
    run_cli("solve", str(folder), "-o", "barred", "--time-limit", "10")
    done = run_cli("compare", "barred", "other")
    assert done.exit_code == 2
    assert "No plan keeps all rules" in done.stderr
