"""Generated programmes: the committed one, families that grow, and that small ones can be solved."""

import re
from pathlib import Path

import pytest

from sequencer.errors import SequencerError
from sequencer.instance.generator import Size, generate, main
from sequencer.instance.instance import Instance
from sequencer.instance.reader import read
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.solver.solve import solve
from sequencer.types import Layer

GLOBAL = Path(__file__).parents[2] / "instances" / "global"
SMALL = {"affiliates": 14, "brands": 2, "customer_types": 1, "drivers": 6, "waves": 3}


@pytest.fixture(scope="module")
def whole() -> Instance:
    return generate()


def test_the_committed_instance_is_what_the_generator_makes(whole: Instance) -> None:
    committed = read(GLOBAL)
    assert committed == whole
    said = re.search(r"[0-9a-f]{64}", (GLOBAL / "README.md").read_text(encoding="utf-8"))
    assert said is not None
    assert said[0] == committed.fingerprint


def test_its_size(whole: Instance) -> None:
    sizes = {t: len(whole.rows(t)) for t in ("affiliates", "brands", "customer_types", "drivers", "capabilities")}
    assert sizes == {"affiliates": 60, "brands": 10, "customer_types": 4, "drivers": 12, "capabilities": 30}
    assert whole.n_waves == 8
    assert {c.layer for c in whole.capabilities} == set(Layer)
    assert {(m.archetype, m.touch) for m in whole.adoptables["de"].modes} == {
        (a, t) for a in ("standardized", "adapted", "customized") for t in ("high", "low")
    }
    assert {m.sourcing for m in whole.adoptables["crm:2"].modes} == {"build", "hybrid", "agency"}
    assert len(whole.fatigue) == 4  # two steps for each of the two customer types with a cap


def test_technology_alone_earns_nothing(whole: Instance) -> None:
    """Every driver needs something of each layer, and a plan of technology only costs money."""
    steps = {i.id: i for i in whole.adoptables.values() if i.capability}
    layers = {c.id: c.layer for c in whole.capabilities}
    for driver in whole.drivers:
        needed = {m.id for p in whole.precedences if p.item.id == driver.id for m in p.members if m.id in steps}
        assert {layers[steps[i].capability or ""] for i in needed} == set(Layer), driver.id
    technology = [i for i in steps.values() if layers[i.capability or ""] == Layer.TECHNOLOGICAL and i.level == 1]
    assert len(technology) == 7
    result = evaluate(whole, Plan(tuple(Adoption(i.id, 1, "build") for i in technology)))
    assert result.value() == 0
    assert result.npv < 0


def test_a_smaller_programme_has_the_first_affiliates_of_a_larger_one(whole: Instance) -> None:
    small = generate(Size(affiliates=10))
    assert small.affiliates == whole.affiliates[:10]
    assert small.brand_stages == whole.brand_stages
    assert sum(small.budget["hq"]) < sum(whole.budget["hq"])
    # Potential is spread over less revenue, so that what an affiliate can earn stays what it is.
    for one, all_ in zip(small.drivers, whole.drivers, strict=True):
        shares = [sum(a.revenue for a in i.affiliates) for i in (small, whole)]
        assert one.potential / shares[0] == pytest.approx(all_.potential / shares[1], rel=1e-2)


def test_sizes_and_seeds() -> None:
    more = generate(Size(affiliates=12, drivers=48, waves=12))
    assert len(more.drivers) == 48
    assert more.n_waves == 12
    assert generate(Size(**SMALL)).fingerprint == generate(Size(**SMALL)).fingerprint
    assert generate(Size(**SMALL)).fingerprint != generate(Size(**SMALL, seed=2)).fingerprint
    with pytest.raises(SequencerError, match="1 to 60 affiliates, not 61"):
        Size(affiliates=61)
    with pytest.raises(SequencerError, match="1 to 4 customer types, not 0"):
        Size(customer_types=0)


@pytest.mark.parametrize("seed", [1, 2])
def test_small_ones_are_solved_and_worth_something(seed: int) -> None:
    result = solve(generate(Size(**SMALL, seed=seed)), gap=0.3, threads=1)
    assert result.objective is not None
    assert result.objective > 1.0
    assert result.gap is not None
    assert result.gap <= 0.3


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = [f"--{name.replace('_', '-')}={number}" for name, number in SMALL.items()]
    assert main([str(tmp_path / "made"), *words]) == 0
    made = read(tmp_path / "made")
    assert made == generate(Size(**SMALL))
    assert made.fingerprint in capsys.readouterr().out
    assert main([str(tmp_path / "none"), "--waves", "0"]) == 2
    assert "1 to 60 waves, not 0" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
