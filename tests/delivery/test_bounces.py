"""A failure that comes back turns its own row and no other, whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sizhen.delivery.bounces import collect, is_report, read
from sizhen.delivery.outbox import Outbox
from sizhen.delivery.row import message_id

BACK = "back@agency.example"
TAG = "0123456789ab"
HARD = "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <ok1@shop.example>: no such user"
LATE = "Action: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; 451 try later"
REPORT = """From: MAILER-DAEMON@shop.example
To: {to}
Subject: Undelivered
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b

It did not go.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.shop.example

Final-Recipient: rfc822; ok1@shop.example
{about}

--b
Content-Type: text/rfc822-headers

To: ok1@shop.example

--b--
"""
AWAY = "To: {to}\nAuto-Submitted: auto-replied\nSubject: Out of office\n\nAction: failed\nStatus: 5.1.1\n"


@dataclass
class Inbox:
    """Mails as they lie on a server."""

    mails: list[bytes]
    read: set[str] = field(default_factory=set)

    def heads(self) -> Iterator[tuple[str, Message]]:
        for uid, mail in enumerate(self.mails):
            if str(uid) not in self.read:
                yield str(uid), message_from_bytes(mail.partition(b"\n\n")[0] + b"\n\n")

    def whole(self, uid: str) -> Message:
        return message_from_bytes(self.mails[int(uid)])

    def done(self, uid: str) -> None:
        self.read.add(uid)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Outbox]:
    """Messages 1 to 4: two sent, one in doubt, one queued."""
    box = Outbox(tmp_path / "outbox")
    for shop, state in (("linen", "sent"), ("tea", "sent"), ("silk", "unknown"), ("wool", "queued")):
        to = f"{shop}@shop.example"
        id = message_id(shop, "2026-10", to, 0, "agency.example")
        row = box.queue(shop=shop, period="2026-10", recipient=to, revision=0, report_hash="", message_id=id, raw=b"x")
        box.mark(row.id, state, code=250, said="taken")
    yield box
    box.close()


def address(box: Outbox, number: int) -> str:
    return f"back+{number}.{box.tag(number)}@agency.example"


def report(to: str, about: str = HARD) -> bytes:
    return REPORT.format(to=to, about=about).encode()


def taken(box: Outbox, *mails: bytes) -> tuple[list[tuple[int, str] | None], set[str]]:
    """Numbers and reasons, and the mails that are marked as read."""
    inbox = Inbox(list(mails))
    seen = list(collect(inbox, box, BACK))  # type: ignore[arg-type]
    return [(each.row.id, each.said) if each.row else None for each in seen], inbox.read


def states(box: Outbox) -> list[str]:
    return [row.state for row in box.rows()]


def test_a_failure_turns_its_row_and_no_other(box: Outbox) -> None:
    seen, read = taken(box, report(address(box, 2)))
    assert seen == [(2, "failed: 5.1.1 550 5.1.1 <…>: no such user")]
    assert states(box) == ["sent", "failed", "unknown", "queued"]
    row = box.row(2)
    assert (row.code, row.said, row.attempts, read) == (550, seen[0][1], 0, {"0"})


def test_what_was_in_doubt_can_fail_too_and_what_was_never_sent_cannot(box: Outbox) -> None:
    seen, read = taken(box, report(address(box, 3)), report(address(box, 4)))
    assert [each and each[0] for each in seen] == [3, 4] and read == {"0", "1"}
    assert states(box) == ["sent", "sent", "failed", "queued"]
    assert box.row(4).said == "taken"


def test_a_delay_is_noted_only_and_a_failure_may_follow(box: Outbox) -> None:
    seen, _ = taken(box, report(address(box, 1), LATE))
    assert seen == [(1, "delayed: 4.4.1 451 try later")]
    assert (box.row(1).state, box.row(1).said) == ("sent", "delayed: 4.4.1 451 try later")
    taken(box, report(address(box, 1)))
    assert box.row(1).state == "failed"
    taken(box, report(address(box, 1), LATE))
    assert (box.row(1).state, box.row(1).said[:6]) == ("failed", "failed")


def test_only_the_recipient_is_named_and_nothing_unprintable_is_kept(box: Outbox) -> None:
    told = "Action: Failed (really)\nStatus: 5.7.1 (no)\nDiagnostic-Code: smtp;550 <tea@shop.example> is "
    told += "boss@rival.example\x1b[31m\x07\u202e\n  "
    taken(box, report(address(box, 2), told + "x" * 5000))
    said = box.row(2).said
    assert said.startswith("failed: 5.7.1 550 <tea@shop.example> is …") and "rival" not in said
    assert len(said) <= 200 and said.isprintable()


@pytest.mark.parametrize(
    "mail",
    [
        AWAY,
        AWAY.replace("Auto-Submitted", "Content-Type: multipart/mixed; boundary=b\nAuto-Submitted"),
        REPORT.replace("{about}", "Action: delivered\nStatus: 2.0.0"),
        REPORT.replace("{about}", "Action: relayed"),
        REPORT.replace("{about}", "Status: 5.1.1"),
        REPORT.replace("{about}", HARD).replace("delivery-status\n", "disposition-notification\n"),
        REPORT.replace("{about}", HARD).replace("--b\n", "--c\n"),
        "To: {to}\nContent-Type: message/rfc822\n\n" + REPORT.replace("{about}", HARD),
        "To: {to}\nContent-Type: multipart/report\n\nAction: failed",
        "To: {to}\nContent-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n",
    ],
)
def test_what_is_no_failure_is_left_alone(box: Outbox, mail: str) -> None:
    assert taken(box, mail.replace("{to}", address(box, 1)).encode()) == ([None], set())
    assert states(box) == ["sent", "sent", "unknown", "queued"]


def test_a_forged_failure_turns_nothing(box: Outbox) -> None:
    forged = [
        f"back+1.{TAG}@agency.example",
        "back+1@agency.example",
        "back@agency.example",
        f"back+1.{box.tag(2)}@agency.example",
        f"back+99.{box.tag(99)}@agency.example",
        f"back+999999999999999999999.{box.tag(1)}@agency.example",
        f"back+999999999999999.{TAG}@agency.example",
        f"evil.back+1.{box.tag(1)}@agency.example",
        f"back+1.{box.tag(1)}@agency.example.evil.example",
        f"back+1.{box.tag(1)[:-1]}@agency.example",
    ]
    assert taken(box, *map(report, forged)) == ([None] * len(forged), set())
    assert states(box) == ["sent", "sent", "unknown", "queued"]


def test_the_tag_is_of_this_outbox_and_stays(box: Outbox, tmp_path: Path) -> None:
    again, other = Outbox(box.folder), Outbox(tmp_path / "other")
    assert again.tag(1) == box.tag(1) != box.tag(2)
    assert other.tag(1) != box.tag(1)
    again.close(), other.close()


@pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "Envelope-To", "TO"])
def test_the_address_is_found_where_servers_write_it(box: Outbox, header: str) -> None:
    to = address(box, 1).upper().replace("BACK", "Back")
    mail = report(f"postmaster@agency.example\n{header}: <{to}>")
    assert [each and each[0] for each in taken(box, mail)[0]] == [1]


def test_a_second_run_does_nothing(box: Outbox) -> None:
    inbox = Inbox([report(address(box, 1)), AWAY.format(to=address(box, 2)).encode()])
    assert len(list(collect(inbox, box, BACK))) == 2  # type: ignore[arg-type]
    before = box.rows()
    assert [each.row for each in collect(inbox, box, BACK)] == [None]  # type: ignore[arg-type]
    assert box.rows() == before


WHOLE = report(f"back+1.{TAG}@agency.example")


@given(st.integers(0, len(WHOLE)), st.integers(0, 60), st.binary(max_size=30))
def test_a_spoilt_mail_never_ends_in_a_traceback(place: int, cut: int, put: bytes) -> None:
    message = message_from_bytes(WHOLE[:place] + put + WHOLE[place + cut :])
    notice = read(message, BACK)
    assert is_report(message) or notice is None
    assert notice is None or notice.said("").isprintable()


@given(st.binary(max_size=400))
def test_any_fields_make_no_traceback(about: bytes) -> None:
    notice = read(message_from_bytes(WHOLE.replace(HARD.encode(), about)), BACK)
    assert notice is None or (notice.number, notice.tag) == (1, TAG)
