"""Other solvers on the compact formulation, plain: the baselines that HiGHS is not.

Each is given the standard form and nothing else, and what it finds is evaluated like any plan. CP-SAT cannot share a
process with HiGHS, so nothing here imports HiGHS before a solver is chosen.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sequencer.instance.instance import Instance
from sequencer.model.build import build
from sequencer.model.sequencing import SequencingModel
from sequencer.plan.evaluate import evaluate
from sequencer.solver.aims import Aim, goal_aims
from sequencer.solver.decisions import read_plan_of
from sequencer.solver.options import SolveOptions
from sequencer.solver.result import relative_gap
from sequencer.solver.standard_form import StandardForm, standard_form

MOST_ROWS = 2000
"""Events of a solve that are kept; the last of them always is."""


class DoesNotFitError(Exception):
    """A solver cannot take the statement, or is not installed."""


@dataclass
class Problem:
    """A form to solve, and what happens on the way."""

    instance: Instance
    seconds: float
    gap: float
    began: float = field(default_factory=time.monotonic)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.model: SequencingModel = build(self.instance, reduce=False)
        self.form: StandardForm = standard_form(self.model)
        self.aim: Aim = goal_aims(self.model)[0]

    @property
    def left(self) -> float:
        """Seconds left."""
        return max(0.1, self.seconds - (time.monotonic() - self.began))

    def tell(self, phase: str, objective: float | None, bound: float | None) -> None:
        """Keep what is known, in the sense of the form (minimising)."""
        self._add(phase, self._figure(objective), self._figure(bound))

    def _figure(self, objective: float | None) -> float | None:
        worth = self.aim.worth_of(objective)
        return None if worth is None else self.aim.sense * worth

    def _add(self, phase: str, incumbent: float | None, bound: float | None) -> None:
        known = (phase, incumbent, bound)
        if self.rows and known == tuple(self.rows[-1][k] for k in ("phase", "incumbent", "bound")):
            return
        seconds, gap = time.monotonic() - self.began, relative_gap(incumbent, bound)
        self.rows.append({"seconds": seconds, "phase": phase, "incumbent": incumbent, "bound": bound, "gap": gap})

    def result(self, point: np.ndarray | None, bound: float | None, termination: str) -> dict[str, Any]:
        """Evaluate the point that was found; one that breaks a rule is no plan."""
        incumbent = None
        if point is not None:
            judged = evaluate(self.instance, read_plan_of(self.model, self.form, point))
            incumbent = self.aim.figure(judged) if judged.feasible else None
            termination = termination if judged.feasible else "breaks a rule"
        step = max(1, len(self.rows) // MOST_ROWS)
        self.rows = [*self.rows[:-1:step], *self.rows[-1:]]
        self._add("result", incumbent, self._figure(bound))
        return {"rows": self.rows, "termination": termination}


def scip(instance: Instance, seconds: float, gap: float) -> dict[str, Any]:
    """Solve with SCIP, on its one thread; the form is handed over as an MPS file."""
    try:
        from pyscipopt import SCIP_EVENTTYPE, Eventhdlr, Model
    except ImportError as error:
        raise DoesNotFitError("SCIP is not installed") from error
    from sequencer.solver.highs import Highs

    problem = Problem(instance, seconds, gap)
    solver = Model()
    solver.hideOutput()
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "form.mps")
        Highs(problem.form, {}).highs.writeModel(file)
        solver.readProblem(file)
    solver.setParams({"limits/time": problem.left, "limits/gap": gap})

    def known(value: float) -> float | None:
        return None if abs(value) >= solver.infinity() else value

    class Listener(Eventhdlr):
        def eventinit(self) -> None:
            for kind in (SCIP_EVENTTYPE.BESTSOLFOUND, SCIP_EVENTTYPE.NODESOLVED, SCIP_EVENTTYPE.LPSOLVED):
                self.model.catchEvent(kind, self)

        def eventexec(self, _: object) -> None:
            problem.tell("search", known(self.model.getPrimalbound()), known(self.model.getDualbound()))

    solver.includeEventhdlr(Listener(), "listener", "keeps what is known")
    solver.optimize()
    point = None
    if solver.getNSols():
        best, point = solver.getBestSol(), np.zeros(len(problem.form.cost))
        for variable in solver.getVars():
            point[int(variable.name.removeprefix("c"))] = solver.getSolVal(best, variable)
    ended = {"optimal": "gap_reached", "gaplimit": "gap_reached", "timelimit": "time_limit"}
    return problem.result(point, known(solver.getDualbound()), ended.get(solver.getStatus(), solver.getStatus()))


# -- CP-SAT ------------------------------------------------------------------------------------------------------------

LARGEST = 2**31
"""Most that a whole coefficient may be."""

FINE = 10**6
"""What the largest coefficient becomes where no factor makes all of them whole."""


def whole_row(coefficients: np.ndarray, side: float) -> tuple[np.ndarray, int]:
    """Row ``coefficients · x ≤ side`` over non-negative whole x, in whole numbers.

    A factor that makes all of it whole is looked for: powers of two, for those are what the form is scaled by, times
    powers of ten, for those are what people write. Where there is none, coefficients are rounded up and the side down,
    so that what keeps the rounded row keeps the given one.
    """
    for digits in range(5):
        for power in range(21):
            made = coefficients * (10.0**digits * 2.0**power)
            if abs(made).max() > LARGEST:
                break
            if (abs(made - np.round(made)) < 1e-6).all():
                # What is left of the side above a whole number can never be used.
                return np.round(made).astype(np.int64), int(np.floor(side * 10.0**digits * 2.0**power + 1e-6))
    factor = FINE / abs(coefficients).max()
    return np.ceil(coefficients * factor - 1e-9).astype(np.int64), int(np.floor(side * factor + 1e-9))


def cpsat(instance: Instance, seconds: float, gap: float) -> dict[str, Any]:
    """Solve with CP-SAT on all cores; only forms of whole columns can be stated."""
    try:
        from ortools.sat.python import cp_model
    except ImportError as error:
        raise DoesNotFitError("OR-Tools are not installed") from error

    problem = Problem(instance, seconds, gap)
    form = problem.form
    if not form.integral.all():
        raise DoesNotFitError("CP-SAT takes whole columns only, and this statement has amounts of money")
    model = cp_model.CpModel()
    columns = [model.new_int_var(int(low), int(up), "") for low, up in zip(form.lower, form.upper, strict=True)]
    rows = form.matrix.tocsr()
    for r in range(rows.shape[0]):
        span = slice(rows.indptr[r], rows.indptr[r + 1])
        members, data = [columns[c] for c in rows.indices[span]], rows.data[span]
        for sign, side in ((1.0, form.row_upper[r]), (-1.0, -form.row_lower[r])):
            if np.isfinite(side):
                whole, limit = whole_row(sign * data, side)
                model.add(cp_model.LinearExpr.weighted_sum(members, whole.tolist()) <= limit)
    scale = FINE / max(abs(form.cost).max(), 1e-12)
    model.minimize(cp_model.LinearExpr.weighted_sum(columns, np.round(form.cost * scale).astype(np.int64).tolist()))

    def back(value: float) -> float:
        return value / scale + form.offset

    class Listener(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            problem.tell("search", back(self.objective_value), back(self.best_objective_bound))

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = SolveOptions().cores
    solver.parameters.max_time_in_seconds = problem.left
    solver.parameters.relative_gap_limit = gap
    status = solver.solve(model, Listener())
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    point = np.array([float(solver.value(c)) for c in columns]) if found else None
    said = "gap_reached" if status == cp_model.OPTIMAL else "time_limit"
    return problem.result(point, back(solver.best_objective_bound), said)


PEERS: dict[str, Callable[[Instance, float, float], dict[str, Any]]] = {"scip": scip, "cpsat": cpsat}
"""Solvers by name."""
