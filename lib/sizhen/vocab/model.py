"""The frozen shapes of the vocabulary. A field of a TOML entry is a field here, of the same name and its type."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, get_args

Kind = Literal[
    "date", "datetime", "id", "text", "count", "money", "rate", "score", "seconds", "number", "flag", "choice"
]
Pool = Literal["sales", "refunds", "ad_spend", "none"]
Step = Literal[
    "data",
    "market",
    "channels",
    "payment",
    "pages",
    "products",
    "shop_wide",
    "order_value",
    "spend",
    "unexplained",
]
STEPS: tuple[Step, ...] = get_args(Step)

Exam = Literal["look", "listen", "ask", "check"]
Role = Literal["operations", "promotion", "design", "service", "warehouse", "owner"]

WORTH_NAMING = 0.02  # of the visitors: a source with fewer is not named
TOTALS = "totals/"  # before the name of a daily table: its totals over several days, kept beside it


@dataclass(frozen=True)
class Text:
    """One wording in every language of the reports."""

    zh: str
    en: str

    def __getitem__(self, language: str) -> str:
        return str(getattr(self, language))

    def fill(self, **values: object) -> Text:
        """The template with its values, each in the language of the template."""
        zh, en = ({n: v[k] if isinstance(v, Text) else v for n, v in values.items()} for k in ("zh", "en"))
        return Text(self.zh.format(**zh), self.en.format(**en))

    def both(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}


@dataclass(frozen=True)
class Column:
    """A column of a table: its kind says type, unit and range."""

    name: str
    kind: Kind
    describe: Text
    key: bool = False
    empty: bool = False
    allowed: tuple[str, ...] = ()

    @property
    def label(self) -> Text:
        return Text(self.describe.zh, self.name.replace("_", " "))


@dataclass(frozen=True)
class TableSpec:
    name: str
    title: Text
    columns: tuple[Column, ...]

    @property
    def keys(self) -> list[str]:
        return [c.name for c in self.columns if c.key]

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]

    @property
    def dated(self) -> str | None:
        """The column that says when a row happened, if the table has one."""
        first = next((c for c in self.columns if c.kind in ("date", "datetime")), None)
        return None if first is None or self.name == "products" else first.name

    def over_days(self) -> TableSpec:
        """The same of several days together: first_day and last_day in place of the date."""
        day, *others = sorted(self.columns, key=lambda c: c.name != "date")
        ends = (replace(day, name=name) for name in ("first_day", "last_day"))
        return TableSpec(TOTALS + self.name, self.title, (*ends, *others))


@dataclass(frozen=True)
class Metric:
    """What is divided by what. `maturity_days`: days until the figure is final; `base_days`: of its expectation."""

    id: str
    kind: Literal["sum", "ratio", "mean", "level"]
    numerator: str
    unit: Literal["count", "money", "rate", "seconds", "score", "number"]
    good: Literal["up", "down", "none"]
    label: Text
    denominator: str | None = None
    maturity_days: int = 0
    base_days: int = 28


@dataclass(frozen=True)
class Channel:
    id: str
    group: str
    label: Text


@dataclass(frozen=True)
class Limit:
    """A practitioner's or platform's norm. `bad` says on which side of `value` it is broken; `from`: there and above.

    `year` is the source's; the word "undated" where it names none.
    """

    value: float
    bad: Literal["above", "below", "from"]
    kind: Literal["platform", "practitioner", "arithmetic", "house"]
    source: str
    year: int | str


@dataclass(frozen=True)
class Rule:
    """One question of an examination, with its limit, wordings and the causes that can answer it.

    `healthy` and `unhealthy` answer it; `found` is said instead of `unhealthy` where a finding answers, `changed` where
    what it `watches` got worse and no finding tells why. `counts`: what the n of its number counts, the word after
    `n.`. `frame`: the frame that shows what it asks for, `figure`: the number read off it (exam/figures.py); a rule
    that its findings alone answer has no figure. `lacks`: what is not there where the metric stays unknown though its
    tables are known. `norms`: shares the metric is the distance from, by code.
    """

    id: str
    exam: Exam
    title: Text
    healthy: Text
    unhealthy: Text
    needs: tuple[str, ...]
    source: str
    found: Text | None = None
    changed: Text | None = None
    metric: str | None = None
    counts: str = ""
    min_n: int = 0
    limit: Limit | None = None
    causes: tuple[str, ...] = ()
    watches: tuple[str, str] | None = None
    lacks: str | None = None
    norms: tuple[tuple[str, float], ...] = ()
    frame: str = ""
    figure: str = ""


@dataclass(frozen=True)
class Advice:
    who: Role
    what: Text
    due_days: int


@dataclass(frozen=True)
class Cause:
    """A cause of findings.md: what it says, what to do (`task` in a line), which figure should move.

    The head of causes.toml tells what the fields from `step` on decide.
    """

    id: str
    exam: Exam
    metric: str
    label: Text
    task: Text
    says: Text
    advice: Advice
    needs: tuple[str, ...]
    step: Step
    draws_from: Pool
    may_act: Literal["established", "always", "never"] = "established"
    needs_payment: bool = False
    puts_in_doubt: Literal["payments", "unexplained"] | None = None
    serious: bool = False
    aspect: str | None = None
    source: str | None = None


@dataclass(frozen=True)
class Aspect:
    """What a review can be about, as regular expressions per language: `patterns` are complaints whatever the stars,
    `mentions` speak of it well or ill, `topics` only say what a bad review is about. `within`: the aspect it counts for
    in the diagnosis, mostly itself."""

    id: str
    label: Text
    within: str
    patterns: Text
    mentions: Text
    topics: Text


@dataclass(frozen=True)
class Vocab:
    tables: dict[str, TableSpec]
    metrics: dict[str, Metric]
    groups: dict[str, Text]
    channels: dict[str, Channel]
    aspects: dict[str, Aspect]
    rules: dict[str, Rule]
    causes: dict[str, Cause]
    words: dict[str, Text]
    units: dict[str, str]
    labels: dict[str, Text] = field(repr=False)

    def table(self, name: str) -> TableSpec:
        """A table of the contract, or the totals kept beside it. KeyError for a name that is none."""
        whole = self.tables[name.removeprefix(TOTALS)]
        return whole.over_days() if name.startswith(TOTALS) else whole
