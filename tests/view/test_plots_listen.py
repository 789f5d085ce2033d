"""Charts of listening and asking: what the bars and headlines say, in both languages."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import matplotlib.pyplot as plt
import pandas as pd
import pytest

from sizhen.view import plots, use

WEEKS = pd.DataFrame(
    {
        "week": pd.to_datetime(["2026-10-11", "2026-10-18", "2026-10-25"]),
        "when": ["before", "period", "period"],
        "review_count": [10.0, 20.0, 40.0],
        "rated_reviews": [10.0, 20.0, 0.0],
        "bad_review_share": [0.1, 0.3, None],
        "low": [0.02, 0.15, None],
        "high": [0.4, 0.5, None],
        "refund_amount": [100.0, 300.0, 500.0],
        "refund_rate": [0.05, 0.08, 0.02],
        "not_final": [False, False, True],
    }
)
REASONS = pd.DataFrame(
    {
        "reason": ["尺码不合适🦐", "质量𠮷问题", "<script>"],
        "refund_count": [9.0, 3.0, 1.0],
        "refund_count_before": [4.4, 3.0, None],
    }
)
DESK = pd.DataFrame(
    {
        "date": pd.date_range("2026-10-01", periods=4),
        "when": ["before", "before", "period", "period"],
        "inquiry_buyers": [10.0, 30.0, 20.0, 20.0],
        "inquiry_conversion": [0.2, 0.6, 0.4, None],
        "first_response_seconds": [30.0, 30.0, 60.0, 100.0],
        "not_final": [False, False, False, True],
    }
)
OFFERS = pd.DataFrame(
    {"product_id": ["p1", "p2"], "title": ["茶", None], "name": ["对家", "另一家"], "price_gap": [-0.2, 0.05]}
)


@pytest.fixture(autouse=True)
def _drawn() -> Iterator[None]:
    use("zh")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield
        for number in plt.get_fignums():
            plt.figure(number).canvas.draw()
    plt.close("all")


def headline(axes) -> str:
    return axes.figure.sz_alt


def test_review_weeks_are_bars_of_two_tones() -> None:
    axes = plots.review_weeks(WEEKS)
    assert [bar.get_height() for bar in axes.patches] == [10, 20, 40]
    assert len({bar.get_facecolor() for bar in axes.patches}) == 2
    assert "30" in headline(axes)


def test_bad_reviews_names_the_worst_week_with_its_n() -> None:
    axes = plots.bad_reviews(WEEKS)
    assert "30.0%" in headline(axes)
    assert "20" in headline(axes)
    assert axes.collections[1].get_offsets()[:, 1].tolist() == [0.1, 0.3]


def test_without_stars_there_is_no_chart_of_bad_reviews() -> None:
    assert plots.bad_reviews(WEEKS.assign(bad_review_share=float("nan"))) is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_reasons_are_bars_and_unknown_signs_are_left_out(language: str) -> None:
    use(language)
    axes = plots.refund_reasons(REASONS)
    assert [bar.get_width() for bar in axes.patches] == [9, 3, 1]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[:2] == ["尺码不合适", "质量□问题"]
    assert "9" in headline(axes)


def test_unripe_refund_rates_are_hollow() -> None:
    axes = plots.refund_rate(WEEKS)
    faces = {tuple(face) for face in axes.collections[0].get_facecolor().tolist()}
    assert len(faces) == 2
    assert "8.0%" in headline(axes)


def test_the_desk_weighs_days_by_askers() -> None:
    assert "50.0%" in headline(plots.inquiry_conversion(DESK))
    assert "1分20秒" in headline(plots.response_time(DESK))


def test_agents_are_numbers() -> None:
    frame = pd.DataFrame(
        {
            "agent": ["王芳", "李雷"],
            "agent_label": [1.0, 2.0],
            "inquiry_conversion": [0.5, 0.2],
            "low": [0.4, 0.1],
            "high": [0.6, 0.3],
            "average": 0.3,
        }
    )
    axes = plots.agents(frame)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["客服 1", "客服 2"]


def test_cheaper_offers_are_counted() -> None:
    axes = plots.same_style(OFFERS)
    assert [bar.get_width() for bar in axes.patches] == [-0.2, 0.05]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["茶", "p2"]
    assert headline(axes).startswith("2 个同款中有 1 个")


def test_promotions_of_the_period_are_counted_without_our_own() -> None:
    runs = pd.DataFrame(
        {
            "peer_id": ["", "a", "a"],
            "name": ["小店", "对家", "对家"],
            "kind": ["own", "similar", "similar"],
            "promotion": ["秋促", "满减", "周年庆"],
            "starts_on": pd.to_datetime(["2026-10-01", "2026-09-05", "2026-10-10"]),
            "ends_on": pd.to_datetime(["2026-10-03", "2026-09-06", "2026-10-10"]),
            "when": ["period", "before", "period"],
        }
    )
    axes = plots.promotions(runs)
    assert [bar.get_width() for bar in axes.patches] == [3, 2, 1]
    assert "1" in headline(axes)


@pytest.mark.parametrize(
    "name",
    [
        "review_weeks",
        "bad_reviews",
        "scores",
        "complaints",
        "refund_reasons",
        "refund_products",
        "refund_amounts",
        "refund_rate",
        "inquiry_conversion",
        "response_time",
        "agents",
        "response_bands",
        "peers",
        "peer_days",
        "same_style",
        "lost_buyers",
        "promotions",
    ],
)
def test_an_empty_frame_draws_nothing(name: str) -> None:
    assert getattr(plots, name)(pd.DataFrame()) is None
