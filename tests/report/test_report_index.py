from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup

import small_document
from sizhen.document import Document
from sizhen.report import Row, write_index
from sizhen.report.index import followed_up, stake, state, top_finding
from sizhen.vocab import word
from small_mail import earlier


def finding(state: str, amount: float = 0.0, kind: str = "loss", says: str = "") -> dict[str, Any]:
    return small_document.finding("stock.sold_out", state, amount, kind, says={"zh": f"{says}。", "en": f"{says}."})


def document(*findings: dict[str, Any], observed: float | None = 1.0) -> dict[str, Any]:
    whole = small_document.document(*findings)
    return whole | {"sales": whole["sales"] | {"observed": observed}}


def read(*findings: dict[str, Any], observed: float | None = 1.0) -> Document:
    return Document.from_json(document(*findings, observed=observed))


def publish(folder: Path, shop_id: str, findings: dict[str, Any]) -> None:
    (folder / shop_id).mkdir(parents=True)
    (folder / shop_id / "findings.json").write_text(json.dumps(findings), encoding="utf-8")
    (folder / shop_id / "report.html").write_text("", encoding="utf-8")


def test_stake_counts_the_losses_and_costs_that_ask_for_something() -> None:
    counted = finding("act", 10), finding("watch", 5), finding("act", 3, "cost")
    assert stake(read(*counted, finding("ok", 7), finding("act", 2, "opportunity"))) == 18


def test_state_is_the_worst_and_silence_is_health_only_where_sales_are_known() -> None:
    assert state(read(finding("ok"), finding("watch"), finding("act"))) == "act"
    assert state(read(finding("unknown"), finding("ok"))) == "ok"
    assert state(read()) == "ok"
    assert state(read(observed=None)) == "unknown"


def test_top_finding_asks_for_something() -> None:
    assert top_finding(read(finding("ok", says="fine"), finding("watch", says="look")), "zh") == "look。"
    assert top_finding(read(finding("ok", says="fine")), "en") == ""


def test_hit_rate_leaves_out_what_cannot_be_judged(tmp_path: Path) -> None:
    outcomes = ["recovered", "improved", "unchanged", "worse", "unknown"]
    publish(tmp_path, "one", document() | {"previous": [earlier(o) for o in outcomes[:3]]})
    publish(tmp_path, "two", document() | {"previous": [earlier(o) for o in outcomes[3:]]})
    write_index(tmp_path, [Row("one", "One", "CNY"), Row("two", "Two", "CNY")], language="en", title="Shops")
    soup = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
    said = soup.select_one(".sz-followed-up")
    assert said is not None and said.get_text() == followed_up(outcomes, "en")
    assert "2 of the 4" in said.get_text() and "1 cannot" in said.get_text()
    assert followed_up([], "zh") == ""


def test_index_ranks_by_money_within_a_currency_and_keeps_failures_last(tmp_path: Path) -> None:
    publish(tmp_path, "small", document(finding("act", 10, says="a little")))
    publish(tmp_path, "large", document(finding("watch", 99, says="<b>much</b>")))
    publish(tmp_path, "dollars", document(finding("act", 1000, says="elsewhere")))
    publish(tmp_path, "fell", document(finding("act", 5000)))
    rows = [
        Row("fell", "Fell", "CNY", "failed", "orders.csv, row 3: broken"),
        Row("small", "Small", "CNY"),
        Row("large", "Large & Co", "CNY"),
        Row("dollars", "Dollars", "USD"),
        Row("new", "New", "CNY", "no_data", "nothing yet"),
    ]
    write_index(tmp_path, rows, language="en", title="Shops · 2026-10")
    soup = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
    cells = [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in soup.select("tbody tr")]
    words = (word(f"report.{id}", "en") for id in ("earlier", "watch", "act", "at_stake"))
    earlier, watch, act, stake_word = words
    assert cells == [
        ["Large & Co large", watch, f"{stake_word} ¥99", "<b>much</b>."],
        ["Small small", act, f"{stake_word} ¥10", "a little."],
        ["Dollars dollars", act, f"{stake_word} $1,000", "elsewhere."],
        ["Fell fell", word("report.failed", "en"), "", f"orders.csv, row 3: broken {earlier}"],
        ["New new", word("report.no_data", "en"), "", "nothing yet"],
    ]
    assert [a["href"] for a in soup.select("a")] == [
        f"{shop}/report.html" for shop in ("large", "small", "dollars", "fell")
    ]
    assert not soup.select("script")
    counts = [span.get_text(" ", strip=True) for span in soup.select("header .sz-state")]
    assert counts == [f"{act} 2", f"{watch} 1", f"{word('report.failed', 'en')} 1", f"{word('report.no_data', 'en')} 1"]


def test_index_speaks_the_language_it_is_asked_for(tmp_path: Path) -> None:
    publish(tmp_path, "one", document(finding("act", 10, says="一")))
    write_index(tmp_path, [Row("one", "One", "CNY")], language="zh", title="店铺")
    soup = BeautifulSoup((tmp_path / "index.html").read_text(encoding="utf-8"), "html.parser")
    assert soup.html["lang"] == "zh"
    assert word("report.act", "zh") in soup.text
    assert "一。" in soup.text
