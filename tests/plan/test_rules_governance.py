"""The mandate ladder and what its levels grant: each with a plan that keeps it and one that breaks it."""

import pytest
from plan_tools import broken, instance, judge, message

LADDER = [{"level": n} for n in (0, 1, 2, 3)]


def test_the_mandate_rises_by_one_step_a_wave():
    given = instance(3, mandate=LADDER)
    assert broken(given, {"mandate:1": 1, "mandate:2": 2, "mandate:3": 3}) == set()
    assert broken(given, {"mandate:1": 1, "mandate:2": 1}) == {"mandate(mandate:2)@1"}
    assert message(given, {"mandate:1": 1, "mandate:2": 1}) == (
        "Mandate level 2 is taken in wave 1, but mandate level 1 is taken in wave 1; "
        "the mandate rises by one step a wave"
    )
    assert broken(given, {"mandate:2": 2}) == {"mandate(mandate:2)@2"}
    assert "mandate level 1 is not adopted" in message(given, {"mandate:2": 2})
    assert judge(given, {"mandate:1": 1, "mandate:2": 3}).mandate == (1, 1, 2)


def test_the_ladder_begins_where_the_programme_stands():
    given = instance(2, mandate=LADDER, mandate_start=1)
    assert broken(given, {"mandate:2": 1, "mandate:3": 2}) == set()
    assert judge(given, {"mandate:2": 2}).mandate == (1, 2)


def test_a_path_given_from_above_is_kept_exactly():
    given = instance(3, mandate=LADDER, mandate_path="0 1 2")
    path = {"mandate:1": 2, "mandate:2": 3}
    assert broken(given, path) == set()
    assert broken(given, path | {"mandate:1": 1}) == {"mandate(mandate:1)@1"}
    assert "is taken in wave 1, but the path given from above takes it in wave 2" in message(
        given, path | {"mandate:1": 1}
    )
    assert broken(given, {"mandate:1": 2}) == {"mandate(mandate:2)@3"}
    assert message(given, {"mandate:1": 2}).startswith("Mandate level 2 is not taken, but the path")
    constant = instance(3, mandate=LADDER, mandate_path="0 0 0")
    assert message(constant, {"mandate:1": 2}).endswith("but the path given from above never takes it")
    assert broken(constant, {}) == set()


DRIVERS = [{"id": f"r{n}", "category": "revenue", "potential": 1} for n in (1, 2, 3)]
MARKETS = {
    "affiliates": [{"id": a, "affiliate_class": "x"} for a in ("jp", "us", "cn")],
    "archetypes": [
        {"id": "standardized", "duration": 1},
        {"id": "customized", "duration": 2},
        {"id": "customized-again", "duration": 1, "variant_of": "customized"},
    ],
}


@pytest.mark.parametrize(
    ("grant", "good", "bad", "wave", "words"),
    [
        # Level 0 in wave 1 grants one, level 1 in wave 2 two.
        ("live_drivers", {"r1": 1, "r2": 2}, {"r1": 1, "r2": 1}, 1, "Wave 1 has 2 live value drivers"),
        ("live_drivers", {"r1": 1, "r2": 2}, {"r1": 1, "r2": 2, "r3": 3}, 3, "at level 1 in that wave, grants 2"),
        ("new_drivers", {"r1": 1, "r2": 2, "r3": 2}, {"r1": 1, "r2": 1, "r3": 2}, 1, "2 value drivers starting"),
        # Customized takes two waves, its variant one: Japan in 1-2, America in 2-3.
        ("customized_in_progress", {"jp": "1/customized", "us": "2/customized"}, None, None, ""),
        (
            "customized_in_progress",
            {"jp": "1/customized", "us": "1/standardized"},
            {"jp": "1/customized", "us": "1/customized-again"},
            1,
            "2 customized affiliates in progress",
        ),
        (
            "customized_in_progress",
            {"jp": "1/customized", "us": "2/customized"},
            {"jp": "1/customized", "us": "2/customized", "cn": "2/customized-again"},
            2,
            "3 customized affiliates in progress",
        ),
        # In total: those of earlier waves count as well, though no longer in progress.
        (
            "customized_total",
            {"jp": "1/customized-again", "us": "3/customized-again"},
            {"jp": "1/customized-again", "us": "2/customized-again", "cn": "3/customized-again"},
            3,
            "3 customized affiliates adopted so far",
        ),
    ],
)
def test_grants(grant, good, bad, wave, words):
    levels = [{"level": 0, grant: 1}, {"level": 1, grant: 2}]
    given = instance(4, drivers=DRIVERS, **MARKETS, mandate=levels)
    step = {"mandate:1": 2}
    assert broken(given, step | good) == set()
    if bad is not None:
        found = judge(given, step | bad).violations
        assert str(found[0].ref) == f"mandate_grants({grant})@{wave}"
        assert {v.ref.family for v in found} == {"mandate_grants"}
        assert words in found[0].message


def test_without_a_row_or_a_number_there_is_no_limit():
    assert broken(instance(2, drivers=DRIVERS), {"r1": 1, "r2": 1, "r3": 1}) == set()
    given = instance(2, drivers=DRIVERS, mandate=[{"level": 0, "live_drivers": 1}, {"level": 1}])
    assert broken(given, {"r1": 1, "r2": 2, "r3": 2, "mandate:1": 2}) == set()
    assert broken(given, {"r1": 1, "r2": 2, "r3": 2}) == {"mandate_grants(live_drivers)@2"}


def test_exceptions_are_strict_or_granted_by_the_level():
    waivers = [{"id": e, "item": "r1", "requires": "r2"} for e in ("e1", "e2")]
    levels = [{"level": 0, "open_exceptions": 1}]
    strict = instance(1, drivers=DRIVERS, exceptions=waivers, mandate=levels)
    assert broken(strict, {"e1": 1}) == {"mandate_grants(open_exceptions)@1"}
    assert broken(strict, {}) == set()
    cases = instance(1, drivers=DRIVERS, exceptions=waivers, mandate=levels, governance="case-by-case")
    assert broken(cases, {"e1": 1}) == set()
    assert broken(cases, {"e1": 1, "e2": 1}) == {"mandate_grants(open_exceptions)@1"}
