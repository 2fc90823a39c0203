"""Preparation of the search for the first goal: a coarser problem, rows that tighten it, cores met meanwhile."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import TYPE_CHECKING

from sequencer.solver.aims import aimed
from sequencer.solver.improve import Improver
from sequencer.solver.stage import Problem, coarser_of
from sequencer.solver.tightening import tighten

if TYPE_CHECKING:
    from sequencer.solver.keeper import Keeper
    from sequencer.solver.neighbourhoods import Tell
    from sequencer.solver.options import SolveOptions
    from sequencer.solver.outcome import Point, Pulse
    from sequencer.solver.standard_form import Floats, StandardForm

TIGHTEN_SECONDS, ALONE_SECONDS = 60.0, 15.0
"""Most time spent on tightening: where plans are improved meanwhile, and where all else waits for it."""

TICK = 0.1
"""Seconds between two looks at whether tightening has come to its end, where there is no plan to improve."""


@dataclass(frozen=True)
class Prepared:
    """What a search begins with besides its form.

    Attributes
    ----------
    coarser : Problem or None
        Problem for the first stage, with the same aim; that of plans where there is none.
    met : array of shape (n,) or None
        Best core met, as a point of the form of plans that only the core columns of mean something.
    expected : float
        Objective (minimising) of its relaxation.
    cores : tuple of arrays of shape (n,)
        Cores met that have not been filled yet, as such points.
    """

    coarser: Problem | None = None
    met: Floats | None = None
    expected: float = math.inf
    cores: tuple[Floats, ...] = ()


def prepared(
    plans: Problem,
    ready: StandardForm,
    options: SolveOptions,
    keeper: Keeper,
    soon: Callable[[float], float],
    stop: threading.Event,
) -> tuple[StandardForm, Prepared]:
    """Prepare the search for the first goal.

    Parameters
    ----------
    plans
        Model and form.
    ready
        The form with ceilings.
    options
        How to solve.
    keeper
        Best plan; what it aims at is the first goal.
    soon
        When to end what takes so many seconds at most.
    stop
        Set from outside to end.

    Returns
    -------
    tuple of StandardForm and Prepared
        Form of plans, tightened unless the coarser problem is, and what else the search begins with.
    """
    staged = options.staged and options.gap > 0 and not options.deterministic
    coarser = coarser_of(plans, options) if staged else None
    if not options.tighten:
        return ready, Prepared(coarser)
    keeper.enter("tightening")
    given = coarser or Problem(plans.model, aimed(ready, keeper.aim))
    first_bounds: SimpleQueue[float | None] = SimpleQueue()

    def tightened(deadline: float, over: threading.Event) -> StandardForm:
        return tighten(*given, deadline, over, by_increments=options.increments, first=first_bounds.put)

    def tell(_: object) -> None:
        while not first_bounds.empty():
            keeper.bounded(keeper.aim.worth_of(first_bounds.get()))
        keeper.tick()

    if options.cores == 1 or not options.staged or options.gap == 0:
        made, found = tightened(soon(ALONE_SECONDS), stop), Prepared()
        tell(None)
    else:
        improver = Improver(plans.model, aimed(ready, keeper.aim), options, keeper, coarser)
        made = _beside(improver, tell, tightened, soon(TIGHTEN_SECONDS), stop)
        found = Prepared(None, improver.best_point, improver.best_core, tuple(improver.cores))
    if coarser is None:
        return made, found
    return ready, replace(found, coarser=coarser._replace(form=made))


def _beside(
    improver: Improver,
    tell: Tell,
    tightened: Callable[[float, threading.Event], StandardForm],
    deadline: float,
    stop: threading.Event,
) -> StandardForm:
    """Tighten in a thread of its own, and improve plans on the other core meanwhile."""
    over = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(tightened, deadline, over)
        made.add_done_callback(lambda _: over.set())

        def told(event: Pulse | Point | None) -> None:
            tell(event)
            if stop.is_set():
                over.set()

        try:
            while not over.is_set():
                if improver.idle or time.monotonic() >= deadline:
                    over.wait(TICK)
                    told(None)
                else:
                    improver.step(deadline, over, told)
        finally:
            over.set()
    tell(None)
    return made.result()
