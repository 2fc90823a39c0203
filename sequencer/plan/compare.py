"""Plans side by side: what was given otherwise, what moved, what it is worth, and which is better where proven."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import pandas as pd

from sequencer.errors import SequencerError
from sequencer.instance.differences import differences
from sequencer.instance.goals import goals

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation

FEWEST, MOST_PACE = 4, 0.5
"""Points of a trace that a pace may be read from, and the last part of it that is looked at."""


class Point(NamedTuple):
    """Where a solve stood: seconds from its start, objective and proven bound, in the declared unit."""

    seconds: float
    objective: float
    bound: float


@dataclass(frozen=True)
class Candidate:
    """One of the plans that are compared.

    Attributes
    ----------
    name : str
        What it is called.
    evaluation : Evaluation
        The plan and all that follows from it.
    bound : float or None
        Proven bound on the first goal of its instance; None where nothing was proven.
    trace : tuple of Point
        Course of its solve, where known.
    """

    name: str
    evaluation: Evaluation
    bound: float | None = None
    trace: tuple[Point, ...] = field(default=(), repr=False)

    @property
    def instance(self) -> Instance:
        """What the plan was made for."""
        return self.evaluation.instance

    @property
    def sense(self) -> int:
        """1 where more of the first goal is better, −1 where less is."""
        return goals(self.instance)[0].sense

    @property
    def measure(self) -> str:
        """The first goal."""
        return goals(self.instance)[0].measure

    @property
    def interval(self) -> tuple[float, float]:
        """Least and most that the best plan of its instance may reach in the first goal; infinite where not proven."""
        reached = self.evaluation.objective
        best = self.sense * math.inf if self.bound is None else self.bound
        return (min(reached, best), max(reached, best))


class Change(NamedTuple):
    """A field that not all instances have alike: table (or ``settings``), row, field and its value by name."""

    table: str
    row: str
    field: str
    values: dict[str, Any]


class Pair(NamedTuple):
    """How two candidates stand to each other.

    Attributes
    ----------
    first, second : str
        Names, the better (or by its plan so far better) one first.
    relation : {"better", "same", "open", "not comparable"}
        ``better``: the best plan for the first is proven to beat any plan for the second. ``open``: what they may be
        worth overlaps, so that nothing is said.
    why : str
        Where they cannot be compared, the reason.
    gap : float or None
        Where open: the gap that the second solve has to get below.
    seconds : float or None
        Where open: how much longer its solve would take for that at its pace so far; None where not foreseeable.
    """

    first: str
    second: str
    relation: Literal["better", "same", "open", "not comparable"]
    why: str = ""
    gap: float | None = None
    seconds: float | None = None


class Comparison:
    """Candidates side by side; the first is what the others are held against.

    Parameters
    ----------
    candidates
        Two or more, with different names.

    Raises
    ------
    sequencer.errors.SequencerError
        If there are fewer, or two of the same name.
    """

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        names = [c.name for c in candidates]
        if len(names) < 2 or len(set(names)) < len(names):
            message = f"a comparison takes two or more plans of different names, not {', '.join(names) or 'none'}"
            raise SequencerError(message)
        self.candidates = tuple(candidates)
        self.names = tuple(names)

    # -- what was given -------------------------------------------------------------------------------------------

    def changes(self) -> tuple[Change, ...]:
        """Inputs that differ from those of the first candidate, in the order of the tables."""
        base = self.candidates[0]
        found: dict[tuple[str, str, str], dict[str, Any]] = {}
        before: dict[tuple[str, str, str], Any] = {}
        for other in self.candidates[1:]:
            known = differences(base.instance, other.instance)
            fields = [("settings", "", f) for f in known.settings]
            fields += [(row.table, row.id, f) for row in known.rows for f in row.fields]
            for table, row, change in fields:
                key = (table, row, change.field)
                before[key] = change.before
                found.setdefault(key, {})[other.name] = change.after
        return tuple(
            Change(*key, {name: values.get(name, before[key]) for name in self.names}) for key, values in found.items()
        )

    # -- what follows ---------------------------------------------------------------------------------------------

    def measures(self) -> pd.DataFrame:
        """Measures by name (index) and candidate (columns), with ``bound`` and ``gap`` of the first goal."""
        columns = {c.name: {**c.evaluation.measures, "bound": c.bound} for c in self.candidates}
        return pd.DataFrame(columns, dtype=float)

    def moves(self) -> pd.DataFrame:
        """Everything that is not adopted alike.

        Columns: ``id``, ``name``, ``kind``, then for each candidate ``wave <name>`` (missing where not adopted, 0 where
        it had started before wave 1) and
        ``mode <name>``.
        """
        rows = []
        items = {i: x for c in reversed(self.candidates) for i, x in c.instance.adoptables.items()}
        for item_id, item in items.items():
            taken = [_taken(c, item_id) for c in self.candidates]
            if len(set(taken)) > 1:
                rows.append((item_id, item.name, str(item.kind), *itertools.chain.from_iterable(taken)))
        own = itertools.chain.from_iterable((f"wave {n}", f"mode {n}") for n in self.names)
        frame = pd.DataFrame(rows, columns=["id", "name", "kind", *own])
        return frame.astype({f"wave {n}": "Int64" for n in self.names})

    def by_wave(self) -> pd.DataFrame:
        """Course over time.

        Columns: ``plan``, ``period``, ``measure`` (``value``, ``cost``, ``net_so_far`` [discounted], ``mandate``,
        ``load:<resource>``) and ``amount``.
        """
        rows = [row for c in self.candidates for row in _course(c)]
        return pd.DataFrame(rows, columns=["plan", "period", "measure", "amount"])

    # -- which is better ------------------------------------------------------------------------------------------

    def order(self) -> tuple[Pair, ...]:
        """Each two candidates: which is better, or why that is open."""
        return tuple(_pair(a, b) for a, b in itertools.combinations(self.candidates, 2))


def _taken(candidate: Candidate, item_id: str) -> tuple[int | None, str]:
    """Start wave and mode of an adoptable; wave 0 where it had started before wave 1."""
    item = candidate.instance.adoptables.get(item_id)
    if item is not None and item.history is not None:
        return 0, item.history.mode
    plan = candidate.evaluation.plan
    return plan.wave(item_id), plan.mode(item_id) or ""


def _course(candidate: Candidate) -> Iterator[tuple[str, int, str, float]]:
    evaluation, name = candidate.evaluation, candidate.name
    so_far = 0.0
    rate = candidate.instance.settings.discount_rate
    for period in candidate.instance.periods:
        value, cost = evaluation.value(period=period.index), evaluation.cost(period=period.index)
        so_far += (value - cost) * (1 + rate) ** -period.mid_year
        yield name, period.index, "value", value
        yield name, period.index, "cost", cost
        yield name, period.index, "net_so_far", so_far
    for wave, level in enumerate(evaluation.mandate, start=1):
        yield name, wave, "mandate", float(level)
    for row in evaluation.load_rows:
        yield name, row.wave, f"load:{row.resource}", row.load


def _pair(one: Candidate, two: Candidate) -> Pair:
    why = _incomparable(one, two)
    if why:
        return Pair(one.name, two.name, "not comparable", why)
    sense = one.sense
    ahead, behind = sorted((one, two), key=lambda c: -sense * c.evaluation.objective)
    reached, best = ahead.evaluation.objective, behind.interval[1 if sense > 0 else 0]
    tolerance = 1e-6 * max(1.0, abs(reached))
    if sense * (reached - best) > tolerance:
        return Pair(ahead.name, behind.name, "better")
    if all(abs(high - low) <= tolerance for low, high in (one.interval, two.interval)):
        return Pair(one.name, two.name, "same")
    own = behind.evaluation.objective
    scale = max(abs(reached), abs(own))
    needed = abs(reached - own) / scale if scale else 0.0
    return Pair(ahead.name, behind.name, "open", gap=needed, seconds=_seconds(behind, reached))


def _incomparable(one: Candidate, two: Candidate) -> str:
    """Why the goals of two candidates are not the same thing; empty where they are."""
    if one.measure != two.measure:
        return f"{one.name} was solved for {one.measure}, {two.name} for {two.measure}"
    for name in ("currency", "unit"):
        first, second = (getattr(c.instance.settings, name) for c in (one, two))
        if first != second:
            return f"the {name} of {one.name} is {first}, that of {two.name} {second}"
    first, second = (c.instance.periods[-1].end_month for c in (one, two))
    if first != second:
        return f"{one.name} looks {first} months ahead, {two.name} {second}"
    broken = [c.name for c in (one, two) if not c.evaluation.feasible]
    return f"{' and '.join(broken)} {'breaks' if len(broken) == 1 else 'break'} rules" if broken else ""


def _seconds(candidate: Candidate, target: float) -> float | None:
    """How much longer until the bound passes a target, if it goes on as in the last half of the solve.

    The distance of bound and objective is taken to shrink by the same factor in the same time, which is what the end
    of a branch-and-bound search mostly looks like.
    """
    points = [p for p in candidate.trace if math.isfinite(p.bound)]
    last = [p for p in points if p.seconds >= MOST_PACE * points[-1].seconds] if points else []
    if len(last) < FEWEST:
        return None
    now, then = last[-1], last[0]
    own = candidate.evaluation.objective
    distances = [abs(then.bound - own), abs(now.bound - own), abs(target - own)]
    if min(distances) <= 0 or distances[1] >= distances[0] * 0.999 or distances[2] >= distances[1]:
        return None
    pace = math.log(distances[0] / distances[1]) / (now.seconds - then.seconds)
    return math.log(distances[1] / distances[2]) / pace
