"""Failures that come back (RFC 3464) turn the row of the message they are about, and no other."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from sizhen.delivery.mailbox import Returned
from sizhen.delivery.outbox import TAG, Outbox
from sizhen.delivery.private import OutboxError
from sizhen.delivery.row import Row

FAILED, DELAYED = "failed", "delayed"
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
TAKEN = ("sent", "unknown")  # only what a server took can come back
LONGEST = 200  # characters of a reason
_BARE = r"[^\s@<>()\"':;,]"
_ELSE = re.compile(rf"(?<!{_BARE}){_BARE}++@{_BARE}+")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_CODE = re.compile(r"[245]\d\d\b")
_KIND = re.compile(r"^[\w-]+;\s*")  # of a diagnostic: smtp;


@dataclass(frozen=True)
class Notice:
    """What a server reports of message `number`. `action`: failed or delayed; `status`: such as 5.1.1 (RFC 3463)."""

    number: int
    tag: str
    action: str
    status: str
    diagnostic: str

    @property
    def code(self) -> int | None:
        """The three digits a server answered with."""
        found = _CODE.match(self.diagnostic)
        return int(found[0]) if found else None

    def said(self, recipient: str) -> str:
        """The reason in one short line that names nobody but the recipient."""
        told = _ELSE.sub(lambda match: match[0] if match[0].lower() == recipient.lower() else "…", self.diagnostic)
        return f"{self.action}: {self.status} {told}"[:LONGEST].strip()


@dataclass(frozen=True)
class Seen:
    """A mail of the mailbox: the row it is about and why, or no row where it was left alone."""

    row: Row | None
    said: str = ""


def collect(returned: Returned, outbox: Outbox, address: str) -> Iterator[Seen]:
    """One item an unread mail. Those about a message of this outbox are marked as read once they are written down; all
    others stay as they are: automatic replies, ordinary mail, and whatever names a message without its tag."""
    for uid, head in returned.heads():
        notice = read(returned.whole(uid), address) if is_report(head) else None
        seen = Seen(None) if notice is None else note(outbox, notice)
        if seen.row is not None:
            returned.done(uid)
        yield seen


def note(outbox: Outbox, notice: Notice) -> Seen:
    """Writes down what a notice says, if it carries the tag of its message."""
    try:
        row = outbox.row(notice.number)
    except OutboxError:
        return Seen(None)
    if not hmac.compare_digest(outbox.tag(row.id), notice.tag):
        return Seen(None)
    said = notice.said(row.recipient)
    if row.state in TAKEN:
        state = "failed" if notice.action == FAILED else row.state
        outbox.mark(row.id, state, code=notice.code, said=said)
    return Seen(row, said)


def is_report(head: Message) -> bool:
    return head.get_content_type() == "multipart/report"


def read(message: Message, address: str) -> Notice | None:
    """The notice in a mail to `address` plus number and tag; None where it is none, or not whole."""
    addressed = _addressed(message, address)
    blocks = list(_blocks(message))
    for action in (FAILED, DELAYED):
        for block in blocks:
            if addressed and _text(block, "Action").partition(" ")[0].lower() == action:
                status = _STATUS.search(_text(block, "Status"))
                diagnostic = _KIND.sub("", _text(block, "Diagnostic-Code"))
                return Notice(*addressed, action, status[0] if status else "", diagnostic)
    return None


def _addressed(message: Message, address: str) -> tuple[int, str] | None:
    name, _, domain = address.partition("@")
    wanted = re.compile(
        rf"(?<![^\s<,;]){re.escape(name)}\+(\d{{1,15}})\.([0-9a-f]{{{TAG}}})@{re.escape(domain)}(?![^\s>,;])",
        re.IGNORECASE,
    )
    named = (str(value) for header in ADDRESSED for value in message.get_all(header, []))
    found = next((match for value in named if (match := wanted.search(value))), None)
    return (int(found[1]), found[2].lower()) if found else None


def _blocks(message: Message) -> Iterator[Message]:
    """What is said of each recipient: the blocks of the delivery status, which is a part of the report itself."""
    if not is_report(message) or not message.is_multipart():
        return
    for part in message.get_payload():
        if isinstance(part, Message) and part.get_content_type() == "message/delivery-status" and part.is_multipart():
            yield from (block for block in part.get_payload() if isinstance(block, Message))


def _text(block: Message, name: str) -> str:
    """A field on one line, without anything that is not printed."""
    text = str(block.get(name, ""))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
