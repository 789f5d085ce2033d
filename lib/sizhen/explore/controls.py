"""The explorer: choices above, the examinations' tables and charts below, and the rows a finding rests on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from pathlib import Path
from threading import Lock, get_ident
from typing import Any

import ipywidgets as w

from sizhen.document import Finding
from sizhen.explore import choices
from sizhen.explore.drill import FOCUS, Against, Part, rows, tables_of
from sizhen.explore.panels import Panel, picture
from sizhen.view import cards, labels, tables

SHEET = Path(__file__).with_name("explorer.css")
TRAILING, PREVIOUS = "trailing", "previous"
REFUSALS = (ValueError, LookupError)
ROWS = 40


@dataclass(frozen=True)
class Doors:
    """How the explorer reaches shops, periods and cases."""

    data_dir: str | Path
    open_shop: Callable[[Any, str], Any]
    parse: Callable[[str], Any]
    open_case: Callable[[Any, Any], Any]


def explorer(
    panels: Sequence[Panel],
    *,
    data_dir: str | Path,
    shops: Sequence[str],
    open_shop: Callable[[Any, str], Any],
    parse: Callable[[str], Any],
    open_case: Callable[[Any, Any], Any],
    shop_id: str,
    period: str,
    language: str = "",
) -> Explorer:
    """Controls for shop, period, comparison, channel and product; below them the panels by tab, and the findings with
    the rows they rest on.

    `open_shop(data_dir, id)` gives a shop, `parse(text)` a period, `open_case(shop, period).document()` the findings.
    Opens with `shop_id` and `period`. `language` empty: each shop's own. Wrong input is answered in one line.
    """
    return Explorer(panels, shops, Doors(data_dir, open_shop, parse, open_case), shop_id, period, language)


def _note(message: str) -> str:
    return f'<p class="sz-note sz-unknown" role="status">{escape(message)}</p>'


def _refusal(problem: Exception) -> str:
    """What the data or the input answers, in its own words. A KeyError is a fault of the program: raised again."""
    if isinstance(problem, KeyError):
        raise problem
    return _note(str(problem))


class Explorer(w.VBox):
    """What `explorer` returns. One act of the user is one `_acting` block; only the open tab is drawn."""

    def __init__(
        self, panels: Sequence[Panel], shops: Sequence[str], doors: Doors, shop_id: str, period: str, language: str
    ) -> None:
        super().__init__()
        self.add_class("sz-explorer")
        self._doors, self._language = doors, language
        self._turn, self._actor = Lock(), 0
        self._shop: Any = None
        self._days: Any = None
        self._findings: Sequence[Finding] = ()
        self._stale: set[int] = set()
        self._drawn: dict[Panel, tuple[tuple[Any, ...], str]] = {}
        self._sections = list(dict.fromkeys(p.section for p in panels))
        self._panels = {s: [(p, w.HTML()) for p in panels if p.section == s] for s in self._sections}
        self._make_controls(shops)
        self._make_pages()
        self.children = [self._style, self._bar, self._message, self._about, self._pages]
        with self._acting():
            self._speak(language or labels.reader.language, labels.reader.currency)
            self._text.value = period
            self._shop_list.value = shop_id if shop_id in shops else None
            self._take_shop(shop_id)

    def _make_controls(self, shops: Sequence[str]) -> None:
        self._style, self._message, self._about = w.HTML(), w.HTML(), w.HTML()
        self._shop_list, self._period_list, self._against = w.Dropdown(options=shops), w.Dropdown(), w.Dropdown()
        self._text = w.Text(continuous_update=False)
        self._focus = {column: w.Dropdown() for column in FOCUS}
        self._bar = w.Box([self._shop_list, self._period_list, self._text, self._against, *self._focus.values()])
        self._bar.add_class("sz-controls")
        self._watch(self._shop_list, lambda: self._take_shop(self._shop_list.value))
        self._watch(self._period_list, self._take_listed)
        self._watch(self._text, self._take_text)
        self._watch(self._against, self._refresh)
        self._watch(self._focus["channel"], lambda: self._take_focus("product_id"))
        self._watch(self._focus["product_id"], lambda: self._take_focus("channel"))

    def _make_pages(self) -> None:
        self._finding, self._table = w.Select(rows=7), w.Dropdown()
        self._card, self._rows = w.HTML(), w.HTML()
        found = w.VBox([self._finding, self._card, self._table, self._rows])
        found.add_class("sz-found")
        self._pages = w.Tab([*(w.VBox([html for _, html in self._panels[s]]) for s in self._sections), found])
        self._pages.selected_index = 0
        self._watch(self._pages, self._draw, "selected_index")
        self._watch(self._finding, self._take_finding)
        self._watch(self._table, self._take_table)

    def _watch(self, control: w.Widget, step: Callable[[], None], trait: str = "value") -> None:
        def heard(_: object) -> None:
            if self._actor != get_ident():
                with self._acting():
                    step()

        control.observe(heard, trait)

    @contextmanager
    def _acting(self) -> Iterator[None]:
        """One act at a time: the lab may deliver each control's messages in a thread of its own. Controls that an act
        moves in turn start nothing of their own; what goes wrong becomes one line."""
        with self._turn:
            self._actor, self._message.value = get_ident(), ""
            try:
                yield
            except REFUSALS as problem:
                self._message.value = _refusal(problem)
            finally:
                self._actor = 0

    def _take_shop(self, shop_id: str) -> None:
        self._shop = None
        self._clear()
        shop = self._doors.open_shop(self._doors.data_dir, shop_id)
        self._speak(self._language or shop.profile.language, shop.profile.currency)
        listed = choices.periods(*choices.known_days(shop))
        self._period_list.options = [("—", ""), *((p, p) for p in listed)]
        parts = {"channel": choices.channels(shop), "product_id": choices.products(shop)}
        for column, control in self._focus.items():
            control.options = [(labels.name("explorer.all"), ""), *parts[column]]
            control.value = ""
        self._shop = shop
        self._take_text()

    def _speak(self, language: str, currency: str) -> None:
        sheet = labels.use(language, currency).css
        self._style.value = f"<style>{sheet}{SHEET.read_text(encoding='utf-8')}</style>"
        named = {"shop": self._shop_list, "period": self._period_list, "dates": self._text, "against": self._against}
        named |= {"channel": self._focus["channel"], "product": self._focus["product_id"]}
        named |= {"findings": self._finding, "table": self._table}
        for id, control in named.items():
            control.description = labels.name(f"explorer.{id}")
        chosen = self._against.value
        self._against.options = [(labels.name(f"explorer.{id}"), id) for id in (TRAILING, PREVIOUS)]
        self._against.value = chosen or TRAILING
        self._pages.titles = [*(labels.name(f"report.{s}") for s in self._sections), labels.name("explorer.findings")]

    def _take_listed(self) -> None:
        if self._period_list.value:
            self._text.value = self._period_list.value
            self._take_text()

    def _take_text(self) -> None:
        if self._shop is None:
            return
        text = self._text.value.strip()
        listed = [value for _, value in self._period_list.options]
        self._period_list.value = text if text in listed else ""
        try:
            self._days = self._doors.parse(text)
        except ValueError:
            self._clear()
            raise ValueError(labels.say("explorer.bad_period", text=text)) from None
        self._stale.add(len(self._sections))
        self._refresh()

    def _take_focus(self, other: str) -> None:
        self._focus[other].value = ""
        self._refresh()

    def _clear(self) -> None:
        self._days, self._about.value = None, ""
        self._drawn.clear()
        for _, html in [pair for pairs in self._panels.values() for pair in pairs]:
            html.value = ""
        self._show_findings([])

    def _refresh(self) -> None:
        """Everything follows the choice; only the open tab is drawn now."""
        if self._days is None:
            return
        self._about.value = f'<p class="sz-about">{escape(self._said())}</p>'
        self._stale |= set(range(len(self._sections)))
        self._draw()

    def _compared(self) -> Any:
        if self._against.value == TRAILING:
            return self._days
        last = self._days.start - timedelta(days=1)
        first = last - (self._days.end - self._days.start)
        return Against(self._days, self._doors.parse(f"{first}..{last}"))

    def _said(self) -> str:
        before, focus = self._compared().baseline, next((c for c in self._focus.values() if c.value), None)
        part = labels.name("explorer.whole") if focus is None else focus.label
        return labels.say("explorer.said", shop=self._shop.profile.name, part=part, days=self._days, before=before)

    def _draw(self) -> None:
        tab = self._pages.selected_index
        if tab not in self._stale or self._days is None:
            return
        self._stale.discard(tab)
        if tab == len(self._sections):
            self._show_findings(self._doors.open_case(self._shop, self._days).document().findings)
            return
        for shown, html in self._panels[self._sections[tab]]:
            html.value = self._page(shown)

    def _page(self, shown: Panel) -> str:
        """One panel as HTML, narrowed where it follows the choice; otherwise it says that it shows the whole shop."""
        column = next((c for c, control in self._focus.items() if control.value), "")
        follows = column in shown.follows
        key = (Part(self._shop, column, self._focus[column].value) if follows else self._shop, self._compared())
        if self._drawn.get(shown, ((), ""))[0] != key:
            self._drawn[shown] = key, self._body(shown, *key)
        whole = f'<p class="sz-whole">{escape(labels.name("explorer.whole"))}</p>' if column and not follows else ""
        return f'<div class="sz-panel">{whole}{self._drawn[shown][1]}</div>'

    def _body(self, shown: Panel, shop: Any, days: Any) -> str:
        """Chart and table. A file that breaks the contract spoils only the panels that read it."""
        try:
            frame = shown.examine(shop, days)
        except REFUSALS as problem:
            return _refusal(problem)
        chart = picture(shown.draw(frame)) if shown.draw is not None else ""
        return f"{chart}<div>{tables.show(frame).html}</div>"

    def _show_findings(self, findings: Sequence[Finding]) -> None:
        language = labels.reader.language
        self._findings = findings
        self._finding.options = [(f"{n + 1}. {f.says[language]}", n) for n, f in enumerate(findings)]
        self._finding.value = 0 if findings else None
        self._take_finding()

    def _take_finding(self) -> None:
        chosen = None if self._finding.value is None else self._findings[self._finding.value]
        self._card.value = str(cards.finding_card(chosen)) if chosen else ""
        found = tables_of(chosen, self._shop) if chosen else []
        self._table.options = [(labels.name(t), t) for t in found]
        self._table.value = found[0] if found else None
        self._take_table()

    def _take_table(self) -> None:
        self._rows.value = ""
        if self._days is not None and self._finding.value is None:
            self._rows.value = _note(labels.name("explorer.no_findings"))
        elif self._table.value is not None:
            found = rows(self._findings[self._finding.value], self._shop, self._table.value, self._days)
            self._rows.value = tables.show(found, limit=ROWS).html
