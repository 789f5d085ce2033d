"""The ledger of what is to be sent: one row per shop, period, recipient and revision, each sent at most once."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from sizhen.delivery.answers import LONGEST_WAIT

OPEN = ("queued", "deferred")
BASE = "outbox.sqlite"
LATEST = 2 * LONGEST_WAIT
HOW = "put its backup back, or move the folder away after finding out what was sent"
STATES = ("queued", "sending", "committing", "sent", "deferred", "failed", "unknown", "cancelled")
ENDED = ("sent", "failed", "cancelled")
TAG = 12  # hexadecimal digits
TABLE = f"""
create table if not exists message (
  id integer primary key,
  shop text not null,
  period text not null,
  recipient text not null,
  revision integer not null,
  report_hash text not null,
  message_hash text not null,
  message_id text not null unique,
  file text not null,
  state text not null check (state in {STATES}),
  attempts integer not null default 0,
  next_at real not null default 0,
  code integer,
  said text not null default '',
  changed real not null,
  unique (shop, period, recipient, revision)
) strict
"""
KEY = "create table if not exists key (secret blob not null) strict"


class OutboxError(ValueError):
    """A row cannot do what is asked of it, or the ledger cannot be read or written."""


@dataclass(frozen=True)
class Row:
    """`file`: the stored message, beside the ledger. `next_at`, `changed`: seconds since 1970. `code`, `said`: the
    server's last answer or our own words."""

    id: int
    shop: str
    period: str
    recipient: str
    revision: int
    report_hash: str
    message_hash: str
    message_id: str
    file: str
    state: str
    attempts: int
    next_at: float
    code: int | None
    said: str
    changed: float


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def message_id(shop: str, period: str, recipient: str, revision: int, domain: str) -> str:
    """The same for the same row always: a server or a mailbox that has it can tell."""
    key = "\0".join((shop, period, recipient.lower(), str(revision)))
    return f"<{digest(key.encode())[:32]}@{domain}>"


class Outbox:
    """The ledger in `folder`. Every change is on the disk before the next step is taken."""

    def __init__(self, folder: Path) -> None:
        """Raises OutboxError where the ledger of the messages that lie there is gone, or is another release's."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._base = sqlite3.connect(folder / BASE, isolation_level=None, timeout=30)
        self._base.row_factory = sqlite3.Row
        self._base.execute("pragma journal_mode = wal")
        self._base.execute("pragma synchronous = full")
        columns = {row["name"] for row in self._base.execute("pragma table_info(message)")}
        if not columns and any(folder.glob("*.eml")):
            raise OutboxError(f"{folder / BASE} is empty, but messages lie beside it: which were sent? {HOW}")
        if columns and columns != {field.name for field in fields(Row)}:
            raise OutboxError(f"{folder / BASE} was made by another release; {HOW}")
        self._base.execute(TABLE)
        self._base.execute(KEY)
        fresh = secrets.token_bytes(32)
        self._base.execute("insert into key select ? where not exists (select * from key)", (fresh,))

    def close(self) -> None:
        self._base.close()

    def rows(self, period: str | None = None, states: tuple[str, ...] = STATES) -> list[Row]:
        """Oldest first."""
        marks = ", ".join("?" * len(states))
        found = self._base.execute(
            f"select * from message where state in ({marks}) and period = coalesce(?, period) order by id",
            (*states, period),
        )
        return [Row(**dict(row)) for row in found]

    def row(self, id: int) -> Row:
        found = self._base.execute("select * from message where id = ?", (id,)).fetchone()
        if found is None:
            raise OutboxError(f"no message {id} in the outbox")
        return Row(**dict(found))

    def tag(self, id: int) -> str:
        """What nobody else can tell of message `id`: whoever names it had the message."""
        (secret,) = self._base.execute("select secret from key").fetchone()
        return hmac.new(secret, str(id).encode(), "sha256").hexdigest()[:TAG]

    def last(self, shop: str, period: str, recipient: str) -> Row | None:
        """The newest revision."""
        found = self._base.execute(
            "select * from message where shop = ? and period = ? and recipient = ? order by revision desc limit 1",
            (shop, period, recipient.lower()),
        ).fetchone()
        return None if found is None else Row(**dict(found))

    def queue(
        self, *, shop: str, period: str, recipient: str, revision: int, report_hash: str, message_id: str, raw: bytes
    ) -> Row:
        """Stores the message, then its row. Raises OutboxError where this revision is there already."""
        if self.last_revision(shop, period, recipient) >= revision:
            raise OutboxError(f"{shop} {period} to {recipient}: revision {revision} is queued already")
        name = f"{message_id.strip('<>').partition('@')[0]}.eml"
        _store(self.folder / name, raw)
        done = self._base.execute(
            "insert into message (shop, period, recipient, revision, report_hash, message_hash, message_id, file, "
            "state, changed) values (?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)",
            (shop, period, recipient.lower(), revision, report_hash, digest(raw), message_id, name, time.time()),
        )
        assert done.lastrowid is not None
        return self.row(done.lastrowid)

    def last_revision(self, shop: str, period: str, recipient: str) -> int:
        """-1 where none was queued."""
        last = self.last(shop, period, recipient)
        return -1 if last is None else last.revision

    def mark(self, id: int, state: str, *, code: int | None = None, said: str = "", next_at: float = 0.0) -> None:
        self._base.execute(
            "update message set state = ?, code = ?, said = ?, next_at = ?, changed = ?, "
            "attempts = attempts + (? = 'sending') where id = ?",
            (state, code, said, next_at, time.time(), state, id),
        )

    def due(self, now: float, recipient: str = "") -> list[Row]:
        """What may be sent now: queued, or put off until before `now`; to one recipient, or to all. A wait longer
        than any that is set comes of a clock that was wrong."""
        rows = self.rows(states=OPEN)
        return [row for row in rows if not 0 < row.next_at - now <= LATEST and recipient in ("", row.recipient)]

    def recover(self) -> list[Row]:
        """After a sender that died: what it had not yet committed is queued again; what it had may have been accepted,
        becomes `unknown` and is given back."""
        for row in self.rows(states=("sending",)):
            self.mark(row.id, "queued", said="the sender stopped before the end of the message")
        held = self.rows(states=("committing",))
        for row in held:
            self.mark(row.id, "unknown", said="the sender stopped while the server was taking the message")
        return held

    def resolve(self, id: int, state: str) -> Row:
        """A person, or the server's log, says what became of an `unknown` one: sent, or queued to be sent again."""
        if state not in ("sent", "queued", "cancelled"):
            raise OutboxError(f"{state!r} is no state to resolve to; say sent, queued or cancelled")
        if self.row(id).state != "unknown":
            raise OutboxError(f"message {id} is {self.row(id).state}: only an unknown one can be resolved")
        self.mark(id, state, said="resolved")
        return self.row(id)

    def cancel(self, id: int) -> Row:
        if self.row(id).state not in OPEN:
            raise OutboxError(f"message {id} is {self.row(id).state}: only a queued or deferred one can be cancelled")
        self.mark(id, "cancelled")
        return self.row(id)


def _store(path: Path, raw: bytes) -> None:
    """Whole or not at all, and on the disk."""
    beside = path.with_suffix(".part")
    with beside.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


@contextmanager
def opened(folder: Path) -> Iterator[Outbox]:
    """Raises OutboxError, also where the ledger is spoilt."""
    try:
        with closing(Outbox(folder)) as outbox:
            yield outbox
    except sqlite3.OperationalError as error:
        raise OutboxError(f"{folder / BASE}: {error}") from error
    except sqlite3.Error as error:
        raise OutboxError(f"{folder / BASE}: {error}; {HOW}") from error
