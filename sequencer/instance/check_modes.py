"""Checks of modes: names that mean one thing, and factors that do something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sequencer.errors import InputProblem
from sequencer.instance.items import SETS
from sequencer.instance.nearest import suggest
from sequencer.instance.scene import Scene
from sequencer.types import Kind, Layer

EARNING = (Kind.DRIVER, Kind.BRAND, Kind.AFFILIATE)
"""Kinds whose modes change what cells earn."""


def sourcing_layers(scene: Scene) -> Iterator[InputProblem]:
    """Sourcing modes are offered for layers there are."""
    for index, row in scene.items("sourcing_modes"):
        for word in row.layers:
            if word not in tuple(Layer):
                message = f"there is no layer '{word}'"
                yield scene.problem("sourcing_modes", index, "unknown-choice", message, suggest(word, Layer), "layers")
        if not row.layers:
            message, remedy = f"{row.id} is offered for no layer", "Name one or more layers, or delete the row."
            yield scene.problem("sourcing_modes", index, "missing-value", message, remedy, "layers")


def further_modes(scene: Scene) -> Iterator[InputProblem]:
    """A further mode has a name of its own, follows one mode, and its factors on value say something."""
    given = Counter((row.item, row.id) for row in scene.instance.modes)
    taken = {i for table in scene.instance.tables() if table != "modes" for i in scene.instance.by_id(table)}
    for index, row in scene.items("modes"):
        item = scene.instance.adoptables.get(row.item)
        if item is None:
            continue
        own = [mode.id for mode in item.modes]
        base = len(own) - sum(n for (i, _), n in given.items() if i == row.item)
        if own.count(row.id) > given[row.item, row.id]:
            message, remedy = f"{row.item} has a mode '{row.id}' already", "Choose another id for the mode."
            yield scene.problem("modes", index, "duplicate-id", message, remedy, "id")
        elif row.id in taken or row.id in (*SETS, *Layer, "mandate", "tail"):
            message = f"'{row.id}' is the id of something else, so {row.item}/{row.id} would be unclear"
            yield scene.problem("modes", index, "duplicate-id", message, "Choose another id for the mode.", "id")
        if base > 1:
            message = f"{row.item} has {base} modes of its own, so it is unclear which one the row changes"
            remedy = "Add an archetype with variant_of for markets, or a row of sourcing_modes for capability steps."
            yield scene.problem("modes", index, "several-modes", message, remedy, "item")
        if item.kind == Kind.MANDATE and row.duration:
            message = f"{row.item} counts from the wave in which it starts, so no mode of it takes time"
            remedy = "Leave duration empty; put what takes time before it, as something that the step requires."
            yield scene.problem("modes", index, "out-of-range", message, remedy, "duration")
        for column in ("value_factor", "success") if item.kind not in EARNING else ():
            if getattr(row, column) != 1:
                message = f"{column} says nothing: modes of {row.item} do not change what is earned"
                remedy = f"Leave {column} empty; it holds for modes of drivers, brands and affiliates."
                yield scene.problem("modes", index, "without-effect", message, remedy, column)
