"""A finding: a cause or symptom, what it is worth and what to do about it.

`None` is unknown. What a document of schema 1 does not tell has a default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, FiniteFloat

from sizhen.vocab import Text, load
from sizhen.vocab.model import Role

State = Literal["act", "watch", "ok", "unknown"]
Kind = Literal["loss", "cost", "opportunity"]
Evidence = Literal["fact", "timing", "comparison", "dose_response", "arithmetic"]
Level = Literal["A", "B", "C", "D"]
Reference = Literal["own_baseline", "tier_average", "rule", "target", "fact"]
Money = Annotated[FiniteFloat, Field(ge=0)]


def _cause(id: str) -> str:
    if id not in load().causes:
        raise ValueError("no cause of that name")
    return id


def _of_cause(id: str) -> str:
    _cause(id.partition(":")[0])
    return id


def _metric(id: str) -> str:
    if id not in load().metrics:
        raise ValueError("no metric of that name")
    return id


def _rule(id: str) -> str:
    if id not in load().rules:
        raise ValueError("no rule of that name")
    return id


CauseId = Annotated[str, AfterValidator(_cause)]
FindingId = Annotated[str, AfterValidator(_of_cause)]  # a cause, or a cause, a colon and where
MetricId = Annotated[str, AfterValidator(_metric)]


@dataclass(frozen=True)
class Stake:
    """Money per period of the shop's currency, with its 90 % interval."""

    kind: Kind
    amount: Money
    low: Money
    high: Money
    per: Literal["period"] = "period"


@dataclass(frozen=True)
class Expect:
    """The figure the advice should lead to, and the day until when."""

    metric: MetricId
    value: FiniteFloat | None
    by: date


@dataclass(frozen=True)
class Advice:
    """What to do within `due_days`. `due_on`: counted from the day the document is issued on; `check_on`: the day on
    which to look whether it helped."""

    who: Role
    what: Text
    due_days: Annotated[int, Field(ge=0)]
    expect: Expect
    due_on: date | None = None
    check_on: date | None = None


@dataclass(frozen=True)
class Decision:
    """What a person made of the finding."""

    state: Literal["confirmed", "rejected", "snoozed"]
    by: str
    why: str


@dataclass(frozen=True)
class Now:
    """The finding's metric from the day on which the trouble began to the period's end, and as it was before."""

    since: Annotated[date, Field(alias="from")]
    value: FiniteFloat
    before: FiniteFloat | None


@dataclass(frozen=True)
class Size:
    """A size or colour of a product on the period's last day. `gone_since`: its first day without a piece, if none is
    left."""

    sku: str
    on_hand: Annotated[FiniteFloat, Field(ge=0)] | None
    gone_since: date | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding. `observed` and `expected` are of `metric` over the whole period; `since`: the first day of the
    trouble; `now`: the metric from then on; `n`: the count behind the figure; `level`: A (a recorded fact, by
    arithmetic), B (timing, and only what was exposed changed), C (timing alone), D (a fact whose effect is not
    confirmed); `sure`: high for A; `explains`: symptoms this cause accounts for; `task`: what to do, with its
    object, in a line; `where`: what names the place to the person who acts, by kind (`skus`, `menu`, `shift`);
    `sizes`: those of the product, sold out or not; `periods`: reports in a row that name it, this one included;
    `source`: the rule it answers; `decision`: None as long as nobody decided.
    """

    id: FindingId
    cause: CauseId
    subject: dict[str, str]
    exam: Literal["look", "listen", "ask", "check"]
    state: State
    metric: MetricId
    observed: FiniteFloat | None
    expected: FiniteFloat | None
    reference: Reference
    since: date | None
    n: Annotated[int, Field(ge=0)] | None
    p_value: Annotated[FiniteFloat, Field(ge=0, le=1)] | None
    stake: Stake
    evidence: Annotated[tuple[Evidence, ...], Field(min_length=1)]
    level: Level
    sure: Literal["high", "medium"] | None = None
    explains: tuple[str, ...]
    advice: Advice
    says: Text
    task: Text | None = None
    where: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sizes: tuple[Size, ...] = ()
    now: Now | None = None
    periods: Annotated[int, Field(ge=1)] = 1
    source: Annotated[str, AfterValidator(_rule)]
    decision: Decision | None = None
