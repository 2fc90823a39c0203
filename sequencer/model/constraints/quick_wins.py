"""Quick wins: something visible early."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import Linear, total
from sequencer.model.value.base import Gate, possible
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.instance import Cell
    from sequencer.model.sequencing import SequencingModel


@family(
    "quick_wins",
    "Quick wins",
    latex=r"\sum_{d \text{ visible}} y_{d,w} \ge n_w, \qquad y_{d,w} \le \min\Bigl(1, \sum_{c \in d} n_{c,w}\Bigr), "
    r"\qquad n_{c,w} \le \text{live}_{j,w} \quad j \in c",
    priority=8,
)
def quick_wins(model: SequencingModel) -> None:
    """By a wave, at least so many visible drivers have an active cell: something to show early.

    A cell counts whatever it earns: driver, affiliate, brand, customer type and functions live, and local requirements
    met. What is once active stays so; so the wave itself is looked at.
    """
    visible = [d.id for d in model.instance.drivers if d.visible]
    for row in model.instance.quick_wins:
        ref = RuleRef("quick_wins", (), row.wave)
        model.row(ref, total(_wins(model, ref, driver, row.wave) for driver in visible), ">=", row.at_least)


def _wins(model: SequencingModel, ref: RuleRef, driver: str, wave: int) -> Linear:
    """Whether a driver has an active cell: a column that may be 1 only then; decisions being whole, that is exact."""
    cells = []
    different = {frozenset(g): g for g in (_gates(model, driver, cell) for cell in model.instance.scope[driver])}
    for gates in different.values():
        live = [model.value.live(gate, wave) for gate in gates]
        if all(possible(one) for one in live):
            cells.append(live)
    if not cells:
        return Linear()
    name = f"win_{driver}_{wave}"
    won, *active = model.new_columns(name, [(n,) for n in range(len(cells) + 1)], [1.0] * (len(cells) + 1))
    for column, live in zip(active, cells, strict=True):
        for one in live:
            model.row(ref, Linear(terms={column: 1.0}), "<=", one)
    model.row(ref, Linear(terms={won: 1.0}), "<=", Linear(terms=dict.fromkeys(active, 1.0)))
    return Linear(terms={won: 1.0})


def _gates(model: SequencingModel, driver: str, cell: Cell) -> tuple[Gate, ...]:
    """All that must be live for a driver's cell to be active, each once, always in the same order."""
    own = [Gate(item) for item in (driver, cell.affiliate, cell.brand) if item]
    return tuple(dict.fromkeys([*own, *model.value.driver_gates(driver, cell), *model.value.scope_gates(cell)]))
