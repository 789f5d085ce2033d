"""Kills the sender again and again while it sends to a real server: nothing may arrive twice or be lost unseen.

`make faults`. After every kill the ledger is recovered and what is in doubt is resolved by the server's own log. After
every third one the ledger of an earlier kill is put back instead, as from a backup.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import closing
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from sizhen.delivery.outbox import BASE, Outbox
from sizhen.delivery.row import message_id
from sizhen.delivery.sender import Pace, Sender, alone
from sizhen.delivery.transport import Server

PORT = 2525
SLOW_ANSWER = 0.03  # seconds after the final dot: most of a message's time is the window in which a kill leaves doubt


class Log:
    """What the server accepted; the answer comes late."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        accepted = random.random() < 0.5
        if accepted:
            self.ids.append(message_from_bytes(envelope.content)["Message-ID"])
        await asyncio.sleep(random.uniform(0, SLOW_ANSWER))
        if not accepted:
            self.ids.append(message_from_bytes(envelope.content)["Message-ID"])
        return "250 OK"


def fill(folder: Path, count: int) -> None:
    outbox = Outbox(folder)
    for n in range(count):
        to = f"owner{n}@shop.example"
        message = EmailMessage()
        message["From"], message["To"] = "r@agency.example", to
        message["Message-ID"] = id = message_id(f"shop{n}", "2026-10", to, 0, "agency.example")
        message.set_content("All is well.\n" * 100)
        outbox.queue(
            shop=f"shop{n}",
            period="2026-10",
            recipient=to,
            revision=0,
            report_hash="",
            message_id=id,
            raw=message.as_bytes(),
        )
    outbox.close()


def send(folder: Path) -> None:
    """The process that is killed."""
    with alone(folder):
        outbox = Outbox(folder)
        outbox.recover()
        Sender(
            outbox,
            Server("127.0.0.1", PORT, "none"),
            lambda row: "r@agency.example",
            lambda row: (folder / row.file).read_bytes(),
            pace=Pace({}, usual=1e9),
        ).run()


def campaign(count: int, kills: int) -> Counter[str]:
    seen: Counter[str] = Counter()
    log = Log()
    server = Controller(log, hostname="127.0.0.1", port=PORT)
    server.start()
    with tempfile.TemporaryDirectory() as name:
        folder, backups = Path(name), []
        fill(folder, count)
        while seen["kills"] < kills or _open(folder):
            worker = subprocess.Popen([sys.executable, __file__, "--send", name])
            if seen["kills"] < kills:
                goal = len(log.ids) + random.randint(1, 40)
                while len(log.ids) < goal and worker.poll() is None:
                    time.sleep(0.001)
                time.sleep(random.uniform(0, SLOW_ANSWER))
                if worker.poll() is None:
                    worker.send_signal(signal.SIGKILL)
                    seen["kills"] += 1
            worker.wait()
            time.sleep(2 * SLOW_ANSWER)
            backups.append(_backup(folder / BASE, folder / f"backup{len(backups)}"))
            if len(backups) % 3 == 0:
                _restore(random.choice(backups), folder / BASE)
                seen["restored"] += 1
            seen["in doubt"] += _resolve(folder, log)
            if not _open(folder) and seen["kills"] < kills:
                raise SystemExit(f"all was sent after {seen['kills']} kills; queue more messages")
        sent = {row.message_id for row in Outbox(folder).rows(states=("sent",))}
    server.stop()
    arrived = Counter(log.ids)
    seen["messages"], seen["arrived"] = count, len(arrived)
    seen["twice"] = sum(n > 1 for n in arrived.values())
    seen["lost"] = len(sent - set(arrived))
    seen["arrived, not known as sent"] = len(set(arrived) - sent)
    return seen


def _backup(base: Path, copy: Path) -> Path:
    with closing(sqlite3.connect(base)) as link, closing(sqlite3.connect(copy)) as other:
        link.backup(other)
    return copy


def _restore(copy: Path, base: Path) -> None:
    for path in base.parent.glob(f"{base.name}*"):
        path.unlink()
    shutil.copyfile(copy, base)


def _open(folder: Path) -> bool:
    outbox = Outbox(folder)
    rows = outbox.rows(states=("queued", "deferred", "sending", "committing", "unknown"))
    outbox.close()
    return bool(rows)


def _resolve(folder: Path, log: Log) -> int:
    """Recovers the ledger and asks the server's log for what is in doubt."""
    outbox = Outbox(folder)
    outbox.recover()
    doubtful = outbox.rows(states=("unknown",))
    for row in doubtful:
        outbox.resolve(row.id, "sent" if row.message_id in log.ids else "queued")
    outbox.close()
    return len(doubtful)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--send", type=Path)
    args = parser.parse_args()
    if args.send:
        send(args.send)
        return
    seen = campaign(args.messages, args.kills)
    print(", ".join(f"{name} {count}" for name, count in seen.items()))
    if seen["twice"] or seen["lost"] or seen["arrived, not known as sent"]:
        raise SystemExit("FAILED")


if __name__ == "__main__":
    main()
