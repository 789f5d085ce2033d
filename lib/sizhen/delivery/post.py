"""From the published reports of a period to messages in the outbox, or to files to look at."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

from sizhen.delivery import message, private
from sizhen.delivery.order import objection
from sizhen.delivery.outbox import Outbox
from sizhen.delivery.published import Refused, Report, published, stale
from sizhen.delivery.row import OPEN, Row, message_id
from sizhen.delivery.settings import Mail, canonical
from sizhen.tables import DataError, Profile, Shop, UnknownShop

PREVIEW, PRINTED = "preview", "printed"


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
class Plan:
    """All that a message is made of; it can go to another process."""

    report: Report
    profile: Profile
    period: str
    recipient: str
    revision: int
    test: bool
    mail: Mail
    sign: Callable[[bytes], bytes]
    date: datetime
    printed: Path

    @property
    def message_id(self) -> str:
        return message_id(self.profile.shop_id, self.period, self.recipient, self.revision, self.mail.domain)


@dataclass(frozen=True)
class Made:
    plan: Plan
    subject: str
    raw: bytes


@dataclass(frozen=True)
class Post:
    """`reports`: the folder of reports; `sign`: gives a message its signature. Messages that only would go are written
    to PREVIEW beside the outbox, and what was printed is kept in PRINTED. `stale_ok`: reports older than their data go,
    too."""

    mail: Mail
    data: Path
    reports: Path
    outbox: Outbox
    now: Callable[[], datetime]
    sign: Callable[[bytes], bytes]
    diverted: str = ""
    stale_ok: bool = False

    def prepare(
        self, period: str, shops: list[str], *, revise: bool = False, queue: bool = False, jobs: int = 1
    ) -> Iterator[Item]:
        """One item a shop: its message as a file in PREVIEW, or with `queue` in the outbox; `jobs` made at a time."""
        plans = (self._planned(period, shop, revise=revise, queue=queue) for shop in dict.fromkeys(shops))
        for made in _ahead(plans, jobs) if jobs > 1 else map(_made, plans):
            yield made if isinstance(made, Item) else self._stored(made, queue=queue)

    def _planned(self, period: str, shop_id: str, *, revise: bool, queue: bool) -> Item | Plan:
        """What is to be made, or why nothing is."""
        try:
            shop = Shop.open(self.data, shop_id)
            report = published(self.reports / period / shop_id)
        except (Refused, DataError, UnknownShop, OSError) as error:
            return Item(shop_id, said=str(error))
        recipient = owner = canonical(shop.profile.owner_email)
        test = self.diverted.lower() not in ("", owner.lower())  # to the owner it is no test
        if test:
            recipient = self.diverted
        last = self.outbox.last(shop_id, period, recipient)
        if last is not None and (stays := _as_it_is(last, report, test=test, revise=revise)):
            if queue and self.stale_ok and last.state in OPEN:
                self.outbox.allow_stale(last.id)
            return stays
        profile = replace(shop.profile, owner_email=recipient)
        try:
            message.owner(profile)
            older = "" if self.stale_ok else stale(report, shop)
        except Refused as error:
            return Item(shop_id, recipient, said=str(error))
        unasked = "" if test else objection(self.outbox, shop_id, period, recipient)
        if unasked and not revise:
            return Item(shop_id, recipient, said=unasked)
        if older:
            return Item(shop_id, recipient, said=f"{older}; run the shop again, or send it as it is with --stale-ok")
        return Plan(
            report,
            profile,
            period,
            recipient,
            revision=int(bool(unasked)) if last is None else last.revision + 1,
            test=test,
            mail=self.mail,
            sign=self.sign,
            date=self.now(),
            printed=self.outbox.folder / PRINTED,
        )

    def _stored(self, made: Made, *, queue: bool) -> Item:
        plan, shop = made.plan, made.plan.profile.shop_id
        item = Item(shop, plan.recipient, made.subject, len(made.raw), "would go")
        if not queue:
            preview = self.outbox.folder / PREVIEW
            private.folder(preview)
            private.write(preview / f"{shop}.eml", made.raw)
            return item
        last = self.outbox.last(shop, plan.period, plan.recipient)
        if last is not None and last.state in OPEN:
            self.outbox.cancel(last.id)
        self.outbox.queue(
            shop=shop,
            period=plan.period,
            recipient=plan.recipient,
            revision=plan.revision,
            report_hash=plan.report.hash,
            message_id=plan.message_id,
            raw=made.raw,
            stale_ok=self.stale_ok,
            test=plan.test,
        )
        return replace(item, state="queued")


def _as_it_is(last: Row, report: Report, *, test: bool, revise: bool) -> Item | None:
    """What is said of a message that is there already and stays the last one; None where another may follow it."""
    unchanged = last.report_hash == report.hash
    same = unchanged and last.state not in ("failed", "cancelled")
    if not test and (same or not (revise or last.test)):  # a test to who is now the owner was no mail to him
        differs = "" if unchanged else "; the report has changed since: send it with --revise"
        return Item(last.shop, last.recipient, state=last.state, said=f"{last.said}{differs}")
    if last.state not in (*OPEN, "sent", "failed", "cancelled"):
        first = "resolve the earlier one first: sizhen outbox reconcile"
        return Item(last.shop, last.recipient, state=last.state, said=first)
    return None


def _made(plan: Item | Plan) -> Item | Made:
    """The signed message of a plan, or why there is none."""
    if isinstance(plan, Item):
        return plan
    try:
        built = message.build(
            plan.report,
            plan.profile,
            sender=plan.mail.sender,
            message_id=plan.message_id,
            date=plan.date,
            unsubscribe=plan.mail.unsubscribe,
            kept=plan.printed,
        )
    except Refused as error:
        return Item(plan.profile.shop_id, plan.recipient, said=str(error))
    except Exception as error:  # noqa: BLE001 - one shop never stops the others
        why = f"its report cannot be put into words ({type(error).__name__}: {error}); run the shop again"
        return Item(plan.profile.shop_id, plan.recipient, said=why)
    return Made(plan, str(built["Subject"]), plan.sign(message.wire(built)))


def _ahead(plans: Iterable[Item | Plan], jobs: int) -> Iterator[Item | Made]:
    """In order, made by `jobs` processes; so few are waited for that memory stays flat."""
    waiting: deque[Future[Item | Made]] = deque()
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        for plan in plans:
            waiting.append(pool.submit(_made, plan))
            if len(waiting) > 2 * jobs:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
