"""Execution and strategy maturity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sequencer.model.family import family
from sequencer.model.linear import Linear
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.model.sequencing import SequencingModel


class _Pair(NamedTuple):
    """A step of execution, and the step of strategy that must be live with it; None where there is none."""

    members: tuple[str, str]
    execution: str
    strategy: str | None


def _pairs(instance: Instance) -> Iterator[_Pair]:
    """Every step of execution that today's strategy does not allow yet, in every place where either is local."""
    capabilities = instance.by_id("capabilities")
    steps = {(i.capability, i.place, i.level): i.id for i in instance.adoptables.values() if i.kind == Kind.STEP}
    for row in instance.maturity_gaps:
        execution, strategy = capabilities[row.execution], capabilities[row.strategy]
        places = [a.id for a in instance.affiliates] if execution.local or strategy.local else [None]
        for place in places:
            own, other = (place if c.local else None for c in (execution, strategy))
            members = tuple(f"{c.id}@{p}" if p else c.id for c, p in ((execution, own), (strategy, other)))
            today = _today(instance, row.strategy, other)
            for (capability, where, level), step in steps.items():
                least = (level or 0) - row.gap
                if (capability, where) == (row.execution, own) and least > today and step in instance.decided:
                    yield _Pair((members[0], members[1]), step, steps.get((row.strategy, other, least)))


def _today(instance: Instance, capability: str, place: str | None) -> int:
    """Maturity today, in an affiliate where the capability is local."""
    own = instance.by_id("local_capabilities").get(f"{capability}:{place}") if place else None
    return int(instance.by_id("capabilities")[capability].as_is if own is None else own.as_is)


def _kept(instance: Instance) -> Iterator[tuple[str, str]]:
    """The step of strategy is kept where the step of execution is."""
    return ((pair.execution, pair.strategy) for pair in _pairs(instance) if pair.strategy)


@family(
    "maturity_gaps",
    "Execution does not outrun strategy",
    latex=r"\text{live}_{e,l,w} \le \text{live}_{s,l-\text{gap},w} \qquad w = 1 \dots W + 1",
    priority=5,
    needs=_kept,
)
def maturity_gaps(model: SequencingModel) -> None:
    """In every wave and after the last one, execution is ahead of strategy by at most the gap, in levels.

    A capability is at today's maturity plus its steps live. Execution that is further ahead today stays as it is, but
    rises no further before strategy has come close enough. Where either is local, it holds in each affiliate.
    """
    for pair in _pairs(model.instance):
        for w in (*model.waves, model.instance.n_waves + 1):
            ahead = Linear() if pair.strategy is None else model.live(pair.strategy, w)
            model.row(RuleRef("maturity_gaps", pair.members, w), model.live(pair.execution, w), "<=", ahead)
