"""A case and the state of a shop's files, for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from sizhen.diagnosis import Case, wording
from sizhen.diagnosis.data_faults import Contradiction, find_faults, orders_apart
from sizhen.tables import Period, Shop
from sizhen.tables.coverage import MISSING, OUTSIDE, PARTIAL, THERE, calendar, open_questions
from sizhen.view.labels import name, speak
from sizhen.view.screen import Task, screen, task

STYLES = {"act": "bold red", "watch": "yellow", "unclear": "bold yellow", "little_data": "bold", "fine": "green"}
FILES = {"there": "green", "missing": "dim", "broken": "bold red"}
DAYS = {THERE: ("█", "green"), PARTIAL: ("▄", "yellow"), MISSING: ("·", "bold red"), OUTSIDE: (" ", "")}
NAMED = 3


def diagnosed(case: Case, language: str) -> Iterator[RenderableType]:
    """The first screen of the report, and what could not be concluded, in the reader's language."""
    profile, document = case.chart.shop.profile, case.document()
    speak(language, profile.currency)
    told = screen(document)
    yield Text(f"{profile.name} · {told.when}", style="dim")
    yield Text(told.headline, style=STYLES[told.state])
    sales = " · ".join(shown.text for shown in told.gauge.told) if told.gauge else ""
    yield from (Text(line) for line in (told.why, sales, *told.notes) if line)
    if acts := document.in_state("act"):
        yield _tasks([task(document, finding, largest=0.0) for finding in acts])
    for watched in told.watched:
        money = f" {watched.money.text}" if watched.money else ""
        yield Text(f"{name('terminal.watch')} · {watched.title}{money} · {watched.says}", style=STYLES["watch"])
    open_questions = [j for j in case.judgements if j.state == "unknown"]
    if open_questions:
        yield Text(name("terminal.not_concluded"), style="bold")
    reasons = dict.fromkeys(j.says[language] for j in open_questions)
    for why in reasons:
        asked = " ".join(j.rule.title[language] for j in open_questions if j.says[language] == why)
        yield Text(f"  {why} {asked}", style="dim")


def _tasks(tasks: Sequence[Task]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("what", "money", "who", "due"):
        table.add_column(name(f"terminal.{column}"), justify="right" if column == "money" else "left")
    for each in tasks:
        table.add_row(*(Text(text) for text in (each.title, each.money.text if each.money else "", each.who, each.by)))
    return table


def files(overview: pd.DataFrame) -> Iterator[RenderableType]:
    """What `tables.inspect.overview` found: one row per table, then one line per oddity."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("table", "state", "rows", "first", "last", "gaps"):
        table.add_column(column, justify="right" if column in ("rows", "gaps") else "left", no_wrap=True)
    odd = []
    for line in overview.to_dict("records"):
        there = line["state"] == "there"
        table.add_row(
            line["table"],
            Text(line["state"], style=FILES[line["state"]]),
            f"{line['rows']:,}" if there else "",
            *("" if pd.isna(line[end]) else f"{line[end]:%Y-%m-%d}" for end in ("first", "last")),
            "" if pd.isna(line["days_missing"]) else f"{line['days_missing']:.0f}",
        )
        unknown = f"no known value in {line['unknown_columns']}" if line["unknown_columns"] else ""
        odd += [Text(f"{line['table']}: {note}") for note in (line["note"], unknown) if note]
    yield table
    yield from odd


def kept_totals(found: pd.DataFrame) -> Iterator[RenderableType]:
    """A line per table of `tables.inspect.kept_totals`."""
    for line in found.to_dict("records"):
        told = line["note"] or (
            f"{line['rows']} rows, {line['first']:%Y-%m-%d} to {line['last']:%Y-%m-%d}, "
            f"totals of {line['days']} days, not examined"
        )
        yield Text(f"{line['table']}: {told}", style="dim")


def coverage(shop: Shop) -> Iterator[RenderableType]:
    """A line per daily table with a sign per day, where a day is missing or partial."""
    days = calendar(shop)
    if days.empty:
        return
    yield Text(f"{len(days.columns)} days to {days.columns[-1]:%Y-%m-%d}: █ there, ▄ partial, · missing", style="bold")
    for table, states in days.iterrows():
        yield Text.assemble(f" {table:<20}", *(DAYS[state] for state in states))


def contradictions(shop: Shop, last: pd.Timestamp) -> Iterator[RenderableType]:
    """Days of the 28 up to `last` on which a table says something else than the others; of orders, any day."""
    period = Period((last - pd.Timedelta(days=27)).date(), last.date())
    faults = find_faults(shop, period)
    for table, found in faults.contradictions.items():
        if mine := found.inside(period):
            yield Text(_contradiction(table, found, mine, shop), style="yellow")
    if apart := orders_apart(shop):
        sums = apart.days, float(apart.held.sum()), float(apart.said.sum())
        yield Text(_contradiction("orders", apart, sums, shop), style="yellow")
    for day in faults.doubled:
        yield Text(f"shop_daily: {day} repeats the day before to the last figure", style="yellow")


def _contradiction(table: str, found: Contradiction, inside: tuple[tuple[Any, ...], float, float], shop: Shop) -> str:
    days, held, said = inside
    named = ", ".join(str(day) for day in days[:NAMED])
    more = f" and {len(days) - NAMED} more days" if len(days) > NAMED else ""
    figures = [wording.figure(value, found.metric, shop.profile.currency).en for value in (held, said)]
    return f"{table}: {found.metric} {figures[0]}, but the other figures say {figures[1]} ({named}{more})"


def unanswered(overview: pd.DataFrame) -> Iterator[RenderableType]:
    """What each gap makes impossible to conclude."""
    questions = open_questions(overview)
    if not questions:
        return
    table = Table("without", "cannot be concluded", box=box.SIMPLE_HEAD, pad_edge=False)
    for lacks, rules in questions.items():
        table.add_row(lacks, "\n".join(rule.title.en for rule in rules))
    yield table
