"""The tables of a benchmark, in Markdown, so that they read on a terminal and in the documentation."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence

from bench_traces import BASELINE, MOMENTS, Row, Trace, ratio

NONE = "–"


def machine(versions: dict[str, str]) -> str:
    """Say what it ran on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    system = f"{platform.system()} {platform.machine()}"
    named = ", ".join(f"{name} {versions[name]}" for name in ("python", "highs", "pyomo", "sequencer"))
    return f"Machine: {cores} cores, {system}, {named}"


def tables(traces: Sequence[Trace], seconds: float) -> str:
    """Machine and instance, a table of the ends, and one of what was known when, up to ``seconds``."""
    first = traces[0]
    calibrations = [trace.calibration for trace in traces]
    heading = [
        machine(first.versions),
        f"Instance: fingerprint {first.fingerprint}; amounts in {first.money}",
        f"Calibration solve, before each configuration: {min(calibrations):.2f} to {max(calibrations):.2f} s",
    ]
    return "\n".join([*heading, "", *_ends(traces), "", *_moments(traces, seconds)])


def _ends(traces: Sequence[Trace]) -> list[str]:
    baseline = next((trace for trace in traces if trace.configuration.name == BASELINE), None)
    header = [
        "configuration",
        "first plan s",
        "plan",
        "bound",
        "gap",
        "of baseline's",
        "ended after s",
        "by",
        "processor s",
        "calibration s",
    ]
    body = []
    for trace in traces:
        end, share = trace.end, ratio(trace, baseline)
        body.append(
            [
                trace.configuration.title,
                number(trace.first_plan),
                number(end.incumbent, 2),
                number(end.bound, 2),
                percent(end.gap),
                NONE if share is None else f"{share:.2f}",
                number(end.seconds),
                trace.termination,
                number(trace.processor_seconds, 0),
                number(trace.calibration, 2),
            ]
        )
    return markdown(header, body)


def _moments(traces: Sequence[Trace], seconds: float) -> list[str]:
    moments = [moment for moment in MOMENTS if moment <= seconds]
    header = ["plan / bound / gap", *(f"at {moment:.0f} s" for moment in moments), "at the end"]
    body = [
        [trace.configuration.title, *(_state(trace.at(moment)) for moment in moments), _state(trace.end)]
        for trace in traces
    ]
    return markdown(header, body)


def _state(row: Row | None) -> str:
    if row is None:
        return NONE
    return f"{number(row.incumbent)} / {number(row.bound)} / {percent(row.gap)}"


def number(value: float | None, digits: int = 1) -> str:
    """Number with so many digits."""
    return NONE if value is None else f"{value:.{digits}f}"


def percent(value: float | None) -> str:
    """Fraction as a percentage."""
    return NONE if value is None else f"{value:.1%}"


def markdown(header: list[str], body: list[list[str]]) -> list[str]:
    """Rows of a table, the first column to the left and the others to the right."""
    widths = [max(len(row[k]) for row in [header, *body]) for k in range(len(header))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    aligned = [
        [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        for row in [header, *body]
    ]
    return [f"| {' | '.join(cells)} |" for cells in [aligned[0], rule, *aligned[1:]]]
