"""Walk over the core decisions: each choice of them is judged by the relaxation of everything else.

With the core decisions fixed (drivers, mandate, brands, customer types, functions) the relaxation is worth little more
than the best plan with that core, and one start wave more or less takes the dual simplex a few pivots from the last
basis. So thousands of cores are judged in the time of one small mixed-integer problem, and only the best few are filled
to plans. Which neighbour is taken follows simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983, *Optimization by
simulated annealing*); its draw is made beforehand, so that the solver gives up on a neighbour as soon as its bound is
worse than what would be taken. Of several neighbours drawn only the most promising one is judged, by what the cores
judged before say about it (:mod:`sequencer.solver.estimates`): that halves the time a walk takes.
"""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sequencer.solver.estimates import Estimates
from sequencer.solver.relaxation import Relaxation

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.plan.plan import Plan
    from sequencer.solver.standard_form import Floats, StandardForm

Choice = tuple[str, int] | None
"""Mode and start wave, or None for not adopted."""

HEAT = 0.015
"""Share of its worth that a core may lose in a step taken at the start of a walk, with a probability of 1/e."""

STEPS = (1, 1, 1, 2, 2, 3)
"""How many decisions a neighbour differs in, drawn from these."""

DRAWN = 8
"""Neighbours drawn for each that is judged."""

DROP, SHIFT, SWAP = 0.15, 0.55, 0.15
"""How often a decision is dropped, shifted by a wave, swapped with another; else it is drawn anew."""

KEPT = 6
"""Cores that a walk gives at most."""

LEAST = 20
"""Steps for each item without which a walk has no time to cool down: then it goes on for longer."""

STALE = 200
"""A walk ends after so many steps for each item without a better core."""


class CoreWalk:
    """A walk over core decisions.

    Parameters
    ----------
    model, form
        The model and its standard form.
    core
        Items that are walked over.
    seed
        Of the random choices.

    Attributes
    ----------
    best : float
        Objective (minimising) of the relaxation of the best core met; infinite before there is one.
    """

    def __init__(self, model: SequencingModel, form: StandardForm, core: list[str], seed: int) -> None:
        self.model = model
        self.form = form
        self._random = random.Random(seed)
        self._columns: dict[str, list[tuple[str, int, int]]] = {}
        for (item, mode, wave), column in model.adopt.items():
            if item in core and form.form_column[column] >= 0:
                self._columns.setdefault(item, []).append((mode, wave, int(form.form_column[column])))
        self._items = list(self._columns)
        self._at = np.array([at for columns in self._columns.values() for *_, at in columns], dtype=np.int64)
        self._solver: Relaxation | None = None
        self._estimates: Estimates | None = None
        self._fixed: Floats | None = None
        self._known: dict[tuple[Choice, ...], float] = {}
        self._given: set[tuple[Choice, ...]] = set()
        self.best = math.inf

    def run(
        self,
        plan: Plan,
        worst: float,
        until: float,
        latest: float,
        stop: threading.Event,
        tell: Callable[[None], None],
        *,
        onward: bool = False,
    ) -> list[Floats]:
        """Walk from the core of a plan, or on from the best core met.

        Parameters
        ----------
        plan
            Where to start.
        worst
            Objective (minimising) that the relaxation of a core must be better than for the core to be given.
        until
            ``time.monotonic()`` at which to end, if that leaves time for a walk that is worth its name.
        latest
            ``time.monotonic()`` at which to end in any case.
        stop
            Set from outside to end.
        tell
            Called after each step.
        onward
            Whether to walk on from the best core met, where one has been.

        Returns
        -------
        list of arrays of shape (n,)
            Points of the form that only the core columns of mean something: the best cores met so far that have not
            been given before, the best first.
        """
        known = self._best_known if onward else None
        current = known or {i: self._choice_of(plan, i) for i in self._items}
        started = self._value(current, math.inf, latest) if current else None
        if started is None:
            return []
        value = best_value = started
        began, left, steps, end = time.monotonic(), STALE * len(self._items), 0, latest
        while (now := time.monotonic()) < end and left and not stop.is_set():
            left, steps = left - 1, steps + 1
            heat = HEAT * max(abs(best_value), 1e-9) * max(end - now, 0.0) / max(end - began, 1e-9)
            limit = value - heat * math.log(1.0 - self._random.random())
            tried = self._promising(current, limit)
            found = None if tried is None else self._value(tried, limit, latest)
            if tried is not None and found is not None and found <= limit:
                current, value = tried, found
                if value < best_value - 1e-9 * abs(best_value):
                    best_value, left = value, STALE * len(self._items)
            end = max(until, min(latest, began + LEAST * len(self._items) * (time.monotonic() - began) / steps))
            tell(None)
        return self._best(worst)

    def take_up(self, point: Floats, until: float) -> None:
        """Take up a core met elsewhere, to walk on from."""
        core: dict[str, Choice] = {}
        for item, columns in self._columns.items():
            on = [(mode, wave) for mode, wave, at in columns if point[at] > 0.5]
            core[item] = min(on, key=lambda choice: choice[1]) if on else None
        self._value(core, math.inf, until)

    @property
    def best_point(self) -> Floats | None:
        """The best core met, as :meth:`run` gives them."""
        return None if self._best_known is None else self._point(self._best_known)

    @property
    def _best_known(self) -> dict[str, Choice] | None:
        """The best core met."""
        if not self._known:
            return None
        best = min(self._known.items(), key=lambda known: known[1])[0]
        return dict(zip(self._items, best, strict=True))

    def _best(self, worst: float) -> list[Floats]:
        """The best cores not given before."""
        new = [(value, key) for key, value in self._known.items() if value < worst and key not in self._given]
        chosen = [key for _, key in sorted(new, key=lambda found: found[0])[:KEPT]]
        self._given.update(chosen)
        return [self._point(dict(zip(self._items, key, strict=True))) for key in chosen]

    def _choice_of(self, plan: Plan, item: str) -> Choice:
        adoption = plan.by_id.get(item)
        if adoption is None:
            return None
        return self.model.instance.adoptables[item].mode(adoption.mode).id, adoption.wave

    def _promising(self, current: dict[str, Choice], limit: float) -> dict[str, Choice] | None:
        """Of some neighbours drawn the one that promises most; None where none can be as good as ``limit``.

        Those judged before are left to chance: only where all are, one of them is taken.
        """
        drawn = [self._neighbour(current) for _ in range(DRAWN)]
        new = [core for core in drawn if self._key(core) not in self._known]
        if not new or self._estimates is None:
            return drawn[0]
        least = self._estimates.least(np.array([self._values(core) for core in new]))
        best = int(least.argmin())
        return new[best] if least[best] <= limit else None

    def _neighbour(self, current: dict[str, Choice]) -> dict[str, Choice]:
        """Another core that differs in a few decisions."""
        made = dict(current)
        for _ in range(self._random.choice(STEPS)):
            item = self._random.choice(self._items)
            choice, ways = made[item], [(mode, wave) for mode, wave, _ in self._columns[item]]
            kind = self._random.random()
            if choice is None or kind >= DROP + SHIFT + SWAP:
                made[item] = self._random.choice(ways)
            elif kind < DROP:
                made[item] = None
            elif kind < DROP + SHIFT:
                shifted = (choice[0], choice[1] + self._random.choice((-1, 1)))
                made[item] = shifted if shifted in ways else choice
            else:
                self._swap(made, item, self._random.choice(self._items))
        return made

    def _swap(self, made: dict[str, Choice], item: str, other: str) -> None:
        """Let two items change waves, where both can start then."""
        one, two = made[item], made[other]
        if one is None or two is None:
            return
        changed = {item: (one[0], two[1]), other: (two[0], one[1])}
        if all((mode, wave) in {c[:2] for c in self._columns[i]} for i, (mode, wave) in changed.items()):
            made.update(changed)

    def _value(self, core: dict[str, Choice], worst: float, until: float = math.inf) -> float | None:
        """Objective (minimising) of the relaxation with a core.

        None where it is infeasible or worse than ``worst``, or not known by ``until``.
        """
        key = self._key(core)
        if key in self._known:
            return self._known[key]
        if self._solver is None:
            self._solver = Relaxation(self.form)
            self._estimates = Estimates(self.form, self._at)
        values = self._values(core)
        changed = slice(None) if self._fixed is None else values != self._fixed
        fixed = zip(self._at[changed].tolist(), values[changed].tolist(), strict=True)
        self._fixed = values
        value = self._solver.minimum(dict(fixed), worst, until)
        if value is not None or (worst == math.inf and time.monotonic() < until):
            self._known[key] = math.inf if value is None else value
            self.best = min(self.best, self._known[key])
        if self._estimates is not None:
            self._estimates.learn(values, self._solver)
        return value

    def _key(self, core: dict[str, Choice]) -> tuple[Choice, ...]:
        return tuple(core[i] for i in self._items)

    def _values(self, core: dict[str, Choice]) -> Floats:
        """Values of the core columns."""
        return np.array([self._on(core[i], mode, wave) for i in self._items for mode, wave, _ in self._columns[i]])

    @staticmethod
    def _on(choice: Choice, mode: str, wave: int) -> float:
        """Value of the column that says whether an item has started in a mode by a wave."""
        return float(choice is not None and choice[0] == mode and wave >= choice[1])

    def _point(self, core: dict[str, Choice]) -> Floats:
        point = np.zeros(len(self.form.cost))
        point[self._at] = self._values(core)
        return point
