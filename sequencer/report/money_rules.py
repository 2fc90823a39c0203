"""Rules of money, return and bought capacity in words, for :mod:`sequencer.report.rules`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from sequencer.report import words

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

EVERY = "every"

AMOUNTS = frozenset(
    {
        "budgets",
        "funding",
        "transfers",
        "prices",
        "affiliate_gains",
        "continuous_return",
        "minimum_values",
        "earned_mandate",
    }
)
"""Families whose two sides are money."""


def _name(instance: Instance, item: str) -> str:
    return words.one_line(instance.label(item))


def _what(instance: Instance, members: Sequence[str]) -> str:
    """Category and affiliate of a least value, as far as it names them."""
    said = [words.title_case(m).lower() if m in instance.categories else _name(instance, m) for m in members]
    return ": " + ", ".join(said) if said else ""


def _share(share: float) -> str:
    """Share as a percentage, with the decimals it has."""
    return f"{100 * share:.10g} %"


def _amount(value: float) -> str:
    """Amount without needless decimals; small ones are told in full."""
    return words.short(value) if abs(value) >= 1 else f"{value:.10g}"


TEXTS: dict[str, Callable[[Instance, Sequence[str]], str]] = {
    "funding": lambda i, m: f"{_name(i, m[0])} funds headquarters",
    "transfers": lambda i, m: f"{_name(i, m[0])} gives up budget",
    "prices": lambda i, m: f"{_name(i, m[0])} pays an internal price",
    "affiliate_gains": lambda i, m: f"{_name(i, m[0])} earns what it bears",
    "continuous_return": lambda i, m: "Continuous return",
    "minimum_values": lambda i, m: f"Least value so far{_what(i, m)}",
    "earned_mandate": lambda i, m: f"{_name(i, m[0])} has to be earned",
}
"""One rule of a family in words, by its members."""

Row = tuple[str, str, str]


def funding(instance: Instance) -> Iterator[Row]:
    """What comes into the pot of hq besides its budget, and what affiliates bear."""
    settings = instance.settings
    if settings.funding == "budget-reallocation":
        cap = _share(settings.cut_cap)
        own = _own(instance, ((a.id, a.cut_cap) for a in instance.affiliates))
        yield ("transfers", f"Affiliates give up at most {cap} of their budget of a wave to hq{own}", EVERY)
    if settings.funding == "internal-pricing":
        cap = _share(settings.price_share)
        own = _own(instance, ((a.id, a.price_share) for a in instance.affiliates))
        yield ("prices", f"Affiliates pay hq at most {cap} of what they earn in a wave{own}", EVERY)
    if settings.reinvest_share:
        named = " and ".join(words.title_case(c).lower() for c in settings.reinvest_categories)
        of = f" of {named}" if named else ""
        said = f"{_share(settings.reinvest_share)} of the last wave's value{of} comes back to hq"
        yield ("budgets", said, EVERY)
    if settings.every_affiliate_gains:
        yield ("affiliate_gains", "Every affiliate earns at least what it bears itself, discounted", "all")


def _own(instance: Instance, shares: Iterable[tuple[str, float | None]]) -> str:
    """Affiliates with a share of their own."""
    said = [f"{_name(instance, a)} {_share(share)}" for a, share in shares if share is not None]
    return f" ({', '.join(said)})" if said else ""


def returns(instance: Instance) -> Iterator[Row]:
    """What value so far has to reach."""
    settings, unit = instance.settings, words.money_unit(instance)
    if settings.return_from_wave is not None:
        until = f"up to {words.count(settings.return_lag, 'wave')} before" if settings.return_lag else "so far"
        said = f"Value so far is at least {_share(settings.return_floor)} of what was spent {until}"
        first, last = settings.return_from_wave, instance.n_waves
        yield ("continuous_return", said, str(last) if first == last else f"{first}–{last}")
    for row in instance.minimum_values:
        of = f" of {words.title_case(row.category).lower()}" if row.category else ""
        place = f" in {_name(instance, row.affiliate)}" if row.affiliate else ""
        yield ("minimum_values", f"Value so far{of}{place} is at least {unit} {_amount(row.amount)}", str(row.wave))
    for level, mandate in sorted(instance.mandate_levels.items()):
        if mandate.earned_value and level > settings.mandate_start and not settings.mandate_path:
            earned = f"{unit} {_amount(mandate.earned_value)}"
            said = f"{words.one_line(mandate.label)} starts only when the waves before have earned {earned}"
            yield ("earned_mandate", said, EVERY)


def hiring(instance: Instance) -> Iterator[Row]:
    """Capacity that can be bought, and what live pairs take."""
    unit = words.money_unit(instance)
    resources = instance.by_id("resources")
    for row in instance.capacities:
        if row.extra_cap and row.wave > resources[row.resource].lead:
            price = f"{unit} {_amount(row.extra_cost)} each"
            said = f"{_name(instance, row.resource)}: {_amount(row.extra_cap)} more can be bought for {price}"
            yield ("capacities", said, str(row.wave))
    for use in instance.pair_uses:
        where = _name(instance, use.affiliate) if use.affiliate else "each live affiliate"
        brand = _name(instance, use.brand) if use.brand else "each live brand"
        said = f"{_name(instance, use.resource)}: {brand} in {where} takes {_amount(use.amount)}"
        yield ("capacities", said, EVERY)
