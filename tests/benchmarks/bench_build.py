"""The row ``build``: how long it takes to read, build and hand over instances of growing size."""

from __future__ import annotations

from bench_table import markdown, number

SOURCES = {
    "global": "folder:instances/global",
    **{f"clustered {n:,}": f"selection:clustered-{n}x10-1" for n in (1000, 2500, 5000, 10000)},
}
"""Instances; the last has 100,000 whole columns before reductions, which are off here."""

ASKED = "building and handing over 100,000 whole columns in less than 4 s, at least in less than 5 s, and linear"
LIMIT, GOAL = 5.0, 4.0
SECONDS_EACH = 40.0
"""Most that one measurement takes, for the budget."""

PARTS = ("read", "build", "form", "hand over")
FIELDS = ("case", "whole columns", "rows", *PARTS, "peak_mb", "calibration")


def table(rows: list[dict[str, str]]) -> str:
    """Table of medians, and whether what was asked for is met by the largest instance."""
    header = [
        "instance",
        "whole columns",
        "rows",
        "read s",
        "build s",
        "form s",
        "hand over s",
        "all but reading s",
        "GB",
    ]
    body, largest = [], None
    for case in dict.fromkeys(row["case"] for row in rows):
        runs = sorted((row for row in rows if row["case"] == case), key=_after_reading)
        middle = runs[len(runs) // 2]
        total = _after_reading(middle)
        parts = [number(float(middle[name]), 2) for name in PARTS]
        size = [f"{int(middle[name]):,}" for name in ("whole columns", "rows")]
        body.append([case, *size, *parts, number(total, 2), number(float(middle["peak_mb"]) / 1024)])
        if largest is None or int(middle["whole columns"]) > largest[0]:
            largest = (int(middle["whole columns"]), total)
    if largest is None:
        return ""
    met = "goal met" if largest[1] < GOAL else "must met" if largest[1] < LIMIT else "NOT met"
    return "\n".join([*markdown(header, body), "", f"- {largest[0]:,} whole columns in {largest[1]:.1f} s: {met}"])


def _after_reading(row: dict[str, str]) -> float:
    return sum(float(row[name]) for name in PARTS[1:])
