"""The vocabulary fits together, and what does not is refused by name."""

from __future__ import annotations

import json
import pickle
import re
import shutil
import string
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sizhen.vocab import LANGUAGES, VocabError, load, loader, word
from sizhen.vocab.loader import TOLD, build, read
from sizhen.vocab.polarity import STRONG, lexicon

VOCAB = Path(loader.__file__).parent
CAUSES = """
data.missing_days data.presale data.inconsistent market.demand calendar.shift traffic.search traffic.recommend
traffic.paid_budget traffic.channel traffic.low_quality traffic.violation ads.click_cost ads.waste ads.creative
page.bounce page.checkout order.payment stock.sold_out price.own_rise price.discount_leak basket.mix basket.units
product.decline peer.price_cut peer.promotion refund.rise service.slow service.skill customer.returning
compliance.points unexplained.visitors unexplained.visitor_value unexplained.conversion unexplained.average_order_value
unexplained.paid_amount unexplained.dsr_description unexplained.dsr_service
unexplained.dsr_logistics
""".split()
Change = Callable[[dict[str, Any]], object]


def toml(value: object) -> str:
    """A TOML value in one line; JSON's strings, numbers, booleans and lists are TOML's too."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture(scope="module", autouse=True)
def parsed_once() -> Iterator[None]:
    """All files but the one that was changed say what they said."""
    parsed = cache(lambda text: pickle.dumps(tomllib.loads(text)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "tomllib", SimpleNamespace(loads=lambda text: pickle.loads(parsed(text))))
        yield


@pytest.fixture
def doctored(tmp_path: Path) -> Callable[[str, Change], Path]:
    """A copy of the vocabulary in which one file's entries were changed."""

    def write(name: str, change: Change) -> Path:
        for file in VOCAB.glob("*.toml"):
            shutil.copy(file, tmp_path)
        entries = read(name)
        change(entries)
        lines = [f"{json.dumps(key)} = {toml(value)}" for key, value in entries.items()]
        (tmp_path / f"{name}.toml").write_text("\n".join(lines), encoding="utf-8")
        return tmp_path

    return write


def test_an_unchanged_copy_is_the_same_vocabulary(doctored: Callable[[str, Change], Path]) -> None:
    assert build(doctored("rules", len)) == build()


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("rules", lambda r: r["look.bounce"].update(metric="charm"), "rules.toml look.bounce: unknown metric charm"),
        ("rules", lambda r: r["look.bounce"]["causes"].append("page.ugly"), "look.bounce: unknown cause page.ugly"),
        ("rules", lambda r: r["look.bounce"].update(needs=["gossip"]), "unknown table or column gossip"),
        ("rules", lambda r: r["look.bounce"].update(needs=["shop_daily.cost"]), "table or column shop_daily.cost"),
        ("rules", lambda r: r["look.bounce"]["limit"].pop("source"), "look.bounce: its limit has no source"),
        ("rules", lambda r: r["look.bounce"]["limit"].pop("year"), "look.bounce: its limit has no year"),
        ("rules", lambda r: r["look.bounce"]["limit"].update(kind="rumour"), "'rumour' is not one of platform"),
        ("rules", lambda r: r["look.bounce"]["limit"].update(bad="left"), "'left' is not one of above, below"),
        ("rules", lambda r: r["look.bounce"].update(unhealthy=r["look.bounce"]["healthy"]), "wording are equal"),
        ("rules", lambda r: r["look.roles"]["norms"].update(image=0.2), "look.roles: its norms do not add up to 1"),
        ("rules", lambda r: r["look.bounce"].update(exam="smell"), "'smell' is not one of look"),
        ("rules", lambda r: r["look.bounce"].update(exam="check"), "belongs to check but is not named so"),
        ("rules", lambda r: r["look.bounce"].pop("limit"), "['limit'] can not be filled"),
        ("rules", lambda r: r["look.bounce"].pop("metric"), "tells an observed value but has no metric"),
        ("rules", lambda r: r["look.bounce"]["title"].pop("en"), "look.bounce: no wording in en"),
        ("rules", lambda r: r["look.ads-shift"].update(causes=[]), "causes.toml ads.creative: no rule asks for it"),
        ("causes", lambda c: c["page.bounce"].update(metric="charm"), "causes.toml page.bounce: unknown metric"),
        ("causes", lambda c: c["page.bounce"].update(step="roof"), "page.bounce: 'roof' is not one of data, market"),
        ("causes", lambda c: c["page.bounce"].update(draws_from="luck"), "'luck' is not one of sales, refunds"),
        ("causes", lambda c: c["page.bounce"].update(may_act="soon"), "'soon' is not one of established, always"),
        ("causes", lambda c: c["review.size"].update(aspect="charm"), "causes.toml review.size: unknown aspect charm"),
        (
            "causes",
            lambda c: c["page.bounce"]["advice"].update(who="intern"),
            "page.bounce: 'intern' is not one of operations",
        ),
        ("causes", lambda c: c["page.bounce"]["says"].update(en="It bounced."), "zh and en name different values"),
        (
            "causes",
            lambda c: c["page.bounce"].update(says={"zh": "{luck}", "en": "{luck}"}),
            "['luck'] can not be filled",
        ),
        ("causes", lambda c: c["page.bounce"]["label"].update(zh=" "), "causes.toml page.bounce: no wording in zh"),
        ("channels", lambda c: c["channels"]["search"].update(group="luck"), "channels.toml search: no group luck"),
        ("channels", lambda c: c["channels"].pop("other"), "channels.toml and tables.toml name different channels"),
        ("words", lambda w: w["mobile"].pop("zh"), "words.toml mobile: no wording in zh"),
        ("words", lambda w: w["mobile"].update(fr="mobile"), "words.toml mobile: knows no fr"),
        ("words", lambda w: w.update(mobile="手机"), "words.toml mobile: stands in no entry"),
        ("words", lambda w: w.update(lost={"zh": "走掉", "en": "lost"}), "lost: the word stands in another file too"),
        ("rules", lambda r: r["look.bounce"].update(limt=r["look.bounce"]["limit"]), "look.bounce: knows no limt"),
        ("rules", lambda r: r["look.bounce"]["limit"].update(size=1), "look.bounce: its limit knows no size"),
        ("rules", lambda r: r["look.bounce"].update(min_n="few"), "rules.toml look.bounce: min_n: "),
        ("rules", lambda r: r["look.bounce"].update(needs="shop_daily"), "rules.toml look.bounce: needs: "),
        ("causes", lambda c: c["page.bounce"].pop("advice"), "causes.toml page.bounce: has no advice"),
        (
            "metrics",
            lambda m: m["visitors"].update(good="left"),
            "metrics.toml visitors: 'left' is not one of up, down",
        ),
        ("metrics", lambda m: m["visitors"].update(unit=" "), "metrics.toml visitors: ' ' is not one of count"),
        (
            "tables",
            lambda t: t["orders"]["columns"]["region"].update(kind="place"),
            "tables.toml orders.region: 'place'",
        ),
        ("tables", lambda t: t["orders"].pop("columns"), "tables.toml orders: has no columns"),
        ("aspects", lambda a: a["size"].update(within="shape"), "aspects.toml size: no aspect shape"),
        ("aspects", lambda a: a["size"].pop("topics"), "aspects.toml size: has no topics"),
    ],
)
def test_what_does_not_fit_is_refused(
    doctored: Callable[[str, Change], Path], file: str, change: Change, said: str
) -> None:
    with pytest.raises(VocabError, match=re.escape(said)):
        build(doctored(file, change))


def test_everything_that_does_not_fit_is_named_at_once(doctored: Callable[[str, Change], Path]) -> None:
    def spoil(causes: dict[str, Any]) -> None:
        causes["page.bounce"]["label"] = {}
        causes["page.checkout"]["advice"]["when"] = "now"

    with pytest.raises(VocabError) as caught:
        build(doctored("causes", spoil))
    assert str(caught.value) == (
        "causes.toml page.bounce: no wording in zh for its label; "
        "causes.toml page.bounce: no wording in en for its label; "
        "causes.toml page.checkout: its advice knows no when"
    )


def test_every_cause_is_there() -> None:
    aspects = {f"review.{aspect.within}" for aspect in load().aspects.values()}
    assert sorted(load().causes) == sorted([*CAUSES, *aspects])


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_praise_and_blame_have_one_meaning(language: str) -> None:
    words = lexicon(language)
    assert min(words.weights.values()) == -STRONG and max(words.weights.values()) == STRONG
    assert not (words.denials | words.turns | words.neutral | words.doubts) & set(words.weights)
    assert words.degrees <= set(words.weights)


@pytest.mark.parametrize("cause", load().causes.values(), ids=lambda c: c.id)
def test_a_cause_says_what_was_seen_and_does_not_claim_why(cause: Any) -> None:
    values = dict.fromkeys(TOLD, "1") | {"place": "全店", "metric": "访客数", "since": "10月1日"}
    said, told = cause.says.fill(**values), cause.advice.what.fill(**values)
    assert len(cause.label.zh) <= 12
    assert said.zh.endswith("。") and said.en.endswith(".")
    assert told.zh.endswith("。") and told.en.endswith(".")
    assert not re.search("造成|导致", said.zh) and not re.search("(?i)cause|because", said.en)
    assert not ("{since}" in cause.says.en and "{observed}" in cause.says.en), "of the days since"
    assert 2 <= len(told.zh.split("；")) <= 3 and len(told.zh.split("；")) == len(told.en.split("; "))
    assert 1 <= cause.advice.due_days <= 30


@pytest.mark.parametrize("rule", load().rules.values(), ids=lambda r: r.id)
def test_a_rule_asks_and_answers(rule: Any) -> None:
    assert rule.title.zh.endswith("？") and rule.title.en.endswith("?")
    assert rule.causes or rule.limit
    told = {f for _, f, _, _ in string.Formatter().parse(rule.unhealthy.en) if f}
    assert ("limit" in told) == (rule.limit is not None and rule.limit.value not in (0, 1)) or rule.id == "check.target"
    assert not rule.limit or rule.limit.value == 1 or told & {"observed", "count"}, "no verdict without its number"


def test_every_column_and_metric_has_a_wording() -> None:
    ids = [c for t in load().tables.values() for c in t.names] + list(load().metrics) + list(load().tables)
    assert all(word(id, language).strip() for id in ids for language in LANGUAGES)


def test_an_unknown_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        word("no-such-word", "zh")
