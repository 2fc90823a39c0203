"""What instances can say besides the families of constraints, and how each is taken out to see whether it matters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sequencer.plan.plan import Adoption
from tests.oracle.enumerate import Optimum, Oracle, same

if TYPE_CHECKING:
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


def _chosen(instance: Instance, adoption: Adoption) -> bool:
    """Whether an adoption takes one of the item's own modes that is not the first."""
    first = instance.adoptables[adoption.id].modes[0].id
    return adoption.mode not in (None, first, "late")


def _is_mandate(row: Any) -> bool:  # noqa: ANN401
    return any(word.startswith("mandate:") for word in row.requires)


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
    "weights of affiliates": _without("category_weights", lambda r: bool(r.affiliate)),
}
"""Each with the instance made without it."""

FORBIDDEN: Mapping[str, Uses] = {
    "sourcing modes": lambda i, a: bool(i.sourcing_modes) and ":" in a.id and _chosen(i, a),
    "touches": lambda i, a: bool(i.touches) and _chosen(i, a),
    "archetypes": lambda i, a: a.id in i.by_id("affiliates") and not i.touches and _chosen(i, a),
    "experienced archetypes": lambda _, a: a.mode == "swift",
    "further modes": lambda _, a: a.mode == "late",
    "exceptions": lambda _, a: a.id == "waiver",
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

FEATURES = (*REMOVED, *FORBIDDEN, *SAID)


def mattering(instance: Instance, expected: Optimum | None) -> Iterator[str]:
    """Features without which the best plan would be worth something else; those of :data:`SAID` where they are said."""
    return (name for name in FEATURES if matters(name, instance, expected))


def used(instance: Instance) -> Iterator[str]:
    """Features that an instance has."""
    yield from (name for name, without in REMOVED.items() if without(instance) != instance)
    ways = [Adoption(i.id, 1, m.id or None) for i in instance.adoptables.values() for m in i.modes]
    yield from (name for name, uses in FORBIDDEN.items() if any(uses(instance, way) for way in ways))
    yield from (name for name, says in SAID.items() if says(instance))


def matters(name: str, instance: Instance, expected: Optimum | None) -> bool:
    """Whether one of them does."""
    if name not in used(instance):
        return False
    if name in SAID:
        return True
    if name in REMOVED:
        return _other_answer(Oracle(REMOVED[name](instance)), expected)
    return _other_answer(Oracle(instance, lambda adoption: not FORBIDDEN[name](instance, adoption)), expected)


def _other_answer(without: Oracle, expected: Optimum | None) -> bool:
    """Whether the answer is another one; never where something names what was taken out."""
    try:
        return not same(without.best(), expected)
    except KeyError:
        return False
