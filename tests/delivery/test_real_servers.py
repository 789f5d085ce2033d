"""The whole way through a real Postfix into a real Dovecot, and what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import dkim
import pytest
from imap_tools import MailMessageFlags

import real_mail
from real_mail import HOST, MailHost
from sizhen.delivery import paper
from sizhen.delivery.mailbox import MailboxError, opened
from sizhen.delivery.outbox import Outbox
from sizhen.delivery.settings import BOUNCES_PASSWORD, PASSWORD, Mailbox
from small_agency import Agency
from small_key import PKCS8, record

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(real_mail.missing()), reason=real_mail.missing() or "can be run"),
]
BACK, OWNER = "back@agency.example", "ok1@shop.example"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 400 + b"\n.\n..\r\n%%EOF"


@pytest.fixture(scope="module")
def servers() -> Iterator[MailHost]:
    with real_mail.running() as host:
        yield host
        assert real_mail.processes(host.base)
    assert real_mail.processes(host.base) == [] and not host.base.exists()


@pytest.fixture
def host(servers: MailHost) -> MailHost:
    servers.empty()
    return servers


@pytest.fixture
def agency(host: MailHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agency:
    """Two shops, one of an owner who is not there; PDFs need no browser."""
    monkeypatch.setattr(paper, "_by_browser", lambda report: PDF)
    monkeypatch.setenv(PASSWORD, real_mail.PASSWORD)
    monkeypatch.setenv(BOUNCES_PASSWORD, real_mail.PASSWORD)
    (tmp_path / "dkim.pem").write_bytes(PKCS8)
    agency = Agency(
        tmp_path,
        f'port = {host.submission}\nuser = "r@agency.example"\ntrust = "{host.authority}"\nbounces = "{BACK}"\n'
        f'unsubscribe = "stop@agency.example"\n[mail.dkim]\nselector = "s1"\nkey = "{tmp_path}/dkim.pem"\n'
        f'[bounces]\nhost = "{HOST}"\nport = {host.imaps}\nuser = "{BACK}"\ntrust = "{host.authority}"\n',
    )
    agency.shop("linen", "ok1")
    agency.shop("silk", "nobody")
    return agency


def change(agency: Agency, old: str, new: str) -> None:
    text = agency.settings.read_text(encoding="utf-8")
    assert old in text
    agency.settings.write_text(text.replace(old, new), encoding="utf-8")


def test_what_the_owner_opens_is_what_was_sent(agency: Agency, host: MailHost) -> None:
    assert agency.send("linen", "--send").exit_code == 0
    host.arrived(OWNER)
    with host.mailbox(OWNER) as box:
        (mail,) = box.fetch()
    assert (mail.subject, mail.from_, mail.to) == ("linen 10月：有 1 件事要办", "r@agency.example", (OWNER,))
    shape = ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf"]
    assert [part.get_content_type() for part in mail.obj.walk()] == shape
    (pdf,) = mail.attachments
    assert (pdf.filename, pdf.payload) == ("linen-2026-10.pdf", PDF)
    assert mail.text.startswith("有 1 件事要办。") and "stop@agency.example" in mail.text
    headers = {name: mail.headers[name] for name in ("auto-submitted", "precedence", "list-unsubscribe")}
    assert headers == {
        "auto-submitted": ("auto-generated",),
        "precedence": ("bulk",),
        "list-unsubscribe": ("<mailto:stop@agency.example>",),
    }


def test_the_signature_holds_where_it_arrives(agency: Agency, host: MailHost) -> None:
    agency.send("linen", "--send")
    (raw,) = host.arrived(OWNER)
    (path,) = (agency.reports / "outbox").glob("*.eml")
    assert raw.replace(b"\n", b"\r\n").endswith(path.read_bytes())
    assert dkim.verify(raw, dnsfunc=record)
    assert not dkim.verify(raw.replace(b"linen", b"silks"), dnsfunc=record)


def test_a_mail_that_comes_back_fails_its_row_and_no_other(agency: Agency, host: MailHost) -> None:
    assert agency.send("--send").exit_code == 0
    assert agency.states() == {"linen.0": "sent", "silk.0": "sent"}
    (bounced,) = host.arrived(BACK)
    assert re.search(rb"To: back\+2\.[0-9a-f]{12}@agency\.example", bounced)
    deliver(host, away(agency))
    told = agency.bounces()
    assert told.exit_code == 0 and "5.1.1" in told.output and "1 other mails left alone" in told.output
    assert agency.states() == {"linen.0": "sent", "silk.0": "failed"}
    again = agency.bounces()
    assert again.exit_code == 0 and "5.1.1" not in again.output and "1 other mails left alone" in again.output
    assert agency.states() == {"linen.0": "sent", "silk.0": "failed"}
    with host.mailbox(BACK) as box:
        assert sorted(("Out of office" in mail.subject, mail.flags) for mail in box.fetch(mark_seen=False)) == [
            (False, ("\\Seen",)),
            (True, ("\\Deleted",)),
        ]


def away(agency: Agency) -> bytes:
    """An owner's automatic reply to message 1."""
    box = Outbox(agency.reports / "outbox")
    to = f"back+1.{box.tag(1)}@agency.example"
    box.close()
    return (
        f"From: {OWNER}\r\nTo: {to}\r\nSubject: Out of office\r\nAuto-Submitted: auto-replied\r\n\r\nOut.\r\n".encode()
    )


def deliver(host: MailHost, raw: bytes) -> None:
    """Into the mailbox of failures, where somebody marked it to be deleted."""
    with host.mailbox(BACK) as box:
        box.append(raw, flag_set=MailMessageFlags.DELETED)


@pytest.mark.parametrize(
    ("old", "new"), [("\ntrust = ", "\n# trust = "), (f'host = "{HOST}"', 'host = "localhost"')], ids=["issuer", "name"]
)
def test_a_certificate_that_is_not_right_gets_no_password_and_no_mail(
    agency: Agency, host: MailHost, old: str, new: str
) -> None:
    agency.send("linen", "--send")
    host.arrived(OWNER)
    host.empty()
    change(agency, old, new)
    agency.publish("linen", 2000.0)
    sent = agency.send("linen", "--send", "--revise")
    assert sent.exit_code == 1 and "certificate" in sent.stderr
    assert agency.states() == {"linen.0": "sent", "linen.1": "queued"}
    assert "STARTTLS" in host.log() and "sasl" not in host.log() and "from=<" not in host.log()
    assert host.stored(OWNER) == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_mailbox_is_told_the_password_only_where_its_certificate_is_right(
    host: MailHost, security: Literal["tls", "starttls"]
) -> None:
    port = host.imaps if security == "tls" else host.imap
    right = Mailbox(host=HOST, port=port, security=security, user=BACK, trust=str(host.authority))
    for wrong in ({"trust": None}, {"host": "localhost"}, {"port": host.plain}):
        with pytest.raises(MailboxError), opened(right.model_copy(update=wrong), real_mail.PASSWORD):
            raise AssertionError("it opened")
    assert BACK not in host.log("dovecot.log")
    with pytest.raises(MailboxError, match="password is wrong"), opened(right, "wrong"):
        raise AssertionError("it opened")
    with opened(right, real_mail.PASSWORD) as returned:
        assert list(returned.heads()) == []
    missing = right.model_copy(update={"folder": "nowhere"})
    with pytest.raises(MailboxError, match="nowhere"), opened(missing, real_mail.PASSWORD):
        raise AssertionError("it opened")


def test_a_wrong_password_stops_and_loses_nothing(
    agency: Agency, host: MailHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD, "wrong")
    monkeypatch.setenv(BOUNCES_PASSWORD, "wrong")
    sent = agency.send("linen", "--send")
    assert sent.exit_code == 1 and "535" in sent.stderr and "wrong" not in sent.stderr
    assert agency.states() == {"linen.0": "queued"}
    assert agency.bounces().exit_code == 1
    monkeypatch.setenv(PASSWORD, real_mail.PASSWORD)
    assert agency.send("linen", "--send").exit_code == 0
    assert len(host.arrived(OWNER)) == 1


def test_a_server_that_cannot_encrypt_gets_nothing(agency: Agency, host: MailHost) -> None:
    change(agency, f"port = {host.submission}", f"port = {host.plain}")
    sent = agency.send("linen", "--send")
    assert sent.exit_code == 1 and "STARTTLS" in sent.stderr
    assert agency.states() == {"linen.0": "queued"}
    assert "from=<" not in host.log() and "auth" not in host.log()
