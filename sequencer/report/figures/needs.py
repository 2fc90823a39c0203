"""Interdependency map as a layered picture: what is needed stands left of what needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from matplotlib.path import Path

from sequencer.report import words
from sequencer.report.figures import style
from sequencer.report.figures.style import save
from sequencer.types import Kind, Layer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sequencer.instance.instance import Instance
    from sequencer.instance.needs import Needs, Node

__all__ = ["needs_figure", "needs_map", "save"]

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN, HEAD = 2.1, 0.42, 0.6, 0.16, 0.3, 0.95
"""Size of a box, space between boxes, margin and head, in inches."""

HUES = {
    Layer.TECHNOLOGICAL: style.LAYER_HUES[0],
    Layer.COMMERCIAL: style.LAYER_HUES[1],
    Layer.TRANSFORMATIONAL: style.LAYER_HUES[2],
}
OTHERS = {Kind.DRIVER: "#009e73", Kind.MANDATE: style.SLATE, Kind.FUNCTION: style.CUSTOMER_HUE}

Place = tuple[float, float]


@style.plain
def needs_figure(instance: Instance, found: Needs) -> Figure:
    """Map on a page of its own, as large as it needs."""
    places = layout(found)
    width = max((x for x, _ in places.values()), default=0.0) + WIDTH + MARGIN
    height = max((y for _, y in places.values()), default=0.0) + HEIGHT + MARGIN
    head = style.text_width(_subtitle(instance, found.nodes[found.root]), 8.5) + 2 * MARGIN
    figure = Figure(figsize=(max(7.0, width, head), max(2.5, height)))
    needs_map(instance, found, ax=figure.add_axes((0, 0, 1, 1)))
    return figure


@style.plain
def needs_map(instance: Instance, found: Needs, *, ax: Axes | None = None) -> Axes:
    """Boxes from left to right, arrows from what is needed; the critical chain is drawn heavily.

    Parameters
    ----------
    instance
        Where the map is from.
    found
        The map.
    ax
        Axes to draw on; new ones where not given.
    """
    if ax is None:
        return needs_figure(instance, found).axes[0]
    figure = ax.get_figure(root=True)
    width, height = figure.get_size_inches() if figure is not None else (10.0, 6.0)
    ax.clear()
    ax.set_axis_off()
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    root = found.nodes[found.root]
    title = style.fitted(f"What {words.one_line(root.item.name)} needs", width - 2 * MARGIN, 14, bold=True)
    ax.text(MARGIN, 0.32, title, fontproperties=style.font(14, bold=True), color=style.INK)
    ax.text(MARGIN, 0.56, _subtitle(instance, root), fontproperties=style.font(8.5), color=style.MUTED)
    _legend(ax, found, instance)
    places = layout(found)
    critical = set(zip(found.chain, found.chain[1:], strict=False))
    for link in found.links:
        _arrow(ax, places[link.needed], places[link.by], (link.needed, link.by) in critical, link.choice or link.value)
    for item, node in found.nodes.items():
        _box(ax, instance, node, places[item], item in found.chain)
    return ax


def layout(found: Needs) -> dict[str, Place]:
    """Upper left corner of every box.

    Everything stands as far to the right as what needs it allows, so that few arrows are long. Within columns the
    layered method of Sugiyama, Tagawa & Toda (1981, *Methods for visual understanding of hierarchical system
    structures*) orders boxes so that few arrows cross.
    """
    import igraph

    ids = list(found.nodes)
    number = {item: n for n, item in enumerate(ids)}
    away = dict.fromkeys(ids, 0)
    for item in reversed(ids):
        away[item] = max((away[k.by] + 1 for k in found.links if k.needed == item), default=0)
    columns = {item: max(away.values()) - steps for item, steps in away.items()}
    graph = igraph.Graph(len(ids), [(number[k.needed], number[k.by]) for k in found.links], directed=True)
    drawn = graph.layout_sugiyama(layers=[columns[i] for i in ids], maxiter=400)
    coordinates = [drawn[n] for n in range(len(ids))]
    members: dict[int, list[str]] = {}
    for item in sorted(ids, key=lambda i: (columns[i], coordinates[number[i]][0])):
        members.setdefault(columns[item], []).append(item)
    tallest = max(map(len, members.values()), default=1)
    step = HEIGHT + GAP_Y
    places = {}
    for column, items in members.items():
        top = HEAD + (tallest - len(items)) * step / 2
        for row, item in enumerate(items):
            places[item] = (MARGIN + column * (WIDTH + GAP_X), top + row * step)
    return places


def _subtitle(instance: Instance, root: Node) -> str:
    when = "in no wave" if root.live is None else f"{words.wave_text(instance, root.live)} at the earliest"
    return f"live {when}, by what it needs alone; heavy: the critical chain; dashed: one of several, or for value only"


def _hue(instance: Instance, node: Node) -> str:
    if node.item.kind == Kind.STEP:
        return HUES[instance.by_id("capabilities")[node.item.capability or ""].layer]
    return OTHERS.get(node.item.kind, style.BRAND_HUE)


def _legend(ax: Axes, found: Needs, instance: Instance) -> None:
    seen: dict[str, str] = {}
    for node in found.nodes.values():
        name = words.KINDS[node.item.kind]
        if node.item.kind == Kind.STEP:
            layer = instance.by_id("capabilities")[node.item.capability or ""].layer
            name = words.LAYERS[layer].removesuffix(" capabilities")
        seen.setdefault(name, _hue(instance, node))
    x = MARGIN
    for name, hue in seen.items():
        ax.add_patch(Rectangle((x, 0.68), 0.14, 0.1, facecolor=style.mix(hue, 0.35), edgecolor=hue))
        ax.text(x + 0.2, 0.73, name, fontproperties=style.font(8), va="center", color=style.MUTED)
        x += 0.42 + style.text_width(name, 8)


def _box(ax: Axes, instance: Instance, node: Node, place: Place, critical: bool) -> None:
    x, y = place
    hue = _hue(instance, node)
    line = 2.0 if critical else 0.8
    box = Rectangle((x, y), WIDTH, HEIGHT, zorder=3, facecolor=style.mix(hue, 0.22), edgecolor=hue, linewidth=line)
    ax.add_patch(box)
    level = f" {node.item.level}" if node.item.kind == Kind.STEP else ""
    room = WIDTH - 0.12 - style.text_width(level, 8, bold=critical)
    plain = words.one_line(node.item.name).removesuffix(level)
    name = style.fitted(plain, room, 8, bold=critical) + level
    ax.text(
        x + 0.06, y + 0.14, name, fontproperties=style.font(8, bold=critical), va="center", zorder=4, color=style.INK
    )
    start = "not reachable" if node.earliest is None else f"from wave {node.earliest}"
    cost = f"{words.short(node.one_off)}" if node.one_off else ""
    said = " · ".join(p for p in (start, f"{cost} one-off" if cost else "") if p)
    text = style.fitted(said, WIDTH - 0.12, 7)
    ax.text(x + 0.06, y + 0.3, text, fontproperties=style.font(7), va="center", zorder=4, color=style.MUTED)


def _arrow(ax: Axes, one: Place, two: Place, critical: bool, dashed: bool) -> None:
    """Smooth line from the right edge of one box to the left edge of another."""
    x0, y0, x1, y1 = one[0] + WIDTH, one[1] + HEIGHT / 2, two[0], two[1] + HEIGHT / 2
    bend = max(0.25, (x1 - x0) / 2)
    path = Path(
        [(x0, y0), (x0 + bend, y0), (x1 - bend, y1), (x1, y1)], [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4]
    )
    colour, width = (style.INK, 1.8) if critical else ("#9aa5af", 0.8)
    arrow = FancyArrowPatch(
        path=path,
        arrowstyle="-|>",
        mutation_scale=7,
        color=colour,
        linewidth=width,
        linestyle="--" if dashed else "-",
        zorder=2 if critical else 1,
    )
    ax.add_patch(arrow)
