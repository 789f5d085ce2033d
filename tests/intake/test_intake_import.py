"""What ends up in the shop's folder."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from sizhen.intake import FileReport, import_files
from sizhen.intake.layouts import layouts
from sizhen.intake.rules import CELL, OF_WORDS, TABLE
from sizhen.intake.summary import told
from sizhen.tables import Shop, read_table, write_table
from sizhen.tables.profile import PLATFORMS

JD = "商品ID,用户ID,会员等级,购买时间,评论时间,打分,商品名称,评论内容"
LISTINGS = "update_time,id,title,price,sale_count,comment_count,店名"
ORDERS = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额"
TAOBAO = "用户ID,会员级别,手机参数,昵称,购买时间,评论内容"

Bring = Callable[..., FileReport]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def order(id: str, paid: str = "9", refund: str = "0") -> str:
    return f"{id},10,{paid},上海,2026-10-01 10:00:00,2026-10-01 10:01:00,{refund}"


def test_a_new_shop_gets_profile_and_lineage(bring: Bring, data_dir: Path, tmp_path: Path) -> None:
    report = bring(ORDERS, order("A1"), name="十月.csv")
    assert (report.file, report.layout, report.table, report.tables) == (
        "十月.csv",
        "tmall_order_report",
        "orders",
        {"orders": 1},
    )
    assert str(report.first) == str(report.last) == "2026-10-01"
    profile = Shop.open(data_dir, "s1").profile
    assert (profile.name, profile.platform, profile.currency, profile.owner_email) == ("s1", "tmall", "CNY", "")
    (entry,) = json.loads((data_dir / "s1" / "lineage.json").read_text(encoding="utf-8"))
    assert (entry["file"], entry["sha256"], entry["tables"]) == ("十月.csv", report.sha256, {"orders": 1})
    assert str(tmp_path) not in (data_dir / "s1" / "lineage.json").read_text(encoding="utf-8")


def test_importing_again_changes_nothing(bring: Bring, data_dir: Path) -> None:
    def all_three() -> dict[str, bytes]:
        bring(ORDERS, order("A1"), order("A2"))
        bring(LISTINGS, "2026/10/1,P1,t,9.9,10,1,甲", "2026/10/2,P1,t,9.9,15,1,甲", name="b.csv")
        bring(JD, "p1,u1,0,2026/10/1 9:00,2026/10/5 9:00,5,x,好", name="c.csv")
        return snapshot(data_dir)

    first = all_three()
    assert len(first) == 7
    assert all_three() == first


def test_a_newer_file_updates_orders_and_keeps_what_it_does_not_tell(bring: Bring, data_dir: Path) -> None:
    bring(ORDERS, order("A1"), order("A2"))
    bring(ORDERS, order("A1", paid="4", refund="5"), order("A3", paid="-"))
    bring(ORDERS, order("A3", paid="8"), order("A2", paid="--"))
    frame = Shop.open(data_dir, "s1").table("orders").set_index("order_id")
    assert frame["paid_amount"].to_dict() == {"A1": 4, "A2": 9, "A3": 8}
    assert frame.loc["A1", "refund_amount"] == 5


def test_shop_toml_and_the_original_file_stay_as_they_are(bring: Bring, data_dir: Path, tmp_path: Path) -> None:
    bring(ORDERS, order("A1"))
    profile = data_dir / "s1" / "shop.toml"
    profile.write_text(profile.read_text(encoding="utf-8").replace('name = "s1"', 'name = "甲"'), encoding="utf-8")
    before = (tmp_path / "export.csv").read_bytes()
    bring(data=before)
    assert Shop.open(data_dir, "s1").profile.name == "甲"
    assert (tmp_path / "export.csv").read_bytes() == before


def test_a_csv_table_stays_csv_and_extra_columns_keep_their_kind(bring: Bring, data_dir: Path) -> None:
    bring(LISTINGS, "2026/10/1,P1,t,9.9,10,1,甲")
    folder = data_dir / "s1"
    write_table(
        folder, "peer_products_daily", read_table(folder / "peer_products_daily.parquet", "peer_products_daily"), "csv"
    )
    bring(LISTINGS, "2026/10/2,P1,t,8.8,25,,甲")
    frame = read_table(folder / "peer_products_daily.csv", "peer_products_daily")
    assert not (folder / "peer_products_daily.parquet").exists()
    assert frame["units_sold"].tolist()[1] == 15


def units(data_dir: Path) -> list[float | None]:
    frame = Shop.open(data_dir, "s1").table("peer_products_daily")
    return [None if pd.isna(u) else u for u in frame.sort_values(["peer_product_id", "date"])["units_sold"]]


def test_counters_become_daily_units_and_never_negative(bring: Bring, data_dir: Path) -> None:
    counts = {"1": "10", "2": "25", "3": "20", "4": "", "5": "30", "6": "30"}
    report = bring(LISTINGS, *(f"2026/10/{d},P1,t,9.9,{c},1,甲" for d, c in counts.items()), "2026/10/2,P2,t,5,7,1,乙")
    assert units(data_dir) == [None, 15, None, None, 10, 0, None]
    assert report.notes == {"counter_fell": 1, "counter_gap": 1}
    assert report.tables == {"peer_products_daily": 7, "peers": 2}


def test_days_may_come_one_file_at_a_time_and_in_any_order(bring: Bring, data_dir: Path) -> None:
    for day, count in (("1", "10"), ("3", "40"), ("2", "25")):
        bring(LISTINGS, f"2026/10/{day},P1,t,9.9,{count},1,甲")
    assert units(data_dir) == [None, 15, 15]


def test_what_the_analyst_knows_of_a_peer_outlives_an_import(bring: Bring, data_dir: Path) -> None:
    bring(LISTINGS, "2026/10/1,P1,t,9.9,10,1,甲")
    folder = data_dir / "s1"
    write_table(folder, "peers", read_table(folder / "peers.parquet", "peers").assign(kind="leader"))
    bring(LISTINGS, "2026/10/2,P1,t,9.9,12,1,甲", "2026/10/2,P9,t,9.9,12,1,乙")
    assert Shop.open(data_dir, "s1").table("peers").set_index("peer_id")["kind"].to_dict() == {
        "甲": "leader",
        "乙": "similar",
    }


def test_jd_reviews_keep_stars_where_nothing_was_written(bring: Bring, data_dir: Path) -> None:
    silent = "100 ,16000000001,{},2026/10/1 9:05,2026/10/5 19:05,5,空调,此用户未填写评价内容"
    angry = "100 ,16000000002,0,2026/10/1 9:05,2026/10/6 9:05,1,空调,坏了，打13812345678"
    report = bring(JD, silent.format(201), angry, silent.format(201), silent.format(0), encoding="gbk")
    assert report.rejected == {"exact_duplicate": 1, "repeated_key": 1}
    assert report.notes == {"default_text": 1, "personal_data": 1}
    frame = Shop.open(data_dir, "s1").table("reviews").sort_values("rating")
    assert frame["rating"].tolist() == [1, 5]
    assert frame["text"].fillna("missing").tolist() == ["坏了，打[phone]", "missing"]
    assert frame["product_id"].tolist() == ["100", "100"]
    stored = frame.to_csv() + (data_dir / "s1" / "lineage.json").read_text(encoding="utf-8")
    assert "16000000001" not in stored
    assert "13812345678" not in stored


def test_taobao_reviews_make_no_id_of_a_destroyed_number(bring: Bring, data_dir: Path) -> None:
    report = bring(
        TAOBAO,
        "1.03531E+12,0,颜色:金,t***3,2026/10/1 9:05,不错",
        "1.03531E+12,0,颜色:金,王小小,2026/10/1 9:05,很好",
        "",
        ",,,,,",
        TAOBAO,
        "1034741957114,0,颜色:金,a***1,2026-10-02 16:01:09,此用户没有填写评论!",
    )
    assert (report.read, report.kept, report.rejected) == (4, 3, {"repeated_heading": 1})
    assert report.notes == {"row_id_without_number": 2, "default_text": 1, "empty_row": 2}
    frame = Shop.open(data_dir, "s1").table("reviews")
    assert frame["review_id"].is_unique
    assert set(frame["buyer"]) == {"t***3", "王***小", "a***1"}
    assert frame["reviewed_at"].isna().all()
    assert frame["bought_at"].notna().all()


@pytest.mark.integration
def test_pseudonyms_of_two_data_folders_do_not_match(tmp_path: Path) -> None:
    file = tmp_path / "r.csv"
    file.write_text(f"{JD}\np1,u1,0,2026/10/1 9:00,2026/10/5 9:00,5,x,好\n", encoding="utf-8")
    buyers = set()
    for name in ("one", "two"):
        import_files([file], shop_id="s1", data_dir=tmp_path / name)
        buyers |= set(Shop.open(tmp_path / name, "s1").table("reviews")["buyer"])
    assert len(buyers) == 2


def test_sources_toml_names_only_what_exists() -> None:
    for layout in layouts().values():
        assert layout.platform in PLATFORMS
        assert layout.title.zh
        assert layout.title.en
        assert bool(layout.tables) != bool(layout.passed_over)
        for source in (s for sources in layout.tables.values() for s in sources):
            assert source.rule is None or source.rule in CELL or (source.rule in OF_WORDS and source.map)
            assert source.after is None or source.after in TABLE


def test_the_summary_says_what_happened_to_each_file(bring: Bring) -> None:
    reports = [bring(ORDERS, order("A1"), order("A1")), bring(data=b"", name="[empty].csv")]
    screen = StringIO()
    for part in told(reports):
        Console(width=250, file=screen).print(part)
    said = screen.getvalue()
    assert said.splitlines()[0] == "✓ export.csv"
    for part in ("Tmall order report → orders; 1 of 2 rows; ", "exact duplicate of an earlier row: 1"):
        assert part in said
    assert "✗ [empty].csv\n   not imported: is empty" in said
