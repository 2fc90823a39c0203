"""All rungs of a ladder in one search: the nested plans that together are worth most.

Each rung is a model of its own. Between a rung and the next larger budget stands one row for every adoptable, mode and
wave: what has started in the plan of the smaller budget has started in that of the larger one, in the same mode,

    started[i, m, w] of the smaller budget  ≤  started[i, m, w] of the larger budget.

What is maximised is the sum of all rungs' worth in the first goal.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import block_diag, csr_matrix, vstack

from sequencer.errors import DisagreementError
from sequencer.model.build import build
from sequencer.plan.evaluate import Evaluation, evaluate
from sequencer.plan.plan import Plan
from sequencer.solver.aims import Aim, aimed, goal_aims
from sequencer.solver.decisions import adoption_columns, read_plan_of
from sequencer.solver.fixed import Fixed
from sequencer.solver.highs import Highs
from sequencer.solver.options import SolveOptions
from sequencer.solver.search import SMALL
from sequencer.solver.standard_form import Floats, StandardForm, standard_form
from sequencer.solver.tightening import tighten
from sequencer.types import RuleRef, Termination

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.model.sequencing import SequencingModel

TIGHTEN_SECONDS = 10.0
"""Most time spent on tightening a rung, and the most of the time limit that all of them may take."""

TIGHTEN_SHARE = 0.3


@dataclass(frozen=True)
class Joint:
    """Nested plans that together are worth most.

    Attributes
    ----------
    termination : Termination
        Why the search ended.
    plans : tuple of Plan
        One for each rung, largest budget first.
    bound : float or None
        Proven: no nested plans are worth more together, in the first goal and the declared unit.
    """

    termination: Termination
    plans: tuple[Plan, ...]
    bound: float | None


def joint(instances: Sequence[Instance], starts: Sequence[Plan], options: SolveOptions) -> Joint:
    """Find the nested plans that together are worth most.

    Parameters
    ----------
    instances
        Rungs, largest budget first.
    starts
        Nested plans to begin with.
    options
        Gap, time limit, threads, seed and nodes.

    Raises
    ------
    sequencer.errors.DisagreementError
        If the independent evaluation refuses a plan of the search.
    """
    return _Joint(instances, options).run(starts)


class _Rung:
    """A rung's model within the whole."""

    def __init__(self, instance: Instance, formulation: str) -> None:
        self.instance = instance
        self.model: SequencingModel = build(instance, formulation=formulation)
        self.form: StandardForm = standard_form(self.model)
        self.aim: Aim = goal_aims(self.model)[0]

    def plan(self, point: Floats) -> Evaluation:
        """Plan of a point, judged; with other payments where it takes some."""
        plan = read_plan_of(self.model, self.form, point)
        judged = evaluate(self.instance, plan)
        if not judged.feasible and (self.model.transfer or self.model.price):
            polished = Fixed(self.model, standard_form(self.model)).polished(plan)
            judged = judged if polished is None else evaluate(self.instance, polished)
        if not judged.feasible:
            rules = "; ".join(f"{v.ref}: {v.message}" for v in judged.violations[:5])
            message = f"a nested plan of the solver breaks rules that the independent evaluation checks: {rules}"
            raise DisagreementError(message)
        return judged


class _Joint:
    """A joint search in progress."""

    def __init__(self, instances: Sequence[Instance], options: SolveOptions) -> None:
        self.options = options
        self.deadline = None if options.time_limit is None else time.monotonic() + options.time_limit
        self.rungs = [_Rung(instance, options.formulation) for instance in instances]
        self._tighten()
        self.first = np.cumsum([0, *(len(r.form.cost) for r in self.rungs)])

    def _tighten(self) -> None:
        """Rows that cut off much of each rung's relaxation; small ones are solved faster as they are."""
        for k, rung in enumerate(self.rungs):
            if self.options.tighten and int(rung.form.integral.sum()) > SMALL:
                rung.form = tighten(rung.model, rung.form, self._soon(len(self.rungs) - k))

    def _soon(self, left: int) -> float:
        if self.options.deterministic:
            return math.inf
        now = time.monotonic()
        most = math.inf if self.deadline is None else TIGHTEN_SHARE * max(self.deadline - now, 0.0) / left
        return now + min(TIGHTEN_SECONDS, most)

    def run(self, starts: Sequence[Plan]) -> Joint:
        solver = Highs(self._whole(), self.options.highs())
        parts = [adoption_columns(r.model, r.form, plan) for r, plan in zip(self.rungs, starts, strict=True)]
        columns = [part[0] + first for part, first in zip(parts, self.first, strict=False)]
        solver.set_start(np.concatenate(columns), np.concatenate([part[1] for part in parts]))
        outcome = solver.found(deadline=self.deadline)
        known = [evaluate(r.instance, plan) for r, plan in zip(self.rungs, starts, strict=True)]
        if outcome.point is not None:
            split = np.split(outcome.point, self.first[1:-1])
            found = [rung.plan(part) for rung, part in zip(self.rungs, split, strict=True)]
            known = max(known, found, key=self._worth)
        aim = self.rungs[0].aim
        bound = None if outcome.bound is None else -aim.sense * outcome.bound / aim.scale
        return Joint(outcome.termination, tuple(judged.plan for judged in known), bound)

    def _worth(self, judged: Sequence[Evaluation]) -> float:
        return sum(rung.aim.worth(one) for rung, one in zip(self.rungs, judged, strict=True))

    # -- the whole ----------------------------------------------------------------------------------------------------

    def _whole(self) -> StandardForm:
        """Rungs beside each other, and rows that nest them."""
        forms = [aimed(rung.form, rung.aim) for rung in self.rungs]
        ties, refs = self._ties()
        size = int(self.first[-1])
        return StandardForm(
            cost=np.concatenate([f.cost for f in forms]),
            lower=np.concatenate([f.lower for f in forms]),
            upper=np.concatenate([f.upper for f in forms]),
            integral=np.concatenate([f.integral for f in forms]),
            matrix=vstack([block_diag([f.matrix for f in forms]).tocsr(), ties]).tocsc(),
            row_lower=np.concatenate([*(f.row_lower for f in forms), np.full(len(refs), -np.inf)]),
            row_upper=np.concatenate([*(f.row_upper for f in forms), np.zeros(len(refs))]),
            offset=sum(f.offset for f in forms),
            model_column=np.arange(size),
            form_column=np.arange(size),
            refs=(*(ref for f in forms for ref in f.refs), *refs),
            units=np.concatenate([f.units for f in forms]),
        )

    def _ties(self) -> tuple[Any, list[RuleRef]]:
        """One row for each adoptable, mode and wave of each two neighbours."""
        rows, columns, values, refs = [], [], [], []
        for at, coefficient, ref in self._terms():
            if ref is not None:
                refs.append(ref)
            rows.append(len(refs) - 1)
            columns.append(at)
            values.append(coefficient)
        return csr_matrix((values, (rows, columns)), shape=(len(refs), int(self.first[-1]))), refs

    def _terms(self) -> Iterator[tuple[int, float, RuleRef | None]]:
        """Terms of these rows; the first of each row names it."""
        for k in range(1, len(self.rungs)):
            larger, smaller = self.rungs[k - 1], self.rungs[k]
            for item, mode, wave in smaller.model.adopt:
                first = True
                for rung, sign, start in ((smaller, 1.0, self.first[k]), (larger, -1.0, self.first[k - 1])):
                    for column, coefficient in rung.model.started(item, wave, (mode,)).terms.items():
                        at = rung.form.form_column[column]
                        if at >= 0:
                            yield int(start + at), sign * coefficient, _ref(item, mode, wave) if first else None
                            first = False


def _ref(item: str, mode: str, wave: int) -> RuleRef:
    return RuleRef("nested", (item, mode) if mode else (item,), wave)
