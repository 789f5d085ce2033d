"""What came of the last advice: its figure now, against what it was then and what would be expected of it today."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sizhen.diagnosis.chart import SOURCES, Chart
from sizhen.diagnosis.claim import Claim
from sizhen.diagnosis.findings import number
from sizhen.diagnosis.reading import Reading
from sizhen.tables import Period
from sizhen.vocab import LANGUAGES, load

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


class _Part(BaseModel):
    model_config = ConfigDict(allow_inf_nan=False)


class _Expected(_Part):
    metric: str
    value: float | None


class _Advice(_Part):
    what: dict[Literal["zh", "en"], str] = Field(min_length=len(LANGUAGES))
    expect: _Expected


class _Stake(_Part):
    amount: float


class _Finding(_Part):
    id: str
    cause: str
    subject: dict[str, str]
    state: Literal["act", "watch", "ok", "unknown"]
    observed: float | None
    reference: str
    since: date | None
    stake: _Stake
    advice: _Advice

    @field_validator("cause")
    @classmethod
    def _known(cls, cause: str) -> str:
        if cause not in load().causes:
            raise ValueError("no cause of that name")
        return cause


class _Days(_Part):
    start: date
    end: date


class _Document(_Part):
    """What is asked of the last findings; the rest of the document may be of any release."""

    schema_: Literal[1] = Field(alias="schema")
    shop_id: str
    period: _Days
    findings: list[_Finding]


def believed(previous: dict[str, Any] | None, shop_id: str) -> dict[str, Any] | None:
    """The last findings where they are such and of this shop."""
    try:
        return previous if _Document.model_validate(previous).shop_id == shop_id else None
    except ValidationError:
        return None


def acted(previous: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The last findings that asked for action."""
    return [f for f in previous["findings"] if f["state"] == "act"] if previous else []


def ill_since(previous: dict[str, Any] | None, period: Period) -> date | None:
    """The day the last findings' troubles began: what they spoilt is not what the shop is compared with."""
    began = [date.fromisoformat(f["since"]) for f in acted(previous) if f["since"] and f["stake"]["amount"] > 0]
    return max(min(began), period.start - LONGEST_ILLNESS) if began else None


def _reading(chart: Chart, old: dict[str, Any]) -> Reading | None:
    """The old finding's figure in this period; a member is found by the last part of its name."""
    key, wanted = next(iter(old["subject"].items()), ("", "-"))
    source = BY_KEY.get(key, "shop")
    metric, cause = old["advice"]["expect"]["metric"], load().causes[old["cause"]]
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


def outcome(then: float, now: Reading, aim: float, *, own: bool) -> str:
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


def _days(document: dict[str, Any]) -> int:
    start, end = (date.fromisoformat(document["period"][k]) for k in ("start", "end"))
    return (end - start).days + 1


def review(chart: Chart, previous: dict[str, Any] | None) -> list[dict[str, Any]]:
    """One entry per advice of the last findings that asked for action; sums are given for as many days as then."""
    entries = []
    for old in acted(previous):
        expect, then = old["advice"]["expect"], old["observed"]
        now, aim = _reading(chart, old), expect["value"]
        known = now is not None and None not in (then, aim) and then != aim
        scale = 1.0
        if previous and expect["metric"] in load().metrics and load().metrics[expect["metric"]].kind == "sum":
            scale = _days(previous) / chart.period.days
        entries.append(
            {
                "finding": old["id"],
                "advice": old["advice"]["what"][chart.language],
                "then": then,
                "now": None if now is None else number(now.observed * scale),
                "outcome": outcome(then, now, aim, own=old["reference"] == "own_baseline")  # type: ignore[arg-type]
                if known
                else "unknown",
            }
        )
    return entries


def begun(claim: Claim, previous: dict[str, Any] | None) -> Claim:
    """The claim with the day its trouble began: an earlier one where the last findings knew the same trouble."""
    known = [pd.Timestamp(f["since"]) for f in acted(previous) if f["id"] == claim.id and f["since"]]
    return claim if pd.isna(claim.since) else replace(claim, since=min([*known, claim.since]))
