"""An instance in the drawing: the source of choices, the tables so far, and how many plans they allow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

MOST_PLANS = 5000
"""Most combinations of *not adopted* or (mode, wave) over all adoptables."""

Pick = Callable[[Sequence[Any]], Any]
"""Picks one of several options; the first is the simplest."""


class Drawing:
    """Tables under construction.

    Parameters
    ----------
    pick
        Source of choices.

    Attributes
    ----------
    last : int
        Number of waves.
    plans : int
        Plans that the adoptables so far allow, in every wave and mode.
    modes : dict of str to tuple of str
        Modes of what is adopted so far (one empty mode where there is one way only).
    durations : dict of str to int
        Shortest duration of what is adopted so far.
    """

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self.last: int = pick((3, 2, 3, 3, 2, 3, 4, 3, 2, 3, 4, 3, 2, 3, 4, 1))
        self.tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.settings: dict[str, Any] = {"schema_version": 1}
        self.plans = 1
        self.modes: dict[str, tuple[str, ...]] = {}
        self.durations: dict[str, int] = {}

    @property
    def waves(self) -> range:
        """Waves 1..W."""
        return range(1, self.last + 1)

    def chance(self, tenths: int) -> bool:
        """Whether something is there, in so many of ten cases."""
        return bool(self.pick((False,) * (10 - tenths) + (True,) * tenths))

    def several(self, options: Sequence[Any], *counts: int) -> list[Any]:
        """As many of the options as one of the counts says, in any order."""
        left = list(options)
        made = []
        for _ in range(self.pick(counts)):
            made.append(self.pick(left))
            left.remove(made[-1])
        return made

    def some(self, options: Sequence[Any]) -> list[Any]:
        """One or more of the options, in their order."""
        chosen = [o for o in options if self.chance(5)]
        return chosen or [self.pick(options)]

    def ids(self, table: str) -> list[str]:
        """Ids in a table."""
        return [row["id"] for row in self.tables[table]]

    @property
    def freeing(self) -> set[str]:
        """Pots in which an initiative frees money."""
        return {row.get("pot", "hq") for row in self.tables["initiatives"] if row["running_cost"] < 0}

    def room(self, item: str, modes: Sequence[str] = ("",), shortest: int = 0) -> bool:
        """Take an adoptable up if there are few enough plans with it."""
        plans = self.plans * (1 + len(modes) * self.last)
        if plans > MOST_PLANS:
            return False
        self.plans = plans
        self.modes[item] = tuple(modes)
        self.durations[item] = shortest
        return True

    def launch(self) -> int | None:
        """Earliest wave in which something may be live, W + 1 being the tail; mostly none."""
        return self.pick((None, None, None, 2, 2, min(3, self.last + 1)))

    def costed(self, *, running: Sequence[float] = (0, 0, 0.5, 1), most: int = 3) -> dict[str, Any]:
        """Cost, pot and resource use of something adopted."""
        one_off = self.pick((0, *(x / 2 for x in range(2 * most + 1))))
        made: dict[str, Any] = {"one_off_cost": one_off, "running_cost": self.pick(running)}
        if self.ids("pots"):
            made["pot"] = self.pick(("hq", "hq", *self.ids("pots")))
        return made | self.used()

    def used(self) -> dict[str, Any]:
        """Use and upkeep of the resources there are."""
        use = {r: self.pick((0, 0.5, 1, 1, 0.5, 2)) for r in self.ids("resources")}
        upkeep = {r: self.pick((0, 0, 0.25, 0.5, -0.5)) for r in self.ids("resources") if self.chance(3)}
        return {"use": use, "upkeep": upkeep} if use else {}
