"""Solve an instance: build, search, evaluate the plan independently, and only then say what was found."""

from __future__ import annotations

import math
import platform
import time
from collections.abc import Iterable
from importlib.metadata import version as package_version
from typing import TYPE_CHECKING

import sequencer
from sequencer.errors import DisagreementError
from sequencer.model.build import build
from sequencer.plan.evaluate import Evaluation
from sequencer.plan.plan import Plan
from sequencer.solver import highs
from sequencer.solver.completion import Completion
from sequencer.solver.conflict import conflict_of
from sequencer.solver.construct import Construction
from sequencer.solver.decisions import fix_decisions
from sequencer.solver.events import Listener, StartRepaired
from sequencer.solver.keeper import Keeper
from sequencer.solver.options import SolveOptions
from sequencer.solver.result import Result
from sequencer.solver.search import SMALL, Search
from sequencer.solver.standard_form import StandardForm, box_bound, standard_form
from sequencer.solver.tightening import tighten as tightened
from sequencer.types import RuleRef, Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

START_SECONDS = 2.0
"""Most time spent on constructing a start plan."""

TIGHTEN_SECONDS = 15.0
"""Most time spent on tightening."""

CONFLICT_SECONDS = 10.0
"""Most time spent on finding out which rules clash."""

AGREEMENT = 1e-6
"""Relative difference allowed between the solver's objective and the independent evaluation."""


def solve(
    instance: Instance,
    *,
    gap: float = 0.01,
    time_limit: float | None = None,
    threads: int | None = None,
    seed: int = 0,
    start: Plan | None = None,
    listeners: Iterable[Listener] = (),
    formulation: str = "compact",
    reduce: bool = True,
    start_plan: bool = True,
    tighten: bool = True,
    staged: bool = True,
    deterministic: bool = False,
    max_nodes: int | None = None,
) -> Result:
    """Find the best plan of an instance.

    Parameters
    ----------
    instance
        What is given.
    gap
        Relative gap at which to stop; 0 proves the optimum.
    time_limit
        Wall clock in seconds; the best plan found by then is returned with its proven gap.
    threads
        Threads of the solver, by default the cores there are.
    seed
        Seed of the solver.
    start
        Plan to start from.
    listeners
        Called with each :class:`~sequencer.solver.events.Event`.
    formulation
        Value formulation, see :data:`sequencer.model.build.FORMULATIONS`.
    reduce
        Whether start windows are cut by what the rules imply; False gives the same optimum, later.
    start_plan
        Whether a start plan is constructed where none is given.
    tighten
        Whether rows that cut off much of the relaxation are added, see :mod:`sequencer.solver.tightening`.
    staged
        Whether the search goes in stages, see :mod:`sequencer.solver.search`.
    deterministic
        Whether the same input gives the same plan to the byte: one thread, one search, no clock. Gap 0 does so too.
    max_nodes
        Work limit in nodes of the search tree.

    Returns
    -------
    Result
        Two axes: why the solve ended, and the plan, if any. Ctrl-C ends it with the best plan so far.

    Raises
    ------
    sequencer.errors.UnsupportedError
        If the instance asks for a rule that is not modelled yet.
    sequencer.errors.DisagreementError
        If the independent evaluation contradicts the solver.
    sequencer.errors.SolverError
        If the solver ends in a state from which nothing may be read.
    """
    options = SolveOptions(
        gap, time_limit, threads, seed, formulation, reduce, start_plan, tighten, staged, deterministic, max_nodes
    )
    return _Solve(instance, options, start, tuple(listeners)).run()


class _Solve:
    """One solve in progress."""

    def __init__(
        self, instance: Instance, options: SolveOptions, start: Plan | None, listeners: tuple[Listener, ...]
    ) -> None:
        self.instance = instance
        self.options = options
        self.start = start
        self.keeper = Keeper(instance, listeners, options.gap)
        self.began = time.monotonic()

    def run(self) -> Result:
        limit = self.options.time_limit
        deadline = None if limit is None else self.began + limit
        self.keeper.enter("build")
        self.model = build(self.instance, formulation=self.options.formulation, reduce=self.options.reduce)
        self.form = standard_form(self.model)
        self.unit = -1.0 / self.model.money_scale
        try:
            self._start_plan()
            outcome = Search(self.model, self._tightened(deadline), self.options, self.keeper).run(deadline)
        except KeyboardInterrupt:
            outcome = highs.Outcome(Termination.INTERRUPTED, None, None, None, 0)
        self.keeper.enter("evaluate")
        return self._result(outcome)

    def _tightened(self, deadline: float | None) -> StandardForm:
        """Form for the search; small problems are solved faster as they are."""
        if not self.options.tighten or int(self.form.integral.sum()) <= SMALL:
            return self.form
        self.keeper.enter("tightening")
        return tightened(self.model, self.form, min(self._soon(TIGHTEN_SECONDS), deadline or math.inf))

    def _soon(self, seconds: float) -> float:
        """Deadline of a preparation; none where the clock must not decide."""
        return math.inf if self.options.deterministic else time.monotonic() + seconds

    def _start_plan(self) -> None:
        """Find a plan to start from; one that the independent evaluation does not accept is left out."""
        if self.start is None and not self.options.start_plan:
            return
        self.keeper.enter("start plan")
        construction = Construction(self.model, Completion(self.form))
        if self.start is None:
            plan = construction.run(self._soon(START_SECONDS))
            if plan is not None:
                self.keeper.consider(plan)
        elif not (construction.holds(self.start) and self.keeper.consider(self.start)):
            plan, dropped = construction.repaired(self.start)
            self.keeper.emit(StartRepaired(self.keeper.seconds, dropped))
            self.keeper.consider(plan)

    # -- result -------------------------------------------------------------------------------------------------------

    def _result(self, outcome: highs.Outcome) -> Result:
        best, bound = self.keeper.best, self._bound(outcome)
        if best is not None:
            bound = self._check_value(best, bound)
        settings = self.instance.settings
        return Result(
            termination=outcome.termination,
            plan=best.plan if best else None,
            evaluation=best,
            objective=best.npv if best else None,
            bound=bound,
            measure=settings.objective,
            seconds=self.keeper.seconds,
            currency=settings.currency,
            unit=settings.unit,
            fingerprint=self.instance.fingerprint,
            versions=versions(),
            conflict=self._conflict(outcome),
        )

    def _conflict(self, outcome: highs.Outcome) -> tuple[RuleRef, ...]:
        """Rules that clash, where there is no plan; within the time limit."""
        if outcome.termination is not Termination.INFEASIBLE:
            return ()
        self.keeper.enter("conflict")
        limit = self.options.time_limit
        left = math.inf if limit is None else self.began + limit - time.monotonic()
        return conflict_of(self.instance, min(CONFLICT_SECONDS, left), formulation=self.options.formulation)

    def _bound(self, outcome: highs.Outcome) -> float | None:
        """Proven bound; that of the column bounds alone where the search ended before it had one."""
        if outcome.termination is Termination.INFEASIBLE:
            return None
        bound = min(self.keeper.bound, box_bound(self.form) * self.unit)
        return bound if math.isfinite(bound) else None

    def _check_value(self, best: Evaluation, bound: float | None) -> float | None:
        """Fail loudly unless solver and evaluation agree on the plan's value; return the bound, not below it.

        The search may hold a point whose continuous part is not yet the best for its decisions, so the solver is asked
        again with the decisions fixed.
        """
        fixed = fix_decisions(self.model, self.form, best.plan)
        outcome = highs.Highs(fixed, {}, relax=True).run()
        scale = max(abs(self.unit), abs(best.npv))
        said = None if outcome.objective is None else outcome.objective * self.unit
        if said is None or abs(said - best.npv) > AGREEMENT * scale:
            message = f"the solver values the plan at {said}, the independent evaluation at {best.npv}"
            raise DisagreementError(message)
        if bound is not None and best.npv > bound + AGREEMENT * scale:
            message = f"the plan is worth {best.npv}, more than the proven bound {bound}"
            raise DisagreementError(message)
        return None if bound is None else max(bound, best.npv)


def versions() -> dict[str, str]:
    """Versions that a result depends on."""
    return {
        "sequencer": sequencer.__version__,
        "highs": highs.version(),
        "pyomo": package_version("pyomo"),
        "python": platform.python_version(),
    }
