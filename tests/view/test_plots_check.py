"""Charts of check: every mark stands where its number is, and every headline says what the frame says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from sizhen.exam import check
from sizhen.simulate.plan import Plan
from sizhen.simulate.run import simulate
from sizhen.tables import Period, Shop, write_table
from sizhen.view import labels, plots, style
from sizhen.view.plots import base, check_funnel

pytestmark = pytest.mark.usefixtures("language")

MONTH = Period.parse("2026-10")
NAN = float("nan")
CHARTS = [
    ("funnel", "funnel"),
    ("funnel_losses", "funnel"),
    ("funnel_members", "funnel_channels"),
    ("funnel_members", "funnel_devices"),
    ("funnel_members", "funnel_products"),
    ("conversion", "channels"),
    ("conversion", "product_quadrants"),
    ("inquiry_split", "inquiry_split"),
    ("target_gap", "target_gap"),
    ("order_conversion", "order_conversion"),
    ("dispatch_hours", "dispatch_hours"),
    ("penalty_room", "penalty_room"),
    ("cohorts", "cohorts"),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("shops") / "made-shop"
    made = simulate(Plan(seed=3, days=70, visitors_per_day=300, products=15))
    titles = made.tables["products"]
    made.tables["products"] = titles.assign(title=["🔥<b>$5$ 爆款", *titles["title"].iloc[1:]])
    fined = pd.DataFrame([{"starts_on": "2026-10-05", "name": "n", "kind": "violation", "points": 6}])
    for name, table in (made.tables | {"events": fined}).items():
        write_table(folder, name, table)
    profile = 'shop_id = "made-shop"\nname = "M"\nplatform = "tmall"\n[targets]\n"2026-10" = 90000\n'
    Path(folder / "shop.toml").write_text(profile, encoding="utf-8")
    return Shop.open(folder.parent, "made-shop")


def title(axes: Axes) -> str:
    return str(axes.figure.get_suptitle()).replace("\n", "" if labels.reader.language == "zh" else " ")  # type: ignore[union-attr]


def texts(axes: Axes) -> list[str]:
    return [t.get_text() for t in axes.texts]


def colours(patches: list[Rectangle]) -> list[str]:
    return [mpl.colors.to_hex(p.get_facecolor()) for p in patches]


def whiskers(axes: Axes, place: int = 0) -> list[tuple[float, float]]:
    return [(float(s[0][0]), float(s[1][0])) for s in axes.collections[place].get_segments() if len(s)]  # type: ignore[attr-defined]


Picture = Callable[[str, str], Axes]


@pytest.fixture(scope="module")
def pictures() -> dict[tuple[str, ...], Axes]:
    """What `picture` has drawn."""
    return {}


@pytest.fixture
def picture(pictures: dict[tuple[str, ...], Axes], shop: Shop, language: str) -> Picture:
    """The chart of a frame, drawn once for all tests; drawing it leaves no setting."""

    def picture(name: str, frame: str) -> Axes:
        if (language, name, frame) not in pictures:
            table = getattr(check, frame)(shop, MONTH)
            settings = dict(mpl.rcParams)
            axes = getattr(plots, name)(table)
            assert dict(mpl.rcParams) == settings
            axes.figure.canvas.draw()
            pictures[language, name, frame] = axes
        return pictures[language, name, frame]

    return picture


@pytest.mark.parametrize(("name", "frame"), CHARTS)
def test_leaves_no_legend_no_column_name_and_no_setting(name: str, frame: str, picture: Picture) -> None:
    axes = picture(name, frame)
    assert axes.get_legend() is None and not axes.figure.legends
    shown = [a.label.get_text() for a in (axes.xaxis, axes.yaxis) if a.label.get_visible()]
    assert set(shown) <= {labels.name("visitor_days"), labels.name("due_orders")}


@pytest.mark.parametrize(("name", "frame"), CHARTS)
def test_draws_inside_its_figure(name: str, frame: str, picture: Picture) -> None:
    axes = picture(name, frame)
    figure = axes.figure
    assert figure.get_size_inches()[0] == pytest.approx(4.4)
    assert len(figure.sz_alt) > 5
    written = [t for t in figure.findobj(mpl.text.Text) if t.get_text() and t.get_visible()]
    assert min(t.get_fontsize() for t in written) >= 9.5
    page = figure.bbox
    for text in axes.texts:
        box = text.get_window_extent()
        assert page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1, text.get_text()


@pytest.mark.parametrize(("name", "frame"), CHARTS)
def test_labels_do_not_overlap(name: str, frame: str, picture: Picture) -> None:
    axes = picture(name, frame)
    ticks = [t for t in (*axes.get_yticklabels(), *axes.get_xticklabels()) if t.get_text() and axes.xaxis.get_visible()]
    boxes = [t.get_window_extent() for t in (*ticks, *axes.texts)]
    overlaps = [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes[:i]) if a.overlaps(b)]
    assert overlaps == []


def test_a_bracket_is_never_left_at_the_end_of_a_line() -> None:
    for columns in range(8, 40):
        lines = base.wrap("到10月31日落后目标 ¥158,553，主要来自转化率（−¥133,594）", columns).split("\n")
        assert not [line for line in lines if line.endswith("（")]


def test_points_are_written_with_their_sign(language: str) -> None:
    assert labels.fmt(-0.0031, "of_step_gap") == {"zh": "−0.31 个百分点", "en": "−0.31 pts"}[language]


@pytest.mark.parametrize("name", sorted({name for name, _ in CHARTS}))
def test_nothing_to_draw(name: str) -> None:
    assert getattr(plots, name)(pd.DataFrame()) is None
    assert plt.get_fignums() == []


def losses(**more: object) -> pd.DataFrame:
    steps = ["visitors", "product_visitors", "cart_buyers", "order_buyers", "paid_buyers"]
    table = {
        "step": steps,
        "of_visitors": [1, 0.8, 0.1, NAN, 0.03],
        "of_step": [1, 0.8, 0.125, NAN, 0.9],
        "lost": [NAN, 200, 700, NAN, 3],
        "buyers_more": [NAN, 5, -40, NAN, -2],
        "buyers_more_low": [NAN, -5, -60, NAN, -6],
        "buyers_more_high": [NAN, 15, -20, NAN, 2],
        "beyond_chance": [False, False, True, False, False],
        "doubt": ["", "", "", "skipped", ""],
        "tier_conversion": [NAN, NAN, NAN, NAN, NAN],
    }
    return pd.DataFrame(table | more)


def test_a_step_costs_as_many_buyers_as_its_bar_is_long(language: str) -> None:
    axes = plots.funnel_losses(losses())
    assert axes is not None
    assert [p.get_width() for p in axes.patches] == [5, -40, 0, -2]
    assert colours(axes.patches) == [style.BEFORE, style.WORSE, style.BEFORE, style.BEFORE]
    assert whiskers(axes) == [(-5, 15), (-60, -20), (-6, 2)]
    doubt = {"zh": "比上一步还多，数字…", "en": "more than above: step…"}
    assert texts(axes)[:2] == ["+5", "−40"]
    assert texts(axes)[2].startswith(doubt[language][:6])
    said = {"zh": "看商品→加购，少了40位（95%区间20至60）", "en": "product→cart,40fewer(95%:20to60)"}
    assert said[language] in title(axes).replace(" ", "")


def test_no_step_clearly_worse_says_so(language: str) -> None:
    axes = plots.funnel_losses(losses(beyond_chance=[False] * 5))
    assert axes is not None
    assert {"zh": "没有哪一步", "en": "No step is clearly worse"}[language] in title(axes)
    assert "700" in title(axes)


def test_the_tier_is_told_beside_the_funnel() -> None:
    axes = plots.funnel_losses(losses(tier_conversion=[NAN] * 4 + [0.034]))
    assert axes is not None
    assert "3.4%" in axes.figure.get_supxlabel()  # type: ignore[union-attr]


def members(count: int = 2) -> pd.DataFrame:
    rows = [
        {"channel": c, "step": s, "of_step": v, "of_step_before": b, "of_step_gap": v - b, "beyond_chance": real}
        | {"buyers_more": more, "doubt": doubt}
        for c, s, v, b, real, more, doubt in (
            ("search", "cart_buyers", 0.08, 0.1, True, -9.0, ""),
            ("search", "paid_buyers", 0.3, 0.25, True, 30.0, ""),
            ("owned", "cart_buyers", 0.12, 0.1, False, 4.0, ""),
            ("owned", "paid_buyers", NAN, 0.3, False, NAN, "contradiction"),
        )
    ]
    return pd.DataFrame(rows)


def test_marked_cells_are_those_beyond_chance(language: str) -> None:
    axes = plots.funnel_members(members())
    assert axes is not None
    assert texts(axes) == ["8.0% ▼", "30.0% ▲", "12.0%", "?"]
    assert [t.get_color() for t in axes.texts] == [style.WORSE, style.BETTER, style.INK, style.INK]
    assert [t.get_position() for t in axes.texts] == [(0.5, 0.5), (1.5, 0.5), (0.5, 1.5), (1.5, 1.5)]
    axes.figure.canvas.draw()
    tones = [mpl.colors.to_hex(c) for c in axes.collections[0].get_facecolor()]
    assert tones == [check_funnel.LOWER, check_funnel.HIGHER, check_funnel.PLAIN, check_funnel.PLAIN]
    fewer = plots.funnel_members(members().iloc[:3])
    assert fewer is not None
    assert texts(fewer) == ["8.0% ▼", "30.0% ▲", "12.0%"], "a step that a channel has not stays blank"
    assert np.ma.getmaskarray(fewer.collections[0].get_array()).tolist() == [[False, False], [False, True]]
    assert {"zh": "搜索的加购 → 支付：30.0%（此前 25.0%）", "en": "search, cart → payment: 30.0% (before: 25.0%)"}[
        language
    ].replace(" ", "") in title(axes).replace(" ", "")


def test_no_cell_beyond_chance_says_so() -> None:
    axes = plots.funnel_members(members().assign(beyond_chance=False))
    assert axes is not None
    assert "3" in title(axes), "three changes were compared"
    assert plots.funnel_members(members().assign(of_step=NAN)) is None
    assert plots.funnel_members(members().assign(buyers_more=NAN)) is not None


def conversion(**more: object) -> pd.DataFrame:
    table = {
        "channel": ["search", "owned"],
        "visitor_days": [1000.0, 300.0],
        "conversion": [0.02, 0.05],
        "conversion_before": [0.021, 0.08],
        "conversion_change": [-0.048, -0.375],
        "low": [0.013, 0.03],
        "high": [0.031, 0.081],
        "beyond_chance": [True, False],
    }
    return pd.DataFrame(table | more)


def test_conversion_shows_its_interval_and_leads_with_what_is_real() -> None:
    axes = plots.conversion(conversion())
    assert axes is not None
    assert whiskers(axes) == [(0.013, 0.031), (0.03, 0.081)]
    assert labels.brief("channel", "search") in title(axes).lower(), "owned moved more, but by chance"
    chance = plots.conversion(conversion(beyond_chance=[False, False]))
    assert chance is not None
    assert {"zh": "偶然", "en": "chance"}[labels.reader.language] in title(chance)
    plain = plots.conversion(conversion().drop(columns=["low", "high", "beyond_chance"]))
    assert plain is not None and labels.brief("channel", "owned") in title(plain).lower()


def test_the_parts_of_conversion_are_buyers(language: str) -> None:
    frame = pd.DataFrame(
        {
            "metric": ["inquiry_rate", "inquiry_conversion", "silent_conversion", "conversion"],
            "value": [0.03, 0.4, 0.02, 0.032],
            "value_before": [0.03, 0.5, 0.02, 0.035],
            "beyond_chance": [False, True, False, True],
            "buyers_more": [2.0, -30.4, 1.0, -27.4],
        }
    )
    axes = plots.inquiry_split(frame)
    assert axes is not None
    assert [p.get_width() for p in axes.patches] == [2, -30.4, 1]
    assert [p.get_alpha() for p in axes.patches] == [0.35, 1, 0.35]
    assert texts(axes) == ["+2", "−30", "+1"]
    told = title(axes) if language == "en" else title(axes).replace(" ", "")
    assert {"zh": "询单转化率：−30人", "en": "inquiry conversion: −30 buyers"}[language] in told
    still = plots.inquiry_split(frame.assign(beyond_chance=False))
    assert still is not None and "−30" not in title(still)
    assert plots.inquiry_split(frame.assign(buyers_more=NAN)) is None


def test_the_gap_and_its_parts_are_lines(language: str) -> None:
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(["2026-10-01", "2026-10-02"]),
            "target_gap": [-100.0, -300.0],
            "from_visitors": [-150.0, -380.0],
            "from_conversion": [50.0, 60.0],
            "from_order_value": [0.0, 20.0],
            "from_unsplit": [0.0, 0.0],
            "visitors_needed": [50.0, 50.0],
        }
    )
    axes = plots.target_gap(frame)
    assert axes is not None
    drawn = [list(line.get_ydata()) for line in axes.lines[1:]]
    assert drawn == [[-100, -300], [-150, -380], [50, 60], [0, 20]], "no line for what is 0"
    assert "¥300" in title(axes) and "−¥380" in title(axes)
    assert {"zh": "50 位访客", "en": "50 visitors a day"}[language] in axes.figure.get_supxlabel()  # type: ignore[union-attr]


def orders(presale: list[bool]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime(["2026-09-30", "2026-10-01", "2026-10-02"]),
            "visitors": [1000.0] * 3,
            "order_buyers": [50.0, 40.0, 60.0],
            "paid_buyers": [48.0, 38.0, 4.0],
            "in_period": [False, True, True],
            "presale": presale,
        }
    )
    return frame.assign(
        order_conversion=frame["order_buyers"] / frame["visitors"], conversion=frame["paid_buyers"] / frame["visitors"]
    )


def test_presale_days_are_shaded_and_told(language: str) -> None:
    axes = plots.order_conversion(orders([False, False, True]))
    assert axes is not None
    assert len(axes.patches) == 1
    assert "6.0%" in title(axes) and "0.40%" in title(axes), "of the presale's days alone"
    usual = plots.order_conversion(orders([False] * 3))
    assert usual is not None
    assert usual.patches == [] or len(usual.patches) == 0
    assert "5.0%" in title(usual) and "2.1%" in title(usual)
    assert [line.get_linestyle() for line in usual.lines] == ["-", "-", "--", "--"]


def test_hours_stand_at_their_shares() -> None:
    frame = pd.DataFrame(
        {
            "within_hours": [24.0, 48.0, 72.0],
            "due_orders": [200.0] * 3,
            "sent_share": [0.5, 0.9, 0.99],
            "low": [0.43, 0.85, 0.96],
            "high": [0.57, 0.93, 0.997],
            "sent_share_before": [0.6, 0.9, NAN],
        }
    )
    axes = plots.dispatch_hours(frame)
    assert axes is not None
    assert [p.get_width() for p in axes.patches] == [0.5, 0.9, 0.99]
    assert whiskers(axes) == [(0.43, 0.57), (0.85, 0.93), (0.96, 0.997)]
    assert texts(axes) == ["50.0%", "90.0%", "99.0%"]
    assert all(said in title(axes) for said in ("200", "50.0%", "99.0%"))


@pytest.mark.parametrize(("points", "said"), [(10.0, ("10", "2", "12")), (12.0, ("12", "24")), (60.0, ("60", "48"))])
def test_points_beside_the_limits(points: float, said: tuple[str, ...]) -> None:
    limits = pd.Series([12.0, 24.0, 36.0, 48.0])
    frame = pd.DataFrame({"points_limit": limits, "penalty": ["12", "24", "36", "48"], "penalty_points": points})
    axes = plots.penalty_room(frame.assign(points_left=(limits - points).clip(lower=0), rules_year="2012"))
    assert axes is not None
    assert [p.get_width() for p in axes.patches] == [points]
    assert all(word in title(axes) for word in said)
    assert "2012" in axes.figure.get_supxlabel()  # type: ignore[union-attr]


def test_no_points_draw_nothing() -> None:
    frame = pd.DataFrame({"points_limit": [12.0], "penalty": ["12"], "penalty_points": 0.0, "points_left": 12.0})
    assert plots.penalty_room(frame.assign(rules_year="2012")) is None


def test_cells_of_cohorts() -> None:
    frame = pd.DataFrame(
        {
            "cohort": ["2026-07", "2026-07", "2026-08"],
            "cohort_buyers": [200.0, 200.0, 150.0],
            "months_since": [1.0, 2.0, 1.0],
            "returned_share": [0.155, NAN, 0.08],
            "censored": [True, True, False],
        }
    )
    axes = plots.cohorts(frame)
    assert axes is not None
    assert texts(axes) == ["16%", "8.0%"], "a month that is not over stays blank"
    assert [t.get_position() for t in axes.texts] == [(0.5, 0.5), (0.5, 1.5)]
    assert [t.get_text() for t in axes.get_xticklabels()] == ["1", "2"]
    assert np.ma.getmaskarray(axes.collections[0].get_array()).tolist() == [[False, True], [False, True]]
    assert [t.get_text() for t in axes.get_yticklabels()] == ["2026-07* (200)", "2026-08 (150)"]
    assert "2026-08" in title(axes) and "8.0%" in title(axes) and "150" in title(axes)
    assert plots.cohorts(frame.assign(returned_share=NAN)) is None
