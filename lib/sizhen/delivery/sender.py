"""Sends what is due, one message at a time, and writes down every step before it is taken."""

from __future__ import annotations

import fcntl
import os
import random
import smtplib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from sizhen.delivery import answers, private
from sizhen.delivery.order import objection
from sizhen.delivery.outbox import Outbox
from sizhen.delivery.published import Refused
from sizhen.delivery.row import Row
from sizhen.delivery.transport import Connection, Server, told

PER_CONNECTION = 20
JITTER = 0.2
FRESH = 2.0  # seconds that the guard's word holds


class Busy(RuntimeError):
    """Another sender works on this outbox."""


class Stopped(RuntimeError):
    """The server will take nothing: the settings are wrong. What was not sent stays queued."""


Checked = Callable[[Row], bytes]
Said = Callable[[Row, str], None]


@dataclass
class Pace:
    """Tokens per domain: at most `per_minute` messages, saved up to `burst`."""

    per_minute: Mapping[str, float]
    usual: float = 60.0
    burst: float = 10.0
    _tokens: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait(self, domain: str, now: float) -> float:
        """Seconds until the next message to `domain` may go; takes its token."""
        rate = self.per_minute.get(domain, self.usual) / 60.0
        tokens, then = self._tokens.get(domain, (self.burst, now))
        tokens = min(self.burst, tokens + max(0.0, now - then) * rate) - 1.0
        self._tokens[domain] = (tokens, now)
        return max(0.0, -tokens / rate)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Raises Busy where another sender holds the outbox, OutboxError where a link stands in its place."""
    private.folder(folder)
    with open(private.opened(folder / "outbox.lock", os.O_RDWR | os.O_CREAT), "r+b") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Busy(f"{folder}: another sender is at work") from None
        yield


class _Ahead:
    """The guard's word on each row, asked for while the message before is on its way; one that has grown old by then is
    asked for anew. Rows come in their order."""

    def __init__(self, guard: Checked, rows: list[Row], pool: ThreadPoolExecutor, now: Callable[[], float]) -> None:
        self._guard, self._pool, self._now = guard, pool, now
        self._following = {row.id: following for row, following in pairwise(rows)}
        self._asked: tuple[float, Future[bytes]] | None = None
        if rows:
            self._ask(rows[0])

    def _ask(self, row: Row) -> None:
        self._asked = self._now(), self._pool.submit(self._guard, row)

    def __call__(self, row: Row) -> bytes:
        assert self._asked is not None
        asked, word = self._asked
        wait([word])
        if following := self._following.get(row.id):
            self._ask(following)
        return word.result() if 0 <= self._now() - asked < FRESH else self._guard(row)


class Sender:
    """`guard` gives the bytes of a row or raises Refused; `sleep` and `now` are the clock."""

    def __init__(
        self,
        outbox: Outbox,
        server: Server,
        sender: Callable[[Row], str],
        guard: Checked,
        *,
        pace: Pace | None = None,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._outbox, self._server, self._sender, self._guard = outbox, server, sender, guard
        self._pace = pace or Pace({})
        self._now, self._sleep = now, sleep
        self._connection: Connection | None = None
        self._carried = 0

    def run(self, seen: Said = lambda row, state: None, *, recipient: str = "") -> Counter[str]:
        """How many ended in which state, of those to one recipient or to all. Raises Stopped."""
        counts: Counter[str] = Counter()
        rows = self._outbox.due(self._now(), recipient)
        with ThreadPoolExecutor(1) as pool:
            checked = _Ahead(self._guard, rows, pool, self._now)
            try:
                for row in rows:
                    state = self._one(row, checked)
                    counts[state] += 1
                    seen(row, state)
            finally:
                self._hang_up()
        return counts

    def _one(self, row: Row, checked: Checked) -> str:
        domain = row.recipient.rpartition("@")[2]
        self._sleep(self._pace.wait(domain, self._now()))
        try:
            raw = checked(row)
            self._in_order(row)
        except Refused as error:
            self._outbox.mark(row.id, "failed", said=f"refused: {error}")
            return "failed"
        connection = self._connected(row)
        self._outbox.mark(row.id, "sending")
        committed = False

        def committing() -> None:
            nonlocal committed
            self._outbox.mark(row.id, "committing")
            committed = True

        try:
            answer = connection.send(self._sender(row), row.recipient, raw, committing)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            if committed:
                return self._ended(row, "unknown", None, f"no answer after the message: {told(error)}")
            return self._later(row, getattr(error, "smtp_code", None), told(error))
        except BaseException:  # Ctrl-C: no farewell, which would wait for the answer to the message
            self._drop()
            raise
        self._carried += 1
        means = answers.meaning(answer.code, answer.text, self._server.host, domain)
        if means == answers.STOP or (means == answers.NEVER and answer.sender):
            self._outbox.mark(row.id, "queued", code=answer.code, said=answer.text)
            raise Stopped(f"{self._server.host}: {answer.code} {answer.text}")
        if means == answers.LATER:
            if answer.code == 421:
                self._drop()
            return self._later(row, answer.code, answer.text)
        return self._ended(row, "sent" if means == answers.SENT else "failed", answer.code, answer.text)

    def _in_order(self, row: Row) -> None:
        """Raises Refused where the row should have been asked for: since it was queued, another may have gone."""
        asked = row.test or row.revision
        if not asked and (why := objection(self._outbox, row.shop, row.period, row.recipient)):
            raise Refused(why)

    def _ended(self, row: Row, state: str, code: int | None, said: str) -> str:
        self._outbox.mark(row.id, state, code=code, said=said)
        return state

    def _later(self, row: Row, code: int | None, said: str) -> str:
        wait = answers.wait(row.attempts + 1) * random.uniform(1 - JITTER, 1 + JITTER)
        self._outbox.mark(row.id, "deferred", code=code, said=said, next_at=self._now() + wait)
        return "deferred"

    def _connected(self, row: Row) -> Connection:
        """Raises Stopped where no connection can be had: the next message would find the same. A server may have closed
        the one before, after so many messages or so long a silence."""
        if self._connection is not None and (self._carried >= PER_CONNECTION or not self._connection.ready()):
            self._hang_up()
        if self._connection is None:
            try:
                self._connection, self._carried = Connection(self._server), 0
            except (smtplib.SMTPException, OSError, UnicodeError) as error:
                said = f"{self._server.host}: {told(error)}"
                self._outbox.mark(row.id, "queued", code=getattr(error, "smtp_code", None), said=said)
                raise Stopped(said) from error
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection, self._carried = None, 0

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.quit()
        self._connection, self._carried = None, 0
