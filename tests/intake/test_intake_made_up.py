"""The shared made-up exports through the command line: the tables hold what the files add up to, read by pandas."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sizhen.cli import app
from sizhen.tables import Shop, read_table

OTHERS = ("ga4", "shopify", "amazon")


@pytest.fixture(scope="module")
def demo(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Shop]:
    """(the files, the shop they were imported into)."""
    folder = shared_data / "exports" / "made_up"
    if not folder.is_dir():
        pytest.skip("the shared made-up exports are not here")
    tmp = tmp_path_factory.mktemp("made_up")
    files, data = tmp / "files", tmp / "data"
    files.mkdir()
    for path in folder.iterdir():
        if not path.name.startswith(OTHERS):
            shutil.copyfile(path, files / path.name)
    run = CliRunner().invoke(app, ["import", str(files), "--shop", "demo", "--data", str(data)])
    assert run.exit_code == 0, run.output
    return files, Shop.open(data, "demo")


def numbers(cells: pd.Series) -> pd.Series:
    return pd.to_numeric(cells.astype("str").str.replace(",", ""), errors="coerce")


def read(files: Path, pattern: str, header: int = 0) -> pd.DataFrame:
    """All files of a kind as text, one after the other."""
    frames = [
        pd.read_csv(p, dtype="str", encoding="gb18030")
        if p.suffix == ".csv"
        else pd.read_excel(p, dtype="str", header=header, engine="calamine")
        for p in sorted(files.glob(pattern))
    ]
    assert frames
    return pd.concat(frames)


def agree(table: pd.DataFrame, export: pd.DataFrame, columns: dict[str, str]) -> None:
    held = {c: table[c].sum() for c in columns}
    assert held == pytest.approx({c: numbers(export[h]).sum() for c, h in columns.items()})
    assert all(held.values())


def test_products_of_taobao(demo: tuple[Path, Shop]) -> None:
    files, shop = demo
    export = read(files, "*商品_全部*.xls", header=4)
    table = shop.table("product_daily").merge(
        export[["商品ID"]].drop_duplicates(), left_on="product_id", right_on="商品ID"
    )
    assert len(table) == len(export) == 72
    columns = {
        "visitors": "商品访客数",
        "page_views": "商品浏览量",
        "cart_units": "商品加购件数",
        "paid_amount": "支付金额",
    }
    agree(table, export, columns | {"refund_amount": "成功退款金额", "search_visitors": "搜索引导访客数"})
    titles = shop.table("products").set_index("product_id")["title"]
    assert titles[export["商品ID"]].tolist() == export["商品名称"].tolist()


def test_sources_of_traffic(demo: tuple[Path, Shop]) -> None:
    files, shop = demo
    export = read(files, "*流量来源*.xls", header=5)
    table = shop.table("traffic_daily")
    assert set(export["三级来源"]) == {"汇总"}
    agree(
        table,
        export,
        {"visitors": "访客数", "paid_amount": "支付金额", "paid_buyers": "支付买家数", "cart_buyers": "加购人数"},
    )
    assert set(table["device"]) == {"mobile"}
    first = table[table["date"] == "2026-09-08"].set_index("channel")["visitors"]
    assert first[["search", "paid_search", "external"]].tolist() == [9433, 1612, 3222]
    assert first["owned"] == 3960 + 5319
    assert "other" not in first


def test_advertising(demo: tuple[Path, Shop]) -> None:
    files, shop = demo
    export = read(files, "万相台*.csv")
    columns = {"impressions": "展现量", "clicks": "点击量", "cost": "花费", "paid_amount": "总成交金额"}
    agree(shop.table("ads_daily"), export, columns)
    assert shop.table("ads_daily")["attribution_days"].isna().all()


def test_products_of_jd_agree_with_the_row_of_totals(demo: tuple[Path, Shop]) -> None:
    files, shop = demo
    export = read(files, "京东商智*.xlsx")
    total = export[export["时间"] == "合计"]
    rows = export[export["时间"] != "合计"]
    table = shop.table("product_daily").merge(rows[["SKU"]], left_on="product_id", right_on="SKU")
    assert table["paid_amount"].sum() == pytest.approx(float(total["成交金额"].iloc[0]))
    agree(table, rows, {"visitors": "商品访客数", "order_amount": "下单金额", "paid_units": "成交商品件数"})


def test_a_week_of_douyin_is_in_no_day(demo: tuple[Path, Shop]) -> None:
    files, shop = demo
    export = read(files, "抖店*.xlsx")
    table = read_table(shop.folder / "totals" / "product_daily.parquet", "totals/product_daily")
    agree(table, export, {"paid_amount": "成交金额", "paid_buyers": "成交人数", "visitors": "商品点击人数"})
    daily = shop.table("product_daily")
    assert numbers(export["成交金额"]).sum() not in daily.groupby("date")["paid_amount"].sum().tolist()
    assert set(daily["date"].dt.strftime("%m-%d")) == {"09-08", "09-09", "09-10"}
    assert set(export["商品编码"]) <= set(shop.table("products")["product_id"])
