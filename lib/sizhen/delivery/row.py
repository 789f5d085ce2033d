"""A message of the outbox: whose report it is, where it goes, what became of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

OPEN = ("queued", "deferred")
TAKEN = ("committing", "sent", "unknown")  # a server has it, or may have it
STATES = ("queued", "sending", "committing", "sent", "deferred", "failed", "unknown", "cancelled")
# Of two states that are told of one message the further one is the later, or the safer to believe.
_FURTHER = {"committing": 1, "unknown": 1, "cancelled": 2, "sent": 3, "failed": 4}


@dataclass(frozen=True)
class Row:
    """`file`: the stored message, beside the ledger. `next_at`, `changed`: seconds since 1970. `code`, `said`: the
    server's last answer or our own words. `stale_ok`: it may tell of data that have changed since. `test`: it goes to a
    tester, not to the owner."""

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
    stale_ok: bool = False
    test: bool = False

    @property
    def further(self) -> int:
        """0 for what waits to be sent; more, the more is known of what became of it."""
        return _FURTHER.get(self.state, 0)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def message_id(shop: str, period: str, recipient: str, revision: int, domain: str) -> str:
    """The same for the same row always: a server or a mailbox that has it can tell."""
    key = "\0".join((shop, period, recipient.lower(), str(revision)))
    return f"<{digest(key.encode())[:32]}@{domain}>"


def file_of(message_id: str) -> str:
    """The name of the stored message: its Message-ID without the sender's domain, which may change."""
    return f"{message_id.strip('<>').partition('@')[0]}.eml"
