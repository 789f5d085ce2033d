"""Shopify, Google Analytics and Amazon: made-up files under their headings."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sizhen.cli import app
from sizhen.intake import FileReport, import_files, layouts
from sizhen.tables import Shop

Bring = Callable[..., FileReport]
SHOPIFY = layouts.layouts()["shopify_orders"]
NAMES = ("Email", "Currency", "Fulfilled at", "Refunded Amount", "Shipping Province Name")
COLUMNS = [*SHOPIFY.required.values(), *NAMES, *layouts._entries()[1]["shopify_orders"]["ignored"]]
PERSONS = ("Phone", "Name", "Street", "Address1", "Address2", "Company", "City", "Zip")  # of billing and shipping


def orders(*rows: dict[str, str]) -> str:
    sink = io.StringIO()
    writer = csv.DictWriter(sink, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue()


def order(name: str, status: str = "paid", **more: str) -> dict[str, str]:
    at = f"2026-09-08 23:37:00 {more.pop('offset', '+0800')}"
    told = {"Name": name, "Email": f"{name}@leak.example", "Created at": at, "Currency": "USD"}
    if status:
        told |= {"Financial Status": status, "Paid at": at, "Total": "64.70", "Refunded Amount": "0.00"}
    return told | {"Lineitem quantity": "2"} | {k.replace("_", " "): v for k, v in more.items()}


def test_lines_of_an_order_become_one_row(bring: Bring, data_dir: Path) -> None:
    text = orders(
        order("#1001", Lineitem_sku="S9", Shipping_Province_Name="Ohio", Fulfilled_at="2026-09-09 08:00:00 +0800"),
        order("#1001", "", Lineitem_sku="S13", Lineitem_quantity="1"),
        order("#1001", "", Lineitem_sku="S27"),
        order("#1002", offset="-0400"),  # on the clock of the shop it is the next morning
    )
    report = bring(data=text.encode())
    assert (report.error, report.read, report.rejected, report.unread) == (None, 4, {}, ())
    assert report.notes == {"joined": 2}
    one, two = Shop.open(data_dir, "s1").table("orders").to_dict("records")
    assert (one["order_id"], one["units"], one["amount"], one["paid_amount"]) == ("#1001", 5, 64.7, 64.7)
    assert (str(one["sent_at"]), one["region"]) == ("2026-09-09 08:00:00", "Ohio")
    assert (str(one["created_at"]), str(two["paid_at"])) == ("2026-09-08 23:37:00", "2026-09-09 11:37:00")
    assert two["units"] == 2
    assert one["buyer_id"] != two["buyer_id"]


@pytest.mark.parametrize(
    ("status", "paid"),
    [
        *(("paid", True), ("refunded", True), ("partially_refunded", True)),
        *(("pending", False), ("voided", False), ("authorized", False), ("partially_paid", False), ("new", False)),
    ],
)
def test_what_is_not_paid_has_no_payment(bring: Bring, data_dir: Path, status: str, paid: bool) -> None:
    bring(data=orders(order("#1", status, Refunded_Amount="4.70")).encode())
    row = Shop.open(data_dir, "s1").table("orders").iloc[0]
    assert row[["paid_at", "paid_amount"]].notna().tolist() == [paid, paid]
    assert (row["amount"], row["refund_amount"]) == (64.7, 4.7)


@pytest.mark.parametrize(
    ("status", "gateway", "state"),
    [
        ("paid", "Stripe", "paid"),
        ("partially_refunded", "", "paid"),
        ("pending", "Cash on Delivery (COD)", "pending"),
        ("authorized", "Stripe", "pending"),
        ("partially_paid", "Stripe", "partially_paid"),
        ("voided", "manual", "cancelled"),
        ("paid", "Bogus Gateway", "test"),
        ("new", "Stripe", ""),
    ],
)
def test_an_order_has_the_state_that_its_status_or_the_test_gateway_tells(
    bring: Bring, data_dir: Path, status: str, gateway: str, state: str
) -> None:
    report = bring(data=orders(order("#1", status, Payment_Method=gateway), order("#1", "")).encode())
    assert Shop.open(data_dir, "s1").table("orders")["status"].tolist() == [state]
    assert report.notes == {"joined": 1} | ({} if state else {"unmapped": 1})
    assert [r for r in report.remarks if "status" in r] == (
        [] if state else ["status: no meaning known of new; read as unknown"]
    )


def test_without_a_column_of_gateways_the_status_tells_the_state(bring: Bring, data_dir: Path) -> None:
    lines = list(csv.reader(io.StringIO(orders(order("#1", "pending")))))
    at = lines[0].index("Payment Method")
    sink = io.StringIO()
    csv.writer(sink).writerows([line[:at] + line[at + 1 :] for line in lines])
    bring(data=sink.getvalue().encode())
    assert Shop.open(data_dir, "s1").table("orders")["status"].tolist() == ["pending"]


def test_money_of_another_currency_is_refused(bring: Bring, data_dir: Path) -> None:
    bring(data=orders(order("#1")).encode())
    profile = Shop.open(data_dir, "s1").profile
    assert (profile.platform, profile.currency) == ("shopify", "USD")
    other = bring(data=orders(order("#2", Currency="EUR")).encode(), name="eur.csv")
    assert "is in EUR, but s1 counts in USD" in str(other.error)
    both = bring(data=orders(order("#2"), order("#3", Currency="EUR")).encode(), name="both.csv")
    assert "several currencies (EUR in row 3, column currency; USD in row 2, column currency)" in str(both.error)
    assert len(Shop.open(data_dir, "s1").table("orders")) == 1


@pytest.mark.integration
def test_nothing_of_a_person_is_kept_or_told(tmp_path: Path) -> None:
    marks = {}
    for i, column in enumerate(c for c in COLUMNS if c not in NAMES and c not in SHOPIFY.required.values()):
        marks[column] = f"canary{i}x"
    first = order("#1") | marks | {"Email": "canary.ada@leak.example"}
    again = order("#2", "nonsense") | marks | {"Total": "canary total", "Shipping Province Name": "13812345678"}
    path = tmp_path / "orders.csv"
    path.write_text(orders(first, again, order("#3") | marks), encoding="utf-8")
    done = CliRunner().invoke(app, ["import", str(path), "--shop", "s1", "--data", str(tmp_path / "data")])
    assert done.exit_code == 0, done.output
    folder = tmp_path / "data" / "s1"
    stored = Shop.open(tmp_path / "data", "s1").table("orders")
    assert stored["order_id"].tolist() == ["#1", "#3"]
    kept = stored.to_csv() + "".join(p.read_text(encoding="utf-8") for p in folder.iterdir() if p.suffix != ".parquet")
    assert (folder / "lineage.json").is_file()
    raw = b"".join(p.read_bytes() for p in folder.iterdir())
    for text in ("canary", "leak.example", "13812345678"):
        assert text not in kept, text
        assert text.encode() not in raw, text
        assert text not in done.output, text
    assert {f"{a} {b}" for a in ("Billing", "Shipping") for b in PERSONS} <= set(marks)


def test_orders_of_older_exports_and_orders_without_their_status(bring: Bring) -> None:
    text = orders(order("#1"))
    assert bring(data=text.replace("Shipping Province Name", "New column").encode()).absent == ("region",)
    gone = bring(data=text.replace("Financial Status", "Status").encode(), name="b.csv")
    assert "nearest is Shopify orders, without Financial Status" in str(gone.error)


def test_visitors_of_shopify_are_read_and_sessions_are_not(bring: Bring, data_dir: Path) -> None:
    report = bring('Day,Sessions,"Online store visitors",Pageviews', "2026-09-08,120,90,300", '2026-09-09,"1,250",95,-')
    assert (report.layout, report.kept, report.unread) == ("shopify_visitors", 2, ())
    frame = Shop.open(data_dir, "s1").table("shop_daily")
    assert frame["visitors"].tolist() == [90, 95]
    assert frame["page_views"].fillna(-1).tolist() == [300, -1]
    error = str(bring("Day,Sessions", "2026-09-08,120", name="b.csv").error)
    assert "nearest is Shopify visitors by day, without Online store visitors" in error
    parts = ("Day,Session device type,Online store visitors", "2026-09-08,Mobile,1", "2026-09-08,Desktop,2")
    assert "several rows of one date" in str(bring(*parts, name="c.csv").error)


def test_visitors_of_shopify_by_source(bring: Bring, data_dir: Path) -> None:
    rows = (f"2026-09-08,{s},9,{n}" for n, s in enumerate(("direct", "search", "social", "email", "unknown")))
    report = bring("Day,Referrer source,Sessions,Online store visitors", *rows)
    assert (report.error, report.notes) == (None, {"unmapped": 1})
    frame = Shop.open(data_dir, "s1").table("traffic_daily").set_index("channel")
    assert frame["visitors"].to_dict() == {"owned": 0, "search": 1, "content": 2, "external": 3, "other": 4}
    assert frame["channel_raw"]["owned"] == "direct"


GA4 = "Session primary channel group (Default Channel Group),Sessions,Engaged sessions,Key events,Total revenue"
ABOVE = "# Traffic acquisition\n# Property: Shop\n#\n# Start date: 20260908\n# End date: 20260908\n"


def test_a_day_of_google_analytics(bring: Bring, data_dir: Path) -> None:
    rows = ("Organic Search,50,30,1,89.5", "Direct,30,2,1,10.25", "Email,7,2,1,5", "Organic Toast,1,1,0,0")
    report = bring(data=(ABOVE + "\r\n".join([GA4, *rows, "Grand total,88,35,3,104.75", ""])).encode())
    assert (report.error, report.layout, report.notes) == (
        None,
        "ga4_traffic",
        {"summary_row": 1, "joined": 1, "unmapped": 1},
    )
    frame = Shop.open(data_dir, "s1").table("traffic_daily").set_index("channel")
    assert frame["paid_amount"].to_dict() == {"search": 89.5, "owned": 15.25, "other": 0}
    assert frame["visitors"].isna().all()
    assert {str(d.date()) for d in frame["date"]} == {"2026-09-08"}


def test_users_of_google_analytics_are_visitors_and_a_date_column_its_day(bring: Bring, data_dir: Path) -> None:
    report = bring(
        "Date,Default channel group,Sessions,Engaged sessions,Users,Purchase revenue",
        *("20260908,Paid Search,9,1,7,1", "20260909,Organic Social,9,1,8,2"),
    )
    assert (report.error, report.layout) == (None, "ga4_traffic_by_day")
    frame = Shop.open(data_dir, "s1").table("traffic_daily")
    assert frame[["channel", "visitors", "paid_amount"]].values.tolist() == [["paid_search", 7, 1], ["content", 8, 2]]


AMAZON = (
    "(Parent) ASIN,(Child) ASIN,Title,SKU,Sessions – Total,Page Views – Total,Page Views Percentage – Total,"
    "Units Ordered,Ordered Product Sales,Total Order Items"
)


def test_a_day_of_the_business_report(bring: Bring, data_dir: Path) -> None:
    rows = ('P1,B01,"Kettle, blue",K-1,"1,200","2,345",61.5%,7,"$1,234.50",6', "P1,B02,Kettle,K-2,1,2,1%,0,$0.00,0")
    report = bring(AMAZON, *rows, name="BusinessReport-2026-09-08.csv")
    assert (report.error, report.unread) == (None, ())
    shop = Shop.open(data_dir, "s1")
    frame = shop.table("product_daily")
    columns = ["product_id", "page_views", "order_units", "order_amount"]
    assert frame[columns].values.tolist() == [["B01", 2345, 7, 1234.5], ["B02", 2, 0, 0]]
    assert frame[["visitors", "paid_amount", "paid_units"]].isna().all(axis=None)
    assert shop.table("products")["title"].tolist() == ["Kettle, blue", "Kettle"]
    hyphen = bring(AMAZON.replace("–", "-"), rows[0], name="b 2026-09-08.csv")
    assert (hyphen.error, hyphen.changed) == (None, {})


def test_a_business_report_of_no_known_day_is_refused(bring: Bring) -> None:
    report = bring(AMAZON, "P1,B01,K,K-1,1,2,1%,1,$1,1", name="BusinessReport-9-8-26.csv")
    assert "tells no day" in str(report.error)
    assert "such as 2026-09-08" in str(report.error)


def test_search_terms_of_amazon_are_advertising(bring: Bring, data_dir: Path) -> None:
    head = (
        "Date,Portfolio name,Currency,Campaign Name,Ad Group Name,Targeting,Match Type,Customer Search Term,"
        "Impressions,Clicks,Click-Thru Rate (CTR),Cost Per Click (CPC),Spend,7 Day Total Sales ,7 Day Total Orders (#)"
    )
    day = '"Sep 08, 2026",-,USD,Mugs,{},mug,BROAD,{},100,{},1%,$0.50,$2.00,"$1,040.00",1'
    report = bring(head, day.format("a", "blue mug", 4), day.format("b", "blue mug", 6), day.format("a", "mug", 1))
    assert (report.error, report.layout, report.unread) == (None, "amazon_search_terms", ())
    assert report.notes == {"joined": 1}
    frame = Shop.open(data_dir, "s1").table("ads_daily")
    columns = ["kind", "plan", "keyword", "impressions", "clicks", "cost", "paid_amount", "attribution_days"]
    assert frame[columns].values.tolist() == [
        ["search", "Mugs", "blue mug", 200, 10, 4, 2080, 7],
        ["search", "Mugs", "mug", 100, 1, 2, 1040, 7],
    ]


@pytest.mark.integration
def test_the_shared_made_up_orders(shared_data: Path, data_dir: Path) -> None:
    path = shared_data / "exports" / "made_up" / "shopify_orders_export_2026-09-08.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    (report,) = import_files([path], shop_id="s1", data_dir=data_dir)
    assert (report.error, report.read, report.kept) == (None, len(rows), len(rows))
    frame = Shop.open(data_dir, "s1").table("orders")
    assert frame["units"].sum() == sum(int(r["Lineitem quantity"]) for r in rows)
    assert frame["amount"].sum() == pytest.approx(sum(float(r["Total"] or 0) for r in rows), abs=0.005)
    paid = [float(r["Total"]) for r in rows if r["Financial Status"] in ("paid", "refunded", "partially_refunded")]
    assert frame["paid_amount"].sum() == pytest.approx(sum(paid), abs=0.005)
    assert frame["paid_at"].notna().sum() == frame["paid_amount"].notna().sum() == len(paid)
    assert len(frame) == len({r["Name"] for r in rows})
    assert frame["buyer_id"].nunique() == len({r["Email"] for r in rows})


@pytest.mark.parametrize("file", ["shopify_orders", "amazon_business_report"])
def test_the_platforms_own_headings_are_known_one_and_all(shared_data: Path, bring: Bring, file: str) -> None:
    head = (shared_data / "exports" / "headings" / f"{file}.csv").read_text(encoding="utf-8").strip()
    cells = ["1"] * len(head.split(","))
    report = bring(head, ",".join(cells), name=f"{file}_2026-09-08.csv")
    assert report.unread == ()
    assert report.layout in ("shopify_orders", "amazon_products")
