"""The four cards: what their line and pill say is what is inside, and no trouble is told twice."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from bs4 import BeautifulSoup

import small_page
from sizhen import view
from sizhen.document import Document, Judgement
from sizhen.report import clean
from sizhen.view import exams
from sizhen.view.labels import width
from sizhen.vocab import Text, load
from small_document import document, finding

EXAMS = ("look", "listen", "ask", "check")
SERIES = pd.DataFrame({"date": pd.date_range("2026-10-01", "2026-10-31"), "value": [1.0] * 15 + [0.3] * 16})


@pytest.fixture(autouse=True)
def _english() -> None:
    view.use("en", "CNY")


def read(card: Any) -> BeautifulSoup:
    through = clean.page_part(str(card.html)).replace(' rel="noopener noreferrer"', "")
    assert through == str(card.html).replace("&#34;", '"').replace("&#39;", "'"), "the page lets all of it through"
    return BeautifulSoup(str(card.html), "html.parser")


def answer(rule: str, state: str, *findings: dict[str, Any], observed: float | None = 0.4) -> Judgement:
    told = Document.from_json(document(*findings)).findings
    return Judgement(load().rules[rule], state, Text("有点多。", "Rather many."), observed, 10.0, told)


def pill(case: Any, exam: str) -> tuple[str, str]:
    told = read(exams.head(case, exam))
    (shown,) = told.select(".sz-pill")
    return shown["class"][-1], shown.text


def test_every_finding_and_every_answer_has_one_place() -> None:
    extra = (answer("look.mobile", "watch"), answer("check.product-conversion", "act", small_page.sold_out()))
    case = small_page.case(small_page.act(), *extra, unknown=("look.roles",))
    results = [exams.result(case, exam) for exam in EXAMS]
    told = [each for of in results for each in of.told if not isinstance(each, Judgement)]
    assert sorted(f.id for f in told) == sorted(f.id for f in case.findings if f.state in ("act", "watch"))
    for exam, of in zip(EXAMS, results, strict=True):
        answered = {j.rule.id for j in (*of.elsewhere, *of.fine, *of.unknown)}
        answered |= {each.rule.id for each in of.told if isinstance(each, Judgement)}
        asked = [j for j in case.judgements if j.rule.exam == exam]
        explained = {j.rule.id for j in asked if any(f in of.told for f in j.findings)}
        assert answered | explained == {j.rule.id for j in asked}
        assert not answered & explained


def test_the_pill_counts_what_is_to_do_and_the_line_names_it() -> None:
    case = small_page.case(small_page.act())
    assert pill(case, "look") == ("sz-act", "2 to do")
    assert pill(case, "ask") == ("sz-act", "1 to do"), "a campaign to watch is nothing to do"
    assert pill(case, "check") == ("sz-ok", "fine")
    labels = [load().causes[cause].label.en for cause in ("stock.sold_out", "ads.click_cost")]
    shown = read(exams.head(case, "look")).small.text
    assert all(label in shown for label in labels)


@pytest.mark.parametrize("cause", load().causes.values(), ids=lambda cause: cause.id)
def test_no_card_is_fine_above_what_it_tells(cause: Any) -> None:
    source = next(rule.id for rule in load().rules.values() if cause.id in rule.causes)
    for state, css in (("act", "sz-act"), ("watch", "sz-watch")):
        told = finding(cause.id, state=state, exam=cause.exam, source=source, metric=cause.metric)
        case = small_page.case(Document.from_json(document(told)))
        shown = {exam: pill(case, exam)[0] for exam in EXAMS}
        assert shown == dict.fromkeys(EXAMS, "sz-ok") | {cause.exam: css}
        line = read(exams.head(case, cause.exam)).small.text
        assert cause.label.en[:20].lower() in line.lower()
        assert read(exams.found(case, cause.exam, {})).select_one(".sz-conclusion") is not None


@pytest.mark.parametrize(
    ("answers", "css", "told"),
    [
        (["watch"], "sz-unknown", "1 to improve"),
        (["ok", "ok", "unknown"], "sz-ok", "fine"),
        (["ok", "unknown", "unknown"], "sz-unknown", "few data"),
        (["unknown"], "sz-unknown", "no data"),
    ],
)
def test_the_pill_of_a_card_without_findings(answers: list[str], css: str, told: str) -> None:
    rules = [id for id, rule in load().rules.items() if rule.exam == "look"]
    case = small_page.case(small_page.fine())
    case.judgements = [answer(rule, state) for rule, state in zip(rules, answers, strict=False)]
    assert pill(case, "look") == (css, told)
    line = read(exams.head(case, "look")).small.text
    assert (f"{answers.count('unknown')} not known" in line) is ("unknown" in answers)


def test_what_is_off_is_to_watch_where_the_shop_is_not_fine() -> None:
    case = small_page.case(small_page.unclear(), answer("check.split", "watch"))
    assert pill(case, "check") == ("sz-watch", "1 to watch")


def test_the_line_of_a_card_is_short() -> None:
    case = small_page.case(
        small_page.act(), answer("look.bundle-threshold", "watch"), answer("look.ads-shift", "watch")
    )
    case.findings = []
    line = read(exams.head(case, "look")).small.text
    assert width(line) <= exams.LINE + 14 and line.endswith("(4 in all)")


def test_three_conclusions_stand_open_and_the_others_are_folded() -> None:
    many = [finding(id=f"stock.sold_out:p{n}", amount=1000.0 - n) for n in range(5)]
    case = small_page.case(Document.from_json(document(*many)))
    told = read(exams.found(case, "look", {}))
    assert len(told.select(".sz-conclusion")) == exams.MOST
    assert [tag["id"] for tag in told.select("[id]")] == [f"sz-seen-{n}" for n in range(1, 6)]
    assert len(told.select("details [id]")) == 2


def test_a_conclusion_has_its_figures_its_line_its_sentence_and_a_way_back() -> None:
    case = small_page.case(small_page.act())
    told = read(exams.found(case, "look", {"stock.sold_out:p0001": SERIES}))
    first = told.select_one(".sz-conclusion")
    assert first.select_one(".sz-moved").text.endswith("100% → 32%")
    figures = {(tag["data-figure"], tag["data-scope"]) for tag in first.select("h3 [data-figure]")}
    assert figures == {("finding:before", "stock.sold_out:p0001"), ("finding:now", "stock.sold_out:p0001")}
    assert [text.text for text in first.select("svg text")] == ["100%", "32%", "16 Oct"]
    assert first.a["href"] == "#sz-task-1"
    assert "three in ten" in first.p.text
    assert len(told.select("svg")) == 1, "no line where none is known"


def test_a_figure_that_did_not_move_as_it_is_written_is_not_said_to_have_moved() -> None:
    still = finding(observed=0.2661, expected=0.2657, metric="conversion")
    case = small_page.case(Document.from_json(document(still)))
    assert not read(exams.found(case, "look", {})).select(".sz-moved")


def test_an_answer_explained_by_another_card_is_a_link_to_it() -> None:
    case = small_page.case(small_page.act(), answer("check.product-conversion", "act", small_page.sold_out()))
    case.judgements[-1] = answer("check.product-conversion", "act", *case.document().to_json()["findings"][:1])
    told = read(exams.found(case, "check", {}))
    assert not told.select(".sz-conclusion")
    assert [a["href"] for a in told.select("details a")] == ["#sz-seen-1"]


def test_an_answer_that_is_off_shows_its_number_and_the_split_its_parts() -> None:
    case = small_page.case(small_page.unclear(), answer("check.split", "watch", observed=8000.0))
    told = read(exams.found(case, "check", {}))
    heading = told.select_one(".sz-conclusion h3 [data-figure]")
    assert (heading["data-figure"], heading.text) == (load().rules["check.split"].figure, "¥8.0k")
    parts = [tag["data-figure"] for tag in told.select("svg text[data-figure]")]
    assert parts == ["split:conversion", "split:visitors", "split:average_order_value"]


def test_what_is_fine_is_folded_with_its_number() -> None:
    told = read(exams.found(small_page.case(small_page.fine()), "look", {}))
    assert told.details.summary.text == "2 that are fine"
    assert not told.select(".sz-conclusion")
    shown = told.select_one("details li [data-figure]")
    assert (shown["data-figure"], shown["data-scope"]) == (load().rules["look.bounce"].figure, "shop")
    assert shown.text == "3.1%"


def test_no_fact_without_effect_stands_among_the_conclusions() -> None:
    quiet = finding("peer.promotion", state="ok", level="D", exam="ask", id="peer.promotion:peer-04")
    case = small_page.case(Document.from_json(document(quiet)))
    assert pill(case, "ask")[0] == "sz-ok"
    assert not read(exams.found(case, "ask", {})).select(".sz-conclusion")


def test_names_of_a_shop_s_things_stay_text() -> None:
    bad = "<script>steal()</script>"
    case = small_page.case(Document.from_json(document(finding(says={"zh": bad, "en": bad}))))
    told = read(exams.found(case, "look", {}))
    assert not told.select("script") and bad in told.text
