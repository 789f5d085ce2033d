"""Over all rules: none is fine on the wrong side of its norm, none says that something fell which did not, and what
an answer counts are people and things, never money."""

from __future__ import annotations

import string
from itertools import product
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.diagnosis import rule_words, rules
from sizhen.diagnosis.reading import Reading
from sizhen.exam.figures import Figure
from sizhen.vocab import Rule, load

LIMITED = [rule for rule in load().rules.values() if rule.limit is not None]
WATCHING = [rule for rule in load().rules.values() if rule.watches is not None]
TEXTS = ("healthy", "unhealthy", "found", "changed")
PLAINLY_COUNTED = {"look.product-decline", "look.ads", "check.revisit"}  # products, plans, advice: however few
RESTS_ON_MONEY = {"check.target", "check.split", "look.campaign-base"}
OF_FEW = {"check.revisit", "check.target", "look.campaign-base"}  # said to be perhaps chance, or of all that was sold


@pytest.fixture(autouse=True)
def everything_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "missing", lambda *_: ())


def chart(*readings: Reading) -> Any:
    profile = SimpleNamespace(currency="CNY")
    return SimpleNamespace(
        shop=SimpleNamespace(profile=profile, has=lambda *_: False), comparable=True, readings=lambda *_: readings
    )


def beyond(rule: Rule, by: float) -> float:
    """A value on the wrong side of the limit, `by` of it away."""
    assert rule.limit is not None
    step = max(abs(rule.limit.value), 1.0) * by
    return rule.limit.value - step if rule.limit.bad == "below" else rule.limit.value + step


@pytest.mark.parametrize("rule", LIMITED, ids=lambda rule: rule.id)
def test_on_the_wrong_side_of_its_norm_no_rule_is_fine(rule: Rule) -> None:
    assert rule.limit is not None and rule.metric is not None
    limit, unit, maybe = (
        rule_words.limit_text(rule, "CNY"),
        load().metrics[rule.metric].unit,
        load().words["may_be_chance"],
    )
    for by, n in product((0.004, 0.02, 0.3, 0.94), (1.0, 30.0, 100.0, 1e6)):
        value = beyond(rule, by)
        answer = rules.judge(chart(), rule, Figure(value, n), [], frozenset())
        assert answer.state != "ok" or rule_words.shown(value, rule.metric, "CNY") == limit
        assert answer.state != "unknown" or n < rule.min_n
        clear = rules.broken(rule.limit, value, n, unit)
        assert answer.state != "watch" or answer.says.zh.endswith(maybe.zh) is not clear


def reading(metric: str, observed: float, expected: float) -> Reading:
    since = pd.Timestamp("2026-10-16")
    ratio = observed / expected
    return Reading(metric, "-", observed, expected, ratio, 0.01, 20.0, 1e-6, 9.0, since, observed, 100.0)


@pytest.mark.parametrize("rule", WATCHING, ids=lambda rule: rule.id)
@given(st.floats(0.001, 5000.0), st.floats(0.9, 1.1))
def test_what_is_said_to_have_got_worse_is_worse_as_it_is_written(rule: Rule, expected: float, times: float) -> None:
    assert rule.watches is not None and rule.changed is not None
    metric, source = rule.watches
    found = reading(metric, expected * times, expected)
    worst = rules.worst(chart(found), rule, frozenset({(metric, source, "-")}))
    if worst is None:
        return
    watched, usual = rule_words.pair(worst, "CNY")
    assert watched != usual
    assert (worst.observed < worst.expected) is (load().metrics[metric].good != "down")


def fields(rule: Rule) -> set[str]:
    said = (text.zh + text.en for name in TEXTS if (text := getattr(rule, name)) is not None)
    return {field for text in said for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize("rule", load().rules.values(), ids=lambda rule: rule.id)
def test_what_an_answer_counts_is_never_money(rule: Rule) -> None:
    counted = {"n", "count"} & fields(rule)
    assert not counted or rule.counts or rule.id in PLAINLY_COUNTED
    assert not (counted or rule.min_n) or rule.id not in RESTS_ON_MONEY
    assert not rule.counts or f"n.{rule.counts}" in load().words


@pytest.mark.parametrize("rule", LIMITED, ids=lambda rule: rule.id)
def test_no_share_or_ratio_of_a_handful_is_held_against_a_norm(rule: Rule) -> None:
    shared = load().metrics[rule.metric or ""].kind in ("ratio", "mean")
    assert not shared or rule.min_n or rule.id in OF_FEW
