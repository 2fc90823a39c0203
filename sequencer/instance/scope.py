"""Scope: how a driver's potential is spread over the cells it addresses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sequencer.instance.entities import Driver
    from sequencer.instance.instance import Instance
    from sequencer.instance.records import Named


class Cell(NamedTuple):
    """A place where a driver earns; an empty id stands for a kind the instance does not have."""

    affiliate: str
    brand: str
    customer_type: str


def scope_of(instance: Instance, driver: Driver) -> dict[Cell, float]:
    """Share of its potential by cell; only addressed cells with a positive share."""
    kinds = (
        _addressed(driver.affiliates, instance.affiliates),
        _addressed(driver.brands, instance.brands),
        _addressed(driver.customer_types, instance.customer_types),
    )
    cells = [Cell(a, b, k) for a in kinds[0] for b in kinds[1] for k in kinds[2]]
    if instance.scopes:
        given = {(s.driver, Cell(s.affiliate, s.brand, s.customer_type)): s.share for s in instance.scopes}
        raw = {c: given.get((driver.id, c), given.get(("", c), 0.0)) for c in cells}
    else:
        share = _shares(instance)
        raw = {c: share[c.affiliate] * share[c.brand] * share[c.customer_type] for c in cells}
    total = sum(raw.values())
    return {c: s / total for c, s in raw.items() if s > 0}


def _shares(instance: Instance) -> dict[str, float]:
    """Share columns of affiliates, brands and customer types."""
    made = {"": 1.0}
    made |= {a.id: a.revenue if a.share is None else a.share for a in instance.affiliates}
    made |= {b.id: b.share for b in instance.brands}
    return made | {k.id: k.share for k in instance.customer_types}


def _addressed(listed: Sequence[str], records: Iterable[Named]) -> tuple[str, ...]:
    return tuple(listed) or tuple(row.id for row in records) or ("",)
