"""Advertising: clicks dearer than they are worth, spend without sales, pictures nobody clicks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from sizhen.diagnosis.causes.registry import detects
from sizhen.diagnosis.claim import Claim, Patient, fell, from_reading, rose
from sizhen.diagnosis.reading import Reading, Readings
from sizhen.vocab.limits import limit

MIN_CLICKS = 100.0
Suspect = Callable[[str, Reading], bool]
Accuse = Callable[[str, Reading], Claim]


def _subject(source: str, member: str) -> dict[str, str]:
    plan, _, keyword = member.partition("\t")
    return {"keyword": keyword} if source == "keyword" else {"plan": plan}


def _worth_of_click(patient: Patient, source: str, member: str, margin: float | None) -> float:
    """conversion × order value × margin of a click, from the shop's last comparable days; NaN if unknown."""
    rate = patient.chart.readings("return_on_spend", source)
    cost = patient.chart.readings("click_cost", source)
    if margin is None or rate is None or cost is None or member not in rate or member not in cost:
        return float("nan")
    return rate[member].expected * cost[member].expected * margin


def _amounts(readings: Readings) -> pd.DataFrame:
    """observed and expected numerators per member."""
    frame = readings.frame
    expected = frame["expected"] * frame["bottom"] if readings.panel.is_rate else frame["expected"]
    return pd.DataFrame({"observed": frame["top"], "expected": expected})


def _log(observed: float, expected: float) -> float:
    return float(np.log(max(observed, 0.5) / max(expected, 0.5)))


def _culprit(patient: Patient, metric: str, plan: str) -> str | None:
    """The keyword of the plan beside which all its others together hardly moved; None where several did."""
    readings = patient.chart.readings(metric, "keyword")
    if readings is None:
        return None
    words = _amounts(readings)
    words = words[[m.startswith(f"{plan}\t") and m != f"{plan}\t" for m in words.index]]
    whole = words.sum()
    if len(words) < 2 or not whole["expected"] > 0:
        return None
    sign = 1.0 if whole["observed"] > whole["expected"] else -1.0
    worst = str((sign * (words["observed"] - words["expected"])).idxmax())
    rest = whole - words.loc[worst]
    own, others = (_log(*map(float, x.to_numpy())) for x in (words.loc[worst], rest))
    return worst if sign * others < limit("ads", "others_ratio") * sign * own else None


def _find(
    patient: Patient, metric: str, suspect: Suspect, accuse: Accuse, telling: Callable[[str], str]
) -> list[Claim]:
    """One claim per plan: the plan, or the keyword to blame. `telling`: the metric that parts a plan's words."""
    plans, words = patient.chart.readings(metric, "plan"), patient.chart.readings(metric, "keyword")
    claims: dict[str, Claim] = {}
    for reading in plans or ():
        if suspect("plan", reading):
            word = _culprit(patient, telling(reading.member), reading.member)
            known = word is not None and words is not None and word in words
            claims[reading.member] = accuse("keyword", words[word]) if known else accuse("plan", reading)  # type: ignore[index]
    for reading in words or ():
        plan, _, keyword = reading.member.partition("\t")
        if keyword and plan not in claims and suspect("keyword", reading):
            claims[plan] = accuse("keyword", reading)
    return list(claims.values())


def _wasted(patient: Patient, source: str, member: str) -> bool:
    """True when far fewer clicks end in an order, beyond what fewer buyers in the whole shop explain."""
    orders, shop = patient.chart.readings("click_conversion", source), patient.chart.reading("conversion")
    if orders is None or member not in orders or not patient.real("click_conversion", source, member):
        return False
    beyond = orders[member].against(min(shop.ratio, 1.0) if shop is not None else 1.0)
    return fell(beyond, limit("ads.waste", "orders_fell_p"), limit("ads.waste", "orders_fell_by"))


def _poured(patient: Patient, source: str, member: str) -> bool:
    """True when much more was spent, and what was added brought less than half of what spend brings elsewhere."""
    spend, sold = (patient.chart.readings(m, source) for m in ("ad_spend", "paid_amount"))
    if spend is None or sold is None or member not in spend or member not in sold:
        return False
    clicks = patient.chart.readings("clicks", source)
    poured = rose(spend[member], limit("ads.waste", "poured_p"), limit("ads.waste", "poured_by"))
    if not poured or clicks is None or clicks[member].ratio < limit("ads.waste", "poured_clicks_ratio"):
        return False
    usual = sold.frame["expected"].sum() / max(spend.frame["expected"].sum(), 1e-9)
    added = (sold[member].observed - sold[member].expected) / (spend[member].observed - spend[member].expected)
    return bool(added < limit("ads.waste", "added_ratio") * usual)


def _unsold(patient: Patient, source: str, member: str) -> float:
    """What the place's clicks would have sold at their former worth, beyond what they did: of the shop's conversion."""
    clicks, sold = (patient.chart.readings(m, source) for m in ("clicks", "paid_amount"))
    if clicks is None or sold is None or member not in clicks or member not in sold:
        return 0.0
    more = max(clicks[member].observed - clicks[member].expected, 0.0) * patient.money.visitor_value
    return max(sold[member].expected - sold[member].observed, 0.0) + more


@detects("ads.click_cost")
def click_cost(patient: Patient) -> list[Claim]:
    """Clicks became dearer than they are worth, or much dearer: then it is watched while they still pay."""

    def pays(source: str, reading: Reading) -> bool:
        worth = _worth_of_click(patient, source, reading.member, patient.chart.shop.profile.gross_margin)
        return bool(np.isfinite(worth) and reading.observed <= worth)

    def suspect(source: str, reading: Reading) -> bool:
        by = limit("ads.click_cost", "rose_and_pays_by" if pays(source, reading) else "rose_by")
        if reading.n < MIN_CLICKS or not rose(reading, limit("ads.click_cost", "rose_p"), by):
            return False
        return not _wasted(patient, source, reading.member) and not _poured(patient, source, reading.member)

    def accuse(source: str, reading: Reading) -> Claim:
        return Claim(
            "ads.click_cost",
            _subject(source, reading.member),
            level="A",
            evidence=("arithmetic", "timing"),
            amount=(reading.observed - reading.expected) * reading.bottom,
            explains=("ad_spend",),
            quiet=pays(source, reading),
            **from_reading(reading),  # type: ignore[arg-type]
        )

    return _find(patient, "click_cost", suspect, accuse, lambda _: "click_cost")


@detects("ads.waste")
def waste(patient: Patient) -> list[Claim]:
    """Spend rose, or stayed, and the sales it brings fell away or never came."""
    spends = {s: patient.chart.readings("ad_spend", s) for s in ("plan", "keyword")}
    whole = sum(r.observed for r in spends["plan"] or ())

    def cost(source: str, member: str) -> Reading | None:
        spend = spends[source]
        return spend[member] if spend is not None and member in spend else None

    def suspect(source: str, reading: Reading) -> bool:
        spent = cost(source, reading.member)
        least = limit("ads.waste", "spend_share") * whole
        if spent is None or spent.observed < least or spent.ratio < limit("ads.waste", "spend_ratio"):
            return False
        return _poured(patient, source, reading.member) or _wasted(patient, source, reading.member)

    def accuse(source: str, reading: Reading) -> Claim:
        spent = cost(source, reading.member)
        assert spent is not None
        poured = _poured(patient, source, reading.member)
        return Claim(
            "ads.waste",
            _subject(source, reading.member),
            level="A",
            evidence=("arithmetic", "timing"),
            amount=spent.observed - spent.expected if poured else spent.observed * (1 - reading.ratio),
            explains=("ad_spend", "conversion"),
            covers=_unsold(patient, source, reading.member),
            **from_reading(reading),  # type: ignore[arg-type]
        )

    def telling(plan: str) -> str:
        return "ad_spend" if _poured(patient, "plan", plan) else "click_conversion"

    return _find(patient, "return_on_spend", suspect, accuse, telling)


@detects("ads.creative")
def creative(patient: Patient) -> list[Claim]:
    """Shown as often as before and clicked less."""
    shown = {s: patient.chart.readings("impressions", s) for s in ("plan", "keyword")}

    def suspect(source: str, reading: Reading) -> bool:
        views = shown[source]
        if views is None or reading.member not in views:
            return False
        if not fell(reading, limit("ads.creative", "fell_p"), limit("ads.creative", "fell_by")):
            return False
        shown_as_before = views[reading.member].ratio >= limit("ads.creative", "shown_ratio")
        return shown_as_before and patient.real("click_through", source, reading.member)

    def accuse(source: str, reading: Reading) -> Claim:
        views = shown[source]
        assert views is not None
        each = _worth_of_click(patient, source, reading.member, margin=1.0)
        lost_clicks = views[reading.member].observed * (reading.expected - reading.observed)
        return Claim(
            "ads.creative",
            _subject(source, reading.member),
            level="B",
            evidence=("arithmetic", "timing"),
            amount=lost_clicks * (each if np.isfinite(each) else patient.money.visitor_value),
            explains=("visitors",),
            **from_reading(reading),  # type: ignore[arg-type]
        )

    return _find(patient, "click_through", suspect, accuse, lambda _: "click_through")
