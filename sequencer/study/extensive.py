"""Extensive form: a copy of the model for every scenario, with common decisions in the first waves.

Copies differ in what their decisions are worth, not in their rules, so each is the same form with another objective.
Columns that say whether something has started by a wave of the first ones, and payments made in these, are one column
for all copies; all else each copy has for itself.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_diag, hstack, vstack

from sequencer.errors import DisagreementError
from sequencer.instance.goals import MAXIMISE
from sequencer.model.build import build
from sequencer.model.scenarios import scenario_npv
from sequencer.plan.evaluate import evaluate
from sequencer.solver.aims import TOLERANCE, Aim, aimed
from sequencer.solver.decisions import adoption_columns, read_plan_of
from sequencer.solver.fixed import Fixed
from sequencer.solver.highs import Highs
from sequencer.solver.search import SMALL
from sequencer.solver.standard_form import Floats, StandardForm, standard_form
from sequencer.solver.tightening import tighten
from sequencer.study.intervals import Interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan
    from sequencer.solver.options import SolveOptions
    from sequencer.types import Termination


TIGHTEN_SECONDS = 15.0
"""Most time spent on tightening, and the most of the time limit."""

TIGHTEN_SHARE = 0.3


@dataclass(frozen=True)
class Extensive:
    """What a search over all scenarios found.

    Attributes
    ----------
    termination : Termination
        Why it ended.
    plans : dict of str to Plan
        Plan of each scenario; all are the same in the first waves.
    worth : Interval
        Expected net present value of these plans, each in its scenario, and the proven bound on it.
    """

    termination: Termination
    plans: dict[str, Plan]
    worth: Interval


class ExtensiveForm:
    """Scenarios beside each other, with common first waves.

    Parameters
    ----------
    instance
        With scenarios.
    first
        Waves in which decisions are common.
    options
        Of the search.
    """

    def __init__(self, instance: Instance, first: int, options: SolveOptions) -> None:
        settings = instance.settings.model_copy(update={"objective": "expected_npv"})
        self.instance = instance.model_copy(update={"settings": settings})
        self.options = options
        self.model = build(self.instance, formulation=options.formulation, reduce=options.reduce)
        self.form = self._tightened()
        self.names = [f.id for f in self.instance.futures]
        shared = np.zeros(len(self.form.cost), dtype=bool)
        decisions = [(wave, column) for (_, _, wave), column in self.model.adopt.items()]
        payments = (*self.model.transfer.items(), *self.model.price.items())
        for wave, column in (*decisions, *((wave, column) for (_, wave), column in payments)):
            at = self.form.form_column[column]
            if wave <= first and at >= 0:
                shared[at] = True
        self.shared, self.own = np.flatnonzero(shared), np.flatnonzero(~shared)

    def _tightened(self) -> StandardForm:
        """Form of a scenario, with rows that every plan keeps and that cut off much of the relaxation."""
        form = standard_form(self.model)
        if not self.options.tighten or int(form.integral.sum()) <= SMALL:
            return form
        limit = np.inf if self.options.time_limit is None else TIGHTEN_SHARE * self.options.time_limit
        deadline = np.inf if self.options.deterministic else time.monotonic() + min(TIGHTEN_SECONDS, limit)
        return tighten(self.model, form, deadline)

    def solve(self, starts: Mapping[str, Plan], deadline: float | None = None) -> Extensive:
        """Search for the plans whose expected net present value is largest.

        Parameters
        ----------
        starts
            Plans to begin with, the same in the first waves.
        deadline
            ``time.monotonic()`` at which to stop.

        Raises
        ------
        sequencer.errors.DisagreementError
            If the independent evaluation does not find the plans as good as the solver does, or their rules broken.
        """
        limit = self.options.time_limit
        end = deadline if limit is None else min(deadline or np.inf, time.monotonic() + limit)
        solver = Highs(self._whole(), self.options.highs())
        solver.set_start(*self._start(starts))
        outcome = solver.found(deadline=end)
        plans, worth = dict(starts), self.worth(starts)
        if outcome.point is not None and outcome.objective is not None:
            found = {name: self._plan(part) for name, part in self._split(self._thrifty(outcome.point)).items()}
            judged, said = self.worth(found), -outcome.objective / self.model.money_scale
            if judged < said - TOLERANCE * max(1.0, abs(said)):
                message = f"the solver's plans are worth {said} on average, the independent evaluation says {judged}"
                raise DisagreementError(message)
            plans, worth = (found, judged) if judged >= worth else (plans, worth)
        bound = np.inf if outcome.bound is None else -outcome.bound / self.model.money_scale
        return Extensive(outcome.termination, plans, Interval(worth, max(bound, worth)))

    def worth(self, plans: Mapping[str, Plan]) -> float:
        """Expected net present value of plans, each in its scenario, as the evaluator says."""
        made = 0.0
        for future in self.instance.futures:
            measures = evaluate(self.instance, plans[future.id]).measures
            made += future.probability * (measures[f"scenario_npv:{future.id}"] or 0.0)
        return made

    def _plan(self, point: Floats) -> Plan:
        """Plan of a scenario's part of a point, judged; with other payments where it takes some."""
        plan = read_plan_of(self.model, self.form, point)
        judged = evaluate(self.instance, plan)
        if not judged.feasible and (self.model.transfer or self.model.price):
            polished = Fixed(self.model, self.form).polished(plan)
            judged = judged if polished is None else evaluate(self.instance, polished)
        if not judged.feasible:
            rules = "; ".join(f"{v.ref}: {v.message}" for v in judged.violations[:5])
            message = f"a plan of the solver breaks rules that the independent evaluation checks: {rules}"
            raise DisagreementError(message)
        return judged.plan

    def _thrifty(self, point: Floats) -> Floats:
        """Point with the same decisions and the smallest payments that they need, those of the first waves common."""
        payments = np.array([*self.model.transfer.values(), *self.model.price.values()], dtype=int)
        at = self.form.form_column[payments]
        if not (at >= 0).any():
            return point
        whole, single = self._whole(), np.zeros(len(self.form.cost))
        single[at[at >= 0]] = self.form.units[at[at >= 0]]
        fixed = np.where(whole.integral, np.round(point), np.nan)
        form = replace(
            whole,
            cost=self._repeated(single),
            offset=0.0,
            lower=np.where(whole.integral, fixed, whole.lower),
            upper=np.where(whole.integral, fixed, whole.upper),
        )
        outcome = Highs(form, {"threads": 1}).run()
        return point if outcome.point is None else outcome.point

    # -- the whole ----------------------------------------------------------------------------------------------------

    def _whole(self) -> StandardForm:
        """Common columns first, then those of each scenario."""
        copies, form = len(self.names), self.form
        parts = [self._aimed(name) for name in self.names]
        shares = [f.probability for f in self.instance.futures]
        cost = [share * part.cost for share, part in zip(shares, parts, strict=True)]
        matrix = form.matrix.tocsc()
        common, own = matrix[:, self.shared], matrix[:, self.own]
        size = len(self.shared) + copies * len(self.own)
        return StandardForm(
            cost=np.concatenate([sum(c[self.shared] for c in cost), *(c[self.own] for c in cost)]),
            lower=self._repeated(form.lower),
            upper=self._repeated(form.upper),
            integral=self._repeated(form.integral),
            matrix=hstack([vstack([common] * copies), block_diag([own] * copies)]).tocsc(),
            row_lower=np.tile(form.row_lower, copies),
            row_upper=np.tile(form.row_upper, copies),
            offset=sum(share * part.offset for share, part in zip(shares, parts, strict=True)),
            model_column=np.arange(size),
            form_column=np.arange(size),
            refs=form.refs * copies,
            units=self._repeated(form.units),
        )

    def _repeated(self, values: Any) -> Any:  # noqa: ANN401
        return np.concatenate([values[self.shared], np.tile(values[self.own], len(self.names))])

    def _aimed(self, scenario: str) -> StandardForm:
        npv = scenario_npv(self.model, scenario)
        return aimed(self.form, Aim("npv", MAXIMISE, npv, self.model.money_scale, lambda e: e.npv))

    def _split(self, point: Floats) -> dict[str, Floats]:
        """Point of the one form for each scenario."""
        common, rest = point[: len(self.shared)], point[len(self.shared) :]
        made = {}
        for name, own in zip(self.names, np.split(rest, len(self.names)), strict=True):
            made[name] = np.zeros(len(self.form.cost))
            made[name][self.shared], made[name][self.own] = common, own
        return made

    def _start(self, starts: Mapping[str, Plan]) -> tuple[NDArray[np.int64], Floats]:
        """Adoption columns of all copies and their values."""
        position = np.empty(len(self.form.cost), dtype=int)
        position[self.shared] = np.arange(len(self.shared))
        found: dict[int, float] = {}
        for k, name in enumerate(self.names):
            position[self.own] = len(self.shared) + k * len(self.own) + np.arange(len(self.own))
            columns, values = adoption_columns(self.model, self.form, starts[name])
            found.update(zip(position[columns].tolist(), values.tolist(), strict=True))
        return np.array(list(found), dtype=np.int64), np.array(list(found.values()))
