"""Value, cost, load and losses of a plan a second time: month by month, cell by cell, straight from the tables.

Written from the formulation alone, in plain loops over months, to be held against the evaluator. It reads the records
of an instance and nothing of what they are turned into: not the adoptables with their modes and cost lines, not the
shares of cells, the ramps or what evaluator and model prepare. Item expressions are the only lookup it uses.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from tests.oracle.monthly_records import Records


@dataclass
class Ledger:
    """What a plan is worth, undiscounted by period unless said otherwise.

    Attributes
    ----------
    value : dict of (str, str, int) to float
        Value by category, affiliate (empty for what no affiliate earns) and period.
    cells : dict of (str, int) to float
        Gross value of cells by affiliate and period.
    cost : dict of int to float
        Cost by period.
    load : dict of (str, int) to float
        Load of a resource by wave.
    pace_loss : dict of int to float
        Loss by wave.
    npv, weighted_npv : float
        Discounted.
    measures : dict of str to float
        Other measures; a plan that never pays back, or never earns, has none of these two.
    """

    value: dict[tuple[str, str, int], float] = field(default_factory=lambda: defaultdict(float))
    cells: dict[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    cost: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    load: dict[tuple[str, int], float] = field(default_factory=lambda: defaultdict(float))
    pace_loss: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    npv: float = 0.0
    weighted_npv: float = 0.0
    measures: dict[str, float] = field(default_factory=dict)


class Monthly(Records):
    """A plan laid out by months."""

    # -- cost ---------------------------------------------------------------------------------------------------------

    def costs(self, item: str) -> tuple[float, float]:
        """One-off cost and running cost a year."""
        record = self.record(item)
        if self.row("affiliates", id=item) is not None:
            archetype, touch = self.archetype(item), self.touch(item)
            one_off = archetype.one_off_cost + archetype.one_off_share_of_revenue * record.revenue
            one_off *= touch.cost_factor if touch else 1
            running = archetype.running_cost
        else:
            one_off, running = record.one_off_cost, record.running_cost
        name = item.partition(":")[0]
        capability, _, place = name.partition("@")
        local = self.row("local_capabilities", capability=capability, affiliate=place) if place else None
        factor = 1.0
        for row in (self.sourcing(item), self.extra_mode(item), local):
            factor *= row.cost_factor if row is not None else 1.0
        one_off, running = one_off * factor, running * factor
        for row in self.instance.cost_factors:
            if row.item in (item, name, capability):
                one_off *= row.factor if row.line in ("one_off", "all") else 1.0
                running *= row.factor if row.line in ("running", "all") else 1.0
        return one_off, running

    def add_cost(self, made: Ledger) -> None:
        for item, wave in self.wave.items():
            one_off, running = self.costs(item)
            span = max(self.duration(item), 1)
            for w in range(wave, wave + span):
                made.cost[w] += one_off / span
            for t in self.periods:
                if self.live(item, t):
                    made.cost[t] += running * self.months[t - 1] / 12
        for item, row in self.begun.items():
            one_off, running = self.costs(item)
            left = row.remaining_waves
            if left:
                planned = one_off * min(1.0, left / max(self.duration(item), 1))
                committed = planned if row.amount is None else row.amount
            for w in range(1, left + 1):
                made.cost[w] += committed / left
            for t in self.periods:
                made.cost[t] += running * self.months[t - 1] / 12 if self.live(item, t) else 0.0

    # -- load ---------------------------------------------------------------------------------------------------------

    def use(self, item: str, resource: Any) -> list[float]:  # noqa: ANN401
        """Use of a resource by wave since start."""
        span = max(self.duration(item), 1)
        row = self.row("use_profiles", item=item, resource=resource.id)
        if row is not None:
            made = [*row.profile, *[0.0] * span][:span]
        else:
            record = self.record(item)
            if self.row("affiliates", id=item) is not None:
                touch = self.touch(item)
                amount = self.archetype(item).use.get(resource.id, 0.0)
                amount += touch.use.get(resource.id, 0.0) if touch else 0.0
            else:
                amount = record.use.get(resource.id, 0.0)
            made = [amount] * span if resource.timing == "each_wave" else [0.0] * (span - 1) + [amount]
        for factors in (self.sourcing(item), self.extra_mode(item)):
            factor = factors.use_factor.get(resource.id, 1.0) if factors is not None else 1.0
            made = [u * factor for u in made]
        return made

    def upkeep(self, item: str, resource: str) -> float:
        row = self.archetype(item) if self.row("affiliates", id=item) is not None else self.record(item)
        return float(row.upkeep.get(resource, 0.0))

    def add_load(self, made: Ledger) -> None:
        for r in self.instance.resources:
            for item, wave in self.wave.items():
                for w, amount in enumerate(self.use(item, r), start=wave):
                    made.load[r.id, w] += amount
                for w in range(1, self.last + 1):
                    made.load[r.id, w] += self.upkeep(item, r.id) if self.live(item, w) else 0.0
            for item, row in self.begun.items():
                use = self.use(item, r)
                for w in range(1, self.last + 1):
                    to_go = row.remaining_waves - w  # waves in progress after this one
                    if 0 <= to_go < len(use):
                        made.load[r.id, w] += use[-1 - to_go]
                    elif to_go >= 0:
                        made.load[r.id, w] += 0.0 if r.timing == "last_wave" else use[0]
                    made.load[r.id, w] += self.upkeep(item, r.id) if self.live(item, w) else 0.0
            for row, w in product(self.instance.pair_uses, range(1, self.last + 1)):
                if row.resource == r.id:
                    made.load[r.id, w] += row.amount * self.live_pairs(row, w)
            self.add_bought(made, r)

    def live_pairs(self, row: Any, wave: int) -> int:  # noqa: ANN401
        """Pairs of affiliate and brand that a row means and that are live."""
        pairs = 0
        for a, b in product(self.instance.affiliates, self.instance.brands):
            if row.affiliate in ("", a.id) and row.brand in ("", b.id):
                own = self.row("brand_affiliates", brand=b.id, affiliate=a.id)
                needed = [a.id, b.id, *([f"{b.id}@{a.id}"] if own is not None else [])]
                pairs += all(self.live(i, wave) for i in needed)
        return pairs

    def add_bought(self, made: Ledger, resource: Any) -> None:  # noqa: ANN401
        """Capacity that is missing is bought, even where that is more than may be."""
        for w in range(1, self.last + 1):
            row = self.row("capacities", resource=resource.id, wave=w)
            if row is not None:
                made.cost[w] += max(0.0, made.load[resource.id, w] - row.capacity) * row.extra_cost

    # -- value --------------------------------------------------------------------------------------------------------

    def add_cells(self, made: Ledger) -> None:
        for d in self.instance.drivers:
            if d.id not in self.live_from:
                continue
            for (a, b, k), share in self.shares(d).items():
                needed = self.needed(d, a, b, k)
                gates = self.gates(d.id, a)
                if not all(i in self.live_from for i in needed):
                    continue
                factor = share * self.factor(d, a, b, k)
                age = min([*(self.age(i) for i in needed), *(self.age(i, lag) for i, lag in gates)])
                for t in self.periods:
                    open_ = all(self.live(i, t - lag) for i, lag in gates)
                    if not (open_ and all(self.live(i, t) for i in needed)):
                        continue
                    for _ in range(self.months[t - 1]):
                        rate = d.potential * factor * self.lifecycle(d.id, b, t)
                        amount = rate * self.ramp(self.ramp_owners(a), age) / 12
                        made.value[d.category, a, t] += amount
                        made.cells[a, t] += amount
                        age += 1

    def shares(self, driver: Any) -> dict[tuple[str, str, str], float]:  # noqa: ANN401
        """Share of its potential by cell."""
        kinds = []
        for table in ("affiliates", "brands", "customer_types"):
            there = [row.id for row in self.instance.rows(table)]
            kinds.append([i for i in there if i in getattr(driver, table) or not getattr(driver, table)] or [""])
        made = {}
        for a, b, k in product(*kinds):
            if self.instance.scopes:
                place = {"affiliate": a, "brand": b, "customer_type": k}
                row = self.row("scopes", driver=driver.id, **place) or self.row("scopes", driver="", **place)
                made[a, b, k] = row.share if row else 0.0
                continue
            share = 1.0
            if a:
                affiliate = self.row("affiliates", id=a)
                share *= affiliate.revenue if affiliate.share is None else affiliate.share
            share *= self.row("brands", id=b).share if b else 1.0
            share *= self.row("customer_types", id=k).share if k else 1.0
            made[a, b, k] = share
        whole = sum(made.values())
        return {cell: share / whole for cell, share in made.items()}

    def needed(self, driver: Any, a: str, b: str, k: str) -> list[str]:  # noqa: ANN401
        """What has to be live for a cell, local capabilities apart."""
        made = [driver.id, *(i for i in (a, b, k) if i)]
        for name in driver.functions:
            made.append(f"{name}@{b}" if self.row("functions", id=name).per_brand else name)
        if self.row("driver_affiliates", driver=driver.id, affiliate=a) is not None:
            made.append(f"{driver.id}@{a}")
        if self.row("brand_affiliates", brand=b, affiliate=a) is not None:
            made.append(f"{b}@{a}")
        return made

    def gates(self, driver: str, affiliate: str) -> list[tuple[str, int]]:
        """Own steps of an affiliate that a driver requires there, with their lags."""
        made = []
        for row in self.instance.requirements:
            for item, word in product(self.instance.members(row.item), row.requires):
                for member in self.instance.members(word):
                    if item.id == driver and f"@{affiliate}:" in member.id:
                        made.append((member.id, row.lag))
        return made

    def factor(self, driver: Any, a: str, b: str, k: str) -> float:  # noqa: ANN401
        """Everything a cell's rate is multiplied by that no period changes."""
        made = float(driver.success)
        if a:
            archetype, touch = self.archetype(a), self.touch(a)
            made *= archetype.value_factor
            own = self.row("affiliate_success", affiliate=a, mode=self.own_mode(a))
            made *= archetype.success * (touch.success if touch else 1) if own is None else own.success
            fit = self.fit_row(self.row("affiliates", id=a).affiliate_class, archetype)
            made *= fit.fit if fit is not None else 1
        reach = self.row("reach", driver=driver.id, customer_type=k)
        made *= reach.factor if reach is not None else 1
        for item in (driver.id, a, b):
            extra = self.extra_mode(item) if item else None
            made *= extra.value_factor * extra.success if extra is not None else 1
        settings = self.instance.settings
        if settings.rollout != "free" and (not settings.rollout_brands or b in settings.rollout_brands):
            made *= settings.rollout_value_factor * (1 - settings.rollout_failure)
        return made

    def lifecycle(self, driver: str, brand: str, period: int) -> float:
        stage, since = None, 0
        for row in self.instance.brand_stages:
            start = self.last + 1 if row.period == "tail" else int(row.period)
            if row.brand == brand and since <= start <= period:
                stage, since = row.stage, start
        row = self.row("lifecycle", driver=driver, stage=stage)
        return 1.0 if row is None else float(row.factor)

    def ramp_owners(self, affiliate: str) -> tuple[str, ...]:
        """Owners of a ramp that holds for an affiliate, the most particular first."""
        if not affiliate:
            return ()
        touch = self.touch(affiliate)
        return (self.mode[affiliate], *([touch.id] if touch else []), self.archetype(affiliate).id)

    def ramp(self, owners: tuple[str, ...], age: int) -> float:
        for owner in owners:
            steps = sorted((r.from_month, r.factor) for r in self.instance.ramps if r.owner == owner)
            if steps:
                return max((factor for month, factor in steps if month <= age), default=0.0)
        return 1.0

    def add_initiatives(self, made: Ledger) -> None:
        for x in self.instance.initiatives:
            if x.id not in self.live_from:
                continue
            first = next((t for t in self.periods if self.live(x.id, t)), None)
            first = None if self.live(x.id, 0) else first
            if first is not None:
                made.value[x.category, "", first] += x.value_once * x.success
            age = self.age(x.id)
            for t in self.periods:
                for _ in range(self.months[t - 1] if self.live(x.id, t) else 0):
                    made.value[x.category, "", t] += x.value_per_year * x.success * self.ramp((x.id,), age) / 12
                    age += 1

    def add_synergies(self, made: Ledger) -> None:
        for s, t in product(self.instance.synergies, self.periods):
            if all(self.member_live(m, t) for word in s.members for m in self.instance.members(word)):
                made.value[s.category, "", t] += s.rate * self.months[t - 1] / 12

    def add_fatigue(self, made: Ledger) -> None:
        for k, t in product(self.instance.customer_types, self.periods):
            steps = sorted((s for s in self.instance.fatigue if s.customer_type == k.id), key=lambda s: s.step)
            if not steps or not self.live(k.id, t):
                continue
            loads = (d.contact_load.get(k.id, 0.0) for d in self.instance.drivers if self.live(d.id, t))
            excess = sum(loads) - (k.contact_cap or 0.0)
            for step in steps:
                part = max(0.0, excess if step.width is None else min(excess, step.width))
                made.value[step.category, "", t] -= part * step.slope_per_year * self.months[t - 1] / 12
                excess -= part

    def add_pace_losses(self, made: Ledger) -> None:
        for row, w in product(self.instance.pace, range(1, self.last + 1)):
            members = {m for word in row.items for m in self.instance.members(word)}
            started = {m.id for m in members if self.wave.get(m.id) == w and self.member_live(m, self.last + 1)}
            above = len(started) - (row.comfort or 0) if row.losses else 0
            for j in range(above):
                made.pace_loss[w] += row.losses[min(j, len(row.losses) - 1)]

    # -- all ----------------------------------------------------------------------------------------------------------

    def weight(self, category: str, affiliate: str) -> float:
        own = self.row("category_weights", category=category, affiliate=affiliate)
        row = own or self.row("category_weights", category=category, affiliate="")
        return 1.0 if row is None else float(row.weight)

    def moves(self) -> int:
        """Rows of the reference plan that are not kept, and what is adopted without one."""
        rows, made = {row.item: row for row in self.instance.reference_plan}, 0
        for row in rows.values():
            kept = self.wave.get(row.item) == row.wave and self.mode.get(row.item) == row.mode
            out = row.wave == 0 and row.item not in self.wave
            made += row.wave is not None and not (kept or out)
        return made + sum(i not in rows for i in self.wave) if rows else 0

    def ledger(self) -> Ledger:
        """Everything there is to compare."""
        made = Ledger()
        self.add_cost(made)
        self.add_load(made)
        self.add_cells(made)
        self.add_initiatives(made)
        self.add_synergies(made)
        self.add_fatigue(made)
        self.add_pace_losses(made)
        for (category, affiliate, t), amount in made.value.items():
            made.npv += self.discount(t) * amount
            made.weighted_npv += self.discount(t) * amount * self.weight(category, affiliate)
        spent = sum(self.discount(t) * amount for t, amount in made.cost.items())
        pace = sum(self.discount(w) * amount for w, amount in made.pace_loss.items())
        lost = pace + self.instance.settings.move_cost * self.moves()
        made.npv -= spent + lost
        made.weighted_npv -= spent + lost
        made.measures = {"cost": spent, "pace_loss": pace, "undiscounted_cost": sum(made.cost.values())}
        self.add_measures(made)
        return made

    def add_measures(self, made: Ledger) -> None:
        """What is neither a sum of money nor discounted."""
        waves = range(1, self.last + 1)
        made.measures["peak_budget"] = max(0.0, *(made.cost[w] for w in waves))
        made.measures["adoptions"] = len(self.live_from)
        if self.instance.reference_plan:
            made.measures["moves"] = self.moves()
        made.measures["drivers"] = sum(d.id in self.live_from for d in self.instance.drivers)
        for r in self.instance.resources:
            made.measures[f"load_peak:{r.id}"] = max(0.0, *(made.load[r.id, w] for w in waves))
        value = {t: sum(v for (_, _, s), v in made.value.items() if s == t) for t in self.periods}
        made.measures["undiscounted_value"] = sum(value.values())
        so_far, net = 0.0, []
        for t in self.periods:
            so_far += self.discount(t) * (value[t] - made.cost[t])
            net.append(so_far)
        paid_back = [t for t in self.periods if min(net[t - 1 :]) >= -1e-9]
        earning = [t for t in self.periods if value[t] > 1e-12]
        for name, found in (("payback_wave", paid_back), ("first_value_wave", earning)):
            if found:
                made.measures[name] = min(found[0], self.last + 1)
