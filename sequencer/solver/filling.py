"""Filling: the best plan around given core decisions.

With the core decisions fixed, the relaxation of the others says roughly when each of them should start, but is rarely
whole, and what is nearest to it mostly breaks a rule. Given a wave more either way, and two where that is too little,
there is nearly always a plan, and the problem is solved in a fraction of the time that the one with everything free
takes. This is relaxation enforced neighbourhood search (Berthold 2014, *RENS: the optimal rounding*) with a margin in
time.
"""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sequencer.solver.decisions import read_plan_of
from sequencer.solver.highs import Highs
from sequencer.solver.relaxation import Relaxation
from sequencer.solver.threads import attended, in_thread

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.plan.plan import Plan
    from sequencer.solver.increments import Increments
    from sequencer.solver.neighbourhoods import Tell
    from sequencer.solver.standard_form import Floats, StandardForm

MARGIN = 1
"""Waves by which a start may differ from the relaxation's."""

PROMISE = 0.08
"""By how much, relative to it, the relaxation of a core has to be better than what a plan must be for a margin of a
wave more to be worth the time, where the usual one gives no plan."""

EFFORT = 0.3
"""Share of the time spent on heuristics: with less, large problems take four times as long to come near their best."""

ZERO = 1e-6
"""What counts as 0 in a point of the relaxation."""


class Filling:
    """Fills cores.

    Parameters
    ----------
    model, form
        The model and its standard form.
    core : boolean array of shape (n,)
        Columns that are core decisions.
    relaxed : Increments
        What is relaxed to see when decisions should start.
    gap
        Relative gap asked of a whole solve.
    """

    def __init__(
        self, model: SequencingModel, form: StandardForm, core: NDArray[np.bool_], relaxed: Increments, gap: float
    ) -> None:
        self.model = model
        self.form = form
        self.core = np.flatnonzero(core)
        self._stated = relaxed
        self._gap = min(gap, 0.01) / 5
        self._relaxation: Relaxation | None = None
        self._over = threading.Event()
        chains: dict[tuple[str, str], dict[int, int]] = {}
        for (item, mode, wave), column in model.adopt.items():
            at = int(form.form_column[column])
            if at >= 0 and not core[at]:
                chains.setdefault((item, mode), {})[wave] = at
        self._chains = [np.array([columns[w] for w in sorted(columns)]) for columns in chains.values()]

    def plan(
        self, point: Floats, worst: float, deadline: float, stop: threading.Event, tell: Tell, *, thorough: bool
    ) -> Plan | None:
        """Best plan found with the core of a point.

        Parameters
        ----------
        point : array of shape (n,)
            A point of the form that only the core columns of need to mean something.
        worst
            Objective (minimising) that a plan must be better than.
        deadline
            ``time.monotonic()`` at which to end.
        stop
            Set from outside to end.
        tell
            Called with what the solver tells.
        thorough
            Whether plans far from the relaxation are looked at as well.
        """
        decisions = np.round(point[self.core])
        solved = self._relaxed(decisions, deadline, stop, tell)
        if solved is None or stop.is_set():
            return None
        relaxed, least = solved
        found = self._solved(self._near(decisions, relaxed, MARGIN), worst, deadline, stop, tell)
        if found is None and least < worst - PROMISE * abs(worst) and not stop.is_set():
            found = self._solved(self._near(decisions, relaxed, MARGIN + 1), worst, deadline, stop, tell)
        if not thorough or stop.is_set():
            return found and read_plan_of(self.model, self.form, found[0])
        whole = self._solved(self._fixed(decisions), min(worst, found[1] if found else math.inf), deadline, stop, tell)
        best = whole or found
        return best and read_plan_of(self.model, self.form, best[0])

    def _solved(
        self, form: StandardForm, worst: float, deadline: float, stop: threading.Event, tell: Tell
    ) -> tuple[Floats, float] | None:
        """Best point and its objective; None where none is better than ``worst``."""
        options = {"threads": 1, "mip_rel_gap": self._gap, "mip_heuristic_effort": EFFORT} | (
            {"objective_bound": worst} if worst < math.inf else {}
        )
        outcome = Highs(form, options).run(deadline=deadline, stop=stop, tell=tell)
        if outcome.point is None or outcome.objective is None or outcome.objective >= worst:
            return None
        return outcome.point, outcome.objective

    def _relaxed(
        self, decisions: Floats, deadline: float, stop: threading.Event, tell: Tell
    ) -> tuple[Floats, float] | None:
        """Best point of the relaxation with a core, and its objective; None where there is, or is known, none."""
        if self._relaxation is None:
            self._relaxation = Relaxation(self._stated.form)
            self._relaxation.stopped_by(self._over)
        relaxation = self._relaxation
        fixed = dict(zip(self.core.tolist(), decisions.tolist(), strict=True))
        self._over.clear()

        def told() -> None:
            tell(None)
            if stop.is_set():
                self._over.set()

        least = attended(in_thread(lambda: relaxation.minimum(fixed, math.inf, deadline)), told, self._over)
        return None if least is None else (self._stated.back(relaxation.values()), least)

    def _fixed(self, decisions: Floats) -> StandardForm:
        lower, upper = self.form.lower.copy(), self.form.upper.copy()
        lower[self.core] = upper[self.core] = decisions
        return replace(self.form, lower=lower, upper=upper)

    def _near(self, decisions: Floats, relaxed: Floats, margin: int) -> StandardForm:
        """Form in which nothing starts more than so many waves before or after the relaxation has it start."""
        form = self._fixed(decisions)
        for chain in self._chains:
            started = relaxed[chain]
            padded = np.concatenate([np.zeros(margin), started, np.full(margin, started[-1])])
            earlier, later = padded[: len(chain)], padded[2 * margin :]
            form.upper[chain[later < ZERO]] = form.lower[chain[later < ZERO]]
            form.lower[chain[earlier > 1.0 - ZERO]] = form.upper[chain[earlier > 1.0 - ZERO]]
        return form
