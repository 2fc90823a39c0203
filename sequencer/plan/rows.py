"""Rows that an evaluation is made of: checks, violations, slack, value, cost, money and load."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from sequencer.types import RuleRef

Sense = Literal["<=", ">=", "="]

TOLERANCE = 1e-6
"""A rule is broken where it is violated by more than this times ``max(1, |right-hand side|)``."""


class Check(NamedTuple):
    """One instance of a rule, with its two sides worked out for a plan.

    Attributes
    ----------
    ref : RuleRef
        The rule.
    lhs : float
        Left-hand side.
    sense : {"<=", ">=", "="}
        How the sides must compare.
    rhs : float
        Right-hand side.
    say : callable
        Makes the message of a violation; called only where the rule is broken.
    """

    ref: RuleRef
    lhs: float
    sense: Sense
    rhs: float
    say: Callable[[], str]

    @property
    def slack(self) -> float:
        """Room left, negative where the sides compare the wrong way."""
        if self.sense == "<=":
            return self.rhs - self.lhs
        return self.lhs - self.rhs if self.sense == ">=" else -abs(self.lhs - self.rhs)

    @property
    def broken(self) -> bool:
        """Whether the rule is violated beyond the tolerance."""
        return self.slack < -TOLERANCE * max(1.0, abs(self.rhs))


class Violation(NamedTuple):
    """A broken rule.

    Attributes
    ----------
    ref : RuleRef
        The rule.
    message : str
        What is wrong, in words of the business.
    lhs, sense, rhs : float, str, float
        The two sides and how they should compare.
    amount : float
        How far the rule is violated, positive.
    """

    ref: RuleRef
    message: str
    lhs: float
    sense: Sense
    rhs: float
    amount: float


class Slack(NamedTuple):
    """Room that a plan leaves in a rule; negative where it is broken."""

    ref: RuleRef
    lhs: float
    sense: Sense
    rhs: float
    slack: float


class Earning(NamedTuple):
    """Value of one source in one place, as a rate and the years' worth of it earned in each period.

    Attributes
    ----------
    source : str
        Driver (later also initiative, synergy or fatigue).
    category : str
        Value category.
    affiliate, brand, customer_type : str
        Where it is earned, empty where the instance has no such kind.
    start : int
        Period from which all it depends on is live.
    rate : float
        Money a year at full ramp and a lifecycle factor of 1.
    shape : tuple of float
        Years × lifecycle × ramp by period; ``rate * shape[t - 1]`` is the value of period ``t``.
    """

    source: str
    category: str
    affiliate: str
    brand: str
    customer_type: str
    start: int
    rate: float
    shape: tuple[float, ...]


class ValueRow(NamedTuple):
    """Undiscounted value of one source in one place and period, in the declared unit."""

    source: str
    category: str
    affiliate: str
    brand: str
    customer_type: str
    period: int
    value: float


class CostRow(NamedTuple):
    """Undiscounted cost of an adoptable in a period that a pot pays.

    ``line`` is ``one_off`` or ``running``, or ``extra capacity:<resource>`` for capacity bought, which belongs to no
    adoptable (``item`` is empty); ``affiliate`` is the affiliate it belongs to, empty for none.
    """

    item: str
    line: str
    pot: str
    affiliate: str
    period: int
    amount: float


class MoneyRow(NamedTuple):
    """A pot in a wave.

    Attributes
    ----------
    pot : str
        Pot.
    wave : int
        Wave.
    budget : float or None
        Budget before release, None where the pot is not limited.
    released : float or None
        Money of that budget that the mandate releases.
    carry_in : float
        What arrives from the wave before.
    transfer_in, transfer_out : float
        Budget that affiliates give up: what hq receives, what the pot of an affiliate gives.
    price_in, price_out : float
        Internal prices: what hq receives, what the pot of an affiliate pays.
    reinvested : float
        Share of the last wave's value that comes back to hq.
    spend : float
        What is spent.
    carry_out : float
        What is left of all the money there was: neither spent, transferred nor paid as a price.
    lapsed : float
        Money lost: the part of the budget not released, and what of ``carry_out`` the next wave does not receive.
    """

    pot: str
    wave: int
    budget: float | None
    released: float | None
    carry_in: float
    transfer_in: float
    transfer_out: float
    price_in: float
    price_out: float
    reinvested: float
    spend: float
    carry_out: float
    lapsed: float

    @property
    def available(self) -> float | None:
        """All the money that the pot has in the wave; None where it is not limited."""
        if self.released is None:
            return None
        return self.released + self.carry_in + self.transfer_in + self.price_in + self.reinvested

    @property
    def taken(self) -> float:
        """All the money that leaves the pot in the wave: spent, transferred or paid as a price."""
        return self.spend + self.transfer_out + self.price_out


class LoadRow(NamedTuple):
    """A resource in a wave.

    Attributes
    ----------
    resource : str
        Resource.
    wave : int
        Wave.
    use : float
        Use by what is in progress.
    upkeep : float
        Use by what is live, pairs of affiliate and brand included.
    load : float
        Use and upkeep together.
    capacity : float or None
        Capacity, None where the resource is not limited.
    extra : float
        Capacity bought: the load above the capacity, where it can be bought at all.
    extra_cap : float
        Most that can be bought; 0 up to the lead of the resource.
    """

    resource: str
    wave: int
    use: float
    upkeep: float
    load: float
    capacity: float | None
    extra: float
    extra_cap: float
