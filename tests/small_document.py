"""A findings document typed by hand, whole, as it lies in findings.json."""

from __future__ import annotations

from typing import Any


def finding(
    cause: str = "stock.sold_out", state: str = "act", amount: float = 1000.0, kind: str = "loss", **changed: Any
) -> dict[str, Any]:
    return {
        "id": cause,
        "cause": cause,
        "subject": {},
        "exam": "look",
        "state": state,
        "metric": "in_stock_share",
        "observed": 0.4,
        "expected": 0.95,
        "reference": "own_baseline",
        "since": "2026-10-19",
        "n": 100,
        "p_value": 0.001,
        "stake": {"kind": kind, "amount": amount, "low": amount / 2, "high": amount * 1.5, "per": "period"},
        "evidence": ["fact", "timing"],
        "level": "A",
        "explains": [],
        "advice": {
            "who": "warehouse",
            "what": {"zh": "补货。", "en": "Restock."},
            "due_days": 3,
            "expect": {"metric": "in_stock_share", "value": 0.95, "by": "2026-11-07"},
        },
        "says": {"zh": "断货。", "en": "It is out of stock."},
        "source": "look.broken-sizes",
    } | changed


def document(*findings: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Of schema 1. Sales of 8,000 where 10,000 were expected, and a target of 12,500."""
    amounts = {"visitors": -500.0, "conversion": -1700.0, "average_order_value": 200.0}
    return {
        "schema": 1,
        "shop_id": "tiny",
        "period": {"start": "2026-10-01", "end": "2026-10-31"},
        "baseline": {"start": "2026-09-03", "end": "2026-09-30", "kind": "trailing"},
        "data": {
            "fingerprint": "0" * 64,
            "tables": {"shop_daily": {"rows": 61, "first": "2026-09-01", "last": "2026-10-31"}},
            "missing": [],
            "missing_days": [],
            "immature": [],
        },
        "sales": {"observed": 8000.0, "expected": 10000.0, "low": 9000.0, "high": 11000.0, "target": 12500.0},
        "split": [
            *({"path": [part], "amount": amount} for part, amount in amounts.items()),
            {"path": ["visitors", "search"], "amount": -500.0},
        ],
        "cost_lines": [],
        "findings": list(findings),
        "not_concluded": [],
        "previous": [],
    } | changed
