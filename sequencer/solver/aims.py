"""Aims: what a search works on, one after the other: the goals of an instance, then what tells equal plans apart.

Goals are lexicographic (formulation 9). A goal that has been searched for becomes a row, not worse than what was
reached by more than 1e-6 of it, and the next one is searched for among the plans that keep it. Ties are broken in the
same way: fewest moves against a reference plan, where there is one, fewest adoptions, then the smallest sum of start
waves, then the smallest payments; down to the order of the instance where it asks for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, vstack

from sequencer.instance.goals import measures
from sequencer.model.linear import Linear
from sequencer.model.moves import moves
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable
    from sequencer.model.sequencing import SequencingModel
    from sequencer.plan.evaluate import Evaluation
    from sequencer.plan.plan import Plan
    from sequencer.solver.standard_form import Floats, StandardForm

TOLERANCE = 1e-6
"""What is equal: a difference of at most this share of a figure, or this much where the figure is below 1."""

STRICT = 16.0
"""How much finer than other rows one that keeps an earlier aim is: two tolerances must not add up."""

DIGITS = 1e4
"""Largest number where several items are compared in one search: a solver still tells it from the next."""


@dataclass(frozen=True)
class Aim:
    """A figure of plans that a search makes as good as it can.

    Attributes
    ----------
    measure : str
        Its name.
    sense : int
        +1 where more is better, −1 where less is.
    expression : Linear
        The figure, times ``scale``, over the columns of the model.
    scale : float
        What amounts of money are multiplied with in the model; 1 for other figures.
    figure : callable
        The figure of an evaluated plan, in the declared unit.
    whole : bool
        Whether it is a whole number for every plan.
    """

    measure: str
    sense: int
    expression: Linear
    scale: float
    figure: Callable[[Evaluation], float]
    whole: bool = False

    def worth(self, evaluation: Evaluation) -> float:
        """Figure of a plan, the greater the better."""
        return self.sense * self.figure(evaluation)

    def worth_of(self, objective: float | None) -> float | None:
        """Worth of a value of the form's objective; what is whole is rounded down to the next that there can be."""
        if objective is None:
            return None
        worth = -objective / self.scale
        return float(np.floor(worth + near(worth))) if self.whole else worth + 0.0

    def objective_of(self, worth: float) -> float:
        """Value of the form's objective of a plan that is worth so much."""
        return -worth * self.scale


def near(worth: float) -> float:
    """Difference below which two figures are equal."""
    return TOLERANCE * max(1.0, abs(worth))


def goal_aims(model: SequencingModel) -> list[Aim]:
    """Goals of an instance, the most important first."""
    known = measures(model.instance)
    made = []
    for k, (goal, expression) in enumerate(model.goals):
        whole = known[goal.measure].unit in ("wave", "count")
        scale = model.money_scale if goal.money else 1.0
        made.append(Aim(goal.measure, goal.sense, expression, scale, lambda e, k=k: e.goals[k], whole))  # type: ignore[misc]
    return made


def tie_aims(model: SequencingModel) -> Iterator[Aim]:
    """What tells plans apart that are equal in every goal, the most important first; all of it is to be small."""
    items = list(model.instance.decided.values())
    if model.instance.reference_plan:
        yield Aim("moves", -1, moves(model), 1.0, lambda e: float(e.measures["moves"] or 0.0), whole=True)
    adopted, waves = Linear(), Linear()
    for item in items:
        adopted.add(model.started(item.id, model.instance.n_waves))
        waves.add(_start(model, item))
    yield Aim("adoptions", -1, adopted, 1.0, lambda e: float(len(e.plan.adoptions)), whole=True)
    yield Aim("start waves", -1, waves, 1.0, lambda e: float(sum(a.wave for a in e.plan.adoptions)), whole=True)
    columns = [*model.transfer.values(), *model.price.values()]
    if columns:
        paid = Linear(terms=dict.fromkeys(columns, 1.0))
        yield Aim("payments", -1, paid, model.money_scale, lambda e: _paid(e.plan))
    if model.instance.settings.exact_ties:
        yield from _in_order(model, items, "order of start waves", _late, model.instance.n_waves + 1)
        yield from _in_order(model, items, "order of modes", _rank, max((len(i.modes) for i in items), default=1))


def _start(model: SequencingModel, item: Adoptable) -> Linear:
    """Start wave of an adoptable, 0 where it is not adopted."""
    return model.started(item.id, model.instance.n_waves) * (model.instance.n_waves + 1) - _early(model, item)


def _early(model: SequencingModel, item: Adoptable) -> Linear:
    """Number of waves from its start on, 0 where it is not adopted."""
    made = Linear()
    for w in model.waves:
        made.add(model.started(item.id, w))
    return made


def _paid(plan: Plan) -> float:
    return sum(p.amount for p in (*plan.transfers, *plan.prices))


# -- order of the instance --------------------------------------------------------------------------------------------

Digit = tuple[Linear, Callable[["Plan"], int]]


def _late(model: SequencingModel, item: Adoptable) -> Digit:
    """Start wave, W + 1 where it is not adopted."""
    never = model.instance.n_waves + 1
    return Linear(never) - _early(model, item), lambda plan: plan.wave(item.id) or never


def _rank(model: SequencingModel, item: Adoptable) -> Digit:
    """Position of the mode among those it has, 0 where it is not adopted."""
    made = Linear()
    for k, mode in enumerate(item.modes):
        made.add(model.started(item.id, model.instance.n_waves, (mode.id,)), float(k))
    ranks = {mode.id: k for k, mode in enumerate(item.modes)}
    return made, lambda plan: ranks[item.mode(plan.mode(item.id)).id] if item.id in plan.by_id else 0


def _in_order(
    model: SequencingModel,
    items: list[Adoptable],
    measure: str,
    digit: Callable[[SequencingModel, Adoptable], Digit],
    largest: int,
) -> Iterator[Aim]:
    """Numbers whose digits are a figure of one item after the other, as many in each as a solver can tell apart."""
    base = largest + 1
    size = max(1, int(np.log(DIGITS) / np.log(base)))
    for first in range(0, len(items), size):
        digits = [digit(model, item) for item in items[first : first + size]]
        weights = [float(base ** (len(digits) - 1 - k)) for k in range(len(digits))]
        expression = Linear()
        for weight, (part, _) in zip(weights, digits, strict=True):
            expression.add(part, weight)
        if expression.terms:
            yield Aim(measure, -1, expression, 1.0, _number(weights, [read for _, read in digits]), whole=True)


def _number(weights: list[float], reads: list[Callable[[Plan], int]]) -> Callable[[Evaluation], float]:
    return lambda e: sum(weight * read(e.plan) for weight, read in zip(weights, reads, strict=True))


# -- aims of a standard form ------------------------------------------------------------------------------------------


def aimed(form: StandardForm, aim: Aim) -> StandardForm:
    """Form with an aim as its objective."""
    return replace(form, cost=_cost(form, aim), offset=-aim.sense * aim.expression.constant)


def kept_at(aim: Aim, worth: float) -> tuple[float, float]:
    """Least that the expression of an aim, in its sense, may be to keep a worth, and what the row is divided by."""
    # A hair inside, for the evaluation draws the line at the whole tolerance.
    least = worth if aim.whole else worth - 0.99 * near(worth)
    return least * aim.scale, 1.0 if aim.whole else max(1.0, abs(worth)) * aim.scale / STRICT


def kept(form: StandardForm, aim: Aim, worth: float) -> StandardForm:
    """Form with a further row: a plan is worth as much as was reached, up to what counts as equal."""
    least, size = kept_at(aim, worth)
    bound = (-least + aim.sense * aim.expression.constant) / size
    return replace(
        form,
        matrix=vstack([form.matrix.tocsr(), csr_matrix(_cost(form, aim) / size)]).tocsc(),
        row_lower=np.append(form.row_lower, -np.inf),
        row_upper=np.append(form.row_upper, bound),
        refs=(*form.refs, RuleRef("goals", (aim.measure,))),
    )


def _cost(form: StandardForm, aim: Aim) -> Floats:
    """Cost of each column, so that less is better."""
    made = np.zeros(len(form.cost))
    for column, coefficient in aim.expression.terms.items():
        at = form.form_column[column]
        if at >= 0 and abs(coefficient) > 1e-12:
            made[at] -= aim.sense * coefficient * form.units[at]
    return made
