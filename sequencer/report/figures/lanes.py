"""Lanes of the Gantt as data: groups of rows with the bars of what is adopted, in the order they are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sequencer.report import words
from sequencer.report.figures import style
from sequencer.types import Kind, Layer

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable
    from sequencer.instance.instance import Instance
    from sequencer.plan.plan import Plan

_ORDER = (Kind.BRAND, Kind.BRAND_AFFILIATE, Kind.CUSTOMER_TYPE, Kind.FUNCTION, Kind.INITIATIVE, Kind.EXCEPTION)
_HUES = {Kind.BRAND: style.BRAND_HUE, Kind.BRAND_AFFILIATE: style.BRAND_HUE, Kind.CUSTOMER_TYPE: style.CUSTOMER_HUE}


@dataclass(frozen=True, slots=True)
class Bar:
    """An adoption on the time axis.

    Attributes
    ----------
    item : str
        Adoptable.
    start, stop : int
        First wave under way, and the wave after the last one.
    live : int
        Period from which it is live; the start wave for what has no duration.
    texts : tuple of str
        What to write in the bar, the fullest form first.
    aside : str
        What to write beside the bar where there is room.
    """

    item: str
    start: int
    stop: int
    live: int
    texts: tuple[str, ...] = ()
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the Gantt: one thing, or one capability with its steps."""

    label: str
    bars: tuple[Bar, ...]
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under a common title and in a common hue."""

    title: str
    hue: str
    rows: tuple[Row, ...]


def groups(instance: Instance, plan: Plan, values: Mapping[str, float] | None = None) -> list[Group]:
    """Groups of a plan: drivers by category, affiliates by archetype, brands and the like, capabilities by layer.

    Parameters
    ----------
    instance, plan
        What is shown.
    values
        Value over the whole horizon by driver, affiliate, brand and customer type, where known.

    Returns
    -------
    list of Group
        Only those with something adopted; rows in order of their first start.
    """
    adopted = [i for i in instance.adoptables.values() if plan.wave(i.id) is not None]
    maker = _Maker(instance, plan, values or {})
    made = [*maker.drivers(adopted), *maker.affiliates(adopted)]
    for kind in _ORDER:
        rows = [maker.row(i) for i in adopted if i.kind == kind]
        made.append(_group(words.KINDS[kind], _HUES.get(kind, style.OTHER_HUE), rows))
    made += maker.capabilities(adopted)
    return [g for g in made if g.rows]


def category_hue(instance: Instance, category: str) -> str:
    """Hue of a value category, the same in lanes and strip."""
    known = instance.categories
    return style.CATEGORIES[known.index(category) % len(style.CATEGORIES)] if category in known else style.OTHER_HUE


def _group(title: str, hue: str, rows: Iterable[Row]) -> Group:
    return Group(title, hue, tuple(sorted(rows, key=lambda row: row.bars[0].start)))


class _Maker:
    """Makes rows of one plan."""

    def __init__(self, instance: Instance, plan: Plan, values: Mapping[str, float]) -> None:
        self.instance = instance
        self.plan = plan
        self.values = values

    def bar(self, item: Adoptable) -> Bar:
        """Bar of an adopted item, labelled with its level, its mode or its date."""
        adoption = self.plan.by_id[item.id]
        mode = item.mode(adoption.mode)
        live = adoption.wave + mode.duration
        going_live = words.begin_text(self.instance, live) if 1 <= live <= self.instance.n_waves + 1 else ""
        name = words.one_line(words.mode_text(self.instance, mode))
        texts: tuple[str, ...] = (name,) if name else (going_live,)
        if item.kind == Kind.STEP:
            how = f" ({words.one_line(self.instance.label(mode.sourcing))})" if mode.sourcing else ""
            texts = (f"Level {item.level}{how}", f"{item.level}{how}", f"Level {item.level}", str(item.level))
        aside = going_live if item.kind == Kind.AFFILIATE and mode.duration else ""
        return Bar(item.id, adoption.wave, adoption.wave + mode.span, live, texts, aside)

    def row(self, item: Adoptable) -> Row:
        """Row of an item that is adopted in one go."""
        return Row(words.one_line(item.name), (self.bar(item),), self.values.get(item.id))

    def drivers(self, adopted: list[Adoptable]) -> list[Group]:
        """One group for each value category."""
        made = []
        category = {d.id: d.category for d in self.instance.drivers}
        for name in self.instance.categories:
            rows = [
                self.row(i)
                for i in adopted
                if (i.kind == Kind.DRIVER and category[i.id] == name)
                or (i.kind == Kind.DRIVER_AFFILIATE and category[i.parent or ""] == name)
            ]
            title = f"Value drivers: {words.title_case(name).lower()}"
            made.append(_group(title, category_hue(self.instance, name), rows))
        return made

    def affiliates(self, adopted: list[Adoptable]) -> list[Group]:
        """One group for each archetype that is taken, then those without."""
        markets = [i for i in adopted if i.kind == Kind.AFFILIATE]
        taken = {i.id: i.mode(self.plan.mode(i.id)).archetype for i in markets}
        made = []
        for archetype in (*(a.id for a in self.instance.archetypes), None):
            title = f"Affiliates: {words.one_line(self.instance.label(archetype))}" if archetype else "Affiliates"
            rows = [self.row(i) for i in markets if taken[i.id] == archetype]
            made.append(_group(title, style.AFFILIATE_HUE, rows))
        return made

    def capabilities(self, adopted: list[Adoptable]) -> list[Group]:
        """One group for each layer, with one row for each capability (and affiliate, where local)."""
        steps: dict[tuple[str, str | None], list[Adoptable]] = {}
        for item in adopted:
            if item.kind == Kind.STEP:
                steps.setdefault((item.capability or "", item.place), []).append(item)
        made = []
        for layer, hue in zip(Layer, style.LAYER_HUES, strict=True):
            rows = []
            for capability in self.instance.capabilities:
                if capability.layer != layer:
                    continue
                for (leaf, place), items in steps.items():
                    if leaf == capability.id:
                        where = f" in {self.instance.label(place)}" if place else ""
                        bars = tuple(sorted((self.bar(i) for i in items), key=lambda b: (b.start, b.item)))
                        rows.append(Row(words.one_line(capability.label + where), bars))
            made.append(_group(words.LAYERS[layer], hue, rows))
        return made
