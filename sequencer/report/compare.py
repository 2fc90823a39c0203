"""Tables of a comparison: changed inputs first, then which is better, what moved, and the course over time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sequencer.instance.goals import measures as known_measures
from sequencer.plan.compare import Candidate, Comparison, Pair, Point
from sequencer.plan.evaluate import evaluate
from sequencer.report import words
from sequencer.report.adopted import adopted_text
from sequencer.report.table import Table
from sequencer.run.trace import read_trace

if TYPE_CHECKING:
    from sequencer.run.folder import Run

MOST_MOVES = 60
"""Rows of moves shown; the data have them all."""


def candidate_of(run: Run, name: str = "") -> Candidate:
    """Candidate of a run that holds a plan; ``name`` where the folder's own does not do."""
    assert run.plan is not None
    trace = [
        Point(*(float(row[k] or 0.0) for k in Point._fields))
        for row in read_trace(run.path / "trace.csv")
        if row["objective"] is not None and row["bound"] is not None
    ]
    return Candidate(name or run.name, evaluate(run.instance, run.plan), run.result["bound"], tuple(trace))


def tables(comparison: Comparison) -> list[Table]:
    """Every table of a comparison, in reading order."""
    made = [changes(comparison), figures(comparison), order(comparison), moves(comparison), *courses(comparison)]
    return [t for t in made if t.rows or t.notes]


def changes(comparison: Comparison) -> Table:
    """Inputs that differ."""
    rows = tuple(
        (c.table, c.row, c.field, *(_value(c.values[name]) for name in comparison.names)) for c in comparison.changes()
    )
    notes = () if rows else ("All plans were made for the same inputs.",)
    return Table("Changed inputs", ("Table", "Row", "Column", *comparison.names), rows, notes)


def figures(comparison: Comparison) -> Table:
    """Key figures side by side."""
    found = comparison.measures()
    rows: list[tuple[str, ...]] = []
    for name in dict.fromkeys(c.measure for c in comparison.candidates):
        rows += _goal(comparison, name)
    for name, title, unit in _shown(comparison):
        values = [float(found[n].get(name, math.nan)) for n in comparison.names]
        rows.append((title, *_cells(comparison, values, unit)))
    rows.append(("Adopted", *(adopted_text(c.evaluation) or words.NONE for c in comparison.candidates)))
    rows.append(("Rules broken", *(str(len(c.evaluation.violations) or "none") for c in comparison.candidates)))
    units = {c.name: words.money_unit(c.instance) for c in comparison.candidates}
    first = units[comparison.names[0]]
    notes = tuple(f"Amounts of {name} are in {unit}." for name, unit in units.items() if unit != first)
    return Table(f"Key figures, {first}", ("Measure", *comparison.names), tuple(rows), notes)


def _goal(comparison: Comparison, name: str) -> Iterator[tuple[str, ...]]:
    """A goal, its bound and its gap; the latter two for the plans that were solved for it."""
    aimed = [c for c in comparison.candidates if c.measure == name]
    known = known_measures(aimed[0].instance)[name]
    title = known.title[:1].upper() + known.title[1:]
    found = comparison.measures()
    values = [float(found[c.name].get(name, math.nan)) for c in comparison.candidates]
    values = [c.evaluation.objective if c in aimed else v for c, v in zip(comparison.candidates, values, strict=True)]
    limits = [math.nan if c.bound is None or c not in aimed else c.bound for c in comparison.candidates]
    yield (title, *_cells(comparison, values, known.unit))
    limit = "At most (proven)" if aimed[0].sense > 0 else "At least (proven)"
    yield (limit, *_cells(comparison, limits, known.unit))
    yield ("Proven gap", *(_gap(c) if c in aimed else words.NONE for c in comparison.candidates))


def _cells(comparison: Comparison, values: Sequence[float], unit: str) -> Iterator[str]:
    places = words.decimals(v for v in values if unit == "money" and math.isfinite(v))
    for value, candidate in zip(values, comparison.candidates, strict=True):
        yield _figure(value, unit, places, candidate.instance.n_waves)


def _shown(comparison: Comparison) -> Iterator[tuple[str, str, str]]:
    """Name, title and unit of the measures that are shown: goals apart, peaks of load elsewhere."""
    aims = {c.measure for c in comparison.candidates}
    lost = any(c.evaluation.measures["pace_loss"] for c in comparison.candidates)
    seen: dict[str, tuple[str, str]] = {}
    for candidate in comparison.candidates:
        for m in known_measures(candidate.instance).values():
            seen.setdefault(m.name, (m.title, m.unit))
    for name, (title, unit) in seen.items():
        plain = name in ("npv", "value", "cost", "benefit_to_cost", "peak_budget", "payback_wave", "first_value_wave")
        if name not in aims and (plain or name.startswith("value:") or (lost and name == "pace_loss")):
            yield name, title[:1].upper() + title[1:], unit


def _figure(value: float, unit: str, places: int, last: int) -> str:
    if not math.isfinite(value):
        return words.NONE
    if unit == "wave" and value > last:
        return "after the last"
    return words.number(value, {"money": places, "ratio": 2, "load": 1}.get(unit, 0))


def _amount(candidate: Candidate, value: float | None) -> str:
    return words.NONE if value is None else words.number(value, words.decimals([value]))


def _gap(candidate: Candidate) -> str:
    low, high = candidate.interval
    if not (math.isfinite(low) and math.isfinite(high)):
        return "not known"
    scale = max(abs(low), abs(high))
    gap = (high - low) / scale if scale else 0.0
    return words.percent(gap, 2 if gap < 0.1 else 1)


# -- which is better ----------------------------------------------------------------------------------------------


def order(comparison: Comparison) -> Table:
    """Which is better, as far as that is proven."""
    by_name = {c.name: c for c in comparison.candidates}
    rows = tuple((f"{p.first} and {p.second}", _verdict(p, by_name)) for p in comparison.order())
    return Table("Which is better", ("Plans", "What is proven"), rows)


def _verdict(pair: Pair, by_name: Mapping[str, Candidate]) -> str:
    """One pair in words."""
    one, two = by_name[pair.first], by_name[pair.second]
    match pair.relation:
        case "not comparable":
            return f"Not comparable: {pair.why}."
        case "same":
            return "Equally good; both are proven."
        case "better":
            limit = two.interval[1 if one.sense > 0 else 0]
            least = "at least" if one.sense > 0 else "at most"
            most = "at most" if one.sense > 0 else "at least"
            return (
                f"{pair.first} is better: {least} {_amount(one, one.evaluation.objective)}, "
                f"{pair.second} {most} {_amount(two, limit)}."
            )
        case _:
            return f"Not ranked, as both may turn out better: {_span(one)} and {_span(two)}. {_settle(pair)}"


def _span(candidate: Candidate) -> str:
    low, high = candidate.interval
    if not (math.isfinite(low) and math.isfinite(high)):
        return f"{candidate.name} {_amount(candidate, candidate.evaluation.objective)} with nothing proven"
    return f"{candidate.name} {_amount(candidate, low)} to {_amount(candidate, high)}"


def _settle(pair: Pair) -> str:
    """What it takes to know."""
    gap = pair.gap or 0.0
    if gap <= 1e-6:
        return "Their plans are worth the same so far; only optimal plans of both would tell."
    text = f"{pair.second} has to be solved to a gap below {words.percent(gap, 2 if gap < 0.1 else 1)}"
    if pair.seconds is None:
        return f"{text}; at the pace of its solve so far it cannot be told how long that takes."
    return f"{text}, about {duration(pair.seconds)} more at the pace of its solve so far."


def duration(seconds: float) -> str:
    """Duration that does not pretend to be exact: ``40 s``, ``6 min``, ``3 h``, ``more than a day``."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3600)} h" if seconds < 86400 else "more than a day"


# -- what moved, and when --------------------------------------------------------------------------------------------


def moves(comparison: Comparison) -> Table:
    """What is not adopted alike: start wave and mode in each plan."""
    frame = comparison.moves()
    rows = []
    for row in frame.to_dict("records")[:MOST_MOVES]:
        cells = []
        for candidate in comparison.candidates:
            wave, mode = row[f"wave {candidate.name}"], str(row[f"mode {candidate.name}"])
            cells.append(_start(candidate, str(row["id"]), wave, mode))
        rows.append((str(row["id"]), words.one_line(str(row["name"])), *cells))
    notes = ["Wave in which it starts, and how; – where it is not adopted."] if rows else ["The plans do not differ."]
    if len(frame) > MOST_MOVES:
        notes.append(f"{len(frame) - MOST_MOVES} further rows: --csv FILE has them all.")
    return Table("What moved", ("Id", "Name", *comparison.names), tuple(rows), tuple(notes))


def _start(candidate: Candidate, item: str, wave: Any, mode: str) -> str:  # noqa: ANN401
    if wave is None or wave != wave or str(wave) == "<NA>":
        return words.NONE
    found = candidate.instance.adoptables.get(item)
    modes = [] if found is None else [m for m in found.modes if m.id == mode and mode]
    said = words.mode_text(candidate.instance, modes[0]) if modes else mode
    return f"{int(wave) or 'before'}{f', {said}' if said else ''}"


COURSES = {
    "value": "Value by wave, undiscounted",
    "cost": "Cost by wave, undiscounted",
    "net_so_far": "Value less cost so far, discounted",
    "mandate": "Mandate level",
}


def courses(comparison: Comparison) -> list[Table]:
    """One table a measure: plans as rows, waves as columns, the tail summed up in the last one."""
    frame = comparison.by_wave()
    made = []
    for measure in dict.fromkeys(frame["measure"]):
        part = frame[frame["measure"] == measure]
        amounts = {n: dict(zip(p["period"], p["amount"], strict=True)) for n, p in part.groupby("plan", sort=False)}
        made.append(_course(comparison, str(measure), {str(k): v for k, v in amounts.items()}))
    return made


def _course(comparison: Comparison, measure: str, amounts: Mapping[str, Mapping[int, float]]) -> Table:
    instance = comparison.candidates[0].instance
    last = max(c.instance.n_waves for c in comparison.candidates)
    money = measure in ("value", "cost", "net_so_far")
    places = words.decimals(v for found in amounts.values() for v in found.values()) if money else 1
    places = 0 if measure == "mandate" else places
    tail = any(t > last for found in amounts.values() for t in found)
    rows = []
    for name in comparison.names:
        found = amounts.get(name, {})
        cells = [words.number(found[w], places) if w in found else words.NONE for w in range(1, last + 1)]
        after = [v for t, v in found.items() if t > last]
        if tail:
            whole = (after[-1] if measure == "net_so_far" else sum(after)) if after else 0.0
            cells.append(words.number(whole, places))
        rows.append((name, *cells))
    title = COURSES.get(measure)
    if title is None:
        resource = instance.by_id("resources").get(measure.partition(":")[2])
        unit = f", {words.one_line(resource.unit)}" if resource and resource.unit else ""
        title = f"Load of {words.one_line(resource.label) if resource else measure}{unit}"
    elif money:
        title = f"{title}, {words.money_unit(instance)}"
    return Table(title, ("Plan", *(str(w) for w in range(1, last + 1)), *(("after",) if tail else ())), tuple(rows))


def content(comparison: Comparison) -> dict[str, Any]:
    """JSON of a comparison: numbers, no words; absent values are null."""
    found = comparison.measures()
    return {
        "plans": [
            {
                "name": c.name,
                "measure": c.measure,
                "objective": c.evaluation.objective,
                "bound": c.bound,
                "interval": [_finite(v) for v in c.interval],
                "feasible": c.evaluation.feasible,
                "fingerprint": c.instance.fingerprint,
                "measures": {str(k): _finite(float(v)) for k, v in found[c.name].items()},
            }
            for c in comparison.candidates
        ],
        "changes": [c._asdict() for c in comparison.changes()],
        "order": [p._asdict() for p in comparison.order()],
        "moves": _records(comparison.moves().to_dict("records")),
        "by_wave": _records(comparison.by_wave().to_dict("records")),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _records(rows: Sequence[Mapping[Any, Any]]) -> list[dict[str, Any]]:
    """Rows of a frame with None for what is missing."""
    return [{str(k): None if v is None or v != v or str(v) == "<NA>" else v for k, v in row.items()} for row in rows]


def tidy(comparison: Comparison) -> str:
    """CSV of a comparison, one figure a row: section, plan, key, period and value."""
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("section", "plan", "key", "period", "value"))
    for change in comparison.changes():
        key = " ".join(p for p in (change.table, change.row, change.field) if p)
        writer.writerows(("input", name, key, "", _value(v)) for name, v in change.values.items())
    for name, column in comparison.measures().items():
        writer.writerows(("measure", name, key, "", repr(float(v))) for key, v in column.items() if math.isfinite(v))
    for row in _records(comparison.moves().to_dict("records")):
        for name in comparison.names:
            wave, mode = row[f"wave {name}"], row[f"mode {name}"]
            writer.writerow(("start", name, row["id"], "" if wave is None else int(wave), mode))
    for row in _records(comparison.by_wave().to_dict("records")):
        writer.writerow(("course", row["plan"], row["measure"], row["period"], repr(float(row["amount"]))))
    return out.getvalue()


def _value(value: object) -> str:
    """A given value as text."""
    if value is None or value in ("", []):
        return words.NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(_value, value))
    return f"{value:,.10g}" if isinstance(value, float) else str(value)
