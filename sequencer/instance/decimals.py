"""Numbers in text files: decimal point or comma, found out or refused, never misread.

A file has one decimal sign. A comma can be it only where columns are separated by semicolons. Grouped thousands,
percentages and anything that could be read in two ways are refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

_WHOLE = re.compile(r"[+-]?[0-9]+(?:[eE][+-]?[0-9]+)?")
_POINT = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_COMMA = re.compile(r"[+-]?(?:[0-9]+,[0-9]*|,[0-9]+)(?:[eE][+-]?[0-9]+)?")
_TWO_WAYS = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[.,'’\s][0-9]{3})+(?:[.,][0-9]+)?")
_NOT_FINITE = frozenset({"nan", "inf", "infinity"})


class CellError(ValueError):
    """A value that cannot be read, or could be read in two ways.

    Attributes
    ----------
    rule, message, remedy : str
        As in :class:`sequencer.errors.InputProblem`.
    """

    def __init__(self, rule: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.rule, self.message, self.remedy = rule, message, remedy


def decimal_sign(texts: Iterable[str], delimiter: str) -> str | None:
    """Decimal sign of a file.

    Parameters
    ----------
    texts
        All texts of the file that should be numbers.
    delimiter
        What separates its columns.

    Returns
    -------
    str or None
        ``"."`` or ``","``; None where the numbers could be read either way (``1,500`` and nothing else).
    """
    if delimiter == ",":
        return "."
    points = commas = unclear = 0
    for text in texts:
        if _TWO_WAYS.fullmatch(text):
            unclear += 1
        elif _POINT.fullmatch(text):
            points += 1
        elif _COMMA.fullmatch(text):
            commas += 1
    if not points and not commas:
        return None if unclear else "."
    return "," if commas > points else "."


def to_number(text: str, sign: str | None, delimiter: str = ";") -> float:
    """Read a number.

    Parameters
    ----------
    text
        Text of the cell, stripped.
    sign
        Decimal sign of the file, as :func:`decimal_sign` found it.
    delimiter
        What separates the columns of the file, empty for a workbook; only words the message.

    Raises
    ------
    CellError
        With the remedy, where the text is not a number or could be read in two ways.
    """
    if text.lstrip("+-").lower() in _NOT_FINITE:
        error = CellError("not-finite", f"'{text}' is not a finite number", "Give a number, or leave the cell empty.")
        raise error
    if _WHOLE.fullmatch(text):
        return _finite(text, text)
    if _POINT.fullmatch(text) and sign == ".":
        return _finite(text, text)
    if _COMMA.fullmatch(text) and sign == ",":
        return _finite(text.replace(",", "."), text)
    raise _refusal(text, sign, delimiter)


def _finite(text: str, shown: str) -> float:
    value = float(text)
    if math.isfinite(value):
        return value
    error = CellError("not-finite", f"'{shown}' is too large a number", "Give a smaller number.")
    raise error


def _typed_as_text(text: str, sign: str | None) -> CellError:
    """Say why a number that a workbook holds as text is refused."""
    remedy = "Format the cell as a number, then type it again, so that the cell holds a number and not text."
    if sign is None:
        return CellError("decimal-ambiguous", f"'{text}' may be a decimal number or grouped thousands", remedy)
    other = "commas" if sign == "," else "points"
    message = f"'{text}' is text, and does not go with the decimal {other} of other numbers typed as text"
    return CellError("decimal-mixed", message, remedy)


def _refusal(text: str, sign: str | None, delimiter: str) -> CellError:
    """Say why a text is refused."""
    if text.endswith("%"):
        return CellError(
            "percent", f"'{text}' is a percentage", "Write fractions as plain numbers, 0.12 in place of 12%."
        )
    one_sign = bool(_POINT.fullmatch(text) or _COMMA.fullmatch(text))
    if one_sign and not delimiter:
        return _typed_as_text(text, sign)
    if sign is None and one_sign:
        return CellError(
            "decimal-ambiguous",
            f"'{text}' may be a decimal number or grouped thousands",
            "Write thousands without a separator, and separate columns by commas if the decimal sign is a point.",
        )
    if one_sign and delimiter == ",":
        return CellError(
            "decimal-mixed",
            f"'{text}' has a comma, in a file that separates columns by commas",
            "Write a decimal point and no thousands separators, or separate all columns by semicolons.",
        )
    if one_sign:
        other = "commas" if sign == "," else "points"
        return CellError(
            "decimal-mixed",
            f"'{text}' does not go with the decimal {other} of the other numbers in the file",
            "Use one decimal sign in the whole file, and no thousands separators.",
        )
    if _GROUPED.fullmatch(text):
        return CellError(
            "thousands", f"'{text}' has thousands separators", "Write the number without them, 1500.5 or 1500,5."
        )
    return CellError("not-a-number", f"'{text}' is not a number", "Write digits only, without units or currency.")
