"""What `check-data` tells of a shop's folder."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sizhen.tables import Shop, write_table
from sizhen.tables.inspect import overview
from sizhen.vocab import load


def line(shop: Shop, table: str, data_dir: Path) -> pd.Series:
    return overview(Shop.open(data_dir, shop.id)).set_index("table").loc[table]


def test_every_table_of_the_contract_is_listed(tiny_shop: Shop, tmp_path: Path) -> None:
    found = overview(tiny_shop)
    assert found["table"].tolist() == list(load().tables)
    assert found.set_index("table")["state"].to_dict()["reviews"] == "missing"


def test_a_whole_table_has_nothing_odd(tiny_shop: Shop, tmp_path: Path) -> None:
    daily = line(tiny_shop, "shop_daily", tmp_path)
    assert (daily["state"], daily["rows"], daily["days_missing"], daily["note"]) == ("there", 61, 0, "")
    assert (daily["first"], daily["last"]) == (pd.Timestamp("2026-09-01"), pd.Timestamp("2026-10-31"))
    unknown = daily["unknown_columns"].split(", ")
    assert "dsr_service" in unknown and "visitors" not in unknown


def test_gaps_and_a_partial_last_day_are_named(tiny_shop: Shop, tmp_path: Path) -> None:
    daily = tiny_shop.daily().drop(index=[10, 11, 20, 30, 40])
    daily.loc[daily.index[-1], "visitors"] = 12
    write_table(tiny_shop.folder, "shop_daily", daily)
    found = line(tiny_shop, "shop_daily", tmp_path)
    assert found["days_missing"] == 5
    assert "no rows on 2026-09-11, 2026-09-12, 2026-09-21 and 2 more days" in found["note"]
    assert "2026-10-31 looks partial" in found["note"]


def test_a_broken_table_does_not_hide_the_others(tiny_shop: Shop, tmp_path: Path) -> None:
    (tiny_shop.folder / "reviews.csv").write_text("review_id,rating\nr1,9\n", encoding="utf-8")
    found = line(tiny_shop, "reviews", tmp_path)
    assert found["state"] == "broken"
    assert "reviews.csv, row 2, column rating" in found["note"]
    assert line(tiny_shop, "shop_daily", tmp_path)["state"] == "there"


def test_an_empty_table_is_there_without_rows(tiny_shop: Shop, tmp_path: Path) -> None:
    (tiny_shop.folder / "events.csv").write_text("starts_on,name\n", encoding="utf-8")
    found = line(tiny_shop, "events", tmp_path)
    assert (found["state"], found["rows"], found["note"]) == ("there", 0, "no rows")


def test_tables_of_single_events_have_no_missing_days(tiny_shop: Shop, tmp_path: Path) -> None:
    reviews = pd.DataFrame({"review_id": ["a", "b"], "reviewed_at": ["2026-10-01 08:00:00", None]})
    write_table(tiny_shop.folder, "reviews", reviews)
    found = line(tiny_shop, "reviews", tmp_path)
    assert pd.isna(found["days_missing"])
    assert found["note"] == "1 rows without a reviewed_at"
