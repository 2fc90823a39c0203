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
                {then}

sys.meta_path.insert(0, Press())
from sequencer.__main__ import main
main()
"""


def pressed(module: str, then: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run of the command in which Ctrl-C is pressed as a module is loaded, and what that then does."""
    command = [sys.executable, "-c", PRESSED.format(module=module, then=then), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("then", ["raise", "raise ImportError('half loaded') from pressed"])
def test_while_the_command_line_is_loaded(then):
    done = pressed("rich_click", then, "solve", "ex", "--json")
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


@pytest.mark.parametrize("then", ["raise", "raise ImportError('half loaded') from pressed"])
def test_while_a_command_loads_what_it_needs(ex, then):
    done = pressed("highspy", then, "solve", "ex", "--json", "-q")
    assert done.returncode == 130
    assert json.loads(done.stdout)["termination"] == "interrupted"
    assert "defect" not in done.stderr


@pytest.mark.parametrize("module", ["rich_click", "pyomo", "highspy"])
def test_a_module_that_swallows_it_does_not_keep_a_solve_going(ex, module):
    done = pressed(module, "pass", "solve", "ex", "--json", "-q")
    assert done.returncode == 130
    assert json.loads(done.stdout)["termination"] == "interrupted"


def test_a_module_that_is_missing_is_still_an_error(ex):
    done = pressed("nothing", "raise", "solve", "gone")
    assert done.returncode == 2
