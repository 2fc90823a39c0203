"""Neighbourhoods of a plan, searched by small problems in which most decisions are fixed.

Large neighbourhood search (Shaw 1998; adaptive choice after Ropke & Pisinger 2006): which kind is tried next is drawn
by how often each has helped so far.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from sequencer.solver.decisions import adoption_columns, read_plan_of
from sequencer.solver.highs import Highs, Point, Pulse
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.plan.plan import Plan
    from sequencer.solver.standard_form import StandardForm

Tell = Callable[[Pulse | Point | None], None]

SUPPORT = (Kind.STEP, Kind.INITIATIVE, Kind.MANDATE, Kind.FUNCTION)
SCOPE = (Kind.AFFILIATE, Kind.BRAND, Kind.CUSTOMER_TYPE)


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
        self._random = random.Random(seed)
        self._kinds = {"shift": 1.0, "scope": 1.0, "drivers": 1.0, "mixed": 1.0}
        self._last = "shift"
        self._tried: set[tuple[str, frozenset[str], int]] = set()

    def learn(self, helped: bool) -> None:
        """Make the kind tried last more or less likely."""
        self._kinds[self._last] = 0.7 * self._kinds[self._last] + 0.3 * (3.0 if helped else 0.2)

    def search(self, plan: Plan, deadline: float, stop: threading.Event, tell: Tell) -> Plan | None:
        """Search one neighbourhood; None where nothing was found in time."""
        self._last = self._random.choices(list(self._kinds), list(self._kinds.values()))[0]
        free, shift = self._choose(self._last)
        part = self._restricted(plan, free, shift)
        solver = Highs(part, {"threads": 1, "mip_rel_gap": 1e-3, "random_seed": self._random.randrange(2**20)})
        solver.set_start(*adoption_columns(self.model, part, plan))
        outcome = solver.run(deadline=deadline, stop=stop, tell=tell)
        return None if outcome.point is None else read_plan_of(self.model, self.form, outcome.point)

    def _choose(self, kind: str) -> tuple[set[str], int]:
        """Adoptables that are free, and by how many waves those adopted may move otherwise."""
        items = self.model.instance.adoptables
        if kind == "shift":
            return set(), 1
        if kind == "scope":
            return {i for i, x in items.items() if x.kind in (*SCOPE, Kind.MANDATE, Kind.FUNCTION)}, 0
        if kind == "drivers":
            drivers = [i for i, x in items.items() if x.kind == Kind.DRIVER]
            chosen = set(self._random.sample(drivers, min(len(drivers), 4)))
            return chosen | {i for i, x in items.items() if x.kind in SUPPORT}, 0
        return set(self._random.sample(list(items), len(items) // 3)), 1

    def _restricted(self, plan: Plan, free: set[str], shift: int) -> StandardForm:
        """Form in which what is not free stays as the plan has it, give or take ``shift`` waves."""
        lower, upper = self.form.lower.copy(), self.form.upper.copy()
        for (item, mode, wave), column in self.model.adopt.items():
            at = self.form.form_column[column]
            if at < 0 or item in free:
                continue
            adoption = plan.by_id.get(item)
            chosen = adoption is not None and (adoption.mode or mode) == mode
            start = adoption.wave if adoption is not None and chosen else None
            if start is None or not start - shift <= wave < start + shift:
                lower[at] = upper[at] = float(start is not None and wave >= start)
        return replace(self.form, lower=lower, upper=upper)
