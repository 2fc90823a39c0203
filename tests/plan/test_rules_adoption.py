"""Start once, windows, locks, capability steps: each rule with a plan that keeps it and one that breaks it."""

import pytest
from plan_tools import broken, instance, message

from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan

MARKET = {
    "affiliates": [{"id": "jp", "name": "Japan", "affiliate_class": "big", "revenue": 1}],
    "archetypes": [{"id": "adapted", "duration": 1}, {"id": "customized", "duration": 2, "name": "Customized"}],
}
BRANDS = {"brands": [{"id": "onco", "name": "Onco"}, {"id": "cardio"}]}
CRM = {
    "capabilities": [{"id": "crm", "name": "CRM", "layer": "technological", "as_is": 1}],
    "capability_steps": [{"capability": "crm", "level": n, "duration": d} for n, d in ((1, 1), (2, 1), (3, 0), (4, 1))],
}


# -- start once -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("adoptions", "words"),
    [
        ({"zz": 1}, "'zz' is nothing this instance can adopt"),
        ({"jp": "1/unknown"}, "Japan has no mode 'unknown'; choose one of adapted, customized"),
        ({"jp": 1}, "Japan is adopted without a mode; choose one of adapted, customized"),
        ({"onco": "1/fast"}, "Onco is adopted in mode 'fast', but there is one way only"),
        ({"onco": 0}, "Onco is to start in wave 0, but the waves are 1 to 3"),
        ({"onco": 4}, "Onco is to start in wave 4"),
    ],
)
def test_adoptions_that_cannot_be_understood_are_violations_and_count_for_nothing(adoptions, words):
    given = instance(3, **MARKET, **BRANDS)
    (item,) = adoptions
    assert broken(given, adoptions) == {f"start_once({item})"}
    assert words in message(given, adoptions)


def test_understood_adoptions_are_none():
    given = instance(3, **MARKET, **BRANDS)
    assert broken(given, {"jp": "1/customized", "onco": 3}) == set()
    single = instance(3, affiliates=MARKET["affiliates"], archetypes=MARKET["archetypes"][:1])
    assert broken(single, {"jp": "1/adapted"}) == broken(single, {"jp": 1}) == set()


def test_steps_already_there_today_are_not_adopted():
    assert broken(instance(3, **CRM), {"crm:1": 1}) == {"start_once(crm:1)"}


def test_nothing_is_adopted_twice():
    given = instance(3, **MARKET)
    plan = Plan((Adoption("jp", 1, "adapted"), Adoption("jp", 2, "customized")))
    (violation,) = evaluate(given, plan).violations
    assert str(violation.ref) == "start_once(jp)"
    assert violation.message.startswith(
        "Japan is adopted more than once: in wave 1 as adapted and wave 2 as customized"
    )


def test_even_what_does_not_exist_is_told_when_given_twice():
    found = evaluate(instance(3, **MARKET), Plan((Adoption("zz", 1), Adoption("zz", 2)))).violations
    assert [v.message.split(";")[0] for v in found] == [
        "'zz' is adopted more than once: in wave 1 and wave 2",
        "'zz' is nothing this instance can adopt, so it is left out",
    ]


# -- windows ----------------------------------------------------------------------------------------------------------


def test_everything_is_live_by_the_end_of_the_last_wave():
    # Three waves; customized takes two: it may start in wave 2 (live in 4 = W + 1), not in wave 3.
    given = instance(3, **MARKET)
    assert broken(given, {"jp": "2/customized"}) == set()
    assert broken(given, {"jp": "3/adapted"}) == set()
    assert broken(given, {"jp": "3/customized"}) == {"windows(jp)"}
    assert message(given, {"jp": "3/customized"}) == (
        "Japan starts in wave 3 and takes 2 waves, so it would not be live when wave 3, the last one, ends; "
        "it must start in wave 2 at the latest"
    )


def test_what_would_be_live_too_late_never_earns_or_runs():
    given = instance(
        2, initiatives=[{"id": "hub", "duration": 2, "one_off_cost": 10, "running_cost": 5}], tail_months=12
    )
    evaluation = evaluate(given, Plan((Adoption("hub", 2),)))
    # One of its two waves is there to be paid, half of the one-off cost; it is never live.
    assert evaluation.cost() == 5
    assert {v.ref.family for v in evaluation.violations} == {"windows"}


def test_nothing_is_live_before_its_launch():
    given = instance(3, brands=[{"id": "onco", "name": "Onco", "launch_wave": 2}])
    assert broken(given, {"onco": 2}) == set()
    assert broken(given, {"onco": 1}) == {"windows(onco)"}
    assert message(given, {"onco": 1}) == "Onco is live from wave 1, but launches in wave 2; start it later"
    # Preparation may begin before: an affiliate in progress for a wave is live in its launch wave.
    market = [MARKET["affiliates"][0] | {"launch_wave": 2}]
    assert broken(instance(3, affiliates=market, archetypes=MARKET["archetypes"]), {"jp": "1/adapted"}) == set()


# -- locks ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lock", "good", "bad", "member", "words"),
    [
        ({"must": True}, {"jp": "3/adapted"}, {}, "must", "Japan must be adopted, and is not"),
        (
            {"must": True, "by": 2},
            {"jp": "1/adapted"},
            {"jp": "2/adapted"},
            "must",
            "live from wave 3, but must be live by wave 2",
        ),
        ({"must": True, "by": 2}, {"jp": "1/adapted"}, {}, "must", "must be adopted"),
        ({"never": True}, {}, {"jp": "1/adapted"}, "never", "Japan is adopted, but is locked out"),
        ({"earliest": 2}, {"jp": "2/adapted"}, {"jp": "1/adapted"}, "earliest", "locked to wave 2 at the earliest"),
        ({"latest": 2}, {"jp": "2/adapted"}, {"jp": "3/adapted"}, "latest", "locked to wave 2 at the latest"),
        ({"fixed": 2}, {"jp": "2/adapted"}, {"jp": "1/adapted"}, "fixed", "starts in wave 1, but is locked to wave 2"),
        ({"fixed": 2}, {}, {"jp": "3/adapted"}, "fixed", "starts in wave 3, but is locked to wave 2"),
        (
            {"mode": "adapted"},
            {"jp": "1/adapted"},
            {"jp": "1/customized"},
            "mode",
            "as 'customized', but is locked to 'adapted'",
        ),
        ({"mode": "adapted", "latest": 1}, {}, {"jp": "2/adapted"}, "latest", "wave 1 at the latest"),
    ],
)
def test_locks(lock, good, bad, member, words):
    given = instance(3, **MARKET, locks=[{"item": "jp"} | lock])
    assert broken(given, good) == set()
    assert broken(given, bad) == {f"locks(jp, {member})"}
    assert words in message(given, bad)


def test_a_lock_on_a_set_holds_for_each_of_it_and_asks_nothing_of_what_is_there_today():
    given = instance(3, **BRANDS, **CRM, locks=[{"item": "brands", "must": True}, {"item": "crm:1", "must": True}])
    assert broken(given, {"onco": 1}) == {"locks(cardio, must)"}


# -- capability steps -------------------------------------------------------------------------------------------------


def test_a_step_waits_until_the_one_below_is_live():
    # Level 1 is there today, so 2 may start at once; it is live a wave later.
    given = instance(4, **CRM)
    assert broken(given, {"crm:2": 1, "crm:3": 2, "crm:4": 3}) == set()
    assert broken(given, {"crm:3": 2}) == {"capability_steps(crm:3, crm:2)@2"}
    assert message(given, {"crm:3": 2}) == "CRM 3 starts in wave 2, but the step below it, CRM 2, is not adopted"
    early = {"crm:2": 2, "crm:3": 1}
    assert broken(given, early) == {"capability_steps(crm:3, crm:2)@1"}
    assert message(given, early) == "CRM 3 starts in wave 1, but the step below it, CRM 2, is live from wave 3"


def test_a_capability_rises_by_one_step_in_a_wave():
    # Level 3 takes no time, so it is live when 4 starts in the same wave; still, that is two steps in a wave.
    given = instance(4, **CRM)
    same = {"crm:2": 1, "crm:3": 2, "crm:4": 2}
    assert broken(given, same) == {"capability_steps(crm:4, crm:3)@2"}
    assert message(given, same) == "CRM 4 and CRM 3 both start in wave 2, but a capability rises by one step in a wave"


def test_local_steps_follow_their_own_affiliate():
    given = instance(
        4,
        affiliates=[{"id": a, "affiliate_class": "x"} for a in ("jp", "de")],
        capabilities=[{"id": "data", "layer": "technological", "local": True}],
        capability_steps=[{"capability": "data", "level": n} for n in (1, 2)],
    )
    assert broken(given, {"data@jp:1": 1, "data@jp:2": 2}) == set()
    assert broken(given, {"data@de:1": 1, "data@jp:2": 2}) == {"capability_steps(data@jp:2, data@jp:1)@2"}
