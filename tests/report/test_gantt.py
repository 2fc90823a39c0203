"""The Gantt figure: what it says, where it stands, and that it can be read."""

import itertools
import re
from dataclasses import replace

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from report_cases import small_content

from sequencer.errors import SequencerError
from sequencer.instance.instance import Instance
from sequencer.plan.evaluate import evaluate
from sequencer.plan.plan import Adoption, Plan
from sequencer.report import words
from sequencer.report.figures import layout, style
from sequencer.report.figures.gantt import gantt, gantt_figure, save

PIXEL = 1.5
"""Dots by which letters of neighbouring texts may come close, at 200 dots an inch."""


def texts(figure):
    return [t.get_text() for t in figure.axes[0].texts if t.get_text()]


def bars(figure):
    return {p.get_gid(): p for p in figure.axes[0].patches if p.get_gid()}


def extents(figure, dpi=200):
    """Every text with its box in dots, drawn as the file would be."""
    figure.set_dpi(dpi)
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    return [(t, t.get_window_extent(renderer)) for t in figure.axes[0].texts if t.get_text()]


def clashes(figure):
    """Pairs of texts that overlap, and texts that leave the page."""
    boxes = extents(figure)
    width, height = figure.canvas.get_width_height()
    found = [(a.get_text(), b.get_text()) for (a, p), (b, q) in itertools.combinations(boxes, 2) if overlap(p, q)]
    found += [(t.get_text(), "page") for t, b in boxes if b.x0 < 0 or b.y0 < 0 or b.x1 > width or b.y1 > height]
    return found


def overlap(p, q):
    wide = min(p.x1, q.x1) - max(p.x0, q.x0)
    tall = min(p.y1, q.y1) - max(p.y0, q.y0)
    return wide > PIXEL and tall > PIXEL


def smallest(figure):
    return min(t.get_fontsize() for t in figure.axes[0].texts if t.get_text())


# -- what it says ----------------------------------------------------------------------------------------------------


def test_it_names_what_is_adopted_when_and_for_how_much(small, small_plan):
    shown = texts(gantt_figure(small_plan, small))
    for text in ("Acme: roadmap", "Faster content", "CRM", "Level 2", "Japan", "Germany", "Lean", "Full"):
        assert text in shown
    assert "Value drivers: revenue uplift" in shown
    assert "Technological capabilities" in shown
    assert {"Wave 1", "Jan–Jun", "2027", "After"} <= set(shown)
    assert {"0  Pilot", "1  Programme"} <= set(shown)
    assert "Mandate levels:  0 Pilot,  1 Programme" in shown
    assert "Not adopted:  1 capability step, Safer data" in shown
    # d1 earns 13.75 over the horizon, 11.25 of it in Germany.
    assert {"13.8", "11.2", "2.5"} <= set(shown)
    assert any(t.startswith("Net present value EUR M 8.2") and "1 of 2 drivers" in t for t in shown)


def test_spend_and_value_are_told_wave_by_wave(small, small_plan):
    shown = texts(gantt_figure(small_plan, small))
    # spend / available: 2.0 of 2.0 + 0.25 + 0.25; 2.6 of 3.0 + 0.25; 1.0 of 3.0 + 0.325 (half a unit of the last kept)
    assert {"2.00/2.50", "2.60/3.25"} <= set(shown)
    assert "3.75" in shown
    assert "Budget released" in shown
    assert "Carried over" in shown
    assert "in 12 months" in shown


def test_without_budgets_only_spend_is_drawn(small, small_plan):
    free = small.model_copy(update={"budgets": ()})
    figure = gantt_figure(small_plan, free)
    assert "Budget released" not in texts(figure)
    assert "2.60" in texts(figure)
    assert not any(gid.startswith("released") for gid in bars(figure))


def test_broken_rules_are_said_in_red(small):
    figure = gantt_figure(Plan((Adoption("d1", 1),)), small)
    (warning,) = [t for t in figure.axes[0].texts if t.get_text().startswith("This plan breaks")]
    assert warning.get_color() == style.ALERT
    red = [t.get_text() for t in figure.axes[0].texts if t.get_color() == style.ALERT]
    assert red == [warning.get_text()]


def figures_line(figure):
    """Key figures, up to the first dot between two of them."""
    return next(t for t in texts(figure) if t.startswith("Net present value")).partition("  ·")[0]


def test_what_is_proven_stands_behind_the_figure_it_is_about(small, small_plan):
    # 8.15 is reached, and no plan is worth more than 10: (10 − 8.15) / 10
    told = {"measure": "npv", "objective": 8.15, "bound": 10.0, "gap": 0.185, "goals": None}
    ends = {
        "at most EUR M 10.0 proven (gap 18.5 %)": told,
        "proven the highest possible": {**told, "bound": 8.15, "gap": 0.0},
        "how much better it could be is not proven": {**told, "bound": None, "gap": None},
    }
    for said, result in ends.items():
        figure = gantt_figure(small_plan, small, result=result)
        assert figures_line(figure) == f"Net present value EUR M 8.2, {said}"
        assert clashes(figure) == []
    assert figures_line(gantt_figure(small_plan, small)) == "Net present value EUR M 8.2"


def test_of_what_is_to_be_low_the_least_is_proven(small, small_plan):
    cheap = small.replace({"table": "settings", "field": "objective", "set": "cost"})
    cost = evaluate(cheap, small_plan).objective
    result = {"goals": [{"measure": "cost", "objective": cost, "bound": cost / 2, "gap": 0.5}]}
    (line,) = [t for t in texts(gantt_figure(small_plan, cheap, result=result)) if t.startswith("Cost")]
    least = words.number(cost / 2, words.decimals([cost / 2]))
    assert line.split("  ·  ")[0].endswith(f", at least EUR M {least} proven (gap 50.0 %)")
    assert line.split("  ·  ")[1].startswith("net present value EUR M")


def test_an_unfinished_run_is_marked_in_red(small, small_plan):
    def red(figure):
        return [t.get_text() for t in figure.axes[0].texts if t.get_color() == style.ALERT]

    figure = gantt_figure(small_plan, small, complete=False)
    assert red(figure) == ["Unfinished run: the best plan so far."]
    assert clashes(figure) == []
    broken = gantt_figure(Plan((Adoption("d1", 1),)), small, complete=False)
    assert red(broken)[0].startswith("Unfinished run: the best plan so far. This plan breaks ")
    ax = Figure(figsize=(8, 5)).subplots()
    gantt(small_plan, small, ax=ax, complete=False)
    assert "Unfinished run: the best plan so far." in [t.get_text() for t in ax.texts]


def test_overspending_is_red_in_its_wave(small):
    crowded = Plan((Adoption("crm:2", 1), Adoption("jp", 1, "lean")))
    figure = gantt_figure(crowded, small)
    red = [t.get_text() for t in figure.axes[0].texts if t.get_color() == style.ALERT]
    assert "3.00/2.50" in red


def test_an_empty_plan_says_so(small):
    figure = gantt_figure(Plan(), small)
    assert "Nothing is adopted in this plan." in texts(figure)
    assert clashes(figure) == []


def test_a_plan_that_never_pays_back_says_so(small):
    shown = texts(gantt_figure(Plan((Adoption("crm:2", 1),)), small))
    assert any("no payback within the horizon" in t for t in shown)


def test_names_are_never_formulas_nor_more_than_a_line(small_plan):
    content = small_content()
    content["settings"]["name"] = "A $x^2$\nplan"
    content["drivers"][0]["name"] = r"Cost $\alpha$ & <b>"
    content["affiliates"][0]["name"] = "日本 " + "very " * 30 + "long name"
    figure = gantt_figure(small_plan, Instance.model_validate(content))
    shown = texts(figure)
    assert "A $x^2$ plan: roadmap" in shown
    assert r"Cost $\alpha$ & <b>" in shown
    assert any(t.startswith("日本 very") and t.endswith("…") for t in shown)
    assert not any(t.get_parse_math() for t in figure.axes[0].texts)
    with style.quiet_glyphs():
        assert clashes(figure) == []


def test_meaningless_adoptions_of_a_hand_made_plan_are_not_drawn(small):
    figure = gantt_figure(Plan((Adoption("d1", 9), Adoption("de", 1, "huge"), Adoption("xx", 1))), small)
    assert not any(gid.startswith("bar:") for gid in bars(figure))


def test_without_a_name_or_dates(small, small_plan):
    settings = small.settings.model_copy(update={"start": None, "name": "", "tail_months": 0})
    shown = texts(gantt_figure(small_plan, small.model_copy(update={"settings": settings})))
    assert "Transformation roadmap" in shown
    assert {"months", "1–6", "month 7", "the last", "wave"} <= set(shown)


# -- where it stands -------------------------------------------------------------------------------------------------


def test_bars_stand_where_their_waves_are(small, small_plan):
    figure = gantt_figure(small_plan, small)
    shown = bars(figure)
    first, second, third = (shown[f"mandate:{1}"].get_x(), shown["mandate:2"].get_x(), shown["live:de"].get_x())
    wave = second - first
    assert third == pytest.approx(second + wave)

    def span(gid):
        return shown[gid].get_x(), shown[gid].get_x() + shown[gid].get_width()

    # crm:2 is in progress in wave 1 and live from wave 2; jp in waves 2 and 3, live in the tail; d1 live at once.
    assert span("bar:crm:2") == pytest.approx((first, second))
    assert shown["live:crm:2"].get_x() == shown["tick:crm:2"].get_x() == pytest.approx(second)
    assert span("bar:jp") == pytest.approx((second, second + 2 * wave))
    assert shown["live:jp"].get_x() == pytest.approx(first + 3 * wave)
    assert shown["tick:d1"].get_x() == shown["bar:d1"].get_x() == pytest.approx(second)
    right = {round(span(gid)[1], 6) for gid in shown if gid.startswith("live:")}
    assert len(right) == 1


def test_money_bars_are_as_high_as_their_amounts(small, small_plan):
    shown = bars(gantt_figure(small_plan, small))
    spend = [shown[f"spend:{w}"].get_height() for w in (1, 2, 3)]
    assert spend[1] / spend[0] == pytest.approx(2.6 / 2.0)
    # released: half of 4 + 0.5 + 0.5 in wave 1, all of 2 + 0.5 + 0.5 in wave 2
    assert shown["released:2"].get_height() / shown["released:1"].get_height() == pytest.approx(3.0 / 2.5)
    assert shown["value:revenue_uplift:2"].get_height() == 0
    assert shown["value:revenue_uplift:3"].get_height() > 0


def test_negative_value_hangs_below_zero(small, small_plan):
    class Tired:
        """An evaluation in which the second category costs as much as the first earns."""

        def __init__(self, real):
            self.real = real

        def __getattr__(self, name):
            return getattr(self.real, name)

        def value(self, period=None, category=None):
            sign = -1 if category == "risk" else 1
            return sign * self.real.value(period=period, category="revenue_uplift")

    figure = gantt_figure(small_plan, small, Tired(evaluate(small, small_plan)))
    up, down = bars(figure)["value:revenue_uplift:3"], bars(figure)["value:risk:3"]
    assert up.get_y() + up.get_height() == pytest.approx(down.get_y())
    assert clashes(figure) == []


def test_what_starts_too_late_has_no_live_part(small):
    shown = bars(gantt_figure(Plan((Adoption("jp", 3, "full"),)), small))
    assert "bar:jp" in shown
    assert "live:jp" not in shown
    assert "tick:jp" not in shown


def test_given_axes_are_filled_and_kept(small, small_plan):
    figure = Figure(figsize=(10, 5))
    FigureCanvasAgg(figure)
    ax = figure.add_subplot(1, 1, 1)
    assert gantt(small_plan, small, ax=ax) is ax
    assert tuple(figure.get_size_inches()) == (10, 5)
    assert "Faster content" in texts(figure)
    own = gantt(small_plan, small)
    assert own.get_figure().get_size_inches()[0] == pytest.approx(layout.WIDTH)
    assert max(t.get_fontsize() for t in ax.texts) < max(t.get_fontsize() for t in own.texts)


# -- that it can be read ---------------------------------------------------------------------------------------------


def test_the_largest_programme_fits_a_slide(make_slide):
    figure = gantt_figure(*reversed(make_slide()))
    assert tuple(figure.get_size_inches()) == pytest.approx((13.333, 7.5))
    assert smallest(figure) >= style.SMALLEST
    assert clashes(figure) == []
    assert "Value driver with a longer name 11" in texts(figure)
    assert "Capability number 31" in texts(figure)


@pytest.mark.parametrize(
    "options",
    [
        {"waves": 12, "months": 3, "affiliates": 60},
        {"waves": 1, "affiliates": 2},
        {"waves": 6, "start": None},
        {"waves": 24, "months": 1},
    ],
)
def test_any_programme_is_legible(make_slide, options):
    figure = gantt_figure(*reversed(make_slide(**options)))
    assert smallest(figure) >= style.SMALLEST
    assert clashes(figure) == []


def test_many_rows_make_a_higher_page(make_slide):
    figure = gantt_figure(*reversed(make_slide(affiliates=60)))
    assert figure.get_size_inches()[1] > layout.HEIGHT
    assert "Market 59" in texts(figure)


def test_texts_in_bars_stay_inside_them(make_slide):
    figure = gantt_figure(*reversed(make_slide()))
    boxes = extents(figure)
    shown = [p.get_window_extent() for p in bars(figure).values() if p.get_gid().startswith("bar:c")]
    middle = [b for t, b in boxes if re.fullmatch(r"Level \d", t.get_text()) and t.get_fontweight() == "normal"]
    assert len(middle) == 64
    for box in middle:
        assert any(p.x0 <= box.x0 and box.x1 <= p.x1 and p.y0 < (box.y0 + box.y1) / 2 < p.y1 for p in shown)


def test_categories_have_hues_of_their_own_and_legends_fit():
    content = small_content()
    content["drivers"] = [
        {"id": f"x{n}", "name": f"Driver {n}", "category": f"category_{n}", "potential": 1} for n in range(7)
    ]
    content["requirements"] = []
    instance = Instance.model_validate(content)
    plan = Plan(tuple(Adoption(f"x{n}", 1) for n in range(7)))
    figure = gantt_figure(plan, instance)
    assert clashes(figure) == []
    hues = [bars(figure)[f"bar:x{n}"].get_facecolor() for n in range(6)]
    assert len(set(hues)) == 6


def test_modes_of_steps_are_named():
    content = small_content()
    content["sourcing_modes"] = [
        {"id": "own", "name": "Own", "layers": "technological"},
        {"id": "agency", "name": "Agency", "layers": "technological", "duration": 0},
    ]
    instance = Instance.model_validate(content)
    plan = Plan((Adoption("crm:2", 1, "own"), Adoption("crm:3", 2, "agency")))
    plain = evaluate(Instance.model_validate(small_content()), Plan())
    judged = replace(plain, instance=instance, plan=plan, live_from={"crm:2": 2, "crm:3": 2})
    shown = texts(gantt_figure(plan, instance, judged))
    assert {"Level 2 (Own)", "Level 3 (Agency)"} <= set(shown)


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "head"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF"), (".PNG", b"\x89PNG")]
)
def test_equal_plans_make_equal_files(small, small_plan, tmp_path, suffix, head):
    for name in ("one", "two"):
        save(gantt_figure(small_plan, small), tmp_path / f"{name}{suffix}")
    one, two = (tmp_path / f"{name}{suffix}" for name in ("one", "two"))
    assert one.read_bytes().startswith(head)
    assert one.read_bytes() == two.read_bytes()
    assert not re.search(rb"20[2-9]\d-\d\d-\d\dT|CreationDate|dc:date", one.read_bytes())


@pytest.mark.parametrize("name", ["gantt.gif", "gantt"])
def test_other_suffixes_are_refused_with_the_remedy(small, small_plan, tmp_path, name):
    with pytest.raises(SequencerError, match=r"end the name in \.png, \.svg or \.pdf"):
        save(gantt_figure(small_plan, small), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_slide_is_saved_in_full_resolution(small, small_plan, tmp_path):
    save(gantt_figure(small_plan, small), tmp_path / "a.png", dpi=150)
    width = int.from_bytes((tmp_path / "a.png").read_bytes()[16:20], "big")
    assert width == int(layout.WIDTH * 150)


# -- style -----------------------------------------------------------------------------------------------------------


def test_tints_and_shades():
    assert style.mix("#000000", 0.5) == "#808080"
    assert style.mix("#0072b2", 1.0) == "#0072b2"
    assert style.shade("#ffffff", 0.5) == "#808080"


def test_text_is_cut_with_an_ellipsis_where_it_does_not_fit():
    whole = style.text_width("Customer strategy", 8)
    assert style.fitted("Customer strategy", whole, 8) == "Customer strategy"
    cut = style.fitted("Customer strategy", whole * 0.6, 8)
    assert cut.startswith("Custom")
    assert cut.endswith("…")
    assert style.text_width(cut, 8) <= whole * 0.6
    assert style.fitted("Customer", 0.01, 8) == ""
    assert style.first_fitting(("Wave 10", "W10", "10"), style.text_width("W10", 8), 8) == "W10"
    assert style.first_fitting(("Wave 10",), 0.01, 8) == ""
