"""Writing and reading again gives an equal instance."""

from __future__ import annotations

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from sequencer.instance import entities as e
from sequencer.instance import rules as r
from sequencer.instance.instance import Instance
from sequencer.instance.reader import read
from sequencer.instance.settings import Settings
from sequencer.instance.writer import table_text, write


def same(a: Instance, b: Instance) -> None:
    assert a.settings == b.settings
    for table in Instance.tables():
        assert a.rows(table) == b.rows(table), table
    assert a.fingerprint == b.fingerprint


def test_the_sound_folder_survives(folder, tmp_path):
    instance = folder.read()
    write(instance, tmp_path / "out" / "deep")
    same(instance, read(tmp_path / "out" / "deep"))


def test_writing_twice_gives_equal_bytes_and_removes_emptied_tables(folder, tmp_path):
    instance = folder.read()
    one, two = tmp_path / "one", tmp_path / "two"
    write(instance, one)
    write(read(one), two)
    assert {p.name: p.read_bytes() for p in one.iterdir()} == {p.name: p.read_bytes() for p in two.iterdir()}
    write(instance.replace({"table": "locks", "delete": True}), one)
    assert (two / "locks.csv").exists() and not (one / "locks.csv").exists()


def test_only_columns_that_differ_from_the_default_are_written():
    rows = (
        r.Lock(item="jp", must=True, by=2),
        r.Lock(item="r1", fixed=3, note="given, from above"),
    )
    assert table_text(r.Lock, rows) == 'item,must,by,fixed,note\njp,1,2,,\nr1,,,3,"given, from above"\n'
    pace = (r.Pace(items=("drivers",), limit=2, losses=(0.5, 1.0)),)
    # Keys are written although they equal the default.
    assert table_text(r.Pace, pace) == "items,limit,losses\ndrivers,2,0.5 1\n"


def test_ranges_stand_beside_their_column_and_families_behind():
    driver = e.Driver(id="r", category="a", potential=2.5, low={"potential": 2}, use={"fte": 0.1, "exec": 1e-17})
    assert table_text(e.Driver, (driver,)) == (
        "id,category,potential,potential_low,use_exec,use_fte\nr,a,2.5,2,1e-17,0.1\n"
    )


def test_settings_of_all_kinds_survive(tmp_path):
    instance = Instance(
        settings=Settings(
            schema_version=1,
            name='Ä "quoted" programme',
            start=dt.date(2027, 1, 31),
            waves=2,
            mandate_path=(0, 1),
            rollout="marketing-first",
            rollout_brands=("a", "b"),
            balance_gap=0.25,
            every_affiliate_gains=True,
            unit=1e15,
        ),
        brands=(e.Brand(id="a"), e.Brand(id="b")),
        functions=(e.Function(id="medical"), e.Function(id="marketing")),
        mandate=(e.MandateLevel(level=1),),
    )
    write(instance, tmp_path)
    same(instance, read(tmp_path))


text = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")) | st.sampled_from("\",;\n '"), max_size=12
).map(str.strip)
money = st.floats(0, 1e12).map(lambda x: x + 0.0)  # no negative zero, which no file needs to keep
signed = st.floats(-1e6, 1e6).map(lambda x: x + 0.0)


@st.composite
def drivers(draw):
    names = draw(st.lists(st.from_regex(r"[a-z0-9_-]{1,6}", fullmatch=True), unique=True, min_size=1, max_size=4))
    made = []
    for name in names:
        potential, success = draw(money), draw(st.floats(0, 1).map(abs))
        made.append(
            e.Driver(
                id=f"d_{name}",
                name=draw(text),
                note=draw(text),
                category=draw(st.sampled_from(["risk", "cost"])),
                potential=potential,
                success=success,
                low=draw(st.sampled_from([{}, {"potential": potential / 3}, {"success": success / 7}])),
                high=draw(st.sampled_from([{}, {"potential": potential * 1.7}])),
                visible=draw(st.booleans()),
                running_cost=draw(signed),
                upkeep={"fte": draw(signed)} if draw(st.booleans()) else {},
                contact_load={"hcp": draw(signed)},
            )
        )
    return tuple(made)


@settings(max_examples=40, deadline=None)
@given(drivers(), st.integers(1, 4), st.integers(0, 60), money)
def test_any_drivers_and_settings_survive(tmp_path_factory, made, waves, tail, amount):
    instance = Instance(
        settings=Settings(schema_version=1, waves=waves, tail_months=tail, discount_rate=0.1),
        drivers=made,
        customer_types=(e.CustomerType(id="hcp"),),
        resources=(r.Resource(id="fte"),),
        budgets=tuple(r.Budget(pot="hq", wave=w, amount=amount / w) for w in range(1, waves + 1)),
    )
    folder = tmp_path_factory.mktemp("any")
    write(instance, folder)
    same(instance, read(folder))
