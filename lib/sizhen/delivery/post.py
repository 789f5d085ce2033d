"""From the published reports of a period to messages in the outbox, or to files to look at."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

from sizhen.delivery import guard, message
from sizhen.delivery.outbox import OPEN, Outbox, message_id
from sizhen.delivery.settings import Mail
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

    folder: Path
    profile: Profile
    period: str
    recipient: str
    revision: int
    report_hash: str
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
    to PREVIEW beside the outbox, and what was printed is kept in PRINTED."""

    mail: Mail
    data: Path
    reports: Path
    outbox: Outbox
    now: Callable[[], datetime]
    sign: Callable[[bytes], bytes]
    diverted: str = ""

    def prepare(
        self, period: str, shops: list[str], *, revise: bool = False, queue: bool = False, jobs: int = 1
    ) -> Iterator[Item]:
        """One item a shop: its message as a file in PREVIEW, or with `queue` in the outbox; `jobs` made at a time."""
        plans = (self._planned(period, shop, revise=revise) for shop in dict.fromkeys(shops))
        for made in _ahead(plans, jobs) if jobs > 1 else map(_made, plans):
            yield made if isinstance(made, Item) else self._stored(made, queue=queue)

    def owner(self, shop: str) -> str:
        """The registered owner's address; empty where there is none."""
        try:
            return Shop.open(self.data, shop).profile.owner_email
        except (DataError, UnknownShop, OSError):
            return ""

    def report(self, shop: str, period: str) -> Path:
        return self.reports / period / shop

    def _planned(self, period: str, shop: str, *, revise: bool) -> Item | Plan:
        """What is to be made, or why nothing is."""
        try:
            profile = Shop.open(self.data, shop).profile
            content = guard.report_hash(self.report(shop, period))
        except (guard.Refused, DataError, UnknownShop, OSError) as error:
            return Item(shop, said=str(error))
        diverted = self.diverted not in ("", profile.owner_email.lower())  # to the owner it is no test
        if diverted:
            profile = replace(profile, owner_email=self.diverted)
        recipient = profile.owner_email.lower()
        last = self.outbox.last(shop, period, recipient)
        same = last is not None and last.report_hash == content and last.state not in ("failed", "cancelled")
        if last is not None and not diverted and (same or not revise):
            differs = "" if last.report_hash == content else "; the report has changed since: send it with --revise"
            return Item(shop, recipient, state=last.state, said=f"{last.said}{differs}")
        if last is not None and last.state not in (*OPEN, "sent", "failed", "cancelled"):
            return Item(
                shop, recipient, state=last.state, said="resolve the earlier one first: sizhen outbox reconcile"
            )
        return Plan(
            self.report(shop, period),
            profile,
            period,
            recipient,
            revision=0 if last is None else last.revision + 1,
            report_hash=content,
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
            preview.mkdir(exist_ok=True)
            (preview / f"{shop}.eml").write_bytes(made.raw)
            return item
        last = self.outbox.last(shop, plan.period, plan.recipient)
        if last is not None and last.state in OPEN:
            self.outbox.cancel(last.id)
        self.outbox.queue(
            shop=shop,
            period=plan.period,
            recipient=plan.recipient,
            revision=plan.revision,
            report_hash=plan.report_hash,
            message_id=plan.message_id,
            raw=made.raw,
        )
        return replace(item, state="queued")


def _made(plan: Item | Plan) -> Item | Made:
    """The signed message of a plan, or why there is none."""
    if isinstance(plan, Item):
        return plan
    try:
        built = message.build(
            plan.folder,
            plan.profile,
            sender=plan.mail.sender,
            message_id=plan.message_id,
            date=plan.date,
            unsubscribe=plan.mail.unsubscribe,
            kept=plan.printed,
        )
    except message.Refused as error:
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
