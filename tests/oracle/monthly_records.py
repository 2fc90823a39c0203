"""What a plan adopts, looked up in the tables: records, modes, durations and time; see :mod:`tests.oracle.monthly`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.instance.items import Member
    from sequencer.plan.plan import Plan


class Records:
    """Records of what a plan adopts, and when it is live.

    Parameters
    ----------
    instance, plan
        A plan of which every adoption is understood and live by ``W + 1``.
    """

    def __init__(self, instance: Instance, plan: Plan) -> None:
        self.instance = instance
        self.wave = {a.id: a.wave for a in plan.adoptions}
        self.mode = {a.id: a.mode or "" for a in plan.adoptions}
        self.months = list(instance.wave_months)
        self.last = len(self.months)
        tail = instance.settings.tail_months
        while tail > 0:
            self.months.append(min(12, tail))
            tail -= 12
        self.begun = self._begun()
        self.mode |= {i: row.mode for i, row in self.begun.items()}
        self.live_from: dict[str, float] = {i: w + self.duration(i) for i, w in self.wave.items()}
        for item, row in self.begun.items():
            self.live_from[item] = row.remaining_waves + 1 if row.record == "in_progress" else self._since(row)

    # -- before wave 1 ------------------------------------------------------------------------------------------------

    def _begun(self) -> dict[str, Any]:
        """Row of what is live or in progress when wave 1 starts; of a level of the mandate, the one on the mandate."""
        made = {r.id: r for r in self.instance.initial_state if r.record in ("live", "in_progress")}
        for row in self.instance.initial_state:
            for level in range(self.instance.settings.mandate_start + 1, (row.level or 0) + 1):
                made.setdefault(f"mandate:{level}", row)
        return made

    def _since(self, row: Any) -> float:  # noqa: ANN401
        """First period in which something is live already: wave 1 is 1, the one before 0; else long ago."""
        return float("-inf") if row.live_waves is None else 1 - row.live_waves

    def age(self, item: str, lag: int = 0) -> int:
        """Months for which an item had been live for ``lag`` waves when wave 1 starts."""
        row = self.begun.get(item)
        if row is None or self.live_from[item] > 1 - lag:
            return 0
        if row.live_waves is None or not lag:
            return int(row.live_months)
        return int(row.live_months * (row.live_waves - lag) / row.live_waves)

    # -- time ---------------------------------------------------------------------------------------------------------

    @property
    def periods(self) -> range:
        return range(1, len(self.months) + 1)

    def first_month(self, period: int) -> int:
        return sum(self.months[: period - 1])

    def discount(self, period: int) -> float:
        middle = (self.first_month(period) + self.months[period - 1] / 2) / 12
        return float((1 + self.instance.settings.discount_rate) ** -middle)

    def live(self, item: str, period: int) -> bool:
        return item in self.live_from and self.live_from[item] <= min(period, self.last + 1)

    def member_live(self, member: Member, period: int) -> bool:
        return self.live(member.id, period) and (member.modes is None or self.mode[member.id] in member.modes)

    # -- records ------------------------------------------------------------------------------------------------------

    def row(self, table: str, **key: object) -> Any:  # noqa: ANN401
        """Record with these fields; None where there is none."""
        rows = (r for r in self.instance.rows(table) if all(getattr(r, k) == v for k, v in key.items()))
        return next(rows, None)

    def record(self, item: str) -> Any:  # noqa: ANN401
        """Record that an adoptable comes from."""
        whole, _, level = item.partition(":")
        name, _, place = whole.partition("@")
        if level and name == "mandate":
            return self.row("mandate", level=int(level))
        if level:
            return self.row("capability_steps", capability=name, level=int(level))
        if place:
            found = self.row("driver_affiliates", driver=name, affiliate=place)
            return found or self.row("brand_affiliates", brand=name, affiliate=place) or self.row("functions", id=name)
        tables = ("drivers", "affiliates", "brands", "customer_types", "functions", "exceptions", "initiatives")
        return next(r for r in (self.row(t, id=item) for t in tables) if r is not None)

    def extra_mode(self, item: str) -> Any:  # noqa: ANN401
        """Row of table ``modes`` that the plan uses; None where it is one of the item's own."""
        return self.row("modes", item=item, id=self.mode[item])

    def own_mode(self, item: str) -> str:
        """Mode that a further mode is derived from: the first of the item's own."""
        if self.extra_mode(item) is None:
            return "" if self.mode[item] == "own" else self.mode[item]
        if self.row("affiliates", id=item) is not None:
            base = self.archetypes_of(item)[0].id
            return f"{base}/{self.instance.touches[0].id}" if self.instance.touches else base
        sourced = self.sourcing_of(item)
        return sourced[0].id if sourced else ""

    def sourcing_of(self, item: str) -> list[Any]:
        name, _, level = item.partition(":")
        if not level or name == "mandate":
            return []
        layer = self.row("capabilities", id=name.partition("@")[0]).layer
        return [s for s in self.instance.sourcing_modes if layer in s.layers]

    def archetypes_of(self, affiliate: str) -> list[Any]:
        row = self.row("affiliates", id=affiliate)
        made = []
        for a in self.instance.archetypes:
            fits = not self.instance.fit or self.fit_row(row.affiliate_class, a) is not None
            if a.id in row.archetypes or (not row.archetypes and fits):
                made.append(a)
        return made

    def fit_row(self, affiliate_class: str, archetype: Any) -> Any:  # noqa: ANN401
        return self.row("fit", affiliate_class=affiliate_class, archetype=archetype.variant_of or archetype.id)

    def archetype(self, affiliate: str) -> Any:  # noqa: ANN401
        return self.row("archetypes", id=self.own_mode(affiliate).split("/")[0])

    def touch(self, affiliate: str) -> Any:  # noqa: ANN401
        return self.row("touches", id=self.own_mode(affiliate).partition("/")[2])

    def sourcing(self, item: str) -> Any:  # noqa: ANN401
        return next((s for s in self.sourcing_of(item) if s.id == self.own_mode(item)), None)

    def duration(self, item: str) -> int:
        extra = self.extra_mode(item)
        if extra is not None and extra.duration is not None:
            return int(extra.duration)
        return self.own_duration(item)

    def own_duration(self, item: str) -> int:
        if self.row("affiliates", id=item) is not None:
            return int(self.archetype(item).duration)
        sourced = self.sourcing(item)
        if sourced is not None and sourced.duration is not None:
            return int(sourced.duration)
        return int(getattr(self.record(item), "duration", 0))
