"""Improving plans, one small problem after the other: beside the search for the bound, or while rows are tightened.

A core worth filling (:mod:`sequencer.solver.filling`), from the search of the first stage or met on a walk
(:mod:`sequencer.solver.core_walk`), comes first; else the core of the best plan is walked from, or a neighbourhood of
the plan is searched (:mod:`sequencer.solver.neighbourhoods`), each as often as it has helped.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from sequencer.solver.core import CORE, core_columns
from sequencer.solver.core_walk import CoreWalk
from sequencer.solver.decisions import read_plan_of
from sequencer.solver.filling import Filling
from sequencer.solver.increments import stated
from sequencer.solver.neighbourhoods import NOTABLE, Neighbourhoods, Tell
from sequencer.solver.outcome import Point, Pulse
from sequencer.solver.stage import Problem, first_stage

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.keeper import Keeper
    from sequencer.solver.options import SolveOptions
    from sequencer.solver.standard_form import Floats, StandardForm

FIRST_SECONDS, MOST_SECONDS, GROWTH = 4.0, 10.0, 0.1
"""Time for filling one core, or for one neighbourhood: at first, at most, and more of it for each second gone."""

FIRST_WALK, MOST_WALK, WALK_GROWTH = 2.0, 30.0, 0.2
"""The same for a walk, which cools down in that time: the slower the better."""

FAVOUR = 2.0
"""How much oftener there is a walk than a neighbourhood, at first."""

RISE = 0.02
"""By how much, relative to it, the best core met has to become better for a further walk to be worth more than filling
others that the last one met."""


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
    coarser
        Problem in which cores are judged; that of plans where there is none.
    met
        Best core met before, to walk on from.
    cores
        Cores met before that are to be filled first.

    Attributes
    ----------
    waiting : array of shape (n,) or None
        Point whose core decisions are filled next.
    met : array of shape (n,) or None
        Best core met on the last walk, as a point that only the core columns of mean something; to be offered.
    cores : list of arrays of shape (n,)
        Cores that a walk has met and that have not been filled yet, as such points.
    """

    def __init__(
        self,
        model: SequencingModel,
        form: StandardForm,
        options: SolveOptions,
        keeper: Keeper,
        coarser: Problem | None = None,
        met: Floats | None = None,
        cores: Iterable[Floats] = (),
    ) -> None:
        self.model = model
        self.form = form
        self.options = options
        self.keeper = keeper
        self.waiting: Floats | None = None
        self._core = core_columns(model, form)
        self._stage = first_stage(Problem(model, form), coarser, options)
        relaxed = self._stage.stated if coarser is None else stated(model, form, self._core, options.increments)
        self._filling = Filling(model, form, self._core, relaxed, options.gap)
        self._seen: set[bytes] = set()
        self.cores = list(cores)
        self.met = self._begin = met
        self._around = Neighbourhoods(model, form, options.seed)
        items = [i.id for i in model.instance.adoptables.values() if i.kind in CORE]
        judge = self._stage.problem.model, self._stage.form
        self._walk = CoreWalk(*judge, items, options.seed) if options.walk and self._core.any() else None
        self._again = True
        self._in_vain = False
        self._random = random.Random(options.seed)
        self._weight = FAVOUR

    @property
    def best_core(self) -> float:
        """Objective (minimising) of the relaxation of the best core met on a walk."""
        return math.inf if self._walk is None else self._walk.best

    @property
    def best_point(self) -> Floats | None:
        """The best core met, as a point that only the core columns of mean something."""
        found = None if self._walk is None else self._walk.best_point
        return None if found is None else self._stage.back(found)

    @property
    def idle(self) -> bool:
        """Whether there is nothing to improve yet."""
        return self.waiting is None and self.keeper.best is None

    def step(self, deadline: float | None, stop: threading.Event, tell: Tell) -> None:
        """Solve one small problem."""
        until = self._patience(deadline)
        if self._begin is not None and self._walk is not None:
            self._walk.take_up(self._stage.there(self._begin), self._latest(deadline))
            self._begin = None
        if self.waiting is not None:
            self.complete_waiting(until, stop, tell)
        elif self.cores and not self._in_vain:
            self._fill_next(until, stop, tell)
        elif self._walk is not None and self._wants_walk():
            self._walked(self._walk, deadline, stop, tell)
        elif self.keeper.best is not None:
            self._in_vain = False
            before = self.keeper.worth
            plan = self._around.search(self.keeper.best.plan, until, stop, self._taking(tell))
            if plan is not None:
                self.keeper.trust(plan)
            self._around.learn(self.keeper.worth > before + NOTABLE * abs(before))

    def _wants_walk(self) -> bool:
        """Whether it is a walk's turn; as long as walks meet far better cores, nothing else brings as much."""
        return self._again or self._random.random() * (1.0 + self._weight) < self._weight

    def _walked(self, walk: CoreWalk, deadline: float | None, stop: threading.Event, tell: Tell) -> None:
        """Walk from the core of the best plan, or on while cores get far better, and fill the best cores met."""
        before, known = self.keeper.best, walk.best
        if before is None:
            return
        until = self._until(deadline, FIRST_WALK, MOST_WALK, WALK_GROWTH)
        met = walk.run(before.plan, self._worst, until, self._latest(deadline), stop, tell, onward=self._again)
        self.cores = [self._stage.back(core) for core in met] + self.cores
        self.met = self.cores[0] if met else None
        self._again = walk.best < known - RISE * abs(walk.best)
        self._in_vain = False
        while self.cores and not (self._in_vain or stop.is_set()) and self.waiting is None:
            patience = self._until(deadline, FIRST_SECONDS, MOST_SECONDS, 0.0 if self._again else GROWTH)
            self._fill_next(patience, stop, tell)
            if self._again and self.keeper.best is not before:
                self.cores.clear()
        self._weight = 0.7 * self._weight + 0.3 * (3.0 if self.keeper.best is not before else 0.2)

    def _fill_next(self, until: float, stop: threading.Event, tell: Tell) -> None:
        """Fill the first of the cores met; where that takes all its time in vain, others have their turn before."""
        before = self.keeper.best
        self._fill(self.cores.pop(0), until, stop, tell, thorough=False)
        self._in_vain = self.keeper.best is before and time.monotonic() >= until

    def _latest(self, deadline: float | None) -> float:
        """When a walk has to end."""
        return self._until(deadline, MOST_WALK, MOST_WALK, 0.0)

    @property
    def _worst(self) -> float:
        """Objective (minimising) that a plan must be better than."""
        return self.keeper.aim.objective_of(self.keeper.worth)

    def _patience(self, deadline: float | None) -> float:
        """When to give up on a small problem; later problems get more time, as good plans are harder to better."""
        return self._until(deadline, FIRST_SECONDS, MOST_SECONDS, GROWTH)

    def _until(self, deadline: float | None, first: float, most: float, growth: float) -> float:
        until = time.monotonic() + min(most, first + growth * self.keeper.seconds)
        return until if deadline is None else min(until, deadline)

    def complete_waiting(self, deadline: float | None, stop: threading.Event, tell: Tell = lambda _: None) -> None:
        """Fill the core of the point that waits."""
        point, self.waiting = self.waiting, None
        if point is not None:
            self._fill(point, self._patience(deadline), stop, tell, thorough=True)

    def _fill(self, core: Floats, until: float, stop: threading.Event, tell: Tell, *, thorough: bool) -> None:
        """Look for the best plan with a core, once."""
        decisions = np.round(core[self._core]).tobytes() + bytes([thorough])
        if decisions in self._seen:
            return
        self._seen.add(decisions)
        plan = self._filling.plan(core, self._worst, until, stop, self._taking(tell), thorough=thorough)
        if plan is not None:
            self.keeper.trust(plan)
        if stop.is_set():
            self.cores.insert(0, core)

    def _taking(self, tell: Tell) -> Tell:
        """Take plans up as they are met, and pass on what happens.

        The end of a small problem may be seconds away, and Ctrl-C may come first.
        """

        def told(event: Pulse | Point | None) -> None:
            if isinstance(event, Point):
                self.keeper.consider(read_plan_of(self.model, self.form, event.values))
            tell(event)

        return told
