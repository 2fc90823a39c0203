"""Budget pots with release, carry-over, payments between pots and reinvestment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.model.constraints.mandate_grants import granted
from sequencer.model.costs import spend
from sequencer.model.family import family
from sequencer.model.linear import Linear
from sequencer.model.payments import holding, paid, received
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


@family(
    "budgets",
    "Budgets of the pots",
    latex=r"\text{spend}_{p,w} + \text{paid}_{p,w} + \text{carry}_{p,w} \le "
    r"\text{released}_{\ell(w)} B_{p,w} + \kappa_p\,\text{carry}_{p,w-1} + \text{received}_{p,w} "
    r"+ \sigma \sum_{c \in C} \text{value}_{c,w-1}",
    priority=7,
)
def budgets(model: SequencingModel) -> None:
    """In every wave, a pot spends at most what the mandate releases of its budget plus what it carried over.

    Of what is left, any part may be carried and ``carry_share`` of it arrives in the next wave; unreleased budget
    lapses. What affiliates pay to hq leaves their pots and is there in the pot of hq in the same wave; so is
    ``reinvest_share`` of the value of the wave before, of the named categories. That value counts as it is: where
    fatigue or synergies make it negative, the pot of hq has less. A pot without budget rows is not limited. Where the
    programme is under way, wave 1 has what its pots carry over and what the last wave before it has earned.
    """
    last = model.instance.n_waves
    for pot, amounts in model.instance.budget.items():
        keep = model.instance.carry_share(pot)
        ceilings = holding(model, pot) if keep else []
        opening = Linear(model.instance.past.carry.get(pot, 0.0) * model.money_scale)
        carried = Linear()
        for w in model.waves:
            budget = amounts[w - 1] * model.money_scale
            right = granted(model, "released_share", w, most=1.0) * budget + carried * keep + received(model, pot, w)
            right = right + opening if w == 1 else right
            left = spend(model, pot, w) + paid(model, pot, w)
            if keep and w < last:
                column = model.new_columns(f"carry_{pot}_{w}", [(pot, w)], [ceilings[w - 1]])[0]
                carried = Linear(terms={column: 1.0})
                left = left + carried
            model.row(RuleRef("budgets", (pot,), w), left, "<=", right)
