"""Dive: a plan read off the linear relaxation, wave by wave.

The relaxation says which adoptions pay together, which no rule of thumb does. In each wave the adoptions that it holds
at least to a threshold are placed in the order of how far it holds them, as far as the rules allow; what is placed is
fixed, all else of the wave is ruled out, and the relaxation is solved again for the waves after it. Rounding and
solving again in turn is known as diving or relax-and-fix (Pochet & Wolsey 2006, *Production Planning by Mixed Integer
Programming*, ch. 3).
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from sequencer.instance.items import Member
from sequencer.solver.highs import Highs

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.bundles import Bundles
    from sequencer.solver.ledger import Ledger, State
    from sequencer.solver.standard_form import Floats, StandardForm

THRESHOLDS = (0.5, 0.4, 0.6)
"""From which share of an adoption on it is placed; each gives a plan."""


class Dive:
    """Plans read off the relaxation of a form.

    Parameters
    ----------
    model, form
        The model, and a form of it; a tightened one gives better plans.
    ledger, bundles
        Feasibility, and what starts together.
    """

    def __init__(self, model: SequencingModel, form: StandardForm, ledger: Ledger, bundles: Bundles) -> None:
        self.model = model
        self.form = form
        self.ledger = ledger
        self.bundles = bundles
        keys = [key for key, column in model.adopt.items() if form.form_column[column] >= 0]
        self._keys = keys
        self._at = np.array([form.form_column[model.adopt[key]] for key in keys], dtype=np.int32)
        self._by_wave = {w: [k for k, key in enumerate(keys) if key[2] == w] for w in model.waves}
        self._solver = Highs(form, {"threads": 1}, relax=True).highs

    def plans(self, deadline: float) -> Iterator[State]:
        """A plan for each threshold, until ``deadline`` (``time.monotonic()``)."""
        first = self._relaxed({}, 0, deadline)
        for threshold in THRESHOLDS if first is not None else ():
            state = self.ledger.empty()
            shares = first
            for wave in self.model.waves:
                if shares is None:
                    break
                self._round(state, wave, threshold, shares)
                if wave < self.model.waves[-1]:
                    shares = self._relaxed(state.decisions, wave, deadline)
            self.ledger.value(state)
            yield state

    def _relaxed(self, decisions: dict[str, tuple[str, int]], wave: int, deadline: float) -> Floats | None:
        """Shares of all adoptions with those up to a wave fixed; None where there are none, or not in time."""
        lower, upper = self.form.lower[self._at].copy(), self.form.upper[self._at].copy()
        for k, (item, mode, w) in enumerate(self._keys):
            if item in decisions:
                chosen, start = decisions[item]
                lower[k] = upper[k] = float(mode == chosen and w >= start)
            elif w <= wave:
                upper[k] = lower[k]
        if time.monotonic() > deadline:
            return None
        self._solver.changeColsBounds(len(self._at), self._at, lower, upper)
        if math.isfinite(deadline):
            self._solver.setOptionValue("time_limit", self._solver.getRunTime() + max(deadline - time.monotonic(), 0.0))
        self._solver.run()
        if self._solver.modelStatusToString(self._solver.getModelStatus()) != "Optimal":
            return None
        return np.array(self._solver.getSolution().col_value)[self._at]

    def _round(self, state: State, wave: int, threshold: float, shares: Floats) -> None:
        """Place what the relaxation has started by a wave at least to the threshold."""
        waiting = [k for k in self._by_wave[wave] if shares[k] >= threshold]
        waiting.sort(key=lambda k: -shares[k])
        placed = True
        while placed:
            placed = False
            for k in list(waiting):
                item, mode, _ = self._keys[k]
                group = self.bundles.company(Member(item, (mode,)), state.decisions)
                if item in state.decisions:
                    waiting.remove(k)
                elif self.ledger.place(state, [(m.id, self._mode(m, shares, wave), wave) for m in group]):
                    waiting.remove(k)
                    placed = True

    def _mode(self, member: Member, shares: Floats, wave: int) -> str:
        """Mode of a member that the relaxation prefers."""
        modes = member.modes or tuple(m.id for m in self.model.instance.adoptables[member.id].modes)
        if len(modes) == 1:
            return modes[0]
        own = {self._keys[k][1]: shares[k] for k in self._by_wave[wave] if self._keys[k][0] == member.id}
        return max(modes, key=lambda m: own.get(m, -1.0))
