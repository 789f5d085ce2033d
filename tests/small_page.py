"""Findings documents typed by hand, one for each state of the owner's page."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import nbformat.v4 as v4
import pandas as pd

from sizhen import view
from sizhen.document import Document, Judgement
from sizhen.report.page import build
from sizhen.view import ending, exams, page
from sizhen.vocab import Text, load
from small_document import document, finding

END = date(2026, 10, 31)
FINE = ("look.bounce", "look.depth", "listen.answer", "ask.returning", "check.payment")


def _vital(metric: str, now: float, before: float, *, beyond: bool = False, immature: bool = False) -> dict[str, Any]:
    weeks = [
        {"start": str(END - timedelta(days=7 * (8 - n) - 1)), "value": now if n >= 4 else before, "now": n >= 4}
        for n in range(8)
    ]
    return {
        "metric": metric,
        "observed": now,
        "expected": before,
        "beyond_chance": beyond,
        "immature": immature,
        "weeks": weeks,
    }


def _text(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _said(state: str, zh: str, en: str, why_zh: str = "", why_en: str = "") -> dict[str, Any]:
    return {"state": state, "says": _text(zh, en), "why": _text(why_zh, why_en)}


def _dates(due: str, check: str) -> dict[str, str]:
    return {"due_on": due, "check_on": check}


def sold_out() -> dict[str, Any]:
    told = finding(
        amount=42_000.0,
        id="stock.sold_out:p0001",
        subject={"product_id": "p0001"},
        sure="high",
        task=_text("补「高腰水洗麻风衣」M、XL、XXL", "Restock M, XL, XXL of “High-waist coat”"),
        where={"skus": ["M", "XL", "XXL"]},
        sizes=[
            {"sku": sku, "on_hand": left, "gone_since": None if left else "2026-10-16"}
            for sku, left in (("S", 67), ("M", 0), ("L", 80), ("XL", 0), ("XXL", 0))
        ],
        now={"from": "2026-10-16", "value": 0.325, "before": 1.0},
        says=_text(
            "高腰水洗麻风衣 10月16日起断了三个码，十个想买的只有三个能买到。",
            "Three sizes of the high-waist coat ran out on 16 Oct; three in ten who want it can buy it.",
        ),
    )
    told["advice"] |= {
        "what": _text(
            "补 M、XL、XXL；补不到的开预售，写明发货日；补齐前，这款的推广减半",
            "Restock M, XL and XXL; take pre-orders for what does not come; halve its advertising until then",
        ),
        **_dates("2026-11-02", "2026-11-09"),
    }
    return told


def dear_clicks() -> dict[str, Any]:
    told = finding(
        "ads.click_cost",
        amount=30_000.0,
        kind="cost",
        id="ads.click_cost:热销款搜索计划",
        subject={"plan": "热销款搜索计划"},
        metric="click_cost",
        observed=5.68,
        expected=2.49,
        sure="high",
        source="look.ads",
        task=_text("「热销款搜索计划」出价降到 ¥3.3", "Lower the bid of “Best sellers” to ¥3.3"),
        where={"menu": ["万相台 › 关键词推广"]},
        now={"from": "2026-10-05", "value": 6.12, "before": 2.49},
        says=_text("一次点击现在 ¥6.1，保本 ¥3.3：点得越多亏得越多。", "A click costs ¥6.1 and pays up to ¥3.3."),
        periods=2,
    )
    told["advice"] |= {"who": "promotion", **_dates("2026-11-03", "2026-11-10")}
    return told


def size_chart() -> dict[str, Any]:
    told = finding(
        "review.size",
        amount=28_000.0,
        id="review.size:p0002",
        subject={"product_id": "p0002"},
        exam="listen",
        metric="complaint_share",
        observed=0.23,
        expected=0.064,
        level="B",
        sure="high",
        source="listen.size-chart",
        task=_text("改「温柔水洗麻风衣」的尺码表", "Correct the size chart of “Gentle coat”"),
        says=_text("70 条评价里 16 条说尺码不准。", "16 of 70 reviews say the size is wrong."),
    )
    told["advice"] |= {"who": "operations", **_dates("2026-11-04", "2026-11-11")}
    return told


def slow_desk() -> dict[str, Any]:
    told = finding(
        "service.slow",
        amount=23_000.0,
        id="service.slow",
        exam="ask",
        metric="first_response_seconds",
        observed=96.6,
        expected=36.1,
        since="2026-10-12",
        level="B",
        sure="medium",
        source="ask.response",
        task=_text("客服高峰期加一个人", "One more at the desk in the rush hours"),
        now={"from": "2026-10-12", "value": 127.0, "before": 36.0},
        says=_text("客服回得慢了，来问的人买得少了。", "Replies are slow, and those who ask buy less."),
    )
    told["advice"] |= {"who": "service", **_dates("2026-11-03", "2026-11-10")}
    return told


def campaign() -> dict[str, Any]:
    """A fact whose effect is not confirmed."""
    return finding(
        "peer.promotion",
        state="watch",
        amount=0.0,
        id="peer.promotion:peer-01",
        subject={"peer_id": "peer-01"},
        exam="ask",
        metric="conversion",
        observed=0.027,
        expected=0.034,
        level="D",
        source="ask.peer-campaign",
        says=_text("山野衣社的活动 10月17日开始，还没结束。", "A peer’s campaign began on 17 Oct."),
    )


def _considered() -> list[dict[str, Any]]:
    told = (
        ("stock.sold_out", "retained", []),
        ("page.bounce", "inconclusive", []),
        ("traffic.search", "ruled_out", []),
    )
    return [
        {"cause": cause, "verdict": verdict, "figure": None, "limit": None, "needs": needs, "says": _text("。", ".")}
        for cause, verdict, needs in (*told, ("compliance.points", "untestable", ["events"]))
    ]


VITALS = [
    _vital("visitors", 73_008.0, 76_000.0),
    _vital("conversion", 0.0266, 0.034, beyond=True),
    _vital("average_order_value", 239.0, 236.0),
    _vital("refund_amount", 37_000.0, 47_000.0, immature=True),
    _vital("ad_spend", 83_090.0, 53_169.0, beyond=True),
]
SALES = {"observed": 461_447.0, "expected": 579_965.0, "low": 526_984.0, "high": 638_272.0, "target": 620_000.0}
UNTOLD = [
    {"rule": "look.ads", "needs": ["ads_daily"], "why": "无法判断"},
    {"rule": "look.ads-shift", "needs": ["ads_daily.clicks"], "why": "无法判断"},
    {"rule": "look.channel-change", "needs": ["traffic_daily.visitors"], "why": "无法判断"},
    {"rule": "check.revisit", "needs": ["last_advice"], "why": "无法判断"},
]


def _document(*findings: dict[str, Any], **changed: Any) -> Document:
    told = {"schema": 2, "issued_on": "2026-11-01", "vitals": VITALS, "considered": _considered(), "sales": SALES}
    return Document.from_json(document(*findings, **(told | changed)))


def act() -> Document:
    says = _said(
        "act",
        "少卖了 ¥11.9 万，找到 3 个原因，都能办。",
        "¥119k of sales lost; 3 causes found, all can be mended.",
        "访客没少、同层没跌，是进店的人买得少了。另外推广多花 ¥3.0 万。",
        "As many visitors as ever, and the tier held: fewer of them buy. Advertising cost ¥30k more.",
    )
    previous = [
        {"finding": "ads.waste", "advice": "停掉不出单的词", "then": 0.1, "now": 0.3, "outcome": "improved"},
        {"finding": "service.slow", "advice": "晚上加一个人", "then": None, "now": None, "outcome": "unknown"},
    ]
    findings = (sold_out(), dear_clicks(), size_chart(), slow_desk(), campaign())
    return _document(*findings, verdict=says, previous=previous, not_concluded=UNTOLD[3:])


def watch() -> Document:
    says = _said("watch", "没有急事，有 1 处要留意。", "Nothing urgent; one thing to watch.")
    return _document(campaign(), verdict=says)


def unclear() -> Document:
    says = _said(
        "unclear",
        "少卖了 ¥11.9 万，原因还没找到。",
        "¥119k of sales lost; no cause found yet.",
        "访客没少，是进店的人买得少了。先看加购后不下单的人。",
        "As many visitors as ever: fewer buy. Look first at the carts that are not ordered.",
    )
    return _document(verdict=says)


def little_data() -> Document:
    says = _said("little_data", "数据不足，还判断不了。", "Too little data for a verdict.")
    data = document()["data"] | {"missing": ["ads_daily"]}
    return _document(verdict=says, vitals=VITALS[:1], not_concluded=UNTOLD, considered=[], data=data)


def fine() -> Document:
    says = _said("fine", "这个月正常，没有要办的事。", "A usual month: nothing to act on.")
    sales = SALES | {"observed": 581_000.0, "target": None}
    vitals = [_vital(v["metric"], v["expected"], v["expected"]) for v in VITALS]
    return _document(verdict=says, sales=sales, vitals=vitals)


STATES = {"act": act, "watch": watch, "unclear": unclear, "little_data": little_data, "fine": fine}


def answers(document: Document, unknown: tuple[str, ...] = ()) -> list[Judgement]:
    """An answer for each rule of the findings, some that are fine and those that `unknown` names."""
    rules, found = load().rules, [f for f in document.findings if f.state in ("act", "watch")]
    told = [Judgement(rules[f.source], f.state, rules[f.source].unhealthy, f.observed, 10.0, (f,)) for f in found]
    told += [Judgement(rules[id], "ok", Text("正常。", "Fine."), 0.031, 10.0, ()) for id in FINE]
    none = Text("缺少数据。", "Data are missing.")
    return told + [Judgement(rules[id], "unknown", none, None, 0.0, (), rules[id].needs) for id in unknown]


def case(document: Document, *more: Judgement, unknown: tuple[str, ...] = ()) -> Any:
    """A case of which all is given."""
    judgements = [*answers(document, unknown), *more]
    return SimpleNamespace(document=lambda: document, findings=list(document.findings), judgements=judgements)


def report(state: str, language: str, folder: Path) -> Path:
    """The page of a state, as its notebooks would make it, without a table."""
    view.use(language, "CNY")
    of = case(STATES[state](), unknown=("look.ads", "look.roles", "look.mobile") if state == "little_data" else ())
    days = pd.date_range("2026-09-06", END)
    series = {f.id: pd.DataFrame({"date": days, "value": [1.0] * 40 + [0.3] * 16}) for f in of.findings[:4]}
    cells = {
        f"{number}_{exam}": [
            _shown(exams.head(of, exam), "page-head"),
            _shown(exams.found(of, exam, series), "page-conclusions"),
        ]
        for number, exam in enumerate(("look", "listen", "ask", "check"), start=1)
    }
    cells["5_prescribe"] = [
        _shown(page.first_screen(of, "亚麻小屋"), "page-screen"),
        _shown(ending.ending(of), "page-ending"),
    ]
    for name, shown in cells.items():
        nbformat.write(v4.new_notebook(cells=shown), folder / f"{name}.ipynb")
    out = folder / "report.html"
    build(sorted(folder.glob("*.ipynb")), language=language, title="亚麻小屋", out=out)
    return out


def _shown(card: Any, tag: str) -> Any:
    output = v4.new_output("display_data", data={"text/html": card._repr_html_()})
    return v4.new_code_cell("", metadata={"tags": [tag]}, outputs=[output])
