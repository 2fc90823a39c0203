"""The reference of tables says what the schema says, and the page in docs is up to date."""

import re
from pathlib import Path

import pytest

from sequencer.instance.columns import columns_of
from sequencer.instance.instance import Instance
from sequencer.instance.settings import Settings
from sequencer.report.schema_reference import schema_reference

PAGE = Path(__file__).parents[2] / "docs" / "tables.md"


@pytest.fixture(scope="module")
def sections() -> dict[str, str]:
    return split(schema_reference())


def split(page: str) -> dict[str, str]:
    """Sections of the page by title."""
    parts = re.split(r"^## (\w+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def cells(section: str, column: str) -> list[str]:
    """Cells of a column's line, without its name."""
    line = next(line for line in section.splitlines() if line.startswith(f"| `{column}` |"))
    return [cell.strip() for cell in line.strip("|").split(" | ")][1:]


def test_every_table_and_column_is_there_once(sections: dict[str, str]) -> None:
    assert list(sections) == ["settings", *Instance.tables()]
    for name, record in {"settings": Settings, **Instance.tables()}.items():
        columns = columns_of(record)
        told = re.findall(r"^\| `(\w+)(?:<\w+>)?` \|", sections[name], flags=re.MULTILINE)
        apart = set() if name == "settings" else {"source", "note"}
        own = {n for n, c in columns.fixed.items() if not c.part} - apart
        assert sorted(told) == sorted([*own, *(f.prefix for f in columns.families)])


def test_a_line_tells_limits_units_references_and_defaults(sections: dict[str, str]) -> None:
    assert cells(sections["drivers"], "success") == [
        "probability of success", "number ≥ 0 and ≤ 1, share; *range*", "1",
    ]  # fmt: skip
    assert cells(sections["drivers"], "functions")[1:] == ["words, from functions", "–"]
    assert cells(sections["drivers"], "category")[1:] == ["id", "*required*"]
    assert cells(sections["drivers"], "visible")[1:] == ["yes or no", "no"]
    assert cells(sections["drivers"], "use_<resource>")[1:] == ["number ≥ 0, resource unit, from resources", "0"]
    assert cells(sections["settings"], "start")[1:] == ["date", "–"]
    assert cells(sections["settings"], "discount_rate")[1:] == ["number > -1 and < 10", "0"]
    assert cells(sections["pace"], "items")[1:] == ["words, item expressions", "`drivers`"]
    assert cells(sections["pace"], "losses")[1] == "numbers, money"
    assert cells(sections["resources"], "timing")[1:] == ["`each_wave`, `last_wave`", "`each_wave`"]
    # A factor that is not given changes nothing.
    assert cells(sections["sourcing_modes"], "use_factor_<resource>")[2] == "1"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == schema_reference(), "run `make docs`"
