"""A report older than its data, out of order or for another owner than before stays here, and says why."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sizhen.delivery.order import objection
from sizhen.delivery.outbox import opened
from small_agency import PERIOD, Served
from small_outbox import put

Change = Callable[[Served], None]


def words(told: object) -> str:
    return " ".join(told.output.split())  # type: ignore[attr-defined]


def new_table(agency: Served) -> None:
    (agency.data / "linen" / "orders.csv").write_text("order_id\n1\n", encoding="utf-8")


def new_target(agency: Served) -> None:
    with (agency.data / "linen" / "shop.toml").open("a", encoding="utf-8") as file:
        file.write('[targets]\n"2026-10" = 1\n')


@pytest.mark.parametrize("change", [new_table, new_target])
def test_a_report_older_than_its_data_is_not_made_into_a_message(agency: Served, change: Change) -> None:
    change(agency)
    for more in ((), ("--send",), ("--send", "--revise"), ("--send", "--to", "me@elsewhere.example")):
        told = agency.send("linen", "tea", *more)
        assert told.exit_code == 1
        assert "the data changed since the report was made; run the shop again, or send it as it is with" in words(told)
    assert agency.taken.mail == {"ok2": 1, "me": 1}
    assert agency.send("linen", "--send", "--stale-ok").exit_code == 0
    assert agency.taken.mail == {"ok1": 1, "ok2": 1, "me": 1}


def test_the_data_are_looked_at_again_right_before_it_leaves(agency: Served) -> None:
    with agency.away():
        agency.send("linen", "--send")
    new_table(agency)
    told = agency.send("tea", "--send")
    assert told.exit_code == 1 and agency.taken.mail == {"ok2": 1}
    assert agency.states() == {"linen.0": "failed", "tea.0": "sent"}
    assert "the data changed since the report was made" in agency.rows()[0].said
    assert agency.send("linen", "--send", "--revise").exit_code == 1
    assert agency.send("linen", "--send", "--revise", "--stale-ok").exit_code == 0
    assert agency.states() == {"linen.0": "failed", "linen.1": "sent", "tea.0": "sent"}


def test_what_may_be_older_than_its_data_goes_later_too(agency: Served) -> None:
    """Both what was queued so, and what waits when it is said."""
    new_table(agency)
    with agency.away():
        agency.send("linen", "--send", "--stale-ok")
        agency.send("tea", "--send")
    (agency.data / "tea" / "orders.csv").write_text("order_id\n2\n", encoding="utf-8")
    assert agency.send("tea", "--send", "--stale-ok").exit_code == 0
    assert agency.taken.mail == {"ok1": 1, "ok2": 1}


def test_what_was_sent_is_sent_whatever_becomes_of_the_data(agency: Served) -> None:
    agency.send("linen", "--send")
    new_table(agency)
    assert agency.send("linen", "--send").exit_code == 0
    agency.publish("linen", 2000.0)
    assert "send it with --revise" in words(agency.send("linen", "--send"))
    assert agency.taken.mail == {"ok1": 1}


def test_without_the_data_nothing_is_known_and_nothing_goes(agency: Served) -> None:
    with agency.away():
        agency.send("linen", "--send", "--stale-ok")
    shutil.rmtree(agency.data / "linen")
    told = agency.send("tea", "linen", "--send", "--stale-ok")
    assert told.exit_code == 1 and "no shop 'linen'" in words(told)
    assert agency.taken.mail == {"ok2": 1}
    assert agency.rows()[0].said.startswith("refused: the shop cannot be read: no shop 'linen'")


def test_a_table_that_cannot_be_read_is_no_reason_to_send(agency: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(self: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("sizhen.tables.Shop.fingerprint", denied)
    told = agency.send("linen", "--send")
    assert told.exit_code == 1 and "the data of the shop cannot be read (Permission denied)" in words(told)
    assert agency.taken.mail == {}


def test_findings_that_do_not_say_what_they_were_made_from_are_of_unknown_age(agency: Served) -> None:
    path = agency.reports / PERIOD / "linen" / "findings.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"fingerprint"', '"other"'), encoding="utf-8")
    assert "does not say from which data" in words(agency.send("linen", "--send"))
    assert agency.send("linen", "--send", "--stale-ok").exit_code == 0


@pytest.mark.parametrize(
    ("sent", "state", "then", "objected"),
    [
        ("2026-10", "sent", "2026-09", True),
        ("2026-10", "unknown", "2026-09", True),
        ("2026-10", "committing", "2026-09", True),
        ("2026-10", "queued", "2026-09", False),
        ("2026-10", "failed", "2026-09", False),
        ("2026-10", "cancelled", "2026-09", False),
        ("2026-09", "sent", "2026-10", False),
        ("2026-W45", "sent", "2026-W44", True),
        ("2026-W45", "sent", "2026-10", False),
        ("2026-10", "sent", "2026-W40", False),
        ("2026-11-01..2026-11-14", "sent", "2026-10-16..2026-10-31", True),
        ("2026-10-16..2026-10-31", "sent", "2026-11-01..2026-11-14", False),
        ("2026-10-01..2026-10-31", "sent", "2026-09", False),
    ],
)
def test_a_period_before_one_of_its_kind_that_may_have_gone_is_objected_to(
    tmp_path: Path, sent: str, state: str, then: str, objected: bool
) -> None:
    with opened(tmp_path) as box:
        row = put(box, "linen", period=sent)
        box.mark(row.id, state)
        said = objection(box, "linen", then, row.recipient)
        assert said.startswith(f"a later report ({sent})") is bool(said) is objected
        assert objection(box, "tea", then, row.recipient) == ""


def test_an_earlier_period_goes_when_asked_for(agency: Served) -> None:
    agency.publish("linen", period="2026-09")
    agency.send("linen", "--send")
    for more in ((), ("--send",)):
        told = agency.send("linen", *more, period="2026-09")
        assert told.exit_code == 1 and "(2026-10) was mailed already; if that is meant, send it with" in words(told)
    assert agency.taken.mail == {"ok1": 1}
    assert agency.send("linen", "--send", "--revise", period="2026-09").exit_code == 0
    assert agency.taken.mail == {"ok1": 2}


def test_an_earlier_period_that_was_put_off_does_not_come_after_a_later_one(agency: Served) -> None:
    agency.shop("linen", "grey450")
    agency.publish("linen", period="2026-11")
    agency.send("linen", "--send")
    agency.taken.healed = True
    agency.send("linen", "--send", period="2026-11")
    with opened(agency.reports / "outbox") as box:
        box.mark(1, "queued")
    assert agency.send("linen", "--send").exit_code == 1
    assert [row.state for row in agency.rows()] == ["failed", "sent"]
    assert agency.rows()[0].said.startswith("refused: a later report (2026-11) was mailed already")
    assert agency.send("linen", "--send", "--revise").exit_code == 0
    assert agency.taken.mail == {"grey450": 2}


def test_another_owner_gets_what_the_one_before_had_only_when_asked_for(agency: Served) -> None:
    agency.send("linen", "--send")
    agency.own("linen", "ok3")
    agency.publish("linen")
    told = agency.send("linen", "--send")
    assert told.exit_code == 1 and "was mailed to another address already; if that is meant, send it" in words(told)
    assert agency.taken.mail == {"ok1": 1}
    assert agency.send("linen", "--send", "--revise").exit_code == 0
    assert agency.send("linen", "--send", "--revise").exit_code == 0
    assert agency.taken.mail == {"ok1": 1, "ok3": 1}


def test_a_test_is_no_mail_to_another_owner(agency: Served) -> None:
    agency.publish("linen", period="2026-11")
    assert agency.send("linen", "--send", "--to", "me@elsewhere.example", period="2026-11").exit_code == 0
    assert agency.send("linen", "--send", "--to", "me@elsewhere.example").exit_code == 0
    assert agency.send("linen", "--send").exit_code == 0
    assert agency.taken.mail == {"me": 2, "ok1": 1}


def test_the_case_of_an_address_is_kept_and_makes_no_second_owner(agency: Served) -> None:
    profile = agency.data / "linen" / "shop.toml"
    text = profile.read_text(encoding="utf-8")
    for owner in ("User.Name@Shop.EXAMPLE", "user.name@shop.example", "USER.NAME@shop.example"):
        profile.write_text(text.replace("ok1@shop.example", owner), encoding="utf-8")
        agency.publish("linen")
        agency.send("linen", "--send")
    assert agency.taken.named == [("linen", "User.Name@shop.example")]
    assert [row.recipient for row in agency.rows()] == ["User.Name@shop.example"]
    message = (agency.reports / "outbox" / agency.rows()[0].file).read_bytes()
    assert b"To: Ann <User.Name@shop.example>" in message
