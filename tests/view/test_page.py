"""The owner's first screen as markup: each state has its page, each number its name."""

from __future__ import annotations

import re
from typing import Any

import pytest
from bs4 import BeautifulSoup

import small_page
from sizhen import view
from sizhen.document import Document
from sizhen.report import clean
from sizhen.view import ending, page
from sizhen.view.missing import imports, other
from small_document import document, finding


@pytest.fixture(autouse=True)
def _chinese() -> None:
    view.use("zh", "CNY")


def read(card: Any) -> BeautifulSoup:
    through = clean.page_part(str(card.html)).replace(' rel="noopener noreferrer"', "")
    assert through == str(card.html).replace("&#34;", '"').replace("&#39;", "'"), "the page lets all of it through"
    return BeautifulSoup(str(card.html), "html.parser")


def first(made: Document) -> BeautifulSoup:
    return read(page.first_screen(small_page.case(made), "亚麻小屋"))


def test_the_heading_holds_the_money_and_the_first_line_shop_period_and_day() -> None:
    told = first(small_page.act())
    assert told.header.text == "亚麻小屋2026 年 10 月 · 11月1日出具"
    assert told.h1.text == "少卖了 ¥11.9 万，找到 3 个原因，都能办。"
    assert told.h1.em.text == "¥11.9 万"
    assert told.select_one(".sz-why").text.startswith("访客没少")


@pytest.mark.parametrize("state", small_page.STATES)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_state_has_its_page(state: str, language: str) -> None:
    view.use(language, "CNY")
    told = first(small_page.STATES[state]())
    assert len(told.select("h1")) == 1
    assert bool(told.select(".sz-tasks")) is (state == "act")
    assert len(told.select("svg.sz-gauge")) == 1
    assert told.h1["class"][-1] == {"fine": "sz-ok", "little_data": "sz-unknown"}.get(state, f"sz-{state}")


def test_a_task_leads_to_its_evidence_and_has_what_whoever_does_it_needs() -> None:
    task = first(small_page.act()).select_one(".sz-tasks > li")
    summary = task.details.summary
    assert task["id"] == "sz-task-1"
    assert [summary.select_one(f".sz-{css}").text for css in ("number", "what", "amount")] == [
        "1",
        "补「高腰水洗麻风衣」M、XL、XXL",
        "¥4.2 万",
    ]
    assert summary.select_one(".sz-who > span").text == "仓库 · 11月2日前 · 把握大"
    assert summary.select_one(".sz-bar b")["style"] == "width:100%"
    gone = [chip.text for chip in task.select(".sz-gone")]
    assert gone == ["M 断 16 天", "XL 断 16 天", "XXL 断 16 天"]
    assert [li.text for li in task.select(".sz-steps li")] == [
        "补 M、XL、XXL",
        "补不到的开预售，写明发货日",
        "补齐前，这款的推广减半",
    ]
    assert task.select_one(".sz-check").text.startswith("11月9日看")
    assert [a["href"] for a in task.select("a")] == ["#sz-seen-1"]


def test_what_is_overspent_has_its_word_its_colour_its_menu_and_how_often_it_was_told() -> None:
    task = first(small_page.act()).select(".sz-tasks > li")[1]
    assert "sz-spent" in task.select_one(".sz-amount")["class"]
    assert task.select_one(".sz-amount").text == "多花 ¥3.0 万"
    assert task.select_one(".sz-where").text == "在哪里：万相台 › 关键词推广"
    assert "第 2 次提醒" in task.text


def test_vital_signs_are_a_table_with_a_picture_and_red_only_beyond_chance() -> None:
    rows = first(small_page.act()).select(".sz-signs tbody tr")
    assert [row.th.text for row in rows] == ["访客数", "支付转化率", "客单价", "退款金额", "推广花费"]
    assert [len(row.select("svg.sz-bars rect")) for row in rows] == [8] * 5
    assert [row["class"] for row in rows] == [["sz-usual"], ["sz-worse"], ["sz-usual"], ["sz-usual"], ["sz-worse"]]
    assert rows[3].select("td")[-1].text == "未定型"
    assert all("sz-f-act" not in str(row) for row in rows if row["class"] != ["sz-worse"])


def test_every_amount_and_rate_on_the_first_screen_is_a_named_figure() -> None:
    told = first(small_page.act())
    for tag in told.select("[data-figure], .sz-does, .sz-steps, .sz-check, .sz-what, .sz-why, .sz-list, .sz-fold, h2"):
        tag.decompose()
    assert re.findall(r"[¥$]\s?[\d.]+|[\d.]+ ?%|[\d.]+ 万", told.text) == []


def test_figures_of_one_name_and_scope_read_alike() -> None:
    found: dict[tuple[str, str], set[str]] = {}
    for tag in first(small_page.act()).select("[data-figure]"):
        found.setdefault((tag["data-figure"], tag["data-scope"]), set()).add(tag.text)
    assert len(found) > 15
    assert {key: texts for key, texts in found.items() if len(texts) > 1} == {}


def test_what_was_looked_for_is_a_line_with_names_behind_it() -> None:
    fold = first(small_page.act()).select_one("details.sz-fold")
    assert fold.summary.text == "查过 4 种原因：1 种对得上、2 种没看到迹象、1 种缺数据"
    assert len(fold.select("li")) == 3


def test_little_data_says_which_import_answers_how_much() -> None:
    told = first(small_page.little_data())
    assert [li.text for li in told.select(".sz-list li")][:2] == [
        "导入推广日报后能答 2 问",
        "补全流量来源日报后能答 1 问",
    ]
    assert "补上这些数据" in told.text


def test_only_where_little_is_known_are_imports_asked_for_on_the_first_screen() -> None:
    made = Document.from_json(small_page.act().to_json() | {"not_concluded": small_page.UNTOLD})
    assert "后能答" not in first(made).text


def test_last_advice_that_could_not_be_read_is_said() -> None:
    unread = [{"rule": "check.revisit", "needs": ["unread_advice"], "why": "Unknown."}]
    assert "上次的建议读不出来" in first(Document.from_json(document(not_concluded=unread))).text
    assert "上次的建议" not in first(Document.from_json(document())).text


def test_a_document_of_schema_1_has_a_page() -> None:
    told = first(Document.from_json(document(finding())))
    assert told.h1.text == "有 1 件事要办。"
    assert told.select_one(".sz-what").text == "断码断货"
    assert not told.select(".sz-signs")


def test_a_shop_of_which_not_even_sales_are_known_has_a_page() -> None:
    unknown = {"observed": None, "expected": None, "low": None, "high": None, "target": None}
    told = first(Document.from_json(document(sales=unknown, baseline=None, split=[])))
    assert not told.select("svg") and told.h1.text


def test_what_a_shop_is_called_stays_text() -> None:
    bad = "<script>steal()</script>"
    told = read(page.first_screen(small_page.case(small_page.act()), bad))
    assert not told.select("script") and told.header.b.text == bad


def test_each_question_without_an_answer_is_counted_once() -> None:
    made = small_page.little_data()
    counts = [int(re.findall(r"(\d+) 问", line)[0]) for line in imports(made)]
    assert sum(counts) + other(made) == len(made.not_concluded)


def test_the_end_says_how_it_was_judged_and_what_is_lacking() -> None:
    told = read(ending.ending(small_page.case(small_page.little_data())))
    assert [h.text for h in told.select("h3")] == ["怎么判断的", "数据说不了什么", "参考值的来源", "词"]
    assert "9月3日至9月30日" in told.text and "90% 的把握" in told.text
    assert "导入推广日报后能答 2 问" in told.text


def test_the_end_of_a_shop_compared_with_nothing_says_so() -> None:
    none = Document.from_json(document(baseline=None, split=[]))
    assert "没有和任何时期比" in read(ending.ending(small_page.case(none))).text
