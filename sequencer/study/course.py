"""The course of finished waves: what has started and gone live when, and what was earned, spent and carried.

It is the plan, except where actuals say otherwise. Worth and cost are those of the evaluation, with everything in the
waves it was really in, again except where actuals say otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from sequencer.errors import InputError, InputProblem, SequencerError
from sequencer.instance.history import EVER
from sequencer.plan.plan import Adoption, Plan
from sequencer.plan.prepared import Prepared
from sequencer.plan.start import Start
from sequencer.plan.state import State
from sequencer.plan.wording import capital, item_name, listed, money
from sequencer.study.actuals import Actuals
from sequencer.types import HQ

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sequencer.instance.adoptables import Mode
    from sequencer.instance.instance import Instance
    from sequencer.study.actuals import ActualItem, When


class Begun(NamedTuple):
    """Something that has started by the end of the last finished wave.

    Attributes
    ----------
    id, mode : str
        Adoptable, and the mode it was adopted in.
    wave : int
        Wave of the plan it started in; 0 where it had before wave 1.
    live : int
        Wave of the plan from which it is live (``EVER``: for ever); after the last finished one while in progress.
    months : int
        Months for which it has been live when the first wave that is left starts.
    to_pay : float
        One-off cost still to be paid.
    """

    id: str
    mode: str
    wave: int
    live: int
    months: int
    to_pay: float


@dataclass(frozen=True)
class Course:
    """How the waves up to ``after`` went.

    Attributes
    ----------
    instance, plan, actuals
        Instance and plan as they were, and what differs.
    after : int
        Number of finished waves.
    given_up : dict of str to float
        What is in progress and not finished, with the price of giving it up.
    """

    instance: Instance
    plan: Plan
    actuals: Actuals
    after: int
    given_up: Mapping[str, float] = field(default_factory=dict)

    # -- what has started ---------------------------------------------------------------------------------------------

    @cached_property
    def begun(self) -> dict[str, Begun]:
        """What has started, by id, in the order of the instance.

        Raises
        ------
        sequencer.errors.InputError
            If actuals say what cannot be.
        """
        problems = list(self._problems())
        if problems:
            raise InputError(problems)
        return {i: b for i in self.instance.adoptables if (b := self._begun(i)) is not None}

    @cached_property
    def standing(self) -> dict[str, Begun]:
        """What has started and is not given up.

        Raises
        ------
        sequencer.errors.SequencerError
            If something is to be given up that is not in progress.
        """
        going = [i for i, b in self.begun.items() if b.live > self.after + 1]
        for item_id in self.given_up:
            if item_id not in going:
                message = f"{item_id} is not in progress after wave {self.after}, so it cannot be given up."
                message += f" In progress: {', '.join(going) or 'nothing'}."
                raise SequencerError(message)
        return {i: b for i, b in self.begun.items() if i not in self.given_up}

    def _problems(self) -> Iterator[InputProblem]:
        for item_id, actual in self.actuals.items.items():
            item = self.instance.adoptables[item_id]
            if item.history is not None and actual.started is not None:
                message = f"{item_id} had started before wave 1 of this plan"
                yield self._wrong(actual, message, "Leave started empty; live says when it went live.", "started")
            elif actual.started is not None and actual.started.wave > self.after:
                message = f"{item_id} starts in wave {actual.started.wave}, after the {self.after} finished waves"
                yield self._wrong(actual, message, "Leave started empty where it has not started yet.", "started")
            elif actual.started is not None and not (actual.mode or self.plan.mode(item_id)) and len(item.modes) > 1:
                modes = ", ".join(m.id for m in item.modes)
                yield self._wrong(
                    actual, f"{item_id} has several modes, and none is named", f"Name one of {modes}.", "mode"
                )
            elif actual.live is not None and actual.live.wave > self.instance.n_waves + 1:
                yield self._wrong(actual, f"{item_id} would not be live in time", "Correct live.", "live")
        for (name, wave), _ in (*self.actuals.value.items(), *self.actuals.spend.items()):
            if wave > self.after:
                message = f"{name} has an amount in wave {wave}, after the {self.after} finished waves"
                yield InputProblem(
                    "out-of-range", message, "Raise --after, or take it out.", "actuals", self.actuals.file
                )

    def _wrong(self, actual: ActualItem, message: str, remedy: str, column: str) -> InputProblem:
        return InputProblem("out-of-range", message, remedy, "actuals", self.actuals.file, actual.row, column)

    def _begun(self, item_id: str) -> Begun | None:
        item, actual, planned = (
            self.instance.adoptables[item_id],
            self.actuals.items.get(item_id),
            self.plan.wave(item_id),
        )
        if item.history is not None:
            due: When | None = None if actual is None else actual.live
            live = item.history.live if due is None else due.wave
            live = item.history.live if item.history.live <= 1 else live
            return self._made(item_id, item.mode(item.history.mode), 0, live, due)
        if actual is None:
            if planned is None or planned > self.after:
                return None
            mode = item.mode(self.plan.mode(item_id))
            return self._made(item_id, mode, planned, planned + mode.duration, None)
        if actual.started is None:
            return None
        mode = item.mode(actual.mode or self.plan.mode(item_id))
        live = actual.started.wave + mode.duration if actual.live is None else actual.live.wave
        return self._made(item_id, mode, actual.started.wave, live, actual.live)

    def _made(self, item_id: str, mode: Mode, wave: int, live: int, due: When | None) -> Begun:
        history, end = self.instance.adoptables[item_id].history, self.after + 1
        months = sum(self.instance.wave_months[max(live, 1) - 1 : self.after]) if live <= self.after else 0
        if history is not None and history.live <= 1:
            months += history.months
        elif due is not None and due.day is not None and live <= end:
            months = _months(due.day, self.instance.date_of(end))
        first = max(wave, 1)
        span = max(live - first, 1)
        planned = sum(line.amount for line in mode.lines if line.kind == "one_off")
        left = planned * max(0, live - end) / span if live > end else 0.0
        actual = self.actuals.items.get(item_id)
        to_pay = left if actual is None or actual.to_pay is None else actual.to_pay
        return Begun(item_id, mode.id, wave, live, months, to_pay)

    @cached_property
    def late(self) -> tuple[str, ...]:
        """What the plan starts in a finished wave and has not started."""
        due = (a.id for a in self.plan.adoptions if a.wave <= self.after)
        return tuple(i for i in due if i not in self.begun)

    # -- what it came to ----------------------------------------------------------------------------------------------

    @cached_property
    def state(self) -> State:
        """Evaluation of what has started, everything in the waves it was in; later waves say nothing."""
        adopted = [b for b in self.begun.values() if b.wave]
        transfers, prices = (
            tuple(p for p in payments if p.wave <= self.after) for payments in (self.plan.transfers, self.plan.prices)
        )
        plan = Plan(tuple(Adoption(b.id, b.wave, b.mode or None) for b in adopted), transfers, prices)
        state = State(Prepared(self.instance), plan)
        for b in self.begun.values():
            item = self.instance.adoptables[b.id]
            state.starts[b.id] = Start(item, self._mode(b), b.wave, b.live)
        return state

    def _mode(self, b: Begun) -> Mode:
        """Mode as it went: over the waves it took, at the cost it had."""
        mode = self.instance.adoptables[b.id].mode(b.mode)
        if b.wave == 0:
            return mode if b.live <= 1 else replace(mode, duration=b.live - 1)
        made = replace(mode, duration=b.live - b.wave)
        actual = self.actuals.items.get(b.id)
        if actual is not None and actual.paid is not None:
            waves = min(made.span, self.after + 1 - b.wave)
            planned = sum(line.amount for line in mode.lines if line.kind == "one_off")
            factor = actual.paid / waves * made.span / planned if planned else 0.0
            lines = (replace(ln, amount=ln.amount * factor) if ln.kind == "one_off" else ln for ln in mode.lines)
            made = replace(made, lines=tuple(lines))
        return made

    def value(self, category: str, wave: int) -> float:
        """What a category earned in a finished wave."""
        found = self.actuals.value.get((category, wave))
        return self.state.value(wave, category) if found is None else found

    def spend(self, pot: str, wave: int) -> float:
        """What a pot spent in a finished wave."""
        found = self.actuals.spend.get((pot, wave))
        return self._spends.get((pot, wave), 0.0) if found is None else found

    @cached_property
    def _spends(self) -> dict[tuple[str, int], float]:
        made: dict[tuple[str, int], float] = {}
        for row in self.state.cost_rows:
            made[row.pot, row.period] = made.get((row.pot, row.period), 0.0) + row.amount
        return made

    @cached_property
    def pots(self) -> tuple[str, ...]:
        """Pots that have a budget or have spent something."""
        spent = (pot for (pot, wave) in (*self._spends, *self.actuals.spend) if wave <= self.after)
        return tuple(dict.fromkeys((*self.instance.budget, *spent)))

    @cached_property
    def carry(self) -> dict[str, float]:
        """What each limited pot brings into the first wave that is left; what it overspent is not made up for."""
        made = {}
        for pot, budget in self.instance.budget.items():
            carried = self.instance.past.carry.get(pot, 0.0)
            for wave in range(1, self.after + 1):
                left = self.state.released[wave - 1] * budget[wave - 1] + carried + self._moved(pot, wave)
                left -= self.spend(pot, wave)
                carried = self.instance.carry_share(pot) * max(left, 0.0)
            made[pot] = self.actuals.carry.get(pot, carried)
        return made

    def _moved(self, pot: str, wave: int) -> float:
        """What a pot received in a wave, less what it paid to hq."""
        payments = [*self.state.transfers.items(), *self.state.prices.items()]
        made = -sum(amount for (affiliate, w), amount in payments if (affiliate, w) == (pot, wave))
        if pot == HQ:
            made += sum(amount for (_, w), amount in payments if w == wave) + self._reinvested(wave)
        return made

    def _reinvested(self, wave: int) -> float:
        settings = self.instance.settings
        if not settings.reinvest_share:
            return 0.0
        if wave == 1:
            return settings.reinvest_share * self.instance.past.earned(settings.reinvest_categories, 0)
        categories = settings.reinvest_categories or self.instance.categories
        return settings.reinvest_share * sum(self.value(c, wave - 1) for c in categories)

    def gain(self, affiliate: str) -> float:
        """What an affiliate has gained so far, worth at the start of the first wave that is left."""
        found = self.actuals.gain.get(affiliate)
        if found is not None:
            return found
        discount = self.state.prepared.discount
        made = self.instance.past.gain.get(affiliate, 0.0)
        for wave in range(1, self.after + 1):
            paid = sum(m.get((affiliate, wave), 0.0) for m in (self.state.transfers, self.state.prices))
            own = sum(
                r.amount for r in self.state.cost_rows if r.affiliate == affiliate and r.period == wave and r.pot != HQ
            )
            made += discount[wave - 1] * (self.state.value(wave, affiliate=affiliate) - own - paid)
        return made / self.discount

    @cached_property
    def months(self) -> int:
        """Months of the finished waves."""
        return sum(self.instance.wave_months[: self.after])

    @cached_property
    def discount(self) -> float:
        """Discount factor of the start of the first wave that is left."""
        return float((1 + self.instance.settings.discount_rate) ** -(self.months / 12))

    @cached_property
    def planned(self) -> Course:
        """The same waves as they were planned."""
        return Course(self.instance, self.plan, Actuals(), self.after)

    # -- in words -----------------------------------------------------------------------------------------------------

    @cached_property
    def deviations(self) -> dict[str, str]:
        """What of the plan went otherwise, by what it is about, in words."""
        made: dict[str, str] = {}
        for item_id in self.instance.adoptables:
            text = self._deviation(item_id)
            if item_id in self.given_up:
                price = money(self.instance, self.given_up[item_id])
                text = f"{capital(item_name(self.instance, item_id))} is given up, for {price}"
            if text:
                made[item_id] = text
        planned = self.planned
        for kind, names, own, other in (
            ("earned", self.instance.categories, self.value, planned.value),
            ("spent", self.pots, self.spend, planned.spend),
        ):
            for name in names:
                now, then = (sum(f(name, w) for w in range(1, self.after + 1)) for f in (own, other))
                if abs(now - then) > 1e-9 * max(1.0, abs(then)):
                    said, due = (money(self.instance, amount) for amount in (now, then))
                    who = f"Pot {self.instance.label(name)}" if kind == "spent" else capital(name.replace("_", " "))
                    made[f"{kind} {name}"] = f"{who} has {kind} {said}, planned were {due}"
        return made

    def _deviation(self, item_id: str) -> str:
        name, found = capital(item_name(self.instance, item_id)), self.begun.get(item_id)
        planned = self.planned.begun.get(item_id)
        if found is None:
            return f"{name} was to start in wave {planned.wave} and has not" if planned is not None else ""
        if planned is None:
            due = self.plan.wave(item_id)
            plan = "is not in the plan" if due is None else f"was planned for wave {due}"
            return f"{name} started in wave {found.wave}, but {plan}"
        parts = []
        if found.wave != planned.wave:
            parts.append(f"started in wave {found.wave} instead of wave {planned.wave}")
        if found.live != planned.live and found.live != EVER:
            went = "goes" if found.live > self.after else "went"
            parts.append(f"{went} live in wave {found.live} instead of wave {planned.live}")
        if found.mode != planned.mode:
            parts.append(f"is done as {found.mode} instead of {planned.mode}")
        if abs(found.to_pay - planned.to_pay) > 1e-9:
            now, then = (money(self.instance, b.to_pay) for b in (found, planned))
            parts.append(f"still costs {now} instead of {then}")
        return f"{name} {listed(parts)}" if parts else ""


def _months(day: dt.date, end: dt.date | None) -> int:
    """Whole months from a day to another."""
    if end is None or day >= end:
        return 0
    return (end.year - day.year) * 12 + end.month - day.month - (day.day > end.day)
