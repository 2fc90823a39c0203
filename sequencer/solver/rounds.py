"""Rounds: the bound of all plans, proven step by step, of a few parts of them at once.

A search is far sooner done where it only has to show that nothing is better than a *cut* than where it has to find the
best: every node that is no better is left, whether there are plans in it or not. So the bound is lowered in rounds, as
*dichotomic* search does for an optimum: each has a cut that lies between the bound known and what has to be reached,
which is the bound that proves the gap asked for, or the worth of the best core known. That nothing is better than the
cut is proven then, and is the bound that the next round begins with.

In the first round all plans are searched at once, in the later ones parts of them (:mod:`sequencer.solver.parts`), each
with rounds of its own, as many at once as there are cores to spare (Gendron & Crainic 1994, *Parallel branch-and-bound
algorithms*): those whose bound is the worst, while others that have been begun wait, so that the bound of all plans
comes nearer all the time.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from sequencer.solver.highs import Highs
from sequencer.solver.outcome import Outcome, Point, Pulse
from sequencer.solver.parts import Item, Part, Parting
from sequencer.solver.threads import in_thread
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.solver.standard_form import StandardForm

PART_SECONDS, PART_SHARE = 10.0, 0.3
"""Most time, and most of the time left, that is spent on the relaxation, and again on making parts."""

FIRST_STRIDE, PART_STRIDE, STRIDE, LAST = 0.75, 0.25, 0.35, 0.01
"""How far, from the bound known to what has to be reached, the cut of the first round lies, that of the first round of
a part, and that of a later one. A relaxation is so far off that little has to be searched for most of the way, but
each step after it takes longer than the one before, and nothing is gained by the first one until all parts have taken
it. The cut is there at once where no more would be left after that than the last share of what has to be reached, or,
where that is about 0, of the bound of all plans."""

MOST_OPEN = 8
"""Parts that may be open at once, most of which wait: each takes as much memory as a search of its own."""

CLOSE = 1e-6
"""What is equal, relative to it, of a bound and what has to be reached."""

OPTIONS = {"mip_allow_cut_separation_at_nodes": False, "mip_rel_gap": 0.0}
"""Cuts at the nodes take a third of the time and save no nodes; how near its bound has to come, its cut tells a search.
"""


class Rounds:
    """Search for the bound of all plans in rounds; begun, listened to and ended like :class:`Highs`.

    Parameters
    ----------
    form
        Form of all plans.
    items
        What to part by.
    options
        HiGHS options.
    enough
        Objective (minimising) that points have to be better than to be of interest.
    expected
        Objective that there is hope for; only the cut of the first round depends on it.

    Attributes
    ----------
    width : int
        How many searches there are at once.
    """

    def __init__(
        self, form: StandardForm, items: list[Item], options: dict[str, Any], enough: float, expected: float = math.inf
    ) -> None:
        self.form = form
        self.width = 1
        self._options = {**options, **OPTIONS}
        self._parting = Parting(form, items)
        self._enough = enough
        self._expected = expected
        self._whole = Part(form)
        self._parts: list[Part] = []
        self._root: Future[float | None] | None = None
        self._making: Future[list[Part]] | None = None
        self._best: Point | None = None
        self._nodes = 0
        self._short = False
        self._waits = False

    def start(self, *, deadline: float | None = None, stop: threading.Event | None = None) -> None:
        """Begin in threads of their own, see :meth:`Highs.start`."""
        self.stop = stop or threading.Event()
        self._deadline = deadline
        self._parting.stopped_by(self.stop)
        until = self._soon()
        self._root = in_thread(lambda: self._parting.root(until))

    def _soon(self) -> float:
        """When to end what only prepares."""
        now = time.monotonic()
        left = math.inf if self._deadline is None else max(self._deadline - now, 0.0)
        return now + min(PART_SECONDS, PART_SHARE * left)

    # -- what is known ------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether the search goes on."""
        return bool(self._open) or not (self._reached or self._ends)

    @property
    def _ends(self) -> bool:
        """Whether no further search is to begin."""
        return self.stop.is_set() or (self._deadline is not None and time.monotonic() >= self._deadline)

    @property
    def _open(self) -> list[Part]:
        """What is being searched, in the order in which it was begun."""
        return [part for part in (self._whole, *self._parts) if part.solver is not None]

    @property
    def _beside(self) -> list[Future[Any]]:
        """What is being made in other threads."""
        return [made for made in (self._root, self._making) if made is not None and not made.done()]

    @property
    def _bound(self) -> float:
        """Lower bound on the objective of all plans that are better than is enough, or that."""
        parts = min((part.bound for part in self._parts), default=-math.inf)
        return min(self._enough, max(self._whole.bound, parts))

    @property
    def _least(self) -> float:
        """What is as good as enough."""
        return self._enough - CLOSE * max(1.0, abs(self._enough)) if self._enough < math.inf else math.inf

    @property
    def _reached(self) -> bool:
        """Whether nothing is better than is enough."""
        return self._bound >= self._least

    def outcome(self) -> Outcome:
        """Wait for the end and read the result; infeasible only where nothing was cut off."""
        while self.running:
            self.poll(0.01)
        # A program must not end while a thread of its own is within HiGHS.
        wait(self._beside)
        if not self._reached:
            ended = Termination.INTERRUPTED if self.stop.is_set() else Termination.TIME_LIMIT
            ended = Termination.MEMORY if self._short else ended
        else:
            ended = Termination.INFEASIBLE if self._enough == math.inf else Termination.GAP_REACHED
        point, objective = (None, None) if self._best is None else (self._best.values, self._best.objective)
        bound = self._bound if math.isfinite(self._bound) else None
        return Outcome(ended, point, objective, bound, self._nodes)

    def end(self) -> None:
        """Let every search end and wait for that, see :meth:`Highs.end`."""
        self.stop.set()
        while self.running:
            with suppress(Exception, KeyboardInterrupt):
                self.outcome()

    # -- going on -----------------------------------------------------------------------------------------------------

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let every search wait for as long as the context lasts."""
        self._waits = True
        self._take_turns()
        try:
            yield
        finally:
            self._waits = False
            self._take_turns()

    def better_than(self, objective: float) -> None:
        """From now on, points are of interest only if they are better (minimising)."""
        self._enough = min(self._enough, objective)

    def poll(self, seconds: float = 0.0) -> list[Pulse | Point]:
        """Return what happened since the last call, and see to it that the searches go on."""
        told: list[Pulse | Point] = []
        if seconds and not self._open:
            # Nothing to listen to: parts are being made, or all have to wait.
            if self._beside:
                wait(self._beside, seconds)
            else:
                time.sleep(seconds)
        for k, part in enumerate(self._open):
            told += self._listen(part, 0.0 if k else seconds)
        self._take_turns()
        known = self._bound if math.isfinite(self._bound) else None
        return [*told, Pulse(None if self._best is None else self._best.objective, known)]

    def _listen(self, part: Part, seconds: float) -> list[Point]:
        """Points of a part that is being searched; its bound is taken up, also that of its end."""
        assert part.solver is not None
        found = []
        for event in part.solver.poll(seconds):
            if isinstance(event, Pulse):
                part.heard(event.bound)
            elif event.objective < min(self._enough, part.cut):
                self._best = event
                self.better_than(event.objective)
                found.append(event)
        if self.stop.is_set() or self._reached or part.bound >= self._least:
            part.stop.set()
        if not part.solver.running:
            try:
                outcome = part.solver.outcome()
            except Exception:
                part.solver = None
                raise
            if outcome.termination is Termination.MEMORY:
                # Begun again it would come to the same.
                self._short = True
                self.stop.set()
            nothing = outcome.termination is Termination.GAP_REACHED and outcome.point is None
            none = nothing or outcome.termination is Termination.INFEASIBLE
            part.heard(math.inf if none else outcome.bound)
            part.solver = None
            self._nodes += outcome.nodes
        return found

    def _take_turns(self) -> None:
        """Let the worst parts be searched, as many as there may be at once; once time is over, all of them end."""
        at_work: list[Part] = []
        for part in self._asked():
            if len(at_work) == self.width:
                break
            if part.solver is None and len(self._open) < MOST_OPEN:
                self._begin(part)
            if part.solver is not None:
                at_work.append(part)
        for part in self._open:
            assert part.solver is not None
            part.solver.go_on(part.stop.is_set() or self._ends or part in at_work)

    def _asked(self) -> list[Part]:
        """What is to be searched, the worst first."""
        if self._waits or self._ends or self._reached:
            return []
        if self._root is not None:
            return self._first()
        whole = [] if self._whole.solver is None else [self._whole]
        if not self._parts and len(whole) < self.width:
            self._make()
        left = [part for part in self._parts if max(part.bound, self._whole.bound) < self._least]
        return whole + sorted(left, key=lambda part: part.bound)

    def _first(self) -> list[Part]:
        """All plans, as soon as it is known what their relaxation is worth."""
        assert self._root is not None
        if not self._root.done():
            return []
        root, self._root = self._root.result(), None
        if root is not None:
            self._whole.bound = min(root, self._enough)
        self._whole.cut = self._nearer(self._whole.bound, min(self._expected, self._enough), FIRST_STRIDE)
        return [] if self._reached else [self._whole]

    def _nearer(self, bound: float, reach: float, stride: float) -> float:
        """Cut of the round after this bound, so far on the way to what has to be reached."""
        rest = reach - bound
        if not math.isfinite(rest):
            return self._enough
        little = LAST * max(abs(reach), abs(self._whole.bound))
        return self._enough if (1.0 - stride) * rest <= little else bound + stride * rest

    def _make(self) -> None:
        """Begin to make parts, and take them up once they are made."""
        if self._making is None:
            enough, until = self._enough, self._soon()
            self._making = in_thread(lambda: self._parting.parts(enough, until, self.stop))
        elif self._making.done():
            self._parts = self._making.result()

    def _begin(self, part: Part) -> None:
        if part is not self._whole:
            # While all plans are searched at once, that asks for no less.
            known = self._whole.bound if self._whole.solver is None else self._whole.cut
            stride = STRIDE if part.cut < math.inf else PART_STRIDE
            part.cut = self._nearer(max(part.bound, known), self._enough, stride)
        options = self._options | ({"objective_bound": part.cut} if part.cut < math.inf else {})
        part.solver = Highs(part.form, options)
        part.solver.start(deadline=self._deadline, stop=part.stop)
