"""Factors of modes and approaches, gates of single affiliates, lags, and groups of affiliates that are alike."""

from __future__ import annotations

import pytest

from sequencer.model import build as building
from sequencer.model.build import build
from sequencer.model.family import family
from sequencer.plan.plan import Adoption, Plan
from tests.model.tools import driver, make, optimum, waves
from tests.model.value_tools import agree


@pytest.fixture(params=["compact", "cells"])
def formulation(request):
    """Formulations that say everything."""
    return request.param


def place(*ids, cls="c"):
    return [{"id": a, "affiliate_class": cls, "revenue": 1} for a in ids]


ADAPTED = [{"id": "adapted", "duration": 0}]

# -- factors of modes -------------------------------------------------------------------------------------------------


def test_the_mode_of_a_driver_multiplies_its_value(formulation):
    # 12 a year at a one-off cost of 3: 36 − 3 = 33. The mode rich earns 1.5 · 0.8 = 1.2 times as much: 43.2 less 3
    # times its factor on cost, which pays up to a factor of 10.2 / 3 = 3.4.
    def instance(factor):
        return make(
            drivers=[driver("r1", 12.0, one_off_cost=3)],
            modes=[{"item": "r1", "id": "rich", "cost_factor": factor, "success": 0.8, "value_factor": 1.5}],
        )

    value, plan = optimum(instance(3), formulation)
    assert (value, plan.adoptions[0].mode) == (pytest.approx(34.2), "rich")
    value, plan = optimum(instance(4), formulation)
    assert (value, plan.adoptions[0].mode) == (pytest.approx(33), "own")


def test_the_mode_of_a_brand_multiplies_its_cells_only(formulation):
    # two brands of equal share, 5 a year each; x in the mode poor earns 0.4 of it but costs nothing instead of 2.5 a
    # year: 3 · (0.4 · 5 + 5) = 21 against 3 · (2.5 + 5) = 22.5
    def instance(running):
        return make(
            drivers=[driver()],
            brands=[{"id": "x", "running_cost": running}, {"id": "y"}],
            modes=[{"item": "x", "id": "poor", "cost_factor": 0.0, "value_factor": 0.4}],
        )

    assert optimum(instance(2.5), formulation)[0] == pytest.approx(22.5)
    assert optimum(instance(3.5), formulation)[0] == pytest.approx(21)  # own 3 · (1.5 + 5) = 19.5


def test_the_approach_multiplies_the_brands_it_holds_for(formulation):
    # half of 10 a year is brand x, on which the approach has a factor 1.2 · (1 − 0.5) = 0.6: 3 · (3 + 5)
    approach = {"rollout": "medical-first", "rollout_value_factor": 1.2, "rollout_failure": 0.5, "rollout_brands": "x"}
    tables = {
        "drivers": [driver()],
        "brands": [{"id": "x"}, {"id": "y"}],
        "functions": [{"id": f} for f in ("medical", "marketing", "sales")],
    }
    assert optimum(make(approach, **tables), formulation)[0] == pytest.approx(24)
    assert optimum(make(approach | {"rollout_brands": ""}, **tables), formulation)[0] == pytest.approx(18)
    assert optimum(make(**tables), formulation)[0] == pytest.approx(30)


# -- gates of single affiliates ---------------------------------------------------------------------------------------


def local(lag=0, tail=24, **more):
    """jp and de share 10 a year; r1 needs level 1 of the local capability crm, which de has already."""
    return make(
        {"tail_months": tail},
        drivers=[driver()],
        affiliates=place("jp", "de"),
        archetypes=ADAPTED,
        capabilities=[{"id": "crm", "layer": "commercial", "local": True}],
        capability_steps=[{"capability": "crm", "level": 1, "one_off_cost": 2}],
        local_capabilities=[{"capability": "crm", "affiliate": "de", "as_is": 1}],
        requirements=[{"item": "r1", "requires": "crm:1", "lag": lag}],
        **more,
    )


@pytest.mark.parametrize(("lag", "periods"), [(0, 4), (1, 3), (2, 2), (3, 1), (4, 0)])
def test_a_local_capability_gates_the_cells_of_its_affiliate(formulation, lag, periods):
    # Five periods of a year. de earns 5 in each; jp from the wave after its own step, and the lag, at a cost of 2: from
    # period 2 + lag on, in the tail too. With a lag of 4 nothing is left, and the step is not taken.
    value, plan = optimum(local(lag), formulation)
    assert value == pytest.approx(25 + (5 * periods - 2 if periods else 0))
    assert ("crm@jp:1" in waves(plan)) == (periods > 0)


@pytest.mark.parametrize("wave", [1, 2, 3])
@pytest.mark.parametrize("lag", [0, 1, 2])
def test_a_lag_that_ends_in_the_tail(formulation, lag, wave):
    # The step started in wave w is live from w + 1, every tail period counting as wave 4, and r1 earns lag periods on.
    plan = Plan(tuple(Adoption(i, w, m) for i, w, m in (
        ("r1", 1, None), ("jp", 1, "adapted"), ("de", 1, "adapted"), ("crm@jp:1", wave, None)
    )))  # fmt: skip
    for reduce in (True, False):
        agree(local(lag, tail=30), plan, formulation, reduce=reduce)


def test_a_local_capability_locked_out_earns_nothing_there(formulation):
    instance = local(locks=[{"item": "crm@jp:1", "never": True}])
    assert optimum(instance, formulation)[0] == pytest.approx(25)


# -- groups -----------------------------------------------------------------------------------------------------------


def groups(instance):
    """Affiliates of every group."""
    return sorted(" ".join(group.affiliates) for group in build(instance).value.groups)


def test_affiliates_that_are_alike_are_one_group():
    tables = {
        "drivers": [driver("r1"), driver("c1", affiliates="jp de pt")],
        "affiliates": [*place("jp", "de", "fr"), *place("pt", cls="small")],
        "archetypes": ADAPTED,
        "brands": [{"id": "x"}, {"id": "y"}],
    }
    # c1 does not address fr; the class of pt makes no difference
    assert groups(make(**tables)) == ["fr", "jp de pt"]
    # jp with r1@jp stands alone, and so does an affiliate whose shares are in another proportion
    assert groups(make(**tables, driver_affiliates=[{"driver": "r1", "affiliate": "jp"}])) == ["de pt", "fr", "jp"]
    cells = [("jp", "x", 1), ("jp", "y", 2), ("de", "x", 2), ("de", "y", 4), ("fr", "x", 2), ("fr", "y", 1)]
    scopes = [{"affiliate": a, "brand": b, "share": s / 12} for a, b, s in cells]
    assert groups(make(**(tables | {"drivers": [driver()]}), scopes=scopes)) == ["fr", "jp de"]


@pytest.mark.parametrize("push", [1.0, -1.0])
def test_exact_from_both_sides_where_value_is_capped(monkeypatch, formulation, push):
    @family("cap", "Cap", latex="", priority=0, value_of=lambda _: ("jp",), from_below=lambda _: True)
    def cap(_):
        """Nothing; what it would cap does not matter here."""

    monkeypatch.setattr(building, "FAMILIES", (*building.FAMILIES, cap))
    instance = make(
        {"tail_months": 12},
        drivers=[driver("r1", functions="sales"), driver("c1", 4.0, category="cost", brands="x")],
        functions=[{"id": "sales"}],
        affiliates=place("jp", "de", "fr"),
        archetypes=[{"id": "adapted", "duration": 1}],
        brands=[{"id": "x"}, {"id": "y"}],
        customer_types=[{"id": "hcp"}, {"id": "hco"}],
        modes=[{"item": "r1", "id": "rich", "value_factor": 1.5}, {"item": "x", "id": "poor", "value_factor": 0.5}],
    )
    chosen = (("r1", 1, "rich"), ("c1", 2, None), ("sales", 2, None), ("jp", 1, "adapted"), ("de", 2, "adapted"),
              ("x", 1, "poor"), ("y", 3, None), ("hcp", 1, None), ("hco", 3, None))  # fmt: skip
    whole = Plan(tuple(Adoption(*one) for one in chosen))
    for plan in (whole, Plan(whole.adoptions[:-3]), Plan(whole.adoptions[1:])):
        agree(instance, plan, formulation, push=push)
