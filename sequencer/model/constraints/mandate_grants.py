"""What a mandate level grants."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sequencer.model.family import family
from sequencer.model.linear import Linear, total
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Mode
    from sequencer.model.sequencing import SequencingModel


@family(
    "mandate_grants",
    "Limits that the mandate grants",
    latex=r"\text{count}_w \le \text{limit}_0 "
    r"+ \sum_{g \ge 1} (\text{limit}_g - \text{limit}_{g-1})\,\text{live}_{g,w}",
    priority=4,
)
def mandate_grants(model: SequencingModel) -> None:
    """In every wave, what the current mandate level grants bounds how much may go on at once.

    Counted are live and new drivers, customized affiliates (experienced variants included) in progress and started so
    far, and open exceptions: those adopted so far. A level that does not say a limit sets none; a strict policy allows
    no exceptions at any level.
    """
    counts: dict[str, Callable[[SequencingModel, int], Linear]] = {
        "live_drivers": lambda m, w: total(m.live(d.id, w) for d in m.of_kind(Kind.DRIVER)),
        "new_drivers": lambda m, w: total(m.starts(d.id, w) for d in m.of_kind(Kind.DRIVER)),
        "customized_in_progress": lambda m, w: total(m.in_progress(a, w, mode) for a, mode in _customized(m)),
        "customized_total": lambda m, w: total(m.started(a, w, (mode.id,)) for a, mode in _customized(m)),
        "open_exceptions": lambda m, w: total(m.started(e.id, w) for e in m.of_kind(Kind.EXCEPTION)),
    }
    strict = model.instance.settings.governance == "strict"
    for grant, count in counts.items():
        for w in model.waves:
            used = count(model, w)
            none = strict and grant == "open_exceptions"
            most = used.constant + sum(max(v, 0.0) for v in used.terms.values())
            limit = Linear() if none else granted(model, grant, w, most)
            model.row(RuleRef("mandate_grants", (grant,), w), used, "<=", limit)


def granted(model: SequencingModel, grant: str, wave: int, most: float) -> Linear:
    """Limit in a wave as an expression in the mandate steps; ``most`` stands in where a level sets none."""
    levels = model.instance.mandate_levels
    start = model.instance.settings.mandate_start

    def limit(level: int) -> float:
        row = levels.get(level)
        given = None if row is None else getattr(row, grant)
        return most if given is None else float(given)

    made = Linear(limit(start))
    for step in model.of_kind(Kind.MANDATE):
        level = step.level or 0
        made.add(model.live(step.id, wave), limit(level) - limit(level - 1))
    return made


def _customized(model: SequencingModel) -> list[tuple[str, Mode]]:
    variants = {a.id: a.variant_of or a.id for a in model.instance.archetypes}
    return [
        (a.id, m)
        for a in model.of_kind(Kind.AFFILIATE)
        for m in a.modes
        if variants.get(m.archetype or "") == "customized"
    ]
