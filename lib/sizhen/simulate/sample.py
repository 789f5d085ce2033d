"""The sample shops: one with several troubles, one that is well, one that has orders and reviews only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from sizhen.files import replacing
from sizhen.vocab import load

from .codebook import codebook
from .disk import write
from .plan import Fault, Made, Plan
from .run import simulate
from .words import words

END, DAYS = date(2026, 10, 31), 120
MONTH, BEFORE = "2026-10", "2026-09"
AMBITION = {"linen-house": 1.03, "tea-corner": 0.97}
BOTH = 0.08  # of a channel's people on the lesser device: they came by the other too
PEOPLE = ["visitors", "bounced_visitors", "favourite_buyers", "cart_buyers"]

LINEN = Plan(
    seed=11,
    shop_id="linen-house",
    days=DAYS,
    end=END,
    visitors_per_day=2400,
    products=36,
    promotions=((date(2026, 8, 14), date(2026, 8, 17), 1.5), (date(2026, 9, 11), date(2026, 9, 13), 1.4)),
    faults=(
        Fault("stock.sold_out", date(2026, 10, 17), 0.12, {"product_id": "p0001"}),
        Fault("ads.click_cost", date(2026, 10, 5), 0.06),
        Fault("service.slow", date(2026, 10, 12), 0.09, {}),
        Fault("review.size", date(2026, 10, 8), 0.06, {"product_id": "p0002"}),
        Fault("peer.price_cut", date(2026, 10, 14), 0.05, {"product_id": "p0003"}),
    ),
)
TEA = Plan(
    seed=33,
    shop_id="tea-corner",
    language="en",
    platform="shopify",
    category="tea",
    currency="USD",
    days=DAYS,
    end=END,
    visitors_per_day=700,
    products=18,
    gross_margin=0.62,
    promotions=((date(2026, 8, 28), date(2026, 8, 31), 1.4),),
    omit=frozenset({"lost_buyers_daily", "peer_products_daily"}),
)
ORDERS = Plan(
    seed=37,
    shop_id="orders-only",
    platform="other",
    category="general",
    days=DAYS,
    end=END,
    visitors_per_day=1750,
    products=24,
    gross_margin=0.45,
)


def sample_shops() -> tuple[Made, ...]:
    """The three shops, always the same."""
    linen = simulate(_named(LINEN))
    tea = simulate(_named(TEA))
    tea.tables["peers_daily"][["visitors_index", "paid_index"]] = float("nan")
    tea.tables["traffic_daily"] = _with_all_devices(tea.tables["traffic_daily"])
    every = frozenset(load().tables)
    orders = simulate(_named(replace(ORDERS, omit=every - {"orders", "reviews"})))
    for made in (linen, tea):
        made.profile["targets"] = {MONTH: _target(made)}
    return linen, tea, orders


def _with_all_devices(traffic: pd.DataFrame) -> pd.DataFrame:
    """`traffic` and rows for all devices, which some platforms give beside the parts: who came by both counts once."""
    parts = traffic.groupby(["date", "channel", "channel_raw"], as_index=False)
    whole = parts.sum(numeric_only=True).assign(device="all")
    whole[PEOPLE] -= (BOTH * parts[PEOPLE].min()[PEOPLE]) // 1
    return pd.concat([traffic, whole], ignore_index=True)


def _named(plan: Plan) -> Plan:
    return replace(plan, name=words()["samples"][plan.shop_id]["name"])


def _target(made: Made) -> float:
    """Last month's daily sales, a little more or less, for every day of the month, rounded as owners round."""
    daily = made.tables["shop_daily"]
    pace = daily.loc[daily["date"].dt.strftime("%Y-%m") == BEFORE, "paid_amount"].mean()
    wanted = pace * pd.Period(MONTH).days_in_month * AMBITION[made.profile["shop_id"]]
    return float(round(wanted, -4 if wanted > 100_000 else -3))


def write_samples(data_dir: Path) -> dict[str, list[dict[str, Any]]]:
    """Writes the sample shops and their codebook, README.md, into `data_dir`; returns the truth by shop."""
    shops = sample_shops()
    for made in shops:
        write(made, data_dir)
    with replacing(Path(data_dir) / "README.md") as stream:
        stream.write(codebook(shops).encode())
    return {made.profile["shop_id"]: made.truth for made in shops}
