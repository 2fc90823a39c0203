"""Options, live line and tables, piece by piece."""

import json
import sys

import click
import pytest

from sequencer.cli import progress, render
from sequencer.cli.progress import LiveLine, elapsed, gap_text
from sequencer.cli.types import DURATION, FRACTION, SIZE
from sequencer.plan.plan import Plan
from sequencer.solver.events import Improved, Progress, StartRepaired


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("0.01", 0.01), ("1%", 0.01), ("1 %", 0.01), ("12.5%", 0.125), (0.02, 0.02), ("0%", 0)],
)
def test_fractions(text, value):
    assert FRACTION.convert(text, None, None) == pytest.approx(value)


@pytest.mark.parametrize("text", ["5", "-0.1", "0,01", "%", "100%", "nan", "x%"])
def test_what_is_no_fraction(text):
    with pytest.raises(click.BadParameter, match="Write"):
        FRACTION.convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("120", 120), (120, 120), ("90s", 90), ("2m", 120), ("2 min", 120), ("1h30m", 5400), ("1.5h", 5400), ("0.5", 0.5)],
)
def test_durations(text, seconds):
    assert DURATION.convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "soon", "2x", "-5", "0", "1h30", "5 5", "m"])
def test_what_is_no_duration(text):
    with pytest.raises(click.BadParameter, match="duration"):
        DURATION.convert(text, None, None)


@pytest.mark.parametrize(("text", "size"), [("4GB", 4 * 10**9), ("500 mb", 5 * 10**8), ("2GiB", 2**31)])
def test_sizes(text, size):
    assert SIZE.convert(text, None, None) == size


@pytest.mark.parametrize("text", ["", "much", "4XB", "-4GB", "0GB"])
def test_what_is_no_size(text):
    with pytest.raises(click.BadParameter, match="amount of memory"):
        SIZE.convert(text, None, None)


@pytest.mark.parametrize(("seconds", "text"), [(7.9, "0:07"), (125, "2:05"), (3600, "1:00:00"), (0, "0:00")])
def test_elapsed_time(seconds, text):
    assert elapsed(seconds) == text


@pytest.mark.parametrize(
    ("gap", "text"),
    [(0.0, "0.0 %"), (0.047, "4.7 %"), (0.00034, "0.034 %"), (0.9, "90.0 %"), (1e-9, "less than 0.0001 %")],
)
def test_a_gap_is_never_rounded_down_to_zero(gap, text):
    assert gap_text(gap) == text


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_without_a_terminal_a_line_comes_with_each_phase_and_now_and_then(capsys):
    clock = Clock()
    with LiveLine("EUR M", clock=clock) as live:
        live(Progress(0.0, "build"))
        for second in range(1, 8):
            clock.now = float(second)
            live(Progress(clock.now, "search", 8.0, 10.0, 0.2))
        live(Improved(8.0, Plan(), 9.0))
        clock.now = 11.0
        live(Progress(11.0, "search", None, 9.5))
    out, err = capsys.readouterr()
    assert out == ""
    # a phase at once, then every five seconds: 1 (new phase), 6, 11; gap of the last line (9.5 - 9) / 9.5
    assert err.splitlines() == [
        "0:00 building the model",
        "0:01 searching · best EUR M 8.0 · bound 10.0 · gap 20.0 %",
        "0:06 searching · best EUR M 8.0 · bound 10.0 · gap 20.0 %",
        "0:11 searching · best EUR M 9.00 · bound 9.50 · gap 5.3 %",
    ]


def test_on_a_terminal_one_line_is_rewritten_and_wiped(capsys, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(progress.shutil, "get_terminal_size", lambda _: progress.shutil.os.terminal_size((20, 24)))
    clock = Clock()
    with LiveLine("EUR M", clock=clock) as live:
        live(Progress(0.0, "build"))
        clock.now = 0.05
        live(Progress(0.05, "search", 8.0, 10.0))
        clock.now = 0.2
        live(Progress(0.2, "search", 8.0, 10.0))
        live(StartRepaired(0.2, ("a",)))
    err = capsys.readouterr().err
    assert err.split("\r\x1b[2K") == [
        "",
        "0:00 building the m",  # 19 of 20 columns, so that the line never wraps
        "0:00 searching · be",
        "The start plan does not fit as it is; left out: a.\n",
        "",
    ]


def test_quiet_shows_nothing(capsys):
    with LiveLine("EUR", quiet=True) as live:
        live(Progress(0.0, "build"))
        live(StartRepaired(0.0, ("a",)))
    assert capsys.readouterr().err == ""


def test_names_cannot_steer_the_terminal():
    assert render.clean("a\x1b[31mb\nc\u202ed") == "a\ufffd[31mb c\ufffdd"
    assert render.clean("a\nb\x07", lines=True) == "a\nb\ufffd"


def test_tables_take_text_as_it_is_and_fit_100_columns(capsys):
    long = "[bold]Orchestrated[/bold] :smiley: campaigns " * 5
    render.echo_table(("id", "name", "value"), [("x", long, "1.5")], title="[red]T", right=(False, False, True))
    out = capsys.readouterr().out
    assert "[red]T" in out
    assert "[bold]Orchestrated[/bold]" in out
    assert ":smiley:" in out
    assert max(map(len, out.splitlines())) <= 100
    assert "\x1b" not in out


def test_numbers_stand_below_each_other(capsys):
    render.echo_table(("a", "n"), [("x", "1.5"), ("y", "10.5")], right=(False, True))
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].rstrip().endswith(" 1.5")
    assert lines[3].rstrip().endswith("10.5")
    assert len(lines[2].rstrip()) == len(lines[3].rstrip())


def test_json_has_null_for_what_is_not_finite(capsys):
    render.echo_json({"a": float("inf"), "b": [float("nan"), 1.0], 3: ("x",)})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [None, 1.0], "3": ["x"]}


def test_a_json_file_holds_null_for_what_is_not_finite():
    text = render.json_file({"bound": float("inf"), "gap": [float("nan"), 0.5]})
    assert json.loads(text) == {"bound": None, "gap": [None, 0.5]}
