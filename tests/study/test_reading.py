"""Study files: what they expand to, what a case is known by, and every problem at once."""

import pytest

import sequencer as sq
from sequencer.errors import InputError
from sequencer.study.reading import read_study

GRID = """
[[grid]]
id = "cuts"
[[grid.axis]]
name = "share"
table = "budgets"
field = "amount"
scale = [1, 0.5]
[[grid.axis]]
name = "approach"
[[grid.axis.level]]
name = "quick"
locks = ["medium<=2"]
[[grid.axis.level]]
name = "large-never"
change = [{ table = "locks", insert = { item = "large", never = true } }]
"""

SAMPLE = """
[[sample]]
id = "mc"
count = {count}
seed = {seed}
latin = {latin}
{more}
[[sample.factor]]
name = "uplift"
table = "drivers"
where = {{ category = "revenue_uplift" }}
field = "potential"
low = 0.5
base = 1.0
high = 1.3
[[sample.factor]]
name = "budget"
table = "budgets"
field = "amount"
low = 0.8
base = 0.9
high = 1.0
"""


def sample(count=4, seed=1, latin="false", more=""):
    return SAMPLE.format(count=count, seed=seed, latin=latin, more=more)


def problems_of(file):
    with pytest.raises(InputError) as told:
        read_study(file)
    return {problem.rule: str(problem) for problem in told.value.problems}, told.value.problems


def test_a_grid_combines_all_with_all_in_the_order_of_the_file(study_file):
    study = read_study(study_file(GRID))
    assert [planned.id for planned in study.cases] == [
        "cuts/share=1,approach=quick",
        "cuts/share=1,approach=large-never",
        "cuts/share=0.5,approach=quick",
        "cuts/share=0.5,approach=large-never",
    ]
    case = study.cases[3].case
    assert case.parameters == {"share": 0.5, "approach": "large-never"}
    # Budgets of 4 a wave are halved; the large driver is locked out.
    assert [row.amount for row in case.instance.budgets] == [2, 2, 2]
    assert [(lock.item, lock.never) for lock in case.instance.locks] == [("large", True)]
    assert case.options.threads == 1


def test_making_the_cases_is_told(study_file):
    told = []
    read_study(study_file(GRID), lambda *counts: told.append(counts))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_list_walks_its_axes_together(study_file):
    text = GRID.replace("grid", "list")
    assert [p.id for p in read_study(study_file(text)).cases] == [
        "cuts/share=1,approach=quick",
        "cuts/share=0.5,approach=large-never",
    ]
    uneven = text.replace("[1, 0.5]", "[1, 0.5, 0.2]")
    assert "share has 3, approach has 2" in problems_of(study_file(uneven))[0]["bad-value"]


def test_a_stress_set_has_a_case_for_each_overlay_and_one_for_all(study_file, tmp_path):
    budget = '[[change]]\ntable = "budgets"\nfield = "amount"\nadd = -1\n'
    (tmp_path / "less.toml").write_text(budget)
    (tmp_path / "late.toml").write_text('[[change]]\ntable = "locks"\ninsert = { item = "large", earliest = 3 }\n')
    study = read_study(study_file('[[stress]]\nid = "s"\neach = ["less.toml", "late.toml"]\ntogether = true\n'))
    assert [planned.id for planned in study.cases] == ["s/less", "s/late", "s/together"]
    together = study.cases[2].case.instance
    assert ([row.amount for row in together.budgets], together.locks[0].earliest) == ([3, 3, 3], 3)


def test_changes_of_the_study_come_before_those_of_a_case(study_file):
    text = """
    change = [{ table = "budgets", field = "amount", set = 10 }]
    [[case]]
    id = "more"
    change = [{ table = "budgets", field = "amount", add = 1 }]
    """
    study = read_study(study_file(text))
    assert {row.amount for row in study.base.budgets} == {10}
    assert {row.amount for row in study.cases[0].case.instance.budgets} == {11}


def test_draws_are_seeded_and_stay_as_cases_and_parameters_are_added(study_file):
    few, more, other = (
        [planned.case.parameters for planned in read_study(study_file(text)).cases]
        for text in (sample(4), sample(7), sample(4, seed=2))
    )
    assert more[:4] == few != other
    alone = sample(4).split('[[sample.factor]]\nname = "budget"')[0]
    drawn = [planned.case.parameters["uplift"] for planned in read_study(study_file(alone)).cases]
    assert drawn == [parameters["uplift"] for parameters in few]
    assert all(0.5 <= value <= 1.3 for value in drawn)


def test_a_case_of_a_sample_holds_what_was_drawn(study_file):
    planned = read_study(study_file(sample(2))).cases[1]
    uplift, budget = planned.case.parameters["uplift"], planned.case.parameters["budget"]
    instance = planned.case.instance
    # Potentials 6, 3 (revenue uplift) and 1 (risk); budgets of 4 a wave.
    assert [d.potential for d in instance.drivers] == pytest.approx([6 * uplift, 3 * uplift, 1])
    assert [row.amount for row in instance.budgets] == pytest.approx([4 * budget] * 3)


def test_a_latin_hypercube_has_one_case_in_every_part_of_the_distribution(study_file):
    cases = read_study(study_file(sample(5, latin="true"))).cases
    drawn = sorted(planned.case.parameters["budget"] for planned in cases)
    # Triangular from 0.8 over 0.9 to 1: 20 % lie below 0.8 + 0.1·√0.4, 40 % below 0.8 + 0.1·√0.8, and mirrored.
    bounds = [0.8, 0.8632, 0.8894, 0.9106, 0.9368, 1.0]
    assert all(low <= value <= high for low, value, high in zip(bounds, drawn, bounds[1:], strict=False))


def test_groups_are_high_together(study_file):
    def budgets_by_uplift(text):
        drawn = [planned.case.parameters for planned in read_study(study_file(text)).cases]
        return [one["budget"] for one in sorted(drawn, key=lambda one: one["uplift"])]

    together = budgets_by_uplift(sample(8, more='together = [["uplift", "budget"]]'))
    assert together == sorted(together)
    apart = budgets_by_uplift(sample(8))
    assert apart != sorted(apart)


def test_amounts_with_a_low_and_high_value_are_drawn_by_pattern(study_file):
    text = """
    change = [
        { table = "drivers", where = { id = "large" }, field = "potential_low", set = 3 },
        { table = "drivers", where = { id = "large" }, field = "potential_high", set = 8 },
    ]
    [[sample]]
    id = "mc"
    count = 3
    shape = "lognormal"
    amounts = ["drivers.*"]
    """
    cases = read_study(study_file(text)).cases
    for planned in cases:
        ((name, value),) = planned.case.parameters.items()
        large = planned.case.instance.by_id("drivers")["large"]
        assert (name, large.potential, large.low, large.high) == ("drivers.large.potential", value, {}, {})
    assert len({planned.key for planned in cases}) == 3


# -- keys -------------------------------------------------------------------------------------------------------------


def test_a_key_changes_with_what_the_result_depends_on_and_with_nothing_else(study_file):
    plain = '[[case]]\nid = "a"\n[[case]]\nid = "b"\nparent = "a"\n'

    def keys(text):
        return [planned.key for planned in read_study(study_file(text)).cases]

    a, b = keys(plain)
    assert a != b
    named = 'change = [{ table = "drivers", field = "name", set = "X" }]\n' + plain
    assert keys(named) == [a, b]
    assert keys(plain + '[[case]]\nid = "c"\n') == [a, b, a]
    assert keys("solve = { seed = 1 }\n" + plain)[0] != a
    later, last = keys('[[case]]\nid = "a"\nsolve = { max_nodes = 5 }\n[[case]]\nid = "b"\nparent = "a"\n')
    # What the child starts from is another plan, so it is another case as well.
    assert a != later
    assert b != last


# -- problems ---------------------------------------------------------------------------------------------------------


def test_every_problem_of_the_form_is_told_at_once_with_its_place(study_file):
    text = """
    mesures = ["npv"]
    [solve]
    gpa = 1
    [[case]]
    id = "not an id"
    [[grid]]
    id = "g"
    [[grid.axis]]
    name = "x"
    table = "budgets"
    field = "amount"
    scale = [1, "much"]
    [[grid.axis]]
    name = "y"
    set = [1]
    [[sample]]
    id = "s"
    count = 0
    """
    told = "\n".join(str(problem) for problem in problems_of(study_file(text))[1])
    for line in (
        "study.toml: 'mesures' is not known [unknown-key] Did you mean 'measures'?",
        "study.toml: [solve]: 'gpa' is not known [unknown-key] Did you mean 'gap'?",
        "study.toml: case 1 (not an id): id 'not an id' is not an id [bad-id]",
        "study.toml: grid 1 (g), axis 1 (x): ",
        "study.toml: grid 1 (g), axis 2 (y): table and field are needed",
        "study.toml: sample 1 (s): count: it must be greater than or equal to 1, found 0",
    ):
        assert line in told
    assert len(told.splitlines()) == 6


def test_every_problem_of_the_content_is_told_at_once_with_its_place(study_file):
    text = """
    measures = ["cots"]
    locks = ["large<2"]
    overlays = ["none.toml"]
    [[case]]
    id = "a"
    parent = "b"
    solve = { gap = 2 }
    [[case]]
    id = "b"
    parent = "a"
    change = [{ table = "budgets", where = { pot = "hp" }, field = "amount", set = 1 }]
    [[case]]
    id = "b"
    [[case]]
    id = "c"
    parent = "d"
    [[sample]]
    id = "s"
    count = 2
    amounts = ["drivers.*"]
    [[grid]]
    id = "g"
    [[grid.axis]]
    name = "npv"
    table = "budget"
    field = "amount"
    scale = [1]
    """
    found, all_problems = problems_of(study_file(text))
    assert sorted(found) == [
        "bad-lock", "bad-option", "bad-overlay", "bad-sample", "circular-parents", "duplicate-case", "taken-name",
        "unknown-measure", "unknown-parent", "unknown-table", "unmatched-change",
    ]  # fmt: skip
    assert len(all_problems) == 12  # both cases of the circle are named
    assert found["unmatched-change"].startswith("study.toml, case b: change 1 (budgets where pot is hp: amount = 1")
    assert "pot = hp: Known: hq." in found["unmatched-change"]
    assert found["unknown-table"].startswith("study.toml, grid g, axis npv: change 1 (budget: amount × 1.0)")
    assert "'drivers.*' names no amount with a low or high value" in found["bad-sample"]
    assert "gap 2.0 cannot be used" in found["bad-option"]


@pytest.mark.parametrize(
    ("text", "rule"),
    [("", "no-cases"), ("[[case]\n", "bad-study"), ('[[case]]\nid = "a"\n[[case.change]]\ntable = "x"\n', "bad-value")],
)
def test_what_is_no_study_is_refused(study_file, text, rule):
    assert rule in problems_of(study_file(text))[0]


def test_a_study_that_is_not_there_is_named(tmp_path):
    found, _ = problems_of(tmp_path / "none.toml")
    assert "none.toml: the study cannot be read: No such file" in found["bad-study"]


def test_a_case_whose_instance_is_not_valid_is_a_case_with_a_problem(study_file):
    text = """
    [[case]]
    id = "never"
    locks = ["!large", "+large"]
    [[case]]
    id = "fine"
    """
    never, fine = read_study(study_file(text)).cases
    assert "large" in never.problem
    assert (never.fingerprint, fine.problem) == (None, "")
    assert fine.fingerprint == sq.read("instances/tiny/mandate").fingerprint
