"""Stages of a search: in the first only the core decisions are whole, in the second everything is.

The first may work on a coarser problem than that of plans: a relaxation of it in which affiliates with gates of their
own stay in one group (:mod:`sequencer.model.value.merged`). Decisions are the same in both, so that a core of the one
is a core of the other; its bound holds for plans because every plan is a point of it that is worth the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sequencer.errors import UnsupportedError
from sequencer.model.build import build
from sequencer.model.value.merged import Merged
from sequencer.solver.aims import aimed, goal_aims
from sequencer.solver.ceilings import with_ceilings
from sequencer.solver.core import core_columns
from sequencer.solver.increments import Increments, stated
from sequencer.solver.standard_form import standard_form

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.options import SolveOptions
    from sequencer.solver.standard_form import Floats, StandardForm

SMALLER = 0.6
"""Most columns, as a share of those of plans, of a coarser problem that makes up for what its relaxation loses."""


class Problem(NamedTuple):
    """A model and its standard form, with what is aimed at as its objective."""

    model: SequencingModel
    form: StandardForm


@dataclass(frozen=True)
class Stage:
    """What a search for the bound works on.

    Attributes
    ----------
    problem : Problem
        The problem, of the form given.
    form : StandardForm
        Its form as it is searched.
    core : integer array
        Core columns of both forms.
    stated : Increments
        The problem as it is stated for the search.
    """

    problem: Problem
    form: StandardForm
    core: NDArray[np.int64]
    stated: Increments
    _plans: Problem

    def back(self, point: Floats) -> Floats:
        """A point in the form of plans; of a coarser problem, only the core columns mean something there."""
        made = self.stated.back(point)
        return made if self.problem is self._plans else _moved(made, self.core, self._plans, core_columns(*self._plans))

    def there(self, point: Floats) -> Floats:
        """The core of a point in the form of plans, in that of the problem."""
        return _moved(point, np.flatnonzero(core_columns(*self._plans)), self.problem, self.core)


def _moved(point: Floats, core: NDArray[np.int64], problem: Problem, there: NDArray[Any]) -> Floats:
    """Core columns of a point, among the columns of a problem."""
    made = np.zeros(len(problem.form.cost))
    made[there] = point[core]
    return made


def first_stage(plans: Problem, coarser: Problem | None, options: SolveOptions) -> Stage:
    """Stage in which the core decisions are whole, of the coarser problem where there is one."""
    problem = coarser or plans
    core = core_columns(*problem)
    relaxed = stated(*problem, core, options.increments)
    return Stage(problem, replace(relaxed.form, integral=core), np.flatnonzero(core), relaxed, plans)


def second_stage(plans: Problem) -> Stage:
    """Stage in which everything is whole."""
    return Stage(plans, plans.form, np.flatnonzero(core_columns(*plans)), Increments(plans.form, ()), plans)


def coarser_of(plans: Problem, options: SolveOptions) -> Problem | None:
    """A coarser problem for the first goal, where there is one that is much smaller."""
    instance = plans.model.instance
    if not (options.merged and Merged.says_less(instance)):
        return None
    try:
        model = build(instance, formulation=Merged.name, reduce=options.reduce)
    except UnsupportedError:
        return None
    form = standard_form(model)
    if len(form.cost) > SMALLER * len(plans.form.cost) or model.money_scale != plans.model.money_scale:
        return None
    form = aimed(with_ceilings(model, form) if options.ceilings else form, goal_aims(model)[0])
    made = Problem(model, form)
    return made if _core_items(made) == _core_items(plans) else None


def _core_items(problem: Problem) -> list[tuple[str, str, int]]:
    """Item, mode and wave of each core column, in their order."""
    core = core_columns(*problem)
    at = {int(problem.form.form_column[column]): key for key, column in problem.model.adopt.items()}
    return [at[column] for column in np.flatnonzero(core).tolist()]
