"""Monte Carlo of a fixed plan: what it is worth where amounts turn out otherwise and adoptions succeed or fail.

The plan stays, and so does what rules say of it: they use base values. Each draw is what evaluating the plan on an
instance with the drawn amounts gives (:meth:`MonteCarlo.changes`), but all draws are worked out at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sequencer.instance.goals import measures as named
from sequencer.instance.goals import weights
from sequencer.plan.measures import measures as measured
from sequencer.plan.moves import moved
from sequencer.plan.pace import pace_losses
from sequencer.plan.rows import TOLERANCE
from sequencer.plan.tail import worst_mean
from sequencer.study.draws import Assumption, DrawOptions, Draws, Floats
from sequencer.study.worth import Factors, Worth, approached, take_apart
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
APPROACH = "outcome.approach"


@dataclass(frozen=True)
class MonteCarlo:
    """Draws of a plan's measures.

    Attributes
    ----------
    instance, plan
        What is given, and the plan.
    options : DrawOptions
        How it was drawn.
    base : dict of str to float or None
        Measures of the plan on base values, success counted at its probability.
    measures : dict of str to array
        Measures by name, a figure for each draw; not a number where a draw has none (a plan that never pays back).
    assumptions : dict of str to Assumption
        Uncertain amounts by name.
    values : dict of str to array
        What was drawn, by name: amounts, and 1 or 0 for success or failure.
    groups : dict of str to str
        Group of each source that moves with others.
    """

    instance: Instance
    plan: Plan
    options: DrawOptions
    base: dict[str, float | None]
    measures: dict[str, Floats] = field(repr=False)
    assumptions: dict[str, Assumption] = field(repr=False)
    values: dict[str, Floats] = field(repr=False)
    groups: dict[str, str] = field(repr=False)

    @property
    def npv(self) -> Floats:
        """Net present value of each draw."""
        return self.measures["npv"]

    def mean(self, measure: str = "npv") -> float:
        """Mean of a measure over the draws that have it."""
        return float(np.nanmean(self.measures[measure]))

    def error(self, measure: str = "npv") -> float:
        """Standard error of the mean; smaller still for a Latin hypercube."""
        found = self.measures[measure]
        return float(np.nanstd(found) / np.sqrt(np.isfinite(found).sum()))

    def quantile(self, share: float, measure: str = "npv") -> float:
        """Figure that a share of all draws does not exceed."""
        return float(np.nanquantile(self.measures[measure], share))

    @property
    def loss_probability(self) -> float:
        """Share of draws with a net present value below 0."""
        return float((self.npv < 0).mean())

    def cvar(self, level: float) -> float:
        """Mean net present value of the worst ``1 − level`` of all draws."""
        return worst_mean(self.npv.tolist(), [1 / len(self.npv)] * len(self.npv), level)

    @cached_property
    def contributions(self) -> dict[str, tuple[float, float]]:
        """How much of the spread of net present value each source explains by itself, and its swing.

        The first figure is a share of the variance (Sobol's index of first order). Net present value is linear in each
        source while the others are averaged out, so it is the squared correlation; for a group, that of a regression
        on its members. What the shares lack to 1 is joint effect. The second is by how much the mean changes when the
        source goes from its 5 % to its 95 % quantile, from failure to success. Largest share first.
        """
        members: dict[str, list[str]] = {}
        for name, values in self.values.items():
            if np.ptp(values) > 0:
                members.setdefault(self.groups.get(name, name), []).append(name)
        found = {source: self._explained([self.values[n] for n in names]) for source, names in members.items()}
        return dict(sorted(found.items(), key=lambda item: -item[1][0]))

    def _explained(self, columns: list[Floats]) -> tuple[float, float]:
        """Share of the variance that columns explain, corrected for chance, and swing along the first of them."""
        npv = self.npv - self.npv.mean()
        spread = float(npv @ npv)
        if spread <= 0 or len(npv) < len(columns) + 2:
            return 0.0, 0.0
        centred = np.stack([c - c.mean() for c in columns], axis=1)
        slopes = np.linalg.lstsq(centred, npv, rcond=None)[0]
        fitted = centred @ slopes
        left = (spread - float(fitted @ fitted)) / spread
        rank = int(np.linalg.matrix_rank(centred))
        share = max(0.0, 1 - left * (len(npv) - 1) / (len(npv) - 1 - rank))
        low, high = (0, 1) if set(np.unique(columns[0])) <= {0.0, 1.0} else (0.05, 0.95)
        order = np.argsort(columns[0], kind="stable")
        ends = fitted[order[[round(q * (len(npv) - 1)) for q in (low, high)]]]
        return share, float(ends[1] - ends[0])

    def changes(self, draw: int) -> list[dict[str, Any]]:
        """Amounts of one draw as changes of the instance; success and failure are no amounts and not among them."""
        made: list[dict[str, Any]] = []
        for name, a in self.assumptions.items():
            where = {"table": a.table, "where": {"id": a.id}}
            made += [{**where, "field": f"{a.field}_{end}", "set": ""} for end in ("low", "high")]
            made.append({**where, "field": a.field, "set": float(self.values[name][draw])})
        return made


def simulate(instance: Instance, plan: Plan, options: DrawOptions | None = None) -> MonteCarlo:
    """Draw the measures of a fixed plan.

    Parameters
    ----------
    instance
        Gives amounts with their low and high values, and probabilities of success.
    plan
        Whose decisions stay as they are; whether it keeps the rules does not matter here.
    options
        How to draw; 10,000 triangular draws with success and failure where not given.

    Raises
    ------
    sequencer.errors.SequencerError
        If what was asked for cannot be drawn.
    """
    return _Simulation(instance, plan, options or DrawOptions()).run()


class _Simulation:
    """All draws of one plan."""

    def __init__(self, instance: Instance, plan: Plan, options: DrawOptions) -> None:
        self.instance = instance
        self.worth: Worth = take_apart(instance, plan)
        self.state = self.worth.state
        self.draws = Draws(instance, options, self._outcomes())
        self.options = options
        self.values: dict[str, Floats] = dict(self.draws.values)
        self.shape = (options.draws, len(instance.periods))

    def run(self) -> MonteCarlo:
        names = set(named(self.instance))
        found = {name: values for name, values in self._measures().items() if name in names}
        return MonteCarlo(
            self.instance,
            self.worth.plan,
            self.options,
            measured(self.state),
            found,
            self.draws.assumptions,
            self.values,
            self.draws.groups,
        )

    # -- factors ------------------------------------------------------------------------------------------------------

    def _outcomes(self) -> list[str]:
        """Sources of success and failure that the plan has."""
        kinds = (Kind.DRIVER, Kind.AFFILIATE, Kind.BRAND, Kind.INITIATIVE)
        items = [s.item.id for kind in kinds for s in self.state.of_kind(kind)]
        given = [(item, self._probability_base(item)) for item in items]
        approach = [APPROACH] if self.instance.settings.rollout_failure > 0 and self._approach else []
        return [f"outcome.{item}" for item, p in given if p is None or p < 1] + approach

    @property
    def _approach(self) -> bool:
        return self.instance.settings.rollout != "free"

    def _probability_base(self, item: str) -> float | None:
        """Probability of success on base values; None where it is uncertain itself."""
        made = 1.0
        for table, row_id in self._succeeding(item):
            row = self.instance.by_id(table)[row_id]
            if "success" in row.low or "success" in row.high:
                return None
            made *= row.success
        return made

    def _succeeding(self, item: str) -> list[tuple[str, str]]:
        """Rows whose ``success`` make that of an adopted item: its own, its archetype and touch, its further mode."""
        start = self.state.starts[item]
        made: list[tuple[str, str]] = []
        if start.item.kind is Kind.AFFILIATE:
            further = f"{item}:{start.mode.id}" in self.instance.by_id("modes")
            own = f"{item}:{start.item.modes[0].id if further else start.mode.id}"
            if own in self.instance.by_id("affiliate_success"):
                made.append(("affiliate_success", own))
            else:
                made += [("archetypes", start.mode.archetype or ""), ("touches", start.mode.touch or "")]
        elif start.item.kind in (Kind.DRIVER, Kind.INITIATIVE):
            made.append((f"{start.item.kind}s", item))
        made.append(("modes", f"{item}:{start.mode.id}"))
        return [(table, row_id) for table, row_id in made if row_id in self.instance.by_id(table)]

    def _amount(self, table: str, row_id: str, column: str) -> Floats | float:
        """Draws of an amount, or its base value where it is certain."""
        name = f"{table}.{row_id}.{column}"
        known = self.draws.values.get(name)
        return float(getattr(self.instance.by_id(table)[row_id], column)) if known is None else known

    def _succeeds(self, item: str) -> Floats | float:
        """Factor of an item's success: 1 or 0 in each draw, or its probability where failures are not drawn."""
        made: Floats | float = 1.0
        for table, row_id in self._succeeding(item):
            made = made * self._amount(table, row_id, "success")
        return self._drawn(f"outcome.{item}", made)

    def _drawn(self, name: str, probability: Floats | float) -> Floats | float:
        if name not in self.draws.outcomes:
            return probability
        if name not in self.values:
            self.values[name] = self.draws.success(name, probability)
        return self.values[name]

    def _driver_factor(self, source: str) -> Floats | float:
        drivers = self.instance.by_id("drivers")
        potential = self._amount("drivers", source, "potential") if source in drivers else 1.0
        return potential * self._succeeds(source)

    def _brand_factor(self, brand: str) -> Floats | float:
        made = self._succeeds(brand)
        if approached(self.instance, brand):
            made = made * self._drawn(APPROACH, 1 - self.instance.settings.rollout_failure)
        return made

    def _share_factor(self, driver: str, affiliate: str) -> Floats | float:
        """Drawn share of an affiliate in a driver's potential, per its base share."""
        uncertain = [a for a in self.draws.assumptions.values() if a.field == "revenue"]
        drawn = {a.id: a for a in uncertain if self.instance.by_id("affiliates")[a.id].share is None}
        if not drawn or self.instance.scopes:
            return 1.0
        addressed = {cell.affiliate for cell in self.instance.scope[driver]}
        rows = [row for row in self.instance.affiliates if row.id in addressed]
        base = {row.id: row.revenue if row.share is None else row.share for row in rows}
        now = {i: self.values[drawn[i].name] if i in drawn else share for i, share in base.items()}
        whole: Floats = np.asarray(sum(now.values(), np.zeros(1)))
        made: Floats = (now[affiliate] / whole) / (base[affiliate] / sum(base.values()))
        return made

    # -- value and cost -----------------------------------------------------------------------------------------------

    def _value(self) -> tuple[dict[str, Floats], Floats]:
        """Value by category, draw and period, and all of it weighted."""
        made = {c: np.zeros(self.shape) for c in self.instance.categories}
        given = weights(self.instance)
        weighted = np.zeros(self.shape)
        for category, amounts in self.worth.fixed_value.items():
            made[category] += amounts
            weighted += given.get((category, ""), 1.0) * amounts
        sources: dict[tuple[str, str, str], list[tuple[Factors, Floats]]] = {}
        for (category, factors), amounts in self.worth.value.items():
            sources.setdefault((category, factors.driver, factors.brand), []).append((factors, amounts))
        for (category, driver, brand), places in sources.items():
            factor = self._driver_factor(driver)
            if brand:
                factor = factor * self._brand_factor(brand)
            column = np.broadcast_to(np.asarray(factor, dtype=float), self.options.draws)[:, None]
            by_place = np.stack([self._place_factor(f) for f, _ in places], axis=1)
            rates = np.stack([amounts for _, amounts in places])
            made[category] += column * (by_place @ rates)
            if given:
                weight = [given.get((category, f.affiliate), given.get((category, ""), 1.0)) for f, _ in places]
                weighted += column * (by_place @ (rates * np.array(weight)[:, None]))
        return made, weighted if given else sum(made.values(), np.zeros(self.shape))

    def _place_factor(self, factors: Factors) -> Floats:
        made: Floats | float = 1.0
        if factors.affiliate:
            made = self._succeeds(factors.affiliate) * self._share_factor(factors.driver, factors.affiliate)
        return np.broadcast_to(np.asarray(made, dtype=float), self.options.draws)

    def _cost(self) -> Floats:
        """Cost by draw and period."""
        made = np.zeros(self.shape) + self.worth.fixed_cost
        for name, amounts in self.worth.cost.items():
            made += self.values[name][:, None] * amounts
        for (resource, wave), row in self.state.prepared.for_sale.items():
            load = next(r.load for r in self.state.load_rows if (r.resource, r.wave) == (resource, wave))
            capacity = self._amount("capacities", row.record_id, "capacity")
            price = self._amount("capacities", row.record_id, "extra_cost")
            made[:, wave - 1] += np.maximum(0.0, load - capacity) * price
        return made

    # -- measures -----------------------------------------------------------------------------------------------------

    def _measures(self) -> dict[str, Floats]:
        by_category, weighted = self._value()
        value, cost = sum(by_category.values(), np.zeros(self.shape)), self._cost()
        discount = np.asarray(self.state.prepared.discount)
        loss = float(np.asarray(pace_losses(self.state)) @ discount[: self.state.last])
        moving = self.instance.settings.move_cost * len(moved(self.state))
        worth, price = value @ discount, cost @ discount
        made = {
            "npv": worth - price - loss - moving,
            "weighted_npv": weighted @ discount - price - loss - moving,
            "value": worth,
            "cost": price,
            "pace_loss": np.full(self.options.draws, loss),
            "undiscounted_value": value.sum(axis=1),
            "undiscounted_cost": cost.sum(axis=1),
            "benefit_to_cost": np.divide(worth, price, out=np.full(self.options.draws, np.nan), where=price > 0),
            "peak_budget": np.maximum(0.0, cost[:, : self.state.last].max(axis=1)),
            "payback_wave": _payback((value - cost) * discount, self.state.last),
        }
        return made | {f"value:{c}": amounts @ discount for c, amounts in by_category.items()}


def _payback(net: Floats, last: int) -> Floats:
    """First wave from which the net so far stays at or above 0, by draw; not a number where there is none."""
    so_far = np.cumsum(net, axis=1)
    below = so_far < -TOLERANCE * np.abs(so_far).max(axis=1, keepdims=True)
    first = below.shape[1] - np.argmax(below[:, ::-1], axis=1)
    first = np.where(below.any(axis=1), first, 0)
    return np.where(first == below.shape[1], np.nan, np.minimum(first + 1.0, last + 1.0))
