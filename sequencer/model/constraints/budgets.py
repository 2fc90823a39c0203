"""Budget pots with release and carry-over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.constraints.mandate_grants import granted
from sequencer.model.costs import spend
from sequencer.model.family import family
from sequencer.model.linear import Linear
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "budgets",
    "Budgets of the pots",
    latex=r"\text{spend}_{p,w} + \text{carry}_{p,w} \le "
    r"\text{released}_{\ell(w)} B_{p,w} + \kappa_p\,\text{carry}_{p,w-1}",
    priority=7,
)
def budgets(model: SequencingModel) -> None:
    """In every wave, a pot spends at most what the mandate releases of its budget plus what it carried over.

    Of what is left, any part may be carried and ``carry_share`` of it arrives in the next wave; unreleased budget
    lapses. A pot without budget rows is not limited.
    """
    last = model.instance.n_waves
    for pot, amounts in model.instance.budget.items():
        keep = model.instance.carry_share(pot)
        carried = Linear()
        ceiling = 0.0
        for w in model.waves:
            budget = amounts[w - 1] * model.money_scale
            right = granted(model, "released_share", w, most=1.0) * budget + carried * keep
            left = spend(model, pot, w)
            if keep and w < last:
                ceiling = budget + keep * ceiling + _freed(model, pot, w)
                column = model.new_columns(f"carry_{pot}_{w}", [(pot, w)], [ceiling])[0]
                carried = Linear(terms={column: 1.0})
                left = left + carried
            model.row(RuleRef("budgets", (pot,), w), left, "<=", right)


def _freed(model: SequencingModel, pot: str, wave: int) -> float:
    """Most money that negative running costs can add to a pot in a wave, each item in the mode that frees most."""
    years = model.instance.periods[wave - 1].years * model.money_scale
    return sum(
        max(
            sum(max(-line.amount, 0.0) * dict(line.shares).get(pot, 0.0) for line in mode.lines) * years
            for mode in item.modes
        )
        for item in model.instance.adoptables.values()
    )
