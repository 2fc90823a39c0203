"""Goals and measures in words: figures with their units, what is proven of them, and the rules about them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sequencer.instance.goals import Goal, Measure, goals, measures
from sequencer.report import words
from sequencer.report.table import Table

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation

PROVEN = 1e-6
"""Relative gap at which nothing better is left."""

Level = Mapping[str, Any]
"""A goal of a result: ``measure``, ``objective``, ``bound`` and ``gap``."""

# -- figures ----------------------------------------------------------------------------------------------------------


def title(instance: Instance, measure: str) -> str:
    """Title of a measure, the name itself where the instance has no such measure."""
    found = measures(instance).get(measure)
    return words.one_line(found.title) if found else measure


def heading(instance: Instance, measure: str) -> str:
    """Title of a measure with a capital."""
    text = title(instance, measure)
    return text[:1].upper() + text[1:]


def figure(instance: Instance, measure: str, value: float | None, places: int | None = None) -> str:
    """Figure of a measure with its unit: ``EUR M 41.2``, ``wave 3 (Jan–Jun 2028)``, ``12 FTE``.

    Parameters
    ----------
    instance
        Gives units and dates.
    measure
        Name of the measure.
    value
        Its figure; None where it has none.
    places
        Decimals of an amount of money or a ratio; by default about three significant digits.
    """
    found = measures(instance).get(measure)
    unit = found.unit if found else "count"
    if unit == "wave":
        return _wave(instance, value)
    if value is None:
        return words.NONE
    if unit in ("money", "ratio"):
        amount = words.number(value, words.decimals([value]) if places is None else places)
        return f"{words.money_unit(instance)} {amount}" if unit == "money" else amount
    resource = instance.by_id("resources").get(measure.partition(":")[2])
    return f"{words.short(value)} {words.one_line(resource.unit) if resource else ''}".strip()


def short_head(instance: Instance) -> str:
    """What stands before figures of the first goal where there is little room: ``EUR M``, ``peak budget EUR M``."""
    first = goals(instance)[0]
    unit = words.money_unit(instance) if first.money else ""
    return unit if plain(instance) else f"{title(instance, first.measure)} {unit}".strip()


def counted(instance: Instance) -> bool:
    """Whether figures of the first goal are whole."""
    return measures(instance)[goals(instance)[0].measure].unit in ("wave", "count")


def _wave(instance: Instance, wave: float | None) -> str:
    """A wave with its dates; never where there is none, or none that a plan could reach."""
    if wave is None or wave > instance.n_waves + 1:
        return "never within the horizon"
    return words.wave_text(instance, round(wave))


# -- what is proven ---------------------------------------------------------------------------------------------------


def levels(instance: Instance, result: Mapping[str, Any]) -> list[Level]:
    """Goals of a result, the most important first; those of a run that told of the first only have no figures."""
    told = result.get("goals")
    if told:
        return list(told)
    first = {key: result.get(key) for key in ("measure", "objective", "bound", "gap")}
    blank = {"objective": None, "bound": None, "gap": None}
    return [first, *({"measure": goal.measure, **blank} for goal in goals(instance)[1:])]


def remark(instance: Instance, level: Level, *, later: bool = False) -> str:
    """What is proven of a goal: ``lowest possible, proven``.

    Parameters
    ----------
    instance
        Says which way is better.
    level
        The goal with its figures.
    later
        Whether earlier goals come first.
    """
    found = measures(instance).get(level["measure"])
    lowest = found is not None and found.sense < 0
    given = " with that" if later else ""
    if level["gap"] is None or level["bound"] is None:
        return f"how much {'lower' if lowest else 'higher'} it could be{given} is not proven yet"
    if level["gap"] <= PROVEN:
        return f"{'lowest' if lowest else 'highest'} possible{given}, proven"
    bound = figure(instance, level["measure"], level["bound"])
    return f"proven{given}: never {'below' if lowest else 'above'} {bound}, gap {_percent(level['gap'])}"


def _percent(gap: float) -> str:
    return words.percent(gap, 2 if gap < 0.1 else 1)


def plain(instance: Instance) -> bool:
    """Whether net present value is all that is optimised."""
    return goals(instance) == (Goal("npv", 1),)


def goal_rows(evaluation: Evaluation, result: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Goal, figure and what is proven of it, or which way it is meant where nothing was solved for."""
    instance = evaluation.instance
    made = []
    proofs = levels(instance, result) if result else []
    for k, (goal, value) in enumerate(zip(goals(instance), evaluation.goals, strict=True)):
        rank = f"Goal {k + 1}" if len(evaluation.goals) > 1 else "Goal"
        said = f"to be as {'low' if goal.sense < 0 else 'high'} as possible"
        if k < len(proofs):
            said = remark(instance, proofs[k], later=k > 0)
        made.append((f"{rank}: {title(instance, goal.measure)}", figure(instance, goal.measure, value), said))
    return made


# -- all measures -----------------------------------------------------------------------------------------------------


def measures_table(evaluation: Evaluation) -> Table:
    """Every measure of a plan by its word, with which way is better, and what the instance wants of it."""
    instance = evaluation.instance
    rows = []
    for name, measure in measures(instance).items():
        value = evaluation.measures.get(name)
        better = "more" if measure.sense > 0 else "less"
        rows.append((name, heading(instance, name), figure(instance, name, value), better, _wanted(instance, measure)))
    columns = ("Word", "Measure", "Figure", "Better", "Wanted")
    return Table("Measures", columns, tuple(rows), ("Money is discounted unless the measure says otherwise.",))


def _wanted(instance: Instance, measure: Measure) -> str:
    """What is wanted of a measure: its place among the goals, its floor and cap."""
    order = [goal.measure for goal in goals(instance)]
    said = [f"goal {order.index(measure.name) + 1}"] if measure.name in order else []
    for row in instance.measure_limits:
        if row.measure == measure.name:
            said.append(f"at {'least' if row.sense == 'floor' else 'most'} {_limit(instance, row.measure, row.amount)}")
    return ", ".join(said)


# -- rules ------------------------------------------------------------------------------------------------------------


def _limit(instance: Instance, measure: str, amount: float) -> str:
    """A limit with its unit; waves without their dates."""
    found = measures(instance).get(measure)
    return f"wave {words.short(amount)}" if found and found.unit == "wave" else figure(instance, measure, amount)


def _limit_text(instance: Instance, members: Sequence[str]) -> str:
    measure, sense = members[0], members[1]
    rows = (row for row in instance.measure_limits if (row.measure, row.sense) == (measure, sense))
    amount = next((row.amount for row in rows), None)
    bound = "" if amount is None else f" {_limit(instance, measure, amount)}"
    return f"{heading(instance, measure)} at {'least' if sense == 'floor' else 'most'}{bound}"


TEXTS: dict[str, Callable[[Instance, Sequence[str]], str]] = {
    "measure_limits": _limit_text,
    "quick_wins": lambda i, m: "Visible drivers that earn",
}
"""One rule of a family in words, by its members."""


def wanted(instance: Instance) -> Iterator[tuple[str, str, str]]:
    """Quick wins and limits on measures, as rows of the rules of an instance."""
    for win in instance.quick_wins:
        said = words.count(win.at_least, "visible driver earns", "visible drivers earn")
        yield ("quick_wins", f"At least {said} by wave {win.wave}", str(win.wave))
    for row in instance.measure_limits:
        yield ("measure_limits", _limit_text(instance, (row.measure, row.sense)), "all")
