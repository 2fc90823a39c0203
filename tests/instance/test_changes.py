"""Changes: what they mean, and what they refuse."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from sequencer.errors import InputError
from sequencer.instance.changes import Change, parse_lock, read_overlay, replaced
from sequencer.instance.locks import with_id
from sequencer.instance.reader import read

HQ3 = {"table": "budgets", "where": {"pot": "hq", "from_wave": 2}, "field": "amount"}


def amounts(instance, pot="hq"):
    return [b.amount for b in instance.budgets if b.pot == pot]


def refused(instance, *changes):
    with pytest.raises(InputError) as caught:
        replaced(instance, changes)
    return caught.value.problems


@pytest.fixture
def instance(folder):
    return folder.read()


# -- meaning -------------------------------------------------------------------------------------------------


def test_scale_set_and_add_work_on_the_rows_meant_only(instance):
    # hq has 5, 6, 6; from wave 2 on × 0.5 = 3, 3.
    assert amounts(replaced(instance, [HQ3 | {"scale": 0.5}])) == [5, 3, 3]
    assert amounts(replaced(instance, [HQ3 | {"add": -1}])) == [5, 5, 5]
    assert amounts(replaced(instance, [HQ3 | {"set": 9}])) == [5, 9, 9]
    changed = replaced(instance, [HQ3 | {"where": {"pot": ["hq", "de"], "to_wave": 1}, "set": 1}])
    assert (amounts(changed), amounts(changed, "de"), amounts(changed, "jp")) == ([1, 6, 6], [1, 0.5, 0.5], [0.5] * 3)
    # The instance itself stays as it is.
    assert amounts(instance) == [5, 6, 6]


def test_changes_build_on_one_another(instance):
    assert amounts(replaced(instance, [HQ3 | {"set": 8}, HQ3 | {"scale": 0.5}])) == [5, 4, 4]


def test_replace_is_the_same_and_nothing_gives_an_equal_instance(instance):
    assert instance.replace(HQ3 | {"scale": 0.5}) == replaced(instance, [Change(**HQ3, scale=0.5)])
    assert instance.replace().fingerprint == instance.fingerprint


def test_an_amount_takes_its_range_along(instance):
    change = {"table": "drivers", "where": {"id": "remote"}, "field": "potential"}
    # remote: 4 / 6 / 8.
    remote = replaced(instance, [change | {"scale": 0.5}]).drivers[0]
    assert (remote.low["potential"], remote.potential, remote.high["potential"]) == (2, 3, 4)
    remote = replaced(instance, [change | {"add": 1}]).drivers[0]
    assert (remote.low["potential"], remote.potential, remote.high["potential"]) == (5, 7, 9)
    remote = replaced(instance, [change | {"field": "potential_low", "scale": 0.25}]).drivers[0]
    assert (remote.low["potential"], remote.potential) == (1, 6)
    (problem,) = refused(instance, change | {"set": 9})
    assert (problem.rule, problem.column) == ("range-order", "potential")


def test_families_and_lists_and_empty_cells(instance):
    drivers = {"table": "drivers", "where": {"id": ["remote", "callmix"]}}
    changed = replaced(
        instance, [drivers | {"field": "use_fte", "scale": 2}, drivers | {"field": "upkeep_fte", "set": 1}]
    )
    assert [d.use["fte"] for d in changed.drivers] == [8, 4, 6]
    assert [d.upkeep for d in changed.drivers] == [{"fte": 1}, {}, {"fte": 1}]
    changed = replaced(instance, [{"table": "drivers", "field": "brands", "set": ""}])
    assert [d.brands for d in changed.drivers] == [(), (), ()]
    changed = replaced(instance, [drivers | {"field": "functions", "set": ["sales", "marketing"]}])
    assert changed.drivers[0].functions == ("sales", "marketing")
    pace = [{"table": "pace", "insert": {"items": "drivers", "comfort": 1, "losses": [0.5, 1]}}]
    changed = replaced(instance, [*pace, {"table": "pace", "field": "losses", "scale": 2}])
    assert changed.pace[0].losses == (1, 2)


def test_where_meets_whole_cells_defaults_and_derived_ids(instance):
    steps = {"table": "capability_steps", "where": {"id": "insight:2"}, "field": "one_off_cost", "set": 7}
    assert [s.one_off_cost for s in replaced(instance, [steps]).capability_steps] == [1.2, 0.5, 7, 0.3]
    words = {"table": "requirements", "where": {"requires": "crm:2 training:1"}, "delete": True}
    assert [q.item for q in replaced(instance, [words]).requirements if q.item == "remote"] == []
    # An empty cell is met by its default: no driver names a pot, so all pay from hq.
    default = {"table": "drivers", "where": {"pot": "hq"}, "field": "pot", "set": "de"}
    assert {d.pot for d in replaced(instance, [default]).drivers} == {"de"}
    empty = {"table": "drivers", "where": {"brands": ""}, "field": "visible", "set": True}
    assert [d.visible for d in replaced(instance, [empty]).drivers] == [False, False, True]
    number = {"table": "capacities", "where": {"wave": [1, 3]}, "field": "capacity", "set": 1}
    assert [c.capacity for c in replaced(instance, [number]).capacities] == [1, 24, 1]


def test_rows_come_and_go(instance):
    row = {"item": "sales", "requires": "training:1", "lag": 1}
    changed = replaced(instance, [{"table": "requirements", "insert": row}])
    assert len(changed.requirements) == len(instance.requirements) + 1
    assert replaced(changed, [{"table": "requirements", "where": row, "delete": True}]) == instance
    assert replaced(instance, [{"table": "locks", "delete": True}]).locks == ()


def test_settings_change_like_cells(instance):
    rate = {"table": "settings", "field": "discount_rate"}
    assert replaced(instance, [rate | {"scale": 0.5}]).settings.discount_rate == 0.04
    assert replaced(instance, [rate | {"set": 0.1}]).settings.discount_rate == 0.1
    assert replaced(instance, [rate | {"delete": True}]).settings.discount_rate == 0.0
    path = {"table": "settings", "field": "mandate_path", "set": "0 1 2"}
    assert replaced(instance, [path]).settings.mandate_path == (0, 1, 2)
    assert replaced(instance, [path, path | {"set": "free"}]).settings.mandate_path == ()
    assert replaced(instance, [path | {"set": [0, 0, 1]}]).settings.mandate_path == (0, 0, 1)


# -- refusals ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "rule", "hint"),
    [
        (HQ3 | {"where": {"pot": "hqq"}, "scale": 1}, "unmatched-change", "'hq'"),
        (HQ3 | {"where": {"id": "hq:4"}, "scale": 1}, "unmatched-change", "'hq:"),
        (HQ3 | {"where": {"pot": "hq", "amount": 0.5}, "set": 1}, "unmatched-change", "together"),
        ({"table": "synergies", "delete": True}, "unmatched-change", "insert"),
        (HQ3 | {"table": "budget", "scale": 1}, "unknown-table", "'budgets'"),
        (HQ3 | {"field": "amuont", "scale": 1}, "unknown-column", "'amount'"),
        (HQ3 | {"where": {"port": "hq"}, "scale": 1}, "unknown-column", "'pot'"),
        ({"table": "drivers", "where": {"from_wave": 1}, "field": "potential", "set": 1}, "unknown-column", "Known"),
        ({"table": "locks", "insert": {"itm": "de"}}, "unknown-column", "'item'"),
        ({"table": "locks", "insert": {"item": "de", "by": True}}, "wrong-kind", "whole number"),
        ({"table": "settings", "field": "discount", "set": 0}, "unknown-setting", "discount_rate"),
        ({"table": "settings", "field": "name", "scale": 2}, "not-a-number", "set"),
        (HQ3 | {"set": True}, "wrong-kind", "a number"),
        (HQ3 | {"set": {"a": 1}}, "wrong-kind", "a number"),
        (HQ3 | {"set": "5,5"}, "decimal-mixed", "one decimal sign"),
        (HQ3 | {"set": float("inf")}, "not-finite", "number"),
        (HQ3 | {"where": {"wave": "two"}, "set": 1}, "not-a-number", "digits"),
        ({"table": "drivers", "field": "category", "scale": 2}, "not-a-number", "set"),
        ({"table": "customer_types", "field": "contact_cap", "scale": 2}, "nothing-to-change", "set"),
    ],
)
def test_changes_that_cannot_be_made_say_why(instance, change, rule, hint):
    found = refused(instance, change)
    assert [p.rule for p in found][0] == rule
    assert hint in found[0].remedy
    assert found[0].file == "changes"


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"scale": 1, "add": 1},
        {"scale": 1, "field": None},
        {"delete": True},
        {"insert": {"pot": "hq"}},
        {"insert": {}, "field": None, "where": {}},
        {"insert": {"pot": "hq"}, "field": None},
        {"table": "settings", "set": 1},
        {"table": "settings", "insert": {"name": "x"}, "where": {}},
        {"scale": 1, "wher": {}},
        {"scale": float("nan")},
    ],
)
def test_changes_need_one_action_and_what_it_takes(instance, keys):
    content = {k: v for k, v in (HQ3 | keys).items() if v is not None}
    with pytest.raises(ValidationError):
        Change.model_validate(content)
    assert refused(instance, content)[0].rule in ("bad-change", "unknown-key")


def test_the_result_is_validated_as_a_whole_and_names_the_change(instance):
    found = refused(
        instance,
        {"table": "budgets", "where": {"pot": "hq", "wave": 2}, "delete": True},
        {"table": "drivers", "where": {"id": "remote"}, "field": "success", "set": 2},
        {"table": "locks", "insert": {"item": "remotee", "must": True}},
        {"table": "settings", "field": "carry_share", "set": 3},
    )
    assert [(p.rule, p.file) for p in found] == [
        ("out-of-range", "changes"),
        ("out-of-range", "changes"),
        ("missing-wave", ""),
        ("unknown-reference", "changes"),
    ]
    assert "after change 4, settings: carry_share = 3" in found[0].message
    assert "after change 2, drivers where id is remote: success = 2" in found[1].message


def test_waves_that_cannot_be_read_are_not_meant(folder):
    folder.edit("budgets.csv", "hq,3,6", "hq,three,6")
    found = folder.problems([Change(**HQ3, set=-1)])
    assert [(p.file, p.row, p.rule) for p in found] == [
        ("changes", None, "out-of-range"),
        ("budgets.csv", 4, "not-a-number"),
    ]


def test_a_changed_cell_is_no_longer_refused(folder):
    folder.edit("drivers.csv", "cost_of_sales,3,2,4", "cost_of_sales,-3,2,4")
    repair = Change(table="drivers", where={"id": "callmix"}, field="potential", set=3)
    assert folder.read([repair]).drivers[2].potential == 3


# -- overlays ------------------------------------------------------------------------------------------------

OVERLAY = """
[[change]]
table = "budgets"
where = { pot = "hq", from_wave = 2 }
field = "amount"
scale = 0.5

[[change]]
table = "settings"
field = "start"
delete = true

[[change]]
table = "waves"
field = "start"
set = ""
"""


def test_overlays_apply_in_order(folder, tmp_path):
    file = tmp_path / "core.toml"
    file.write_text(OVERLAY)
    assert len(read_overlay(file)) == 3
    instance = folder.read(file, [Change(**HQ3, add=1)], str(file))
    assert amounts(instance) == [5, 2, 2]  # (6 × 0.5 + 1) × 0.5
    assert instance.settings.start is None


def test_overlays_name_every_block_that_is_wrong(folder, tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text(OVERLAY + 'name = "x"\n[[change]]\ntable = "budgets"\n[chnge]\n')
    with pytest.raises(InputError) as caught:
        read_overlay(file)
    assert [(p.file, p.rule) for p in caught.value.problems] == [
        ("bad.toml", "unknown-key"),
        ("bad.toml", "unknown-key"),
        ("bad.toml", "bad-change"),
    ]
    # They are told together with what is wrong in the folder.
    folder.drop("fit.csv").edit("waves.csv", "2028-01-01", "2028-02-01").put("x.csv", "id\n")
    file.write_text(OVERLAY.replace('set = ""', 'set = "soon"'))
    assert [(p.file, p.rule) for p in folder.problems(file, tmp_path / "none.toml")] == [
        ("x.csv", "unknown-table"),
        ("none.toml", "bad-overlay"),
        ("bad.toml", "dates-do-not-fit"),
        ("bad.toml", "dates-do-not-fit"),
        ("bad.toml", "dates-do-not-fit"),
    ]


@pytest.mark.parametrize("text", ["change = 3", "[[change]", "[change]\ntable = 'x'"])
def test_overlays_that_are_none(tmp_path, text):
    (tmp_path / "o.toml").write_text(text)
    with pytest.raises(InputError) as caught:
        read_overlay(tmp_path / "o.toml")
    assert caught.value.problems[0].rule == "bad-overlay"


# -- words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (HQ3 | {"scale": 0.85}, "budgets where pot is hq, from wave 2: amount × 0.85"),
        (HQ3 | {"where": {}, "add": 1}, "budgets: amount + 1.0"),
        (HQ3 | {"where": {"pot": ["hq", "de"]}, "set": ""}, "budgets where pot is hq or de: amount = empty"),
        ({"table": "locks", "insert": {"item": "jp", "latest": 2}}, "locks: add a row with item jp, latest 2"),
        ({"table": "locks", "delete": True}, "locks: rows taken out"),
        ({"table": "settings", "field": "start", "delete": True}, "settings: start back to its default"),
    ],
)
def test_changes_describe_themselves(change, words):
    assert Change.model_validate(change).describe() == words


# -- locks ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("jp<=2", {"item": "jp", "latest": 2}),
        ("jp>=2", {"item": "jp", "earliest": 2}),
        ("jp=2", {"item": "jp", "must": True, "fixed": 2}),
        (" jp = 2 ", {"item": "jp", "must": True, "fixed": 2}),
        ("crm:2=3/build", {"item": "crm:2", "must": True, "fixed": 3, "mode": "build"}),
        ("jp/adapted", {"item": "jp", "mode": "adapted"}),
        ("jp/adapted/high", {"item": "jp", "mode": "adapted/high"}),
        ("jp/adapted<=2", {"item": "jp", "mode": "adapted", "latest": 2}),
        ("!r4", {"item": "r4", "never": True}),
        ("+r4", {"item": "r4", "must": True}),
        ("+r4<=3", {"item": "r4", "must": True, "by": 3}),
        ("+r4>=3", {"item": "r4", "must": True, "earliest": 3}),
        ("+crm@jp:2/build", {"item": "crm@jp:2", "must": True, "mode": "build"}),
    ],
)
def test_short_forms_of_locks(text, row):
    assert parse_lock(text) == Change(table="locks", insert=row)


@pytest.mark.parametrize(
    "text", ["", "jp", "jp<2", "!jp=2", "!jp/x", "jp/a=2/b", "jp==2", "jp=two", "J P=2", "jp<=2;x"]
)
def test_other_forms_are_refused_with_the_forms_there_are(text):
    with pytest.raises(InputError) as caught:
        parse_lock(text)
    assert "jp<=2" in caught.value.problems[0].remedy


def test_locks_merge_with_the_row_of_their_item(folder):
    # The folder says de must be live by wave 3, and jp not before wave 2.
    instance = folder.read(locks=["de>=1", "jp/adapted", "!content"])
    assert len(instance.locks) == 3
    de, jp, content = instance.locks
    assert (de.must, de.by, de.earliest) == (True, 3, 1)
    assert (jp.earliest, jp.mode, content.never) == (2, "adapted", True)


def test_locks_that_go_together_are_one(folder):
    # Not before wave 1 and, later said, not before wave 2; the folder says live by wave 3.
    instance = folder.read(locks=["de>=1", "de>=2", "de<=3", "de<=2"])
    assert [lock.item for lock in instance.locks] == ["de", "jp"]
    de = instance.locks[0]
    assert (de.must, de.by, de.earliest, de.latest) == (True, 3, 2, 2)


@pytest.mark.parametrize(
    ("locks", "said"),
    [
        (["remote=1", "remote=2"], "wave 1 and in wave 2 (decided in lock 'remote=1' and in lock 'remote=2')"),
        (["!remote", "+remote"], "(decided in lock '!remote' and in lock '+remote')"),
        (["remote<=1", "remote>=2"], "(decided in lock 'remote<=1' and in lock 'remote>=2')"),
        (["jp/adapted", "jp/customized"], "(decided in locks.csv, row 3 and in lock 'jp/adapted' and in lock 'jp/cus"),
        (["de=3", "de/standardized"], "(decided in locks.csv, row 2 and in lock 'de=3' and in lock 'de/standardized')"),
    ],
)
def test_locks_that_contradict_each_other_are_all_named(folder, locks, said):
    problem = folder.problem(locks=locks)
    assert problem.rule == "lock-contradiction"
    assert said in problem.message


def test_rows_of_the_table_that_contradict_each_other_are_both_named(folder):
    folder.put("locks.csv", "item,fixed,mode\njp,1,\njp,2,\n")
    problem = folder.problem()
    assert (problem.row, problem.rule) == (3, "lock-contradiction")
    assert "locks.csv, row 2 and in locks.csv, row 3" in problem.message
    folder.put("locks.csv", "item,fixed,mode\njp,2,\njp,,adapted\n")
    (lock,) = folder.read().locks
    assert (lock.fixed, lock.mode) == (2, "adapted")


def test_locks_on_two_kinds_of_mode_stay_apart_and_both_hold(folder):
    folder.put("touches.csv", "id\nhigh\nlow\n")
    locks = folder.read(locks=["jp/adapted", "jp/high"]).locks
    assert [lock.mode for lock in locks if lock.item == "jp"] == ["adapted", "high"]


def test_locks_that_contradict_name_the_text(folder):
    problem = folder.problem(locks=["jp<=1"])
    assert (problem.file, problem.rule, problem.row) == ("lock 'jp<=1'", "lock-contradiction", None)
    assert folder.problem(locks=["jp<1"]).rule == "bad-lock"
    assert folder.problem(locks=["xy=1"]).rule == "unknown-reference"


def test_a_list_of_numbers_may_be_emptied(folder):
    folder.put("pace.csv", "items,limit,comfort,losses\naffiliates,3,1,1 2\n")
    instance = folder.read()
    assert instance.pace[0].losses == (1, 2)
    emptied = {"table": "pace", "field": "losses", "set": []}
    assert replaced(instance, [emptied]).pace[0].losses == ()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Japan<=2", "jp<=2"),
        ("! japan", "!jp"),
        ("+Japan <= 2", "+jp<=2"),
        ("Japan/adapted", "jp/adapted"),
        ("Customer relations:2=3", "crm:2=3"),
        ("customer<=2", "customer<=2"),  # the name of nothing, though one begins with it
        ("jp=2", "jp=2"),
    ],
)
def test_a_name_stands_for_its_id_in_a_lock(text, meant):
    names = {"japan": {"jp"}, "customer relations": {"crm"}, "twin": {"r1", "r2"}}
    assert with_id(text, names).replace(" ", "") == meant
    with pytest.raises(InputError, match=r"'Twin=1' names more than one thing \(r1, r2\); give an id"):
        with_id("Twin=1", names)


def test_names_in_locks_are_those_of_the_instance_and_its_overlays(folder):
    name = folder.read().by_id("affiliates")["jp"].label
    made = read(
        folder.path,
        overlays=[[Change(table="initiatives", insert={"id": "x", "name": "New thing"})]],
        locks=[f"{name.upper()}<=2", "new thing=1"],
    )
    assert {(row.item, row.latest, row.fixed) for row in made.locks} >= {("jp", 2, None), ("x", None, 1)}
