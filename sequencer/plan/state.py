"""A plan laid over an instance: what starts and is live when, and all that follows from it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from sequencer.plan import load, money, value
from sequencer.plan.measures import Measures, measures
from sequencer.plan.start import Start
from sequencer.types import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sequencer.instance.instance import Instance
    from sequencer.instance.items import Member
    from sequencer.plan.plan import Adoption, Plan
    from sequencer.plan.prepared import Prepared
    from sequencer.plan.rows import CostRow, Earning, LoadRow, MoneyRow


class State:
    """A plan under evaluation.

    Adoptions that cannot be understood (unknown item or mode, wave outside the horizon, a second adoption of the same
    item, or one of what has started before wave 1) count for nothing; the rule ``start_once`` reports them.

    Attributes
    ----------
    prepared : Prepared
        Lookups of the instance.
    plan : Plan
        The plan.
    starts : dict of str to Start
        What is adopted, by id, before wave 1 or by the plan.
    """

    def __init__(self, prepared: Prepared, plan: Plan) -> None:
        self.prepared = prepared
        self.instance: Instance = prepared.instance
        self.plan = plan
        self.last = prepared.last
        self.starts: dict[str, Start] = dict(prepared.past)
        for adoption in plan.adoptions:
            start = self._understood(adoption)
            if start is not None:
                self.starts[adoption.id] = start

    def _understood(self, adoption: Adoption) -> Start | None:
        item = self.prepared.items.get(adoption.id)
        if item is None or item.history is not None or not 1 <= adoption.wave <= self.last:
            return None
        try:
            mode = item.mode(adoption.mode)
        except KeyError:
            return None
        return Start(item, mode, adoption.wave, adoption.wave + mode.duration)

    def in_scenario(self, prepared: Prepared) -> State:
        """The same plan laid over the instance as it is in a scenario."""
        return State(prepared, self.plan)

    # -- starts and lives ---------------------------------------------------------------------------------------------

    @property
    def waves(self) -> range:
        """Waves 1..W."""
        return range(1, self.last + 1)

    def of_kind(self, kind: Kind) -> Iterator[Start]:
        """What is adopted of a kind, in instance order."""
        for item in self.prepared.of_kind(kind):
            start = self.starts.get(item.id)
            if start is not None:
                yield start

    @property
    def decided(self) -> Iterator[Start]:
        """What the plan adopts."""
        return (start for start in self.starts.values() if not start.past)

    def start_of(self, member: Member) -> Start | None:
        """Start of a member, None where it is not adopted, or in none of the modes meant."""
        start = self.starts.get(member.id)
        if start is None or (member.modes is not None and start.mode.id not in member.modes):
            return None
        return start

    def is_live(self, item_id: str, period: int) -> bool:
        """Whether an item is live in a period, every tail period counting as W + 1."""
        start = self.starts.get(item_id)
        return start is not None and start.live <= min(period, self.last + 1)

    def live_since(self, items: Iterable[str]) -> int | None:
        """First period in which all items are live; None where there is none up to W + 1."""
        since = 1
        for item_id in items:
            start = self.starts.get(item_id)
            if start is None:
                return None
            if start.live > since:
                since = start.live
        return since if since <= self.last + 1 else None

    def months_before(self, items: Iterable[str], gates: Iterable[tuple[str, int]] = ()) -> int:
        """Months before wave 1 for which all items have been live, and gates open for their lags; 0 for none."""
        ages = []
        for item_id, lag in (*((i, 0) for i in items), *gates):
            history = self.prepared.items[item_id].history
            ages.append(0 if history is None or history.live > 1 - lag else history.open_months(lag))
        return min(ages, default=0)

    # -- what follows -------------------------------------------------------------------------------------------------

    @cached_property
    def mandate(self) -> tuple[int, ...]:
        """Mandate level by wave."""
        steps = list(self.of_kind(Kind.MANDATE))
        base = self.instance.settings.mandate_start
        return tuple(base + sum(s.live <= w for s in steps) for w in self.waves)

    @cached_property
    def released(self) -> tuple[float, ...]:
        """Share of every budget that is released, by wave."""
        rows = self.instance.mandate_levels
        return tuple(rows[level].released_share if level in rows else 1.0 for level in self.mandate)

    @cached_property
    def cost_rows(self) -> tuple[CostRow, ...]:
        """Every cost of every period."""
        return tuple(money.cost_rows(self))

    @cached_property
    def money_rows(self) -> tuple[MoneyRow, ...]:
        """Pots by wave."""
        return tuple(money.money_rows(self))

    @cached_property
    def load_rows(self) -> tuple[LoadRow, ...]:
        """Resources by wave."""
        return tuple(load.load_rows(self))

    @cached_property
    def transfers(self) -> dict[tuple[str, int], float]:
        """Budget given up, by affiliate and wave; only what can be understood."""
        return money.payments(self, self.plan.transfers)

    @cached_property
    def prices(self) -> dict[tuple[str, int], float]:
        """Internal prices paid, by affiliate and wave; only what can be understood."""
        return money.payments(self, self.plan.prices)

    def value(self, period: int, category: str = "", affiliate: str = "") -> float:
        """Undiscounted value of a period, of one category where named; of an affiliate, what its cells earn."""
        if affiliate not in self._values:
            drivers = self.instance.by_id("drivers")
            of = [e for e in self.earnings if not affiliate or (e.affiliate == affiliate and e.source in drivers)]
            self._values[affiliate] = value.by_category(of, len(self.prepared.years))
        found = self._values[affiliate]
        return sum(amounts[period - 1] for name, amounts in found.items() if category in ("", name))

    @cached_property
    def _values(self) -> dict[str, dict[str, list[float]]]:
        """Value by category and period, of each affiliate asked for; of all under the empty id."""
        return {}

    @cached_property
    def measures(self) -> Measures:
        """Measures by name, see :func:`sequencer.plan.measures.measures`."""
        return measures(self)

    @cached_property
    def earnings(self) -> tuple[Earning, ...]:
        """Every source of value."""
        return tuple(earning for source in value.SOURCES for earning in source(self))
