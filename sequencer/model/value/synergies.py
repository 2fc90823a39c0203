"""Synergies: a yearly value, of either sign, while all of a set are live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.linear import Linear, total
from sequencer.model.value.source import Source
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.rules import Synergy
    from sequencer.model.sequencing import SequencingModel


class Synergies(Source):
    """``n[t] = 1`` while all members are live: ``n ≤ live`` of each, and ``n ≥ Σ live − (members − 1)``.

    The first rows where the rate is positive, the second where it is negative, both where value is capped or
    minimised. A negative one is written with what is saved, ``1 − n``.
    """

    def __init__(self, model: SequencingModel, *, exact: bool) -> None:
        super().__init__(model, exact=exact)
        self._together: dict[tuple[str, int], Linear] = {}
        for row in self.instance.synergies:
            for t in self.times:
                self._together[row.id, t] = self._live_together(row, t)

    def _live_together(self, row: Synergy, period: int) -> Linear:
        """Whether all members are live in a period; what is as-is already is."""
        members = dict.fromkeys(m for word in row.members for m in self.instance.members(word))
        live = [self.model.live_member(m, period) for m in members]
        if not all(x.terms or x.constant for x in live):
            return Linear()
        live = [x for x in live if x.terms]  # what is live already is no condition
        if len(live) <= 1:
            return total(live) if live else Linear(1.0)
        ref = RuleRef("value", (row.id,), period)
        column = Linear(terms={self.model.new_columns(f"synergy_{row.id}_{period}", [(0,)], [1.0])[0]: 1.0})
        all_live, most = total(live), len(live)
        if row.rate >= 0:
            for each in live:
                self.model.row(ref, column, "<=", each)
            if self.exact:
                self.model.row(ref, column, ">=", all_live - Linear(most - 1.0))
            return column
        self.model.row(ref, column, "<=", Linear(most) - all_live)
        for each in live if self.exact else ():
            self.model.row(ref, column, ">=", Linear(1.0) - each)
        return Linear(1.0) - column

    def expr(self, category: str | None, period: int, scenario: str | None) -> Linear:
        """``rate · years · n``."""
        chosen = (row for row in self.model.given(scenario).synergies if category in (None, row.category))
        at = self.live_period(period)
        return total(self._together[row.id, at] * (row.rate * self.year(period)) for row in chosen)
