"""The explorer follows choices, draws what is open, answers wrong input in one line, and leads to a finding's rows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Event, Thread
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes

import small_document
from sizhen.diagnosis import open_case
from sizhen.document import Document
from sizhen.explore import Explorer, explorer, panel
from sizhen.explore.choices import periods
from sizhen.explore.drill import Part, rows, tables_of
from sizhen.explore.panels import picture
from sizhen.tables import Period, Shop, UnknownShop, write_table
from sizhen.view import labels
from sizhen.view.plots.base import canvas, chart

DAYS = pd.date_range("2026-10-01", "2026-10-04")
TRAFFIC = pd.DataFrame(
    [
        (d, c, k, v)
        for d in DAYS
        for c, k, v in (("search", "mobile", 60), ("search", "desktop", 20), ("owned", "all", 9))
    ],
    columns=["date", "channel", "device", "visitors"],
)
PRODUCTS = pd.DataFrame({"product_id": ["p1", "p2"], "title": ["<b>Coat</b>", "Hat"]})
SOLD = pd.DataFrame(
    [(d, p, v, a) for d in DAYS for p, v, a in (("p1", 30, 10.0), ("p2", 5, 99.0))],
    columns=["date", "product_id", "visitors", "paid_amount"],
)
REVIEWS = pd.DataFrame(
    {
        "review_id": ["r1", "r2", "r3"],
        "reviewed_at": pd.to_datetime(["2026-10-01", "2026-10-03", "2026-10-04"]),
        "product_id": ["p1", "p1", "p2"],
        "text": ["the size runs small", "too small, wrong size", "lovely"],
    }
)


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    for shop_id, language in (("hut", "en"), ("ting", "zh")):
        write_table(tmp_path / shop_id, "traffic_daily", TRAFFIC)
        write_table(tmp_path / shop_id, "products", PRODUCTS)
        write_table(tmp_path / shop_id, "product_daily", SOLD)
        write_table(tmp_path / shop_id, "reviews", REVIEWS)
        text = f'shop_id = "{shop_id}"\nname = "Shop {shop_id}"\nplatform = "other"\nlanguage = "{language}"\n'
        (tmp_path / shop_id / "shop.toml").write_text(text, encoding="utf-8")
    return tmp_path


@dataclass
class Desk:
    """An explorer with what its examinations were asked."""

    data_dir: Path
    asked: list[tuple[str, Any, Any]] = field(default_factory=list)
    cases: int = 0

    def traffic(self, shop: Any, period: Any) -> pd.DataFrame:
        self.asked.append(("traffic", shop, period))
        frame: pd.DataFrame = period.clip(shop.table("traffic_daily"))
        return frame.groupby("channel")["visitors"].sum().reset_index()

    def sold(self, shop: Any, period: Any) -> pd.DataFrame:
        self.asked.append(("sold", shop, period))
        frame: pd.DataFrame = period.clip(shop.table("product_daily"))
        return frame[["product_id", "paid_amount"]]

    def open_case(self, shop: Any, period: Any) -> Desk:
        self.cases += 1
        return self

    def document(self) -> Document:
        return Document.from_json(small_document.document())

    def sit(self, shop_id: str = "hut", period: str = "2026-10") -> Explorer:
        return explorer(
            [
                panel("look", self.traffic, bars, follows=["channel"]),
                panel("check", self.sold, follows=["product_id"]),
            ],
            data_dir=self.data_dir,
            shops=["hut", "ting"],
            open_shop=Shop.open,
            parse=Period.parse,
            open_case=self.open_case,
            shop_id=shop_id,
            period=period,
        )


@chart
def bars(frame: pd.DataFrame) -> Axes:
    figure, axes = canvas()
    axes.bar(frame["channel"], frame["visitors"])
    figure.suptitle(f"{len(frame)} <channels>")
    return axes


@pytest.fixture
def desk(data_dir: Path) -> Desk:
    return Desk(data_dir)


def control(seat: Explorer, label: str) -> Any:
    """The control a user finds by its label."""
    found = [c for c in (*seat._bar.children, seat._finding, seat._table) if c.description == label]
    assert len(found) == 1, label
    return found[0]


def shown(seat: Explorer, section: str) -> str:
    return " ".join(html.value for _, html in seat._panels[section])


def test_shows_the_first_tab_only(desk: Desk) -> None:
    plt.close("all")
    seat = desk.sit()
    assert [name for name, _, _ in desk.asked] == ["traffic"]
    assert desk.cases == 0
    assert 'alt="2 &lt;channels&gt;"' in shown(seat, "look")
    assert "320" in shown(seat, "look")
    assert plt.get_fignums() == []


def test_draws_a_tab_when_it_is_opened_and_then_keeps_it(desk: Desk) -> None:
    seat = desk.sit()
    for tab in (1, 0, 1):
        seat._pages.selected_index = tab
    assert [name for name, _, _ in desk.asked] == ["traffic", "sold"]


def test_narrows_what_follows_the_channel(desk: Desk) -> None:
    seat = desk.sit()
    before = shown(seat, "look")
    control(seat, "Channel").value = "owned"
    assert 'alt="1 &lt;channels&gt;"' in shown(seat, "look")
    assert ">36<" in shown(seat, "look")
    seat._pages.selected_index = 1
    assert labels.name("explorer.whole") in shown(seat, "check")
    control(seat, "Channel").value = ""
    seat._pages.selected_index = 0
    assert shown(seat, "look") == before


def test_product_and_channel_take_turns(desk: Desk) -> None:
    seat = desk.sit()
    control(seat, "Channel").value = "search"
    control(seat, "Product").value = "p2"
    assert control(seat, "Channel").value == ""
    assert "Hat (p2)" in seat._about.value
    seat._pages.selected_index = 1
    assert "p1" not in shown(seat, "check")


def test_speaks_each_shop_s_language(desk: Desk) -> None:
    seat = desk.sit()
    assert control(seat, "Shop").options == ("hut", "ting")
    control(seat, "Shop").value = "ting"
    assert control(seat, "店铺").value == "ting"
    assert desk.asked[-1][1].id == "ting"
    assert "Shop ting" in seat._about.value


def test_compares_with_as_many_days_before(desk: Desk) -> None:
    seat = desk.sit(period="2026-10-03..2026-10-04")
    assert desk.asked[-1][2].baseline.days == 28
    control(seat, "Compared with").value = "previous"
    period = desk.asked[-1][2]
    assert (period.baseline.start, period.baseline.end) == (date(2026, 10, 1), date(2026, 10, 2))
    assert (period.start, period.days) == (date(2026, 10, 3), 2)


def test_answers_a_wrong_period_in_one_line_and_goes_on(desk: Desk) -> None:
    seat = desk.sit()
    control(seat, "or own dates").value = "<script>"
    assert seat._message.value.count("<p") == 1
    assert "&lt;script&gt;" in seat._message.value
    assert "<script>" not in seat._message.value
    assert shown(seat, "look").strip() == ""
    control(seat, "Channel").value = "search"
    control(seat, "Month or week").value = "2026-W40"
    assert seat._message.value == ""
    assert control(seat, "or own dates").value == "2026-W40"
    assert "80" in shown(seat, "look")


def test_an_act_waits_for_the_one_before_it(desk: Desk) -> None:
    seat = desk.sit()
    entered, leave, plain = Event(), Event(), desk.traffic

    def slowly(shop: Any, period: Any) -> pd.DataFrame:
        entered.set()
        assert leave.wait(10)
        return plain(shop, period)

    for shown_panel, _ in seat._panels["look"]:
        object.__setattr__(shown_panel, "examine", slowly)
    first = Thread(target=setattr, args=(control(seat, "Channel"), "value", "search"))
    second = Thread(target=setattr, args=(control(seat, "or own dates"), "value", "nonsense"))
    first.start()
    assert entered.wait(10)
    second.start()
    leave.set()
    first.join(10)
    second.join(10)
    assert "nonsense" in seat._message.value


def test_answers_an_unknown_shop_in_one_line(desk: Desk) -> None:
    seat = desk.sit(shop_id="nowhere")
    assert "nowhere" in seat._message.value
    assert "hut, ting" in seat._message.value
    label = labels.name("explorer.shop")
    control(seat, label).value = "hut"
    assert seat._message.value == ""
    with pytest.raises(UnknownShop):
        Shop.open(desk.data_dir, "nowhere")


def test_a_broken_file_spoils_only_its_panel(desk: Desk) -> None:
    (desk.data_dir / "hut" / "reviews.parquet").unlink()
    (desk.data_dir / "hut" / "product_daily.parquet").unlink()
    (desk.data_dir / "hut" / "traffic_daily.parquet").unlink()
    (desk.data_dir / "hut" / "reviews.csv").write_text("review_id,reviewed_at\nr1,2026-10-02\n", encoding="utf-8")
    seat = desk.sit()
    assert "hut has no table traffic_daily" in shown(seat, "look")
    assert seat._message.value == ""


def test_a_shop_without_findings_says_so(desk: Desk) -> None:
    seat = desk.sit()
    seat._pages.selected_index = 2
    assert desk.cases == 1
    assert labels.name("explorer.no_findings") in seat._rows.value
    control(seat, "Channel").value = "search"
    assert desk.cases == 1


def test_a_panel_follows_only_what_can_be_chosen(desk: Desk) -> None:
    with pytest.raises(ValueError, match="'device'"):
        panel("look", desk.traffic, follows=["device"])


def test_without_a_chart_there_is_no_picture() -> None:
    assert picture(None) == ""


def test_periods_are_months_then_weeks_newest_first() -> None:
    found = periods(date(2026, 9, 28), date(2026, 10, 6))
    assert found == ["2026-10", "2026-09", "2026-W41", "2026-W40"]
    assert periods(date(2027, 1, 1), date(2027, 1, 1)) == ["2027-01", "2026-W53"]


def test_a_part_has_days_of_its_own(data_dir: Path) -> None:
    shop = Shop.open(data_dir, "hut")
    search = Part(shop, "channel", "search").daily()
    assert search["visitors"].tolist() == [80.0] * 4
    assert search["paid_units"].isna().all()
    assert search["dwell_seconds"].isna().all()
    assert Part(shop, "product_id", "p2").daily()["paid_amount"].tolist() == [99.0] * 4
    assert Part(shop, "channel", "search").table("products")["product_id"].tolist() == ["p1", "p2"]
    assert Part(shop, "channel", "search").id == "hut"


def test_a_channel_given_for_all_devices_is_not_counted_twice(data_dir: Path) -> None:
    whole = TRAFFIC[TRAFFIC["channel"] == "search"].groupby(["date", "channel"])["visitors"].sum().reset_index()
    write_table(data_dir / "hut", "traffic_daily", pd.concat([TRAFFIC, whole.assign(device="all", visitors=77)]))
    assert Part(Shop.open(data_dir, "hut"), "channel", "search").daily()["visitors"].tolist() == [77.0] * 4


FINDING = Document.from_json(
    small_document.document(small_document.finding("review.size", subject={"product_id": "p1"}, since="2026-10-02"))
).findings[0]


def test_a_finding_s_tables_know_its_subject(data_dir: Path) -> None:
    shop = Shop.open(data_dir, "hut")
    assert tables_of(FINDING, shop)[0] == "reviews"
    assert set(tables_of(FINDING, shop)) == {"reviews", "products", "product_daily"}
    assert tables_of(replace(FINDING, cause="data.inconsistent", subject={"table": "reviews"}), shop) == ["reviews"]


def test_a_finding_s_rows_are_its_subject_s_of_the_period(data_dir: Path) -> None:
    shop, period = Shop.open(data_dir, "hut"), Period.parse("2026-10")
    found = rows(FINDING, shop, "product_daily", period)
    assert found["date"].dt.day.tolist() == [4, 3, 2, 1], "its figures are the period's, whenever it began"
    assert set(found["product_id"]) == {"p1"}
    first = rows(FINDING, shop, "product_daily", Period.parse("2026-10-01..2026-10-02"))
    assert first["date"].dt.day.tolist() == [2, 1]


def test_the_reviews_of_a_complaint_are_those_that_complain_of_it(data_dir: Path) -> None:
    texts = {"denied": "not too small, fits", "praised": "the size is perfect", "small": "far too small for me"}
    made = pd.DataFrame({"review_id": list(texts), "text": list(texts.values()), "product_id": "p1"})
    twice = pd.concat([made, made.tail(1).assign(review_id="small, again")]).assign(buyer="b")
    write_table(data_dir / "hut", "reviews", twice.assign(reviewed_at=pd.Timestamp("2026-10-03")))
    shop = Shop.open(data_dir, "hut")
    found = rows(FINDING, shop, "reviews", Period.parse("2026-10"))
    assert found["review_id"].tolist() == ["small"], "nothing denied or praised, and no review twice"
    other = replace(FINDING, cause="refund.rise")
    assert len(rows(other, shop, "reviews", Period.parse("2026-10"))) == 3


def test_the_traffic_of_a_finding_is_what_was_counted(data_dir: Path) -> None:
    whole = TRAFFIC[TRAFFIC["channel"] == "search"].groupby(["date", "channel"])["visitors"].sum().reset_index()
    write_table(data_dir / "hut", "traffic_daily", pd.concat([TRAFFIC, whole.assign(device="all", visitors=77)]))
    shop, period = Shop.open(data_dir, "hut"), Period.parse("2026-10")
    search = rows(
        replace(FINDING, cause="traffic.channel", subject={"channel": "search"}), shop, "traffic_daily", period
    )
    assert search["device"].tolist() == ["all"] * 4
    desktop = rows(
        replace(FINDING, cause="page.checkout", subject={"device": "desktop"}), shop, "traffic_daily", period
    )
    assert desktop["visitors"].tolist() == [20.0] * 4


@pytest.mark.slow
def test_the_explorer_shows_as_many_complaints_as_the_finding_counts(sample_dir: Path) -> None:
    shop, period = Shop.open(sample_dir, "linen-house"), Period.parse("2026-10")
    found = [f for f in open_case(shop, period).findings if f.cause.startswith("review.")]
    assert found, "the sample has one"
    for finding in found:
        assert len(rows(finding, shop, "reviews", period)) == round(finding.observed * finding.n)
