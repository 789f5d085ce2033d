"""The agency's page of a period: what to do in which shop, most money first; where the run failed; who is fine."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from sizhen.document import Document, Unreadable
from sizhen.document.money import lost, overspent
from sizhen.report.frame import TEMPLATES, environment, style_sheet
from sizhen.report.write import write_text
from sizhen.view.labels import name, say, short, speak
from sizhen.view.screen import Screen, Shown, screen

GROUPS = ("act", "watch", "failed", "little_data", "fine")
FOLDED = ("little_data", "fine")
AGENCY = "agency"  # scope of what is told of all shops
UNREADABLE = "its findings.json cannot be read; examine the shop again"
_HELPED, _DID_NOT = ("recovered", "improved"), ("unchanged", "worse")
_EXPECTED = 0.8  # of a bar's length is what was expected


@dataclass(frozen=True)
class Row:
    """A shop of a period. Not `done`, it has a reason and perhaps an earlier report. `data`: the fingerprint of its
    data as they are now, empty where nobody looked."""

    shop_id: str
    name: str
    currency: str
    state: Literal["done", "failed", "no_data"] = "done"
    reason: str = ""
    data: str = ""


@dataclass(frozen=True)
class Line:
    """A shop as the index shows it, in words. `pill`: its state where the group does not say it; `length`: of its bar,
    in per cent; `says`: what stands in the place of something to do; `amounts`: lost and overspent."""

    row: Row
    group: str
    link: str
    says: Shown | str = ""
    pill: str = ""
    stale: bool = False
    length: int | None = None
    sales: tuple[Shown, ...] = ()
    lost: Shown | None = None
    overspent: Shown | None = None
    task: str = ""
    who: str = ""
    by: str = ""
    again: Shown | None = None
    amounts: tuple[float, float] = (0.0, 0.0)
    periods: int = 1
    outcomes: tuple[str, ...] = ()

    def scope(self, shown: Shown) -> str:
        return f"{self.row.shop_id}/{shown.scope}"


def write_index(period_dir: Path, rows: Sequence[Row], *, language: str, title: str) -> None:
    """Writes `index.html` into `period_dir`, from the `findings.json` of each row's folder there.

    Shops stand in groups by state; in each by currency (sums of different money have no order), the commonest first,
    and by money.
    """
    lines = [_line(period_dir, row, language) for row in rows]
    currencies = Counter(row.currency for row in rows)
    lines.sort(
        key=lambda line: (
            -currencies[line.row.currency],
            line.row.currency,
            *(-amount for amount in line.amounts),
            line.row.shop_id,
        )
    )
    script = _script()
    html = (
        environment()
        .get_template("index.html.j2")
        .render(
            language=language,
            title=title,
            groups={group: [line for line in lines if line.group == group] for group in GROUPS},
            folded=FOLDED,
            agency=AGENCY,
            followed_up=followed_up([outcome for line in lines for outcome in line.outcomes]),
            stale=sum(line.stale for line in lines),
            name=name,
            say=say,
            css=style_sheet("index.css"),
            script=script,
            script_hash=f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}",
        )
    )
    write_text(period_dir / "index.html", html)


@cache
def _script() -> str:
    return (TEMPLATES / "index.js").read_text(encoding="utf-8")


def followed_up(outcomes: Sequence[str]) -> str:
    """The agency's hit rate in words: how many of the last advices helped, of those that can be judged."""
    if not outcomes:
        return ""
    helped, known = (sum(o in these for o in outcomes) for these in (_HELPED, (*_HELPED, *_DID_NOT)))
    return say("index.followed_up", helped=helped, known=known, unknown=len(outcomes) - known)


def _line(period_dir: Path, row: Row, language: str) -> Line:
    speak(language, row.currency)
    findings = period_dir / row.shop_id / "findings.json"
    link = f"{quote(row.shop_id)}/report.html" if findings.is_file() else ""
    if row.state == "no_data":
        return Line(row, "little_data", link, row.reason, name("index.no_data"))
    if row.state == "failed":
        return Line(row, "failed", link, row.reason)
    try:
        document = Document.parse(findings.read_bytes())
    except (OSError, Unreadable):
        return Line(replace(row, state="failed"), "failed", link, UNREADABLE)
    return _of_document(Line(row, "", link), document)


def _of_document(line: Line, document: Document) -> Line:
    told, gap, costs = screen(document), lost(document), overspent(document)
    of = document.sales
    expected = of.expected if of.observed is not None and of.expected is not None and of.expected > 0 else None
    acts = document.in_state("act")
    line = replace(
        line,
        group="watch" if told.state == "unclear" else told.state,
        pill=name("index.unclear") if told.state == "unclear" else "",
        stale=bool(line.row.data and document.data.fingerprint) and line.row.data != document.data.fingerprint,
        length=None if expected is None else _length((of.observed or 0.0) / expected),
        sales=told.gauge.told[: 1 if of.expected is None else 2] if told.gauge else (),
        lost=Shown(say("index.lost", money=short(gap)), "sales:lost", "shop") if gap > 0 else None,
        overspent=Shown(say("screen.cost", money=short(costs)), "costs:overspent", "shop") if costs > 0 else None,
        amounts=(gap, costs),
        outcomes=tuple(entry.outcome for entry in document.previous),
    )
    if not told.tasks:
        return replace(line, says=_says(told))
    first, periods = told.tasks[0], acts[0].periods
    again = Shown(say("index.periods", count=periods), "finding:periods", first.id) if periods > 1 else None
    return replace(line, task=first.title, who=first.who, by=first.by, again=again, periods=periods)


def _length(of_expected: float) -> int:
    """A bar in per cent of its whole length."""
    return round(100 * min(max(of_expected * _EXPECTED, 0.0), 1.0))


def _says(told: Screen) -> Shown | str:
    """What a shop without anything to do is told: nothing where it is fine."""
    if told.state == "watch":
        return told.watched[0].title if told.watched else told.headline
    if told.state == "fine":
        return ""
    return Shown(say("index.says", says=told.headline, why=told.why).strip(), "verdict:says", "shop")
