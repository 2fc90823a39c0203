"""Requirements resolved: what counts as one, whose local capability binds, and what exceptions waive."""

from __future__ import annotations

import pytest

from sequencer.instance.checks import check
from sequencer.instance.instance import Instance
from sequencer.instance.items import Member
from sequencer.instance.reach import reach, step_pairs

FUNCTIONS = [{"id": "medical"}, {"id": "sales"}]
MARKETS = [
    {"id": a, "affiliate_class": "large", "revenue": 1, "archetypes": "basic expert veteran"} for a in ("de", "jp")
]
ARCHETYPES = [
    {"id": "basic", "duration": 1},
    {"id": "expert", "duration": 1},
    {"id": "veteran", "duration": 0, "variant_of": "expert"},
]


def make(settings=None, **tables):
    """Two markets in three archetypes, two functions, and capabilities a and b below the node tech, b to level 2."""
    base = {
        "capabilities": [
            {"id": "a", "layer": "technological", "path": "tech"},
            {"id": "b", "layer": "technological", "path": "tech", "as_is": 1},
        ],
        "capability_steps": [
            {"capability": "a", "level": 1},
            {"capability": "b", "level": 2},
            {"capability": "a", "level": 2},
        ],
        "affiliates": MARKETS,
        "archetypes": ARCHETYPES,
        "functions": FUNCTIONS,
        "drivers": [{"id": "r1", "category": "x", "potential": 1}],
    }
    return Instance(settings={"schema_version": 1, "waves": 4, **(settings or {})}, **(base | tables))


def local(**tables):
    """The same where every market builds its own a; Germany has level 1 of it today."""
    return make(
        capabilities=[
            {"id": "a", "layer": "technological", "path": "tech", "local": True},
            {"id": "b", "layer": "technological", "path": "tech", "as_is": 1},
        ],
        local_capabilities=[{"capability": "a", "affiliate": "de", "as_is": 1}],
        **tables,
    )


def needs(instance, item):
    """What an adoptable needs: alternatives by id, and how many of them."""
    found = [p for p in instance.precedences if p.item.id == item]
    return [([" ".join(map(str, unit)) for unit in p.alternatives], p.at_least) for p in found]


# -- what counts as one ------------------------------------------------------------------------------------------------


def test_all_of_a_list_is_one_precedence_each():
    instance = make(requirements=[{"item": "sales", "requires": "tech:2 medical"}])
    assert needs(instance, "sales") == [(["a:2"], 1), (["b:2"], 1), (["medical"], 1)]


def test_a_node_counts_as_one_and_a_set_as_each_of_its_members():
    instance = make(requirements=[{"item": "sales", "requires": "tech:2 affiliates r1", "at_least": 2}])
    # The node is live with both its leaves; each market counts for itself.
    assert needs(instance, "sales") == [(["de", "jp", "r1", "a:2 b:2"], 2)]
    assert instance.precedences[0].members == tuple(map(Member, ("de", "jp", "r1", "a:2", "b:2")))


def test_a_market_counts_once_however_often_it_is_named():
    instance = make(requirements=[{"item": "sales", "requires": "affiliates jp/expert medical", "at_least": 2}])
    assert needs(instance, "sales") == [(["de", "jp", "medical"], 2)]


def test_a_capability_without_level_counts_as_one():
    instance = make(requirements=[{"item": "sales", "requires": "a medical", "at_least": 1}])
    assert needs(instance, "sales") == [(["medical", "a:1 a:2"], 1)]


def test_what_is_there_today_counts():
    instance = make(requirements=[{"item": "sales", "requires": "b:1 medical r1", "at_least": 2}])
    assert needs(instance, "sales") == [(["medical", "r1"], 1)]  # one of the two is there
    instance = make(requirements=[{"item": "sales", "requires": "b:1 medical", "at_least": 1}])
    assert needs(instance, "sales") == []


def test_a_node_that_is_partly_there_needs_the_rest():
    instance = make(requirements=[{"item": "sales", "requires": "tech:1 medical r1", "at_least": 2}])
    assert needs(instance, "sales") == [(["a:1", "medical", "r1"], 2)]


def test_as_many_as_there_are_is_all_of_them():
    instance = make(requirements=[{"item": "sales", "requires": "tech:2 medical", "at_least": 2}])
    assert needs(instance, "sales") == [(["medical"], 1), (["a:2"], 1), (["b:2"], 1)]


def test_nothing_counts_for_itself():
    # An expert needs one expert before: the other market, not itself, though a veteran is live at once.
    instance = make(requirements=[{"item": "veteran", "requires": "expert", "at_least": 1}])
    assert needs(instance, "jp") == [(["de/expert|veteran"], 1)]


def test_an_archetype_covers_its_variants_and_a_mode_only_itself():
    instance = make()
    assert instance.members("expert") == (Member("de", ("expert", "veteran")), Member("jp", ("expert", "veteran")))
    assert instance.members("veteran") == (Member("de", ("veteran",)), Member("jp", ("veteran",)))
    assert instance.members("jp/expert") == (Member("jp", ("expert",)),)


def test_with_touches_a_mode_of_an_archetype_is_in_all_its_touches():
    instance = make(touches=[{"id": "high"}, {"id": "low"}])
    assert instance.members("jp/expert") == (Member("jp", ("expert/high", "expert/low")),)
    assert instance.members("jp/expert/low") == (Member("jp", ("expert/low",)),)
    assert len(instance.members("expert")[1].modes) == 4


def test_the_nth_alternative_opens_the_window():
    # Node: both leaves. a:2 is live in 3 (two steps of one wave each), b:2 in 2; medical at once.
    row = {"item": "sales", "requires": "tech:2 medical", "at_least": 1}
    assert reach(make(requirements=[row])).windows["sales", ""].earliest == 1
    row = {"item": "sales", "requires": "tech:2 r1", "at_least": 1}
    late = {"item": "r1", "earliest": 4}
    assert reach(make(requirements=[row], locks=[late])).windows["sales", ""].earliest == 3


# -- local capabilities ------------------------------------------------------------------------------------------------


def test_a_market_needs_its_own_instance():
    instance = local(requirements=[{"item": "affiliates", "requires": "a:2 b:2"}])
    assert needs(instance, "jp") == [(["a@jp:2"], 1), (["b:2"], 1)]
    assert needs(instance, "de") == [(["a@de:2"], 1), (["b:2"], 1)]
    instance = local(requirements=[{"item": "affiliates", "requires": "a:1"}])
    assert needs(instance, "jp") == [(["a@jp:1"], 1)]
    assert needs(instance, "de") == []  # it has level 1 today


def test_a_market_may_need_the_instance_of_another_by_name():
    instance = local(requirements=[{"item": "de", "requires": "a@jp:1"}])
    assert needs(instance, "de") == [(["a@jp:1"], 1)]


def test_what_is_adopted_in_a_market_needs_the_instance_there():
    instance = local(
        driver_affiliates=[{"driver": "r1", "affiliate": "jp"}],
        requirements=[{"item": "r1@jp", "requires": "a:1"}, {"item": "b:2", "requires": "a:1"}],
    )
    assert needs(instance, "r1@jp") == [(["a@jp:1"], 1)]
    assert needs(instance, "b:2") == [(["a@jp:1"], 1)]  # not local itself: everyone's, and Germany has it


def test_everyone_counts_as_one_where_a_local_capability_is_one_of_a_choice():
    instance = local(requirements=[{"item": "sales", "requires": "a:2 medical", "at_least": 1}])
    assert needs(instance, "sales") == [(["medical", "a@de:2 a@jp:2"], 1)]


def test_a_drivers_cells_wait_where_its_start_does_not():
    instance = local(requirements=[{"item": "r1", "requires": "a:1 b:2", "lag": 1}])
    assert needs(instance, "r1") == [(["b:2"], 1)]
    assert instance.cell_gates == {"r1": {"jp": (("a@jp:1", 1),)}}
    assert make(requirements=[{"item": "r1", "requires": "a:1 b:2"}]).cell_gates == {}


def test_gates_are_where_the_driver_is_addressed():
    drivers = [{"id": "r1", "category": "x", "potential": 1, "affiliates": "de"}]
    instance = local(drivers=drivers, requirements=[{"item": "r1", "requires": "a:2"}])
    assert instance.cell_gates == {"r1": {"de": (("a@de:2", 0),)}}


def test_steps_of_every_instance_follow_one_another():
    assert ("a@jp:2", "a@jp:1") in step_pairs(local())
    windows = reach(local(requirements=[{"item": "affiliates", "requires": "a:2"}])).windows
    # Japan has two steps to go, Germany one.
    assert [windows[a, "basic"].earliest for a in ("jp", "de")] == [3, 2]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ({"item": "r1", "requires": "a:1 b:2", "at_least": 1}, "at_least"),
        ({"item": "r1/late", "requires": "a:1"}, "item"),
    ],
)
def test_gates_are_plain(row, column):
    instance = local(requirements=[row], modes=[{"item": "r1", "id": "late"}])
    (problem,) = check(instance)
    assert (problem.rule, problem.column) == ("local-capability", column)


def test_a_level_that_no_instance_has_is_unknown():
    (problem,) = check(local(requirements=[{"item": "sales", "requires": "a:3"}]))
    assert problem.rule == "unknown-level"


# -- waivers -----------------------------------------------------------------------------------------------------------

RULE = {"item": "expert", "requires": "medical sales"}


def waived(instance):
    return {(str(p.item), str(p.single)): ids for p, ids in instance.waivers.items()}


def excepted(policy="case-by-case", requirements=(RULE,), **row):
    row = {"id": "waiver", "item": "expert", "requires": "medical"} | row
    return make({"governance": policy}, requirements=requirements, exceptions=[row])


def test_an_exception_waives_the_member_it_names():
    assert waived(excepted()) == {
        ("de/expert|veteran", "medical"): ("waiver",),
        ("jp/expert|veteran", "medical"): ("waiver",),
    }


def test_an_exception_of_one_mode_tells_the_modes_apart():
    # Japan as expert waits for medical unless waived; as veteran it waits in any case.
    instance = excepted(item="jp/expert")
    assert waived(instance) == {("jp/expert", "medical"): ("waiver",)}
    of_japan = [str(p.item) for p in instance.precedences if p.item.id == "jp" and str(p.single) == "medical"]
    assert sorted(of_japan) == ["jp/expert", "jp/veteran"]
    assert check(instance) == []


def test_a_strict_policy_waives_nothing():
    assert excepted("strict").waivers == {}
    assert check(excepted("strict")) == []


def test_a_choice_is_waived_as_a_whole():
    choice = {"item": "r1", "requires": "medical sales", "at_least": 1}
    instance = excepted(requirements=[choice], item="r1", requires="sales")
    (found,) = instance.waivers
    assert (found.item, found.at_least, len(found.alternatives)) == (Member("r1"), 1, 2)


def test_of_two_requirements_that_come_to_the_same_only_the_one_named_is_waived():
    # Two of two functions is all of them: the first row asks for medical as the second does, and is not named.
    both = {"item": "r1", "requires": "functions", "at_least": 2}
    instance = excepted(requirements=[both, {"item": "r1", "requires": "medical"}], item="r1")
    of_medical = [p.waived_by for p in instance.precedences if str(p.single) == "medical"]
    assert sorted(of_medical) == [(), ("waiver",)]
    assert check(instance) == []
    late = instance.replace({"table": "locks", "insert": {"item": "medical", "earliest": 3}})
    assert reach(late).windows["r1", ""].earliest == 3


def test_windows_do_not_rest_on_what_may_be_waived():
    late = [{"item": "medical", "earliest": 3}]
    rule = {"item": "r1", "requires": "medical"}
    exceptions = [{"id": "waiver", "item": "r1", "requires": "medical"}]
    for policy, earliest in (("strict", 3), ("case-by-case", 1)):
        instance = make({"governance": policy}, requirements=[rule], locks=late, exceptions=exceptions)
        assert reach(instance).windows["r1", ""].earliest == earliest


def test_a_circle_that_an_exception_opens_is_none():
    # medical needs a:1, a:1 needs sales, sales needs medical for a wave: round and round, unless one is waived.
    rows = [
        {"item": "medical", "requires": "a:1"},
        {"item": "a:1", "requires": "sales"},
        {"item": "sales", "requires": "medical", "lag": 1},
    ]
    row = {"item": "sales", "requires": "medical"}
    assert check(excepted(requirements=rows, **row)) == []
    assert [p.rule for p in check(excepted("strict", rows, **row))] == ["requirement-cycle"]


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"item": "r1", "requires": "medical"}, "no such requirement"),
        ({"item": "jp", "requires": "medical"}, "no such requirement"),  # it holds for experts only
        ({"item": "medical", "requires": "b:1"}, "no such requirement"),
    ],
)
def test_an_exception_needs_something_to_waive(row, why):
    requirements = (RULE, {"item": "sales", "requires": "b:1"})
    (problem,) = check(excepted(requirements=requirements, **row))
    assert problem.rule == "unknown-requirement"
    assert why in problem.message


def test_an_exception_may_wait_for_a_requirement_that_is_met_today():
    instance = excepted(requirements=[{"item": "sales", "requires": "b:1"}], item="sales", requires="b:1")
    assert check(instance) == []
    assert instance.waivers == {}


def test_a_drivers_cells_cannot_be_waived():
    instance = local(
        settings={"governance": "case-by-case"},
        requirements=[{"item": "r1", "requires": "a:1"}],
        exceptions=[{"id": "waiver", "item": "r1", "requires": "a:1"}],
    )
    (problem,) = check(instance)
    assert "does not wait for a local capability" in problem.message
