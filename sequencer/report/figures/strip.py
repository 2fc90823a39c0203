"""Strip of money below the lanes: spend against released budget, and value by category, wave by wave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sequencer.report import words
from sequencer.report.figures import layout, style
from sequencer.report.figures.lanes import category_hue

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.plan.evaluate import Evaluation
    from sequencer.report.figures.canvas import Canvas

_SMALL = 6.6
_SPEND = style.mix(style.SLATE, 0.75)
_RELEASED = style.mix(style.SLATE, 0.25)
_STACK = 4
"""Legend entries one below the other."""

_ROOM = 0.14
"""Room above bars for their numbers."""


@dataclass(frozen=True, slots=True)
class _Panel:
    """Place of a panel of the strip and its scale: ``base`` is the y of zero, ``scale`` inches for one of money."""

    column: layout.Column
    top: float
    bottom: float
    base: float
    scale: float
    places: int


def draw(canvas: Canvas, page: layout.Page, evaluation: Evaluation) -> None:
    """Both panels: side by side under two columns, one below the other under one."""
    first, last = page.columns[0], page.columns[-1]
    below = page.strip + (page.strip_height + layout.STRIP_GAP if len(page.columns) == 1 else 0.0)
    _spend(canvas, first, page.strip, page.strip_height, evaluation)
    _value(canvas, last, below, page.strip_height, evaluation)


def _panel(column: layout.Column, top: float, height: float, highs: list[float], lows: list[float]) -> _Panel:
    high, low = max([0.0, *highs]), min([0.0, *lows])
    room = height - _ROOM - (_ROOM if low < 0 else 0.0)
    scale = room / (high - low) if high > low else 0.0
    places = words.decimals([*highs, *lows])
    base = top + _ROOM + high * scale if scale else top + height
    return _Panel(column, top, top + height, base, scale, places)


def _frame(canvas: Canvas, panel: _Panel, title: str, unit: str, entries: list[tuple[str, str, str | None]]) -> None:
    """Title, legend entries (text, fill, edge) and the line of zero."""
    column = panel.column
    canvas.line(column.left, column.right, panel.top - 0.05, style.FAINT, 0.8)
    canvas.line(column.x0, column.x1, panel.base, style.MUTED, 0.7, layer=4)
    width = column.x0 - column.left - 0.1
    canvas.text(column.left, panel.top + 0.07, style.fitted(title, width, 7.2, bold=True), 7.2, bold=True)
    canvas.text(column.left, panel.top + 0.195, unit, _SMALL, style.MUTED)
    stacks = -(-len(entries) // _STACK)
    for number, (text, fill, edge) in enumerate(entries):
        x = column.left + number // _STACK * width / stacks
        y = panel.top + 0.35 + number % _STACK * 0.125
        canvas.rect(x, y - 0.04, 0.14, 0.08, fill, layer=2, edge=edge)
        canvas.text(x + 0.2, y, style.fitted(text, width / stacks - 0.22, _SMALL), _SMALL, style.MUTED)


@dataclass(frozen=True, slots=True)
class _Money:
    """Spend of a wave over all pots, what they may spend (None where a pot is not limited), whether one overspends."""

    spend: float
    released: float | None
    carried: float
    overspent: bool

    @property
    def available(self) -> float | None:
        return None if self.released is None else self.released + self.carried

    @property
    def peak(self) -> float:
        return max(self.spend, self.available or 0.0)


def _money(evaluation: Evaluation) -> dict[int, _Money]:
    """Money of every wave; what is available is known only where every pot that pays is limited."""
    limited = all(r.released is not None for r in evaluation.money_rows)
    broken = {v.ref.wave for v in evaluation.violations if v.ref.family == "budgets"}
    made = {}
    for wave in range(1, evaluation.instance.n_waves + 1):
        rows = [r for r in evaluation.money_rows if r.wave == wave]
        released = sum(r.released or 0.0 for r in rows) if limited and rows else None
        # Transfers and prices stay among the pots; only what is reinvested adds to what there is.
        carried = sum(r.carry_in + r.reinvested for r in rows)
        made[wave] = _Money(evaluation.cost(period=wave), released, carried, wave in broken)
    return made


def _spend(canvas: Canvas, column: layout.Column, top: float, height: float, evaluation: Evaluation) -> None:
    """Spend of all pots in front of what was released and carried in."""
    instance = evaluation.instance
    money = _money(evaluation)
    panel = _panel(column, top, height, [m.peak for m in money.values()], [m.spend for m in money.values()])
    texts = _spend_texts(money, panel)
    entries: list[tuple[str, str, str | None]] = [("Spend", _SPEND, None)]
    unit = words.money_unit(instance)
    if any(m.released is not None for m in money.values()):
        entries.append(("Budget released", _RELEASED, None))
        unit += ", spend / available" if any("/" in t for t in texts.values()) else ""
    if any(m.released is not None and m.carried > 0 for m in money.values()):
        back = any(r.reinvested for r in evaluation.money_rows)
        entries.append(("Carried over, reinvested" if back else "Carried over", "#ffffff", style.SLATE))
    _frame(canvas, panel, "Spend and budget", unit, entries)
    wide, narrow = 0.72 * column.wave_width, 0.4 * column.wave_width
    for wave, m in money.items():
        middle = column.x(wave) + column.wave_width / 2
        if m.released is not None:
            tall, extra = m.released * panel.scale, m.carried * panel.scale
            left = middle - wide / 2
            canvas.rect(left, panel.base - tall, wide, tall, _RELEASED, layer=2, gid=f"released:{wave}")
            if extra > 0:
                canvas.rect(left, panel.base - tall - extra, wide, extra, "#ffffff", layer=1, edge=style.SLATE)
        tall = m.spend * panel.scale
        canvas.rect(middle - narrow / 2, panel.base - tall, narrow, tall, _SPEND, layer=3, gid=f"spend:{wave}")
        colour = style.ALERT if m.overspent else style.INK
        canvas.text(middle, panel.base - m.peak * panel.scale - 0.06, texts[wave], _SMALL, colour, ha="center")
    tail = sum(evaluation.cost(period=p.index) for p in instance.periods if p.tail)
    _after(canvas, panel, instance, tail, "cost")


def _spend_texts(money: dict[int, _Money], panel: _Panel) -> dict[int, str]:
    """Numbers above the bars: spend and what was available, or spend alone where both do not fit everywhere."""
    width = panel.column.wave_width - 0.02
    for places in (panel.places, 0):
        spend = {w: words.number(m.spend, panel.places) for w, m in money.items()}
        both = {
            w: text if money[w].available is None else f"{text}/{words.number(money[w].available, places)}"
            for w, text in spend.items()
        }
        if all(style.text_width(t, _SMALL) <= width for t in both.values()):
            return both
    return {w: style.first_fitting([t, words.number(money[w].spend, 0)], width, _SMALL) for w, t in spend.items()}


def _value(canvas: Canvas, column: layout.Column, top: float, height: float, evaluation: Evaluation) -> None:
    """Value of each wave, stacked by category; negative parts hang below zero."""
    instance = evaluation.instance
    waves = range(1, instance.n_waves + 1)
    parts = {w: [(c, evaluation.value(period=w, category=c)) for c in instance.categories] for w in waves}
    highs = [sum(v for _, v in parts[w] if v > 0) for w in waves]
    lows = [sum(v for _, v in parts[w] if v < 0) for w in waves]
    panel = _panel(column, top, height, highs, lows)
    entries: list[tuple[str, str, str | None]] = [
        (words.title_case(c), style.mix(category_hue(instance, c), 0.75), None) for c in instance.categories
    ]
    _frame(canvas, panel, "Value by category", words.money_unit(instance), entries)
    wide = 0.6 * column.wave_width
    for w in waves:
        left = column.x(w) + (column.wave_width - wide) / 2
        up = down = panel.base
        for category, value in parts[w]:
            tall = abs(value) * panel.scale
            hue = style.mix(category_hue(instance, category), 0.75)
            y = up - tall if value >= 0 else down
            canvas.rect(left, y, wide, tall, hue, layer=3, gid=f"value:{category}:{w}")
            up, down = (y, down) if value >= 0 else (up, down + tall)
        total = sum(v for _, v in parts[w])
        text = style.first_fitting(
            [words.number(total, panel.places), words.number(total, 0)], column.wave_width, _SMALL
        )
        canvas.text(left + wide / 2, up - 0.06, text, _SMALL, ha="center")
    tail = sum(evaluation.value(period=p.index) for p in instance.periods if p.tail)
    _after(canvas, panel, instance, tail, "value")


def _after(canvas: Canvas, panel: _Panel, instance: Instance, amount: float, what: str) -> None:
    """Sum of the tail as a number: its bar would not compare, as its periods are longer than waves."""
    if not instance.settings.tail_months:
        return
    column = panel.column
    left = column.x(column.waves + 1)
    middle, width = (left + column.x1) / 2, column.x1 - left
    y = (panel.top + panel.bottom) / 2
    places = min(panel.places, words.decimals([amount]))
    total = style.first_fitting([words.number(amount, places), words.number(amount, 0)], width, 8, bold=True)
    canvas.text(middle, y - 0.12, total, 8, bold=True, ha="center")
    months = str(instance.settings.tail_months)
    whole = f"in {months} months"
    lines = [what, whole] if style.text_width(whole, _SMALL) <= width else [what, f"in {months}", "months"]
    for number, line in enumerate(lines):
        text = style.fitted(line, width, _SMALL)
        canvas.text(middle, y + 0.02 + 0.115 * number, text, _SMALL, style.MUTED, ha="center")
