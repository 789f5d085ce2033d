"""sizhen send and sizhen outbox, from a published report to a real server."""

from __future__ import annotations

import shutil
from contextlib import closing
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import dkim
import pytest
from typer.testing import CliRunner

from sizhen.cli import app
from sizhen.delivery import paper
from sizhen.delivery.outbox import Outbox
from sizhen.delivery.sender import alone
from sizhen.delivery.settings import BOUNCES_PASSWORD
from small_agency import Agency, Served
from small_key import PKCS8, record

DKIM = '\n[mail.dkim]\nselector = "s1"\nkey = "none.pem"\n'
BOX = '\n[bounces]\nhost = "127.0.0.1"\nport = 1\nuser = "back"\n'


def add(agency: Agency, text: str) -> None:
    agency.settings.write_text(agency.settings.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_without_send_nothing_leaves_and_files_show_what_would(agency: Served) -> None:
    told = agency.send()
    assert told.exit_code == 0
    assert told.output.count("would go") == 3
    assert agency.states() == {}
    assert agency.taken.asked == {}
    preview = message_from_bytes((agency.reports / "outbox" / "preview" / "linen.eml").read_bytes(), policy=SMTP)
    assert (preview["To"].addresses[0].addr_spec, preview["X-Sizhen-Shop"]) == ("ok1@shop.example", "linen")


def test_findings_nested_too_deep_cost_no_other_shop_its_mail(agency: Served) -> None:
    (agency.reports / "2026-10" / "linen" / "findings.json").write_text("[" * 100_000, encoding="utf-8")
    told = agency.send("--send", "linen", "tea")
    assert told.exit_code == 1 and "findings.json is nested too deep" in " ".join(told.output.split())
    assert agency.taken.mail == {"ok2": 1}


def test_a_test_put_off_waits_for_its_own_command(agency: Served) -> None:
    agency.send("linen", "--send", "--to", "grey450@elsewhere.example")
    with closing(Outbox(agency.reports / "outbox")) as box:
        box.mark(1, "deferred")
    assert agency.send("tea", "--send").exit_code == 0
    assert agency.states() == {"linen.0": "deferred", "tea.0": "sent"}
    agency.taken.healed = True
    assert agency.send("linen", "--send", "--to", "grey450@elsewhere.example").exit_code == 0


@pytest.mark.slow
def test_several_at_a_time_make_the_same_messages(agency: Served) -> None:
    """The PDFs are at hand: other processes know nothing of what is replaced in this one."""
    printed = agency.reports / "outbox" / "printed"
    for shop in ("linen", "tea"):
        page = (agency.reports / "2026-10" / shop / "report.html").read_bytes()
        paper.keep(printed, page, b"%PDF-1.7 " + shop.encode() + b" %%EOF")
    (agency.data / "silk" / "shop.toml").unlink()
    told = agency.send("silk", "linen", "tea", "linen", "--send", "--jobs", "2")
    assert told.exit_code == 1 and "no shop 'silk'" in told.output
    assert agency.states() == {"linen.0": "sent", "tea.0": "sent"}
    assert agency.taken.mail == {"ok1": 1, "ok2": 1}
    for path in (agency.reports / "outbox").glob("*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=SMTP)
        (pdf,) = message.iter_attachments()
        assert pdf.get_content() == b"%PDF-1.7 " + message["X-Sizhen-Shop"].encode() + b" %%EOF"


def test_each_owner_gets_his_report_once(agency: Served) -> None:
    first = agency.send("--send")
    assert first.exit_code == 1
    assert agency.states() == {"linen.0": "sent", "silk.0": "failed", "tea.0": "sent"}
    again = agency.send("--send")
    assert agency.taken.mail == {"ok1": 1, "ok2": 1}
    assert "no such user" in again.output


def test_a_signed_message_passes_the_guard_and_is_stored_as_it_goes(agency: Served) -> None:
    (agency.folder / "dkim.pem").write_bytes(PKCS8)
    add(agency, DKIM.replace("none.pem", str(agency.folder / "dkim.pem")))
    assert agency.send("linen", "--send").exit_code == 0
    assert agency.states() == {"linen.0": "sent"}
    (stored,) = (agency.reports / "outbox").glob("*.eml")
    assert dkim.verify(stored.read_bytes(), dnsfunc=record)


def test_a_corrected_report_goes_when_asked_to(agency: Served) -> None:
    agency.send("linen", "--send")
    agency.publish("linen", 2000.0)
    assert "--revise" in agency.send("linen", "--send").output
    assert agency.taken.mail == {"ok1": 1}
    assert agency.send("linen", "--send", "--revise").exit_code == 0
    assert agency.taken.mail == {"ok1": 2}
    assert agency.states() == {"linen.0": "sent", "linen.1": "sent"}


def test_a_test_goes_to_the_tester_alone(agency: Served) -> None:
    told = agency.send("--send", "--to", "me@elsewhere.example")
    assert told.exit_code == 0
    assert agency.taken.mail == {"me": 3}
    assert agency.send("tea", "--send").exit_code == 0
    assert agency.taken.mail == {"me": 3, "ok2": 1}


def test_what_has_not_changed_is_not_sent_again_when_others_are_revised(agency: Served) -> None:
    agency.send("linen", "tea", "--send")
    agency.publish("linen", 2000.0)
    agency.send("linen", "tea", "--send", "--revise")
    assert agency.taken.mail == {"ok1": 2, "ok2": 1}
    assert agency.states() == {"linen.0": "sent", "linen.1": "sent", "tea.0": "sent"}


def test_a_test_leaves_what_waits_for_the_owners(agency: Served) -> None:
    agency.shop("tea", "grey450")
    agency.send("tea", "--send")
    due = Outbox(agency.reports / "outbox")
    due.mark(due.rows()[0].id, "queued")
    due.close()
    assert agency.send("linen", "--send", "--to", "me@elsewhere.example").exit_code == 0
    assert agency.states() == {"linen.0": "sent", "tea.0": "queued"}


@pytest.mark.parametrize("to", ["", " ", "me", "me@x.example,you@x.example", "Me <me@x.example>"])
def test_a_tester_who_is_none_never_means_the_owners(agency: Served, to: str) -> None:
    told = agency.send("--send", "--to", to)
    assert told.exit_code == 2 and "--to" in told.stderr
    assert agency.taken.asked == {} and agency.states() == {}


def test_a_test_to_the_owner_himself_is_no_second_copy(agency: Served) -> None:
    agency.send("linen", "--send")
    assert agency.send("linen", "tea", "--send", "--to", "OK1@shop.example").exit_code == 0
    assert agency.taken.mail == {"ok1": 1, "OK1": 1}
    assert agency.states() == {"linen.0": "sent", "tea.0": "sent"}


def test_a_tester_who_becomes_the_owner_gets_the_report_of_then(agency: Served) -> None:
    agency.send("linen", "--send", "--to", "ok7@shop.example")
    agency.own("linen", "ok7")
    agency.publish("linen", 3000.0)
    assert agency.send("linen", "--send").exit_code == 0
    assert agency.taken.mail == {"ok7": 2}
    assert agency.send("linen", "--send").exit_code == 0
    assert agency.taken.mail == {"ok7": 2}


def owner_in_two(agency: Served) -> None:
    path = agency.data / "linen" / "shop.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"ok1@shop.example"', '["a@x.example"]'), encoding="utf-8")


def owner_with_dots(agency: Served) -> None:
    path = agency.data / "linen" / "shop.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("ok1@shop", "ok1@shop."), encoding="utf-8")


def findings(text: str) -> Any:
    def spoil(agency: Served) -> None:
        (agency.reports / "2026-10" / "linen" / "findings.json").write_text(text, encoding="utf-8")

    return spoil


def page_of_tea(agency: Served) -> None:
    shutil.copy(agency.reports / "2026-10" / "tea" / "report.html", agency.reports / "2026-10" / "linen")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (owner_in_two, "owner.email"),
        (owner_with_dots, "one address"),
        (findings('{"shop_id": "linen"'), "is not whole"),
        (findings('{"shop_id": "linen", "sales": NaN}'), "NaN is no number"),
        (findings("[]"), "run the shop again"),
        (
            findings('{"shop_id": "linen", "period": {"start": "2026-10-01", "end": "2026-10-31"}}'),
            "findings.json is not a findings document (schema: Field required); run the shop again",
        ),
        (page_of_tea, "not the page of this shop"),
    ],
)
def test_what_is_wrong_with_one_shop_stops_no_other(agency: Served, spoil: Any, said: str) -> None:
    spoil(agency)
    told = agency.send("linen", "tea", "--send")
    assert told.exit_code == 1
    assert said in " ".join(told.output.split())
    assert agency.taken.mail == {"ok2": 1}


@pytest.mark.parametrize("owner", ["user550", "grey450"])
def test_it_is_no_success_until_all_is_sent(agency: Served, owner: str) -> None:
    agency.shop("tea", owner)
    assert [agency.send("linen", "tea", "--send").exit_code for _ in range(2)] == [1, 1]
    assert agency.send("linen", "--send").exit_code == 0


def test_a_ledger_that_is_gone_is_no_reason_to_send_again(agency: Served) -> None:
    agency.send("linen", "--send")
    for path in (agency.reports / "outbox").glob("outbox.sqlite*"):
        path.unlink()
    told = agency.send("linen", "--send")
    assert told.exit_code == 2 and "which were sent" in told.stderr
    (agency.reports / "outbox" / "outbox.sqlite").write_bytes(b"garbage " * 500)
    told = agency.send("linen", "--send")
    assert told.exit_code == 2 and "outbox.sqlite: file is not a database" in told.stderr
    assert agency.taken.mail == {"ok1": 1}


def test_an_outbox_that_cannot_be_written_or_is_not_there_is_named(agency: Served) -> None:
    told = CliRunner().invoke(app, ["outbox", "list", "--reports", str(agency.folder / "typo")])
    assert told.exit_code == 2 and "typo" in told.stderr and not (agency.folder / "typo").exists()
    (agency.reports / "outbox").write_text("no folder", encoding="utf-8")
    told = agency.send("linen", "--send")
    assert told.exit_code == 1 and "outbox" in told.stderr


def test_what_an_earlier_command_left_is_named_when_it_goes_along(agency: Served) -> None:
    with agency.away():
        agency.send("linen", "--send")
    told = agency.send("tea")
    assert told.output.count("earlier command") == 0
    told = agency.send("tea", "--send")
    assert "2026-10, left by an earlier command" in " ".join(told.output.split())
    assert agency.taken.mail == {"ok1": 1, "ok2": 1}


def test_a_shop_without_owner_is_told_and_the_others_go(agency: Served) -> None:
    profile = agency.data / "tea" / "shop.toml"
    profile.write_text(profile.read_text(encoding="utf-8").partition("[owner]")[0], encoding="utf-8")
    told = agency.send("linen", "tea", "--send")
    assert told.exit_code == 1
    assert "[owner]" in told.output
    assert agency.taken.mail == {"ok1": 1}


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (lambda a: a.settings.unlink(), 2, "docs/mail.md"),
        (lambda a: add(a, DKIM), 2, "openssl genrsa"),
        (lambda a: shutil.rmtree(a.reports), 2, "no report of 2026-10"),
    ],
)
def test_what_stops_the_command(agency: Served, spoil: Any, code: int, said: str) -> None:
    spoil(agency)
    told = agency.send("--send")
    assert told.exit_code == code
    assert said in told.output


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("", "", 2, "no table [bounces]"),
        ("[mail.per_minute]", f"{BOX}[mail.per_minute]", 2, "set mail.bounces"),
        ("[mail.per_minute]", f'bounces = "back@agency.example"{BOX}[mail.per_minute]', 1, "127.0.0.1: Connection"),
    ],
)
def test_what_keeps_the_mailbox_shut(
    agency: Served, monkeypatch: pytest.MonkeyPatch, old: str, new: str, code: int, said: str
) -> None:
    monkeypatch.setenv(BOUNCES_PASSWORD, "secret")
    agency.settings.write_text(agency.settings.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    told = agency.bounces()
    assert (told.exit_code, said in told.stderr) == (code, True), told.stderr


def test_nobody_turns_states_while_another_sends(agency: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BOUNCES_PASSWORD, "secret")
    text = agency.settings.read_text(encoding="utf-8")
    new = f'bounces = "back@agency.example"{BOX}[mail.per_minute]'
    agency.settings.write_text(text.replace("[mail.per_minute]", new), encoding="utf-8")
    agency.send("linen", "--send")
    with alone(agency.reports / "outbox"):
        assert agency.bounces().exit_code == 75
        reconcile = ["outbox", "reconcile", str(agency.settings), "--reports", str(agency.reports)]
        assert CliRunner().invoke(app, reconcile).exit_code == 75


def test_a_server_that_is_away_keeps_all_queued(agency: Served) -> None:
    with agency.away():
        told = agency.send("linen", "tea", "--send")
    assert told.exit_code == 1
    assert set(agency.states().values()) == {"queued"}


def test_the_outbox_can_be_read_and_resolved(agency: Served, tmp_path: Path) -> None:
    agency.shop("linen", "cutafter")
    assert agency.send("linen", "--send").exit_code == 1
    assert agency.states() == {"linen.0": "unknown"}
    where = ["--reports", str(agency.reports)]
    listed = CliRunner().invoke(app, ["outbox", "list", *where])
    assert "unknown" in listed.output
    log = tmp_path / "mail.log"
    log.write_text("nothing here", encoding="utf-8")
    assert "by hand" in CliRunner().invoke(app, ["outbox", "reconcile", str(log), *where]).output
    read = f"postfix/cleanup[9]: C5A63: message-id={agency.taken.ids[0]}\npostfix/smtpd[8]: lost connection after DATA"
    log.write_text(read, encoding="utf-8")
    assert "by hand" in CliRunner().invoke(app, ["outbox", "reconcile", str(log), *where]).output
    assert agency.states() == {"linen.0": "unknown"}
    told = CliRunner().invoke(app, ["outbox", "resolve", "1", "lost", *where])
    assert told.exit_code == 2 and "sent, queued or cancelled" in told.stderr
    log.write_text(f"accepted message-id={agency.taken.ids[0]}", encoding="utf-8")
    assert "sent" in CliRunner().invoke(app, ["outbox", "reconcile", str(log), *where]).output
    assert agency.states() == {"linen.0": "sent"}
    assert CliRunner().invoke(app, ["outbox", "resolve", "1", "sent", *where]).exit_code == 2
