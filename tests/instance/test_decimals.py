"""Numbers are read in one way, or refused with the remedy."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sequencer.instance.decimals import CellError, decimal_sign, to_number


@pytest.mark.parametrize(
    ("text", "sign", "value"),
    [
        ("12", ".", 12.0),
        ("-3", ",", -3.0),
        ("+4", ".", 4.0),
        ("0.345", ".", 0.345),
        (".5", ".", 0.5),
        ("5.", ".", 5.0),
        ("1.500", ".", 1.5),
        ("1e3", ",", 1000.0),
        ("1.5e-3", ".", 0.0015),
        ("0,345", ",", 0.345),
        ("1,500", ",", 1.5),
        ("-2,5E2", ",", -250.0),
    ],
)
def test_plain_numbers_are_read(text, sign, value):
    assert to_number(text, sign) == value


@pytest.mark.parametrize(
    ("text", "sign", "rule"),
    [
        ("1.500,00", ",", "thousands"),
        ("1,500.00", ".", "thousands"),
        ("1.500.000", ",", "thousands"),
        ("1 500", ".", "thousands"),
        ("1\u00a0500", ",", "thousands"),
        ("1'500", ".", "thousands"),
        ("1.5", ",", "decimal-mixed"),
        ("1,5", ".", "decimal-mixed"),
        ("1.500", ",", "decimal-mixed"),
        ("1,500", ".", "decimal-mixed"),
        ("1,500", None, "decimal-ambiguous"),
        ("12%", ".", "percent"),
        ("nan", ".", "not-finite"),
        ("-inf", ".", "not-finite"),
        ("1e999", ".", "not-finite"),
        ("1_000", ".", "not-a-number"),
        ("€5", ".", "not-a-number"),
        ("0x10", ".", "not-a-number"),
        ("٣", ".", "not-a-number"),
    ],
)
def test_what_could_be_misread_is_refused(text, sign, rule):
    with pytest.raises(CellError) as caught:
        to_number(text, sign)
    assert caught.value.rule == rule
    assert caught.value.remedy.endswith((".", "5."))


@pytest.mark.parametrize(
    ("texts", "delimiter", "sign"),
    [
        (["1,5", "2"], ";", ","),
        (["1.5", "2"], ";", "."),
        (["3", "2"], ";", "."),
        ([], ";", "."),
        (["1,500", "2,5"], ";", ","),
        (["1.500", "0.25"], ";", "."),
        (["1,500"], ";", None),
        (["1.500", "2.250"], ";", None),
        (["1.500"], ",", "."),
        (["1,5"], ",", "."),
        (["1,5", "2,5", "1.5"], ";", ","),
        (["0,500"], ";", ","),
    ],
)
def test_the_sign_of_a_file_is_found_or_open(texts, delimiter, sign):
    assert decimal_sign(texts, delimiter) == sign


def test_a_comma_in_a_comma_separated_file_names_semicolons_as_the_remedy():
    with pytest.raises(CellError) as caught:
        to_number("1,5", ".", ",")
    assert "semicolons" in caught.value.remedy


@settings(max_examples=60, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_written_floats_read_back_with_either_sign(value):
    assert to_number(repr(value), ".") == value
    back = to_number(repr(value).replace(".", ","), ",")
    assert back == value and math.copysign(1, back) == math.copysign(1, value)
