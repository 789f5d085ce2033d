"""Money of findings: losses are at most what is missing, costs at most what is too much, and neither touches the
other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.diagnosis.claim import Claim, Money
from sizhen.diagnosis.sales import Sales
from sizhen.diagnosis.stake import allocate, draw, pools
from sizhen.document.findings import Level

ROOTS = ("visitors", "conversion", "average_order_value")
LOSSES = ("traffic.search", "page.bounce", "stock.sold_out", "service.slow", "market.demand", "unexplained.conversion")
COSTS = ("ads.click_cost", "ads.waste", "refund.rise")
AMOUNTS = st.floats(-60_000.0, 60_000.0)


@st.composite
def claims(draws: st.DrawFn) -> list[Claim]:
    found = []
    for n in range(draws(st.integers(1, 7))):
        level: Level = draws(st.sampled_from("ABCD"))
        amount = draws(st.floats(0.0, 80_000.0))
        symptom = draws(st.sampled_from([(), ("conversion",), ("visitors",)]))
        cause = draws(st.sampled_from(LOSSES + COSTS))
        subject = {"product_id": f"p{n}"}
        found.append(Claim(cause, subject, "visitors", 1.0, 2.0, level, ("timing",), amount, explains=symptom, se=0.3))
    return found


def sales(parts: tuple[float, ...], excess: tuple[float, float] = (5_000.0, 0.0)) -> Sales:
    """100,000 expected; `parts`: of the split, by root."""
    expected, observed = 100_000.0, 100_000.0 + sum(parts)
    money = Money(observed, expected, 5_000.0, 20.0, 200.0)
    lines = tuple(zip(("ad_spend", "refunds"), (10_000.0 + x for x in excess), (10_000.0, 10_000.0), strict=True))
    return Sales(
        observed,
        expected,
        90_000.0,
        110_000.0,
        None,
        {(r,): a for r, a in zip(ROOTS, parts, strict=True)},
        lines,
        money,
    )


def _sum(kind: str, stakes: dict[str, object]) -> float:
    return sum(s.amount for s in stakes.values() if s.kind == kind)  # type: ignore[attr-defined]


@given(claims(), st.tuples(AMOUNTS, AMOUNTS, AMOUNTS), st.tuples(AMOUNTS, AMOUNTS))
def test_losses_are_at_most_what_is_missing_and_costs_at_most_what_is_too_much(
    made: list[Claim], parts: tuple[float, ...], excess: tuple[float, float]
) -> None:
    of = sales(parts, excess)
    stakes, gap = allocate(made, of), -sum(parts)
    assert stakes.keys() == {c.id for c in made}
    room = gap if gap > 0 else pools(of)["sales"]
    assert _sum("loss", stakes) <= room * (1 + 1e-9) + 1e-6
    assert _sum("cost", stakes) <= pools(of)["ad_spend"] + pools(of)["refunds"] + 1e-6
    levels = {c.id: c.level for c in made}
    assert all(0 <= s.low <= s.amount for s in stakes.values())
    assert all(s.amount <= s.high * (1 + 1e-9) for id, s in stakes.items() if levels[id] != "D")


@given(claims(), st.tuples(AMOUNTS, AMOUNTS, AMOUNTS))
def test_what_is_drawn_back_keeps_its_proportions_and_costs_are_left(
    made: list[Claim], parts: tuple[float, ...]
) -> None:
    of = sales(parts)
    drawn, stakes = draw(made, of), allocate(made, of)
    factors = [stakes[id].amount / s.amount for id, s in drawn.items() if s.kind == "loss" and s.amount > 1e-6]
    assert all(f == pytest.approx(factors[0]) for f in factors) and max(factors, default=1.0) <= 1
    assert {id: s for id, s in stakes.items() if s.kind == "cost"} == {
        id: s for id, s in drawn.items() if s.kind == "cost"
    }


def test_what_one_part_gained_made_good_for_another_parts_loss() -> None:
    """30,000 lost by conversion, 20,000 gained by visitors: 10,000 are missing, and no more is told."""
    made = [
        Claim("page.bounce", {}, "conversion", 1.0, 2.0, "B", ("timing",), amount=90_000.0, explains=("conversion",))
    ]
    (stake,) = allocate(made, sales((20_000.0, -30_000.0, 0.0))).values()
    (drawn,) = draw(made, sales((20_000.0, -30_000.0, 0.0))).values()
    assert (stake.amount, drawn.amount) == (pytest.approx(10_000.0), pytest.approx(30_000.0))
    assert stake.low / stake.amount == pytest.approx(drawn.low / drawn.amount)


def test_without_a_gap_a_trouble_costs_what_its_part_lost() -> None:
    made = [
        Claim("page.bounce", {}, "conversion", 1.0, 2.0, "B", ("timing",), amount=90_000.0, explains=("conversion",))
    ]
    (stake,) = allocate(made, sales((40_000.0, -30_000.0, 0.0))).values()
    assert stake.amount == pytest.approx(30_000.0)
