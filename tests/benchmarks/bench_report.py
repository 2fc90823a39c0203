"""Tables and verdicts of the benchmark in Markdown, and their places in the page."""

from __future__ import annotations

import re
import statistics
from collections.abc import Callable, Iterable, Sequence

from bench_rows import METHODS, OURS, Case, Row
from bench_store import Measured
from bench_table import NONE, markdown, number
from bench_traces import Row as Moment

Runs = Sequence[Measured]


def of(measured: Iterable[Measured], case: Case, method: str) -> list[Measured]:
    """Runs of a case by a method."""
    return [m for m in measured if (m.key.case, m.key.method) == (case.name, method)]


def median(values: Iterable[float | None], *, more: bool = False) -> float | None:
    """Median, in which None is worse than any number: larger, or smaller where ``more`` is better."""
    worst = float("-inf") if more else float("inf")
    found = statistics.median_high([worst if v is None else v for v in values] or [worst])
    return None if abs(found) == float("inf") else found


def at(runs: Runs, seconds: float | None) -> Moment:
    """Medians of where runs stood at a moment, or at their end."""
    stood = [m.end if seconds is None else m.at(seconds) for m in runs]
    return Moment(
        seconds or median(m.end.seconds for m in runs if m.end) or 0.0,
        "",
        median((None if s is None else s.incumbent for s in stood), more=True),
        median(None if s is None else s.bound for s in stood),
        median(None if s is None else s.gap for s in stood),
    )


def table(row: Row, case: Case, measured: Runs, seconds: float) -> list[str]:
    """Table of a case: what each method had at each moment."""
    moments = [m for m in row.moments if m < seconds]
    header = ["method", "first plan s", *(f"at {m:g} s" for m in moments), "at the end", "ended after s", "GB", "runs"]
    body, skipped = [], []
    for name, method in METHODS.items():
        runs = of(measured, case, name)
        reasons = [m.run.skipped for m in runs if m.run.skipped]
        if reasons:
            skipped.append(f"{method.title}: {reasons[0]}.")
        elif runs:
            states = [_state(at(runs, m)) for m in (*moments, None)]
            first = median(m.first_plan for m in runs)
            peak = max(m.run.peak_mb for m in runs) / 1024
            ended = at(runs, None).seconds
            body.append([method.title, number(first), *states, number(ended), f"{peak:.1f}", str(len(runs))])
    lines = [f"**{case.name}**, plan / bound / gap:", "", *markdown(header, body)] if body else []
    return [*lines, *(["", *skipped] if skipped else [])]


def _state(moment: Moment) -> str:
    return f"{amount(moment.incumbent)} / {amount(moment.bound)} / {percent(moment.gap)}"


def percent(value: float | None) -> str:
    """Fraction as a percentage, with more digits where it is small."""
    if value is None:
        return NONE
    return f"{value:.1%}" if value >= 0.1 else f"{value:.2%}" if value >= 0.001 or value == 0 else f"{value:.4%}"


def amount(value: float | None) -> str:
    """Amount, without a fraction where it is large."""
    return NONE if value is None else f"{value:,.0f}" if abs(value) >= LARGE else f"{value:.2f}"


LARGE = 1e4
"""Amounts from which on no fraction is told."""


# -- verdicts ----------------------------------------------------------------------------------------------------------


def verdicts(row: Row, case: Case, measured: Runs) -> list[str]:
    """What was asked for and what was found, a line each; nothing where ours has not been run."""
    ours = of(measured, case, OURS)
    if not any(m.moments for m in ours):
        return []
    made = []
    for word, asked in (("goal", row.goals), ("must", row.musts)):
        for seconds, most in asked:
            gap = at(ours, seconds).gap
            made.append(_said(word, f"gap at {seconds:g} s {percent(gap)}, asked {percent(most)}", gap, most))
    if row.share is not None and row.share_at is not None:
        made.append(_shared(row.share, row.share_at, case, measured))
    if row.known is not None:
        plan = at(ours, None).incumbent
        below = None if plan is None else (row.known - plan) / row.known
        shown = "no plan" if below is None else f"{below:.4%} below the best there is"
        made.append(f"- best plan {shown}, at {row.known:,.2f}")
    if row.known is None and row.share is None and not row.goals and not row.axis:
        made += [_better(seconds, case, measured) for seconds in row.moments]
    return made


def _said(word: str, text: str, found: float | None, most: float) -> str:
    return f"- {word}: {text}: {'met' if found is not None and found <= most else 'NOT met'}"


def _baselines(case: Case, measured: Runs, read: Callable[[Runs], float | None]) -> dict[str, float]:
    """A figure of each baseline that has it."""
    found = {name: read(of(measured, case, name)) for name in METHODS if name != OURS and of(measured, case, name)}
    return {name: value for name, value in found.items() if value is not None}


def _shared(share: float, seconds: float, case: Case, measured: Runs) -> str:
    others = _baselines(case, measured, lambda runs: at(runs, seconds).gap)
    gap = at(of(measured, case, OURS), seconds).gap
    if not others:
        return f"- must: a share of the best baseline's gap at {seconds:g} s: not said, for no baseline has a gap"
    name = min(others, key=lambda n: others[n])
    text = f"gap at {seconds:g} s {percent(gap)}, best baseline ({METHODS[name].title}) {percent(others[name])}"
    return _said("must", f"{text}, asked {share:.0%} of it", gap, share * others[name])


def _better(seconds: float, case: Case, measured: Runs) -> str:
    others = _baselines(case, measured, lambda runs: at(runs, seconds).incumbent)
    plan = at(of(measured, case, OURS), seconds).incumbent
    text = f"plan at {seconds:g} s {amount(plan)}, best baseline {amount(max(others.values(), default=None))}"
    held = plan is not None and all(plan >= other for other in others.values())
    return f"- {text}: {'met' if held else 'NOT met'}"


# -- the page ----------------------------------------------------------------------------------------------------------


def section(row: Row, measured: Runs, seconds: float, heading: Sequence[str], pictures: Sequence[str]) -> str:
    """All that is said of a row."""
    lines = [f"Asked for: {row.asked}.", "", *heading, ""]
    for case in row.cases:
        told = [*table(row, case, measured, seconds), "", *verdicts(row, case, measured)]
        lines += [*told, ""] if any(told) else []
    lines += [line for picture in pictures for line in (picture, "")]
    return "\n".join(lines).strip()


def placed(page: str, name: str, text: str) -> str:
    """Page with the text of a row in its place.

    Raises
    ------
    ValueError
        If the page has no place for it.
    """
    pattern = re.compile(rf"(<!-- bench {re.escape(name)} -->\n).*?(<!-- end {re.escape(name)} -->)", re.DOTALL)
    if not pattern.search(page):
        message = f"the page has no lines '<!-- bench {name} -->' and '<!-- end {name} -->' to write between"
        raise ValueError(message)
    return pattern.sub(lambda found: f"{found[1]}\n{text}\n\n{found[2]}", page)
