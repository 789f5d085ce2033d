"""The last look before a message leaves: is it whole, is it this shop's, does it go to its owner and nobody else."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from pathlib import Path

from pydantic_core import from_json

from sizhen.delivery.outbox import Row, digest
from sizhen.report import outdated

PAGE = "report.html"
REPORT = ("findings.json", PAGE)
NOTEBOOKS = "notebooks"
ADDRESSED = ("To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc")
NEVER_IN_MAIL = (b"Traceback (most recent call last)",)
_ABOUT = re.compile(rb'<meta name="sizhen" content="([\w. -]*)">')
LARGE = 30_000  # bytes of a base64 body that is not parsed line by line


class Refused(ValueError):
    """A message that must not go; the text says why."""


def report_hash(folder: Path) -> str:
    """Of the published report's findings and page together. Raises Refused where one is missing, the page was not made
    of notebooks of this shop and period, or the shop's last run has failed."""
    try:
        failed = outdated(folder.parent).get(folder.name)
    except ValueError as error:
        raise Refused(f"{folder.name}: whether its last run failed cannot be read ({error}); run it again") from None
    if failed:
        raise Refused(f"{folder.name}: its last run failed ({failed}), the report is of an earlier one; run it again")
    missing = [name for name in REPORT if not (folder / name).is_file()]
    if missing:
        raise Refused(f"{folder.name}: no {', '.join(missing)}; run the shop again")
    found, page = ((folder / name).read_bytes() for name in REPORT)
    about = _ABOUT.search(page)
    if about is None or about[1].decode() != f"{folder.name} {folder.parent.name}":
        raise Refused(f"{folder.name}: report.html is not the page of this shop and period; run the shop again")
    return digest(b"\0".join(digest(part).encode() for part in (found, page)))


@dataclass(frozen=True)
class Guard:
    """`owner` tells the registered owner's address of a shop, `report` the folder of its published report; `secrets`
    are words that must never leave. Mail for a test goes to `diverted` instead of the owner."""

    stored: Path
    owner: Callable[[str], str]
    report: Callable[[str, str], Path]
    domains: Collection[str]
    secrets: Mapping[str, str]
    diverted: str = ""

    def __call__(self, row: Row) -> bytes:
        """The bytes to send. Raises Refused."""
        raw = self._stored(row)
        light, heavy = _weighed(raw)
        message = message_from_bytes(light, policy=SMTP)
        self._addressed(row, message)
        self._about(row, message)
        self._unchanged(row)
        page = (self.report(row.shop, row.period) / PAGE).read_bytes()  # the PDF does not show its words to a search
        self._clean(raw, message, [*heavy, page])
        return raw

    def _stored(self, row: Row) -> bytes:
        path = self.stored / row.file
        if not path.is_file():
            raise Refused("the stored message is gone")
        raw = path.read_bytes()
        if digest(raw) != row.message_hash:
            raise Refused("the stored message was changed since it was queued")
        return raw

    def _addressed(self, row: Row, message: EmailMessage) -> None:
        """Header, envelope and register name one and the same address, and its domain is allowed."""
        headers = [value for name in ADDRESSED for value in message.get_all(name, [])]
        named = [a.addr_spec.lower() for value in headers for a in value.addresses]
        if named != [row.recipient]:
            raise Refused(f"the message names {len(named)} recipients, or another one than its envelope")
        wanted = self.diverted or self.owner(row.shop)
        if not wanted or wanted.lower() != row.recipient:
            raise Refused("the recipient is not the registered owner of the shop")
        domain = row.recipient.rpartition("@")[2]
        if not self.diverted and self.domains and domain not in self.domains:
            raise Refused(f"mail to {domain} is not allowed by the settings")

    def _about(self, row: Row, message: EmailMessage) -> None:
        """Message, findings and executed notebooks are of this shop and period."""
        told = (message["X-Sizhen-Shop"], message["X-Sizhen-Period"], message["Message-ID"])
        if told != (row.shop, row.period, row.message_id):
            raise Refused("the message is about another shop or period")
        folder = self.report(row.shop, row.period)
        notebooks = sorted((folder / NOTEBOOKS).glob("*.ipynb"))
        if not notebooks:
            raise Refused("the report has no executed notebooks; run the shop again")
        for path in notebooks:
            about, failed = _executed(path)
            if about != (row.shop, row.period):
                raise Refused(f"{path.name} was run for another shop or period")
            if failed:
                raise Refused(f"{path.name} ended in an error")

    def _unchanged(self, row: Row) -> None:
        folder = self.report(row.shop, row.period)
        if report_hash(folder) != row.report_hash:
            raise Refused("the report was made anew since this was queued; queue it again with --revise")
        document = from_json((folder / "findings.json").read_bytes())
        if document["shop_id"] != row.shop:
            raise Refused("the findings are of another shop")

    def _clean(self, raw: bytes, message: EmailMessage, heavy: list[bytes]) -> None:
        """No secret in any part, no trace of an error."""
        parts = [raw, *heavy, *(p.get_payload(decode=True) or b"" for p in message.walk() if not p.is_multipart())]
        for name, secret in self.secrets.items():
            if secret and any(word.encode() in part for word in {secret, escape(secret)} for part in parts):
                raise Refused(f"the message holds the secret {name}")
        for sign in NEVER_IN_MAIL:
            if any(sign in part for part in parts):
                raise Refused(f"the message holds {sign.decode()!r}")


def _executed(path: Path) -> tuple[tuple[str, str], bool]:
    """The shop and the period a notebook was run for, and whether it ended in an error."""
    try:
        notebook = from_json(path.read_bytes())
        given = notebook["metadata"].get("papermill", {}).get("parameters", {})
        failed = any(o["output_type"] == "error" for c in notebook["cells"] for o in c.get("outputs", []))
        return (given.get("shop_id"), given.get("period")), failed
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Refused(f"{path.name} cannot be read ({type(error).__name__}); run the shop again") from None


def _weighed(raw: bytes) -> tuple[bytes, list[bytes]]:
    """The message without its large base64 bodies, and what these hold: parsing them line by line takes longer than
    all checks."""
    light, heavy = [], []
    for piece in re.split(rb"(\r\n\r\n|\r\n--)", raw):
        held = _held(piece) if len(piece) > LARGE else None
        light.append(piece if held is None else b"")
        heavy.append(held or b"")
    return b"".join(light), list(filter(None, heavy))


def _held(body: bytes) -> bytes | None:
    """What a body holds that is nothing but base64."""
    try:
        return a2b_base64(body.translate(None, b"\r\n"), strict_mode=True)
    except Error:
        return None
