"""What no document may say is seen where one says it, and no wording claims more than what it stands beside."""

from __future__ import annotations

from typing import Any

import pytest

from sizhen.document import Document
from sizhen.vocab import load
from small_document import document, finding
from sound import NO_REASON, contradictions

LOWER = {"zh": f"10月16日起支付转化率 2%，平时 3%，{NO_REASON}。", "en": "Conversion fell."}
SYMPTOM = {
    "cause": "unexplained.conversion",
    "state": "watch",
    "amount": 500.0,
    "metric": "conversion",
    "observed": 0.02,
    "expected": 0.03,
    "level": "C",
    "explains": ["conversion"],
    "says": LOWER,
}
GONE = [{"sku": "S", "on_hand": 3}, {"sku": "M", "on_hand": 0, "gone_since": "2026-10-16"}]


def sizes(task: str, skus: list[str]) -> dict[str, Any]:
    return finding(sizes=GONE, task={"zh": task, "en": task}, where={"skus": skus})


def rate(observed: float, expected: float, **now: float) -> dict[str, Any]:
    told = finding(**SYMPTOM | {"observed": observed, "expected": expected})
    return told | ({"now": {"from": "2026-10-16", **now}} if now else {})


@pytest.mark.parametrize(
    ("findings", "seen"),
    [
        ([rate(0.0323, 0.0321)], "3.23% is no worse than 3.21%"),
        ([rate(0.029, 0.031, value=0.034, before=0.031)], "3.4% is no worse than 3.1%"),
        ([rate(0.026401, 0.026402)], "no worse than"),
        ([rate(1.4, 1.2) | {"metric": "click_cost"}], ""),
        ([rate(1.2, 1.4) | {"metric": "click_cost"}], "¥1.2 is no worse than ¥1.4"),
        ([finding(**SYMPTOM), finding(explains=["conversion:p1"])], "beside stock.sold_out"),
        ([finding(**SYMPTOM), finding(explains=["visitors:p1"])], ""),
        ([finding(**SYMPTOM), finding(explains=["conversion"], level="D", state="watch", amount=0.0)], ""),
        ([sizes("补「风衣」", ["M"])], "names none"),
        ([sizes("补「风衣」M", [])], "('M',) are gone"),
        ([sizes("补「风衣」M", ["M"])], ""),
        ([finding(amount=1500.0), finding(id="stock.sold_out:p2", amount=600.0)], "2,100 and 2,000 lost of 2,000"),
        ([finding(amount=1500.0), finding(amount=500.0)], "stands twice"),
    ],
)
def test_what_contradicts_is_seen(findings: list[dict[str, Any]], seen: str) -> None:
    found = contradictions(Document.from_json(document(*findings)))
    assert bool(found) is bool(seen) and all(seen in line for line in found)


def test_only_a_fall_that_causes_are_held_against_is_said_to_have_none() -> None:
    """Nothing accounts for a score, so that none was found says nothing of it."""
    causes = load().causes.values()
    said = {cause.id for cause in causes if NO_REASON in cause.says.zh}
    roots = ("visitors", "conversion", "average_order_value", "paid_amount")
    assert said == {f"unexplained.{root}" for root in roots}
    assert all(f"says.unexplained.{root}.partly" in load().words for root in roots[:3])
    assert all(("no reason" in cause.says.en) is (cause.id in said) for cause in causes)
