"""An instance in the drawing: the source of choices, the tables so far, and how many plans they allow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

MOST_PLANS = 5000
"""Most combinations of *not adopted* or (mode, wave) over all adoptables."""

Pick = Callable[[Sequence[Any]], Any]
"""Picks one of several options; the first is the simplest."""

RANKS = {"mandate": 0, "hub": 1, "steps": 2, "functions": 3, "affiliates": 4, "brands": 5, "drivers": 6}
"""Whatever requires something ranks higher than what it requires, so that requirements never go round."""


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
    wanted : set of str
        Rules that will be drawn: what is adopted is drawn so that they have something to say.
    plans : int
        Plans that the adoptables so far allow, in every wave and mode.
    modes : dict of str to tuple of str
        Modes of what is adopted so far (one empty mode where there is one way only).
    durations : dict of str to int
        Shortest duration of what is adopted so far.
    longest : dict of str to int
        Longest duration of it.
    kinds : dict of str to str
        Table of what is adopted so far (``steps`` for capability steps, ``mandate``, ``hub`` for initiatives).
    """

    def __init__(self, pick: Pick) -> None:
        self.pick = pick
        self.last: int = pick((2, 3, 2, 3, 2, 3, 2, 4, 2, 3, 2, 3, 2, 4, 2, 3, 2, 1))
        self.wanted: set[str] = set()
        self.tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.settings: dict[str, Any] = {"schema_version": 1}
        self.plans = 1
        self.modes: dict[str, tuple[str, ...]] = {}
        self.durations: dict[str, int] = {}
        self.longest: dict[str, int] = {}
        self.kinds: dict[str, str] = {}

    # -- choices ------------------------------------------------------------------------------------------------------

    @property
    def waves(self) -> range:
        """Waves 1..W."""
        return range(1, self.last + 1)

    def chance(self, tenths: int) -> bool:
        """Whether something is there, in so many of ten cases."""
        return bool(self.pick((False,) * (10 - tenths) + (True,) * tenths))

    def several(self, options: Sequence[Any], *counts: int) -> list[Any]:
        """As many of the options as one of the counts says (all of them where there are fewer), in any order."""
        left = list(options)
        made = []
        for _ in range(min(self.pick(counts), len(left))):
            made.append(self.pick(left))
            left.remove(made[-1])
        return made

    def some(self, options: Sequence[Any]) -> list[Any]:
        """One or more of the options, in their order."""
        chosen = [o for o in options if self.chance(5)]
        return chosen or [self.pick(options)]

    def wants(self, *rules: str) -> bool:
        """Whether one of these rules will be drawn."""
        return bool(self.wanted & set(rules))

    # -- tables -------------------------------------------------------------------------------------------------------

    def add(self, table: str, **row: Any) -> dict[str, Any]:  # noqa: ANN401
        """Add a row to a table and return it."""
        self.tables[table].append(row)
        return row

    def ids(self, table: str) -> list[str]:
        """Ids in a table."""
        return [row["id"] for row in self.tables[table]]

    def of(self, *kinds: str) -> list[str]:
        """What is adopted of some kinds, in order."""
        return [i for i, kind in self.kinds.items() if kind in kinds]

    @property
    def local(self) -> bool:
        """Whether a capability is local to affiliates."""
        return any(c.get("local") for c in self.tables["capabilities"])

    @property
    def pots(self) -> list[str]:
        """Pots that there are."""
        return ["hq", *self.ids("pots"), *self.ids("affiliates")]

    @property
    def freeing(self) -> set[str]:
        """Pots in which an initiative frees money."""
        return {row.get("pot", "hq") for row in self.tables["initiatives"] if row["running_cost"] < 0}

    @property
    def categories(self) -> list[str]:
        """Value categories in use."""
        earning = [*self.tables["drivers"], *self.tables["synergies"], *self.tables["fatigue"]]
        used = [row["category"] for row in (*earning, *self.tables["initiatives"]) if row.get("category")]
        return list(dict.fromkeys(used))

    # -- adoptables ---------------------------------------------------------------------------------------------------

    def fits(self, *modes: int) -> bool:
        """Whether there are few enough plans with further adoptables of so many modes each."""
        plans = self.plans
        for number in modes:
            plans *= 1 + number * self.last
        return plans <= MOST_PLANS

    def room(
        self, item: str, kind: str, modes: Sequence[str] = ("",), shortest: int = 0, longest: int | None = None
    ) -> bool:
        """Take an adoptable up if there are few enough plans with it."""
        if not self.fits(len(modes)):
            return False
        self.plans *= 1 + len(modes) * self.last
        self.modes[item] = tuple(modes)
        self.durations[item] = shortest
        self.longest[item] = shortest if longest is None else longest
        self.kinds[item] = kind
        return True

    def widen(self, item: str, mode: str) -> bool:
        """Take up a further mode of an adoptable if there are few enough plans with it."""
        modes = tuple(m or "own" for m in self.modes[item])
        plans = self.plans // (1 + len(modes) * self.last) * (1 + (len(modes) + 1) * self.last)
        if plans > MOST_PLANS:
            return False
        self.plans = plans
        self.modes[item] = (*modes, mode)
        return True

    def require(self, item: str, required: str, lags: Sequence[int] = (0, 0, 0, 0, 0, 0, 0, 1, 1)) -> None:
        """Add a requirement unless there is one of these sides already."""
        if all((row["item"], row["requires"]) != (item, required) for row in self.tables["requirements"]):
            self.add("requirements", item=item, requires=required, lag=self.pick(lags))

    def below(self, item: str) -> list[str]:
        """What an adoptable may require: whatever ranks lower."""
        own = RANKS[self.kinds[item]]
        return [i for i, kind in self.kinds.items() if RANKS[kind] < own]

    def launch(self) -> int | None:
        """Earliest wave in which something may be live, W + 1 being the tail; mostly none."""
        return self.pick((None,) * 9 + (2, 2, min(3, self.last + 1)))

    def costed(self, *, running: Sequence[float] = (0, 0, 0.5, 1), most: int = 3) -> dict[str, Any]:
        """Cost, pot, resource use and learning of something adopted."""
        one_off = self.pick((0, *(x / 2 for x in range(2 * most + 1))))
        made: dict[str, Any] = {"one_off_cost": one_off, "running_cost": self.pick(running)}
        if self.ids("pots"):
            made["pot"] = self.pick(("hq", "hq", *self.ids("pots")))
        if self.wants("learning"):
            made |= {"tactical": self.pick((0, 1, 2)), "strategic": self.pick((0, 0, 1))}
        return made | self.used()

    def used(self) -> dict[str, Any]:
        """Use and upkeep of the resources there are."""
        use = {r: self.pick((0, 0.5, 1, 1, 0.5, 2)) for r in self.ids("resources")}
        upkeep = {r: self.pick((0, 0, 0.25, 0.5, -0.5)) for r in self.ids("resources") if self.chance(3)}
        return {"use": use, "upkeep": upkeep} if use else {}
