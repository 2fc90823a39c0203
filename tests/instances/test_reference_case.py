"""Facts of the reference case, so that a changed number is noticed and said; the fingerprints notice all others."""

from collections import Counter
from pathlib import Path

import pytest

from sequencer.instance.instance import Instance
from sequencer.instance.items import Member
from sequencer.instance.reader import read
from sequencer.types import Kind, Layer

NORDWIND = Path(__file__).parents[2] / "instances" / "nordwind"
OVERLAYS = NORDWIND / "overlays"

WHOLE = "66a015357f238f7cf5e9d403f879ccb9bbf028c5da5916c16dfc4ff3a9ae7d4e"


@pytest.fixture(scope="module")
def whole() -> Instance:
    return read(NORDWIND)


def stressed(name: str) -> Instance:
    return read(NORDWIND, [OVERLAYS / f"stress_{name}.toml"])


def test_no_number_has_changed(whole: Instance) -> None:
    assert whole.fingerprint == WHOLE


def test_time(whole: Instance) -> None:
    assert [p.months for p in whole.periods] == [6] * 6 + [12] * 4
    assert whole.settings.discount_rate == 0.08


def test_drivers_and_their_potential(whole: Instance) -> None:
    potential: Counter[str] = Counter()
    for driver in whole.drivers:
        potential[driver.category] += driver.potential
    assert len(whole.drivers) == 12
    assert potential == pytest.approx({"revenue_uplift": 70, "cost_of_sales": 32, "risk": 6})
    assert all(d.low["potential"] == pytest.approx(0.6 * d.potential) for d in whole.drivers)
    assert all(d.high["potential"] == pytest.approx(1.25 * d.potential, abs=0.01) for d in whole.drivers)


def test_capabilities_and_their_steps(whole: Instance) -> None:
    layers = Counter(c.layer for c in whole.capabilities)
    assert layers == {Layer.TECHNOLOGICAL: 11, Layer.COMMERCIAL: 14, Layer.TRANSFORMATIONAL: 7}
    assert all(c.path.count(".") == 1 for c in whole.capabilities)  # three levels deep, the leaf itself the third
    # As-is 1 six times (crm, automation, data, segmentation, campaign_execution, programme_office): 32 × 3 − 6 steps.
    assert sum(c.as_is for c in whole.capabilities) == 6
    assert len(whole.capability_steps) == 90
    assert {(s.capability, s.level) for s in whole.capability_steps} == {
        (c.id, level) for c in whole.capabilities for level in range(c.as_is + 1, 4)
    }
    assert sum(s.one_off_cost for s in whole.capability_steps) == pytest.approx(68.05)


def test_affiliates_archetypes_and_pots(whole: Instance) -> None:
    assert len(whole.affiliates) == 16
    assert Counter(a.affiliate_class for a in whole.affiliates) == {"exceptional": 3, "large": 7, "small": 6}
    assert sum(a.revenue for a in whole.affiliates) == 2370
    by_class = {a.affiliate_class: a.archetypes for a in whole.affiliates}
    assert by_class["exceptional"] == ("adapted", "customized")
    assert by_class["small"] == ("standardized", "adapted")
    assert sum(whole.budget["hq"]) == 57
    assert set(whole.budget) == {"hq", *(a.id for a in whole.affiliates)}
    assert all(len(set(budget)) == 1 for pot, budget in whole.budget.items() if pot != "hq")
    assert sum(budget[0] for pot, budget in whole.budget.items() if pot != "hq") == pytest.approx(5.185)


def test_shares_are_normalised_over_what_a_driver_addresses(whole: Instance) -> None:
    for driver in whole.drivers:
        cells = whole.scope[driver.id]
        assert sum(cells.values()) == pytest.approx(1)
        assert len(cells) == 16 * len(driver.brands) * len(driver.customer_types)
    # c4 addresses one brand and one customer type, so the United States hold 620 of 2,370 of it.
    assert sum(s for c, s in whole.scope["c4"].items() if c.affiliate == "us") == pytest.approx(620 / 2370)


def test_requirements(whole: Instance) -> None:
    # 94 given (one of 95 is there twice), 3 of mandate steps, 2 of archetypes.
    assert len(whole.requirements) == 99
    pairs = {(q.item, q.requires) for q in whole.requirements}
    assert {("adapted", ("mandate:1",)), ("customized", ("mandate:2",)), ("mandate:2", ("kpi:1",))} <= pairs
    assert whole.members("programme_office:1") == ()  # as it is today, so mandate:1 waits for nothing
    assert whole.members("commercial.customer_strategy:2") == (
        Member("cs_people:2"),
        Member("cs_process:2"),
        Member("cs_technology:2"),
    )


def test_capacities_and_timing(whole: Instance) -> None:
    assert {r: sum(c) for r, c in whole.capacity.items()} == {"fte": 605, "lead": 96, "exec": 73}
    customized = next(m for m in whole.adoptables["us"].modes if m.id == "customized/high")
    assert customized.use == {"fte": (22, 22, 22), "lead": (2.5, 2.5, 2.5), "exec": (0, 0, 1.5)}


def test_mandate_and_lifecycle(whole: Instance) -> None:
    assert [m.released_share for m in whole.mandate] == [0.7, 0.8, 0.9, 1.0, 1.0]
    assert [m.live_drivers for m in whole.mandate] == [2, 5, 8, 11, 14]
    assert [m.customized_total for m in whole.mandate] == [0, 0, 1, 2, 4]
    assert [whole.stage("launch", t) for t in (1, 3, 4, 6, 7, 10)] == [
        "pre_launch",
        "pre_launch",
        "launch",
        "launch",
        "growth",
        "growth",
    ]


def test_affiliates_go_live_in_six_ways_with_the_ramp_of_the_touch(whole: Instance) -> None:
    high, low = (whole.adoptables["de"].mode(f"adapted/{touch}") for touch in ("high", "low"))
    assert whole.ramp_of(high) == ((0, 0.6), (6, 0.9), (12, 1.0))
    # 0.92 of the archetype, times 1 of high and 0.88 of low touch; 8 FTE of the archetype, 6 more of high touch.
    assert (high.success, low.success) == (
        pytest.approx(0.92),
        pytest.approx(0.92 * whole.by_id("touches")["low"].success),
    )
    assert (high.use["fte"], low.use["fte"]) == ((14, 14), (8, 8))


def test_steps_are_built_bought_or_both(whole: Instance) -> None:
    for item in whole.adoptables.values():
        if item.kind == Kind.STEP:
            own, *others = item.modes
            assert (own.id, own.duration, own.inhouse_weight) == ("build", 1, 1.0)
            assert all(m.inhouse_weight < 1 for m in others)


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("a-medical-first", {("marketing", "medical", 3), ("sales", "medical", 3)}),
        ("a-marketing-first", {("medical", "marketing", 3)}),
        (
            "b-shared-framework",
            {("sales", "marketing", 0), ("medical", "framework:1", 0), ("marketing", "framework:1", 0)},
        ),
        ("c-holistic", {("sales", "marketing", 0), ("medical", "consent:2", 0), ("marketing", "review:2", 0)}),
    ],
)
def test_approaches_become_rules(name: str, rules: set[tuple[str, str, int]]) -> None:
    found = {
        (p.item.id, m.id, p.lag) for p in read(NORDWIND, [OVERLAYS / f"{name}.toml"]).precedences for m in p.members
    }
    assert rules <= found
    assert not rules <= {(p.item.id, m.id, p.lag) for p in read(NORDWIND).precedences for m in p.members}


def test_approaches_change_value_and_cost(whole: Instance) -> None:
    shared, holistic = (read(NORDWIND, [OVERLAYS / f"{n}.toml"]) for n in ("b-shared-framework", "c-holistic"))
    assert shared.approach_factor("growth") == pytest.approx(0.97)
    assert holistic.approach_factor("growth") == pytest.approx(1.08 * 0.95)
    before, after = (i.adoptables["journey_design:1"].mode("build").lines[0].amount for i in (whole, shared))
    assert after == pytest.approx(1.3 * before)


def test_stress_budget() -> None:
    # 9 + 10 unchanged, (11 + 11 + 9 + 7) × 0.85 = 32.3.
    assert sum(stressed("budget").budget["hq"]) == pytest.approx(9 + 10 + 32.3)


def test_stress_mandate_and_us() -> None:
    assert {lock.item: lock.earliest for lock in stressed("mandate").locks} == {
        f"mandate:{g}": g + 1 for g in (1, 2, 3, 4)
    }
    assert {lock.item: lock.earliest for lock in stressed("us").locks} == {"us": 2}


def test_stress_agency() -> None:
    assert stressed("agency").by_id("sourcing_modes")["agency"].cost_factor == pytest.approx(1.7 * 1.3)


def test_stress_uplift() -> None:
    # Revenue uplift 70 × 0.6 = 42, the rest as it was: 32 + 6.
    assert sum(d.potential for d in stressed("uplift").drivers) == pytest.approx(42 + 38)
