"""What the cross-check solves with: every formulation, each technique on and off.

Every formulation is solved with all techniques and with none, each technique alone and all but each: so any two
techniques meet in all four ways. The first two, and the few special ways, are for every instance, the others take
turns. Techniques are whatever ``solve`` switches on by itself, so a further one needs no line here.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from sequencer.model import build
from sequencer.solver.solve import solve

Options = Mapping[str, Any]

TECHNIQUES = tuple(name for name, p in inspect.signature(solve).parameters.items() if p.default is True)
"""Options of a solve that are switched on unless said otherwise."""

DEFAULT = next(iter(build.FORMULATIONS))

COARSE = "aggregated"
"""Formulation that may refuse an instance."""

SPECIAL: Mapping[str, Options] = {
    f"{DEFAULT}, everything, two threads": {"formulation": DEFAULT, "threads": 2},
    f"{DEFAULT}, everything, deterministic": {"formulation": DEFAULT, "deterministic": True},
}

TURNS = 3
"""Of so many instances in a row, one is solved with any one of the options that take turns."""


def _always() -> dict[str, Options]:
    """Options for every instance."""
    made: dict[str, Options] = {}
    for formulation in build.FORMULATIONS:
        for name, on in (("everything", True), ("nothing", False)):
            made[f"{formulation}, {name}"] = {"formulation": formulation, **dict.fromkeys(TECHNIQUES, on)}
    return {**made, **SPECIAL}


def _in_turn() -> dict[str, Options]:
    """Options that take turns."""
    made: dict[str, Options] = {}
    for formulation in build.FORMULATIONS:
        for technique in TECHNIQUES:
            for name, on in (("only", True), ("all but", False)):
                options = {**dict.fromkeys(TECHNIQUES, not on), technique: on}
                made[f"{formulation}, {name} {technique}"] = {"formulation": formulation, **options}
    return made


VARIANTS: Mapping[str, Options] = {**_always(), **_in_turn()}
"""Options of a solve by what they are called."""


def variants(seed: int) -> dict[str, Options]:
    """What the instance of a seed is solved with."""
    # Seeds come back to the same rules after a while; in other turns each time.
    first = seed + seed // 7
    turns = enumerate(_in_turn().items())
    return {**_always(), **{name: options for n, (name, options) in turns if (n + n // 2 + first) % TURNS == 0}}
