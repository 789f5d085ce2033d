"""What a shop lost and what it spent too much, as one sum each. The two are never added."""

from __future__ import annotations

from sizhen.document.findings import Finding, Kind
from sizhen.document.model import Document

PRESALE = "data.presale"  # what is missing is paid later


def lost(document: Document) -> float:
    """Sales lost in the period, in the shop's currency, as the verdict tells them: all that is missing, where a trouble
    goes with sales below the usual band or no cause was found; else what troubles took, at most what is missing."""
    sales, troubles, took = document.sales, _troubles(document), _sum(document, "loss")
    if sales.observed is None or sales.expected is None:
        return took
    missing = sales.expected - sales.observed
    below = sales.low is not None and sales.observed < sales.low
    unclear = document.verdict is not None and document.verdict.state == "unclear"
    if unclear or (below and troubles and troubles[0].cause != PRESALE):
        return max(missing, 0.0)
    return min(took, missing) if missing > 0 else took


def overspent(document: Document) -> float:
    """Money spent too much in the period, in the shop's currency."""
    return _sum(document, "cost")


def _sum(document: Document, kind: Kind) -> float:
    return sum(f.stake.amount for f in _troubles(document) if f.stake.kind == kind)


def _troubles(document: Document) -> list[Finding]:
    """What asks for something to be done; where nothing does, what is to be watched, but not of a shop that is fine."""
    told = document.verdict is None or document.verdict.state in ("act", "watch")
    return document.in_state("act") or document.in_state("watch") if told else []
