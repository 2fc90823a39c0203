"""Maturity from a survey: answers of people in business units, over a capability tree three levels deep.

An answer on an inner node counts for every leaf below it for which the respondent gave none nearer to it. Whoever
answers for the own unit speaks of itself; with a column ``about`` people may judge other units as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Literal

from sequencer.errors import InputError, InputProblem
from sequencer.instance.change import Change
from sequencer.instance.csvtables import read_grid
from sequencer.instance.decimals import CellError, decimal_sign, to_number
from sequencer.instance.nearest import suggest

if TYPE_CHECKING:
    from sequencer.instance.csvtables import Grid
    from sequencer.instance.entities import Capability
    from sequencer.instance.instance import Instance

By = Literal["median", "minimum"]

COLUMNS = ("respondent", "unit", "capability", "answer")
ABOUT = "about"

BLIND = 1.0
"""Levels by which a unit sees itself above its peers where it has a blind spot."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person says.

    Attributes
    ----------
    respondent, unit : str
        Who, and in which business unit.
    node : str
        Capability, or an inner node of the tree.
    level : float
        Maturity, from 0.
    about : str
        Unit it is said about: the own one, where nothing else is given.
    """

    respondent: str
    unit: str
    node: str
    level: float
    about: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a survey says about a capability.

    Attributes
    ----------
    capability : Capability
        The leaf.
    as_is : int or None
        Maturity by the survey; None where nobody answered.
    answers : int
        How many answers it rests on.
    low, high : float or None
        Lowest and highest answer: the spread.
    units : mapping of str to float
        Median by the unit that is judged.
    blind : mapping of str to float
        Units that see themselves above their peers, and by how many levels.
    """

    capability: Capability
    as_is: int | None
    answers: int
    low: float | None
    high: float | None
    units: Mapping[str, float]
    blind: Mapping[str, float]

    @property
    def gap(self) -> int | None:
        """Levels missing to the target; None without a target or an answer."""
        target = self.capability.target
        return None if target is None or self.as_is is None else max(0, target - self.as_is)

    @property
    def lead(self) -> int | None:
        """Levels above (or, negative, below) the industry's benchmark; None without one or without an answer."""
        benchmark = self.capability.benchmark
        return None if benchmark is None or self.as_is is None else self.as_is - benchmark


@dataclass(frozen=True)
class Survey:
    """A survey over the capabilities of an instance.

    Attributes
    ----------
    assessments : tuple of Assessment
        One for each capability, in the order of the instance.
    units : tuple of str
        Units that are judged, in order of appearance.
    by : {"median", "minimum"}
        How the as-is maturity is taken.
    """

    assessments: tuple[Assessment, ...]
    units: tuple[str, ...]
    by: By

    def changes(self) -> tuple[Change, ...]:
        """Changes that put the surveyed maturity in place of the given one, for an overlay."""
        return tuple(
            Change(table="capabilities", where={"id": a.capability.id}, field="as_is", set=a.as_is)
            for a in self.assessments
            if a.as_is is not None and a.as_is != a.capability.as_is
        )


def assess(instance: Instance, answers: Sequence[Answer], by: By = "median") -> Survey:
    """Maturity of each capability by the answers.

    Parameters
    ----------
    instance
        Gives the capabilities, targets and benchmarks.
    answers
        Answers; those to nodes that the instance does not have are left out.
    by
        ``median`` of all answers, or ``minimum``: the median of the unit that stands lowest, as a company moves with
        its slowest unit. Either is rounded down: a level counts when it is reached.
    """
    units = tuple(dict.fromkeys(a.about for a in answers))
    return Survey(tuple(_assessed(c, answers, units, by) for c in instance.capabilities), units, by)


def _assessed(capability: Capability, answers: Sequence[Answer], units: Sequence[str], by: By) -> Assessment:
    told = list(_on(capability, answers))
    levels = [a.level for a in told]
    judged = {u: [a for a in told if a.about == u] for u in units}
    medians = {u: float(median(a.level for a in found)) for u, found in judged.items() if found}
    if not levels:
        return Assessment(capability, None, 0, None, None, {}, {})
    whole = float(median(levels)) if by == "median" else min(medians.values())
    blind = {u: excess for u in medians if (excess := _excess(u, told)) >= BLIND}
    return Assessment(capability, int(whole + 1e-9), len(levels), min(levels), max(levels), medians, blind)


def _on(capability: Capability, answers: Sequence[Answer]) -> Iterator[Answer]:
    """Answers that speak of a capability: of each respondent and unit judged, those nearest to the leaf."""
    place = f"{capability.path}.{capability.id}" if capability.path else capability.id
    depth = {capability.id: place.count(".") + 1}
    parts = place.split(".")
    depth |= {".".join(parts[: n + 1]): n for n in range(len(parts) - 1)}
    nearest: dict[tuple[str, str, str], int] = {}
    for a in answers:
        if a.node in depth:
            key = (a.unit, a.respondent, a.about)
            nearest[key] = max(nearest.get(key, -1), depth[a.node])
    for a in answers:
        if depth.get(a.node) == nearest.get((a.unit, a.respondent, a.about), -2):
            yield a


def _excess(unit: str, told: Sequence[Answer]) -> float:
    """Levels by which a unit sees itself above its peers.

    Peers are the people of other units who judge it; where nobody does, what other units say of themselves.
    """
    own = [a.level for a in told if a.about == unit and a.unit == unit]
    peers = [a.level for a in told if a.about == unit and a.unit != unit]
    peers = peers or [a.level for a in told if a.about == a.unit != unit]
    return float(median(own) - median(peers)) if own and peers else 0.0


# -- file ---------------------------------------------------------------------------------------------------------


def read_answers(instance: Instance, path: str | Path) -> tuple[Answer, ...]:
    """Read a survey: a CSV file with the columns respondent, unit, capability, answer and, if wanted, about.

    Raises
    ------
    sequencer.errors.InputError
        Naming every row that cannot be read, and every capability that the instance does not have.
    """
    file = Path(path)
    if file.suffix.lower() in (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"):
        remedy = "Open it in a spreadsheet and save the sheet of answers as 'CSV UTF-8'."
        raise InputError([InputProblem("no-csv", "answers are read from a CSV file", remedy, file=file.name)])
    grid, problems = read_grid(file)
    if grid is None or problems:
        raise InputError(problems)
    missing = [c for c in COLUMNS if c not in grid.header]
    if missing:
        message = f"the column {missing[0]} is missing"
        remedy = f"A survey has the columns {', '.join(COLUMNS)} and, where units judge each other, {ABOUT}."
        raise InputError([InputProblem("missing-column", message, remedy, file=grid.file, row=1, column=missing[0])])
    if not grid.rows:
        remedy = "Give one answer a row, below the names of the columns."
        raise InputError([InputProblem("no-answers", "the file has no answers", remedy, file=grid.file)])
    nodes = _nodes(instance)
    texts = [str(cells.get("answer", "")) for _, cells in grid.rows]
    sign = decimal_sign([t.strip() for t in texts], grid.delimiter)
    made = []
    for number, cells in grid.rows:
        answer, wrong = _answer(grid, number, {k: str(v).strip() for k, v in cells.items()}, nodes, sign)
        problems += wrong
        made += [answer] if answer is not None else []
    if problems:
        raise InputError(problems)
    return tuple(made)


def _nodes(instance: Instance) -> dict[str, str]:
    """Ids of capabilities and nodes by the words that name them: ids, paths, and names in any case."""
    made: dict[str, str] = {}
    for c in instance.capabilities:
        made |= {c.id: c.id, c.label.casefold(): c.id}
        parts = c.path.split(".") if c.path else []
        for n in range(len(parts)):
            node = ".".join(parts[: n + 1])
            made.setdefault(node, node)
        if c.path:
            made.setdefault(f"{c.path}.{c.id}", c.id)
    return made


def _answer(
    grid: Grid, number: int, cells: Mapping[str, str], nodes: Mapping[str, str], sign: str | None
) -> tuple[Answer | None, list[InputProblem]]:
    problems = []

    def wrong(rule: str, message: str, remedy: str, column: str) -> None:
        problems.append(InputProblem(rule, message, remedy, "survey", grid.file, number, column))

    for column in COLUMNS:
        if not cells.get(column):
            wrong("missing-value", f"the {column} is missing", "Fill the cell, or delete the row.", column)
    if problems:
        return None, problems
    node = nodes.get(cells["capability"]) or nodes.get(cells["capability"].casefold())
    if node is None:
        remedy = f"{suggest(cells['capability'], nodes)} Name a capability or a node of the tree."
        wrong("unknown-reference", f"there is no capability '{cells['capability']}'", remedy, "capability")
    level = 0.0
    try:
        level = to_number(cells["answer"], sign, grid.delimiter)
        if level < 0:
            wrong("out-of-range", f"the answer {level:g} is below 0", "Answers are levels from 0.", "answer")
    except CellError as error:
        wrong(error.rule, error.message, error.remedy, "answer")
    if problems or node is None:
        return None, problems
    unit = cells["unit"]
    return Answer(cells["respondent"], unit, node, level, cells.get(ABOUT) or unit), []
