"""The case as a whole: the contract of findings.json, and the troubles planted in the sample shops."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from sizhen.diagnosis import Case, open_case
from sizhen.document import Document, json_schema
from sizhen.tables import Period, Shop, write_table
from sizhen.view import cards
from sizhen.vocab import load
from sound import contradictions

pytestmark = pytest.mark.slow

SCHEMA = json_schema()
SHOPS = ["linen-house", "tea-corner", "orders-only"]
SALES = ("visitors", "conversion", "average_order_value", "unsplit")


@pytest.fixture(
    scope="module", params=[(s, p) for s in SHOPS for p in ("2026-10", "2026-W43")], ids=lambda x: "-".join(x)
)
def document(request: pytest.FixtureRequest, sample_dir: Path) -> dict[str, Any]:
    shop, period = request.param
    return dict(json.loads(json.dumps(of(sample_dir, shop, period), allow_nan=False)))


@cache
def case_of(sample_dir: Path, shop: str, period: str = "2026-10") -> Case:
    return open_case(Shop.open(sample_dir, shop), Period.parse(period))


def of(sample_dir: Path, shop: str, period: str = "2026-10") -> dict[str, Any]:
    return case_of(sample_dir, shop, period).document().to_json()


def test_the_document_keeps_the_contract(document: dict[str, Any]) -> None:
    jsonschema.validate(document, SCHEMA)


def test_no_document_contradicts_itself(document: dict[str, Any]) -> None:
    assert contradictions(Document.from_json(document)) == []


def test_the_split_reconciles_at_every_level(document: dict[str, Any]) -> None:
    amounts = {tuple(p["path"]): p["amount"] for p in document["split"]}
    sales = document["sales"]
    roots = sum(a for p, a in amounts.items() if len(p) == 1)
    assert roots == pytest.approx(sales["observed"] - sales["expected"], abs=0.005)
    for path, amount in amounts.items():
        children = [a for p, a in amounts.items() if p[:-1] == path]
        if children:
            assert sum(children) == pytest.approx(amount, abs=0.005), path


def test_stakes_never_exceed_the_losses(document: dict[str, Any]) -> None:
    losses = sum(max(-p["amount"], 0.0) for p in document["split"] if len(p["path"]) == 1)
    excess = sum(max((c["observed"] or 0) - (c["expected"] or 0), 0.0) for c in document["cost_lines"])
    stakes = {
        k: sum(f["stake"]["amount"] for f in document["findings"] if f["stake"]["kind"] == k) for k in ("loss", "cost")
    }
    assert stakes["loss"] <= losses + 0.05
    assert stakes["cost"] <= excess + 0.05


def test_findings_are_ranked_and_worded(document: dict[str, Any]) -> None:
    losses = [f["stake"]["amount"] for f in document["findings"] if f["stake"]["kind"] != "opportunity"]
    assert losses == sorted(losses, reverse=True)
    for finding in document["findings"]:
        assert finding["cause"] in load().causes
        assert finding["source"] in load().rules
        assert (
            finding["stake"]["low"] <= finding["stake"]["amount"] <= finding["stake"]["high"] or finding["level"] == "D"
        )
        assert "{" not in finding["says"]["zh"] + finding["says"]["en"] + finding["advice"]["what"]["zh"]
        assert "caused" not in finding["says"]["en"]


def test_the_ill_shop_shows_what_was_planted(sample_dir: Path) -> None:
    acts = {f["id"] for f in of(sample_dir, "linen-house")["findings"] if f["state"] == "act"}
    causes = {a.partition(":")[0] for a in acts}
    assert "stock.sold_out:p0001" in acts
    assert {"ads.click_cost", "service.slow", "review.size", "peer.price_cut"} <= causes


@pytest.mark.parametrize("period", ["2026-10", "2026-W40", "2026-W41", "2026-W42", "2026-W43"])
def test_the_healthy_shop_has_nothing_to_do(sample_dir: Path, period: str) -> None:
    assert [f.id for f in case_of(sample_dir, "tea-corner", period).findings if f.state == "act"] == []


def test_a_shop_of_orders_knows_sales_and_says_what_it_cannot_know(sample_dir: Path) -> None:
    document = of(sample_dir, "orders-only")
    assert document["sales"]["observed"] > 0
    assert [p["path"] for p in document["split"]] == [["unsplit"]]
    unknown = {n["rule"]: n["needs"] for n in document["not_concluded"]}
    assert unknown["look.channel-change"] == ["traffic_daily"]
    assert unknown["check.funnel"] == ["shop_daily.visitors"]


def test_a_period_before_all_data_compares_with_nothing(sample_dir: Path) -> None:
    document = of(sample_dir, "linen-house", "2026-07-04..2026-07-08")
    jsonschema.validate(json.loads(json.dumps(document)), SCHEMA)
    assert document["baseline"] is None
    assert document["sales"]["expected"] is None
    assert document["split"] == []
    assert [f for f in document["findings"] if f["reference"] == "own_baseline"] == []


def test_the_same_data_give_the_same_document(sample_dir: Path) -> None:
    again = case_of.__wrapped__(sample_dir, "tea-corner").document().to_json()
    assert json.dumps(of(sample_dir, "tea-corner")) == json.dumps(again)


def test_a_day_after_the_period_changes_nothing(sample_dir: Path) -> None:
    """What lies outside is not looked at: the week's document is the same with and without the days after it."""
    early = of(sample_dir, "linen-house", "2026-W40")
    assert early["period"]["end"] == "2026-10-04"
    assert all(f["since"] is None or f["since"] <= "2026-10-04" for f in early["findings"])


def test_rows_that_an_analyst_changed_change_the_number_and_are_marked(sample_dir: Path) -> None:
    case = case_of(sample_dir, "linen-house")
    groups = case.frame("look.traffic_groups")
    own, paid = case.judge("look.paid-share"), groups["group"] == "paid"
    assert case.judge("look.paid-share", groups.copy()) == own
    doubled = groups.assign(visitor_days=groups["visitor_days"].where(~paid, 2 * groups["visitor_days"]))
    theirs = case.judge("look.paid-share", doubled)
    share, of = float(doubled.loc[paid, "visitor_days"].sum()), float(doubled["visitor_days"].sum())
    assert (theirs.observed, theirs.n, theirs.changed) == (share / of, of, True)
    assert f"{share / of:.0%}" in theirs.says.en
    assert "With your rows" in str(cards.judgement(theirs).html) or "按您改过的表" in str(cards.judgement(theirs).html)
    with pytest.raises(ValueError, match=r"look\.traffic_groups:paid_share cannot be read off"):
        case.judge("look.paid-share", groups.drop(columns="group"))


def test_a_rule_without_a_number_is_never_answered_by_an_analysts_rows(sample_dir: Path) -> None:
    case = case_of(sample_dir, "linen-house")
    own = case.frame("listen.scores")
    assert load().rules["listen.scores"].figure == ""
    assert not case.judge("listen.scores", own.head(1)).changed


def test_what_was_spent_is_one_number_where_two_tables_tell_two(sample_dir: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(sample_dir / "linen-house", tmp_path / "linen-house"))
    ads = Shop.open(tmp_path, "linen-house").table("ads_daily")
    write_table(folder, "ads_daily", ads.assign(cost=1.2 * ads["cost"]))
    case = open_case(Shop.open(tmp_path, "linen-house"), Period.parse("2026-10"))
    spend = case.frame("expected.pages_and_spend").set_index("metric").loc["ad_spend"]
    line = next(c for c in case.document().cost_lines if c.name == "ad_spend")
    assert (spend["observed"], spend["expected"]) == pytest.approx((line.observed, line.expected))


@pytest.mark.parametrize("period", ["2026-10", "2026-W43", "2026-09-20..2026-10-10"])
def test_the_target_of_the_verdict_is_that_of_the_table(sample_dir: Path, period: str) -> None:
    case = case_of(sample_dir, "linen-house", period)
    whole = case.frame("check.target")["target_to_date"]
    assert case.document().sales.target == (None if whole.isna().any() else pytest.approx(whole.iloc[-1], abs=0.01))
