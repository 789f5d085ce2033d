"""Charts of products, stock and advertising: marks stand at their numbers, headlines answer with one."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from drawing import drawn, said
from sizhen.view import plots, style

pytestmark = pytest.mark.usefixtures("language")

UNKNOWN = float("nan")


def bars(axes: Axes) -> list[float]:
    return [round(p.get_width(), 6) for p in axes.patches]


def colours(axes: Axes) -> list[str]:
    return [mpl.colors.to_hex(p.get_facecolor()) for p in axes.patches]


def texts(axes: Axes) -> list[str]:
    return [t.get_text() for t in axes.texts]


def test_concentration_marks_the_first_products(language: str) -> None:
    axes = drawn("concentration", pd.DataFrame({"cumulative_share": np.linspace(0.02, 1.0, 50)}))
    assert list(axes.lines[1].get_xdata()) == [1, 3, 10]
    assert list(axes.lines[1].get_ydata()) == pytest.approx([0.02, 0.06, 0.2])
    assert "10" in said(axes) and "20.0%" in said(axes) and "2.0%" in said(axes)
    few = drawn("concentration", pd.DataFrame({"cumulative_share": [1.0]}))
    assert list(few.lines[1].get_xdata()) == [1]


def roles(shares: list[float]) -> pd.DataFrame:
    """Two roles that sell, and three without a product."""
    columns = {
        "role": ["popular", "profit", "image", "regular", "trial"],
        "paid_amount_share": [0.7, 0.3, UNKNOWN, UNKNOWN, UNKNOWN],
        "products_share": [*shares, 0.0, 0.0, 0.0],
        "products_norm": [0.2, 0.25, 0.1, 0.35, 0.1],
    }
    return pd.DataFrame(columns)


def test_roles_beside_their_reference(language: str) -> None:
    axes = drawn("roles", roles([0.2, 0.8]))
    assert bars(axes) == [0.7, 0.3]
    assert list(axes.lines[0].get_xdata()) == [0.2, 0.25]
    far = {"zh": "利润款：占商品数 80.0%，参考值 25.0%", "en": "profit, 80.0% of products (reference 25.0%)"}
    assert far[language].replace(" ", "") in said(axes).replace(" ", "")


def test_lives_by_money_and_the_largest_in_decline(language: str) -> None:
    frame = pd.DataFrame(
        {
            "title": ["甲", "乙", "丙", "丁"],
            "stage": ["peak", "decline", "decline", ""],
            "of_peak": [1.0, 0.4, 0.6, UNKNOWN],
            "paid_amount_share": [0.5, 0.3, 0.15, 0.05],
        }
    )
    axes = drawn("lifecycle", frame)
    first, second = axes.figure.axes
    assert bars(first) == [0.5, 0.45, 0.05]
    assert colours(first) == [style.NOW, style.WORSE, style.BEFORE]
    assert bars(second) == [0.4, 0.6]
    assert [t.get_text() for t in second.get_yticklabels()] == ["乙", "丙"]
    assert "45.0%" in said(axes) and "40.0%" in said(axes)
    alone = drawn("lifecycle", frame[frame["stage"] != "decline"])
    assert len(alone.figure.axes) == 1
    assert plots.lifecycle(frame.assign(paid_amount_share=UNKNOWN)) is None


def test_new_products_by_week(language: str) -> None:
    weeks = pd.date_range("2026-10-12", periods=3, freq="7D")
    frame = pd.DataFrame({"week": weeks, "when": ["before", "before", "period"], "own_new_products": [1.0, 0, 4]})
    axes = drawn("new_products", frame.assign(peer_new_products=[2.0, 1.0, UNKNOWN]))
    assert [p.get_height() for p in axes.patches] == [1, 0, 4]
    assert colours(axes) == [style.BEFORE, style.BEFORE, style.NOW]
    assert list(axes.lines[0].get_ydata())[:2] == [2, 1]
    assert "5" in said(axes) and "3" in said(axes)
    assert drawn("new_products", frame.assign(peer_new_products=UNKNOWN)) is not None


def test_bands_beside_peers(language: str) -> None:
    frame = pd.DataFrame(
        {
            "price_from": [50.0, 100.0],
            "price_to": [60.0, 120.0],
            "paid_amount_share": [0.4, 0.6],
            "products_share": [0.5, 0.5],
            "paid_units_share": [0.7, 0.3],
            "peer_units_share": [0.1, 0.9],
        }
    )
    axes = drawn("price_bands", frame)
    assert bars(axes) == [0.7, 0.3]
    assert texts(axes) == ["70.0% / 10.0%", "30.0% / 90.0%"]
    assert [s[0][0] for s in axes.collections[0].get_segments()] == [0.1, 0.9]
    alone = drawn("price_bands", frame.assign(peer_units_share=UNKNOWN))
    assert bars(alone) == [0.4, 0.6]
    many = pd.concat([frame.assign(price_from=frame["price_from"] + n, paid_units_share=n / 100) for n in range(10)])
    assert len(bars(drawn("price_bands", many.sort_values("price_from")))) == 12


def test_discounts_below_the_limit(language: str) -> None:
    frame = pd.DataFrame(
        {
            "title": ["甲", "乙", "丙"],
            "price_to_list": [0.5, 0.55, 0.9],
            "always_deep": pd.array([True, False, None], dtype="boolean"),
            "paid_amount_share": [0.25, 0.5, 0.25],
        }
    )
    axes = drawn("discount_room", frame)
    assert bars(axes) == [0.5, 0.55, 0.9]
    assert colours(axes) == [style.WORSE, style.MARK, style.NOW]
    assert list(axes.lines[-1].get_xdata()) == [0.6, 0.6]
    assert "25.0%" in said(axes) and "60%" in said(axes)
    assert "50.0%" in said(drawn("discount_room", frame.assign(always_deep=False)))


def stock(days: list[float]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "title": list("甲乙丙丁")[: len(days)],
            "days_of_cover": days,
            "paid_amount": [500.0, 200.0, 200.0, 100.0][: len(days)],
        }
    )


def test_who_runs_out_first(language: str) -> None:
    axes = drawn("stock_cover", stock([20.0, 10.0, 3.0, 1.0]))
    assert bars(axes) == [3, 10, 20]
    assert colours(axes) == [style.WORSE, style.MARK, style.NOW]
    assert "丙" in said(axes) and "¥" not in said(axes), "what it cost is one sum, told by its finding"
    gone = drawn("stock_cover", stock([0.0, 10.0]))
    assert texts(gone)[0] in ("已断货", "sold out")
    assert plots.stock_cover(stock([UNKNOWN])) is None


def test_click_through_names_what_left_its_interval(language: str) -> None:
    frame = pd.DataFrame(
        {
            "plan": ["一", "二"],
            "click_through": [0.04, 0.02],
            "click_through_low": [0.038, 0.015],
            "click_through_high": [0.042, 0.025],
            "click_through_before": [0.05, 0.021],
            "click_through_change": [-0.2, -0.05],
        }
    )
    axes = drawn("click_through", frame)
    assert list(axes.lines[1].get_xdata()) == [0.04, 0.02]
    assert list(axes.lines[0].get_xdata()) == [0.05, 0.021]
    assert "4.0%" in said(axes) and "5.0%" in said(axes)
    steady = drawn("click_through", frame.assign(click_through_before=frame["click_through"]))
    assert "一" in said(steady) and "5.0%" not in said(steady)


def verdicts() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "plan": ["一", "一", "二"],
            "keyword": ["风衣", "衬衫", ""],
            "verdict": ["drop", "raise", "watch"],
            "cost": [300.0, 200.0, 100.0],
            "click_cost": [3.0, 1.0, 2.0],
            "click_value": [1.0, 2.5, 2.2],
            "click_value_low": [0.5, 2.0, 1.5],
            "click_value_high": [1.5, 3.5, 3.0],
            "yardstick": "margin",
        }
    )


def test_verdicts_as_dumbbells(language: str) -> None:
    axes = drawn("ads_verdicts", verdicts())
    assert [t.get_text() for t in axes.get_yticklabels()] == ["风衣", "衬衫", "二"]
    dots = axes.collections[-1]
    assert [x for x, _ in dots.get_offsets()] == [1.0, 2.5, 2.2]
    assert [mpl.colors.to_hex(c) for c in dots.get_facecolors()] == [style.WORSE, style.BETTER, style.QUIET]
    assert [s[0][0] for s in axes.collections[2].get_segments()] == [3.0, 1.0, 2.0]
    assert texts(axes)[0].endswith("¥3.00 → ¥1.00")
    assert "¥300" in said(axes)
    assert "¥" not in said(drawn("ads_verdicts", verdicts().assign(verdict="watch")))
    assert plots.ads_verdicts(verdicts().assign(click_value=UNKNOWN)) is None


def test_a_shift_of_budget_tells_its_range(language: str) -> None:
    frame = pd.DataFrame(
        {
            "plan": ["一", "二"],
            "keyword": ["风衣", ""],
            "verdict": ["drop", "raise"],
            "cost": [300.0, 200.0],
            "cost_after": [0.0, 300.0],
            "contribution_change": [150.0, 25.0],
            "contribution_low": [100.0, -40.0],
            "contribution_high": [200.0, 60.0],
        }
    )
    axes = drawn("budget_shift", frame)
    assert bars(axes) == [0, 300]
    assert [s[0][0] for s in axes.collections[0].get_segments()] == [300, 200]
    assert texts(axes) == ["¥0 (+¥150)", "¥300 (+¥25)"]
    for amount in ("¥300", "+¥175", "+¥60", "+¥260"):
        assert amount in said(axes)


def test_words_in_sections(language: str) -> None:
    verdict = ["", "rising", "", "falling", "unranked", *[""] * 12]
    visitors = np.arange(len(verdict), 0, -1) * 100.0
    frame = pd.DataFrame({"keyword": [f"w{n}" for n in range(len(verdict))], "verdict": verdict})
    frame = frame.assign(visitor_days=visitors, visitor_days_before=visitors, visitor_days_change=0.0)
    axes = drawn("search_words", frame)
    names = [t.get_text() for t in axes.get_yticklabels()]
    assert names[:4] == ["w3", "w4", "w1", "w0"] and len(names) == 12
    assert colours(axes)[:4] == [style.WORSE, style.MARK, style.BETTER, style.NOW]
    assert bars(axes)[:3] == [1400, 1300, 1600]
    assert "w0" in said(axes).lower()
    calm = drawn("search_words", frame.assign(verdict=""))
    assert "1,700" in said(calm)


def test_long_and_strange_names_fit(language: str) -> None:
    long = "<b>$5$🔥 extraordinarily long handmade linen summer dress 特别特别长的商品标题" * 2
    drawn("ads_verdicts", verdicts().assign(keyword=long, click_cost=[98765.0, 4.0, 1.0]))
    drawn("stock_cover", stock([200.0, 3.0, 1.0, 0.0]).assign(title=long))
    drawn(
        "discount_room",
        pd.DataFrame({"title": [long] * 15, "price_to_list": 1.4, "always_deep": True, "paid_amount_share": 0.05}),
    )
