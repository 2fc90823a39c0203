"""Textbook formulation: a variable for every cell and period. Exact, large, the reference for all others."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from sequencer.model.linear import Linear, total
from sequencer.model.value.base import Gate, Place, Rates, ValueModel, places, possible, product
from sequencer.model.value.ramping import Ramp
from sequencer.types import RuleRef


class Way(NamedTuple):
    """A cell with the modes of its affiliate, driver and brand that put the same factor on it.

    Attributes
    ----------
    place : Place
        The cell.
    factor : Rates
        Its share with all that the modes make of its value.
    ramp : Ramp
        Ramp of the affiliate's mode.
    members : tuple of Gate
        What has to be live for it to be active.
    """

    place: Place
    factor: Rates
    ramp: Ramp
    members: tuple[Gate, ...]


class Cells(ValueModel):
    """``n[d,a,m,b,k,s] ≤ live`` of each member: 1 where the cell is active in period ``s`` in mode ``m`` of ``a``.

    Where value is capped or minimised, ``n ≥ Σ live − (members − 1)`` as well.
    """

    name: ClassVar[str] = "cells"

    def build_cells(self) -> None:
        """One column a cell, combination of modes and period it may become active in; one row a member of the cell."""
        self._columns: dict[Way, dict[int, int]] = {}
        for place in places(self.model):
            for way in self._ways(place):
                self._columns[way] = self._cell(way, len(self._columns))

    def _ways(self, place: Place) -> list[Way]:
        driver, cell = place
        gates = (*self.driver_gates(driver, cell), *self.scope_gates(cell))
        return [
            Way(
                place,
                product(self.weight(driver, cell), self.mode_factor(cell.affiliate, mode.id), own, brand),
                self.instance.ramp_of(mode),
                (Gate(cell.affiliate, 0, (mode.id,) if cell.affiliate else None), live, in_brand, *gates),
            )
            for mode in self.affiliate_modes(cell.affiliate)
            for own, live in self.factors(driver)
            for brand, in_brand in self.factors(cell.brand)
            if any(self.mode_factor(cell.affiliate, mode.id))
        ]

    def _cell(self, way: Way, number: int) -> dict[int, int]:
        driver, cell = way.place
        members = {s: [self.live(g, s) for g in way.members] for s in self.starts_of(driver)}
        open_in = [s for s, live in members.items() if all(map(possible, live))]
        name = "active_" + "_".join((driver, *cell, str(number)))
        columns = dict(
            zip(open_in, self.model.new_columns(name, [(s,) for s in open_in], [1.0] * len(open_in)), strict=True)
        )
        for s, column in columns.items():
            ref = RuleRef("value", (driver, *(x for x in cell if x)), s)
            active = Linear(terms={column: 1.0})
            gates = [live for live in members[s] if live.terms]  # what is live already is no gate
            for live in gates:
                self.model.row(ref, active, "<=", live)
            if self.exact:
                self.model.row(ref, active, ">=", total(gates) - Linear(len(gates) - 1.0))
        return columns

    def cells(
        self, *, category: str | None = None, affiliate: str | None = None, period: int, number: int = 0
    ) -> Linear:
        """See :meth:`ValueModel.cells`."""
        drivers = self.instance.by_id("drivers")
        made = Linear()
        for way, columns in self._columns.items():
            driver, cell = way.place
            if category not in (None, drivers[driver].category) or affiliate not in (None, cell.affiliate):
                continue
            rate = self.rate(driver, cell.brand, period, number) * way.factor[number]
            last = self.starts_of(driver)[-1]
            for s, column in columns.items():
                if rate and s <= period:
                    made.add(Linear(terms={column: 1.0}), rate * self.ramping.gain(way.ramp, s, period, last))
        return made

    def earned(self) -> dict[tuple[str, int], list[int]]:
        """See :meth:`ValueModel.earned`."""
        made: dict[tuple[str, int], list[int]] = {}
        for way, columns in self._columns.items():
            decided = way.place.driver in self.instance.decided
            for s, column in columns.items() if decided else ():
                made.setdefault((way.place.driver, s), []).append(column)
        return made
