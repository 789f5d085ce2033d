"""A shop: its profile, its tables, and what its orders alone can tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sizhen.tables import DataError, MissingTable, Shop, UnknownShop, list_shops, write_table
from sizhen.tables import shop as shop_module
from sizhen.tables.derive import shop_daily_from_orders
from sizhen.tables.schema import conform


def test_a_shop_knows_what_it_has(tiny_shop: Shop) -> None:
    assert tiny_shop.id == "tiny"
    assert tiny_shop.has("shop_daily", "traffic_daily") and not tiny_shop.has("shop_daily", "orders")
    assert "orders" in tiny_shop.missing and "shop_daily" not in tiny_shop.missing
    assert tiny_shop.profile.targets == {"2026-10": 40000.0}
    assert tiny_shop.profile.owner_email == "owner@tiny.example"


def test_a_missing_table_is_its_own_error(tiny_shop: Shop) -> None:
    with pytest.raises(MissingTable, match="tiny has no table reviews"):
        tiny_shop.table("reviews")


def test_an_unknown_shop_names_the_known_ones(tiny_shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(UnknownShop, match=r"no shop 'tinny' .*there: tiny"):
        Shop.open(tmp_path, "tinny")


@pytest.mark.parametrize("shop_id", ["", "..", "../tiny", "tiny/", "-tiny", "a" * 65, "小店"])
def test_a_shop_id_never_leaves_the_data_folder(tiny_shop: Shop, tmp_path: Path, shop_id: str) -> None:
    with pytest.raises(UnknownShop):
        Shop.open(tmp_path, shop_id)


def test_the_roster_is_the_folders_with_a_profile(tiny_shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "drafts").mkdir()
    assert list_shops(tmp_path) == ["tiny"]
    assert list_shops(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda t: t.replace('"tiny"', '"other"'), "shop_id"),
        (lambda t: t.replace('"小店"', '" "'), "name"),
        (lambda t: t.replace('"taobao"', '"ebay"'), "platform"),
        (lambda t: t.replace('"zh"', '"fr"'), "language"),
        (lambda t: t.replace('"CNY"', '"yuan"'), "currency"),
        (lambda t: t.replace("0.5", "50"), "gross_margin"),
        (lambda t: t.replace('"2026-10"', '"October"'), "targets"),
        (lambda t: 'timezone = "Mars/Olympus"\n' + t, "timezone"),
        (lambda t: t.replace("name =", "name"), None),
        (lambda t: t.replace('"小店"', "5"), "name"),
        (lambda t: "targets = 5\n" + t.partition("[targets]")[0], "targets"),
        (lambda t: 'owner = "a@x.example"\n' + t.replace("[owner]", "[other]"), "owner"),
        (lambda t: t.partition("[owner]")[0] + '[owner]\nemail = ["a@x.example", "b@x.example"]\n', "owner.email"),
        (lambda t: t.partition("[owner]")[0] + "[owner]\nname = 5\n", "owner.name"),
    ],
)
def test_a_wrong_profile_is_refused(
    tiny_shop: Shop, tmp_path: Path, change: Callable[[str], str], key: str | None
) -> None:
    path = tiny_shop.folder / "shop.toml"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    with pytest.raises(DataError, match=r"shop\.toml") as caught:
        Shop.open(tmp_path, "tiny")
    assert caught.value.column == key


def test_spaces_around_the_owners_address_are_no_part_of_it(tiny_shop: Shop, tmp_path: Path) -> None:
    path = tiny_shop.folder / "shop.toml"
    text = path.read_text(encoding="utf-8").partition("[owner]")[0]
    path.write_text(f'{text}\n[owner]\nemail = " Ann@x.example "\n', encoding="utf-8")
    assert Shop.open(tmp_path, "tiny").profile.owner_email == "Ann@x.example"


def test_the_fingerprint_changes_with_the_data(tiny_shop: Shop) -> None:
    before = tiny_shop.fingerprint()
    assert tiny_shop.fingerprint() == before
    write_table(tiny_shop.folder, "shop_daily", tiny_shop.daily().assign(visitors=7))
    assert tiny_shop.fingerprint() != before


def orders(*rows: tuple[str, str | None, str | None, str | None, float]) -> pd.DataFrame:
    columns = ["order_id", "buyer_id", "created_at", "paid_at", "paid_amount"]
    return conform(pd.DataFrame(rows, columns=columns).assign(units=1, amount=50.0), "orders", "orders")


def test_days_from_orders_tell_orders_by_ordering_and_payments_by_payment() -> None:
    daily = shop_daily_from_orders(
        orders(
            ("o1", "a", "2026-10-01 09:00", "2026-10-01 09:05", 50),
            ("o2", "a", "2026-10-01 10:00", "2026-10-01 10:05", 30),
            ("o3", "b", "2026-10-01 23:50", "2026-10-02 00:05", 20),
            ("o4", "a", "2026-10-02 12:00", "2026-10-02 12:01", 10),
            ("o5", "c", "2026-10-02 13:00", None, 0),
            ("o6", "d", "2026-10-02 14:00", "2026-10-02 14:01", 0),
        )
    )
    assert daily["paid_orders"].tolist() == [2, 2]
    assert daily["paid_buyers"].tolist() == [1, 2]
    assert daily["paid_amount"].tolist() == [80, 30]
    assert daily["order_amount"].tolist() == [150, 150]
    assert daily["returning_paid_buyers"].tolist() == [0, 1]
    assert daily["returning_paid_amount"].tolist() == [0, 10]
    assert daily[["visitors", "refund_amount"]].isna().all(axis=None)


def test_without_buyers_their_number_is_unknown() -> None:
    daily = shop_daily_from_orders(orders(("o1", None, "2026-10-01", "2026-10-01", 50)))
    assert daily["paid_orders"].tolist() == [1]
    assert np.isnan(daily["paid_buyers"][0]) and np.isnan(daily["returning_paid_buyers"][0])


def test_a_shop_with_orders_only_has_days(tiny_shop: Shop, tmp_path: Path) -> None:
    for table in ("shop_daily", "traffic_daily"):
        (tiny_shop.folder / f"{table}.parquet").unlink()
    write_table(tiny_shop.folder, "orders", orders(("o1", "a", "2026-10-01", "2026-10-01 10:00", 50)))
    shop = Shop.open(tmp_path, "tiny")
    assert shop.daily()["paid_amount"].tolist() == [50]
    with pytest.raises(MissingTable):
        shop.table("shop_daily")


def test_what_follows_from_the_tables_is_worked_out_once(tiny_shop: Shop) -> None:
    made = []
    frames = [tiny_shop.once("days", lambda: made.append(1) or tiny_shop.table("shop_daily")) for _ in range(3)]  # type: ignore[func-returns-value]
    assert made == [1] and all(frame is frames[0] for frame in frames)


def test_what_analysts_made_of_findings_is_no_part_of_the_data(
    tiny_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop_module, "NO_DATA", ("events",))
    before = tiny_shop.fingerprint()
    (tiny_shop.folder / "events.csv").write_text("starts_on,name\n2026-10-01,Day\n")
    assert tiny_shop.fingerprint() == before
    monkeypatch.setattr(shop_module, "NO_DATA", ())
    assert tiny_shop.fingerprint() != before
