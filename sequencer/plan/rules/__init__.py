"""Every rule of the formulation, one function each, checked on a plan.

A rule takes the state of a plan and yields a :class:`~sequencer.plan.rows.Check` for each of its instances. A further
rule is one function and one line of :data:`RULES`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sequencer.plan.rules.adoption import capability_steps, start_once, windows
from sequencer.plan.rules.coherence import balance, inhouse, learning, maturity_gaps, quick_wins
from sequencer.plan.rules.governance import earned_mandate, mandate, mandate_grants
from sequencer.plan.rules.interdependence import pilots, relations, requirements
from sequencer.plan.rules.limits import archetype_limits, capacities, pace, parallel, start_small
from sequencer.plan.rules.locks import locks
from sequencer.plan.rules.measured import measure_limits
from sequencer.plan.rules.pots import affiliate_gains, budgets, funding, prices, transfers
from sequencer.plan.rules.returns import continuous_return, minimum_values

if TYPE_CHECKING:
    from sequencer.plan.rows import Check
    from sequencer.plan.state import State

Rule = Callable[["State"], Iterator["Check"]]

RULES: tuple[Rule, ...] = (
    start_once,
    windows,
    locks,
    capability_steps,
    requirements,
    relations,
    pilots,
    mandate,
    mandate_grants,
    earned_mandate,
    budgets,
    funding,
    transfers,
    prices,
    affiliate_gains,
    continuous_return,
    minimum_values,
    capacities,
    parallel,
    archetype_limits,
    pace,
    start_small,
    inhouse,
    balance,
    learning,
    maturity_gaps,
    quick_wins,
    measure_limits,
)
"""In the order in which violations are told."""
