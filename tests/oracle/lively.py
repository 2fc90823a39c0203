"""Instances in which something happens: of a few that a seed draws, the first whose best plan adopts something.

Many rules at once often leave nothing to do, or no plan at all; of such instances some are kept, but most show nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from sequencer.instance.instance import Instance
from tests.oracle.draw import random_instance
from tests.oracle.enumerate import Optimum, Oracle

ATTEMPTS = 3


class Lively(NamedTuple):
    """An instance with its oracle and best plan."""

    instance: Instance
    oracle: Oracle
    best: Optimum | None


def lively(seed: int) -> Lively:
    """The instance of a seed."""
    for attempt in range(ATTEMPTS):
        instance = random_instance(f"{seed}/{attempt}")
        oracle = Oracle(instance)
        found = Lively(instance, oracle, oracle.best())
        if found.best is not None and found.best.plan.adoptions:
            break
    return found
