"""Other solvers: the Pyomo model as it is, handed to one of them through Pyomo's own interfaces.

What such a solver says is believed no more than what HiGHS says: its plan is evaluated, and a bound counts only where
the solver tells of one that it has proven. It works on its own from start to end: what this package's search adds
(tightening, stages, the improving of plans beside it) takes no part, but the start plan is there to fall back upon.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import LinearExpression

from sequencer.errors import DisagreementError, SolverError
from sequencer.solver.aims import kept_at
from sequencer.solver.decisions import read_plan_of
from sequencer.solver.highs import use_threads
from sequencer.solver.interfaces import INTERFACES, Answer, Asked
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.aims import Aim
    from sequencer.solver.keeper import Keeper
    from sequencer.solver.options import SolveOptions
    from sequencer.solver.standard_form import StandardForm


class Elsewhere:
    """Searches of one model by another solver.

    Parameters
    ----------
    model, form
        The model and its standard form.
    options
        How to solve.
    keeper
        Best plan and bound.
    """

    def __init__(self, model: SequencingModel, form: StandardForm, options: SolveOptions, keeper: Keeper) -> None:
        assert options.solver is not None
        self.model = model
        self.form = form
        self.options = options
        self.keeper = keeper
        self.name = options.solver
        self._columns = [column for var in model.pyomo.component_objects(pyo.Var) for column in var.values()]

    def run(self, gap: float, deadline: float | None, phase: str) -> Termination:
        """Search for what the keeper aims at.

        Parameters
        ----------
        gap
            Relative gap at which to stop.
        deadline
            ``time.monotonic()`` at which to stop.
        phase
            What to call it.

        Raises
        ------
        sequencer.errors.SolverError
            If the solver fails, or says that no plan keeps the rules where there is one.
        sequencer.errors.DisagreementError
            If its plan breaks a rule.
        """
        self.keeper.enter(f"{phase} with {self.name}")
        seconds = None if deadline is None else deadline - time.monotonic()
        if seconds is not None and seconds <= 0:
            return Termination.TIME_LIMIT
        answer = self._asked(Asked(gap, seconds, self.options.cores))
        self._take(answer)
        if answer.termination is Termination.INFEASIBLE and self.keeper.best is not None:
            if self.keeper.aim is self.keeper.first:
                message = f"{self.name} says that no plan keeps the rules, but there is one; leave the solver out"
                raise SolverError(message)
        elif answer.bound is not None:
            self.keeper.bounded(self.keeper.aim.worth_of(-answer.bound))
        return Termination.GAP_REACHED if self.keeper.enough else answer.termination

    def _asked(self, asked: Asked) -> Answer:
        if self.name == "highs":
            use_threads(asked.threads)
        try:
            return INTERFACES[self.name].solve(self.model.pyomo, asked)
        except Exception as error:
            # Whatever a solver or Pyomo's way to it comes up with is no defect of this package.
            message = f"the solver '{self.name}' failed: {error}. Choose another one, or leave it out"
            raise SolverError(message) from error

    def _take(self, answer: Answer) -> None:
        """Evaluate the plan of an answer and keep it where it is better."""
        if not answer.point:
            return
        values = np.array([column.value or 0.0 for column in self._columns])
        point = values[self.form.model_column] / self.form.units
        plan = read_plan_of(self.model, self.form, point)
        if not answer.sure:
            self.keeper.consider(plan)
            return
        try:
            self.keeper.trust(plan)
        except DisagreementError as error:
            message = f"{self.name}: {error}. Its tolerances are not fine enough for these amounts; leave it out"
            raise DisagreementError(message) from error

    def keep(self) -> None:
        """Keep what was reached: from now on every plan is worth as much in the present aim."""
        aim, made = self.keeper.aim, self.model.pyomo
        if not aim.expression.terms:
            return
        least, size = kept_at(aim, self.keeper.worth)
        if made.component("kept") is None:
            made.kept = pyo.ConstraintList()
        made.kept.add((least / size, self._expression(aim, size), None))

    def take_aim(self) -> None:
        """Maximise what the keeper aims at from now on."""
        self.model.pyomo.objective.set_value(self._expression(self.keeper.aim, 1.0))

    def _expression(self, aim: Aim, size: float) -> LinearExpression:
        factor, terms = aim.sense / size, aim.expression.terms
        return LinearExpression(
            constant=factor * aim.expression.constant,
            linear_coefs=[factor * coefficient for coefficient in terms.values()],
            linear_vars=[self._columns[column] for column in terms],
        )
