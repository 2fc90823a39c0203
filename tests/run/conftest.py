"""An instance, a plan and a result to keep."""

from importlib.resources import files
from pathlib import Path

import pytest

from sequencer.instance.instance import Instance
from sequencer.instance.reader import read
from sequencer.plan.plan import Adoption, Plan
from sequencer.types import Termination


@pytest.fixture(scope="session")
def instance() -> Instance:
    return read(Path(str(files("sequencer.cli") / "example")))


@pytest.fixture
def plan(instance: Instance) -> Plan:
    return Plan((Adoption("data:1", 1), Adoption("pt", 2, "standardized")), instance_fingerprint=instance.fingerprint)


@pytest.fixture
def result(instance: Instance, plan: Plan):
    from sequencer.solver.result import Result

    return Result(
        termination=Termination.GAP_REACHED,
        plan=plan,
        evaluation=None,
        objective=10.0,
        bound=10.5,
        measure="npv",
        seconds=1.25,
        currency="EUR",
        unit=1e6,
        fingerprint=instance.fingerprint,
        versions={"sequencer": "0.1.0"},
    )
