"""The last look before a message leaves: is it whole, is it this shop's, does it go to its owner and nobody else."""

from __future__ import annotations

import re
from binascii import Error, a2b_base64
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from pathlib import Path

from pydantic_core import from_json

from sizhen.delivery import private
from sizhen.delivery.published import Refused, Report, published, stale
from sizhen.delivery.row import Row, digest
from sizhen.tables import DataError, Shop, UnknownShop

NOTEBOOKS = "notebooks"
ADDRESSED = ("To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Resent-Bcc")
NEVER_IN_MAIL = (b"Traceback (most recent call last)",)
LARGE = 30_000  # bytes of a base64 body that is not parsed line by line


@dataclass(frozen=True)
class Guard:
    """`stored`: the folder of messages; `data`, `reports`: of shops and of their reports; `secrets`: words that must
    never leave. Mail for a test goes to `diverted` instead of the owner."""

    stored: Path
    data: Path
    reports: Path
    domains: Collection[str]
    secrets: Mapping[str, str]
    diverted: str = ""

    def __call__(self, row: Row) -> bytes:
        """The bytes to send. Raises Refused."""
        raw = self._stored(row)
        light, heavy = _weighed(raw)
        message = message_from_bytes(light, policy=SMTP)
        held = (part.get_payload(decode=True) for part in message.walk() if not part.is_multipart())
        parts = heavy + [part for part in held if isinstance(part, bytes)]
        shop = self._shop(row)
        self._addressed(row, message, shop.profile.owner_email)
        self._about(row, message)
        report = self._unchanged(row)
        _printed(row, message, parts)
        if not row.stale_ok and (why := stale(report, shop)):
            raise Refused(f"{why}; run the shop again and send it with --revise, or as it is with --revise --stale-ok")
        self._clean([raw, *parts, report.page])  # the PDF does not show its words to a search
        return raw

    def _stored(self, row: Row) -> bytes:
        try:
            raw = private.read(self.stored / row.file)
        except (OSError, private.OutboxError) as error:
            raise Refused(f"the stored message is gone or cannot be read ({error})") from None
        if digest(raw) != row.message_hash:
            raise Refused("the stored message was changed since it was queued")
        return raw

    def _shop(self, row: Row) -> Shop:
        try:
            return Shop.open(self.data, row.shop)
        except (DataError, UnknownShop, OSError) as error:
            raise Refused(f"the shop cannot be read: {error}") from None

    def _addressed(self, row: Row, message: EmailMessage, owner: str) -> None:
        """Header, envelope and register name one and the same address, and its domain is allowed."""
        headers = [value for name in ADDRESSED for value in message.get_all(name, [])]
        named = [a.addr_spec.lower() for value in headers for a in value.addresses]
        if named != [row.recipient.lower()]:
            raise Refused(f"the message names {len(named)} recipients, or another one than its envelope")
        wanted = self.diverted or owner
        if not wanted or wanted.lower() != row.recipient.lower():
            raise Refused("the recipient is not the registered owner of the shop")
        domain = row.recipient.rpartition("@")[2]
        if not self.diverted and self.domains and domain not in self.domains:
            raise Refused(f"mail to {domain} is not allowed by the settings")

    def _about(self, row: Row, message: EmailMessage) -> None:
        """Message, findings and executed notebooks are of this shop and period."""
        told = (message["X-Sizhen-Shop"], message["X-Sizhen-Period"], message["Message-ID"])
        if told != (row.shop, row.period, row.message_id):
            raise Refused("the message is about another shop or period")
        notebooks = sorted((self.reports / row.period / row.shop / NOTEBOOKS).glob("*.ipynb"))
        if not notebooks:
            raise Refused("the report has no executed notebooks; run the shop again")
        for path in notebooks:
            about, failed = _executed(path)
            if about != (row.shop, row.period):
                raise Refused(f"{path.name} was run for another shop or period")
            if failed:
                raise Refused(f"{path.name} ended in an error")

    def _unchanged(self, row: Row) -> Report:
        """The report that the message tells of, if it is still the one."""
        report = published(self.reports / row.period / row.shop)
        if report.hash != row.report_hash:
            raise Refused("the report was made anew since this was queued; queue it again with --revise")
        if report.document.shop_id != row.shop:
            raise Refused("the findings are of another shop")
        return report

    def _clean(self, parts: list[bytes]) -> None:
        """No secret in any part, no trace of an error."""
        for name, secret in self.secrets.items():
            if secret and any(word.encode() in part for word in {secret, escape(secret)} for part in parts):
                raise Refused(f"the message holds the secret {name}")
        for sign in NEVER_IN_MAIL:
            if any(sign in part for part in parts):
                raise Refused(f"the message holds {sign.decode()!r}")


def _printed(row: Row, message: EmailMessage, parts: list[bytes]) -> None:
    """What is attached is what was printed from the report that was queued. Earlier releases did not say."""
    made_from, paper = message["X-Sizhen-Report"], message["X-Sizhen-Paper"]
    if paper is None:
        return
    if str(made_from).strip() != row.report_hash or str(paper).strip() not in map(digest, parts):
        raise Refused("the attached file is not the one that was printed from this report; queue it again")


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
