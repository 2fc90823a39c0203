"""``survey`` as a strategist uses it."""

import json


def test_survey_of_the_example(run_cli, ex, here):
    (here / "a.csv").write_text("respondent,unit,capability,answer\np,de,content,2\nq,jp,content,1\n", encoding="utf-8")
    done = run_cli("survey", "ex", "a.csv", "-o", "h.svg", "--write", "as-is.toml")
    assert done.exit_code == 0, done.stderr
    assert "Blind spots" in done.stdout
    assert (here / "h.svg").read_text().startswith("<?xml")
    assert run_cli("validate", "ex", "--overlay", "as-is.toml").exit_code in (0, 2)
    found = json.loads(run_cli("survey", "ex", "a.csv", "--json", "--by", "minimum").stdout)
    assert next(c for c in found["capabilities"] if c["id"] == "content")["as_is"] == 1


def test_overlay_is_never_replaced(run_cli, ex, here):
    (here / "a.csv").write_text("respondent,unit,capability,answer\np,de,content,2\n", encoding="utf-8")
    (here / "mine.toml").write_text("# mine\n")
    done = run_cli("survey", "ex", "a.csv", "--write", "mine.toml")
    assert done.exit_code == 2
    assert (here / "mine.toml").read_text() == "# mine\n"


def test_wrong_answers_are_told_with_their_row(run_cli, ex, here):
    (here / "a.csv").write_text("respondent,unit,capability,answer\np,de,nothing,2\n", encoding="utf-8")
    done = run_cli("survey", "ex", "a.csv")
    assert done.exit_code == 2
    assert "a.csv, row 2, column capability" in done.stderr
