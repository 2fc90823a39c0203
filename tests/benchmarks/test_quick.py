"""The benchmark: what its tables say of traces made by hand, and one run of it on a tiny instance."""

import csv
from pathlib import Path

import pytest
from bench_table import tables
from bench_traces import COLUMNS, CONFIGURATIONS, DEFAULT, Row, Trace, append, next_run, ratio, verdict
from quick import main

from sequencer.solver.options import SolveOptions

LIFECYCLE = Path(__file__).parents[2] / "instances" / "tiny" / "lifecycle"
OPTIMUM = 24.5
"""Derived in the README of the instance."""


def made(name: str, *rows: tuple[float, float | None, float], ended: str = "time_limit") -> Trace:
    """Trace of seconds, incumbent and bound, the last row being the result."""
    configuration = next(c for c in CONFIGURATIONS if c.name == name)
    return Trace(
        configuration=configuration,
        rows=tuple(Row(s, "search", i, b, None if i is None else (b - i) / b) for s, i, b in rows),
        termination=ended,
        processor_seconds=1.0,
        calibration=0.2,
        fingerprint="f" * 64,
        money="EUR 1,000,000",
        versions=dict.fromkeys(("python", "highs", "pyomo", "sequencer"), "1"),
    )


# Gaps at the end: baseline (100 − 70) / 100 = 30 %, the others 9 % and 11 %, which are 0.30 and 0.37 of it.
PLAIN = made("plain", (1.0, None, 200.0), (8.0, 50.0, 125.0), (20.5, 70.0, 100.0))
GOOD = made("stages", (0.5, 60.0, 120.0), (12.0, 91.0, 100.0))
POOR = made("stages", (0.5, 60.0, 120.0), (12.0, 89.0, 100.0))


def test_the_last_configuration_is_the_default_of_solve() -> None:
    options = SolveOptions(**CONFIGURATIONS[-1].options)
    assert CONFIGURATIONS[-1].name == DEFAULT
    assert options == SolveOptions()


def test_each_configuration_differs_from_the_one_before_in_one_option() -> None:
    for before, after in zip(CONFIGURATIONS, CONFIGURATIONS[1:], strict=False):
        assert len(before.options.items() ^ after.options.items()) == 2, after.name


def test_verdict() -> None:
    assert "it is at most a third" in verdict([PLAIN, GOOD])
    assert "it is NOT at most a third" in verdict([PLAIN, POOR])
    assert verdict([GOOD]).startswith("Not said")
    assert "'plain' ended without a plan" in verdict([made("plain", (20.0, None, 200.0)), GOOD])
    assert "smaller --gap" in verdict([made("plain", (3.0, 99.5, 100.0), ended="gap_reached"), GOOD])


def test_ratio_needs_two_gaps() -> None:
    assert ratio(GOOD, PLAIN) == pytest.approx(0.3)
    assert ratio(GOOD, None) is None
    assert ratio(made("stages", (1.0, None, 2.0)), PLAIN) is None


def test_tables_say_what_was_known_when() -> None:
    """At 5 s the baseline has a bound and no plan yet, at 10 s both; what has ended stays as it is."""
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in tables([PLAIN, GOOD], 30.0).splitlines()]
    known = {row[0]: row[1:] for row in rows[-2:]}
    assert rows[-4] == ["plan / bound / gap", "at 5 s", "at 10 s", "at 30 s", "at the end"]
    assert known["aggregated, plain"][:2] == ["– / 200.0 / –", "50.0 / 125.0 / 60.0%"]
    assert known["aggregated, plain"][2:] == ["70.0 / 100.0 / 30.0%"] * 2
    assert known["+ stages"] == ["60.0 / 120.0 / 50.0%"] * 2 + ["91.0 / 100.0 / 9.0%"] * 2
    ends = {row[0]: row[1:6] for row in rows if len(row) == 10}
    assert ends["aggregated, plain"] == ["8.0", "70.00", "100.00", "30.0%", "1.00"]
    assert ends["+ stages"] == ["0.5", "91.00", "100.00", "9.0%", "0.30"]


def test_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--instance", str(LIFECYCLE), "--seconds", "2", "--gap", "0", "--out", str(tmp_path)]
    assert main([*words, "--only", "plain,stages"]) == 0
    output = capsys.readouterr().out
    assert output.startswith("2 configurations of at most 2 s each")
    assert "| aggregated, plain |" in output
    assert "| + stages          |" in output
    assert "Calibration solve" in output
    assert output.splitlines()[-1].startswith("Not said: the baseline too reached the gap asked for")
    with (tmp_path / "traces.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert tuple(reader.fieldnames or ()) == COLUMNS
    assert list(dict.fromkeys(row["configuration"] for row in rows)) == ["plain", "stages"]
    ends = [row for row in rows if row["phase"] == "result"]
    assert [float(row["incumbent"]) for row in ends] == pytest.approx([OPTIMUM, OPTIMUM])
    assert [float(row["bound"]) for row in ends] == pytest.approx([OPTIMUM, OPTIMUM])
    assert all(row["incumbent"] == "" for row in rows if row["phase"] == "build")
    assert (tmp_path / "gap.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_a_run_goes_on_in_the_same_file_under_the_next_number(tmp_path: Path) -> None:
    path = tmp_path / "traces.csv"
    for run in (1, 2):
        assert next_run(path) == run
        append(path, run, PLAIN)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 2 * len(PLAIN.rows)
    assert lines[1].startswith("1,plain,1.000,search,,200.0,,,")
    assert lines[-1].startswith("2,plain,20.500,search,70.0,100.0,0.3,time_limit,")
    path.write_text("seconds,gap\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="other columns"):
        next_run(path)


def test_a_configuration_that_fails_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--instance", str(tmp_path / "none"), "--out", str(tmp_path), "--only", "plain"]) == 1
    told = capsys.readouterr()
    assert "aggregated, plain … failed" in told.out
    assert "InputError" in told.err
    with pytest.raises(SystemExit):
        main(["--only", "plane"])
    assert "there is no configuration plane" in capsys.readouterr().err
