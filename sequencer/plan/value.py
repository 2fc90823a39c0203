"""Value (formulation 4): what cells, initiatives and synergies earn, from when on, and what contact fatigue costs."""

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
        for a, b, k, weight, members, gates in prepared.cells[driver.item.id]:
            since = state.live_since(members)
            before = state.months_before(members, gates) if prepared.past else 0
            if since is not None and gates:
                since = _through(state, gates, since)
            if since is None or since > periods:
                continue
            factor, ramp = affiliates[a]
            shape = prepared.shape(driver.item.id, b, ramp, since, before)
            yield Earning(
                driver.item.id, category[driver.item.id], a, b, k, since, weight * own * factor * brands[b], shape
            )


def _through(state: State, gates: Iterable[tuple[str, int]], since: int) -> int | None:
    """First period from ``since`` on in which local steps have been live for their lags; None if they never are."""
    for step, lag in gates:
        if state.live_since((step,)) is None:
            return None
        since = max(since, state.starts[step].live + lag)
    return since


def initiatives(state: State) -> Iterator[Earning]:
    """Initiatives that earn by themselves: a yearly rate on a ramp of their own, and once in the first live period."""
    periods = state.instance.periods
    for row in state.instance.initiatives:
        since = state.live_since((row.id,))
        if since is None or since > len(periods):
            continue
        if row.value_per_year:
            shape = state.prepared.own_shape(row.id, since, state.months_before((row.id,)))
            yield Earning(row.id, row.category, "", "", "", since, row.value_per_year * row.success, shape)
        if row.value_once and state.starts[row.id].live >= 1:
            once = tuple(float(p.index == since) for p in periods)
            yield Earning(row.id, row.category, "", "", "", since, row.value_once * row.success, once)


def synergies(state: State) -> Iterator[Earning]:
    """A yearly rate of either sign while all members are live; what is as-is already is."""
    for row in state.instance.synergies:
        since = 1
        for member in state.prepared.synergy_members[row.id]:
            start = state.start_of(member)
            since = max(since, start.live if start is not None else state.last + 2)
        if since <= min(state.last + 1, len(state.prepared.years)):
            shape = tuple(y if t >= since else 0.0 for t, y in enumerate(state.prepared.years, start=1))
            yield Earning(row.id, row.category, "", "", "", since, row.rate, shape)


def fatigue(state: State) -> Iterator[Earning]:
    """Contact load above the cap of a live customer type costs, each part of it at the price of its step."""
    drivers, types = state.instance.by_id("drivers"), state.instance.by_id("customer_types")
    for k, steps in state.prepared.fatigue.items():
        since = state.live_since((k,))
        if since is None:
            continue
        cap = types[k].contact_cap or 0.0
        loads = [(d.live, drivers[d.item.id].contact_load.get(k, 0.0)) for d in state.of_kind(Kind.DRIVER)]
        costs: dict[str, list[float]] = {step.category: [0.0] * len(state.prepared.years) for step in steps}
        for t in range(since, len(state.prepared.years) + 1):
            left = sum(load for live, load in loads if live <= min(t, state.last + 1)) - cap
            for step in steps:
                part = max(0.0, left if step.width is None else min(left, step.width))
                costs[step.category][t - 1] += state.prepared.years[t - 1] * step.slope_per_year * part
                left -= part
        for category, cost in costs.items():
            first = next((t for t, amount in enumerate(cost, start=1) if amount), None)
            if first is not None:
                yield Earning(f"contact fatigue {k}", category, "", "", k, first, -1.0, tuple(cost))


Source = Callable[["State"], Iterable[Earning]]

SOURCES: tuple[Source, ...] = (cells, initiatives, synergies, fatigue)
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
