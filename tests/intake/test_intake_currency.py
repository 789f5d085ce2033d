"""Money of another currency than the shop's is refused from both sides, also where a platform's files leave it out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from made import ORDERS, PRODUCTS

from sizhen.intake import FileReport
from sizhen.intake.currency import by_contract
from sizhen.intake.layouts import layouts
from sizhen.tables import Shop

Bring = Callable[..., FileReport]
YUAN = (ORDERS, "A1,10,9,上海,2026-10-01 10:00:00,2026-10-01 10:01:00,0")
DAILY = "date,visitors,paid_amount"


def shop(data_dir: Path, currency: str) -> Path:
    folder = data_dir / "s1"
    folder.mkdir(parents=True)
    text = f'shop_id = "s1"\nname = "s1"\nplatform = "other"\ncurrency = "{currency}"\n'
    (folder / "shop.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (YUAN, "is in CNY, but s1 counts in EUR (column 总金额, 买家实际支付金额, 退款金额: Tmall order report)"),
        ((DAILY, "2026-10-01,5,¥12"), "is in ¥, but s1 counts in EUR (row 2, column paid_amount)"),
        (
            (DAILY, "2026-10-01,5,12", "2026-10-02,5,CNY 12"),
            "is in CNY, but s1 counts in EUR (row 3, column paid_amount)",
        ),
        ((f"{DAILY},currency", "2026-10-01,5,12,cny"), "is in CNY, but s1 counts in EUR (row 2, column currency)"),
    ],
)
def test_yuan_do_not_get_into_a_shop_of_euros(bring: Bring, data_dir: Path, lines: tuple[str, ...], named: str) -> None:
    folder = shop(data_dir, "EUR")
    refused = str(bring(*lines).error)
    assert named in refused and "check --shop, or correct currency in shop.toml" in refused
    assert [path.name for path in folder.iterdir()] == ["shop.toml"]


@pytest.mark.parametrize("told", ["12 €", "EUR 12"])
def test_euros_do_not_get_into_a_shop_that_began_with_a_file_in_yuan(bring: Bring, data_dir: Path, told: str) -> None:
    assert bring(*YUAN).error is None
    assert Shop.open(data_dir, "s1").profile.currency == "CNY"
    assert "but s1 counts in CNY (row 2, column paid_amount)" in str(bring(DAILY, f"2026-10-01,5,{told}").error)


def test_what_says_no_currency_comes_into_any_shop(bring: Bring, data_dir: Path) -> None:
    shop(data_dir, "EUR")
    assert bring(DAILY, "2026-10-01,5,12").error is None
    other = PRODUCTS.replace('"taobao"', '"other"')
    assert bring("统计日期,商品ID,商品访客数,支付金额", "2026-09-08,001,10,5", map=other).error is None


def test_every_layout_with_money_of_a_chinese_platform_is_in_yuan() -> None:
    chinese = {"taobao", "tmall", "jd", "douyin", "pinduoduo"}
    for layout in layouts().values():
        for source in layout.sources:
            money = source.kind == "money" and layout.platform in chinese
            frame = pd.DataFrame({source.column: [None, 1.0]})
            assert by_contract(layout, [frame]) == ("CNY" if money else None), (layout.id, source.column)
            assert by_contract(layout, [frame[:1]]) is None


@pytest.mark.parametrize("name", ["Euro", "US dollars", "1"])
def test_what_is_no_code_of_a_currency_makes_no_shop(bring: Bring, data_dir: Path, name: str) -> None:
    told = str(bring(f"{DAILY},currency", f"2026-10-01,5,12,{name}").error)
    assert f"has {name.upper()} in row 2, column currency, which is no code of a currency; write a code" in told
    assert not (data_dir / "s1" / "shop.toml").exists()


@pytest.mark.parametrize(
    ("name", "code"), [("eur", "EUR"), ("￥", "CNY"), ("rmb", "CNY"), ("$", "USD"), ("人民币", "CNY")]
)
def test_names_and_signs_of_a_currency_are_its_code(bring: Bring, data_dir: Path, name: str, code: str) -> None:
    assert bring(f"{DAILY},currency", f"2026-10-01,5,12,{name}").error is None
    assert Shop.open(data_dir, "s1").profile.currency == code


def test_several_currencies_are_named_with_their_rows(bring: Bring) -> None:
    refused = str(bring(f"{DAILY},currency", "2026-10-01,5,12,EUR", "2026-10-02,5,12,USD").error)
    assert "holds rows of several currencies (EUR in row 2, column currency; USD in row 3, column currency)" in refused
