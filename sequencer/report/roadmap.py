"""The roadmap as a table: what starts and what goes live in each wave."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sequencer.report import words
from sequencer.report.table import Table
from sequencer.types import Kind, Layer

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable
    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation
    from sequencer.plan.plan import Plan

_FIRST = (Kind.MANDATE, Kind.DRIVER, Kind.DRIVER_AFFILIATE)
_THEN = (
    Kind.AFFILIATE,
    Kind.BRAND,
    Kind.BRAND_AFFILIATE,
    Kind.CUSTOMER_TYPE,
    Kind.FUNCTION,
    Kind.INITIATIVE,
    Kind.EXCEPTION,
)


def roadmap(evaluation: Evaluation) -> Table:
    """One row a wave: dates, mandate, what starts and what goes live.

    Returns
    -------
    Table
        With a last row for the time after the last wave where something goes live only then.
    """
    instance, plan = evaluation.instance, evaluation.plan
    adopted = [i for i in instance.adoptables.values() if plan.wave(i.id) is not None]
    rows = []
    for wave in range(1, instance.n_waves + 1):
        starting = [i for i in adopted if plan.wave(i.id) == wave]
        rows.append(
            (
                f"{wave}\n{words.span_text(instance, wave)}",
                str(evaluation.mandate[wave - 1]) if instance.mandate else words.NONE,
                _by_kind(instance, plan, starting) or words.NONE,
                _by_kind(instance, None, _going_live(plan, adopted, wave)) or words.NONE,
            )
        )
    after = _going_live(plan, adopted, instance.n_waves + 1)
    if after:
        begin = words.begin_text(instance, instance.n_waves + 1)
        rows.append((f"after\nfrom {begin}", "", words.NONE, _by_kind(instance, None, after)))
    notes = ["What takes no time (drivers, brands and the like) is live in the wave it starts, and listed there only."]
    levels = [f"{n} {words.one_line(row.name)}" for n, row in sorted(instance.mandate_levels.items()) if row.name]
    if levels:
        notes.append(f"Mandate levels: {', '.join(levels)}.")
    return Table("Roadmap", ("Wave", "Mandate", "Starts", "Goes live"), tuple(rows), tuple(notes))


def not_adopted(evaluation: Evaluation) -> Table:
    """Everything the plan leaves out, by kind, capabilities by layer."""
    instance, plan = evaluation.instance, evaluation.plan
    left = [i for i in instance.adoptables.values() if plan.wave(i.id) is None]
    rows = []
    for title, items in _kinds(instance, left):
        total = sum(1 for i in instance.adoptables.values() if _title(instance, i) == title)
        rows.append((title, f"{len(items)} of {total}", ", ".join(_names(instance, None, items))))
    notes = () if rows else ("Everything is adopted.",)
    return Table("Not adopted", ("Kind", "How many", "Which"), tuple(rows), notes)


def _going_live(plan: Plan, adopted: Iterable[Adoptable], period: int) -> list[Adoptable]:
    """What started earlier and is live from a period on."""
    made = []
    for item in adopted:
        adoption = plan.by_id[item.id]
        duration = item.mode(adoption.mode).duration
        if duration and adoption.wave + duration == period:
            made.append(item)
    return made


def _by_kind(instance: Instance, plan: Plan | None, items: list[Adoptable]) -> str:
    """One line a kind: ``Affiliates: Japan (customized), Germany (adapted)``; modes only with a plan."""
    lines = []
    for title, found in _kinds(instance, items):
        short = title.removesuffix(" capabilities").removeprefix("Value ")
        lines.append(f"{short[:1].upper() + short[1:]}: {', '.join(_names(instance, plan, found))}")
    return "\n".join(lines)


def _kinds(instance: Instance, items: list[Adoptable]) -> list[tuple[str, list[Adoptable]]]:
    """Items by the title of their kind, mandate and drivers first."""
    order = [words.KINDS[k] for k in _FIRST] + [words.LAYERS[y] for y in Layer] + [words.KINDS[k] for k in _THEN]
    found: dict[str, list[Adoptable]] = {title: [] for title in order}
    for item in items:
        found[_title(instance, item)].append(item)
    return [(title, members) for title, members in found.items() if members]


def _title(instance: Instance, item: Adoptable) -> str:
    if item.kind == Kind.STEP:
        return words.LAYERS[instance.by_id("capabilities")[item.capability or ""].layer]
    return words.KINDS[item.kind]


def _names(instance: Instance, plan: Plan | None, items: list[Adoptable]) -> list[str]:
    """Names with the mode taken; the levels of a capability in one."""
    steps: dict[str, list[str]] = {}
    made = []
    for item in items:
        mode = words.mode_text(instance, item.mode(plan.mode(item.id))) if plan else ""
        said = f" ({mode})" if mode else ""
        if item.kind == Kind.STEP:
            place = f" in {instance.label(item.place)}" if item.place else ""
            steps.setdefault(instance.label(item.capability or "") + place, []).append(f"{item.level}{said}")
        else:
            made.append(words.one_line(item.name) + said)
    return made + [words.one_line(name) + " " + "+".join(levels) for name, levels in steps.items()]
