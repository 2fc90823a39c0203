"""Instances that show something: of a few that a seed draws, the first that does.

Many rules at once often leave nothing to do, or no plan at all, and one rule hides another. Of such instances some are
kept; but most seeds look for one in which the best plan adopts something, or in which one rule in turn matters.
"""

from __future__ import annotations

import random
from functools import cached_property

from sequencer.instance.instance import Instance
from sequencer.model import build
from tests.oracle.draw import random_instance
from tests.oracle.enumerate import Optimum, Oracle, same
from tests.oracle.features import FEATURES, has, matters, used

FAMILIES = tuple(f.name for f in build.FAMILIES)
"""Names of the families; the oracle knows nothing else of the model."""

FOCUS = {
    "windows": "launches",
    "locks": "locks",
    "pilots": "pilots",
    "parallel": "parallel",
    "archetype_limits": "archetype_limits",
    "mandate": "ladder",
    "mandate_grants": "grants",
    "earned_mandate": "earned",
    "transfers": "reallocation",
    "prices": "pricing",
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
    "use factors of modes": "use_factors",
    "several pilots": "pioneers",
    "third step of fatigue": "weary",
    "exceptions on choices": "waived_choice",
    "given mandate path": "path",
    "exact ties": "exact_ties",
    "lifecycle": "lifecycle",
    "touches": "touches",
    "experienced archetypes": "experienced",
    "further modes": "further_modes",
    "exceptions": "exceptions",
    "functions by brand": "functions",
    "strict policy": "strict",
    "several goals": "objective",
    "programme under way": "under_way",
    "price of moves": "moves",
}
"""Families and features that are easily hidden, with the group of rules (:mod:`tests.oracle.draw`) they come with."""

TWICE = (
    "windows",
    "pilots",
    "mandate",
    "pace",
    "learning",
    "locks",
    "parallel",
    "archetype_limits",
    "earned_mandate",
    "transfers",
    "prices",
    "affiliate_gains",
    "continuous_return",
    "minimum_values",
    "start_small",
    "inhouse",
    "balance",
    "maturity_gaps",
    "quick_wins",
    "measure_limits",
    "capability_steps",
    "split lines",
    "released share",
    "use of pairs",
    "local capabilities",
    "drivers and brands by affiliate",
    "before",
    "exclusive",
    "roll-out approach",
    "shares by table",
    "one-off value of initiatives",
    "losses of pace",
    "touches",
    "several pilots",
    "exceptions on choices",
    "further modes",
    "functions by brand",
    "strict policy",
)
"""Those that seldom come by chance, or are well hidden."""

HIDDEN = (
    "parallel",
    "transfers",
    "prices",
    "continuous_return",
    "learning",
    "maturity_gaps",
    "quick_wins",
    "measure_limits",
    "mandate_grants",
    "affiliate_gains",
    "pace",
    "inhouse",
    "start_small",
    "minimum_values",
    "archetype_limits",
    "capability_steps",
)
"""Families that a sample of seeds found to be hidden most."""

NAMES = (*FOCUS, *TWICE, *HIDDEN, *HIDDEN, "inhouse")
"""What seeds are about in turn."""

AT_ONCE = 4
"""So many at once."""

DRAWS, ATTEMPTS = 64, 10
"""Draws of a seed, and how many of them the oracle looks at: first those that have most of what the seed is about."""


class Lively:
    """An instance with its oracle and best plan; what it has found out, it keeps.

    Parameters
    ----------
    instance
        What is given.
    """

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.oracle = Oracle(instance)
        self.best = self.oracle.best()
        self._shown: dict[str, bool] = {}

    @property
    def adopts(self) -> bool:
        """Whether the best plan adopts something."""
        return self.best is not None and bool(self.best.plan.adoptions)

    @cached_property
    def used(self) -> tuple[str, ...]:
        """Features that it has."""
        return tuple(used(self.instance))

    @cached_property
    def without(self) -> dict[str, Optimum | None]:
        """Best plan without the rules of a family, for each family."""
        return self.oracle.best_without(FAMILIES)

    @cached_property
    def families(self) -> tuple[str, ...]:
        """Families that matter."""
        return tuple(f for f in FAMILIES if not same(self.without[f], self.best))

    def shows(self, name: str) -> bool:
        """Whether a family or feature matters."""
        if name not in self._shown:
            self._shown[name] = self._found(name)
        return self._shown[name]

    def _found(self, name: str) -> bool:
        if name in FEATURES:
            return name in self.used and matters(name, self.oracle, self.best)
        return name in self.families


def focus(seed: int) -> tuple[str, ...]:
    """Families or features that a seed is about; each comes in turn, with others each time."""
    turn, place = divmod(seed, len(NAMES))
    order = random.Random(turn)
    return NAMES[place], *(order.sample(NAMES, len(NAMES))[place] for _ in range(AT_ONCE - 1))


def lively(seed: int, attempt: int = 0) -> Lively:
    """One of the instances of a seed, with the rules that it is about."""
    return Lively(random_instance(f"{seed}/{attempt}", groups=[FOCUS[name] for name in focus(seed)]))


def telling(seed: int) -> Lively:
    """Of the instances of a seed one in which the most of what it is about matters, and then the most families."""
    wanted = focus(seed)
    groups = [FOCUS[name] for name in wanted]
    drawn = [random_instance(f"{seed}/{attempt}", groups=groups) for attempt in range(DRAWS)]
    drawn.sort(key=lambda instance: -sum(has(name, instance) for name in wanted))
    best: tuple[tuple[int, int], Lively] | None = None
    for instance in drawn[:ATTEMPTS]:
        one = Lively(instance)
        shown = sum(one.shows(name) for name in wanted)
        told = (2 * shown + one.adopts, len(one.families))
        if best is None or told > best[0]:
            best = (told, one)
        if shown == len(wanted):
            break
    assert best is not None
    return best[1]
