"""sizhen send and sizhen outbox, from a published report to a real server."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import dkim
import pytest
from typer.testing import CliRunner

from bad_server import BadServer, Taken
from sizhen.cli import app
from sizhen.delivery import paper
from sizhen.delivery.outbox import Outbox, digest
from sizhen.delivery.sender import alone
from sizhen.delivery.settings import BOUNCES_PASSWORD
from small_agency import Agency
from small_key import PKCS8, record

DKIM = '\n[mail.dkim]\nselector = "s1"\nkey = "none.pem"\n'
BOX = '\n[bounces]\nhost = "127.0.0.1"\nport = 1\nuser = "back"\n'


def add(agency: Agency, text: str) -> None:
    agency.settings.write_text(agency.settings.read_text(encoding="utf-8") + text, encoding="utf-8")


class Served(Agency):
    """`taken`: what the server took."""

    taken: Taken


@pytest.fixture
def agency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(paper, "BROWSERS", ())
    monkeypatch.setattr(paper, "_by_weasyprint", lambda report: None)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    agency = Served(
        tmp_path,
        f'security = "none"\nport = {port}\ndomains = ["shop.example"]\n[mail.per_minute]\n"shop.example" = 6000\n',
    )
    agency.taken = Taken()
    server = BadServer(agency.taken, hostname="127.0.0.1", port=port)
    server.start()
    for shop, owner in (("linen", "ok1"), ("tea", "ok2"), ("silk", "user550")):
        agency.shop(shop, owner)
    yield agency
    server.stop()


def test_without_send_nothing_leaves_and_files_show_what_would(agency: Served) -> None:
    told = agency.send()
    assert told.exit_code == 0
    assert told.output.count("would go") == 3
    assert agency.states() == {}
    assert agency.taken.asked == {}
    preview = message_from_bytes((agency.reports / "outbox" / "preview" / "linen.eml").read_bytes(), policy=SMTP)
    assert (preview["To"].addresses[0].addr_spec, preview["X-Sizhen-Shop"]) == ("ok1@shop.example", "linen")


@pytest.mark.slow
def test_several_at_a_time_make_the_same_messages(agency: Served) -> None:
    """The PDFs are at hand: other processes know nothing of what is replaced in this one."""
    printed = agency.reports / "outbox" / "printed"
    printed.mkdir(parents=True)
    for shop in ("linen", "tea"):
        page = (agency.reports / "2026-10" / shop / "report.html").read_bytes()
        (printed / f"{digest(page)}.pdf").write_bytes(b"%PDF-1.7 " + shop.encode() + b" %%EOF")
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


def test_nobody_reads_the_mailbox_while_another_sends(agency: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BOUNCES_PASSWORD, "secret")
    text = agency.settings.read_text(encoding="utf-8")
    new = f'bounces = "back@agency.example"{BOX}[mail.per_minute]'
    agency.settings.write_text(text.replace("[mail.per_minute]", new), encoding="utf-8")
    with alone(agency.reports / "outbox"):
        assert agency.bounces().exit_code == 75


def test_a_server_that_is_away_keeps_all_queued(agency: Served) -> None:
    agency.settings.write_text(
        agency.settings.read_text(encoding="utf-8").replace("port = ", "port = 1 # "), encoding="utf-8"
    )
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
    log.write_text(f"accepted message-id={agency.taken.ids[0]}", encoding="utf-8")
    assert "sent" in CliRunner().invoke(app, ["outbox", "reconcile", str(log), *where]).output
    assert agency.states() == {"linen.0": "sent"}
    assert CliRunner().invoke(app, ["outbox", "resolve", "1", "sent", *where]).exit_code == 2
