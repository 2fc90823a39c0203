"""Tidy data frames of an evaluation; amounts are in the declared unit and undiscounted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import pandas as pd

from sequencer.instance.goals import goals
from sequencer.instance.goals import measures as named
from sequencer.plan.rows import CostRow, LoadRow, MoneyRow, ValueRow

if TYPE_CHECKING:
    from sequencer.plan.evaluate import Evaluation

By = Literal["category", "driver", "affiliate"]


def roadmap(evaluation: Evaluation) -> pd.DataFrame:
    """What is adopted, one row each, by start wave and id.

    Columns: ``id``, ``name``, ``kind``, ``mode`` (empty where there is one way only), ``wave`` (0 where it had started
    before wave 1), ``live_from`` (a period; W + 1 is the tail, 0 before wave 1), ``start_date`` and ``live_date``
    (missing before wave 1, and where the instance has no start date).
    """
    instance = evaluation.instance
    rows = []
    for item_id, live in evaluation.live_from.items():
        item = instance.adoptables[item_id]
        wave, mode = evaluation.plan.wave(item_id) or 0, evaluation.plan.mode(item_id) or ""
        if item.history is not None:
            wave, mode = 0, item.history.mode
        dates = tuple(instance.date_of(w) if w else None for w in (wave, live))
        rows.append((item_id, item.name, str(item.kind), mode, wave, live, *dates))
    columns = ["id", "name", "kind", "mode", "wave", "live_from", "start_date", "live_date"]
    frame = pd.DataFrame(rows, columns=columns)
    for column in ("start_date", "live_date"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.sort_values(["wave", "id"], ignore_index=True)


def money(evaluation: Evaluation) -> pd.DataFrame:
    """Pots by wave; columns as :class:`~sequencer.plan.rows.MoneyRow`, missing where a pot is not limited."""
    frame = pd.DataFrame(evaluation.money_rows, columns=list(MoneyRow._fields))
    return frame.astype({"budget": float, "released": float})


def ledger(evaluation: Evaluation) -> pd.DataFrame:
    """What each pot has and where it goes, wave by wave.

    Columns: ``pot``, ``wave``, ``budget`` and ``released`` (missing where the pot is not limited), ``carry_in``,
    ``spend``, ``transfer_in``, ``transfer_out``, ``price_in``, ``price_out``, ``reinvested``, ``carry_out``,
    ``lapsed``. Over all pots, transfers and prices received are those given: they move money and cost nothing.
    """
    order = ["pot", "wave", "budget", "released", "carry_in", "spend", "transfer_in", "transfer_out"]
    order += ["price_in", "price_out", "reinvested", "carry_out", "lapsed"]
    return money(evaluation)[order]


def load(evaluation: Evaluation) -> pd.DataFrame:
    """Resources by wave; columns as :class:`~sequencer.plan.rows.LoadRow`, capacity missing where not limited."""
    return pd.DataFrame(evaluation.load_rows, columns=list(LoadRow._fields)).astype({"capacity": float})


def value(evaluation: Evaluation) -> pd.DataFrame:
    """Value by source, place and period; columns as :class:`~sequencer.plan.rows.ValueRow`."""
    return pd.DataFrame(evaluation.value_rows, columns=list(ValueRow._fields))


def cost(evaluation: Evaluation) -> pd.DataFrame:
    """Cost by item, line, pot and period; columns as :class:`~sequencer.plan.rows.CostRow`."""
    return pd.DataFrame(evaluation.cost_rows, columns=list(CostRow._fields))


def value_by(evaluation: Evaluation, by: By) -> pd.DataFrame:
    """Value by period and category, driver or affiliate.

    Columns: ``by`` itself, ``period``, ``value``. Every category, driver or affiliate of the instance is there in every
    period, also with a value of 0.
    """
    instance = evaluation.instance
    keys: Iterable[str] = instance.categories
    if by != "category":
        keys = (row.id for row in (instance.drivers if by == "driver" else instance.affiliates))
    column = "source" if by == "driver" else by
    sums = {(key, p.index): 0.0 for key in keys for p in instance.periods}
    for row in evaluation.value_rows:
        place = (getattr(row, column), row.period)
        if place in sums:
            sums[place] += row.value
    return pd.DataFrame([(*place, amount) for place, amount in sums.items()], columns=[by, "period", "value"])


def measures(evaluation: Evaluation) -> pd.DataFrame:
    """Every measure of a plan, one row each.

    Columns: ``measure`` (the word for it), ``title``, ``unit`` (``money``, ``wave``, ``count``, ``ratio`` or ``load``),
    ``value`` (missing where it has no figure), ``sense`` (+1 where more is better, −1 where less is), ``goal`` (its
    place among what is optimised, missing for the others), ``floor`` and ``cap`` (missing where there is none).
    """
    instance = evaluation.instance
    order = {goal.measure: k for k, goal in enumerate(goals(instance), start=1)}
    limits = {(row.measure, row.sense): row.amount for row in instance.measure_limits}
    rows = [
        (m.name, m.title, m.unit, evaluation.measures.get(m.name), m.sense, order.get(m.name))
        + (limits.get((m.name, "floor")), limits.get((m.name, "cap")))
        for m in named(instance).values()
    ]
    columns = ["measure", "title", "unit", "value", "sense", "goal", "floor", "cap"]
    return pd.DataFrame(rows, columns=columns).astype({"value": float, "goal": "Int64", "floor": float, "cap": float})


def slack(evaluation: Evaluation) -> pd.DataFrame:
    """Room in every rule checked.

    Columns: ``family``, ``members`` (joined by spaces), ``wave`` (missing where the rule spans all), ``lhs``,
    ``sense``, ``rhs``, ``slack`` (negative where broken).
    """
    rows = [(s.ref.family, " ".join(s.ref.members), s.ref.wave, *s[1:]) for s in evaluation.slacks]
    columns = ["family", "members", "wave", "lhs", "sense", "rhs", "slack"]
    return pd.DataFrame(rows, columns=columns).astype({"wave": "Int64"})
