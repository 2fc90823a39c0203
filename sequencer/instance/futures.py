"""Scenarios as instances: the same decisions and rules, other amounts.

Only amounts that net present value is made of may change. Rules always read the base instance, so what only a rule
reads, such as a budget, cannot be changed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    from sequencer.instance.futures_tables import ScenarioChange
    from sequencer.instance.instance import Instance

Row = TypeVar("Row", bound=BaseModel)

COSTS = ("one_off_cost", "running_cost")

CHANGEABLE: dict[str, tuple[str, ...]] = {
    "settings": ("discount_rate", "rollout_failure", "rollout_value_factor"),
    "drivers": ("potential", "success", *COSTS),
    "capability_steps": COSTS,
    "affiliates": ("revenue",),
    "archetypes": ("success", "value_factor", *COSTS),
    "touches": ("success",),
    "affiliate_success": ("success",),
    "fit": ("fit",),
    "brands": COSTS,
    "lifecycle": ("factor",),
    "reach": ("factor",),
    "customer_types": COSTS,
    "functions": COSTS,
    "mandate": COSTS,
    "exceptions": COSTS,
    "initiatives": ("value_per_year", "value_once", "success", *COSTS),
    "driver_affiliates": COSTS,
    "brand_affiliates": COSTS,
    "modes": ("success", "value_factor"),
    "capacities": ("capacity", "extra_cost"),
    "synergies": ("rate",),
}
"""Columns that a scenario may change, by table."""

WITHOUT = ("scenarios", "scenario_changes", "measure_limits")
"""Tables that a scenario itself does not have."""


class Future(NamedTuple):
    """A scenario.

    Attributes
    ----------
    id : str
        Its id.
    probability : float
        Its probability.
    instance : Instance
        The instance as it is then, for amounts only: its rules are not those that plans keep.
    """

    id: str
    probability: float
    instance: Instance


def futures(instance: Instance) -> tuple[Future, ...]:
    """Scenarios of an instance that has been checked, in table order."""
    whole = sum(row.probability for row in instance.scenarios)
    return tuple(Future(row.id, row.probability / whole, future(instance, row.id)) for row in instance.scenarios)


def future(instance: Instance, scenario: str) -> Instance:
    """The instance as it is in a scenario."""
    update: dict[str, object] = dict.fromkeys(WITHOUT, ())
    settings: BaseModel = instance.settings.model_copy(update={"objective": "npv"})
    for change in (c for c in instance.scenario_changes if c.scenario == scenario):
        if change.of == "settings":
            settings = changed(settings, change)
        else:
            rows = update.get(change.of, instance.rows(change.of))
            assert isinstance(rows, tuple)
            update[change.of] = tuple(changed(r, change) if change.row in ("", r.record_id) else r for r in rows)
    return instance.model_copy(update={**update, "settings": settings})


def changed(row: Row, change: ScenarioChange) -> Row:
    """A row or the settings with a change applied; low and high values go, for the amount is now known."""
    before = getattr(row, change.column)
    after = before * change.factor if change.value is None else change.value
    update: dict[str, object] = {change.column: after}
    for end in ("low", "high"):
        known = getattr(row, end, None)
        if known:
            update[end] = {name: value for name, value in known.items() if name != change.column}
    return row.model_copy(update=update)


def misfits(row: BaseModel) -> Iterator[str]:
    """What is wrong with a changed row, in words."""
    try:
        type(row).model_validate(row.model_dump())
    except ValidationError as error:
        for details in error.errors(include_url=False):
            yield details["msg"].removeprefix("Value error, ")
