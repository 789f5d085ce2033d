"""Files whose headings are a contract table's own columns import as that table."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from made import xlsx

from sizhen.intake import FileReport
from sizhen.tables import Shop, read_table
from sizhen.vocab import load

Bring = Callable[..., FileReport]
VALUES = {
    **{"date": "2026-10-01", "datetime": "2026-10-01 14:05:00", "id": "007", "text": "t", "flag": "true"},
    **{"count": "3", "money": "4.5", "rate": "0.25", "score": "4.5", "seconds": "6.5", "number": "7"},
}


@pytest.mark.parametrize("table", load().tables)
def test_every_table_comes_back_from_its_own_columns(bring: Bring, data_dir: Path, table: str) -> None:
    spec = load().tables[table]
    cells = [c.allowed[0] if c.kind == "choice" else VALUES[c.kind] for c in spec.columns]
    report = bring(",".join(spec.names), ",".join(cells))
    assert (report.error, report.kept, report.unread) == (None, 1, ())
    layout = "questionnaire" if table == "answers" else f"table.{table}"
    assert (report.layout, report.table) == (layout, table)
    frame = read_table(data_dir / "s1" / f"{table}.parquet", table)
    assert frame[spec.names].notna().all(axis=None)
    kinds = [c.name for c in spec.columns if c.kind in ("money", "count", "score")]
    assert all(frame[c][0] in (3, 4.5) for c in kinds)


def test_a_few_columns_in_any_order_are_enough_and_strange_ones_are_told(bring: Bring, data_dir: Path) -> None:
    report = bring(" Visitors ,memo,date,paid_amount", "10,x,2026/10/1,5.5", "12,y,2026-10-02,-")
    assert (report.layout, report.unread, report.rejected) == ("table.shop_daily", ("memo",), {})
    frame = Shop.open(data_dir, "s1").table("shop_daily")
    assert frame["visitors"].tolist() == [10, 12]
    assert frame["paid_amount"].fillna(-1).tolist() == [5.5, -1]
    assert frame["page_views"].isna().all()


def test_the_currency_of_a_table_is_no_strange_column(bring: Bring) -> None:
    report = bring("a,b,peer_id,name,kind,currency", "1,2,p1,n,leader,EUR")
    assert (report.error, report.layout, report.currency) == (None, "table.peers", "EUR")


def test_a_workbook_of_tables_is_several_reports(data_dir: Path, bring: Bring, tmp_path: Path) -> None:
    from sizhen.intake import import_files

    path = tmp_path / "both.xlsx"
    stock = [["date", "product_id", "sku", "on_hand"], ["2026-10-01", "p1", "red", 4]]
    path.write_bytes(xlsx([["date", "visitors"], ["2026-10-01", 5]], stock))
    reports = import_files([path], shop_id="s1", data_dir=data_dir)
    assert [(r.table, r.kept) for r in reports] == [("shop_daily", 1), ("stock_daily", 1)]
    assert Shop.open(data_dir, "s1").table("stock_daily")[["sku", "on_hand"]].values.tolist() == [["red", 4]]


def test_the_table_with_more_columns_there_wins(bring: Bring) -> None:
    assert bring("date,product_id,visitors,page_views", "2026-10-01,p1,4,5").table == "product_daily"
    assert bring("date,keyword,visitors,rank", "2026-10-01,k,4,5", name="b.csv").table == "keywords_daily"


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (("date,peer_id,visitors,lost_buyers", "2026-10-01,p,1,1"), "columns of peers_daily and of lost_buyers_daily"),
        (("date,source,visitors", "2026-10-01,a,5", "2026-10-01,b,6"), "several rows of one date; what tells them"),
        (("date,a,b,c,visitors", "2026-10-01,1,2,3,6"), "matches no known export"),
        (("product_id,visitors,page_views", "p1,1,2"), "has columns of product_daily, but no date; export it with"),
        (("date,product_id", "2026-10-01,p1"), "headings of no known export"),
        (("date,visitors,Visitors", "2026-10-01,1,2"), "visitors more than once"),
        (("date,visitors", "2026-10-01,-3"), "outside its range: 1 of 1"),
        (("date,channel,device,visitors", "2026-10-01,tiktok,all,3"), "not one of the allowed values"),
    ],
)
def test_what_is_no_table_is_refused(bring: Bring, data_dir: Path, lines: tuple[str, ...], says: str) -> None:
    assert says in str(bring(*lines).error)
    assert not (data_dir / "s1").exists()


def test_persons_are_covered_once_and_stay_the_same_after(bring: Bring, data_dir: Path) -> None:
    head = "order_id,buyer_id,paid_at,paid_amount"
    bring(head, "A1,ada@leak.example,2026-10-01 10:00:00,5")
    (buyer,) = Shop.open(data_dir, "s1").table("orders")["buyer_id"]
    assert len(buyer) == 20
    assert bring(head, f"A1,{buyer},2026-10-01 10:00:00,5", name="again.csv").changed == {}
    bring("review_id,text,buyer", "R1,call 13812345678,Ada Lovelace", name="r.csv")
    bring("review_id,text,buyer", "R1,call [phone],A***e", name="r2.csv")
    row = Shop.open(data_dir, "s1").table("reviews").iloc[0]
    assert (row["text"], row["buyer"]) == ("call [phone]", "A***e")
    assert "ada@" not in json.dumps((data_dir / "s1" / "lineage.json").read_text(encoding="utf-8"))
