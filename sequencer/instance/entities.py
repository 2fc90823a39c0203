"""What is adopted, and what it is worth: value drivers, capabilities, affiliates, brands, mandate and their factors."""

from __future__ import annotations

from typing import ClassVar

from pydantic import model_validator

from sequencer.instance.records import Costed, Id, Named, Record, Use, Word, Words, amount, field, per
from sequencer.instance.settings import MOST_MONTHS, MOST_WAVES
from sequencer.types import Layer

INHOUSE_WEIGHTS = {"hybrid": 0.5, "agency": 0.0}
"""How far a step counts as in-house in a sourcing mode of that id, where no weight is given."""


class Wave(Record):
    """An adoption wave."""

    table: ClassVar[str] = "waves"
    key: ClassVar[tuple[str, ...]] = ("wave",)

    wave: int = field("number, from 1", ge=1, le=MOST_WAVES)
    months: int = field("length", ge=1, le=MOST_MONTHS, unit="months")
    start: str = field("first day, only to check it against the settings (YYYY-MM-DD)", "")


class Driver(Named, Costed):
    """A value driver."""

    table: ClassVar[str] = "drivers"

    category: Id = field("value category, e.g. revenue_uplift, cost_of_sales, risk")
    potential: float = amount("contribution a year with every addressed cell active", unit="money/year")
    success: float = amount("probability of success", 1.0, unit="share", le=1)
    functions: Words = field("functions that must be live for its value", (), ref="functions")
    affiliates: Words = field("affiliates it addresses; empty: all", (), ref="affiliates")
    brands: Words = field("brands it addresses; empty: all", (), ref="brands")
    customer_types: Words = field("customer types it addresses; empty: all", (), ref="customer_types")
    visible: bool = field("whether its first value counts as a quick win", False)
    contact_load: dict[str, float] = per(
        "contact_load_", "customer_types", "contact load on a customer type", unit="contacts"
    )


class Capability(Named):
    """A leaf of the capability tree."""

    table: ClassVar[str] = "capabilities"

    layer: Layer = field("technological, commercial or transformational")
    path: str = field(
        "place in the tree, dotted, without the leaf itself", "", pattern=r"^[a-z0-9_-]*(\.[a-z0-9_-]+)*$"
    )
    dimension: str = field("dimension of the operating model", "")
    as_is: int = field("maturity today", 0, ge=0, unit="level")
    target: int | None = field("maturity aimed at (for the balance rule and reports)", None, ge=0, unit="level")
    benchmark: int | None = field("maturity of the industry, for reports", None, ge=0, unit="level")
    local: bool = field("whether every affiliate builds its own", False)


class CapabilityStep(Costed):
    """Raising a capability by one level."""

    table: ClassVar[str] = "capability_steps"
    key: ClassVar[tuple[str, ...]] = ("capability", "level")

    capability: Id = field("capability raised", ref="capabilities")
    level: int = field("maturity reached", ge=1, unit="level")
    duration: int = field("waves in progress", 1, ge=0, le=MOST_WAVES, unit="waves")
    weight: float = field("weight in shares (in-house floor, balance)", 1.0, ge=0)


class SourcingMode(Named):
    """A way to source capability steps, applied to every step of the named layers."""

    table: ClassVar[str] = "sourcing_modes"

    layers: Words = field("layers it is offered for")
    duration: int | None = field("waves in progress; empty: as the step says", None, ge=0, le=MOST_WAVES, unit="waves")
    cost_factor: float = field("factor on one-off and running cost", 1.0, ge=0)
    use_factor: dict[str, Use] = per("use_factor_", "resources", "factor on the use of a resource", unit="factor")
    inhouse_weight: float = field(
        "how far it counts as in-house; empty: 0.5 for hybrid, 0 for agency, else 1", 1.0, ge=0, le=1
    )

    @model_validator(mode="before")
    @classmethod
    def _usual_weight(cls, given: dict[str, object]) -> dict[str, object]:
        """Fill in the weight of the usual ways to source."""
        usual = INHOUSE_WEIGHTS.get(str(given.get("id")))
        return given if usual is None else {"inhouse_weight": usual} | given


class Affiliate(Named):
    """A market going live."""

    table: ClassVar[str] = "affiliates"
    adoptable: ClassVar[bool] = True

    affiliate_class: Id = field("class, decides the fit of archetypes")
    revenue: float = amount("yearly revenue; its share of value where no share is given", 0.0, unit="money/year")
    share: float | None = field("share of value, before normalisation; empty: revenue", None, ge=0)
    archetypes: Words = field("archetypes it may take; empty: all that fit its class", (), ref="archetypes")
    launch_wave: int | None = field("earliest wave it may be live", None, ge=1)
    cut_cap: float | None = field("overrides the setting of the same name", None, ge=0, le=1)
    price_share: float | None = field("overrides the setting of the same name", None, ge=0, le=1)


class Archetype(Named):
    """An operating-model archetype: a mode in which affiliates go live."""

    table: ClassVar[str] = "archetypes"

    duration: int = field("waves in progress", ge=0, le=MOST_WAVES, unit="waves")
    one_off_cost: float = amount("cost of going live", 0.0)
    one_off_share_of_revenue: float = field("added to it: this share of the affiliate's revenue", 0.0, ge=0)
    running_cost: float = amount("cost a year while live", 0.0, unit="money/year")
    hq_share: float = field("share of each cost line that hq pays; the rest is the affiliate's", 1.0, ge=0, le=1)
    parallel: int | None = field("most affiliates of it in progress in a wave", None, ge=0)
    success: float = amount("probability of success", 1.0, unit="share", le=1)
    value_factor: float = field("factor on the value of the affiliate's cells", 1.0, ge=0)
    variant_of: str = field("archetype it is an experienced variant of (same fit and limits)", "", ref="archetypes")
    use: dict[str, Use] = per("use_", "resources", "use of a resource while in progress", unit="resource unit")
    upkeep: dict[str, float] = per("upkeep_", "resources", "use of a resource while live", unit="resource unit")


class Touch(Named):
    """How close the roll-out accompanies an affiliate; multiplies archetypes into modes."""

    table: ClassVar[str] = "touches"

    cost_factor: float = field("factor on the archetype's one-off cost", 1.0, ge=0)
    success: float = amount("probability of success", 1.0, unit="share", le=1)
    use: dict[str, Use] = per("use_", "resources", "extra use of a resource while in progress", unit="resource unit")


class Fit(Record):
    """How much of an affiliate class's value an archetype reaches."""

    table: ClassVar[str] = "fit"
    key: ClassVar[tuple[str, ...]] = ("affiliate_class", "archetype")

    affiliate_class: Id = field("affiliate class")
    archetype: Id = field("archetype", ref="archetypes")
    fit: float = field("factor on value", ge=0)


class Ramp(Record):
    """A step of the value ramp: from this age on, this share of the full rate is earned."""

    table: ClassVar[str] = "ramps"
    key: ClassVar[tuple[str, ...]] = ("owner", "from_month")

    owner: Word = field("archetype, touch, mode such as adapted/high, or initiative")
    from_month: int = field("age in months from which it holds", ge=0, unit="months")
    factor: float = field("share of the full rate", ge=0)


class Brand(Named, Costed):
    """A brand brought into scope."""

    table: ClassVar[str] = "brands"

    share: float = field("share of value, before normalisation", 1.0, ge=0)
    launch_wave: int | None = field("earliest wave it may be live", None, ge=1)


class BrandStage(Record):
    """Lifecycle stage of a brand from a period on."""

    table: ClassVar[str] = "brand_stages"
    key: ClassVar[tuple[str, ...]] = ("brand", "period")

    brand: Id = field("brand", ref="brands")
    period: str = field("wave number, or 'tail' (all of it)", pattern=r"^([1-9][0-9]*|tail)$")
    stage: Id = field("stage, e.g. pre_launch, launch, growth, mature, loe")


class Lifecycle(Record):
    """How far a driver works in a lifecycle stage."""

    table: ClassVar[str] = "lifecycle"
    key: ClassVar[tuple[str, ...]] = ("driver", "stage")

    driver: Id = field("driver", ref="drivers")
    stage: Id = field("lifecycle stage")
    factor: float = field("factor on value", ge=0)


class Reach(Record):
    """How far a driver reaches a customer type."""

    table: ClassVar[str] = "reach"
    key: ClassVar[tuple[str, ...]] = ("driver", "customer_type")

    driver: Id = field("driver", ref="drivers")
    customer_type: Id = field("customer type", ref="customer_types")
    factor: float = field("factor on value", ge=0)


class Scope(Record):
    """Share of a driver's potential in one cell, instead of the product of the three share columns."""

    table: ClassVar[str] = "scopes"
    key: ClassVar[tuple[str, ...]] = ("driver", "affiliate", "brand", "customer_type")

    driver: str = field("driver; empty: all drivers", "", ref="drivers")
    affiliate: str = field("affiliate", "", ref="affiliates")
    brand: str = field("brand", "", ref="brands")
    customer_type: str = field("customer type", "", ref="customer_types")
    share: float = field("share of the potential; sums to 1 over what a driver addresses", ge=0)


class CustomerType(Named, Costed):
    """A customer type."""

    table: ClassVar[str] = "customer_types"

    share: float = field("share of value, before normalisation", 1.0, ge=0)
    contact_cap: float | None = field("contact load a year above which customers tire", None, ge=0, unit="contacts")


class Function(Named, Costed):
    """A function of the company, such as medical, marketing or sales."""

    table: ClassVar[str] = "functions"

    per_brand: bool = field("whether it is adopted once for each brand", False)


class MandateLevel(Costed):
    """A level of the governance mandate: what it costs, and what it grants while it holds."""

    table: ClassVar[str] = "mandate"
    key: ClassVar[tuple[str, ...]] = ("level",)

    level: int = field("level; the start level's row only grants", ge=0)
    name: str = field("name shown in reports", "")
    earned_value: float = amount("cumulative value of earlier waves that earns it", 0.0)
    live_drivers: int | None = field("most drivers live", None, ge=0)
    new_drivers: int | None = field("most drivers started in a wave", None, ge=0)
    customized_in_progress: int | None = field("most customized affiliates in progress", None, ge=0)
    customized_total: int | None = field("most customized affiliates adopted so far", None, ge=0)
    open_exceptions: int | None = field("most exceptions open", None, ge=0)
    released_share: float = field("share of every budget that is released", 1.0, ge=0, le=1)

    @property
    def label(self) -> str:
        """The name, or ``mandate <level>`` where no name is given."""
        return self.name or f"mandate {self.level}"


class ExceptionRule(Named, Costed):
    """A waiver of a named rule from its wave on."""

    table: ClassVar[str] = "exceptions"

    item: Word = field("item side of the requirement that is waived", ref="items")
    requires: Word = field("required side of it", ref="items")


class Initiative(Named, Costed):
    """Anything else that is adopted."""

    table: ClassVar[str] = "initiatives"

    duration: int = field("waves in progress", 1, ge=0, le=MOST_WAVES, unit="waves")
    category: str = field("category of its own value", "")
    value_per_year: float = field("value a year while live", 0.0, unit="money/year", allow_inf_nan=False)
    value_once: float = field("value in its first live period", 0.0, unit="money", allow_inf_nan=False)
    success: float = amount("probability of success", 1.0, unit="share", le=1)

    @model_validator(mode="after")
    def _category_of_value(self) -> Initiative:
        if (self.value_per_year or self.value_once) and not self.category:
            message = "category: an initiative with value of its own needs a category"
            raise ValueError(message)
        return self


class DriverInAffiliate(Costed):
    """A driver adopted separately in one affiliate."""

    table: ClassVar[str] = "driver_affiliates"
    key: ClassVar[tuple[str, ...]] = ("driver", "affiliate")

    driver: Id = field("driver", ref="drivers")
    affiliate: Id = field("affiliate", ref="affiliates")


class BrandInAffiliate(Costed):
    """A brand adopted separately in one affiliate."""

    table: ClassVar[str] = "brand_affiliates"
    key: ClassVar[tuple[str, ...]] = ("brand", "affiliate")

    brand: Id = field("brand", ref="brands")
    affiliate: Id = field("affiliate", ref="affiliates")


class LocalCapability(Record):
    """What differs in one affiliate's own instance of a local capability."""

    table: ClassVar[str] = "local_capabilities"
    key: ClassVar[tuple[str, ...]] = ("capability", "affiliate")

    capability: Id = field("local capability", ref="capabilities")
    affiliate: Id = field("affiliate", ref="affiliates")
    as_is: int = field("maturity there today", 0, ge=0, unit="level")
    cost_factor: float = field("factor on the steps' cost there", 1.0, ge=0)


class ExtraMode(Named):
    """A further mode of any adoptable, e.g. an experienced one; unset fields follow the adoptable's own mode."""

    table: ClassVar[str] = "modes"
    key: ClassVar[tuple[str, ...]] = ("item", "id")

    item: Word = field("adoptable it belongs to", ref="items")
    duration: int | None = field("waves in progress", None, ge=0, le=MOST_WAVES, unit="waves")
    cost_factor: float = field("factor on one-off and running cost", 1.0, ge=0)
    use_factor: dict[str, Use] = per("use_factor_", "resources", "factor on the use of a resource", unit="factor")
    success: float = field("probability of success", 1.0, ge=0, le=1)
    value_factor: float = field("factor on value", 1.0, ge=0)
