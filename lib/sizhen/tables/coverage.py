"""Which days a shop's tables hold, and which questions stay open for want of them."""

from __future__ import annotations

from collections import defaultdict

import pandas as pd

from sizhen.tables.errors import DataError, NoDays
from sizhen.tables.inspect import looks_partial
from sizhen.tables.period import Period
from sizhen.tables.shop import Shop
from sizhen.vocab import Rule, load

DAYS = 56  # eight weeks fit a terminal
THERE, PARTIAL, MISSING, OUTSIDE = "there", "partial", "missing", "outside"


def refuse_empty(shop: Shop, period: Period) -> None:
    """Raises NoDays where no table has a day of the period, DataError where one that is read cannot be."""
    dated = {name: spec.dated for name, spec in load().tables.items() if spec.dated and shop.has(name)}
    if all(period.clip(shop.table(name), column).empty for name, column in dated.items()):
        raise NoDays(f"{shop.id} has no day of {period.label}")


def calendar(shop: Shop) -> pd.DataFrame:
    """One row per daily table, one column per day of the 56 up to the last day any of them holds: there, partial
    (exported before the day was over), missing, or outside (before the table's first day). Broken tables are left out.
    """
    held = {}
    for spec in load().tables.values():
        if spec.dated == "date" and shop.has(spec.name):
            try:
                frame = shop.table(spec.name)
            except DataError:
                continue
            if len(frame):
                held[spec.name] = pd.DatetimeIndex(frame["date"].unique()), looks_partial(frame, spec)
    if not held:
        return pd.DataFrame()
    last = max(days.max() for days, _ in held.values())
    span = pd.date_range(last - pd.Timedelta(days=DAYS - 1), last)
    rows = {name: [_state(day, days, partial) for day in span] for name, (days, partial) in held.items()}
    return pd.DataFrame.from_dict(rows, orient="index", columns=span)


def _state(day: pd.Timestamp, days: pd.DatetimeIndex, partial: bool) -> str:
    if day in days:
        return PARTIAL if partial and day == days.max() else THERE
    return MISSING if day > days.min() else OUTSIDE


def open_questions(overview: pd.DataFrame) -> dict[str, list[Rule]]:
    """The rules without an answer, by what they lack: tables, or `table.column`s without a known value.

    `overview`: of `tables.inspect`. Days of the shop that are worked out from orders count as there.
    """
    lines = overview.set_index("table")
    there = set(lines.index[lines["state"] == "there"])
    unknown = {f"{t}.{c}" for t in there for c in str(lines.loc[t, "unknown_columns"]).split(", ") if c}
    found: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in load().rules.values():
        for need in dict.fromkeys(rule.needs):
            table, _, column = need.partition(".")
            derived = table == "shop_daily" and column and "orders" in there
            lacks = table if table not in there and not derived else need if need in unknown else None
            if lacks and rule not in found[lacks]:
                found[lacks].append(rule)
    return {lacks: rules for lacks, rules in found.items() if rules}
