"""An outbox of small messages, and a sender without patience."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

from sizhen.delivery.outbox import Outbox
from sizhen.delivery.row import Row, message_id
from sizhen.delivery.sender import Sender
from sizhen.delivery.transport import Server

DOMAIN = "shop.example"


def put(outbox: Outbox, who: str, revision: int = 0, domain: str = DOMAIN, period: str = "2026-10") -> Row:
    recipient = f"{who}@{domain}"
    id = message_id(who, period, recipient, revision, "agency.example")
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = "r@agency.example", recipient, id
    message.set_content("line\n.dotted\n" * 50)
    return outbox.queue(
        shop=who,
        period=period,
        recipient=recipient,
        revision=revision,
        report_hash="r",
        message_id=id,
        raw=message.as_bytes(),
    )


def stored(outbox: Outbox) -> Callable[[Row], bytes]:
    return lambda row: (outbox.folder / row.file).read_bytes()


def sender(outbox: Outbox, port: int, **more: object) -> Sender:
    where = Server("127.0.0.1", port, "none", command_seconds=3, taken_seconds=5)
    given: dict[str, object] = {"guard": stored(outbox), "sleep": lambda seconds: None} | more
    return Sender(outbox, where, lambda row: "r@agency.example", **given)  # type: ignore[arg-type]


def states(outbox: Outbox) -> dict[str, str]:
    return {row.shop: row.state for row in outbox.rows()}
