"""A programme with a plan that keeps every rule; one wrong move at a time is found, and named for what it is."""

import pytest
from plan_tools import broken, instance, judge


def programme():
    """Four waves with two drivers, four steps, three affiliates, two brands, a mandate, a pot and a resource."""
    return instance(
        4,
        wave_months=6,
        tail_months=18,
        discount_rate=0.08,
        carry_share=0.5,
        brands_first_wave=1,
        drivers=[
            {"id": "r1", "category": "revenue", "potential": 400, "functions": "med"},
            {"id": "r2", "category": "cost_of_sales", "potential": 200},
        ],
        capabilities=[
            {"id": "crm", "layer": "technological", "as_is": 1},
            {"id": "data", "layer": "technological"},
        ],
        capability_steps=[
            {"capability": c, "level": n, "one_off_cost": 10, "use": {"it": 2}}
            for c in ("crm", "data")
            for n in (1, 2, 3)
        ],
        affiliates=[{"id": a, "affiliate_class": "big", "revenue": 100} for a in ("jp", "de", "us")],
        archetypes=[
            {"id": "adapted", "duration": 1, "one_off_cost": 20, "parallel": 1, "use": {"it": 1}},
            {"id": "customized", "duration": 2, "one_off_cost": 60},
        ],
        brands=[{"id": "onco"}, {"id": "cardio", "launch_wave": 2}, {"id": "extra"}],
        functions=[{"id": "med"}],
        mandate=[
            {"level": 0, "customized_total": 0, "released_share": 0.5},
            {"level": 1, "customized_total": 1},
            {"level": 2, "customized_total": 2},
        ],
        budgets=[{"pot": "hq", "wave": w, "amount": a} for w, a in ((1, 60), (2, 40), (3, 45), (4, 40))],
        resources=[{"id": "it"}],
        capacities=[{"resource": "it", "wave": w, "capacity": 5} for w in (1, 2, 3, 4)],
        requirements=[
            {"item": "r1", "requires": "crm:2 data:1"},
            {"item": "de", "requires": "jp", "lag": 1},
            {"item": "us/customized", "requires": "mandate:1"},
        ],
        pace=[{"items": "drivers", "limit": 1}],
        locks=[{"item": "jp", "must": True, "by": 2}],
    )


PLAN = {
    "mandate:1": 1,
    "crm:2": 1,
    "data:1": 1,
    "data:2": 2,
    "jp": "1/adapted",
    "us": "2/customized",
    "de": "3/adapted",
    "onco": 1,
    "cardio": 2,
    "med": 1,
    "r1": 2,
    "r2": 3,
}
# Spend: 10 + 10 + 20 = 40 in wave 1, 10 + 30 = 40 in wave 2, 30 + 20 = 50 in wave 3. Of 60 in wave 1, 20 are left and
# 10 arrive; of 40 + 10, 10 are left and 5 arrive; 45 + 5 are just enough. IT: 2 + 2 + 1 = 5 in wave 1, 2 in wave 2.


def test_the_plan_keeps_every_rule():
    evaluation = judge(programme(), PLAN)
    assert evaluation.violations == ()
    assert evaluation.feasible
    assert min(s.slack for s in evaluation.slacks) == 0


@pytest.mark.parametrize(
    "move",
    [{"us": "2/adapted"}, {"mandate:2": 2}, {"r2": None}, {"r2": 4}, {"data:2": 4}, {"de": None}],
)
def test_moves_that_break_nothing(move):
    assert mutated(move) == set()


def mutated(move):
    """Rules broken after moving, swapping, adding or (None) dropping what ``move`` names."""
    return broken(programme(), {i: w for i, w in (PLAN | move).items() if w is not None})


@pytest.mark.parametrize(
    ("move", "refs"),
    [
        ({"zz": 1}, {"start_once(zz)"}),
        ({"r2": 5}, {"start_once(r2)"}),
        ({"de": "3/unknown"}, {"start_once(de)"}),
        ({"us": "4/customized"}, {"windows(us)"}),
        ({"jp": None, "de": None}, {"locks(jp, must)"}),
        ({"jp": "2/adapted", "de": None}, {"locks(jp, must)"}),
        ({"data:1": None, "r1": None, "r2": None}, {"capability_steps(data:2, data:1)@2"}),
        # Six months earlier it is also more than IT can carry: 5 + 2.
        ({"data:2": 1}, {"capability_steps(data:2, data:1)@1", "capacities(it)@1"}),
        ({"crm:2": None}, {"requirements(r1, crm:2)@2"}),
        ({"r1": 1}, {"requirements(r1, crm:2)@1", "requirements(r1, data:1)@1"}),
        ({"jp": None, "us": None}, {"locks(jp, must)", "requirements(de, jp)@3"}),
        ({"us": None, "de": "2/adapted"}, {"requirements(de, jp)@2"}),
        ({"mandate:2": 1}, {"mandate(mandate:2)@1"}),
        # Half of 60 is too little in wave 1, so nothing is carried and wave 3 lacks its 5.
        ({"mandate:1": 2}, {"budgets(hq)@1", "budgets(hq)@3"}),
        ({"crm:3": 2}, {"budgets(hq)@3"}),
        # Without steps there is money for a second customized affiliate: 20, 30 and 60 are spent, 20 and 15 carried.
        (
            {"de": "3/customized", "r1": None, "crm:2": None, "data:1": None, "data:2": None},
            {"mandate_grants(customized_total)@3", "mandate_grants(customized_total)@4"},
        ),
        ({"us": "3/adapted"}, {"parallel(adapted)@3"}),
        ({"r2": 2}, {"pace(drivers)@2"}),
        ({"onco": 2, "cardio": 1}, {"windows(cardio)"}),
        ({"extra": 1}, {"start_small()@1"}),
    ],
)
def test_a_wrong_move_is_named_for_what_it_is(move, refs):
    assert mutated(move) == refs


def test_every_message_names_what_is_wrong_in_words():
    without = {i: w for i, w in PLAN.items() if i not in ("crm:2", "mandate:1")}
    evaluation = judge(programme(), without)
    assert {v.ref.family for v in evaluation.violations} == {"requirements", "mandate_grants", "budgets"}
    for violation in evaluation.violations:
        assert violation.amount > 0
        assert f"ave {violation.ref.wave}" in violation.message
        assert violation.message[0].isupper()
