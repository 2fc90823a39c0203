"""Neighbourhoods of a plan, searched by small problems in which most decisions are fixed.

Large neighbourhood search (Shaw 1998; adaptive choice after Ropke & Pisinger 2006): which kind is tried next is drawn
by how often each has helped so far. How much is free is adapted as well: a problem that is solved to the end in a
part of the time was too small, one that brings nothing in all of it was too large, and where one has brought much, a
larger one may bring more. What is not free may still start a wave sooner or later, since a decision rarely gets better
unless what it needs moves along.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sequencer.instance.items import Member
from sequencer.solver.bundles import EARNING, Bundles
from sequencer.solver.decisions import adoption_columns, read_plan_of
from sequencer.solver.highs import Highs
from sequencer.solver.outcome import Point, Pulse
from sequencer.types import Kind, Termination

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.plan.plan import Plan
    from sequencer.solver.standard_form import StandardForm

Tell = Callable[[Pulse | Point | None], None]

SHARED = (Kind.MANDATE, Kind.FUNCTION, Kind.CUSTOMER_TYPE, Kind.BRAND)
"""Kinds that all scope depends on; they are few."""

SIZE, SMALLEST = 0.35, 0.05
"""Share of all decisions left open in a neighbourhood: at first, and at least."""

GROWTH, SHRINKAGE = 1.3, 0.8
"""Factors on the size after a problem that was solved early or has helped, and after one that brought nothing in its
time."""

NOTABLE = 0.001
"""By how much, relative to it, a plan has to become better for a neighbourhood to have helped."""

STALL, LEAST = 1.5, 0.3
"""A problem that has helped is given up when it has brought nothing for so many times as long as it took until then,
and so many seconds."""

EARLY = 0.5
"""Share of the time before which a problem was solved early."""

OPTIONS = {"threads": 1, "mip_rel_gap": 1e-3}


class Neighbourhoods:
    """Neighbourhoods of plans of one model.

    Parameters
    ----------
    model, form
        The model and its standard form.
    seed
        Of the random choices.
    """

    def __init__(self, model: SequencingModel, form: StandardForm, seed: int) -> None:
        self.model = model
        self.form = form
        self._items = model.instance.adoptables
        self._bundles = Bundles(model)
        self._random = random.Random(seed)
        self._columns: dict[str, list[tuple[str, int, int]]] = {}
        for (item, mode, wave), column in model.adopt.items():
            if form.form_column[column] >= 0:
                self._columns.setdefault(item, []).append((mode, wave, int(form.form_column[column])))
        kinds: dict[str, tuple[Callable[[], Iterator[str]], int]] = {
            "shift": (self._anything, 1),
            "anything": (self._anything, 1),
            "targets": (self._targets, 1),
            "scope": (self._scope, 0),
            "drivers": (self._drivers, 0),
        }
        self._kinds = {kind: how for kind, how in kinds.items() if next(how[0](), None) is not None}
        self._weights = dict.fromkeys(self._kinds, 1.0)
        self._sizes = dict.fromkeys(self._kinds, SIZE) | {"shift": SMALLEST}
        self._last = "anything"

    def learn(self, helped: bool) -> None:
        """Make the kind tried last more or less likely.

        Parameters
        ----------
        helped
            Whether the plan got notably better: where there is much to gain, a kind that brings a little each time must
            not keep those away that bring much.
        """
        self._weights[self._last] = 0.7 * self._weights[self._last] + 0.3 * (3.0 if helped else 0.2)
        if helped:
            self._resize(GROWTH)

    def search(self, plan: Plan, deadline: float, stop: threading.Event, tell: Tell) -> Plan | None:
        """Search one neighbourhood; None where nothing was found in time."""
        self._last = self._random.choices(list(self._weights), list(self._weights.values()))[0]
        part = self._restricted(plan, *self._chosen())
        solver = Highs(part, {**OPTIONS, "random_seed": self._random.randrange(2**20)})
        solver.set_start(*adoption_columns(self.model, part, plan))
        began = time.monotonic()
        outcome = solver.run(deadline=deadline, stop=(end := threading.Event()), tell=_until_stalled(stop, end, tell))
        found = None if outcome.point is None else read_plan_of(self.model, self.form, outcome.point)
        early = time.monotonic() - began < EARLY * (deadline - began)
        if outcome.termination is Termination.GAP_REACHED and early:
            self._resize(GROWTH)
        elif outcome.termination is Termination.TIME_LIMIT and found in (None, plan):
            self._resize(SHRINKAGE)
        return found

    def _resize(self, factor: float) -> None:
        self._sizes[self._last] = min(max(self._sizes[self._last] * factor, SMALLEST), 1.0)

    # -- what is free -------------------------------------------------------------------------------------------------

    def _chosen(self) -> tuple[set[str], int]:
        """Items of the kind tried that are free, as many as there is room for; and by how many waves others move."""
        order, shift = self._kinds[self._last]
        room = self._sizes[self._last] * sum(map(len, self._columns.values()))
        chosen: set[str] = set()
        for item in order():
            if item not in chosen:
                room -= len(self._columns.get(item, ()))
                if room < 0:
                    break
                chosen.add(item)
        return chosen, shift

    def _shuffled(self, kinds: tuple[Kind, ...]) -> list[str]:
        found = [i for i, x in self._items.items() if x.kind in kinds]
        return self._random.sample(found, len(found))

    def _scope(self) -> Iterator[str]:
        """Where drivers earn, and what all of that depends on."""
        yield from self._shuffled(SHARED)
        yield from self._shuffled((Kind.AFFILIATE, Kind.BRAND_AFFILIATE, Kind.DRIVER_AFFILIATE))

    def _drivers(self) -> Iterator[str]:
        """Drivers with all they need."""
        yield from self._shuffled((Kind.MANDATE,))
        for driver in self._shuffled((Kind.DRIVER,)):
            yield from self._with_needs(driver)

    def _targets(self) -> Iterator[str]:
        """Whatever may earn, with all it needs."""
        for item in self._shuffled(EARNING):
            yield from self._with_needs(item)

    def _anything(self) -> Iterator[str]:
        """Anything."""
        yield from self._random.sample(list(self._items), len(self._items))

    def _with_needs(self, item: str) -> Iterator[str]:
        for group in self._bundles.of([Member(item)], ()):
            yield from (m.id for m in group)

    def _restricted(self, plan: Plan, free: set[str], shift: int) -> StandardForm:
        """Form in which what is not free stays as the plan has it, give or take ``shift`` waves."""
        lower, upper = self.form.lower.copy(), self.form.upper.copy()
        for item, columns in self._columns.items():
            if item in free:
                continue
            adoption = plan.by_id.get(item)
            for mode, wave, at in columns:
                chosen = adoption is not None and (adoption.mode or mode) == mode
                start = adoption.wave if adoption is not None and chosen else None
                if start is None or not start - shift <= wave < start + shift:
                    lower[at] = upper[at] = float(start is not None and wave >= start)
        return replace(self.form, lower=lower, upper=upper)


def _until_stalled(stop: threading.Event, end: threading.Event, tell: Tell) -> Tell:
    """Pass on what happens, and end a problem that has helped once nothing more seems to come."""
    began = time.monotonic()
    enough = math.nan
    last = None

    def told(event: Pulse | Point | None) -> None:
        nonlocal enough, last
        tell(event)
        now = time.monotonic()
        if isinstance(event, Point):
            if math.isnan(enough):
                enough = event.objective - NOTABLE * abs(event.objective)
            if last is not None or event.objective < enough:
                last = now
        stalled = last is not None and now - last > LEAST + STALL * (last - began)
        if stop.is_set() or stalled:
            end.set()

    return told
