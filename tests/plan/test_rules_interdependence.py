"""Requirements, relations and pilots: each with a plan that keeps it and one that breaks it."""

import pytest
from plan_tools import broken, instance, judge, message

MARKETS = {
    "affiliates": [
        {"id": "jp", "name": "Japan", "affiliate_class": "big"},
        {"id": "de", "name": "Germany", "affiliate_class": "big"},
        {"id": "fr", "name": "France", "affiliate_class": "big"},
    ],
    "archetypes": [{"id": "adapted", "duration": 1}, {"id": "customized", "duration": 1}],
}
MANDATE = {"mandate": [{"level": 0}, {"level": 1}, {"level": 2, "name": "Funded"}]}
TREE = {
    "capabilities": [
        {"id": "crm", "layer": "technological", "path": "technological.channels", "as_is": 1},
        {"id": "mail", "layer": "technological", "path": "technological.channels"},
    ],
    "capability_steps": [{"capability": c, "level": n} for c in ("crm", "mail") for n in (1, 2)],
}


def hubs(*ids, duration=1):
    return [{"id": i, "name": i.upper(), "duration": duration} for i in ids]


def test_what_starts_finds_live_what_it_requires():
    given = instance(5, **MARKETS, **MANDATE, requirements=[{"item": "jp", "requires": "mandate:2"}])
    path = {"mandate:1": 1, "mandate:2": 4}
    assert broken(given, path | {"jp": "4/adapted"}) == set()
    assert broken(given, path | {"jp": "2/adapted"}) == {"requirements(jp, mandate:2)@2"}
    assert message(given, path | {"jp": "2/adapted"}) == (
        "Japan starts in wave 2 but needs mandate level 2 (Funded), which is live from wave 4"
    )
    assert message(given, {"jp": "2/adapted"}).endswith("needs mandate level 2 (Funded), which is not adopted")
    # What is not adopted requires nothing.
    assert broken(given, path) == set()


def test_lag_counts_waves_live_before_the_start():
    # A takes one wave: started in wave 1 it is live from wave 2, and has been live for 2 waves when wave 4 begins.
    given = instance(5, initiatives=hubs("a", "b"), requirements=[{"item": "b", "requires": "a", "lag": 2}])
    assert broken(given, {"a": 1, "b": 4}) == set()
    assert broken(given, {"a": 1, "b": 3}) == {"requirements(b, a)@3"}
    assert message(given, {"a": 1, "b": 3}) == (
        "B starts in wave 3 but needs A live for 2 waves by then, which is live from wave 2"
    )
    assert message(given, {"a": 5, "b": 5}).endswith("which is live only after wave 5, the last one")


def test_what_is_never_live_is_told_so():
    given = instance(2, initiatives=hubs("a", duration=2) + hubs("b"), requirements=[{"item": "b", "requires": "a"}])
    found = {v.ref.family: v.message for v in judge(given, {"a": 2, "b": 2}).violations}
    assert set(found) == {"windows", "requirements"}
    assert found["requirements"] == "B starts in wave 2 but needs A, which is not live in time"


def test_nothing_is_live_before_wave_1():
    # A is live in the wave it starts in, yet with a lag of 1 B cannot start in wave 1: A was not live in wave 0.
    given = instance(2, initiatives=hubs("a", "b", duration=0), requirements=[{"item": "b", "requires": "a", "lag": 1}])
    assert broken(given, {"a": 1, "b": 1}) == {"requirements(b, a)@1"}
    assert broken(given, {"a": 1, "b": 2}) == set()


def test_an_inner_node_means_all_its_leaves_and_today_counts():
    # Channels at level 1: crm is there today, mail is to be raised. At level 2 both are to be raised.
    given = instance(
        4,
        **TREE,
        initiatives=hubs("a", "b"),
        requirements=[
            {"item": "a", "requires": "technological.channels:1", "lag": 3},
            {"item": "b", "requires": "technological.channels:2"},
        ],
    )
    assert broken(given, {"mail:1": 1, "a": 4}) == {"requirements(a, mail:1)@4"}
    both = {"crm:2": 1, "mail:1": 1, "mail:2": 2}
    assert broken(given, both | {"b": 3}) == set()
    assert broken(given, {"mail:1": 1, "b": 1}) == {"requirements(b, crm:2)@1", "requirements(b, mail:2)@1"}
    crm_only = instance(4, **TREE, initiatives=hubs("a"), requirements=[{"item": "a", "requires": "crm:1", "lag": 3}])
    assert broken(crm_only, {"a": 1}) == set()


def test_either_side_may_name_a_mode():
    given = instance(
        4,
        **MARKETS,
        initiatives=hubs("a", "b"),
        requirements=[{"item": "jp/customized", "requires": "a"}, {"item": "b", "requires": "de/customized"}],
    )
    assert broken(given, {"jp": "1/adapted"}) == set()
    assert broken(given, {"jp": "1/customized"}) == {"requirements(jp/customized, a)@1"}
    assert broken(given, {"de": "1/customized", "b": 2}) == set()
    assert broken(given, {"de": "1/adapted", "b": 2}) == {"requirements(b, de/customized)@2"}
    assert message(given, {"de": "1/adapted", "b": 2}) == (
        "B starts in wave 2 but needs Germany (customized), which is adopted as adapted"
    )


def test_a_requirement_on_an_archetype_binds_every_affiliate_in_it():
    given = instance(3, **MARKETS, initiatives=hubs("a"), requirements=[{"item": "customized", "requires": "a"}])
    adopted = {"jp": "1/customized", "de": "1/adapted", "fr": "2/customized", "a": 1}
    assert broken(given, adopted) == {"requirements(jp/customized, a)@1"}


def test_at_least_some_of_a_set_live_for_some_waves():
    rule = {"item": "z", "requires": "a b c", "at_least": 2, "lag": 1}
    given = instance(5, initiatives=hubs("a", "b", "c", "z"), requirements=[rule])
    # A and B are live from wave 2, so for one wave when 3 begins; C only from wave 3.
    assert broken(given, {"a": 1, "b": 1, "z": 3}) == set()
    late = {"a": 1, "c": 2, "z": 3}
    assert broken(given, late) == {"requirements(z, a, b, c)@3"}
    assert message(given, late) == (
        "Z starts in wave 3 but needs at least 2 of A, B and C live for 1 wave by then; 1 of them is"
    )


# -- relations --------------------------------------------------------------------------------------------------------


def related(relation, items, others="", at_least=1):
    row = {"relation": relation, "items": items, "others": others, "at_least": at_least}
    return instance(4, initiatives=hubs("a", "b", "c", "d"), relations=[row])


@pytest.mark.parametrize(
    ("row", "good", "bad", "ref", "words"),
    [
        (("before", "b", "a"), {"a": 1, "b": 2}, {"a": 1, "b": 1}, "(before, b, a)@1", "B starts in wave 1, before A"),
        (("before", "b", "a"), {"b": 1}, {"a": 3, "b": 3}, "(before, b, a)@3", "(live from wave 4)"),
        (
            ("together", "a b"),
            {"a": 2, "b": 2},
            {"a": 2, "b": 3},
            "(together, a, b)",
            "B starts in wave 3; they start together",
        ),
        (("together", "a b"), {}, {"a": 2}, "(together, a, b)", "A starts in wave 2, but B is not adopted"),
        (("together", "a b"), {"c": 1}, {"b": 1}, "(together, a, b)", "A is not adopted, but B starts in wave 1"),
        (("exclusive", "a b c"), {"a": 2}, {"a": 2, "c": 3}, "(exclusive, a, b, c)", "A and C are all adopted"),
        (
            ("bundle", "a", "b c d", 2),
            {"a": 2, "b": 2, "d": 2},
            {"a": 2, "b": 2, "c": 3},
            "(bundle, a, b, c, d)@2",
            "A starts",
        ),
        (("bundle", "a b", "c"), {"c": 1}, {"a": 1, "b": 1}, "(bundle, a, b, c)@1", "A and B start in wave 1"),
    ],
)
def test_relations(row, good, bad, ref, words):
    given = related(*row)
    assert broken(given, good) == set()
    assert broken(given, bad) == {f"relations{ref}"}
    assert words in message(given, bad)


# -- pilots -----------------------------------------------------------------------------------------------------------


def test_pilot_before_scale():
    rule = {"id": "first", "affiliates": "fr", "pilots": "jp de", "at_least": 1, "lag": 1}
    given = instance(5, **MARKETS, pilots=[rule])
    # Japan is live from wave 2: for one wave when wave 3 begins. Germany alone would do as well.
    assert broken(given, {"jp": "1/adapted", "fr": "3/adapted"}) == set()
    assert broken(given, {"de": "2/adapted", "fr": "4/adapted"}) == set()
    assert broken(given, {"jp": "1/adapted", "fr": "2/adapted"}) == {"pilots(first, fr)@2"}
    assert message(given, {"jp": "1/adapted", "fr": "2/adapted"}) == (
        "France starts in wave 2, but waits until 1 of the pilots Japan and Germany has been live for 1 wave; 0 have"
    )
    two = instance(5, **MARKETS, pilots=[rule | {"at_least": 2, "lag": 0}])
    assert broken(two, {"jp": "1/adapted", "fr": "3/adapted"}) == {"pilots(first, fr)@3"}
    assert broken(two, {"jp": "1/adapted", "de": "2/adapted", "fr": "3/adapted"}) == set()


# -- exceptions, choices and approaches -------------------------------------------------------------------------------


def test_an_exception_waives_from_its_wave_on():
    given = instance(
        4,
        governance="case-by-case",
        **MANDATE,
        initiatives=hubs("a"),
        requirements=[{"item": "a", "requires": "mandate:1"}],
        exceptions=[{"id": "ex", "name": "Early start", "item": "a", "requires": "mandate:1"}],
    )
    assert broken(given, {"ex": 2, "a": 2}) == set()
    assert broken(given, {"ex": 3, "a": 2}) == {"requirements(a, mandate:1)@2"}
    assert message(given, {"a": 2}) == (
        "A starts in wave 2 but needs mandate level 1, which is not adopted; "
        "the exception Early start, live by then, would waive it"
    )


def test_an_exception_does_not_waive_another_requirement_that_comes_to_the_same():
    given = instance(
        2,
        initiatives=hubs("a", "b", "c", duration=0),
        drivers=[{"id": "r1", "category": "x", "potential": 1}],
        requirements=[
            {"item": "r1", "requires": "a b c", "at_least": 3},
            {"item": "drivers", "requires": "a"},
            {"item": "r1", "requires": "initiatives", "at_least": 3, "lag": 1},
        ],
        exceptions=[{"id": "ex", "item": "r1", "requires": "a"}],
        governance="case-by-case",
    )
    # The exception names the first two rows; the last one, which asks for a as one of all, still binds.
    assert broken(given, {"ex": 1, "b": 1, "c": 1, "r1": 2}) == {"requirements(r1, a)@2"}
    assert broken(given, {"ex": 1, "a": 1, "b": 1, "c": 1, "r1": 2}) == set()


def test_a_strict_policy_allows_no_exception_and_waives_nothing():
    given = instance(
        4,
        **MANDATE,
        initiatives=hubs("a"),
        requirements=[{"item": "a", "requires": "mandate:1"}],
        exceptions=[{"id": "ex", "item": "a", "requires": "mandate:1"}],
    )
    grants = {f"mandate_grants(open_exceptions)@{w}" for w in (2, 3, 4)}
    assert broken(given, {"ex": 2, "a": 2}) == {"requirements(a, mandate:1)@2"} | grants


def test_a_node_counts_as_one_once_all_its_leaves_are_live():
    rule = {"item": "z", "requires": "technological.channels:2 a", "at_least": 1}
    given = instance(4, **TREE, initiatives=hubs("a", "z"), requirements=[rule])
    assert broken(given, {"a": 1, "z": 2}) == set()
    assert broken(given, {"crm:2": 1, "mail:1": 1, "mail:2": 2, "z": 3}) == set()
    # Mail is at level 2 in wave 3 only.
    late = {"crm:2": 1, "mail:1": 1, "mail:2": 2, "z": 2}
    assert broken(given, late) == {"requirements(z, a, crm:2, mail:2)@2"}
    assert message(given, late) == (
        "Z starts in wave 2 but needs at least 1 of A and (crm 2 and mail 2) live; 0 of them are"
    )


def test_an_adoptable_named_twice_counts_once():
    given = instance(4, **MARKETS, relations=[{"relation": "exclusive", "items": "jp jp/customized de"}])
    assert broken(given, {"jp": "1/customized"}) == set()
    assert broken(given, {"jp": "1/customized", "de": "1/adapted"}) == {"relations(exclusive, jp, de)"}


def test_nothing_comes_before_itself():
    given = instance(4, **MARKETS, relations=[{"relation": "before", "items": "affiliates", "others": "jp"}])
    assert broken(given, {"jp": "1/adapted", "de": "2/adapted"}) == set()
    assert broken(given, {"jp": "1/adapted", "de": "1/adapted"}) == {"relations(before, de, jp)@1"}


def test_a_roll_out_approach_is_checked_as_its_rules():
    functions = [{"id": f, "name": f.title()} for f in ("medical", "marketing", "sales")]
    given = instance(4, functions=functions, rollout="medical-first", rollout_lag=1)
    assert broken(given, {"medical": 1, "marketing": 2, "sales": 3}) == set()
    assert broken(given, {"medical": 1, "marketing": 1}) == {"requirements(marketing, medical)@1"}
