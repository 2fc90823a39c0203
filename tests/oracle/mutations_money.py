"""Mutations against rules of money and return: see :mod:`tests.oracle.mutations`."""

from __future__ import annotations

from collections.abc import Iterator

from sequencer.instance.instance import Instance
from sequencer.instance.rules import MeasureLimit
from sequencer.plan.plan import Adoption, Plan
from sequencer.types import Kind
from tests.oracle.spoiler import PLENTY, Mutation, Spoiler


def earned_mandate(s: Spoiler) -> Iterator[Mutation]:
    """A step taken with nothing that earns."""
    steps = [a for a in s.plan.adoptions if s.item(a.id).kind == Kind.MANDATE]
    for row in s.instance.mandate if not s.instance.settings.mandate_path else ():
        item = f"mandate:{row.level}"
        if row.earned_value and item in s.instance.adoptables and not s.instance.initial_state:
            plan = Plan((*(a for a in steps if a.id != item), Adoption(item, s.last)))
            yield Mutation(f"{item} unearned", s.instance, plan, "earned_mandate", (item,), s.last)


def budgets(s: Spoiler) -> Iterator[Mutation]:
    """Something that costs more than there is, or a payment of more than the affiliate has."""
    for pot in s.instance.budget:
        for wave in range(1, s.last + 1):
            instance, plan = s.extra(wave, pot=pot, one_off_cost=PLENTY)
            yield Mutation(f"more than {pot} has", instance, plan, "budgets", (pot,), wave)
            if pot in s.instance.by_id("affiliates") and s.instance.settings.funding != "none":
                paying = s.paying(pot, wave, PLENTY)
                yield Mutation(f"{pot} pays too much", s.instance, paying, "budgets", (pot,), wave)


def _payments(s: Spoiler, family: str, funding: str) -> Iterator[Mutation]:
    for affiliate in s.instance.affiliates if s.instance.settings.funding == funding else ():
        for wave in range(1, s.last + 1):
            plan = s.paying(affiliate.id, wave, PLENTY)
            yield Mutation(f"{affiliate.id} pays too much", s.instance, plan, family, (affiliate.id,), wave)


def transfers(s: Spoiler) -> Iterator[Mutation]:
    """More given up than a budget's share; anything paid where nothing is funded."""
    yield from _payments(s, "transfers", "budget-reallocation")
    for affiliate in s.instance.affiliates[:1] if s.instance.settings.funding == "none" else ():
        plan = s.paying(affiliate.id, 1, 1.0)
        yield Mutation(f"{affiliate.id} pays", s.instance, plan, "funding", (affiliate.id, "transfer"), 1)


def prices(s: Spoiler) -> Iterator[Mutation]:
    """A price above the share of value."""
    yield from _payments(s, "prices", "internal-pricing")


def affiliate_gains(s: Spoiler) -> Iterator[Mutation]:
    """An affiliate that bears more than all there is to earn."""
    if not s.instance.settings.every_affiliate_gains:
        return
    own = {(r.driver, r.affiliate) for r in s.instance.driver_affiliates}
    for affiliate in (a.id for a in s.instance.affiliates):
        for driver in (d.id for d in s.instance.drivers if (d.id, affiliate) not in own):
            row = {"driver": driver, "affiliate": affiliate, "one_off_cost": PLENTY, "pot": affiliate}
            instance = s.enlarged("driver_affiliates", row)
            plan = s.with_(Adoption(f"{driver}@{affiliate}", 1))
            yield Mutation(f"{driver} ruins {affiliate}", instance, plan, "affiliate_gains", (affiliate,), None)
        if s.instance.settings.funding != "none":
            paying = s.paying(affiliate, 1, PLENTY)
            yield Mutation(f"{affiliate} pays all", s.instance, paying, "affiliate_gains", (affiliate,), None)


def continuous_return(s: Spoiler) -> Iterator[Mutation]:
    """Something in wave 1 that costs more than can ever come back."""
    settings = s.instance.settings
    if settings.return_from_wave is not None and settings.return_floor > 0:
        for wave in range(max(settings.return_from_wave, 1 + settings.return_lag), s.last + 1):
            instance, plan = s.extra(1, one_off_cost=PLENTY)
            yield Mutation("no return", instance, plan, "continuous_return", (), wave)


def minimum_values(s: Spoiler) -> Iterator[Mutation]:
    """Nothing adopted, and so nothing earned."""
    for row in s.instance.minimum_values:
        members = tuple(word for word in (row.category, row.affiliate) if word)
        if row.amount > 0 and not s.instance.initial_state:
            yield Mutation("nothing", s.instance, Plan(), "minimum_values", members, row.wave)


# -- measures ---------------------------------------------------------------------------------------------------------


def measure_limits(s: Spoiler) -> Iterator[Mutation]:
    """Nothing adopted against a floor, something extra against a cap."""
    for row in s.instance.measure_limits:
        for what, instance, plan in _missed(s, row):
            members = (row.measure, row.sense)
            yield Mutation(f"{row.measure}: {what}", instance, plan, "measure_limits", members, None)


def _missed(s: Spoiler, row: MeasureLimit) -> Iterator[tuple[str, Instance, Plan]]:
    """Ways to miss a limit."""
    word, _, of = row.measure.partition(":")
    costly = s.extra(1, one_off_cost=PLENTY)
    if row.sense == "floor":
        fresh = not s.instance.initial_state
        if fresh and row.amount > 0 and word in ("npv", "value", "undiscounted_value", "drivers"):
            yield "nothing", s.instance, Plan()
        if word in ("npv", "weighted_npv", "benefit_to_cost"):
            yield "ruin", *costly
    elif word in ("cost", "undiscounted_cost", "peak_budget", "payback_wave"):
        yield "ruin", *costly
    elif word in ("value", "undiscounted_value"):
        category = of or s.instance.drivers[0].category
        yield "too good", *s.extra(1, value_once=PLENTY, category=category)
    elif word == "load_peak":
        yield "too much", *s.extra(1, **{f"use_{of}": PLENTY})
    elif word in ("drivers", "adoptions"):
        instance, more = s.extra_drivers(int(row.amount) + 1)
        yield "too many", instance, s.with_(*more)
