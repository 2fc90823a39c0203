"""Lanes of the Gantt as data: groups of rows with the bars of what is adopted, in the order they are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sequencer.report import words
from sequencer.report.adopted import Adopted, adopted
from sequencer.report.figures import style
from sequencer.types import Kind, Layer

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation

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
        First wave under way, and the wave after the last one; the same where it was live before wave 1.
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


def groups(evaluation: Evaluation, values: Mapping[str, float] | None = None) -> list[Group]:
    """Groups of a plan: drivers by category, affiliates by archetype, brands and the like, capabilities by layer.

    Parameters
    ----------
    evaluation
        Evaluation of the plan.
    values
        Value over the whole horizon by driver, affiliate, brand and customer type, where known.

    Returns
    -------
    list of Group
        Only those with something adopted; rows in order of their first start.
    """
    maker = _Maker(evaluation.instance, list(adopted(evaluation).values()), values or {})
    made = [*maker.drivers(), *maker.affiliates()]
    for kind in _ORDER:
        rows = [maker.row(a) for a in maker.taken if a.item.kind == kind]
        made.append(_group(words.KINDS[kind], _HUES.get(kind, style.OTHER_HUE), rows))
    made += maker.capabilities()
    return [g for g in made if g.rows]


def category_hue(instance: Instance, category: str) -> str:
    """Hue of a value category, the same in lanes and strip."""
    known = instance.categories
    return style.CATEGORIES[known.index(category) % len(style.CATEGORIES)] if category in known else style.OTHER_HUE


def _group(title: str, hue: str, rows: Iterable[Row]) -> Group:
    return Group(title, hue, tuple(sorted(rows, key=lambda row: row.bars[0].start)))


class _Maker:
    """Makes rows of one plan."""

    def __init__(self, instance: Instance, taken: list[Adopted], values: Mapping[str, float]) -> None:
        self.instance = instance
        self.taken = taken
        self.values = values

    def bar(self, a: Adopted) -> Bar:
        """Bar of an adoption, labelled with its level, its mode or its date."""
        item, mode, started = a.item, a.mode, max(a.wave, 1)
        live, before = max(a.live, 1), a.item.history is not None and not a.item.history.under_way
        going_live = words.begin_text(self.instance, a.live) if a.live <= self.instance.n_waves + 1 else ""
        texts: tuple[str, ...] = (words.mode_text(self.instance, mode) or going_live,)
        if item.kind == Kind.STEP:
            how = f" ({words.one_line(self.instance.label(mode.sourcing))})" if mode.sourcing else ""
            levels = (f"Level {item.level}{how}", f"{item.level}{how}", f"Level {item.level}", str(item.level))
            texts = tuple(dict.fromkeys(levels))
        elif before:
            texts = (*(f"live already, {t}" for t in texts if mode.id), "live already", "live")
        aside = going_live if item.kind == Kind.AFFILIATE and mode.duration else ""
        return Bar(item.id, started, started + (0 if before else mode.span), live, texts, aside)

    def row(self, a: Adopted) -> Row:
        """Row of an item that is adopted in one go."""
        return Row(words.one_line(a.item.name), (self.bar(a),), self.values.get(a.item.id))

    def drivers(self) -> list[Group]:
        """One group for each value category."""
        category = {d.id: d.category for d in self.instance.drivers}
        made = []
        for name in self.instance.categories:
            rows = [
                self.row(a)
                for a in self.taken
                if (a.item.kind == Kind.DRIVER and category[a.item.id] == name)
                or (a.item.kind == Kind.DRIVER_AFFILIATE and category[a.item.parent or ""] == name)
            ]
            title = f"Value drivers: {words.title_case(name).lower()}"
            made.append(_group(title, category_hue(self.instance, name), rows))
        return made

    def affiliates(self) -> list[Group]:
        """One group for each archetype that is taken, then those without."""
        markets = [a for a in self.taken if a.item.kind == Kind.AFFILIATE]
        made = []
        for archetype in (*(x.id for x in self.instance.archetypes), None):
            title = f"Affiliates: {words.one_line(self.instance.label(archetype))}" if archetype else "Affiliates"
            rows = [self.row(a) for a in markets if a.mode.archetype == archetype]
            made.append(_group(title, style.AFFILIATE_HUE, rows))
        return made

    def capabilities(self) -> list[Group]:
        """One group for each layer, with one row for each capability (and affiliate, where local)."""
        steps: dict[tuple[str, str | None], list[Adopted]] = {}
        for a in self.taken:
            if a.item.kind == Kind.STEP:
                steps.setdefault((a.item.capability or "", a.item.place), []).append(a)
        layers: dict[Layer, list[Row]] = {layer: [] for layer in Layer}
        for (leaf, place), found in steps.items():
            capability = self.instance.by_id("capabilities")[leaf]
            where = f" in {self.instance.label(place)}" if place else ""
            bars = tuple(sorted((self.bar(a) for a in found), key=lambda b: (b.start, b.item)))
            layers[capability.layer].append(Row(words.one_line(capability.label + where), bars))
        hues = dict(zip(Layer, style.LAYER_HUES, strict=True))
        return [_group(words.LAYERS[layer], hues[layer], rows) for layer, rows in layers.items()]
