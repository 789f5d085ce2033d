"""The owner's first screen as plain text, made from a findings document: page, mail and terminal show the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import blake2b

from sizhen.document import AdviceOutcome, Document, Finding, OrdersTold, Size, Vital
from sizhen.view import labels
from sizhen.view.labels import about, name, say
from sizhen.view.screen_parts import Bar, Chip, Gauge, Screen, Shown, Sign, Task, Watched
from sizhen.vocab import load

MOST_TASKS = 5
MOST_DAYS = 3  # that are named
UNDATED = ("no_payment_time", "no_amount", "no_day")  # kinds of orders that are paid
APART = ("pending", "partially_paid", "cancelled", "test")  # and of those that are no sales
STEP_ENDS = {"zh": "；", "en": ";"}


def screen(document: Document) -> Screen:
    """The first screen of `document` in the reader's language and currency (`view.use`)."""
    state, headline, why = verdict(document)
    acts = document.in_state("act")
    largest = max((f.stake.amount for f in acts), default=0.0)
    left = len(acts) - MOST_TASKS
    return Screen(
        when=when(document),
        issued=say("screen.issued", day=labels.day(issued_on(document))),
        state=state,
        headline=headline,
        money=_money_in(headline, document),
        why=why,
        notes=notes(document),
        gauge=_gauge(document),
        tasks=tuple(task(document, f, largest) for f in acts[:MOST_TASKS]),
        more="" if left <= 0 else name("screen.more_one") if left == 1 else say("screen.more", count=left),
        watched=tuple(_watched(f) for f in document.in_state("watch")),
        signs=tuple(_sign(document, vital) for vital in document.vitals),
        previous=tuple(map(_followed_up, document.previous)),
    )


def verdict(document: Document) -> tuple[str, str, str]:
    """(state, the sentence, the line under it); of a document of schema 1 what its findings tell."""
    if document.verdict is not None:
        return document.verdict.state, labels.text(document.verdict.says), labels.text(document.verdict.why)
    for state in ("act", "watch"):
        if count := len(document.in_state(state)):
            return state, name(f"screen.{state}_one") if count == 1 else say(f"screen.{state}", count=count), ""
    if document.sales.observed is None:
        return "little_data", name("screen.unknown"), ""
    return "fine", name("screen.fine"), ""


def when(document: Document) -> str:
    """The month, or the first and the last day; up to which day sales are known, where that is earlier."""
    first, last = document.period.start, document.period.end
    month = (
        first.day == 1 and (last + timedelta(days=1)).day == 1 and (first.year, first.month) == (last.year, last.month)
    )
    days = (
        say("screen.month", first=first) if month else say("screen.days", start=labels.day(first), end=labels.day(last))
    )
    until = document.sold_until
    return say("screen.until", days=days, last=labels.day(until)) if until else days


def notes(document: Document) -> tuple[str, ...]:
    """What the sales of a shop that is known by its orders alone are told of: orders that are none, those without a
    payment time, days that are compared with nothing."""
    data = document.data
    if "shop_daily" in data.tables:
        return ()
    told = {entry.kind: entry for entry in data.orders}
    lines = [say(f"screen.orders.{kind}", orders=_orders(told[kind])) for kind in UNDATED if kind in told]
    apart = [say("screen.orders.of", kind=name(f"order_kind.{k}"), orders=_orders(told[k])) for k in APART if k in told]
    lines += [say("screen.orders.apart", kinds=labels.listing(apart))] if apart else []
    lines += [say("screen.open", day=labels.day(i.since)) for i in data.immature if i.metric == "paid_amount"]
    if data.partial_days:
        lines.append(say("screen.partial", days=_few(data.partial_days)))
    return tuple(lines)


def _few(days: Sequence[date]) -> str:
    if len(days) > MOST_DAYS:
        return say("screen.partial.many", first=labels.day(days[0]), count=len(days))
    return labels.listing([labels.day(day) for day in days])


def _orders(told: OrdersTold) -> str:
    many = name("screen.orders.count_one") if told.orders == 1 else say("screen.orders.count", count=f"{told.orders:,}")
    return many if told.amount is None else say("screen.orders.money", count=many, money=labels.money(told.amount))


def issued_on(document: Document) -> date:
    return document.issued_on or document.period.end + timedelta(days=1)


def _money_in(headline: str, document: Document) -> str:
    sales = document.sales
    lost = [] if sales.observed is None or sales.expected is None else [abs(sales.expected - sales.observed)]
    stakes = [f.stake.amount for f in document.in_state("act")]
    sums = [sum(f.stake.amount for f in document.in_state("act") if f.stake.kind == kind) for kind in ("loss", "cost")]
    shown = (labels.short(amount) for amount in [*lost, *sums, *stakes])
    return next((text for text in shown if text in headline), "")


def _gauge(document: Document) -> Gauge | None:
    of = document.sales
    if of.observed is None:
        return None
    told = [Shown(say("screen.observed", money=labels.short(of.observed)), "sales:observed", "shop")]
    if of.expected is not None:
        told.append(Shown(say("screen.expected", money=labels.short(of.expected)), "sales:expected", "shop"))
    if of.low is not None and of.high is not None:
        band = say("screen.usual", low=labels.short(of.low), high=labels.short(of.high))
        told.append(Shown(band, "sales:band", "shop"))
    if of.target is not None:
        told.append(Shown(say("screen.target", money=labels.short(of.target)), "sales:target", "shop"))
    return Gauge(of.observed, of.expected, of.low, of.high, of.target, tuple(told))


def scope(finding: Finding) -> str:
    """What the figures of a finding are told of: its id, in which no person is named."""
    if "agent" not in finding.subject:
        return finding.id
    return f"{finding.cause}:{blake2b(finding.subject['agent'].encode(), digest_size=4).hexdigest()}"


def stake(finding: Finding) -> Shown | None:
    """The money of a finding with the word of its kind; None where there is none to speak of."""
    of = finding.stake
    if finding.level == "D":
        text = say("screen.possible", money=labels.short(of.high)) if of.high > 0 else ""
    else:
        text = say(f"screen.{of.kind}", money=labels.short(of.amount)) if of.amount > 0 else ""
    return Shown(text, "finding:stake", scope(finding)) if text else None


def between(finding: Finding) -> Shown | None:
    """The range the money lies in."""
    of = finding.stake
    if finding.level == "D" or of.amount <= 0:
        return None
    text = say("screen.range", low=labels.short(of.low), high=labels.short(of.high))
    return Shown(text, "finding:range", scope(finding))


def task(document: Document, finding: Finding, largest: float) -> Task:
    """What a finding asks for; `largest`: the most money of a task beside it."""
    advice = finding.advice
    due = advice.due_on or issued_on(document) + timedelta(days=advice.due_days)
    return Task(
        id=finding.id,
        title=labels.text(finding.task or load().causes[finding.cause].label),
        kind=finding.stake.kind,
        money=stake(finding),
        share=finding.stake.amount / largest if largest > 0 else 0.0,
        who=name(f"who.{advice.who}"),
        by=say("screen.by", day=labels.day(due)),
        sure=name(f"screen.sure.{finding.sure or 'medium'}"),
        says=labels.text(finding.says),
        steps=steps(labels.text(advice.what)),
        chips=tuple(_chip(document, size) for size in finding.sizes),
        places=tuple(_place(kind, parts) for kind, parts in finding.where.items() if kind != "skus"),
        check=_check(finding),
        between=between(finding),
        evidence=name(f"screen.evidence.{finding.level}"),
        again=say("screen.again", count=finding.periods) if finding.periods > 1 else "",
    )


def _place(kind: str, parts: tuple[str, ...]) -> str:
    return " › ".join(parts) if kind == "menu" else labels.listing(parts)


def steps(advice: str) -> tuple[str, ...]:
    """An advice step by step."""
    parts = advice.split(STEP_ENDS[labels.reader.language])
    return tuple(part.strip() for part in parts if part.strip())


def _chip(document: Document, size: Size) -> Chip:
    if size.gone_since is not None:
        days = (document.period.end - size.gone_since).days + 1
        return Chip(size.sku, name("screen.gone_one") if days == 1 else say("screen.gone", days=days), True)
    return Chip(
        size.sku, "" if size.on_hand is None else say("screen.left", count=labels.fmt(size.on_hand, "count")), False
    )


def _check(finding: Finding) -> str:
    expect = finding.advice.expect
    day = labels.day(finding.advice.check_on or expect.by)
    if expect.value is None:
        return say("screen.check_day", day=day)
    return say("screen.check", day=day, metric=name(expect.metric), value=about(expect.value, expect.metric))


def _watched(finding: Finding) -> Watched:
    title = labels.text(finding.task or load().causes[finding.cause].label)
    return Watched(finding.id, title, labels.text(finding.says), stake(finding))


def _sign(document: Document, vital: Vital) -> Sign:
    metric, observed, expected = vital.metric, vital.observed, vital.expected
    change, bad = None, False
    if observed is not None and expected is not None and expected > 0 and not vital.immature:
        moved = observed / expected - 1
        change = Shown(labels.change(moved), f"vital:{metric}:change", "shop")
        good = "down" if _overspent(document, metric) else load().metrics[metric].good
        bad = vital.beyond_chance and ((good == "up" and moved < 0) or (good == "down" and moved > 0))
    return Sign(
        metric=metric,
        label=name(metric),
        value=Shown(about(observed, metric), f"vital:{metric}", "shop"),
        change=change,
        note=name("screen.immature") if vital.immature else "",
        bad=bad,
        weeks=tuple(Bar(week.value, week.now) for week in vital.weeks),
    )


def _overspent(document: Document, metric: str) -> bool:
    """Whether more of it than need be was spent: spending more is good or bad by what it brings."""
    return any(f.stake.kind == "cost" and load().causes[f.cause].draws_from == metric for f in document.in_state("act"))


def _followed_up(entry: AdviceOutcome) -> str:
    cause = load().causes[entry.finding.partition(":")[0]]
    about_it = entry.advice or labels.text(cause.label)
    if entry.outcome == "unknown":
        return say("screen.previous_unknown", finding=about_it)
    then, now = (about(value, cause.metric) for value in (entry.then, entry.now))
    return say("screen.previous", finding=about_it, then=then, now=now, outcome=name(f"outcome.{entry.outcome}"))


__all__ = [
    "Bar",
    "Chip",
    "Gauge",
    "Screen",
    "Shown",
    "Sign",
    "Task",
    "Watched",
    "scope",
    "screen",
    "stake",
    "task",
    "verdict",
]
