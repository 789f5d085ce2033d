"""The desk: what waiting goes with, agents beside each other, what the mix did. Small tables with known answers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.exam import ask
from sizhen.exam.ask_agents import _mixed
from sizhen.tables import Period, Shop
from small_shop import shop_of

MONTH = Period.parse("2026-10")
DAYS = pd.date_range("2026-09-03", "2026-11-03")  # all of baseline and period is final
NOW = (DAYS >= "2026-10-01") & (DAYS <= "2026-10-31")
BUSY = np.arange(len(DAYS)) % 3 == 0


def desk(agent: str, asked: object, paid: object, wait: object = 30.0, **more: object) -> pd.DataFrame:
    rows = {"date": DAYS, "agent": agent, "inquiry_buyers": asked, "inquiry_paid_buyers": paid}
    return pd.DataFrame(rows | {"first_response_seconds": wait} | more)


def served(folder: Path, *agents: pd.DataFrame, **tables: pd.DataFrame) -> Shop:
    return shop_of(folder, service_daily=pd.concat(agents), **tables)


def test_the_desk_s_figures_stand_beside_before_and_the_norm(tmp_path: Path) -> None:
    agent = desk("a", 100, np.where(NOW, 40, 60), replied_buyers=90, satisfaction=0.9)
    table = ask.desk_figures(served(tmp_path, agent, shop_daily=pd.DataFrame({"date": DAYS, "visitors": 1000})), MONTH)
    rows = table.set_index("metric")
    assert rows["value"].to_dict() == pytest.approx(
        {
            "inquiry_rate": 0.1,
            "replied_share": 0.9,
            "inquiry_conversion": 0.4,
            "first_response_seconds": 30,
            "satisfaction": 0.9,
        }
    )
    assert rows.loc["inquiry_conversion", ["value_before", "norm", "norm_source"]].to_list() == [0.6, 0.5, "S3, 2012"]
    assert rows["norm"].notna().sum() == 1
    assert rows["n"].to_list() == [31_000, 3100, 3100, 3100, 3100]
    assert rows["beyond_chance"].fillna(False).to_list() == [False, False, True, False, False]
    assert rows["beyond_chance"].isna().to_list() == [False, False, False, True, True]
    assert rows.loc["inquiry_conversion", "low"] < 0.4 < rows.loc["inquiry_conversion", "high"]


def slopes(shop: Shop) -> pd.DataFrame:
    return ask.response_slope(shop, MONTH).set_index("compared")


def test_a_true_loss_is_seen_in_every_comparison(tmp_path: Path) -> None:
    """Twice the wait costs ten points, whoever and whenever."""
    fast, slow = desk("a", 100, 60, np.where(BUSY, 60.0, 30.0)), desk("b", 100, 50, np.where(BUSY, 30.0, 60.0))
    fast["inquiry_paid_buyers"] = np.where(BUSY, 50, 60)
    slow["inquiry_paid_buyers"] = np.where(BUSY, 60, 50)
    found = slopes(served(tmp_path, fast, slow))
    assert found.index.to_list() == ["all", "same_agent", "same_day"]
    assert found["per_doubling"].to_list() == pytest.approx([-0.1] * 3)
    assert found["inquiry_buyers"].iloc[0] == 2 * 100 * 59


def test_busy_days_do_not_fake_it(tmp_path: Path) -> None:
    """On busy days everyone is slow and sells less; on one day the slower agent sells as much as the other."""
    wait = np.where(BUSY, 120.0, 30.0)
    one = desk("a", 100, np.where(BUSY, 40, 60), wait)
    other = desk("b", 100, np.where(BUSY, 40, 60), wait * np.where(np.arange(len(DAYS)) % 2, 1.0, 2.0))
    found = slopes(served(tmp_path, one, other))
    assert found.loc["same_agent", "per_doubling_high"] < 0
    assert found.loc["same_day", "per_doubling"] == pytest.approx(0, abs=1e-9)


def test_a_slow_agent_who_sells_less_does_not_fake_it(tmp_path: Path) -> None:
    jitter = np.where(BUSY, 1.0, 2.0)
    found = slopes(served(tmp_path, desk("a", 100, 60, 30 * jitter), desk("b", 100, 30, 240 * jitter)))
    assert found.loc["all", "per_doubling"] < -0.05
    assert found.loc["same_agent", "per_doubling"] == pytest.approx(0, abs=1e-9)


def test_one_agent_tells_nothing_within_a_day(tmp_path: Path) -> None:
    found = slopes(served(tmp_path, desk("a", 100, np.where(BUSY, 40, 60), np.where(BUSY, 60.0, 30.0))))
    assert found.index.to_list() == ["same_agent"]
    assert found["per_doubling"].to_list() == pytest.approx([-0.2])


def test_equal_waits_tell_nothing(tmp_path: Path) -> None:
    frame = ask.response_slope(served(tmp_path, desk("a", 100, 40), desk("b", 100, 60)), MONTH)
    assert frame.empty
    assert frame.attrs["empty"] == "table.few_waits"


def noisy() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    agents = [desk(n, rng.integers(20, 60, len(DAYS)), 0, rng.uniform(10, 200, len(DAYS))) for n in "abc"]
    both = pd.concat(agents, ignore_index=True)
    return both.assign(inquiry_paid_buyers=rng.binomial(both["inquiry_buyers"], 0.5))


def test_order_and_scale_change_no_slope(tmp_path: Path) -> None:
    rows = noisy()
    mixed = rows.sample(frac=1, random_state=1)
    doubled = rows.assign(**{c: rows[c] * 2 for c in ("inquiry_buyers", "inquiry_paid_buyers")})
    plain, *others = (slopes(served(tmp_path, r)).drop(columns="inquiry_buyers") for r in (rows, mixed, doubled))
    for other in others:
        pd.testing.assert_frame_equal(plain, other)


@pytest.mark.slow
def test_nineteen_in_twenty_intervals_hold_the_truth(tmp_path: Path) -> None:
    rng, hits = np.random.default_rng(1), []
    for _ in range(60):
        busy = rng.random(len(DAYS)) < 0.4
        agents = []
        for name in "abc":
            wait = np.where(busy, 120, 40) * rng.uniform(0.5, 2, len(DAYS))
            rate = 0.6 - 0.05 * np.log2(wait / 40) - 0.1 * busy
            agents.append(desk(name, 80, rng.binomial(80, rate), wait))
        row = slopes(served(tmp_path, *agents)).loc["same_day"]
        hits.append(row["per_doubling_low"] <= -0.05 <= row["per_doubling_high"])
    assert np.mean(hits) >= 0.87


def test_an_agent_stands_beside_all_the_others(tmp_path: Path) -> None:
    table = ask.agents(served(tmp_path, desk("a", 100, 40), desk("b", 50, 30), desk("c", 50, 30)), MONTH)
    first = table.set_index("agent").loc["a"]
    assert first["gap"] == pytest.approx(0.4 - 0.6)
    assert first["gap_low"] < -0.2 < first["gap_high"] < 0
    assert table["beyond_chance"].to_list() == [True, True, True]
    alone = ask.agents(served(tmp_path, desk("a", 100, 40)), MONTH)
    assert alone[["gap", "gap_low", "gap_high", "beyond_chance"]].isna().all(axis=None)


def test_the_mix_is_told_from_the_rates(tmp_path: Path) -> None:
    """a stays at 60 %, b at 20 %; b's askers rise from a fifth to half: all mix, none rate."""
    shop = served(
        tmp_path,
        desk("a", np.where(NOW, 50, 80), np.where(NOW, 30, 48)),
        desk("b", np.where(NOW, 50, 20), np.where(NOW, 10, 4)),
    )
    table = ask.agent_mix(shop, MONTH)
    assert table["of_rate"].to_list() == pytest.approx([0, 0])
    assert table["of_mix"].sum() == pytest.approx(0.4 - 0.52)
    assert (table.attrs["value"], table.attrs["value_before"]) == pytest.approx((0.4, 0.52))
    assert table["agent_label"].to_list() == [1, 2]


def test_a_new_agent_counts_as_mix_alone(tmp_path: Path) -> None:
    both = desk("a", 50, 30), desk("b", np.where(NOW, 50, np.nan), np.where(NOW, 10, np.nan))
    table = ask.agent_mix(served(tmp_path, *both), MONTH)
    assert table["of_rate"].to_list() == pytest.approx([0, 0])
    assert table["inquiry_conversion_before"].isna().to_list() == [False, True]
    assert table["of_mix"].sum() == pytest.approx(0.4 - 0.6)


COUNTS = st.lists(st.tuples(*[st.integers(0, 500), st.floats(0, 1)] * 2), min_size=1, max_size=8)


@given(COUNTS)
@settings(max_examples=examples(200))
def test_mix_and_rates_add_up_to_the_change(rows: list[tuple[int, float, int, float]]) -> None:
    index = pd.Index([str(n) for n in range(len(rows))])
    asked = pd.DataFrame({"before": [r[0] for r in rows], "period": [r[2] for r in rows]}, index=index).astype(
        "float64"
    )
    paid = asked * pd.DataFrame({"before": [r[1] for r in rows], "period": [r[3] for r in rows]}, index=index)
    if not (asked.sum() > 0).all():
        return
    table = _mixed(asked, paid)
    change = paid["period"].sum() / asked["period"].sum() - paid["before"].sum() / asked["before"].sum()
    assert table[["of_rate", "of_mix"]].sum().sum() == pytest.approx(change, abs=1e-9)


def test_weeks_of_agents_end_with_the_period_and_name_nobody(tmp_path: Path) -> None:
    shop = served(
        tmp_path, desk("王小芳", 20, 10, satisfaction=0.9), desk("李小雷", 40, 10, satisfaction=np.where(NOW, 0.8, 0.7))
    )
    table = ask.agent_weeks(shop, MONTH)
    last = table[table["week"] == "2026-10-25"].set_index("agent_label")
    assert last["satisfaction"].to_dict() == pytest.approx({1.0: 0.8, 2.0: 0.9})
    assert last["inquiry_buyers"].to_dict() == {1.0: 280, 2.0: 140}
    assert table["week"].min() == pd.Timestamp("2026-09-06")
    named = pd.concat([f.astype("str") for f in (table, ask.agent_mix(shop, MONTH), ask.response_slope(shop, MONTH))])
    assert not named.apply(lambda c: c.str.contains("王小芳|李小雷")).any(axis=None)


@pytest.mark.parametrize("name", ["desk_figures", "response_slope", "agents", "agent_mix", "agent_weeks"])
def test_days_outside_change_nothing(name: str, tmp_path: Path) -> None:
    rows = noisy()
    older = rows[rows["date"] == "2026-09-10"].assign(date=pd.Timestamp("2026-05-01"))
    plain, more = (getattr(ask, name)(served(tmp_path, *r), MONTH) for r in ([rows], [rows, older]))
    if "week" in more:
        more = more[more["week"] >= plain["week"].min()].reset_index(drop=True)
    pd.testing.assert_frame_equal(plain, more)
