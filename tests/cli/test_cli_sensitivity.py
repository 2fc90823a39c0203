"""``sequencer sensitivity`` as its user runs it."""

import json

import pytest

ARGS = ("--gap", "0", "--threads", "1")
RANGE = """
[[change]]
table = "drivers"
where = { id = "remote" }
field = "potential_low"
set = 0
"""


@pytest.fixture
def unsure(ex):
    """An overlay that gives the example an assumption."""
    file = ex.parent / "unsure.toml"
    file.write_text(RANGE, encoding="utf-8")
    return file


def test_a_tornado_of_a_run(run_cli, ex, a_run, unsure):
    made = run_cli("sensitivity", ex, "--overlay", unsure, "--start", a_run, "-o", "out")
    assert made.exit_code == 0, made.stderr
    assert "potential" in made.stdout
    assert "Fixed plan" in made.stdout
    assert sorted(p.name for p in (ex.parent / "out").iterdir()) == [
        *("plan.json", "tornado.csv", "tornado.json", "tornado.png"),
    ]


def test_a_tornado_solved_anew_as_json(run_cli, ex, unsure):
    made = run_cli("sensitivity", ex, "--overlay", unsure, "--how", "best", "--json", "-q", *ARGS)
    told = json.loads(made.stdout)
    assert told["how"] == "best"
    assert told["assumptions"][0]["low"]["best"] < told["best"]
    assert made.stderr == ""


def test_breakpoints(run_cli, ex):
    given = ("--breakpoints", "drivers.remote.potential", "--from", "0", "--to", "4", "--resolution", "0.5")
    made = run_cli("sensitivity", ex, *given, "-o", "out", *ARGS)
    assert made.exit_code == 0, made.stderr
    assert "Where the best plan changes" in made.stdout
    told = json.loads((ex.parent / "out" / "breakpoints.json").read_text())
    assert len(told["breaks"]) == 1
    assert (ex.parent / "out" / "plan-02.json").is_file()
    assert json.loads(run_cli("sensitivity", ex, *given, "--json", "-q", *ARGS).stdout) == told


def test_what_is_worth_knowing(run_cli, ex, unsure):
    given = ("--overlay", unsure, "--information", "--probabilities", "50%,0.25,25%")
    made = run_cli("sensitivity", ex, *given, "-o", "out", *ARGS)
    assert made.exit_code == 0, made.stderr
    assert "Worth knowing" in made.stdout
    told = json.loads((ex.parent / "out" / "information.json").read_text())
    assert told["probabilities"] == {"low": 0.5, "base": 0.25, "high": 0.25}
    # Without a potential, remote engagement would stay out; who does not know that pays for it.
    assert told["assumptions"][0]["least"] > 0
    assert json.loads(run_cli("sensitivity", ex, *given, "--json", "-q", *ARGS).stdout) == told


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--probabilities", "0.3,0.4,0.3"), "belong to --information"),
        (("--information", "--breakpoints", "x", "--from", "0", "--to", "1"), "Choose one of"),
        (("--breakpoints", "drivers.remote.potential", "--from", "1"), "give --to"),
        (("--from", "1"), "name a figure"),
        (
            ("--breakpoints", "drivers.remote.potential", "--from", "0", "--to", "1", "--vary", "x"),
            "belong to a tornado",
        ),
        (("--breakpoints", "drivers.nothing.potential", "--from", "0", "--to", "1"), "no row of drivers"),
        ((), "no amount has a low or high value"),
    ],
)
def test_what_does_not_belong_together(run_cli, ex, given, said):
    made = run_cli("sensitivity", ex, *given)
    assert made.exit_code == 2
    assert said in " ".join(made.stderr.replace("│", "").split())
