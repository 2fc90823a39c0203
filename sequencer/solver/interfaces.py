"""Pyomo's interfaces to other solvers: what each is told, and what is made of what it says."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import pyomo.environ as pyo
from pyomo.contrib.solver.common.factory import SolverFactory as ModernFactory
from pyomo.contrib.solver.common.results import SolutionStatus
from pyomo.contrib.solver.common.results import TerminationCondition as Modern
from pyomo.opt import SolverStatus
from pyomo.opt import TerminationCondition as Classic

from sequencer.errors import SequencerError, SolverError
from sequencer.solver.highs import WRONG_RULES
from sequencer.solver.options import EXACT
from sequencer.types import Termination

ABSOLUTE = 1e-9
"""Absolute gap at which a solver may stop, small enough for the relative one to decide."""


class Asked(NamedTuple):
    """What a search is asked for: relative gap, seconds (None: no limit), threads."""

    gap: float
    seconds: float | None
    threads: int


class Answer(NamedTuple):
    """What a solver said; its point, if any, is then in the variables of the Pyomo model.

    Attributes
    ----------
    termination : Termination
        Why it ended.
    point : bool
        Whether there is a point.
    sure : bool
        Whether it says that the point keeps every row.
    bound : float or None
        Proven: the objective is no larger anywhere.
    """

    termination: Termination
    point: bool = False
    sure: bool = False
    bound: float | None = None


# -- Pyomo's interfaces of today --------------------------------------------------------------------------------------

_MODERN = {
    Modern.convergenceCriteriaSatisfied: Termination.GAP_REACHED,
    Modern.maxTimeLimit: Termination.TIME_LIMIT,
    Modern.iterationLimit: Termination.WORK_LIMIT,
    Modern.objectiveLimit: Termination.WORK_LIMIT,
    Modern.interrupted: Termination.INTERRUPTED,
    Modern.provenInfeasible: Termination.INFEASIBLE,
    Modern.infeasibleOrUnbounded: Termination.INFEASIBLE,
}


@dataclass(frozen=True)
class InProcess:
    """A solver that works in this process and has a bound to tell of.

    Attributes
    ----------
    name : str
        What Pyomo calls it.
    remedy : str
        How to come by it.
    always, exact : mapping
        Options of its own: in every search, and where the optimum is to be proven.
    """

    name: str
    remedy: str
    always: Mapping[str, object] = field(default_factory=dict)
    exact: Mapping[str, object] = field(default_factory=dict)

    def version(self) -> str | None:
        """Version that is installed; None where none is, or no licence for it."""
        solver = ModernFactory(self.name)
        return _dotted(solver.version()) if solver.available() else None

    def solve(self, model: pyo.ConcreteModel, asked: Asked) -> Answer:
        """Maximise the objective of a model."""
        results = ModernFactory(self.name).solve(
            model,
            rel_gap=asked.gap,
            abs_gap=ABSOLUTE,
            time_limit=asked.seconds,
            threads=asked.threads,
            load_solutions=False,
            raise_exception_on_nonoptimal_result=False,
            solver_options={**self.always, **(self.exact if asked.gap == 0 else {})},
        )
        if results.termination_condition not in _MODERN:
            raise SolverError(_nothing(results.termination_condition.name))
        termination = _MODERN[results.termination_condition]
        point = results.solution_status in (SolutionStatus.feasible, SolutionStatus.optimal)
        if point:
            results.solution_loader.load_vars()
        bound = None if termination is Termination.INFEASIBLE else results.objective_bound
        return Answer(termination, point, point, bound if bound is not None and math.isfinite(bound) else None)


# -- Pyomo's interfaces of before, to programs of their own -----------------------------------------------------------

_CLASSIC = {
    Classic.optimal: Termination.GAP_REACHED,
    Classic.maxTimeLimit: Termination.TIME_LIMIT,
    Classic.maxIterations: Termination.WORK_LIMIT,
    Classic.maxEvaluations: Termination.WORK_LIMIT,
    Classic.userInterrupt: Termination.INTERRUPTED,
    Classic.infeasible: Termination.INFEASIBLE,
}


@dataclass(frozen=True)
class Program:
    """A solver that is a program of its own, found on the PATH.

    What Pyomo tells of its bound is not to be relied on: CBC's has the wrong sign at times, GLPK's is the figure of the
    plan. So there is one only where it ended because of the gap, and that is as wide as the gap allows.

    Attributes
    ----------
    name : str
        What Pyomo calls it.
    remedy : str
        How to come by it.
    gap : str
        Its option of the relative gap.
    threads : str or None
        Its option of the number of threads.
    """

    name: str
    remedy: str
    gap: str
    threads: str | None = None

    def version(self) -> str | None:
        """Version that is installed; None where none is."""
        solver = pyo.SolverFactory(self.name)
        return _dotted(solver.version()) if solver.available(exception_flag=False) else None

    def solve(self, model: pyo.ConcreteModel, asked: Asked) -> Answer:
        """Maximise the objective of a model."""
        solver = pyo.SolverFactory(self.name)
        solver.options[self.gap] = asked.gap
        if self.threads is not None:
            solver.options[self.threads] = asked.threads
        # GLPK takes whole seconds only.
        seconds = None if asked.seconds is None else math.ceil(asked.seconds)
        began = time.monotonic()
        results = solver.solve(model, timelimit=seconds, load_solutions=False)
        said, late = results.solver.termination_condition, seconds is not None and time.monotonic() - began >= seconds
        if said == Classic.feasible:
            # GLPK's word for both: the gap is reached, and the time is over.
            termination = Termination.TIME_LIMIT if late else Termination.GAP_REACHED
        elif said in _CLASSIC:
            termination = _CLASSIC[said]
        elif late:
            termination = Termination.TIME_LIMIT
        else:
            raise SolverError(_nothing(str(said)))
        if termination is Termination.INFEASIBLE or not len(results.solution):
            return Answer(termination)
        # What a limit cut short is a point all the same; Pyomo would warn of it.
        results.solver.status = SolverStatus.ok
        model.solutions.load_from(results)
        done = termination is Termination.GAP_REACHED
        return Answer(termination, point=True, sure=done, bound=_widest(model, asked.gap) if done else None)


def _widest(model: pyo.ConcreteModel, gap: float) -> float:
    """Largest objective that a gap leaves open, whether it is relative to the objective or to the bound."""
    found = float(pyo.value(model.objective.expr))
    return found + abs(found) * gap / (1.0 - gap)


INTERFACES: dict[str, InProcess | Program] = {
    "highs": InProcess(
        "highs",
        "pip install highspy",
        {"presolve_rule_off": WRONG_RULES},
        {"mip_feasibility_tolerance": EXACT},
    ),
    "gurobi": InProcess("gurobi_direct", "pip install gurobipy, and a licence", exact={"FeasibilityTol": EXACT}),
    "scip": InProcess("scip_direct", "pip install pyscipopt", exact={"numerics/feastol": EXACT}),
    "cbc": Program("cbc", "put the program cbc on the PATH", "ratio", "threads"),
    "glpk": Program("glpk", "put the program glpsol on the PATH", "mipgap"),
}
"""Solvers by name."""


def _dotted(version: tuple[int, ...] | None) -> str:
    return ".".join(map(str, version or ("unknown",)))


def _nothing(status: str) -> str:
    return f"it ended with '{status}'; nothing it says can be used"


def installed(name: str) -> str:
    """Version of a solver.

    Raises
    ------
    sequencer.errors.SequencerError
        If it is not installed, with how to come by it and what is.
    """
    version = INTERFACES[name].version()
    if version is not None:
        return version
    there = [other for other, interface in INTERFACES.items() if other != name and interface.version() is not None]
    message = (
        f"the solver '{name}' is not installed ({INTERFACES[name].remedy}); there are: {', '.join(there) or 'none'}. "
        "Without another solver this package searches itself"
    )
    raise SequencerError(message)
