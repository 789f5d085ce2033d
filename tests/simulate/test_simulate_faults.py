"""Every cause can be planted, costs what was asked, and leaves the days before it alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from sizhen.simulate import CAUSES, Fault, Made, Plan, simulate
from sizhen.simulate.planting import DECOYS
from sizhen.vocab import load

END = date(2026, 10, 31)
START = END - timedelta(days=13)
ALL = frozenset(load().tables)
FREE = {"data.missing_days", "data.presale", "data.inconsistent", "traffic.low_quality", "compliance.points"}


def _plan(*faults: Fault, tables: tuple[str, ...] = (), seed: int = 2, visitors: float = 1500) -> Plan:
    return Plan(seed=seed, days=56, visitors_per_day=visitors, products=25, faults=faults, omit=ALL - set(tables))


def _before_and_after(made: Made, table: str, value: str, over: str, where: str = "index >= 0") -> tuple[float, float]:
    frame = made.tables[table].query(where)
    late = frame["date"].dt.date >= START
    sums = [frame[mask][[value, over]].sum() for mask in (~late, late)]
    return tuple(s[value] / s[over] for s in sums)  # type: ignore[return-value]


@pytest.mark.parametrize("cause", CAUSES)
def test_a_medium_fault_costs_what_it_should(cause: str) -> None:
    (truth,) = simulate(_plan(Fault(cause, START))).truth
    assert truth["cause"] == cause
    assert truth["start"] == START.isoformat()
    if cause in FREE:
        assert truth["kind"] == "none"
        assert truth["true_loss"] == 0
    else:
        assert truth["kind"] in ("loss", "cost")
        assert 0.06 < truth["share"] < 0.16
        assert truth["true_loss"] > 0


@pytest.mark.parametrize("cause", ["traffic.search", "stock.sold_out", "service.slow", "ads.click_cost"])
def test_bigger_faults_cost_more(cause: str) -> None:
    costs = [simulate(_plan(Fault(cause, START, size))).truth[0]["true_loss"] for size in ("small", "medium", "large")]
    assert costs == sorted(costs)
    assert costs[2] > 1.3 * costs[1] > 1.3 * 1.3 * costs[0]


@pytest.mark.parametrize("cause", sorted(DECOYS))
def test_a_decoy_costs_nothing(cause: str) -> None:
    (truth,) = simulate(_plan(Fault(cause, START, decoy=True))).truth
    assert truth["decoy"]
    assert abs(truth["share"]) < 0.02


def test_days_before_a_fault_are_untouched() -> None:
    calm = simulate(_plan(tables=("shop_daily", "product_daily"))).tables
    hurt = simulate(_plan(Fault("page.bounce", START), tables=("shop_daily", "product_daily"))).tables
    for name, frame in calm.items():
        early = frame["date"].dt.date < START
        assert frame[early].equals(hurt[name][early]), name


def test_several_faults_share_one_shop() -> None:
    made = simulate(_plan(Fault("traffic.search", START), Fault("order.payment", START), tables=("shop_daily",)))
    assert [entry["cause"] for entry in made.truth] == ["traffic.search", "order.payment"]
    assert all(0.05 < entry["share"] < 0.2 for entry in made.truth)


def test_a_fault_shows_in_its_table() -> None:
    made = simulate(_plan(Fault("service.slow", START, subject={}), tables=("service_daily",)))
    before, after = _before_and_after(made, "service_daily", "inquiry_paid_buyers", "inquiry_buyers")
    assert after < before * 0.9
    seconds = made.tables["service_daily"].groupby(made.tables["service_daily"]["date"].dt.date >= START)
    slow = seconds["first_response_seconds"].mean()
    assert slow[True] > 3 * slow[False]


def test_sold_out_sizes_are_empty_from_the_first_day() -> None:
    made = simulate(_plan(Fault("stock.sold_out", START), tables=("stock_daily",)))
    stock, truth = made.tables["stock_daily"], made.truth[0]
    stock = stock[(stock["product_id"] == truth["subject"]["product_id"]) & stock["sku"].isin(truth["detail"]["skus"])]
    assert (stock[stock["date"].dt.date >= START]["on_hand"] == 0).all()
    assert (stock[stock["date"].dt.date < START - timedelta(days=1)]["on_hand"] > 0).mean() > 0.9


def test_prices_ads_bounce_and_peers_show_their_facts() -> None:
    made = simulate(_plan(Fault("ads.click_cost", START), tables=("ads_daily",)))
    plan = made.truth[0]["subject"]["plan"]
    before, after = _before_and_after(made, "ads_daily", "cost", "clicks", f"plan == '{plan}'")
    assert after > 1.5 * before
    made = simulate(_plan(Fault("page.bounce", START), tables=("shop_daily",)))
    before, after = _before_and_after(made, "shop_daily", "bounced_visitors", "visitors")
    assert after > before * 1.05
    made = simulate(_plan(Fault("peer.price_cut", START), tables=("peer_products_daily",)))
    cut = made.tables["peer_products_daily"].query(f"product_id == '{made.truth[0]['subject']['product_id']}'")
    mine = cut[cut["peer_id"] == made.truth[0]["detail"]["peer_id"]].set_index("date")["price"]
    assert mine.iloc[-1] < mine.iloc[0] * 0.9


def test_complaints_name_their_aspect() -> None:
    made = simulate(_plan(Fault("review.size", START, "large"), tables=("reviews",), visitors=4000))
    reviews = made.tables["reviews"].query(f"product_id == '{made.truth[0]['subject']['product_id']}'")
    late = reviews["reviewed_at"].dt.date >= START
    bad = reviews["rating"] <= 3
    assert bad[late].mean() > 2 * bad[~late].mean()


def test_broken_exports() -> None:
    daily = ("shop_daily", "traffic_daily", "product_daily")
    made = simulate(_plan(Fault("data.missing_days", START), tables=daily))
    assert len(made.tables["shop_daily"]) == 56 - 3
    made = simulate(_plan(Fault("data.inconsistent", START, subject={"table": "traffic_daily"}), tables=daily))
    ratio = (
        made.tables["traffic_daily"]
        .groupby("date")["paid_amount"]
        .sum()
        .div(made.tables["shop_daily"].set_index("date")["paid_amount"])
    )
    assert (ratio.round(6) == 2).sum() == 4
    assert (ratio.round(6) == 1).sum() == 52
    made = simulate(_plan(Fault("data.presale", START), tables=daily))
    inside = made.tables["shop_daily"].set_index("date").loc[str(START)]
    assert inside["order_buyers"] > 20
    assert inside["paid_buyers"] == 0


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (lambda: Fault("traffic.moon", START), "unknown cause"),
        (lambda: Fault("traffic.search", START, 2.0), "size"),
        (lambda: _plan(Fault("traffic.search", date(2020, 1, 1))), "outside"),
        (lambda: simulate(_plan(Fault("traffic.search", START, subject={"channel": "moon"}))), "moon"),
        (lambda: simulate(_plan(Fault("market.demand", START, decoy=True))), "cannot be a decoy"),
    ],
)
def test_what_cannot_be_planted_is_refused(fault: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fault()  # type: ignore[operator]
