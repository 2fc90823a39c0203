"""Reach: which waves each adoptable and mode can start in at all, and the rules that say so.

Earliest waves follow from what an item requires (with durations and lags) and no exception may waive, from the order
of capability and mandate steps, from launches and locks; latest ones from durations and locks. They are implied by the
rules, so a model without them has the same plans; every bound carries the rules that justify it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sequencer.instance.items import Member
from sequencer.types import Kind, RuleRef

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable, Mode
    from sequencer.instance.instance import Instance

NEVER = 10**6
"""A wave that is never reached."""

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Window:
    """Start waves left to an adoptable in a mode.

    Attributes
    ----------
    earliest, latest : int
        First and last start wave (1-based); empty where ``earliest > latest``.
    because : tuple of RuleRef
        Rules that justify the earliest wave, the binding one last.
    """

    earliest: int
    latest: int
    because: tuple[RuleRef, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether no wave is left."""
        return self.earliest > self.latest


@dataclass(frozen=True)
class Reach:
    """Windows of every adoptable and mode.

    Attributes
    ----------
    windows : mapping of (str, str) to Window
        By adoptable and mode id.
    unreachable : mapping of str to tuple of RuleRef
        Adoptables that no wave is left for in any mode, with the rules that say so, outermost first.
    """

    windows: Mapping[Key, Window]
    unreachable: Mapping[str, tuple[RuleRef, ...]] = field(default_factory=dict)


@dataclass
class _Bound:
    """Earliest start found so far, and why."""

    wave: int = 1
    because: tuple[RuleRef, ...] = ()

    def raise_to(self, wave: int, because: tuple[RuleRef, ...]) -> bool:
        if wave <= self.wave:
            return False
        self.wave, self.because = wave, because
        return True


class _Search:
    """Fixed point of earliest waves."""

    def __init__(self, instance: Instance, known: Mapping[Key, Window]) -> None:
        self.instance = instance
        self.end = instance.n_waves + 1
        self.latest: dict[Key, int] = {}
        self.bounds: dict[Key, _Bound] = {}
        for item in instance.decided.values():
            for mode in item.modes:
                self._initial(item, mode.id, mode.duration)
        self._locks()
        self._given_path()
        for key, window in known.items():
            if key in self.bounds:
                self.bounds[key].raise_to(window.earliest, window.because)

    def _initial(self, item: Adoptable, mode: str, duration: int) -> None:
        key = (item.id, mode)
        self.latest[key] = min(self.end - duration, self.instance.n_waves)
        self.bounds[key] = _Bound()
        if item.earliest_live - duration > 1:
            self.bounds[key].raise_to(item.earliest_live - duration, (RuleRef("windows", (item.id,)),))

    def _locks(self) -> None:
        for lock in self.instance.locks:
            for member in self.instance.members(lock.item):
                for key in self._keys(Member(member.id)):
                    first, last = lock.fixed or lock.earliest or 1, lock.fixed or lock.latest or NEVER
                    wrong_mode = bool(lock.mode) and not self._mode(key).matches(lock.mode)
                    never = lock.never or wrong_mode
                    word = "never" if lock.never else "mode" if wrong_mode else "fixed" if lock.fixed else "earliest"
                    ref = RuleRef("locks", (member.id, word))
                    self.bounds[key].raise_to(NEVER if never else first, (ref,))
                    self.latest[key] = min(self.latest[key], last)

    def _given_path(self) -> None:
        path = self.instance.settings.mandate_path
        for item in self.instance.decided.values():
            if item.kind == Kind.MANDATE and path:
                waves = [w for w, level in enumerate(path, start=1) if level >= (item.level or 0)]
                ref = RuleRef("mandate", (item.id,))
                for key in self._keys(Member(item.id)):
                    self.bounds[key].raise_to(waves[0] if waves else NEVER, (ref,))
                    self.latest[key] = min(self.latest[key], waves[0] if waves else 0)

    def _mode(self, key: Key) -> Mode:
        return next(m for m in self.instance.adoptables[key[0]].modes if m.id == key[1])

    def _keys(self, member: Member) -> list[Key]:
        """Keys of a member's modes; none of what is live or in progress already."""
        if member.id not in self.instance.decided:
            return []
        modes = member.modes or tuple(m.id for m in self.instance.adoptables[member.id].modes)
        return [(member.id, m) for m in modes]

    def first_start(self, member: Member) -> tuple[int, tuple[RuleRef, ...]]:
        """Earliest start wave over the modes of a member that have a wave left, and why."""
        if (history := self.instance.adoptables[member.id].history) is not None:
            return (0 if member.modes is None or history.mode in member.modes else NEVER), ()
        best = min(
            self._keys(member),
            key=lambda k: self.bounds[k].wave if self.bounds[k].wave <= self.latest[k] else NEVER,
        )
        bound = self.bounds[best]
        return (bound.wave if bound.wave <= self.latest[best] else NEVER), bound.because

    def first_live(self, member: Member) -> tuple[int, tuple[RuleRef, ...]]:
        """Earliest period a member can be live, and why."""
        if (history := self.instance.adoptables[member.id].history) is not None:
            return (history.live if member.modes is None or history.mode in member.modes else NEVER), ()
        waves = []
        for key in self._keys(member):
            bound = self.bounds[key]
            if bound.wave <= self.latest[key]:
                waves.append((bound.wave + self._mode(key).duration, bound.because))
            else:
                waves.append((NEVER, bound.because))
        return min(waves, key=lambda found: found[0])

    def run(self) -> None:
        """Raise earliest waves until nothing changes."""
        changed = True
        while changed:
            changed = self._requirements() | self._steps() | self._mandate()

    def _raise(self, member: Member, wave: int, ref: RuleRef, why: tuple[RuleRef, ...]) -> bool:
        changed = False
        for key in self._keys(member):
            changed |= self.bounds[key].raise_to(wave if wave <= self.end else NEVER, (*why, ref))
        return changed

    def _requirements(self) -> bool:
        changed = False
        for rule in self.instance.precedences:
            if rule in self.instance.waivers:
                continue
            units = (max(map(self.first_live, unit), key=lambda found: found[0]) for unit in rule.alternatives)
            lives = sorted(units, key=lambda found: found[0])
            wave, why = lives[rule.at_least - 1] if len(lives) >= rule.at_least else (NEVER, ())
            ref = RuleRef("requirements", (str(rule.item), *map(str, rule.members)))
            changed |= self._raise(rule.item, wave + rule.lag, ref, why)
        return changed

    def _steps(self) -> bool:
        changed = False
        for item, below in step_pairs(self.instance):
            start, why = self.first_start(Member(below))
            live, live_why = self.first_live(Member(below))
            ref = RuleRef("capability_steps", (item, below))
            changed |= self._raise(Member(item), start + 1, ref, why)
            changed |= self._raise(Member(item), live, ref, live_why)
        return changed

    def _mandate(self) -> bool:
        changed = False
        if self.instance.settings.mandate_path:
            return False
        for item in self.instance.adoptables.values():
            below = f"mandate:{(item.level or 0) - 1}"
            if item.kind == Kind.MANDATE and below in self.instance.adoptables:
                start, why = self.first_start(Member(below))
                changed |= self._raise(Member(item.id), start + 1, RuleRef("mandate", (item.id,)), why)
        return changed


def step_pairs(instance: Instance) -> list[tuple[str, str]]:
    """Capability steps with the step below each that is not as-is: ``(crm:3, crm:2)``."""
    made = []
    steps = {(i.capability, i.place, i.level): i.id for i in instance.adoptables.values() if i.kind == Kind.STEP}
    for (capability, place, level), item_id in steps.items():
        below = steps.get((capability, place, (level or 0) - 1))
        if below is not None:
            made.append((item_id, below))
    return made


def reach(instance: Instance, known: Mapping[Key, Window] | None = None) -> Reach:
    """Compute the start window of every adoptable and mode.

    Parameters
    ----------
    instance
        What is given.
    known
        Earliest waves that are known already, with their reasons; they are passed on to what depends on them.
    """
    search = _Search(instance, known or {})
    search.run()
    windows = {key: Window(b.wave, search.latest[key], b.because) for key, b in search.bounds.items()} | _past(instance)
    unreachable = {}
    for item in instance.decided.values():
        own = [windows[item.id, m.id] for m in item.modes]
        if all(w.empty for w in own):
            unreachable[item.id] = min(own, key=lambda w: w.earliest).because
    return Reach(windows, unreachable)


def unreduced(instance: Instance) -> Reach:
    """Windows that follow from durations alone, for a model without reductions."""
    last = instance.n_waves
    windows = {
        (item.id, mode.id): Window(1, min(last, last + 1 - mode.duration))
        for item in instance.decided.values()
        for mode in item.modes
    }
    return Reach(windows | _past(instance))


def _past(instance: Instance) -> dict[Key, Window]:
    """What is live or in progress already starts in no wave."""
    past = (item for item in instance.adoptables.values() if item.history is not None)
    return {(item.id, mode.id): Window(1, 0) for item in past for mode in item.modes}
