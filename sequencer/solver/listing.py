"""Listing: a plan in the order in which the relaxation starts things.

Where many adoptables compete for the same capacities and nothing but what they need of each other ties them together,
the mean start wave in the relaxation says which comes before which better than any rule of thumb. Placing them one
after the other in that order, each in the first wave that the rules leave open, is list scheduling by LP start times
(Phillips, Stein & Wein 1998, *Minimizing average completion time in the presence of release dates*; for open pits
Chicoisne et al. 2012, *A new algorithm for the open-pit mine production scheduling problem*).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sequencer.errors import SolverError
from sequencer.solver.highs import Highs
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.ledger import Ledger, State
    from sequencer.solver.standard_form import StandardForm

LARGE = 100_000
"""Coefficients from which on a first-order method solves the relaxation sooner than the simplex method does."""

FIRST_ORDER = {"solver": "pdlp"}
"""Options of such a method."""

ADOPTED = 0.01
"""Share from which on an adoption of the relaxation is listed."""

MIDDLE = 0.5
"""Share with which an adoption of the relaxation counts as started, where nothing may start earlier."""


class Listing:
    """Plans in the order of the relaxation.

    Parameters
    ----------
    model, form
        The model and its standard form.
    ledger
        Feasibility and worth.
    """

    def __init__(self, model: SequencingModel, form: StandardForm, ledger: Ledger) -> None:
        self.model = model
        self.form = form
        self.ledger = ledger

    def plans(self, deadline: float) -> Iterator[State]:
        """A plan in which each starts as early as it can, and one in which none starts before the relaxation has it.

        Parameters
        ----------
        deadline
            ``time.monotonic()`` at which to end; there is no plan where the relaxation is not solved by then.
        """
        shares = self._relaxed(deadline)
        for early in (True, False) if shares else ():
            state = self.ledger.empty()
            self._place(state, shares, early=early)
            self.ledger.value(state)
            yield state

    def _relaxed(self, deadline: float) -> dict[tuple[str, str], dict[int, float]]:
        """How far each item has started in each mode by each wave; nothing where that is not known in time."""
        options = {"threads": 1, **(FIRST_ORDER if self.form.matrix.nnz > LARGE else {})}
        made: dict[tuple[str, str], dict[int, float]] = {}
        try:
            outcome = Highs(self.form, options, relax=True).run(deadline=deadline)
        except SolverError:
            # A first-order method may end without an optimum; then there is no order to go by.
            return made
        if outcome.termination is Termination.GAP_REACHED and outcome.point is not None:
            for (item, mode, wave), column in self.model.adopt.items():
                at = self.form.form_column[column]
                if at >= 0:
                    made.setdefault((item, mode), {})[wave] = float(outcome.point[at])
        return made

    def _place(self, state: State, shares: dict[tuple[str, str], dict[int, float]], *, early: bool) -> None:
        """Place all that is listed, again and again until nothing more fits, for what it needs may come after it."""
        listed = {key: by for key, by in shares.items() if by[max(by)] > ADOPTED}
        waiting = sorted(listed, key=lambda key: min(listed[key]) + sum(1.0 - share for share in listed[key].values()))
        placed = True
        while placed:
            left = []
            for item, mode in waiting:
                by = shares[item, mode]
                first = min(by) if early else min((w for w, share in by.items() if share >= MIDDLE), default=max(by))
                if item not in state.decisions and not self._placed(state, item, mode, range(first, max(by) + 1)):
                    left.append((item, mode))
            placed, waiting = len(left) < len(waiting), left

    def _placed(self, state: State, item: str, mode: str, waves: range) -> bool:
        """Place an item in the first of some waves that the rules leave open."""
        return any(self.ledger.place(state, [(item, mode, wave)]) for wave in waves)
