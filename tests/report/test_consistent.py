"""One shop is told in page, mail, index, workbook and terminal: what claims to be the same figure reads the same."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from typer.testing import CliRunner

from sizhen import view
from sizhen.cli import app
from sizhen.delivery.message import build
from sizhen.delivery.published import Report
from sizhen.document import Document
from sizhen.document.money import lost, overspent
from sizhen.tables import Shop
from sizhen.view import labels
from sizhen.view.screen import screen
from small_mail import html_of, text_of

PERIOD = "2026-10"
SHOPS = ("linen-house", "tea-corner")
# Figures that have two names, because a rule watches what is a vital sign or the sales, and must still be one number.
SAME = (
    ("sales:observed", "expected.sales:paid_amount"),
    ("vital:average_order_value", "check.basket:average_order_value"),
    ("vital:refund_amount", "listen.refund_reasons:refund_amount"),
)
PARTS = ("split:visitors", "split:conversion", "split:average_order_value")
_NUMBER = re.compile(r"[−+]?[^\d\s(（]{0,3}\d[\d,]*(?:\.\d+)?(?:\s?(?:万|亿|k|M|%))?")
_SCALES = {"万": 1e4, "亿": 1e8, "k": 1e3, "M": 1e6, "%": 0.01}


@dataclass(frozen=True)
class Told:
    """A number where a reader meets it."""

    place: str
    figure: str
    scope: str
    text: str

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple(found.replace(" ", "").replace("+", "") for found in _NUMBER.findall(self.text))


def value(text: str) -> float:
    """What a written number says: `−¥11.4 万` is −114,000."""
    return _read(text)[0]


def _read(text: str) -> tuple[float, float]:
    """A written number and the worth of its last digit."""
    plain = text.replace("−", "-").replace(",", "")
    digits = re.sub(r"[^\d.]", "", plain)
    scale = next((size for mark, size in _SCALES.items() if plain.rstrip().endswith(mark)), 1.0)
    return (-1 if "-" in plain else 1) * float(digits) * scale, 10.0 ** -len(digits.partition(".")[2]) * scale


def alike(one: str, other: str) -> bool:
    """Whether two numbers can be one that is rounded in the ways of two languages; in one language they are equal."""
    (a, step), (b, steps) = _read(one), _read(other)
    return one == other if step == steps else abs(a - b) <= (step + steps) / 2


def agree(many: list[Told]) -> bool:
    first, *others = [each.numbers for each in many] or [()]
    return all(len(n) == len(first) and all(map(alike, n, first)) for n in others)


def told(html: str, place: str) -> Iterator[Told]:
    for each in BeautifulSoup(html, "html.parser").select("[data-figure]"):
        text = each.get_text(" ", strip=True).replace("\u00a0", " ")
        yield Told(place, str(each["data-figure"]), str(each.get("data-scope", "")), text)


@cache
def mail(reports: Path, data: Path, shop: str) -> tuple[str, str, str]:
    """(subject, HTML part, text part)."""
    report = Report.read(reports / PERIOD / shop)
    message = build(
        report,
        Shop.open(data, shop).profile,
        sender="Agency <agency@example.com>",
        message_id="<consistent@example.com>",
        date=datetime(2026, 11, 1, 9, tzinfo=UTC),
        attach="html",
    )
    return str(message["Subject"]), html_of(message), text_of(message)


@pytest.fixture(params=SHOPS)
def shop(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def document(sample_reports: Path, sample_dir: Path, shop: str) -> Document:
    profile = Shop.open(sample_dir, shop).profile
    view.use(profile.language, profile.currency)
    return Document.parse((sample_reports / PERIOD / shop / "findings.json").read_bytes())


@pytest.fixture
def everywhere(sample_reports: Path, sample_dir: Path, shop: str) -> list[Told]:
    """Every number of the shop that page, mail and index show."""
    page = (sample_reports / PERIOD / shop / "report.html").read_text(encoding="utf-8")
    index = (sample_reports / PERIOD / "index.html").read_text(encoding="utf-8")
    _, html, _ = mail(sample_reports, sample_dir, shop)
    mine = [
        Told("index", each.figure, each.scope.removeprefix(f"{shop}/"), each.text)
        for each in told(index, "index")
        if each.scope.startswith(f"{shop}/")
    ]
    return [*told(page, "page"), *told(html, "mail"), *mine]


def by_figure(found: list[Told]) -> dict[tuple[str, str], list[Told]]:
    grouped: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for each in found:
        grouped[each.figure, each.scope].append(each)
    return grouped


def test_what_claims_to_be_the_same_figure_reads_the_same(everywhere: list[Told], shop: str) -> None:
    grouped = by_figure(everywhere)
    differ = {key: {(t.place, t.text) for t in many} for key, many in grouped.items() if not agree(many)}
    assert not differ
    places = {each.place for each in everywhere}
    assert places == {"page", "mail", "index"}, shop
    assert {each.place for each in grouped["sales:observed", "shop"]} >= {"page", "mail"}


@pytest.mark.parametrize(("one", "other"), SAME)
def test_a_figure_with_two_names_is_one_number(everywhere: list[Told], one: str, other: str) -> None:
    grouped = by_figure(everywhere)
    assert agree([*grouped[one, "shop"], *grouped[other, "shop"]])


def test_the_two_names_of_a_figure_are_both_shown(sample_reports: Path) -> None:
    page = (sample_reports / PERIOD / "linen-house" / "report.html").read_text(encoding="utf-8")
    assert {name for pair in SAME for name in pair} <= {each.figure for each in told(page, "page")}


def test_sums_that_are_parts_stay_within_their_whole(everywhere: list[Told], document: Document) -> None:
    sales, grouped = document.sales, by_figure(everywhere)
    assert sales.observed is not None
    assert sales.expected is not None
    gap = sales.expected - sales.observed
    losses = [f for f in document.findings if f.state in ("act", "watch") and f.stake.kind == "loss"]
    assert sum(f.stake.amount for f in losses) <= max(gap, 0.0) + 1.0
    assert gap <= 0 or lost(document) <= gap + 1.0
    shown = [value(t.numbers[0]) for part in PARTS for t in grouped[part, "shop"][:1]]
    if shown:
        assert sum(shown) == pytest.approx(-gap, abs=0.0051 * max(map(abs, shown)) * len(shown) + 150)


def test_a_change_has_the_sign_of_its_figures(everywhere: list[Told], document: Document) -> None:
    grouped = by_figure(everywhere)
    for vital in document.vitals:
        for each in grouped.get((f"vital:{vital.metric}:change", "shop"), ()):
            assert vital.observed is not None
            assert vital.expected is not None
            change = vital.observed / vital.expected - 1
            assert value(each.numbers[0]) == pytest.approx(change, abs=0.0051)
            assert ("−" in each.text) is (change <= -0.0005)


def test_the_money_in_sentence_subject_and_index_is_the_documents(
    everywhere: list[Told], document: Document, sample_reports: Path, sample_dir: Path, shop: str
) -> None:
    subject, _, text = mail(sample_reports, sample_dir, shop)
    shown = screen(document)
    assert shown.headline in text
    if not document.in_state("act"):
        return
    gone, spent = lost(document), overspent(document)
    assert labels.short(gone) in subject
    assert labels.short(gone) == shown.money
    grouped = by_figure([each for each in everywhere if each.place == "index"])
    assert {t.numbers for t in grouped["sales:lost", "shop"]} <= {(labels.short(gone).replace(" ", ""),)}
    assert {t.numbers for t in grouped["costs:overspent", "shop"]} <= {(labels.short(spent).replace(" ", ""),)}


def test_every_task_is_told_with_its_dates_in_page_mail_and_terminal(
    document: Document, sample_reports: Path, sample_dir: Path, shop: str
) -> None:
    page = BeautifulSoup((sample_reports / PERIOD / shop / "report.html").read_text(encoding="utf-8"), "html.parser")
    _, html, text = mail(sample_reports, sample_dir, shop)
    printed = CliRunner().invoke(
        app, ["diagnose", shop, "--data", str(sample_dir), "--period", PERIOD], env={"COLUMNS": "300"}
    )
    assert printed.exit_code == 0, printed.output
    bodies = {
        "page": page.get_text(" "),
        "mail": BeautifulSoup(html, "html.parser").get_text(" "),
        "text": text,
        "terminal": printed.output,
    }
    flat = {place: re.sub(r"\s", "", body) for place, body in bodies.items()}
    for task in screen(document).tasks:
        wanted = [task.title, task.who, task.by, *([task.money.text] if task.money else [])]
        missing = {(p, w) for p, body in flat.items() for w in wanted if re.sub(r"\s", "", w) not in body}
        assert not missing
        assert all(re.sub(r"\s", "", task.check) in flat[place] for place in ("page", "mail", "text"))


def test_the_workbook_adds_up_to_the_page(sample_reports: Path, document: Document, shop: str) -> None:
    path = sample_reports / PERIOD / shop / "tables.xlsx"
    days = pd.read_excel(path, sheet_name=labels.name("sheet.shop_days"), engine="calamine")
    paid, visitors = (days[labels.name(column)].sum() for column in ("paid_amount", "visitors"))
    assert paid == pytest.approx(document.sales.observed, abs=0.01)
    assert visitors == next(v.observed for v in document.vitals if v.metric == "visitors")


def test_numbers_are_read_as_they_are_written() -> None:
    said = Told("page", "split:conversion", "shop", "转化率 −¥11.4 万（估 ¥1.2k 到 12%）")
    assert [value(found) for found in said.numbers] == [-114_000.0, 1_200.0, pytest.approx(0.12)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("¥2.3万", "¥23.1k", True), ("¥2.3万", "¥23.6k", False), ("¥4.4万", "¥4.5万", False), ("12%", "12%", True)],
)
def test_two_roundings_of_one_number_are_alike(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same
