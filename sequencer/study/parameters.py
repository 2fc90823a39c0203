"""What an analysis varies: a figure of the tables or settings, by name, or several at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from sequencer.errors import SequencerError
from sequencer.instance.columns import columns_of, extra
from sequencer.instance.goals import goals
from sequencer.instance.nearest import suggest
from sequencer.instance.settings import Settings
from sequencer.study.draws import Assumption

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

Action = Literal["set", "scale", "add"]
ACTIONS: tuple[Action, ...] = ("set", "scale", "add")
SETTINGS = "settings"

Between = Literal["linear", "one-way", ""]


@dataclass(frozen=True)
class Parameter:
    """Figures of an instance that are varied together.

    Attributes
    ----------
    name : str
        ``drivers.r1.potential``, ``budgets.*.amount``, ``settings.discount_rate``: table, id of the row (``*`` stands
        for anything) and column.
    action : str
        What is done with a value: ``set`` to it, ``scale`` by it, ``add`` it.
    table, field : str
        Table, or ``settings``, and column.
    ids : tuple of str
        Rows meant.
    """

    name: str
    action: Action
    table: str
    field: str
    ids: tuple[str, ...] = ()

    def at(self, instance: Instance, value: float) -> Instance:
        """The instance with a value.

        Raises
        ------
        sequencer.errors.InputError
            If the instance is not valid with it.
        """
        change: dict[str, Any] = {"table": self.table, self.action: value}
        if self.table == SETTINGS:
            return instance.replace(change | {"field": self.field})
        change["where"] = {"id": list(self.ids)}
        fields = [self.field]
        if self.action == "set" and extra(instance.tables()[self.table].model_fields[self.field]).get("ranged"):
            # Its range must not stand in the way of a value outside.
            fields += [f"{self.field}_low", f"{self.field}_high"]
        return instance.replace(*(change | {"field": field} for field in fields))


def parameter(instance: Instance, name: str, action: Action = "set") -> Parameter:
    """A parameter by its name.

    Parameters
    ----------
    instance
        What is given.
    name
        See :class:`Parameter`.
    action
        What is done with values.

    Raises
    ------
    sequencer.errors.SequencerError
        If there is nothing of that name, or it is no number.
    """
    table, _, rest = name.partition(".")
    row, _, column = rest.rpartition(".")
    if action not in ACTIONS:
        message = f"'{action}' is nothing to do with a value; choose one of {', '.join(ACTIONS)}"
        raise SequencerError(message)
    record = Settings if table == SETTINGS else instance.tables().get(table)
    if record is None:
        message = f"'{name}' names no table. {suggest(table, [*instance.tables(), SETTINGS])}"
        raise SequencerError(message)
    found = columns_of(record).fixed.get(column)
    if found is None or found.part or found.kind != "number":
        numbers = [n for n, c in columns_of(record).fixed.items() if c.kind == "number" and not c.part]
        message = f"{table} has no figure '{column}'. {suggest(column, numbers)}"
        raise SequencerError(message)
    if table == SETTINGS:
        return Parameter(name, action, table, column)
    known = [r.record_id for r in instance.rows(table)]
    ids = tuple(i for i in known if fnmatchcase(i, row))
    if not ids:
        message = f"no row of {table} is '{row}'. {suggest(row, known)}"
        raise SequencerError(message)
    return Parameter(name, action, table, column, ids)


def ranged(instance: Instance, patterns: Iterable[str] = ()) -> tuple[Assumption, ...]:
    """Every amount with a low or high value, in table order; those that match one of ``patterns``, where given.

    Unlike :func:`sequencer.study.draws.assumptions` with what only rules read, such as budgets.

    Raises
    ------
    sequencer.errors.SequencerError
        If a pattern matches none.
    """
    made = []
    for table, record in instance.tables().items():
        for field in (n for n, info in record.model_fields.items() if extra(info).get("ranged")):
            for row in instance.rows(table):
                base = float(getattr(row, field))
                low, high = row.low.get(field, base), row.high.get(field, base)
                if low < high:
                    made.append(Assumption(table, row.record_id, field, low, base, high))
    wanted = list(patterns)
    for pattern in wanted:
        if not any(fnmatchcase(a.name, pattern) for a in made):
            message = f"no amount with a low or high value is '{pattern}'. {suggest(pattern, [a.name for a in made])}"
            raise SequencerError(message)
    return tuple(a for a in made if not wanted or any(fnmatchcase(a.name, p) for p in wanted))


# -- how the best plan depends on a parameter -------------------------------------------------------------------------

LINEAR = frozenset(
    {
        ("drivers", "potential"),
        ("drivers", "success"),
        ("archetypes", "success"),
        ("touches", "success"),
        ("initiatives", "value_per_year"),
        ("initiatives", "value_once"),
        ("initiatives", "success"),
    }
)
"""Figures of which the value of every plan is a linear function, and of which nothing else depends but value."""

ONE_WAY = frozenset(
    {("budgets", "amount"), ("capacities", "capacity"), ("mandate", "earned_value"), ("minimum_values", "amount")}
)
"""Figures that only limit: more (or less) of one allows more plans, and changes the worth of none."""

WORTH = frozenset({"npv", "weighted_npv", "value", "undiscounted_value"})


def between(instance: Instance, varied: Parameter) -> Between:
    """Why a plan that is best at two values of a parameter is best at all values between them; empty where it may not.

    ``linear``: which plans keep the rules does not depend on it, and what a plan is worth is linear in it, so that the
    best worth is convex. ``one-way``: it changes the worth of no plan, and more of it only ever allows more plans, or
    only ever fewer, so that the best worth is monotone.
    """
    name = (varied.table, varied.field)
    first = goals(instance)[0].measure.partition(":")[0]
    if name in LINEAR and first in WORTH and not _reads_value(instance):
        return "linear"
    bought = any(row.extra_cap > 0 for row in instance.capacities)
    if name in ONE_WAY and not (varied.table == "capacities" and bought):
        return "one-way"
    return ""


def _reads_value(instance: Instance) -> bool:
    """Whether a rule depends on what is earned."""
    settings = instance.settings
    return bool(
        any(level.earned_value for level in instance.mandate)
        or instance.minimum_values
        or instance.measure_limits
        or settings.return_floor
        or settings.reinvest_share
        or settings.every_affiliate_gains
        or settings.funding == "internal-pricing"
    )
