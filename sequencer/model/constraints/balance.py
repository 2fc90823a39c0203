"""Balance of the three layers of capabilities."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import Linear
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sequencer.instance.adoptables import Adoptable
    from sequencer.instance.instance import Instance
    from sequencer.model.sequencing import SequencingModel


def _layers(instance: Instance) -> dict[str, list[Adoptable]]:
    """Steps with a weight up to the target maturity, by layer."""
    capabilities = instance.by_id("capabilities")
    made: dict[str, list[Adoptable]] = {}
    for item in instance.adoptables.values():
        if item.kind == Kind.STEP and item.weight > 0:
            capability = capabilities[item.capability or ""]
            if capability.target is not None and (item.level or 0) <= capability.target:
                made.setdefault(str(capability.layer), []).append(item)
    return made


def _target_steps(instance: Instance) -> Iterator[str]:
    """Target steps of all layers: each is what another layer may have to wait for."""
    if instance.settings.balance_gap is not None:
        yield from (step.id for steps in _layers(instance).values() for step in steps)


@family(
    "balance",
    "Balance of the layers",
    latex=r"\left| \frac{\sum_{s \in L} g_s\,\text{live}_{s,w}}{\sum_{s \in L} g_s} "
    r"- \frac{\sum_{s \in L'} g_s\,\text{live}_{s,w}}{\sum_{s \in L'} g_s} \right| \le \text{gap} "
    r"\qquad w = 1 \dots W + 1",
    priority=6,
    gains=_target_steps,
)
def balance(model: SequencingModel) -> None:
    """In every wave and after the last one, no layer of capabilities runs ahead of another by more than the gap.

    A layer is as far as the share, by weight, of its target steps that are live: steps above today's maturity and up to
    the target of their capability. Layers without target steps are left out.
    """
    gap = model.instance.settings.balance_gap
    if gap is None:
        return
    layers = _layers(model.instance)
    for w in (*model.waves, model.instance.n_waves + 1):
        shares = {layer: _live_share(model, steps, w) for layer, steps in layers.items()}
        for one, two in combinations(shares, 2):
            ref = RuleRef("balance", (one, two), w)
            apart = shares[one] - shares[two]
            model.row(ref, apart, "<=", gap)
            model.row(ref, apart, ">=", -gap)


def _live_share(model: SequencingModel, steps: list[Adoptable], wave: int) -> Linear:
    whole = sum(step.weight for step in steps)
    made = Linear()
    for step in steps:
        made.add(model.live(step.id, wave), step.weight / whole)
    return made
