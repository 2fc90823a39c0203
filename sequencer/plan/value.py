"""Value (formulation 4): what every cell earns, from when on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from sequencer.plan.clock import Ramp
from sequencer.plan.rows import Earning, ValueRow
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.plan.state import State

FULL: Ramp = ((0, 1.0),)
"""Ramp of a cell without an affiliate: full at once."""


def cells(state: State) -> Iterator[Earning]:
    """Cells of every adopted driver, active from the period in which all they need is live."""
    prepared, periods = state.prepared, len(state.prepared.years)
    category = {d.id: d.category for d in state.instance.drivers}
    affiliates = {s.item.id: prepared.affiliate_factor(s.item.id, s.mode) for s in state.of_kind(Kind.AFFILIATE)}
    affiliates[""] = (1.0, FULL)
    brands = {s.item.id: s.mode.value_factor * s.mode.success for s in state.of_kind(Kind.BRAND)} | {"": 1.0}
    for driver in state.of_kind(Kind.DRIVER):
        own = driver.mode.value_factor * driver.mode.success
        for a, b, k, weight, members in prepared.cells[driver.item.id]:
            since = state.live_since(members)
            if since is None or since > periods:
                continue
            factor, ramp = affiliates[a]
            shape = prepared.shape(driver.item.id, b, ramp, since)
            yield Earning(
                driver.item.id, category[driver.item.id], a, b, k, since, weight * own * factor * brands[b], shape
            )


Source = Callable[["State"], Iterable[Earning]]

SOURCES: tuple[Source, ...] = (cells,)
"""Where value comes from; a further source is one function and one line here."""


def value_rows(earnings: Iterable[Earning]) -> Iterator[ValueRow]:
    """Undiscounted value of every source, place and period; zeros are left out."""
    for source, category, affiliate, brand, customer_type, _, rate, shape in earnings:
        for period, years in enumerate(shape, start=1):
            amount = rate * years
            if amount:
                yield ValueRow(source, category, affiliate, brand, customer_type, period, amount)


def by_category(earnings: Sequence[Earning], periods: int) -> dict[str, list[float]]:
    """Undiscounted value by category and period (0-based list of ``periods``).

    Sources with the same course over time are added up first: there are far fewer courses than cells.
    """
    # Shapes are cached, so the same course is the same object; hashing its id is cheaper than its contents.
    courses: dict[int, tuple[float, ...]] = {}
    sums: dict[tuple[str, int], float] = defaultdict(float)
    for earning in earnings:
        courses[id(earning.shape)] = earning.shape
        sums[earning.category, id(earning.shape)] += earning.rate
    made: dict[str, list[float]] = {}
    for (category, course), rate in sums.items():
        total = made.setdefault(category, [0.0] * periods)
        for t, years in enumerate(courses[course]):
            total[t] += rate * years
    return made
