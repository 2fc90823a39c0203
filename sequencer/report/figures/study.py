"""A study as pictures: proven intervals by case or along a parameter, and what starts when in each case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sequencer.errors import SequencerError
from sequencer.instance.goals import measures
from sequencer.instance.nearest import suggest
from sequencer.report import words
from sequencer.report.figures import style
from sequencer.report.figures.style import save

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from sequencer.study.results import StudyResults

__all__ = [
    "along", "along_figure", "intervals", "intervals_figure", "moves", "moves_figure", "save",
]  # fmt: skip

HUES = ("#1f4e9e", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#7d7a1e", "#b3261e", "#52616f")
WAVE_HUES = ("#0b3c5d", "#2f6f9f", "#5b9bc8", "#93c1de", "#c4ddec", "#e2eef5")
"""Start waves, early ones dark; more waves repeat the last hue but one step paler."""

ROW = 0.27
NAMED = 60
"""Most cases that carry their names; more are drawn as one curve, the best first."""

MOST_ITEMS = 45
MOST_CASES = 50
"""Most rows and columns of what moves."""


class _Point(NamedTuple):
    """What is known of a case."""

    case: str
    block: str
    objective: float | None
    bound: float | None
    why: str


# -- intervals --------------------------------------------------------------------------------------------------------


@style.plain
def intervals_figure(results: StudyResults) -> Figure:
    """Proven intervals on a sheet of its own, as high as there are cases."""
    count = min(len(results.study.cases), NAMED)
    named = len(results.study.cases) <= NAMED
    figure = Figure(figsize=(11.0, max(3.0, 1.5 + ROW * count) if named else 5.6), layout="constrained")
    intervals(results, ax=figure.subplots())
    return figure


@style.plain
def intervals(results: StudyResults, *, ax: Axes | None = None) -> Axes:
    """What the plan of each case reaches (dot), and from there to what is proven that no plan of it exceeds (bar).

    Parameters
    ----------
    results
        A study with at least one plan.
    ax
        Axes to draw on; new ones where not given.

    Raises
    ------
    sequencer.errors.SequencerError
        If no case has a plan yet.
    """
    if ax is None:
        return intervals_figure(results).axes[0]
    points = _points(results)
    if len(points) > NAMED:
        return _sorted_curve(results, points, ax)
    hue = _hues(results)
    low, high = _span(points)
    room = 0.12 * ((high - low) or abs(high) or 1.0)
    places = words.decimals(p.objective for p in points if p.objective is not None)
    for row, p in enumerate(points):
        if p.objective is None:
            ax.text(low - 0.9 * room, row, style.fitted(p.why, 5.0, 8), va="center", fontsize=8, color=style.ALERT)
            continue
        end = p.objective if p.bound is None else p.bound
        ax.barh(row, end - p.objective, left=p.objective, height=0.5, color=style.mix(hue[p.block], 0.35))
        ax.plot([p.objective], [row], marker="o", color=hue[p.block], markersize=6)
        left = p.objective <= end
        said, at = words.number(p.objective, places), (-6 if left else 6, 0)
        ax.annotate(
            said, (p.objective, row), at, textcoords="offset points", ha="right" if left else "left", va="center",
            fontsize=8, color=style.INK,
        )  # fmt: skip
    ax.set_yticks(range(len(points)), [style.fitted(p.case, 3.2, 8) for p in points], fontsize=8)
    ax.set_ylim(len(points) - 0.4, -0.6)
    ax.set_xlim(low - room, high + 0.5 * room)
    _dress(ax, f"{_name(results)}: plan (dot), proven range (bar)", _axis_title(results))
    ax.grid(axis="y", visible=False)
    return ax


def _sorted_curve(results: StudyResults, points: Sequence[_Point], ax: Axes) -> Axes:
    """Many cases as one curve from the best to the worst, block by block."""
    hue = _hues(results)
    legend: dict[str, Artist] = {}
    for block, colour in hue.items():
        planned = (p for p in points if p.block == block and p.objective is not None)
        found = sorted(planned, key=_objective, reverse=True)
        if not found:
            continue
        label = f"{block} ({words.count(len(found), 'case')})"
        values = [_objective(p) for p in found]
        if len(found) == 1:
            legend[label] = ax.axhline(values[0], color=colour, linewidth=1.4, linestyle="--")
            continue
        share = [(n + 0.5) / len(found) for n in range(len(found))]
        ends = [_objective(p) if p.bound is None else p.bound for p in found]
        ax.fill_between(share, values, ends, color=style.mix(colour, 0.3), linewidth=0)
        (legend[label],) = ax.plot(share, values, color=colour, linewidth=2, marker="o" if len(found) < 9 else "")
    lost = sum(p.objective is None for p in points)
    without = f"; {words.count(lost, 'case')} without a plan not shown" if lost else ""
    _legend(ax, legend)
    _dress(ax, f"{_name(results)}: plans (line), proven range (area)", f"share of cases that reach it{without}")
    ax.set_ylabel(_axis_title(results), color=style.MUTED)
    return ax


# -- along a parameter ------------------------------------------------------------------------------------------------


@style.plain
def along_figure(results: StudyResults, parameter: str) -> Figure:
    """Result along a parameter, on a sheet of its own."""
    figure = Figure(figsize=(9.0, 5.4), layout="constrained")
    along(results, parameter, ax=figure.subplots())
    return figure


@style.plain
def along(results: StudyResults, parameter: str, *, ax: Axes | None = None) -> Axes:
    """Plan (line) and proven range (area) by the values of a parameter, a line for each combination of the others.

    Parameters
    ----------
    results
        A study.
    parameter
        Name of a parameter that is a number.
    ax
        Axes to draw on; new ones where not given.

    Raises
    ------
    sequencer.errors.SequencerError
        If there is no such parameter, or it is no number, or no case with it has a plan.
    """
    if ax is None:
        return along_figure(results, parameter).axes[0]
    lines = _lines(results, parameter)
    scattered = len(lines) > len(HUES)
    legend: dict[str, Artist] = {}
    for (name, found), colour in zip(sorted(lines.items()), HUES * (len(lines) // len(HUES) + 1), strict=False):
        found.sort()
        across, values, ends = ([one[k] for one in found] for k in range(3))
        if scattered:
            ax.vlines(across, values, ends, color=style.mix(HUES[0], 0.4), linewidth=1.2)
            ax.plot(across, values, "o", color=HUES[0], markersize=4)
        else:
            ax.fill_between(across, values, ends, color=colour, alpha=0.18, linewidth=0)
            (legend[name],) = ax.plot(across, values, marker="o", color=colour, linewidth=2)
    if len(legend) > 1:
        _legend(ax, legend)
    how = "plan (dot), proven range (bar)" if scattered else "plan (line), proven range (area)"
    _dress(ax, f"{_name(results)}: {how}", parameter)
    ax.set_ylabel(_axis_title(results), color=style.MUTED)
    return ax


def _lines(results: StudyResults, parameter: str) -> dict[str, list[tuple[float, float, float]]]:
    """Parameter, objective and bound of each case, by what else distinguishes it."""
    if parameter not in results.parameters:
        message = f"the study has no parameter '{parameter}'. {suggest(parameter, results.parameters)}"
        raise SequencerError(message)
    made: dict[str, list[tuple[float, float, float]]] = {}
    for planned in results.study.cases:
        value = planned.case.parameters.get(parameter)
        if value is None:
            continue
        if isinstance(value, str | bool):
            message = f"'{parameter}' is no number (one value is '{value}'). Leave --along out to see every case."
            raise SequencerError(message)
        result = results.results.get(planned.id)
        if result is None or result.objective is None:
            continue
        others = [f"{n} {_short(v)}" for n, v in planned.case.parameters.items() if n != parameter]
        end = result.objective if result.bound is None else result.bound
        made.setdefault(", ".join(others) or planned.block, []).append((float(value), result.objective, end))
    if not made:
        message = f"no case with '{parameter}' has a plan yet. Run the study to its end first."
        raise SequencerError(message)
    return made


def _short(value: object) -> str:
    return words.short(value) if isinstance(value, float | int) and not isinstance(value, bool) else str(value)


# -- what moves -------------------------------------------------------------------------------------------------------


@style.plain
def moves_figure(results: StudyResults) -> Figure:
    """What moves, on a sheet of its own."""
    rows, cases, _ = _moved(results)
    figure = Figure(figsize=(4.4 + 0.3 * max(len(cases), 8), 3.2 + 0.2 * max(len(rows), 6)), layout="constrained")
    moves(results, ax=figure.subplots())
    return figure


@style.plain
def moves(results: StudyResults, *, ax: Axes | None = None) -> Axes:
    """Start wave (colour) by item and case, of everything that is not the same in all plans; blank is not adopted.

    Parameters
    ----------
    results
        A study with at least two plans.
    ax
        Axes to draw on; new ones where not given.

    Raises
    ------
    sequencer.errors.SequencerError
        If fewer than two cases have a plan.
    """
    if ax is None:
        return moves_figure(results).axes[0]
    rows, cases, more = _moved(results)
    base = results.study.base
    waves = max(results.instance(case).n_waves for case in cases)
    grid = [[results.plans[case].wave(item) or 0 for case in cases] for item in rows]
    hues = ["#ffffff", *(WAVE_HUES[min(w, len(WAVE_HUES) - 1)] for w in range(waves))]
    if rows:
        norm = BoundaryNorm([w - 0.5 for w in range(waves + 2)], waves + 1)
        ax.imshow(grid, aspect="auto", cmap=ListedColormap(hues), norm=norm, interpolation="nearest")
        for y, line in enumerate(grid):
            for x, wave in enumerate(line):
                if wave:
                    ink = "white" if wave < 3 else style.INK
                    ax.text(x, y, str(wave), ha="center", va="center", fontsize=7, color=ink)
    else:
        ax.text(0.5, 0.5, "every plan is the same", transform=ax.transAxes, ha="center", color=style.MUTED)
    names = [style.fitted(words.one_line(base.label(item)), 2.3, 8) for item in rows]
    ax.set_yticks(range(len(rows)), names, fontsize=8)
    ax.set_xticks(range(len(cases)), [style.fitted(c, 2.6, 8) for c in cases], fontsize=8, rotation=90)
    _dress(ax, "Start wave, where plans differ", more)
    ax.grid(visible=False)
    handles = [Patch(facecolor=hues[w], edgecolor=style.FAINT, label=f"wave {w}") for w in range(1, waves + 1)]
    handles.append(Patch(facecolor="white", edgecolor=style.FAINT, label="not adopted"))
    ax.legend(handles=handles, frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return ax


def _moved(results: StudyResults) -> tuple[list[str], list[str], str]:
    """Items whose start is not the same in all plans, those that differ most first; cases shown; what is left out."""
    cases = list(results.plans)
    if len(cases) < 2:
        message = "fewer than two cases have a plan, so there is nothing to compare. Run the study to its end first."
        raise SequencerError(message)
    starts = {
        item: [results.plans[case].wave(item) or 0 for case in cases]
        for item in sorted({a.id for plan in results.plans.values() for a in plan.adoptions})
    }
    moved = [item for item, waves in starts.items() if len(set(waves)) > 1]
    often = {item: len(cases) - max(starts[item].count(w) for w in set(starts[item])) for item in moved}
    rows = sorted(moved, key=lambda item: (-often[item], item))
    told = []
    if len(rows) > MOST_ITEMS:
        told.append(f"{len(rows) - MOST_ITEMS} items that differ less often are left out")
    if len(cases) > MOST_CASES:
        told.append(f"{len(cases) - MOST_CASES} cases are left out")
    return rows[:MOST_ITEMS], cases[:MOST_CASES], "; ".join(told)


# -- parts ------------------------------------------------------------------------------------------------------------


def _points(results: StudyResults) -> list[_Point]:
    made = []
    for planned in results.study.cases:
        result = results.results.get(planned.id)
        why = "to do" if result is None else result.message
        objective = None if result is None else result.objective
        made.append(_Point(planned.id, planned.block, objective, None if result is None else result.bound, why))
    if all(p.objective is None for p in made):
        message = "no case has a plan yet, so there is nothing to draw. Run the study to its end first."
        raise SequencerError(message)
    return made


def _objective(point: _Point) -> float:
    return 0.0 if point.objective is None else point.objective


def _span(points: Sequence[_Point]) -> tuple[float, float]:
    known = [v for p in points if p.objective is not None for v in (p.objective, p.bound) if v is not None]
    return min(known), max(known)


def _hues(results: StudyResults) -> dict[str, str]:
    blocks = dict.fromkeys(planned.block for planned in results.study.cases)
    return {block: HUES[n % len(HUES)] for n, block in enumerate(blocks)}


def _name(results: StudyResults) -> str:
    return words.one_line(results.study.name)


def _legend(ax: Axes, lines: Mapping[str, Artist]) -> None:
    """Legend of lines by their names, which stand in it even if they begin with an underscore."""
    ax.legend(list(lines.values()), list(lines), frameon=False, fontsize=9)


def _axis_title(results: StudyResults) -> str:
    names = dict.fromkeys(r.measure for r in results.results.values() if r.measure is not None)
    if len(names) != 1:
        return "what each case optimises"
    found = measures(results.study.base)[next(iter(names))]
    unit = f", {words.money_unit(results.study.base)}" if found.unit == "money" else ""
    return f"{found.title[:1].upper()}{found.title[1:]}{unit}"


def _dress(ax: Axes, title: str, below: str) -> None:
    """Title to the left, quiet frame and grid."""
    ax.set_title(title, loc="left", fontproperties=style.font(11, bold=True), color=style.INK)
    ax.set_xlabel(below, color=style.MUTED)
    ax.tick_params(colors=style.MUTED, labelcolor=style.INK)
    ax.grid(axis="both", color=style.FAINT, linewidth=0.5)
    ax.set_axisbelow(True)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
