"""Checks within tables: time, completeness over waves, order of steps and sums of shares."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import islice, pairwise
from typing import Any

from sequencer.errors import InputProblem
from sequencer.instance.check_references import known_ids
from sequencer.instance.history import mandate_before
from sequencer.instance.nearest import suggest
from sequencer.instance.scene import Scene

TOLERANCE = 1e-9
MOST_GAPS = 10
"""Missing numbers told of one table."""

WAVE_COLUMNS = {
    "budgets": ("wave",),
    "capacities": ("wave",),
    "minimum_values": ("wave",),
    "quick_wins": ("wave",),
    "locks": ("by", "earliest", "latest", "fixed"),
}
"""Columns that name a wave, by table."""


def _time_known(scene: Scene) -> bool:
    """Whether the number of waves can be relied on."""
    numbers = sorted(w.wave for w in scene.instance.waves)
    known = bool(numbers or scene.instance.settings.waves) and numbers == list(range(1, len(numbers) + 1))
    return known and scene.complete("waves", "settings")


def waves(scene: Scene) -> Iterator[InputProblem]:
    """The number of waves is given once, waves are numbered 1, 2, …, and dates fit the settings."""
    if not scene.complete("waves", "settings"):
        return
    settings = scene.instance.settings
    numbers = {w.wave: index for index, w in scene.items("waves")}
    if not numbers and settings.waves is None:
        remedy = "Write waves = … in instance.toml, or give a table waves.csv."
        yield scene.setting("missing-value", "the number of waves is not given", remedy, "waves")
    if numbers and settings.waves not in (None, len(numbers)):
        message = f"the settings say {settings.waves} waves, the table of waves has {len(numbers)}"
        yield scene.setting("waves-differ", message, "Take waves out of the settings, or correct it.", "waves")
    for wave in _gaps(numbers, 1):
        message = f"wave {wave} is missing; waves are numbered 1, 2, … without gaps"
        after = numbers[min(n for n in numbers if n > wave)]
        yield scene.problem("waves", after, "waves-not-consecutive", message, f"Add wave {wave}.", "wave", str(wave))
    if sorted(numbers) == list(range(1, len(numbers) + 1)):
        yield from _dates(scene)


def _dates(scene: Scene) -> Iterator[InputProblem]:
    """Dates label only: those given must follow from the first one and the months."""
    instance = scene.instance
    for index, wave in scene.items("waves"):
        if not wave.start:
            continue
        expected = instance.date_of(wave.wave)
        if expected is None:
            message = "a start is given, but the settings have none"
            remedy = "Write the first day of wave 1 as start = … in instance.toml."
            yield scene.problem("waves", index, "dates-do-not-fit", message, remedy, "start")
            continue
        try:
            given = dt.date.fromisoformat(wave.start.strip())
        except ValueError:
            message, remedy = f"'{wave.start}' is not a date", f"Write {expected.isoformat()}, or leave it empty."
            yield scene.problem("waves", index, "not-a-date", message, remedy, "start")
            continue
        if given != expected:
            message = f"wave {wave.wave} starts on {expected}, by the months of the waves before it, not on {given}"
            remedy = "Correct the date or the months; or leave the date empty."
            yield scene.problem("waves", index, "dates-do-not-fit", message, remedy, "start")


def wave_numbers(scene: Scene) -> Iterator[InputProblem]:
    """Numbers of waves lie within those there are."""
    if not _time_known(scene):
        return
    last = scene.instance.n_waves
    for table, columns in WAVE_COLUMNS.items():
        for index, row in scene.items(table):
            for column in columns:
                value = getattr(row, column)
                if value is not None and not 1 <= value <= last:
                    message, remedy = _beyond(column, value, last)
                    yield scene.problem(table, index, "wave-out-of-range", message, remedy, column)
    for table in ("affiliates", "brands"):
        for index, row in scene.items(table):
            if row.launch_wave is not None and row.launch_wave > last + 1:
                message, remedy = _beyond("launch_wave", row.launch_wave, last)
                yield scene.problem(table, index, "wave-out-of-range", message, remedy, "launch_wave")
    start = scene.instance.settings.return_from_wave
    if start is not None and start > last:
        message, remedy = _beyond("return_from_wave", start, last)
        yield scene.setting("wave-out-of-range", message, remedy, "return_from_wave")


def _beyond(column: str, value: int, last: int) -> tuple[str, str]:
    return f"{column} names wave {value}, but there are {last} waves", f"Name a wave from 1 to {last}, or add waves."


def complete_over_waves(scene: Scene) -> Iterator[InputProblem]:
    """A pot with a budget, or a resource with a capacity, has one in every wave."""
    if not _time_known(scene):
        return
    every = set(range(1, scene.instance.n_waves + 1))
    for table, owner, amount in (("budgets", "pot", "budget"), ("capacities", "resource", "capacity")):
        if not scene.complete(table):
            continue
        known = known_ids(scene, f"{owner}s")
        for name, rows in _grouped(scene, table, owner).items():
            missing = sorted(every - {row.wave for _, row in rows})
            if missing and name in known:
                message = f"{name} has no {amount} in wave {_listed(missing)}"
                remedy = f"Add {_rows(missing)} for it (0 where there is none), or take out all its rows: no limit."
                yield scene.problem(table, rows[-1][0], "missing-wave", message, remedy, "wave", name)


def step_levels(scene: Scene) -> Iterator[InputProblem]:
    """Steps above today's maturity follow one another without a gap."""
    if not scene.complete("capability_steps", "capabilities", "local_capabilities"):
        return
    lowest = {c.id: c.as_is for c in scene.instance.capabilities}
    local = {c.id for c in scene.instance.capabilities if c.local}
    for _, row in scene.items("local_capabilities"):
        if row.capability in local:
            lowest[row.capability] = min(lowest[row.capability], row.as_is)
    for name, rows in _grouped(scene, "capability_steps", "capability").items():
        have = {row.level: index for index, row in rows}
        missing = _gaps(have, lowest.get(name, 0) + 1)
        if missing:
            message = f"{name} stands at {lowest.get(name, 0)} and has a step to {max(have)}, but none to "
            message += _listed(missing)
            remedy, index = "Add the steps between, or raise as_is.", have[max(have)]
            yield scene.problem("capability_steps", index, "missing-level", message, remedy, "level", name)


def ramps(scene: Scene) -> Iterator[InputProblem]:
    """Ramps never fall."""
    steps: dict[str, list[tuple[int, float, int]]] = defaultdict(list)
    for index, row in scene.items("ramps"):
        steps[row.owner].append((row.from_month, row.factor, index))
    for owner, made in steps.items():
        for (before, high, _), (month, low, index) in pairwise(sorted(made)):
            if low < high:
                message = f"the ramp of {owner} falls from {high:g} (month {before}) to {low:g} (month {month})"
                yield scene.problem("ramps", index, "falling-ramp", message, "A ramp stays level or rises.", "factor")


def brand_stages(scene: Scene) -> Iterator[InputProblem]:
    """Stages begin in a wave or in the tail."""
    if not _time_known(scene):
        return
    last = scene.instance.n_waves
    for index, row in scene.items("brand_stages"):
        if row.period != "tail" and int(row.period) > last:
            message = f"period {row.period} is not a wave; there are {last} waves"
            remedy = f"Name a wave from 1 to {last}, or 'tail' for the time after them."
            yield scene.problem("brand_stages", index, "wave-out-of-range", message, remedy, "period")


def fatigue(scene: Scene) -> Iterator[InputProblem]:
    """Steps of contact fatigue are numbered, never get cheaper, and only the last is unbounded."""
    if not scene.complete("fatigue", "customer_types"):
        return
    caps = {k.id: k.contact_cap for k in scene.instance.customer_types}
    for customer_type, found in _grouped(scene, "fatigue", "customer_type").items():
        steps = sorted(found, key=lambda pair: pair[1].step)
        if customer_type not in caps:
            continue
        if caps[customer_type] is None:
            message = f"{customer_type} has steps of fatigue but no contact_cap above which they begin"
            remedy = "Fill in contact_cap in customer_types."
            yield scene.problem("fatigue", steps[0][0], "missing-value", message, remedy, "customer_type")
        for number, (index, row) in enumerate(steps, start=1):
            message = ""
            if row.step != number:
                message = f"step {number} of {customer_type} is missing"
            elif number > 1 and row.slope_per_year < steps[number - 2][1].slope_per_year:
                message = f"step {number} of {customer_type} is cheaper than the one before it"
            elif (row.width is None) != (number == len(steps)):
                message = f"the last step of {customer_type}, and no other, is unbounded (empty width)"
            if message:
                remedy = "Number steps from 1, with rising slopes; leave the width of the last one empty."
                yield scene.problem("fatigue", index, "fatigue-steps", message, remedy)


def _grouped(scene: Scene, table: str, column: str) -> dict[str, list[tuple[int, Any]]]:
    made: dict[str, list[tuple[int, Any]]] = defaultdict(list)
    for index, row in scene.items(table):
        made[getattr(row, column)].append((index, row))
    return made


def pace(scene: Scene) -> Iterator[InputProblem]:
    """Each further start above the comfortable number costs at least as much as the one before."""
    for index, row in scene.items("pace"):
        if row.losses and row.comfort is None:
            message, remedy = "losses are given without comfort", "Say from how many starts on they count."
            yield scene.problem("pace", index, "missing-value", message, remedy, "comfort")
        if any(later < sooner for sooner, later in pairwise(row.losses)):
            message, remedy = "the losses fall from one start to the next", "Order them so that they never fall."
            yield scene.problem("pace", index, "falling-losses", message, remedy, "losses")
        if row.limit is None and not row.losses:
            message, remedy = "neither a limit nor losses are given", "Fill in limit, or comfort and losses."
            yield scene.problem("pace", index, "missing-value", message, remedy, "limit")


def mandate_levels(scene: Scene) -> Iterator[InputProblem]:
    """Mandate levels above the start follow one another without a gap."""
    if not scene.complete("mandate", "settings"):
        return
    start = scene.instance.settings.mandate_start
    have = {row.level: index for index, row in scene.items("mandate")}
    missing = _gaps(have, start + 1)
    if missing:
        message = f"the mandate starts at {start} and has level {max(have)}, but not level {_listed(missing)}"
        yield scene.problem("mandate", have[max(have)], "missing-level", message, "Add the levels between.", "level")


def mandate_path(scene: Scene) -> Iterator[InputProblem]:
    """A path given from above has one level a wave, rises by one at most and never falls."""
    path, start = scene.instance.settings.mandate_path, mandate_before(scene.instance)
    if not path or not _time_known(scene):
        return
    remedy = f"Give {scene.instance.n_waves} levels from {start} or {start + 1} on, or 'free'."
    if len(path) != scene.instance.n_waves:
        message = f"the path has {len(path)} levels for {scene.instance.n_waves} waves"
        yield scene.setting("mandate-path", message, remedy, "mandate_path")
    for wave, (before, level) in enumerate(pairwise((start, *path)), start=1):
        if level - before not in (0, 1):
            message = f"the path goes from level {before} to {level} in wave {wave}; it may rise by one, never fall"
            yield scene.setting("mandate-path", message, remedy, "mandate_path")
    unknown = sorted({level for level in path if level > start} - set(scene.instance.mandate_levels))
    if unknown and scene.complete("mandate"):
        message = f"the path names level {_listed(unknown)}, which the table mandate does not have"
        yield scene.setting("unknown-level", message, "Add it to mandate, or end the path lower.", "mandate_path")


def cost_splits(scene: Scene) -> Iterator[InputProblem]:
    """No more than the whole of a cost line is split."""
    made: dict[tuple[str, str], list[tuple[int, float]]] = defaultdict(list)
    for index, row in scene.items("cost_splits"):
        for line in ("one_off", "running") if row.line == "all" else (row.line,):
            made[row.item, line].append((index, row.share))
    told: set[str] = set()
    for (item, line), parts in made.items():
        total = sum(share for _, share in parts)
        if total > 1 + TOLERANCE and item not in told:
            told.add(item)
            message = f"pots pay {total:g} of the {line.replace('_', '-')} cost of {item}, more than the whole"
            remedy = "Shares of a line sum to 1 at most; what is left stays with its own pot."
            yield scene.problem("cost_splits", parts[-1][0], "split-above-one", message, remedy, "share")


def relations(scene: Scene) -> Iterator[InputProblem]:
    """Relations with two sides have both, the others have one."""
    for index, row in scene.items("relations"):
        two = row.relation in ("before", "bundle")
        if two != bool(row.others):
            message = f"a relation '{row.relation}' has {'two sides' if two else 'one side only'}"
            remedy = "Fill in others." if two else "Leave others empty."
            yield scene.problem("relations", index, "relation-sides", message, remedy, "others")


def categories(scene: Scene) -> Iterator[InputProblem]:
    """Value categories are those that something earns."""
    if not scene.complete("drivers", "initiatives", "synergies", "fatigue", "settings"):
        return
    known = scene.instance.categories
    for table in ("minimum_values", "category_weights"):
        for index, row in scene.items(table):
            if row.category and row.category not in known:
                message = f"nothing earns value of the category '{row.category}'"
                remedy = suggest(row.category, known)
                yield scene.problem(table, index, "unknown-reference", message, remedy, "category")
    for word in scene.instance.settings.reinvest_categories:
        if word not in known:
            message = f"nothing earns value of the category '{word}'"
            yield scene.setting("unknown-reference", message, suggest(word, known), "reinvest_categories")
    named = scene.instance.settings.reinvest_categories
    for word in dict.fromkeys(word for word in named if named.count(word) > 1):
        message, remedy = f"the category '{word}' is named twice", "Name it once: its value comes back once."
        yield scene.setting("duplicate-category", message, remedy, "reinvest_categories")


def _gaps(have: Collection[int], first: int) -> list[int]:
    """Numbers missing between the first and the highest, a few of them at most."""
    numbers = range(first, max(have, default=0) + 1)
    return list(islice((n for n in numbers if n not in have), MOST_GAPS))


def _listed(numbers: Iterable[int]) -> str:
    words = [str(n) for n in numbers]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _rows(missing: list[int]) -> str:
    return "a row" if len(missing) == 1 else f"{len(missing)} rows"
