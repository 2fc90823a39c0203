"""Contact fatigue: contact load above a customer type's cap costs value, in rising steps."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from sequencer.errors import UnsupportedError
from sequencer.model.linear import Linear, total
from sequencer.model.value.source import Source
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.rules import FatigueStep
    from sequencer.model.sequencing import SequencingModel


class Fatigue(Source):
    """``over[k,s,t] = max(0, load[k,t] − cap − width of the steps before s)`` where ``k`` is live, else 0.

    Step ``s`` costs its slope a year on ``over[s] − over[s+1]``, so ``over[s]`` costs the rise of the slope from the
    step before; slopes never fall, so it takes its least value by itself. The column is what of the largest ``over``
    is saved.
    """

    def __init__(self, model: SequencingModel, *, exact: bool) -> None:
        super().__init__(model, exact=exact)
        if exact and self.instance.fatigue:
            message = (
                "Contact fatigue (table fatigue) only ever lowers value, so it cannot be held exactly where value is "
                "capped or minimised. Take out the cap, or the table fatigue."
            )
            raise UnsupportedError(message)
        self._steps: dict[str, list[FatigueStep]] = {}
        for row in sorted(self.instance.fatigue, key=lambda r: r.step):
            self._steps.setdefault(row.customer_type, []).append(row)
        self._over = {(k, t): self._excess(k, t) for k in self._steps for t in self.times}

    def _excess(self, k: str, period: int) -> list[Linear]:
        """Load beyond the cap, and beyond each step but the last."""
        cap = self.instance.by_id("customer_types")[k].contact_cap
        live = self.model.live(k, period)
        loads = [(self.model.live(d.id, period), d.contact_load.get(k, 0.0)) for d in self.instance.drivers]
        load = total(on * amount for on, amount in loads)
        most = sum(max(amount, 0.0) for on, amount in loads if on.terms or on.constant)
        edges = accumulate((s.width or 0.0 for s in self._steps[k][:-1]), initial=float(cap or 0.0))
        return [self._beyond(k, period, load, live, most, edge, j) for j, edge in enumerate(edges)]

    def _beyond(self, k: str, t: int, load: Linear, live: Linear, most: float, edge: float, j: int) -> Linear:
        """``max(0, load − edge)`` while the customer type is live."""
        room = most - edge
        if room <= 0 or not (live.terms or live.constant):
            return Linear()
        saved = Linear(terms={self.model.new_columns(f"fatigue_{k}_{t}_{j}", [(0,)], [room])[0]: 1.0})
        asleep = (Linear(1.0) - live) * room
        self.model.row(RuleRef("value", ("fatigue", k), t), saved, "<=", Linear(room + edge) - load + asleep)
        return Linear(room) - saved

    def expr(self, category: str | None, period: int, scenario: str | None) -> Linear:
        """``− years · Σ_s slope · part``, the same in every scenario.

        Raises
        ------
        sequencer.errors.UnsupportedError
            If one category is asked for, and steps of a customer type are in several.
        """
        made = Linear()
        for k, steps in self._steps.items():
            kinds = {s.category for s in steps}
            if category is not None and category in kinds and len(kinds) > 1:
                message = (
                    f"The steps of contact fatigue of {k} are in several categories, so value of one of them cannot "
                    "be held exactly. Put all its steps (table fatigue) in one category."
                )
                raise UnsupportedError(message)
            if category is None or category in kinds:
                rises = [b - a for a, b in pairwise([0.0, *(s.slope_per_year for s in steps)])]
                over = self._over[k, self.live_period(period)]
                made.add(total(o * rise for o, rise in zip(over, rises, strict=True)), -self.year(period))
        return made
