"""What holds of every chart with rows of names: no two rows are called alike, few colours, nothing moved that did
not."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes

from sizhen import view
from sizhen.exam import ask, check, listen, look
from sizhen.simulate.disk import toml
from sizhen.simulate.plan import Plan
from sizhen.simulate.run import simulate
from sizhen.tables import Period, Shop
from sizhen.view import plots, style
from sizhen.vocab import load
from small_shop import in_memory

MONTH = Period.parse("2026-10")
LONG = "2026秋季新款高腰显瘦复古气质水洗麻风衣女"  # longer than any chart's names
PRODUCTS = {
    "leading_products": look.leading_products,
    "stock": look.stock,
    "stock_cover": look.stock,
    "discount_room": look.discount_room,
    "product_pages": look.product_pages,
    "conversion": check.product_quadrants,
    "funnel_members": check.funnel_products,
    "refund_products": listen.refund_products,
}
PLANS = {"ads": look.ads, "click_through": look.ads, "ads_verdicts": look.ads_verdicts}
CHANNELS = {
    "channel_mix": look.traffic_sources,
    "channel_value": look.traffic_sources,
    "channel_health": look.channel_health,
    "channel_depth": look.channel_health,
    "channel_tree": look.channel_tree,
    "group_mix": look.traffic_groups,
}
MOVING = {
    **CHANNELS,
    "conversion": check.channels,
    "funnel": check.funnel,
    "click_through": look.ads,
    "page_health": look.page_health,
    "leading_products": look.leading_products,
    "lost_buyers": ask.lost_buyers,
    "scores": listen.score_days,
}
MOST_COLOURS = 6


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A made shop whose titles and plans are alike but for their end."""
    made = simulate(Plan(seed=3, days=63, visitors_per_day=300, products=8, omit=frozenset({"reviews"})))
    tables = dict(made.tables)
    tables["products"] = tables["products"].assign(title=[f"{LONG}{n}号色" for n in range(len(tables["products"]))])
    tables["ads_daily"] = tables["ads_daily"].assign(plan=LONG + tables["ads_daily"]["plan"].astype("str"))
    home = tmp_path_factory.mktemp("shops") / "made-shop"
    home.mkdir()
    Path(home / "shop.toml").write_text(toml(made.profile), encoding="utf-8")
    return in_memory(home, tables)


@pytest.fixture(autouse=True)
def _chinese() -> None:
    mpl.use("agg")
    plt.close("all")
    view.use("zh", "CNY")


def names(axes: Axes) -> list[str]:
    """The names of the rows, of every panel."""
    return [t.get_text() for panel in axes.figure.axes for t in panel.get_yticklabels() if t.get_text().strip()]


@pytest.mark.parametrize("name", [*PRODUCTS, *PLANS])
def test_names_that_begin_alike_are_told_apart(name: str, shop: Shop) -> None:
    axes = getattr(plots, name)((PRODUCTS | PLANS)[name](shop, MONTH))
    rows = [text for text in names(axes) if text.startswith(LONG[:4])]
    assert len(rows) > 1 and len(set(rows)) == len(rows)


@pytest.mark.parametrize("name", CHANNELS)
def test_eleven_channels_are_drawn_in_the_colours_of_their_groups(name: str, shop: Shop) -> None:
    axes = getattr(plots, name)(CHANNELS[name](shop, MONTH))
    drawn = {mpl.colors.to_hex(p.get_facecolor()) for p in axes.patches}
    assert 1 < len(drawn) <= MOST_COLOURS and drawn <= set(style.GROUP.values())


def test_every_channel_has_the_colour_of_its_group() -> None:
    assert {style.of_channel(id) for id in load().channels} == set(style.GROUP.values())
    assert len(set(style.GROUP.values())) == len(load().groups) == MOST_COLOURS


def stood_still(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame where all that is told beside before is as it was before."""
    before = {c: frame[c.removesuffix("_before")] for c in frame if f"{c}".removesuffix("_before") in set(frame) - {c}}
    changes = {c: 0.0 for c in frame if c.endswith(("_change", "difference", "_gap")) and frame[c].dtype == float}
    still = frame.assign(**{c: v for c, v in before.items() if c.endswith("_before")}, **changes)
    flags = {c: False for c in still if c == "beyond_chance"}
    return still.assign(**flags) if flags else still


@pytest.mark.parametrize("name", MOVING)
def test_nothing_moved_most_where_nothing_moved(name: str, shop: Shop) -> None:
    frame = MOVING[name](shop, MONTH)
    if name == "scores":
        frame = frame.assign(own_score=4.86)
    axes = getattr(plots, name)(stood_still(frame))
    said = str(axes.figure.get_suptitle()).replace("\n", "")
    assert re.search(r"变化最大|动得最多|影响最大|0\.00|(?<![\d.])0(\.0)?%", said) is None, said
