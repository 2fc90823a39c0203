"""The documentation holds: links lead somewhere, commands and options exist, lists agree with the code."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sequencer.cli.main import cli
from sequencer.cli.state import Exit
from sequencer.errors import InputError
from sequencer.instance.changes import Change, parse_lock, read_overlay
from sequencer.model.build import FAMILIES
from sequencer.plan.plan import Plan, read_plan
from sequencer.report.rules import rule_reference
from sequencer.run.reading import RESULT_KEYS, Run
from sequencer.types import Termination

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
WRITTEN = [page for page in PAGES if page.name not in ("rules.md", "tables.md")]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)


def name_of(value: object) -> str:
    return value.name if isinstance(value, Path) else str(value)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def fenced(page: Path, language: str) -> list[str]:
    return [body for kind, body in FENCE.findall(text_of(page)) if kind == language]


def section(page: Path, heading: str) -> str:
    return text_of(page).split(f"\n## {heading}\n")[1].split("\n## ")[0]


def first_cells(text: str) -> list[str]:
    """First cells of the rows of Markdown tables, headings aside."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [row[0].strip() for row in rows if not set(row[0]) <= set(" -")][1:]


# -- links -------------------------------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """Anchors that Markdown viewers give the headings of a page."""
    titles = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(page)), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", FENCE.sub("", text_of(page))):
        file, _, anchor = target.partition("#")
        linked = (page.parent / file).resolve() if file else page
        assert linked.is_relative_to(ROOT), target
        assert linked.exists(), target
        assert not anchor or anchor in anchors(linked), target


def test_readme_leads_to_every_page_and_takes_two_screens() -> None:
    readme = text_of(ROOT / "README.md")
    assert len(readme.splitlines()) <= 120
    for page in PAGES[1:]:
        assert f"({page.relative_to(ROOT)})" in readme


@pytest.mark.parametrize("page", WRITTEN, ids=name_of)
def test_nothing_is_left_open(page: Path) -> None:
    assert re.findall(r"\b(?:TODO|FIXME|XXX|TBD|PLACEHOLDER)\b", text_of(page)) == []


# -- commands ----------------------------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, str]]:
    """Every call of ``sequencer`` in a block of code or in backquotes, with its page."""
    for page in WRITTEN:
        text = text_of(page)
        blocks = "\n".join(body for kind, body in FENCE.findall(text) if kind in ("", "console"))
        blocks += "\n" + "\n".join(re.findall(r"^    (.+)$", FENCE.sub("", text), flags=re.MULTILINE))
        found = re.findall(r"^(?:\$ )?(sequencer .+)$", blocks, flags=re.MULTILINE)
        found += re.findall(r"`(sequencer [^`]+)`", FENCE.sub("", text))
        yield from ((page.name, line) for line in dict.fromkeys(found))


@pytest.mark.parametrize(("page", "line"), list(commands()))
def test_commands_parse(page: str, line: str) -> None:
    """Command, options, their values and the number of arguments are ones that the command line takes."""
    name, *words = shlex.split(line, comments=True)[1:]
    if name == "--help":
        return
    command: click.Command = cli.commands[name]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        command = command.commands[name]
    command.make_context(name, words).close()


def test_a_misspelt_option_would_be_noticed() -> None:
    with pytest.raises(click.UsageError):
        test_commands_parse("a page", "sequencer solve instances/medium --gapp 0")


def test_the_walk_through_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command up to the reference case, in order, says what the page shows; so does the Python that follows."""
    page = ROOT / "docs" / "how-to.md"
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)  # workers of a parallel run have one, and pages are wider
    Path("less-budget.toml").write_text(fenced(page, "toml")[0], encoding="utf-8")
    for file, text in zip(("answers.csv", "my-plan.csv", "actuals.csv"), fenced(page, "csv"), strict=True):
        Path(file).write_text(text, encoding="utf-8")
    walk = text_of(page).split("\n## The reference case\n")[0]
    output = ""
    for line in "".join(body for kind, body in FENCE.findall(walk) if kind in ("", "console")).splitlines():
        if line.startswith("$ "):
            output = said(line)
        else:
            assert timeless(line) in output, f"{line!r} is not what the command says"
    run_python(page)


def said(line: str) -> str:
    """Run a command; return its output without blanks at the ends of lines."""
    result = CliRunner().invoke(cli, shlex.split(line)[2:])
    expected = Exit.INFEASIBLE if "+remote<=2" in line else Exit.CHECK_FAILED if "my-plan.csv" in line else Exit.OK
    assert result.exit_code == expected, result.output
    return timeless("\n".join(row.rstrip() for row in result.output.splitlines()))


def timeless(text: str) -> str:
    """Text without the time a solve took."""
    return re.sub(r"after \d+:\d\d", "after 0:00", text)


def run_python(page: Path) -> None:
    """Run all Python of a page, block after block, in one namespace."""
    names: dict[str, object] = {}
    for number, body in enumerate(fenced(page, "python"), start=1):
        exec(compile(body, f"{page.name}, block {number}", "exec"), names)
    assert isinstance(names["run"], Run)


# -- lists that the code knows better ----------------------------------------------------------------------------------


def test_rule_reference_is_up_to_date() -> None:
    assert text_of(ROOT / "docs" / "rules.md") == rule_reference(FAMILIES), "run `make docs`"


def test_json_keys_terminations_and_exit_codes_are_all_told() -> None:
    files = ROOT / "docs" / "files.md"
    keys = re.findall(r"`(\w+)`", "\n".join(first_cells(section(files, "JSON results"))))
    assert sorted(keys) == sorted(RESULT_KEYS)
    assert all(f"`{ending}`" in section(files, "JSON results") for ending in Termination)
    assert [int(code) for code in first_cells(section(files, "Exit codes"))] == list(Exit)


def test_short_forms_of_locks_are_ones() -> None:
    cells = first_cells(section(ROOT / "docs" / "files.md", "Locks in short"))
    forms = [form for cell in cells for form in re.findall(r"`([^`]+)`", cell)]
    assert len(forms) >= 8
    for form in forms:
        parse_lock(form)
    with pytest.raises(InputError):
        parse_lock("jp<2")


def test_files_in_the_text_can_be_read(tmp_path: Path) -> None:
    files = ROOT / "docs" / "files.md"
    overlay, config = fenced(files, "toml")
    (tmp_path / "o.toml").write_text(overlay, encoding="utf-8")
    assert read_overlay(tmp_path / "o.toml") == (
        Change(table="budgets", where={"pot": "hq", "from_wave": 3}, field="amount", scale=0.85),
    )
    (tmp_path / "sequencer.toml").write_text(config, encoding="utf-8")
    result = CliRunner().invoke(cli, ["--config", str(tmp_path / "sequencer.toml"), "rules"])
    assert result.exit_code == 0
    (plan,) = fenced(files, "json")
    assert Plan.from_json(plan).wave("de") == 2
    (tmp_path / "p.csv").write_text(fenced(files, "csv")[0], encoding="utf-8")
    assert read_plan(tmp_path / "p.csv") == Plan.from_json(plan)
