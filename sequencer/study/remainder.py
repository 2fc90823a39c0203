"""The instance of the waves that are left, with what has happened as its history.

Tables of waves are cut and renumbered, the course of the finished waves becomes ``initial_state``, and what is left of
the plan the reference plan. Limits on what is counted over the whole programme are lowered by what there is already;
what cannot be carried over exactly is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from sequencer.errors import SequencerError
from sequencer.instance.goals import weighted
from sequencer.instance.history import EVER
from sequencer.instance.rows import RawInstance, RawRow, rows_of
from sequencer.instance.validate import build
from sequencer.plan.moves import moved
from sequencer.plan.pace import pace_losses
from sequencer.plan.plan import Adoption, Payment, Plan
from sequencer.plan.state import State

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance
    from sequencer.study.course import Course

WHOLE = (
    *("payback_wave", "benefit_to_cost", "weighted_npv"),
    *("scenario_npv", "expected_npv", "cvar", "worst_npv", "regret"),
)
"""Measures of the whole programme that do not split into what was and what is to come."""

LATER = ("payback_wave", "peak_budget", "load_peak", "regret")
"""Goals that what is past has a part in."""

DECIDING = frozenset({"must", "never", "earliest", "latest", "fixed", "mode"})
"""Columns of a lock that decide something."""

SETS_IN = ("requirements", "relations", "pilots", "synergies", "locks", "pace", "exceptions")
"""Tables whose rows may name a set."""

Cells = dict[str, Any]


def refuse(instance: Instance) -> None:
    """Stop where something cannot be replanned exactly.

    Raises
    ------
    sequencer.errors.SequencerError
        Naming the goal or limit, and what to do.
    """
    for word in instance.settings.objective.split():
        if word.partition(":")[0] in LATER:
            message = (
                f"the objective names {word}, which finished waves have a part in, so what is left of it cannot be "
                "optimised by itself. Name other measures: --objective npv."
            )
            raise SequencerError(message)
    for row in instance.measure_limits:
        word = row.measure.partition(":")[0]
        if word in WHOLE or (word == "npv" and row.sense == "cap" and weighted(instance)):
            message = (
                f"the {row.sense} on {row.measure} is of the whole programme and does not split into finished waves "
                "and those that are left. Take it out (an overlay can: --overlay FILE)."
            )
            raise SequencerError(message)


def remaining_plan(course: Course, fingerprint: str = "") -> Plan:
    """What the plan has in the waves that are left and that has not started yet, in their numbers."""
    k = course.after
    left = (a for a in course.plan.adoptions if a.wave > k and a.id not in course.standing)
    transfers, prices = (
        tuple(Payment(p.affiliate, p.wave - k, p.amount) for p in payments if p.wave > k)
        for payments in (course.plan.transfers, course.plan.prices)
    )
    adoptions = tuple(Adoption(a.id, a.wave - k, a.mode) for a in left)
    return Plan(adoptions, transfers, prices, instance_fingerprint=fingerprint)


def remainder(course: Course, *, max_moves: int | None = None, move_cost: float | None = None) -> Instance:
    """Make the instance of the waves that are left.

    Parameters
    ----------
    course
        How the finished waves went.
    max_moves
        Most moves against the plan; None for any number.
    move_cost
        Price of a move, in the declared unit; None as the instance says.

    Raises
    ------
    sequencer.errors.SequencerError
        If something cannot be carried over exactly, or (as InputError) what comes of it is not valid.
    """
    refuse(course.instance)
    _refuse_gates(course)
    _refuse_set(course)
    raw = rows_of(course.instance)
    cut = _Cut(course, raw)
    cut.settings(move_cost)
    cut.tables()
    cut.locks()
    cut.limits(max_moves)
    raw.tables["initial_state"] = [RawRow(cells) for cells in (*_history(course), *_given_up(course, raw))]
    raw.tables["reference_plan"] = [RawRow(cells) for cells in _reference(course)]
    return build(raw)


# -- history ----------------------------------------------------------------------------------------------------------


def _history(course: Course) -> Iterator[Cells]:
    """Rows of ``initial_state``: items, then amounts."""
    instance, k = course.instance, course.after
    for b in course.standing.values():
        row: Cells = {"id": b.id, "mode": b.mode}
        if b.live > k + 1:
            yield row | {"record": "in_progress", "remaining_waves": b.live - k - 1, "amount": b.to_pay}
        else:
            known = {} if b.live == EVER else {"live_waves": k + 1 - b.live}
            yield row | known | {"record": "live", "live_months": b.months}
    for pot, amount in course.carry.items():
        if amount:
            yield {"record": "carry", "id": pot, "amount": amount}
    yield from _earned(course)
    if instance.settings.return_from_wave is not None:
        for pot, wave, amount in instance.past.spend:
            yield {"record": "spend", "id": pot, "wave": wave - k, "amount": amount}
        for pot in course.pots:
            for w in range(1, k + 1):
                yield {"record": "spend", "id": pot, "wave": w - k, "amount": course.spend(pot, w)}
    for a in instance.affiliates if instance.settings.every_affiliate_gains else ():
        yield {"record": "gain", "id": a.id, "amount": course.gain(a.id)}


def _given_up(course: Course, raw: RawInstance) -> Iterator[Cells]:
    """The price of giving something up: an initiative in progress for a wave, which hq pays and nothing asks for."""
    for item_id, price in course.given_up.items():
        if price:
            own = f"giving-up-{re.sub('[^a-z0-9_-]', '-', item_id)}"
            name = f"Giving up {course.instance.label(item_id)}"
            raw.tables["initiatives"].append(RawRow({"id": own, "name": name}))
            yield {"record": "in_progress", "id": own, "remaining_waves": 1, "amount": price}


def _refuse_set(course: Course) -> None:
    """The price of giving up must be no member of what a rule counts."""
    instance = course.instance
    rows = [row.model_dump() for t in SETS_IN for row in instance.rows(t)] if any(course.given_up.values()) else []
    if any("initiatives" in (v if isinstance(v, tuple) else (v,)) for row in rows for v in row.values()):
        message = (
            "a rule is about the set 'initiatives', which the price of giving something up would be counted in. Name "
            "the initiatives one by one there, or give it up without a price."
        )
        raise SequencerError(message)


def _earned(course: Course) -> Iterator[Cells]:
    k = course.after
    for category, wave, amount in course.instance.past.value:
        earlier = {} if wave is None else {"wave": wave - k}
        yield {"record": "value", "id": category, "amount": amount, **earlier}
    for category in course.instance.categories:
        for w in range(1, k + 1):
            amount = course.value(category, w)
            if amount:
                yield {"record": "value", "id": category, "wave": w - k, "amount": amount}


def _reference(course: Course) -> list[Cells]:
    """Rows of the reference plan; what should have started and has not is left open."""
    made: list[Cells] = [
        {"item": a.id, "wave": a.wave, **({"mode": a.mode} if a.mode else {})} for a in remaining_plan(course).adoptions
    ]
    made += [{"item": i} for i in course.late]
    left = [i for i in course.instance.decided if i not in course.standing]
    return made or [{"item": i, "wave": 0} for i in left[:1]]


def _refuse_gates(course: Course) -> None:
    """Cells that wait for local steps with a lag have an age that rows say only where past waves are equally long."""
    past = course.instance.wave_months[: course.after]
    ramps = any(row.from_month for row in course.instance.ramps)
    if not ramps or len(set(past)) < 2:
        return
    for places in course.instance.cell_gates.values():
        for step, lag in (gate for gates in places.values() for gate in gates):
            b = course.begun.get(step)
            if b is not None and lag and 1 <= b.live <= course.after - lag:
                message = (
                    f"the cells that wait {lag} waves for {step} cannot be replanned exactly, for the finished waves "
                    "differ in length. Take the lag out of the requirement (an overlay can: --overlay FILE)."
                )
                raise SequencerError(message)


# -- tables -----------------------------------------------------------------------------------------------------------


class _Cut:
    """Takes the finished waves out of rows."""

    def __init__(self, course: Course, raw: RawInstance) -> None:
        self.course = course
        self.instance = course.instance
        self.k = course.after
        self.raw = raw

    def settings(self, move_cost: float | None) -> None:
        """Time, and what is said of particular waves."""
        given, settings = self.raw.settings, self.instance.settings
        start = self.instance.date_of(self.k + 1)
        if start is not None:
            given["start"] = start
        if not self.instance.waves:
            given["waves"] = self.instance.n_waves - self.k
        if settings.brands_later_waves is None:
            given.pop("brands_first_wave", None)
        else:
            given["brands_first_wave"] = settings.brands_later_waves
        if settings.return_from_wave is not None:
            given["return_from_wave"] = max(1, settings.return_from_wave - self.k)
        if settings.mandate_path:
            given["mandate_path"] = " ".join(map(str, settings.mandate_path[self.k :]))
        if move_cost is not None:
            given["move_cost"] = move_cost
        if not _reference(self.course):  # all has started
            given.pop("move_cost", None)
            given["objective"] = " ".join(w for w in settings.objective.split() if w != "moves") or "npv"

    def tables(self) -> None:
        """Tables of waves renumbered; launches, leads and stages."""
        for table in ("waves", "budgets", "capacities", "minimum_values", "quick_wins"):
            self.raw.tables[table] = [
                row
                for row in self.raw.tables[table]
                if (wave := row.cells["wave"]) > self.k and self._set(row, wave=wave - self.k)
            ]
        for table in ("affiliates", "brands"):
            for row in self.raw.tables[table]:
                launch = row.cells.get("launch_wave")
                if launch is not None:
                    self._set(row, launch_wave=launch - self.k if launch - self.k > 1 else None)
        for row in self.raw.tables["resources"]:
            if row.cells.get("lead"):
                self._set(row, lead=max(0, row.cells["lead"] - self.k))
        self._least_values()
        self._stages()
        self._scenarios()

    def _set(self, row: RawRow, /, **cells: Any) -> bool:  # noqa: ANN401
        row.record = None
        row.cells = {k: v for k, v in (row.cells | cells).items() if v is not None}
        return True

    def _least_values(self) -> None:
        """Least values of an affiliate count from wave 1, so what it has earned already is taken off."""
        kept = []
        for row in self.raw.tables["minimum_values"]:
            affiliate = row.cells.get("affiliate")
            if affiliate:
                category = row.cells.get("category", "")
                state = self.course.state
                earned = sum(state.value(w, category, affiliate) for w in range(1, self.k + 1))
                self._set(row, amount=row.cells["amount"] - earned, amount_low=None, amount_high=None)
                if row.cells["amount"] <= 0:
                    continue
            kept.append(row)
        self.raw.tables["minimum_values"] = kept

    def _stages(self) -> None:
        """The stage a brand is in now holds from wave 1."""
        made = []
        for row in self.raw.tables["brand_stages"]:
            period = str(row.cells["period"])
            if period == "tail":
                made.append(row)
                continue
            wave = int(period) - self.k
            brand, stage = row.cells["brand"], row.cells["stage"]
            if wave > 1 or (wave <= 1 and self.instance.stage(brand, self.k + 1) == stage and self._newest(row)):
                self._set(row, period=str(max(wave, 1)))
                made.append(row)
        self.raw.tables["brand_stages"] = made

    def _scenarios(self) -> None:
        """Capacities of particular waves that are others in a scenario."""
        made = []
        for row in self.raw.tables["scenario_changes"]:
            resource, _, wave = str(row.cells.get("row", "")).rpartition(":")
            if row.cells["of"] == "capacities" and wave:
                if int(wave) <= self.k:
                    continue
                self._set(row, row=f"{resource}:{int(wave) - self.k}")
            made.append(row)
        self.raw.tables["scenario_changes"] = made

    def _newest(self, row: RawRow) -> bool:
        """Whether no later row of the brand holds when the first wave that is left starts."""
        own = int(row.cells["period"])
        later = (r for r in self.raw.tables["brand_stages"] if r.cells["brand"] == row.cells["brand"])
        periods = (str(r.cells["period"]) for r in later)
        return not any(p != "tail" and own < int(p) <= self.k + 1 for p in periods)

    # -- locks --------------------------------------------------------------------------------------------------------

    def locks(self) -> None:
        """Decisions made outside, for each adoptable that has not started."""
        made = []
        for row in self.instance.locks:
            for member in self.instance.members(row.item):
                if member.id in self.course.standing:
                    continue
                cells = self._lock(row.model_dump(exclude_defaults=True)) | {"item": member.id}
                if cells.keys() & DECIDING:
                    made.append(RawRow(cells))
        self.raw.tables["locks"] = made

    def _lock(self, given: Cells) -> Cells:
        """Columns of a lock in the waves that are left.

        A latest or fixed start that has passed rules the adoptable out, for it holds where it is adopted at all; unless
        it must be adopted, and then it is late. So is what had to be live by a finished wave.
        """
        made = {k: v for k, v in given.items() if k not in ("earliest", "latest", "fixed", "by", "low", "high")}
        earliest, by = given.get("earliest"), given.get("by")
        if earliest is not None and earliest - self.k > 1:
            made["earliest"] = earliest - self.k
        if by is not None and by > self.k:
            made["by"] = by - self.k
        for name in ("latest", "fixed"):
            wave = given.get(name)
            if wave is not None and wave > self.k:
                made[name] = wave - self.k
            elif wave is not None and not given.get("must"):
                return {"never": True}
        return made

    # -- limits on measures -------------------------------------------------------------------------------------------

    def limits(self, max_moves: int | None) -> None:
        """Floors and caps less what there is already, as of the start of the first wave that is left; and on moves."""
        made = []
        for row in self.raw.tables["measure_limits"]:
            measure = str(row.cells["measure"])
            if measure == "moves":
                continue
            past = self._past(measure)
            if past is not None:
                discounted = measure not in ("undiscounted_value", "undiscounted_cost")
                self._set(row, amount=(row.cells["amount"] - past) / (self.course.discount if discounted else 1.0))
            made.append(row)
        if max_moves is not None and _reference(self.course):
            made.append(RawRow({"measure": "moves", "sense": "cap", "amount": float(max_moves)}))
        self.raw.tables["measure_limits"] = made

    def _past(self, measure: str) -> float | None:
        """What finished waves add to a measure; None where it counts what is adopted, or what happens in a wave."""
        course, waves = self.course, range(1, self.k + 1)
        discount = course.state.prepared.discount
        word, _, category = measure.partition(":")
        if word not in ("npv", "value", "cost", "pace_loss", "undiscounted_value", "undiscounted_cost"):
            return None
        plain = word.startswith("undiscounted_")

        def summed(amount: Iterable[float]) -> float:
            return sum(a * (1.0 if plain else discount[w - 1]) for w, a in zip(waves, amount, strict=False))

        categories = (category,) if category else self.instance.categories
        value = summed(sum(course.value(c, w) for c in categories) for w in waves)
        cost = summed(sum(course.spend(pot, w) for pot in course.pots) for w in waves)
        loss = summed(pace_losses(course.state))
        # Moves of an earlier replanning have been paid for.
        moving = self.instance.settings.move_cost * len(moved(State(course.state.prepared, course.plan)))
        figures = {"npv": value - cost - loss - moving, "pace_loss": loss}
        return figures.get(word, value if word.endswith("value") else cost)
