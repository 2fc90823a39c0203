"""Words and numbers of reports."""

import pytest

from sequencer.instance.instance import Instance
from sequencer.report import words


@pytest.mark.parametrize(
    ("unit", "text"),
    [(1, "EUR"), (1e3, "EUR k"), (1e6, "EUR M"), (1e9, "EUR bn"), (250, "EUR × 250"), (1e5, "EUR × 100,000")],
)
def test_unit_text(unit, text):
    assert words.unit_text("EUR", unit) == text


@pytest.mark.parametrize(("values", "places"), [([], 2), ([0.0], 2), ([0.5], 3), ([3, -4], 2), ([40], 1), ([5000], 0)])
def test_decimals_keep_three_digits_of_the_largest(values, places):
    assert words.decimals(values) == places


def test_numbers_have_no_minus_zero_and_say_what_is_missing():
    assert words.number(-0.001, 1) == "0.0"
    assert words.number(1234.56, 1) == "1,234.6"
    assert words.number(None, 1) == "–"
    assert words.percent(0.8125) == "81 %"
    assert words.percent(None) == "–"
    assert [words.short(v) for v in (75, 0.5, 61.25, 1200)] == ["75", "0.5", "61.25", "1,200"]


def dated(start, months):
    settings = {"schema_version": 1, "start": start, "waves": 2, "wave_months": months, "tail_months": 12}
    return Instance.model_validate({"settings": settings})


@pytest.mark.parametrize(
    ("start", "months", "text"),
    [
        ("2027-01-01", 6, "Jan–Jun 2027"),
        ("2027-01-01", 1, "Jan 2027"),
        ("2027-10-01", 6, "Oct 2027–Mar 2028"),
        (None, 6, "months 1–6"),
        (None, 1, "month 1"),
    ],
)
def test_dates_of_a_wave(start, months, text):
    assert words.span_text(dated(start, months), 1) == text


def test_waves_say_their_dates_and_what_lies_beyond():
    instance = dated("2027-01-01", 6)
    assert words.wave_text(instance, 2) == "wave 2 (Jul–Dec 2027)"
    assert words.wave_text(instance, 3) == "after the last wave (from Jan 2028)"
    assert words.begin_text(dated(None, 6), 2) == "month 7"


def test_free_text_is_one_line_without_control_characters():
    assert words.one_line(" Acme\n\x1b[31m Corp\u202e ") == "Acme [31m Corp"


def test_ids_become_readable():
    assert words.title_case("revenue_uplift") == "Revenue uplift"
