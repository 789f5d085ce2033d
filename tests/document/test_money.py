"""What a shop lost and what it spent too much are two sums, and they are those of the verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sizhen.diagnosis import open_case
from sizhen.document import Document
from sizhen.document.money import lost, overspent
from sizhen.tables import Period, Shop
from sizhen.vocab.currency import short
from small_document import document, finding


def read(*findings: dict[str, Any], state: str | None = None, **sales: float | None) -> Document:
    """Of sales of 9,500 where 10,000 were expected, 9,000 to 11,000 being usual."""
    told = {"observed": 9500.0, "expected": 10_000.0, "low": 9000.0, "high": 11_000.0, "target": None} | sales
    words = {"zh": "话", "en": "words"}
    verdict = {"state": state, "says": words, "why": words} if state else None
    return Document.from_json(document(*findings, sales=told, verdict=verdict, schema=2))


def test_losses_and_costs_are_never_added() -> None:
    told = read(finding(amount=300.0), finding(amount=70.0), finding("ads.waste", amount=40.0, kind="cost"))
    assert (lost(told), overspent(told)) == (370.0, 40.0)


def test_what_is_fine_or_to_be_gained_is_no_loss() -> None:
    assert lost(read(finding(state="ok", amount=300.0), finding(amount=70.0, kind="opportunity"))) == 0.0


def test_what_is_to_be_watched_counts_where_nothing_is_to_be_done() -> None:
    watched = finding(state="watch", amount=70.0), finding("ads.waste", "watch", 40.0, "cost")
    assert (lost(read(*watched)), overspent(read(*watched))) == (70.0, 40.0)
    assert lost(read(*watched, finding(amount=300.0))) == 300.0


def test_losses_are_at_most_what_is_missing() -> None:
    assert lost(read(finding(amount=800.0))) == 500.0
    assert lost(read(finding(amount=800.0), observed=10_200.0)) == 800.0, "above the expected, a part may still be lost"


@pytest.mark.parametrize(
    ("state", "observed", "amount"),
    [
        ("act", 8000.0, 2000.0),
        ("watch", 8000.0, 2000.0),
        ("unclear", 9500.0, 500.0),
        (None, 8000.0, 2000.0),
        ("fine", 8000.0, 0.0),
        ("little_data", 8000.0, 0.0),
    ],
)
def test_below_the_usual_band_all_that_is_missing_is_lost(state: str | None, observed: float, amount: float) -> None:
    told = [] if state in ("unclear", "little_data") else [finding(state="watch", amount=70.0)]
    assert lost(read(*told, state=state, observed=observed)) == amount


def test_what_a_presale_will_pay_later_is_not_lost() -> None:
    waiting = finding("data.presale", "watch", 0.0)
    assert lost(read(waiting, state="watch", observed=3000.0)) == 0.0
    assert lost(read(finding(state="watch", amount=70.0), waiting, state="watch", observed=3000.0)) == 7000.0


def test_without_an_expectation_the_losses_are_all_one_knows() -> None:
    assert lost(read(finding(amount=300.0), expected=None, low=None, high=None)) == 300.0
    assert lost(read(finding(amount=300.0), observed=None)) == 300.0


@pytest.mark.slow
def test_the_verdict_tells_the_same_sums(sample_dir: Path) -> None:
    told = open_case(Shop.open(sample_dir, "linen-house"), Period.parse("2026-10")).document()
    assert told.verdict is not None
    assert short(lost(told), "CNY").zh in told.verdict.says.zh
    assert short(overspent(told), "CNY").zh in told.verdict.why.zh
