"""Replanning: what is left of a plan after some of its waves, with what really happened as the history.

Replanning makes a new instance; it is no mode of the model. What is done is frozen, what is in progress is finished,
and the waves that are left are planned again, with what is left of the old plan as the reference plan: it is the start
where it can still be kept, it wins every tie, and what differs from it is a move.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sequencer.errors import SequencerError
from sequencer.plan.evaluate import Evaluation, evaluate
from sequencer.plan.plan import Adoption
from sequencer.solver.solve import solve
from sequencer.study.actuals import COLUMNS, Actuals, actuals_csv, read_actuals
from sequencer.study.course import Course
from sequencer.study.remainder import remainder, remaining_plan

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan
    from sequencer.solver.result import Result

__all__ = ["COLUMNS", "Actuals", "Move", "Replan", "Task", "actuals_template", "prepare", "read_actuals", "replan"]


class Move(NamedTuple):
    """Something decided otherwise than in the old plan.

    Attributes
    ----------
    id : str
        Adoptable.
    before, after : Adoption or None
        What the old plan and the new one say, in waves of the new instance; None where it is not adopted.
    because : tuple of str
        Rules about it that the old plan would break now; empty where it moves for what it is worth.
    """

    id: str
    before: Adoption | None
    after: Adoption | None
    because: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """What is to be replanned.

    Attributes
    ----------
    course : Course
        How the finished waves went.
    instance : Instance
        The waves that are left, the finished ones as history, the old plan as reference plan.
    reference : Plan
        What is left of the old plan, in waves of that instance.
    """

    course: Course
    instance: Instance
    reference: Plan

    @cached_property
    def kept(self) -> Evaluation:
        """Evaluation of what is left of the old plan, if it were kept as it is."""
        return evaluate(self.instance, self.reference)

    @property
    def deviations(self) -> dict[str, str]:
        """What of the finished waves went otherwise than planned, in words."""
        return self.course.deviations

    @property
    def dropped(self) -> tuple[str, ...]:
        """What should have started in a finished wave and has not: left open, and no move."""
        return self.course.late

    @property
    def start(self) -> Plan:
        """What the search starts from: the rest of the old plan, and what is late started at once; repaired if need be.

        Without what is late, whatever needs it would be dropped rather than put off.
        """
        late = (Adoption(i, 1, self.course.plan.mode(i)) for i in self.dropped)
        return replace(self.reference, adoptions=(*self.reference.adoptions, *late))

    def moves(self, plan: Plan) -> tuple[Move, ...]:
        """What a plan decides otherwise than what is left of the old one, in the order of the instance."""
        made = []
        for item in self.instance.decided:
            before, after = self.reference.by_id.get(item), plan.by_id.get(item)
            if before != after and item not in self.dropped:
                made.append(Move(item, before, after, tuple(self._broken(item))))
        return tuple(made)

    def _broken(self, item: str) -> Iterable[str]:
        """Messages of broken rules that name an item, or that it takes part in by what it uses or costs in the wave."""
        takes = {(r.pot, r.period) for r in self.kept.cost_rows if r.item == item and r.amount > 0}
        takes |= set(self._used(item))
        for violation in self.kept.violations:
            ref = violation.ref
            named = item in {member.partition("/")[0] for member in ref.members}
            if named or (ref.family in ("budgets", "capacities") and (ref.members[0], ref.wave) in takes):
                yield violation.message

    def _used(self, item: str) -> Iterable[tuple[str, int]]:
        """Resources that an item uses in the old plan, and when."""
        adoption = self.reference.by_id.get(item)
        if adoption is None:
            return
        mode = self.instance.adoptables[item].mode(adoption.mode)
        for resource, profile in mode.use.items():
            yield from ((resource, w) for w, amount in enumerate(profile, start=adoption.wave) if amount > 0)
        for resource in (r for r, amount in mode.upkeep.items() if amount > 0):
            first = adoption.wave + mode.duration
            yield from ((resource, w) for w in range(first, self.instance.n_waves + 1))


@dataclass(frozen=True)
class Replan:
    """What came of replanning.

    Attributes
    ----------
    task : Task
        What was replanned.
    result : Result
        Of the solve; its plan is in waves of the new instance.
    """

    task: Task
    result: Result

    @property
    def instance(self) -> Instance:
        """The waves that are left, with their history."""
        return self.task.instance

    @property
    def plan(self) -> Plan | None:
        """The new plan."""
        return self.result.plan

    @cached_property
    def moves(self) -> tuple[Move, ...]:
        """What moved; nothing where there is no plan."""
        return () if self.plan is None else self.task.moves(self.plan)


def prepare(
    instance: Instance,
    plan: Plan,
    actuals: Actuals | str | Path | None = None,
    *,
    after: int | None = None,
    max_moves: int | None = None,
    move_cost: float | None = None,
    abandon: Mapping[str, float] | None = None,
) -> Task:
    """Make the instance of the waves that are left.

    Parameters
    ----------
    instance, plan
        What was planned, and the plan that has been followed so far.
    actuals
        How the finished waves went, or a file that says so (:mod:`sequencer.study.actuals`); None: as planned.
    after
        Number of finished waves; by default the last one that actuals have a value or a spend of.
    max_moves
        Most moves against the plan.
    move_cost
        Price of a move, in the declared unit.
    abandon
        What is in progress and is given up, with its price, which hq pays in the first wave that is left. It may start
        again, from the beginning.

    Raises
    ------
    sequencer.errors.SequencerError
        If no wave is finished or none is left, if something cannot be carried over exactly, or (as InputError) naming
        everything that is wrong with the actuals.
    """
    found = Actuals() if actuals is None else actuals
    known = found if isinstance(found, Actuals) else read_actuals(instance, found)
    last = known.last_wave if after is None else after
    if last is None:
        message = "nothing says which waves are finished. Name the last one: --after WAVE."
        raise SequencerError(message)
    if instance.n_waves == 1:
        message = "the plan has a single wave, so there is nothing to replan."
        raise SequencerError(message)
    if not 1 <= last < instance.n_waves:
        message = (
            f"after wave {last} of {instance.n_waves} there is nothing to replan: a wave has to be finished, and one "
            f"left. Name a wave from 1 to {instance.n_waves - 1}."
        )
        raise SequencerError(message)
    course = Course(instance, plan, known, last, dict(abandon or {}))
    made = remainder(course, max_moves=max_moves, move_cost=move_cost)
    return Task(course, made, remaining_plan(course, made.fingerprint))


def replan(
    instance: Instance,
    plan: Plan,
    actuals: Actuals | str | Path | None = None,
    *,
    after: int | None = None,
    max_moves: int | None = None,
    move_cost: float | None = None,
    abandon: Mapping[str, float] | None = None,
    **options: Any,  # noqa: ANN401
) -> Replan:
    """Plan the waves that are left again, what has happened being the history.

    Parameters
    ----------
    instance, plan, actuals, after, max_moves, move_cost, abandon
        As in :func:`prepare`.
    **options
        Of :func:`sequencer.solve`.

    Raises
    ------
    sequencer.errors.SequencerError
        As in :func:`prepare` and :func:`sequencer.solve`.
    """
    task = prepare(instance, plan, actuals, after=after, max_moves=max_moves, move_cost=move_cost, abandon=abandon)
    return Replan(task, solve(task.instance, start=task.start, **options))


def actuals_template(instance: Instance, plan: Plan, after: int) -> str:
    """Text of a file of actuals, filled in as everything was planned up to a wave.

    Raises
    ------
    sequencer.errors.SequencerError
        If there is no such wave, or none after it.
    """
    prepare(instance, plan, after=after)
    course = Course(instance, plan, Actuals(), after)
    rows: list[dict[str, object]] = []
    for b in course.begun.values():
        over = b.live > after + 1
        past = b.wave == 0 and b.live <= 1
        row: dict[str, object] = {"record": "item", "id": b.id, "name": instance.label(b.id), "mode": b.mode}
        row["started"] = b.wave or ""
        row["live"] = "" if past else b.live
        row["to_pay"] = f"{b.to_pay:.10g}" if over else ""
        if not past:
            rows.append(row)
    for category in instance.categories:
        for w in range(1, after + 1):
            rows.append({"record": "value", "id": category, "wave": w, "amount": f"{course.value(category, w):.10g}"})
    for pot in course.pots:
        for w in range(1, after + 1):
            amount = f"{course.spend(pot, w):.10g}"
            rows.append({"record": "spend", "id": pot, "name": instance.label(pot), "wave": w, "amount": amount})
    return actuals_csv(rows)
