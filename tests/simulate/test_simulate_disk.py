"""Made shops on disk: valid, small, always the same."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date
from pathlib import Path

import pytest

from sizhen.simulate import Plan, make_shops, simulate, write, write_samples
from sizhen.tables import Shop, list_shops
from sizhen.vocab import load


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    write_samples(folder)
    return folder


def _digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_plan_makes_the_same_shop() -> None:
    plan = Plan(seed=9, days=30, visitors_per_day=300, products=8)
    first, second = simulate(plan), simulate(plan)
    assert all(frame.equals(second.tables[name]) for name, frame in first.tables.items())
    other = simulate(Plan(seed=10, days=30, visitors_per_day=300, products=8))
    assert not first.tables["shop_daily"].equals(other.tables["shop_daily"])


@pytest.mark.slow
def test_samples_are_small_and_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    assert sum(path.stat().st_size for path in sample.rglob("*") if path.is_file()) < 2_000_000
    write_samples(tmp_path)
    assert _digest(sample) == _digest(tmp_path)


def test_samples_open_as_shops(sample: Path) -> None:
    assert list_shops(sample) == ["linen-house", "orders-only", "tea-corner"]
    linen = Shop.open(sample, "linen-house")
    assert all(linen.has(name) and len(linen.table(name)) for name in load().tables)
    assert linen.profile.owner_email.endswith(".example")
    october = linen.table("shop_daily").query("date >= '2026-10-01'")["paid_amount"].sum()
    assert october < 0.95 * linen.profile.targets["2026-10"]
    tea = Shop.open(sample, "tea-corner")
    october = tea.table("shop_daily").query("date >= '2026-10-01'")["paid_amount"].sum()
    assert october > tea.profile.targets["2026-10"]
    bare = Shop.open(sample, "orders-only")
    assert [name for name in load().tables if bare.has(name)] == ["reviews", "orders"]
    assert 50 < len(bare.table("orders")) / 120 < 75


def test_a_sample_gives_all_devices_beside_the_parts_and_counts_nobody_twice(sample: Path) -> None:
    tea = Shop.open(sample, "tea-corner")
    days = tea.table("traffic_daily").pivot_table(index=["date", "channel"], columns="device", values="visitors")
    parts = days["mobile"] + days["desktop"]
    assert (days["all"] <= parts).all() and days["all"].sum() < parts.sum()
    assert (days["all"] >= days[["mobile", "desktop"]].max(axis=1)).all()
    everybody = tea.daily().set_index("date")["visitors"]
    assert (days["all"].groupby("date").sum() >= everybody).all(), "each came by one channel at least"
    money = tea.table("traffic_daily").groupby("device")["paid_amount"].sum()
    assert money["all"] == pytest.approx(money["mobile"] + money["desktop"])


def test_the_codebook_names_every_column(sample: Path) -> None:
    text = (sample / "README.md").read_text(encoding="utf-8")
    for spec in load().tables.values():
        assert f"### {spec.name}\n" in text
        for column in spec.columns:
            assert re.search(rf"^\| \**{column.name}\** \| {column.kind}", text, re.M), column.name
    assert "stock.sold_out" in text


def test_a_tiny_shop_of_few_buyers_is_still_valid(tmp_path: Path) -> None:
    made = simulate(Plan(seed=3, shop_id="tiny", days=14, visitors_per_day=20, products=3))
    write(made, tmp_path)
    shop = Shop.open(tmp_path, "tiny")
    assert len(shop.table("shop_daily")) == 14


SMALL = Plan(seed=4, visitors_per_day=200, products=5, days=30)


def test_make_shops_writes_shops_and_their_truth(tmp_path: Path) -> None:
    truth = make_shops(tmp_path, 2, SMALL, ["stock.sold_out", "decoy:peer.price_cut"])
    assert list_shops(tmp_path) == sorted(truth) == ["made-0001", "made-0002"]
    assert json.loads((tmp_path / "truth.json").read_text(encoding="utf-8")) == truth
    with pytest.raises(ValueError, match="cannot be planted"):
        make_shops(tmp_path, 1, SMALL, ["decoy:market.demand"])


def test_make_shops_plants_several_at_once_with_size_and_day(tmp_path: Path) -> None:
    day = date(2026, 10, 20)
    truth = make_shops(tmp_path, 1, SMALL, ["traffic.search", "order.payment"], size=0.2, start=day, at_once=2)
    (planted,) = truth.values()
    assert {t["cause"] for t in planted} == {"traffic.search", "order.payment"}
    assert {t["start"] for t in planted} == {"2026-10-20"} and {t["size"] for t in planted} == {0.2}
    with pytest.raises(ValueError, match="as many names"):
        make_shops(tmp_path, 1, SMALL, ["traffic.search"], at_once=2)
