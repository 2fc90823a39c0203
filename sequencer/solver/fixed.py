"""A plan's decisions fixed: what the model says of its figures, and the smallest payments that it needs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sequencer.solver.aims import TOLERANCE, Aim, aimed
from sequencer.solver.decisions import fix_decisions, read_plan_of
from sequencer.solver.highs import Highs
from sequencer.solver.outcome import Outcome

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.plan.plan import Plan
    from sequencer.solver.standard_form import Floats, StandardForm

MEANING = ("start_once", "value", "goals")
"""Families that say what decisions are and earn; no tolerance goes with them."""

EXACT = {
    "primal_feasibility_tolerance": 1e-9,
    "dual_feasibility_tolerance": 1e-9,
    "mip_feasibility_tolerance": 1e-9,
    "mip_rel_gap": 0.0,
}
"""Options of HiGHS where next to nothing is left to decide; finer than those of any search, so that what is taken here
without giving way was open to it."""


class Said(NamedTuple):
    """What the model says of a plan.

    Attributes
    ----------
    figure : float or None
        Its figure; None where the model has no such plan.
    size : float
        Sum of the amounts that the figure is made of, whatever their sign.
    strict : bool
        Whether the model takes the plan as it is; False where rules have to give way by what the evaluation tolerates,
        for a solver is stricter there.
    """

    figure: float | None
    size: float
    strict: bool


class Fixed:
    """Questions to a model about one plan at a time.

    Parameters
    ----------
    model, form
        The model and its standard form.
    """

    def __init__(self, model: SequencingModel, form: StandardForm) -> None:
        self.model = model
        self.form = form

    @property
    def pays(self) -> bool:
        """Whether plans may need payments."""
        return bool(self.model.transfer or self.model.price)

    def said(self, aim: Aim, plan: Plan) -> Said:
        """Figure of a plan as the model sees it."""
        form = aimed(self.form, aim)
        outcome, strict = self._solved(form, plan), True
        if outcome.point is None:
            outcome, strict = self._solved(loosened(form), plan), False
        if outcome.objective is None or outcome.point is None:
            return Said(None, 0.0, strict)
        size = float(abs(form.cost) @ abs(outcome.point)) + abs(form.offset)
        return Said(-aim.sense * outcome.objective / aim.scale, size / aim.scale, strict)

    def polished(self, plan: Plan) -> Plan | None:
        """Plan with the same decisions and the smallest payments that keep every rule; None where there are none."""
        columns = [*self.model.transfer.values(), *self.model.price.values()]
        at = self.form.form_column[columns]
        cost = np.zeros(len(self.form.cost))
        cost[at[at >= 0]] = self.form.units[at[at >= 0]]
        form = replace(self.form, cost=cost, offset=0.0)
        outcome = self._solved(form, plan)
        return None if outcome.point is None else read_plan_of(self.model, form, outcome.point)

    def _solved(self, form: StandardForm, plan: Plan) -> Outcome:
        return Highs(fix_decisions(self.model, form, plan), dict(EXACT)).run()


def loosened(form: StandardForm) -> StandardForm:
    """Form whose rules give way by what the evaluation tolerates."""
    rule = np.array([ref.family not in MEANING for ref in form.refs], dtype=bool)
    return replace(
        form,
        row_lower=np.where(rule, form.row_lower - _room(form.row_lower), form.row_lower),
        row_upper=np.where(rule, form.row_upper + _room(form.row_upper), form.row_upper),
    )


def _room(sides: Floats) -> Floats:
    """What a rule may be broken by; scaled, a right-hand side is about 1, or made of decisions that are."""
    made: Floats = 2 * TOLERANCE * np.maximum(1.0, np.where(np.isfinite(sides), abs(sides), 1.0))
    return made
