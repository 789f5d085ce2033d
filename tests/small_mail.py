"""Findings of a small shop typed by hand, and the parts of the message about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from typing import Any

import small_document
from sizhen.tables import Profile

SENT = datetime(2026, 11, 2, 23, 30, tzinfo=timezone(timedelta(hours=-5)))  # 3 November in Shanghai
OWNER = Profile("tiny", "小店", "taobao", owner_name="王店主", owner_email="owner@tiny.example")
ENGLISH = replace(OWNER, name="Tiny Shop", language="en", currency="USD", owner_name="Ann")


def finding(
    cause: str = "stock.sold_out", state: str = "act", amount: float = 1000.0, says: str = "Out", kind: str = "loss"
) -> dict[str, Any]:
    advice = small_document.finding()["advice"] | {"what": {"zh": f"补货：{says}。", "en": f"Restock: {says}."}}
    words = {"zh": f"{says}断货。", "en": f"{says} is out of stock."}
    return small_document.finding(cause, state, amount, kind, advice=advice, says=words)


def judged(state: str, zh: str, en: str, *findings: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A document whose verdict is the sentence `zh`, `en`."""
    verdict = {"state": state, "says": {"zh": zh, "en": en}, "why": {"zh": "访客没少。", "en": "Visitors held."}}
    return small_document.document(*findings, verdict=verdict, issued_on="2026-11-01", schema=2, **changed)


def earlier(outcome: str = "recovered", advice: str = "Restock.") -> dict[str, Any]:
    return {"finding": "stock.sold_out:p1", "advice": advice, "then": 0.4, "now": 0.95, "outcome": outcome}


def html_of(message: EmailMessage) -> str:
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")
