"""Study files on the tiny instances."""

from pathlib import Path

import pytest

INSTANCES = Path(__file__).parents[2] / "instances"


@pytest.fixture
def study_file(tmp_path):
    """Write a study file; ``instance`` is one of the tiny ones."""

    def write(text: str, instance: str = "tiny/mandate", name: str = "study.toml") -> Path:
        file = tmp_path / name
        folder = INSTANCES / instance
        file.write_text(f'instance = "{folder.as_posix()}"\n{text}', encoding="utf-8")
        return file

    return write
