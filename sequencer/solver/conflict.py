"""Conflict: rules of an infeasible model that cannot hold together, the first answer to "why is there no plan?".

Where the relaxation is infeasible already, HiGHS' irreducible set of its rows is a small start. Else a deletion filter
leaves out whole families, then rules, then single rows, in chunks, as long as the rest stays infeasible. What is
returned has itself been proven infeasible, whether or not the time sufficed to make it minimal.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from sequencer.errors import SequencerError, SolverError
from sequencer.instance.reach import unreduced
from sequencer.model.build import build
from sequencer.solver.highs import Highs
from sequencer.solver.standard_form import StandardForm, standard_form
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.model.sequencing import SequencingModel

MEANING = ("start_once", "value", "goals")
"""Families that only say what decisions, value and measures are: whoever adopts nothing keeps them, so they are never
blamed."""

MOST_RULES = 100
"""A list longer than this, and not shown to be minimal, tells nobody anything."""

SHARE_OF_TIME = 0.2
"""Most of the time that one check of feasibility may take."""

FEW = 8
"""Units that are left out one by one from the start."""

Method = Literal["relaxation", "deletion filter"]
Rows = NDArray[np.int64]
Unit = tuple[int, ...]
Key = TypeVar("Key")


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot hold together.

    Attributes
    ----------
    refs : tuple of RuleRef
        The rules, each once, wave by wave, in the order of the model; no plan keeps all of them. Empty where no such
        set was proven in the time given.
    certified : bool
        Whether each rule, over all its waves, was shown necessary: without it a plan keeps the others.
    method : {"relaxation", "deletion filter"}
        Where the set comes from.
    """

    refs: tuple[RuleRef, ...]
    certified: bool
    method: Method


def conflict_of(instance: Instance, seconds: float = 10.0, *, formulation: str = "compact") -> tuple[RuleRef, ...]:
    """Rules of an infeasible instance that cannot hold together; empty where none could be singled out in time.

    Ctrl-C ends the search with what is known: that there is no plan stands in any case.

    Parameters
    ----------
    instance
        One without a plan.
    seconds
        Wall clock.
    formulation
        Value formulation, one that the instance allows.
    """
    if seconds <= 0:
        return ()
    until = time.monotonic() + seconds
    try:
        model = build(instance, formulation=formulation, reduce=False)
        found = conflict(model, standard_form(model), seconds=until - time.monotonic())
    except (KeyboardInterrupt, SolverError):
        return ()
    rules = {(ref.family, ref.members) for ref in found.refs}
    return found.refs if found.certified or len(rules) <= MOST_RULES else ()


def conflict(model: SequencingModel, form: StandardForm, *, seconds: float = 10.0, threads: int = 1) -> Conflict:
    """Find rules of an infeasible model that cannot hold together.

    Parameters
    ----------
    model
        Built with ``reduce=False``: windows cut by rules would hide those rules.
    form
        Its standard form.
    seconds
        Wall clock.
    threads
        Threads of the solver.

    Raises
    ------
    sequencer.errors.SequencerError
        If the model is a reduced one.
    """
    if model.reach.windows != unreduced(model.instance).windows:
        message = "windows of this model hide the rules that cut them; build it with reduce=False"
        raise SequencerError(message)
    search = _Search(form, time.monotonic() + seconds, seconds * SHARE_OF_TIME, threads)
    rows = search.irreducible()
    if rows is not None:
        return search.filtered(rows, "relaxation")
    return search.filtered(search.rows, "deletion filter")


class _Search:
    """Checks of subsets of the rows of a form until a deadline.

    Attributes
    ----------
    proven : bool
        Whether the subset at hand has been proven infeasible.
    """

    def __init__(self, form: StandardForm, deadline: float, each: float, threads: int) -> None:
        self.form = form
        self.deadline = deadline
        self.each = each
        self.threads = threads
        self.matrix = form.matrix.tocsr()
        self.stop = threading.Event()
        self.proven = False
        self.meaning = np.flatnonzero(_meaning(form, self.matrix))
        self.rows = np.flatnonzero([ref.family not in MEANING for ref in form.refs])

    # -- checks -------------------------------------------------------------------------------------------------------

    def _part(self, rows: Rows) -> StandardForm:
        """Form of some rows and those of meaning, without an objective."""
        rows = np.union1d(rows, self.meaning)
        return replace(
            self.form,
            cost=np.zeros_like(self.form.cost),
            matrix=self.matrix[rows].tocsc(),
            row_lower=self.form.row_lower[rows],
            row_upper=self.form.row_upper[rows],
            offset=0.0,
            refs=tuple(self.form.refs[r] for r in rows),
        )

    def feasible(self, rows: Rows) -> bool | None:
        """Whether a plan keeps these rows; None where the time does not suffice, or HiGHS cannot tell."""
        now = time.monotonic()
        if now >= self.deadline or self.stop.is_set():
            return None
        solver = Highs(self._part(rows), {"threads": self.threads})
        return solver.feasible(min(self.deadline, now + self.each), self.stop)

    def irreducible(self) -> Rows | None:
        """Rows of a set that HiGHS finds irreducible in the relaxation, if that is infeasible and proves it again."""
        solver = Highs(self.form, {"threads": self.threads}, relax=True)
        found = np.intersect1d(solver.clashing_rows(self.deadline - time.monotonic()), self.rows)
        self.proven = len(found) > 0 and self.feasible(found) is False
        return found if self.proven else None

    # -- filter -------------------------------------------------------------------------------------------------------

    def filtered(self, rows: Rows, method: Method) -> Conflict:
        """Leave out of some rows what is not needed: families (where nothing is proven yet), then rules, then rows."""
        refs = self.form.refs
        if not self.proven:
            rows, _ = self._shrunk(_units(rows, [refs[r].family for r in rows]), 1)
            if not self.proven and self.feasible(rows):
                return Conflict((), False, method)
        rows, certified = self._shrunk(_units(rows, [(refs[r].family, refs[r].members) for r in rows]))
        rows, each_row = self._shrunk(_units(rows, rows.tolist()))
        if not self.proven and self.feasible(rows) is not False:
            return Conflict((), False, method)
        return Conflict(tuple(dict.fromkeys(refs[r] for r in rows)), certified or each_row, method)

    def _shrunk(self, units: list[Unit], size: int | None = None) -> tuple[Rows, bool]:
        """Leave out units, in chunks that get smaller, as long as the rest stays infeasible.

        Parameters
        ----------
        units
            Rows that are left out together.
        size
            Units of the first chunk; by default a quarter of many, one of a few.

        Returns
        -------
        array
            Rows left.
        bool
            Whether each unit left was shown necessary: a plan keeps the others.
        """
        size = size or (len(units) // 4 if len(units) > FEW else 1)
        while True:
            necessary, k = True, 0
            while k < len(units):
                rest = units[:k] + units[k + size :]
                answer = self.feasible(_joined(rest))
                if answer is False:
                    units, self.proven = rest, True
                else:
                    necessary = necessary and answer is True
                    k += size
            if size == 1:
                return _joined(units), necessary
            size = max(size // 4, 1)


def _meaning(form: StandardForm, matrix: Any) -> NDArray[np.bool_]:  # noqa: ANN401
    """Rows that say what decisions mean; those of value only where another rule speaks of value."""
    value = np.array([ref.family == "value" for ref in form.refs], dtype=bool)
    meant = np.array([ref.family in MEANING for ref in form.refs], dtype=bool)
    earned = _touched(matrix[value]) & ~form.integral
    if not (_touched(matrix[~value]) & earned).any():
        meant &= ~value
    return meant


def _touched(matrix: Any) -> NDArray[np.bool_]:  # noqa: ANN401
    """Columns in at least one row of a sparse matrix."""
    found: NDArray[np.bool_] = np.isin(np.arange(matrix.shape[1]), matrix.indices)
    return found


def _units(rows: Iterable[int], keys: Sequence[Key]) -> list[Unit]:
    """Rows of the same key together, in the order of their first row."""
    made: dict[Key, list[int]] = {}
    for row, key in zip(rows, keys, strict=True):
        made.setdefault(key, []).append(int(row))
    return [tuple(part) for part in made.values()]


def _joined(units: Iterable[Unit]) -> Rows:
    return np.array(sorted(row for unit in units for row in unit), dtype=np.int64)
