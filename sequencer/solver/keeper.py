"""The best plan and the best bound so far; only the independent evaluation lets a plan in."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

from sequencer.errors import DisagreementError
from sequencer.plan.evaluate import Evaluation, evaluate
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

    Attributes
    ----------
    best : Evaluation or None
        Best plan that keeps every rule.
    bound : float
        Proven bound on any plan, in the declared unit; infinite while unknown. Only finished searches prove it.
    heard : float
        Bound that a search under way tells of; good enough to show and to stop by.
    phase : str
        What is being done.
    """

    def __init__(self, instance: Instance, listeners: tuple[Listener, ...], gap: float) -> None:
        self.instance = instance
        self.gap = gap
        self.best: Evaluation | None = None
        self.bound = math.inf
        self.heard = math.inf
        self.phase = ""
        self._listeners = listeners
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Wall clock since the solve began."""
        return time.monotonic() - self._began

    @property
    def enough(self) -> bool:
        """Whether the gap that was asked for is proven."""
        return self._within(self.bound)

    @property
    def nearly_enough(self) -> bool:
        """Whether it is by the bound that a search under way tells of."""
        return self._within(min(self.bound, self.heard))

    def _within(self, bound: float) -> bool:
        if self.best is None or not math.isfinite(bound):
            return False
        found = relative_gap(self.best.npv, max(bound, self.best.npv))
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
        """Tell where the solve stands."""
        objective = self.best.npv if self.best else None
        told = min(self.bound, self.heard)
        bound = told if math.isfinite(told) else None
        shown = bound if bound is None or objective is None else max(bound, objective)
        self.emit(Progress(self.seconds, self.phase, objective, bound, relative_gap(objective, shown)))

    def consider(self, plan: Plan) -> bool:
        """Keep a plan that breaks no rule and is better than the best so far."""
        evaluation = evaluate(self.instance, plan)
        return evaluation.feasible and self._keep(evaluation)

    def _keep(self, evaluation: Evaluation) -> bool:
        if self.best is not None and evaluation.npv <= self.best.npv:
            return False
        self.best = evaluation
        self.emit(Improved(self.seconds, evaluation.plan, evaluation.npv))
        return True

    def trust(self, plan: Plan) -> bool:
        """Take up a plan that the solver says breaks no rule; fail loudly where the evaluation disagrees.

        Raises
        ------
        sequencer.errors.DisagreementError
            Naming the rules that it breaks.
        """
        evaluation = evaluate(self.instance, plan)
        if evaluation.violations:
            rules = "; ".join(f"{v.ref}: {v.message}" for v in evaluation.violations[:5])
            message = f"the solver's plan breaks rules that the independent evaluation checks: {rules}"
            raise DisagreementError(message)
        return self._keep(evaluation)

    def bounded(self, bound: float | None) -> None:
        """Take a proven bound up where it is lower than the one known."""
        if bound is not None:
            self.bound = min(self.bound, bound)
