"""A runner, an example instance, and a run of it."""

import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sequencer.cli.main import cli

EXAMPLE = Path(str(files("sequencer.cli") / "example"))


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def ex(here):
    """The example instance in the working folder, as ``ex``."""
    shutil.copytree(EXAMPLE, here / "ex")
    return here / "ex"


@pytest.fixture
def run_cli(here):
    def run(*arguments: object) -> Result:
        return CliRunner().invoke(cli, [str(a) for a in arguments])

    return run


@pytest.fixture(scope="session")
def solved(tmp_path_factory):
    """A finished run of the example."""
    folder = tmp_path_factory.mktemp("solved") / "run"
    made = CliRunner().invoke(cli, ["solve", str(EXAMPLE), "--gap", "0", "-o", str(folder), "-q"])
    assert made.exit_code == 0, made.stderr
    return folder


@pytest.fixture
def a_run(solved, here):
    """A copy of it in the working folder, as ``run``."""
    shutil.copytree(solved, here / "run")
    return here / "run"
