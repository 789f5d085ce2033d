"""What a mail says, as plain text: the one source of its HTML and of its text part."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sizhen.document import Document, Finding, SplitPart
from sizhen.tables import Period, Profile
from sizhen.view import labels, sentences
from sizhen.view.labels import name, say
from sizhen.view.sentences import Figure
from sizhen.vocab import load

TOLD = 3  # findings
LOOKED_BACK = 4  # advices of the last period
LONGEST = 400  # columns of a text from the findings
SHOP_NAME = 48
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Mail programs make links of what looks like an address, whoever wrote it: a space of no width keeps it text.
_LINKED = re.compile(r"(?<=\w)(://|@)|(?<=[A-Za-z0-9])\.(?=[^\W\d_]{2})")


@dataclass(frozen=True)
class Step:
    """A bar on the way from expected to actual sales; `total` for the two ends."""

    name: str
    shown: str
    start: float
    end: float
    total: bool = False


@dataclass(frozen=True)
class Item:
    """A finding as the owner needs it."""

    title: str
    money: str
    between: str
    says: str
    who: str
    advice: str
    aim: str
    evidence: str


@dataclass(frozen=True)
class Letter:
    """`state`: act, ok or unknown. `previous`: what came of each advice, with the advice."""

    subject: str
    shop: str
    state: str
    verdict: str
    days: str
    compared: str
    figures: tuple[Figure, ...]
    split: str
    steps: tuple[Step, ...]
    items: tuple[Item, ...]
    more: str
    watched: tuple[tuple[str, str], ...]
    previous: tuple[tuple[str, str], ...]
    previous_more: str

    @property
    def picture(self) -> str:
        """The steps in words, for whoever does not see them drawn."""
        told = [say("mail.step", name=step.name, amount=step.shown) for step in self.steps]
        return say("mail.picture", steps=labels.listing(told))


def write(document: Document, profile: Profile, period: Period, when: datetime) -> Letter:
    """The letter in the language last given to `view.use`; what is to be done is due from `when` on."""
    state, verdict = sentences.verdict(document)
    acts, watched = document.in_state("act"), document.in_state("watch")
    days, compared = sentences.period(document)
    shop = labels.shorten(plain(profile.name), SHOP_NAME)
    today = when.astimezone(ZoneInfo(profile.timezone)).date()
    steps = _steps(document)
    earlier = document.previous
    further = len(earlier) - LOOKED_BACK
    return Letter(
        subject=_subject(state, len(acts), shop, period),
        shop=shop,
        state=state,
        verdict=verdict,
        days=days,
        compared=_sentence(compared),
        figures=tuple(sentences.sales(document)),
        split=_split(document, steps),
        steps=steps,
        items=tuple(_item(f, today + timedelta(days=f.advice.due_days)) for f in acts[:TOLD]),
        more=_more(acts[TOLD:]),
        watched=tuple((_cause(f), plain(labels.text(f.says))) for f in watched[: TOLD - len(acts[:TOLD])]),
        previous=tuple((_sentence(sentences.followed_up(e)), plain(e.advice)) for e in earlier[:LOOKED_BACK]),
        previous_more=_previous_more(document, further),
    )


def _previous_more(document: Document, further: int) -> str:
    if document.unread:
        return name("card.previous_unread")
    return say("mail.previous_more", count=further) if further > 0 else ""


def plain(text: str) -> str:
    """A text from outside on one line, shortened, without control characters and with nothing to click on."""
    return _LINKED.sub(
        lambda match: f"{match[0]}\u200b", labels.shorten(_UNSAFE.sub(" ", text[: 4 * LONGEST]), LONGEST)
    )


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _subject(state: str, acts: int, shop: str, period: Period) -> str:
    id = "mail.subject.act_one" if acts == 1 else f"mail.subject.{state}"
    return say(id, shop=shop, period=_when(period), count=acts)


def _when(period: Period) -> str:
    first, last = period.start, period.end
    if first.day == 1 and (last + timedelta(days=1)).day == 1 and first.month == last.month:
        return say("mail.month", first=first)
    return say("mail.days", start=labels.day(first), end=labels.day(last))


def _cause(finding: Finding) -> str:
    return _sentence(labels.text(load().causes[finding.cause].label))


def _item(finding: Finding, due: date) -> Item:
    advice = finding.advice
    money, between = sentences.stake(finding)
    return Item(
        title=_cause(finding),
        money=money,
        between=between,
        says=plain(labels.text(finding.says)),
        who=_sentence(say("mail.by", who=name(f"who.{advice.who}"), day=labels.day(due))),
        advice=plain(labels.text(advice.what)),
        aim=sentences.aim(finding) if due <= advice.expect.by else "",
        evidence=name(f"card.level.{finding.level}"),
    )


def _more(acts: Sequence[Finding]) -> str:
    if not acts:
        return ""
    names = labels.listing(list(dict.fromkeys(map(_cause, acts))))
    return say("mail.more_one" if len(acts) == 1 else "mail.more", count=len(acts), names=names)


def _roots(document: Document) -> list[SplitPart]:
    return [part for part in document.split if len(part.path) == 1 and part.path != ("unsplit",)]


def _steps(document: Document) -> tuple[Step, ...]:
    """From expected to observed sales; nothing where one of them is unknown."""
    expected, observed = document.sales.expected, document.sales.observed
    if expected is None or observed is None:
        return ()
    digits = 0 if abs(expected) >= 100 else 2
    steps = [Step(name("card.expected"), sentences.money(expected), 0.0, expected, total=True)]
    for part in _roots(document):
        before, amount = steps[-1].end, part.amount
        called = _sentence(labels.brief("part", part.path[0]))
        shown = ("+" if amount > 0 else "") + labels.money(amount, digits)
        steps.append(Step(called, shown, before, before + amount))
    return (*steps, Step(name("mail.actual"), sentences.money(observed), 0.0, observed, total=True))


def _split(document: Document, steps: Sequence[Step]) -> str:
    """The picture's answer in one sentence."""
    sales = document.sales
    if not steps or sales.observed is None or sales.expected is None:
        return ""
    if sales.low is not None and sales.high is not None and sales.low <= sales.observed <= sales.high:
        return name("mail.usual")
    gap = sales.observed - sales.expected
    id, shown = f"plot.waterfall.{'below' if gap < 0 else 'above'}", sentences.money(abs(gap))
    if len(steps) == 2:
        return say(f"{id}.unsplit", gap=shown)
    main = max(steps[1:-1], key=lambda step: abs(step.end - step.start))
    return say(id, gap=shown, root=main.name.lower(), amount=main.shown)
