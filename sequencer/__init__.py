"""Find the sequence of adoption waves of a transformation.

The public names are loaded when first used, so that ``import sequencer`` and ``sequencer --help`` stay instant.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sequencer import study
    from sequencer.instance.changes import Change
    from sequencer.instance.instance import Instance
    from sequencer.instance.reader import read
    from sequencer.instance.writer import write
    from sequencer.plan.compare import Candidate, Comparison
    from sequencer.plan.evaluate import Evaluation, evaluate
    from sequencer.plan.plan import Adoption, Plan, read_plan
    from sequencer.run.folder import Run, read_run
    from sequencer.solver.result import Result
    from sequencer.solver.solve import solve

__version__ = "0.1.0"

_HOME = {
    "Adoption": "sequencer.plan.plan",
    "Candidate": "sequencer.plan.compare",
    "Change": "sequencer.instance.changes",
    "Comparison": "sequencer.plan.compare",
    "Evaluation": "sequencer.plan.evaluate",
    "Instance": "sequencer.instance.instance",
    "Plan": "sequencer.plan.plan",
    "Result": "sequencer.solver.result",
    "Run": "sequencer.run.folder",
    "evaluate": "sequencer.plan.evaluate",
    "read": "sequencer.instance.reader",
    "read_plan": "sequencer.plan.plan",
    "read_run": "sequencer.run.folder",
    "solve": "sequencer.solver.solve",
    "write": "sequencer.instance.writer",
}
_PACKAGES = ("study",)

__all__ = [
    "Adoption",
    "Candidate",
    "Change",
    "Comparison",
    "Evaluation",
    "Instance",
    "Plan",
    "Result",
    "Run",
    "evaluate",
    "read",
    "read_plan",
    "read_run",
    "solve",
    "study",
    "write",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Load a public name on first use (PEP 562)."""
    if name in _HOME:
        value = getattr(importlib.import_module(_HOME[name]), name)
        globals()[name] = value
        return value
    if name in _PACKAGES:
        return importlib.import_module(f"{__name__}.{name}")
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
