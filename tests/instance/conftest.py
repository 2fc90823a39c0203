"""A small sound instance as texts of files, to be spoiled in one place by each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from sequencer.errors import InputError, InputProblem
from sequencer.instance.instance import Instance
from sequencer.instance.reader import read

SOUND = {
    "affiliates.csv": """\
id,name,affiliate_class,revenue,archetypes
de,Germany,large,200,
jp,Japan,exceptional,150,adapted customized
""",
    "archetypes.csv": """\
id,duration,one_off_cost,running_cost,hq_share,parallel,success,use_fte
standardized,1,0.4,0.1,0.6,2,0.92,4
adapted,2,1,0.2,0.6,1,0.92,6
customized,3,2,0.4,0.6,1,0.85,9
""",
    "brands.csv": """\
id,name,share,one_off_cost
growth,Growth brand,0.7,0.2
mature,Mature brand,0.3,0.2
""",
    "budgets.csv": """\
pot,wave,amount
hq,1,5
hq,2,6
hq,3,6
de,1,0.5
de,2,0.5
de,3,0.5
jp,1,0.5
jp,2,0.5
jp,3,0.5
""",
    "capabilities.csv": """\
id,name,layer,path,as_is,target
crm,CRM,technological,technological.platforms,1,2
insight,Customer insight,commercial,commercial.strategy,0,2
training,Training,transformational,transformational.people,0,1
""",
    "capability_steps.csv": """\
capability,level,one_off_cost,running_cost,use_fte
crm,2,1.2,0.1,6
insight,1,0.5,0.05,4
insight,2,0.8,0.05,5
training,1,0.3,0.1,3
""",
    "capacities.csv": """\
resource,wave,capacity
fte,1,20
fte,2,24
fte,3,24
""",
    "customer_types.csv": """\
id,name,share
hcp,Healthcare professionals,1
""",
    "drivers.csv": """\
id,name,category,potential,potential_low,potential_high,success,functions,brands,customer_types,use_fte
remote,Remote engagement,revenue_uplift,6,4,8,0.9,marketing,growth,hcp,4
content,Personalised content,revenue_uplift,4,3,5,0.8,marketing,growth mature,hcp,4
callmix,Cheaper call mix,cost_of_sales,3,2,4,0.9,sales,,hcp,3
""",
    "fit.csv": """\
affiliate_class,archetype,fit
large,standardized,0.6
large,adapted,0.9
exceptional,adapted,0.7
exceptional,customized,1
""",
    "functions.csv": """\
id,name,one_off_cost,use_fte
marketing,Marketing,0.3,3
sales,Sales,0.3,3
""",
    "instance.toml": """\
schema_version = 1
name = "Three waves in two markets"
currency = "EUR"
unit = 1000000
start = 2027-01-01
tail_months = 12
discount_rate = 0.08
""",
    "locks.csv": """\
item,must,by,earliest,latest
de,1,3,,
jp,,,2,
""",
    "mandate.csv": """\
level,name,one_off_cost,live_drivers,released_share
0,Sponsored pilot,0,1,0.8
1,Funded programme,0.3,2,0.9
2,Enterprise mandate,0.3,3,1
""",
    "ramps.csv": """\
owner,from_month,factor
standardized,0,0.5
standardized,6,1
adapted,0,0.4
adapted,12,1
""",
    "requirements.csv": """\
item,requires,lag
remote,crm:2 training:1,0
content,insight:2,0
callmix,crm:2,1
insight:1,training:1,0
customized,mandate:1,0
mandate:2,insight:1,0
""",
    "resources.csv": """\
id,name,unit
fte,Cross-functional delivery,FTE
""",
    "waves.csv": """\
wave,months,start
1,6,2027-01-01
2,6,2027-07-01
3,6,2028-01-01
""",
}


class Folder:
    """An instance folder whose files can be edited."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name, text in SOUND.items():
            self.put(name, text)

    def put(self, name: str, text: str | bytes) -> Folder:
        (self.path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return self

    def text(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> Folder:
        text = self.text(name)
        assert text.count(old) == 1, f"{old!r} is in {name} {text.count(old)} times"
        return self.put(name, text.replace(old, new))

    def add(self, name: str, *rows: str) -> Folder:
        return self.put(name, self.text(name) + "".join(f"{row}\n" for row in rows))

    def drop(self, name: str) -> Folder:
        (self.path / name).unlink()
        return self

    def read(self, *overlays, locks=()) -> Instance:
        return read(self.path, overlays, locks)

    def problems(self, *overlays, locks=()) -> tuple[InputProblem, ...]:
        with pytest.raises(InputError) as caught:
            self.read(*overlays, locks=locks)
        return caught.value.problems

    def problem(self, *overlays, locks=()) -> InputProblem:
        found = self.problems(*overlays, locks=locks)
        assert len(found) == 1, [str(p) for p in found]
        return found[0]

    def rules(self, *overlays, locks=()) -> list[tuple[str, int | None, str]]:
        return [(p.file, p.row, p.rule) for p in self.problems(*overlays, locks=locks)]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    path = tmp_path / "sound"
    path.mkdir()
    return Folder(path)
