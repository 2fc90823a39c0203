"""Search: a bound-proving search and a plan-improving one side by side.

The rows of a plan bind its few *core* decisions (drivers, mandate, brands, customer types, functions) far harder than
the many others, so the search goes in stages. In the first, only the core decisions are whole and everything else is
relaxed: its bound is valid for the full problem and proven much sooner, and each of its points says which core
decisions are worth completing. Completing one, with the core fixed and the rest whole, is a small problem that gives a
plan. Where that does not close the gap, the second stage makes everything whole. Relaxing and fixing by importance is
standard (*relax-and-fix*, Pochet & Wolsey 2006, *Production Planning by Mixed Integer Programming*, ch. 3); keeping its
bound is what proves the gap. While no point waits to be completed, neighbourhoods of the best plan are searched
(:mod:`sequencer.solver.neighbourhoods`). With one thread the two take turns.
"""

from __future__ import annotations

import math
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sequencer.solver.aims import near
from sequencer.solver.core import core_columns
from sequencer.solver.decisions import adoption_columns, read_plan_of
from sequencer.solver.highs import Highs
from sequencer.solver.improve import Improver
from sequencer.solver.outcome import Outcome, Point, Pulse
from sequencer.solver.parts import items_of
from sequencer.solver.prepare import Prepared
from sequencer.solver.rounds import Rounds
from sequencer.solver.stage import Problem, Stage, first_stage, second_stage
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.plan.evaluate import Evaluation
    from sequencer.plan.plan import Plan
    from sequencer.solver.keeper import Keeper
    from sequencer.solver.options import SolveOptions
    from sequencer.solver.standard_form import Floats, StandardForm

Solver = Highs | Rounds

SMALL = 60
"""Up to so many whole columns, one search of the full problem is the fastest."""

SHORTEST_TURN = 0.1
"""Least time that the search for the bound has for itself between two turns, on one thread."""

MOST_REST = 15.0
"""After each step the search for the bound has all cores for as long as it took, and for as long again for each of the
last steps, itself among them, that did not improve the plan; at most for so many seconds."""

NO_HEURISTICS = {"mip_heuristic_effort": 0.0} | dict.fromkeys(
    (
        "mip_heuristic_run_rins",
        "mip_heuristic_run_rens",
        "mip_heuristic_run_root_reduced_cost",
        "mip_heuristic_run_feasibility_jump",
    ),
    False,
)
"""Of the first stage: plans are improved beside it, and the search for the bound took up to a minute for heuristics."""

NOTHING = Prepared()
"""For a search that nothing is known of beforehand."""

WHOLE = 0.999
"""A bound nearer than this to a plan proves it the best where the figure is a whole number."""


class Search:
    """Search of one model.

    Parameters
    ----------
    model, form
        The model and its (tightened) standard form, with what the keeper aims at as its objective.
    options
        How to solve.
    keeper
        Best plan and bound.
    phase
        What to call a search in which every decision is whole.
    beforehand
        What to begin with.
    """

    def __init__(
        self,
        model: SequencingModel,
        form: StandardForm,
        options: SolveOptions,
        keeper: Keeper,
        phase: str = "search",
        beforehand: Prepared = NOTHING,
    ) -> None:
        self.model = model
        self.form = form
        self.plans = Problem(model, form)
        self.options = options
        self.keeper = keeper
        self.phase = phase
        self.aim = keeper.aim
        self.stop = threading.Event()
        self.interrupted = False
        self.beforehand = beforehand
        begin = beforehand.coarser, beforehand.met, beforehand.cores
        self.improver = Improver(model, form, options, keeper, *begin)
        self._core = core_columns(model, form)
        self._at = second_stage(self.plans)
        self._known: Evaluation | None = None
        self._offered = np.zeros(0)
        self._in_vain = 0
        self._rests_until = -math.inf

    @property
    def staged(self) -> bool:
        """Whether the first stage is worth its while: much is not core."""
        return self.accompanied and 0 < int(self._core.sum()) < int(self.form.integral.sum())

    @property
    def accompanied(self) -> bool:
        """Whether plans are improved beside the search for the bound: a gap is allowed, and there is much to decide."""
        wanted = self.options.staged and self.options.gap > 0 and not self.options.deterministic
        return wanted and int(self.form.integral.sum()) > SMALL

    # -- stages -------------------------------------------------------------------------------------------------------

    def run(self, deadline: float | None) -> Outcome:
        """Search until the gap is reached or ``deadline`` (``time.monotonic()``) has come."""
        outcome = None
        if self.staged:
            outcome = self._stage(first_stage(self.plans, self.beforehand.coarser, self.options), deadline, core=True)
        if outcome is None or self._goes_on(outcome):
            outcome = self._stage(second_stage(self.plans), deadline, core=False)
        if self.interrupted:
            return replace(outcome, termination=Termination.INTERRUPTED)
        if outcome.termination is Termination.INTERRUPTED:
            # Nobody pressed Ctrl-C: time was over while a plan was improved.
            outcome = replace(outcome, termination=Termination.TIME_LIMIT)
        if self.keeper.full.is_set() and outcome.termination is not Termination.INFEASIBLE:
            outcome = replace(outcome, termination=Termination.MEMORY_LIMIT)
        return replace(outcome, termination=Termination.GAP_REACHED) if self.keeper.enough else outcome

    def _goes_on(self, outcome: Outcome) -> bool:
        """Whether the first stage ended by itself, or by a bound it then could not confirm, and left a gap."""
        ended = outcome.termination in (Termination.GAP_REACHED, Termination.INTERRUPTED)
        return ended and not (self.interrupted or self.keeper.enough or self.keeper.full.is_set())

    def _decisions(self, plan: Plan) -> tuple[NDArray[np.int64], Floats]:
        """Decisions that are whole in the search that goes on, and the values a plan gives them."""
        columns, values = adoption_columns(self._at.problem.model, self._at.form, plan)
        whole = self._at.form.integral[columns]
        return columns[whole], values[whole]

    def _stage(self, stage: Stage, deadline: float | None, *, core: bool) -> Outcome:
        """Run the bound-proving search of a stage, and improve plans as long as it lasts."""
        self.keeper.enter("core decisions" if core else self.phase)
        self.stop = threading.Event()
        self._at = stage
        solver = self._solver(stage, core=core)
        solver.start(deadline=deadline, stop=self.stop)
        try:
            while self._goes_on_with(solver, deadline, core=core):
                pass
            outcome = self._outcome(solver)
        except BaseException:
            solver.end()
            raise
        self.keeper.nodes += outcome.nodes
        self.keeper.bounded(self.aim.worth_of(outcome.bound))
        self.keeper.heard = self.keeper.bound
        if outcome.point is not None and core:
            self.improver.waiting = stage.back(outcome.point)
        elif outcome.point is not None:
            self.keeper.trust(read_plan_of(self.model, self.form, outcome.point))
        if core and not self.stop.is_set():
            self.improver.complete_waiting(deadline, self.stop, lambda _: self._listen(solver, core=core, wait=False))
        return outcome

    def _goes_on_with(self, solver: Solver, deadline: float | None, *, core: bool) -> bool:
        """Hear what the search for the bound tells, and improve plans, once; False at its end, which Ctrl-C brings."""
        try:
            if not solver.running:
                return False
            self._listen(solver, core=core, wait=not self.accompanied)
            if self.accompanied and not self.stop.is_set():
                self._take_turns(solver, deadline, core=core)
        except KeyboardInterrupt:
            self.interrupted = True
            self.stop.set()
        return True

    def _outcome(self, solver: Solver) -> Outcome:
        """Wait for the end of the search for the bound; Ctrl-C, once or more, loses nothing of it."""
        while True:
            try:
                return solver.outcome()
            except KeyboardInterrupt:
                self.interrupted = True
                self.stop.set()

    def _solver(self, stage: Stage, *, core: bool) -> Solver:
        """The search for the bound of a stage."""
        options = self._solver_options(core)
        self._known = self.keeper.best
        if core and self.options.rounds and self.options.max_nodes is None:
            items = items_of(stage.problem.model, stage.form, stage.form.integral)
            return Rounds(stage.form, items, options, self._enough, self.beforehand.expected)
        solver = Highs(stage.form, options)
        if self._known is not None:
            solver.set_start(*self._decisions(self._known.plan))
        return solver

    @property
    def _enough(self) -> float:
        """Objective (minimising) that points of the first stage have to be better than to be of interest.

        Rounds end where their bound is as good as that up to a tolerance, so it lies within the gap asked for by more.
        """
        sufficient = self.aim.objective_of(self.keeper.sufficient)
        within = min(sufficient + 2.0 * near(sufficient), self.aim.objective_of(self.keeper.worth))
        return min(within, self.improver.best_core)

    def _solver_options(self, core: bool) -> dict[str, object]:
        made = self.options.highs()
        if self.accompanied:
            made["threads"] = 1
        if self.aim.whole:
            made["mip_abs_gap"] = WHOLE
        if self.staged:
            made |= {"mip_pscost_minreliable": 1, "mip_allow_restart": False}
        if core:
            made |= {"mip_rel_gap": self.options.gap / 10, **NO_HEURISTICS}
        return made

    # -- what the bound-proving search tells --------------------------------------------------------------------------

    def _listen(self, solver: Solver, *, core: bool, wait: bool) -> None:
        for event in solver.poll(0.05 if wait else 0.0):
            if isinstance(event, Point):
                self._take(self._at.back(event.values), core=core)
            elif isinstance(event, Pulse):
                heard = self.aim.worth_of(event.bound)
                self.keeper.heard = self.keeper.heard if heard is None else min(self.keeper.heard, heard)
        self._offer(solver, core=core)
        self.keeper.tick()
        if self.keeper.full.is_set() or (self.keeper.nearly_enough and not self.options.deterministic):
            self.stop.set()

    def _offer(self, solver: Solver, *, core: bool) -> None:
        """Let the search for the bound prune with what has been found beside it.

        In the first stage a core is enough, whether there is a plan with it yet or not: it is a point of that stage.
        """
        met, self.improver.met = self.improver.met, None
        if isinstance(solver, Rounds):
            solver.better_than(self._enough)
        elif met is not None and core:
            self._offered = met[self._core]
            solver.offer(self._at.core, self._offered)
        elif self.keeper.best is not None and self.keeper.best is not self._known:
            solver.offer(*self._decisions(self.keeper.best.plan))
        self._known = self.keeper.best

    def _take(self, point: Floats, *, core: bool) -> None:
        """A point of the first stage waits to be filled, unless it was offered; one of the second is a plan."""
        if not core:
            self.keeper.consider(read_plan_of(self.model, self.form, point))
            self._known = self.keeper.best
        elif not np.array_equal(np.round(point[self._core]), self._offered):
            self.improver.waiting = point

    # -- improving plans ----------------------------------------------------------------------------------------------

    def _take_turns(self, solver: Solver, deadline: float | None, *, core: bool) -> None:
        """Improve plans beside the search for the bound; on one thread it waits, and then has as long for itself."""
        if self.improver.idle or self.options.cores > 1:
            self._improve(solver, deadline, core=core)
            return
        began = time.monotonic()
        with solver.paused():
            self._improve(solver, deadline, core=core)
        until = time.monotonic() + max(time.monotonic() - began, SHORTEST_TURN)
        while solver.running and time.monotonic() < until and not self.stop.is_set():
            self._listen(solver, core=core, wait=True)

    def _improve(self, solver: Solver, deadline: float | None, *, core: bool) -> None:
        """Solve one small problem beside the search for the bound."""

        def tell(_: Pulse | Point | None) -> None:
            self._listen(solver, core=core, wait=False)
            if not solver.running:
                self.stop.set()

        began = time.monotonic()
        resting = self.improver.waiting is None and began < self._rests_until
        if isinstance(solver, Rounds):
            solver.width = max(1, self.options.cores - (not resting))
        if self.improver.idle or resting:
            self._listen(solver, core=core, wait=True)
            return
        before = self.keeper.best
        self.improver.step(deadline, self.stop, tell)
        self._in_vain = 0 if self.keeper.best is not before else self._in_vain + 1
        if isinstance(solver, Rounds) and self.options.cores > 1:
            took = time.monotonic() - began
            self._rests_until = began + took + min((1 + self._in_vain) * took, MOST_REST)
