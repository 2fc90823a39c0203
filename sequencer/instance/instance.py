"""The instance: all that is given, frozen, with the lookups that every other package uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ConfigDict

from sequencer.errors import SequencerError
from sequencer.instance import adoptables as _adoptables
from sequencer.instance import entities as e
from sequencer.instance import futures_tables as f
from sequencer.instance import rollout
from sequencer.instance import rules as r
from sequencer.instance.adoptables import Adoptable, Mode
from sequencer.instance.calendar import Period, add_months, make_periods
from sequencer.instance.fingerprint import fingerprint
from sequencer.instance.futures import Future, futures
from sequencer.instance.history import Past, past_of
from sequencer.instance.items import Member, merged, resolve
from sequencer.instance.precedences import Bound, Precedence, bounds, cell_gates, waivers
from sequencer.instance.records import Named, Record
from sequencer.instance.scope import Cell, scope_of
from sequencer.instance.settings import Settings

if TYPE_CHECKING:
    from sequencer.instance.changes import Change

__all__ = ["Cell", "Instance"]


class Instance(BaseModel):
    """A wave-sequencing instance.

    Frozen: a change is :meth:`replace`, which validates again. Every field but ``settings`` is a table, a tuple of
    records in the order given. Use :func:`sequencer.read` to make one from files; the constructor trusts that
    :func:`sequencer.instance.checks.check` has been passed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    settings: Settings
    waves: tuple[e.Wave, ...] = ()
    drivers: tuple[e.Driver, ...] = ()
    capabilities: tuple[e.Capability, ...] = ()
    capability_steps: tuple[e.CapabilityStep, ...] = ()
    sourcing_modes: tuple[e.SourcingMode, ...] = ()
    affiliates: tuple[e.Affiliate, ...] = ()
    archetypes: tuple[e.Archetype, ...] = ()
    touches: tuple[e.Touch, ...] = ()
    affiliate_success: tuple[f.AffiliateSuccess, ...] = ()
    fit: tuple[e.Fit, ...] = ()
    ramps: tuple[e.Ramp, ...] = ()
    brands: tuple[e.Brand, ...] = ()
    brand_stages: tuple[e.BrandStage, ...] = ()
    lifecycle: tuple[e.Lifecycle, ...] = ()
    reach: tuple[e.Reach, ...] = ()
    scopes: tuple[e.Scope, ...] = ()
    customer_types: tuple[e.CustomerType, ...] = ()
    functions: tuple[e.Function, ...] = ()
    mandate: tuple[e.MandateLevel, ...] = ()
    exceptions: tuple[e.ExceptionRule, ...] = ()
    initiatives: tuple[e.Initiative, ...] = ()
    driver_affiliates: tuple[e.DriverInAffiliate, ...] = ()
    brand_affiliates: tuple[e.BrandInAffiliate, ...] = ()
    local_capabilities: tuple[e.LocalCapability, ...] = ()
    modes: tuple[e.ExtraMode, ...] = ()
    pots: tuple[r.Pot, ...] = ()
    budgets: tuple[r.Budget, ...] = ()
    cost_splits: tuple[r.CostSplit, ...] = ()
    cost_factors: tuple[r.CostFactor, ...] = ()
    resources: tuple[r.Resource, ...] = ()
    capacities: tuple[r.Capacity, ...] = ()
    use_profiles: tuple[r.UseProfile, ...] = ()
    pair_uses: tuple[r.PairUse, ...] = ()
    archetype_limits: tuple[r.ArchetypeLimit, ...] = ()
    requirements: tuple[r.Requirement, ...] = ()
    relations: tuple[r.Relation, ...] = ()
    pilots: tuple[r.Pilot, ...] = ()
    synergies: tuple[r.Synergy, ...] = ()
    fatigue: tuple[r.FatigueStep, ...] = ()
    pace: tuple[r.Pace, ...] = ()
    maturity_gaps: tuple[r.MaturityGap, ...] = ()
    minimum_values: tuple[r.MinimumValue, ...] = ()
    quick_wins: tuple[r.QuickWin, ...] = ()
    category_weights: tuple[r.CategoryWeight, ...] = ()
    measure_limits: tuple[r.MeasureLimit, ...] = ()
    locks: tuple[r.Lock, ...] = ()
    initial_state: tuple[r.InitialState, ...] = ()
    scenarios: tuple[f.Scenario, ...] = ()
    scenario_changes: tuple[f.ScenarioChange, ...] = ()
    reference_plan: tuple[r.ReferenceAdoption, ...] = ()

    # -- schema ---------------------------------------------------------------------------------------------------

    @classmethod
    def tables(cls) -> dict[str, type[Record]]:
        """Record class of every table, in the order of files and sheets."""
        return {name: get_args(f.annotation)[0] for name, f in cls.model_fields.items() if name != "settings"}

    def rows(self, table: str) -> tuple[Record, ...]:
        """Records of a table by its name."""
        return tuple(getattr(self, table))

    def by_id(self, table: str) -> dict[str, Any]:
        """Records of a table by business id."""
        return self._ids[table]

    @cached_property
    def _ids(self) -> dict[str, dict[str, Any]]:
        return {t: {row.record_id: row for row in self.rows(t)} for t in self.tables()}

    # -- change ---------------------------------------------------------------------------------------------------

    def replace(self, *changes: Change | Mapping[str, Any]) -> Instance:
        """Return an instance with changes applied and everything validated again.

        Parameters
        ----------
        *changes
            :class:`~sequencer.instance.changes.Change` objects, or mappings in the grammar of overlay files.

        Raises
        ------
        sequencer.errors.InputError
            If a change matches nothing or its result is not valid.
        """
        from sequencer.instance.changes import replaced

        return replaced(self, changes)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Instance:
        """Copy with fields replaced and no lookup carried over; unlike :meth:`replace` nothing is validated."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return type(self).model_construct(**fields | dict(update or {}))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of everything a result depends on; see :mod:`sequencer.instance.fingerprint`."""
        return fingerprint(self)

    # -- time -----------------------------------------------------------------------------------------------------

    @cached_property
    def wave_months(self) -> tuple[int, ...]:
        """Length of each wave in months."""
        if self.waves:
            return tuple(w.months for w in sorted(self.waves, key=lambda w: w.wave))
        return (self.settings.wave_months,) * (self.settings.waves or 1)

    @property
    def n_waves(self) -> int:
        """Number of waves W."""
        return len(self.wave_months)

    @cached_property
    def periods(self) -> tuple[Period, ...]:
        """Waves, then tail periods; ``periods[t - 1]`` is period ``t``."""
        return make_periods(self.wave_months, self.settings.tail_months)

    def date_of(self, wave: int) -> dt.date | None:
        """First day of a wave (W + 1: of the tail); None where the instance has no start date."""
        if self.settings.start is None:
            return None
        return add_months(self.settings.start, sum(self.wave_months[: wave - 1]))

    # -- adoptables -----------------------------------------------------------------------------------------------

    @cached_property
    def adoptables(self) -> dict[str, Adoptable]:
        """Everything that is given a wave, by id, in table order. As-is steps are not in it."""
        return _adoptables.expand(self)

    @cached_property
    def decided(self) -> dict[str, Adoptable]:
        """Adoptables that a plan gives a wave: all but those that are live or in progress already."""
        return {i: item for i, item in self.adoptables.items() if item.history is None}

    @cached_property
    def past(self) -> Past:
        """What a programme under way has earned, spent and carried before wave 1."""
        return past_of(self)

    def label(self, item_id: str) -> str:
        """Name shown for any id; the id itself where it has none."""
        return self._labels.get(item_id) or (self.adoptables[item_id].name if item_id in self.adoptables else item_id)

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {row.id: row.label for t in self.tables() for row in self.rows(t) if isinstance(row, Named)}

    def leaves(self, node: str) -> tuple[e.Capability, ...]:
        """Capabilities that a leaf id or an inner node of the tree means; empty where there is none."""
        return tuple(c for c in self.capabilities if c.id == node or f"{c.path}.".startswith(f"{node}."))

    def members(self, word: str) -> tuple[Member, ...]:
        """Adoptables (and modes) that an item expression means; see :mod:`sequencer.instance.items`."""
        if word not in self._resolved:
            self._resolved[word] = resolve(self, word)
        return self._resolved[word]

    def member_set(self, words: Iterable[str]) -> tuple[Member, ...]:
        """Adoptables that several item expressions mean together, each once, with all modes meant."""
        return merged(member for word in words for member in self.members(word))

    @cached_property
    def _resolved(self) -> dict[str, tuple[Member, ...]]:
        return {}

    @cached_property
    def all_requirements(self) -> tuple[r.Requirement, ...]:
        """Requirements as given, then those of the roll-out approach."""
        return self.requirements + rollout.requirements(self)

    @cached_property
    def all_relations(self) -> tuple[r.Relation, ...]:
        """Relations as given, then those of the roll-out approach."""
        return self.relations + rollout.relations(self)

    @cached_property
    def bounds(self) -> tuple[Bound, ...]:
        """Resolved requirements with their rows and the exceptions that name them."""
        return bounds(self)

    @cached_property
    def precedences(self) -> tuple[Precedence, ...]:
        """Resolved requirements that bind a start (steps' own order is apart); see :mod:`.precedences`."""
        return tuple(dict.fromkeys(b.precedence for b in self.bounds))

    @cached_property
    def waivers(self) -> dict[Precedence, tuple[str, ...]]:
        """Exceptions that may waive a precedence; a strict policy allows none."""
        return waivers(self)

    @cached_property
    def cell_gates(self) -> dict[str, dict[str, tuple[tuple[str, int], ...]]]:
        """By driver and affiliate, local capability steps its cells there wait for, each with its lag in waves."""
        return cell_gates(self)

    def approach_factor(self, brand: str) -> float:
        """Value factor × probability of success of the roll-out approach for a brand's cells; 1 without one."""
        return rollout.factor(self, brand)

    # -- pots and resources -----------------------------------------------------------------------------------------

    @cached_property
    def budget(self) -> dict[str, tuple[float, ...]]:
        """Budget of each wave by pot; a pot that is not in it is not limited."""
        made: dict[str, list[float]] = {}
        for row in self.budgets:
            made.setdefault(row.pot, [0.0] * self.n_waves)[row.wave - 1] = row.amount
        return {pot: tuple(values) for pot, values in made.items()}

    def carry_share(self, pot: str) -> float:
        """Share of unspent budget that a pot keeps."""
        own = self.by_id("pots").get(pot)
        return float(self.settings.carry_share if own is None or own.carry_share is None else own.carry_share)

    @cached_property
    def capacity(self) -> dict[str, tuple[float, ...]]:
        """Capacity of each wave by resource; a resource that is not in it is not limited."""
        made: dict[str, list[float]] = {}
        for row in self.capacities:
            made.setdefault(row.resource, [0.0] * self.n_waves)[row.wave - 1] = row.capacity
        return {resource: tuple(values) for resource, values in made.items()}

    @cached_property
    def mandate_levels(self) -> dict[int, e.MandateLevel]:
        """Mandate rows by level."""
        return {row.level: row for row in self.mandate}

    # -- value ------------------------------------------------------------------------------------------------------

    def archetypes_of(self, affiliate: str) -> tuple[e.Archetype, ...]:
        """Archetypes an affiliate may take: those it lists, else those with a fit for its class."""
        row = self.by_id("affiliates")[affiliate]
        if row.archetypes:
            return tuple(a for a in self.archetypes if a.id in row.archetypes)
        fits = self._fit
        return tuple(a for a in self.archetypes if not fits or (row.affiliate_class, _base(a)) in fits)

    @cached_property
    def _fit(self) -> dict[tuple[str, str], float]:
        return {(row.affiliate_class, row.archetype): row.fit for row in self.fit}

    def fit_of(self, affiliate: str, mode: Mode) -> float:
        """Fit of an affiliate's class with a mode's archetype; 1 where none is given."""
        if not affiliate or mode.archetype is None:
            return 1.0
        cls = self.by_id("affiliates")[affiliate].affiliate_class
        return self._fit.get((cls, _base(self.by_id("archetypes")[mode.archetype])), 1.0)

    def ramp_of(self, mode: Mode) -> tuple[tuple[int, float], ...]:
        """Ramp of a mode as (from month, factor): the mode's own, its touch's, its archetype's, or full at once."""
        for owner in (mode.id, mode.touch, mode.archetype):
            if owner and owner in self._ramps:
                return self._ramps[owner]
        return ((0, 1.0),)

    def ramp_of_owner(self, owner: str) -> tuple[tuple[int, float], ...]:
        """Ramp given for an owner such as an initiative; full at once where none is."""
        return self._ramps.get(owner, ((0, 1.0),))

    @cached_property
    def _ramps(self) -> dict[str, tuple[tuple[int, float], ...]]:
        made: dict[str, list[tuple[int, float]]] = {}
        for row in self.ramps:
            made.setdefault(row.owner, []).append((row.from_month, row.factor))
        return {owner: tuple(sorted(steps)) for owner, steps in made.items()}

    @cached_property
    def scope(self) -> dict[str, dict[Cell, float]]:
        """Share of its potential by cell, for each driver; only addressed cells with a positive share."""
        return {d.id: scope_of(self, d) for d in self.drivers}

    def stage(self, brand: str, period: int) -> str | None:
        """Lifecycle stage of a brand in a period: the last one given; None where none is."""
        found = None
        for start, stage in self._stages.get(brand, ()):
            if start <= period:
                found = stage
        return found

    @cached_property
    def _stages(self) -> dict[str, list[tuple[int, str]]]:
        made: dict[str, list[tuple[int, str]]] = {}
        for row in self.brand_stages:
            start = self.n_waves + 1 if row.period == "tail" else int(row.period)
            made.setdefault(row.brand, []).append((start, row.stage))
        return {brand: sorted(stages) for brand, stages in made.items()}

    def lifecycle_of(self, driver: str, brand: str, period: int) -> float:
        """Lifecycle factor of a driver for a brand in a period; 1 where none is given."""
        stage = self.stage(brand, period)
        return 1.0 if stage is None else self._lifecycle.get((driver, stage), 1.0)

    @cached_property
    def _lifecycle(self) -> dict[tuple[str, str], float]:
        return {(row.driver, row.stage): row.factor for row in self.lifecycle}

    def reach_of(self, driver: str, customer_type: str) -> float:
        """Reach of a driver in a customer type; 1 where none is given."""
        return self._reach.get((driver, customer_type), 1.0)

    @cached_property
    def _reach(self) -> dict[tuple[str, str], float]:
        return {(row.driver, row.customer_type): row.factor for row in self.reach}

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """Value categories, in order of first use."""
        used = [d.category for d in self.drivers]
        used += [i.category for i in self.initiatives if i.category]
        used += [s.category for s in self.synergies]
        used += [f.category for f in self.fatigue]
        return tuple(dict.fromkeys(used))

    @cached_property
    def futures(self) -> tuple[Future, ...]:
        """Scenarios, each with the instance as it is then; see :mod:`sequencer.instance.futures`."""
        return futures(self)

    def find(self, text: str) -> str:
        """Id of an adoptable given by id or unambiguous name (case does not matter).

        Raises
        ------
        sequencer.errors.SequencerError
            If nothing, or more than one thing, has that name.
        """
        if text in self.adoptables:
            return text
        hits = [i for i, item in self.adoptables.items() if item.name.casefold() == text.casefold()]
        if len(hits) == 1:
            return hits[0]
        message = f"'{text}' names {'nothing' if not hits else 'more than one thing: ' + ', '.join(hits)}; give an id"
        raise SequencerError(message)


def _base(archetype: e.Archetype) -> str:
    return archetype.variant_of or archetype.id
