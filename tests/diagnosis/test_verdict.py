"""The one sentence: the first state that applies, with the money in it, and no more than was measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from sizhen.diagnosis import open_case
from sizhen.diagnosis.claim import Money
from sizhen.diagnosis.facts import Facts
from sizhen.diagnosis.sales import Sales
from sizhen.diagnosis.verdict import verdict
from sizhen.document import Considered, Document, Judgement, OrdersTold, Verdict
from sizhen.document.model import Document as Parsed
from sizhen.simulate import Fault, Made, Plan, simulate, write
from sizhen.tables import Period, Shop
from sizhen.vocab import Text, load
from sizhen.vocab.currency import currency_sign
from sizhen.vocab.plain import width
from small_document import document, finding

RULES = load().rules
ROOTS = ("visitors", "conversion", "average_order_value")
EVERY = frozenset(load().tables)


def found(cause: str, state: str = "act", amount: float = 1000.0, kind: str = "loss", **more: Any) -> dict[str, Any]:
    return finding(
        cause, state, amount, kind, id=f"{cause}:{len(more)}{amount}", exam=load().causes[cause].exam, **more
    )


def facts(*findings: dict[str, Any], observed: float | None = 100_000.0, **more: Any) -> Facts:
    """100,000 expected, give or take 10,000. `observed`: sales, lost by conversion; `ratios`: of the readings;
    `tables`: what the shop has; `unknown`: how many rules have no answer for want of `needs`; `waiting`:
    orders to be paid yet."""
    expected = more.get("expected", 100_000.0)
    band = (None, None) if expected is None else (0.9 * expected, 1.1 * expected)
    split = {("conversion",): (observed or 0.0) - (expected or 0.0), ("visitors",): 0.0, ("average_order_value",): 0.0}
    if more.get("unsplit"):
        split = {("unsplit",): (observed or 0.0) - (expected or 0.0)}
    sales = Sales(observed, expected, *band, None, split if expected else {}, (), Money(0.0, 0.0, 0.0, 0.0, 0.0))
    ratios: dict[str, float] = more.get("ratios", {})

    def reading(metric: str, source: str = "shop", *_: object, **__: object) -> Any:
        key = metric if source == "shop" else f"{source}.{metric}"
        return SimpleNamespace(metric=metric, ratio=ratios[key], p=0.01) if key in ratios else None

    profile = SimpleNamespace(currency=more.get("currency", "CNY"))
    tables = more.get("tables", EVERY)
    shop = SimpleNamespace(profile=profile, has=lambda *names: all(n in tables for n in names))
    answers = [Judgement(r, "ok", Text("", ""), None, 1.0, ()) for r in RULES.values()]
    lacking = [replace(a, state="unknown", needs=more.get("needs", ())) for a in answers[: more.get("unknown", 0)]]
    whole = Parsed.from_json(document(*findings)).findings
    considered = [
        Considered(c, "inconclusive" if c in more.get("looked", ()) else "untestable", None, None, (), Text("", ""))
        for c in load().causes
    ]
    real = frozenset((metric, "shop", "-") for metric in more.get("real", ()))
    told = [OrdersTold("pending", n, None) for n in more.get("waiting", ())]
    chart: Any = SimpleNamespace(reading=reading, shop=shop, orders_told=lambda: told)
    return Facts(chart, sales, real, whole, [*lacking, *answers[len(lacking) :]], considered)


STOCK, CLICK = found("stock.sold_out", amount=8_000.0), found("ads.click_cost", amount=3_000.0, kind="cost")
BACK, MISSING = found("refund.rise", amount=2_000.0, kind="cost"), found("data.missing_days", amount=0.0)
POINTS = found("compliance.points", amount=0.0)
MARKET, SIZE = found("market.demand", "watch", 15_000.0), found("review.size", "watch", 0.0, level="D")
STORE = found("page.checkout", "watch", 500.0, level="C")
SYMPTOM = found("unexplained.conversion", "watch", 9_000.0, level="C")
CHANCE = found("unexplained.conversion", "watch", 9_000.0, "opportunity", level="C")
FACT = found("peer.promotion", "watch", 0.0, level="D")


@pytest.mark.parametrize(
    ("given", "state", "says"),
    [
        (facts(STOCK, observed=84_000.0), "act", "少卖了 ¥1.6 万，原因找到了，能办。"),
        (facts(STOCK, STOCK, observed=84_000.0), "act", "少卖了 ¥1.6 万，原因找到了 2 个，都能办。"),
        (facts(STOCK, observed=60_000.0), "act", "少卖了 ¥4.0 万，其中 ¥8,000 有原因，能办。"),
        (facts(STOCK, CLICK, observed=95_000.0), "act", "总数正常，有一处少卖了 ¥8,000，能办。"),
        (facts(STOCK, STOCK, observed=120_000.0), "act", "多卖了 ¥2.0 万，有 2 处少卖了 ¥1.6 万，能办。"),
        (facts(CLICK), "act", "销售正常，推广多花了 ¥3,000，能省。"),
        (facts(CLICK, CLICK), "act", "销售正常，推广多花了 ¥6,000，2 处能省。"),
        (facts(BACK), "act", "销售正常，多退了 ¥2,000，能省。"),
        (facts(CLICK, BACK), "act", "销售正常，多花多退 ¥5,000，2 处能省。"),
        (facts(CLICK, observed=130_000.0), "act", "多卖了 ¥3.0 万，推广多花了 ¥3,000，能省。"),
        (facts(CLICK, SYMPTOM, observed=80_000.0), "act", "少卖了 ¥2.0 万，原因不明；推广多花了 ¥3,000。"),
        (facts(CLICK, MARKET, observed=80_000.0), "act", "少卖了 ¥2.0 万，有线索；推广多花了 ¥3,000。"),
        (facts(MISSING), "act", "销售正常，先把数据补齐。"),
        (facts(MISSING, observed=80_000.0), "act", "少卖了 ¥2.0 万，先把数据补齐，再找原因。"),
        (facts(MISSING, expected=None), "act", "还没有可比的日子，先把数据补齐。"),
        (facts(POINTS), "act", "销售正常，先处理违规扣分。"),
        (facts(MARKET, observed=80_000.0), "watch", "少卖了 ¥2.0 万，同层都淡，先别改价。"),
        (facts(STORE, observed=80_000.0), "watch", "少卖了 ¥2.0 万，只有 ¥500 有线索，接着查。"),
        (facts(STORE), "watch", "销售正常，有一件事要留意。"),
        (facts(SIZE, STORE), "watch", "销售正常，有 2 件事要留意。"),
        (
            facts(found("data.presale", "watch", 0.0), observed=0.0, expected=0.0),
            "watch",
            "像是预售：先看下单，尾款日再看销售。",
        ),
        (
            facts(SYMPTOM, FACT, observed=63_000.0, real=["conversion", "paid_amount"], ratios={"conversion": 0.63}),
            "unclear",
            "支付转化率掉了 37%，少卖 ¥3.7 万，没找到原因。",
        ),
        (
            facts(SYMPTOM, observed=63_000.0, real=["paid_amount"], ratios={"paid_amount": 0.63}),
            "unclear",
            "少卖了 ¥3.7 万（37%），没找到原因。",
        ),
        (facts(observed=96_000.0, real=["conversion"], ratios={"conversion": 0.9}), "fine", "一切正常，卖了 ¥9.6 万。"),
        (facts(observed=None, expected=None), "little_data", "没有销售数据，卖得怎样不知道。"),
        (facts(observed=0.0, expected=0.0), "little_data", "没有付款记录，卖了多少不知道。"),
        (facts(observed=None, expected=None, waiting=[1200]), "little_data", "1,200 单都还没付款，卖了多少不知道。"),
        (facts(observed=0.0, expected=0.0, waiting=[1]), "little_data", "1 单还没付款，卖了多少不知道。"),
        (facts(expected=None), "little_data", "卖了 ¥10.0 万，之前没有可比的日子，好坏难说。"),
        (facts(unknown=40), "little_data", f"卖了 ¥10.0 万，数据太少：{len(RULES)} 问能答 {len(RULES) - 40} 问。"),
        (facts(unknown=40, tables={"orders"}), "fine", "从订单看一切正常，卖了 ¥10.0 万。"),
        (facts(CHANCE, FACT), "fine", "卖得和平时一样：¥10.0 万。"),
        (facts(observed=120_000.0), "fine", "比平时多卖 ¥2.0 万，没有要办的事。"),
        (facts(observed=88_000.0), "fine", "少卖了 ¥1.2 万，分不清是不是偶然，下期再看。"),
    ],
)
def test_the_first_state_that_applies_says_its_money(given: Facts, state: str, says: str) -> None:
    made = verdict(given)
    assert (made.state, made.says.zh) == (state, says)


STEADY = {"visitors": 1.0, "conversion": 0.8, "average_order_value": 1.0, "tier.visitors": 0.99}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (
            facts(STOCK, STOCK, CLICK, observed=84_000.0, ratios=STEADY),
            "访客没少，同层没跌，是进店的人买得少了。另外推广多花了 ¥3,000。",
        ),
        (facts(STOCK, observed=84_000.0), "是进店的人买得少了。"),
        (
            facts(STOCK, observed=84_000.0, ratios=STEADY | {"visitors": 0.9, "tier.visitors": 0.8}),
            "每人花得没少，同层也跌了，是进店的人买得少了。",
        ),
        (facts(STOCK, MISSING, observed=84_000.0), "是进店的人买得少了。先把数据补齐。"),
        (facts(STOCK, STORE, observed=60_000.0), "是进店的人买得少了。要留意：单一终端下单不畅。"),
        (facts(STOCK, observed=84_000.0, unsplit=True), "没有访客数据，分不出是来的人少了还是买得少了。"),
        (facts(CLICK), "卖了 ¥10.0 万，平时 ¥9.0 万 到 ¥11.0 万。"),
        (facts(MISSING, expected=None), "卖了 ¥10.0 万。"),
        (facts(SIZE, STORE), "卖了 ¥10.0 万，平时 ¥9.0 万 到 ¥11.0 万。要留意：尺码抱怨增多、单一终端下单不畅。"),
        (
            facts(
                observed=63_000.0,
                real=["visitors"],
                ratios={"visitors": 0.63},
                looked=["traffic.search", "traffic.channel", "stock.sold_out"],
            ),
            "查过渠道、库存，没发现。下一步：查访客从哪天、哪个渠道少的。",
        ),
        (
            facts(observed=63_000.0, real=["paid_amount"], ratios={"paid_amount": 0.63}),
            "下一步：核对当期的活动、改价和缺货。",
        ),
        (facts(expected=None, unknown=30, needs=("baseline",)), "补上之前四周的数据，能多答 30 问。"),
        (facts(expected=None, unknown=30, needs=("traffic_daily.visitors",)), "导入流量来源日报，能多答 30 问。"),
        (facts(), f"平时 ¥9.0 万 到 ¥11.0 万。查过 {len(RULES)} 问，没有要办的事。"),
        (facts(unknown=3), f"平时 ¥9.0 万 到 ¥11.0 万。查过 {len(RULES) - 3} 问，没有要办的事，还有 3 问没有数据。"),
    ],
)
def test_the_line_under_it_claims_only_what_was_measured(given: Facts, why: str) -> None:
    assert verdict(given).why.zh == why


MONEYS = (12.3, 4_560.0, 123_456.0, 9_876_543.0)
KINDS = [
    *([STOCK], [STOCK, STOCK], [CLICK], [CLICK, CLICK], [CLICK, BACK], [BACK], [CLICK, BACK, MARKET]),
    *([MISSING], [POINTS], [MISSING, POINTS], [STOCK, CLICK, MISSING], [STORE], [MARKET], [SIZE], [SIZE, STORE]),
    *([found(cause, "watch", 60_000.0, level="C")] for cause in load().causes if not cause.startswith("unexplained.")),
]


@pytest.mark.parametrize("currency", ["CNY", "USD", "HKD"])
def test_a_sentence_fits_the_first_screen_whatever_the_money(currency: str) -> None:
    """26 Chinese characters, 70 letters, and what a sign of more than one letter takes in two amounts."""
    too_long, sign = set(), 2 * (len(currency_sign(currency)) - 1)
    for many, of, kind in product((0.55, 0.8, 0.97, 1.3), MONEYS, [*KINDS, []]):
        scaled = [f | {"stake": f["stake"] | {n: f["stake"][n] * of / 100_000 for n in AMOUNTS}} for f in kind]
        ratios = dict.fromkeys(ROOTS, 0.7)
        for real in ([], ["average_order_value"]):
            made = verdict(facts(*scaled, observed=many * of, expected=of, real=real, ratios=ratios, currency=currency))
            if width(made.says.zh) > 2 * 26 + sign or len(made.says.en) > 70 + sign:
                too_long.add((made.says.zh, made.says.en))
            assert not set("{—") & set(made.says.zh + made.says.en + made.why.zh + made.why.en)
    assert too_long == set()


AMOUNTS = ("amount", "low", "high")
END = date(2026, 9, 20)
WEEK = Period(END - timedelta(days=6), END, "week")


def _plan(**changed: Any) -> Plan:
    return Plan(
        **{"seed": 5, "shop_id": "made", "days": 84, "end": END, "visitors_per_day": 1500.0, "products": 12} | changed
    )


def _opened(folder: Path, made: Made, period: Period = WEEK) -> Document:
    write(made, folder)
    return open_case(Shop.open(folder, "made"), period).document()


def _without_reason(made: Made) -> Made:
    """37 in 100 of the last week's orders are gone, evenly."""
    orders, late = made.tables["orders"], pd.Timestamp(WEEK.start)
    lost = orders["created_at"] >= late
    kept = orders[~lost | (pd.Series(range(len(orders)), orders.index) % 100 >= 37)]
    return replace(made, tables=made.tables | {"orders": kept.reset_index(drop=True)})


def _on_delivery(made: Made) -> Made:
    orders = made.tables["orders"].assign(paid_amount=0.0, paid_at=pd.NaT)
    return replace(made, tables=made.tables | {"orders": orders})


def _fault(cause: str, size: str = "large") -> tuple[Fault, ...]:
    return (Fault(cause, WEEK.start, size),)  # type: ignore[arg-type]


ORDERS = EVERY - {"orders"}
LONG_PERIOD = Period(END - timedelta(days=19), END, "all")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("made", "period", "state", "says"),
    [
        (lambda: simulate(_plan(faults=_fault("stock.sold_out"))), WEEK, "act", "能办"),
        (lambda: simulate(_plan(faults=_fault("market.demand"))), WEEK, "watch", "同层都淡"),
        (lambda: _without_reason(simulate(_plan(omit=ORDERS))), WEEK, "unclear", "没找到原因"),
        (lambda: simulate(_plan(days=20)), LONG_PERIOD, "little_data", "没有可比的日子"),
        (lambda: simulate(_plan()), WEEK, "fine", "一切正常"),
        (lambda: simulate(_plan(omit=ORDERS)), WEEK, "fine", "从订单看一切正常"),
        (lambda: _on_delivery(simulate(_plan(omit=ORDERS))), WEEK, "little_data", "没有付款记录"),
    ],
    ids=["sold out", "weak market", "a fall of 37 %", "20 days", "well", "orders only", "cash on delivery"],
)
def test_made_shops_have_the_state_they_were_made_for(
    made: Any, period: Period, state: str, says: str, tmp_path: Path
) -> None:
    whole = _opened(tmp_path, made(), period)
    told: Verdict | None = whole.verdict
    assert told is not None
    assert told.state == state and says in told.says.zh
    lost = sum(f.stake.amount for f in whole.findings if f.stake.kind == "loss")
    if whole.sales.expected and whole.sales.observed is not None and whole.sales.expected > whole.sales.observed:
        assert lost <= whole.sales.expected - whole.sales.observed + 0.05
    for each in whole.in_state("act"):
        assert each.task is not None and each.task.zh and each.task.en
        assert each.advice.due_on is not None and each.advice.check_on is not None
        assert whole.issued_on is not None and each.advice.check_on > each.advice.due_on > whole.issued_on
        assert each.advice.expect.by == each.advice.check_on
