"""Solve an instance: build, search, evaluate the plan independently, and only then say what was found."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from sequencer.errors import DisagreementError
from sequencer.model.build import build
from sequencer.plan.evaluate import Evaluation, evaluate
from sequencer.plan.plan import Plan
from sequencer.solver.aims import TOLERANCE, Aim, aimed, goal_aims, kept, tie_aims
from sequencer.solver.ceilings import with_ceilings
from sequencer.solver.conflict import conflict_of
from sequencer.solver.construct import Construction
from sequencer.solver.elsewhere import Elsewhere
from sequencer.solver.events import Listener, Progress, StartRepaired
from sequencer.solver.fixed import Fixed
from sequencer.solver.interfaces import installed
from sequencer.solver.keeper import Keeper
from sequencer.solver.memory import MemoryWatch
from sequencer.solver.options import SolveOptions
from sequencer.solver.prepare import Prepared, prepared
from sequencer.solver.result import Level, Result, relative_gap
from sequencer.solver.search import SMALL, Search
from sequencer.solver.stage import Problem
from sequencer.solver.standard_form import StandardForm, box_bound, standard_form
from sequencer.solver.versions import versions
from sequencer.types import RuleRef, Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

START_SECONDS = (1.0, 2.0, 10.0)
"""Most time spent on constructing a start plan: at first, and again as long as that is no better than doing nothing."""

LIST_SECONDS = (5.0, 10.0)
"""The same where there are initiatives alone, whose order is that of the relaxation."""

CONFLICT_SECONDS = 10.0
"""Most time spent on finding out which rules clash."""

PREPARATION = 0.3
"""Most of the time left that a preparation may take."""

SHORT = (Termination.INTERRUPTED, Termination.MEMORY_LIMIT, Termination.MEMORY)
"""Ends of a search after which there is no further one."""

ROUNDING = 1e-9
"""Rounding of the sum of large amounts that nearly cancel, relative to them."""


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
    ceilings: bool = True,
    increments: bool = True,
    rounds: bool = True,
    merged: bool = True,
    walk: bool = True,
    deterministic: bool = False,
    max_nodes: int | None = None,
    memory: int | str | None = None,
    solver: str | None = None,
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
    ceilings
        Whether rows of groups that share affiliates are replaced by common ones, see :mod:`sequencer.solver.ceilings`.
    increments
        Whether decisions that are relaxed are stated by increments, see :mod:`sequencer.solver.increments`.
    rounds
        Whether the core decisions are searched in rounds, see :mod:`sequencer.solver.rounds`.
    merged
        Whether affiliates with gates of their own are merged where only core decisions are whole, see
        :mod:`sequencer.solver.stage`.
    walk
        Whether core decisions are walked over for better plans, see :mod:`sequencer.solver.core_walk`.
    deterministic
        Whether the same input gives the same plan to the byte: one thread, one search, no clock. Gap 0 does so too.
    max_nodes
        Work limit in nodes of the search tree.
    memory
        Limit on the memory of this process, in bytes or as ``"4GB"``; the search ends once it is passed, and the best
        plan found by then is returned with its proven gap. The model and a start plan are always made.
    solver
        Other solver that works on the Pyomo model, see :data:`sequencer.solver.options.SOLVERS`, in place of this
        package's own search. Gap, time limit and threads are handed over; its plan is evaluated like any other.

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
        gap,
        time_limit,
        threads,
        seed,
        formulation,
        reduce,
        start_plan,
        tighten,
        staged,
        ceilings,
        increments,
        rounds,
        merged,
        walk,
        deterministic,
        max_nodes,
        memory,
        solver,
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
        self.listeners = listeners
        self.began = time.monotonic()
        self.deadline = None if options.time_limit is None else self.began + options.time_limit
        self.memory = MemoryWatch(options.memory_bytes)
        self.beforehand = Prepared()
        self.bounds: dict[str, float] = {}
        self.proven: set[str] = set()
        self.versions = versions()
        self.elsewhere: Elsewhere | None = None

    def run(self) -> Result:
        with self.memory:
            return self._solved()

    def _solved(self) -> Result:
        if self.options.solver is not None:
            self.versions |= {self.options.solver: installed(self.options.solver)}
        for listener in self.listeners:
            listener(Progress(0.0, "build"))
        self.model = build(self.instance, formulation=self.options.formulation, reduce=self.options.reduce)
        self.form = standard_form(self.model)
        self.ready = with_ceilings(self.model, self.form) if self.options.ceilings else self.form
        self.fixed = Fixed(self.model, self.form)
        self.aims = goal_aims(self.model)
        polish, full = self.fixed.polished if self.fixed.pays else None, self.memory.passed
        self.keeper = Keeper(self.instance, self.listeners, self.options.gap, self.aims[0], polish, self.began, full)
        if self.options.solver is not None and len(self.form.cost):
            self.elsewhere = Elsewhere(self.model, self.form, self.options, self.keeper)
        try:
            self._start_plan()
            form = self._prepared()
            termination = Termination.MEMORY_LIMIT if full.is_set() else self._search(form)
        except KeyboardInterrupt:
            termination = Termination.INTERRUPTED
        self.keeper.enter("evaluate")
        return self._result(termination)

    # -- before the search --------------------------------------------------------------------------------------------

    def _start_plan(self) -> None:
        """Find a plan to start from; one that the independent evaluation does not accept is left out."""
        if self.start is None and not self.options.start_plan:
            return
        self.keeper.enter("start plan")
        construction = Construction(self.model, self.form, self.options.seed)
        if self.start is None:
            given: tuple[float, ...] = START_SECONDS if self.instance.scope else LIST_SECONDS
            tries = given[-1:] if self.options.deterministic else given
            for seconds in tries:
                plan = construction.run(self._soon(seconds), last=seconds == tries[-1])
                if plan is not None:
                    self.keeper.consider(plan)
                if self.keeper.best is not None and self.keeper.best.plan.adoptions:
                    return
        elif not (construction.holds(self.start) and self.keeper.consider(self.start)):
            plan, dropped = construction.repaired(self.start)
            self.keeper.emit(StartRepaired(self.keeper.seconds, dropped))
            self.keeper.consider(plan)

    def _prepared(self) -> StandardForm:
        """Form for the search; small problems are solved faster as they are."""
        if self.elsewhere is not None or int(self.form.integral.sum()) <= SMALL:
            return self.ready
        plans = Problem(self.model, self.form)
        passed = self.memory.passed
        form, self.beforehand = prepared(plans, self.ready, self.options, self.keeper, self._soon, passed)
        return form

    def _soon(self, seconds: float) -> float:
        """When to end a preparation, after a part of the time left; never where the clock must not decide."""
        if self.options.deterministic:
            return math.inf
        now = time.monotonic()
        return now + min(seconds, math.inf if self.deadline is None else PREPARATION * max(self.deadline - now, 0.0))

    # -- goals, one after the other -----------------------------------------------------------------------------------

    def _search(self, form: StandardForm) -> Termination:
        """Search for each goal among the plans that keep what was reached in the earlier ones, then break ties."""
        ended = Termination.GAP_REACHED
        for k, aim in enumerate(self.aims):
            if k:
                self._take_aim(aim)
            termination = self._search_for(form, self._share(len(self.aims) - k), "next goal" if k else "search")
            self.bounds[aim.measure] = self._bound(aim)
            if self.keeper.proven:
                self.proven.add(aim.measure)
            if termination is not Termination.GAP_REACHED:
                ended = termination
            if self.keeper.best is None or termination in SHORT:
                return ended
            form = self._kept(form)
        return self._break_ties(form) if len(self.proven) == len(self.aims) else ended

    def _break_ties(self, form: StandardForm) -> Termination:
        """Choose among plans equal in every goal; what there is not the time for stays open."""
        for aim in tie_aims(self.model):
            self._take_aim(aim)
            termination = self._search_for(form, self.deadline, "ties")
            if termination is not Termination.GAP_REACHED:
                return Termination.INTERRUPTED if termination is Termination.INTERRUPTED else Termination.GAP_REACHED
            form = self._kept(form)
        return Termination.GAP_REACHED

    def _search_for(self, form: StandardForm, deadline: float | None, phase: str) -> Termination:
        """Search for what the keeper aims at, and say why that ended."""
        options = replace(self.options, gap=0.0) if phase == "ties" else self.options
        beforehand, self.beforehand = self.beforehand, Prepared()
        if self.elsewhere is None:
            search = Search(self.model, aimed(form, self.keeper.aim), options, self.keeper, phase, beforehand)
            termination, plain = search.run(deadline).termination, form is self.form and not search.staged
        else:
            termination, plain = self.elsewhere.run(options.gap, deadline, phase), True
        if termination is not Termination.INFEASIBLE:
            return termination
        if self.keeper.best is not None and not self._has_a_plan():
            # Only what the evaluation tolerates and the solver does not can hold; nothing better is known to.
            self.keeper.bounded(self.keeper.worth)
            return Termination.GAP_REACHED
        if not plain:
            # Added rows and stages are for speed: that no plan keeps the rules is believed of the model as it is only.
            options = replace(options, staged=False)
            search = Search(self.model, aimed(self.form, self.keeper.aim), options, self.keeper, phase)
            termination = search.run(deadline).termination
        if termination is Termination.INFEASIBLE and self.keeper.best is not None:
            message = "the solver says that no plan keeps the rules, but there is one that it takes itself"
            raise DisagreementError(message)
        return termination

    def _has_a_plan(self) -> bool:
        """Whether the model takes the best plan as it is; what was kept for the sake of earlier goals it may not."""
        best, aim = self.keeper.best, self.keeper.aim
        return best is not None and aim is self.keeper.first and self.fixed.said(aim, best.plan).strict

    def _take_aim(self, aim: Aim) -> None:
        self.keeper.take_aim(aim)
        if self.elsewhere is not None:
            self.elsewhere.take_aim()

    def _share(self, searches: int) -> float | None:
        """Deadline of the next of so many searches, each with the same part of the time left."""
        if self.deadline is None:
            return None
        now = time.monotonic()
        return now + max(self.deadline - now, 0.0) / searches

    def _kept(self, form: StandardForm) -> StandardForm:
        """Form of the plans that keep what was reached."""
        self.keeper.hold()
        if self.elsewhere is not None:
            self.elsewhere.keep()
        return kept(form, self.keeper.aim, self.keeper.worth)

    # -- result -------------------------------------------------------------------------------------------------------

    def _result(self, termination: Termination) -> Result:
        best = self._polished(self.keeper.best)
        infeasible = termination is Termination.INFEASIBLE
        levels = tuple(self._level(aim, best, infeasible) for aim in self.aims)
        settings = self.instance.settings
        return Result(
            termination=termination,
            plan=best.plan if best else None,
            evaluation=best,
            objective=levels[0].objective,
            bound=levels[0].bound,
            measure=levels[0].measure,
            seconds=self.keeper.seconds,
            currency=settings.currency,
            unit=settings.unit,
            fingerprint=self.instance.fingerprint,
            versions=self.versions,
            conflict=self._conflict() if infeasible else (),
            levels=levels,
            nodes=self.keeper.nodes,
        )

    def _conflict(self) -> tuple[RuleRef, ...]:
        """Rules that clash; within the time limit."""
        self.keeper.enter("conflict")
        left = math.inf if self.deadline is None else self.deadline - time.monotonic()
        return conflict_of(self.instance, min(CONFLICT_SECONDS, left), formulation=self.options.formulation)

    def _polished(self, best: Evaluation | None) -> Evaluation | None:
        """Best plan with the smallest payments that its decisions need."""
        plan = self.fixed.polished(best.plan) if best is not None and self.fixed.pays else None
        made = None if plan is None else evaluate(self.instance, plan)
        return made if made is not None and made.feasible else best

    def _bound(self, aim: Aim) -> float:
        """Proven bound on the worth of a plan; that of the columns' own bounds where the search has none yet."""
        widest = aim.worth_of(box_bound(aimed(self.form, aim)))
        return min(self.keeper.bound, math.inf if widest is None else widest)

    def _level(self, aim: Aim, best: Evaluation | None, infeasible: bool) -> Level:
        """What is said of a goal; its figure for the best plan is checked first."""
        if infeasible:
            return Level(aim.measure, None, None, None)
        bound = self.bounds.get(aim.measure, self._bound(aim) if aim is self.keeper.aim else math.inf)
        if best is not None:
            bound = self._checked(aim, best, bound)
        objective = None if best is None else aim.figure(best)
        known = aim.sense * bound + 0.0 if math.isfinite(bound) else None
        return Level(aim.measure, objective, known, relative_gap(objective, known))

    def _checked(self, aim: Aim, best: Evaluation, bound: float) -> float:
        """Fail loudly unless solver and evaluation agree on a figure of the plan; return its bound, not below it.

        The search may hold a point whose continuous part is not yet the best for its decisions, so the solver is asked
        again with the decisions fixed. Where it takes the plan only as the evaluation tolerates it, the bound was
        proven without such plans.
        """
        figure, said = aim.figure(best), self.fixed.said(aim, best.plan)
        scale = max(1.0 / aim.scale, abs(figure))
        if said.figure is None or abs(said.figure - figure) > TOLERANCE * scale + ROUNDING * said.size:
            message = f"the solver's {aim.measure} of the plan is {said.figure}, the independent evaluation's {figure}"
            raise DisagreementError(message)
        worth = aim.worth(best)
        if said.strict and worth > bound + TOLERANCE * max(scale, said.size):
            message = f"the {aim.measure} of the plan is {figure}, better than the proven bound {aim.sense * bound}"
            raise DisagreementError(message)
        return worth if aim.measure in self.proven else max(bound, worth)
