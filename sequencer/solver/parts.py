"""Parts of all plans, by which core items they adopt at all.

With items in the order ``i1, i2, …`` every plan is in exactly one of

* ``i1`` is not adopted,
* ``i1`` is, ``i2`` is not, …,
* all of them are,

and the bound of all plans is that of the worst part. What the relaxation loses without an item says whether to part by
it; those without which it loses most come first, and many parts need no search at all. Each has a presolve of its own,
in which much of what was open is settled.
"""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sequencer.solver.decisions import columns_by_wave
from sequencer.solver.relaxation import Relaxation

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.highs import Highs
    from sequencer.solver.standard_form import StandardForm

LOSS = 0.45
"""How much of what the relaxation is too good by has to be lost without an item for plans to be parted by it."""

Item = NDArray[np.int64]
"""Columns that say whether an item has started by each wave."""


def items_of(model: SequencingModel, form: StandardForm, core: NDArray[np.bool_]) -> list[Item]:
    """Items that plans may be parted by: core, with one mode, and neither settled to be adopted nor not to be."""
    chains = columns_by_wave(model, form)
    modes = Counter(item for item, _ in chains)
    single = (chain for (item, _), chain in chains.items() if modes[item] == 1)
    return [
        chain
        for chain in single
        if (chain >= 0).all() and core[chain].all() and form.lower[chain[-1]] < form.upper[chain[-1]]
    ]


@dataclass(eq=False)
class Part:
    """Some plans.

    Attributes
    ----------
    form : StandardForm
        The form of these plans.
    bound : float
        Lower bound on the objective (minimising).
    cut : float
        Only what is better than this is searched for.
    solver : Highs or None
        Its search, while it goes on.
    """

    form: StandardForm
    bound: float = -math.inf
    cut: float = math.inf
    solver: Highs | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    def heard(self, bound: float | None) -> None:
        """Take up a bound that the search tells of; it knows nothing of what is no better than the cut."""
        if bound is not None:
            self.bound = max(self.bound, min(bound, self.cut))


class Parting:
    """Makes parts of all plans, by their relaxation.

    Parameters
    ----------
    form
        Form of all plans.
    items
        What to part by, see :func:`items_of`.
    """

    def __init__(self, form: StandardForm, items: list[Item]) -> None:
        self._form = form
        self._items = items
        self._solver = Relaxation(form)

    def stopped_by(self, stop: threading.Event) -> None:
        """Let relaxations end, with nothing known, once this is set from outside."""
        self._solver.stopped_by(stop)

    def root(self, deadline: float) -> float | None:
        """Minimum of the relaxation of all plans; None where it is not known by ``deadline`` (``time.monotonic()``)."""
        return self._least(self._form, math.inf, deadline)

    def parts(self, enough: float, deadline: float, stop: threading.Event) -> list[Part]:
        """Make parts: every plan is in exactly one of them.

        Parameters
        ----------
        enough
            Objective (minimising) that a part has to be better than to be of interest; bounds end there.
        deadline, stop
            When to end (``time.monotonic()``), and set from outside to end: the parts are fewer then.
        """

        def late() -> bool:
            return time.monotonic() >= deadline or stop.is_set()

        root = self.root(deadline)
        if root is None:
            return [Part(self._form)]

        def part(adopted: list[Item], out: Item | None, known: float = root) -> Part:
            form = self._some(adopted, out)
            found = None if late() else self._least(form, enough, deadline)
            return Part(form, min(known if found is None else found, enough))

        least = root + LOSS * (enough - root) if enough < math.inf else root
        without = []
        for k, item in enumerate(self._items):
            found = None if late() else self._least(self._some([], item), math.inf, deadline)
            if found is not None and found >= least:
                without.append((found, k))
        adopted: list[Item] = []
        made: list[Part] = []
        for _, k in sorted(without, reverse=True):
            made.append(part(adopted, self._items[k]))
            adopted.append(self._items[k])
        return [*made, part(adopted, None)]

    def _some(self, adopted: list[Item], out: Item | None) -> StandardForm:
        """Form of the plans that adopt some items, and one not."""
        lower, upper = self._form.lower.copy(), self._form.upper.copy()
        lower[[item[-1] for item in adopted]] = 1.0
        if out is not None:
            upper[out] = 0.0
        return replace(self._form, lower=lower, upper=upper)

    def _least(self, form: StandardForm, worst: float, deadline: float) -> float | None:
        """Minimum of a relaxation; infinite where nothing is better than ``worst``, None where it is not known."""
        self._solver.bound(form.lower, form.upper)
        found = self._solver.minimum({}, worst, deadline)
        return math.inf if found is None and self._solver.none_better else found
