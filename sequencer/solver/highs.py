"""HiGHS: the only module that imports highspy.

The solver runs in a thread of its own while the caller's thread passes on progress, so that Ctrl-C, time limits and
listeners work in every phase. Nothing is read from HiGHS before its status says that it may be.
"""

from __future__ import annotations

import atexit
import math
import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from sequencer.errors import SolverError
from sequencer.solver.outcome import Outcome, Point, Pulse
from sequencer.solver.standard_form import Floats, StandardForm
from sequencer.types import Termination

POLL_SECONDS = 0.05

PATIENCE = 3.0
"""Seconds after its end until a search that does not heed it is left to itself: HiGHS looks at no clock within some of
its separators, and for cuts modulo k has spent minutes in one."""

WRONG_RULES = 1 << 15 | 1 << 16
"""Presolve rules left out, probing and enumeration: with the one, a model of 15 decisions had a "proven" optimum far
below the true one; with the other, a model of 16 that was given a start."""

_TERMINATION = {
    highspy.HighsModelStatus.kOptimal: Termination.GAP_REACHED,
    highspy.HighsModelStatus.kModelEmpty: Termination.GAP_REACHED,
    highspy.HighsModelStatus.kObjectiveBound: Termination.GAP_REACHED,
    highspy.HighsModelStatus.kInfeasible: Termination.INFEASIBLE,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Termination.INFEASIBLE,
    highspy.HighsModelStatus.kTimeLimit: Termination.TIME_LIMIT,
    highspy.HighsModelStatus.kIterationLimit: Termination.WORK_LIMIT,
    highspy.HighsModelStatus.kSolutionLimit: Termination.WORK_LIMIT,
    highspy.HighsModelStatus.kObjectiveTarget: Termination.WORK_LIMIT,
    highspy.HighsModelStatus.kInterrupt: Termination.INTERRUPTED,
    highspy.HighsModelStatus.kMemoryLimit: Termination.MEMORY,
}


class Highs:
    """A standard form handed to HiGHS.

    Parameters
    ----------
    form
        What to solve.
    options
        HiGHS options; each is checked to have been accepted.
    relax
        Whether integrality is dropped. HiGHS then does not scale the form once more, which on large ones takes a third
        off the time.

    Raises
    ------
    sequencer.errors.SolverError
        If HiGHS refuses the model or an option.
    """

    def __init__(self, form: StandardForm, options: dict[str, Any], *, relax: bool = False) -> None:
        self.form = form
        self.integral = bool(form.integral.any()) and not relax
        self.highs = highspy.Highs()
        self._going = threading.Event()
        self._going.set()
        self._offers: queue.SimpleQueue[tuple[Floats, Floats]] = queue.SimpleQueue()
        self._set("output_flag", False)
        self._set("presolve_rule_off", WRONG_RULES)
        if relax:
            self._set("simplex_scale_strategy", 0)
        use_threads(options.get("threads"))
        for name, value in options.items():
            self._set(name, _threads if name == "threads" and busy() else value)
        self._check(self.highs.passModel(_to_lp(form, relax)), "the model")

    def _set(self, name: str, value: object) -> None:
        self._check(self.highs.setOptionValue(name, value), f"option {name}={value}")

    @staticmethod
    def _check(status: highspy.HighsStatus, what: str) -> None:
        if status == highspy.HighsStatus.kError:
            message = f"HiGHS does not accept {what}"
            raise SolverError(message)

    def set_start(self, columns: NDArray[np.int64], values: Floats) -> None:
        """Offer a start: values of some columns of the form; HiGHS completes the others."""
        self._check(
            self.highs.setSolution(len(columns), columns.astype(np.int32), values.astype(float)), "the start plan"
        )

    def offer(self, columns: NDArray[np.int64], values: Floats) -> None:
        """Offer a better point to a search that goes on, as to :meth:`set_start`; it is looked at when HiGHS asks."""
        self._offers.put((columns.astype(np.int32), values.astype(float)))

    def start(self, *, deadline: float | None = None, stop: threading.Event | None = None) -> None:
        """Begin to solve in a thread of its own; :meth:`poll` passes on what happens, :meth:`outcome` ends it.

        Parameters
        ----------
        deadline
            ``time.monotonic()`` at which to stop.
        stop
            Set from outside to stop.
        """
        self.stop = stop or threading.Event()
        # The last thing told is that it is over, None: whoever waits need not wait out the time.
        self._events: queue.SimpleQueue[Pulse | Point | None] = queue.SimpleQueue()
        self._over = False
        self._deadline = math.inf if deadline is None else deadline
        self._due: float | None = None
        self._heard: float | None = None
        self._error: BaseException | None = None
        if deadline is not None:
            self._set("time_limit", max(deadline - time.monotonic(), 0.0))
        self._listen()
        self._worker = threading.Thread(target=self._solve, daemon=True)
        self._worker.start()

    def _solve(self) -> None:
        try:
            self.highs.run()
        except BaseException as error:  # raised again where the outcome is waited for
            self._error = error
        finally:
            self._events.put(None)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let the search wait for as long as the context lasts: it holds at its next check for an interruption."""
        self.go_on(False)
        try:
            yield
        finally:
            self.go_on(True)

    def go_on(self, whether: bool) -> None:
        """Let the search go on, or wait."""
        if whether:
            self._going.set()
        else:
            self._going.clear()

    @property
    def running(self) -> bool:
        """Whether the search goes on, or has told something not yet polled."""
        # Ctrl-C may fall between reading that it is over and keeping it.
        return not self._over and (self._worker.is_alive() or not self._events.empty()) and not self._deaf

    @property
    def _deaf(self) -> bool:
        """Whether the search has not heeded its end."""
        now = time.monotonic()
        if self._due is None and (now > self._deadline or self.stop.is_set()):
            self._due = now
        return self._due is not None and now > self._due + PATIENCE and self._worker.is_alive()

    def poll(self, seconds: float = 0.0) -> list[Pulse | Point]:
        """Return what happened since the last call, waiting at most ``seconds`` for the first."""
        told: list[Pulse | Point] = []
        wait = seconds
        while not self._over:
            try:
                event = self._events.get(timeout=wait) if wait else self._events.get_nowait()
            except queue.Empty:
                break
            wait = 0.0
            if event is None:
                self._over = True
            else:
                told.append(event)
        return told

    def run(
        self,
        *,
        deadline: float | None = None,
        stop: threading.Event | None = None,
        tell: Callable[[Pulse | Point | None], None] = lambda _: None,
    ) -> Outcome:
        """Solve; Ctrl-C ends the search and is raised again, for whoever asked for it decides what is kept.

        Parameters
        ----------
        deadline, stop
            See :meth:`start`.
        tell
            Called from this thread with everything that happens, and with None while nothing does.
        """
        self.start(deadline=deadline, stop=stop)
        interrupted = False
        try:
            while self.running:
                try:
                    told = self.poll(POLL_SECONDS)
                    for event in told:
                        tell(event)
                    if not told:
                        tell(None)
                except KeyboardInterrupt:
                    interrupted = True
                    self.stop.set()
        except BaseException:
            self.end()
            raise
        outcome = self.outcome()
        if interrupted:
            raise KeyboardInterrupt
        return outcome

    def found(self, *, deadline: float | None = None, stop: threading.Event | None = None) -> Outcome:
        """Solve as :meth:`run`; Ctrl-C ends the search, and what it has found by then is returned."""
        try:
            return self.run(deadline=deadline, stop=stop)
        except KeyboardInterrupt:
            self.stop.set()
            return self.outcome()

    def end(self) -> None:
        """Let the search end and wait for that, whatever it comes to: something else has failed."""
        self.stop.set()
        with suppress(Exception, KeyboardInterrupt):
            self.outcome()

    def _listen(self) -> None:
        told = 0.0

        def interrupt(event: Any) -> None:  # noqa: ANN401
            # HiGHS' own clock lets a search that waited go on for seconds.
            while not (over := self.stop.is_set() or time.monotonic() > self._deadline):
                if self._going.wait(POLL_SECONDS):
                    break
            if over:
                event.interrupt()

        def in_search(event: Any) -> None:  # noqa: ANN401
            nonlocal told
            interrupt(event)
            if time.monotonic() - told >= POLL_SECONDS:
                told = time.monotonic()
                out = event.data_out
                # Until the search has a bound of its own, HiGHS hands out 0.
                self._heard = _finite(out.mip_dual_bound) if out.mip_dual_bound else None
                self._events.put(Pulse(_finite(out.mip_primal_bound), self._heard))

        def offered(event: Any) -> None:  # noqa: ANN401
            offers = []
            while not self._offers.empty():
                offers.append(self._offers.get())
            if offers:
                event.data_in.setSolution(*offers[-1])
                event.data_in.repairSolution()

        def point(event: Any) -> None:  # noqa: ANN401
            out = event.data_out
            self._events.put(Point(np.array(out.mip_solution, dtype=float), out.objective_function_value))

        self.highs.cbSimplexInterrupt.subscribe(interrupt)
        self.highs.cbIpmInterrupt.subscribe(interrupt)
        if self.integral:
            self.highs.cbMipInterrupt.subscribe(in_search)
            self.highs.cbMipImprovingSolution.subscribe(point)
            self.highs.cbMipUserSolution.subscribe(offered)

    def outcome(self) -> Outcome:
        """Wait for the end and read the result; of a search that does not heed its end, only the bound it told of last.

        Raises
        ------
        sequencer.errors.SolverError
            If HiGHS ended in a state from which nothing may be read.
        KeyboardInterrupt
            If Ctrl-C was pressed meanwhile: that ends the search, and the result can be asked for again.
        """
        pressed = False
        while self._worker.is_alive() and not self._deaf:
            try:
                self._worker.join(POLL_SECONDS)
            except KeyboardInterrupt:
                pressed = True
                self.stop.set()
        left = self._left() if self._worker.is_alive() else None
        if pressed:
            raise KeyboardInterrupt
        if left is not None:
            return left
        if isinstance(self._error, MemoryError):
            return Outcome(Termination.MEMORY, None, None, self._heard, 0)
        if self._error is not None:
            raise self._error
        status = self.highs.getModelStatus()
        if status not in _TERMINATION:
            message = f"HiGHS ended with status '{self.highs.modelStatusToString(status)}'; nothing it says can be used"
            raise SolverError(message)
        termination = _TERMINATION[status]
        if termination is Termination.INTERRUPTED and not self.stop.is_set():
            termination = Termination.TIME_LIMIT
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
                if bound is None and objective is not None and status == highspy.HighsModelStatus.kOptimal:
                    # What presolve settles has no search, and so no bound of one: it is optimal within the gaps asked.
                    bound = objective - max(self._gap("rel") * abs(objective), self._gap("abs"))
            elif status == highspy.HighsModelStatus.kOptimal:
                bound = objective
        return Outcome(termination, point, objective, bound, max(int(info.mip_node_count), 0))

    def _left(self) -> Outcome:
        """Leave the search to itself; no program must end while a thread of its own is within HiGHS."""
        _deaf.append(self._worker)
        atexit.register(self._worker.join)
        ended = Termination.INTERRUPTED if self.stop.is_set() else Termination.TIME_LIMIT
        return Outcome(ended, None, None, self._heard, 0)

    def _gap(self, kind: str) -> float:
        """Gap, ``rel`` or ``abs``, at which the search may stop."""
        return float(self.highs.getOptionValue(f"mip_{kind}_gap")[1])

    # -- conflicts ----------------------------------------------------------------------------------------------------

    def feasible(self, deadline: float, stop: threading.Event) -> bool | None:
        """Whether there is a point at all; None where HiGHS does not tell by the deadline, or Ctrl-C ends it."""
        self._set("mip_max_improving_sols", 1)
        try:
            outcome = self.found(deadline=deadline, stop=stop)
        except SolverError:
            return None
        if outcome.point is not None:
            return True
        return False if outcome.termination is Termination.INFEASIBLE else None

    def clashing_rows(self, seconds: float) -> list[int]:
        """Rows of an irreducible infeasible set of a linear form, where HiGHS finds one; none if it is feasible."""
        strategy = highspy.IisStrategy
        self._set("iis_strategy", int(strategy.kIisStrategyFromLp) + int(strategy.kIisStrategyIrreducible))
        self._set("iis_time_limit", max(seconds, 0.0))
        status, found = self.highs.getIis()
        return list(found.row_index_) if status == highspy.HighsStatus.kOk and found.valid_ else []


_threads: int | None = None
_deaf: list[threading.Thread] = []


def busy() -> bool:
    """Whether a search that was left to itself goes on."""
    return any(worker.is_alive() for worker in _deaf)


def use_threads(count: int | None) -> None:
    """Reset HiGHS' scheduler where the number of threads changes; it must not be while another search runs."""
    global _threads
    if count is not None and count != _threads and not busy():
        highspy.Highs.resetGlobalScheduler(True)
        _threads = count


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
