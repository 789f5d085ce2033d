"""Findings of a small shop typed by hand, and the parts of the message about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from typing import Any

from sizhen.tables import Profile

SENT = datetime(2026, 11, 2, 23, 30, tzinfo=timezone(timedelta(hours=-5)))  # 3 November in Shanghai
OWNER = Profile("tiny", "小店", "taobao", owner_name="王店主", owner_email="owner@tiny.example")
ENGLISH = replace(OWNER, name="Tiny Shop", language="en", currency="USD", owner_name="Ann")


def finding(
    cause: str = "stock.sold_out", state: str = "act", amount: float = 1000.0, says: str = "Out"
) -> dict[str, Any]:
    return {
        "id": cause,
        "cause": cause,
        "state": state,
        "metric": "in_stock_share",
        "stake": {"kind": "loss", "amount": amount, "low": amount / 2, "high": amount * 1.5, "per": "period"},
        "level": "A",
        "advice": {
            "who": "warehouse",
            "what": {"zh": f"补货：{says}。", "en": f"Restock: {says}."},
            "due_days": 3,
            "expect": {"metric": "in_stock_share", "value": 0.95, "by": "2026-11-07"},
        },
        "says": {"zh": f"{says}断货。", "en": f"{says} is out of stock."},
    }


def earlier(outcome: str = "recovered", advice: str = "Restock.") -> dict[str, Any]:
    return {"finding": "stock.sold_out:p1", "advice": advice, "then": 0.4, "now": 0.95, "outcome": outcome}


def document(*findings: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Sales of 8,000 where 10,000 were expected, and a target of 12,500."""
    amounts = {"visitors": -500.0, "conversion": -1700.0, "average_order_value": 200.0}
    return {
        "shop_id": "tiny",
        "period": {"start": "2026-10-01", "end": "2026-10-31"},
        "baseline": {"start": "2026-09-03", "end": "2026-09-30", "kind": "trailing"},
        "sales": {"observed": 8000.0, "expected": 10000.0, "low": 9000.0, "high": 11000.0, "target": 12500.0},
        "split": [
            *({"path": [part], "amount": amount} for part, amount in amounts.items()),
            {"path": ["visitors", "search"], "amount": -500.0},
        ],
        "cost_lines": [],
        "findings": list(findings),
        "data": {"tables": {"shop_daily": {"rows": 61, "first": "2026-09-01", "last": "2026-10-31"}}},
        "not_concluded": [],
        "previous": [],
    } | changed


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
