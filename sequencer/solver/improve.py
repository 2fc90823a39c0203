"""Improving plans, one small problem after the other: beside the search for the bound, or while rows are tightened.

A core worth completing (from the search of the first stage, or from :mod:`sequencer.solver.core_walk`) comes first;
else the core of the best plan is walked from, or a neighbourhood of the plan is searched
(:mod:`sequencer.solver.neighbourhoods`), each as often as it has helped.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sequencer.solver.core_walk import CoreWalk
from sequencer.solver.decisions import read_plan_of
from sequencer.solver.highs import Highs
from sequencer.solver.neighbourhoods import Neighbourhoods, Tell
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.keeper import Keeper
    from sequencer.solver.options import SolveOptions
    from sequencer.solver.standard_form import Floats, StandardForm

CORE = frozenset({Kind.DRIVER, Kind.MANDATE, Kind.BRAND, Kind.CUSTOMER_TYPE, Kind.FUNCTION})
"""Kinds whose decisions stay whole in the first stage."""

FIRST_SECONDS, MOST_SECONDS = 2.0, 10.0
"""Time for completing one point, or for one neighbourhood: at first, and at most."""


def core_columns(model: SequencingModel, form: StandardForm) -> NDArray[np.bool_]:
    """Which columns of a form are core decisions."""
    adoptables = model.instance.adoptables
    made = np.zeros(len(form.cost), dtype=bool)
    for (item, _, _), column in model.adopt.items():
        at = form.form_column[column]
        if at >= 0:
            made[at] = adoptables[item].kind in CORE
    return made


class Improver:
    """Improves the best plan of a keeper.

    Parameters
    ----------
    model, form
        The model and its standard form, with what the keeper aims at as its objective.
    options
        How to solve.
    keeper
        Best plan and bound.

    Attributes
    ----------
    waiting : array of shape (n,) or None
        Point whose core decisions are completed next.
    """

    def __init__(self, model: SequencingModel, form: StandardForm, options: SolveOptions, keeper: Keeper) -> None:
        self.model = model
        self.form = form
        self.options = options
        self.keeper = keeper
        self.waiting: Floats | None = None
        self._core = core_columns(model, form)
        self._seen: set[bytes] = set()
        self._around = Neighbourhoods(model, form, options.seed)
        items = [i.id for i in model.instance.adoptables.values() if i.kind in CORE]
        self._walk = CoreWalk(model, form, items, options.seed)
        self._random = random.Random(options.seed)
        self._weight = 1.0

    @property
    def idle(self) -> bool:
        """Whether there is nothing to improve yet."""
        return self.waiting is None and self.keeper.best is None

    def step(self, deadline: float | None, stop: threading.Event, tell: Tell) -> None:
        """Solve one small problem."""
        until = self._patience(deadline)
        if self.waiting is not None:
            self.complete_waiting(until, stop, tell)
        elif self.keeper.best is not None and self._random.random() * (1.0 + self._weight) < self._weight:
            self._walked(until, stop, tell)
        elif self.keeper.best is not None:
            plan = self._around.search(self.keeper.best.plan, until, stop, tell)
            self._around.learn(plan is not None and self.keeper.trust(plan))

    def _walked(self, until: float, stop: threading.Event, tell: Tell) -> None:
        """Walk from the core of the best plan, and complete the best core met."""
        before = self.keeper.best
        if before is None:
            return
        self.waiting = self._walk.run(before.plan, until, stop, tell)
        if self.waiting is not None and not stop.is_set():
            self.complete_waiting(self._patience(None), stop, tell)
        self._weight = 0.7 * self._weight + 0.3 * (3.0 if self.keeper.best is not before else 0.2)

    def _patience(self, deadline: float | None) -> float:
        """When to give up on a small problem; later problems get more time, as good plans are harder to better."""
        now = time.monotonic()
        until = now + min(MOST_SECONDS, FIRST_SECONDS + self.keeper.seconds / 10)
        return until if deadline is None else min(until, deadline)

    def complete_waiting(self, deadline: float | None, stop: threading.Event, tell: Tell = lambda _: None) -> None:
        """Fix the core decisions of the point that waits and make the rest whole."""
        point, self.waiting = self.waiting, None
        if point is None:
            return
        decisions = np.round(point[self._core])
        if decisions.tobytes() in self._seen:
            return
        self._seen.add(decisions.tobytes())
        fixed = replace(self.form, lower=self.form.lower.copy(), upper=self.form.upper.copy())
        fixed.lower[self._core] = decisions
        fixed.upper[self._core] = decisions
        solver = Highs(fixed, {"threads": 1, "mip_rel_gap": min(self.options.gap, 0.01) / 5})
        outcome = solver.run(deadline=self._patience(deadline), stop=stop, tell=tell)
        if outcome.point is not None:
            self.keeper.trust(read_plan_of(self.model, self.form, outcome.point))
