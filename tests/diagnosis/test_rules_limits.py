"""Each limit of look and check: healthy just on its good side and where it stands, broken just beyond it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import small_document
from sizhen.diagnosis.chart import open_chart
from sizhen.document import AdviceOutcome, Document, Finding, Judgement
from sizhen.document.findings import State
from sizhen.document.model import Result
from sizhen.tables import Period, Shop
from sizhen.tables.profile import Profile
from sizhen.tables.schema import conform
from sizhen.vocab import load
from small_case import case_with

MONTH = Period.parse("2026-10")
START = pd.Timestamp("2026-10-01")
DAYS = pd.date_range("2026-07-01", "2026-10-31")
IN = DAYS >= START
PROFILE = Profile("tiny", "小店", "taobao", targets={"2026-10": 31_000.0}, gross_margin=0.5)
SHARED = Path(os.environ.get("SIZHEN_SHARED", Path(__file__).resolve().parents[3] / "shared"))
KNOWLEDGE = SHARED / "design" / "knowledge.md"
BIG = 100_000
Tables = dict[str, pd.DataFrame]


def daily(**figures: Any) -> pd.DataFrame:
    """shop_daily of four months; carts keep days from repeating each other."""
    return pd.DataFrame({"date": DAYS, "visitors": BIG, "cart_buyers": 1000 + np.arange(len(DAYS)) % 3, **figures})


def later(before: float, now: float) -> np.ndarray:
    """`before`, and `now` in the period."""
    return np.where(IN, now, before)


def of_products(**figures: dict[str, float]) -> pd.DataFrame:
    """product_daily: every day of the period the same figures for each product."""
    rows = [{"date": d, "product_id": p, **f} for d in MONTH.dates() for p, f in figures.items()]
    return pd.DataFrame(rows)


SALES = {"shop_daily": daily(paid_amount=1000.0)}


def paid_share(x: float) -> Tables:
    rows = [("paid_search", x * BIG), ("search", (1 - x) * BIG)]
    return {
        "traffic_daily": pd.DataFrame(
            [{"date": START, "channel": c, "device": "all", "visitors": round(v)} for c, v in rows]
        )
    }


def hero_value(x: float) -> Tables:
    hero = {"paid_amount": 1000.0, "paid_buyers": 10}
    return {
        "shop_daily": daily(paid_amount=x * 2000, paid_buyers=20),
        "product_daily": of_products(a=hero, b={"paid_amount": 1.0}),
    }


def hero_share(x: float) -> Tables:
    rest = {f"p{n}": {"paid_amount": (1 - x) * 2500.0, "paid_units": 100} for n in range(4)}
    return {"product_daily": of_products(hero={"paid_amount": x * 10_000, "paid_units": 100}, **rest)}


def fallen(x: float) -> Tables:
    """Five products, of which x sell half of what they sold before."""
    sold = [
        pd.DataFrame({"date": DAYS, "product_id": f"p{n}", "sold": later(20, 10 if n < x else 20)}) for n in range(5)
    ]
    rows = pd.concat(sold)
    return {"product_daily": rows.assign(paid_units=rows["sold"], paid_amount=rows["sold"] * 50.0), **SALES}


def dear_plans(x: float) -> Tables:
    """Five plans with a gross profit of 1 a click, of which x pay 1.2 for it and the others 1."""
    cost = [1200.0 if n < x else 1000.0 for n in range(5)]
    plans = {"kind": "search", "plan": [f"a{n}" for n in range(5)], "keyword": "", "product_id": ""}
    counts = {"clicks": 1000, "paid_orders": 20, "paid_amount": 2000.0}
    return {"ads_daily": pd.DataFrame({"date": START, **plans, "cost": cost, **counts}), **SALES}


def roles(x: float) -> Tables:
    """A share x of 10,000 products is popular beyond its norm, taken from the regular ones."""
    share = {"image": 0.1, "profit": 0.25, "regular": 0.35 - x, "popular": 0.2 + x, "trial": 0.1}
    role = [r for r, s in share.items() for _ in range(round(s * 10_000))]
    return {"products": pd.DataFrame({"product_id": [f"p{n}" for n in range(len(role))], "role": role})}


def words(x: float) -> Tables:
    return {
        "keywords_daily": pd.DataFrame({"date": DAYS, "keyword": "k", "visitors": later(10_000, round(x * 10_000))})
    }


def dispatch(x: float) -> Tables:
    paid = pd.Series([START] * 1000)
    sent = np.where(np.arange(1000) < x * 1000, START + pd.Timedelta(hours=72), START + pd.Timedelta(hours=73))
    ids = [f"o{n}" for n in range(1000)]
    return {
        "orders": pd.DataFrame(
            {"order_id": ids, "created_at": paid, "paid_at": paid, "sent_at": sent, "paid_amount": 9.0}
        )
    }


def points(x: float) -> Tables:
    fined = {"starts_on": [pd.Timestamp("2026-03-01")], "name": ["违规"], "kind": ["violation"], "points": [x]}
    return {"events": pd.DataFrame(fined), **SALES}


def worse_pages(x: float) -> Tables:
    """Spend doubles while depth falls to 1 ÷ (1 + x)."""
    ads = pd.DataFrame(
        {"date": DAYS, "kind": "search", "plan": "a", "keyword": "", "product_id": "", "cost": later(100, 200)}
    )
    return {"shop_daily": daily(page_views=later(3 * BIG, round(3 * BIG / (1 + x)))), "ads_daily": ads}


def promotion(start: str, end: str) -> pd.DataFrame:
    one = {"starts_on": [pd.Timestamp(start)], "ends_on": [pd.Timestamp(end)], "name": ["店庆"], "kind": ["promotion"]}
    return pd.DataFrame(one)


def paths(x: float) -> Tables:
    on = (pd.Timestamp("2026-09-10") <= DAYS) & (pd.Timestamp("2026-09-12") >= DAYS)
    looked = daily(page_views=3 * BIG, favourite_buyers=np.where(on, round(x * 10_000), 10_000))
    return {"shop_daily": looked, "events": promotion("2026-09-10", "2026-09-12")}


def base(x: float) -> Tables:
    sold = np.where(pd.Timestamp("2026-08-14") < DAYS, x * 1000.0, 1000.0)
    return {"shop_daily": daily(paid_amount=sold), "events": promotion("2026-08-12", "2026-08-14")}


def lifecycle(x: float) -> Tables:
    """One product falls to a quarter of its peak; in the period it makes x of sales, the rest is steady."""
    week = (len(DAYS) - 1 - np.arange(len(DAYS))) // 7
    falls = np.minimum(week / 8, 1.0) * 3 + 1
    steady = falls[IN].sum() * (1 - x) / x / IN.sum()
    parts = [
        pd.DataFrame({"date": DAYS, "product_id": p, "paid_amount": a, "paid_buyers": 1000})
        for p, a in (("a", falls), ("b", steady))
    ]
    return {"product_daily": pd.concat(parts)}


def timing(x: float) -> Tables:
    """A peer lists one product a day, the shop x × 60 in sixty days."""
    listed = pd.date_range("2026-09-02", "2026-10-31")
    ids = [f"p{n}" for n in range(round(x * 60))]
    own = pd.DataFrame({"product_id": ids, "listed_on": [listed[n % 60] for n in range(len(ids))]})
    return {"products": own, "peers_daily": pd.DataFrame({"date": listed, "peer_id": "p", "new_products": 1})}


def threshold(x: float) -> Tables:
    """x of the orders at 1.2 times the mean, the others on both sides of it."""
    near = round(x * 100_000)
    rest = (100_000 - 1.2 * near) / (100_000 - near)
    amount = np.full(100_000, 1.2)
    amount[near:] = rest - 0.5
    amount[near + (100_000 - near) // 2 :] = rest + 0.5
    ids = [f"o{n}" for n in range(100_000)]
    return {
        "orders": pd.DataFrame({"order_id": ids, "created_at": START, "paid_at": START, "paid_amount": 100 * amount})
    }


def discount(x: float) -> Tables:
    sold = {"paid_units": 10_000, "paid_amount": x * 1_000_000}
    listed = pd.DataFrame({"product_id": ["a"], "list_price": [100.0]})
    return {"product_daily": of_products(a=sold), "products": listed}


def tier(x: float) -> Tables:
    """x of the three scores lie below the tier's."""
    scores = ("dsr_description", "dsr_service", "dsr_logistics")
    own = daily(paid_buyers=3000, **{s: 4.7 if n < x else 4.8 for n, s in enumerate(scores)})
    peers = pd.DataFrame({"date": DAYS, "peer_id": "t", "conversion": 0.03, **dict.fromkeys(scores, 4.8)})
    return {
        "shop_daily": own,
        "peers": pd.DataFrame({"peer_id": ["t"], "kind": ["tier_average"]}),
        "peers_daily": peers,
    }


def value_mix(x: float) -> Tables:
    """The best of four products has x times the visitors of an average one."""
    visitors = round((4 - x) * 10_000)
    low, high = {"price": 10.0, "paid_buyers": 100}, {"price": 100.0, "paid_buyers": 100}
    best = {"price": 100.0, "visitors": round(x * 30_000), "paid_buyers": 5000}
    others = {"b": low, "c": low | {"paid_buyers": 900}, "d": high}
    return {"product_daily": of_products(a=best, **{p: f | {"visitors": visitors} for p, f in others.items()})}


TABLES: dict[str, Callable[[float], Tables]] = {
    "look.paid-share": paid_share,
    "look.bounce": lambda x: {"shop_daily": daily(bounced_visitors=round(x * BIG), paid_amount=1000.0)},
    "look.depth": lambda x: {"shop_daily": daily(page_views=round(x * BIG))},
    "look.hero-value": hero_value,
    "look.too-few-products": hero_share,
    "look.product-decline": fallen,
    "look.ads": dear_plans,
    "look.roles": roles,
    "look.search-words": words,
    "look.dwell": lambda x: {"shop_daily": daily(dwell_seconds=later(100, 100 * x))},
    "look.page-cadence": worse_pages,
    "look.paths": paths,
    "look.lifecycle": lifecycle,
    "look.new-timing": timing,
    "look.campaign-base": base,
    "look.bundle-threshold": threshold,
    "look.discount-room": discount,
    "check.target": lambda x: {"shop_daily": daily(paid_amount=x * 1000)},
    "check.dispatch": dispatch,
    "check.penalty": points,
    "check.platform-review": tier,
    "check.value-mix": value_mix,
}
STEP = {
    "look.product-decline": 1.0,
    "look.ads": 1.0,
    "check.penalty": 1.0,
    "check.platform-review": 1.0,
    "look.new-timing": 1 / 60,
    "look.paid-share": 0.01,
}


def shop_of(folder: Path, tables: Tables, profile: Profile = PROFILE) -> Shop:
    for name in tables:
        (folder / f"{name}.parquet").touch()
    return Shop(folder, profile, {n: conform(f, n, n) for n, f in tables.items()})


def answer(folder: Path, rule: str, tables: Tables, **advice: list[Any]) -> Judgement:
    chart = open_chart(shop_of(folder, tables), MONTH)
    return case_with(chart, advice.get("findings", []), advice.get("outcomes", [])).judge(rule)


def cases() -> list[tuple[str, float, str]]:
    found = []
    for id in TABLES:
        limit = load().rules[id].limit
        assert limit is not None
        step = STEP.get(id, 0.02)
        bad = step if limit.bad != "below" else -step
        found += [(id, limit.value + bad, "watch"), (id, limit.value, "watch" if limit.bad == "from" else "ok")]
        found += [(id, limit.value - bad, "ok")] if limit.value > 0 else []
    return found


@pytest.mark.parametrize(("rule", "value", "state"), cases())
def test_a_limit_is_broken_beyond_it_only(rule: str, value: float, state: str, tmp_path: Path) -> None:
    found = answer(tmp_path, rule, TABLES[rule](value))
    assert found.observed == pytest.approx(value, rel=2e-3, abs=1e-3)
    assert found.state == state
    told = found.rule.healthy if state == "ok" else found.rule.unhealthy
    assert found.says.zh.startswith(told.zh.partition("{")[0])


def asked(state: State, **changed: Any) -> Finding:
    """A finding whose advice may lack what the document would not let it lack."""
    whole = Document.from_json(small_document.document(small_document.finding(state=state))).findings[0]
    return replace(whole, advice=replace(whole.advice, **changed))


def came(*outcomes: Result) -> list[AdviceOutcome]:
    return [AdviceOutcome("stock.sold_out", "", None, None, outcome) for outcome in outcomes]


HELPED = came("recovered", "worse", "improved", "unchanged", "unknown")


@pytest.mark.parametrize(
    ("rule", "findings", "outcomes", "state"),
    [
        ("check.who", [], [], "ok"),
        ("check.who", [asked("act")], [], "ok"),
        ("check.who", [asked("act", who="")], [], "watch"),
        ("check.who", [asked("watch", who="")], [], "ok"),
        ("check.plan", [asked("act")], [], "ok"),
        ("check.plan", [asked("act", due_days=None)], [], "watch"),
        ("check.revisit", [], HELPED, "ok"),
        ("check.revisit", [], [*HELPED, *came("recovered")], "ok"),
        ("check.revisit", [], came("worse") * 6, "watch"),
        ("check.revisit", [], came("unknown"), "unknown"),
        ("check.revisit", [], [], "unknown"),
    ],
)
def test_advice_is_somebodys_has_a_date_and_is_looked_back_on(
    rule: str, findings: list[Any], outcomes: list[Any], state: str, tmp_path: Path
) -> None:
    assert answer(tmp_path, rule, SALES, findings=findings, outcomes=outcomes).state == state


LIMITED = [r for r in load().rules.values() if r.exam in ("look", "check") and r.limit]


def test_every_limit_has_its_truth_table() -> None:
    assert {r.id for r in LIMITED} == {*TABLES, "check.who", "check.plan", "check.revisit"}


@pytest.mark.parametrize("rule", LIMITED, ids=lambda r: r.id)
def test_without_its_tables_a_rule_is_unknown_and_says_what_it_needs(rule: Any, tmp_path: Path) -> None:
    found = answer(tmp_path, rule.id, {})
    assert (found.state, found.observed, found.findings) == ("unknown", None, ())
    assert {n.partition(".")[0] for n in found.needs} == {n.partition(".")[0] for n in rule.needs}


LACKING: dict[str, Tables] = {
    "look.dwell": {"shop_daily": daily(dwell_seconds=100)[IN]},
    "look.page-cadence": {n: f[f["date"] >= START] for n, f in worse_pages(0.2).items()},
    "look.ads": dear_plans(0) | {"ads_daily": dear_plans(0)["ads_daily"].drop(columns=["paid_orders", "paid_amount"])},
    "look.paths": paths(1.0) | {"events": promotion("2026-03-01", "2026-03-02")},
    "look.campaign-base": base(1.0) | {"events": promotion("2026-10-20", "2026-10-21")},
    "look.lifecycle": {"product_daily": lifecycle(0.5)["product_daily"].query("date >= '2026-10-01'")},
    "look.new-timing": timing(1.0) | {"peers": pd.DataFrame({"peer_id": ["p"], "kind": ["tier_top"]})},
    "look.discount-room": discount(0.8) | {"products": pd.DataFrame({"product_id": ["b"], "list_price": [1.0]})},
    "check.platform-review": tier(0) | {"peers": pd.DataFrame({"peer_id": ["t"], "kind": ["leader"]})},
    "check.value-mix": {"product_daily": of_products(a={"visitors": 1000, "paid_buyers": 9, "price": 5.0})},
    "check.revisit": SALES,
}


@pytest.mark.parametrize("rule", LACKING)
def test_what_the_tables_do_not_tell_is_unknown_and_said(rule: str, tmp_path: Path) -> None:
    found, lacks = answer(tmp_path, rule, LACKING[rule]), load().rules[rule].lacks
    assert (found.state, found.needs) == ("unknown", (lacks,))
    assert found.says == load().words[f"unknown_{lacks}"]


def test_penalty_points_are_judged_where_the_platform_has_such_rules(tmp_path: Path) -> None:
    abroad = open_chart(shop_of(tmp_path, points(20), replace(PROFILE, platform="shopify", currency="USD")), MONTH)
    said = case_with(abroad).judge("check.penalty")
    assert (said.state, said.needs, said.observed) == ("unknown", ("penalty_rules",), None)
    assert case_with(abroad).frame("check.penalties").empty


def test_a_month_without_a_target_is_unknown(tmp_path: Path) -> None:
    chart = open_chart(shop_of(tmp_path, SALES, replace(PROFILE, targets={})), MONTH)
    assert case_with(chart).judge("check.target").needs == ("targets",)


def test_conversion_below_the_tier_counts_beyond_chance(tmp_path: Path) -> None:
    for buyers, below in ((2995, 0), (2980, 1)):
        tables = tier(0)
        tables["shop_daily"]["paid_buyers"] = buyers
        assert answer(tmp_path, "check.platform-review", tables).observed == below


ROWS = """
look.channel-change look.channel-quality look.paid-share look.mobile look.bounce look.depth look.dwell look.hero-value
look.page-cadence look.paths look.search-words look.roles look.lifecycle look.price-bands look.too-few-products
look.broken-sizes look.bounce-by-product look.new-timing look.ads look.ads-shift look.campaign-base
look.bundle-threshold look.discount-room check.target check.split check.product-conversion check.presale
check.data-sense check.value-mix check.payment check.penalty check.platform-review check.dispatch check.who check.plan
check.revisit
""".split()


def test_every_row_of_looking_and_checking_is_a_rule() -> None:
    assert [id for id in ROWS if id not in load().rules] == []


def test_the_rows_are_those_of_the_knowledge() -> None:
    if not KNOWLEDGE.is_file():
        pytest.skip("knowledge.md is not part of the repository")
    told = re.findall(r"^\| ((?:look|check)\.[a-z-]+) \|", KNOWLEDGE.read_text(encoding="utf-8"), re.M)
    assert sorted(told) == sorted(ROWS)
