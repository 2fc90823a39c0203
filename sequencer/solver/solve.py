"""Solve an instance: build, search, evaluate the plan independently, and only then say what was found."""

from __future__ import annotations

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
from sequencer.solver.standard_form import Floats, standard_form

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
        self.best: float | None = None

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
        self.emit(Progress(self.seconds, "evaluate", self.best))
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
        """Pass on a better plan, but only one that the independent evaluation accepts."""
        plan = read_plan_of(self.model, self.form, point)
        evaluation = evaluate(self.instance, plan)
        if evaluation.feasible and (self.best is None or evaluation.npv > self.best):
            self.best = evaluation.npv
            self.emit(Improved(self.seconds, plan, evaluation.npv))

    def _offer_start(self, solver: highs.Highs) -> None:
        """Hand the start plan over; one that the independent evaluation does not accept is left out."""
        plan = self._start_plan()
        if plan is None:
            return
        evaluation = evaluate(self.instance, plan)
        if evaluation.feasible:
            solver.set_start(*adoption_columns(self.model, self.form, plan))
            self.best = evaluation.npv
            self.emit(Improved(self.seconds, plan, evaluation.npv))

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
        plan = evaluation = objective = None
        bound = None if outcome.bound is None else outcome.bound * self.unit
        if outcome.point is not None and outcome.objective is not None:
            plan = read_plan_of(self.model, self.form, outcome.point)
            evaluation = evaluate(self.instance, plan)
            objective = evaluation.npv
            self._agree(plan, evaluation, bound)
            if self.best is None or objective > self.best:
                self.emit(Improved(self.seconds, plan, objective))
            bound = None if bound is None else max(bound, objective)
        return Result(
            termination=outcome.termination,
            plan=plan,
            evaluation=evaluation,
            objective=objective,
            bound=bound,
            measure=self.instance.settings.objective,
            seconds=self.seconds,
            currency=self.instance.settings.currency,
            unit=self.instance.settings.unit,
            fingerprint=self.instance.fingerprint,
            versions=versions(),
        )

    def _agree(self, plan: Plan, evaluation: Evaluation, bound: float | None) -> None:
        """Fail loudly unless evaluation and solver agree about the plan.

        The search may hold a point whose continuous part is not yet the best for its decisions, so the solver is asked
        again with the decisions fixed.
        """
        if evaluation.violations:
            rules = "; ".join(f"{v.ref}: {v.message}" for v in evaluation.violations[:5])
            message = f"the solver's plan breaks rules that the independent evaluation checks: {rules}"
            raise DisagreementError(message)
        fixed = fix_decisions(self.model, self.form, plan)
        outcome = highs.Highs(fixed, {}, relax=True).run()
        scale = max(1.0, abs(evaluation.npv))
        said = None if outcome.objective is None else outcome.objective * self.unit
        if said is None or abs(said - evaluation.npv) > AGREEMENT * scale:
            message = f"the solver values the plan at {said}, the independent evaluation at {evaluation.npv}"
            raise DisagreementError(message)
        if bound is not None and evaluation.npv > bound + AGREEMENT * scale:
            message = f"the plan is worth {evaluation.npv}, more than the proven bound {bound}"
            raise DisagreementError(message)


def versions() -> dict[str, str]:
    """Versions that a result depends on."""
    return {
        "sequencer": sequencer.__version__,
        "highs": highs.version(),
        "pyomo": package_version("pyomo"),
        "python": platform.python_version(),
    }
