"""Ctrl-C while the program is being loaded ends with 130 as it does later on."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

PRESSED = """
import os, signal, sys, time

class Press:
    def find_spec(self, name, *rest):
        if name == {module!r}:
            try:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(60)
            except KeyboardInterrupt as pressed:
                raise {error} from pressed

sys.meta_path.insert(0, Press())
from sequencer.__main__ import main
main()
"""


def pressed(module: str, error: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of the command in which Ctrl-C is pressed as a module is loaded, which then ends in an error."""
    command = [sys.executable, "-c", PRESSED.format(module=module, error=error), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "ImportError('half loaded')"])
def test_while_the_command_line_is_loaded(error):
    done = pressed("rich_click", error, "solve", "ex", "--json")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("error", ["KeyboardInterrupt", "ImportError('half loaded')"])
def test_while_a_command_loads_what_it_needs(ex, error):
    done = pressed("highspy", error, "solve", "ex", "--json", "-q")
    assert done.returncode == 130
    assert json.loads(done.stdout)["termination"] == "interrupted"
    assert "defect" not in done.stderr


def test_a_module_that_is_missing_is_still_an_error(ex):
    done = pressed("nothing", "KeyboardInterrupt", "solve", "gone")
    assert done.returncode == 2
