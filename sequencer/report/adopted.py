"""What a plan adopts, as reports show it: item, mode, start and live period in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sequencer.report import words
from sequencer.types import Kind

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable, Mode
    from sequencer.plan.evaluate import Evaluation
    from sequencer.plan.plan import Adoption


class Adopted(NamedTuple):
    """An adoption that counts.

    Attributes
    ----------
    item, mode
        What is adopted, and how.
    wave : int
        Start wave; 0 where it had started before wave 1.
    live : int
        Period from which it is live; 0 where it had been before wave 1.
    """

    item: Adoptable
    mode: Mode
    wave: int
    live: int


def adopted(evaluation: Evaluation) -> dict[str, Adopted]:
    """What is adopted, before wave 1 or by the plan, by id in table order; what counts for nothing is left out."""
    found: dict[str, Adopted] = {}
    for item in evaluation.instance.adoptables.values():
        if item.history is not None:
            found[item.id] = Adopted(item, item.mode(item.history.mode), 0, evaluation.live_from[item.id])
    for adoption in evaluation.plan.adoptions:
        counted = _counted(evaluation, adoption)
        if counted is not None:
            found.setdefault(adoption.id, counted)
    return {i: found[i] for i in evaluation.instance.adoptables if i in found}


def _counted(evaluation: Evaluation, adoption: Adoption) -> Adopted | None:
    """The adoption, if it is the one the evaluation counted."""
    live = evaluation.live_from.get(adoption.id)
    item = evaluation.instance.adoptables.get(adoption.id)
    if live is None or item is None:
        return None
    modes = [m for m in item.modes if m.id == (adoption.mode or "") or (len(item.modes) == 1 and not adoption.mode)]
    return next((Adopted(item, m, adoption.wave, live) for m in modes if adoption.wave + m.duration == live), None)


def adopted_text(evaluation: Evaluation) -> str:
    """How much of the kinds that matter most is adopted: ``5 of 8 drivers, 3 of 10 affiliates``."""
    taken = adopted(evaluation)
    said = []
    for kind, one in ((Kind.DRIVER, "driver"), (Kind.STEP, "capability step"), (Kind.AFFILIATE, "affiliate")):
        offered = [i for i, item in evaluation.instance.adoptables.items() if item.kind == kind]
        if offered:
            done = sum(i in taken for i in offered)
            said.append(f"{done} of {words.count(len(offered), one)}")
    return ", ".join(said)
