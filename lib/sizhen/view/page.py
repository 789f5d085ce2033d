"""The owner's first screen as markup: what `screen` says in plain text, with its small pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from sizhen.document import Document
from sizhen.view import inline, labels
from sizhen.view.cards import Card, Diagnosed
from sizhen.view.figure import figure
from sizhen.view.labels import name, say
from sizhen.view.missing import imports
from sizhen.view.screen import Screen, Shown, Sign, Task, screen
from sizhen.vocab import load

MOST_IMPORTS = 3


def first_screen(case: Diagnosed, shop: str) -> Card:
    """What an owner reads first: how the shop stands, what to do, its vital signs, what came of the last advice."""
    document = case.document()
    told = screen(document)
    parts = [
        _heading(told, shop),
        _gauge(told),
        _tasks(told, document),
        _watched(told, document),
        _imports(told, document),
        _signs(told.signs),
        _listed("page.previous", [*told.previous, *([name("card.previous_unread")] if document.unread else [])]),
        _considered(document),
        _examined(case),
    ]
    return Card(_join(parts))


def place(document: Document, finding: str) -> int:
    """The number by which links find a finding: its task is `sz-task-N`, its evidence `sz-seen-N`."""
    return next(number for number, f in enumerate(document.findings, start=1) if f.id == finding)


def _join(parts: Iterable[Markup]) -> Markup:
    return Markup("").join(parts)


def _shown(told: Shown) -> Markup:
    return figure(told.text, told.figure, told.scope)


def _heading(told: Screen, shop: str) -> Markup:
    before, money, after = told.headline.partition(told.money) if told.money else (told.headline, "", "")
    stressed = Markup("<em>{}</em>").format(figure(money, "verdict:money", "shop")) if money else Markup("")
    head = Markup('<header class="sz-head"><b>{}</b><span>{} · {}</span></header>').format(shop, told.when, told.issued)
    verdict = Markup('<h1 class="sz-says sz-{}">{}{}{}</h1>').format(_css(told.state), before, stressed, after)
    return head + verdict + _paragraph("sz-why", told.why) + _join(_paragraph("sz-quiet", line) for line in told.notes)


def _css(state: str) -> str:
    return {"fine": "ok", "little_data": "unknown"}.get(state, state)


def _gauge(told: Screen) -> Markup:
    if told.gauge is None:
        return Markup("")
    of = told.gauge
    picture = inline.range_bar(of, bad=of.low is not None and of.observed < of.low)
    return Markup('<section class="sz-box" aria-label="{}">{}</section>').format(name("page.gauge"), picture)


def _heading_two(title: str, small: str = "", id: str = "") -> Markup:
    more = Markup(" <small>{}</small>").format(small) if small else Markup("")
    place = Markup(' id="{}"').format(id) if id else Markup("")
    return Markup("<h2{}>{}{}</h2>").format(place, title, more)


def _tasks(told: Screen, document: Document) -> Markup:
    if not told.tasks:
        return Markup("")
    items = _join(_task(task, number, place(document, task.id)) for number, task in enumerate(told.tasks, start=1))
    more = Markup('<p class="sz-quiet">{}</p>').format(told.more) if told.more else Markup("")
    heading = _heading_two(name("page.tasks"), name("page.tasks.how"), "sz-page-tasks")
    return heading + Markup('<ol class="sz-tasks">{}</ol>').format(items) + more


def _task(task: Task, number: int, at: int) -> Markup:
    money = Markup("")
    if task.money is not None:
        css = "sz-amount sz-spent" if task.kind == "cost" else "sz-amount"
        bar = Markup('<span class="sz-bar"><b style="width:{}%"></b></span>').format(round(100 * task.share))
        money = Markup('<span class="{}">{}</span>{}').format(css, _shown(task.money), bar)
    who = Markup('<span class="sz-who"><span><b>{}</b> · {} · {}</span><span class="sz-how">{}</span></span>').format(
        task.who, task.by, task.sure, name("page.how")
    )
    head = Markup('<span class="sz-number">{}</span><span class="sz-what">{}</span>').format(number, task.title)
    return Markup('<li id="sz-task-{}"><details><summary>{}{}{}</summary>{}</details></li>').format(
        at, head, money, who, _how(task, at)
    )


def _how(task: Task, at: int) -> Markup:
    chips = _join(
        Markup('<li class="{}">{} <small>{}</small></li>').format("sz-gone" if c.gone else "sz-there", c.sku, c.note)
        for c in task.chips
    )
    where = say("page.where", places=labels.listing(task.places)) if task.places else ""
    parts = [
        Markup('<ul class="sz-chips">{}</ul>').format(chips) if chips else Markup(""),
        _paragraph("sz-does", task.says),
        _paragraph("sz-where", where),
        Markup('<ul class="sz-steps">{}</ul>').format(_items(task.steps)),
        _paragraph("sz-check", task.check),
        Markup('<p class="sz-quiet">{} <a href="#sz-seen-{}">{}</a></p>').format(_because(task), at, name("page.seen")),
    ]
    return Markup('<div class="sz-body">{}</div>').format(_join(parts))


def _because(task: Task) -> Markup:
    """The range of the money, why it is believed, and how often it was told."""
    told = [_shown(task.between)] if task.between is not None else []
    told += [Markup("{}").format(text) for text in (task.evidence, task.again) if text]
    return Markup(" · ").join(told)


def _items(texts: Iterable[str]) -> Markup:
    return _join(Markup("<li>{}</li>").format(text) for text in texts)


def _paragraph(css: str, text: str) -> Markup:
    return Markup('<p class="{}">{}</p>').format(css, text) if text else Markup("")


def _watched(told: Screen, document: Document) -> Markup:
    """What to keep an eye on; behind a line where the shop is fine."""
    if not told.watched:
        return Markup("")
    items = _join(
        Markup('<li><a href="#sz-seen-{}"><b>{}</b> {}</a></li>').format(
            place(document, entry.id), entry.title, entry.says
        )
        for entry in told.watched
    )
    rows = Markup('<ul class="sz-rows">{}</ul>').format(items)
    if told.state != "fine":
        return _heading_two(name("page.watched")) + rows
    fold = Markup('<details class="sz-fold sz-watched"><summary>{}</summary>{}</details>')
    return fold.format(say("page.watched.count", count=len(told.watched)), rows)


def _imports(told: Screen, document: Document) -> Markup:
    """Where little is known: what to bring in first."""
    lines = imports(document)[:MOST_IMPORTS] if told.state == "little_data" else ()
    return _listed("page.imports", lines)


def _signs(signs: Sequence[Sign]) -> Markup:
    if not signs:
        return Markup("")
    head = _join(
        Markup('<th scope="col">{}</th>').format(name(f"page.signs.{id}")) for id in ("sign", "weeks", "now", "usual")
    )
    table = Markup('<table class="sz-signs"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>')
    return _heading_two(name("page.signs"), name("page.signs.how")) + table.format(head, _join(map(_sign, signs)))


def _sign(sign: Sign) -> Markup:
    weeks = labels.listing([labels.about(week.value, sign.metric) for week in sign.weeks]) if sign.weeks else ""
    picture = inline.bars(
        [week.value for week in sign.weeks],
        [week.now for week in sign.weeks],
        bad=sign.bad,
        label=say("page.signs.told", sign=sign.label, weeks=weeks),
    )
    change = _shown(sign.change) if sign.change is not None else Markup("{}").format(sign.note)
    row = Markup('<tr class="{}"><th scope="row">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>')
    drawn = picture if sign.weeks else Markup("")
    return row.format("sz-worse" if sign.bad else "sz-usual", sign.label, drawn, _shown(sign.value), change)


def _listed(heading: str, lines: Sequence[str]) -> Markup:
    if not lines:
        return Markup("")
    return _heading_two(name(heading)) + Markup('<ul class="sz-list">{}</ul>').format(_items(lines))


def _considered(document: Document) -> Markup:
    """Which causes were looked at, and what became of them: a line, and behind it their names."""
    named: dict[str, list[str]] = {"found": [], "unseen": [], "untestable": []}
    for entry in document.considered:
        kind = {"retained": "found", "untestable": "untestable"}.get(entry.verdict, "unseen")
        named[kind].append(labels.text(load().causes[entry.cause].label))
    if not document.considered:
        return Markup("")
    counts = [say(f"page.considered.{kind}.count", count=len(names)) for kind, names in named.items() if names]
    summary = say("page.considered", all=len(document.considered), counts=labels.listing(counts))
    lines = [
        say(f"page.considered.{kind}", names=labels.listing(list(dict.fromkeys(names))))
        for kind, names in named.items()
        if names
    ]
    fold = Markup('<details class="sz-fold"><summary>{}</summary><ul class="sz-list">{}</ul></details>')
    return fold.format(summary, _items(lines))


def _examined(case: Diagnosed) -> Markup:
    """The heading of the four examinations: how many questions were asked, and how many of them are fine."""
    states = [answer.state for answer in case.judgements]
    return _heading_two(name("page.exams"), say("page.exams.count", all=len(states), fine=states.count("ok")))
