"""What came of the last advice: its figure now, against what it was then and what would be expected of it today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.claim import Claim
from sizhen.diagnosis.findings import number
from sizhen.diagnosis.reading import Reading
from sizhen.diagnosis.sources import SOURCES
from sizhen.document import AdviceOutcome, Document, Finding, Unreadable
from sizhen.document.model import Result
from sizhen.tables import Period
from sizhen.vocab import load

BY_KEY = {
    "channel": "channel",
    "device": "device",
    "product_id": "product",
    "plan": "plan",
    "keyword": "keyword",
    "agent": "agent",
}
RECOVERED, IMPROVED, WORSE = 0.8, 0.3, -0.2
TELLING = 0.6  # with a larger standard error, no change and full recovery look alike
LONGEST_ILLNESS = timedelta(days=42)


def believed(previous: Mapping[str, Any] | None, shop_id: str) -> Document | None:
    """The last findings where they are such and of this shop."""
    try:
        document = Document.from_json(previous)
    except Unreadable:
        return None
    return document if document.shop_id == shop_id else None


def acted(previous: Document | None) -> list[Finding]:
    """The last findings that asked for action."""
    return previous.in_state("act") if previous else []


def ill_since(previous: Document | None, period: Period) -> date | None:
    """The day the last findings' troubles began: what they spoilt is not what the shop is compared with."""
    began = [f.since for f in acted(previous) if f.since and f.stake.amount > 0]
    return max(min(began), period.start - LONGEST_ILLNESS) if began else None


def _reading(chart: Chart, old: Finding) -> Reading | None:
    """The old finding's figure in this period; a member is found by the last part of its name."""
    key, wanted = next(iter(old.subject.items()), ("", "-"))
    source = BY_KEY.get(key, "shop")
    metric, cause = old.advice.expect.metric, load().causes[old.cause]
    if cause.aspect is not None:
        source = f"reviews{'.product' if key == 'product_id' else ''}:{cause.aspect}"
    elif source in ("shop", "product"):
        source = cause.source or source
    if source.partition(":")[0] not in SOURCES:
        return None
    try:
        found = chart.readings(metric, source, market=True)
    except KeyError:
        return None
    return next((r for r in found or () if r.member == wanted or r.member.endswith(f"\t{wanted}")), None)


def outcome(then: float, now: Reading, aim: float, *, own: bool) -> Result:
    """How much of the way from `then` to `aim` was made good; unknown where chance could be all of it.

    `own`: the aim was the shop's own usual level, so that both sides are taken relative to what was expected then and
    would be expected now. A rule's or the tier's level is an aim as it stands.
    """
    if own and min(then, aim, now.ratio) > 0:
        way, error = 1 - now.log / np.log(then / aim), now.se / abs(np.log(then / aim))
    else:
        way, error = (now.observed - then) / (aim - then), now.se * now.observed / abs(aim - then)
    if error > TELLING or not np.isfinite(way):
        return "unknown"
    if way >= RECOVERED:
        return "recovered"
    if way >= IMPROVED:
        return "improved"
    return "worse" if way <= WORSE else "unchanged"


def _days(document: Document) -> int:
    return (document.period.end - document.period.start).days + 1


def review(chart: Chart, previous: Document | None) -> list[AdviceOutcome]:
    """One entry per advice of the last findings that asked for action; sums are given for as many days as then."""
    entries = []
    for old in acted(previous):
        expect, then = old.advice.expect, old.observed
        now = _reading(chart, old)
        result: Result = "unknown"
        if now is not None and then is not None and expect.value is not None and then != expect.value:
            result = outcome(then, now, expect.value, own=old.reference == "own_baseline")
        scale = 1.0
        if previous and expect.metric in load().metrics and load().metrics[expect.metric].kind == "sum":
            scale = _days(previous) / chart.period.days
        figure = None if now is None else number(now.observed * scale)
        advice = old.advice.what if old.task is None else old.task
        entries.append(AdviceOutcome(old.id, advice[chart.language], then, figure, result))
    return entries


def begun(claim: Claim, previous: Document | None) -> Claim:
    """The claim with the day its trouble began: an earlier one where the last findings knew the same trouble."""
    known = [pd.Timestamp(f.since) for f in acted(previous) if f.id == claim.id and f.since]
    return claim if pd.isna(claim.since) else replace(claim, since=min([*known, claim.since]))


def periods(claim: Claim, previous: Document | None) -> int:
    """Reports in a row that name the trouble, this one included."""
    return 1 + max((f.periods for f in acted(previous) if f.id == claim.id), default=0)
