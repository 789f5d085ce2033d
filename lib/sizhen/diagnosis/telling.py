"""What a finding says, asks for and advises: the wordings of its cause with the case's figures in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from sizhen.diagnosis import wording
from sizhen.diagnosis.chart import Chart
from sizhen.diagnosis.claim import Claim
from sizhen.diagnosis.since import stretch
from sizhen.document import Size
from sizhen.vocab import Text, load, names

FEW_SIZES = 4
MOST_OF_A_REASON = 16  # columns


@dataclass(frozen=True)
class Told:
    """`says`: what was seen; `task`: what to do, in a line; `what`: its steps."""

    says: Text
    task: Text
    what: Text


def tell(chart: Chart, claim: Claim, shelf: Sequence[Size], price: float | None) -> Told:
    """`shelf`: the sizes of the product; `price`: what a click is worth, where it is known."""
    values = _values(chart, claim, shelf, price)
    cases = _cases(claim, shelf, price, nobody=values["of_ten"] == "0")
    of = {"says": claim.entry.says, "task": claim.entry.task, "what": claim.entry.advice.what}
    return Told(*(_worded(part, claim.cause, cases, usual).fill(**values) for part, usual in of.items()))


def _worded(part: str, cause: str, cases: Sequence[str], usual: Text) -> Text:
    """The wording of the first case that has one of its own."""
    words = load().words
    return next((words[id] for case in cases if (id := f"{part}.{cause}.{case}") in words), usual)


def _cases(claim: Claim, shelf: Sequence[Size], price: float | None, *, nobody: bool) -> list[str]:
    """The cases a claim is, the most particular first, as words_diagnosis.toml names them. `nobody`: of ten who want
    the product, none can buy it."""
    found = ["opportunity"] if claim.opportunity else []
    match claim.cause:
        case "stock.sold_out" if shelf:
            gone = sum(size.gone_since is not None for size in shelf)
            found += ["back"] if not gone else ["none"] * nobody + ["all"] if gone == len(shelf) else []
        case "ads.click_cost" if price is not None:
            found.append("priced" if claim.observed > price else "pays")
        case "market.demand" if claim.observed > claim.expected:
            found.append("rose")
        case "peer.promotion":
            found.append("_".join(["fact"] * (claim.level == "D") + ["ended"] * ("until" in claim.told)))
        case "peer.price_cut" if claim.level == "D":
            found.append("fact")
        case "refund.rise" if "reason" in claim.told:
            found.append("reason")
        case "unexplained.visitors" | "unexplained.conversion" | "unexplained.average_order_value":
            found += ["partly"] * ("partly" in claim.told)
    return [*found, *claim.subject]


def _values(chart: Chart, claim: Claim, shelf: Sequence[Size], price: float | None) -> dict[str, Text | str]:
    """All that a wording of causes.toml can tell; a dash where it is not known."""
    metric, money = claim.metric, chart.shop.profile.currency
    observed, expected = wording.together([claim.observed, claim.expected], metric, money)
    since = stretch(claim, chart.period)
    now, before = (claim.observed, claim.expected) if since is None else (since.value, since.usual)
    shown = wording.together([now, before], metric, money)
    told = claim.told
    cut, peer, until = told.get("cut"), told.get("peer"), told.get("until")
    reason = names.cut(str(told.get("reason", "—")), MOST_OF_A_REASON)
    return {
        "place": wording.place(chart.shop, claim.subject),
        "metric": load().metrics[metric].label,
        "observed": observed,
        "expected": expected,
        "since": wording.day(claim.since),
        "now": shown[0],
        "before": shown[1],
        "change": wording.share(abs(now / before - 1)) if before > 0 else "—",
        "n": _count(claim.n if since is None else since.bottom),
        "count": _count(claim.observed * claim.n if since is None else since.top),
        "per_hundred": _per_hundred(before),
        "of_ten": _count(now * 10),
        "sizes": _sizes(shelf),
        "price": wording.told(price, "click_cost", money),
        "peer": wording.place(chart.shop, {"peer_id": str(peer)}) if peer is not None else "—",
        "reason": reason,
        "cut": wording.share(float(cut)) if cut is not None else "—",
        "until": wording.day(pd.Timestamp(until)) if until is not None else "—",
    }


def _count(value: float) -> str:
    return f"{value:,.0f}" if math.isfinite(value) else "—"


def _per_hundred(rate: float) -> Text:
    if math.isfinite(rate) and 0 < rate < 0.005:
        return Text("不到 1", "fewer than 1")
    return Text(*[_count(rate * 100)] * 2)


def _sizes(shelf: Sequence[Size]) -> Text:
    """The sizes that are gone: by name, or how many where they are many."""
    gone = [size.sku for size in shelf if size.gone_since is not None]
    if not gone:
        return load().words["sizes.gone"]
    if len(gone) <= FEW_SIZES and all(len(sku) <= names.TAIL for sku in gone):
        return Text("、".join(gone), ", ".join(gone))
    return load().words["sizes.many"].fill(count=len(gone))
