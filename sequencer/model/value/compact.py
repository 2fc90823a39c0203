"""Compact formulation, the default: cells that differ by a factor only are one continuous amount. It never refuses.

Affiliates and modes form a *group* where they have the same ramp and where what they contribute to the cells of every
driver, brand and customer type is the same up to a factor ``λ``, whether that comes from a product of shares or from a
table. Two products of 0/1 decisions with an amount are linearised, each exactly since the decisions are integral:

* ``R[h,b,k,s]`` is the live scope of group ``h``, ``Σ λ · live`` over its affiliates and modes, where brand ``b`` and
  customer type ``k`` are live in period ``s``, else 0;
* ``Q[d,h,b,s]`` is the part of it that driver ``d`` earns from, weighted over the customer types, where the driver,
  its functions and all else it needs there are live, else 0.

Value in every period is linear in ``Q`` because lifecycle depends on driver, brand and period only and the ramp on the
group. An affiliate is a group apart where a rule reads its value, where it has adoptables of its own, such as
``r1@jp``, and where cells wait for its own instance of a capability. Factors of the modes of a brand weigh its ``R``,
those of a driver split its ``Q``. Where all that gates an amount is live already, the amount itself takes the place of
a column. Both columns are bounded from above; where value is capped or minimised also from
below, ``amount − most · Σ (1 − gate)``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import ClassVar, NamedTuple, NoReturn

from sequencer.errors import SequencerError, UnsupportedError
from sequencer.instance.adoptables import Mode
from sequencer.instance.instance import Cell
from sequencer.model.linear import Linear, total
from sequencer.model.value.base import Ceiling, Gate, Rates, ValueModel, possible, product
from sequencer.model.value.passages import Passage, Passages
from sequencer.model.value.ramping import Ramp
from sequencer.types import RuleRef

Profile = dict[tuple[str, str], dict[str, float]]
"""Share of the potential by (driver, brand) and customer type."""

Ratios = tuple[tuple[str, str, Rates], ...]
"""What scenarios make of a profile: for driver and brand, its factor in each of them."""

UNBOUNDED = math.inf
"""Upper bound of amounts that the objective does not speak of: their rows bound them. With a bound of their own that
says no more, HiGHS 1.15.1 makes cuts that cut off the best plan of some models of a dozen decisions."""

DIGITS = 9
"""Significant digits to which the profiles of a group agree."""


class Likeness(NamedTuple):
    """What members of a group have in common: a word, the ramp, the profile without its size, and its ratios."""

    word: str
    ramp: Ramp
    shape: tuple[tuple[str, str, str, float], ...]
    ratios: Ratios


class Group(NamedTuple):
    """Affiliates and modes whose live scope is one amount.

    Attributes
    ----------
    ramp : Ramp
        Their ramp.
    profile : Profile
        What the whole group contributes, each affiliate in its best mode.
    weights : dict of (str, str) to float
        Part of it by affiliate and mode id, ``λ``; the best modes of all affiliates sum to 1.
    label : str
        What rows of the group are called by: the affiliate where it stands alone.
    ratios : dict of (str, str) to Rates
        Factor of the profile in each scenario, by driver and brand.
    """

    ramp: Ramp
    profile: Profile
    weights: dict[tuple[str, str], float]
    label: str
    ratios: dict[tuple[str, str], Rates]

    @property
    def place(self) -> str:
        """One of its affiliates, for what holds in all of them."""
        return next(iter(self.weights))[0]

    @property
    def affiliates(self) -> dict[str, list[str]]:
        """Modes by affiliate."""
        made: dict[str, list[str]] = {}
        for affiliate, mode in self.weights:
            made.setdefault(affiliate, []).append(mode)
        return made


class Key(NamedTuple):
    """A value column: driver, group, brand, period it counts from, and the factors of the driver's modes."""

    driver: str
    group: int
    brand: str
    start: int
    factor: Rates


class Amount(NamedTuple):
    """A gated amount: scope of a brand and customer type, or value of a driver and brand, by period and mode factor."""

    what: str
    of: str
    brand: str
    period: int
    factor: int


class Compact(ValueModel):
    """Scope aggregated over affiliates and modes that are alike; see the module."""

    name: ClassVar[str] = "compact"

    def build_cells(self) -> None:
        """Add scope and value columns with their rows."""
        self._scope: dict[tuple[int, str, str, int], tuple[Linear, float]] = {}
        self._value: dict[Key, Linear] = {}
        self.groups = self.make_groups()
        sizes = [(_whole(group.profile), group.weights) for group in self.groups]
        self._passages = Passages(sizes, lambda a, m, s: possible(self._member(a, m, s)))
        for h, group in enumerate(self.groups):
            for s in self.starts:
                self._group_scope(h, group, s)
        for h, group in enumerate(self.groups):
            for driver, brand in group.profile:
                for s in self.starts_of(driver):
                    self._driver_value(h, driver, brand, s)

    # -- groups ---------------------------------------------------------------------------------------------------

    def make_groups(self) -> list[Group]:
        """Put affiliates and modes of the same ramp and proportional profiles together."""
        found: dict[Likeness, dict[tuple[str, str], Profile]] = {}
        for affiliate, mode, profile, ratios in self._profiles():
            key = Likeness(self.group_word(affiliate), self.instance.ramp_of(mode), _shape(profile), ratios)
            found.setdefault(key, {})[affiliate, mode.id] = profile
        return [self._group(key, parts) for key, parts in found.items()]

    def group_word(self, affiliate: str) -> str:
        """What members of a group have in common besides ramp and profile; nothing here."""
        return affiliate if affiliate in self.apart else ""

    def _group(self, key: Likeness, parts: dict[tuple[str, str], Profile]) -> Group:
        sizes = {way: _whole(profile) for way, profile in parts.items()}
        best: dict[str, float] = {}
        for (affiliate, _), size in sizes.items():
            best[affiliate] = max(best.get(affiliate, 0.0), size)
        whole = sum(best.values())
        first, profile = next(iter(parts.items()))
        scaled = {pair: {k: w / sizes[first] * whole for k, w in by.items()} for pair, by in profile.items()}
        ratios = {(driver, brand): rates for driver, brand, rates in key.ratios}
        return Group(key.ramp, scaled, {way: size / whole for way, size in sizes.items()}, key.word, ratios)

    def _profiles(self) -> Iterator[tuple[str, Mode, Profile, Ratios]]:
        """What every affiliate contributes in each of its modes, where that is anything, and in scenarios."""
        whole, ratios = self._by_affiliate()
        for affiliate, profile in whole.items():
            for mode in self.affiliate_modes(affiliate):
                factor, relative = _relative(self.mode_factor(affiliate, mode.id))
                if factor > 0:
                    scaled = {key: {k: w * factor for k, w in by.items()} for key, by in profile.items()}
                    yield affiliate, mode, scaled, _ratios(ratios[affiliate], relative)

    def _by_affiliate(self) -> tuple[dict[str, Profile], dict[str, dict[tuple[str, str], Rates]]]:
        """Profile of every affiliate before its mode, and what scenarios make of it."""
        whole: dict[str, Profile] = {}
        ratios: dict[str, dict[tuple[str, str], Rates]] = {}
        for driver, cells in self.instance.scope.items():
            for cell in cells:
                weight, relative = _relative(self.weight(driver, cell))
                if weight > 0:
                    pair = (driver, cell.brand)
                    whole.setdefault(cell.affiliate, {}).setdefault(pair, {})[cell.customer_type] = weight
                    known = ratios.setdefault(cell.affiliate, {}).setdefault(pair, relative)
                    if _rounded(known) != _rounded(relative):
                        _refuse(f"{driver} by customer type")
        return whole, ratios

    @cached_property
    def apart(self) -> frozenset[str]:
        """Affiliates that are a group each: value read one by one, or gates of their own."""
        own = {i.place for i in self.instance.adoptables.values() if i.place and i.parent}
        gated = {a for by_affiliate in self.instance.cell_gates.values() for a in by_affiliate}
        return self.own_affiliates.union(own, gated)

    def _live_scope(self, h: int, group: Group, period: int) -> Linear:
        """Σ λ over live affiliates and modes of a group; a column where many rows speak of it."""
        made = total(self._member(a, mode, period) * weight for (a, mode), weight in group.weights.items())
        if len(made.terms) < 3:
            return made
        most = [self._most(group, period)]
        column = self.model.new_columns(f"live_{h}_{period}", [(0,)], [UNBOUNDED], most=most)[0]
        live = Linear(terms={column: 1.0})
        ref = RuleRef("value", (group.label,) if group.label else (), period)
        self.model.row(ref, live, "=" if self.exact else "<=", made)
        return live

    def _member(self, affiliate: str, mode: str, period: int) -> Linear:
        return self.live(Gate(affiliate, 0, (mode,) if affiliate else None), period)

    def _most(self, group: Group, period: int) -> float:
        """Upper bound of the live scope: every affiliate in its best mode that can be live by then."""
        return sum(self.best_of(group, period).values())

    def best_of(self, group: Group, period: int) -> dict[str, float]:
        """Part of a group by affiliate, in its best mode that can be live by then."""
        return {
            a: max((group.weights[a, m] for m in modes if possible(self._member(a, m, period))), default=0.0)
            for a, modes in group.affiliates.items()
        }

    def place_of(self, group: Group) -> str:
        """Affiliate whose gates are those of the whole group."""
        return group.place

    def let_through(self, h: int, at: Amount, most: float) -> list[Linear]:  # noqa: ARG002
        """What bounds an amount besides its gates; nothing here."""
        return []

    # -- columns and rows -----------------------------------------------------------------------------------------

    def _group_scope(self, h: int, group: Group, s: int) -> None:
        most = self._most(group, s)
        if most <= 0:
            return
        amount = self._live_scope(h, group, s)
        for b, k in dict.fromkeys((b, k) for (_, b), by in group.profile.items() for k in by):
            gates = self._open(self.scope_gates(Cell(self.place_of(group), b, k)), s)
            ref = RuleRef("value", tuple(x for x in (group.label, b, k) if x), s)
            made, top = Linear(), 0.0
            for j, (factors, brand) in enumerate(self.factors(b) if gates is not None else ()):
                live, (factor, relative) = self.live(brand, s), _relative(factors)
                if any(r != 1.0 for r in relative):
                    _refuse(f"the modes of {b}")
                if gates is not None and possible(live):
                    at = Amount("scope", k, b, s, j)
                    made.add(self._gated(h, at, ref, amount, [live, *gates], most), factor)
                    top = max(top, factor * most)
            if top > 0:
                self._scope[h, b, k, s] = made, top

    def _open(self, gates: Iterable[Gate], period: int) -> list[Linear] | None:
        """Gates as expressions; None where one of them cannot be open."""
        made = [self.live(gate, period) for gate in gates]
        return made if all(map(possible, made)) else None

    def _gated(self, h: int, at: Amount, ref: RuleRef, amount: Linear, gates: list[Linear], most: float) -> Linear:
        """``amount`` of a group where all gates are 1, else 0; a column where there are gates."""
        gates = [g for g in gates if g.terms]
        parts = self.let_through(h, at, most)
        if not gates and not parts:
            return amount
        upper = UNBOUNDED if at.what == "scope" else most
        name = "_".join((at.what, str(h), *map(str, at[1:])))
        column = self.model.new_columns(name, [(0,)], [upper], most=[most])[0]
        made = Linear(terms={column: 1.0})
        self.model.row(ref, made, "<=", amount)
        for gate in gates:
            self.model.row(ref, made, "<=", gate * most)
            self._passages.add(at, Passage(h, min(at.period, self.starts[-1]), column, gate, most))
        for part in parts:
            self.model.row(ref, made, "<=", part)
        if self.exact:
            closed = total(Linear(1.0) - gate for gate in gates)
            self.model.row(ref, made, ">=", amount - closed * most)
        return made

    def _driver_value(self, h: int, driver: str, b: str, s: int) -> None:
        group = self.groups[h]
        by_type = group.profile[driver, b]
        whole = sum(by_type.values())
        scope, most = Linear(), 0.0
        for k, weight in by_type.items():
            part, top = self._scope.get((h, b, k, min(s, self.starts[-1])), (Linear(), 0.0))
            scope.add(part, weight / whole)
            most += top * weight / whole
        gates = self._open(self.driver_gates(driver, Cell(self.place_of(group), b, "")), s)
        if most <= 0 or gates is None:
            return
        ref = RuleRef("value", tuple(x for x in (driver, group.label, b) if x), s)
        for j, (factor, own) in enumerate(self.factors(driver)):
            live = self.live(own, s)
            if possible(live):
                made = self._gated(h, Amount("value", driver, b, s, j), ref, scope, [live, *gates], most)
                self._value[Key(driver, h, b, s, factor)] = made

    # -- ceilings -------------------------------------------------------------------------------------------------

    def ceilings(self) -> list[Ceiling]:
        """See :meth:`ValueModel.ceilings`."""
        return list(self._passages.ceilings())

    # -- expressions ----------------------------------------------------------------------------------------------

    def cells(
        self, *, category: str | None = None, affiliate: str | None = None, period: int, number: int = 0
    ) -> Linear:
        """See :meth:`ValueModel.cells`.

        Raises
        ------
        sequencer.errors.SequencerError
            If the value of an affiliate is asked for that is not among ``own_affiliates``.
        """
        drivers = self.instance.by_id("drivers")
        made = Linear()
        for key, amount in self._value.items():
            driver, group = key.driver, self.groups[key.group]
            if category not in (None, drivers[driver].category) or key.start > period:
                continue
            if affiliate is not None and not self._is_of(group, affiliate):
                continue
            rate = self.rate(driver, key.brand, period, number) * sum(group.profile[driver, key.brand].values())
            rate *= key.factor[number] * (group.ratios[driver, key.brand][number - 1] if number else 1.0)
            gain = self.ramping.gain(group.ramp, key.start, period, self.starts_of(driver)[-1])
            if rate and gain:
                made.add(amount, rate * gain)
        return made

    def _is_of(self, group: Group, affiliate: str) -> bool:
        found = group.affiliates
        if affiliate in found and len(found) > 1:
            message = f"value of {affiliate} is read, but no family says so; give the family that reads it 'value_of'"
            raise SequencerError(message)
        return affiliate in found

    def earned(self) -> dict[tuple[str, int], list[int]]:
        """See :meth:`ValueModel.earned`."""
        made: dict[tuple[str, int], list[int]] = {}
        for key, amount in self._value.items():
            if key.driver in self.instance.decided:
                made.setdefault((key.driver, key.start), []).extend(amount.terms)
        return made


def _relative(rates: Rates) -> tuple[float, Rates]:
    """Base value of a factor, and what each scenario makes of it."""
    base, *others = rates
    if not base and any(others):
        _refuse("what is 0 on base values")
    return base, tuple(other / base for other in others) if base else ()


def _ratios(cells: dict[tuple[str, str], Rates], mode: Rates) -> Ratios:
    """Factors of a profile in each scenario; nothing where there are none."""
    if not mode:
        return ()
    return tuple((d, b, _rounded(product(rates, mode))) for (d, b), rates in sorted(cells.items()))


def _rounded(rates: Rates) -> Rates:
    return tuple(float(f"{rate:.{DIGITS}g}") for rate in rates)


def _refuse(what: str) -> NoReturn:
    """Refuse a scenario that groups cannot follow."""
    message = (
        f"A scenario changes {what}, which cells that are added up cannot follow. Use the formulation 'cells' (option "
        "--formulation), or leave that out of the scenarios."
    )
    raise UnsupportedError(message)


def _whole(profile: Profile) -> float:
    return sum(w for by in profile.values() for w in by.values())


def _shape(profile: Profile) -> tuple[tuple[str, str, str, float], ...]:
    """The profile without its size, to :data:`DIGITS` significant digits; equal for proportional profiles."""
    whole = _whole(profile)
    return tuple(
        (d, b, k, float(f"{w / whole:.{DIGITS}g}"))
        for (d, b), by in sorted(profile.items())
        for k, w in sorted(by.items())
    )
