"""What may be written after an option: fractions with ``%``, durations and amounts of memory with units."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import rich_click as click

from sequencer.solver.memory import bytes_of

if TYPE_CHECKING:
    Number = click.ParamType[float]
    Whole = click.ParamType[int]
else:
    Number = Whole = click.ParamType

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(min|[smh]?)\s*")


class Fraction(Number):
    """A share between 0 and 1, given as ``0.01`` or ``1%``."""

    name = "fraction"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Read the share."""
        text = str(value).strip()
        number = text.removesuffix("%").strip()
        try:
            share = float(number) / (100 if text.endswith("%") else 1)
        except ValueError:
            self.fail(f"'{text}' is not a fraction. Write 0.01 or 1%.", param, ctx)
        if not 0 <= share < 1:
            self.fail(f"{text} is not between 0 and 1. Write 5 % as 0.05 or 5%.", param, ctx)
        return share


class Duration(Number):
    """A positive duration in seconds, given as ``120``, ``90s``, ``2m``, ``1h30m``."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """Read the duration."""
        text = str(value).strip().lower()
        parts = _PART.findall(text)
        plain = len(parts) == 1 or all(unit for _, unit in parts)
        if not parts or _PART.sub("", text) or not plain:
            self.fail(f"'{value}' is not a duration. Write 120, 90s, 2m or 1h30m.", param, ctx)
        seconds = sum(float(number) * _UNITS[unit] for number, unit in parts)
        if seconds <= 0:
            self.fail("a duration must be longer than 0 seconds.", param, ctx)
        return seconds


class Size(Whole):
    """A positive amount of memory in bytes, given as ``4GB``, ``500MB``, ``2GiB``."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401
        """Read the amount."""
        size = bytes_of(str(value))
        if size is None:
            self.fail(f"'{value}' is not an amount of memory. Write 4GB, 500MB or 2GiB.", param, ctx)
        if size <= 0:
            self.fail("an amount of memory must be more than 0.", param, ctx)
        return size


FRACTION = Fraction()
DURATION = Duration()
SIZE = Size()
