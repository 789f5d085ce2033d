"""The service desk, the shop's diary, and the questionnaire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from .behave import Outcome
from .frames import counted, dates, lookup, summed
from .push import Push, factor, thin
from .words import words
from .world import World

RESPONSE_SECONDS, IDLE_QUESTIONS = 36.0, 0.0012


def service_daily(world: World, outcome: Outcome, pushes: Iterable[Push]) -> pd.DataFrame:
    people, lines, cat = world.serious, outcome.lines, world.catalogue
    shape, rng = (world.days, len(cat.agents)), world.rng(70)
    asking = outcome.stayed & people.asks
    idle = rng.poisson(outcome.browsers.sum(axis=(1, 2))[:, None] * IDLE_QUESTIONS * cat.agent_weight)
    inquiries = counted(shape, people.day[asking], people.agent[asking]) + idle
    buys = people.asks[lines.who]
    first, paid = buys & ~lines.second, buys & (lines.paid <= lines.day + 1) & (lines.paid < world.days)
    agent = people.agent[lines.who]
    marks = {"agent": np.arange(shape[1])[None, :]}
    slower = factor(pushes, "respond", np.arange(world.days)[:, None], marks)
    seconds = RESPONSE_SECONDS * np.exp(0.18 * rng.standard_normal(shape)) * slower
    happy = np.clip(0.95 - 0.035 * np.log(slower) + 0.012 * rng.standard_normal(shape), 0, 1)
    replied = thin(inquiries, np.clip(0.99 - 0.02 * np.log(slower), 0, 1), rng.standard_normal(shape))
    bought = counted(shape, lines.day[first], agent[first])
    index = np.flatnonzero(inquiries.ravel() > 0)
    day, who = np.divmod(index, shape[1])
    columns = {
        "inquiry_buyers": inquiries,
        "replied_buyers": np.maximum(replied, bought),
        "first_response_seconds": np.round(seconds, 1),
        "inquiry_order_buyers": bought,
        "inquiry_paid_buyers": counted(shape, lines.day[paid & first], agent[paid & first]),
        "inquiry_paid_amount": summed(shape, lines.cents[paid], lines.day[paid], agent[paid]) / 100,
        "satisfaction": np.round(happy, 3),
    }
    keys = {"date": dates(world.plan, day), "agent": lookup(cat.agents, who)}
    return pd.DataFrame(keys | {name: values.ravel()[index] for name, values in columns.items()})


def events_table(world: World, planted: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Promotions, new products, two entries that mean nothing, and what the faults left behind."""
    plan, names, rng = world.plan, words()["events"], world.rng(71)
    rows: list[dict[str, Any]] = [
        {"starts_on": first, "ends_on": last, "kind": "promotion", "name": names["promotion"][plan.language]}
        for first, last, _ in plan.promotions
    ]
    for product in np.flatnonzero(world.catalogue.listed >= 0):
        start = dates(plan, world.catalogue.listed[[product]])[0]
        rows.append(
            {
                "starts_on": start,
                "kind": "launch",
                "name": f"{names['launch'][plan.language]} {world.catalogue.titles[product]}",
                "product_id": world.catalogue.product_ids[product],
            }
        )
    for kind in ("page", "service"):
        start = dates(plan, rng.integers(0, plan.days, 1))[0]
        rows.append({"starts_on": start, "kind": kind, "name": names[kind][plan.language]})
    empty = {"starts_on": None, "name": "", "ends_on": None, "kind": "", "product_id": "", "points": np.nan, "note": ""}
    frame = pd.DataFrame([empty | row for row in (*rows, *planted)]).drop_duplicates(["starts_on", "name"])
    frame["starts_on"] = pd.to_datetime(frame["starts_on"])
    frame["ends_on"] = pd.to_datetime(frame["ends_on"])
    frame["points"] = frame["points"].astype("float64")
    return frame.sort_values(["starts_on", "name"], ignore_index=True)


def answers_table(world: World, troubles: Sequence[tuple[str, int]]) -> pd.DataFrame:
    """Everybody is asked on the last day of each month; `troubles` are (cause, first day) and turn answers."""
    plan, rng = world.plan, world.rng(72)
    every = pd.date_range(plan.start, plan.end)
    rows = []
    for asked in every[every.is_month_end]:
        now = [cause for cause, first in troubles if first <= plan.day(asked.date())]
        for entry in words()["questions"]:
            uneasy = any(cause.startswith(sign) for cause in now for sign in entry["signs"])
            rows.append(
                {
                    "asked_on": asked,
                    "question": entry["question"][plan.language],
                    "who": entry["who"],
                    "answer": entry["uneasy" if uneasy else "calm"][plan.language],
                    "score": 2 if uneasy else int(rng.integers(4, 6)),
                }
            )
    return pd.DataFrame(rows, columns=["asked_on", "question", "who", "answer", "score"])
