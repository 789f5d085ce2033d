"""The rules of listening and asking: each answers on both sides of its limit, of its least count, and to its causes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import small_document
from sizhen.diagnosis.chart import Chart, open_chart
from sizhen.document import Document, Finding
from sizhen.tables import Period, Shop
from sizhen.vocab import LANGUAGES, load
from small_case import case_with

from .test_rules_limits import KNOWLEDGE, MONTH, SALES, START, Tables, answer, daily, of_products

RULES = [r for r in load().rules.values() if r.exam in ("listen", "ask")]
ROWS = """
listen.hero-bad-reviews listen.scores listen.size-chart listen.quality listen.picture-gap listen.refund-reason
listen.answer listen.words-for-ads ask.peers ask.same-style ask.tier ask.peer-table ask.lost-buyers ask.inquiry
ask.agents ask.response ask.staff ask.customers ask.returning
""".split()
PRAISES = ("尺码很合身", "质量很好", "物流很快")


def desk(rate: float, asked: float = 100_000) -> Tables:
    """One day of askers, final because the desk is known two days on."""
    counts = {"inquiry_buyers": asked, "inquiry_paid_buyers": round(rate * asked), "first_response_seconds": 30.0}
    served = pd.DataFrame([{"date": START, **counts}, {"date": START + pd.Timedelta(days=2)}])
    return {"service_daily": served.assign(agent="a"), **SALES}


def answers(who: str) -> Callable[[float], Tables]:
    def of(count: float) -> Tables:
        asked = [{"asked_on": START, "question": f"q{n}", "who": who} for n in range(round(count))]
        return {"answers": pd.DataFrame([*asked, {"asked_on": "2026-01-01", "question": "q", "who": who}])}

    return of


def peers(count: float, **figures: float) -> Tables:
    """`count` similar shops with a row, one without, and the tier's average."""
    ids = [f"p{n}" for n in range(round(count) + 1)]
    kinds = pd.DataFrame({"peer_id": [*ids, "t"], "kind": [*["similar"] * len(ids), "tier_average"]})
    days = pd.DataFrame({"date": START, "peer_id": [*ids[:-1], "t"], **figures})
    return {"peers": kinds, "peers_daily": days}


def compared(count: float) -> Tables:
    """`count` peers with two figures, one with a single one."""
    tables = peers(count, visitors_index=100.0)
    days = tables["peers_daily"].assign(conversion=0.03)
    return tables | {"peers_daily": days.assign(conversion=days["conversion"].where(days["peer_id"] != "t"))}


def reviews(*texts: tuple[str, float, str | None]) -> Tables:
    rows = [
        {
            "review_id": f"r{n}",
            "reviewed_at": START,
            "rating": stars,
            "text": text,
            "follow_up_text": later,
            "buyer": f"b{n}",
        }
        for n, (text, stars, later) in enumerate(texts)
    ]
    return {"reviews": pd.DataFrame(rows)}


def made_good(share: float, count: int = 1000) -> Tables:
    good = round(share * count)
    later = ["客服很快补发了，满意"] * good + ["还是很差，没人理"] * (count - good)
    return reviews(*(("质量差，起球", 1.0, text) for text in later))


def praised(count: float) -> Tables:
    """Ten reviews that praise each of so many aspects, and forty that complain of a price."""
    told = [(PRAISES[n], 5.0, None) for n in range(round(count)) for _ in range(10)]
    return reviews(*told, *[("太贵了，不值", 3.0, None)] * 40)


LIMITS: dict[str, tuple[Callable[[float], Tables], float]] = {
    "ask.inquiry": (desk, 0.02),
    "ask.staff": (answers("owner"), 1.0),
    "ask.customers": (answers("customer"), 1.0),
    "ask.peers": (peers, 1.0),
    "ask.peer-table": (compared, 1.0),
    "listen.answer": (made_good, 0.05),
    "listen.words-for-ads": (praised, 1.0),
}


def cases() -> list[tuple[str, float, str]]:
    found = []
    for id, (_, step) in LIMITS.items():
        limit = load().rules[id].limit
        assert limit is not None
        assert limit.bad == "below"
        found += [(id, limit.value - step, "watch"), (id, limit.value, "ok"), (id, limit.value + step, "ok")]
    return found


def test_every_limit_has_its_truth_table() -> None:
    assert {r.id for r in RULES if r.limit} == set(LIMITS)


@pytest.mark.parametrize(("rule", "value", "state"), cases())
def test_a_limit_is_broken_below_it_only(rule: str, value: float, state: str, tmp_path: Path) -> None:
    found = answer(tmp_path, rule, LIMITS[rule][0](value))
    assert found.observed == pytest.approx(value)
    assert found.state == state
    told = found.rule.healthy if state == "ok" else found.rule.unhealthy
    assert found.says.zh.startswith(told.zh.partition("{")[0])


def stars(count: int) -> Tables:
    return reviews(*[("很好", 5.0, None)] * count) | SALES


def lost(count: int) -> Tables:
    gone = pd.DataFrame({"date": [START], "peer_id": ["p"], "lost_buyers": [float(count)]})
    return {"lost_buyers_daily": gone, **SALES}


def returning(count: int) -> Tables:
    days = SALES["shop_daily"].assign(paid_buyers=np.nan, returning_paid_buyers=np.nan)
    days.loc[days["date"] == START, ["paid_buyers", "returning_paid_buyers"]] = [count, 1]
    return {"shop_daily": days}


LEAST: dict[str, Callable[[int], Tables]] = {
    "listen.complaints": stars,
    "listen.hero-bad-reviews": stars,
    "listen.answer": lambda n: made_good(1.0, n),
    "listen.words-for-ads": lambda n: reviews(*[("质量很好", 5.0, None)] * n),
    "ask.response": lambda n: desk(1.0, n),
    "ask.agents": lambda n: desk(1.0, n),
    "ask.inquiry": lambda n: desk(1.0, n),
    "ask.returning": returning,
    "ask.lost-buyers": lost,
}


@pytest.mark.parametrize("rule", LEAST)
def test_fewer_than_its_least_count_is_unknown_and_said(rule: str, tmp_path: Path) -> None:
    least = load().rules[rule].min_n
    for count, known in ((least - 1, False), (least, True), (least + 1, True)):
        found = answer(tmp_path, rule, LEAST[rule](count))
        assert (found.state != "unknown") == known, count
        assert known or f"{least}" in found.says.zh


@pytest.mark.parametrize("rule", RULES, ids=lambda r: r.id)
def test_without_its_tables_a_rule_is_unknown_and_says_what_it_needs(rule: Any, tmp_path: Path) -> None:
    found = answer(tmp_path, rule.id, {})
    assert (found.state, found.observed, found.findings) == ("unknown", None, ())
    assert {n.partition(".")[0] for n in found.needs} == {n.partition(".")[0] for n in rule.needs}


@pytest.fixture(scope="module")
def chart(sample_dir: Path) -> Chart:
    return open_chart(Shop.open(sample_dir, "linen-house"), Period.parse("2026-10"))


def found(cause: str, state: str) -> Finding:
    return Document.from_json(small_document.document(small_document.finding(cause, state))).findings[0]


@pytest.mark.parametrize("rule", [r for r in RULES if r.causes], ids=lambda r: r.id)
def test_a_finding_of_its_causes_answers_it(rule: Any, chart: Chart) -> None:
    for cause in rule.causes:
        told = case_with(chart, [found(cause, "watch")]).judge(rule.id)
        assert told.state == "watch"
        assert told.says.zh.startswith(rule.unhealthy.zh.partition("{")[0])
        assert case_with(chart, [found(cause, "act")]).judge(rule.id).state == "act"
    assert case_with(chart, [found("data.missing_days", "act")]).judge(rule.id).state != "act"


LACKING: dict[str, Tables] = {
    "listen.answer": reviews(("很差", 1.0, None), ("很好", 5.0, "追评")),
    "listen.words-for-ads": reviews(*[("嗯", 5.0, None)] * 40),
}


@pytest.mark.parametrize("rule", LACKING)
def test_what_the_tables_do_not_tell_is_unknown_and_said(rule: str, tmp_path: Path) -> None:
    found, lacks = answer(tmp_path, rule, LACKING[rule]), load().rules[rule].lacks
    assert (found.state, found.needs) == ("unknown", (lacks,))
    assert found.says == load().words[f"unknown_{lacks}"]


def test_askers_who_may_still_pay_are_not_judged(tmp_path: Path) -> None:
    tables = desk(0.6)
    fresh = tables["service_daily"].iloc[:1].assign(date=pd.Timestamp(MONTH.end), inquiry_paid_buyers=0.0)
    tables["service_daily"] = pd.concat([tables["service_daily"], fresh], ignore_index=True)
    for rule in ("ask.inquiry", "ask.agents"):
        assert answer(tmp_path, rule, tables).observed == pytest.approx(0.6)
    assert answer(tmp_path, "ask.response", tables).n == 200_000


def test_refunds_are_those_of_the_table_and_their_number_is_held_against_the_least(tmp_path: Path) -> None:
    def back(count: int) -> Tables:
        ids = [f"r{n}" for n in range(count)]
        days = {"paid_on": START, "refunded_on": START}
        rows = {"refund_id": ids, **days, "amount": 100.0, "reason": ["质量问题"] * (count - 1) + [None]}
        return {"refunds": pd.DataFrame(rows), "shop_daily": daily(paid_amount=1000.0, refund_amount=7.0)}

    least = load().rules["listen.refund-reason"].min_n
    found = answer(tmp_path, "listen.refund-reason", back(least))
    assert (found.state, found.observed, found.n) == ("ok", 100.0 * least, least)
    assert answer(tmp_path, "listen.refund-reason", back(least - 1)).state == "unknown"


def test_a_follow_up_after_the_period_does_not_count(tmp_path: Path) -> None:
    tables = made_good(1.0, 10)
    tables["reviews"]["follow_up_at"] = pd.Timestamp(MONTH.end) + pd.Timedelta(days=1)
    assert answer(tmp_path, "listen.answer", tables).state == "unknown"


def test_every_rule_names_its_source_in_both_languages() -> None:
    for rule in RULES:
        assert re.fullmatch(r"(S\d|method)(, (S\d|method))*", rule.source), rule.id
        assert all(rule.title[k] and rule.healthy[k] and rule.unhealthy[k] for k in LANGUAGES)


def test_every_row_of_listening_and_asking_is_a_rule() -> None:
    assert [id for id in ROWS if id not in load().rules] == []


def test_the_rows_are_those_of_the_knowledge() -> None:
    if not KNOWLEDGE.is_file():
        pytest.skip("knowledge.md is not part of the repository")
    told = re.findall(r"^\| ((?:listen|ask)\.[a-z-]+) \|", KNOWLEDGE.read_text(encoding="utf-8"), re.M)
    assert sorted(told) == sorted(ROWS)


def test_products_alone_answer_nothing_of_people(tmp_path: Path) -> None:
    only = {"product_daily": of_products(a={"visitors": 10})}
    assert {answer(tmp_path, r.id, only).state for r in RULES} == {"unknown"}
