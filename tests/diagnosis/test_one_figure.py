"""One figure, one home: judgement, finding, notebook, workbook and explorer say the same number of any made shop."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from sizhen.diagnosis import open_case
from sizhen.diagnosis.case import Case
from sizhen.diagnosis.rules import missing
from sizhen.exam import figures, ledger
from sizhen.explore import explorer, panel
from sizhen.simulate import Fault, Plan, simulate
from sizhen.tables import Period, Shop
from sizhen.tables.profile import Profile
from sizhen.tables.schema import conform
from sizhen.view import labels, tables
from sizhen.view.workbook import write_workbook
from sizhen.vocab import Rule, load

pytestmark = pytest.mark.slow

MONTH, BEGAN = Period.parse("2026-10"), date(2026, 10, 10)
RULES = [r for r in load().rules.values() if r.figure]
TROUBLES = ("order.payment", "basket.units", "service.slow", "customer.returning", "page.bounce", "refund.rise")
LOST = (
    ("shop_daily", "page_views"),
    ("shop_daily", "order_buyers"),
    ("traffic_daily", "bounced_visitors"),
    ("product_daily", "price"),
    ("orders", "sent_at"),
    ("reviews", "rating"),
)
OTHERWISE = {"visitors": "visitor_days"}  # how the review calls a metric

Tables = dict[str, pd.DataFrame]


def _together(traffic: pd.DataFrame) -> pd.DataFrame:
    """A row for all devices per day and channel, some people using two: fewer than mobile and desktop added."""
    counts = traffic.groupby(["date", "channel"], as_index=False).sum(numeric_only=True)
    return counts.assign(device="all", channel_raw="", visitors=np.floor(counts["visitors"] * 0.9))


def devices(traffic: pd.DataFrame, how: str) -> pd.DataFrame:
    """traffic_daily as platforms give it: devices apart, beside a row for both, that alone, or one of them missing."""
    whole, mobile = _together(traffic), traffic["device"] == "mobile"
    return {
        "apart": traffic,
        "beside": pd.concat([traffic, whole], ignore_index=True),
        "whole": whole,
        "desktop": traffic[~mobile],
    }[how]


def promotions(events: pd.DataFrame, starts: Sequence[int]) -> pd.DataFrame:
    """Own promotions of five days, begun so many days before the period's end; they may overlap."""
    first = [pd.Timestamp(MONTH.end) - pd.Timedelta(days=n) for n in starts]
    own = [
        {"starts_on": d, "ends_on": d + pd.Timedelta(days=4), "name": f"{n}", "kind": "promotion"}
        for n, d in enumerate(first)
    ]
    return pd.concat([events, pd.DataFrame(own)], ignore_index=True) if own else events


def tied(products: pd.DataFrame) -> pd.DataFrame:
    """product_daily in which two products sell and are visited alike on every day."""
    first, second = sorted(products["product_id"].unique())[:2]
    twin = products[products["product_id"] == first].assign(product_id=second)
    return pd.concat([products[products["product_id"] != second], twin], ignore_index=True)


@dataclass(frozen=True)
class Variation:
    """What is special about a made shop."""

    seed: int
    troubles: list[str]
    devices: str
    promotions: list[int]
    tied: bool
    lost: list[tuple[str, str]]
    absent: str

    def tables(self) -> Tables:
        faults = tuple(Fault(cause, BEGAN, "large", {}) for cause in self.troubles)
        plan = Plan(self.seed, days=63, visitors_per_day=1500, products=6, end=MONTH.end, faults=faults)
        made = dict(simulate(plan).tables)
        made["traffic_daily"] = devices(made["traffic_daily"], self.devices)
        made["events"] = promotions(made["events"], self.promotions)
        made["product_daily"] = tied(made["product_daily"]) if self.tied else made["product_daily"]
        for table, column in self.lost:
            made[table] = made[table].assign(**{column: None})
        return {name: frame for name, frame in made.items() if name != self.absent}


VARIATIONS = st.builds(
    Variation,
    st.integers(1, 99),
    st.lists(st.sampled_from(TROUBLES), max_size=2, unique=True),
    st.sampled_from(["apart", "beside", "whole", "desktop"]),
    st.lists(st.integers(0, 60), max_size=3),
    st.booleans(),
    st.lists(st.sampled_from(LOST), max_size=2, unique=True),
    st.sampled_from(["", *sorted(load().tables)]),
)


def shop_of(folder: Path, made: Tables) -> Shop:
    for name in made:
        (folder / f"{name}.parquet").touch()
    profile = Profile("tiny", "小店", "taobao", targets={"2026-10": 900_000.0})
    return Shop(folder, profile, {n: conform(f, n, n) for n, f in made.items()})


def frames(case: Case) -> dict[str, pd.DataFrame]:
    """The frames of all rules that have a number and what it needs."""
    return {r.frame: case.frame(r.frame) for r in RULES if not missing(case.chart, r.needs)}


def observed(case: Case) -> dict[str, float]:
    """The numbers of the judgements, by rule."""
    answers = ((r.id, case.judge(r.id).observed) for r in RULES)
    return {id: value for id, value in answers if value is not None}


def of(rule: str) -> Rule:
    return load().rules[rule]


def cells(path: Path) -> list[list[list[Any]]]:
    """The rows of each sheet below its headings."""
    book = CalamineWorkbook.from_path(path)
    return [book.get_sheet_by_index(n).to_python(skip_empty_area=False)[1:] for n in range(len(book.sheet_names))]


def numbers(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def read_back(frame: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The frame with the numbers that a workbook of it holds."""
    rows = cells(write_workbook(folder / "t.xlsx", {"monthly_review": frame}, title="t"))[0]
    assert len(rows) == len(frame)
    shown = {
        c: [float("nan") if row[at] == labels.UNKNOWN else float(row[at]) for row in rows]
        for at, c in enumerate(frame.columns)
        if numbers(frame[c])
    }
    return frame.assign(**shown)


def check_judgements(case: Case, values: dict[str, float]) -> None:
    for rule in RULES:
        answer = case.judge(rule.id)
        if missing(case.chart, rule.needs):
            assert (answer.state, answer.observed) == ("unknown", None), rule.id
            continue
        frame = case.frame(rule.frame)
        figure = figures.read(rule.figure, frame)
        assert answer.n == figure.n, rule.id
        assert rule.id not in values or values[rule.id] == figure.value, rule.id
        assert rule.id in values or answer.state == "unknown" or np.isnan(figure.value), rule.id
        assert case.judge(rule.id, frame) == answer, rule.id


def check_findings(case: Case, values: dict[str, float]) -> None:
    """Of the whole shop. One about complaints speaks of one aspect, the rule of all together."""
    assert not case.chart.faults.days
    for finding in case.findings:
        if finding.subject or finding.reference != "own_baseline" or finding.cause.startswith("review."):
            continue
        same = [id for id in values if of(id).metric == finding.metric]
        for id in same:
            assert values[id] == pytest.approx(finding.observed, rel=1e-5, abs=1e-6), f"{id} beside {finding.id}"


def check_workbook(case: Case, values: dict[str, float], folder: Path) -> None:
    for name, frame in frames(case).items():
        shown = read_back(frame, folder) if len(frame) else frame
        for id in (i for i in values if of(i).frame == name):
            assert figures.read(of(id).figure, shown).value == pytest.approx(values[id], rel=1e-12), id
    sheets = {n: f for n, f in ledger.tables(case.chart.shop, case.chart.period).items() if len(f)}
    written = dict(zip(sheets, cells(write_workbook(folder / "tables.xlsx", sheets, title="t")), strict=True))
    if "monthly_review" not in sheets:
        return
    review = sheets["monthly_review"]
    whole = list(review.columns).index("all")
    in_review = {m: row[whole] for m, row in zip(review["metric"], written["monthly_review"], strict=True)}
    for id, value in values.items():
        metric = of(id).metric or ""
        cell = in_review.get(OTHERWISE.get(metric, metric), labels.UNKNOWN)
        assert cell == labels.UNKNOWN or cell == pytest.approx(value, rel=1e-12), f"{id} in the review"


def check_explorer(case: Case, values: dict[str, float]) -> None:
    """Explorer and notebooks build the frames anew, by the same builders."""
    drawn: dict[str, pd.DataFrame] = {}

    def spy(name: str) -> Any:
        def examine(shop: Any, period: Any) -> pd.DataFrame:
            drawn[name] = figures.builder(name)(shop, period)
            return drawn[name]

        return examine

    names = [n for n in frames(case) if not figures.by_the_case(n)]
    seat = explorer(
        [panel("check", spy(n)) for n in names],
        data_dir="",
        shops=["tiny"],
        open_shop=lambda folder, id: case.chart.shop,
        parse=Period.parse,
        open_case=open_case,
        shop_id="tiny",
        period="2026-10",
    )
    shown = [html.value for _, html in seat._panels["check"]]
    for name, html in zip(names, shown, strict=True):
        assert tables.show(drawn[name]).html in html, name
        for id in (i for i in values if of(i).frame == name):
            answer = case.judge(id, drawn[name])
            assert (answer.observed, answer.changed) == (values[id], False), f"{id} in the explorer"


@settings(max_examples=5, phases=(Phase.explicit, Phase.generate), suppress_health_check=[HealthCheck.too_slow])
@given(VARIATIONS)
def test_a_number_is_the_same_wherever_it_is_read(variation: Variation) -> None:
    with tempfile.TemporaryDirectory() as folder:
        case = open_case(shop_of(Path(folder), variation.tables()), MONTH)
        values = observed(case)
        check_judgements(case, values)
        check_findings(case, values)
        check_workbook(case, values, Path(folder))
        check_explorer(case, values)


def test_a_number_of_its_own_is_noticed(tmp_path: Path) -> None:
    made = Variation(47, ["order.payment"], "apart", [], False, [], "")
    case = open_case(shop_of(tmp_path, made.tables()), MONTH)
    assert "order.payment" in [f.id for f in case.findings]
    wrong = observed(case) | {"check.payment": 0.5}
    for check in (check_judgements, check_findings, check_explorer):
        with pytest.raises(AssertionError, match=r"check\.payment"):
            check(case, wrong)
    with pytest.raises(AssertionError, match=r"check\.basket"):
        check_workbook(case, observed(case) | {"check.basket": 1.0}, tmp_path)
