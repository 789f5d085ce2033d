"""The agency's index: who stands where, and that it tells what the report tells."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

import made_agency
from sizhen.document import Document
from sizhen.report.index import GROUPS, UNREADABLE, Row, write_index
from sizhen.view.labels import name, say, speak
from sizhen.view.screen import screen
from small_document import document, finding
from small_mail import earlier


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    yield
    speak("zh")


def publish(folder: Path, shop_id: str, findings: dict[str, Any]) -> None:
    (folder / shop_id).mkdir(parents=True)
    (folder / shop_id / "findings.json").write_text(json.dumps(findings), encoding="utf-8")


def index(folder: Path, rows: list[Row], language: str = "en") -> BeautifulSoup:
    write_index(folder, rows, language=language, title="Shops · 2026-10")
    return BeautifulSoup((folder / "index.html").read_text(encoding="utf-8"), "html.parser")


def shops(soup: BeautifulSoup) -> dict[str, list[str]]:
    """The names of the shops by group, in the order of the page."""
    lists = {str(found["id"]): found.select("li") for found in soup.select("ul")}
    return {group: [row.find(["a", "b"]).get_text() for row in rows] for group, rows in lists.items()}


def row(soup: BeautifulSoup, shop: str) -> Tag:
    (found,) = (each for each in soup.select("li") if each.find(["a", "b"]).get_text() == shop)
    return found


def test_shops_stand_by_state_and_the_quiet_ones_are_folded(tmp_path: Path) -> None:
    rows = made_agency.publish(tmp_path, 20)
    soup = index(tmp_path, rows)
    assert list(shops(soup)) == list(GROUPS)
    made = {each.name: state for each, state in zip(rows, made_agency.STATES * 2, strict=True)}
    assert {group: {made[shop] for shop in told} for group, told in shops(soup).items()} == {
        "act": {"act", "cost"},
        "watch": {"watch", "unclear"},
        "failed": {"failed", "failed_before"},
        "little_data": {"little_data", "no_data"},
        "fine": {"fine"},
    }
    assert [fold.select_one("ul")["id"] for fold in soup.select("details")] == ["little_data", "fine"]
    assert not soup.select("details[open]") and not soup.select("li[hidden]"), "without a script all can be read"


def test_counts_are_links_to_the_groups(tmp_path: Path) -> None:
    soup = index(tmp_path, made_agency.publish(tmp_path, 20, ("act", "fine", "fine", "watch")))
    assert [(a["href"], a.get_text(" ", strip=True)) for a in soup.select("nav a")] == [
        ("#act", f"5 {name('index.act')}"),
        ("#watch", f"5 {name('index.watch')}"),
        ("#fine", f"10 {name('index.fine')}"),
    ]
    assert all(len(soup.select(a["href"])) == 1 for a in soup.select("nav a"))


def test_a_row_says_what_was_sold_lost_and_overspent_and_who_does_what_until_when(tmp_path: Path) -> None:
    act = finding(amount=1500.0, task={"zh": "补「风衣」", "en": "Restock <b>coats</b>"}, periods=3)
    act["advice"] |= {"due_on": "2026-11-02", "check_on": "2026-11-09"}
    publish(tmp_path, "linen", document(act, finding("ads.waste", "act", 600.0, "cost"), schema=2))
    soup = index(tmp_path, [Row("linen", "Linen & Co", "USD")])
    (found,) = soup.select("li")
    assert found.get_text("|", strip=True).split("|") == [
        *("Linen & Co", "linen", "sold $8.0k", "expected $10.0k", "$2.0k lost", "$600 overspent"),
        *("Restock <b>coats</b>", "warehouse · by 2 Nov ·", "3 periods in a row"),
    ]
    assert found.select_one("i")["style"] == "--o:64"
    assert [a["href"] for a in found.select("a")] == ["linen/report.html"]
    assert found["data-periods"] == "3"


def test_every_figure_reads_as_on_the_first_screen(tmp_path: Path) -> None:
    rows = made_agency.publish(tmp_path, 30, currencies=("CNY", "USD"))
    soup, seen = index(tmp_path, rows, "zh"), 0
    for each in rows:
        if each.state != "done":
            continue
        speak("zh", each.currency)
        told = screen(Document.parse((tmp_path / each.shop_id / "findings.json").read_bytes()))
        shown = {(s.figure, f"{each.shop_id}/{s.scope}"): s.text for s in (told.gauge.told if told.gauge else ())}
        for found in row(soup, each.name).select("[data-figure]"):
            key = (found["data-figure"], found["data-scope"])
            assert str(key[1]).startswith(f"{each.shop_id}/")
            if key in shown:
                assert found.get_text() == shown[key]
                seen += 1
            elif key[0] == "sales:lost":
                assert told.money and told.money in found.get_text()
    assert seen > 30


def test_most_money_first_within_a_currency_the_commonest_first(tmp_path: Path) -> None:
    for shop, amount in (("small", 100.0), ("large", 900.0), ("dollars", 9000.0)):
        sales = document()["sales"] | {"observed": 9_999.0 - amount, "low": 0.0}
        publish(tmp_path, shop, document(finding(amount=amount), sales=sales))
    usual = document()["sales"] | {"observed": 10_000.0}
    publish(tmp_path, "costs", document(finding("ads.waste", amount=99_000.0, kind="cost"), sales=usual))
    currencies = {"small": "CNY", "costs": "CNY", "large": "CNY", "dollars": "USD"}
    rows = [Row(shop, shop, currency) for shop, currency in currencies.items()]
    assert shops(index(tmp_path, rows))["act"] == ["large", "small", "costs", "dollars"]


def test_a_shop_without_a_cause_says_so_among_those_to_watch(tmp_path: Path) -> None:
    soup = index(tmp_path, made_agency.publish(tmp_path, 1, ("unclear",)), "zh")
    (found,) = soup.select("#watch li")
    assert found.select_one("em").get_text() == "原因不明"
    assert "没找到原因" in found.get_text() and "下一步" in found.get_text()


def test_what_failed_has_its_reason_and_keeps_its_earlier_report(tmp_path: Path) -> None:
    publish(tmp_path, "before", document(finding(amount=5000.0)))
    publish(tmp_path, "spoilt", {"schema": 99})
    rows = [
        Row("before", "Before", "CNY", "failed", "orders.csv, row 3: <broken>"),
        Row("never", "Never", "CNY", "failed", "no orders"),
        Row("spoilt", "Spoilt", "CNY"),
        Row("new", "New", "CNY", "no_data", "nothing yet"),
    ]
    soup = index(tmp_path, rows)
    assert shops(soup) == {"failed": ["Before", "Never", "Spoilt"], "little_data": ["New"]}
    assert "orders.csv, row 3: <broken>" in row(soup, "Before").get_text()
    assert [(a["href"], a.get_text()) for a in soup.select("li a")] == [
        ("before/report.html", name("index.earlier")),
        ("spoilt/report.html", name("index.earlier")),
    ]
    assert UNREADABLE in row(soup, "Spoilt").get_text() and "nothing yet" in row(soup, "New").get_text()


def test_a_report_of_earlier_data_says_so(tmp_path: Path) -> None:
    for shop, told in (("same", "0" * 64), ("other", "1" * 64), ("silent", ""), ("unasked", "0" * 64)):
        publish(tmp_path, shop, document(data=document()["data"] | {"fingerprint": told}))
    now = {"same": "0" * 64, "other": "0" * 64, "silent": "0" * 64, "unasked": ""}
    soup = index(tmp_path, [Row(shop, shop, "CNY", data=data) for shop, data in now.items()])
    assert [found.find("a").get_text() for found in soup.select("li:has(strong)")] == ["other"]
    assert soup.select_one("[data-figure='shops:stale']").get_text() == say("index.stale_shops", count=1)


def test_hit_rate_leaves_out_what_cannot_be_judged(tmp_path: Path) -> None:
    outcomes = ["recovered", "improved", "unchanged", "worse", "unknown"]
    publish(tmp_path, "one", document(previous=[earlier(o) for o in outcomes[:3]]))
    publish(tmp_path, "two", document(previous=[earlier(o) for o in outcomes[3:]]))
    soup = index(tmp_path, [Row("one", "One", "CNY"), Row("two", "Two", "CNY")])
    said = soup.select_one("[data-figure='advice:helped']").get_text()
    assert "2 of the 4" in said and "1 cannot" in said
    assert not index(tmp_path, []).select("[data-figure='advice:helped']")


def test_one_script_and_no_other_may_run(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    soup = index(tmp_path, [Row("x", "<script>alert(1)</script>", "CNY", "failed", "<img src=x onerror=alert(1)>")])
    (script,) = soup.select("script")
    digest = base64.b64encode(hashlib.sha256(script.get_text().encode()).digest()).decode()
    (policy,) = (meta["content"] for meta in soup.select("meta[http-equiv=Content-Security-Policy]"))
    assert f"script-src 'sha256-{digest}'" in policy.split("; ")
    assert policy.startswith("default-src 'none'; ") and policy.count("script-src") == 1
    assert not soup.select("img, [onerror], form")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_index_speaks_the_language_it_is_asked_for(tmp_path: Path, language: str) -> None:
    publish(tmp_path, "one", document(finding(task={"zh": "补货", "en": "Restock"}), schema=2))
    soup = index(tmp_path, [Row("one", "One", "CNY")], language)
    assert soup.html["lang"] == language
    speak(language)
    assert name("index.act") in soup.text and ("补货" in soup.text) is (language == "zh")


@pytest.mark.slow
@pytest.mark.parametrize("states", [made_agency.MIXED, ("act",)])
def test_a_thousand_shops_are_at_most_600_kb(tmp_path: Path, states: tuple[str, ...]) -> None:
    soup = index(tmp_path, made_agency.publish(tmp_path, 1000, states), "zh")
    assert len(soup.select("li")) == 1000
    assert (tmp_path / "index.html").stat().st_size <= 600_000
