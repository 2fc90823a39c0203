"""Value of initiatives: a yearly rate that ramps up, or once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.linear import Linear
from sequencer.model.value.ramping import Ramp, Ramping, average
from sequencer.model.value.source import Source

if TYPE_CHECKING:
    from sequencer.instance.entities import Initiative
    from sequencer.model.sequencing import SequencingModel


class Initiatives(Source):
    """Value of initiatives; a linear expression in the decisions, hence exact without any column."""

    def __init__(self, model: SequencingModel, *, exact: bool) -> None:
        super().__init__(model, exact=exact)
        self._known: dict[tuple[Ramp, int], list[tuple[int, float]]] = {}

    def expr(self, category: str | None, period: int, scenario: str | None) -> Linear:
        """``success · (value_per_year · years · Σ_s gain[s,t] · live[s] + value_once · (live[t] − live[t−1]))``."""
        made = Linear()
        for row in self.model.given(scenario).initiatives:
            if category in (None, row.category):
                made.add(self._yearly(row, period), row.success * row.value_per_year * self.year(period))
                if row.value_once and period <= self.instance.n_waves + 1:
                    first = self.model.live(row.id, period) - self.model.live(row.id, period - 1)
                    made.add(first, row.success * row.value_once * self.model.money_scale)
        return made

    def _gains(self, ramp: Ramp, period: int) -> list[tuple[int, float]]:
        """Periods from which being live, rather than one later, adds something to a period, and what; the same for all.

        Without a ramp, that is the period itself only.
        """
        if (ramp, period) not in self._known:
            ramping, last = Ramping(self.instance.periods), self.instance.n_waves + 1
            gains = ((s, ramping.gain(ramp, s, period, last)) for s in range(1, min(period, last) + 1))
            self._known[ramp, period] = [(start, gain) for start, gain in gains if gain]
        return self._known[ramp, period]

    def _yearly(self, row: Initiative, period: int) -> Linear:
        """Average ramp over a period, by the period in which the initiative became live."""
        made = Linear()
        if row.value_per_year:
            ramp = self.instance.ramp_of_owner(row.id)
            for start, gain in self._gains(ramp, period):
                made.add(self.model.live(row.id, start), gain)
            history = self.instance.adoptables[row.id].history
            if history is not None and history.months:
                # Live since before wave 1: its ramp goes on from its age.
                at = self.instance.periods[period - 1]
                first, end = at.start_month, at.end_month
                made.constant += average(ramp, first + history.months, end + history.months) - average(ramp, first, end)
        return made
