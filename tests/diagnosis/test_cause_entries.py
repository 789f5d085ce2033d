"""What causes.toml and limits.toml tell of a cause is what decides; each cause is found at one place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sizhen
from sizhen.diagnosis import unexplained
from sizhen.diagnosis.case import believable
from sizhen.diagnosis.causes import BY_CAUSE, detected, registry
from sizhen.diagnosis.claim import Claim, Patient
from sizhen.simulate import CAUSES
from sizhen.vocab import VocabError, limits, load
from sizhen.vocab.limits import limit

OF_THE_TIER = {"unexplained.conversion", "unexplained.average_order_value"}
PRESALE, MISSING = "data.presale", "data.missing_days"


def claim(cause: str, n: float = 1.0, *, opportunity: bool = False) -> Claim:
    return Claim(cause, {}, "visitors", 1.0, 2.0, "B", ("timing",), amount=1.0, n=n, opportunity=opportunity)


def test_every_cause_has_one_detector_or_is_what_nothing_explains() -> None:
    assert set(BY_CAUSE) | set(unexplained.CAUSES) == set(load().causes)
    assert set(BY_CAUSE) & set(unexplained.CAUSES) == OF_THE_TIER, "told there as an opportunity, and never as a loss"


def test_every_cause_that_explains_something_can_be_planted() -> None:
    assert {c.id for c in load().causes.values() if c.step != "unexplained"} <= set(CAUSES)


def test_a_cause_cannot_have_two_detectors() -> None:
    with pytest.raises(ValueError, match=r"page\.bounce has a detector: bounce"):
        registry.detects("page.bounce")(lambda patient: [])


def test_a_detector_claims_no_cause_that_it_does_not_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "BY_CAUSE", {})
    stray = registry.detects("page.bounce")(lambda patient: [claim("page.checkout")])
    with pytest.raises(ValueError, match=r"does not name page\.checkout"):
        stray(None)  # type: ignore[arg-type]


def test_detectors_work_in_the_order_of_the_causes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever order their modules are imported in; one of several causes works once."""
    monkeypatch.setattr(registry, "BY_CAUSE", {})

    def finds(*causes: str) -> None:
        registry.detects(*causes)(lambda patient: [claim(cause) for cause in causes])

    finds("service.slow")
    finds("traffic.channel", "traffic.search")
    finds("data.presale")
    patient: Patient = None  # type: ignore[assignment]
    assert [c.cause for c in detected(patient)] == ["data.presale", "traffic.channel", "traffic.search", "service.slow"]


def test_a_claim_draws_where_and_when_its_cause_does() -> None:
    steps = [claim(c) for c in ("data.presale", "traffic.search", "page.bounce", "basket.mix", "unexplained.visitors")]
    assert [c.order for c in steps] == sorted(c.order for c in steps)
    assert (claim("ads.waste").pool, claim("ads.waste").kind) == ("ad_spend", "cost")
    assert (claim("refund.rise").pool, claim("refund.rise").kind) == ("refunds", "cost")
    assert (claim("ads.creative").pool, claim("ads.creative").kind) == ("sales", "loss")
    gained = claim("service.skill", opportunity=True)
    assert (gained.pool, gained.kind) == ("none", "opportunity")


def test_a_presale_silences_what_rests_on_payments() -> None:
    claims = [claim(c) for c in (PRESALE, "page.bounce", "unexplained.conversion", "traffic.search", "product.decline")]
    assert [c.cause for c in believable(claims, 30)] == [PRESALE, "traffic.search", "product.decline"]


@pytest.mark.parametrize(("days", "left"), [(2.0, True), (3.0, False)])
def test_a_tenth_of_the_days_without_figures_silences_what_has_no_cause(days: float, left: bool) -> None:
    claims = [claim(MISSING, days), claim("page.bounce"), claim("unexplained.conversion")]
    assert ("unexplained.conversion" in {c.cause for c in believable(claims, 30)}) == left
    assert "page.bounce" in {c.cause for c in believable(claims, 30)}


def test_a_limit_is_known_by_its_cause_and_name() -> None:
    assert limit("service.slow", "wait_rose_by") > 0
    with pytest.raises(KeyError):
        limit("service.slow", "charm")


def test_every_limit_is_used() -> None:
    """By its name in the code; those of the unexplained roots by the names of their metrics."""
    code = "".join(p.read_text(encoding="utf-8") for p in Path(sizhen.__file__).parent.rglob("*.py"))
    roots = {f"{metric}_fell_p" for metric in (*unexplained.ROOTS, "paid_amount")}
    names = {(section, name) for section, numbers in limits.limits().items() for name in numbers}
    unused = {x for x in names if f'"{x[1]}"' not in code and not (x[0] == "unexplained" and x[1] in roots)}
    assert unused == set()
    called = set(re.findall(r'limit\(\s*"([a-z_.]+)",\s*"([a-z_]+)"\s*\)', code))
    assert len(called) > 40 and called <= names


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"page.ugly": {"source": "method", "year": 2026}}, "limits.toml page.ugly: no cause of that name"),
        ({"page.bounce": {"source": "method"}}, "limits.toml page.bounce: has no source or no year"),
    ],
)
def test_a_limit_without_cause_or_source_is_refused(
    entry: dict[str, object], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "read", lambda name: entry)
    with pytest.raises(VocabError, match=re.escape(told)):
        limits.limits.__wrapped__()
