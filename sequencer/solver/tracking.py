"""Tracking: which rows a growing plan is held against at once, and which columns have to be followed for that.

Columns that follow from the decisions and decide whether the next adoption fits (money carried over, capacity bought,
live pairs) are followed at once; value is completed only when it is asked for. Two kinds of row need more than that:

* where value earned has to pay for what is adopted (continuous return), every bundle breaks the row until it is
  complete, so the row is judged afterwards: *deferred*;
* where a mandate step has to be *earned*, value is completed before the row is judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sequencer.solver.completion import Completion
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.completion import Bools, Ints
    from sequencer.solver.standard_form import Floats, StandardForm

PENALTY = 2.0
"""How much more a broken rule that value can heal counts than the value it would take."""

VALUE = "value"
"""Family of the rows that say what value is; they bind no decision."""


class Tracking:
    """Rows and columns that are followed.

    Parameters
    ----------
    model, form
        The model and its form.

    Attributes
    ----------
    completion : Completion
        Values of all columns that are no decisions.
    decision : integer array of shape (n,)
        Number of the adoptable that each column of the form decides on; −1 for all other columns.
    empty : array of shape (n,)
        Point at which nothing is adopted.
    tracked, deferred, earned : boolean arrays of shape (m,)
        Rows that are held against at once, after a bundle, and with value completed.
    follow : array of int
        Columns that are followed.
    penalty : float
        What a unit of a deferred row counts in the objective while a plan grows.
    """

    def __init__(self, model: SequencingModel, form: StandardForm) -> None:
        self.model = model
        self.form = form
        self.decision = _decisions_of(model, form)
        payments = [*model.transfer.values(), *model.price.values()]
        earned = [c for columns in model.value.earned().values() for c in columns]
        self.completion = Completion(
            form, decided=self.decision >= 0, still=self._columns(payments), earning=self._columns(earned)
        )
        self.empty = self._empty_point()
        self._sort_rows()
        self.penalty = self._worth_of_deferred()

    def _columns(self, columns: list[int]) -> list[int]:
        return [int(c) for c in self.form.form_column[columns] if c >= 0] if columns else []

    def _empty_point(self) -> Floats:
        point = self.completion.origin.copy()
        self.completion.complete(point)
        return point

    def _sort_rows(self) -> None:
        """Tell rows that are followed from those judged when a bundle is complete, and find the columns to follow."""
        made, chosen = self.completion, self.decision[self.completion.rows.indices] >= 0
        value = made.value_like[made.rows.indices]
        hurting, helping = self._rows(made.hurts & chosen), self._rows(made.helps & chosen)
        bounding_value = self._rows(made.bounding & value)
        earning = self._rows(made.helps & value) & hurting & ~bounding_value
        steps = self._only_mandate(made.hurts & chosen & earning[made.entry_row])
        self.deferred = self._tight() & earning & ~helping & ~steps
        self.earned = earning & steps
        defining = np.array([ref.family == VALUE for ref in self.form.refs], dtype=bool)
        judged = hurting & ~self.deferred & ~bounding_value & ~defining
        follow = self._to_follow(judged)
        followed = follow[made.rows.indices]
        own = self._rows(made.bounding & followed)
        self.tracked = (judged & ~self._rows(made.bounding & ~followed)) | own
        self.follow = np.flatnonzero(follow)

    def _rows(self, entries: Bools) -> Bools:
        """Rows with such an entry."""
        made = np.zeros(len(self.form.row_upper), dtype=bool)
        made[self.completion.entry_row[entries]] = True
        return made

    def _columns_in(self, entries: Bools) -> Bools:
        """Columns with such an entry."""
        made = np.zeros(len(self.form.cost), dtype=bool)
        made[self.completion.rows.indices[entries]] = True
        return made

    def _tight(self) -> Bools:
        """Rows without slack in the empty plan."""
        activity = self.completion.activity(self.empty)
        slack = np.minimum(self.form.row_upper - activity, activity - self.form.row_lower)
        return np.asarray(slack <= self.completion.slack_tolerance)

    def _worth_of_deferred(self) -> float:
        """What a unit of a deferred row is worth to the objective, by the value that would make up for it."""
        part = self.completion.rows[np.flatnonzero(self.deferred)]
        worth = abs(self.form.cost[part.indices] / part.data)[self.completion.value_like[part.indices]]
        return PENALTY * float(np.median(worth)) if len(worth) else 0.0

    def _only_mandate(self, harm: Bools) -> Bools:
        """Rows that nothing but steps of the mandate can break."""
        mandate = np.array([i.kind == Kind.MANDATE for i in self.model.instance.adoptables.values()], dtype=bool)
        steps = np.zeros(len(self.form.cost), dtype=bool)
        chosen = self.decision >= 0
        steps[chosen] = mandate[self.decision[chosen]]
        return self._rows(harm) & ~self._rows(harm & ~steps[self.completion.rows.indices])

    def _to_follow(self, judged: Bools) -> Bools:
        """Completed columns on which it depends whether an adoption fits."""
        made, here = self.completion, judged[self.completion.entry_row]
        lowered, raised = made.direction < 0, (made.direction > 0) & ~made.value_like
        hurting = self._columns_in(made.hurts & here) | np.isfinite(self.form.upper)
        follow = (lowered & hurting) | (raised & self._columns_in(made.helps & here))
        waiting = list(map(int, np.flatnonzero(follow)))
        while waiting:
            for needed in made.needs.get(waiting.pop(), ()):
                if not follow[needed] and not made.value_like[needed]:
                    follow[needed] = True
                    waiting.append(needed)
        return follow


def _decisions_of(model: SequencingModel, form: StandardForm) -> Ints:
    """Number of the adoptable that each column of the form decides on; −1 for all other columns."""
    number = {item: k for k, item in enumerate(model.instance.adoptables)}
    made = np.full(len(form.cost), -1, dtype=np.int64)
    for (item, _, _), column in model.adopt.items():
        if form.form_column[column] >= 0:
            made[form.form_column[column]] = number[item]
    return made
