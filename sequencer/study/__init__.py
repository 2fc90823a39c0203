"""Many solves: studies of what-if cases, and the analyses that need more than one plan.

The public names are loaded when first used, so that ``import sequencer`` stays instant.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sequencer.study.breaks import Breaks, breakpoints
    from sequencer.study.case import Case, CaseResult, solve_case
    from sequencer.study.cluster import Cluster, Tls
    from sequencer.study.draws import DrawOptions
    from sequencer.study.efficient import Frontier
    from sequencer.study.executor import Executor, Mapper, SerialExecutor, serial
    from sequencer.study.frontiers import frontier
    from sequencer.study.information import Information, perfect_information
    from sequencer.study.ladders import ladder
    from sequencer.study.monte_carlo import MonteCarlo, simulate
    from sequencer.study.parameters import Parameter, parameter
    from sequencer.study.reading import Study, read_study
    from sequencer.study.replanning import Replan, replan
    from sequencer.study.results import StudyResults, read
    from sequencer.study.robust import Reoptimised, Robust, reoptimised
    from sequencer.study.rungs import Ladder
    from sequencer.study.running import StudyProgress, Told, again, run
    from sequencer.study.scenarios import best_alone, drawn
    from sequencer.study.sensitivity import Tornado, tornado
    from sequencer.study.stages import TwoStages, two_stages

_HOME = {
    "Breaks": "sequencer.study.breaks",
    "Case": "sequencer.study.case",
    "CaseResult": "sequencer.study.case",
    "Cluster": "sequencer.study.cluster",
    "DrawOptions": "sequencer.study.draws",
    "Executor": "sequencer.study.executor",
    "Frontier": "sequencer.study.efficient",
    "Information": "sequencer.study.information",
    "Ladder": "sequencer.study.rungs",
    "Mapper": "sequencer.study.executor",
    "MonteCarlo": "sequencer.study.monte_carlo",
    "Parameter": "sequencer.study.parameters",
    "Reoptimised": "sequencer.study.robust",
    "Replan": "sequencer.study.replanning",
    "Robust": "sequencer.study.robust",
    "SerialExecutor": "sequencer.study.executor",
    "Study": "sequencer.study.reading",
    "StudyProgress": "sequencer.study.running",
    "StudyResults": "sequencer.study.results",
    "Tls": "sequencer.study.cluster",
    "Told": "sequencer.study.running",
    "Tornado": "sequencer.study.sensitivity",
    "TwoStages": "sequencer.study.stages",
    "again": "sequencer.study.running",
    "best_alone": "sequencer.study.scenarios",
    "breakpoints": "sequencer.study.breaks",
    "drawn": "sequencer.study.scenarios",
    "frontier": "sequencer.study.frontiers",
    "ladder": "sequencer.study.ladders",
    "parameter": "sequencer.study.parameters",
    "perfect_information": "sequencer.study.information",
    "read": "sequencer.study.results",
    "read_study": "sequencer.study.reading",
    "reoptimised": "sequencer.study.robust",
    "replan": "sequencer.study.replanning",
    "run": "sequencer.study.running",
    "serial": "sequencer.study.executor",
    "simulate": "sequencer.study.monte_carlo",
    "solve_case": "sequencer.study.case",
    "tornado": "sequencer.study.sensitivity",
    "two_stages": "sequencer.study.stages",
}

__all__ = [
    "Breaks",
    "Case",
    "CaseResult",
    "Cluster",
    "DrawOptions",
    "Executor",
    "Frontier",
    "Information",
    "Ladder",
    "Mapper",
    "MonteCarlo",
    "Parameter",
    "Reoptimised",
    "Replan",
    "Robust",
    "SerialExecutor",
    "Study",
    "StudyProgress",
    "StudyResults",
    "Tls",
    "Told",
    "Tornado",
    "TwoStages",
    "again",
    "best_alone",
    "breakpoints",
    "drawn",
    "frontier",
    "ladder",
    "parameter",
    "perfect_information",
    "read",
    "read_study",
    "reoptimised",
    "replan",
    "run",
    "serial",
    "simulate",
    "solve_case",
    "tornado",
    "two_stages",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Load a public name on first use (PEP 562)."""
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
