"""Instances that show something: of a few that a seed draws, the first that does.

Many rules at once often leave nothing to do, or no plan at all, and one rule hides another. Of such instances some are
kept; but most seeds look for one in which the best plan adopts something, or in which one rule in turn matters.
"""

from __future__ import annotations

from typing import NamedTuple

from sequencer.instance.instance import Instance
from tests.oracle.draw import random_instance
from tests.oracle.enumerate import Optimum, Oracle, same
from tests.oracle.features import FEATURES, matters

FOCUS = {
    "pilots": "pilots",
    "parallel": "parallel",
    "archetype_limits": "archetype_limits",
    "mandate": "mandate",
    "mandate_grants": "grants",
    "earned_mandate": "earned",
    "transfers": "funding",
    "prices": "funding",
    "affiliate_gains": "every_affiliate_gains",
    "continuous_return": "continuous_return",
    "minimum_values": "minimum_values",
    "capability_steps": "steps",
    "pace": "pace",
    "start_small": "start_small",
    "inhouse": "sourcing",
    "balance": "balance",
    "learning": "learning",
    "maturity_gaps": "maturity_gaps",
    "quick_wins": "quick_wins",
    "measure_limits": "measure_limits",
    "cost factors": "cost_splits",
    "split lines": "cost_splits",
    "pots of affiliates": "funding",
    "released share": "released",
    "reinvestment": "reinvest",
    "bought capacity": "extra_capacity",
    "lead of bought capacity": "extra_capacity",
    "use of pairs": "pair_uses",
    "use profiles": "profiles",
    "mandate of a mode": "mode_mandate",
    "at least n of a set": "any_of",
    "local capabilities": "local",
    "drivers and brands by affiliate": "by_affiliate",
    "before": "before",
    "together": "together",
    "exclusive": "exclusive",
    "bundle": "bundle",
    "roll-out approach": "rollout",
    "shares by table": "scopes",
    "reach": "customer_types",
    "positive synergies": "synergies",
    "negative synergies": "synergies",
    "yearly value of initiatives": "earning",
    "one-off value of initiatives": "earning",
    "contact fatigue": "fatigue",
    "losses of pace": "pace_losses",
    "weights of affiliates": "market_weights",
    "sourcing modes": "sourced",
    "touches": "touches",
    "experienced archetypes": "experienced",
    "further modes": "further_modes",
    "exceptions": "exceptions",
    "functions by brand": "functions",
    "strict policy": "exceptions",
    "several goals": "objective",
    "programme under way": "under_way",
    "price of moves": "moves",
}
"""Families and features that are easily hidden, with the group of rules (:mod:`tests.oracle.draw`) they come with."""

TWICE = (
    "pilots",
    "earned_mandate",
    "transfers",
    "prices",
    "affiliate_gains",
    "continuous_return",
    "minimum_values",
    "start_small",
    "inhouse",
    "learning",
    "maturity_gaps",
    "measure_limits",
)
"""Families that come with no other group than their own."""

ATTEMPTS = 8
BOTH = 4


class Lively(NamedTuple):
    """An instance with its oracle and best plan."""

    instance: Instance
    oracle: Oracle
    best: Optimum | None

    @property
    def adopts(self) -> bool:
        """Whether the best plan adopts something."""
        return self.best is not None and bool(self.best.plan.adoptions)

    def shows(self, name: str) -> bool:
        """Whether a family or feature matters."""
        if name in FEATURES:
            return matters(name, self.instance, self.best)
        return not same(self.oracle.best_without([name])[name], self.best)


def focus(seed: int) -> tuple[str, str]:
    """Two families or features that a seed is about; many seeds have different pairs."""
    names = [*FOCUS, *TWICE]
    turn = seed // len(names)
    apart = 1 + (22 + 11 * turn) % (len(names) - 1)
    return names[seed % len(names)], names[(seed + apart) % len(names)]


def lively(seed: int, attempt: int = 0) -> Lively:
    """One of the instances of a seed, with the rules that it is about."""
    instance = random_instance(f"{seed}/{attempt}", groups=[FOCUS[name] for name in focus(seed)])
    oracle = Oracle(instance)
    return Lively(instance, oracle, oracle.best())


def telling(seed: int) -> Lively:
    """The instance of a seed in which both of what it is about matter; else one of them; else something is adopted."""
    first, second = focus(seed)
    best: tuple[int, Lively] | None = None
    for attempt in range(ATTEMPTS):
        one = lively(seed, attempt)
        told = 1 * one.adopts + 2 * one.shows(first) + 2 * one.shows(second)
        if best is None or told > best[0]:
            best = (told, one)
        if told >= BOTH:
            break
    assert best is not None
    return best[1]
