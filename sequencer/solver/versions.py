"""Versions that a result depends on."""

from __future__ import annotations

import platform
from importlib.metadata import version

import sequencer
from sequencer.solver import highs


def versions() -> dict[str, str]:
    """Versions that a result depends on."""
    return {
        "sequencer": sequencer.__version__,
        "highs": highs.version(),
        "pyomo": version("pyomo"),
        "python": platform.python_version(),
    }
