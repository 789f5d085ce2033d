"""The ledger of what is to be sent: one row per shop, period, recipient and revision, each sent at most once."""

from __future__ import annotations

import hmac
import os
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import fields, replace
from pathlib import Path

from sizhen.delivery import journal, private
from sizhen.delivery.answers import LONGEST_WAIT
from sizhen.delivery.journal import Journal
from sizhen.delivery.private import OutboxError
from sizhen.delivery.row import OPEN, STATES, TAKEN, Row, digest, file_of

BASE = "outbox.sqlite"
LATEST = 2 * LONGEST_WAIT
WHERE = "put it back; docs/mail.md says what to do where it is lost"
HOW = "put its backup back, or move the folder away after finding out what was sent"
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
  stale_ok integer not null default 0,
  test integer not null default 0,
  unique (shop, period, recipient, revision)
) strict
"""
ADDED = ("stale_ok", "test")  # columns that earlier releases did not have
KEY = "create table if not exists key (secret blob not null) strict"


class Outbox:
    """The ledger in `folder`. Every change is on the disk before the next step is taken."""

    def __init__(self, folder: Path) -> None:
        """Raises OutboxError where the ledger of the messages that lie there is gone or is a later release's, where the
        journal is gone or spoilt, and where something is a link."""
        private.folder(folder)
        private.close(folder)
        self.folder = folder
        self._journal = Journal(folder / journal.NAME)
        os.close(private.opened(folder / BASE, os.O_RDWR | os.O_CREAT))
        self._base = sqlite3.connect(folder / BASE, isolation_level=None, timeout=30)
        self._base.row_factory = sqlite3.Row
        self._base.execute("pragma journal_mode = wal")
        self._base.execute("pragma synchronous = full")
        self._settle()
        if not self._version():
            self._journal.begin()
            self._level()
            self._base.execute("pragma user_version = 1")
        if not self._journal.is_there:
            raise OutboxError(f"{folder / journal.NAME} is gone, which alone knows what was sent; {WHERE}")

    def _settle(self) -> None:
        """Makes the tables, or gives those of an earlier release the columns that were added."""
        with self._alone():
            columns = {row["name"] for row in self._base.execute("pragma table_info(message)")}
            wanted = {field.name for field in fields(Row)}
            if not columns and any(self.folder.glob("*.eml")):
                raise OutboxError(f"{self.folder / BASE} is empty, but messages lie beside it: which were sent? {HOW}")
            if columns and not wanted - set(ADDED) <= columns <= wanted:
                raise OutboxError(f"{self.folder / BASE} was made by another release; {HOW}")
            self._base.execute(TABLE)
            for name in ADDED:
                if columns and name not in columns:
                    self._base.execute(f"alter table message add column {name} integer not null default 0")
            self._base.execute(KEY)
            fresh = secrets.token_bytes(32)
            self._base.execute("insert into key select ? where not exists (select * from key)", (fresh,))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """All changes within are made together or not at all."""
        self._base.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._base.execute("rollback")
            raise
        self._base.execute("commit")

    def _version(self) -> int:
        """0 in a ledger that never had a journal."""
        (found,) = self._base.execute("pragma user_version").fetchone()
        return int(found)

    def _level(self) -> None:
        """Ledger and journal learn from each other what became of the messages: either may come from a backup."""
        rows = {row.file: row for row in self.rows()}
        for told in list(self._journal.rows.values()):
            row = rows.get(told.file)
            if told.further > (row.further if row else 0):
                self._put_back(told, row)
        known = self._journal.rows
        self._journal.write(
            [row for row in rows.values() if row.further > (known[row.file].further if row.file in known else 0)]
        )

    def _put_back(self, told: Row, row: Row | None) -> None:
        """The row as the journal has it, in its place or in a new one, of the same number where that is free."""
        state = "unknown" if told.state == "committing" else told.state
        said = f"put right by {journal.NAME}: {told.said}".removesuffix(": ")
        taken = self._base.execute("select 1 from message where id = ?", (told.id,)).fetchone()
        number = row.id if row else None if taken else told.id
        values = {**vars(told), "id": number, "state": state, "said": said}
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        self._base.execute(f"insert or replace into message ({names}) values ({marks})", tuple(values.values()))

    def _change(self, row: Row) -> None:
        self._base.execute(
            "update message set state = ?, code = ?, said = ?, next_at = ?, changed = ?, attempts = ? where id = ?",
            (row.state, row.code, row.said, row.next_at, row.changed, row.attempts, row.id),
        )

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
            "select * from message where shop = ? and period = ? and lower(recipient) = ? "
            "order by revision desc limit 1",
            (shop, period, recipient.lower()),
        ).fetchone()
        return None if found is None else Row(**dict(found))

    def mailed(self, shop: str) -> list[Row]:
        """What the owner of a shop has, or may have; no tests."""
        marks = ", ".join("?" * len(TAKEN))
        found = self._base.execute(
            f"select * from message where shop = ? and state in ({marks}) and not test", (shop, *TAKEN)
        )
        return [Row(**dict(row)) for row in found]

    def queue(
        self,
        *,
        shop: str,
        period: str,
        recipient: str,
        revision: int,
        report_hash: str,
        message_id: str,
        raw: bytes,
        stale_ok: bool = False,
        test: bool = False,
    ) -> Row:
        """Stores the message, then its row. Raises OutboxError where this revision is there already."""
        if self.last_revision(shop, period, recipient) >= revision:
            raise OutboxError(f"{shop} {period} to {recipient}: revision {revision} is queued already")
        name = file_of(message_id)
        private.write(self.folder / name, raw)
        done = self._base.execute(
            "insert into message (shop, period, recipient, revision, report_hash, message_hash, message_id, file, "
            "state, changed, stale_ok, test) values (?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?)",
            (
                *(shop, period, recipient, revision, report_hash, digest(raw), message_id, name),
                *(time.time(), stale_ok, test),
            ),
        )
        assert done.lastrowid is not None
        return self.row(done.lastrowid)

    def allow_stale(self, id: int) -> None:
        """A message that waits may go although the data have changed since."""
        self._base.execute("update message set stale_ok = 1 where id = ?", (id,))

    def last_revision(self, shop: str, period: str, recipient: str) -> int:
        """-1 where none was queued."""
        last = self.last(shop, period, recipient)
        return -1 if last is None else last.revision

    def mark(self, id: int, state: str, *, code: int | None = None, said: str = "", next_at: float = 0.0) -> None:
        """Writes a state down, first in the journal where it is one that must not be forgotten."""
        row = self.row(id)
        attempts = row.attempts + (state == "sending")
        after = replace(row, state=state, code=code, said=said, next_at=next_at, changed=time.time(), attempts=attempts)
        told = self._journal.rows.get(row.file)
        if after.further or (told and told.further):
            self._journal.write([after])
        self._change(after)

    def due(self, now: float, recipient: str = "") -> list[Row]:
        """What may be sent now: queued, or put off until before `now`; to one recipient, or to all owners. A wait
        longer than any that is set comes of a clock that was wrong. What the journal knows to be gone is put right
        instead."""
        due = []
        for row in self.rows(states=OPEN):
            told = self._journal.rows.get(row.file)
            if told and told.further:
                self._put_back(told, row)
            elif not 0 < row.next_at - now <= LATEST and _is_for(row, recipient):
                due.append(row)
        return due

    def recover(self) -> list[Row]:
        """After a sender that died or a ledger put back from a backup: what had not been committed is queued again;
        what had may have been accepted, becomes `unknown` and is given back."""
        private.sweep(self.folder)
        self._level()
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


def _is_for(row: Row, recipient: str) -> bool:
    """A test goes when its tester is named: to all others he is not the shop's owner."""
    return row.recipient.lower() == recipient.lower() if recipient else not row.test


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
