"""What came of the last advice: its figure now, against what it was then and what was expected of it."""

from __future__ import annotations

from typing import Any

from sizhen.diagnosis.chart import SOURCES, Chart
from sizhen.diagnosis.findings import number

BY_KEY = {
    "channel": "channel",
    "device": "device",
    "product_id": "product",
    "plan": "plan",
    "keyword": "keyword",
    "agent": "agent",
}
RECOVERED, IMPROVED, WORSE = 0.8, 0.3, -0.2


def _now(chart: Chart, metric: str, subject: dict[str, str]) -> float | None:
    """The figure in this period, where a table can tell; its members are found by the subject's last part."""
    key = next(iter(subject), "")
    for source in (BY_KEY.get(key, "shop"), "stock", "desk"):
        if source not in SOURCES or (metric == "in_stock_share") != (source == "stock"):
            continue
        try:
            found = chart.readings(metric, source)
        except KeyError:
            continue
        if found is None:
            continue
        wanted = subject.get(key, "-")
        member = next((m for m in found.frame.index if m == wanted or m.endswith(f"\t{wanted}")), None)
        if member is not None:
            return found[member].observed
    return None


def outcome(then: float, now: float | None, aim: float | None) -> str:
    """How much of the way from `then` to `aim` was made good."""
    if now is None or aim is None or aim == then:
        return "unknown"
    way = (now - then) / (aim - then)
    if way >= RECOVERED:
        return "recovered"
    if way >= IMPROVED:
        return "improved"
    return "worse" if way <= WORSE else "unchanged"


def review(chart: Chart, previous: dict[str, Any] | None) -> list[dict[str, Any]]:
    """One entry per advice of the last findings that asked for action."""
    if previous is None:
        return []
    entries = []
    for old in previous.get("findings", []):
        if old["state"] != "act":
            continue
        now = _now(chart, old["advice"]["expect"]["metric"], old["subject"])
        entries.append(
            {
                "finding": old["id"],
                "advice": old["advice"]["what"][chart.language],
                "then": old["observed"],
                "now": number(now),
                "outcome": outcome(old["observed"], now, old["advice"]["expect"]["value"]),
            }
        )
    return entries
