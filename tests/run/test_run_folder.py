"""What a run folder holds at every moment, and what it refuses."""

import json
import logging
import os
from dataclasses import replace

import pytest

from sequencer.errors import RunError
from sequencer.plan.plan import Adoption, Plan
from sequencer.run import atomic
from sequencer.run.folder import RunFolder, is_run, read_run
from sequencer.run.reading import RESULT_KEYS, blank_result
from sequencer.solver.events import Improved, Progress, StartRepaired
from sequencer.types import Termination


def finished(path, instance, result, force=False):
    with RunFolder.create(path, instance, {"gap": 0.01}, force=force) as folder:
        folder.finish(result)


def test_a_finished_run_reads_back_as_it_was_solved(tmp_path, instance, plan, result):
    finished(tmp_path / "a" / "run", instance, result)
    run = read_run(tmp_path / "a" / "run")
    assert run.complete
    assert not run.active
    assert run.instance.fingerprint == instance.fingerprint
    assert run.plan == plan
    assert run.options == {"gap": 0.01}
    assert run.result == result.to_dict("run")
    assert run.differences == ()


def test_a_finished_run_holds_the_files_of_the_contract_and_no_lock(tmp_path, instance, result):
    finished(tmp_path / "run", instance, result)
    names = {p.name for p in (tmp_path / "run").iterdir()}
    assert names == {"instance", "plan.json", "result.json", "options.json", "trace.csv", "manifest.json"}


def test_the_manifest_lists_every_other_file_with_its_checksum(tmp_path, instance, result):
    finished(tmp_path / "run", instance, result)
    manifest = json.loads((tmp_path / "run/manifest.json").read_text())
    there = {str(p.relative_to(tmp_path / "run")) for p in (tmp_path / "run").rglob("*") if p.is_file()} - {
        "manifest.json"
    }
    assert set(manifest["files"]) == there
    assert manifest["complete"] is True
    assert manifest["schema"] == 1
    assert manifest["versions"] == {"sequencer": "0.1.0"}


def test_no_file_of_a_run_tells_where_it_was_made(tmp_path, instance, result):
    finished(tmp_path / "run", instance, result)
    for file in (tmp_path / "run").rglob("*"):
        assert file.is_dir() or str(tmp_path) not in file.read_text()


def test_equal_runs_are_equal_files(tmp_path, instance, result):
    for name in ("a", "b"):
        finished(tmp_path / name / "run", instance, result)
    for file in (tmp_path / "a").rglob("*"):
        assert file.is_dir() or file.read_bytes() == (tmp_path / "b" / file.relative_to(tmp_path / "a")).read_bytes()


def test_the_keys_of_result_json_are_those_a_result_has(result, instance):
    assert tuple(result.to_dict()) == RESULT_KEYS
    assert tuple(blank_result(instance)) == RESULT_KEYS
    assert tuple(blank_result(None)) == RESULT_KEYS


def test_every_better_plan_is_on_disk_while_the_solve_goes_on(tmp_path, instance):
    first, second = Plan((Adoption("data:1", 1),)), Plan((Adoption("data:1", 2),))
    with RunFolder.create(tmp_path / "run", instance, {}) as folder:
        assert read_run(tmp_path / "run").plan is None
        for seconds, found in ((1.0, first), (2.0, second)):
            folder.trace(Improved(seconds, found, 10.0 * seconds))
            run = read_run(tmp_path / "run")
            assert run.plan == found
            assert run.active
            assert not run.complete
            assert run.result["objective"] == 10.0 * seconds
            assert run.result["termination"] is None


def test_an_unfinished_run_tells_what_its_trace_knows(tmp_path, instance, plan):
    with RunFolder.create(tmp_path / "run", instance, {}) as folder:
        folder(Progress(0.5, "build"))
        folder(Improved(1.0, plan, 8.0))
        folder(StartRepaired(1.5, ("x",)))
        folder(Progress(2.0, "search", 8.0, 10.0, 0.2))
    run = read_run(tmp_path / "run")
    assert not run.active
    # gap = |10 - 8| / 10
    expected = {"objective": 8.0, "bound": 10.0, "gap": 0.2, "seconds": 2.0, "plan": True, "npv": None, "run": "run"}
    assert {key: run.result[key] for key in expected} == expected
    assert tuple(run.result) == RESULT_KEYS


def test_a_trace_row_that_says_nothing_new_replaces_the_last(tmp_path, instance):
    with RunFolder.create(tmp_path / "run", instance, {}) as folder:
        for seconds in (1.0, 2.0, 3.0):
            folder(Progress(seconds, "search", None, 5.0))
    lines = (tmp_path / "run/trace.csv").read_text().splitlines()
    assert lines == ["seconds,phase,objective,bound,gap", "3.000,search,,5.0,"]


def test_a_result_without_a_plan_leaves_none_behind(tmp_path, instance, plan, result):
    with RunFolder.create(tmp_path / "run", instance, {}) as folder:
        folder.checkpoint(plan)
        folder.finish(replace(result, plan=None, objective=None))
    run = read_run(tmp_path / "run")
    assert run.complete
    assert run.plan is None
    assert run.result["plan"] is False


# -- what is in the way -----------------------------------------------------------------------------------------------


def test_an_existing_folder_is_refused_without_force(tmp_path, instance, result):
    finished(tmp_path / "run", instance, result)
    with pytest.raises(RunError, match="exists already.*--force"):
        RunFolder.create(tmp_path / "run", instance, {})
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match="exists already"):
        RunFolder.create(tmp_path / "empty", instance, {})
    assert read_run(tmp_path / "run").complete


def test_force_replaces_a_run_and_nothing_of_it_shines_through(tmp_path, instance, result, plan):
    finished(tmp_path / "run", instance, result)
    other = Plan((Adoption("data:1", 2),))
    with RunFolder.create(tmp_path / "run", instance, {"gap": 0.5}, force=True) as folder:
        # The old plan stays until there is a new one.
        folder(Progress(0.5, "search", None, 12.0))
        assert folder.replaces
        run = read_run(tmp_path / "run")
        assert (run.plan, run.complete, run.options) == (plan, True, {"gap": 0.01})
        folder(Improved(1.0, other, 9.0))
        assert not folder.replaces
        run = read_run(tmp_path / "run")
        assert (run.plan, run.complete, run.options) == (other, False, {"gap": 0.5})
        assert run.result["objective"] == 9.0
        assert run.result["bound"] == 12.0


def test_only_an_interrupted_solve_without_a_plan_leaves_the_run_it_was_to_replace(tmp_path, instance, result, plan):
    finished(tmp_path / "run", instance, result)
    none = replace(result, plan=None, objective=None, bound=None)
    finished(tmp_path / "run", instance, replace(none, termination=Termination.INTERRUPTED), force=True)
    assert read_run(tmp_path / "run").plan == plan
    finished(tmp_path / "run", instance, replace(none, termination=Termination.INFEASIBLE), force=True)
    run = read_run(tmp_path / "run")
    assert (run.plan, run.result["termination"]) == (None, "infeasible")


def test_force_takes_an_empty_folder_and_one_killed_at_its_first_breath(tmp_path, instance, result):
    (tmp_path / "empty").mkdir()
    (tmp_path / "killed").mkdir()
    (tmp_path / "killed" / ".lock").write_text("1\n")
    for name in ("empty", "killed"):
        finished(tmp_path / name, instance, result, force=True)
        assert read_run(tmp_path / name).complete


@pytest.mark.parametrize("name", ["notes.txt", "plan.json", "options.json"])
def test_force_never_touches_a_folder_that_is_not_a_run(tmp_path, instance, name):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / name).write_text('{"kind": "mine"}')
    with pytest.raises(RunError, match="not a run folder and is left alone"):
        RunFolder.create(tmp_path / "mine", instance, {}, force=True)
    assert [p.name for p in (tmp_path / "mine").iterdir()] == [name]


def test_force_keeps_what_others_put_beside_a_run(tmp_path, instance, result):
    finished(tmp_path / "run", instance, result)
    (tmp_path / "run" / "gantt.png").write_text("picture")
    finished(tmp_path / "run", instance, result, force=True)
    assert (tmp_path / "run" / "gantt.png").read_text() == "picture"


def test_force_refuses_where_the_stored_instance_holds_other_work(tmp_path, instance, result):
    finished(tmp_path / "run", instance, result)
    (tmp_path / "run/instance/thesis.docx").write_text("years")
    with pytest.raises(RunError, match="thesis.docx"):
        RunFolder.create(tmp_path / "run", instance, {}, force=True)
    assert (tmp_path / "run/plan.json").exists()


def test_force_follows_no_link_out_of_the_folder(tmp_path, instance, result):
    finished(tmp_path / "run", instance, result)
    (tmp_path / "run/instance").rename(tmp_path / "elsewhere")
    (tmp_path / "run/instance").symlink_to(tmp_path / "elsewhere")
    finished(tmp_path / "run", instance, result, force=True)
    assert (tmp_path / "elsewhere/instance.toml").exists()
    assert not (tmp_path / "run/instance").is_symlink()


def test_a_file_in_the_way_is_named(tmp_path, instance):
    (tmp_path / "run").write_text("a file")
    with pytest.raises(RunError, match="is a file"):
        RunFolder.create(tmp_path / "run", instance, {}, force=True)
    with pytest.raises(RunError, match="cannot be written"):
        RunFolder.create(tmp_path / "run" / "inner", instance, {})


def test_a_run_in_use_is_not_replaced(tmp_path, instance):
    with RunFolder.create(tmp_path / "run", instance, {}):
        with pytest.raises(RunError, match=f"process {os.getpid()}"):
            RunFolder.create(tmp_path / "run", instance, {}, force=True)
        assert read_run(tmp_path / "run").active


def test_a_failure_while_the_instance_is_stored_unlocks(tmp_path, instance, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic, "write_folder", full)
    with pytest.raises(RunError, match="No space left"):
        RunFolder.create(tmp_path / "run", instance, {})
    assert not (tmp_path / "run/.lock").exists()


def test_a_checkpoint_that_cannot_be_written_warns_and_the_end_fails(
    tmp_path, instance, plan, result, monkeypatch, caplog
):
    def full(*_):
        raise OSError(28, "No space left on device")

    with RunFolder.create(tmp_path / "run", instance, {}) as folder:
        monkeypatch.setattr(atomic, "write_text", full)
        with caplog.at_level(logging.WARNING, "sequencer"):
            folder.checkpoint(plan)
        assert "plan.json could not be written: No space left" in caplog.text
        with pytest.raises(RunError, match="could not be stored.*No space left"):
            folder.finish(result)
        monkeypatch.undo()
    assert not read_run(tmp_path / "run").complete


# -- damage -----------------------------------------------------------------------------------------------------------


def test_a_folder_that_is_no_run_says_what_a_run_is(tmp_path, instance):
    with pytest.raises(RunError, match="no run folder .*solve INSTANCE -o"):
        read_run(tmp_path / "none")
    (tmp_path / "other").mkdir()
    with pytest.raises(RunError, match="stopped before its instance was stored"):
        read_run(tmp_path / "other")
    with_lock = RunFolder.create(tmp_path / "begun", instance, {})
    (tmp_path / "begun/instance").rename(tmp_path / "later")
    with pytest.raises(RunError, match="only just begun"):
        read_run(tmp_path / "begun")
    with_lock.__exit__(None, None, None)
    (tmp_path / "other/notes.txt").write_text("")
    with pytest.raises(RunError, match="not a run folder: it has no options.json. Give the folder of solve -o"):
        read_run(tmp_path / "other")
    (tmp_path / "other/instance.toml").write_text("")
    with pytest.raises(RunError, match="looks like an instance"):
        read_run(tmp_path / "other")
    (tmp_path / "other/options.json").write_text('{"kind": "other"}')
    with pytest.raises(RunError, match="options.json is not one of a run"):
        read_run(tmp_path / "other")
    assert not is_run(tmp_path / "other")


@pytest.mark.parametrize("name", ["plan.json", "result.json", "trace.csv", "options.json", "instance/drivers.csv"])
def test_a_changed_file_of_a_finished_run_is_named(tmp_path, instance, result, name):
    finished(tmp_path / "run", instance, result)
    file = tmp_path / "run" / name
    file.write_text(file.read_text() + "\n")
    with pytest.raises(RunError, match=f"{name} was changed after the run ended.*--force"):
        read_run(tmp_path / "run")
    assert read_run(tmp_path / "run", verify=False).differences == (f"{name} was changed after the run ended",)


def test_missing_and_added_files_are_named(tmp_path, instance, result):
    finished(tmp_path / "run", instance, result)
    (tmp_path / "run/trace.csv").unlink()
    (tmp_path / "run/instance/waves.csv").write_text("wave,months\n")
    with pytest.raises(RunError, match=r"trace.csv is missing; instance/waves.csv was added"):
        read_run(tmp_path / "run")


def test_a_plan_of_another_instance_is_noticed(tmp_path, instance):
    other = Plan((Adoption("data:1", 1),), instance_fingerprint="0" * 64)
    with RunFolder.create(tmp_path / "run", instance, {}):
        pass
    (tmp_path / "run/plan.json").write_text(other.to_json())
    with pytest.raises(RunError, match="plan.json belongs to another instance"):
        read_run(tmp_path / "run")


def test_a_result_of_another_instance_is_noticed(tmp_path, instance, result):
    finished(tmp_path / "run", instance, replace(result, fingerprint="0" * 64))
    with pytest.raises(RunError, match="result.json belongs to another instance"):
        read_run(tmp_path / "run")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("plan.json", "{", "plan.json is missing or damaged"),
        ("options.json", "[]", "options.json is missing or damaged"),
        ("trace.csv", "seconds,phase\nx,y\n", "trace.csv is damaged"),
        ("instance/instance.toml", "waves = ", "instance is missing or damaged"),
        ("manifest.json", "{}", "manifest.json is damaged"),
        ("manifest.json", '{"schema": 99, "complete": true, "files": {}}', "run schema 99"),
    ],
)
def test_damage_of_an_unfinished_run_is_named_with_a_remedy(tmp_path, instance, plan, name, text, says):
    with RunFolder.create(tmp_path / "run", instance, {}) as folder:
        folder.checkpoint(plan)
    (tmp_path / "run" / name).write_text(text)
    with pytest.raises(RunError, match=says) as caught:
        read_run(tmp_path / "run")
    assert "Solve again" in str(caught.value) or "solve again" in str(caught.value) or "Remove" in str(caught.value)


@pytest.mark.parametrize(("change", "says"), [({"npv": "much"}, "npv is not a number"), ({}, "without bound")])
def test_a_result_that_is_none_is_refused_even_unverified(tmp_path, instance, result, change, says):
    finished(tmp_path / "run", instance, result)
    content = json.loads((tmp_path / "run/result.json").read_text()) | change
    if not change:
        del content["bound"]
    (tmp_path / "run/result.json").write_text(json.dumps(content))
    with pytest.raises(RunError, match=says):
        read_run(tmp_path / "run", verify=False)
