"""What asking counts: the desk, the peers, the people."""

from __future__ import annotations

import pandas as pd
import pytest

from sizhen.exam import ask
from sizhen.tables import Period, Shop
from sizhen.view import tables, use
from small_shop import shop_of

OCTOBER = Period.parse("2026-10")
SHOP = 'shop_id = "small"\nname = "小店"\nplatform = "taobao"\n'
DAYS = pd.date_range("2026-09-03", "2026-10-31")
NOW = DAYS >= "2026-10-01"
PHONE = "13912345678"


def desk() -> pd.DataFrame:
    """王芳 serves 10 a day, sells to 5 and answers in 20 s; 李雷 20, 4 and 200 s. The last two days are not final."""
    fang = pd.DataFrame({"date": DAYS, "agent": "王芳", "inquiry_buyers": 10, "inquiry_paid_buyers": 5})
    lei = pd.DataFrame({"date": DAYS, "agent": "李雷", "inquiry_buyers": 20, "inquiry_paid_buyers": 4})
    both = pd.concat([fang.assign(first_response_seconds=20.0), lei.assign(first_response_seconds=200.0)])
    both.loc[both["date"] >= "2026-10-30", "inquiry_paid_buyers"] = 0
    return both


def own() -> pd.DataFrame:
    plain = pd.DataFrame({"date": DAYS, "visitors": 300, "paid_buyers": 6, "paid_amount": 600.0})
    return plain.assign(returning_paid_buyers=3, returning_paid_amount=450.0)


def peers() -> pd.DataFrame:
    return pd.DataFrame({"peer_id": ["t", "a"], "name": ["同层均值", "对家"], "kind": ["tier_average", "similar"]})


def peers_daily() -> pd.DataFrame:
    tier = pd.DataFrame({"date": DAYS, "peer_id": "t", "visitors": 200, "conversion": 0.03})
    rival = pd.DataFrame({"date": DAYS, "peer_id": "a", "visitors_index": [100.0] * 28 + [150.0] * 31})
    rival["promotion"] = [
        "满减" if day in ("2026-10-05", "2026-10-06", "2026-10-20") else "" for day in DAYS.astype(str)
    ]
    return pd.concat([tier, rival])


OFFERS = pd.DataFrame(
    {
        "date": ["2026-09-20", "2026-10-02", "2026-10-30", "2026-10-30"],
        "peer_id": "a",
        "peer_product_id": ["x", "x", "x", "y"],
        "product_id": ["p1", "p1", "p1", None],
        "price": [100.0, 100.0, 80.0, 5.0],
        "units_sold": [1, 2, 3, 4],
    }
)
PRICES = pd.DataFrame({"date": ["2026-09-20", "2026-10-31"], "product_id": "p1", "price": [90.0, 100.0]})
LOST = pd.DataFrame({"date": DAYS, "peer_id": "a", "lost_buyers": [1] * 28 + [2] * 31, "lost_amount": 10.0})
ANSWERS = pd.DataFrame(
    {
        "asked_on": ["2026-09-10", "2026-10-10", "2026-10-11"],
        "question": ["卖得如何", "卖得如何", "为什么不买了"],
        "who": ["owner", "owner", "customer"],
        "answer": ["还行", "变差了", f"<b>太贵</b> {PHONE}"],
        "score": [4, 2, None],
    }
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return shop_of(
        tmp_path_factory.mktemp("whole"),
        SHOP,
        service_daily=desk(),
        shop_daily=own(),
        peers=peers(),
        peers_daily=peers_daily(),
        peer_products_daily=OFFERS,
        product_daily=PRICES,
        lost_buyers_daily=LOST,
        answers=ANSWERS,
    )


def test_the_desk_counts_ripe_days_only(whole: Shop) -> None:
    now = ask.service(whole, OCTOBER).set_index("when").loc["period"]
    assert now[["days", "inquiry_buyers", "inquiry_rate"]].to_list() == pytest.approx([31, 930, 0.1])
    assert now["inquiry_conversion"] == pytest.approx(9 / 30)
    assert now["first_response_seconds"] == pytest.approx((10 * 20 + 20 * 200) / 30)
    days = ask.service_days(whole, OCTOBER).set_index("date")
    assert days.index[days["not_final"]].to_list() == [pd.Timestamp("2026-10-30"), pd.Timestamp("2026-10-31")]
    assert days.loc["2026-10-30":, "inquiry_conversion"].isna().all()


def test_agents_are_numbered_by_volume_and_not_named(whole: Shop) -> None:
    desk = ask.agents(whole, OCTOBER)
    assert desk["agent"].to_list() == ["李雷", "王芳"]
    assert desk["agent_label"].to_list() == [1, 2]
    assert desk["inquiry_conversion"].to_list() == pytest.approx([0.2, 0.5])
    assert desk["average"].to_list() == pytest.approx([0.3, 0.3])
    use("zh")
    html = tables.show(desk, columns=[c for c in desk if c != "agent"]).html
    assert "王芳" not in html
    assert "李雷" not in html


def test_response_bands_hold_who_waited_how_long(whole: Shop) -> None:
    bands = ask.response_bands(whole, OCTOBER)
    assert bands["response_band"].to_list() == ["0–30", "120–300"]
    assert bands["inquiry_buyers"].to_list() == [570, 1140]
    assert bands["inquiry_conversion"].to_list() == pytest.approx([0.5, 0.2])


def test_returning_buyers(whole: Shop) -> None:
    now = ask.returning(whole, OCTOBER).set_index("when").loc["period"]
    assert now[["paid_buyers", "repeat_share", "returning_value", "average_order_value"]].to_list() == [
        186,
        0.5,
        150,
        100,
    ]


def test_peers_stand_beside_the_shop(whole: Shop) -> None:
    side = ask.peers(whole, OCTOBER)
    assert side["kind"].to_list() == ["own", "tier_average", "similar"]
    assert side["conversion"].to_list()[:2] == pytest.approx([0.02, 0.03])
    assert side["visitors_change"].to_list() == pytest.approx([0, 0, 0.5])
    assert side["promotion_days"].to_list()[1:] == [0, 3]


def test_levels_are_rebased_to_before(whole: Shop) -> None:
    days = ask.peer_days(whole, OCTOBER)
    last = days.groupby("peer_id")["index_level"].last()
    assert last.to_dict() == pytest.approx({"": 100, "a": 150, "t": 100})
    assert set(days["metric"]) == {"visitors"}


def test_same_style_compares_last_prices(whole: Shop) -> None:
    offers = ask.same_style(whole, OCTOBER)
    assert len(offers) == 1
    row = offers.iloc[0]
    assert row[["own_price", "peer_price", "units_sold"]].to_list() == [100, 80, 2.5], "sold a day, not in the month"
    assert row[["price_gap", "peer_price_change", "own_price_change"]].to_list() == pytest.approx([-0.2, -0.2, 1 / 9])


def test_lost_buyers_before_stand_for_as_many_days(whole: Shop) -> None:
    row = ask.lost_buyers(whole, OCTOBER).iloc[0]
    assert row[["name", "lost_buyers", "lost_amount", "lost_buyers_share"]].to_list() == ["对家", 62, 310, 1]
    assert row["lost_buyers_before"] == pytest.approx(31)


def test_promotions_are_runs_of_days(whole: Shop) -> None:
    runs = ask.promotions(whole, OCTOBER)
    assert runs["days"].to_list() == [2, 1]
    assert runs["starts_on"].to_list() == [pd.Timestamp("2026-10-05"), pd.Timestamp("2026-10-20")]


def test_own_promotions_come_from_events(shop) -> None:
    events = pd.DataFrame(
        {"starts_on": ["2026-08-01"], "ends_on": ["2026-10-02"], "name": ["秋促"], "kind": ["promotion"]}
    )
    runs = ask.promotions(shop(peers_daily=peers_daily(), events=events), OCTOBER)
    assert runs["kind"].iloc[0] == "own"
    assert runs["starts_on"].iloc[0] == pd.Timestamp("2026-09-03")


def test_answers_are_the_last_ones_and_masked(whole: Shop) -> None:
    told = ask.answers(whole, OCTOBER)
    assert told["who"].to_list() == ["owner", "customer"]
    assert told["score"].iloc[0] == 2
    assert told["score_before"].iloc[0] == 4
    use("zh")
    html = tables.show(told).html
    assert "●●●" in html
    assert PHONE not in html
    assert "<b>" not in html


@pytest.mark.parametrize("name", ask.__all__)
def test_a_missing_table_is_named(shop, name: str) -> None:
    frame = getattr(ask, name)(shop(), OCTOBER)
    assert frame.empty
    assert frame.attrs["needs"]


@pytest.mark.parametrize("name", ask.__all__)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_column_has_a_label(whole: Shop, name: str, language: str) -> None:
    use(language)
    assert "<table" in tables.show(getattr(ask, name)(whole, OCTOBER)).html


def test_roles_that_were_not_asked_count_none(whole: Shop) -> None:
    given = ask.answers_given(whole, OCTOBER).set_index("who")
    assert given["answer_count"].sum() == 2
    assert given.loc[["owner", "customer", "design"], "answer_count"].to_list() == [1, 1, 0]
    assert given.loc["owner", "answer_count_before"] == 1
    assert ask.answers_given(whole, Period.parse("2020-01"))["answer_count"].sum() == 0


@pytest.mark.parametrize("name", [n for n in ask.__all__ if n != "answers_given"])
def test_a_period_without_rows_is_empty(whole: Shop, name: str) -> None:
    frame = getattr(ask, name)(whole, Period.parse("2020-01"))
    assert frame.empty
    assert frame.attrs["needs"] == []


@pytest.mark.parametrize("name", ask.__all__)
def test_unknown_columns_stay_unknown(shop, name: str) -> None:
    bare = {
        "service_daily": pd.DataFrame({"date": DAYS, "agent": "a"}),
        "shop_daily": pd.DataFrame({"date": DAYS}),
        "peers_daily": pd.DataFrame({"date": DAYS, "peer_id": "a"}),
        "peer_products_daily": pd.DataFrame({"date": DAYS, "peer_id": "a", "peer_product_id": "x", "product_id": "p1"}),
        "lost_buyers_daily": pd.DataFrame({"date": DAYS, "peer_id": "a"}),
        "answers": pd.DataFrame({"asked_on": DAYS[-1:], "question": "q", "who": "owner"}),
    }
    frame = getattr(ask, name)(shop(**bare), OCTOBER)
    counted = ["days", "agent_label", "promotion_days", "answer_count", "answer_count_before"]
    numbers = frame.select_dtypes("float").drop(columns=counted, errors="ignore")
    assert numbers.isna().all(axis=None)
