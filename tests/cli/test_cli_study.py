"""The commands of studies: what they print, keep and return."""

import json
import shutil
import threading
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from sequencer.cli import study_line
from sequencer.cli.main import cli
from sequencer.cli.study_line import StudyLine
from sequencer.study import running
from sequencer.study.case import CaseResult, solve_case
from sequencer.study.running import StudyProgress, Told
from sequencer.types import Termination

EXAMPLE = Path(str(files("sequencer.cli") / "example"))
STUDY = """
name = "Cuts"
instance = "ex"
measures = ["cost", "payback_wave"]
solve = { gap = 0 }

[[case]]
id = "base"

[[grid]]
id = "cut"
parent = "base"

[[grid.axis]]
name = "share"
table = "budgets"
field = "amount"
scale = [0.8, 0.6]

[[grid.axis]]
name = "approach"
[[grid.axis.level]]
name = "free"
[[grid.axis.level]]
name = "late"
locks = ["remote>=2"]
"""
CLASH = '[[case]]\nid = "clash"\nlocks = ["+remote<=1"]\n'


@pytest.fixture
def study(ex, here):
    (here / "study.toml").write_text(STUDY)
    return here / "study.toml"


@pytest.fixture(scope="module")
def run_once(tmp_path_factory):
    """What a run said, and its folder."""
    folder = tmp_path_factory.mktemp("study")
    (folder / "study.toml").write_text(STUDY.replace('"ex"', f'"{EXAMPLE.as_posix()}"'))
    done = CliRunner().invoke(cli, ["study", "run", str(folder / "study.toml"), "-o", str(folder / "out")])
    assert done.exit_code == 0, done.stderr
    return done, folder / "out"


@pytest.fixture
def ran(run_once, here):
    """What a run said; its folder is ``out`` of the working folder."""
    shutil.copytree(run_once[1], here / "out")
    return run_once[0]


def test_a_run_prints_the_table_and_keeps_it(ran, here):
    assert "Cuts: net present value, amounts in EUR M" in ran.stdout
    assert "5 of 5 cases done." in ran.stdout
    assert "approach=late" in ran.stdout
    assert "Payback" in ran.stdout
    assert "one after the other: a case takes" in ran.stderr
    assert "5 of 5 cases" in ran.stderr
    assert sorted(p.name for p in (here / "out").iterdir()) == [
        "cases", "instance", "results.csv", "results.parquet", "study.json"
    ]  # fmt: skip


def test_table_as_csv_and_json_hold_the_same_cases(ran, run_cli, here):
    csv = pd.read_csv(here / "out" / "results.csv")
    (here / "t.csv").write_text(run_cli("study", "table", "out", "--csv").stdout)
    pd.testing.assert_frame_equal(pd.read_csv(here / "t.csv"), csv)
    content = json.loads(run_cli("study", "table", "out", "--json").stdout)
    assert (content["study"], content["cases"], content["open"], content["failed"]) == ("Cuts", 5, 0, 0)
    assert [row["case"] for row in content["table"]] == list(csv["case"])
    assert [row["objective"] for row in content["table"]] == pytest.approx(list(csv["objective"]))
    assert content["table"][0]["share"] is None
    assert run_cli("study", "table", "out", "--csv", "--json").exit_code == 2


def test_an_infeasible_case_is_told_in_words_and_is_no_failure(run_cli, study):
    study.write_text(STUDY + CLASH)
    done = run_cli("study", "run", "study.toml", "-o", "out", "--json")
    assert done.exit_code == 0
    row = next(row for row in json.loads(done.stdout)["table"] if row["case"] == "clash")
    assert row["termination"] == "infeasible"
    assert "must be adopted and live by wave 1" in row["message"]
    said = run_cli("study", "status", "out")
    rows = {line.split()[0]: line.split()[1:7] for line in said.stdout.splitlines() if line[:1].isalpha()}
    assert rows["cut"] == ["4", "4", "0", "0", "0", "0"]
    assert rows["clash"] == ["1", "0", "0", "1", "0", "0"]
    assert rows["all"] == ["6", "5", "0", "1", "0", "0"]
    counts = json.loads(run_cli("study", "status", "out", "--json").stdout)
    assert (counts["infeasible"], counts["active"], "table" in counts) == (1, False, False)


def test_failures_end_with_1_until_they_are_mended(run_cli, study, monkeypatch):
    def fails(case):
        if case.id == "base":
            return CaseResult(case.id, Termination.ERROR, "planted", versions=solve_case(case).versions)
        return solve_case(case)

    monkeypatch.setattr(running, "solve_case", fails)
    done = run_cli("study", "run", "study.toml", "-o", "out")
    assert done.exit_code == 1
    assert "base: planted" in done.stdout
    assert "5 failed" in done.stdout  # all others start from its plan
    assert "sequencer study retry-failed out" in done.stderr
    monkeypatch.setattr(running, "solve_case", solve_case)
    assert run_cli("study", "run", "study.toml", "-o", "out", "-q").exit_code == 1
    assert run_cli("study", "retry-failed", "out", "-q").exit_code == 0


def test_ctrl_c_ends_with_130_and_shows_what_there_is(run_cli, study, monkeypatch):
    def stopped(case):
        if case.id != "base":
            raise KeyboardInterrupt
        return solve_case(case)

    monkeypatch.setattr(running, "solve_case", stopped)
    done = run_cli("study", "run", "study.toml", "-o", "out", "--json")
    assert done.exit_code == 130
    assert json.loads(done.stdout)["open"] == 4
    assert "1 of 5 cases done. The same command goes on." in done.stderr


def test_problems_of_a_study_are_told_at_once(run_cli, study):
    study.write_text(STUDY.replace("budgets", "budgts").replace("remote>=2", "remot>=2").replace('"cost"', '"cots"'))
    done = run_cli("study", "run", "study.toml", "-o", "out")
    assert done.exit_code == 2
    for part in ("Did you mean 'budgets'?", "Did you mean 'cost'?"):
        assert part in done.stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--workers", "2", "--scheduler", "tcp://x:1"], "--workers is about this machine"),
        (["--scheduler", "tls://x:1"], "go together"),
        (["--tls-ca", "study.toml"], "go together"),
        (["--scheduler", "tls://x:1", "--tls-ca", "a", "--tls-cert", "a", "--tls-key", "a"], "There is no file a"),
        (["--workers", "0"], "0 is not in the range"),
    ],
)
def test_who_works_is_checked_first(run_cli, study, options, says):
    done = run_cli("study", "run", "study.toml", "-o", "out", *options)
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())


@pytest.mark.parametrize("options", [[], ["--along", "share"], ["--moves"]])
def test_pictures_are_drawn(ran, run_cli, here, options):
    done = run_cli("study", "plot", "out", "-o", "p.svg", *options)
    assert done.exit_code == 0, done.stderr
    assert (here / "p.svg").read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--along", "shar"], "Did you mean 'share'?"),
        (["--along", "approach"], "'approach' is no number"),
        (["--along", "share", "--moves"], "Choose one"),
    ],
)
def test_what_cannot_be_drawn_is_told(ran, run_cli, options, says):
    done = run_cli("study", "plot", "out", "-o", "p.svg", *options)
    assert done.exit_code == 2
    assert says in done.stderr


@pytest.mark.parametrize("command", ["status", "table", "retry-failed"])
def test_a_folder_that_is_no_study_is_refused(run_cli, ex, command):
    done = run_cli("study", command, "ex")
    assert done.exit_code == 2
    assert "not a study folder" in done.stderr


def test_options_of_a_subcommand_may_stand_in_the_configuration(run_cli, study, here):
    (here / "sequencer.toml").write_text("[study.run]\nworkers = 1\n")
    done = run_cli("study", "run", "study.toml", "-o", "out")
    assert "one after the other, as asked for" in done.stderr
    (here / "sequencer.toml").write_text("[study.run]\nworker = 1\n")
    assert "'worker' is not an option of run" in run_cli("study", "status", "out").stderr.replace("\n", " ")


# -- the live line ----------------------------------------------------------------------------------------------------


def test_the_line_counts_on_between_two_cases(capsys):
    now = [100.0]
    line = StudyLine(clock=lambda: now[0])
    line(StudyProgress("a", 3, 11, 1, 60.0, 90.0))
    assert line.text() == "1:00 · 3 of 11 cases · 1 failed · about 1:30 left"
    now[0] += 35
    assert line.text() == "1:35 · 3 of 11 cases · 1 failed · about 0:55 left"
    now[0] += 100
    assert line.text() == "3:15 · 3 of 11 cases · 1 failed · about 0:00 left"


def test_elsewhere_than_on_a_terminal_there_is_a_line_now_and_then(capsys):
    now = [0.0]
    with StudyLine(clock=lambda: now[0]) as line:
        for second in range(12):
            now[0] = float(second)
            line(StudyProgress("a", second, 11, 0, now[0], None))
        line.reading(1, 2)
    assert capsys.readouterr().err.splitlines() == [
        "0:05 · 5 of 11 cases", "0:10 · 10 of 11 cases", "0:11 · 11 of 11 cases"
    ]  # fmt: skip


def test_a_quiet_line_shows_nothing(capsys):
    line = StudyLine(quiet=True)
    line(StudyProgress("a", 11, 11, 0, 1.0, None))
    line(Told(1, "here"))
    assert capsys.readouterr().err == ""


def test_a_terminal_sees_the_clock_go_on(monkeypatch):
    monkeypatch.setattr(study_line, "TICK", 0.01)
    written, enough = [], threading.Event()

    def echo(text, **_):
        written.append(text)
        if sum("of 2 cases" in text for text in written) > 2:
            enough.set()

    monkeypatch.setattr(study_line.click, "echo", echo)
    monkeypatch.setattr(study_line.sys.stderr, "isatty", lambda: True, raising=False)
    with StudyLine() as line:
        line(StudyProgress("a", 1, 2, 0, 1.0, 5.0))
        assert enough.wait(30)
    assert written[-1] == "\r\x1b[2K"
