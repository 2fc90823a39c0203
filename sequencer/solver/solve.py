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
from sequencer.plan.evaluate import Evaluation, evaluate
from sequencer.plan.plan import Plan
from sequencer.solver import highs
from sequencer.solver.completion import Completion
from sequencer.solver.construct import Construction
from sequencer.solver.decisions import adoption_columns, fix_decisions, read_plan_of
from sequencer.solver.events import Event, Improved, Listener, Progress, StartRepaired
from sequencer.solver.options import SolveOptions
from sequencer.solver.result import Result, relative_gap
from sequencer.solver.standard_form import Floats, box_bound, standard_form
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

START_SECONDS = 2.0
"""Most time spent on constructing a start plan."""

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
    formulation: str = "aggregated",
    reduce: bool = True,
    start_plan: bool = True,
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
        Seed of the solver; same seed, threads and gap or work limit: same plan.
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
    options = SolveOptions(gap, time_limit, threads, seed, formulation, reduce, start_plan, max_nodes)
    return _Solve(instance, options, start, tuple(listeners)).run()


class _Solve:
    """One solve in progress."""

    def __init__(
        self, instance: Instance, options: SolveOptions, start: Plan | None, listeners: tuple[Listener, ...]
    ) -> None:
        self.instance = instance
        self.options = options
        self.start = start
        self.listeners = listeners
        self.began = time.monotonic()
        self.best: Evaluation | None = None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    def emit(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)

    def run(self) -> Result:
        self.emit(Progress(self.seconds, "build"))
        self.model = build(self.instance, formulation=self.options.formulation, reduce=self.options.reduce)
        self.form = standard_form(self.model)
        self.unit = -1.0 / self.model.money_scale
        solver = highs.Highs(self.form, self._solver_options())
        self._offer_start(solver)
        self.emit(Progress(self.seconds, "search"))
        limit = self.options.time_limit
        outcome = solver.run(
            deadline=None if limit is None else self.began + limit, on_pulse=self._pulse, on_point=self._point
        )
        self.emit(Progress(self.seconds, "evaluate", self.best.npv if self.best else None))
        return self._result(outcome)

    def _solver_options(self) -> dict[str, object]:
        made: dict[str, object] = {
            "threads": self.options.cores,
            "random_seed": self.options.seed,
            "mip_rel_gap": self.options.gap,
            "mip_abs_gap": 1e-9,
        }
        if self.options.max_nodes is not None:
            made["mip_max_nodes"] = self.options.max_nodes
        return made

    # -- progress -----------------------------------------------------------------------------------------------------

    def _pulse(self, pulse: highs.Pulse) -> None:
        objective = None if pulse.objective is None else pulse.objective * self.unit
        bound = None if pulse.bound is None else pulse.bound * self.unit
        self.emit(Progress(self.seconds, "search", objective, bound, relative_gap(objective, bound)))

    def _point(self, point: Floats, objective: float) -> None:
        """Take a better point up, but only if the independent evaluation accepts its plan."""
        self._consider(read_plan_of(self.model, self.form, point))

    def _consider(self, plan: Plan) -> bool:
        """Keep a plan that is feasible and better than the best so far, and say so."""
        evaluation = evaluate(self.instance, plan)
        if not evaluation.feasible or (self.best is not None and evaluation.npv <= self.best.npv):
            return False
        self.best = evaluation
        self.emit(Improved(self.seconds, plan, evaluation.npv))
        return True

    def _offer_start(self, solver: highs.Highs) -> None:
        """Hand the start plan over; one that the independent evaluation does not accept is left out."""
        plan = self._start_plan()
        if plan is None:
            return
        if self._consider(plan):
            solver.set_start(*adoption_columns(self.model, self.form, plan))

    def _start_plan(self) -> Plan | None:
        if self.start is None and not self.options.start_plan:
            return None
        self.emit(Progress(self.seconds, "start plan"))
        construction = Construction(self.model, Completion(self.form))
        if self.start is None:
            return construction.run(time.monotonic() + START_SECONDS)
        if evaluate(self.instance, self.start).feasible:
            return self.start
        plan, dropped = construction.repaired(self.start)
        self.emit(StartRepaired(self.seconds, dropped))
        return plan

    # -- result -------------------------------------------------------------------------------------------------------

    def _result(self, outcome: highs.Outcome) -> Result:
        if outcome.point is not None:
            plan = read_plan_of(self.model, self.form, outcome.point)
            evaluation = evaluate(self.instance, plan)
            self._check_rules(evaluation)
            self._consider(plan)
        best, bound = self.best, self._bound(outcome)
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
            seconds=self.seconds,
            currency=settings.currency,
            unit=settings.unit,
            fingerprint=self.instance.fingerprint,
            versions=versions(),
        )

    def _bound(self, outcome: highs.Outcome) -> float | None:
        """Proven bound; that of the column bounds alone where the search ended before it had one."""
        if outcome.termination is Termination.INFEASIBLE:
            return None
        bound = outcome.bound if outcome.bound is not None else box_bound(self.form)
        return bound * self.unit if math.isfinite(bound) else None

    @staticmethod
    def _check_rules(evaluation: Evaluation) -> None:
        if evaluation.violations:
            rules = "; ".join(f"{v.ref}: {v.message}" for v in evaluation.violations[:5])
            message = f"the solver's plan breaks rules that the independent evaluation checks: {rules}"
            raise DisagreementError(message)

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
