"""Planted faults are found where they are; visible facts without effect and healthy shops stay without an act; no
document contradicts itself."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sizhen.diagnosis import open_case
from sizhen.document import Finding
from sizhen.simulate import Fault, Plan, simulate
from sizhen.simulate.disk import toml
from sizhen.tables import Period
from small_shop import in_memory
from sound import contradictions

pytestmark = pytest.mark.slow

END = date(2026, 8, 30)
START = END - timedelta(days=6)
PLAIN = [
    "data.missing_days",
    "data.inconsistent",
    "data.presale",
    "traffic.search",
    "traffic.recommend",
    "traffic.paid_budget",
    "traffic.channel",
    "traffic.violation",
    "traffic.low_quality",
    "ads.click_cost",
    "ads.waste",
    "order.payment",
    "stock.sold_out",
    "price.own_rise",
    "price.discount_leak",
    "basket.mix",
    "basket.units",
    "peer.price_cut",
    "review.size",
    "review.quality",
    "refund.rise",
    "service.slow",
    "service.skill",
    "customer.returning",
    "compliance.points",
]


def findings_of(tmp: Path, seed: int, *faults: Fault) -> tuple[list[Finding], list[dict[str, Any]]]:
    """(findings over the seven days from the faults' first day, what was planted)."""
    made = simulate(Plan(seed=seed, shop_id="planted", end=END, faults=faults))
    home = tmp / "planted"
    home.mkdir(parents=True)
    (home / "shop.toml").write_text(toml(made.profile), encoding="utf-8")
    case = open_case(in_memory(home, made.tables), Period(START, END))
    assert contradictions(case.document()) == []
    return case.findings, made.truth


@pytest.mark.parametrize("cause", PLAIN)
def test_a_large_fault_is_among_the_first_three(cause: str, tmp_path: Path) -> None:
    found, (truth,) = findings_of(tmp_path, 4711, Fault(cause, START, "large"))
    first = [(f.cause, f.subject) for f in found[:3]]
    assert (cause, truth["subject"]) in first


def test_two_faults_at_once_are_both_found_and_never_counted_twice(tmp_path: Path) -> None:
    """Over five shops: both are acted on, and together they are priced as both are worth (median within a fifth)."""
    ratios = []
    for seed in range(200, 205):
        faults = (Fault("traffic.search", START, "medium"), Fault("stock.sold_out", START, "medium"))
        found, truths = findings_of(tmp_path / str(seed), seed, *faults)
        planted = {t["cause"] for t in truths}
        mine = [f for f in found if f.cause in planted and f.state == "act"]
        assert {f.cause for f in mine} == planted
        ratios.append(sum(f.stake.amount for f in mine) / sum(t["true_loss"] for t in truths))
    assert np.median(ratios) == pytest.approx(1.0, abs=0.2)


@pytest.mark.parametrize("cause", ["peer.price_cut", "peer.promotion", "price.own_rise"])
def test_a_fact_without_effect_takes_no_money(cause: str, tmp_path: Path) -> None:
    found, _ = findings_of(tmp_path, 321, Fault(cause, START, "medium", decoy=True))
    assert [f for f in found if f.cause == cause and (f.level in "AB" or f.stake.amount > 0)] == []


@pytest.mark.parametrize("seed", range(3000, 3006))
def test_a_healthy_shop_has_nothing_to_do(seed: int, tmp_path: Path) -> None:
    found, _ = findings_of(tmp_path, seed)
    assert [f.id for f in found if f.state == "act"] == []
