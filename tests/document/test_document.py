"""findings.json is read and written without loss, and what is none is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from sizhen.diagnosis import open_case
from sizhen.document import (
    Advice,
    AdviceOutcome,
    CostLine,
    Coverage,
    Data,
    Document,
    Expect,
    Finding,
    Sales,
    SplitPart,
    Stake,
    Unreadable,
    json_schema,
)
from sizhen.tables import Period, Shop
from sizhen.vocab import load
from small_document import document, finding

NUMBER = st.floats(allow_nan=False, allow_infinity=False)
KNOWN = st.none() | NUMBER
MONEY = st.floats(0, allow_infinity=False)
COUNT = st.integers(0, 10**9)
SOME = {"min_size": 1, "max_size": 3}
SCHEMA = jsonschema.Draft202012Validator(json_schema())


def several(of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=2).map(tuple)


METRICS = st.sampled_from(sorted(load().metrics))
IDS = st.builds("{}{}".format, st.sampled_from(sorted(load().causes)), st.just("") | st.text().map(":{}".format))
FINDINGS = st.builds(
    Finding,
    id=IDS,
    cause=st.sampled_from(sorted(load().causes)),
    metric=METRICS,
    source=st.sampled_from(sorted(load().rules)),
    observed=KNOWN,
    expected=KNOWN,
    n=st.none() | COUNT,
    p_value=st.none() | st.floats(0, 1),
    stake=st.builds(Stake, amount=MONEY, low=MONEY, high=MONEY),
    evidence=st.lists(st.sampled_from(["fact", "timing"]), **SOME).map(tuple),
    advice=st.builds(
        Advice,
        due_days=COUNT,
        expect=st.builds(Expect, metric=METRICS, value=KNOWN),
        due_on=st.none() | st.dates(),
        check_on=st.none() | st.dates(),
    ),
)
DOCUMENTS = st.builds(
    Document,
    shop_id=st.from_regex("[A-Za-z0-9_-]{0,9}", fullmatch=True).map(lambda text: f"a{text}"),
    issued_on=st.none() | st.dates(),
    data=st.builds(
        Data,
        fingerprint=st.sampled_from(["", "0" * 64]),
        tables=st.dictionaries(st.text(max_size=3), st.builds(Coverage, rows=COUNT), max_size=2),
    ),
    sales=st.builds(Sales, observed=KNOWN, expected=KNOWN, low=KNOWN, high=KNOWN, target=KNOWN),
    split=several(st.builds(SplitPart, path=st.lists(st.text(**SOME), **SOME).map(tuple), amount=NUMBER)),
    cost_lines=several(st.builds(CostLine, observed=KNOWN, expected=KNOWN)),
    findings=several(FINDINGS),
    previous=several(st.builds(AdviceOutcome, finding=IDS, then=KNOWN, now=KNOWN)),
)


@settings(max_examples=examples(40))
@given(DOCUMENTS)
def test_what_is_written_is_read_again(made: Document) -> None:
    plain = made.to_json()
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False)
    SCHEMA.validate(plain)
    assert Document.from_json(plain) == Document.parse(text) == made
    assert dict(made) == plain == json.loads(text)
    assert (list(made), len(made), made["shop_id"]) == (list(plain), len(plain), made.shop_id)


def test_a_document_of_schema_1_is_read_and_lacks_only_what_was_added() -> None:
    held = json.loads((Path(__file__).parent / "schema_1.json").read_text(encoding="utf-8"))
    read = Document.from_json(held)
    assert read.schema == 1
    assert set(_added(held, read.to_json())) <= {
        ".issued_on",
        ".maturity",
        ".sales.band",
        ".verdict",
        ".vitals",
        ".considered",
        ".data.orders",
        ".data.partial_days",
        *(f".findings.{key}" for key in ("sure", "decision", "advice.due_on", "advice.check_on")),
        *(f".findings.{key}" for key in ("task", "where", "sizes", "now", "periods")),
    }


def test_a_document_that_does_not_tell_missing_days_is_read() -> None:
    held = json.loads((Path(__file__).parent / "schema_1.json").read_text(encoding="utf-8"))
    del held["data"]["missing_days"]
    assert Document.from_json(held).data.missing_days == ()


def _added(old: Any, new: Any, at: str = "") -> list[str]:
    """Keys of `new` alone; all else is the same, in the same order."""
    if isinstance(old, dict):
        assert [key for key in new if key in old] == list(old), at
        more = [f"{at}.{key}" for key in new if key not in old]
        return more + [found for key in old for found in _added(old[key], new[key], f"{at}.{key}")]
    if isinstance(old, list):
        assert len(old) == len(new), at
        return [found for pair in zip(old, new, strict=True) for found in _added(*pair, at)]
    assert old == new, at
    return []


@pytest.mark.slow
def test_what_was_added_follows_from_what_is_there(sample_dir: Path) -> None:
    made = open_case(Shop.open(sample_dir, "linen-house"), Period.parse("2026-10")).document()
    plain = made.to_json()
    assert (plain["schema"], plain["issued_on"], plain["sales"]["band"]) == (2, "2026-11-01", 0.9)
    assert {m["metric"]: (m["from"], m["final_on"]) for m in plain["maturity"]}["refund_rate"] == (
        "2026-10-17",
        "2026-11-15",
    )
    for each in made.findings:
        assert (each.advice.due_on - made.issued_on).days == each.advice.due_days
        assert each.advice.check_on == each.advice.expect.by
        assert each.sure == ("high" if each.level == "A" else "medium")
        assert each.decision is None


def test_another_release_may_say_more() -> None:
    more = document(finding(hint={"zh": "补"}), mood={"state": "act"})
    assert Document.from_json(more) == Document.from_json(document(finding()))


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (document(schema=3), "schema: "),
        (document(shop_id="../x"), "shop_id: "),
        (document(period={"start": "2026-10-01", "end": "x"}), "period.end: "),
        (document(sales=document()["sales"] | {"low": float("nan")}), "sales.low: "),
        (document(finding(), finding("no.such_cause", id="stock.sold_out")), "findings.1.cause: "),
        (document(finding(id="no.such_cause:p1")), "findings.0.id: "),
        (document(finding(source="look.no-such-rule")), "findings.0.source: "),
        (document(finding(metric="no_such_metric")), "findings.0.metric: "),
        (
            document(
                previous=[{"finding": "no.such_cause", "advice": "", "then": 1.0, "now": 2.0, "outcome": "improved"}]
            ),
            "previous.0.finding: ",
        ),
        (document(finding(amount=-1.0)), "findings.0.stake.amount: "),
        (document(finding(says={"zh": "断货。"})), "findings.0.says.en: "),
        (document(finding(state="fine")), "findings.0.state: "),
        ({k: v for k, v in document().items() if k != "split"}, "split: "),
        ([], ""),
        (None, ""),
    ],
)
def test_a_wrong_field_is_named(wrong: Any, where: str) -> None:
    with pytest.raises(Unreadable, match=rf"^not a findings document \({where}"):
        Document.from_json(wrong)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "not whole"),
        ("", "not whole"),
        (b"\xff\xfe\xff", "not whole"),
        ('{"schema": NaN}', r"not whole \(NaN is no number\)"),
        ("1" * 5000, "not whole"),
        (json.dumps(document(finding(says={"zh": "\ud800", "en": ""}))), r"not whole \(.*surrogates"),
        ("[" * 100_000, "nested too deep"),
        ("[]", "not a findings document"),
    ],
)
def test_a_damaged_text_is_told_apart(text: str | bytes, what: str) -> None:
    with pytest.raises(Unreadable, match=f"^{what}"):
        Document.parse(text)


@pytest.mark.parametrize(
    ("last", "until"),
    [
        ({"shop_daily": "2026-10-14", "orders": "2026-10-31"}, "2026-10-14"),
        ({"reviews": "2026-10-30"}, "2026-10-30"),
        ({"orders": "2026-11-02"}, None),
        ({"products": None}, None),
        ({}, None),
    ],
)
def test_sales_are_known_until_the_last_day_of_their_table(last: dict[str, str | None], until: str | None) -> None:
    tables = {name: {"rows": 1, "first": None, "last": day} for name, day in last.items()}
    found = Document.from_json(document(data=document()["data"] | {"tables": tables})).sold_until
    assert (None if found is None else f"{found}") == until
