"""The findings document: what findings.json holds, and how it is read and written.

`None` is unknown. What a document of schema 1 does not tell has a default.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import Field, FiniteFloat, TypeAdapter, ValidationError

from sizhen.document.findings import CauseId, Finding, FindingId, MetricId, State
from sizhen.vocab import Text

SCHEMA: Literal[2] = 2
CostName = Literal["refunds", "ad_spend"]
Result = Literal["recovered", "improved", "unchanged", "worse", "unknown"]
VerdictState = Literal["act", "watch", "unclear", "little_data", "fine"]
UNREAD = "unread_advice"  # what an answer needs that the last findings would give


class Unreadable(ValueError):
    """What is no findings document; the text says what it is, as in `findings.json is …`."""


@dataclass(frozen=True)
class Days:
    """Both days included."""

    start: date
    end: date


@dataclass(frozen=True)
class Baseline(Days):
    """The days that the period was compared with."""

    kind: Literal["trailing"] = "trailing"


@dataclass(frozen=True)
class Coverage:
    """A table's rows, and its first and last day where it has dated rows."""

    rows: Annotated[int, Field(ge=0)]
    first: date | None
    last: date | None


@dataclass(frozen=True)
class Immature:
    """A metric whose figures are not final from the day `since` on."""

    metric: str
    since: Annotated[date, Field(alias="from")]
    why: str


@dataclass(frozen=True)
class Maturity:
    """A metric whose figures from the day `since` on are all final on `final_on`."""

    metric: str
    since: Annotated[date, Field(alias="from")]
    final_on: date


@dataclass(frozen=True)
class OrdersTold:
    """Orders of the period to be told beside the sales, and their money. No sales: pending, partially_paid, cancelled
    (before anybody paid), test. Paid: no_payment_time (they count on the day of ordering), no_amount (they add nothing
    to the sales), no_day (of no period)."""

    kind: Literal["pending", "partially_paid", "cancelled", "test", "no_payment_time", "no_amount", "no_day"]
    orders: Annotated[int, Field(ge=1)]
    amount: FiniteFloat | None


@dataclass(frozen=True, kw_only=True)
class Data:
    """What the diagnosis rests on. `missing`: tables; `missing_days`: days of the period that every table of sales
    lacks; `partial_days`: those of which the orders tell a part of the payments only, which are compared with nothing.
    `fingerprint` is empty where the document does not tell it."""

    fingerprint: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""
    tables: dict[str, Coverage]
    missing: tuple[str, ...]
    missing_days: tuple[date, ...] = ()
    partial_days: tuple[date, ...] = ()
    immature: tuple[Immature, ...]
    orders: tuple[OrdersTold, ...] = ()


@dataclass(frozen=True)
class Sales:
    """Paid amounts of the period; `low` to `high` is where a share of `band` of shops like this would lie."""

    observed: FiniteFloat | None
    expected: FiniteFloat | None
    low: FiniteFloat | None
    high: FiniteFloat | None
    target: FiniteFloat | None
    band: FiniteFloat = 0.9


@dataclass(frozen=True)
class SplitPart:
    """Money of one node of the split of observed − expected sales: children add up to their parent."""

    path: Annotated[tuple[str, ...], Field(min_length=1)]
    amount: FiniteFloat


@dataclass(frozen=True)
class CostLine:
    """Money beside the sales."""

    name: CostName
    observed: FiniteFloat | None
    expected: FiniteFloat | None


@dataclass(frozen=True)
class NotConcluded:
    """A rule that could not be answered, the tables or figures it needs, and why in the shop's language."""

    rule: str
    needs: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class AdviceOutcome:
    """What came of an advice of the last document: the id of its finding, its figure then and now."""

    finding: FindingId
    advice: str
    then: FiniteFloat | None
    now: FiniteFloat | None
    outcome: Result


@dataclass(frozen=True)
class Verdict:
    """The one sentence about the shop, and the one line under it."""

    state: VerdictState
    says: Text
    why: Text


@dataclass(frozen=True)
class Week:
    """Seven days that begin on `start`; `now`: they lie in the period."""

    start: date
    value: FiniteFloat | None
    now: bool


@dataclass(frozen=True)
class Vital:
    """A vital sign over the period beside what was expected, and the weeks up to its end. `beyond_chance`: the
    difference is more than chance; `immature`: the figure is not final."""

    metric: MetricId
    observed: FiniteFloat | None
    expected: FiniteFloat | None
    beyond_chance: bool
    immature: bool
    weeks: tuple[Week, ...]


@dataclass(frozen=True)
class Considered:
    """What became of a cause that was looked at. `needs`: the tables or figures that an untestable one lacks."""

    cause: CauseId
    verdict: Literal["retained", "ruled_out", "untestable", "inconclusive"]
    figure: FiniteFloat | None
    limit: FiniteFloat | None
    needs: tuple[str, ...]
    says: Text


@dataclass(frozen=True, kw_only=True)
class Document(Mapping[str, Any]):
    """One shop over one period. As a mapping it is findings.json: plain data all the way down.

    `issued_on`: the first day on which it can be issued, the one after the period; no clock is read.
    `baseline` is None where there are no days to compare with; then `split` is empty.
    """

    schema: Literal[1, 2]
    shop_id: Annotated[str, Field(pattern="^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
    period: Days
    baseline: Baseline | None
    issued_on: date | None = None
    data: Data
    sales: Sales
    split: tuple[SplitPart, ...]
    cost_lines: tuple[CostLine, ...]
    findings: tuple[Finding, ...]
    not_concluded: tuple[NotConcluded, ...]
    previous: tuple[AdviceOutcome, ...]
    maturity: tuple[Maturity, ...] = ()
    verdict: Verdict | None = None
    vitals: tuple[Vital, ...] = ()
    considered: tuple[Considered, ...] = ()

    @classmethod
    def from_json(cls, held: object) -> Self:
        """Of what a findings.json of schema 1 or 2 holds; what it holds besides is left out. Raises Unreadable, which
        names the first field that is wrong."""
        try:
            document: Self = _adapter().validate_python(held)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            where = "".join(f"{part}: " for part in [".".join(map(str, first["loc"]))] if part)
            raise Unreadable(f"not a findings document ({where}{first['msg']})") from None
        return document

    @classmethod
    def parse(cls, text: str | bytes) -> Self:
        """Of the text of a findings.json. Raises Unreadable."""
        try:
            held = json.loads(text, parse_constant=_refuse_constant)
            json.dumps(held, ensure_ascii=False).encode()  # half a character could not be written again
        except ValueError as error:
            raise Unreadable(f"not whole ({error})") from None
        except RecursionError:
            raise Unreadable("nested too deep") from None
        return cls.from_json(held)

    def to_json(self) -> dict[str, Any]:
        """What findings.json holds: dicts, lists, texts, numbers and None, in the order of the fields."""
        plain: dict[str, Any] = _adapter().dump_python(self, mode="json", by_alias=True)
        return plain

    def __getitem__(self, key: str) -> Any:
        return self.to_json()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self.to_json())

    def __len__(self) -> int:
        return len(self.to_json())

    def in_state(self, state: State) -> list[Finding]:
        return [f for f in self.findings if f.state == state]

    @property
    def sold_until(self) -> date | None:
        """The last day that sales are known of, where it is before the end of the period."""
        tables = self.data.tables
        sales = [tables[name].last for name in ("shop_daily", "orders") if name in tables]
        last = next(iter(sales), None) or max((t.last for t in tables.values() if t.last), default=None)
        return last if last is not None and last < self.period.end else None

    @property
    def unread(self) -> bool:
        """Whether there is earlier advice that could not be read."""
        return any(UNREAD in question.needs for question in self.not_concluded)


def json_schema() -> dict[str, Any]:
    """The JSON schema of findings.json as it is written."""
    return _adapter().json_schema(mode="serialization", by_alias=True)


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(Document)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no number")
