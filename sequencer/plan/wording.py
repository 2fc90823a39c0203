"""Words and numbers of messages about a plan."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.instance.items import Member

_SCALES = {1e3: "thousand ", 1e6: "million ", 1e9: "billion "}


def number(value: float) -> str:
    """Amount with thousands separators and no needless decimals: ``1,250`` or ``0.5``."""
    text = f"{value:,.2f}" if abs(value) >= 1 else f"{value:.6f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def money(instance: Instance, value: float) -> str:
    """Amount in the declared unit: ``12.5 million EUR``."""
    settings = instance.settings
    if settings.unit in (1.0, *_SCALES):
        return f"{number(value)} {_SCALES.get(settings.unit, '')}{settings.currency}"
    return f"{number(value)} × {number(settings.unit)} {settings.currency}"


def count(amount: int, singular: str) -> str:
    """``1 wave``, ``3 waves``."""
    return f"{amount} {singular}{'' if amount == 1 else 's'}"


def item_name(instance: Instance, item_id: str) -> str:
    """Name of an adoptable as messages use it; mandate steps say their level."""
    item = instance.adoptables.get(item_id)
    if item is None:
        return f"'{item_id}'"
    if item.kind == Kind.MANDATE:
        level = f"mandate level {item.level}"
        return level if item.name == f"mandate {item.level}" else f"{level} ({item.name})"
    return item.name


def member_name(instance: Instance, member: Member) -> str:
    """Name of an adoptable with the modes meant, where not all are."""
    name = item_name(instance, member.id)
    return name if member.modes is None else f"{name} ({' or '.join(member.modes)})"


def listed(names: Iterable[str]) -> str:
    """``A, B and C``."""
    *head, last = list(names)
    return f"{', '.join(head)} and {last}" if head else last


def live_text(instance: Instance, period: int) -> str:
    """When something is live: ``live from wave 4``."""
    if period <= instance.n_waves:
        return f"live from wave {period}"
    if period == instance.n_waves + 1:
        return f"live only after wave {instance.n_waves}, the last one"
    return "not live in time"


def by_wave(instance: Instance, wave: int) -> str:
    """``By wave 3``; W + 1 is the time after the last wave."""
    return f"By wave {wave}" if wave <= instance.n_waves else f"After wave {instance.n_waves}, the last one"


def capital(text: str) -> str:
    """Text with a capital first letter."""
    return text[:1].upper() + text[1:]
