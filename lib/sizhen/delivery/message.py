"""A published report as the message its owner gets. Nothing is sent here."""

from __future__ import annotations

import re
import secrets
from binascii import b2a_base64
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sizhen import view
from sizhen.delivery import letter
from sizhen.delivery.paper import Attachment, attachment
from sizhen.delivery.published import Refused, Report
from sizhen.delivery.row import digest
from sizhen.delivery.settings import is_address
from sizhen.document import Document
from sizhen.tables import Period, Profile

LARGEST = 10_000_000  # bytes of a whole message
COLUMNS = 76  # of base64 (RFC 2045 6.8)
LONGEST_BODY = 95_000  # bytes of HTML: Gmail cuts near 102,000
_UNIT = re.compile(r"(?<=\d) (?=\w)")  # before it no line may break
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


# Python forgets the quotes of a name when it folds the header, and a comma would part it into two addresses; it decodes
# what looks encoded (RFC 2047), line ends and all.
_SPECIAL = re.compile(r'[()<>\[\]:;@\\,."]+|=\?|\?=')


def build(
    report: Report,
    profile: Profile,
    *,
    sender: str,
    message_id: str,
    date: datetime,
    unsubscribe: str = "",
    attach: Literal["pdf", "html"] = "pdf",
    kept: Path | None = None,
) -> EmailMessage:
    """The message about a report, to the owner that `profile` names.

    `sender`: `Name <address>`; `message_id`: `<unique@domain>`; `date`: with its time zone; `unsubscribe`: the address
    that takes notice; `kept`: a folder that keeps what was printed. The same arguments, report and program that prints
    it give the same bytes. Sets the language of `view`. Raises Refused where the message would go to the wrong shop, to
    no or to several owners, or be too large.
    """
    period, document = _read(report, profile)
    _line(profile.name, f"name of {profile.shop_id}")
    if date.tzinfo is None:
        raise Refused("date: has no time zone; give it one")
    _mailbox(message_id[1:-1] if message_id[:1] + message_id[-1:] == "<>" else "", "message_id", "<unique@domain>")
    origin, to = _sender(sender), owner(profile)
    view.use(profile.language, profile.currency)
    told = letter.write(document, profile)
    stem = f"{profile.shop_id}-{period.label.replace('..', '_')}"
    paper = attachment(report.page, stem, form=attach, kept=kept)

    message = EmailMessage(policy=SMTP)
    message["From"] = origin
    message["To"] = to
    message["Subject"] = told.subject
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message["Precedence"] = "bulk"
    if unsubscribe:
        message["List-Unsubscribe"] = f"<mailto:{_mailbox(unsubscribe, 'unsubscribe', 'an address')}>"
    message["X-Sizhen-Shop"] = profile.shop_id
    message["X-Sizhen-Period"] = period.label
    message["X-Sizhen-Report"] = report.hash
    message["X-Sizhen-Paper"] = digest(paper.content)
    _fill(message, told, paper, unsubscribe)
    if (size := _size(message)) > LARGEST:
        raise Refused(_too_large(size, paper))
    return message


def owner(profile: Profile) -> Address:
    """Raises Refused where the profile names none, or not exactly one."""
    if not profile.owner_email:
        raise Refused(f"shop.toml of {profile.shop_id} names no owner; set email under [owner]")
    return _address(profile.owner_name, profile.owner_email, f"owner of {profile.shop_id}")


def wire(message: EmailMessage) -> bytes:
    """What as_bytes gives; that takes what `enclose` put in to pieces line by line, which costs more than all the rest.
    The message is used up: its attachments are gone."""
    large: list[tuple[bytes, bytes]] = []
    for part in message.walk():
        payload = part.get_payload()
        if isinstance(payload, str) and payload.endswith("\r\n"):
            mark = f"{secrets.token_hex(32)}\r\n"
            large.append((mark.encode(), payload.encode()))
            part.set_payload(mark)
    raw = message.as_bytes()
    for mark_of, body in large:
        raw = raw.replace(mark_of, body)
    return raw


def enclose(message: EmailMessage, paper: Attachment) -> None:
    """What add_attachment does, many times as fast; the lines of the part end as they do on the wire."""
    main = "application" if paper.kind == "pdf" else "text"
    message.add_attachment(b"", maintype=main, subtype=paper.kind, filename=paper.name)
    *_, part = message.iter_attachments()
    part.set_payload(_base64(paper.content))


def _base64(content: bytes) -> str:
    text = np.frombuffer(b2a_base64(content, newline=False), dtype=np.uint8)
    whole, rest = np.split(text, [len(text) // COLUMNS * COLUMNS])
    lines = np.empty((len(whole) // COLUMNS, COLUMNS + 2), dtype=np.uint8)
    lines[:, :COLUMNS], lines[:, COLUMNS:] = whole.reshape(-1, COLUMNS), tuple(b"\r\n")
    return b"".join((lines.data, rest.data, b"\r\n" if len(rest) else b"")).decode("ascii")


def _read(report: Report, profile: Profile) -> tuple[Period, Document]:
    """The period and the findings, if folder, findings and profile are of one shop and one period."""
    period = Period.parse(report.period)
    document = report.document
    shops = {report.shop, document.shop_id, profile.shop_id}
    if len(shops) > 1:
        raise Refused(
            f"{report.shop}: folder, findings and profile are of {', '.join(sorted(shops))}; take those of one shop"
        )
    days = document.period
    if (days.start, days.end) != (period.start, period.end):
        raise Refused(f"{report.shop}: its findings are of {days.start}..{days.end}; publish the report again")
    return period, document


def _sender(text: str) -> Address:
    found = getaddresses([_line(text, "sender")])
    display, mailbox = found[0] if len(found) == 1 else ("", "")
    return _address(display, mailbox, "sender")


def _address(display: str, mailbox: str, what: str) -> Address:
    name = " ".join(_SPECIAL.sub(" ", _line(display, what)).split())
    return Address(name, addr_spec=_mailbox(mailbox, what, "one address such as a@shop.example"))


def _mailbox(text: str, what: str, wanted: str) -> str:
    if not is_address(str(text)):
        raise Refused(f"{what}: {text!r} will not do; give {wanted}")
    return text


def _line(text: str, what: str) -> str:
    if _CONTROL.search(text):
        raise Refused(f"{what}: {text!r} has a line end or another control character; take it out")
    return text


def _fill(message: EmailMessage, told: letter.Letter, paper: Attachment, unsubscribe: str) -> None:
    """The parts: text and HTML as alternatives, the report attached to both."""
    values = {"letter": told, "file": paper.name, "unsubscribe": unsubscribe}
    html = _templates().get_template("mail.html.j2").render(values)
    if (size := len(html.encode())) > LONGEST_BODY:
        raise Refused(f"the text of the mail is {size:,} bytes long, over {LONGEST_BODY:,}: Gmail would cut it off")
    message.set_content(_templates().get_template("mail.txt.j2").render(values), cte="base64")
    message.add_alternative(html, subtype="html", cte="base64")
    enclose(message, paper)
    mark = digest(message["Message-ID"].encode())[:24]
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=_{mark}.{number}")


def _size(message: EmailMessage) -> int:
    """Bytes of all parts without their headers; as_bytes would take apart and copy what is large."""
    return sum(len(str(part.get_payload())) for part in message.walk() if not part.is_multipart())


def _too_large(size: int, paper: Attachment) -> str:
    smaller = "attach the report as html, which is smaller, or " if paper.kind == "pdf" else ""
    return (
        f"the message is {size / 1e6:.1f} MB, over the {LARGEST / 1e6:.0f} MB that mail servers take "
        f"({paper.name} is {len(paper.content) / 1e6:.1f} MB): {smaller}hand the report over in another way"
    )


@cache
def _templates() -> Environment:
    """HTML is escaped; the text part needs no escaping."""
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=lambda name: name is not None and name.endswith(".html.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["whole"] = lambda text: _UNIT.sub("\u00a0", text)
    made.globals |= {"name": view.labels.name, "say": view.labels.say, "reader": view.labels.reader}
    return made
