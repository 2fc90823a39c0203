"""Coherence rules (formulation 2 and 8): in-house floor, balance, learning, maturity, quick wins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

from sequencer.plan.rows import Check
from sequencer.plan.wording import by_wave, count, number
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable
    from sequencer.instance.entities import Capability
    from sequencer.plan.state import State


def _percent(share: float) -> str:
    return f"{number(share * 100)} %"


def inhouse(state: State) -> Iterator[Check]:
    """A least share of the capability steps adopted, by weight, is built in-house."""
    share = state.instance.settings.inhouse_share
    if share > 0:
        steps = list(state.of_kind(Kind.STEP))
        whole = sum(s.item.weight for s in steps)
        own = sum(s.item.weight * s.mode.inhouse_weight for s in steps)
        yield Check(RuleRef("inhouse"), own, ">=", share * whole, partial(_outsourced, own, whole, share))


def _outsourced(own: float, whole: float, share: float) -> str:
    return (
        f"Capability steps with a weight of {number(own)} of {number(whole)} ({_percent(own / whole)}) "
        f"count as built in-house, at least {_percent(share)} must"
    )


# -- balance ----------------------------------------------------------------------------------------------------------


def balance(state: State) -> Iterator[Check]:
    """The shares of the layers' target steps that are live stay close to one another in every wave and after."""
    gap = state.instance.settings.balance_gap
    if gap is None:
        return
    layers = _target_steps(state)
    for wave in range(1, state.last + 2):
        shares = {layer: _live_share(state, steps, wave) for layer, steps in layers.items()}
        for one, two in combinations(shares, 2):
            ref = RuleRef("balance", (one, two), wave)
            apart = abs(shares[one] - shares[two])
            when = by_wave(state.instance, wave)
            yield Check(ref, apart, "<=", gap, partial(_unbalanced, (one, two), (shares[one], shares[two]), when, gap))


def _target_steps(state: State) -> dict[str, list[Adoptable]]:
    """Steps up to the target maturity by layer; layers without weight are skipped."""
    capabilities = state.instance.by_id("capabilities")
    made: dict[str, list[Adoptable]] = defaultdict(list)
    for item in state.prepared.of_kind(Kind.STEP):
        capability = capabilities[item.capability or ""]
        if capability.target is not None and (item.level or 0) <= capability.target:
            made[str(capability.layer)].append(item)
    return {layer: steps for layer, steps in made.items() if any(i.weight for i in steps)}


def _live_share(state: State, steps: list[Adoptable], wave: int) -> float:
    return sum(i.weight for i in steps if state.is_live(i.id, wave)) / sum(i.weight for i in steps)


def _unbalanced(layers: tuple[str, str], shares: tuple[float, float], when: str, gap: float) -> str:
    said = " and ".join(f"{_percent(s)} of the {layer}" for layer, s in zip(layers, shares, strict=True))
    return f"{when}, {said} target steps are live; the layers may be {_percent(gap)} apart at most"


# -- learning ---------------------------------------------------------------------------------------------------------


def learning(state: State) -> Iterator[Check]:
    """Tactical learning runs ahead of strategic learning by no more than the gap allowed."""
    gap = state.instance.settings.strategic_gap
    if gap is None:
        return
    for wave in state.waves:
        begun = [s.item for s in state.starts.values() if s.wave <= wave]
        tactical, strategic = sum(i.tactical for i in begun), sum(i.strategic for i in begun)
        ref = RuleRef("learning", (), wave)
        yield Check(ref, tactical - strategic, "<=", gap, partial(_skill_gap, tactical, strategic, wave, gap))


def _skill_gap(tactical: float, strategic: float, wave: int, gap: float) -> str:
    return (
        f"By wave {wave}, {number(tactical)} points of tactical learning stand against {number(strategic)} "
        f"of strategic learning; tactical may be ahead by {number(gap)} at most"
    )


# -- maturity ---------------------------------------------------------------------------------------------------------


def maturity_gaps(state: State) -> Iterator[Check]:
    """Execution maturity stays close enough to strategy maturity, in every affiliate where either is local.

    Execution that is too far ahead today breaks nothing, but rises no further before strategy has come close enough.
    """
    capabilities = state.instance.by_id("capabilities")
    for row in state.instance.maturity_gaps:
        pair = (capabilities[row.execution], capabilities[row.strategy])
        local = any(c.local for c in pair)
        for place in [a.id for a in state.instance.affiliates] if local else [None]:
            ids = tuple(f"{c.id}@{place}" if c.local else c.id for c in pair)
            for wave in range(1, state.last + 2):
                done, planned = (_maturity(state, c, place, wave) for c in pair)
                most = max(planned + row.gap, _reached(state, pair[0], place))
                say = partial(_ahead, state, ids, (done, planned), row.gap, wave)
                yield Check(RuleRef("maturity_gaps", ids, wave), done, "<=", most, say)


def _today(state: State, capability: Capability, place: str | None) -> int:
    """Maturity of a capability (in an affiliate, where local) before wave 1."""
    rows = (r for r in state.instance.local_capabilities if r.capability == capability.id and r.affiliate == place)
    return next((r.as_is for r in rows), capability.as_is) if capability.local else capability.as_is


def _reached(state: State, capability: Capability, place: str | None) -> int:
    """Maturity that needs no decision any more: today's, and the steps that had started before wave 1."""
    where = place if capability.local else None
    begun = (s.item for s in state.prepared.past.values() if s.item.capability == capability.id)
    return _today(state, capability, place) + sum(i.place == where for i in begun)


def _maturity(state: State, capability: Capability, place: str | None, period: int) -> int:
    """Maturity of a capability (in an affiliate, where local): today's, plus the steps live."""
    where = place if capability.local else None
    own = (i for i in state.prepared.of_kind(Kind.STEP) if i.capability == capability.id and i.place == where)
    return _today(state, capability, place) + sum(state.is_live(i.id, period) for i in own)


def _ahead(state: State, ids: tuple[str, ...], levels: tuple[int, int], gap: int, wave: int) -> str:
    names = []
    for one in ids:
        capability, _, place = one.partition("@")
        names.append(state.instance.label(capability) + (f" in {state.instance.label(place)}" if place else ""))
    return (
        f"{by_wave(state.instance, wave)}, {names[0]} is at level {levels[0]} and {names[1]} at {levels[1]}; "
        f"execution may be ahead of strategy by {count(gap, 'level')} at most"
    )


# -- quick wins -------------------------------------------------------------------------------------------------------


def quick_wins(state: State) -> Iterator[Check]:
    """Enough visible drivers have an active cell by the wave asked for."""
    visible = [d for d in state.instance.drivers if d.visible]
    for row in state.instance.quick_wins:
        won = [d.id for d in visible if _earns_by(state, d.id, row.wave)]
        say = partial(_no_quick_win, state, won, row.wave, row.at_least)
        yield Check(RuleRef("quick_wins", (), row.wave), len(won), ">=", row.at_least, say)


def _earns_by(state: State, driver: str, wave: int) -> bool:
    """Whether a driver has a cell whose members are all live in a wave, and local steps for as long as they must be."""
    return any(
        all(state.is_live(member, wave) for member in cell.members)
        and all(state.is_live(step, wave - lag) for step, lag in cell.gates)
        for cell in state.prepared.cells[driver]
    )


def _no_quick_win(state: State, won: list[str], wave: int, least: int) -> str:
    names = f" ({', '.join(state.instance.label(d) for d in won)})" if won else ""
    amount = f"{count(len(won), 'visible driver')}{names}"
    return f"By wave {wave}, {amount} earn{'s' * (len(won) == 1)} value; at least {least} must"
