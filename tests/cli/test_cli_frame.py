"""The frame of the command line: help, imports, configuration, log file, errors."""

import json
import os
import subprocess
import sys

import pytest

from sequencer import __version__
from sequencer.cli import state
from sequencer.cli.main import cli

HEAVY = ("pandas", "pyomo", "highspy", "matplotlib", "scipy", "numpy")
COMMANDS = (
    "init",
    "validate",
    "survey",
    "solve",
    "replan",
    "show",
    "evaluate",
    "plot",
    "compare",
    "risk",
    "map",
    "rules",
    "diff",
    "frontier",
    "ladder",
    "sensitivity",
    "robust",
    "stages",
    "study",
)


def test_the_commands_of_the_contract_are_there():
    assert set(cli.commands) == set(COMMANDS)


@pytest.mark.parametrize("arguments", [["--help"], *([c, "--help"] for c in COMMANDS), ["--version"]])
def test_help_imports_nothing_heavy(arguments):
    code = (
        "import sys\nfrom sequencer.cli.main import cli\n"
        f"try:\n    cli.main({arguments!r}, prog_name='sequencer')\n"
        "except SystemExit as end:\n    assert not end.code\n"
        f"heavy = [m for m in {HEAVY!r} if m in sys.modules]\nassert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "sequencer" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_each_command_has_an_example_that_parses(run_cli, command):
    text = run_cli(command, "--help").stdout
    assert f"$ sequencer {command}" in text
    assert "Example" in text


def test_help_tells_units_and_completion(run_cli, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    assert "_SEQUENCER_COMPLETE=bash_source" in run_cli("--help").stdout
    text = run_cli("solve", "--help").stdout
    assert "0.01 or 1%" in text
    assert "120, 2m, 1h" in text
    assert "When to stop" in text


def test_completion_knows_the_commands():
    environment = {
        **os.environ, "_SEQUENCER_COMPLETE": "bash_complete", "COMP_WORDS": "sequencer va", "COMP_CWORD": "1"
    }  # fmt: skip
    command = [sys.executable, "-c", "from sequencer.cli.main import main; main()"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert "validate" in done.stdout


def test_version(run_cli):
    assert run_cli("--version").stdout.split()[-1] == __version__


def test_a_word_that_is_no_command_ends_with_2(run_cli):
    done = run_cli("sovle")
    assert done.exit_code == 2
    assert "sovle" in done.stderr


# -- configuration ------------------------------------------------------------------------------------------------


def stored_options(folder):
    return json.loads((folder / "options.json").read_text())["options"]


def test_defaults_come_from_the_configuration_file_and_yield_to_the_command_line(run_cli, ex, here):
    (here / "sequencer.toml").write_text('quiet = true\n[solve]\ngap = "2%"\nseed = 4\ntime-limit = 30\n')
    done = run_cli("solve", "ex", "--seed", "5", "-o", "run")
    assert done.exit_code == 0
    assert done.stderr == ""
    options = stored_options(here / "run")
    assert (options["gap"], options["seed"], options["time_limit"]) == (0.02, 5, 30.0)


def test_another_configuration_file_can_be_named(run_cli, ex, here):
    (here / "sequencer.toml").write_text("[solve]\nseed = 4\n")
    (here / "other.toml").write_text("[solve]\nseed = 9\nlock = ['!remote']\n")
    assert run_cli("--config", "other.toml", "solve", "ex", "-o", "run").exit_code == 0
    options = stored_options(here / "run")
    assert (options["seed"], options["locks"]) == (9, ["!remote"])


def test_the_environment_sets_options(run_cli, ex, here, monkeypatch):
    monkeypatch.setenv("SEQUENCER_SOLVE_GAP", "3%")
    assert run_cli("solve", "ex", "-o", "run").exit_code == 0
    assert stored_options(here / "run")["gap"] == 0.03


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[solve]\ngpa = 1\n", "'gpa' is not an option of solve. There are: "),
        ("[slove]\ngap = 1\n", "'slove' is not a command, nor an option of all"),
        ("gap = \n", "cannot be read"),
        ("[solve]\ngap = 7\n", "7 is not between 0 and 1"),
    ],
)
def test_a_configuration_that_is_wrong_is_never_ignored(run_cli, ex, here, text, says):
    (here / "sequencer.toml").write_text(text)
    done = run_cli("solve", "ex")
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())


def test_a_configuration_file_that_is_not_there_is_an_error(run_cli, ex):
    done = run_cli("--config", "none.toml", "rules", "ex")
    assert done.exit_code == 2
    assert "none.toml" in done.stderr


# -- errors and log -------------------------------------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("sequencer.report.rules.instance_rules", fail)


def test_a_defect_is_told_without_traceback_and_kept_in_the_log_file(run_cli, ex, broken, here):
    done = run_cli("rules", "ex", "-v", "--log-file", "log.txt")
    assert done.exit_code == 1
    assert "Internal error: ZeroDivisionError: a defect" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "Traceback" in (here / "log.txt").read_text()


def test_without_v_the_log_file_stays_short(run_cli, ex, broken, here):
    run_cli("rules", "ex", "--log-file", "log.txt")
    assert "Traceback" not in (here / "log.txt").read_text()


def test_a_log_file_that_cannot_be_written_is_refused(run_cli, ex):
    done = run_cli("--log-file", "none/log.txt", "rules", "ex")
    assert done.exit_code == 2
    assert "cannot be written" in done.stderr


def test_warnings_of_the_library_reach_stderr_unless_quiet(run_cli, ex, here, monkeypatch):
    from sequencer.run import atomic

    real = atomic.write_text

    def full(path, text):
        if path.name == "trace.csv":
            raise OSError(28, "No space left on device")
        real(path, text)

    monkeypatch.setattr(atomic, "write_text", full)
    for quiet in ((), ("-q",)):
        done = run_cli("solve", "ex", "-o", f"run{len(quiet)}", *quiet)
        assert ("trace.csv could not be written" in done.stderr) is (not quiet)


def test_ctrl_c_in_any_command_ends_with_130(run_cli, ex, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("sequencer.report.rules.instance_rules", interrupted)
    done = run_cli("rules", "ex")
    assert done.exit_code == 130
    assert "Interrupted" in done.stderr


def test_the_clock_starts_with_the_process(monkeypatch):
    # this process has run for a while before this line
    assert state.State(began=state.process_began()).seconds > 0.1
    monkeypatch.setattr(state.Path, "read_text", lambda *_, **__: "")
    assert state.State(began=state.process_began()).seconds < 0.1


def test_python_m_sequencer_is_the_command():
    done = subprocess.run([sys.executable, "-m", "sequencer", "--version"], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["sequencer", __version__]


# -- where the output goes ---------------------------------------------------------------------------------------


def process(arguments, **options):
    command = [sys.executable, "-c", "from sequencer.cli.main import main; main()", *arguments]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize("arguments", [["validate", "ex"], ["rules", "--json"], ["--help"]])
def test_a_closed_pipe_ends_quietly(ex, arguments):
    read, write = os.pipe()
    os.close(read)
    with process(arguments, stdout=write) as running:
        os.close(write)
        assert running.stderr.read() == ""
    assert running.returncode == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")  # noqa: PTH110
@pytest.mark.parametrize("arguments", [["rules", "ex", "--json"], ["--help"]])
def test_output_that_cannot_be_written_is_said_plainly(ex, arguments):
    with open("/dev/full", "w") as full, process(arguments, stdout=full) as running:  # noqa: PTH123
        text = running.stderr.read()
    assert text == (
        "Error: the output cannot be written (No space left on device). Free space, or send it elsewhere.\n"
    )
    assert running.returncode == 2


def test_a_file_that_the_system_refuses_is_named(run_cli, ex, monkeypatch):
    def refused(*_):
        raise PermissionError(13, "Permission denied", "ex/drivers.csv")

    monkeypatch.setattr("sequencer.cli.validate.load_instance", refused)
    done = run_cli("validate", "ex")
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: ex/drivers.csv cannot be used (Permission denied). Check")


def test_a_search_that_does_not_end_keeps_no_one_waiting(tmp_path):
    # A thread that never ends stands for a search left to itself, which Python would wait for.
    code = (
        "import atexit, sys, threading\n"
        "from sequencer.cli.main import main\n"
        "from sequencer.solver import highs\n"
        "worker = threading.Thread(target=threading.Event().wait, daemon=True)\n"
        "worker.start()\n"
        "highs._deaf.append(worker)\n"
        "atexit.register(worker.join)\n"
        "main()\n"
    )
    for arguments, ended in ((["rules"], 0), (["validate", str(tmp_path / "nothing")], state.Exit.BAD_INPUT)):
        done = subprocess.run(
            [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == ended
        assert done.stdout or done.stderr
