"""Tables of a survey: where the company stands, its strengths, gaps and blind spots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sequencer.report import words
from sequencer.report.table import Table

if TYPE_CHECKING:
    from sequencer.instance.survey import Assessment, Survey


def tables(survey: Survey) -> list[Table]:
    """Every table of a survey, in reading order."""
    return [maturity(survey), strengths(survey), gaps(survey), blind_spots(survey)]


def maturity(survey: Survey) -> Table:
    """Surveyed maturity of every capability beside what the instance says, its target and the benchmark."""
    rows = []
    for a in survey.assessments:
        c = a.capability
        spread = words.NONE if a.low is None else f"{_level(a.low)}–{_level(a.high)}"
        cells = (_level(a.as_is), spread, str(a.answers), _level(c.as_is), _level(c.target), _level(c.benchmark))
        rows.append((words.LAYERS[c.layer].removesuffix(" capabilities"), words.one_line(c.label), *cells))
    how = "median of all answers" if survey.by == "median" else "median of the unit that stands lowest"
    columns = ("Layer", "Capability", "Survey", "Spread", "Answers", "As-is given", "Target", "Benchmark")
    notes = [f"Survey is the {how}, rounded down: a level counts when it is reached. Spread is lowest to highest."]
    silent = sum(a.as_is is None for a in survey.assessments)
    if silent:
        notes.append(f"Nobody answered for {words.count(silent, 'capability', 'capabilities')}.")
    return Table("Maturity by the survey", columns, tuple(rows), tuple(notes))


def strengths(survey: Survey) -> Table:
    """Capabilities above the industry's benchmark, or at their target where there is no benchmark."""
    found = [a for a in survey.assessments if (a.lead or 0) > 0 or (a.lead is None and a.gap == 0)]
    found.sort(key=lambda a: -(a.lead or 0))
    rows = tuple((_name(a), _level(a.as_is), _level(a.capability.benchmark), _signed(a.lead)) for a in found)
    columns = ("Capability", "Survey", "Benchmark", "Above it")
    return Table("Strengths", columns, rows, () if rows else ("No capability stands above its benchmark.",))


def gaps(survey: Survey) -> Table:
    """Capabilities short of their target, widest gap first."""
    found = [a for a in survey.assessments if a.gap]
    found.sort(key=lambda a: (-(a.gap or 0), a.lead or 0))
    rows = tuple(
        (_name(a), _level(a.as_is), _level(a.capability.target), _level(a.gap), _signed(a.lead)) for a in found
    )
    columns = ("Capability", "Survey", "Target", "Missing", "Against benchmark")
    return Table("Gaps", columns, rows, () if rows else ("No capability is short of its target.",))


def blind_spots(survey: Survey) -> Table:
    """Units that see themselves a level or more above their peers, farthest first."""
    found = [(excess, u, a) for a in survey.assessments for u, excess in a.blind.items()]
    found.sort(key=lambda entry: -entry[0])
    rows = tuple((_name(a), u, f"+{words.short(excess)}") for excess, u, a in found)
    columns = ("Capability", "Unit", "Sees itself above peers by")
    return Table("Blind spots", columns, rows, () if rows else ("No unit sees itself a level above its peers.",))


def content(survey: Survey) -> dict[str, Any]:
    """JSON of a survey."""
    return {
        "by": survey.by,
        "units": list(survey.units),
        "capabilities": [
            {
                "id": a.capability.id,
                "layer": str(a.capability.layer),
                "as_is": a.as_is,
                "answers": a.answers,
                "low": a.low,
                "high": a.high,
                "given": a.capability.as_is,
                "target": a.capability.target,
                "benchmark": a.capability.benchmark,
                "gap": a.gap,
                "lead": a.lead,
                "units": dict(a.units),
                "blind_spots": dict(a.blind),
            }
            for a in survey.assessments
        ],
    }


def _name(a: Assessment) -> str:
    return words.one_line(a.capability.label)


def _level(value: float | None) -> str:
    return words.NONE if value is None else words.short(value)


def _signed(value: int | None) -> str:
    return words.NONE if value is None else f"{value:+d}"
