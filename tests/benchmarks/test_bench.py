"""The benchmark beside other solvers: what it keeps, tells and skips, and one run of it on a tiny instance."""

from pathlib import Path

import bench
import numpy as np
import pytest
from bench import main
from bench_build import table as build_table
from bench_cases import MissingError, folder_of
from bench_report import at, median, placed, table, verdicts
from bench_rows import GROUPS, METHODS, ROWS, Case, Row, budget
from bench_store import Key, Measured, Run, Store
from bench_traces import Row as Moment
from peers import whole_row

from sequencer.instance.reader import read
from sequencer.solver.options import SolveOptions

ROOT = Path(__file__).parents[2]
CASE = Case("case", "folder:instances/tiny/lifecycle")
OPTIMUM = 24.5
"""Derived in the README of the instance."""


def row(**fields: object) -> Row:
    given: dict[str, object] = {"name": "row", "title": "Row", "cases": (CASE,), "seconds": 20.0, "gap": 0.0}
    given |= {"moments": (5.0, 10.0), "asked": "much"}
    return Row(**given | fields)  # type: ignore[arg-type]


def made(method: str, *moments: tuple[float, float | None, float | None], repeat: int = 1, **run: object) -> Measured:
    """Run of seconds, incumbent and bound."""
    gaps = [None if i is None or b is None else (b - i) / b for _, i, b in moments]
    rows = tuple(Moment(s, "search", i, b, gap) for (s, i, b), gap in zip(moments, gaps, strict=True))
    return Measured(Key("1", "row", "case", method, 20.0, repeat), Run("time_limit", **run), rows)  # type: ignore[arg-type]


# Gaps at 10 s: ours 10 %, HiGHS 40 %, SCIP none yet; at the end 5 %, 25 % and 20 %.
OURS = made("ours", (1.0, 50.0, 120.0), (9.0, 90.0, 100.0), (20.0, 95.0, 100.0))
HIGHS = made("compact", (2.0, None, 140.0), (8.0, 60.0, 100.0), (20.0, 75.0, 100.0))
SCIP = made("scip", (3.0, None, 130.0), (20.0, 80.0, 100.0))


def test_ours_is_what_solve_does_and_baselines_are_plain() -> None:
    assert SolveOptions(**METHODS["ours"].options or {}) == SolveOptions()
    for name, formulation in (("cells", "cells"), ("compact", "compact")):
        options = SolveOptions(**METHODS[name].options or {})
        assert options.formulation == formulation
        assert not (options.reduce or options.start_plan or options.tighten or options.staged)


def test_rows_that_issues_name_are_there_with_readable_instances() -> None:
    named = {"nordwind", "variants", "global", "by-affiliate", "newman1", "clustered-2000", "clustered-10000", "medium"}
    assert named | set(GROUPS["growth"]) == set(ROWS)
    for one in ROWS.values():
        assert all(m in METHODS for m in one.methods)
        for case in one.cases:
            kind, _, name = case.source.partition(":")
            assert kind != "folder" or (ROOT / name / "instance.toml").exists()
            assert all((ROOT / overlay).exists() for overlay in case.overlays)


def test_budget_counts_repetitions_of_short_runs() -> None:
    assert budget(row(seconds=60.0), ("ours", "scip"), 60.0) == 1 * 2 * 3 * 72
    assert budget(row(seconds=61.0), ("ours",), 61.0) == 73


def test_a_store_goes_on_where_it_was(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.read("1") == {}
    store.add(OURS)
    store.add(made("cpsat", skipped="does not fit"))
    found = Store(tmp_path).read("1")
    assert found[OURS.key] == OURS
    assert [m.run.skipped for m in found.values()] == ["", "does not fit"]
    assert Store(tmp_path).read("2") == {}
    # A run that was stopped after its trace, before its line: done again, its trace is the later one.
    runs = (tmp_path / "runs.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / "runs.csv").write_text(runs[0], encoding="utf-8")
    again = made("ours", (0.5, 60.0, 100.0), (20.0, 99.0, 100.0))
    store.add(again)
    assert store.read("1") == {again.key: again}
    (tmp_path / "runs.csv").write_text("label,gap\n", encoding="utf-8")
    with pytest.raises(SystemExit, match="other columns"):
        store.read("1")


def test_medians_count_what_is_not_there_as_worst() -> None:
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert median([None, 1.0, None]) is None
    assert median([None, 1.0, 2.0]) == 2.0
    assert median([None, 5.0, 4.0], more=True) == 4.0
    assert median([]) is None
    runs = [OURS, made("ours", (4.0, 80.0, 100.0), (20.0, 81.0, 100.0)), made("ours", (20.0, None, 100.0))]
    assert at(runs, 5.0) == Moment(5.0, "", 50.0, 120.0, pytest.approx(70 / 120))
    assert at(runs, None).incumbent == 81.0


def test_tables_say_what_was_known_when() -> None:
    lines = table(row(), CASE, [OURS, HIGHS, SCIP, made("cpsat", skipped="does not fit")], 20.0)
    cells = {
        c[0]: c[1:] for line in lines if line.startswith("|") for c in [[w.strip() for w in line.split("|")[1:-1]]]
    }
    assert cells["this package"][:4] == [
        "1.0",
        "50.00 / 120.00 / 58.3%",
        "90.00 / 100.00 / 10.0%",
        "95.00 / 100.00 / 5.00%",
    ]
    assert cells["compact, SCIP"][:3] == ["20.0", "– / 130.00 / –", "– / 130.00 / –"]
    assert lines[-1] == "compact, CP-SAT: does not fit."


def test_verdicts() -> None:
    runs = [OURS, HIGHS, SCIP]
    # At 10 s the best baseline has 40 %, a third of which is 13.3 %: 10 % is less; at the end 5 % of 20 %: a quarter.
    assert verdicts(row(share=1 / 3, share_at=10.0), CASE, runs)[0].endswith("met")
    assert "NOT" not in verdicts(row(share=1 / 3, share_at=10.0), CASE, runs)[0]
    assert "(compact, SCIP) 20.0%" in verdicts(row(share=0.2, share_at=20.0), CASE, runs)[0]
    assert verdicts(row(share=0.2, share_at=20.0), CASE, runs)[0].endswith("NOT met")
    assert [v.endswith("NOT met") for v in verdicts(row(goals=((10.0, 0.05), (20.0, 0.05))), CASE, runs)] == [
        True,
        False,
    ]
    assert verdicts(row(known=100.0), CASE, runs) == ["- best plan 5.0000% below the best there is, at 100.00"]
    assert [v.endswith(": met") for v in verdicts(row(), CASE, runs)] == [True, True]
    assert verdicts(row(), CASE, [HIGHS]) == []
    alone = verdicts(row(share=1 / 3, share_at=1.0), CASE, runs)
    assert "not said" in alone[0]


def test_a_page_is_written_between_its_marks() -> None:
    page = "a\n<!-- bench one -->\nold\n<!-- end one -->\nb\n"
    assert placed(page, "one", r"new \1") == "a\n<!-- bench one -->\n\nnew \\1\n\n<!-- end one -->\nb\n"
    with pytest.raises(ValueError, match="bench two"):
        placed(page, "two", "")


def test_the_page_has_a_place_for_every_row() -> None:
    page = bench.PAGE.read_text(encoding="utf-8")
    for name in (*ROWS, bench.BUILD):
        placed(page, name, "")


def test_public_data_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="set BENCH_DATA"):
        folder_of("public:newman1", tmp_path / "made", None)
    with pytest.raises(MissingError, match="are not in"):
        folder_of("public:newman1", tmp_path / "made", str(tmp_path))
    assert not (tmp_path / "made").exists()


def test_instances_are_made_once(tmp_path: Path) -> None:
    folder = folder_of("selection:clustered-30x3-1", tmp_path, None)
    settings = (folder / "instance.toml").stat().st_mtime_ns
    assert folder_of("selection:clustered-30x3-1", tmp_path, None) == folder
    assert (folder / "instance.toml").stat().st_mtime_ns == settings
    assert len(read(folder).initiatives) == 30
    assert len(read(folder_of("generated:affiliates=3,waves=3", tmp_path, None)).affiliates) == 3


def test_rows_of_whole_numbers() -> None:
    """What is scaled by 1024 and has two digits becomes whole with 1024 and 100; thirds are rounded."""
    whole, limit = whole_row(np.array([2192.93, -5664.0]) / 1024, 2e6 / 1024)
    assert whole.tolist() == [219293, -566400]
    assert limit == 200_000_000
    whole, limit = whole_row(np.array([1 / 3, 0.1]), 0.5)
    assert whole.tolist() == [10**6, 300_000]
    assert limit == 1_500_000
    assert whole_row(np.array([1.0, -1.0]), 0.0)[0].tolist() == [1, -1]


def test_the_build_row_judges_the_largest() -> None:
    def line(case: str, columns: int, build: float) -> dict[str, str]:
        cells = {"case": case, "whole columns": columns, "rows": 10, "read": 9.0, "build": build, "form": 1.0}
        return {k: str(v) for k, v in (cells | {"hand over": 0.5, "peak_mb": 1024.0}).items()}

    runs = [line("small", 100, 9.0), line("large", 200, 3.0), line("large", 200, 2.0), line("large", 200, 7.0)]
    told = build_table(runs)
    assert "| large" in told
    assert "200 whole columns in 4.5 s: must met" in told
    assert build_table([]) == ""


def test_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ROWS, "tiny", row(name="tiny", seconds=61.0, methods=("ours",)))
    words = ["tiny", "--out", str(tmp_path), "--seconds", "61"]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert told.startswith("tiny: up to 2 min")
    assert f"plan {OPTIMUM}, bound {OPTIMUM}" in told
    assert "| this package |" in told
    assert main([*words, "--tables"]) == 0
    assert "run 1 …" not in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["tinny"])
    assert "there is no row tinny" in capsys.readouterr().err
