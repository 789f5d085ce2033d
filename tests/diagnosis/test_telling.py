"""What findings say and ask for: short, of the days since the trouble began, and of objects that stay told apart."""

from __future__ import annotations

import string
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.diagnosis import wording
from sizhen.diagnosis.chart import Chart, open_chart
from sizhen.diagnosis.claim import Claim, from_reading
from sizhen.diagnosis.since import now
from sizhen.diagnosis.telling import tell
from sizhen.document import Now, Size
from sizhen.tables import Period
from sizhen.vocab import Text, load
from sizhen.vocab.loader import TOLD
from sizhen.vocab.names import LONGEST, short_names
from sizhen.vocab.plain import width
from small_shop import shop_of

PARTS = ("says", "task", "what")
LONG = dict.fromkeys(TOLD, "—") | {
    **{
        "place": "「高腰水洗麻风衣九分袖」",
        "peer": "「山野衣社」",
        "metric": "支付转化率",
        "since": "10月16日",
        "until": "10月22日",
    },
    **dict.fromkeys(("now", "before", "observed", "expected"), "12,345"),
    **{
        "n": "80",
        "count": "18",
        "per_hundred": "6",
        "of_ten": "3",
        "sizes": "M、XL、XXL",
        "price": "¥3.3",
        "cut": "13%",
    },
    **{"change": "28%", "reason": "尺码不合适"},
}
MONTH = Period.parse("2026-10")
DAYS = pd.date_range("2026-08-20", "2026-10-31")


def _own() -> dict[tuple[str, str, str], Text]:
    """The wordings for a case of their own by (part, cause, case)."""
    found = {}
    for id, text in load().words.items():
        part, _, rest = id.partition(".")
        cause, _, case = rest.rpartition(".")
        if part in PARTS and cause in load().causes:
            found[part, cause, case] = text
    return found


WORDED = [
    *[
        (f"{part}.{c.id}", part, t)
        for c in load().causes.values()
        for part, t in zip(PARTS, (c.says, c.task, c.advice.what), strict=True)
    ],
    *[(".".join(key), key[0], text) for key, text in _own().items()],
]


def test_every_wording_for_a_case_of_its_own_belongs_to_a_cause() -> None:
    stray = [id for id in load().words if id.partition(".")[0] in PARTS and tuple(_key(id)) not in _own()]
    assert stray == [] and len(_own()) > 20


def _key(id: str) -> list[str]:
    part, _, rest = id.partition(".")
    return [part, *rest.rsplit(".", 1)]


@pytest.mark.parametrize(("part", "text"), [w[1:] for w in WORDED], ids=[w[0] for w in WORDED])
def test_a_wording_is_short_and_tells_the_same_in_both_languages(part: str, text: Text) -> None:
    zh, en = ({f for _, f, _, _ in string.Formatter().parse(t) if f} for t in (text.zh, text.en))
    assert zh == en <= TOLD
    told = text.fill(**LONG)
    if part == "task":
        alone = text.fill(**LONG | {"place": "", "sizes": "", "peer": ""})
        assert width(alone.zh) <= 2 * 16 and len(alone.en) <= 45
        assert not told.zh.endswith("。") and not told.en.endswith(".")
    elif part == "says":
        assert width(told.zh) <= 2 * 45 and told.zh.endswith("。") and told.en.endswith(".")
        assert not zh & {"observed", "expected"} or "since" not in zh, "a figure with its day is of the days since"
    else:
        steps = told.zh.split("；")
        assert 2 <= len(steps) <= 3 and len(steps) == len(told.en.split("; ")) and told.zh.endswith("。")


@pytest.mark.parametrize(
    ("values", "metric", "said"),
    [
        ((0.3247, 1.0), "in_stock_share", ["32%", "100%"]),
        ((0.2632, 0.2641), "repeat_share", ["26.3%", "26.4%"]),
        ((4.841, 4.861), "dsr_service", ["4.84", "4.86"]),
        ((0.0263, 0.0473), "conversion", ["2.6%", "4.7%"]),
        ((127.4, 36.1), "first_response_seconds", ["2分7秒", "36秒"]),
        ((6.11, 2.49), "click_cost", ["¥6.1", "¥2.5"]),
        ((0.45, 0.31), "click_cost", ["¥0.45", "¥0.31"]),
        ((189.0, 199.0), "price", ["¥189", "¥199"]),
        ((461_447.0, 579_965.0), "paid_amount", ["¥46.1 万", "¥58.0 万"]),
        ((5.0, 5.0), "visitors", ["5", "5"]),
        ((5.0, None), "visitors", ["5", "—"]),
    ],
)
def test_two_figures_are_told_as_far_as_they_differ(
    values: tuple[float, float | None], metric: str, said: list[str]
) -> None:
    assert [t.zh for t in wording.together(values, metric, "CNY")] == said


IDS = st.text("p0123456789", min_size=1, max_size=12)
TITLES = st.text("亚麻风衣裙子 AbcXYZ…", max_size=60)


@given(st.dictionaries(IDS, TITLES, max_size=12))
def test_no_two_names_of_a_shop_are_alike_however_long_or_equal_they_are(names: dict[str, str]) -> None:
    short = short_names(names)
    assert short.keys() == names.keys()
    assert len(set(short.values())) == len(names)
    assert all(name and width(name) <= LONGEST + 14 for name in short.values())


def test_a_long_title_keeps_the_part_that_tells_it_apart() -> None:
    long = "2026春季新款高腰显瘦复古气质水洗麻风衣女"
    short = short_names({"p1": f"{long}黑色", "p2": f"{long}米色", "p3": "短裙", "p4": "短裙"})
    assert short["p1"].endswith("黑色") and short["p2"].endswith("米色")
    assert (short["p3"], short["p4"]) == ("短裙 p3", "短裙 p4")
    assert short_names({"p1": long})["p1"].endswith("…")


@pytest.fixture
def chart(tmp_path: Path) -> Chart:
    """A shop that converts 4 % of about 1,000 visitors a day, and 2 % from 16 October on."""
    late, rows = pd.Timestamp("2026-10-16"), []
    for n, day in enumerate(DAYS):
        visitors = 900 + 100 * (n % 3)
        buyers = visitors * (0.02 if day >= late else 0.04)
        rows.append(
            {
                "date": day,
                "visitors": visitors,
                "paid_buyers": buyers,
                "paid_orders": buyers,
                "paid_amount": 100 * buyers,
            }
        )
    return open_chart(shop_of(tmp_path, shop_daily=rows), MONTH)


def _conversion(chart: Chart, since: str, **more: object) -> Claim:
    reading = chart.reading("conversion")
    assert reading is not None
    fields = from_reading(reading) | {"since": pd.Timestamp(since)} | more
    return Claim("unexplained.conversion", {}, level="C", evidence=("timing",), amount=0.0, **fields)  # type: ignore[arg-type]


def test_a_trouble_is_told_by_its_days_and_not_by_the_months_mean(chart: Chart) -> None:
    claim = _conversion(chart, "2026-10-16")
    assert claim.observed == pytest.approx(0.0297, abs=2e-4), "the month's mean"
    assert now(claim, MONTH) == Now(date(2026, 10, 16), 0.02, pytest.approx(0.04, rel=0.02))  # type: ignore[arg-type]
    assert tell(chart, claim, (), None).says.zh == "10月16日起支付转化率 2%，平时 4%，原因还没找到。"


def test_a_fall_that_others_account_for_in_part_is_not_said_to_be_without_a_reason(chart: Chart) -> None:
    told = tell(chart, _conversion(chart, "2026-10-16", told={"partly": True}), (), None)
    assert told.says.zh == "10月16日起支付转化率 2%，平时 4%，有一部分没找到原因。"


@pytest.mark.parametrize("since", ["2026-10-01", "2026-09-20"])
def test_a_trouble_older_than_the_period_is_told_by_the_periods_own_figure(chart: Chart, since: str) -> None:
    claim = _conversion(chart, since)
    found = now(claim, MONTH)
    assert found is not None and (found.since, found.value) == (date.fromisoformat(since), round(claim.observed, 6))


def test_days_that_lie_on_the_other_side_of_the_usual_are_not_the_troubles(chart: Chart) -> None:
    """The first day is an estimate: where the figure since is better than usual, the period's own is told."""
    claim = _conversion(chart, "2026-10-16", observed=0.05, expected=0.045)
    assert now(claim, MONTH) is None
    assert tell(chart, claim, (), None).says.zh.startswith("10月16日起支付转化率 5%，平时 4.5%")


def test_a_sum_is_that_of_the_days_since_on_both_sides(chart: Chart) -> None:
    reading = chart.reading("paid_buyers")
    assert reading is not None
    found = reading.begin(pd.Timestamp("2026-10-16"))
    assert found is not None and found.value == pytest.approx(16 * 20, rel=0.01)
    assert found.usual == pytest.approx(16 * 40, rel=0.03)
    assert reading.begin(pd.Timestamp("2026-11-01")) is None


def _sold_out(on_hand: tuple[int, ...]) -> tuple[Claim, tuple[Size, ...]]:
    gone = date(2026, 10, 16)
    shelf = tuple(Size(s, float(n), None if n else gone) for s, n in zip("SML", on_hand, strict=False))
    claim = Claim("stock.sold_out", {"product_id": "p1"}, "in_stock_share", 0.65, 1.0, "A", ("fact",), amount=0.0)
    return claim, shelf


@pytest.mark.parametrize(
    ("on_hand", "task"),
    [
        ((3, 0, 0), "补「p1」M、L"),
        ((0, 0, 0), "补「p1」，全部断货"),
        ((3, 4, 5), "给「p1」留足库存"),
        ((), "补「p1」断掉的码"),
    ],
)
def test_what_to_restock_is_named_as_it_is_on_the_last_day(chart: Chart, on_hand: tuple[int, ...], task: str) -> None:
    assert tell(chart, *_sold_out(on_hand), None).task.zh == task


def test_many_sizes_are_counted(chart: Chart) -> None:
    claim, _ = _sold_out(())
    shelf = tuple(Size(f"{n}", 0.0, date(2026, 10, 16)) for n in range(36, 42))
    told = tell(chart, claim, (*shelf, Size("42", 1.0)), None)
    assert told.task == Text("补「p1」断掉的 6 个规格", "Restock “p1”: 6 sizes")


@pytest.mark.parametrize(
    ("price", "task"),
    [(3.29, "「计划」出价降到 ¥3.3"), (7.0, "盯住「计划」的点击价"), (None, "「计划」的出价先降回 ¥2.5")],
)
def test_a_bid_is_told_what_a_click_is_worth_only_where_that_is_known(
    chart: Chart, price: float | None, task: str
) -> None:
    claim = Claim("ads.click_cost", {"plan": "计划"}, "click_cost", 6.1, 2.5, "A", ("arithmetic",), amount=1.0)
    told = tell(chart, claim, (), price)
    assert told.task.zh == task
    assert ("保本" in told.says.zh) == (price is not None)


@pytest.mark.parametrize(
    ("level", "until", "said"),
    [
        ("B", None, "「p」10月16日起做活动，我们的支付转化率 2%，平时 4%。"),
        ("B", "2026-10-20", "「p」10月16日到10月20日做了活动，这以来支付转化率 2%，平时 4%。"),
        ("D", None, "「p」10月16日起做活动，没查出它抢走了买家。"),
        ("D", "2026-10-20", "「p」10月16日到10月20日做过活动，没查出它抢走了买家。"),
    ],
)
def test_a_campaign_that_ended_is_told_as_ended(chart: Chart, level: str, until: str | None, said: str) -> None:
    told = {} if until is None else {"until": pd.Timestamp(until)}
    claim = _conversion(chart, "2026-10-16", told=told)
    fields = {**claim.__dict__, "cause": "peer.promotion", "subject": {"peer_id": "p"}, "level": level}
    assert tell(chart, Claim(**fields), (), None).says.zh == said  # type: ignore[arg-type]


def test_reviews_are_counted_of_how_many(tmp_path: Path) -> None:
    """Fifty a month, one in ten about size; from 16 October on one in two."""
    days = [d for d in DAYS for _ in range(2)]
    bad = [d >= pd.Timestamp("2026-10-16") and n % 2 == 0 for n, d in enumerate(days)]
    rows = [
        {
            "review_id": f"r{n}",
            "reviewed_at": d,
            "rating": 2.0 if b else 5.0,
            "text": f"尺码偏小{n}" if b else f"很好看{n}",
        }
        for n, (d, b) in enumerate(zip(days, bad, strict=True))
    ]
    chart = open_chart(shop_of(tmp_path, reviews=rows), MONTH)
    reading = chart.reading("complaint_share", "reviews:size")
    assert reading is not None
    fields = from_reading(reading) | {"since": pd.Timestamp("2026-10-16")}
    claim = Claim("review.size", {}, level="D", evidence=("fact",), amount=0.0, **fields)  # type: ignore[arg-type]
    assert "10月16日起 32 条评价里 16 条说尺码不准" in tell(chart, claim, (), None).says.zh
