"""Checks of rules over sets, modes, local capabilities, money and numbers: each in a case that bites and one not."""

from __future__ import annotations

import pytest

from sequencer.instance.checks import check
from sequencer.instance.hints import warnings

CAPABILITIES = """\
id,layer,path,as_is,target,local
crm,technological,technological.platforms,1,2,
insight,commercial,commercial.strategy,0,2,
training,transformational,transformational.people,0,1,1
"""


# -- sets --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "least"),
    [
        ("callmix,crm:2 insight:1,0,{}", 2),
        ("callmix,affiliates,0,{}", 2),
        ("de,affiliates,0,{}", 1),  # Germany does not wait for itself
        ("callmix,crm:1 insight:1,0,{}", 2),  # crm:1 is there today, and counts
        ("callmix,commercial:2 affiliates,0,{}", 3),  # the node counts as one
    ],
)
def test_no_more_of_a_set_is_asked_for_than_there_is(folder, row, least):
    folder.put("requirements.csv", "item,requires,lag,at_least\n" + row.format(least) + "\n")
    assert folder.read().requirements
    folder.put("requirements.csv", "item,requires,lag,at_least\n" + row.format(least + 1) + "\n")
    problem = folder.problem()
    assert (problem.file, problem.row, problem.rule, problem.column) == ("requirements.csv", 2, "too-few", "at_least")
    assert f"there are {least}" in problem.message


@pytest.mark.parametrize(
    ("row", "rule", "column"),
    [
        ("together,marketing,,", "too-few", "items"),
        ("exclusive,de/adapted de/standardized,,", "too-few", "items"),  # Germany takes one mode anyway
        ("before,sales,sales,", "sides-overlap", "others"),
        ("bundle,sales,marketing,2", "too-few", "at_least"),
        ("exclusive,remote content,,2", "without-effect", "at_least"),
        ("together,marketing sales,,", None, None),
        ("before,sales,functions,", None, None),  # sales before all other functions
        ("bundle,sales,marketing remote,2", None, None),
    ],
)
def test_sides_of_relations(folder, row, rule, column):
    folder.put("relations.csv", f"relation,items,others,at_least\n{row}\n")
    if rule is None:
        assert folder.read().relations
    else:
        problem = folder.problem()
        assert (problem.file, problem.row, problem.rule, problem.column) == ("relations.csv", 2, rule, column)


@pytest.mark.parametrize(
    ("row", "rules"),
    [
        ("p,jp,de,1", []),
        ("p,jp,de,2", ["too-few"]),
        ("p,de jp,de,1", ["sides-overlap"]),
        ("p,,de,1", ["missing-value"]),
    ],
)
def test_pilots_are_enough_and_apart(folder, row, rules):
    folder.put("pilots.csv", f"id,affiliates,pilots,at_least\n{row}\n")
    if rules:
        assert [p.rule for p in folder.problems()] == rules
    else:
        assert folder.read().pilots


def test_quick_wins_need_visible_drivers(folder):
    folder.put("quick_wins.csv", "wave,at_least\n2,1\n")
    problem = folder.problem()
    assert (problem.file, problem.rule) == ("quick_wins.csv", "too-few")
    folder.edit("drivers.csv", "use_fte", "use_fte,visible").edit("drivers.csv", "sales,,hcp,3", "sales,,hcp,3,1")
    folder.edit("drivers.csv", "marketing,growth,hcp,4", "marketing,growth,hcp,4,")
    folder.edit("drivers.csv", "growth mature,hcp,4", "growth mature,hcp,4,")
    assert folder.read().quick_wins
    assert folder.edit("quick_wins.csv", "2,1", "4,1").problem().rule == "wave-out-of-range"


def test_limits_of_archetypes_are_of_classes_there_are(folder):
    folder.put("archetype_limits.csv", "affiliate_class,archetype,limit\nlarge,adapted,1\nlrge,adapted,1\n")
    problem = folder.problem()
    assert (problem.row, problem.rule, problem.column) == (3, "unknown-reference", "affiliate_class")
    assert "'large'" in problem.remedy


def test_variants_share_fit_and_limits_with_their_archetype(folder):
    head = "id,duration,one_off_cost,parallel,variant_of\n"
    base = "standardized,1,0.4,2,\nadapted,2,1,1,\ncustomized,3,2,1,\n"
    folder.put("archetypes.csv", f"{head}{base}swift,1,0.5,,adapted\n")
    assert "swift" in [m.id for m in folder.read().adoptables["de"].modes]
    folder.put("archetypes.csv", f"{head}{base}swift,1,0.5,3,adapted\nswifter,1,0.5,,swift\n")
    folder.add("fit.csv", "large,swift,1").put(
        "archetype_limits.csv", "affiliate_class,archetype,limit\nlarge,swift,1\n"
    )
    assert folder.rules() == [
        ("archetypes.csv", 5, "without-effect"),
        ("archetypes.csv", 6, "variant-of-variant"),
        ("fit.csv", 6, "without-effect"),
        ("archetype_limits.csv", 2, "without-effect"),
    ]


def test_pairs_need_affiliates_and_brands(folder):
    folder.put("pair_uses.csv", "resource,affiliate,brand,amount\nfte,,,0.5\nfte,jp,growth,0.5\n")
    assert len(folder.read().pair_uses) == 2
    instance = folder.read().model_copy(update={"brands": (), "brand_affiliates": ()})
    drivers = tuple(d.model_copy(update={"brands": ()}) for d in instance.drivers)
    uses = tuple(u.model_copy(update={"brand": ""}) for u in instance.pair_uses[:1])
    (problem,) = check(instance.model_copy(update={"drivers": drivers, "pair_uses": uses}))
    assert (problem.table, problem.rule) == ("pair_uses", "without-effect")


def test_functions_per_brand_need_brands(folder):
    folder.put("functions.csv", "id,per_brand\nmarketing,1\nsales,\n")
    assert "marketing@growth" in folder.read().adoptables
    folder.drop("brands.csv").put("drivers.csv", "id,category,potential\nremote,x,6\ncontent,x,4\ncallmix,x,3\n")
    problem = folder.problem()
    assert (problem.file, problem.row, problem.rule) == ("functions.csv", 2, "without-effect")


# -- modes -------------------------------------------------------------------------------------------------------------


def test_factors_on_value_are_for_what_earns(folder):
    folder.put("modes.csv", "item,id,value_factor,success\nremote,late,1.2,0.8\ngrowth,late,0.9,\n")
    assert [m.value_factor for m in folder.read().adoptables["remote"].modes] == [1, 1.2]
    folder.add("modes.csv", "sales,late,1.2,", "crm:2,late,1,0.8", "insight:1,late,1,1")
    assert [(p.row, p.rule, p.column) for p in folder.problems()] == [
        (4, "without-effect", "value_factor"),
        (5, "without-effect", "success"),
    ]


def test_a_further_mode_changes_one_mode(folder):
    # Germany may be standardized or adapted; crm:2 has one way only until there are sourcing modes.
    folder.put("modes.csv", "item,id,duration\ncrm:2,late,2\n")
    assert [m.duration for m in folder.read().adoptables["crm:2"].modes] == [1, 2]
    folder.add("modes.csv", "de,late,1")
    assert folder.rules() == [("modes.csv", 3, "several-modes")]
    folder.put("sourcing_modes.csv", "id,layers\nbuild,technological\nagency,technological\n")
    assert folder.rules() == [("modes.csv", 2, "several-modes"), ("modes.csv", 3, "several-modes")]


def test_a_step_of_the_mandate_takes_no_time_in_any_mode(folder):
    folder.put("modes.csv", "item,id,duration,cost_factor\nmandate:1,paid,0,2\nmandate:1,lent,,3\n")
    assert [m.duration for m in folder.read().adoptables["mandate:1"].modes] == [0, 0, 0]
    problem = folder.edit("modes.csv", "paid,0", "paid,1").problem()
    assert (problem.row, problem.rule, problem.column) == (2, "out-of-range", "duration")


def test_sourcing_modes_are_offered_for_layers(folder):
    folder.put("sourcing_modes.csv", "id,layers\nbuild,technological\nagency,\n")
    assert folder.rules() == [("sourcing_modes.csv", 3, "missing-value")]


# -- local capabilities ------------------------------------------------------------------------------------------------


def test_only_local_capabilities_differ_by_affiliate(folder):
    folder.put("capabilities.csv", CAPABILITIES)
    folder.put("local_capabilities.csv", "capability,affiliate,as_is\ntraining,de,1\n")
    assert "training@jp:1" in folder.read().adoptables
    folder.add("local_capabilities.csv", "crm,de,1")
    assert folder.rules() == [("local_capabilities.csv", 3, "not-local")]


def test_local_capabilities_need_affiliates(folder):
    instance = folder.put("capabilities.csv", CAPABILITIES).read()
    alone = {"affiliates": (), "archetypes": (), "fit": (), "ramps": (), "locks": (), "budgets": ()}
    requirements = tuple(r for r in instance.requirements if r.item != "customized")
    (problem,) = check(instance.model_copy(update=alone | {"requirements": requirements}))
    assert (problem.table, problem.id, problem.rule) == ("capabilities", "training", "without-effect")


# -- money -------------------------------------------------------------------------------------------------------------


def test_extra_capacity_is_offered_once_its_lead_has_passed(folder):
    folder.put("resources.csv", "id,lead\nfte,1\n")
    folder.put("capacities.csv", "resource,wave,capacity,extra_cap,extra_cost\nfte,1,20,,\nfte,2,24,4,1\nfte,3,24,4,\n")
    assert len(folder.read().capacities) == 3
    folder.edit("capacities.csv", "fte,1,20,,", "fte,1,20,2,").edit("capacities.csv", "fte,2,24,4,1", "fte,2,24,,1")
    assert [(p.row, p.column, p.rule) for p in folder.problems()] == [
        (2, "extra_cap", "without-effect"),
        (3, "extra_cost", "without-effect"),
    ]


def test_only_steps_of_the_mandate_are_earned(folder):
    folder.put("mandate.csv", "level,earned_value\n0,\n1,2\n2,5\n")
    assert folder.read().mandate
    folder.edit("mandate.csv", "0,", "0,1")
    problem = folder.problem()
    assert (problem.row, problem.rule, problem.column) == (2, "without-effect", "earned_value")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ('funding = "budget-reallocation"', "cut_cap = 0.1"),
        ('funding = "internal-pricing"', "price_share = 0.1"),
        ("return_from_wave = 2", "return_floor = 0.1"),
    ],
)
def test_what_is_switched_on_has_an_amount(folder, given, missing):
    folder.add("instance.toml", given)
    problem = folder.problem()
    assert (problem.rule, problem.column) == ("without-effect", given.split()[0])
    assert missing.split()[0] in problem.remedy + problem.message
    folder.add("instance.toml", missing)
    assert folder.read()


def test_a_cut_needs_budgets_of_affiliates(folder):
    folder.add("instance.toml", 'funding = "budget-reallocation"\ncut_cap = 0.1')
    folder.put("budgets.csv", "pot,wave,amount\nhq,1,5\nhq,2,6\nhq,3,6\n")
    assert "no affiliate has a budget" in folder.problem().message


# -- numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "column"),
    [
        ("budgets.csv", "hq,2,6", "hq,2,{}", "amount"),
        ("capability_steps.csv", "crm,2,1.2", "crm,2,{}", "one_off_cost"),
        ("capability_steps.csv", "1.2,0.1,6", "1.2,0.1,{}", "use_fte"),
        ("drivers.csv", "6,4,8,", "6,4,{},", "potential_high"),
        ("capability_steps.csv", "0.3,0.1,3", "0.3,-{},3", "running_cost"),
    ],
)
def test_numbers_beyond_what_can_be_added_up_are_refused(folder, file, old, new, column):
    folder.edit(file, old, new.format("1e15"))
    assert folder.read()
    problem = folder.edit(file, new.format("1e15"), new.format("1.1e15")).problem()
    assert (problem.file, problem.rule, problem.column) == (file, "too-large", column)
    assert "larger unit" in problem.remedy


def test_large_numbers_in_lists_and_settings_are_refused_too(folder):
    folder.put("pace.csv", "items,comfort,losses\ndrivers,1,1 2e300\n").add("instance.toml", "strategic_gap = 1e300")
    assert {(p.column, p.rule) for p in folder.problems()} == {("losses", "too-large"), ("strategic_gap", "too-large")}


def test_use_profiles_are_not_negative_and_not_longer_than_the_work(folder):
    folder.put("use_profiles.csv", "item,resource,profile\njp,fte,1 2 3\ncrm:2,fte,4\n")
    assert folder.read().adoptables["crm:2"].modes[0].use["fte"] == (4,)
    folder.edit("use_profiles.csv", "crm:2,fte,4", "crm:2,fte,4 4").edit("use_profiles.csv", "1 2 3", "1 -2 3")
    assert [(p.row, p.rule) for p in folder.problems()][:1] == [(2, "out-of-range")]
    folder.edit("use_profiles.csv", "1 -2 3", "1 2 3")
    assert folder.rules() == [("use_profiles.csv", 3, "profile-too-long")]


def test_profiles_hold_in_modes_of_any_length(folder):
    # A profile row is taken as it is; use that is even stays even over the mode's own waves.
    folder.put("use_profiles.csv", "item,resource,profile\ncrm:2,fte,4 1\n")
    folder.put(
        "sourcing_modes.csv", "id,layers,duration,use_factor_fte\nbuild,technological,1,\nagency,technological,3,0.5\n"
    )
    build, agency = folder.read().adoptables["crm:2"].modes
    assert (build.use["fte"], agency.use["fte"]) == ((4,), (2, 0.5, 0))
    build, agency = folder.drop("use_profiles.csv").read().adoptables["crm:2"].modes
    assert (build.use["fte"], agency.use["fte"]) == ((6,), (3, 3, 3))


def test_cost_factors_take_a_function_of_all_brands(folder):
    folder.put("functions.csv", "id,per_brand,one_off_cost\nmarketing,1,1\nsales,,1\n")
    folder.put("cost_factors.csv", "item,line,factor\nmarketing,one_off,0.8\n")
    found = folder.read().adoptables
    assert [found[i].modes[0].lines[0].amount for i in ("marketing@growth", "sales")] == [0.8, 1]


def test_use_profiles_of_instances_made_without_files_are_checked(folder):
    instance = folder.put("use_profiles.csv", "item,resource,profile\njp,fte,1 2 3\n").read()
    spoiled = tuple(row.model_copy(update={"profile": (1.0, -2.0, 3.0)}) for row in instance.use_profiles)
    (problem,) = check(instance.model_copy(update={"use_profiles": spoiled}))
    assert (problem.table, problem.rule, problem.column) == ("use_profiles", "out-of-range", "profile")


# -- warnings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("inhouse_share = 0.5", "inhouse_share says nothing"),
        ("strategic_gap = 1", "strategic_gap says nothing"),
    ],
)
def test_rules_that_are_on_and_about_nothing_are_warned_of(folder, line, said):
    assert not any(said in text for text in warnings(folder.read()))
    assert any(said in text for text in warnings(folder.add("instance.toml", line).read()))


def test_balance_needs_targets_in_two_layers(folder):
    folder.add("instance.toml", "balance_gap = 0.5")
    assert not any("balance_gap" in text for text in warnings(folder.read()))
    folder.edit("capabilities.csv", "platforms,1,2", "platforms,1,1").edit(
        "capabilities.csv", "people,0,1", "people,0,"
    )
    assert any("balance_gap says nothing" in text for text in warnings(folder.read()))
