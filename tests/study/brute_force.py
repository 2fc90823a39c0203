"""Brute force for analyses over plans: every plan that keeps the rules, with its measures, by the evaluator alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from sequencer.instance.goals import measures
from tests.oracle.draw import random_instance
from tests.oracle.enumerate import Oracle, count, plans

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan

Figures = tuple[float, ...]

SEEDS = 400
"""Seeds that are tried for instances that tell something."""


def allowed(instance: Instance) -> Iterator[Plan]:
    """Plans that keep every rule, whatever is paid."""
    oracle = Oracle(instance)
    return (plan for plan in plans(instance) if oracle.allowed_without(plan, [""]))


def figures_of(instance: Instance, names: Sequence[str]) -> set[Figures]:
    """Figures of every plan that keeps every rule, rounded so that equal ones are the same."""
    aimed = instance.replace({"table": "settings", "field": "objective", "set": " ".join(names)})
    oracle = Oracle(aimed)
    found: dict[Figures, bool] = {}
    for plan in plans(aimed):
        figures = tuple(round(f, 6) + 0.0 for f in oracle.evaluator.goals(plan))
        # A plan worth the same as one that is allowed need not be looked at.
        if not found.get(figures):
            found[figures] = bool(oracle.allowed_without(plan, [""]))
    return {figures for figures, good in found.items() if good}


def efficient(instance: Instance, names: Sequence[str], figures: set[Figures]) -> list[Figures]:
    """Figures that no others are at least as good as in every measure; the best of the first measure first."""
    known = measures(instance)
    senses = [known[name].sense for name in names]
    worths = [tuple(s * f for s, f in zip(senses, fs, strict=True)) for fs in figures]
    kept = [w for w in worths if not any(_beats(o, w) for o in worths)]
    return [tuple(s * w for s, w in zip(senses, ws, strict=True)) for ws in sorted(kept, reverse=True)]


def limitable(instance: Instance, names: Sequence[str]) -> bool:
    """Whether measures can make a frontier, and weights do not turn one into another."""
    known = measures(instance)
    usable = all(
        name in known
        and not known[name].no_objective
        and not known[name].refusal("floor" if known[name].sense > 0 else "cap")
        for name in names
    )
    return usable and all(row.weight == 1 for row in instance.category_weights)


def _beats(one: Figures, other: Figures) -> bool:
    return one != other and all(a >= b for a, b in zip(one, other, strict=True))


def drawn(
    tells: Callable[[Instance], bool], *, wanted: int, most: int = 150, groups: Sequence[str] = ()
) -> list[Instance]:
    """The first so many drawn instances, of ``most`` plans each, that tell something; what a seed draws may change."""
    found: list[Instance] = []
    for seed in range(SEEDS):
        instance = random_instance(seed, groups=groups)
        if count(instance) <= most and tells(instance):
            found.append(instance)
            if len(found) == wanted:
                return found
    message = f"only {len(found)} of {SEEDS} drawn instances tell something"
    raise AssertionError(message)
