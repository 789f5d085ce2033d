"""The people asked: what they answered, and what they say beside what the figures say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from sizhen.document import Document
from sizhen.exam.compare import BEFORE, NOW, parts
from sizhen.exam.figures import Figure, figure
from sizhen.exam.listen_reviews import ANY
from sizhen.exam.needs import because, needs
from sizhen.exam.proportions import gap
from sizhen.tables import Period, Shop
from sizhen.texts.aspects import CLEAR, COMPLAINT, LEFTOVER, PRAISE, opinions
from sizhen.texts.clean import mask
from sizhen.texts.polarity import clauses
from sizhen.vocab import load
from sizhen.vocab.topics import Topic, topics

WHO = ("owner", "operations", "promotion", "design", "service", "warehouse", "customer")
CUSTOMER = "customer"
LOW, HIGH, MARKS = 2.0, 4.0, (1.0, 5.0)
FEWEST, MANY = 3, 5
TROUBLE, FINE, NAMED, SILENT = "say.trouble", "say.fine", "say.named", "say.silent"
WORSE, MOST, NOTHING, UNSEEN = "show.worse", "show.most", "show.nothing", "show.unknown"
SAID, SHOWN = ["staff_say", "customers_say"], ["reviews_show", "refunds_show", "findings_show"]
REVIEWS = ["aspect", "complaints", "complaint_share", "complaint_share_before", "review_count"]
REFUNDS = ["reason", "refund_count", "refund_count_before"]
ACCORDS = ("denied", "unheard", "unseen", "agree", "untested", "fine")
Columns = dict[str, dict[str, Any]]  # by column and topic


@needs("answers")
def answers(shop: Shop, period: Period) -> pd.DataFrame:
    """The last answer to each question in baseline and period: who, question, answer (both masked, agents' names too),
    score, score_before (of the answer before it), asked_on. Owner first, customers last."""
    asked = parts(shop.table("answers"), period, "asked_on").sort_values("asked_on", kind="stable")
    if asked.empty:
        return pd.DataFrame()
    asked["score_before"] = asked.groupby(["who", "question"])["score"].shift()
    told = asked.drop_duplicates(["who", "question"], keep="last")
    names = _names(shop)
    told = told.assign(
        question=[mask(q, *names) for q in told["question"]],
        answer=[mask(a, *names) if isinstance(a, str) else "" for a in told["answer"]],
        order=told["who"].map({who: n for n, who in enumerate(WHO)}),
    )
    told = told.sort_values(["order", "question"], kind="stable", ignore_index=True)
    return told[["who", "question", "answer", "score", "score_before", "asked_on"]]


def _names(shop: Shop) -> list[str]:
    """Agents' names: nobody is named to the owner."""
    if not shop.has("service_daily"):
        return []
    return sorted((n for n in shop.table("service_daily")["agent"].unique() if len(n) > 1), key=len, reverse=True)


@needs("answers")
def answers_given(shop: Shop, period: Period) -> pd.DataFrame:
    """How many answered, per role, nobody among them: who, answer_count (answers of the period), answer_count_before
    (of the 28 days before)."""
    asked = parts(shop.table("answers"), period, "asked_on")
    counts = asked.groupby(["who", "when"]).size().unstack("when").reindex(index=WHO, columns=[NOW, BEFORE])
    table = counts.fillna(0.0).set_axis(["answer_count", "answer_count_before"], axis=1)
    return table.rename_axis("who").reset_index()


@figure("ask.answers_given:answers")
def answer_count(given: pd.DataFrame) -> Figure:
    """Answers of the period."""
    return _answers(given)


@figure("ask.answers_given:customer_answers")
def customer_answers(given: pd.DataFrame) -> Figure:
    """Answers of customers in the period."""
    return _answers(given[given["who"] == CUSTOMER])


def _answers(given: pd.DataFrame) -> Figure:
    count = float(given["answer_count"].sum())
    return Figure(count, count)


@needs("answers")
def people(
    shop: Shop,
    period: Period,
    *,
    complaints: pd.DataFrame | None = None,
    refunds: pd.DataFrame | None = None,
    document: Document | None = None,
) -> pd.DataFrame:
    """What those asked in the period say beside what the figures say, per topic that either of them names.

    `complaints` is listen.complaints, `refunds` listen.refund_reasons, `document` the findings document; what is not
    given is unknown. Columns: topic, accord, said_by (roles that name trouble, else that call it fine), staff_say and
    customers_say (trouble, fine, named, silent), reviews_show, refunds_show and findings_show (worse: beyond chance, or
    a finding to act on or watch; most: the largest, though not worse; nothing; unknown), complaint_share,
    complaint_share_before (of the topic's largest aspect), refund_count, refund_count_before, amount (at stake).

    accord: denied (said to be fine, figures worse), unheard (figures worse, or the largest complaint where people name
    another; nobody names it), unseen (trouble said, figures show nothing), agree, untested (trouble said, no figures),
    fine. In that order. An answer names trouble where it complains or is marked 1 or 2, and fine where it praises or is
    marked 4 or 5.
    """
    asked = period.clip(shop.table("answers"), "asked_on")
    asked = asked[asked["answer"].fillna("").str.strip().ne("") | asked["score"].notna()]
    if asked.empty:
        return because("table.nobody_asked")
    table = pd.DataFrame({"topic": list(topics())})
    for column, made in (
        *_said(asked).items(),
        *_reviews(complaints).items(),
        *_refunds(refunds).items(),
        *_findings(document).items(),
    ):
        table[column] = table["topic"].map(made)
    table.insert(1, "accord", _accord(table))
    told = (table[SAID] != SILENT).any(axis=1) | table[SHOWN].isin([WORSE, MOST]).any(axis=1)
    table["order"] = table["accord"].map({f"accord.{id}": n for n, id in enumerate(ACCORDS)})
    table = table[told].sort_values(["order", "amount"], ascending=[True, False], kind="stable", ignore_index=True)
    return table.drop(columns="order") if len(table) else because("table.nothing_named")


def _said(asked: pd.DataFrame) -> Columns:
    """staff_say, customers_say and said_by per topic."""
    told: dict[str, dict[str, list[str]]] = {id: {w: [] for w in WHO} for id in topics()}
    for who, question, answer, score in _rows(asked):
        for id, stance in _stances(who, question, answer, score).items():
            told[id][who].append(stance)
    found: Columns = {"said_by": {}, "staff_say": {}, "customers_say": {}}
    for id, stances in told.items():
        by = {who: _sum(said) for who, said in stances.items()}
        leading = _sum(by.values())
        found["said_by"][id] = "/".join(f"who.{w}" for w, s in by.items() if s == leading != SILENT)
        found["staff_say"][id] = _sum(s for w, s in by.items() if w != CUSTOMER)
        found["customers_say"][id] = by[CUSTOMER]
    return found


def _rows(asked: pd.DataFrame) -> Iterable[tuple[str, str, str, float]]:
    texts = asked["answer"].fillna("")
    return zip(asked["who"], asked["question"], texts, asked["score"], strict=True)


def _sum(stances: Iterable[str]) -> str:
    """Trouble outweighs fine, fine a mere mention."""
    said = set(stances)
    return next((s for s in (TROUBLE, FINE, NAMED) if s in said), SILENT)


def _stances(who: str, question: str, answer: str, score: float) -> dict[str, str]:
    """Stance per topic the answer names; where it names none, of those its question names."""
    found = opinions([answer]).iloc[0]
    told = {id: found.reindex(list(t.aspects)) for id, t in topics().items()}
    own = {id for id, t in topics().items() if t.words.search(answer) or (who == CUSTOMER and told[id].notna().any())}
    named = own or {id for id, t in topics().items() if t.words.search(question)}
    return {id: _stance(answer, topics()[id], told[id], score) for id in named}


def _stance(answer: str, topic: Topic, told: pd.Series, score: float) -> str:
    """The mark counts before the words, except for a complaint in so many words."""
    marked = score if MARKS[0] <= score <= MARKS[1] else np.nan
    felt = sum(c.score for c in clauses(answer) if topic.words.search(c.text))
    if (told == COMPLAINT).any() or marked <= LOW or (np.isnan(marked) and felt <= -CLEAR):
        return TROUBLE
    return FINE if (told == PRAISE).any() or marked >= HIGH or felt >= CLEAR else NAMED


def _reviews(complaints: pd.DataFrame | None) -> Columns:
    """reviews_show, complaint_share and complaint_share_before per topic: those of its largest aspect."""
    found: Columns = {"reviews_show": {}, "complaint_share": {}, "complaint_share_before": {}}
    rows = pd.DataFrame(columns=REVIEWS) if complaints is None or complaints.empty else complaints
    known = len(rows) > 0
    rows = rows[~rows["aspect"].isin([ANY, LEFTOVER])].assign(risen=lambda f: _risen(f) & (f["complaints"] >= FEWEST))
    most = rows["complaints"].max()
    for id, topic in topics().items():
        mine = rows[rows["aspect"].isin(topic.aspects)].sort_values("complaints").tail(1)
        shown = _shown(bool(mine["risen"].any()), bool((mine["complaints"] >= max(most, MANY)).any()))
        found["reviews_show"][id] = shown if known and topic.aspects else UNSEEN
        for column in ("complaint_share", "complaint_share_before"):
            found[column][id] = mine[column].sum(min_count=1)
    return found


def _refunds(refunds: pd.DataFrame | None) -> Columns:
    """refunds_show, refund_count and refund_count_before per topic, by the words of the reasons."""
    found: Columns = {"refunds_show": {}, "refund_count": {}, "refund_count_before": {}}
    rows = pd.DataFrame(columns=REFUNDS) if refunds is None or refunds.empty else refunds
    about = {id: rows[rows["reason"].astype("str").str.contains(t.words)] for id, t in topics().items()}
    sums = {id: mine[REFUNDS[1:]].astype("float64").sum(min_count=1) for id, mine in about.items()}
    most = max([MANY, *(s["refund_count"] for s in sums.values() if s["refund_count"] > 0)])
    for id, (now, before) in sums.items():
        risen = now >= MANY and now - before > 2 * np.sqrt(now + before)
        seen = len(rows) > 0 and topics()[id].aspects
        found["refunds_show"][id] = _shown(risen, now >= most) if seen else UNSEEN
        found["refund_count"][id], found["refund_count_before"][id] = float(now), float(before)
    return found


def _risen(rows: pd.DataFrame) -> pd.Series:
    """Complaints more frequent than before by more than chance, had as many reviews been read then as now."""
    n = rows["review_count"].astype("float64")
    apart = gap(rows["complaints"].astype("float64"), n, rows["complaint_share_before"].astype("float64") * n, n)
    return apart["beyond_chance"] & (apart["gap"] > 0)


def _shown(worse: bool, most: bool) -> str:
    return WORSE if worse else MOST if most else NOTHING


def _findings(document: Document | None) -> Columns:
    """findings_show and amount (at stake) per topic."""
    found: Columns = {"findings_show": {}, "amount": {}}
    open_ = {n.rule for n in document.not_concluded} if document else set()
    acts = [f for f in document.findings if f.state in ("act", "watch")] if document else []
    for id, topic in topics().items():
        rules = {r.id for r in load().rules.values() if any(c.startswith(topic.causes) for c in r.causes)}
        mine = [f for f in acts if f.cause.startswith(topic.causes)]
        found["findings_show"][id] = WORSE if mine else NOTHING if document and rules - open_ else UNSEEN
        found["amount"][id] = sum(f.stake.amount for f in mine) if mine else np.nan
    return found


def _accord(table: pd.DataFrame) -> pd.Series:
    says, shows = table[SAID], table[SHOWN]
    trouble, fine = ((says == stance).any(axis=1) for stance in (TROUBLE, FINE))
    worse, most = ((shows == seen).any(axis=1) for seen in (WORSE, MOST))
    known = (shows != UNSEEN).any(axis=1)
    of_goods = table["topic"].map({id: bool(t.aspects) for id, t in topics().items()})
    elsewhere = bool((trouble & of_goods & known & ~worse & ~most).any())
    holds = [
        ~trouble & fine & worse,
        ~trouble & (worse | (most & elsewhere)),
        trouble & known & ~worse & ~most,
        trouble & (worse | most),
        trouble,
    ]
    named = [f"accord.{id}" for id in ACCORDS]
    return pd.Series(np.select(holds, named[:-1], named[-1]), index=table.index)
