"""Cross-checks: each in a case that bites and one that does not."""

from __future__ import annotations

import pytest

from sequencer.instance import entities as e
from sequencer.instance import rules as r
from sequencer.instance.checks import check
from sequencer.instance.instance import Instance
from sequencer.instance.settings import Settings


def test_a_sound_instance_has_no_problems(folder):
    assert check(folder.read()) == []


def test_instances_made_without_files_are_checked_too():
    made = Instance(settings=Settings(schema_version=1, waves=2), brands=(e.Brand(id="a"), e.Brand(id="a")))
    (problem,) = check(made)
    assert (problem.rule, problem.table, problem.file, problem.row) == ("duplicate-id", "brands", "", None)
    assert "brands" in str(problem)


# -- ids and references --------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["drivers", "mandate", "tail", "technological", "hq", "commercial"])
def test_words_with_a_meaning_are_no_ids(folder, word):
    folder.add("customer_types.csv", f"{word},X,0")
    assert ("customer_types.csv", 3, "reserved-id") in folder.rules()


def test_a_pot_may_bear_the_id_of_its_affiliate_and_hq_only(folder):
    folder.put("pots.csv", "id,carry_share\nhq,0.5\nde,0.2\n")
    assert folder.read().carry_share("de") == 0.2
    folder.add("pots.csv", "sales,0.1")
    assert folder.rules() == [("pots.csv", 4, "duplicate-id")]


def test_keys_are_unique(folder):
    folder.add("requirements.csv", "callmix,crm:2,1", "callmix,crm:2,2")
    problem = folder.problem()
    assert (problem.file, problem.row, problem.rule) == ("requirements.csv", 8, "duplicate-row")
    assert "requirements.csv, row 4" in problem.message


@pytest.mark.parametrize(
    ("file", "old", "new", "row", "column", "hint"),
    [
        ("drivers.csv", "cost_of_sales,3,2,4,0.9,sales", "cost_of_sales,3,2,4,0.9,seles", 4, "functions", "'sales'"),
        ("capability_steps.csv", "crm,2", "crn,2", 2, "capability", "'crm'"),
        ("affiliates.csv", "adapted customized", "adapted costumized", 3, "archetypes", "'customized'"),
        ("fit.csv", "large,adapted", "large,adopted", 3, "archetype", "'adapted'"),
        ("capacities.csv", "fte,1,20", "ftes,1,20", 2, "resource", "'fte'"),
        ("ramps.csv", "adapted,0,0.4", "adopted,0,0.4", 4, "owner", "'adapted'"),
        ("locks.csv", "de,1", "dee,1", 2, "item", "'de'"),
        ("requirements.csv", "customized,mandate:1", "customized,mandate:7", 6, "requires", "1 and 2"),
        ("requirements.csv", "customized,mandate", "jp/costumized,mandate", 6, "item", "'customized'"),
        ("requirements.csv", "insight:1,training:1", "insight:1,training:4", 5, "requires", "level 1"),
        ("requirements.csv", "insight:1,training:1", "insight:x,training:1", 5, "item", "'insight"),
        ("requirements.csv", "customized,mandate", "customized/low,mandate", 6, "item", "Known: customized."),
        ("requirements.csv", "insight:1,training:1", "jpn/adapted,training:1", 5, "item", "'jp"),
    ],
)
def test_references_to_nothing_name_the_nearest(folder, file, old, new, row, column, hint):
    found = folder.edit(file, old, new).problems()
    here = [p for p in found if (p.file, p.row, p.column) == (file, row, column)]
    assert [p.rule for p in here][0].startswith("unknown-")
    assert hint in here[0].remedy


def test_columns_named_after_an_unknown_id_are_told_once(folder):
    text = folder.text("drivers.csv").replace("use_fte", "use_fteh")
    problem = folder.put("drivers.csv", text).problem()
    assert (problem.rule, problem.column, problem.row) == ("unknown-reference", "use_fteh", 2)
    assert "'fte'" in problem.remedy


def test_rows_that_name_items_and_ids_are_mended_in_both(folder):
    folder.put("exceptions.csv", "id,item,requires,use_ftee\nwaiver,callmix,crm:2,1\nother,callmix,crm:9,1\n")
    assert folder.rules() == [("exceptions.csv", 2, "unknown-reference"), ("exceptions.csv", 3, "unknown-level")]


def test_a_pot_is_hq_a_row_or_an_affiliate(folder):
    folder.put("initiatives.csv", "id,pot\nhub,jp\ndesk,hq\nfair,events\n").put("pots.csv", "id\nmedia\n")
    problem = folder.problem()
    assert (problem.rule, problem.row, problem.column) == ("unknown-reference", 4, "pot")
    folder.put("pots.csv", "id\nevents\n")
    assert len(folder.read().initiatives) == 3


def test_tables_that_take_one_item_refuse_sets(folder):
    folder.put("cost_splits.csv", "item,pot,share\ncrm:2,de,0.5\ncrm,de,0.5\ndrivers,de,0.5\n")
    folder.put("cost_factors.csv", "item,factor\ncrm,1.5\njp,1.5\ncommercial,1.5\n")
    assert folder.rules() == [
        ("cost_splits.csv", 3, "not-one-item"),
        ("cost_splits.csv", 4, "not-one-item"),
        ("cost_factors.csv", 4, "not-one-item"),
    ]


def test_steps_that_stand_already_may_be_required(folder):
    folder.add("requirements.csv", "sales,crm:1,0", "sales,technological.platforms:2,0")
    assert len(folder.read().requirements) == 8


# -- time ----------------------------------------------------------------------------------------------------


def test_waves_are_numbered_without_gaps_and_given_once(folder):
    folder.edit("waves.csv", "3,6,2028-01-01", "60,6,2028-01-01")
    assert len(folder.problems()) == 10  # a few of the gaps, not all
    folder.edit("waves.csv", "60,6,2028-01-01", "4,6,2028-01-01")
    assert folder.rules() == [("waves.csv", 4, "waves-not-consecutive")]
    folder.edit("waves.csv", "4,6,", "3,6,").add("instance.toml", "waves = 4")
    assert folder.rules() == [("instance.toml", None, "waves-differ")]
    folder.edit("instance.toml", "waves = 4", "waves = 3")
    assert folder.read().n_waves == 3
    folder.drop("waves.csv").edit("instance.toml", "waves = 3\n", "")
    assert folder.problem().column == "waves"


def test_dates_need_a_start_and_a_form(folder):
    folder.edit("waves.csv", "2027-07-01", "July 2027")
    assert folder.rules() == [("waves.csv", 3, "not-a-date")]
    folder.edit("waves.csv", "July 2027", "").edit("instance.toml", "start = 2027-01-01\n", "")
    assert folder.rules() == [("waves.csv", 2, "dates-do-not-fit"), ("waves.csv", 4, "dates-do-not-fit")]


@pytest.mark.parametrize(
    ("file", "text", "column"),
    [
        ("minimum_values.csv", "wave,amount\n4,1\n", "wave"),
        ("locks.csv", "item,earliest\nde,4\n", "earliest"),
        ("locks.csv", "item,fixed\nde,4\n", "fixed"),
        ("brand_stages.csv", "brand,period,stage\ngrowth,4,mature\n", "period"),
        ("brands.csv", "id,launch_wave\ngrowth,5\nmature,\n", "launch_wave"),
    ],
)
def test_waves_named_lie_within_those_there_are(folder, file, text, column):
    problem = folder.put(file, text).problem()
    assert (problem.rule, problem.file, problem.column, problem.row) == ("wave-out-of-range", file, column, 2)
    # The last wave is one of them; a launch may also fall into the time after it.
    folder.put(file, text.replace("4", "3").replace("5", "4"))
    assert folder.read().n_waves == 3


def test_settings_that_name_a_wave(folder):
    assert folder.add("instance.toml", "return_from_wave = 4\nreturn_floor = 1").problem().column == "return_from_wave"


def test_capacities_cover_every_wave_or_none(folder):
    folder.edit("capacities.csv", "fte,2,24\nfte,3,24\n", "")
    problem = folder.problem()
    assert (problem.rule, problem.id) == ("missing-wave", "fte")
    assert "wave 2 and 3" in problem.message
    assert folder.drop("capacities.csv").read().capacity == {}


# -- order of steps ------------------------------------------------------------------------------------------


def test_capability_steps_leave_no_level_out(folder):
    folder.add("capability_steps.csv", "training,3,1,0,1")
    problem = folder.problem()
    assert (problem.file, problem.row, problem.rule, problem.id) == (
        "capability_steps.csv",
        6,
        "missing-level",
        "training",
    )
    folder.add("capability_steps.csv", "training,2,1,0,1")
    assert "training:3" in folder.read().adoptables


def test_local_capabilities_need_the_steps_of_the_lowest(folder):
    folder.edit("capabilities.csv", "as_is,target", "as_is,target,local").edit("capabilities.csv", ",1,2\n", ",1,2,1\n")
    folder.edit("capabilities.csv", "strategy,0,2\n", "strategy,0,2,\n").edit(
        "capabilities.csv", "people,0,1\n", "people,0,1,\n"
    )
    assert "crm@jp:2" in folder.read().adoptables
    folder.put("local_capabilities.csv", "capability,affiliate,as_is\ncrm,jp,0\n")
    assert folder.rules() == [("capability_steps.csv", 2, "missing-level")]


def test_mandate_levels_leave_none_out(folder):
    folder.edit("mandate.csv", "2,Enterprise", "3,Enterprise").edit("requirements.csv", "mandate:2,", "mandate:3,")
    assert folder.rules() == [("mandate.csv", 4, "missing-level")]


@pytest.mark.parametrize(
    ("path", "rules"),
    [
        ("0 1 2", []),
        ("1 1 1", []),
        ("0 1", ["mandate-path"]),
        ("2 2 2", ["mandate-path"]),
        ("1 0 1", ["mandate-path"]),
        ("1 2 3", ["unknown-level"]),
    ],
)
def test_a_given_mandate_path(folder, path, rules):
    folder.add("instance.toml", f'mandate_path = "{path}"')
    if rules:
        assert [p.rule for p in folder.problems()] == rules
    else:
        assert folder.read().settings.mandate_path == tuple(map(int, path.split()))


def test_ramps_may_stay_level_and_start_late_but_never_fall(folder):
    folder.put("ramps.csv", "owner,from_month,factor\nadapted,12,0.5\nadapted,6,0.5\n")
    assert folder.read().ramps
    folder.add("ramps.csv", "adapted,18,0.4")
    assert folder.rules() == [("ramps.csv", 4, "falling-ramp")]


@pytest.mark.parametrize(
    ("rows", "row", "rule"),
    [
        ("hcp,1,2,0.8,risk\nhcp,2,,2,risk\n", None, None),
        ("hcp,1,2,0.8,risk\nhcp,3,,2,risk\n", 3, "fatigue-steps"),
        ("hcp,1,2,0.8,risk\nhcp,2,,0.7,risk\n", 3, "fatigue-steps"),
        ("hcp,1,,0.8,risk\nhcp,2,,2,risk\n", 2, "fatigue-steps"),
        ("hcp,1,2,0.8,risk\nhcp,2,3,2,risk\n", 3, "fatigue-steps"),
    ],
)
def test_fatigue_steps(folder, rows, row, rule):
    folder.put("fatigue.csv", "customer_type,step,width,slope_per_year,category\n" + rows)
    folder.put("customer_types.csv", "id,share,contact_cap\nhcp,1,8\n")
    if rule:
        assert folder.rules() == [("fatigue.csv", row, rule)]
    else:
        assert len(folder.read().fatigue) == 2
        assert folder.put("customer_types.csv", "id,share\nhcp,1\n").rules() == [("fatigue.csv", 2, "missing-value")]


def test_fatigue_of_an_unknown_customer_type_is_told_once(folder):
    folder.put("fatigue.csv", "customer_type,step,width,slope_per_year,category\nhcpp,2,,0.8,risk\n")
    assert folder.rules() == [("fatigue.csv", 2, "unknown-reference")]


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("drivers,3,2,0.5 1", None),
        ("drivers,3,2,1 0.5", "falling-losses"),
        ("drivers,3,,0.5 1", "missing-value"),
        ("drivers,,,", "missing-value"),
    ],
)
def test_pace(folder, row, rule):
    folder.put("pace.csv", f"items,limit,comfort,losses\n{row}\n")
    if rule:
        assert folder.rules() == [("pace.csv", 2, rule)]
    else:
        assert folder.read().pace[0].losses == (0.5, 1.0)


def test_cost_splits_stay_within_the_whole(folder):
    folder.put("cost_splits.csv", "item,line,pot,share\ncrm:2,one_off,de,0.6\ncrm:2,all,jp,0.4\n")
    assert len(folder.read().cost_splits) == 2
    folder.edit("cost_splits.csv", "0.4", "0.5")
    assert folder.rules() == [("cost_splits.csv", 3, "split-above-one")]


def test_relations_have_the_sides_they_need(folder):
    folder.put("relations.csv", "relation,items,others\nbefore,sales,marketing\ntogether,remote content,\n")
    assert len(folder.read().relations) == 2
    folder.add("relations.csv", "bundle,sales,", "exclusive,remote,content")
    assert folder.rules() == [("relations.csv", 4, "relation-sides"), ("relations.csv", 5, "relation-sides")]


def test_categories_are_those_that_something_earns(folder):
    folder.put("category_weights.csv", "category,weight\nrevenue_uplift,2\nrisk,1\n")
    folder.put("minimum_values.csv", "wave,category,amount\n2,,1\n3,cost_of_salse,1\n")
    found = folder.problems()
    assert [(p.file, p.row) for p in found] == [("minimum_values.csv", 3), ("category_weights.csv", 3)]
    assert "'cost_of_sales'" in found[0].remedy


# -- rules together ------------------------------------------------------------------------------------------


def test_every_affiliate_can_take_an_archetype(folder):
    folder.edit("affiliates.csv", "large,200", "lrge,200")
    problem = folder.problem()
    assert (problem.rule, problem.file, problem.row) == ("no-archetype", "affiliates.csv", 2)
    assert "'large'" in problem.remedy


def test_further_modes_have_names_of_their_own(folder):
    folder.put("modes.csv", "item,id\nremote,own\nremote,adapted\nremote,drivers\nremote,late\nsales,late\n")
    assert folder.rules() == [("modes.csv", row, "duplicate-id") for row in (2, 3, 4)]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (",de,growth,hcp,0.25\n,de,mature,hcp,0.25\n,jp,growth,hcp,0.5\n", []),
        (",de,growth,hcp,0.25\n,jp,growth,hcp,0.5\n", [("scopes.csv", 2, "shares-not-one")]),
        (",de,growth,hcp,0.5\n,jp,,hcp,0.5\n", [("scopes.csv", 3, "scope-cell")]),
        (
            "remote,de,growth,hcp,1\ncontent,de,growth,hcp,1\ncallmix,jp,mature,hcp,1\n",
            [],
        ),
        (
            "remote,de,mature,hcp,1\ncontent,de,growth,hcp,1\ncallmix,jp,mature,hcp,0.5\n",
            [
                ("drivers.csv", 2, "no-scope"),
                ("scopes.csv", 2, "scope-cell"),
                ("scopes.csv", 4, "shares-not-one"),
            ],
        ),
        ("remote,de,growth,hcp,1\n,de,growth,hcp,1\n", [("scopes.csv", 3, "scope-cell")]),
    ],
)
def test_scope_tables(folder, rows, found):
    folder.put("scopes.csv", "driver,affiliate,brand,customer_type,share\n" + rows)
    if found:
        assert folder.rules() == found
    else:
        assert all(sum(cells.values()) == pytest.approx(1) for cells in folder.read().scope.values())


def test_some_affiliates_with_a_share_and_some_with_their_revenue_do_not_compare():
    def rules(*affiliates, **tables):
        made = Instance(
            settings=Settings(schema_version=1, waves=2),
            archetypes=(e.Archetype(id="adapted", duration=0),),
            affiliates=tuple(e.Affiliate(affiliate_class="any", **row) for row in affiliates),
            drivers=(e.Driver(id="r1", category="risk", potential=1),),
            **tables,
        )
        return [(p.rule, p.table) for p in check(made)]

    share, revenue = {"id": "jp", "revenue": 300, "share": 0.4}, {"id": "de", "revenue": 500}
    assert rules(share, revenue) == [("shares-mixed", "affiliates")]
    assert rules(share, revenue | {"share": 0.6}) == []
    assert rules({"id": "jp", "revenue": 300}, revenue) == []
    # Where a table says how the potential is spread, neither is read.
    spread = (e.Scope(driver="", affiliate="jp", brand="", customer_type="", share=1),)
    assert rules(share, revenue, scopes=spread) == []


def test_shares_that_are_all_zero_spread_nothing(folder):
    folder.edit("customer_types.csv", "professionals,1", "professionals,0")
    assert [rule for _, _, rule in folder.rules()] == ["no-scope"] * 3


def test_exceptions_waive_a_requirement_that_there_is(folder):
    # customized requires mandate:1, which includes jp going customized; insight:1 is no part of any requirement of jp.
    folder.put("exceptions.csv", "id,item,requires\nx1,jp/customized,mandate:1\nx2,remote,crm:2\n")
    assert len(folder.read().exceptions) == 2
    folder.add("exceptions.csv", "x3,jp,mandate:1", "x4,jp/customized,insight:1")
    found = folder.problems()
    assert [(p.row, p.rule) for p in found] == [(4, "unknown-requirement"), (5, "unknown-requirement")]
    assert "customized requires mandate:1" in found[1].remedy


def test_circles_are_named_and_told_once(folder):
    # crm:2 needs insight:1, which takes a wave and needs training:1, which needs crm:2.
    folder.add("requirements.csv", "crm:2,insight:1,0", "training:1,crm:2,0")
    problem = folder.problem()
    assert (problem.row, problem.rule) == (5, "requirement-cycle")
    assert "insight:1 requires training:1 requires crm:2 requires insight:1;" in problem.message


def test_circles_through_the_order_of_steps_and_through_sets(folder):
    folder.add("requirements.csv", "insight:1,insight:2,0")
    assert folder.problem().rule == "requirement-cycle"
    folder.edit("requirements.csv", "insight:1,insight:2,0\n", "").add("requirements.csv", "affiliates,de,0")
    assert "de requires de" in folder.problem().message


@pytest.mark.parametrize(
    "rows",
    [
        # Nothing takes time here: they can only start together.
        ["marketing,sales,0", "sales,marketing,0"],
        # One mode of an affiliate is no circle, for it may take another.
        ["jp/customized,de,0", "de,jp,0"],
        # The set of drivers includes the driver itself, which is live as soon as it starts.
        ["drivers,remote,0"],
    ],
)
def test_what_is_no_circle(folder, rows):
    assert folder.add("requirements.csv", *rows).read()


def test_a_lag_makes_a_circle_of_what_takes_no_time(folder):
    folder.add("requirements.csv", "marketing,sales,0", "sales,marketing,1")
    assert folder.problem().rule == "requirement-cycle"


def test_enough_of_a_set_makes_no_circle(folder):
    folder.edit("requirements.csv", "item,requires,lag", "item,requires,lag,at_least")
    text = "".join(
        line if line.endswith("at_least\n") else line[:-1] + ",\n"
        for line in folder.text("requirements.csv").splitlines(True)
    )
    folder.put("requirements.csv", text + "training:1,insight:1 crm:2,0,1\n")
    assert folder.read().precedences


def test_drivers_do_not_wait_for_local_capabilities(folder):
    rows = ["id,layer,local,as_is", "crm,technological,1,1", "insight,commercial,,0", "training,transformational,,0"]
    folder.put("capabilities.csv", "\n".join(rows) + "\n")
    # The local step waits for the driver; the driver's cells, not the driver, wait for the step.
    folder.add("requirements.csv", "crm,remote,0")
    assert folder.read().adoptables["crm@jp:2"]


def test_initial_state_names_what_its_records_are_about(folder):
    folder.put(
        "initial_state.csv",
        "record,id,level,amount\nlive,marketing,,\ncarry,hq,,2\nvalue,cost_of_sales,,3\nmandate,,1,\n",
    )
    assert len(folder.read().initial_state) == 4
    folder.put("initial_state.csv", "record,id,level\nlive,marketng,\ncarry,hqq,\nvalue,risk,\nmandate,,\n")
    assert [(p.row, p.rule) for p in folder.problems()] == [
        (2, "unknown-reference"),
        (3, "missing-value"),
        (3, "unknown-reference"),
        (4, "missing-value"),
        (4, "unknown-reference"),
        (5, "missing-value"),
    ]


# -- locks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("jp,1,2,,,,,adapted", "lock-contradiction"),  # adapted takes two waves: live in wave 3, not by wave 2
        ("jp,1,3,,,,,adapted", None),
        ("jp,1,,1,,,,", "lock-contradiction"),
        ("jp,,,,3,2,,", "lock-contradiction"),
        ("jp,,,,2,2,,", None),
        ("jp,,,,2,,1,", "lock-contradiction"),
        ("jp,,,,,2,3,", "lock-contradiction"),
        ("jp,,,,1,2,2,", None),
        ("jp,,,1,3,2,,", None),  # never adopted: when does not matter
        ("jp,,2,,,,,", "lock-without-must"),
        ("jp,,,,,,,", "empty-lock"),
        ("jp,,,,,,,standardized", "unknown-mode"),
        ("jp/adapted,,,1,,,,", "lock-item"),
        ("crm:1,1,,,,,,", None),  # stands already
    ],
)
def test_locks(folder, row, rule):
    folder.put("locks.csv", f"item,must,by,never,earliest,latest,fixed,mode\n{row}\n")
    if rule:
        assert rule in [p.rule for p in folder.problems()]
    else:
        assert len(folder.read().locks) == 1


def test_modes_that_cannot_be_read_are_not_called_unknown(folder):
    folder.put("locks.csv", "item,mode\njp,adapted\n").edit("archetypes.csv", "adapted,2,1,", "adapted,2,-1,")
    assert folder.rules() == [("archetypes.csv", 3, "out-of-range")]


def test_locks_on_sets_and_members_are_taken_together(folder):
    folder.put("locks.csv", "item,must,never,fixed,mode\ndrivers,,1,,\nremote,1,,,\n")
    problem = folder.problem()
    assert (problem.row, problem.rule) == (3, "lock-contradiction")
    folder.put("locks.csv", "item,must,never,fixed,mode\ndrivers,,,1,\nremote,,,2,\n")
    assert "wave 1 and in wave 2" in folder.problem().message
    folder.put("locks.csv", "item,must,never,fixed,mode\naffiliates,,,,adapted\njp,,,,customized\n")
    assert "adapted and customized at once" in folder.problem().message
    folder.put("locks.csv", "item,must,never,fixed,mode\ndrivers,1,,,\nremote,,,2,\n")
    assert len(folder.read().locks) == 2


def test_locks_without_files():
    made = Instance(
        settings=Settings(schema_version=1, waves=2),
        initiatives=(e.Initiative(id="hub"),),
        locks=(r.Lock(item="hub", must=True, never=True),),
    )
    (problem,) = check(made)
    assert (problem.rule, problem.id) == ("lock-contradiction", "hub")


# -- settings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "off", "on"),
    [
        ("rollout_value_factor", "1.1", "rollout is 'free'", 'rollout = "marketing-first"'),
        ("rollout_failure", "0.2", "rollout is 'free'", 'rollout = "medical-first"'),
        ("rollout_framework", '"insight"', "knows no framework", 'rollout = "shared-framework"'),
        ("rollout_brands", '"growth"', "rollout is 'free'", 'rollout = "medical-first"'),
        ("rollout_lag", "1", "no function waits", 'rollout = "medical-first"'),
        ("cut_cap", "0.1", "funding is 'none'", 'funding = "budget-reallocation"'),
        ("price_share", "0.1", "funding is 'none'", 'funding = "internal-pricing"'),
        ("return_lag", "1", "return_from_wave is not given", "return_from_wave = 2\nreturn_floor = 0.1"),
        ("return_floor", "0.1", "return_from_wave is not given", "return_from_wave = 2"),
        ("reinvest_categories", '"cost_of_sales"', "reinvest_share is 0", "reinvest_share = 0.1"),
    ],
)
def test_settings_that_would_say_nothing_are_refused(folder, name, value, off, on):
    folder.add("functions.csv", "medical,Medical,0.3,3").add("instance.toml", f"{name} = {value}")
    problem = folder.problem()
    assert (problem.file, problem.rule, problem.column) == ("instance.toml", "without-effect", name)
    assert off in problem.message
    assert on.split(" ")[0] in problem.remedy and f"take {name} out" in problem.remedy
    folder.add("instance.toml", on)
    folder.read()


def test_settings_belong_to_one_way_of_funding_or_rolling_out(folder):
    folder.add("functions.csv", "medical,Medical,0.3,3")
    folder.add("instance.toml", 'funding = "internal-pricing"\nprice_share = 0.1\ncut_cap = 0.1')
    folder.add("instance.toml", 'rollout = "shared-framework"\nrollout_framework = "insight"')
    folder.add("instance.toml", 'rollout_lag = 1\nrollout_review = "crm"')
    assert [(p.column, p.rule) for p in folder.problems()] == [
        ("rollout_lag", "without-effect"),
        ("rollout_review", "without-effect"),
        ("cut_cap", "without-effect"),
    ]


def test_a_share_of_one_affiliate_says_nothing_without_funding(folder):
    folder.edit("affiliates.csv", "revenue,", "revenue,price_share,")
    folder.edit("affiliates.csv", "200,", "200,0.1,")
    folder.edit("affiliates.csv", "150,", "150,,")
    problem = folder.problem()
    assert (problem.file, problem.row, problem.column) == ("affiliates.csv", 2, "price_share")
    folder.add("instance.toml", 'funding = "internal-pricing"')
    folder.read()


def test_settings_at_their_default_say_what_would_hold_anyway(folder):
    folder.add("instance.toml", "rollout_value_factor = 1\nrollout_lag = 0\ncut_cap = 0\nreturn_floor = 0")
    folder.read()


def test_settings_are_not_judged_by_ones_that_cannot_be_read(folder):
    folder.add("instance.toml", 'rollout = "holostic"\nrollout_failure = 0.1')
    assert [p.column for p in folder.problems()] == ["rollout"]
