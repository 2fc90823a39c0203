"""Measures of a plan by name: which there are, which way is better, and where each may be used.

====================  ================================================================================
word                  measure
====================  ================================================================================
``npv``               net present value
``weighted_npv``      the same with value weighted by category (and affiliate)
``value``             discounted value; ``value:risk`` of one category
``cost``              discounted cost
``undiscounted_…``    ``value`` and ``cost`` without discounting
``benefit_to_cost``   discounted value per discounted cost
``pace_loss``         discounted losses of starting too many at once
``peak_budget``       largest spend of all pots together in a wave
``load_peak:fte``     largest load of a resource in a wave
``payback_wave``      first wave from which the cumulative discounted net stays at or above 0
``first_value_wave``  first wave that earns
``drivers``           value drivers adopted
``adoptions``         everything adopted
``moves``             what is decided otherwise than in the reference plan, where there is one
``scenario_npv:x``    net present value in scenario ``x``
``expected_npv``      its mean over all scenarios
``cvar``              its mean over the worst ``1 − cvar_level`` of all scenarios
``worst_npv``         that of the worst scenario
``regret``            most, over all scenarios, that the best plan of a scenario is worth more
====================  ================================================================================

A measure is usable as objective, floor or cap only where the optimisation model states it exactly; where it does not,
the measure says why, and what to use instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

Unit = Literal["money", "wave", "count", "ratio", "load"]
Use = Literal["objective", "floor", "cap"]

MAXIMISE, MINIMISE = 1, -1


class Measure(NamedTuple):
    """A measure of a plan.

    Attributes
    ----------
    name : str
        Word by which settings, tables and results name it.
    title : str
        What reports call it.
    sense : int
        +1 where more is better, −1 where less is.
    unit : str
        What its figure counts: money in the declared unit, waves, things, a ratio, or units of a resource.
    no_objective, no_floor, no_cap : str
        Why it cannot be used so, with what to use instead; empty where it can.
    """

    name: str
    title: str
    sense: int
    unit: Unit
    no_objective: str = ""
    no_floor: str = ""
    no_cap: str = ""

    def refusal(self, use: Use) -> str:
        """Why the measure cannot be used so; empty where it can."""
        return {"objective": self.no_objective, "floor": self.no_floor, "cap": self.no_cap}[use]


class Goal(NamedTuple):
    """A measure to be optimised.

    Attributes
    ----------
    measure : str
        Name of the measure.
    sense : int
        +1 to maximise, −1 to minimise.
    """

    measure: str
    sense: int

    @property
    def money(self) -> bool:
        """Whether the measure is an amount of money, which a model scales."""
        return is_money(self.measure)


OVER_SCENARIOS = ("expected_npv", "cvar", "worst_npv", "regret")
"""Measures over all scenarios."""

IN_SCENARIO = "scenario_npv"
"""Measure of one scenario, which follows after a colon."""

MONEY = frozenset(
    {"npv", "weighted_npv", "value", "undiscounted_value", "cost", "undiscounted_cost", "pace_loss", "peak_budget"}
    | set(OVER_SCENARIOS)
)
"""Measures that are amounts of money, besides value by category and that of a scenario."""


def is_money(name: str) -> bool:
    """Whether a measure is an amount of money."""
    return name in MONEY or name.startswith(("value:", f"{IN_SCENARIO}:"))


def goals(instance: Instance) -> tuple[Goal, ...]:
    """What is optimised, the most important first: a later goal only decides among plans equal in all earlier ones.

    ``npv`` means ``weighted_npv`` where a category has a weight other than 1.
    """
    known = measures(instance)
    words = ("weighted_npv" if w == "npv" and weighted(instance) else w for w in instance.settings.objective.split())
    return tuple(Goal(word, known[word].sense) for word in dict.fromkeys(words))


def scenarios_used(instance: Instance) -> tuple[str, ...]:
    """Scenarios that goals and limits read, in table order."""
    names = [*instance.settings.objective.split(), *(row.measure for row in instance.measure_limits)]
    if any(name in OVER_SCENARIOS for name in names):
        return tuple(row.id for row in instance.scenarios)
    named = {name.partition(":")[2] for name in names if name.startswith(f"{IN_SCENARIO}:")}
    return tuple(row.id for row in instance.scenarios if row.id in named)


def weighted(instance: Instance) -> bool:
    """Whether some category has a weight other than 1."""
    return any(row.weight != 1 for row in instance.category_weights)


def weights(instance: Instance) -> dict[tuple[str, str], float]:
    """Weight by category and affiliate; an empty affiliate stands for all that have none of their own."""
    return {(row.category, row.affiliate): row.weight for row in instance.category_weights}


def measures(instance: Instance) -> dict[str, Measure]:
    """Every measure that plans of an instance have, by name."""
    return {m.name: m for m in _all(instance)}


def _all(instance: Instance) -> Iterator[Measure]:
    inflated, tired = _inflated(instance), _tired(instance)
    lowered = tired or _npv_cap(instance, inflated)
    yield Measure("npv", "net present value", MAXIMISE, "money", no_cap=lowered)
    yield Measure("weighted_npv", "weighted net present value", MAXIMISE, "money", no_cap=lowered)
    yield Measure("value", "value", MAXIMISE, "money", no_cap=tired)
    for category in instance.categories:
        title = f"value of {category.replace('_', ' ')}"
        yield Measure(f"value:{category}", title, MAXIMISE, "money", no_cap=tired)
    yield Measure("undiscounted_value", "undiscounted value", MAXIMISE, "money", no_cap=tired)
    yield Measure("cost", "cost", MINIMISE, "money", no_floor=inflated)
    yield Measure("undiscounted_cost", "undiscounted cost", MINIMISE, "money", no_floor=inflated)
    ratio = "a ratio is not linear in the decisions. Use npv, or a floor on benefit_to_cost together with npv"
    yield Measure("benefit_to_cost", "benefit to cost", MAXIMISE, "ratio", no_objective=ratio, no_cap=ratio)
    peak = "a peak is only bounded from below by what is spent or used. Put a floor on cost or value instead"
    yield Measure("pace_loss", "losses of pace", MINIMISE, "money", no_floor=LOSS_FLOOR)
    yield Measure("peak_budget", "peak budget", MINIMISE, "money", no_floor=peak)
    for resource in instance.resources:
        yield Measure(f"load_peak:{resource.id}", f"peak load of {resource.label}", MINIMISE, "load", no_floor=peak)
    late = "a plan made to pay back late on purpose is no plan. Put a floor on cost or value instead"
    yield Measure("payback_wave", "payback", MINIMISE, "wave", no_floor=late)
    yield Measure("first_value_wave", "first value", MINIMISE, "wave", FIRST, FIRST, FIRST)
    yield Measure("drivers", "number of value drivers", MAXIMISE, "count")
    yield Measure("adoptions", "number of adoptions", MINIMISE, "count")
    if instance.reference_plan:
        yield Measure("moves", "number of moves", MINIMISE, "count")
    if instance.scenarios:
        yield from _over_scenarios(instance)


def _over_scenarios(instance: Instance) -> Iterator[Measure]:
    """Measures of net present value in scenarios; each is only bounded from the side on which it is good."""
    for row in instance.scenarios:
        title = f"net present value in {row.label}"
        yield Measure(f"{IN_SCENARIO}:{row.id}", title, MAXIMISE, "money", no_cap=ONLY_ABOVE)
    worst = f"mean net present value of the worst {(1 - instance.settings.cvar_level) * 100:.4g} %"
    yield Measure("expected_npv", "expected net present value", MAXIMISE, "money", no_cap=ONLY_ABOVE)
    yield Measure("cvar", worst, MAXIMISE, "money", no_cap=WORST_CAP)
    yield Measure("worst_npv", "net present value of the worst scenario", MAXIMISE, "money", no_cap=WORST_CAP)
    if all(row.best_npv is not None for row in instance.scenarios):
        yield Measure("regret", "largest regret", MINIMISE, "money", no_floor=REGRET_FLOOR)
    else:
        yield Measure("regret", "largest regret", MINIMISE, "money", NO_BEST, NO_BEST, NO_BEST)


FIRST = (
    "'some value, however small' is not a linear condition. Use the table quick_wins (visible drivers with an active "
    "cell by a wave) or minimum_values (value so far by a wave)"
)
ONLY_ABOVE = "what is earned in scenarios is only bounded from above. Cap npv, value or cost instead"
WORST_CAP = "how bad the worst scenarios are can only be kept from getting worse. Cap npv, value or cost instead"
REGRET_FLOOR = "a regret is only bounded from below, and wanting more of it is no aim. Put a floor on value instead"
NO_BEST = (
    "what the best plan of each scenario is worth is not known. Fill in best_npv of the scenarios, or let "
    "'sequencer robust --aim regret' work it out"
)
LOSS_FLOOR = "a loss of pace is only bounded from below. Put a floor on drivers or value instead"


def _inflated(instance: Instance) -> str:
    """Why cost has no floor: bought capacity that nobody needs would count."""
    if any(row.extra_cap > 0 and row.extra_cost > 0 for row in instance.capacities):
        return "capacity can be bought, and buying what is not needed would reach it. Put a floor on value instead"
    return ""


def _tired(instance: Instance) -> str:
    """Why value has no cap: fatigue is only bounded from below, and more of it than there is would keep the cap."""
    if instance.fatigue:
        return "contact fatigue is only bounded from below, and would keep it. Cap drivers or cost instead"
    return ""


def _npv_cap(instance: Instance, inflated: str) -> str:
    """Why net present value has no cap: costs that nobody has to bear would keep it."""
    if inflated:
        return "capacity can be bought, and buying what is not needed would keep it. Cap value instead"
    if any(any(row.losses) for row in instance.pace):
        return "losses of pace are only bounded from below, and would keep it. Cap value instead"
    return ""
