"""Return (formulation 8): value so far against spend so far, and against what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from sequencer.plan.rows import Check
from sequencer.plan.wording import money, number
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.rules import MinimumValue
    from sequencer.plan.state import State


def continuous_return(state: State) -> Iterator[Check]:
    """From a wave on, value so far is at least a share of what all pots spent up to some waves before."""
    settings = state.instance.settings
    if settings.return_from_wave is None:
        return
    for wave in range(settings.return_from_wave, state.last + 1):
        until = wave - settings.return_lag
        spent = sum(row.amount for row in state.cost_rows if row.period <= until) + state.instance.past.spent(until)
        value = so_far(state, wave)
        say = partial(_no_return, state, wave, value, spent)
        yield Check(RuleRef("continuous_return", (), wave), value, ">=", settings.return_floor * spent, say)


def _no_return(state: State, wave: int, value: float, spent: float) -> str:
    settings = state.instance.settings
    until = wave - settings.return_lag
    return (
        f"By wave {wave}, value so far is {money(state.instance, value)}, less than {number(settings.return_floor)} of "
        f"the {money(state.instance, spent)} spent by wave {max(until, 0)}"
    )


def minimum_values(state: State) -> Iterator[Check]:
    """By a wave, value so far reaches an amount: all of it, of a category, or what the cells of an affiliate earn."""
    for row in state.instance.minimum_values:
        value = so_far(state, row.wave, row.category, row.affiliate)
        members = tuple(word for word in (row.category, row.affiliate) if word)
        ref = RuleRef("minimum_values", members, row.wave)
        yield Check(ref, value, ">=", row.amount, partial(_too_little, state, row, value))


def _too_little(state: State, row: MinimumValue, value: float) -> str:
    of = f" of {row.category.replace('_', ' ')}" if row.category else ""
    place = f" in {state.instance.label(row.affiliate)}" if row.affiliate else ""
    return (
        f"By wave {row.wave}, value so far{of}{place} is {money(state.instance, value)}, "
        f"less than {money(state.instance, row.amount)}"
    )


def so_far(state: State, wave: int, category: str = "", affiliate: str = "") -> float:
    """Undiscounted value of waves 1 to ``wave``, and of what was earned before unless an affiliate is named."""
    before = 0.0 if affiliate else state.instance.past.earned((category,) if category else ())
    return before + sum(state.value(w, category, affiliate) for w in range(1, wave + 1))
