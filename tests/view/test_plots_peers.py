"""Charts of peers and the market: marks stand at their numbers, headlines answer with one."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from drawing import drawn, said
from sizhen import view
from sizhen.view import cards, plots, style

pytestmark = pytest.mark.usefixtures("language")

UNKNOWN = float("nan")


def dots(axes: Axes) -> np.ndarray:
    return np.asarray(axes.collections[-1].get_offsets())


EFFECTS = pd.DataFrame(
    {
        "title": ["风衣", "衬衫", "🔥<b>𠮷</b>$x$ 一个非常非常长的标题"],
        "name": ["对家", "对家", "另一家"],
        "cut_on": pd.to_datetime(["2026-10-14", "2026-10-02", "2026-10-03"]),
        "peer_price_change": [-0.2, -0.1, -0.1],
        "conversion_effect": [-0.28, 0.1, 0.02],
        "conversion_effect_low": [-0.45, -0.2, UNKNOWN],
        "conversion_effect_high": [-0.05, 0.5, UNKNOWN],
        "against_control": ["below", "within", "few"],
    }
)


def test_effects_are_dots_with_intervals() -> None:
    axes = drawn("price_effects", EFFECTS)
    assert dots(axes)[:, 0].tolist() == [-0.28, 0.1, 0.02]
    assert [s[:, 0].tolist() for s in axes.collections[0].get_segments()] == [[-0.45, -0.05], [-0.2, 0.5]]
    faces = [mpl.colors.to_hex(c) for c in axes.collections[-1].get_facecolor()]
    assert faces == [style.WORSE, style.NOW, style.BEFORE]
    assert [t.get_text() for t in axes.texts] == ["−28%", "+10%", "+2%"]
    assert all(part in said(axes) for part in ("−28%", "−45%", "−5%", "20.0%"))


def test_effects_that_prove_nothing_say_so() -> None:
    none = said(drawn("price_effects", EFFECTS.iloc[1:]))
    few = said(drawn("price_effects", EFFECTS.iloc[2:]))
    assert "2" in none and "1" in few and none != few
    assert plots.price_effects(EFFECTS.assign(conversion_effect=UNKNOWN)) is None


BANDS = pd.DataFrame(
    {
        "peer_id": ["", "a", "a", "b"],
        "name": ["小店", "对家", "对家", "另一家"],
        "kind": ["own", "similar", "similar", None],
        "price_from": [100.0, 100.0, 800.0, 100.0],
        "price_to": [120.0, 120.0, 1000.0, 120.0],
        "units_share": [1.0, 0.75, 0.25, 1.0],
        "peers_share": [0.9, 0.9, 0.1, 0.9],
        "own_absent": pd.array([False, False, True, False], dtype="boolean"),
    }
)


def test_bands_are_bubbles_and_the_absent_one_is_shaded(language: str) -> None:
    axes = drawn("market_bands", BANDS)
    bubbles = axes.collections[-1]
    assert (np.asarray(bubbles.get_sizes()) / max(bubbles.get_sizes())).tolist() == pytest.approx(
        [1, 0.9, 0.1, 0.75, 0.25, 1]
    )
    assert dots(axes)[:, 1].tolist() == [0, 1, 1, 2, 2, 3]
    assert dots(axes)[:, 0].tolist()[0] == pytest.approx((100 * 120) ** 0.5)
    shade = axes.patches[0]
    assert (shade.get_x(), shade.get_x() + shade.get_width()) == (800, 1000)
    assert "10.0%" in said(axes) and "¥800–1" in said(axes)
    near = BANDS.iloc[[0, 1]].assign(peers_share=0.8)
    assert "80.0%" in said(drawn("market_bands", near))
    alone = BANDS.iloc[1:].assign(own_absent=pd.array([pd.NA] * 3, dtype="boolean"))
    assert "90.0%" in said(drawn("market_bands", alone))
    assert plots.market_bands(BANDS.assign(peers_share=UNKNOWN)) is None


def test_launches_are_bars_a_week() -> None:
    frame = pd.DataFrame({"name": ["小店", "甲", "乙"], "kind": ["own", "leader", "similar"]})
    frame = frame.assign(weekly_new_products=[1.0, 2.0, 4.04], weekly_new_products_before=[3.0, UNKNOWN, 1.0])
    axes = drawn("launches", frame)
    assert [p.get_width() for p in axes.patches] == [1, 4.04, 2]
    assert [t.get_text() for t in axes.texts] == ["1", "4", "2"]
    assert all(figure in said(axes) for figure in ("1", "3"))
    assert "3" in said(drawn("launches", frame.iloc[1:]))
    assert plots.launches(frame.iloc[:1]) is None


def test_days_of_cuts() -> None:
    days = pd.date_range("2026-10-10", periods=3)
    frame = pd.DataFrame({"date": days, "listed": [50.0, 48.0, 40.0], "priced_twice": [UNKNOWN, 48.0, 40.0]})
    frame = frame.assign(cheaper=[UNKNOWN, 3, 12], dearer=[UNKNOWN, 4, 0], median_cut=[UNKNOWN, -0.1, -0.25])
    axes = drawn("market_days", frame)
    assert [p.get_height() for p in axes.patches] == [3, 12, -4, 0]
    assert all(figure in said(axes) for figure in ("12", "40", "−25%"))
    assert "50 → 40" in axes.figure.get_supxlabel().replace("\n", " ")
    still = said(drawn("market_days", frame.assign(cheaper=0.0, dearer=0.0)))
    assert "40" in still
    assert plots.market_days(frame.iloc[:1]) is None


CUTS = pd.DataFrame(
    {
        "name": ["佰草集", "妮维雅", "x" * 40],
        "cut_on": pd.to_datetime(["2026-11-11"] * 3),
        "cheaper": [185.0, 91.0, 1.0],
        "median_cut": [-0.5, -0.1, -0.3],
        "units_times": [150.0, 1.2, 0.5],
        "times_low": [52.0, 0.9, UNKNOWN],
        "times_high": [421.0, 1.6, UNKNOWN],
        "against_control": ["above", "within", "few"],
    }
)


def test_cuts_are_multiples() -> None:
    axes = drawn("market_cuts", CUTS)
    assert dots(axes)[:, 0].tolist() == [150, 1.2, 0.5]
    assert [t.get_text() for t in axes.texts] == ["×150", "×1.2", "×0.5"]
    assert all(figure in said(axes) for figure in ("185", "50.0%", "150", "52", "421"))
    assert "91" in said(drawn("market_cuts", CUTS.iloc[1:]))
    assert drawn("market_cuts", CUTS.iloc[2:]) is not None
    assert plots.market_cuts(CUTS.assign(units_times=UNKNOWN)) is None


def test_lost_buyers_tell_their_change() -> None:
    frame = pd.DataFrame(
        {"peer_id": ["a", "b"], "name": ["甲", "乙"], "lost_buyers": [40.0, 9.0], "lost_buyers_before": [20.0, 9.0]}
    )
    frame = frame.assign(lost_buyers_change=[1.0, 0.0], change_low=[0.5, -0.3], change_high=[1.6, 0.4])
    axes = drawn("lost_buyers", frame.assign(moved=["more", "unclear"]))
    assert [p.get_width() for p in axes.patches] == [40, 9]
    assert [mpl.colors.to_hex(p.get_facecolor()) for p in axes.patches] == [style.WORSE, style.NOW]
    assert all(figure in said(axes) for figure in ("40", "+100%", "+50%", "+160%"))
    assert "20" in said(drawn("lost_buyers", frame.assign(moved="few")))


def test_shops_known_by_an_index_are_dashed() -> None:
    days = pd.date_range("2026-10-01", periods=5)
    line = pd.DataFrame({"date": days, "index_level": 100.0, "metric": "visitors"})
    shops = [("", "小店", "own", "counts"), ("a", "甲", "similar", "index")]
    parts = [line.assign(peer_id=p, name=n, kind=k, basis=b) for p, n, k, b in shops]
    axes = drawn("peer_days", pd.concat(parts, ignore_index=True))
    assert {line.get_linestyle() for line in axes.lines if len(line.get_xdata()) == 5} == {"-", "--"}


@pytest.mark.parametrize("name", ["price_effects", "market_bands", "launches", "market_days", "market_cuts"])
def test_an_empty_frame_draws_nothing(name: str) -> None:
    assert getattr(plots, name)(pd.DataFrame()) is None


def test_a_caution_is_a_sentence() -> None:
    ends = {"zh": "。", "en": "."}[view.labels.reader.language]
    for id in ("peers", "index", "prices", "effects", "market", "cuts", "shelf", "launches", "lost", "promotions"):
        assert f"{ends}</p>" in str(cards.caution(id).html)
