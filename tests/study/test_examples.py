"""The study files that come along and stand in the documentation can be read, and mean what they say."""

import re
import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from sequencer.study.reading import read_study

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "studies.md"


def fenced(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


@pytest.fixture
def study(tmp_path, monkeypatch):
    """The study of the page, with the example instance under the name it uses."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(Path(str(files("sequencer.cli") / "example")), "my-programme")
    Path("study.toml").write_text(fenced("toml")[0], encoding="utf-8")
    return read_study("study.toml")


@pytest.mark.parametrize("file", sorted(ROOT.glob("instances/*/studies/*.toml")), ids=lambda file: file.stem)
def test_study_files_that_come_along_can_be_read(file):
    study = read_study(file)
    assert [planned.id for planned in study.cases if planned.problem] == []
    assert len({planned.key for planned in study.cases}) == len(study.cases)


def test_the_what_if_of_the_reference_case_varies_budgets_and_every_stress():
    study = read_study(ROOT / "instances" / "nordwind" / "studies" / "what-if.toml")
    overlays = sorted(path.stem for path in ROOT.glob("instances/nordwind/overlays/stress_*.toml"))
    assert [p.id for p in study.cases if p.block == "stress"] == [f"stress/{o}" for o in (*overlays, "together")]
    base, less = (p.case.instance.budget["hq"] for p in study.cases[:2])
    assert less == pytest.approx([0.7 * amount for amount in base])


def test_the_file_of_the_page_makes_the_cases_that_the_page_names(study):
    ids = [planned.id for planned in study.cases]
    assert [planned.problem for planned in study.cases] == [""] * 28
    assert {"base", "late-start", "grid/share=0.8,market=late", "draw/0001"} <= set(ids)
    assert ids[2:8] == [f"grid/share={s},market={m}" for s in ("0.8", "0.9", "1.1") for m in ("open", "late")]
    prices = [planned.case.parameters["prices"] for planned in study.cases[8:]]
    worths = [planned.case.parameters["worth"] for planned in study.cases[8:]]
    assert sorted(range(20), key=prices.__getitem__) == sorted(range(20), key=worths.__getitem__)


def test_the_python_of_the_page_runs(study, monkeypatch):
    shorter = "".join(fenced("toml")[0].partition("[[sample]]")[0]).replace("0.02", "0.1")
    Path("study.toml").write_text(shorter, encoding="utf-8")
    names = {}
    for body in fenced("python"):
        exec(compile(body, "studies.md", "exec"), names)
    assert names["later"].open == ()
    assert len(names["npvs"]) == 2
