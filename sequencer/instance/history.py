"""What a programme under way has behind it: the rows of ``initial_state``, as adoptables and as amounts.

What is live or in progress when wave 1 starts stays an adoptable, so that every rule goes on to count it, but it is
given no wave any more: it has a :class:`History` and, in place of the mode it was adopted in, one that takes only what
it still takes. Two conventions say when it is live:

* What is ``live`` has been for ever, so that it keeps every lag; unless ``live_waves`` says for how many waves (0: it
  goes live as wave 1 starts). Its age in months, which its ramp goes on from, is ``live_months``.
* What is ``in_progress`` goes live after ``remaining_waves``, in which its committed cost and resource use fall.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sequencer.types import HQ, Kind

if TYPE_CHECKING:
    from sequencer.instance.adoptables import Adoptable, CostLine, Mode
    from sequencer.instance.instance import Instance
    from sequencer.instance.rules import InitialState

EVER = -(10**6)
"""A period so long ago that every lag has passed since."""


class History(NamedTuple):
    """How an adoptable stands when wave 1 starts.

    Attributes
    ----------
    mode : str
        Id of the mode it was adopted in.
    live : int
        First period in which it is live: at most 1 for what is live already, :data:`EVER` where nothing says since
        when; after its last wave in progress for what is not.
    months : int
        Months for which it has been live when wave 1 starts.
    """

    mode: str
    live: int
    months: int

    @property
    def under_way(self) -> bool:
        """Whether it is still in progress."""
        return self.live > 1

    def lives(self, period: int) -> bool:
        """Whether it is live in a period; periods before wave 1 are 0, −1 and so on."""
        return self.live <= period

    def open_months(self, lag: int) -> int:
        """Months for which it had been live for ``lag`` waves when wave 1 starts; 0 where it had not.

        Past waves count as equally long, for no row says how long each was. What has been live for ever has kept
        every lag as long as it was live.
        """
        if self.live == EVER or not lag:
            return self.months
        return max(0, self.months * (1 - self.live - lag) // max(1 - self.live, 1))


class Past(NamedTuple):
    """Amounts that a programme under way has behind it.

    Attributes
    ----------
    carry : dict of str to float
        What each pot brings into wave 1.
    value : tuple of (str, int or None, float)
        Category, wave (0 is the one before wave 1; None for earlier ones in one sum) and value earned.
    spend : tuple of (str, int, float)
        Pot, wave and money spent.
    gain : dict of str to float
        What each affiliate has gained so far, worth at the start of wave 1.
    """

    carry: dict[str, float]
    value: tuple[tuple[str, int | None, float], ...]
    spend: tuple[tuple[str, int, float], ...]
    gain: dict[str, float]

    def earned(self, categories: tuple[str, ...] = (), wave: int | None = None) -> float:
        """Value earned so far, of some categories and of one wave where named."""
        return sum(v for c, w, v in self.value if (not categories or c in categories) and wave in (None, w))

    def spent(self, until: int = 0) -> float:
        """Money spent by all pots up to a wave."""
        return sum(amount for _, wave, amount in self.spend if wave <= until)

    def spent_in(self) -> dict[int, float]:
        """Money spent by all pots, by wave."""
        made: dict[int, float] = {}
        for _, wave, amount in self.spend:
            made[wave] = made.get(wave, 0.0) + amount
        return made


def past_of(instance: Instance) -> Past:
    """Amounts in the rows of ``initial_state``."""
    rows = instance.initial_state
    return Past(
        carry={r.id: r.amount or 0.0 for r in rows if r.record == "carry"},
        value=tuple((r.id, r.wave, r.amount or 0.0) for r in rows if r.record == "value"),
        spend=tuple((r.id, r.wave or 0, r.amount or 0.0) for r in rows if r.record == "spend"),
        gain={r.id: r.amount or 0.0 for r in rows if r.record == "gain"},
    )


def with_history(instance: Instance, item: Adoptable, rows: dict[str, InitialState]) -> Adoptable:
    """Return an adoptable with its history, where it has one.

    Parameters
    ----------
    instance
        What is given.
    item
        Adoptable as it would be in a fresh programme.
    rows
        Rows on what is live or in progress, by adoptable; under ``mandate`` the one on the mandate.
    """
    row = rows.get(item.id)
    if row is None:
        given = rows.get("mandate")
        level = given.level if given is not None and item.kind == Kind.MANDATE else None
        return item if level is None or (item.level or 0) > level else _lived(item, History(item.modes[0].id, EVER, 0))
    try:
        mode = item.mode(row.mode)
    except KeyError:  # the checks say so
        return item
    if row.record == "live":
        since = EVER if row.live_waves is None else 1 - row.live_waves
        return _lived(item, History(mode.id, since, row.live_months))
    left = _left(instance, mode, row)
    return _in(item, left, History(mode.id, row.remaining_waves + 1, 0))


def mode_before(instance: Instance, item_id: str) -> Mode | None:
    """Mode that something was adopted in before wave 1; None where it was not (or the id is empty)."""
    item = instance.adoptables[item_id] if item_id else None
    return None if item is None or item.history is None else item.mode(item.history.mode)


def begun(instance: Instance) -> dict[str, InitialState]:
    """Rows on what is live or in progress by adoptable, and the one on the mandate under ``mandate``."""
    named = (("mandate" if r.record == "mandate" else r.id, r) for r in instance.initial_state)
    return {name: r for name, r in named if r.record in ("live", "in_progress", "mandate")}


def mandate_before(instance: Instance) -> int:
    """Level of the mandate before wave 1: what a programme under way holds, or what it starts with."""
    rows = instance.initial_state
    held = [r.level or 0 for r in rows if r.record == "mandate"]
    held += [int(r.id[8:]) for r in rows if r.id.startswith("mandate:") and r.id[8:].isdigit()]
    return max((instance.settings.mandate_start, *held))


def _lived(item: Adoptable, history: History) -> Adoptable:
    """What is live has been paid, and takes no more than running cost and upkeep."""
    mode = item.mode(history.mode)
    rest = replace(mode, duration=0, lines=tuple(line for line in mode.lines if line.kind == "running"), use={})
    return _in(item, rest, history)


def _in(item: Adoptable, mode: Mode, history: History) -> Adoptable:
    modes = tuple(mode if m.id == mode.id else m for m in item.modes)
    return replace(item, modes=modes, earliest_live=1, history=history)


def _left(instance: Instance, mode: Mode, row: InitialState) -> Mode:
    """What a mode still takes: its committed cost, evenly, and the last waves of its use.

    Where more waves remain than the mode has, use starts as it does in the mode's first wave; a resource that is used
    in the last wave only stays so.
    """
    waves = row.remaining_waves
    one_off = [line for line in mode.lines if line.kind == "one_off"]
    whole = sum(line.amount for line in one_off)
    committed = whole * min(1.0, waves / mode.span) if row.amount is None else row.amount
    paying = (*one_off, *mode.lines)
    first = [replace(paying[0], kind="one_off", amount=committed)] if paying else [_paid_by_hq(committed)]
    running = [line for line in mode.lines if line.kind == "running"]
    resources = instance.by_id("resources")
    use = {}
    for resource, profile in mode.use.items():
        ahead = 0.0 if resources[resource].timing == "last_wave" else profile[0]
        use[resource] = ((ahead,) * waves + profile)[-waves:]
    return replace(mode, duration=waves, lines=tuple(first if committed else ()) + tuple(running), use=use)


def _paid_by_hq(amount: float) -> CostLine:
    from sequencer.instance.adoptables import CostLine

    return CostLine("one_off", amount, ((HQ, 1.0),))
