"""A published report as it is read for the mail: once, so that what is hashed, printed and told is the same bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from sizhen.delivery.row import digest
from sizhen.document import Document, Unreadable
from sizhen.report import outdated
from sizhen.tables import Shop

_ABOUT = re.compile(rb'<meta name="sizhen" content="([\w. -]*)">')


class Refused(ValueError):
    """A message that must not go or was not made; the text says what is wrong and what to do."""


@dataclass(frozen=True)
class Report:
    """The bytes of findings.json and report.html; `hash`: of both together."""

    shop: str
    period: str
    findings: bytes
    page: bytes
    hash: str

    @classmethod
    def read(cls, folder: Path) -> Self:
        """What lies in `<reports>/<period>/<shop>`. Raises Refused where one of the two is missing."""
        found, page = (_bytes(folder / name) for name in ("findings.json", "report.html"))
        both = digest(b"\0".join(digest(part).encode() for part in (found, page)))
        return cls(folder.name, folder.parent.name, found, page, both)

    @cached_property
    def document(self) -> Document:
        """The findings. Raises Refused where they cannot be read."""
        try:
            return Document.parse(self.findings)
        except Unreadable as error:
            raise Refused(f"{self.shop}: findings.json is {error}; run the shop again") from None

    @property
    def made_from(self) -> str:
        """The fingerprint of the data it was made from; empty where it does not say. Raises Refused."""
        return self.document.data.fingerprint


def _bytes(path: Path) -> bytes:
    shop = path.parent.name
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise Refused(f"{shop}: no {path.name}; run the shop again") from None
    except OSError as error:
        raise Refused(f"{shop}: {path.name} cannot be read ({error.strerror}); run the shop again") from None


def published(folder: Path) -> Report:
    """The report in a folder, fit to be mailed. Raises Refused where a part is missing, the page was not made of
    notebooks of this shop and period, or the shop's last run has failed."""
    try:
        failed = outdated(folder.parent).get(folder.name)
    except (OSError, ValueError) as error:
        raise Refused(f"{folder.name}: whether its last run failed cannot be read ({error}); run it again") from None
    if failed:
        raise Refused(f"{folder.name}: its last run failed ({failed}), the report is of an earlier one; run it again")
    report = Report.read(folder)
    about = _ABOUT.search(report.page)
    if about is None or about[1].decode() not in (
        f"{report.shop} {report.period}",  # earlier releases did not tell the data
        f"{report.shop} {report.period} {report.made_from}",
    ):
        raise Refused(f"{folder.name}: report.html is not the page of this shop, period and data; run the shop again")
    return report


def stale(report: Report, shop: Shop) -> str:
    """Why a report does not tell of the shop's data as they are now; empty where it does. Raises
    Refused where it cannot be read."""
    try:
        now = shop.fingerprint()
    except OSError as error:
        return f"the data of the shop cannot be read ({error.strerror})"
    if not report.made_from:
        return "the report does not say from which data it was made"
    return "" if report.made_from == now else "the data changed since the report was made"
