"""Limits at a time and in total, and the coherence rules: each with a plan that keeps it and one that breaks it."""

from plan_tools import broken, instance, judge, message

MARKETS = [
    {"id": i, "name": n, "affiliate_class": c, "revenue": 1}
    for i, n, c in (("jp", "Japan", "big"), ("de", "Germany", "big"), ("fi", "Finland", "small"))
]
ARCHETYPES = [
    {"id": "adapted", "name": "Adapted", "duration": 2, "parallel": 1},
    {"id": "again", "duration": 1, "variant_of": "adapted", "parallel": 9},
    {"id": "free", "duration": 1},
]


def test_affiliates_of_an_archetype_in_progress_at_a_time():
    # Japan is in progress in waves 1 and 2; Germany may follow in wave 3.
    given = instance(4, affiliates=MARKETS, archetypes=[ARCHETYPES[0], ARCHETYPES[2]])
    assert broken(given, {"jp": "1/adapted", "de": "3/adapted", "fi": "1/free"}) == set()
    assert broken(given, {"jp": "1/adapted", "de": "2/adapted"}) == {"parallel(adapted)@2"}
    assert message(given, {"jp": "1/adapted", "de": "2/adapted"}) == (
        "Wave 2 has 2 affiliates of archetype Adapted in progress (Japan and Germany), at most 1 may be"
    )


def test_an_experienced_variant_counts_with_its_archetype():
    given = instance(4, affiliates=MARKETS, archetypes=ARCHETYPES)
    assert broken(given, {"jp": "1/adapted", "de": "2/again"}) == {"parallel(adapted)@2"}
    assert broken(given, {"jp": "1/adapted", "de": "3/again"}) == set()
    # The limit of the variant's own row is not one.
    assert broken(given, {"jp": "1/again", "de": "1/again"}) == {"parallel(adapted)@1"}


def test_archetype_limits_count_a_class_over_all_waves():
    limits = [{"affiliate_class": "big", "archetype": "adapted", "limit": 1}]
    given = instance(6, affiliates=MARKETS, archetypes=ARCHETYPES, archetype_limits=limits)
    assert broken(given, {"jp": "1/adapted", "de": "1/free", "fi": "3/adapted"}) == set()
    both = {"jp": "1/adapted", "de": "4/again"}
    assert broken(given, both) == {"archetype_limits(big, adapted)"}
    assert message(given, both) == (
        "2 affiliates of class big take archetype Adapted (Japan and Germany), at most 1 may"
    )


def test_a_limit_on_a_variant_counts_that_variant_alone():
    limits = [{"affiliate_class": "big", "archetype": "again", "limit": 1}]
    given = instance(6, affiliates=MARKETS, archetypes=ARCHETYPES, archetype_limits=limits)
    assert broken(given, {"jp": "1/adapted", "de": "4/again"}) == set()
    assert broken(given, {"jp": "1/again", "de": "3/again"}) == {"archetype_limits(big, again)"}


DRIVERS = [
    {"id": f"r{n}", "name": f"Driver {n}", "category": "revenue", "potential": 1, "visible": n < 3} for n in (1, 2, 3)
]


def test_pace_limits_starts_in_a_wave():
    given = instance(3, drivers=DRIVERS, pace=[{"items": "drivers", "limit": 2}, {"items": "r1 r2", "limit": 1}])
    assert broken(given, {"r1": 1, "r2": 2, "r3": 2}) == set()
    assert broken(given, {"r1": 1, "r2": 1}) == {"pace(r1 r2)@1"}
    assert broken(given, {"r1": 1, "r2": 1, "r3": 1}) == {"pace(drivers)@1", "pace(r1 r2)@1"}
    assert message(given, {"r1": 1, "r2": 1}) == (
        "Driver 1 and Driver 2 all start in wave 1; of these 2, at most 1 may start in one wave"
    )
    # A row that only prices dilution forbids nothing.
    assert broken(instance(3, drivers=DRIVERS, pace=[{"comfort": 1}]), {"r1": 1, "r2": 1}) == set()


def test_start_small():
    brands = [{"id": b} for b in ("a", "b", "c")]
    given = instance(3, brands=brands, brands_first_wave=1, brands_later_waves=2)
    assert broken(given, {"a": 1, "b": 2, "c": 2}) == set()
    assert broken(given, {"a": 1, "b": 1}) == {"start_small()@1"}
    assert message(given, {"a": 1, "b": 1}) == "Wave 1 starts 2 brands (a and b), at most 1 may start in it"
    assert broken(given, {"a": 2, "b": 2, "c": 2}) == {"start_small()@2"}
    only_later = instance(3, brands=brands, brands_later_waves=1)
    assert broken(only_later, {"a": 1, "b": 1, "c": 1}) == set()


# -- coherence --------------------------------------------------------------------------------------------------------


def tree(target=2, **more):
    return {
        "capabilities": [
            {"id": "crm", "name": "CRM", "layer": "technological", "target": target},
            {"id": "train", "name": "Training", "layer": "transformational", "target": target},
        ],
        "capability_steps": [
            {"capability": c, "level": n, "duration": 0, "weight": 3 if (c, n) == ("crm", 2) else 1}
            for c in ("crm", "train")
            for n in (1, 2, 3)
        ],
    } | more


def test_balance_compares_the_layers_shares_of_target_steps():
    # Weights up to the target: technological 1 + 3, transformational 1 + 1. Wave 1: 1/4 against 1/2. Level 3 is beyond.
    given = instance(2, **tree(), balance_gap=0.25)
    both = {"crm:1": 1, "train:1": 1, "crm:2": 2, "train:2": 2}
    assert broken(given, both) == set()
    # Wave 2: 4/4 against 1/2, and so it stays after the last wave.
    late = {"crm:1": 1, "train:1": 1, "crm:2": 2}
    refs = {f"balance(technological, transformational)@{w}" for w in (2, 3)}
    assert broken(given, late) == refs
    messages = [v.message for v in judge(given, late).violations]
    assert messages[0] == (
        "By wave 2, 100 % of the technological and 50 % of the transformational target steps are live; "
        "the layers may be 25 % apart at most"
    )
    assert messages[1].startswith("After wave 2, the last one, 100 %")
    # A layer without target steps is skipped.
    assert broken(instance(2, **tree(target=None), balance_gap=0), {"crm:1": 1}) == set()


def test_learning_keeps_tactical_close_to_strategic():
    # Tactical 3 in wave 1, strategic 2 in wave 2: ahead by 3, then by 1.
    given = instance(
        2,
        strategic_gap=2,
        initiatives=[{"id": "skills", "tactical": 3}, {"id": "academy", "strategic": 2, "duration": 1}],
    )
    assert broken(given, {"skills": 2, "academy": 2}) == set()
    assert broken(given, {"skills": 1, "academy": 2}) == {"learning()@1"}
    assert message(given, {"skills": 1, "academy": 2}) == (
        "By wave 1, 3 points of tactical learning stand against 0 of strategic learning; "
        "tactical may be ahead by 2 at most"
    )


def test_execution_stays_close_to_strategy():
    given = instance(3, **tree(maturity_gaps=[{"execution": "crm", "strategy": "train", "gap": 1}]))
    ahead = {"crm:1": 1, "crm:2": 2}
    assert broken(given, ahead | {"train:1": 2}) == set()
    # Level 2 against 0 in wave 2; in wave 3 training has caught up.
    assert broken(given, ahead | {"train:1": 3}) == {"maturity_gaps(crm, train)@2"}
    assert message(given, ahead | {"train:1": 3}) == (
        "By wave 2, CRM is at level 2 and Training at 0; execution may be ahead of strategy by 1 level at most"
    )


def test_execution_ahead_today_breaks_nothing_but_rises_no_further():
    capabilities = tree()["capabilities"]
    capabilities[0] |= {"as_is": 2}
    gaps = [{"execution": "crm", "strategy": "train", "gap": 1}]
    given = instance(3, **tree(capabilities=capabilities, maturity_gaps=gaps))
    assert broken(given, {"train:1": 1}) == set()
    # To level 3 it takes training at 2.
    assert broken(given, {"crm:3": 3, "train:1": 1, "train:2": 3}) == set()
    assert broken(given, {"crm:3": 2, "train:1": 1, "train:2": 3}) == {"maturity_gaps(crm, train)@2"}


def test_today_counts_for_maturity_and_local_ones_are_compared_in_place():
    given = instance(
        2,
        affiliates=MARKETS[:2],
        capabilities=[
            {"id": "crm", "name": "CRM", "layer": "technological", "local": True},
            {"id": "train", "layer": "commercial", "as_is": 1},
        ],
        capability_steps=[{"capability": "crm", "level": n, "duration": 0} for n in (1, 2)],
        local_capabilities=[{"capability": "crm", "affiliate": "jp", "as_is": 1}],
        maturity_gaps=[{"execution": "crm", "strategy": "train", "gap": 0}],
    )
    assert broken(given, {"crm@de:1": 1}) == set()
    # Japan is at 1 today; its step to 2 is one too many, for the rest of the programme.
    found = broken(given, {"crm@jp:2": 2})
    assert found == {"maturity_gaps(crm@jp, train)@2", "maturity_gaps(crm@jp, train)@3"}


def test_quick_wins_need_an_active_cell_of_a_visible_driver():
    given = instance(
        3,
        drivers=DRIVERS,
        affiliates=MARKETS[:1],
        archetypes=[{"id": "adapted", "duration": 1}],
        quick_wins=[{"wave": 2, "at_least": 1}],
    )
    # Japan is live from wave 2.
    assert broken(given, {"r1": 1, "jp": 1}) == set()
    assert broken(given, {"r3": 1, "jp": 1}) == {"quick_wins()@2"}
    assert broken(given, {"r1": 1, "jp": 2}) == {"quick_wins()@2"}
    assert message(given, {"r1": 1}) == "By wave 2, 0 visible drivers earn value; at least 1 must"
    two = instance(2, drivers=DRIVERS, quick_wins=[{"wave": 1, "at_least": 2}])
    assert message(two, {"r1": 1}) == "By wave 1, 1 visible driver (Driver 1) earns value; at least 2 must"


def test_inhouse_floor_weighs_steps_by_how_they_are_sourced():
    # Weights: build 1, hybrid one half, agency 0. CRM 1 (weight 1) by agency, CRM 2 (weight 3) hybrid: 1.5 of 4.
    sourcing = [
        {"id": i, "layers": "technological", "inhouse_weight": w}
        for i, w in (("build", 1), ("hybrid", 0.5), ("agency", 0))
    ]
    given = instance(3, **tree(sourcing_modes=sourcing), inhouse_share=0.4)
    mixed = {"crm:1": "1/agency", "crm:2": "2/hybrid"}
    assert broken(given, mixed) == {"inhouse()"}
    assert message(given, mixed) == (
        "Capability steps with a weight of 1.5 of 4 (37.5 %) count as built in-house, at least 40 % must"
    )
    assert broken(given, mixed | {"train:1": 1}) == set()
    assert broken(given, {}) == set()
