"""What could be gained: a gap to the tier, and a small channel that sells; ranked apart, and nothing to act on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sizhen.diagnosis import open_case
from sizhen.tables import Period, Shop

pytestmark = pytest.mark.slow

PERIOD = Period.parse("2026-W43")


def findings(shop: Shop, **tables: pd.DataFrame) -> list[dict[str, Any]]:
    return open_case(Shop(shop.folder, shop.profile, tables), PERIOD).document()["findings"]


def chances(found: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {f["id"]: f for f in found if f["stake"]["kind"] == "opportunity"}


@pytest.fixture
def shop(sample_dir: Path) -> Shop:
    return Shop.open(sample_dir, "tea-corner")


def tier_at(shop: Shop, factor: float) -> pd.DataFrame:
    """The tier's conversion at `factor` × the shop's own."""
    peers, daily = shop.table("peers"), shop.table("peers_daily").copy()
    mine = daily["peer_id"].isin(peers.loc[peers["kind"] == "tier_average", "peer_id"])
    own = shop.table("shop_daily")
    daily.loc[mine, "conversion"] = factor * own["paid_buyers"].sum() / own["visitors"].sum()
    return daily


def test_a_standing_gap_to_the_tier_is_an_opportunity_ranked_last(shop: Shop) -> None:
    found = findings(shop, peers_daily=tier_at(shop, 1.5))
    gap = next(f for i, f in chances(found).items() if i.startswith("unexplained.conversion:"))
    assert gap["state"] == "watch"
    assert gap["expected"] / gap["observed"] == pytest.approx(1.5, rel=0.1)
    assert gap["stake"]["amount"] > 0
    assert gap["says"]["zh"].startswith("近五周") and f"{gap['expected']:.1%}" in gap["says"]["zh"]
    assert "原因" not in gap["says"]["zh"]
    kinds = [f["stake"]["kind"] == "opportunity" for f in found]
    assert kinds == sorted(kinds)


def test_a_shop_that_does_as_well_as_its_tier_has_none(shop: Shop) -> None:
    assert not [i for i in chances(findings(shop, peers_daily=tier_at(shop, 1.05))) if "conversion" in i]


def test_a_small_channel_that_sells_is_an_opportunity(shop: Shop) -> None:
    traffic = shop.table("traffic_daily").copy()
    mine = traffic["channel"] == "content"
    traffic.loc[mine, ["visitors", "paid_buyers"]] = [12.0, 2.0]
    found = chances(findings(shop, traffic_daily=traffic))["unexplained.visitor_value:content"]
    assert found["observed"] == pytest.approx(1 / 6, rel=1e-3)
    assert found["observed"] > 1.5 * found["expected"]
    assert found["reference"] == "rule" and found["source"] == "look.channel-quality"
