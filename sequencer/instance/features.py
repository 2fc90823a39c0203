"""What the schema can say and this version does not model yet: refused by name, never ignored."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from sequencer.errors import UnsupportedError

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance


class Feature(NamedTuple):
    """A rule of the schema without a family.

    Attributes
    ----------
    name : str
        What a user calls it.
    where : str
        Table or setting that asks for it.
    used : callable
        Whether an instance asks for it.
    """

    name: str
    where: str
    used: Callable[[Instance], bool]


def _rows(name: str, table: str) -> Feature:
    return Feature(name, f"table {table}", lambda i: bool(i.rows(table)))


NOT_MODELLED: tuple[Feature, ...] = (
    _rows("sourcing modes and the in-house floor", "sourcing_modes"),
    _rows("touch", "touches"),
    _rows("further modes", "modes"),
    Feature("experienced archetypes", "archetypes.variant_of", lambda i: any(a.variant_of for a in i.archetypes)),
    _rows("limits of archetypes by class", "archetype_limits"),
    Feature("local capabilities", "capabilities.local", lambda i: any(c.local for c in i.capabilities)),
    _rows("local capabilities", "local_capabilities"),
    _rows("synergies", "synergies"),
    Feature(
        "value of initiatives",
        "initiatives.value_per_year, value_once",
        lambda i: any(x.value_per_year or x.value_once for x in i.initiatives),
    ),
    Feature(
        "contact fatigue",
        "table fatigue",
        lambda i: bool(i.fatigue),
    ),
    Feature("pace (dilution) losses", "pace.losses", lambda i: any(p.losses for p in i.pace)),
    Feature("reinvestment", "settings.reinvest_share", lambda i: i.settings.reinvest_share > 0),
    Feature("affiliates funding hq", "settings.funding", lambda i: i.settings.funding != "none"),
    Feature("every affiliate gains", "settings.every_affiliate_gains", lambda i: i.settings.every_affiliate_gains),
    Feature("bought capacity", "capacities.extra_cap", lambda i: any(c.extra_cap for c in i.capacities)),
    _rows("resource use of (affiliate, brand) pairs", "pair_uses"),
    Feature(
        "earned mandate steps",
        "mandate.earned_value",
        lambda i: any(m.earned_value and m.level > i.settings.mandate_start for m in i.mandate),
    ),
    _rows("exceptions", "exceptions"),
    Feature("continuous return", "settings.return_from_wave", lambda i: i.settings.return_from_wave is not None),
    _rows("minimum value", "minimum_values"),
    _rows("quick wins", "quick_wins"),
    Feature("balance of layers", "settings.balance_gap", lambda i: i.settings.balance_gap is not None),
    Feature("learning gap", "settings.strategic_gap", lambda i: i.settings.strategic_gap is not None),
    _rows("execution and strategy maturity", "maturity_gaps"),
    Feature("roll-out approaches", "settings.rollout", lambda i: i.settings.rollout != "free"),
    _rows("relations between adoptables", "relations"),
    _rows("pilots before scale", "pilots"),
    Feature("any-of requirements", "requirements.at_least", lambda i: any(q.at_least for q in i.requirements)),
    _rows("category weights", "category_weights"),
    _rows("limits on measures", "measure_limits"),
    Feature("objectives other than npv", "settings.objective", lambda i: i.settings.objective != "npv"),
    Feature("exact ties", "settings.exact_ties", lambda i: i.settings.exact_ties),
    Feature("in-house floor", "settings.inhouse_share", lambda i: i.settings.inhouse_share > 0),
    _rows("a programme under way", "initial_state"),
)
"""Removed line by line as families arrive."""


def not_modelled(instance: Instance) -> tuple[Feature, ...]:
    """Features an instance asks for that this version does not model."""
    return tuple(f for f in NOT_MODELLED if f.used(instance))


def refuse_not_modelled(instance: Instance) -> None:
    """Stop before anything an instance asks for would be ignored.

    Raises
    ------
    sequencer.errors.UnsupportedError
        Naming each feature and the table or setting that asks for it.
    """
    found = not_modelled(instance)
    if found:
        lines = [f"  {f.name} ({f.where})" for f in found]
        message = "\n".join(
            ["This instance asks for rules that are not modelled yet:", *lines]
            + ["Take them out (an overlay can: --overlay FILE) or wait for the version that has them."]
        )
        raise UnsupportedError(message)
