"""What is two figures by definition says which it is, and nothing is said to have moved that did not."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sizhen import view
from sizhen.exam import figures
from sizhen.view import labels, plots, tables
from sizhen.vocab import load

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
HEADS = {"value": "value.quarter", "complaint_share": "complaint_share.weeks"}


@pytest.fixture(autouse=True)
def chinese() -> None:
    view.use("zh", "CNY")


def scores(before: float, now: float) -> pd.DataFrame:
    days = pd.to_datetime(["2026-09-03", "2026-10-31"])
    rows = {"date": days, "own_score": [before, now], "tier_score": 4.8}
    steady = {"date": days, "own_score": [4.8, 4.8], "tier_score": 4.8}
    parts = [pd.DataFrame(rows).assign(metric="dsr_service"), pd.DataFrame(steady).assign(metric="dsr_logistics")]
    return pd.concat(parts, ignore_index=True)


def headline(name: str, frame: pd.DataFrame) -> str:
    axes = getattr(plots, name)(frame)
    return str(axes.figure.get_suptitle()).replace("\n", "")


@pytest.mark.parametrize(
    ("now", "said"), [(4.853, "没怎么动"), (4.85, "没怎么动"), (4.81, "动得最多"), (4.90, "动得最多")]
)
def test_a_score_that_hardly_moved_is_not_the_one_that_moved_most(now: float, said: str) -> None:
    assert said in headline("scores", scores(4.86, now))


def plans(over: int) -> pd.DataFrame:
    """Six plans, `over` of which pay more for a click than it earns."""
    cost = [3.0] * over + [1.0] * (6 - over)
    return pd.DataFrame({"plan": [f"计划{n}" for n in range(6)], "click_cost": cost, "break_even_click_cost": 2.0})


def stages(*declining: float) -> pd.DataFrame:
    """Ten products of equal sales, of which so many are in decline, at these shares of their peak."""
    stage = ["decline"] * len(declining) + ["peak"] * (10 - len(declining))
    peak = [*declining, *[1.0] * (10 - len(declining))]
    told = {"product_id": range(10), "title": "款", "stage": stage, "of_peak": peak, "paid_amount": 10.0}
    return pd.DataFrame(told).assign(paid_amount_share=0.1, paid_buyers=50.0)


@pytest.mark.parametrize(
    ("chart", "figure", "frame", "fine"),
    [
        *(("ads", "look.ads:above_break_even", plans(over), "都在保本价以内") for over in (0, 1, 2, 6)),
        *(
            ("lifecycle", "look.lifecycle:decline_share", stages(*at), "没有商品在走下坡")
            for at in ([], [0.64], [0.6] * 6)
        ),
    ],
)
def test_a_chart_says_that_all_is_fine_only_where_the_answer_counts_nothing(
    chart: str, figure: str, frame: pd.DataFrame, fine: str
) -> None:
    assert (fine in headline(chart, frame)) is (figures.read(figure, frame).value == 0)


def test_where_no_stage_can_be_told_nothing_is_said_to_be_fine() -> None:
    blind = stages().assign(stage=["short"] * 5 + [""] * 5)
    assert "看得出" in headline("lifecycle", blind) and "走下坡" not in headline("lifecycle", blind)


def test_no_table_of_a_notebook_prices_a_trouble_once_more() -> None:
    """What a trouble costs is the finding's to say."""
    prices = ("sales_lost", "refunds_above", "conversion_lost")
    assert all(labels.unit(column) == "money" for column in prices)
    for path in NOTEBOOKS.glob("[1-5]_*.ipynb"):
        source = path.read_text(encoding="utf-8")
        assert [column for column in prices if column in source] == []


def sources(change: float) -> pd.DataFrame:
    before = pd.Series([1000.0, 500.0])
    return pd.DataFrame(
        {
            "channel": ["search", "recommend"],
            "visitor_days": before * (1 + change),
            "visitor_days_before": before,
            "visitor_days_change": change,
            "visitor_days_share": [2 / 3, 1 / 3],
        }
    )


@pytest.mark.parametrize(("change", "moved"), [(0.0, False), (0.0004, False), (-0.05, True)])
def test_no_channel_moved_most_where_none_moved(change: float, moved: bool) -> None:
    assert ("变化最大" in headline("channel_mix", sources(change))) == moved


def test_a_frame_can_say_over_what_its_columns_are_counted() -> None:
    frame = pd.DataFrame({"metric": ["conversion"], "value": [0.032], "complaint_share": [0.25]})
    plain = tables.show(frame).html
    frame.attrs["heads"] = HEADS
    told = tables.show(frame).html
    assert "近 90 天" in told and "按整周" in told and "3.2%" in told
    assert "近 90 天" not in plain and "按整周" not in plain


def test_sums_of_the_days_before_say_that_they_stand_for_as_many_days() -> None:
    """Every sum that `trailing.beside` or a peer's table scales."""
    scaled = "visitor_days paid_amount paid_buyers paid_units cost refund_count lost_buyers".split()
    for column in scaled:
        text = load().labels[f"{column}_before"]
        assert "折成同样天数" in text.zh and "per as many days" in text.en, column
        assert labels.unit(f"{column}_before") == labels.unit(column)
    assert "折成" not in labels.name("conversion_before")


def test_two_columns_have_two_names() -> None:
    """Within each language no two columns that stand in one table are called the same."""
    for language in ("zh", "en"):
        refunds = {load().labels[id][language] for id in ("refund_amount", "refund_count", "refund_rate", "refunds")}
        assert len(refunds) == 4
        scores = {load().labels[f"dsr_service{end}"][language] for end in ("", ".last")}
        assert len(scores) == 2


def test_waiting_and_busy_days_are_not_told_apart_by_an_interval_that_holds_both() -> None:
    slopes = pd.DataFrame(
        {
            "compared": ["all", "same_agent", "same_day"],
            "per_doubling": [-0.1, -0.1, 0.0],
            "per_doubling_low": [-0.12, -0.12, -0.073],
            "per_doubling_high": [-0.08, -0.08, 0.073],
        }
    )
    told = headline("response_slope", slopes)
    assert "分不开" in told and "−7.3 个百分点" in told.replace("  ", " ") and "可能只是忙日" not in told
