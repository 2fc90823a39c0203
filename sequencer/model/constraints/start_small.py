"""Start small: few brands at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import total
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "start_small",
    "Start small",
    latex=r"\sum_b \text{start}_{b,1} \le n, \qquad \sum_b \text{start}_{b,w} \le n' \quad w > 1",
    priority=6,
)
def start_small(model: SequencingModel) -> None:
    """At most so many brands start in wave 1, and at most so many new ones in each later wave."""
    settings = model.instance.settings
    for w in model.waves:
        limit = settings.brands_first_wave if w == 1 else settings.brands_later_waves
        if limit is not None:
            starting = total(model.starts(b.id, w) for b in model.of_kind(Kind.BRAND))
            model.row(RuleRef("start_small", (), w), starting, "<=", limit)
