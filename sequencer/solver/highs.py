"""HiGHS: the only module that imports highspy.

The solver runs in a thread of its own while the caller's thread passes on progress, so that Ctrl-C, time limits and
listeners work in every phase. Nothing is read from HiGHS before its status says that it may be.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from sequencer.errors import SolverError
from sequencer.solver.standard_form import Floats, StandardForm
from sequencer.types import Termination

POLL_SECONDS = 0.05

_TERMINATION = {
    highspy.HighsModelStatus.kOptimal: Termination.GAP_REACHED,
    highspy.HighsModelStatus.kModelEmpty: Termination.GAP_REACHED,
    highspy.HighsModelStatus.kObjectiveBound: Termination.GAP_REACHED,
    highspy.HighsModelStatus.kInfeasible: Termination.INFEASIBLE,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Termination.INFEASIBLE,
    highspy.HighsModelStatus.kTimeLimit: Termination.TIME_LIMIT,
    highspy.HighsModelStatus.kIterationLimit: Termination.WORK_LIMIT,
    highspy.HighsModelStatus.kSolutionLimit: Termination.WORK_LIMIT,
    highspy.HighsModelStatus.kInterrupt: Termination.INTERRUPTED,
    highspy.HighsModelStatus.kMemoryLimit: Termination.MEMORY,
}


@dataclass(frozen=True)
class Outcome:
    """What HiGHS found, in the sense of the standard form (minimising).

    Attributes
    ----------
    termination : Termination
        Why it ended.
    point : array of shape (n,) or None
        Best point.
    objective, bound : float or None
        Its value, and the proven lower bound.
    nodes : int
        Nodes of the search tree.
    """

    termination: Termination
    point: Floats | None
    objective: float | None
    bound: float | None
    nodes: int


@dataclass(frozen=True)
class Pulse:
    """Progress of the search: best value and bound so far (minimising), None while unknown."""

    objective: float | None
    bound: float | None


OnPulse = Callable[[Pulse], None]
OnPoint = Callable[[Floats, float], None]


class Highs:
    """A standard form handed to HiGHS.

    Parameters
    ----------
    form
        What to solve.
    options
        HiGHS options; each is checked to have been accepted.
    relax
        Whether integrality is dropped.

    Raises
    ------
    sequencer.errors.SolverError
        If HiGHS refuses the model or an option.
    """

    def __init__(self, form: StandardForm, options: dict[str, Any], *, relax: bool = False) -> None:
        self.form = form
        self.integral = bool(form.integral.any()) and not relax
        self.highs = highspy.Highs()
        self._set("output_flag", False)
        if "threads" in options:
            highspy.Highs.resetGlobalScheduler(True)
        for name, value in options.items():
            self._set(name, value)
        self._check(self.highs.passModel(_to_lp(form, relax)), "the model")

    def _set(self, name: str, value: object) -> None:
        self._check(self.highs.setOptionValue(name, value), f"option {name}={value}")

    @staticmethod
    def _check(status: highspy.HighsStatus, what: str) -> None:
        if status == highspy.HighsStatus.kError:
            message = f"HiGHS does not accept {what}"
            raise SolverError(message)

    def set_start(self, columns: Floats, values: Floats) -> None:
        """Offer a start: values of some columns of the form; HiGHS completes the others."""
        self._check(
            self.highs.setSolution(len(columns), columns.astype(np.int32), values.astype(float)), "the start plan"
        )

    def run(
        self,
        *,
        deadline: float | None = None,
        on_pulse: OnPulse | None = None,
        on_point: OnPoint | None = None,
        stop: threading.Event | None = None,
    ) -> Outcome:
        """Solve.

        Parameters
        ----------
        deadline
            ``time.monotonic()`` at which to stop.
        on_pulse
            Called from this thread with progress, a few times a second.
        on_point
            Called from this thread with every better point and its objective.
        stop
            Set from outside to stop; also set by Ctrl-C, after which the best point is returned.
        """
        stop = stop or threading.Event()
        events: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        if deadline is not None:
            self._set("time_limit", max(deadline - time.monotonic(), 0.0))
        self._listen(events, stop)
        worker = threading.Thread(target=self._run, args=(events,), daemon=True)
        worker.start()
        self._watch(worker, events, stop, on_pulse, on_point)
        return self._outcome()

    def _run(self, events: queue.SimpleQueue[tuple[str, Any]]) -> None:
        self.highs.run()
        events.put(("done", None))

    def _listen(self, events: queue.SimpleQueue[tuple[str, Any]], stop: threading.Event) -> None:
        told = 0.0

        def interrupt(event: Any) -> None:  # noqa: ANN401
            if stop.is_set():
                event.interrupt()

        def in_search(event: Any) -> None:  # noqa: ANN401
            nonlocal told
            interrupt(event)
            if time.monotonic() - told >= POLL_SECONDS:
                told = time.monotonic()
                out = event.data_out
                events.put(("pulse", Pulse(_finite(out.mip_primal_bound), _finite(out.mip_dual_bound))))

        def point(event: Any) -> None:  # noqa: ANN401
            out = event.data_out
            events.put(("point", (np.array(out.mip_solution, dtype=float), out.objective_function_value)))

        self.highs.cbSimplexInterrupt.subscribe(interrupt)
        self.highs.cbIpmInterrupt.subscribe(interrupt)
        if self.integral:
            self.highs.cbMipInterrupt.subscribe(in_search)
            self.highs.cbMipImprovingSolution.subscribe(point)

    def _watch(
        self,
        worker: threading.Thread,
        events: queue.SimpleQueue[tuple[str, Any]],
        stop: threading.Event,
        on_pulse: OnPulse | None,
        on_point: OnPoint | None,
    ) -> None:
        last = Pulse(None, None)
        done = False
        while not done:
            try:
                try:
                    kind, content = events.get(timeout=POLL_SECONDS)
                except queue.Empty:
                    kind, content = "pulse", last
                    done = not worker.is_alive()
                if kind == "done":
                    done = True
                elif kind == "point" and on_point:
                    on_point(*content)
                elif kind == "pulse":
                    last = content
                    if on_pulse:
                        on_pulse(content)
            except KeyboardInterrupt:
                stop.set()
        worker.join()

    def _outcome(self) -> Outcome:
        status = self.highs.getModelStatus()
        if status not in _TERMINATION:
            message = f"HiGHS ended with status '{self.highs.modelStatusToString(status)}'; nothing it says can be used"
            raise SolverError(message)
        termination = _TERMINATION[status]
        info = self.highs.getInfo()
        point = objective = bound = None
        if termination is not Termination.INFEASIBLE:
            feasible = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
            if status == highspy.HighsModelStatus.kModelEmpty:
                point, objective, bound = np.zeros(0), self.form.offset, self.form.offset
            elif feasible:
                point = np.array(self.highs.getSolution().col_value, dtype=float)
                objective = float(info.objective_function_value)
            if self.integral:
                bound = _finite(info.mip_dual_bound)
            elif status == highspy.HighsModelStatus.kOptimal:
                bound = objective
        return Outcome(termination, point, objective, bound, max(int(info.mip_node_count), 0))


def _finite(value: float) -> float | None:
    return float(value) if abs(value) < highspy.kHighsInf / 2 and np.isfinite(value) else None


def _to_lp(form: StandardForm, relax: bool) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(form.cost), len(form.row_lower)
    lp.offset_ = form.offset
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = form.cost, form.lower, form.upper
    lp.row_lower_, lp.row_upper_ = form.row_lower, form.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = form.matrix.indptr
    lp.a_matrix_.index_ = form.matrix.indices
    lp.a_matrix_.value_ = form.matrix.data
    if not relax:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[int(i)] for i in form.integral]
    return lp


def version() -> str:
    """Version of HiGHS."""
    return str(highspy.Highs().version())
