"""The agency's page of a period: every shop, the one with most money at stake first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from sizhen.document import Document, Finding, Unreadable
from sizhen.report.frame import environment, style_sheet
from sizhen.report.write import write_text
from sizhen.vocab import word
from sizhen.vocab.currency import currency_sign

_ORDER = ("act", "watch", "ok", "unknown")
UNREADABLE = "its findings.json cannot be read; examine the shop again"
_HELPED, _DID_NOT = ("recovered", "improved"), ("unchanged", "worse")


@dataclass(frozen=True)
class Row:
    """A shop of a period. Not `done`, it has a reason and perhaps an earlier report."""

    shop_id: str
    name: str
    currency: str
    state: Literal["done", "failed", "no_data"] = "done"
    reason: str = ""


@dataclass(frozen=True)
class Line:
    """A shop as the index shows it. `stake`: money lost in the period, as far as `act` and `watch` say.

    `outcomes`: what came of the last advice, one word per advice.
    """

    row: Row
    state: str
    stake: float | None
    says: str
    link: str
    outcomes: tuple[str, ...] = ()

    @property
    def money(self) -> str:
        sign = currency_sign(self.row.currency)
        return f"{sign}{self.stake:,.0f}" if self.stake else ""


def stake(document: Document) -> float:
    """What a findings document calls lost or spent too much: the stakes of its `act` and `watch` findings, added."""
    return sum(f.stake.amount for f in _troubles(document) if f.stake.kind in ("loss", "cost"))


def top_finding(document: Document, language: str) -> str:
    """The sentence of the first finding that asks for something, or nothing."""
    return next((f.says[language] for f in _troubles(document)), "")


def _troubles(document: Document) -> list[Finding]:
    return [f for f in document.findings if f.state in ("act", "watch")]


def state(document: Document) -> str:
    """The worst state of the findings; unknown where not even the sales are known."""
    states = {f.state for f in document.findings}
    known = document.sales.observed is not None
    return next((s for s in _ORDER if s in states), "ok" if known else "unknown")


def followed_up(outcomes: Sequence[str], language: str) -> str:
    """The agency's hit rate in words: how many of the last advices helped, of those that can be judged."""
    if not outcomes:
        return ""
    helped, known = (sum(o in these for o in outcomes) for these in (_HELPED, (*_HELPED, *_DID_NOT)))
    return word("report.followed_up", language).format(helped=helped, known=known, unknown=len(outcomes) - known)


def write_index(period_dir: Path, rows: Sequence[Row], *, language: str, title: str) -> None:
    """Writes `index.html` into `period_dir`, from the `findings.json` of each row's folder there.

    Shops are grouped by currency (sums of different money have no order), the commonest first, and ranked by money at
    stake; those without a new report come last.
    """
    lines = [_line(period_dir, row, language) for row in rows]
    currencies = Counter(line.row.currency for line in lines if line.row.state == "done")
    lines.sort(
        key=lambda line: (
            line.row.state != "done",
            -currencies[line.row.currency],
            line.row.currency,
            -(line.stake or 0.0),
            _ORDER.index(line.state) if line.state in _ORDER else len(_ORDER),
            line.row.shop_id,
        )
    )
    words = {id: word(f"report.{id}", language) for id in ("shop", "state", "at_stake", "first_finding", "earlier")}
    states = {id: word(f"report.{id}", language) for id in (*_ORDER, "failed", "no_data")}
    template = environment().get_template("index.html.j2")
    html = template.render(
        language=language,
        title=title,
        lines=lines,
        counts=[(id, n) for id in states if (n := sum(line.state == id for line in lines))],
        followed_up=followed_up([o for line in lines for o in line.outcomes], language),
        words=words,
        states=states,
        css=style_sheet(),
    )
    write_text(period_dir / "index.html", html)


def _line(period_dir: Path, row: Row, language: str) -> Line:
    published = (period_dir / row.shop_id / "findings.json").is_file()
    link = f"{row.shop_id}/report.html" if published else ""
    if row.state != "done":
        return Line(row, row.state, None, row.reason, link)
    try:
        document = Document.parse((period_dir / row.shop_id / "findings.json").read_bytes())
    except (OSError, Unreadable):
        return Line(replace(row, state="failed"), "failed", None, UNREADABLE, link)
    worst = state(document)
    says = top_finding(document, language) or (word("card.nothing", language) if worst == "ok" else "")
    return Line(row, worst, stake(document), says, link, tuple(entry.outcome for entry in document.previous))
