"""The published findings of many shops, in every state an index knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import small_document
from sizhen.report.index import Row
from sizhen.vocab.currency import short

STATES = ("act", "cost", "act", "watch", "unclear", "failed", "failed_before", "little_data", "no_data", "fine")
MIXED = ("act", "fine", "fine", "watch", "fine", "fine", "act", "fine", "little_data", "fine")
NAMES = ("亚麻小屋", "山野茶舍", "木槿记家居生活旗舰店", "Linen & Co")
STYLES = ("高腰水洗麻风衣", "温柔水洗麻风衣", "宽松色织麻衬衫", "山野茶礼盒")
WHO = ("warehouse", "operations", "service", "design")
REASON = (
    "orders.csv, row 3, column amount: '-5' is not an amount of at least 0; correct the file and run the shop again"
)
SAYS = {
    "act": ("少卖了 {lost}，原因找到了，能办。", "{lost} of sales lost; the cause can be mended."),
    "cost": ("多花了 {cost}，1 处能省。", "{cost} overspent; one place to save."),
    "watch": ("没有急事，有 1 处要留意。", "Nothing urgent; one thing to watch."),
    "unclear": ("少卖了 {lost}，没找到原因。", "{lost} of sales lost; no cause found."),
    "little_data": ("开店才 20 天，还没有可比的日子。", "Open for 20 days: nothing to compare with yet."),
    "fine": ("没有看到要处理的事。", "Nothing to act on was seen."),
}
WHY = {
    "unclear": (
        "访客、库存、付款都看过；下一步看聊天记录。",
        "Visitors, stock, payment are as usual; look at the chats.",
    ),
    "little_data": ("导入流量表后能多答 12 问。", "The table of traffic would answer 12 more questions."),
}


def publish(
    folder: Path, count: int, states: tuple[str, ...] = STATES, currencies: tuple[str, ...] = ("CNY",)
) -> list[Row]:
    """Findings of `count` shops below `folder`, their states and currencies in turn; the rows of their index."""
    rows = []
    for number in range(count):
        state, currency, id = states[number % len(states)], currencies[number % len(currencies)], shop_id(number)
        if state not in ("failed", "no_data"):
            told = document("act" if state == "failed_before" else state, number, currency)
            (folder / id).mkdir(parents=True)
            (folder / id / "findings.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        kind = "no_data" if state == "no_data" else "failed" if state.startswith("failed") else "done"
        why = {"done": "", "failed": REASON, "no_data": f"{id} has no day of 2026-10"}[kind]
        data = "1" * 64 if number % 7 == 3 else "0" * 64
        rows.append(Row(id, f"{NAMES[number % len(NAMES)]} {number}", currency, kind, why, data))
    return rows


def shop_id(number: int) -> str:
    return f"shop-{number:04}"


def document(state: str, number: int, currency: str) -> dict[str, Any]:
    """Of schema 2. Sales of some ten thousands, below the band where a loss is told."""
    expected = 40_000.0 + 7_919.0 * (number % 61)
    part = 0.72 + 0.013 * (number % 9) if state in ("act", "unclear") else 0.93 + 0.01 * (number % 12)
    lost, cost = expected * (1 - part), expected * 0.05
    findings = {
        "act": [found("act", number, lost * 0.8)],
        "cost": [too_dear(number, cost)],
        "watch": [found("watch", number, 0.0)],
    }.get(state, [])
    if state == "act" and number % 3 == 0:
        findings.append(too_dear(number, cost))
    sales = {"observed": expected * part, "expected": expected, "low": expected * 0.9, "high": expected * 1.1}
    if state == "little_data":
        sales |= {"expected": None, "low": None, "high": None}
    says, why = (both(words[state], lost, cost, currency) for words in (SAYS, {**dict.fromkeys(SAYS, ("", "")), **WHY}))
    verdict = {"state": "act" if state == "cost" else state, "says": says, "why": why}
    return small_document.document(
        *findings, schema=2, shop_id=shop_id(number), sales=sales | {"target": None}, verdict=verdict
    )


def both(words: tuple[str, str], lost: float, cost: float, currency: str) -> dict[str, str]:
    amounts = {"lost": short(lost, currency), "cost": short(cost, currency)}
    return {
        language: text.format(**{k: v[language] for k, v in amounts.items()})
        for language, text in zip(("zh", "en"), words, strict=True)
    }


def found(state: str, number: int, amount: float) -> dict[str, Any]:
    style = STYLES[number % len(STYLES)]
    task = {"zh": f"补「{style}」M、XL、XXL", "en": f"Restock M, XL, XXL of “{style}”"}
    told = small_document.finding("stock.sold_out", state, amount, id=f"stock.sold_out:p{number:04}", task=task)
    return due(told, number, WHO[number % len(WHO)])


def too_dear(number: int, amount: float) -> dict[str, Any]:
    task = {"zh": "「热销款搜索计划」出价降到 ¥3.3", "en": "Bid at most ¥3.3 in “best sellers, search”"}
    told = small_document.finding("ads.click_cost", "act", amount, "cost", id=f"ads.click_cost:p{number:04}", task=task)
    return due(told, number, "promotion")


def due(told: dict[str, Any], number: int, who: str) -> dict[str, Any]:
    told["advice"] |= {"who": who, "due_on": f"2026-11-{2 + number % 7:02}", "check_on": "2026-11-16"}
    return told | {"periods": 1 + number % 3}
