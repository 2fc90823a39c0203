"""The best plan and the best bound so far; only the independent evaluation lets a plan in."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sequencer.errors import DisagreementError
from sequencer.plan.evaluate import Evaluation, evaluate
from sequencer.solver.aims import Aim, near
from sequencer.solver.events import Improved, Listener, Progress
from sequencer.solver.result import relative_gap

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan
    from sequencer.solver.events import Event


class Keeper:
    """Keeps plan and bound, and tells the listeners.

    Parameters
    ----------
    instance
        What is solved.
    listeners
        Called with each event.
    gap
        Relative gap at which the search has done enough.
    aim
        What is searched for first.
    polish
        Gives a plan the payments it needs; None where the decisions of a plan say all.
    began
        ``time.monotonic()`` when the solve began; now, unless said otherwise.
    full
        Set from outside once the limit of memory is passed.

    Attributes
    ----------
    best : Evaluation or None
        Best plan that keeps every rule, and every aim that has been searched for.
    aim : Aim
        What is searched for.
    bound : float
        Proven bound on the worth of any plan in that, see :meth:`Aim.worth`; infinite while unknown. Searches
        prove it at their end, whatever that is.
    heard : float
        Bound that a search under way tells of; good enough to show and to stop by.
    phase : str
        What is being done.
    nodes : int
        Nodes of the search trees so far.
    full : threading.Event
        Set once the limit of memory is passed: the search is to end.
    """

    def __init__(
        self,
        instance: Instance,
        listeners: tuple[Listener, ...],
        gap: float,
        aim: Aim,
        polish: Callable[[Plan], Plan | None] | None = None,
        began: float | None = None,
        full: threading.Event | None = None,
    ) -> None:
        self.instance = instance
        self.gap = gap
        self.first = aim
        self.best: Evaluation | None = None
        self.phase = ""
        self.nodes = 0
        self.full = full or threading.Event()
        self._listeners = listeners
        self._polish = polish
        self._held: list[tuple[Aim, float]] = []
        self._told: float | None = None
        self._began = time.monotonic() if began is None else began
        self.take_aim(aim)

    def take_aim(self, aim: Aim) -> None:
        """Search for something else from now on."""
        self.aim = aim
        self.bound = math.inf
        self.heard = math.inf

    def hold(self) -> None:
        """Keep what was reached in the present aim: from now on, plans worth less in it are not taken up."""
        assert self.best is not None
        self._held.append((self.aim, self.aim.worth(self.best)))
        if self.aim is self.first:
            self._told = min(self.bound, self.heard)

    @property
    def seconds(self) -> float:
        """Wall clock since the solve began."""
        return time.monotonic() - self._began

    @property
    def worth(self) -> float:
        """Worth of the best plan in the present aim; −inf while there is none."""
        return -math.inf if self.best is None else self.aim.worth(self.best)

    @property
    def enough(self) -> bool:
        """Whether the gap that was asked for is proven."""
        return self._within(self.bound) or self.proven

    @property
    def nearly_enough(self) -> bool:
        """Whether it is by the bound that a search under way tells of."""
        return self._within(min(self.bound, self.heard))

    @property
    def sufficient(self) -> float:
        """Bound on worth that would prove the gap asked for; −inf while there is no plan."""
        return self.worth / (1.0 - self.gap) if self.worth > 0 else self.worth * (1.0 - self.gap)

    @property
    def proven(self) -> bool:
        """Whether no plan is better by more than what counts as equal."""
        return self.best is not None and self.bound <= self.worth + near(self.worth)

    def _within(self, bound: float) -> bool:
        if self.best is None or not math.isfinite(bound):
            return False
        found = relative_gap(self.worth, max(bound, self.worth))
        return found is not None and found <= self.gap

    def emit(self, event: Event) -> None:
        """Tell the listeners."""
        for listener in self._listeners:
            listener(event)

    def enter(self, phase: str) -> None:
        """Begin a phase."""
        self.phase = phase
        self.tick()

    def tick(self) -> None:
        """Tell where the solve stands in its first goal."""
        sense = self.first.sense
        worth = self.first.worth(self.best) if self.best else None
        told = min(self.bound, self.heard) if self._told is None else self._told
        bound = told if math.isfinite(told) else None
        shown = bound if bound is None or worth is None else max(bound, worth)
        objective = None if worth is None else sense * worth
        gap = relative_gap(worth, shown)
        self.emit(Progress(self.seconds, self.phase, objective, None if bound is None else sense * bound, gap))

    def consider(self, plan: Plan) -> bool:
        """Keep a plan that breaks no rule and is better than the best so far."""
        evaluation = self._judged(plan)
        return evaluation.feasible and self._keep(evaluation)

    def _judged(self, plan: Plan) -> Evaluation:
        """Evaluation of a plan; of one that breaks rules, with other payments where these help."""
        evaluation = evaluate(self.instance, plan)
        if evaluation.feasible or self._polish is None:
            return evaluation
        polished = self._polish(plan)
        return evaluation if polished is None else evaluate(self.instance, polished)

    def _keep(self, evaluation: Evaluation) -> bool:
        if any(aim.worth(evaluation) < worth - near(worth) for aim, worth in self._held):
            return False
        if self.best is not None and self.aim.worth(evaluation) <= self.worth:
            return False
        self.best = evaluation
        self.emit(Improved(self.seconds, evaluation.plan, self.first.figure(evaluation)))
        return True

    def trust(self, plan: Plan) -> bool:
        """Take up a plan that the solver says breaks no rule; fail loudly where the evaluation disagrees.

        Raises
        ------
        sequencer.errors.DisagreementError
            Naming the rules that it breaks.
        """
        evaluation = self._judged(plan)
        if evaluation.violations:
            rules = "; ".join(f"{v.ref}: {v.message}" for v in evaluation.violations[:5])
            message = f"the solver's plan breaks rules that the independent evaluation checks: {rules}"
            raise DisagreementError(message)
        return self._keep(evaluation)

    def bounded(self, bound: float | None) -> None:
        """Take a proven bound on worth up where it is lower than the one known."""
        if bound is not None:
            self.bound = min(self.bound, bound)
