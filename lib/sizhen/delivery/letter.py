"""What a mail says, as plain text: the one source of its HTML and of its text part."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from sizhen.delivery.bar import Cell, cells
from sizhen.document import Days, Document
from sizhen.tables import Period, Profile
from sizhen.view import labels
from sizhen.view.labels import name, say
from sizhen.view.screen import MOST_TASKS, Chip, Gauge, Screen, Shown, Task, screen

LONGEST = 320  # columns of a text from the findings
SHOP_NAME = 48
MOST_CHIPS, SKU = 30, 32
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# Mail programs make links of what looks like an address, whoever wrote it: a space of no width keeps it text.
_LINKED = re.compile(r"(?<=\w)(://|@)|(?<=[A-Za-z0-9])\.(?=[^\W\d_]{2})")


@dataclass(frozen=True)
class Item:
    """A task; `chips_more`: of sizes beyond MOST_CHIPS."""

    task: Task
    chips_more: str


@dataclass(frozen=True)
class Letter:
    """The first screen as a mail tells it. `money`: the part of `headline` that is money; `bar`: the gauge as cells."""

    subject: str
    shop: str
    when: str
    issued: str
    state: str
    headline: str
    money: Shown | None
    why: str
    notes: tuple[str, ...]
    gauge: Gauge | None
    bar: tuple[Cell, ...]
    items: tuple[Item, ...]
    more: str


def write(document: Document, profile: Profile) -> Letter:
    """The letter in the language last given to `view.use`."""
    told = screen(document)
    shop = labels.shorten(plain(profile.name), SHOP_NAME)
    return Letter(
        subject=say("mail.subject", shop=shop, when=_when(document.period), says=_subject(document, told)),
        shop=shop,
        when=told.when,
        issued=told.issued,
        state=told.state,
        headline=plain(told.headline),
        money=Shown(told.money, "verdict:money", "shop") if told.money else None,
        why=plain(told.why),
        notes=tuple(map(plain, told.notes)),
        gauge=told.gauge,
        bar=cells(told.gauge) if told.gauge else (),
        items=tuple(map(_item, told.tasks)),
        more=_more(len(document.in_state("act")) - MOST_TASKS),
    )


def plain(text: str) -> str:
    """A text from outside on one line, shortened, without control characters and with nothing to click on."""
    return _LINKED.sub(
        lambda match: f"{match[0]}\u200b", labels.shorten(_UNSAFE.sub(" ", text[: 4 * LONGEST]), LONGEST)
    )


def _when(days: Days) -> str:
    month = Period.parse(f"{days.start:%Y-%m}")
    if (month.start, month.end) == (days.start, days.end):
        return say("mail.month", first=days.start)
    return say("mail.days", start=labels.day(days.start), end=labels.day(days.end))


def _subject(document: Document, told: Screen) -> str:
    """The money and how much there is to do; else the sentence of the page, which says what there is to say."""
    count, money = len(document.in_state("act")), _money(document, told.money)
    if told.state != "act" or not money:
        return plain(told.headline).rstrip("。.")
    return say("mail.to_do_one" if count == 1 else "mail.to_do_many", money=money, count=count)


def _money(document: Document, shown: str) -> str:
    """The money of the sentence under its name: sales lost beyond what is usual, or costs. Else nothing: more sold than
    expected, or some lost while all together is as usual, takes the whole sentence to be told."""
    sales = document.sales
    lost = sales.observed is not None and sales.low is not None and sales.observed < sales.low
    if lost and labels.short((sales.expected or 0.0) - (sales.observed or 0.0)) == shown:
        return say("mail.lost", money=shown)
    costs = sum(f.stake.amount for f in document.in_state("act") if f.stake.kind == "cost")
    return say("screen.cost", money=shown) if costs > 0 and labels.short(costs) == shown else ""


def _item(task: Task) -> Item:
    """Of too many sizes those that are gone stay before the others."""
    chips, further = task.chips, len(task.chips) - MOST_CHIPS
    if further > 0:
        chips = tuple(sorted(chips, key=lambda chip: not chip.gone)[:MOST_CHIPS])
    told = replace(
        task,
        title=plain(task.title),
        says=plain(task.says),
        steps=tuple(map(plain, task.steps)),
        chips=tuple(Chip(labels.shorten(plain(chip.sku), SKU), chip.note, chip.gone) for chip in chips),
        places=tuple(map(plain, task.places)),
    )
    return Item(told, say("mail.chips_more", count=further) if further > 0 else "")


def _more(count: int) -> str:
    if count <= 0:
        return ""
    return name("mail.more_one") if count == 1 else say("mail.more", count=count)
