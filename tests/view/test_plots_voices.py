"""Charts of complaints, words, stars, votes and praise: marks stand at their numbers, headlines answer with one."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from drawing import drawn
from sizhen.view import plots, style

pytestmark = pytest.mark.usefixtures("language")

UNKNOWN = float("nan")
NAMES = ["complaint_events", "complaint_refund_weeks", "complaint_weeks", "praised", "ratings_and_texts"]
NAMES += ["rising_words", "score_votes"]
WEEKS = pd.date_range("2026-09-06", periods=4, freq="7D")
LONG = "超长的商品标题" * 5 + "<b>🦐"


def said(axes: Axes) -> str:
    return str(axes.figure.sz_alt)  # type: ignore[union-attr]


def texts(axes: Axes) -> list[str]:
    return [t.get_text() for t in axes.texts]


def shades(axes: Axes) -> list[str]:
    return [mpl.colors.to_hex(p.get_facecolor()) for p in axes.patches]


def series(aspect: str, counts: list[float], trend: str, product: str = "") -> pd.DataFrame:
    frame = pd.DataFrame({"week": WEEKS, "when": ["before"] * 2 + ["period"] * 2, "complaints": counts})
    frame = frame.assign(product_id=product, title=LONG if product else "", aspect=aspect, review_count=20.0)
    frame["complaint_share"] = frame["complaints"] / 20
    reach = {"low": frame["complaint_share"] / 2, "high": frame["complaint_share"] + 0.1}
    return frame.assign(**reach, ratio=4.0, ratio_low=1.9, ratio_high=12.0, trend=trend)


def test_small_panels_by_aspect_what_rose_first(language: str) -> None:
    rose = series("size", [1, 1, 4, 4], "risen", "p1")
    rest = [series(a, [2, 2, 2, 2], "steady") for a in ("quality", "logistics", "colour", "price", "service", "smell")]
    axes = drawn("complaint_weeks", pd.concat([rose, *rest, series("size", [0, 1, 0, 0], "few", "p2")]))
    panels = [a for a in axes.figure.axes if a.get_visible()]
    assert len(panels) == 6
    dots = panels[0].collections[1]
    assert dots.get_offsets()[:, 1].tolist() == [0.05, 0.05, 0.2, 0.2]
    assert [mpl.colors.to_hex(c) for c in dots.get_facecolors()] == [style.BEFORE] * 2 + [style.WORSE] * 2
    assert "5.0% → 20.0%" in panels[0].get_title(loc="left")
    for number in ("5.0%", "20.0%", "1.90", "12"):
        assert number in said(axes)


def test_without_a_rise_the_most_frequent_is_named(language: str) -> None:
    axes = drawn("complaint_weeks", series("quality", [2, 2, 4, 4], "steady"))
    assert "20.0%" in said(axes)
    assert {"zh": "没有", "en": "no complaint"}[language] in said(axes)


def words(beyond: list[bool], emerging: list[bool]) -> pd.DataFrame:
    frame = pd.DataFrame({"term": ["静电", "zipper<b>"], "told": [12.0, 5.0], "told_before": [1.0, 4.0]})
    shares = {"told_share": frame["told"] / 20, "told_share_before": frame["told_before"] / 16}
    return frame.assign(
        **shares, negative_reviews=20.0, negative_reviews_before=16.0, beyond_chance=beyond, emerging=emerging
    )


def test_words_as_bars_beside_before(language: str) -> None:
    axes = drawn("rising_words", words([True, False], [True, False]))
    assert [p.get_width() for p in axes.patches] == [0.6, 0.25]
    assert shades(axes) == [style.MARK, style.BEFORE]
    assert [s[0][0] for s in axes.collections[0].get_segments()] == [1 / 16, 0.25]
    assert "60.0%" in said(axes) and "静电" in said(axes)
    none = drawn("rising_words", words([False, False], [False, False]))
    assert "12" in said(none) and "20" in said(none)


def ratings(kinds: list[str], of: list[float]) -> pd.DataFrame:
    frame = pd.DataFrame({"mismatch": kinds, "found": [8.0, 2.0, 1.0][: len(kinds)], "of_reviews": of})
    frame["found_share"] = frame["found"] / frame["of_reviews"]
    return frame.assign(low=frame["found_share"] / 2, high=frame["found_share"] * 1.5, found_share_before=0.05)


def test_stars_beside_texts(language: str) -> None:
    kinds = ["praised_complains", "bad_without_complaint", "unstarred_bad"]
    axes = drawn("ratings_and_texts", ratings(kinds, [100.0, 20.0, 2.0]))
    assert [p.get_width() for p in axes.patches] == [0.08, 0.1]  # two texts without stars tell nothing
    assert axes.collections[1].get_segments()[0][:, 0].tolist() == pytest.approx([0.04, 0.12])
    assert "8.0%" in said(axes) and "5.0%" in said(axes)
    assert "10.0%" in said(drawn("ratings_and_texts", ratings(kinds, [5.0, 20.0, 2.0])))
    assert plots.ratings_and_texts(ratings(kinds[:1], [9.0])) is None


def test_around_events(language: str) -> None:
    frame = pd.DataFrame(
        {
            "event": [LONG, "改价"],
            "starts_on": pd.to_datetime(["2026-10-09", "2026-09-20"]),
            "complaint_share_before": [0.1, 0.2],
            "complaint_share": [0.12, 0.4],
            "moved_low": [-0.05, 0.1],
            "moved_high": [0.09, 0.3],
            "moved": ["unclear", "worse"],
        }
    )
    axes = drawn("complaint_events", frame)
    assert axes.lines[0].get_xdata().tolist() == [0.1, 0.2]
    assert axes.collections[1].get_offsets()[:, 0].tolist() == [0.12, 0.4]
    assert [mpl.colors.to_hex(c) for c in axes.collections[1].get_facecolors()] == [style.QUIET, style.WORSE]
    assert texts(axes) == ["10.0% → 12.0%", "20.0% → 40.0%"]
    assert "改价" in said(axes) and "40.0%" in said(axes)
    assert plots.complaint_events(frame.assign(complaint_share=UNKNOWN)) is None


def votes(*differences: float) -> pd.DataFrame:
    metrics = ["dsr_description", "dsr_service", "dsr_logistics"][: len(differences)]
    frame = pd.DataFrame({"metric": metrics, "difference": differences, "own_score_before": 4.8})
    frame["own_score"] = frame["own_score_before"] + frame["difference"]
    fell = frame["difference"] <= 0
    low, high = pd.Series(10.0, index=frame.index), pd.Series(90.0, index=frame.index)
    return frame.assign(
        bad_votes_low=low.where(fell),
        bad_votes_high=high.where(fell),
        votes_step_low=3.0,
        votes_step_high=7.0,
        votes_low=1000.4,
        votes_high=5000.0,
    )


def test_a_fall_in_votes(language: str) -> None:
    axes = drawn("score_votes", votes(-0.1, 0.05, -0.002))
    assert axes.collections[0].get_segments()[0][:, 0].tolist() == [10, 90]
    assert len(axes.collections[0].get_segments()) == 1  # a rise and a fall that rounds to nothing are not drawn
    assert "4.80" in said(axes) and "4.70" in said(axes) and "90" in said(axes)
    none = drawn("score_votes", votes(0.05, 0.0))
    assert none.collections[0].get_segments()[0][:, 0].tolist() == [3, 7]
    assert "0.01" in said(none)
    assert plots.score_votes(votes(0.05).assign(votes_step_high=UNKNOWN)) is None


def test_praise_at_most_two_of_a_product(language: str) -> None:
    frame = pd.DataFrame({"product_id": ["p1"] * 3 + ["p2"], "aspect": ["size", "quality", "price", "colour"]})
    frame = frame.assign(
        title=[LONG] * 3 + ["茶"], praise_share=[0.4, 0.3, 0.2, 0.1], praise_words=["显瘦", "", "", ""]
    )
    frame = frame.assign(low=frame["praise_share"] - 0.05, high=frame["praise_share"] + 0.05)
    axes = drawn("praised", frame)
    assert [p.get_width() for p in axes.patches] == [0.4, 0.3, 0.1]
    assert "40.0%" in said(axes) and "显瘦" in said(axes)
    assert "10.0%" in said(drawn("praised", frame.iloc[3:]))


def joined(tied: str) -> pd.DataFrame:
    frame = pd.DataFrame({"week": WEEKS, "when": ["before"] * 2 + ["period"] * 2})
    frame = frame.assign(complaint_share=[0.1, UNKNOWN, 0.3, 0.4], low=0.05, high=0.5, refund_count=[1.0, 2, 3, 4])
    frame = frame.assign(conversion=[0.05, 0.05, 0.03, 0.02], conversion_low=0.01, conversion_high=0.06, tied=tied)
    money = {"refunds_above": 1018.0, "conversion_lost": 15156.0}
    return frame.assign(
        product_id="p1", title=LONG, aspect="size", period_share=0.35, complaint_share_before=0.1, **money
    )


def test_three_panels_of_one_pair(language: str) -> None:
    axes = drawn("complaint_refund_weeks", joined("timing"))
    first, second, third = axes.figure.axes
    assert first.collections[1].get_offsets()[:, 1].tolist() == [0.1, 0.3, 0.4]
    assert [p.get_height() for p in second.patches] == [1, 2, 3, 4]
    assert third.collections[1].get_offsets()[:, 1].tolist() == [0.05, 0.05, 0.03, 0.02]
    assert all(n in said(axes) for n in ("35.0%", "10.0%"))


@pytest.mark.parametrize("tied", ["timing", "complaints", "unclear"])
def test_the_money_of_a_trouble_is_told_by_its_finding_alone(tied: str) -> None:
    assert "15,156" not in said(drawn("complaint_refund_weeks", joined(tied)))


def test_unknown_tables_have_no_panel() -> None:
    alone = joined("unclear").assign(refund_count=UNKNOWN, conversion=UNKNOWN)
    assert len(drawn("complaint_refund_weeks", alone).figure.axes) == 1


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_frame_draws_nothing(name: str) -> None:
    assert getattr(plots, name)(pd.DataFrame()) is None


def test_hostile_words_are_drawn_as_text() -> None:
    axes = drawn("rising_words", words([True, False], [False, False]))
    assert "zipper<b>" in [t.get_text() for t in axes.get_yticklabels()]
    assert np.isfinite(axes.get_xlim()).all()
