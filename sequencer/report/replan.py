"""A replanning in words and tables: what went otherwise, what became of the old plan, what moved and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sequencer.report import words
from sequencer.report.table import Table

if TYPE_CHECKING:
    from sequencer.plan.plan import Adoption
    from sequencer.study.replanning import Move, Replan, Task


def before(task: Task) -> list[Table]:
    """What is known before the solve: what went otherwise than planned, and which rules the old plan breaks now."""
    made = []
    if task.deviations:
        told = tuple((words.one_line(text),) for text in task.deviations.values())
        made.append(Table("What went otherwise", ("Fact",), told))
    if task.kept.violations:
        rows = tuple((str(v.ref.wave or "all"), words.one_line(v.message)) for v in task.kept.violations)
        title = "Rules that the rest of the old plan would break now"
        made.append(Table(title, ("Wave", "What is wrong"), rows, (_numbering(task),)))
    return made


def moves(made: Replan) -> Table:
    """What moved, and why; without rows where nothing did."""
    rows = tuple(_row(made, move) for move in made.moves)
    notes = [_numbering(made.task)] if rows else ["Nothing moved: the rest of the old plan stands."]
    if rows and not made.result.proven_optimal:
        notes.append(
            "The search ended with a gap, so that not every move may be needed; more time, or --gap 0, makes fewer. "
            "A dash: no rule that the old plan would break is about it."
        )
    if made.task.dropped:
        late = ", ".join(words.one_line(made.instance.label(i)) for i in made.task.dropped)
        notes.append(f"Late already, and so no move whatever becomes of it: {late}.")
    return Table("Moves", ("Id", "Name", "Old plan", "New plan", "Why"), rows, tuple(notes))


def _row(made: Replan, move: Move) -> tuple[str, ...]:
    why = "; ".join(map(words.one_line, move.because)) if move.because else _worth_it(made)
    name = words.one_line(made.instance.label(move.id))
    return move.id, name, when(move.before), when(move.after), why


def _worth_it(made: Replan) -> str:
    """Why something moves that no broken rule is about: the proven optimum is better with it than without."""
    if not made.result.proven_optimal:
        return words.NONE
    return "better so, given the other moves" if made.task.kept.violations else "worth more"


def when(adoption: Adoption | None) -> str:
    """``wave 2 (build)``, or that it is not adopted."""
    if adoption is None:
        return "not adopted"
    return f"wave {adoption.wave}" + (f" ({adoption.mode})" if adoption.mode else "")


def _numbering(task: Task) -> str:
    begin = words.begin_text(task.instance, 1)
    dated = "" if task.instance.settings.start is None else f", from {begin}"
    return f"Waves are those that are left: wave 1 was wave {task.course.after + 1}{dated}."


def sentences(made: Replan) -> list[str]:
    """How things stand, what the rest of the old plan would be worth, and what the new one is."""
    task, kept = made.task, made.task.kept
    begun = task.course.standing.values()
    live = sum(b.live <= task.course.after + 1 for b in begun)
    told = [
        f"After wave {task.course.after}: {words.count(live, 'adoption')} live, {len(begun) - live} in progress, "
        f"{words.count(task.instance.n_waves, 'wave')} left."
    ]
    unit, figures = words.money_unit(task.instance), [kept.npv] if kept.feasible else []
    if made.result.evaluation is not None:
        figures.append(made.result.evaluation.npv)
    places = words.decimals(figures)
    old = f"{unit} {words.number(kept.npv, places)}"
    if kept.feasible:
        told.append(f"The rest of the old plan keeps every rule and is worth {old} from here on.")
    else:
        told.append(f"The rest of the old plan breaks {words.count(len(kept.violations), 'rule')} now.")
    if made.result.evaluation is not None:
        new = f"{unit} {words.number(made.result.evaluation.npv, places)}"
        told.append(f"The new plan is worth {new}, with {words.count(len(made.moves), 'move')}.")
    return told


def record(made: Replan) -> dict[str, Any]:
    """What replanning adds to the JSON object of a solve."""
    task = made.task
    return {
        "after": task.course.after,
        "deviations": dict(task.deviations),
        "late": list(task.dropped),
        "old_plan": {
            "feasible": task.kept.feasible,
            "npv": task.kept.npv,
            "broken": [{"rule": str(v.ref), "message": v.message} for v in task.kept.violations],
        },
        "moves": [
            {"id": m.id, "before": _json(m.before), "after": _json(m.after), "because": list(m.because)}
            for m in made.moves
        ],
    }


def _json(adoption: Adoption | None) -> dict[str, Any] | None:
    return None if adoption is None else {"wave": adoption.wave, "mode": adoption.mode}
