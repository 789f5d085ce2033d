"""What came of the last advice, on made shops whose fault stays, ends, or ends half."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from sizhen.diagnosis import open_case
from sizhen.diagnosis.follow_up import ill_since, outcome
from sizhen.diagnosis.reading import Reading
from sizhen.diagnosis.wording import day
from sizhen.document import Document, Finding
from sizhen.simulate import Fault, Plan, simulate, write
from sizhen.tables import Period, Shop

END = date(2026, 9, 20)
WEEK = timedelta(days=7)
FIRST = Period(END - 2 * WEEK + timedelta(days=1), END - WEEK, "first")
NEXT = Period(END - WEEK + timedelta(days=1), END, "next")


def reading(observed: float, expected: float, se: float = 0.02) -> Reading:
    since = pd.Timestamp(END)
    return Reading(
        "visitors", "-", observed, expected, observed / expected, se, 20.0, 0.5, observed, since, observed, 7.0
    )


@pytest.mark.parametrize(
    ("now", "said"),
    [(100.0, "recovered"), (90.0, "improved"), (71.0, "unchanged"), (60.0, "worse"), (130.0, "recovered")],
)
def test_how_much_of_the_way_was_made_good(now: float, said: str) -> None:
    assert outcome(70.0, reading(now, 100.0), 100.0, own=True) == said
    assert outcome(70.0, reading(now, 100.0), 100.0, own=False) == said


def test_a_season_that_halves_everything_is_not_a_relapse() -> None:
    assert outcome(70.0, reading(50.0, 50.0), 100.0, own=True) == "recovered"


def test_what_chance_could_do_alone_is_unknown() -> None:
    assert outcome(95.0, reading(100.0, 100.0, se=0.05), 100.0, own=True) == "unknown"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Free search falls two weeks before the end and stays down."""
    folder = tmp_path_factory.mktemp("ill")
    fault = Fault("traffic.search", FIRST.start, "large")
    write(simulate(Plan(seed=61, shop_id="ill", days=112, end=END, visitors_per_day=2000.0, faults=(fault,))), folder)
    return Shop.open(folder, "ill")


@pytest.fixture(scope="module")
def before(shop: Shop) -> Document:
    return open_case(shop, FIRST).document()


def _search(document: Document) -> Finding:
    return next(f for f in document.findings if f.id == "traffic.search:search")


@pytest.mark.slow
def test_a_fault_that_stays_keeps_its_first_day_and_its_price(shop: Shop, before: Document) -> None:
    after = open_case(shop, NEXT, before).document()
    alone = open_case(shop, NEXT).document()
    assert ill_since(before, NEXT) is not None
    assert _search(after).since == _search(before).since < FIRST.end
    assert f"{day(_search(before).since).zh}起" in _search(after).says.zh
    assert (_search(before).periods, _search(after).periods) == (1, 2)
    assert _search(after).expected > _search(alone).expected
    entry = next(e for e in after.previous if e.finding == "traffic.search:search")
    assert entry.outcome == "unchanged"
    assert entry.now == pytest.approx(entry.then, rel=0.25)


@pytest.mark.slow
def test_a_fault_that_ended_is_recovered(shop: Shop, before: Document, tmp_path: Path) -> None:
    """The ill days come first; the week after them is the week before them again."""
    frame = shop.table("traffic_daily").copy()
    cure = frame[frame["date"].between(pd.Timestamp(NEXT.start), pd.Timestamp(NEXT.end))].index
    healthy = frame["date"].between(pd.Timestamp(FIRST.start - WEEK), pd.Timestamp(FIRST.start) - pd.Timedelta(days=1))
    usual = frame[healthy & (frame["channel"] == "search")].groupby("device")["visitors"].mean()
    mine = [i for i in cure if frame.at[i, "channel"] == "search"]
    frame.loc[mine, "visitors"] = frame.loc[mine, "device"].map(usual).round().to_numpy()
    cured = Shop(shop.folder, shop.profile, {"traffic_daily": frame})
    entries = open_case(cured, NEXT, before).document().previous
    assert next(e for e in entries if e.finding == "traffic.search:search").outcome == "recovered"


@pytest.mark.slow
def test_sums_are_told_for_as_many_days_as_then(shop: Shop, before: Document) -> None:
    half = Period(NEXT.start, NEXT.start + timedelta(days=2), "half")
    entry = open_case(shop, half, before).document().previous[0]
    assert entry.now == pytest.approx(entry.then, rel=0.4)
