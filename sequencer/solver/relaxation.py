"""The linear relaxation of a form, solved again and again, each time from the last basis."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Any

import numpy as np

from sequencer.solver.highs import Highs

if TYPE_CHECKING:
    from sequencer.solver.standard_form import Floats, StandardForm

OPTIMAL, INFEASIBLE, WORSE = "Optimal", "Infeasible", "Bound on objective reached"
"""How HiGHS calls the ways to end that tell something."""


class Relaxation(Highs):
    """The relaxation of a form, on one thread.

    Parameters
    ----------
    form
        What to relax.
    """

    def __init__(self, form: StandardForm) -> None:
        super().__init__(form, {"threads": 1}, relax=True)
        self._columns = np.arange(len(form.cost), dtype=np.int32)

    @property
    def ending(self) -> str:
        """How the last run ended."""
        return str(self.highs.modelStatusToString(self.highs.getModelStatus()))

    @property
    def objective(self) -> float:
        """Objective (minimising) of the last run."""
        return float(self.highs.getInfo().objective_function_value)

    def minimum(self, fixed: dict[int, float], worst: float, deadline: float = math.inf) -> float | None:
        """Fix columns for good and solve again.

        None where nothing beats ``worst``, or by ``deadline`` (``time.monotonic()``) nothing is known.
        """
        if fixed:
            values = np.array(list(fixed.values()), dtype=float)
            self.highs.changeColsBounds(len(fixed), np.array(list(fixed), dtype=np.int32), values, values)
        self._set("objective_bound", worst)
        # HiGHS counts the time of all its runs.
        self._set("time_limit", self.highs.getRunTime() + max(deadline - time.monotonic(), 0.0))
        self.highs.run()
        return self.objective if self.ending == OPTIMAL else None

    def maximum(self, weights: dict[int, float], fixed: dict[int, float]) -> float | None:
        """Largest ``Σ weight · column`` with some columns fixed for this once; None where HiGHS cannot tell.

        A relaxation without a feasible point has the maximum 0: what is fixed can then never be.
        """
        cost = np.zeros(len(self._columns))
        for column, weight in weights.items():
            cost[column] = -weight
        self.highs.changeColsCost(len(cost), self._columns, cost)
        for column, value in fixed.items():
            self.highs.changeColBounds(column, value, value)
        self.highs.run()
        # Changing bounds voids what HiGHS found, so it is read first.
        ending, value = self.ending, self.form.offset - self.objective
        for column in fixed:
            self.highs.changeColBounds(column, self.form.lower[column], self.form.upper[column])
        if ending == INFEASIBLE:
            return 0.0
        return value if ending == OPTIMAL else None

    def stopped_by(self, stop: threading.Event) -> None:
        """Let each run end, with nothing known and for good, once this is set from outside."""

        def interrupt(event: Any) -> None:  # noqa: ANN401
            if stop.is_set():
                event.interrupt()

        self.highs.cbSimplexInterrupt.subscribe(interrupt)
        self.highs.cbIpmInterrupt.subscribe(interrupt)

    @property
    def none_better(self) -> bool:
        """Whether :meth:`minimum` found that there is no point better than ``worst``."""
        return self.ending in (INFEASIBLE, WORSE)

    def bound(self, lower: Floats, upper: Floats) -> None:
        """Change the bounds of all columns."""
        self.highs.changeColsBounds(len(lower), self._columns, lower, upper)

    def values(self) -> Floats:
        """Point that :meth:`minimum` found last."""
        return np.array(self.highs.getSolution().col_value, dtype=float)

    def reduced_costs(self) -> Floats:
        """Reduced cost of each column (minimising) at the end of the last run."""
        return np.array(self.highs.getSolution().col_dual, dtype=float)

    def ray(self) -> Floats | None:
        """Weights of the rows that prove the last run infeasible, where HiGHS has them."""
        _, known, weights = self.highs.getDualRay()
        return np.array(weights, dtype=float) if known else None
