"""Running a study: each result once, kept at once; failures are rows; a stopped study goes on where it was."""

import json
from dataclasses import replace

import pandas as pd
import pytest

import sequencer as sq
from sequencer.errors import RunError
from sequencer.report.clash import clash_lines
from sequencer.run.lock import Lock
from sequencer.study import cluster, running
from sequencer.study.case import CaseResult, solve_case
from sequencer.study.executor import SerialExecutor
from sequencer.study.reading import read_study
from sequencer.study.running import StudyProgress, Told, again, run
from sequencer.types import Termination

CUTS = """
measures = ["adoptions", "cost"]
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
scale = [1, 0.8, 0.4]
"""
NEVER = '\n[[case]]\nid = "clash"\nchange = [{ table = "budgets", field = "amount", set = 0 }]\nlocks = ["+large"]\n'


@pytest.fixture
def solved(monkeypatch):
    """Ids of the cases that were really solved, in order."""
    made = []

    def counted(case):
        made.append(case.id)
        return solve_case(case)

    monkeypatch.setattr(running, "solve_case", counted)
    return made


def stable(results):
    """The table without what may differ from run to run."""
    return results.table.drop(columns=["seconds", "host"])


def test_the_table_has_a_row_for_each_case(study_file, tmp_path, solved):
    # Programme office (1) and mandate (1 + 1 a year) open the large driver (cost 3): with full budgets of 4 a wave, of
    # which the pilot releases half, the optimum of the instance is 12.5; its README derives it.
    results = run(read_study(study_file(CUTS)), tmp_path / "out")
    table = results.table
    assert list(table["case"]) == ["base", "cut/share=1", "cut/share=0.8", "cut/share=0.4"]
    assert list(table["share"].fillna(0)) == [0, 1, 0.8, 0.4]
    assert table["objective"].iloc[0] == pytest.approx(12.5)
    # 40 % of 4 a wave is 1.6, of which the pilot releases 0.8: less than anything but the free driver, worth 4 in all.
    assert table["objective"].iloc[3] == pytest.approx(4)
    assert list(table["adoptions"]) == [len(plan.adoptions) for plan in results.plans.values()]
    assert set(table["termination"]) == {"gap_reached"}
    assert results.plans["cut/share=0.4"].instance_fingerprint == results.instance("cut/share=0.4").fingerprint
    # A budget scaled by 1 is the base, but starts from a plan: another case.
    assert solved == ["base", "cut/share=1", "cut/share=0.8", "cut/share=0.4"]
    free = results.adoptions[results.adoptions["case"] == "cut/share=0.4"]
    assert free[["id", "kind", "wave"]].values.tolist() == [["free", "driver", 1]]


def test_the_same_table_lies_in_the_folder_as_parquet_and_csv(study_file, tmp_path):
    results = run(read_study(study_file(CUTS)), tmp_path / "out")
    again_read = sq.study.read(tmp_path / "out")
    pd.testing.assert_frame_equal(again_read.table, results.table)
    parquet = pd.read_parquet(tmp_path / "out" / "results.parquet")
    pd.testing.assert_frame_equal(parquet, results.table, check_dtype=False)
    csv = pd.read_csv(tmp_path / "out" / "results.csv")
    assert csv["objective"].tolist() == results.table["objective"].tolist()
    assert {"fingerprint", "key", "seed", "versions"} - set(csv) == {"versions"}
    assert set(csv["sequencer"]) == {sq.__version__}


def test_nothing_is_solved_twice_and_new_cases_leave_the_others(study_file, tmp_path, solved):
    first = run(read_study(study_file(CUTS)), tmp_path / "out")
    solved.clear()
    same = run(read_study(study_file(CUTS)), tmp_path / "out")
    assert solved == []
    pd.testing.assert_frame_equal(first.table, same.table)
    more = CUTS.replace("0.4]", "0.6, 0.4]") + '\n[[case]]\nid = "twin"\n'
    results = run(read_study(study_file(more)), tmp_path / "out")
    # The twin is the base by another name: one result for both.
    assert solved == ["cut/share=0.6"]
    rows = results.table.set_index("case")
    assert rows.loc["twin", "key"] == rows.loc["base", "key"]
    assert rows.loc["twin", "objective"] == rows.loc["base", "objective"]


def test_an_infeasible_case_is_a_row_that_names_the_clash(study_file, tmp_path):
    results = run(read_study(study_file(CUTS + NEVER)), tmp_path / "out", words=clash_lines)
    row = results.table.set_index("case").loc["clash"]
    assert (row["termination"], results.infeasible, results.failed) == ("infeasible", ("clash",), ())
    assert row["message"].startswith("no plan keeps all rules: ")
    assert "Large driver" in row["message"]
    assert pd.isna(row["objective"])


def test_what_cannot_be_made_fails_and_so_does_what_starts_from_it(study_file, tmp_path, solved):
    text = CUTS.replace('id = "base"', 'id = "base"\nlocks = ["!large", "+large"]')
    results = run(read_study(study_file(text)), tmp_path / "out")
    messages = list(results.table["message"])
    assert (solved, results.failed) == ([], tuple(results.table["case"]))
    assert "large" in messages[0]
    assert messages[1:] == ["the case base, whose plan it starts from, failed"] * 3


def test_failures_stay_until_they_are_tried_again(study_file, tmp_path, monkeypatch):
    def fails(case):
        if case.id == "cut/share=0.8":
            return CaseResult(case.id, Termination.ERROR, "planted", versions=solve_case(case).versions)
        return solve_case(case)

    file, out = study_file(CUTS), tmp_path / "out"
    monkeypatch.setattr(running, "solve_case", fails)
    results = run(read_study(file), out)
    assert results.table.set_index("case").loc["cut/share=0.8", "message"] == "planted"
    monkeypatch.setattr(running, "solve_case", solve_case)
    assert run(read_study(file), out).failed == ("cut/share=0.8",)
    mended = again(out)
    assert (mended.failed, mended.open) == ((), ())
    whole = run(read_study(file), tmp_path / "whole")
    pd.testing.assert_frame_equal(stable(mended), stable(whole))


def test_ctrl_c_keeps_what_has_ended_and_the_same_call_goes_on(study_file, tmp_path, monkeypatch):
    def stopped(case):
        return replace(solve_case(case), termination=Termination.INTERRUPTED if "0.8" in case.id else "gap_reached")

    file, out = study_file(CUTS), tmp_path / "out"
    monkeypatch.setattr(running, "solve_case", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(read_study(file), out)
    half = sq.study.read(out)
    assert half.open == ("cut/share=0.8", "cut/share=0.4")
    assert list(pd.read_csv(out / "results.csv")["termination"].isna()) == [False, False, True, True]
    monkeypatch.setattr(running, "solve_case", solve_case)
    whole = run(read_study(file), tmp_path / "whole")
    pd.testing.assert_frame_equal(stable(run(read_study(file), out)), stable(whole))


def test_a_damaged_result_is_solved_again(study_file, tmp_path, solved):
    file, out = study_file(CUTS), tmp_path / "out"
    key = read_study(file).cases[2].key
    first = run(read_study(file), out)
    solved.clear()
    (out / "cases" / f"{key}.json").write_text('{"half')
    pd.testing.assert_frame_equal(stable(run(read_study(file), out)), stable(first))
    assert solved == ["cut/share=0.8"]


def test_a_result_of_other_versions_is_a_failure(study_file, tmp_path, monkeypatch):
    monkeypatch.setattr(running, "solve_case", lambda case: replace(solve_case(case), versions={"highs": "0"}))
    results = run(read_study(study_file('[[case]]\nid = "base"\n')), tmp_path / "out")
    assert "highs 0" in results.table["message"].iloc[0]
    assert results.failed == ("base",)


# -- folders ----------------------------------------------------------------------------------------------------------


def test_a_folder_that_is_something_else_is_left_alone(study_file, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "letter.txt").write_text("dear")
    with pytest.raises(RunError, match="not a study folder and is left alone"):
        run(read_study(study_file(CUTS)), other)
    assert [p.name for p in other.iterdir()] == ["letter.txt"]
    mine = tmp_path / "mine" / "instance"
    sq.write(sq.read("instances/tiny/pace"), mine)
    with pytest.raises(RunError, match="not a study folder and is left alone"):
        run(read_study(study_file(CUTS)), mine.parent)
    assert sq.read(mine).fingerprint == sq.read("instances/tiny/pace").fingerprint
    with pytest.raises(RunError, match="not a study folder"):
        sq.study.read(other)


def test_two_processes_do_not_work_on_one_folder(study_file, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    lock = Lock(out)
    with pytest.raises(RunError, match="is being written by process"):
        run(read_study(study_file(CUTS)), out)
    lock.release()
    assert run(read_study(study_file(CUTS)), out).open == ()


def test_another_base_takes_the_place_of_the_old_one_and_results_stay(study_file, tmp_path, solved):
    out = tmp_path / "out"
    run(read_study(study_file(CUTS)), out)
    other = run(read_study(study_file('[[case]]\nid = "base"\n', "tiny/pace")), out)
    assert sq.read(out / "instance").fingerprint == other.study.base.fingerprint
    solved.clear()
    assert run(read_study(study_file(CUTS)), out).open == ()
    assert solved == []


@pytest.mark.parametrize("without_instance", [0, 1])
def test_a_folder_of_other_versions_is_not_mended_but_run_anew(study_file, tmp_path, without_instance):
    out = tmp_path / "out"
    run(read_study(study_file(CUTS)), out)
    content = json.loads((out / "study.json").read_text())
    # What has no valid instance has a key that says nothing of versions.
    for case in content["cases"][:without_instance]:
        case["fingerprint"] = None
    content["cases"][without_instance]["key"] = "0" * 64
    (out / "study.json").write_text(json.dumps(content))
    with pytest.raises(RunError, match="other versions"):
        again(out)


# -- who works --------------------------------------------------------------------------------------------------------


class Pretended(SerialExecutor):
    """A cluster that works here."""

    made: list[int] = []  # noqa: RUF012

    def __init__(self, workers=1, address=None, tls=None):
        super().__init__()
        self.workers = workers
        self.made.append((workers, address))


@pytest.fixture
def told(monkeypatch):
    monkeypatch.setattr(cluster, "Cluster", Pretended)
    monkeypatch.setattr(cluster, "usual_workers", lambda: 3)
    Pretended.made = []
    return []


def lasting(seconds):
    return lambda case: replace(solve_case(case), seconds=seconds)


def test_short_cases_are_solved_one_after_the_other_and_it_is_said(study_file, tmp_path, told, monkeypatch):
    monkeypatch.setattr(running, "solve_case", lasting(1.5))
    run(read_study(study_file(CUTS)), tmp_path / "out", listeners=[told.append])
    assert Pretended.made == []
    said = "one after the other: a case takes 1.5 s, and below 2 s other processes do not pay"
    assert [event for event in told if isinstance(event, Told)] == [Told(1, said)]


def test_long_cases_go_to_as_many_processes_as_suit_the_machine(study_file, tmp_path, told, monkeypatch):
    monkeypatch.setattr(running, "solve_case", lasting(6.0))
    study = read_study(study_file(CUTS))
    results = run(study, tmp_path / "out", listeners=[told.append])
    assert Pretended.made == [(3, None)]
    assert Told(3, "by 3 processes, as a case takes 6.0 s") in told
    assert results.open == ()
    progress = [event for event in told if isinstance(event, StudyProgress)]
    assert [(p.done, p.total) for p in progress] == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    # One process had three cases of 6 s to go; three share the last two, then the last one.
    assert [p.left for p in progress] == [None, 18, 4, 2, 0]


def test_workers_and_scheduler_are_as_asked_for(study_file, tmp_path, told):
    study = read_study(study_file(CUTS))
    run(study, tmp_path / "a", workers=2)
    run(study, tmp_path / "b", workers=1)
    run(study, tmp_path / "c", scheduler="tcp://somewhere:8786")
    assert Pretended.made == [(2, None), (1, "tcp://somewhere:8786")]
