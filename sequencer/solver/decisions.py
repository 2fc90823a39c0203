"""Decisions and payments of a plan as columns of a standard form, and back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sequencer.plan.plan import Adoption, Payment, Plan
from sequencer.solver.standard_form import Floats, StandardForm

if TYPE_CHECKING:
    from sequencer.model.sequencing import SequencingModel


NOTHING = 1e-9
"""Payments smaller than this share of the largest are rounding."""


def read_plan_of(model: SequencingModel, form: StandardForm, point: Floats) -> Plan:
    """Plan of a point of the form: the first wave whose adoption column is 1, for each adoptable and mode; payments."""
    values = form.to_model(point)
    first: dict[tuple[str, str], int] = {}
    for (item, mode, wave), column in model.adopt.items():
        if values[column] > 0.5:
            first[item, mode] = min(wave, first.get((item, mode), wave))
    return Plan(
        adoptions=tuple(Adoption(item, wave, mode or None) for (item, mode), wave in first.items()),
        transfers=_payments(model, model.transfer, values),
        prices=_payments(model, model.price, values),
        instance_fingerprint=model.instance.fingerprint,
    )


def _payments(model: SequencingModel, columns: dict[tuple[str, int], int], values: Floats) -> tuple[Payment, ...]:
    """Payments in the declared unit."""
    largest = max((values[column] for column in columns.values()), default=0.0)
    return tuple(
        Payment(affiliate, wave, float(values[column]) / model.money_scale)
        for (affiliate, wave), column in columns.items()
        if values[column] > NOTHING * max(1.0, largest)
    )


def adoption_columns(model: SequencingModel, form: StandardForm, plan: Plan) -> tuple[NDArray[np.int64], Floats]:
    """Adoption columns of the form and the values a plan gives them."""
    columns, values = [], []
    for (item, mode, wave), column in model.adopt.items():
        at = form.form_column[column]
        if at >= 0:
            adoption = plan.by_id.get(item)
            chosen = adoption is not None and model.instance.adoptables[item].mode(adoption.mode).id == mode
            started = adoption is not None and chosen and adoption.wave <= wave
            columns.append(at)
            values.append(float(started))
    return np.array(columns, dtype=np.int64), np.array(values, dtype=float)


def fix_decisions(model: SequencingModel, form: StandardForm, plan: Plan) -> StandardForm:
    """Copy of the form with every adoption fixed as a plan says; payments stay free, as no figure depends on them."""
    columns, values = adoption_columns(model, form, plan)
    lower, upper = form.lower.copy(), form.upper.copy()
    lower[columns] = values
    upper[columns] = values
    return replace(form, lower=lower, upper=upper)


def columns_by_wave(model: SequencingModel, form: StandardForm) -> dict[tuple[str, str], NDArray[np.int64]]:
    """Columns of a form that say by which wave an item has started in a mode, in the order of waves; −1 for none."""
    found: dict[tuple[str, str], dict[int, int]] = {}
    for (item, mode, wave), column in model.adopt.items():
        found.setdefault((item, mode), {})[wave] = int(form.form_column[column])
    return {key: np.array([columns[w] for w in sorted(columns)], dtype=np.int64) for key, columns in found.items()}
