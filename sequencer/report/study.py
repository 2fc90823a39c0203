"""A study as tables: its cases with what is proven of each, and how far it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from sequencer.instance.goals import measures
from sequencer.report import words
from sequencer.report.table import Table
from sequencer.study.results import FAILED
from sequencer.types import Termination

if TYPE_CHECKING:
    from sequencer.study.case import CaseResult
    from sequencer.study.results import StudyResults

ENDED = {
    Termination.GAP_REACHED: "gap reached",
    Termination.TIME_LIMIT: "time limit",
    Termination.WORK_LIMIT: "work limit",
    Termination.MEMORY_LIMIT: "memory limit",
    Termination.INFEASIBLE: "impossible",
    Termination.MEMORY: "failed",
    Termination.ERROR: "failed",
}
MOST_COLUMNS = 4
"""Measures that a table shows beside what was optimised."""

LONG = 24
MOST_REASONS = 12


def cases_table(results: StudyResults) -> Table:
    """One row a case: figure of its plan, proven bound, gap, chosen measures, how it ended; reasons below.

    Parameters
    ----------
    results
        A study and what there is of it.
    """
    study = results.study
    shown = _shown(results)
    goals = _goals(results)
    several = len(goals) > 1
    rows = []
    places = _places(results)
    for planned in study.cases:
        result = results.results.get(planned.id)
        goal = (_title(results, result.measure) if result and result.measure else words.NONE,) if several else ()
        shared = (*_figures(result, places), *_measures(results, result, shown), _ended(result))
        rows.append((_broken(planned.id), *goal, *shared))
    aim = f": {_title(results, goals[0]).lower()}" if len(goals) == 1 else ""
    titles = (_title(results, name) for name in shown)
    columns = ("Case", *(("Goal",) if several else ()), "Plan", _limit_word(results), "Gap", *titles, "Ended")
    return Table(f"{study.name}{aim}, amounts in {words.money_unit(study.base)}", columns, tuple(rows), _notes(results))


def status_table(results: StudyResults) -> Table:
    """One row a block of the study file: its cases by what came of them, those left, mean time."""
    blocks = tuple(dict.fromkeys(planned.block for planned in results.study.cases))
    rows = [_block_row(results, block, {block}) for block in blocks]
    if len(blocks) > 1:
        rows.append(_block_row(results, "all", set(blocks)))
    columns = ("Block", "Cases", "Plan", "Not found", "Impossible", "Failed", "To do", "Mean time")
    doing = "A process works on it now." if results.active else ""
    return Table(results.study.name, columns, tuple(rows), tuple(filter(None, (doing, *_notes(results)))))


def content(results: StudyResults) -> dict[str, Any]:
    """JSON object of a study: counts, and a record for each case; what is not known is null.

    Each case counts once: as ``solved`` where it has a plan, as ``no_plan`` where none was found within the limits, as
    ``infeasible``, ``failed`` or ``open``.
    """
    cases = []
    for record in results.table.to_dict("records"):
        cases.append({str(name): None if value is None or value != value else value for name, value in _plain(record)})
    came = _came_of(results.results.values())
    counts = {"cases": len(results.study.cases), **came._asdict(), "open": len(results.open)}
    return {"study": results.study.name, "folder": results.path.resolve().name, **counts, "table": cases}


def headline(results: StudyResults) -> str:
    """One sentence on how far a study is."""
    total, done = len(results.study.cases), len(results.results)
    parts = [f"{done} of {words.count(total, 'case')} done"]
    came = _came_of(results.results.values())
    if came.no_plan:
        parts.append(f"{came.no_plan} found no plan within the limits")
    if came.infeasible:
        parts.append(f"{came.infeasible} without a possible plan")
    if came.failed:
        parts.append(f"{came.failed} failed")
    return ", ".join(parts) + "."


def _broken(case: str) -> str:
    """Id of a case, in several lines where it is long."""
    return case if len(case) <= LONG else case.replace(",", ",\n")


# -- parts ------------------------------------------------------------------------------------------------------------


class _CameOf(NamedTuple):
    """How many cases ended how; each counts once."""

    solved: int
    no_plan: int
    infeasible: int
    failed: int


def _came_of(found: Iterable[CaseResult]) -> _CameOf:
    ends = Counter(_end(result) for result in found)
    return _CameOf(*(ends[name] for name in _CameOf._fields))


def _end(result: CaseResult) -> str:
    if result.termination in FAILED:
        return "failed"
    if result.termination is Termination.INFEASIBLE:
        return "infeasible"
    return "no_plan" if result.plan is None else "solved"


def _plain(record: dict[Any, Any]) -> Iterator[tuple[Any, Any]]:
    """Values of a record as JSON knows them; a missing one is None."""
    import pandas as pd

    for name, value in record.items():
        yield name, None if pd.isna(value) else value


def _shown(results: StudyResults) -> tuple[str, ...]:
    """Measures shown: those that the study names, if they are few."""
    goals = _goals(results)
    chosen = tuple(name for name in results.study.measures if name not in goals)
    return chosen if len(chosen) <= MOST_COLUMNS else ()


def _goals(results: StudyResults) -> tuple[str, ...]:
    """Measures that were optimised first, each once."""
    return tuple(dict.fromkeys(r.measure for r in results.results.values() if r.measure is not None))


def _title(results: StudyResults, measure: str) -> str:
    found = measures(results.study.base).get(measure)
    title = found.title if found is not None else measure
    return title[:1].upper() + title[1:]


def _limit_word(results: StudyResults) -> str:
    """Heading of the bound: what no plan exceeds, or falls below."""
    known = measures(results.study.base)
    senses = {known[name].sense for name in _goals(results) if name in known}
    return {frozenset({1}): "At most", frozenset({-1}): "At least"}.get(frozenset(senses), "Bound")


def _places(results: StudyResults) -> int:
    found = results.results.values()
    return words.decimals(v for r in found for v in (r.objective, r.bound) if v is not None)


def _figures(result: CaseResult | None, places: int) -> tuple[str, str, str]:
    if result is None or result.objective is None:
        return (words.NONE,) * 3
    gap = words.NONE if result.gap is None else words.percent(result.gap, 2 if result.gap < 0.1 else 1)
    return (words.number(result.objective, places), words.number(result.bound, places), gap)


def _measures(results: StudyResults, result: CaseResult | None, shown: Iterable[str]) -> Iterator[str]:
    known = measures(results.study.base)
    for name in shown:
        value = None if result is None else result.measures.get(name)
        if value is None:
            yield words.NONE
        elif known[name].unit == "wave" and value > results.study.base.n_waves:
            yield f"after {results.study.base.n_waves}"
        else:
            column = [r.measures.get(name) for r in results.results.values()]
            places = words.decimals(v for v in column if v is not None) if known[name].unit == "money" else 0
            yield words.number(value, {"ratio": 2, "load": 1}.get(known[name].unit, places))


def _ended(result: CaseResult | None) -> str:
    return "to do" if result is None else ENDED.get(result.termination, str(result.termination))


def _notes(results: StudyResults) -> tuple[str, ...]:
    """Why cases have no plan; equal reasons once."""
    reasons: dict[str, list[str]] = {}
    for id_, result in results.results.items():
        if result.plan is None:
            reasons.setdefault(result.message, []).append(id_)
    told = [f"{_listed(cases)}: {reason}" for reason, cases in reasons.items()]
    more = len(told) - MOST_REASONS
    if more > 0:
        told[MOST_REASONS:] = [f"… and {words.count(more, 'further reason')}; results.csv in the folder has all."]
    return tuple(told)


def _listed(cases: list[str]) -> str:
    return ", ".join(cases) if len(cases) <= 3 else f"{', '.join(cases[:2])} and {len(cases) - 2} more"


def _block_row(results: StudyResults, name: str, blocks: set[str]) -> tuple[str, ...]:
    ids = [planned.id for planned in results.study.cases if planned.block in blocks]
    found = [results.results[id_] for id_ in ids if id_ in results.results]
    seconds = [r.seconds for r in found if r.seconds]
    mean = f"{sum(seconds) / len(seconds):.1f} s" if seconds else words.NONE
    return (name, *map(str, (len(ids), *_came_of(found), len(ids) - len(found))), mean)
