"""From the published reports of a period to messages in the outbox, or to files to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from sizhen.delivery import guard, message
from sizhen.delivery.outbox import OPEN, Outbox, Row, digest, message_id
from sizhen.delivery.settings import Mail
from sizhen.tables import DataError, Profile, Shop, UnknownShop


@dataclass(frozen=True)
class Item:
    """What becomes of one shop's report. `state`: would go, queued, or that of its row; `said`: why not."""

    shop: str
    recipient: str = ""
    subject: str = ""
    size: int = 0
    state: str = "refused"
    said: str = ""


@dataclass(frozen=True)
class Post:
    """`reports`: the folder of reports; `preview`: where messages that only would go are written."""

    mail: Mail
    data: Path
    reports: Path
    outbox: Outbox
    preview: Path
    now: Callable[[], datetime]
    diverted: str = ""

    def prepare(self, period: str, shops: list[str], *, revise: bool = False, queue: bool = False) -> Iterator[Item]:
        """One item a shop: its message as a file in `preview`, or with `queue` in the outbox."""
        for shop in shops:
            try:
                yield self._one(period, shop, revise=revise, queue=queue)
            except (message.Refused, guard.Refused, DataError, UnknownShop) as error:
                yield Item(shop, said=str(error))

    def owner(self, shop: str) -> str:
        """The registered owner's address; empty where there is none."""
        try:
            return Shop.open(self.data, shop).profile.owner_email
        except (DataError, UnknownShop):
            return ""

    def report(self, shop: str, period: str) -> Path:
        return self.reports / period / shop

    def _one(self, period: str, shop: str, *, revise: bool, queue: bool) -> Item:
        profile = Shop.open(self.data, shop).profile
        if self.diverted:
            profile = replace(profile, owner_email=self.diverted)
        recipient = profile.owner_email.strip().lower()
        content = guard.report_hash(self.report(shop, period))
        last = self.outbox.last(shop, period, recipient)
        same = last is not None and last.report_hash == content and last.state not in ("failed", "cancelled")
        if last is not None and not self.diverted and (same or not revise):
            differs = "" if last.report_hash == content else "; the report has changed since: send it with --revise"
            return Item(shop, recipient, state=last.state, said=f"{last.said}{differs}")
        if last is not None and last.state not in (*OPEN, "sent", "failed", "cancelled"):
            return Item(
                shop, recipient, state=last.state, said="resolve the earlier one first: sizhen outbox reconcile"
            )
        revision = 0 if last is None else last.revision + 1
        made = self._message(profile, period, recipient, revision)
        raw = made.as_bytes()
        item = Item(shop, recipient, str(made["Subject"]), len(raw), "would go")
        if not queue:
            self.preview.mkdir(parents=True, exist_ok=True)
            (self.preview / f"{shop}.eml").write_bytes(raw)
            return item
        self._queue(last, shop, period, recipient, revision, content, made["Message-ID"], raw)
        return replace(item, state="queued")

    def _message(self, profile: Profile, period: str, recipient: str, revision: int) -> EmailMessage:
        return message.build(
            self.report(profile.shop_id, period),
            profile,
            sender=self.mail.sender,
            message_id=message_id(profile.shop_id, period, recipient, revision, self.mail.domain),
            date=self.now(),
            unsubscribe=self.mail.unsubscribe,
        )

    def _queue(
        self, last: Row | None, shop: str, period: str, recipient: str, revision: int, content: str, id: str, raw: bytes
    ) -> None:
        if last is not None and last.state in OPEN:
            self.outbox.cancel(last.id)
        row = self.outbox.queue(
            shop=shop,
            period=period,
            recipient=recipient,
            revision=revision,
            report_hash=content,
            message_id=id,
            raw=raw,
        )
        assert row.message_hash == digest(raw)
