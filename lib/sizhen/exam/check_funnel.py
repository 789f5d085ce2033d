"""The funnel: how many go on at each step, in the whole shop and per channel, device or product."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from sizhen.exam.figures import Figure, figure, of
from sizhen.exam.look_products import named
from sizhen.exam.needs import needs, unknown
from sizhen.exam.proportions import gap
from sizhen.exam.tier import tier_conversion
from sizhen.exam.trailing import days_with_data
from sizhen.tables import Period, Shop, prepared

STEPS = ("visitors", "product_visitors", "cart_buyers", "order_buyers", "paid_buyers")
PASSED_BY = ("order_buyers", "paid_buyers")  # one can order without a cart, and pay for the order of an earlier day
CONTRADICTION, SKIPPED = "contradiction", "skipped"
LOST = ["lost", "lost_more", "buyers_more", "buyers_more_low", "buyers_more_high"]
GAP = ["of_step_gap", "gap_low", "gap_high", "beyond_chance"]


def _steps(now: pd.DataFrame) -> list[str]:
    """The steps known in the period, favourites in place of carts where carts are unknown."""
    known = [s for s in STEPS if s in now and now[s].notna().any()]
    if "cart_buyers" in known or "favourite_buyers" not in now or now["favourite_buyers"].isna().all():
        return known
    place = sum(s in known for s in STEPS[: STEPS.index("cart_buyers")])
    return [*known[:place], "favourite_buyers", *known[place:]]


def _flows(frame: pd.DataFrame, by: list[str], steps: Sequence[str]) -> pd.DataFrame:
    """Per member and step but the first: how many stood above (`above`) and went on (`on`), and how many visitors there
    were (`of_all`) and went on (`on_visitors`), each over the rows that know both; columns (step, figure)."""
    columns: dict[tuple[str, str], pd.Series] = {}
    for above, step in pairwise(steps):
        for start, figures in ((above, ("above", "on")), (steps[0], ("of_all", "on_visitors"))):
            known = frame[start].notna() & frame[step].notna()
            columns |= {(step, f): frame[c].where(known) for f, c in zip(figures, (start, step), strict=True)}
        columns[step, "people"] = frame[step]
    return pd.DataFrame(columns).groupby([frame[c] for c in by], observed=True).sum(min_count=1)


def _doubt(table: pd.DataFrame) -> pd.Series:
    """Why a step that grows cannot be read: people passed the step above by, or the counts contradict each other."""
    grows, may = table["on"] > table["above"], table["step"].isin(PASSED_BY)
    contradicts = (grows & ~may) | (table["on_visitors"] > table["of_all"])
    return pd.Series(np.select([contradicts, grows], [CONTRADICTION, SKIPPED], ""), index=table.index, dtype="str")


def _measured(table: pd.DataFrame) -> pd.DataFrame:
    """of_step (+ _before, _change), its gap and the people lost, from above, on and those before."""
    believed = table["doubt"] == ""
    above, on = table["above"].where(believed & (table["above"] > 0)), table["on"].where(believed)
    fits = table["on_before"] <= table["above_before"]
    above_before, on_before = table["above_before"].where(fits), table["on_before"].where(fits)
    table["of_step"], table["of_step_before"] = on / above, on_before / above_before.where(above_before > 0)
    table["of_step_change"] = table["of_step"] - table["of_step_before"]
    table[GAP] = gap(on, above, on_before, above_before)
    table["lost"] = above - on
    table["lost_more"] = -above * table["of_step_gap"]
    for side, by in (("", "of_step_gap"), ("_low", "gap_low"), ("_high", "gap_high")):
        table[f"buyers_more{side}"] = above * table[by] * table["goes_through"]
    return table


def _table(frame: pd.DataFrame, period: Period, by: list[str], steps: Sequence[str]) -> pd.DataFrame:
    """One row per member and step but the first: its flow from the step above and from all visitors."""
    now, before = period.clip(frame), period.baseline.clip(frame)
    flows, past = _flows(now, by, steps), _flows(before, by, steps)
    past = past.reindex(flows.index)
    parts = [flows[s].join(past[s].drop(columns="people").add_suffix("_before")).assign(step=s) for s in steps[1:]]
    parts = [part.reset_index() for part in parts]
    table = pd.concat(parts, ignore_index=True)
    through = table[by].merge(parts[-1][[*by, "on_visitors"]], how="left", on=by)["on_visitors"]
    share = through / table["on_visitors"].where(table["on_visitors"] > 0)
    table["goes_through"] = share.where(share <= 1)
    return _measured(table.assign(doubt=_doubt(table)))


@needs("shop_daily")
def funnel(shop: Shop, period: Period) -> pd.DataFrame:
    """Per step from visitors to paying buyers, known steps only (favourites where carts are unknown): step, people
    (daily people added up), of_visitors (share of the visitors; + _before, _change), of_step (share of the step above;
    + _before, _change), of_step_gap (now − before) with gap_low, gap_high (95 %), beyond_chance, lost (people who did
    not go on), lost_more (than at the rate before), buyers_more (what that is in people of the last step, as many as go
    through from here; + _low, _high, 95 %), doubt, tier_conversion (of the last step).

    A step with more people than the one above has no of_step and says why in `doubt`: `skipped` (bought without a
    cart, paid for an earlier order) or `contradiction`. An interval counts people as independent of each other.
    """
    daily = shop.daily().assign(shop="")
    now = period.clip(daily)
    steps = _steps(now)
    if "visitors" not in steps:
        return unknown() if now.empty else unknown("visitors")
    columns = ["step", "people", "of_visitors", "of_visitors_before", "of_visitors_change"]
    columns += ["of_step", "of_step_before", "of_step_change", *GAP, *LOST, "doubt", "tier_conversion"]
    known_before = 1.0 if days_with_data(daily, period.baseline) else float("nan")
    first = {"step": steps[0], "people": now[steps[0]].sum(), "beyond_chance": False, "doubt": ""}
    for share in ("of_visitors", "of_step"):
        first |= {share: 1.0, f"{share}_before": known_before, f"{share}_change": known_before - known_before}
    if len(steps) == 1:
        return pd.DataFrame([first]).reindex(columns=columns)
    table = _table(daily, period, ["shop"], steps)
    for side in ("", "_before"):
        rate = table[f"on_visitors{side}"] / table[f"of_all{side}"].where(table[f"of_all{side}"] > 0)
        table[f"of_visitors{side}"] = rate.where(rate <= 1)
    table["of_visitors_change"] = table["of_visitors"] - table["of_visitors_before"]
    table["tier_conversion"] = tier_conversion(shop, period) if steps[-1] == "paid_buyers" else float("nan")
    table["tier_conversion"] = table["tier_conversion"].where(table["step"] == "paid_buyers")
    return pd.concat([pd.DataFrame([first]), table], ignore_index=True).reindex(columns=columns)


@figure("check.funnel:conversion")
def conversion(funnel: pd.DataFrame) -> Figure:
    """Paying buyers ÷ visitors; n: visitors. Unknown where the two contradict each other."""
    steps = funnel.set_index("step")
    rate = float(steps["of_visitors"].get("paid_buyers", float("nan")))
    return of(rate, float(steps["people"].get("visitors", float("nan"))))


def _by(frame: pd.DataFrame, period: Period, member: str) -> pd.DataFrame:
    """The funnel per member, most visitors first; a member's step has a row where the period knows it."""
    now = period.clip(frame)
    steps = _steps(now)
    if len(steps) < 2 or steps[0] != "visitors":
        return unknown() if now.empty else unknown("visitors")
    table = _table(frame, period, [member], steps)
    table = table[table["people"].notna() & table["above"].notna()]
    size = now.groupby(member, observed=True)["visitors"].sum()
    order = table.assign(size=table[member].map(size), place=table["step"].map(steps.index))
    order = order.sort_values(["size", member, "place"], ascending=[False, True, True], ignore_index=True)
    shown = [member, "step", "people", "of_step", "of_step_before", "of_step_change", *GAP, *LOST, "doubt"]
    return order[shown]


@needs("traffic_daily")
def funnel_channels(shop: Shop, period: Period) -> pd.DataFrame:
    """Per channel, most visitors first, and step after the visit: channel, step, people, of_step (+ _before, _change),
    of_step_gap with gap_low, gap_high, beyond_chance (held over all rows), lost, lost_more, buyers_more (+ _low,
    _high), doubt: as in `funnel`."""
    return _by(prepared.channel_totals(shop.table("traffic_daily")), period, "channel")


@needs("traffic_daily")
def funnel_devices(shop: Shop, period: Period) -> pd.DataFrame:
    """`funnel_channels` per device."""
    return _by(prepared.devices_apart(shop.table("traffic_daily")), period, "device")


@needs("product_daily")
def funnel_products(shop: Shop, period: Period) -> pd.DataFrame:
    """`funnel_channels` per product, with title and role."""
    table = _by(shop.table("product_daily"), period, "product_id")
    return table if table.empty else named(table, shop)
