"""What a programme under way has behind it, and the plan it follows, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sequencer.report import words

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

Row = tuple[str, str, str]


def history(instance: Instance) -> list[Row]:
    """What is live or in progress, what is there already, and what is a move."""
    begun = [i for i in instance.adoptables.values() if i.history is not None]
    said = []
    for item in (i for i in begun if i.history and i.history.under_way):
        ends = words.wave_text(instance, item.history.live) if item.history else ""
        said.append((f"{words.one_line(item.name)} is in progress, and live from {ends}", "before"))
    live = [words.one_line(i.name) for i in begun if i.history and not i.history.under_way]
    if live:
        said.append((f"Live already: {', '.join(live)}", "before"))
    said += [(text, "before") for text in _amounts(instance)]
    made = [("initial_state", text, when) for text, when in said]
    planned = sum(1 for row in instance.reference_plan if row.wave)
    if instance.reference_plan:
        price = instance.settings.move_cost
        cost = f"; a move costs {words.money_unit(instance)} {words.short(price)}" if price else ""
        made.append(
            ("reference_plan", f"What differs from {words.count(planned, 'planned adoption')} is a move{cost}", "every")
        )
    return made


def _amounts(instance: Instance) -> list[str]:
    """Money that is there already."""
    unit, past = words.money_unit(instance), instance.past
    made = [
        f"{words.one_line(instance.label(p))} brings {unit} {words.short(a)} into wave 1"
        for p, a in past.carry.items()
        if a
    ]
    if past.value:
        made.append(f"{unit} {words.short(past.earned())} of value have been earned before wave 1")
    return made
