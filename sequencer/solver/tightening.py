"""Tightening: rows that every plan satisfies and that cut off much of the linear relaxation.

Value is a product: what a driver earns is its own being live times the scope that is live. The relaxation takes the
smaller of two fractions instead, and so earns all of the reachable scope with half a driver. How much scope can be
reached is far less than all of it in the early waves, and the relaxation itself says how much: with a driver forced
live in a period, the maximum ``M`` of what it earns from then bounds

* ``earned[d, s] ≤ M[d, s] · live[d, s]`` for every period ``s``, and
* ``Σ_s earned[d, s] ≤ Σ_w M'[d, w] · start[d, w]`` over the waves ``w`` it may start in.

Both hold for every plan: where the driver is not live it earns nothing, and where it is, the plan is a point of the
relaxation the maximum was taken over. This is optimality-based bound tightening of the factor in an indicator row
(Caprara & Locatelli 2010, *Global optimization problems and domain reduction strategies*), applied once.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sequencer.instance.goals import IN_SCENARIO
from sequencer.solver.core import core_columns
from sequencer.solver.increments import stated
from sequencer.solver.relaxation import Relaxation
from sequencer.solver.rows import Row, with_rows
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel
    from sequencer.solver.standard_form import StandardForm

SAFETY = 1e-6
"""Relative margin on every maximum, well above the tolerance of the linear solver."""

LEAST = 1e-3
"""Smallest maximum used, relative to the largest weight of its row: with one near its tolerance the solver's presolve
finds no point where there is one."""

Late = Callable[[], bool]


def tighten(
    model: SequencingModel,
    form: StandardForm,
    deadline: float,
    stop: threading.Event | None = None,
    *,
    by_increments: bool = True,
    first: Callable[[float | None], None] | None = None,
) -> StandardForm:
    """Return the form with the rows of this module added.

    Parameters
    ----------
    model
        Where the form comes from.
    form
        The form; its columns stay as they are.
    deadline
        ``time.monotonic()`` after which no further row is computed.
    stop
        Set from outside so that no further row is computed.
    by_increments
        Whether the relaxation is stated by increments; the maxima are the same.
    first
        Called with the objective (minimising) of the relaxation without these rows, long before a search has a bound;
        None where it is not known by the deadline.
    """

    def late() -> bool:
        return time.monotonic() >= deadline or (stop is not None and stop.is_set())

    relaxation = Relaxation(stated(model, form, core_columns(model, form), by_increments).form)
    if stop is not None:
        relaxation.stopped_by(stop)
    if first is not None:
        first(relaxation.minimum({}, math.inf, deadline))
    weights = _weights(model, form)
    starts = {driver: _start_columns(model, form, driver) for driver in dict.fromkeys(d for d, _ in weights)}
    owns = {driver: {s: weights[d, s] for d, s in weights if d == driver} for driver in starts if starts[driver]}
    # One row by start cuts off more than all by period of a driver, which take twice as long.
    rows = [row for d, own in owns.items() for row in _by_start(relaxation, d, own, starts[d], late)]
    rows += [row for d, own in owns.items() for row in _by_period(relaxation, model, form, d, own, late)]
    return with_rows(form, rows)


def _weights(model: SequencingModel, form: StandardForm) -> dict[tuple[str, int], dict[int, float]]:
    """What each value column adds to the objective, by driver and period; only what helps.

    Where the objective is made of scenarios, what it adds to them all together: any weights give rows that hold.
    """
    cost = form.cost.copy()
    for name, npv in model.over_scenarios.items():
        for column, coefficient in npv.terms.items() if name.startswith(IN_SCENARIO) else ():
            at = form.form_column[column]
            cost[at] -= coefficient * form.units[at] if at >= 0 else 0.0
    made = {}
    for key, columns in model.value.earned().items():
        at = [int(form.form_column[c]) for c in columns]
        gains = {c: -float(cost[c]) for c in at if c >= 0 and cost[c] < 0}
        if gains:
            made[key] = gains
    return made


def _start_columns(model: SequencingModel, form: StandardForm, driver: str) -> list[int]:
    """Adoption columns of a driver by wave; empty where it has several modes, which is left alone."""
    modes = model.instance.adoptables[driver].modes
    columns = [model.adopt.get((driver, modes[0].id, w)) for w in model.waves]
    made = [int(form.form_column[c]) for c in columns if c is not None]
    return made if len(modes) == 1 and all(c >= 0 for c in made) else []


def _by_start(
    relaxation: Relaxation, driver: str, own: dict[int, dict[int, float]], starts: list[int], late: Late
) -> list[Row]:
    """What it earns in all, by the wave it starts in."""
    whole = {c: w for gains in own.values() for c, w in gains.items()}
    row = dict(whole)
    for k in range(len(starts)):
        fixed = {c: float(j >= k) for j, c in enumerate(starts)}
        most = relaxation.maximum(whole, fixed) if not late() else None
        if most is None:
            return []
        most = _safely(most, whole)
        row[starts[k]] = row.get(starts[k], 0.0) - most
        if k:
            row[starts[k - 1]] += most
    return [(RuleRef("value", (driver,)), row, 0.0)]


def _by_period(
    relaxation: Relaxation,
    model: SequencingModel,
    form: StandardForm,
    driver: str,
    own: dict[int, dict[int, float]],
    late: Late,
) -> list[Row]:
    """What it earns from each period on."""
    rows: list[Row] = []
    for s, gains in own.items():
        live = [int(form.form_column[c]) for c in model.live(driver, s).terms]
        if len(live) == 1 and not late():
            most = relaxation.maximum(gains, {live[0]: 1.0})
            if most is not None:
                rows.append((RuleRef("value", (driver,), s), {**gains, live[0]: -_safely(most, gains)}, 0.0))
    return rows


def _safely(most: float, weights: dict[int, float]) -> float:
    """A maximum that no point exceeds, and that no solver takes for zero."""
    return max(most + SAFETY * max(1.0, most), LEAST * max(weights.values()))
