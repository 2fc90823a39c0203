"""The roadmap as a table: what starts and what goes live in each wave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.report import words
from sequencer.report.adopted import Adopted, adopted
from sequencer.report.table import Table
from sequencer.types import Kind, Layer

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable
    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation

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
    """One row a wave: dates, mandate, what starts and what goes live; first what is in progress and live already.

    Returns
    -------
    Table
        With a last row for the time after the last wave where something goes live only then.
    """
    instance = evaluation.instance
    taken = list(adopted(evaluation).values())
    rows = _before(evaluation, [a for a in taken if a.item.history is not None])
    for wave in range(1, instance.n_waves + 1):
        starting = [a for a in taken if a.wave == wave]
        rows.append(
            (
                f"{wave}\n{words.span_text(instance, wave)}",
                str(evaluation.mandate[wave - 1]) if instance.mandate else words.NONE,
                _by_kind(instance, starting, modes=True) or words.NONE,
                _by_kind(instance, _going_live(taken, wave)) or words.NONE,
            )
        )
    after = _going_live(taken, instance.n_waves + 1)
    if after:
        begin = words.begin_text(instance, instance.n_waves + 1)
        rows.append((f"after\nfrom {begin}", words.NONE, words.NONE, _by_kind(instance, after)))
    notes = ["What takes no time (drivers, brands and the like) is live in the wave it starts, and listed there only."]
    if any(a.item.history is not None for a in taken):
        notes.append("The row before wave 1 tells what is in progress (Starts) and what is live already (Goes live).")
    levels = [f"{n} {words.one_line(row.name)}" for n, row in sorted(instance.mandate_levels.items()) if row.name]
    if levels:
        notes.append(f"Mandate levels: {', '.join(levels)}.")
    return Table("Roadmap", ("Wave", "Mandate", "Starts", "Goes live"), tuple(rows), tuple(notes))


def _before(evaluation: Evaluation, begun: list[Adopted]) -> list[tuple[str, str, str, str]]:
    """What has started before wave 1: what is in progress, and what is live."""
    if not begun:
        return []
    instance = evaluation.instance
    level = instance.settings.mandate_start + sum(a.item.kind == Kind.MANDATE for a in begun)
    mandate = str(level) if instance.mandate else words.NONE
    busy, live = (
        _by_kind(instance, [a for a in begun if (a.live > 1) == still], modes=True) or words.NONE
        for still in (True, False)
    )
    return [("before", mandate, busy, live)]


def not_adopted(evaluation: Evaluation) -> Table:
    """Everything the plan leaves out, by kind, capabilities by layer."""
    instance, taken = evaluation.instance, adopted(evaluation)
    kinds = dict(_kinds(instance, list(instance.adoptables.values())))
    rows = []
    for title, items in kinds.items():
        left = [i for i in items if i.id not in taken]
        if left:
            rows.append((title, f"{len(left)} of {len(items)}", ", ".join(_names(instance, [(i, "") for i in left]))))
    notes = () if rows else ("Everything is adopted.",)
    return Table("Not adopted", ("Kind", "How many", "Which"), tuple(rows), notes)


def _going_live(taken: list[Adopted], period: int) -> list[Adopted]:
    """What started earlier and is live from a period on."""
    return [a for a in taken if a.mode.duration and a.live == period]


def _by_kind(instance: Instance, found: list[Adopted], *, modes: bool = False) -> str:
    """One line a kind: ``Affiliates: Japan (customized), Germany (adapted)``."""
    taken = {a.item.id: words.mode_text(instance, a.mode) if modes else "" for a in found}
    lines = []
    for title, items in _kinds(instance, [a.item for a in found]):
        short = title.removesuffix(" capabilities").removeprefix("Value ")
        names = _names(instance, [(i, taken[i.id]) for i in items])
        lines.append(f"{short[:1].upper() + short[1:]}: {', '.join(names)}")
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


def _names(instance: Instance, items: list[tuple[Adoptable, str]]) -> list[str]:
    """Names with the mode taken, where it is to be said; the levels of a capability in one."""
    steps: dict[str, list[str]] = {}
    made = []
    for item, mode in items:
        said = f" ({mode})" if mode else ""
        if item.kind == Kind.STEP:
            place = f" in {instance.label(item.place)}" if item.place else ""
            steps.setdefault(instance.label(item.capability or "") + place, []).append(f"{item.level}{said}")
        else:
            made.append(words.one_line(item.name) + said)
    return made + [words.one_line(name) + " " + "+".join(levels) for name, levels in steps.items()]
