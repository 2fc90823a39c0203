"""Risk of a plan as tables and data: the spread of its figures, and where it comes from."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np

from sequencer.report import words
from sequencer.report.goals import figure, heading
from sequencer.report.table import Table
from sequencer.study.monte_carlo import APPROACH, QUANTILES

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.study.monte_carlo import MonteCarlo

SHOWN = 12
"""Sources of the spread listed at most."""

MEASURES = ("npv", "value", "cost", "benefit_to_cost", "payback_wave")
"""Measures whose spread is listed."""

COLUMN_WORDS = {
    "one_off_cost": "one-off cost",
    "running_cost": "running cost",
    "extra_cost": "price of extra capacity",
}


def source_text(instance: Instance, name: str) -> str:
    """Source of the spread in words: ``potential of Launch acceleration``, ``success of Japan``."""
    if name == APPROACH:
        return "success of the roll-out approach"
    if name.startswith("outcome."):
        return f"success of {words.one_line(instance.label(name.removeprefix('outcome.')))}"
    table, _, rest = name.partition(".")
    row, _, column = rest.rpartition(".")
    if not row or any(sign in name for sign in "*?[ "):
        return f"together: {name}"
    what = COLUMN_WORDS.get(column, column.replace("_", " "))
    if table == "capacities":
        resource, _, wave = row.partition(":")
        return f"{what} of {words.one_line(instance.label(resource))}, wave {wave}"
    if table == "mandate":
        return f"{what} of {words.one_line(instance.mandate_levels[int(row)].label)}"
    return f"{what} of {words.one_line(_label(instance, table, row))}"


def _label(instance: Instance, table: str, row: str) -> str:
    if table == "capability_steps":
        capability, _, level = row.partition(":")
        return f"{instance.label(capability)} {level}"
    if table == "affiliate_success":
        affiliate, _, mode = row.partition(":")
        return f"{instance.label(affiliate)} as {mode}"
    return instance.label(row)


def tables(found: MonteCarlo, level: float) -> list[Table]:
    """Headline, quantiles of the main figures, and sources of the spread."""
    return [_headline(found, level), _quantiles(found), _sources(found)]


def _headline(found: MonteCarlo, level: float) -> Table:
    instance, base = found.instance, found.base["npv"] or 0.0
    places = words.decimals([base, found.quantile(0.95)])

    def money(value: float) -> str:
        return figure(instance, "npv", value, places)

    rows = (
        ("As planned (base values, expected success)", money(base)),
        ("Mean of all draws", f"{money(found.mean())} ± {words.number(1.96 * found.error(), places)}"),
        ("Probability of a loss", words.percent(found.loss_probability, 1)),
        (
            f"Mean of the worst {words.percent(1 - level, 0 if round(level, 2) == level else 1)}",
            money(found.cvar(level)),
        ),
    )
    return Table(f"Net present value in {found.options.draws:,} draws", ("", ""), rows, _how(found))


def _how(found: MonteCarlo) -> tuple[str, ...]:
    options = found.options
    outcomes = sum(name.startswith("outcome.") for name in found.values)
    made = [
        f"Decisions stay as planned. Drawn: {words.count(len(found.assumptions), 'uncertain amount')} "
        f"({options.shape}) and {words.count(outcomes, 'adoption that may fail', 'adoptions that may fail')}; "
        f"seed {options.seed}."
    ]
    if not options.failures:
        made.append("Failures are not drawn: value counts at its probability of success.")
    if not found.assumptions:
        so = "only success and failure make a difference" if outcomes else "all draws are the same"
        made.append(f"No amount has a low or a high value, so {so}.")
    return tuple(made)


def _quantiles(found: MonteCarlo) -> Table:
    rows = []
    notes = [f"Amounts in {words.money_unit(found.instance)}; payback is a wave, later one after the last."]
    for name in (m for m in MEASURES if m in found.measures):
        values = found.measures[name]
        if name == "payback_wave":
            # A plan that never pays back does so after everything else.
            values = np.where(np.isnan(values), np.inf, values)
            found_waves = [float(np.quantile(values, q, method="inverted_cdf")) for q in QUANTILES]
            cells = [_wave(found.instance, wave) for wave in found_waves]
            rows.append((heading(found.instance, name), *cells, words.NONE))
            continue
        if np.isnan(values).all():
            rows.append((heading(found.instance, name), *(words.NONE,) * (len(QUANTILES) + 1)))
            notes.append(f"{heading(found.instance, name)}: nothing to compare, as the plan costs nothing.")
            continue
        known = [found.quantile(q, name) for q in QUANTILES] + [found.mean(name)]
        places = words.decimals(known)
        rows.append((heading(found.instance, name), *(words.number(v, places) for v in known)))
    heads = ("", *(f"{words.percent(q)} below" for q in QUANTILES), "mean")
    return Table("What the figures come to", heads, tuple(rows), tuple(notes))


def _wave(instance: Instance, value: float) -> str:
    if np.isinf(value):
        return "never"
    return words.short(value) if value <= instance.n_waves else "later"


def no_spread(found: MonteCarlo) -> str:
    """Why there is no spread of net present value to explain; empty where there is one."""
    # Sums of the same figures may differ in their last digits.
    if np.ptp(found.npv) > 1e-9 * np.abs(found.npv).max():
        return ""
    if not found.values:
        return "Nothing is uncertain in these draws, so there is no spread to explain."
    if found.options.draws == 1:
        return "One draw has no spread to explain."
    return "Nothing that is uncertain changes what this plan is worth, so there is no spread to explain."


def _sources(found: MonteCarlo) -> Table:
    unit = words.money_unit(found.instance)
    title, heads = "Where the spread comes from", ("source", "share", f"swing, {unit}")
    nothing = no_spread(found)
    if nothing:
        return Table(title, heads, (), (nothing,))
    listed = list(found.contributions.items())[:SHOWN]
    places = words.decimals([swing for _, (_, swing) in listed])
    rows = tuple(
        (source_text(found.instance, name), words.percent(share, 1), words.number(swing, places))
        for name, (share, swing) in listed
        if share >= 0.0005
    )
    rest = sum(share for share, _ in found.contributions.values()) - sum(share for _, (share, _) in listed)
    joint = max(0.0, 1 - sum(share for share, _ in found.contributions.values()))
    notes = (
        "Share: how much of the variance it explains by itself. Swing: by how much the mean moves from its 5 % to its "
        "95 % quantile, or from failure to success.",
        f"All other sources: {words.percent(max(rest, 0.0), 1)}; what only acts jointly: {words.percent(joint, 1)}.",
    )
    return Table(title, heads, rows, notes)


def content(found: MonteCarlo, level: float) -> dict[str, Any]:
    """Everything of it as JSON."""
    options = found.options
    return {
        "currency": found.instance.settings.currency,
        "unit": found.instance.settings.unit,
        "fingerprint": found.instance.fingerprint,
        "draws": options.draws,
        "seed": options.seed,
        "shape": options.shape,
        "latin_hypercube": options.latin,
        "failures": options.failures,
        "together": [list(group) for group in options.together],
        "base": found.base,
        "npv": {
            "mean": found.mean(),
            "standard_error": found.error(),
            "loss_probability": found.loss_probability,
            "cvar_level": level,
            "cvar": found.cvar(level),
        },
        "measures": {name: _spread(found, name) for name in found.measures},
        "contributions": [
            {"source": name, "words": source_text(found.instance, name), "share": share, "swing": swing}
            for name, (share, swing) in found.contributions.items()
        ],
    }


def _spread(found: MonteCarlo, name: str) -> dict[str, float | None]:
    values = found.measures[name]
    known = values[~np.isnan(values)]
    made: dict[str, float | None] = {"without": float(np.isnan(values).mean())}
    made["mean"] = float(known.mean()) if len(known) else None
    quantiles = {f"p{q * 100:.0f}": float(np.quantile(known, q)) if len(known) else None for q in QUANTILES}
    return made | quantiles


def draws_csv(found: MonteCarlo) -> str:
    """One row a draw: every measure, then every amount and outcome drawn."""
    columns = {**found.measures, **found.values}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["draw", *columns])
    for draw, row in enumerate(zip(*(c.tolist() for c in columns.values()), strict=True), start=1):
        writer.writerow([draw, *("" if value != value else value for value in row)])
    return out.getvalue()
