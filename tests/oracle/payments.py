"""What affiliates have to pay hq so that a plan keeps its budgets: a linear programme of its own for each plan.

It knows of a plan what it spends and earns, and says which payments, if any, let all pots hold and every affiliate
gain, and the smallest of them. Nothing of the optimisation model is in it; the evaluator judges what it says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import linprog

from sequencer.plan.plan import Payment

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.state import State

HQ = "hq"
FAMILIES = frozenset({"budgets", "transfers", "prices", "affiliate_gains"})
"""Families that payments have a part in."""

Binds = Callable[[str, str], bool]
"""Whether a family's rule for a pot or an affiliate holds."""


def everything(family: str, member: str) -> bool:
    """All rules hold."""
    return bool(family and member)


class Programme:
    """The linear programme of one plan.

    Parameters
    ----------
    instance
        What is given, with affiliates that fund hq.
    state
        A plan without payments, laid over it.
    binds
        Which rules hold.
    """

    def __init__(self, instance: Instance, state: State, binds: Binds = everything) -> None:
        self.instance = instance
        self.binds = binds
        self.last = instance.n_waves
        self.waves = range(1, self.last + 1)
        self.discount = state.prepared.discount
        self._read(state)

    def _read(self, state: State) -> None:
        """What the plan spends and earns by pot, affiliate and wave."""
        self.spend: dict[tuple[str, int], float] = defaultdict(float)
        self.net: dict[str, float] = defaultdict(float)
        self.value: dict[tuple[str, int], float] = defaultdict(float)
        earned: dict[tuple[str, int], float] = defaultdict(float)
        for cost in state.cost_rows:
            self.spend[cost.pot, cost.period] += cost.amount
            if cost.affiliate and cost.pot != HQ:
                self.net[cost.affiliate] -= cost.amount * self.discount[cost.period - 1]
        for earning in state.earnings:
            for t, years in enumerate(earning.shape, start=1):
                self.value[earning.affiliate, t] += earning.rate * years
                earned[earning.category, t] += earning.rate * years
                self.net[earning.affiliate] += earning.rate * years * self.discount[t - 1]
        self.money: dict[tuple[str, int], float] = {}
        settings = self.instance.settings
        for pot, budget in self.instance.budget.items():
            for w in self.waves:
                self.money[pot, w] = state.released[w - 1] * budget[w - 1]
        for w in self.waves[1:] if (HQ, 1) in self.money else ():
            named = settings.reinvest_categories or self.instance.categories
            self.money[HQ, w] += settings.reinvest_share * sum(earned[c, w - 1] for c in named)
        self._open()

    def _open(self) -> None:
        """What a programme under way brings along: carried by pots, earned in the last wave, gained by affiliates."""
        settings = self.instance.settings
        for row in self.instance.initial_state:
            if row.record == "carry":
                self.money[row.id, 1] += row.amount
            elif row.record == "gain":
                self.net[row.id] += row.amount
            elif row.record == "value" and row.wave == 0 and (HQ, 1) in self.money:
                named = settings.reinvest_categories or (row.id,)
                self.money[HQ, 1] += settings.reinvest_share * row.amount * (row.id in named)

    def cap(self, affiliate: str, wave: int) -> float | None:
        """Most that an affiliate may pay in a wave; None where nothing says so."""
        settings, row = self.instance.settings, self.instance.by_id("affiliates")[affiliate]
        if settings.funding == "budget-reallocation":
            if affiliate not in self.instance.budget:
                return 0.0
            share = settings.cut_cap if row.cut_cap is None else row.cut_cap
            return share * self.instance.budget[affiliate][wave - 1] if self.binds("transfers", affiliate) else None
        share = settings.price_share if row.price_share is None else row.price_share
        return share * self.value[affiliate, wave] if self.binds("prices", affiliate) else None

    def smallest(self) -> tuple[Payment, ...] | None:
        """Payments of the smallest sum that let every rule hold; None where none do."""
        affiliates = [a.id for a in self.instance.affiliates]
        paying = [(a, w) for a in affiliates for w in self.waves]
        bound = [p for p in self.instance.budget if self.binds("budgets", p)]
        carried = [(p, w) for p in bound for w in self.waves[:-1]]
        column = {("pay", *key): n for n, key in enumerate(paying)}
        column |= {("carry", *key): n for n, key in enumerate(carried, start=len(paying))}
        rows, right = [], []
        for pot in bound:
            keep = self.instance.carry_share(pot)
            for w in self.waves:
                row = np.zeros(len(column))
                for a in affiliates:
                    row[column["pay", a, w]] += (pot == a) - (pot == HQ)
                if w < self.last:
                    row[column["carry", pot, w]] = 1
                if w > 1:
                    row[column["carry", pot, w - 1]] = -keep
                rows.append(row)
                right.append(self.money[pot, w] - self.spend[pot, w])
        for a in affiliates if self.instance.settings.every_affiliate_gains else ():
            if self.binds("affiliate_gains", a):
                row = np.zeros(len(column))
                for w in self.waves:
                    row[column["pay", a, w]] = self.discount[w - 1]
                rows.append(row)
                right.append(self.net[a])
        cost = [1.0] * len(paying) + [0.0] * len(carried)
        bounds = [(0.0, self.cap(*key)) for key in paying] + [(0.0, None)] * len(carried)
        solved = linprog(cost, np.array(rows) if rows else None, right or None, bounds=bounds, method="highs")
        if solved.status != 0:
            return None
        return tuple(Payment(*key, float(x)) for key, x in zip(paying, solved.x, strict=False) if x > 1e-9)

    def hopeless(self) -> bool:
        """Whether not even the most that may be paid, and nobody minding, is enough for hq."""
        held = 0.0
        for w in self.waves if HQ in self.instance.budget and self.binds("budgets", HQ) else ():
            caps = [self.cap(a.id, w) for a in self.instance.affiliates]
            if any(cap is None for cap in caps):
                return False
            paid = sum(cap for cap in caps if cap is not None)
            held = self.money[HQ, w] + self.instance.carry_share(HQ) * held + paid - self.spend[HQ, w]
            if held < -1e-6 * max(1.0, abs(self.spend[HQ, w])):
                return True
        return False
