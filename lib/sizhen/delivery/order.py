"""What may not go by itself, since it would come after something it contradicts."""

from __future__ import annotations

import re

from sizhen.delivery.outbox import Outbox
from sizhen.tables import Period


def objection(outbox: Outbox, shop: str, period: str, recipient: str) -> str:
    """Why mail about a period has to be asked for with --revise; empty where nothing speaks against it.

    Months are compared with months, weeks with weeks, runs of days with runs of days: a month's mail may follow that
    of a week that ends after it.
    """
    asked = "; if that is meant, send it with --revise"
    mailed = outbox.mailed(shop)
    if any(row.period == period and row.recipient.lower() != recipient.lower() for row in mailed):
        return f"the report of {period} was mailed to another address already{asked}"
    end = Period.parse(period).end
    later = [row.period for row in mailed if _kind(row.period) == _kind(period) and Period.parse(row.period).end > end]
    return f"a later report ({max(later)}) was mailed already{asked}" if later else ""


def _kind(period: str) -> str:
    """The label's form: digits do not tell."""
    return re.sub(r"\d", "", period)
