"""What a user may get wrong in locks and plans of the command line: told, and never ignored."""

from __future__ import annotations


def test_two_locks_that_contradict_each_other_are_both_named(ex, run_cli):
    result = run_cli("validate", ex, "--lock", "remote=1", "--lock", "remote=2")
    assert result.exit_code == 2
    assert "lock 'remote=1' and in lock 'remote=2'" in result.output
    assert "wave 1 and in wave 2" in result.output


def test_two_locks_that_go_together_hold_together(ex, run_cli):
    assert run_cli("validate", ex, "--lock", "remote>=1", "--lock", "remote<=2").exit_code == 0


def test_help_says_that_a_latest_start_demands_no_adoption(run_cli):
    words = " ".join(run_cli("validate", "--help").stdout.replace("│", " ").split())
    assert "if adopted at all" in words


def test_a_plan_that_leaves_out_what_is_not_there_is_told(ex, here, run_cli):
    (here / "plan.csv").write_text("ID,Wave,Mode\nremote,,\nremoet,,\n", encoding="utf-8")
    result = run_cli("evaluate", ex, "plan.csv")
    assert "leaves out 'remoet'" in result.output
    assert "'remote'" not in result.output
