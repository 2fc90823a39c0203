"""Start once, in one mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import Linear, total
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "start_once",
    "Start once, in one mode",
    latex=r"y_{i,m,w-1} \le y_{i,m,w}, \qquad \sum_m y_{i,m,W} \le 1",
    priority=0,
)
def start_once(model: SequencingModel) -> None:
    """Whatever is adopted starts in one wave and in one mode, and stays adopted.

    ``y[i, m, w]`` says that ``i`` has started in mode ``m`` by wave ``w``; it never falls back. Start waves without a
    column (before the window, or too late to be live by the end of the last wave) are not open.
    """
    for item in model.instance.decided.values():
        ref = RuleRef("start_once", (item.id,))
        for mode in item.modes:
            window = model.reach.windows[item.id, mode.id]
            for w in range(window.earliest + 1, window.latest + 1):
                before, now = model.adopt[item.id, mode.id, w - 1], model.adopt[item.id, mode.id, w]
                model.row(ref, Linear(terms={before: 1.0, now: -1.0}), "<=")
        if len(item.modes) > 1:
            last = model.instance.n_waves
            model.row(ref, total(model.started(item.id, last, (m.id,)) for m in item.modes), "<=", 1.0)
