"""Random small instances over every family that is modelled, each with few enough plans to try them all.

One function draws, from a source that can only pick one of several options. Behind it is either a seeded generator
(:func:`random_instance`, the same on every machine) or Hypothesis (:func:`instances`), which shrinks what fails.

An instance has a few *groups* of rules. Each group names the *pieces* it is about, which bring adoptables as long as
the number of plans allows it; pieces look at the rules that are wanted, and rules at what is there in the end. Groups
come from one or two themes, so that several share their pieces. Amounts have few digits, so that rows are often exactly
tight; potentials have odd ones, so that two plans are seldom worth the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from itertools import chain
from typing import NamedTuple

from hypothesis import strategies as st

from sequencer.instance.instance import Instance
from tests.oracle import draw_history as history
from tests.oracle import draw_links as links
from tests.oracle import draw_pieces as pieces
from tests.oracle import draw_rules as rules
from tests.oracle import draw_worth as worth
from tests.oracle.drawing import Drawing, Pick

Draw = Callable[[Drawing], None]


class Group(NamedTuple):
    """A rule or two that are drawn together.

    Attributes
    ----------
    name : str
        What pieces ask for.
    rules : tuple of callable
        Draw its rows, last of all.
    pieces : tuple of callable
        Bring what it is about.
    weight : int
        How often it is offered.
    """

    name: str
    rules: tuple[Draw, ...] = ()
    pieces: tuple[Draw, ...] = ()
    weight: int = 2


SECOND = (pieces.second_driver,)
MARKETS = (pieces.affiliates,)
STEPS = (pieces.steps,)
BRANDS = (pieces.brands,)

ANYWHERE = (
    Group("budgets", (rules.budgets,), weight=4),
    Group("cost_splits", (rules.cost_splits, rules.budgets), weight=3),
    Group("capacities", (rules.capacities,), weight=3),
    Group("profiles", (rules.capacities,), weight=1),
    Group("pace", (rules.pace,), SECOND, weight=3),
    Group("locks", (rules.locks,), weight=4),
    Group("synergies", (worth.synergies,), SECOND),
    Group("earning", (), (pieces.initiatives,)),
    Group("initiatives", (), (pieces.initiatives,)),
    Group("pace_losses", (rules.pace,), SECOND),
    Group("category_weights", (worth.category_weights,), ()),
    Group("reinvest", (worth.reinvest,), ()),
    Group("extra_capacity", (rules.capacities,), ()),
    Group("continuous_return", (worth.continuous_return,), ()),
    Group("minimum_values", (worth.minimum_values,), ()),
    Group("quick_wins", (links.quick_wins,), SECOND, weight=3),
    Group("learning", (links.learning,), SECOND),
    Group("before", (links.relations,), (*SECOND, *MARKETS), weight=1),
    *(Group(kind, (links.relations,), SECOND, weight=1) for kind in links.RELATIONS[1:]),
    Group("any_of", (links.any_of,), (pieces.initiatives, *STEPS)),
    Group("waived_choice", (links.any_of,), (pieces.initiatives, *STEPS), weight=1),
    Group("further_modes", (links.further_modes,), (pieces.initiatives,), weight=3),
    Group("objective", (worth.objective,), ()),
    Group("measure_limits", (worth.measure_limits,), (), weight=3),
    Group("exact_ties", (worth.exact_ties,), SECOND, weight=1),
    Group("under_way", (history.under_way,), SECOND, weight=3),
    Group("moves", (history.reference,), SECOND),
)
"""Groups that go with every theme."""

THEMES = (
    (
        Group("affiliates", (), MARKETS, weight=1),
        Group("parallel", (), MARKETS, weight=3),
        Group("touches", (), MARKETS),
        Group("experienced", (), MARKETS),
        Group("archetype_limits", (links.archetype_limits,), MARKETS),
        Group("pilots", (links.pilots,), MARKETS),
        Group("pioneers", (links.pilots,), MARKETS, weight=1),
        Group("local", (), (*MARKETS, pieces.local_steps)),
        Group("by_affiliate", (), (*MARKETS, pieces.by_affiliate)),
        Group("market_weights", (worth.category_weights,), MARKETS, weight=3),
        Group("mode_mandate", (), (*MARKETS, pieces.mandate, pieces.mode_mandate), weight=3),
        Group("funding", (worth.funding,), MARKETS),
        Group("reallocation", (worth.funding,), MARKETS, weight=1),
        Group("pricing", (worth.funding,), MARKETS, weight=1),
        Group("every_affiliate_gains", (worth.every_affiliate_gains,), MARKETS),
    ),
    (
        Group("steps", (), STEPS, weight=3),
        Group("sourcing", (links.inhouse,), STEPS),
        Group("sourced", (), STEPS),
        Group("use_factors", (rules.capacities,), STEPS),
        Group("balance", (links.balance,), STEPS),
        Group("maturity_gaps", (links.maturity_gaps,), STEPS),
        Group("exceptions", (), (pieces.initiatives, pieces.exceptions), weight=3),
        Group("strict", (), (pieces.initiatives, pieces.exceptions), weight=1),
    ),
    (
        Group("brands", (), BRANDS, weight=2),
        Group("launches", (), BRANDS, weight=1),
        Group("lifecycle", (), BRANDS, weight=1),
        Group("start_small", (rules.start_small,), BRANDS, weight=3),
        Group("customer_types", (), (pieces.customer_types,), weight=2),
        Group("functions", (), (*BRANDS, pieces.functions), weight=2),
        Group("rollout", (links.rollout,), (*STEPS, pieces.functions), weight=4),
        Group("fatigue", (worth.fatigue,), (pieces.customer_types, *SECOND), weight=3),
        Group("weary", (worth.fatigue,), (pieces.customer_types, *SECOND), weight=1),
        Group("by_brand", (), (*MARKETS, *BRANDS, pieces.by_affiliate)),
        Group("scopes", (rules.scopes,), (*MARKETS, *BRANDS)),
        Group(
            "pair_uses",
            (rules.capacities,),
            (*MARKETS, *BRANDS),
        ),
    ),
    (
        Group("mandate", (), (pieces.mandate,), weight=1),
        Group("ladder", (), (pieces.mandate,), weight=1),
        Group("path", (), (pieces.mandate,), weight=1),
        Group("released", (rules.budgets,), (pieces.mandate,), weight=3),
        Group("grants", (), (pieces.mandate, *SECOND), weight=3),
        Group("earned", (), (pieces.mandate,), weight=3),
        Group("waivers", (), (*STEPS, pieces.mandate, pieces.exceptions)),
    ),
)
"""Groups about markets, capabilities, the portfolio, and governance."""

PIECES: tuple[Draw, ...] = (
    pieces.second_driver,
    pieces.initiatives,
    pieces.steps,
    pieces.mandate,
    pieces.affiliates,
    pieces.brands,
    pieces.functions,
    pieces.customer_types,
    pieces.by_affiliate,
    pieces.local_steps,
    pieces.mode_mandate,
    pieces.exceptions,
)
"""In the order they are drawn: each may lean on those before it."""

RULES: tuple[Draw, ...] = (
    worth.exact_ties,
    links.further_modes,
    links.inhouse,
    links.archetype_limits,
    links.pilots,
    links.rollout,
    links.balance,
    links.learning,
    links.maturity_gaps,
    links.quick_wins,
    links.relations,
    links.any_of,
    worth.synergies,
    worth.fatigue,
    worth.category_weights,
    worth.every_affiliate_gains,
    worth.funding,
    worth.reinvest,
    rules.budgets,
    rules.cost_splits,
    rules.capacities,
    rules.pace,
    rules.start_small,
    rules.locks,
    rules.scopes,
    worth.continuous_return,
    worth.minimum_values,
    worth.objective,
    worth.measure_limits,
    history.under_way,
    history.reference,
)
"""In the order they are drawn."""


def random_instance(seed: int | str, groups: Collection[str] = ()) -> Instance:
    """The instance of a seed."""
    return draw_instance(random.Random(seed).choice, groups)


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Hypothesis' instances."""
    return draw_instance(lambda options: draw(st.sampled_from(options)))


def draw_instance(pick: Pick, groups: Collection[str] = ()) -> Instance:
    """Draw an instance from a source of choices.

    Parameters
    ----------
    pick
        Source of choices.
    groups
        Names of groups of rules that are always there.
    """
    drawing = Drawing(pick)
    chosen = _groups(drawing, groups)
    drawing.wanted = {g.name for g in chosen}
    _time(drawing)
    pieces.pots_and_resources(drawing)
    pieces.driver(drawing)
    # What keeps one driver from earning leaves another one something to do.
    second = {pieces.second_driver} if drawing.chance(7) else set()
    for piece in PIECES:
        if piece in second or any(piece in group.pieces for group in chosen):
            piece(drawing)
    wanted = {rule for group in chosen for rule in group.rules}
    # What is freed matters only where money is short.
    wanted |= {rules.budgets} if drawing.freeing else set()
    for rule in RULES:
        if rule in wanted:
            rule(drawing)
    return Instance(settings=drawing.settings, **drawing.tables)


def _groups(drawing: Drawing, given: Collection[str]) -> list[Group]:
    """Three to six groups, of one or two themes and of those that go with every theme; few besides those given."""
    made = [g for g in (*ANYWHERE, *chain(*THEMES)) if g.name in given]
    themes = [t for t in THEMES if set(t) & set(made)] or drawing.several(THEMES, 1, 2)
    themed, anywhere = ((1, 2, 1), (1, 2, 1)) if given else ((2, 1, 3), (2, 3, 2))
    for offered, counts in ((tuple(chain(*themes)), themed), (ANYWHERE, anywhere)):
        options = [g for g in offered for _ in range(g.weight)]
        for _ in range(drawing.pick(counts) - len(set(made) & set(offered))):
            left = [g for g in options if g not in made]
            if left:
                made.append(drawing.pick(left))
    return made


def _time(drawing: Drawing) -> None:
    """Unequal waves, a tail whose last period may be short, discounting."""
    equal = drawing.pick((12, 6, None, 12))
    drawing.tables["waves"] = [{"wave": w, "months": equal or drawing.pick((3, 6, 12))} for w in drawing.waves]
    drawing.settings["tail_months"] = drawing.pick((12, 24, 18, 5, 30, 0))
    drawing.settings["discount_rate"] = drawing.pick((0, 0.1, 0.25))
