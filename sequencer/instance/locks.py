"""Locks: their short forms, as a command line takes them, and several on one item as one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sequencer.errors import InputError, InputProblem
from sequencer.instance.rules import Lock

_FORM = re.compile(
    r"(?P<sign>[!+]?)(?P<item>[a-z0-9_.:@-]+)(?:/(?P<mode>[a-z0-9_/-]+))?"
    r"(?:(?P<how><=|>=|=)(?P<wave>[0-9]+))?(?:/(?P<late>[a-z0-9_/-]+))?"
)
_SIGN = re.compile(r"\s*([!+]?)\s*(.*)", re.DOTALL)
_AFTER = re.compile(r"\s*(?:$|[:@/<>=])")
REMEDY = (
    "Write jp<=2 (latest start, if adopted at all), jp>=2 (earliest, likewise), jp=2 (adopted in wave 2), "
    "crm:2=3/build (in a mode, too), jp/adapted (mode, if adopted), !r4 (never), +r4 (must), +r4<=3 (live by wave 3)."
)


def lock_row(text: str) -> dict[str, Any]:
    """Columns of table ``locks`` that a short form means.

    Parameters
    ----------
    text
        Short form, see :func:`sequencer.instance.changes.parse_lock`.

    Raises
    ------
    sequencer.errors.InputError
        If the text has none of the forms.
    """
    found = _FORM.fullmatch("".join(text.split()))
    if found is None:
        raise _refused(text, "is not a lock")
    sign, how = found["sign"], found["how"]
    mode = found["mode"] or found["late"]
    row: dict[str, Any] = {"item": found["item"]}
    if found["mode"] and found["late"]:
        raise _refused(text, "names two modes")
    if sign == "!" and (how or mode):
        raise _refused(text, "says never, and more")
    if not (sign or how or mode):
        raise _refused(text, "does not say what is locked")
    if sign == "!":
        row["never"] = True
    if sign == "+" or how == "=":
        row["must"] = True
    if how:
        column = {"=": "fixed", ">=": "earliest", "<=": "by" if sign == "+" else "latest"}[how]
        row[column] = int(found["wave"])
    if mode:
        row["mode"] = mode
    return row


def with_id(text: str, names: Mapping[str, Collection[str]]) -> str:
    """Return a short form with the id of its item where it gives a name.

    Parameters
    ----------
    text
        Short form, as of :func:`lock_row`, which may name its item.
    names
        Ids that bear a name, by the name in lower case.

    Raises
    ------
    sequencer.errors.InputError
        If more than one thing bears the name.
    """
    sign, rest = _SIGN.fullmatch(text).groups()  # type: ignore[union-attr]
    for name in sorted(names, key=len, reverse=True):
        if rest[: len(name)].casefold() == name and _AFTER.match(rest, len(name)):
            if len(names[name]) > 1:
                raise _refused(text, f"names more than one thing ({', '.join(sorted(names[name]))}); give an id")
            return f"{sign}{next(iter(names[name]))}{rest[len(name) :]}"
    return text


def merged(locks: Iterable[Lock]) -> tuple[Lock, ...]:
    """Locks with those on the same item joined into one.

    Parameters
    ----------
    locks
        Locks that do not contradict one another. Two that name different modes stay apart.
    """
    made: list[Lock] = []
    for lock in locks:
        index = next((n for n, other in enumerate(made) if _joinable(other, lock)), None)
        if index is None:
            made.append(lock)
        else:
            made[index] = _joined(made[index], lock)
    return tuple(made)


def _joinable(one: Lock, other: Lock) -> bool:
    return one.item == other.item and (one.mode == other.mode or not (one.mode and other.mode))


def _joined(one: Lock, other: Lock) -> Lock:
    """Lock that decides what both decide: later of the earliest waves, sooner of the latest."""
    waves: dict[str, int | None] = {}
    for name, choose in (("by", min), ("latest", min), ("earliest", max), ("fixed", min)):
        given = [w for w in (getattr(one, name), getattr(other, name)) if w is not None]
        waves[name] = choose(given) if given else None
    flags = {"must": one.must or other.must, "never": one.never or other.never}
    words = {name: getattr(one, name) or getattr(other, name) for name in ("mode", "source", "note")}
    return one.model_copy(update=waves | flags | words)


def _refused(text: str, why: str) -> InputError:
    return InputError([InputProblem("bad-lock", f"'{text}' {why}", REMEDY, table="locks", file="--lock")])
