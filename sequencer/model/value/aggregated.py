"""Aggregated formulation: equal cells as one continuous amount of scope. Exact for integral decisions, far smaller.

Affiliates of a class in modes of one ramp are a *group*; an affiliate with adoptables of its own, such as ``r1@jp``, is
a group by itself. Two products of 0/1 decisions with an amount are linearised,
each exactly since the decisions are integral:

* ``R[h,b,k,s]`` is the live scope of group ``h`` (shares times fit, success and value factor of the live modes) where
  brand ``b`` and customer type ``k`` are live in period ``s``, else 0;
* ``Q[d,h,b,s]`` is the part of it over the customer types that driver ``d`` addresses, weighted by share and reach,
  where the driver and its functions are live, else 0.

Value in every period is linear in ``Q`` because lifecycle depends on driver, brand and period only and the ramp on the
group. It needs shares that are products over affiliate, brand and customer type; else it refuses, and ``cells`` serves.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, NamedTuple

from sequencer.errors import UnsupportedError
from sequencer.instance.instance import Cell
from sequencer.model.linear import Linear, total
from sequencer.model.value.base import ValueModel
from sequencer.types import RuleRef

Ramp = tuple[tuple[int, float], ...]


class Group(NamedTuple):
    """Affiliates and modes whose live scope is one amount."""

    affiliate_class: str
    ramp: Ramp
    drivers: tuple[str, ...]
    members: tuple[tuple[str, tuple[str, ...]], ...]


class Aggregated(ValueModel):
    """Scope aggregated by (class, ramp) of affiliates; see the module."""

    name: ClassVar[str] = "aggregated"

    def build(self) -> None:
        """Add scope and value columns with their rows."""
        self._factors = {d.id: _product_form(self.instance.scope[d.id], d.id) for d in self.instance.drivers}
        self._scope: dict[tuple[int, str, str, int], Linear] = {}
        self._value: dict[tuple[str, int, str, int], int] = {}
        self._groups = self._make_groups()
        for h, group in enumerate(self._groups):
            for s in self.starts:
                self._group_scope(h, group, s)
        for h, group in enumerate(self._groups):
            for driver in group.drivers:
                self._driver_value(h, driver)

    # -- groups ---------------------------------------------------------------------------------------------------

    def _make_groups(self) -> list[Group]:
        ids = [a.id for a in self.instance.affiliates] or [""]
        classes = self.instance.by_id("affiliates")
        places = {i.place for i in self.instance.adoptables.values() if i.place}
        found: dict[tuple[str, Ramp, tuple[str, ...], str], dict[str, list[str]]] = {}
        for a in ids:
            drivers = tuple(d for d, factors in self._factors.items() if factors[0].get(a, 0.0) > 0)
            for mode in self.affiliate_modes(a):
                if drivers and self.mode_factor(a, mode) > 0:
                    cls, own = classes[a].affiliate_class if a else "", a if a in places else ""
                    key = (cls, self.instance.ramp_of(mode), drivers, own)
                    found.setdefault(key, {}).setdefault(a, []).append(mode.id)
        made = []
        for (cls, ramp, drivers, _), members in found.items():
            for part in self._proportional(drivers, list(members)):
                made.append(Group(cls, ramp, drivers, tuple((a, tuple(members[a])) for a in part)))
        return made

    def _proportional(self, drivers: tuple[str, ...], affiliates: list[str]) -> Iterable[list[str]]:
        """Split affiliates so that within a part all drivers see the same ratio of shares."""
        parts: dict[tuple[float, ...], list[str]] = {}
        for a in affiliates:
            first = self._factors[drivers[0]][0][a]
            profile = tuple(round(self._factors[d][0][a] / first, 9) for d in drivers)
            parts.setdefault(profile, []).append(a)
        return parts.values()

    def _weight(self, group: Group, affiliate: str) -> float:
        """Share of an affiliate as the group's first driver sees it."""
        return self._factors[group.drivers[0]][0][affiliate]

    def _live_scope(self, group: Group, period: int) -> Linear:
        """Σ share · fit · success · value factor over live affiliates and modes of a group."""
        made = Linear()
        for a, mode_ids in group.members:
            for mode in self.affiliate_modes(a):
                if mode.id in mode_ids:
                    live = self.live_or_one(a, period, (mode.id,) if a else None)
                    made.add(live, self._weight(group, a) * self.mode_factor(a, mode))
        return made

    def _most(self, group: Group, period: int) -> float:
        """Upper bound of the live scope: every affiliate in its best mode that can be live by then."""
        most = 0.0
        for a, mode_ids in group.members:
            best = 0.0
            for mode in self.affiliate_modes(a):
                live = self.live_or_one(a, period, (mode.id,) if a else None)
                if mode.id in mode_ids and (live.terms or live.constant):
                    best = max(best, self.mode_factor(a, mode))
            most += self._weight(group, a) * best
        return most

    # -- columns and rows -----------------------------------------------------------------------------------------

    def _group_scope(self, h: int, group: Group, s: int) -> None:
        most = self._most(group, s)
        if most <= 0:
            return
        scope = self._live_scope(group, s)
        brands = sorted({b for d in group.drivers for b in self._factors[d][1]})
        types = sorted({k for d in group.drivers for k in self._factors[d][2]})
        for b in brands:
            for k in types:
                cell = Cell(group.members[0][0], b, k)
                gates = [self.live_or_one(x, s) for x in self.scope_gates(cell)]
                if any(not (g.terms or g.constant) for g in gates):
                    continue
                ref = RuleRef("value", tuple(x for x in (group.affiliate_class, b, k) if x), s)
                self._scope[h, b, k, s] = self._gated(f"scope_{h}_{b}_{k}_{s}", ref, scope, gates, most)

    def _gated(self, name: str, ref: RuleRef, amount: Linear, gates: list[Linear], most: float) -> Linear:
        """``amount`` where all gates are 1, else 0, as a new column bounded from above."""
        gates = [g for g in gates if g.terms]
        if not gates:
            return amount
        column = self.model.new_columns(name, [(0,)], [most])[0]
        made = Linear(terms={column: 1.0})
        self.model.row(ref, made, "<=", amount)
        for gate in gates:
            self.model.row(ref, made, "<=", gate * most)
        return made

    def _driver_value(self, h: int, driver: str) -> None:
        _, brands, types = self._factors[driver]
        group = self._groups[h]
        for s in self.starts:
            most = self._most(group, s)
            for b in brands if most > 0 else ():
                gates = [self.live_or_one(g, s) for g in self.driver_gates(driver, Cell(group.members[0][0], b, ""))]
                weights = {
                    k: share * self.instance.reach_of(driver, k)
                    for k, share in types.items()
                    if (h, b, k, s) in self._scope
                }
                if sum(weights.values()) <= 0 or any(not (g.terms or g.constant) for g in gates):
                    continue
                scope = total(self._scope[h, b, k, s] * weight for k, weight in weights.items())
                ref = RuleRef("value", tuple(x for x in (driver, group.affiliate_class, b) if x), s)
                top = most * sum(weights.values())
                column = self.model.new_columns(f"value_{driver}_{h}_{b}_{s}", [(0,)], [top])[0]
                made = Linear(terms={column: 1.0})
                self.model.row(ref, made, "<=", scope)
                for gate in gates:
                    if gate.terms:
                        self.model.row(ref, made, "<=", gate * top)
                self._value[driver, h, b, s] = column

    # -- expressions ----------------------------------------------------------------------------------------------

    def cells(self, *, category: str | None = None, affiliate: str | None = None, period: int) -> Linear:
        """See :meth:`ValueModel.cells`.

        Raises
        ------
        sequencer.errors.UnsupportedError
            If the value of one affiliate is asked for: affiliates of a group are one amount.
        """
        if affiliate is not None:
            message = "value by affiliate needs the formulation 'cells': 'aggregated' sums affiliates of a class"
            raise UnsupportedError(message)
        drivers = self.instance.by_id("drivers")
        made = Linear()
        for (driver_id, h, b, s), column in self._value.items():
            driver = drivers[driver_id]
            if category not in (None, driver.category) or s > period:
                continue
            group = self._groups[h]
            scale = self._factors[driver_id][0][group.members[0][0]] / self._weight(group, group.members[0][0])
            rate = (
                float(driver.potential * driver.success)
                * scale
                * self._factors[driver_id][1][b]
                * self.instance.lifecycle_of(driver_id, b, period)
                * self.instance.periods[period - 1].years
                * self.model.money_scale
            )
            gain = self.gain(group.ramp, s, period)
            if rate and gain:
                made.add(Linear(terms={column: 1.0}), rate * gain)
        return made

    def earned(self) -> dict[tuple[str, int], list[int]]:
        """See :meth:`ValueModel.earned`."""
        made: dict[tuple[str, int], list[int]] = {}
        for (driver, _, _, s), column in self._value.items():
            made.setdefault((driver, s), []).append(column)
        return made


Factors = tuple[dict[str, float], dict[str, float], dict[str, float]]


def _product_form(scope: dict[Cell, float], driver: str) -> Factors:
    """Write a scope as a product of affiliate, brand and customer-type shares.

    Raises
    ------
    sequencer.errors.UnsupportedError
        If it is not one.
    """
    whole = sum(scope.values())
    margins: Factors = ({}, {}, {})
    for cell, share in scope.items():
        for margin, key in zip(margins, cell, strict=True):
            margin[key] = margin.get(key, 0.0) + share
    size = len(margins[0]) * len(margins[1]) * len(margins[2])
    for cell, share in scope.items():
        made = margins[0][cell[0]] * margins[1][cell[1]] * margins[2][cell[2]] / whole**2
        if len(scope) != size or abs(made - share) > 1e-9 * max(share, made):
            message = (
                f"the shares of driver {driver} (table scopes) are not a product of affiliate, brand and customer-type "
                "shares; use the formulation 'cells'"
            )
            raise UnsupportedError(message)
    return margins
