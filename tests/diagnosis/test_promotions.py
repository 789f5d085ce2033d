"""The shop's own promotions beside ordinary days: the frames that two rules watch, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sizhen.diagnosis import open_case
from sizhen.diagnosis.case import Case
from sizhen.tables import Period
from small_shop import shop_of

MONTH = Period.parse("2026-10")
DAYS = pd.date_range("2026-07-01", "2026-10-31")
EVENT = {"name": "店庆", "kind": "promotion", "starts_on": "2026-09-10", "ends_on": "2026-09-12"}
PROMOTED = DAYS.isin(pd.date_range("2026-09-10", "2026-09-12"))
AFTER = pd.Timestamp("2026-09-12") < DAYS


def case_of(folder: Path, *events: dict[str, object]) -> Case:
    """Promotion days: half of the favourites, a page more; a tenth fewer sales afterwards."""
    figures = {"visitors": 1000, "page_views": 3000 + 1000 * PROMOTED, "favourite_buyers": 100 - 50 * PROMOTED}
    sold = pd.Series(100.0, index=DAYS).where(~AFTER, 90.0).to_numpy()
    daily = pd.DataFrame({"date": DAYS, "cart_buyers": range(len(DAYS)), **figures, "paid_amount": sold})
    return open_case(shop_of(folder, shop_daily=daily, events=list(events) or [{**EVENT, "kind": "page"}]), MONTH)


def test_promotion_days_stand_beside_ordinary_ones(tmp_path: Path) -> None:
    case = case_of(tmp_path, EVENT)
    promoted, ordinary = case.frame("promotions.visits").to_dict("records")
    assert promoted == {
        "day_kind": "promotion",
        "days": 3,
        "visitor_days": 3000,
        "favourite_rate": 0.05,
        "depth.visitor": 4,
    }
    assert (ordinary["favourite_rate"], ordinary["depth.visitor"]) == (0.1, 3)
    answer = case.judge("look.paths")
    assert (answer.observed, answer.n, answer.state) == (0.5, 3000, "watch")


def test_ordinary_days_after_a_promotion_stand_beside_those_before(tmp_path: Path) -> None:
    case = case_of(tmp_path, EVENT)
    sales = case.frame("promotions.sales").set_index("when")
    assert sales["day_amount"].to_dict() == {"before": 100, "after": 90}
    assert list(sales["starts_on"]) == [pd.Timestamp("2026-08-13"), pd.Timestamp("2026-09-13")]
    assert list(sales["ends_on"]) == [pd.Timestamp("2026-09-09"), pd.Timestamp("2026-09-26")]
    answer = case.judge("look.campaign-base")
    assert (answer.observed, answer.n) == (pytest.approx(0.9), sales.loc["after", "paid_amount"])


@pytest.mark.parametrize(("frame", "word"), [("visits", "promotion_days"), ("sales", "past_promotion")])
def test_without_a_promotion_the_table_says_what_the_judgement_says(frame: str, word: str, tmp_path: Path) -> None:
    nothing = case_of(tmp_path).frame(f"promotions.{frame}")
    assert (len(nothing.columns), nothing.attrs["empty"]) == (0, f"unknown_{word}")


def test_without_days_of_the_shop_the_table_names_them(tmp_path: Path) -> None:
    case = open_case(shop_of(tmp_path, reviews=[{"review_id": "1"}]), MONTH)
    for frame in ("visits", "sales"):
        assert case.frame(f"promotions.{frame}").attrs["needs"] == ["shop_daily"]
