"""Charts of look and check: bars as high as their numbers, words on them, nothing without a glyph."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes

from sizhen.exam import check, look
from sizhen.simulate.plan import Plan
from sizhen.simulate.run import simulate
from sizhen.tables import Period, Shop, write_table
from sizhen.view import labels, plots, tables

pytestmark = pytest.mark.usefixtures("language")

MONTH = Period.parse("2026-10")
STRANGE = "🔥\U00020bb7<b>$5$ 爆款"
CHARTS = {
    "day_line": look.day_line,
    "channel_mix": look.traffic_sources,
    "channel_value": look.traffic_sources,
    "group_mix": look.traffic_groups,
    "page_health": look.page_health,
    "channel_health": look.channel_health,
    "channel_depth": look.channel_health,
    "channel_tree": look.channel_tree,
    "channel_places": look.channel_places,
    "calendar": look.calendar,
    "new_and_returning": look.new_and_returning,
    "product_pages": look.product_pages,
    "page_changes": look.page_changes,
    "leading_products": look.leading_products,
    "concentration": look.leading_products,
    "roles": look.roles,
    "price_bands": look.price_bands,
    "discount_room": look.discount_room,
    "lifecycle": look.lifecycle,
    "new_products": look.new_products,
    "stock": look.stock,
    "stock_cover": look.stock,
    "ads": look.ads,
    "click_through": look.ads,
    "ads_verdicts": look.ads_verdicts,
    "search_words": look.search_words,
    "funnel": check.funnel,
    "conversion": check.channels,
    "product_quadrants": check.product_quadrants,
    "target": check.target,
    "payment": check.payment,
    "dispatch": check.dispatch,
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A made shop whose leading product has a title no font can draw."""
    folder = tmp_path_factory.mktemp("shops") / "made-shop"
    made = simulate(Plan(seed=3, days=70, visitors_per_day=300, products=8))
    titles = made.tables["products"]
    made.tables["products"] = titles.assign(title=[STRANGE, *titles["title"].iloc[1:]])
    for name, table in made.tables.items():
        write_table(folder, name, table)
    profile = (
        'shop_id = "made-shop"\nname = "M"\nplatform = "tmall"\ngross_margin = 0.5\n[targets]\n"2026-10" = 90000\n'
    )
    Path(folder / "shop.toml").write_text(profile, encoding="utf-8")
    return Shop.open(folder.parent, "made-shop")


def split() -> pd.DataFrame:
    rows = [("visitors", -52.0), ("conversion", -21.0), ("average_order_value", 4.0), ("visitors/search", -60.0)]
    frame = pd.DataFrame([*rows, ("visitors/owned", 8.0)], columns=["path", "amount"])
    frame.attrs.update(expected=480.0, observed=411.0)
    return frame


def title(axes: Axes) -> str:
    return str(axes.figure.get_suptitle())  # type: ignore[union-attr]


@pytest.mark.parametrize("name", CHARTS)
def test_draws_with_every_glyph(name: str, shop: Shop) -> None:
    axes = getattr(plots, name)(CHARTS[name](shop, MONTH))
    assert axes is not None
    axes.figure.canvas.draw()
    assert len(title(axes)) > 5
    assert axes.figure.sz_alt.replace(" ", "") == title(axes).replace("\n", "").replace(" ", "")
    assert axes.figure.get_size_inches()[0] == pytest.approx(4.4)
    assert axes.figure.dpi == 200
    texts = [t for t in axes.figure.findobj(mpl.text.Text) if t.get_text()]
    assert min(t.get_fontsize() for t in texts) >= 9.5


@pytest.mark.parametrize("name", [*CHARTS, "budget_shift", "waterfall", "split_parts"])
def test_nothing_to_draw(name: str) -> None:
    assert getattr(plots, name)(pd.DataFrame()) is None
    assert plt.get_fignums() == []


@pytest.mark.parametrize("exam", [look, check])
def test_every_column_has_a_word(exam: object, shop: Shop) -> None:
    functions = [n for n in exam.__all__ if n not in ("split_frame", "plan")]  # type: ignore[attr-defined]
    for name in functions:
        frame = getattr(exam, name)(shop, MONTH)
        assert [labels.name(c) for c in frame.columns], name
        assert "<script" not in tables.show(frame).html


def test_bars_are_as_long_as_their_numbers(language: str) -> None:
    frame = pd.DataFrame(
        {
            "channel": ["search", "paid_search"],
            "visitor_days": [800.0, 200.0],
            "visitor_days_before": [1000.0, float("nan")],
            "visitor_days_change": [-0.2, float("nan")],
            "visitor_days_share": [0.8, 0.2],
        }
    )
    axes = plots.channel_mix(frame)
    assert axes is not None
    assert [p.get_width() for p in axes.patches] == [800, 200]
    assert [t.get_text() for t in axes.texts] == ["800 (−20%)", "200"]
    names = {"zh": ["搜索", "搜索推广"], "en": ["search", "search ads"]}[language]
    assert [t.get_text() for t in axes.get_yticklabels()] == names
    assert title(axes).startswith({"zh": "搜索带来 80.0% 的访客", "en": "Search brings 80.0% of visitors"}[language])


def test_waterfall_ends_where_sales_ended(language: str) -> None:
    axes = plots.waterfall(split())
    assert axes is not None
    ends = [(p.get_x(), p.get_x() + p.get_width()) for p in axes.patches]
    assert ends == [(480, 428), (428, 407), (407, 411)]
    written = [t.get_text() for t in axes.texts]
    assert written == ["¥480", "−¥52.00", "−¥21.00", "+¥4.00", "¥411"]
    assert "¥69" in title(axes)


def test_split_parts_are_leaves_by_weight() -> None:
    axes = plots.split_parts(split())
    assert axes is not None
    assert [p.get_width() for p in axes.patches] == [-60, -21, 8, 4]


def test_ads_above_break_even_are_red() -> None:
    frame = pd.DataFrame({"plan": ["a", "b"], "click_cost": [3.0, 1.0], "break_even_click_cost": [2.0, 2.0]})
    axes = plots.ads(frame)
    assert axes is not None
    assert [mpl.colors.to_hex(p.get_facecolor()) for p in axes.patches] == ["#b0352b", "#2f5a86"]


def test_unknown_figures_do_not_break_a_chart(shop: Shop) -> None:
    line = look.day_line(shop, MONTH).assign(visitors=float("nan"))
    assert plots.day_line(line) is not None
    assert plots.channel_value(look.traffic_sources(shop, MONTH).assign(visitor_value=float("nan"))) is None
    assert plots.ads(look.ads(shop, MONTH).assign(break_even_click_cost=float("nan"))) is not None
    alone = look.traffic_sources(shop, Period.parse("2026-08-23..2026-08-24"))
    assert alone["visitor_days_before"].isna().all()
    assert plots.channel_mix(alone) is not None


def test_the_points_marked_on_the_curve_are_the_rows_of_the_table(shop: Shop) -> None:
    axes = plots.concentration(look.leading_products(shop, MONTH))
    table = look.concentration(shop, MONTH).drop_duplicates("product_count")
    marked = next(line for line in axes.lines if line.get_marker() == "o")
    assert marked.get_xdata().tolist() == table["product_count"].tolist()
    assert marked.get_ydata().tolist() == pytest.approx(table["paid_amount_share"].tolist())
