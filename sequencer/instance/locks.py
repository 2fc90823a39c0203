"""Short forms of locks, as a command line takes them."""

from __future__ import annotations

import re
from typing import Any

from sequencer.errors import InputError, InputProblem

_FORM = re.compile(
    r"(?P<sign>[!+]?)(?P<item>[a-z0-9_.:@-]+)(?:/(?P<mode>[a-z0-9_/-]+))?"
    r"(?:(?P<how><=|>=|=)(?P<wave>[0-9]+))?(?:/(?P<late>[a-z0-9_/-]+))?"
)
REMEDY = (
    "Write jp<=2 (latest start), jp>=2 (earliest), jp=2 (fixed), crm:2=3/build (fixed, in a mode), jp/adapted (mode), "
    "!r4 (never), +r4 (must), +r4<=3 (live by wave 3)."
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


def _refused(text: str, why: str) -> InputError:
    return InputError([InputProblem("bad-lock", f"'{text}' {why}", REMEDY, table="locks", file="--lock")])
