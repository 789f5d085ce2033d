"""Charts of channels, days, visitors and pages: their marks stand where the frames say, their names cover nothing."""

from __future__ import annotations

from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection, QuadMesh
from matplotlib.text import Text

from sizhen.view import plots, style
from sizhen.vocab import load

pytestmark = pytest.mark.usefixtures("language")

CHARTS = ("channel_tree", "channel_places", "calendar", "new_and_returning", "product_pages", "page_changes")


def title(axes: Axes) -> str:
    return " ".join(str(axes.figure.get_suptitle()).split("\n"))  # type: ignore[union-attr]


def foot(axes: Axes) -> str:
    return str(axes.figure.get_supxlabel())  # type: ignore[union-attr]


def points(axes: Axes) -> np.ndarray:
    return np.vstack([c.get_offsets() for c in axes.collections if isinstance(c, PathCollection)])


def legible(axes: Axes) -> None:
    figure = axes.figure
    figure.canvas.draw()
    texts = [t for t in figure.findobj(Text) if t.get_text()]
    assert min(t.get_fontsize() for t in texts) >= 9.5
    edge, ticks = figure.bbox, [t for panel in figure.axes for t in panel.get_xticklabels(which="both")]
    for text in [t for t in texts if t not in ticks]:
        box = text.get_window_extent()
        assert box.x0 >= edge.x0 - 1 and box.x1 <= edge.x1 + 1, text.get_text()


@pytest.mark.parametrize("name", [*CHARTS, "channel_depth"])
def test_nothing_to_draw(name: str) -> None:
    assert getattr(plots, name)(pd.DataFrame()) is None
    assert plt.get_fignums() == []


TREE = pd.DataFrame(
    [
        ("group", "free", "", "", 120.0, 100.0, True),
        ("channel", "free", "search", "", 100.0, 90.0, True),
        ("source", "free", "search", "手淘<b>搜索", 60.0, 90.0, True),
        ("source", "free", "search", "天猫搜索", 40.0, np.nan, True),
        ("channel", "free", "recommend", "", 20.0, 10.0, True),
        ("source", "free", "recommend", "首页", 20.0, 10.0, False),
        ("group", "paid", "", "", 80.0, 130.0, True),
        ("channel", "paid", "paid_search", "", 80.0, 130.0, False),
    ],
    columns=["level", "group", "channel", "channel_raw", "visitor_days", "visitor_days_before", "worth_naming"],
).assign(
    visitor_days_change=lambda f: f["visitor_days"] / f["visitor_days_before"] - 1,
    visitor_days_share=lambda f: f["visitor_days"] / 200,
)


def test_tree_is_indented_and_names_the_branch_that_moved(language: str) -> None:
    axes = plots.channel_tree(TREE)
    assert axes is not None
    assert [p.get_width() for p in axes.patches] == [120, 100, 60, 40, 20, 80]
    names = [t for t in axes.texts if t.xyann[0] < 0]
    free = {"zh": "免费流量", "en": "free"}[language]
    written = [t.get_text() for t in names]
    assert (written[0], written[2]) == (free, "手淘<b>搜索")
    deep = [t.xyann[0] for t in names]
    assert deep[0] < deep[1] < deep[2] == deep[3] and deep[1] == deep[4] and deep[0] == deep[5]
    said = {
        "zh": "付费流量：少了 50 人次（−38%）",
        "en": "Paid moved visitors most: 50 fewer, daily counts added up (−38%)",
    }
    assert said[language] in title(axes)
    legible(axes)


def test_a_tree_of_many_branches_keeps_the_largest_and_says_so() -> None:
    many = pd.concat([TREE.iloc[[0]], *[TREE.iloc[[1]].assign(visitor_days=float(n)) for n in range(20)]])
    axes = plots.channel_tree(many.reset_index(drop=True))
    assert axes is not None
    assert len(axes.patches) == 13
    assert min(p.get_width() for p in axes.patches) == 8
    assert "8" in foot(axes)


def test_a_tree_without_past_names_the_largest() -> None:
    lone = TREE.assign(visitor_days_before=np.nan, visitor_days_change=np.nan)
    axes = plots.channel_tree(lone)
    assert axes is not None
    assert "50.0%" in title(axes)


def places(count: int = 3) -> pd.DataFrame:
    channels = list(load().channels)[:count]
    days = np.geomspace(500, 20_000, count)
    value = np.linspace(2, 6, count)
    verdicts = ["grow", "cut", *["keep"] * (count - 2)]
    return pd.DataFrame({"channel": channels, "visitor_days": days, "visitor_value": value}).assign(
        value_low=value * 0.8,
        value_high=value * 1.2,
        average_value=3.5,
        visitor_margin=value * 0.5,
        paid_amount=days * value,
        verdict=verdicts,
        tenth_amount=[120.0, 80.0, *[np.nan] * (count - 2)],
    )


def test_places_stand_at_visitors_and_value(language: str) -> None:
    frame = places()
    axes = plots.channel_places(frame)
    assert axes is not None
    bubbles = next(c for c in axes.collections if isinstance(c, PathCollection))
    np.testing.assert_allclose(bubbles.get_offsets(), frame[["visitor_days", "visitor_value"]])
    sizes = bubbles.get_sizes()
    assert sizes[1] / sizes[2] == pytest.approx(frame["paid_amount"][1] / frame["paid_amount"][2])
    colours = [mpl.colors.to_hex(c) for c in bubbles.get_facecolors()]
    assert colours == [style.BETTER, style.WORSE, style.NOW]
    assert [line.get_ydata()[0] for line in axes.lines] == [3.5]
    said = {
        "zh": "先做大搜索：访客多一成约多 ¥120 毛利；先减推荐：少一成约省 ¥80.00",
        "en": "Grow search: a tenth more visitors bring about ¥120 of margin; cut",
    }
    assert said[language].replace(" ", "") in title(axes).replace(" ", "")
    legible(axes)


@pytest.mark.parametrize("crowded", [False, True])
def test_names_of_places_do_not_overlap(crowded: bool) -> None:
    frame = places(11)
    if crowded:
        frame = frame.assign(visitor_days=np.geomspace(3000, 5000, 11), paid_amount=100.0)
    axes = plots.channel_places(frame)
    assert axes is not None
    axes.figure.canvas.draw()
    boxes = [Text.get_window_extent(t) for t in axes.texts]
    assert len(boxes) >= (11 if not crowded else 8)
    assert not [1 for a, b in combinations(boxes, 2) if a.overlaps(b)]


def test_places_without_a_verdict_say_so() -> None:
    frame = places().assign(verdict="watch", tenth_amount=np.nan)
    axes = plots.channel_places(frame)
    assert axes is not None
    assert "¥3.50" in title(axes)


def weeks_of(days: int) -> pd.DataFrame:
    dates = pd.Series(pd.date_range("2026-10-05", periods=days))
    weekday = dates.dt.day_of_week
    frame = pd.DataFrame({"date": dates, "week": dates - pd.to_timedelta(weekday, unit="D"), "weekday": weekday})
    plain = frame.assign(paid_amount=100.0, usual_amount=100.0, times_usual=1.0, occasion="", promotion="")
    return plain.assign(in_period=dates >= pd.Timestamp("2026-10-21"))


def test_calendar_fields_hold_the_days(language: str) -> None:
    frame = weeks_of(28)
    frame.loc[17, ["paid_amount", "times_usual", "promotion"]] = [200.0, 2.0, "店庆"]
    frame.loc[3, ["paid_amount", "times_usual"]] = [500.0, 5.0]
    frame.loc[20, ["paid_amount", "usual_amount", "times_usual"]] = np.nan
    axes = plots.calendar(frame)
    assert axes is not None
    grid = next(c for c in axes.collections if isinstance(c, QuadMesh)).get_array().reshape(4, 7)
    assert (grid[2, 3], grid[0, 0]) == (1, 0)
    assert bool(grid.mask[2, 6])
    written = [t.get_text() for t in axes.texts]
    assert [w for w in written if w not in ("店庆",)] == ["5.0", "2.0", "—"]
    assert "店庆" in written
    assert len(axes.patches) == 1
    assert "¥200" in title(axes) and "2.0" in title(axes) and "店庆" in title(axes)
    assert ("1 天" if language == "zh" else "1 days") in foot(axes).replace("\n", " ")
    np.testing.assert_array_equal(axes.lines[0].get_ydata(), [3, 3, 2, 2])
    legible(axes)


def test_a_long_calendar_shows_its_last_weeks() -> None:
    axes = plots.calendar(weeks_of(200))
    assert axes is not None
    assert len(axes.get_yticks()) == 12
    assert plots.calendar(weeks_of(28).assign(times_usual=np.nan)) is None


def people(least: float = np.nan, most: float = np.nan) -> pd.DataFrame:
    frame = pd.DataFrame({"visitor_kind": ["new", "returning"]})
    for column, share in (("visitor_days", 0.3), ("paid_buyers", 0.25), ("paid_amount", 0.4)):
        frame[f"{column}_share"] = [1 - share, share]
        frame[f"{column}_share_before"] = [0.5, 0.5]
    return frame.assign(conversion_least=[0.0, least], conversion_most=[most, 0.2])


def test_returning_people_fill_their_share(language: str) -> None:
    axes = plots.new_and_returning(people())
    assert axes is not None
    assert [p.get_width() for p in axes.patches[:3]] == [0.3, 0.25, 0.4]
    assert axes.get_xlim() == (0, 1)
    parts = {
        "zh": "访客的 30.0%、买家的 25.0%、销售额的 40.0%",
        "en": "30.0% of visitors, 25.0% of buyers and 40.0% of sales",
    }
    assert parts[language] in title(axes)
    legible(axes)
    apart = plots.new_and_returning(people(0.05, 0.03))
    assert apart is not None
    assert "5.0%" in title(apart) and "3.0%" in title(apart)
    assert plots.new_and_returning(people(0.03, 0.05)) is not None
    buyers = plots.new_and_returning(people().assign(visitor_days_share=np.nan))
    assert buyers is not None
    assert len(buyers.get_yticks()) == 2


def health() -> pd.DataFrame:
    frame = pd.DataFrame({"device": ["all"], "channel": ["search"], "visitor_days": [900.0]})
    for column, value in (("bounce_rate.visitor", 0.4), ("depth.visitor", 2.25)):
        frame = frame.assign(**{column: value, f"{column}_before": value, f"{column}_change": 0.0})
    return frame


@pytest.mark.parametrize(
    ("name", "rule"),
    [("page_health", "look.bounce"), ("channel_health", "look.bounce"), ("channel_depth", "look.depth")],
)
def test_norms_stand_at_the_rule_with_their_source(name: str, rule: str, language: str) -> None:
    axes = getattr(plots, name)(health())
    limit = load().rules[rule].limit
    assert limit is not None
    assert axes.lines[0].get_xdata()[0] == limit.value <= axes.get_xlim()[1]
    source = {"zh": "运营每日计划", "en": "an operator's daily plan"}[language]
    assert source in foot(axes).replace("\n", " ").replace("运营 ", "运营")
    legible(axes)


def test_depth_below_the_norm_is_counted() -> None:
    axes = plots.channel_depth(health())
    assert axes is not None
    assert "2.25" in title(axes) and "2.50" in title(axes)


def test_products_that_lose_visitors(language: str) -> None:
    frame = pd.DataFrame(
        {
            "title": ["🔥$衬衫$", "b", "c"],
            "bounce_rate.visitor": [0.6, 0.5, 0.3],
            "low": [0.55, 0.35, 0.28],
            "high": [0.65, 0.65, 0.32],
            "average_rate": 0.4,
            "extra_bounced": [120.4, 3.0, -90.0],
            "above_average": [True, False, False],
        }
    )
    axes = plots.product_pages(frame)
    assert axes is not None
    np.testing.assert_allclose(points(axes), [[0.6, 0], [0.5, 1]])
    assert axes.lines[0].get_xdata()[0] == 0.4
    assert "120" in title(axes) and "60.0%" in title(axes)
    legible(axes)
    calm = plots.product_pages(frame.assign(above_average=False))
    assert calm is not None
    assert "40.0%" in title(calm) and "120" not in title(calm)


def changes(moved: str) -> pd.DataFrame:
    rows = [("bounce_rate.visitor", 0.4, 0.45), ("depth.visitor", 3.0, 3.1), ("conversion", 0.03, 0.05)]
    frame = pd.DataFrame(rows, columns=["metric", "value_before", "value"])
    step = frame["value"] - frame["value_before"]
    return frame.assign(
        event="首页换季",
        starts_on=pd.Timestamp("2026-10-15"),
        moved_low=step - 0.01,
        moved_high=step + 0.01,
        moved=moved,
    )


@pytest.mark.parametrize("moved", ["better", "worse", "unclear", "few"])
def test_dumbbells_of_a_change(moved: str, language: str) -> None:
    axes = plots.page_changes(changes(moved))
    assert axes is not None
    panels = axes.figure.axes
    assert [points(p).tolist() for p in panels] == [[[0.45, 0]], [[0.05, 0]]]
    assert [p.lines[0].get_xdata()[0] for p in panels] == [0.4, 0.03]
    assert [p.texts[0].get_text() for p in panels] == ["40.0% → 45.0%", "3.0% → 5.0%"]
    proof = {"zh": ("证明",), "en": ("proof",)}[language]
    assert all(word in title(axes).replace(" ", "") for word in proof)
    assert ("5.0%" in title(axes)) == (moved != "few")
    legible(axes)


def test_unknown_changes_are_not_drawn() -> None:
    assert plots.page_changes(changes("few").assign(value=np.nan)) is None
