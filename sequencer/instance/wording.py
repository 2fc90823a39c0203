"""Validation errors of pydantic in words of the business."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from sequencer.instance.columns import columns_of
from sequencer.instance.nearest import suggest
from sequencer.types import ID_PATTERN


class Wording(NamedTuple):
    """Column, rule, message and remedy of an error."""

    column: str
    rule: str
    message: str
    remedy: str


_LIMITS = {
    "greater_than_equal": ("ge", "at least"),
    "greater_than": ("gt", "more than"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}
_KINDS = (
    ("int", "not-whole", "a whole number", "Write a whole number."),
    ("float", "not-a-number", "a number", "Write a number."),
    ("bool", "not-yes-no", "yes or no", "Write 1 for yes or 0 for no."),
    ("date", "not-a-date", "a date", "Write a date as 2027-01-31."),
    ("finite", "not-finite", "a finite number", "Write a number."),
)


def in_words(error: ErrorDetails, model: type[BaseModel]) -> Wording:
    """Word an error of a record or of the settings.

    Parameters
    ----------
    error
        One of ``ValidationError.errors()``.
    model
        Class that refused its data.
    """
    column = _column(error["loc"], model)
    found = columns_of(model).find(column)
    means = f" {column}: {found.info.description}." if found is not None and found.info.description else ""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "missing":
        return Wording(column, "missing-value", f"{column} is missing", f"Fill it in.{means}")
    if kind in _LIMITS:
        name, words = _LIMITS[kind]
        message = f"{column} must be {words} {_plain(context[name])}, found {_plain(value)}"
        return Wording(column, "out-of-range", message, f"Correct the value.{means}")
    if kind in ("literal_error", "enum"):
        choices = re.findall(r"'([^']*)'", context["expected"]) or [str(context["expected"])]
        message = f"{column} must be {_listed(choices)}, found '{_plain(value)}'"
        return Wording(column, "unknown-choice", message, suggest(str(value), choices))
    if kind == "string_pattern_mismatch":
        return _pattern(column, context, value, means)
    if kind == "value_error":
        return _own(error["msg"].removeprefix("Value error, "), model)
    for start, rule, words, remedy in _KINDS:
        if kind.startswith(start):
            return Wording(column, rule, f"{column} must be {words}, found '{_plain(value)}'", f"{remedy}{means}")
    return Wording(column, "invalid-value", f"{column}: {error['msg']}, found '{_plain(value)}'", f"Correct it.{means}")


def _column(loc: tuple[int | str, ...], model: type[BaseModel]) -> str:
    """Column that an error's location means."""
    if not loc:
        return ""
    names = [part for part in loc if isinstance(part, str) and part != "[key]"]
    for family in columns_of(model).families:
        if names[0] == family.field and len(names) > 1:
            return f"{family.prefix}{names[1]}"
    return names[0]


def _pattern(column: str, context: Mapping[str, Any], value: object, means: str) -> Wording:
    if context.get("pattern") == ID_PATTERN:
        message = f"'{value}' is not an id"
        return Wording(column, "bad-id", message, f"Ids are made of the signs a-z, 0-9, _ and - only.{means}")
    return Wording(column, "bad-form", f"'{value}' does not have the form that {column} has", f"Correct it.{means}")


def _own(text: str, model: type[BaseModel]) -> Wording:
    """Error of a validator of our own, ``column: what is wrong``."""
    head, colon, rest = text.partition(": ")
    if not colon or columns_of(model).find(head) is None:
        return Wording("", "inconsistent-row", text, "Correct the row.")
    if "does not hold" in rest:
        message = f"{head}: the low value must not be above it, nor the high value below it ({rest})"
        return Wording(head, "range-order", message, f"Correct {head}, {head}_low or {head}_high.")
    return Wording(head, "inconsistent-row", rest, f"Fill in {head}, or correct the rest of the row.")


def _plain(value: object) -> str:
    """Write a number without a needless fraction."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _listed(words: list[str]) -> str:
    quoted = [f"'{w}'" for w in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
