"""Rules that cannot hold together, in words: one line a rule, its waves in one, many of a kind in short."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sequencer.report import words
from sequencer.report.item_words import item_text
from sequencer.report.rules import LOGIC, rule_text
from sequencer.types import RuleRef

if TYPE_CHECKING:
    from sequencer.instance.instance import Instance

FEW = 5
MOST_DECISIONS = 12
"""Rules of a family, and decisions made outside, that are told one by one; of more, some examples."""


def clash_lines(instance: Instance, refs: Iterable[RuleRef]) -> list[str]:
    """Lines that name rules which cannot hold together, what was decided first.

    Parameters
    ----------
    instance
        Where they hold.
    refs
        Rules, one for each wave.
    """
    told: dict[str, dict[str, list[int]]] = {}
    for ref in refs:
        waves = told.setdefault(ref.family, {}).setdefault(_text(instance, ref), [])
        if ref.wave is not None and ref.family not in LOGIC:
            waves.append(ref.wave)
    decided = {"locks", "mandate"} if instance.settings.mandate_path else {"locks"}
    order = sorted(told, key=lambda family: (family not in decided, family in LOGIC))
    return [line for f in order for line in _family(f, told[f], MOST_DECISIONS if f in decided else FEW)]


def _family(family: str, rules: dict[str, list[int]], most: int) -> list[str]:
    lines = [text + _waves(waves) for text, waves in rules.items()]
    if len(lines) <= most:
        return lines
    from sequencer.model.build import FAMILIES

    title = next((f.title for f in FAMILIES if f.name == family), words.title_case(family))
    return [f"{len(lines)} rules of the kind '{title}', such as: {'; '.join(lines[: FEW - 1])}"]


def _text(instance: Instance, ref: RuleRef) -> str:
    """A rule with the numbers that were decided, which its name alone does not tell."""
    if ref.family == "mandate" and instance.settings.mandate_path:
        path = ", ".join(map(str, instance.settings.mandate_path))
        return f"The mandate's level in each wave is given: {path}"
    if ref.family == "windows" and ref.members[0] in instance.adoptables:
        item = ref.members[0]
        return f"{item_text(instance, item)} is not live before wave {instance.adoptables[item].earliest_live}"
    if ref.family == "locks" and len(ref.members) == 2:
        said = _decided(instance, *ref.members)
        return f"{item_text(instance, ref.members[0])} {said}" if said else rule_text(instance, ref)
    return rule_text(instance, ref)


def _decided(instance: Instance, item: str, word: str) -> str:
    """What locks on an item say of one kind, the strictest where there are several; empty where there is no number."""
    locks = [k for k in instance.locks if any(m.id == item for m in instance.members(k.item))]
    name = "by" if word == "must" else word
    values: list[Any] = [v for k in locks if (v := getattr(k, name, None)) not in (None, "", False)]
    if not values or word == "never":
        return ""
    if word == "mode":
        return f"takes the mode {' and '.join(words.one_line(instance.label(m)) for m in dict.fromkeys(values))}"
    return {
        "must": f"must be adopted and live by wave {min(values)}",
        "earliest": f"starts in wave {max(values)} or later",
        "latest": f"starts in wave {min(values)} or before",
        "fixed": f"starts in wave {min(values)}",
    }[word]


def _waves(waves: Sequence[int]) -> str:
    """`` (waves 1–3 and 5)``; empty for none."""
    if not waves:
        return ""
    runs: list[list[int]] = []
    for wave in sorted(set(waves)):
        if runs and wave == runs[-1][-1] + 1:
            runs[-1].append(wave)
        else:
            runs.append([wave])
    parts = [str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in runs]
    listed = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    return f" (wave{'' if len(set(waves)) == 1 else 's'} {listed})"
