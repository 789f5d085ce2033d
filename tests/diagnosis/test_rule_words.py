"""What the answers of rules say: numbers as they are spoken, directions that the numbers show, counts of what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sizhen.diagnosis import rule_words
from sizhen.diagnosis.chart import Chart, open_chart
from sizhen.diagnosis.rules import judge, missing
from sizhen.document import Finding, Judgement
from sizhen.exam.figures import Figure
from sizhen.vocab import load

from .test_rules_limits import DAYS, IN, MONTH, Tables, asked, daily, later, shop_of

FUNNEL = ("conversion", "shop", "-")
RETURNING = ("returning_paid_buyers", "shop", "-")


def chart_of(folder: Path, tables: Tables) -> Chart:
    return open_chart(shop_of(folder, tables), MONTH)


def answered(chart: Chart, rule: str, value: float, n: float, **more: Any) -> Judgement:
    figure = Figure(value, n)
    return judge(chart, load().rules[rule], figure, more.get("findings", []), more.get("real", frozenset()))


@pytest.mark.parametrize(
    ("value", "metric", "said"),
    [
        (0.2628, "repeat_share", "26%"),
        (0.0994, "conversion", "9.9%"),
        (0.0995, "conversion", "10%"),
        (0.0266, "conversion", "2.7%"),
        (0.00812, "conversion", "0.81%"),
        (0.0, "won_back_share", "0%"),
        (1.0, "dispatch_in_time", "100%"),
        (0.9994, "dispatch_in_time", "99.9%"),
        (0.99999, "dispatch_in_time", "99.9%"),
        (1.0037, "target_share", "100%"),
        (1.30, "hero_value_ratio", "1.3"),
        (2.0, "new_products_ratio", "2"),
        (1200.4, "average_order_value", "¥1,200"),
        (96.6, "first_response_seconds", "1分37秒"),
        (120.0, "first_response_seconds", "2分钟"),
        (35.4, "first_response_seconds", "35秒"),
        (float("nan"), "conversion", "—"),
    ],
)
def test_a_number_is_said_as_far_as_it_matters(value: float, metric: str, said: str) -> None:
    assert rule_words.shown(value, metric, "CNY").zh == said


def test_on_the_wrong_side_of_a_norm_is_not_fine_though_it_may_be_chance(tmp_path: Path) -> None:
    chart = chart_of(
        tmp_path, {"orders": pd.DataFrame({"order_id": ["o"], "created_at": DAYS[-1:], "paid_amount": 9.0})}
    )
    below, clearly, level, above = (
        answered(chart, "look.bundle-threshold", x, 2000) for x in (0.0915, 0.05, 0.0996, 0.11)
    )
    assert [j.state for j in (below, clearly, level, above)] == ["watch", "watch", "ok", "ok"]
    assert "2,000 单里有 183 单" in below.says.zh and "不到参考值 10%" in below.says.zh
    assert below.says.zh.endswith("也可能是偶然。") and below.says.en.endswith("may be chance.")
    assert "偶然" not in clearly.says.zh
    assert "10%，参考值 10%" in level.says.zh, "what reads the same as its norm is not below it"


def returning(buyers: float, back: float) -> Tables:
    """In the period `back` of `buyers` a day have bought before, 20 of 76 in the weeks before."""
    counts = {"paid_buyers": later(76, buyers), "returning_paid_buyers": later(20, back)}
    return {"shop_daily": daily(paid_amount=1000.0, **counts)}


def test_what_fell_is_told_with_its_number_and_the_usual_one(tmp_path: Path) -> None:
    chart = chart_of(tmp_path, returning(61, 16))
    said = answered(chart, "ask.returning", 16 / 61, 61 * 31, real=frozenset({RETURNING}))
    assert said.state == "watch"
    assert said.says.zh == "回来买的老客少了：496 人次，平时 620；占付款买家的 26%。"


def test_no_fall_is_told_that_the_written_numbers_do_not_show(tmp_path: Path) -> None:
    bought = {"shop_daily": daily(paid_buyers=later(3000, 2999), paid_amount=1000.0)}
    said = answered(chart_of(tmp_path, bought), "check.funnel", 0.02999, 3_100_000, real=frozenset({FUNNEL}))
    assert said.state == "ok" and "少" not in said.says.zh
    rose = chart_of(tmp_path, returning(76, 25))
    assert answered(rose, "ask.returning", 25 / 76, 76 * 31, real=frozenset({RETURNING})).state == "ok"


def campaign(state: Any) -> Finding:
    return asked(state, who="operations").__class__(
        **{**asked(state).__dict__, "cause": "peer.promotion", "id": "peer.promotion:p", "subject": {"peer_id": "p"}}
    )


def test_a_fact_that_nothing_followed_stands_with_the_answer_and_does_not_decide_it(tmp_path: Path) -> None:
    days = pd.DataFrame({"date": DAYS, "peer_id": "p", "promotion": np.where(IN, "满300减40", "")})
    chart = chart_of(tmp_path, {"peers_daily": days, "shop_daily": daily(paid_amount=1000.0)})
    rule = load().rules["ask.peer-campaign"]
    fact, watched = (judge(chart, rule, None, [campaign(s)], frozenset()) for s in ("ok", "watch"))
    assert (fact.state, fact.says, len(fact.findings)) == ("ok", rule.healthy, 1)
    assert watched.state == "watch" and "「p」做过活动" in watched.says.zh
    assert "转化" not in watched.says.zh and "正在" not in watched.says.zh


@pytest.mark.parametrize("rule", [r for r in load().rules.values() if r.min_n], ids=lambda r: r.id)
def test_too_few_says_of_what(rule: Any) -> None:
    said = rule_words.few(rule, 3.0)
    what = load().words[f"n.{rule.counts}"]
    assert f"3 {what.zh}" in said.zh and what.en in said.en and "个" not in said.zh


def test_refunds_of_earlier_orders_are_refunds_of_the_period(tmp_path: Path) -> None:
    back = {"refund_id": ["r"], "paid_on": [pd.Timestamp("2026-09-20")], "refunded_on": [pd.Timestamp("2026-10-03")]}
    rule = load().rules["listen.refund-reason"]
    assert missing(chart_of(tmp_path, {"refunds": pd.DataFrame(back)}), rule.needs) == ()
    later_on = back | {"refunded_on": [pd.Timestamp("2026-11-03")], "paid_on": [pd.Timestamp("2026-10-20")]}
    assert missing(chart_of(tmp_path, {"refunds": pd.DataFrame(later_on)}), rule.needs) == ("refunds.refunded_on",)


def test_one_or_two_new_products_are_neither_early_nor_fine(tmp_path: Path) -> None:
    listed = pd.DataFrame({"product_id": ["p"], "listed_on": [pd.Timestamp("2026-10-03")]})
    peers = pd.DataFrame({"date": DAYS, "peer_id": "p", "new_products": 1})
    old = listed.assign(listed_on=pd.Timestamp("2026-01-03"))
    assert missing(chart_of(tmp_path, {"products": old}), ["products.listed_on"]) == ()
    said = answered(chart_of(tmp_path, {"products": listed, "peers_daily": peers}), "look.new-timing", 1 / 60, 1)
    assert said.state == "unknown" and "1 款新品" in said.says.zh
