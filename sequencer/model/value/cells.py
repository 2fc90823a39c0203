"""Textbook formulation: a variable for every cell and period. Exact, large, the reference for all others."""

from __future__ import annotations

from typing import ClassVar

from sequencer.instance.adoptables import Mode
from sequencer.model.linear import Linear
from sequencer.model.value.base import Share, ValueModel, shares
from sequencer.types import RuleRef


class Cells(ValueModel):
    """``n[d,a,m,b,k,s] ≤ live`` of each member: 1 where the cell is active in period ``s`` in mode ``m`` of ``a``."""

    name: ClassVar[str] = "cells"

    def build(self) -> None:
        """One column a cell, affiliate mode and period it may become active in; one row a member of the cell."""
        self._columns: dict[tuple[Share, str], dict[int, int]] = {}
        for share in shares(self.model):
            for mode in self.affiliate_modes(share.cell.affiliate):
                if self.mode_factor(share.cell.affiliate, mode) > 0:
                    self._columns[share, mode.id] = self._cell(share, mode)

    def _members(self, share: Share, mode: Mode, period: int) -> list[Linear]:
        driver, cell, _ = share
        gates = [*self.driver_gates(driver, cell), *self.scope_gates(cell)]
        return [
            self.live_or_one(cell.affiliate, period, (mode.id,) if cell.affiliate else None),
            *(self.live_or_one(g, period) for g in gates),
        ]

    def _cell(self, share: Share, mode: Mode) -> dict[int, int]:
        members = {s: self._members(share, mode, s) for s in self.starts}
        open_in = [s for s, live in members.items() if all(x.terms or x.constant for x in live)]
        name = "active_" + "_".join((share.driver, *share.cell, mode.id))
        columns = dict(
            zip(open_in, self.model.new_columns(name, [(s,) for s in open_in], [1.0] * len(open_in)), strict=True)
        )
        for s, column in columns.items():
            ref = RuleRef("value", (share.driver, *(x for x in share.cell if x)), s)
            for live in members[s]:
                if live.terms:
                    self.model.row(ref, Linear(terms={column: 1.0}), "<=", live)
        return columns

    def cells(self, *, category: str | None = None, affiliate: str | None = None, period: int) -> Linear:
        """See :meth:`ValueModel.cells`."""
        drivers = self.instance.by_id("drivers")
        made = Linear()
        for (share, mode_id), columns in self._columns.items():
            driver = drivers[share.driver]
            if category not in (None, driver.category) or affiliate not in (None, share.cell.affiliate):
                continue
            mode = next(m for m in self.affiliate_modes(share.cell.affiliate) if m.id == mode_id)
            rate = self._rate(share, mode, period)
            ramp = self.instance.ramp_of(mode)
            for s, column in columns.items():
                if rate and s <= period:
                    made.add(Linear(terms={column: 1.0}), rate * self.gain(ramp, s, period))
        return made

    def earned(self) -> dict[tuple[str, int], list[int]]:
        """See :meth:`ValueModel.earned`."""
        made: dict[tuple[str, int], list[int]] = {}
        for (share, _), columns in self._columns.items():
            for s, column in columns.items():
                made.setdefault((share.driver, s), []).append(column)
        return made

    def _rate(self, share: Share, mode: Mode, period: int) -> float:
        driver = self.instance.by_id("drivers")[share.driver]
        cell = share.cell
        return (
            float(driver.potential * driver.success * share.share)
            * self.mode_factor(cell.affiliate, mode)
            * self.instance.lifecycle_of(share.driver, cell.brand, period)
            * self.instance.reach_of(share.driver, cell.customer_type)
            * self.instance.periods[period - 1].years
            * self.model.money_scale
        )
