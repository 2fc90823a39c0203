"""What instances can say besides the families of constraints, and how each is taken out to see whether it matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sequencer.plan.plan import Adoption
from sequencer.types import Kind
from tests.oracle.draw_pieces import GRANTS
from tests.oracle.enumerate import Optimum, Oracle, same

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable
    from sequencer.instance.instance import Instance

Take = Callable[["Instance"], "Instance"]
Uses = Callable[["Instance", Adoption], bool]


def _no(*tables: str) -> Take:
    """Without any row of some tables."""
    return lambda i: i.model_copy(update=dict.fromkeys(tables, ()))


def _without(table: str, row_is: Callable[[Any], bool]) -> Take:
    """Without some rows of a table."""
    return lambda i: i.model_copy(update={table: tuple(r for r in i.rows(table) if not row_is(r))})


def _with(table: str, only: Callable[[Any], bool] = lambda _: True, **fields: object) -> Take:
    """With fields of the rows of a table set to what says nothing."""

    def taken(instance: Instance) -> Instance:
        rows = tuple(r.model_copy(update=fields) if only(r) else r for r in instance.rows(table))
        return instance.model_copy(update={table: rows})

    return taken


def _setting(**fields: object) -> Take:
    """With settings set to what says nothing."""
    return lambda i: i.model_copy(update={"settings": i.settings.model_copy(update=fields)})


def _of(instance: Instance, kind: Kind) -> list[Adoptable]:
    """Adoptables of a kind."""
    return [item for item in instance.adoptables.values() if item.kind is kind]


def _chosen(instance: Instance, adoption: Adoption) -> bool:
    """Whether an adoption takes one of the item's own modes that is not the first."""
    first = instance.adoptables[adoption.id].modes[0].id
    return adoption.mode not in (None, first, "late")


def _is_mandate(row: Any) -> bool:  # noqa: ANN401
    return any(word.startswith("mandate:") for word in row.requires)


def _on_a_choice(instance: Instance) -> bool:
    """Whether the exception waives a requirement of some of a set."""
    named = {(e.item, e.requires) for e in instance.exceptions}
    return any((r.item, word) in named for r in instance.requirements if r.at_least for word in r.requires)


def _with_mode(row: Any) -> bool:  # noqa: ANN401
    return any("/" in word for word in (row.item, *row.requires))


REMOVED: Mapping[str, Take] = {
    "carry-over": _setting(carry_share=0),
    "cost factors": _no("cost_factors"),
    "split lines": _no("cost_splits"),
    "pots of affiliates": lambda i: _without("budgets", lambda r: r.pot in i.by_id("affiliates"))(i),
    "released share": _with("mandate", released_share=1.0),
    "reinvestment": _setting(reinvest_share=0),
    "bought capacity": _with("capacities", extra_cap=0.0),
    "lead of bought capacity": lambda i: (
        _with("resources", lead=0)(_with("capacities", extra_cap=2.0)(i)) if any(r.lead for r in i.resources) else i
    ),
    "use of pairs": _no("pair_uses"),
    "use profiles": _no("use_profiles"),
    "modes in requirements": _without("requirements", _with_mode),
    "mandate of a mode": _without("requirements", lambda r: "/" in r.item and _is_mandate(r)),
    "at least n of a set": _without("requirements", lambda r: r.at_least is not None),
    "local capabilities": _without("requirements", lambda r: any(w.startswith("field") for w in r.requires)),
    "drivers and brands by affiliate": _no("driver_affiliates", "brand_affiliates"),
    "before": _without("relations", lambda r: r.relation == "before"),
    "together": _without("relations", lambda r: r.relation == "together"),
    "exclusive": _without("relations", lambda r: r.relation == "exclusive"),
    "bundle": _without("relations", lambda r: r.relation == "bundle"),
    "roll-out approach": _setting(rollout="free"),
    "ramps": _no("ramps"),
    "lifecycle": _no("lifecycle"),
    "reach": _no("reach"),
    "shares by table": _no("scopes"),
    "discounting": _setting(discount_rate=0),
    "positive synergies": _without("synergies", lambda r: r.rate > 0),
    "negative synergies": _without("synergies", lambda r: r.rate < 0),
    "yearly value of initiatives": _with("initiatives", value_per_year=0.0),
    "one-off value of initiatives": _with("initiatives", value_once=0.0),
    "contact fatigue": _no("fatigue"),
    "losses of pace": _with("pace", losses=()),
    "category weights": _no("category_weights"),
    "programme under way": _no("initial_state"),
    "price of moves": _setting(move_cost=0),
    "use factors of modes": lambda i: _with("sourcing_modes", use_factor={})(_with("modes", use_factor={})(i)),
    "several pilots": _with("pilots", lambda r: r.at_least > 1, at_least=1),
    "third step of fatigue": lambda i: (
        _with("fatigue", lambda r: r.step == 2, width=None)(_without("fatigue", lambda r: r.step > 2)(i))
        if any(r.step > 2 for r in i.fatigue)
        else i
    ),
    "weights of affiliates": _without("category_weights", lambda r: bool(r.affiliate)),
}
"""Each with the instance made without it."""

RULES_ONLY = frozenset(
    {
        "carry-over",
        "pots of affiliates",
        "released share",
        "reinvestment",
        "modes in requirements",
        "mandate of a mode",
        "at least n of a set",
        "before",
        "together",
        "exclusive",
        "bundle",
    }
)
"""Those of them that say what is allowed, and nothing of what it is worth."""

FORBIDDEN: Mapping[str, Uses] = {
    "sourcing modes": lambda i, a: bool(i.sourcing_modes) and ":" in a.id and _chosen(i, a),
    "touches": lambda i, a: bool(i.touches) and _chosen(i, a),
    "archetypes": lambda i, a: a.id in i.by_id("affiliates") and not i.touches and _chosen(i, a),
    "experienced archetypes": lambda _, a: a.mode == "swift",
    "further modes": lambda _, a: a.mode == "late",
    "exceptions": lambda _, a: a.id == "waiver",
    "exceptions on choices": lambda i, a: a.id == "waiver" and _on_a_choice(i),
    "functions by brand": lambda i, a: a.id.partition("@")[0] in i.by_id("functions") and "@" in a.id,
}
"""Each with the adoptions that make use of it."""

SAID: Mapping[str, Callable[[Instance], bool]] = {
    "goals other than npv": lambda i: i.settings.objective != "npv",
    "several goals": lambda i: " " in i.settings.objective,
    "exact ties": lambda i: i.settings.exact_ties,
    "reference plan": lambda i: bool(i.reference_plan),
    "given mandate path": lambda i: bool(i.settings.mandate_path),
    "strict policy": lambda i: bool(i.exceptions) and i.settings.governance == "strict",
}
"""Each with whether an instance says it; taking it out would be another question."""

SUBJECT: Mapping[str, Callable[[Instance], object]] = {
    "windows": lambda i: any(a.earliest_live > 1 for a in i.adoptables.values()),
    "capability_steps": lambda i: any(a.level and a.level > 1 for a in _of(i, Kind.STEP)),
    "pilots": lambda i: i.pilots,
    "parallel": lambda i: any(a.parallel is not None for a in i.archetypes) and len(i.affiliates) > 1,
    "archetype_limits": lambda i: i.archetype_limits and len(i.affiliates) > 1,
    "mandate": lambda i: len(_of(i, Kind.MANDATE)) > 1 or i.settings.mandate_path,
    "mandate_grants": lambda i: any(getattr(row, grant) is not None for row in i.mandate for grant in GRANTS),
    "earned_mandate": lambda i: any(row.earned_value for row in i.mandate) and not i.settings.mandate_path,
    "transfers": lambda i: i.settings.funding == "budget-reallocation" and "hq" in i.budget,
    "prices": lambda i: i.settings.funding == "internal-pricing" and "hq" in i.budget,
    "affiliate_gains": lambda i: i.settings.every_affiliate_gains and len(i.affiliates) > 1,
    "continuous_return": lambda i: i.settings.return_from_wave,
    "minimum_values": lambda i: i.minimum_values,
    "pace": lambda i: any(row.limit is not None for row in i.pace),
    "start_small": lambda i: len(i.brands) > 1 and i.settings.brands_first_wave is not None,
    "inhouse": lambda i: i.settings.inhouse_share and i.sourcing_modes and _of(i, Kind.STEP),
    "balance": lambda i: i.settings.balance_gap is not None and len({c.layer for c in i.capabilities}) > 1,
    "learning": lambda i: i.settings.strategic_gap is not None,
    "maturity_gaps": lambda i: i.maturity_gaps,
    "quick_wins": lambda i: i.quick_wins,
    "measure_limits": lambda i: i.measure_limits,
    "locks": lambda i: i.locks,
}
"""Families with whether an instance has what they are about."""

FEATURES = (*REMOVED, *FORBIDDEN, *SAID)


def has(name: str, instance: Instance) -> bool:
    """Whether an instance has what a family is about, or a feature."""
    if name in SUBJECT:
        return bool(SUBJECT[name](instance))
    if name in REMOVED:
        return REMOVED[name](instance) != instance
    if name in FORBIDDEN:
        ways = (Adoption(i.id, 1, m.id or None) for i in instance.decided.values() for m in i.modes)
        return any(FORBIDDEN[name](instance, way) for way in ways)
    return name not in SAID or SAID[name](instance)


def used(instance: Instance) -> Iterator[str]:
    """Features that an instance has."""
    return (name for name in FEATURES if has(name, instance))


def matters(name: str, oracle: Oracle, expected: Optimum | None) -> bool:
    """Whether the best plan would be worth something else without a feature that an instance has.

    Those of :data:`SAID` matter where they are said. What something else names does not count as taken out.
    """
    instance = oracle.instance
    if name in SAID:
        return True
    if name in FORBIDDEN:
        return not same(oracle.best(lambda adoption: not FORBIDDEN[name](instance, adoption)), expected)
    try:
        without = Oracle(REMOVED[name](instance), worth=oracle if name in RULES_ONLY else None)
        return not same(without.best(), expected)
    except KeyError:
        return False
