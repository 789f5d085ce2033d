"""What made shops call their goods and what their buyers write: nothing that makes a reader laugh."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sizhen.simulate import Plan, simulate
from sizhen.simulate.catalogue import draw_catalogue
from sizhen.simulate.plan import ASPECTS
from sizhen.simulate.reviews import remarks
from sizhen.simulate.words import category, suits
from sizhen.texts.aspects import by_cause, complaints

KINDS = [(kind, language) for kind in ("womenswear", "tea", "general") for language in ("zh", "en")]


def plan(kind: str, language: str, **about: int) -> Plan:
    return Plan(category=kind, language=language, **about)  # type: ignore[arg-type]


def complained(texts: list[str], stars: float | None) -> pd.DataFrame:
    rows = pd.DataFrame({"text": texts, "rating": stars, "follow_up_text": None})
    return by_cause(complaints(rows.astype({"rating": "float64"})))


@pytest.mark.parametrize(("kind", "language"), KINDS)
@pytest.mark.parametrize("products", [18, 40, 400])
def test_no_two_products_have_one_title(kind: str, language: str, products: int) -> None:
    made = draw_catalogue(plan(kind, language, products=products), np.random.default_rng(products))
    assert len(set(made.titles)) == len(made.titles) == products
    words = category(kind)[language]
    gap = "" if language == "zh" else " "
    every = [(a, m, n) for a in words["adjectives"] for m in words["materials"] for n in words["nouns"]]
    fit = {gap.join(p) for p in every if all(suits(word, p, words["only"]) for word in p)}
    assert set(made.titles) <= fit or products > len(fit) / len(words["nouns"])
    assert {t.rstrip("0123456789 ") for t in made.titles} <= fit


@pytest.mark.parametrize(("kind", "language"), KINDS)
def test_each_remark_is_read_as_what_it_complains_of(kind: str, language: str) -> None:
    say = remarks(plan(kind, language))
    assert sorted(say["praise"]) == sorted(say["complaint"]) == sorted(ASPECTS)
    for aspect, told in say["complaint"].items():
        for stars in (1.0, 5.0):
            found = complained(told, stars)
            assert found[aspect].all() and found.sum(axis=1).eq(1).all(), found[~found[aspect]]
    praise = [text.format(noun="它") for told in say["praise"].values() for text in told]
    assert not complained(praise, 5.0).any(axis=None)


@pytest.mark.parametrize(("kind", "language"), KINDS)
def test_reviews_speak_of_the_goods_they_are_of(kind: str, language: str) -> None:
    made = simulate(plan(kind, language, days=60, products=12, visitors_per_day=1500, seed=5))
    say, nouns = remarks(plan(kind, language)), category(kind)[language]["nouns"]
    titles = made.tables["products"].set_index("product_id")["title"]
    told = made.tables["reviews"].assign(title=lambda d: d["product_id"].map(titles))[["title", "text"]].dropna()
    assert len(told) > 100
    parts = {w for key in ("adjectives", "materials", "nouns") for w in category(kind)[language][key]}
    for word, goods in say["only"].items():
        if word in parts:
            continue
        spoken = told[told["text"].str.contains(word, regex=False)]
        allowed = [n for n in nouns if n in goods]
        assert spoken["title"].map(lambda t, a=allowed: any(t.endswith(n) for n in a)).all(), word
    for opener, words in say["clash"].items():
        mine = told["text"][told["text"].str.startswith(opener)].str.removeprefix(opener)
        assert not mine.map(lambda t, w=words: any(word in t for word in w)).any(), opener


def test_nobody_praises_what_he_complains_of() -> None:
    made = simulate(plan("womenswear", "zh", days=90, products=6, visitors_per_day=3000, seed=6))
    say = remarks(plan("womenswear", "zh"))
    both = made.tables["reviews"]["text"].dropna()
    both = both[both.map(lambda text: any(but in text for but in say["buts"]))]
    assert len(both) > 20
    for aspect in ASPECTS:
        praise = both.map(lambda text, a=aspect: any(text.startswith(p) for p in say["praise"][a]))
        blame = both.map(lambda text, a=aspect: any(text.endswith(c) for c in say["complaint"][a]))
        assert not (praise & blame).any(), aspect
