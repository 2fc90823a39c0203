"""The sequencing model: columns, the expressions that families speak in, and rows that trace back to rules."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from sequencer.instance.items import Member
from sequencer.model.arrays import Columns, Group, Rows, Sense
from sequencer.model.linear import Linear, total
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    import pyomo.environ as pyo

    from sequencer.instance.adoptables import Adoptable, Mode
    from sequencer.instance.goals import Goal
    from sequencer.instance.instance import Instance
    from sequencer.instance.reach import Reach
    from sequencer.model.value import ValueModel


class SequencingModel:
    """Mathematics of an instance under construction.

    What is live or in progress when wave 1 starts has no columns: it counts as started in every wave, and as live and
    in progress where its history says so. Other decisions are cumulative: column ``adopt[i, m, w]`` is 1 iff ``i`` has
    started in mode ``m`` in a wave ``≤ w``. Only waves of the item's window have a column, so sums over waves and the
    monotone chain stay short. Amounts of money are multiplied by :attr:`money_scale`, chosen from the instance's own
    magnitudes.

    Attributes
    ----------
    instance : Instance
        What is modelled.
    reach : Reach
        Start windows in force.
    columns : Columns
        Columns by number.
    rows : dict of str to Rows
        Rows of each family, each with the rule it belongs to.
    objective : Linear
        What is maximised: the first goal in its sense.
    adopt : dict of (str, str, int) to int
        Column of an adoptable, mode and wave.
    transfer, price : dict of (str, int) to int
        Column of the money that an affiliate moves to hq in a wave, scaled; see :mod:`sequencer.model.payments`.
    extra : dict of (str, int) to int
        Column of the capacity bought of a resource in a wave; see :mod:`sequencer.model.usage`.
    pair : dict of (str, str, str, int) to int
        Column of what a resource is used for in a wave: a live pair of affiliate and brand.
    pace_losses : dict of int to Linear
        Losses of pace by wave, as far as asked for; see :mod:`sequencer.model.pace_losses`.
    futures : dict of str to Instance
        The instance as it is in each scenario that goals or limits read, by scenario.
    over_scenarios : dict of str to Linear
        Measures of scenarios by name, as far as asked for; see :mod:`sequencer.model.scenarios`.
    value : ValueModel
        Value as other families see it; set by :func:`sequencer.model.build.build`.
    goals : tuple of (Goal, Linear)
        What is optimised, the most important first; money is scaled. Set by :func:`sequencer.model.build.build`.
    pyomo : pyomo.environ.ConcreteModel
        What is solved: columns, rows and objective, stated by :func:`sequencer.model.build.build` when all are there.
    """

    pyomo: pyo.ConcreteModel
    value: ValueModel
    goals: tuple[tuple[Goal, Linear], ...]

    def __init__(self, instance: Instance, reach: Reach, futures: Mapping[str, Instance] | None = None) -> None:
        self.instance = instance
        self.reach = reach
        self.columns = Columns()
        self.rows: dict[str, Rows] = {}
        self.objective = Linear()
        self.adopt: dict[tuple[str, str, int], int] = {}
        self.transfer: dict[tuple[str, int], int] = {}
        self.price: dict[tuple[str, int], int] = {}
        self.extra: dict[tuple[str, int], int] = {}
        self.pair: dict[tuple[str, str, str, int], int] = {}
        self.pace_losses: dict[int, Linear] = {}
        self.futures: dict[str, Instance] = dict(futures or {})
        self.over_scenarios: dict[str, Linear] = {}
        self.money_scale = _money_scale(instance)
        self.waves = range(1, instance.n_waves + 1)
        self._end = instance.n_waves + 1
        self._false: int | None = None
        # First and last wave, and first column, of each adoptable and mode: much is asked for by these.
        self._spans: dict[tuple[str, str], tuple[int, int, int]] = {}
        self._live: dict[tuple[str, tuple[str, ...] | None, int], Linear] = {}
        self._started: dict[tuple[str, tuple[str, ...] | None, int], Linear] = {}
        past = (i for i in instance.adoptables.values() if i.history is not None)
        self._history = {item.id: item.history for item in past}
        self._make_adoption_columns()

    # -- columns ------------------------------------------------------------------------------------------------------

    def _make_adoption_columns(self) -> None:
        index: list[tuple[str, str, int]] = []
        for item in self.instance.decided.values():
            for mode in item.modes:
                waves = self._window(item.id, mode.id)
                if waves:
                    self._spans[item.id, mode.id] = (waves[0], waves[-1], len(index))
                    index += [(item.id, mode.id, w) for w in waves]
        numbers = self.columns.add(Group("adopt", index, whole=True, binary=True), [1.0] * len(index))
        self.adopt.update(zip(index, numbers, strict=True))

    def _window(self, item: str, mode: str) -> range:
        window = self.reach.windows[item, mode]
        return range(window.earliest, window.latest + 1) if not window.empty else range(0)

    def new_columns(
        self,
        name: str,
        index: Sequence[tuple[object, ...]],
        upper: Iterable[float | None],
        *,
        whole: bool = False,
        most: Iterable[float] | None = None,
    ) -> list[int]:
        """Add columns ``0 ≤ x ≤ upper``, continuous or ``whole``; return their numbers, in the order of ``index``.

        Where rows keep a column below ``most``, and a bound that says so is not wanted, :meth:`box` reads that.
        """
        return list(self.columns.add(Group(name, index, whole=whole), upper, most))

    def given(self, scenario: str | None) -> Instance:
        """The instance as it is in a scenario; as it is where none is named."""
        return self.instance if scenario is None else self.futures[scenario]

    # -- expressions --------------------------------------------------------------------------------------------------

    @staticmethod
    def _taken(item: Adoptable, modes: tuple[str, ...] | None) -> bool:
        """Whether an adoptable with a history took one of some modes."""
        return item.history is not None and (modes is None or item.history.mode in modes)

    def _modes(self, item: Adoptable, modes: tuple[str, ...] | None) -> list[Mode]:
        return [m for m in item.modes if modes is None or m.id in modes]

    def started(self, item: str, wave: int, modes: tuple[str, ...] | None = None) -> Linear:
        """Whether an adoptable (in one of ``modes``) has started in a wave ``≤ wave``. Not to be changed in place."""
        key = (item, modes, wave)
        found = self._started.get(key)
        if found is None:
            parts = (self._by(item, m.id, wave) for m in self._modes(self.instance.adoptables[item], modes))
            found = self._started[key] = total(parts)
        return found

    def _by(self, item: str, mode: str, wave: int) -> Linear:
        history = self._history.get(item)
        if history is not None:
            return Linear(float(mode == history.mode))
        column = self._column(item, mode, wave)
        return Linear() if column is None else Linear(terms={column: 1.0})

    def _column(self, item: str, mode: str, wave: int) -> int | None:
        """Column that says whether an adoptable without a history has started in a mode by a wave."""
        span = self._spans.get((item, mode))
        if span is None or wave < span[0]:
            return None
        earliest, latest, first = span
        return first + (wave if wave < latest else latest) - earliest

    def starts(self, item: str, wave: int, modes: tuple[str, ...] | None = None) -> Linear:
        """Whether an adoptable starts in exactly this wave."""
        return self.started(item, wave, modes) - self.started(item, wave - 1, modes)

    def live(self, item: str, period: int, modes: tuple[str, ...] | None = None) -> Linear:
        """Whether an adoptable is live in a period, every tail period counting as W + 1. Not to be changed in place."""
        key = (item, modes, min(period, self._end))
        found = self._live.get(key)
        if found is None:
            adoptable = self.instance.adoptables[item]
            chosen = self._modes(adoptable, modes)
            if adoptable.history is not None:
                return Linear(float(adoptable.history.lives(key[2]) and self._taken(adoptable, modes)))
            found = self._live[key] = total(self._by(item, m.id, key[2] - m.duration) for m in chosen)
        return found

    def live_member(self, member: Member, period: int) -> Linear:
        """Whether a member (an adoptable in some of its modes) is live in a period; before wave 1 only what was."""
        return self.live(member.id, period, member.modes)

    def in_progress(self, item: str, wave: int, mode: Mode) -> Linear:
        """Whether an adoptable is in progress in a mode; the start wave always counts."""
        history = self._history.get(item)
        if history is not None:
            return Linear(float(mode.id == history.mode and not history.lives(wave)))
        now, before = self._column(item, mode.id, wave), self._column(item, mode.id, wave - mode.span)
        if now is None or now == before:
            return Linear()
        return Linear(terms={now: 1.0} if before is None else {now: 1.0, before: -1.0})

    def of_kind(self, kind: Kind) -> list[Adoptable]:
        """Adoptables of a kind, in instance order."""
        return [i for i in self.instance.adoptables.values() if i.kind == kind]

    def box(self, expression: Linear) -> tuple[float, float]:
        """Least and most that an expression can be, as far as it is known of its columns; infinite where it is not."""
        least = most = expression.constant
        for column, coefficient in expression.terms.items():
            if coefficient:
                end = coefficient * self.columns.most[column]
                least, most = least + min(0.0, end), most + max(0.0, end)
        return least, most

    # -- rows ---------------------------------------------------------------------------------------------------------

    def row(self, ref: RuleRef, left: Linear, sense: Sense, right: Linear | float = 0.0) -> None:
        """Add the row ``left sense right`` for a rule; rows that hold trivially are left out.

        A row without columns that cannot hold is kept as ``0 ≥ 1`` in the form of a fixed column, so that the conflict
        is found and named where conflicts are looked for.
        """
        if isinstance(right, Linear):
            body = dict(left.terms)
            for column, coefficient in right.terms.items():
                body[column] = body.get(column, 0.0) - coefficient
            bound = right.constant - left.constant
        else:
            body, bound = left.terms, right - left.constant
        terms = {c: v for c, v in body.items() if abs(v) > 1e-12}
        if not terms:
            if _holds(0.0, sense, bound):
                return
            terms, bound = {self._false_column(): 1.0}, 1.0
            sense = ">="
        rows = self.rows.get(ref.family)
        if rows is None:
            rows = self.rows[ref.family] = Rows()
        rows.add(ref, terms, sense, bound)

    def _false_column(self) -> int:
        if self._false is None:
            self._false = self.new_columns("false", [(0,)], [0.0])[0]
        return self._false


def _holds(value: float, sense: Sense, bound: float) -> bool:
    slack = 1e-9 * max(1.0, abs(bound))
    if sense == "<=":
        return value <= bound + slack
    return value >= bound - slack if sense == ">=" else abs(value - bound) <= slack


def _money_scale(instance: Instance) -> float:
    """Power of ten that brings the typical amount near 1."""
    amounts = sorted(
        [abs(line.amount) for i in instance.adoptables.values() for m in i.modes for line in m.lines]
        + [d.potential for d in instance.drivers if d.potential]
    )
    if not amounts:
        return 1.0
    return 10.0 ** -round(math.log10(amounts[len(amounts) // 2]))
