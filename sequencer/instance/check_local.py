"""Checks of local capabilities, of which every affiliate has its own instance."""

from __future__ import annotations

from collections.abc import Iterator

from sequencer.errors import InputProblem
from sequencer.instance.items import Member
from sequencer.instance.nearest import suggest
from sequencer.instance.precedences import gated
from sequencer.instance.scene import Scene


def local_capabilities(scene: Scene) -> Iterator[InputProblem]:
    """Only local capabilities differ by affiliate, and they need affiliates."""
    local = {c.id for c in scene.instance.capabilities if c.local}
    if scene.complete("capabilities"):
        for index, row in scene.items("local_capabilities"):
            if row.capability not in local:
                message = f"{row.capability} is not local: there is one instance of it for all affiliates"
                remedy = f"Set local of {row.capability} to 1 in capabilities, or delete the row. "
                remedy += suggest(row.capability, local) if local else ""
                yield scene.problem("local_capabilities", index, "not-local", message, remedy.strip(), "capability")
    if scene.instance.affiliates or not scene.complete("affiliates"):
        return
    for index, row in scene.items("capabilities"):
        if row.local:
            message = f"every affiliate builds its own {row.id}, but there are no affiliates"
            yield scene.problem(
                "capabilities", index, "without-effect", message, "Add affiliates, or leave local empty.", "local"
            )


def drivers_on_local(scene: Scene) -> Iterator[InputProblem]:
    """A driver's requirement on a local capability is plain, for it holds in the driver's cells."""
    instance = scene.instance
    for index, row in scene.items("requirements"):
        required = [m for word in row.requires for m in instance.members(word)]
        pairs = [(i, m) for i in instance.members(row.item) for m in required if gated(instance, i, m)]
        if not pairs:
            continue
        item, member = pairs[0]
        what = f"{member.id.partition('@')[0]} is local, so {item.id} earns in an affiliate once that one has its own"
        if row.at_least is not None:
            message, column = f"{what}: it cannot be one of a choice", "at_least"
            remedy = "Require it in a row of its own, with at_least empty."
        elif item.modes is not None or _some_modes(scene, member):
            message, column = f"{what}, in whatever mode", "item" if item.modes is not None else "requires"
            remedy = "Name the driver and the capability without a mode."
        else:
            continue
        yield scene.problem("requirements", index, "local-capability", message, remedy, column)


def _some_modes(scene: Scene, member: Member) -> bool:
    return member.modes is not None and len(member.modes) < len(scene.instance.adoptables[member.id].modes)
