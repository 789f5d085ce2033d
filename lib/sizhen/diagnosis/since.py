"""A finding's figure since its trouble began: what is told of it, where the whole period's would water it down."""

from __future__ import annotations

import math

import pandas as pd

from sizhen.diagnosis.claim import Claim
from sizhen.diagnosis.reading import Stretch
from sizhen.document import Now
from sizhen.tables import Period


def stretch(claim: Claim, period: Period) -> Stretch | None:
    """The claim's figure from its first day to the period's end. None where that is not known, or where it lies on the
    other side of the usual than the period's own."""
    if claim.since is None or pd.isna(claim.since) or claim.reading is None:
        return None
    found = claim.reading.begin(claim.since)
    if claim.since <= pd.Timestamp(period.start):
        return found and Stretch(claim.observed, claim.expected, found.top, found.bottom)
    if found is None or (found.value - found.usual) * (claim.observed - claim.expected) < 0:
        return None
    return found


def now(claim: Claim, period: Period) -> Now | None:
    """The figure since the trouble began, and as it was before: the period's own where it began before the period."""
    if claim.since is None or pd.isna(claim.since):
        return None
    found = stretch(claim, period)
    if found is None and claim.since <= pd.Timestamp(period.start):
        found = Stretch(claim.observed, claim.expected, math.nan, math.nan)
    if found is None or not math.isfinite(found.value):
        return None
    usual = round(found.usual, 6) if math.isfinite(found.usual) else None
    return Now(claim.since.date(), round(found.value, 6), usual)
