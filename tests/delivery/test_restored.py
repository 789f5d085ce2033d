"""A ledger put back from a backup of any moment: no message arrives twice, and all that is known is known again."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bad_server import BadServer, Taken
from sizhen.delivery import journal
from sizhen.delivery.outbox import BASE, Outbox, opened
from sizhen.delivery.private import OutboxError
from sizhen.delivery.row import message_id
from small_agency import Served
from small_outbox import put, sender, states

WHO = ("ok1", "cutafter", "grey450", "late421", "user550", "cutbefore", "ok2")
LATER = 1e11


class Watched(Outbox):
    """Keeps a backup of the ledger after every step."""

    def __init__(self, folder: Path) -> None:
        self.backups: list[Path] = []
        super().__init__(folder)
        self.back_up()

    def back_up(self) -> None:
        path = self.folder.parent / f"{len(self.backups)}.sqlite"
        with closing(sqlite3.connect(path)) as copy:
            self._base.backup(copy)
        self.backups.append(path)

    def queue(self, **told: Any) -> Any:
        row = super().queue(**told)
        self.back_up()
        return row

    def mark(self, *told: Any, **more: Any) -> None:
        super().mark(*told, **more)
        self.back_up()


def restore(folder: Path, backup: Path) -> None:
    for path in folder.glob(f"{BASE}*"):
        path.unlink()
    shutil.copyfile(backup, folder / BASE)


@pytest.fixture
def server() -> Iterator[BadServer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = BadServer(Taken(), hostname="127.0.0.1", port=port)
    server.start()
    yield server
    server.stop()


def campaign(folder: Path, server: BadServer) -> list[Path]:
    """All of WHO queued and sent, those put off once more; the backups of every step."""
    with closing(Watched(folder)) as box:
        for who in WHO:
            put(box, who)
        sender(box, server.port).run()
        server.handler.healed = True
        sender(box, server.port, now=lambda: LATER).run()
        return box.backups


@pytest.mark.parametrize("recovers", [True, False])
def test_from_whatever_moment_the_ledger_is_nothing_goes_twice(
    tmp_path: Path, server: BadServer, recovers: bool
) -> None:
    """`recovers`: as the command does it; without, the journal is asked for what is due all the same."""
    backups = campaign(tmp_path / "outbox", server)
    assert len(backups) > 4 * len(WHO)
    taken = list(server.handler.ids)
    with closing(Outbox(tmp_path / "outbox")) as box:
        before = states(box)
    for backup in backups if recovers else backups[::-2]:
        restore(tmp_path / "outbox", backup)
        with closing(Outbox(tmp_path / "outbox")) as box:
            if recovers:
                box.recover()
            sender(box, server.port, now=lambda: LATER).run()
            if recovers:
                assert {who: state for who, state in states(box).items() if before[who] != state} == {}
    assert server.handler.ids == taken and max(Counter(taken).values()) == 1


def test_a_journal_of_any_earlier_moment_learns_from_the_ledger(tmp_path: Path, server: BadServer) -> None:
    campaign(tmp_path / "outbox", server)
    taken, path = list(server.handler.ids), tmp_path / "outbox" / journal.NAME
    whole = path.read_bytes()
    lines = whole.splitlines(keepends=True)
    for count in range(len(lines)):
        path.write_bytes(b"".join(lines[:count]) + lines[count][: 40 * (count % 4)])
        with closing(Outbox(tmp_path / "outbox")) as box:
            box.recover()
            sender(box, server.port, now=lambda: LATER).run()
            told = {row.shop: row.state for row in journal.Journal(path).rows.values()}
            assert told | {who: "unknown" for who in told if told[who] == "committing"} == states(box)
    assert server.handler.ids == taken


def test_agency_restores_its_ledger_after_every_command(agency: Served, tmp_path: Path) -> None:
    folder, backups = agency.reports / "outbox", []

    def back_up() -> None:
        backups.append(shutil.copyfile(folder / BASE, tmp_path / f"{len(backups)}.sqlite"))

    agency.publish("linen", period="2026-11")
    agency.send("linen")
    back_up()
    agency.shop("silk", "cutafter")
    agency.send("--send")
    back_up()
    agency.publish("linen", 2000.0)
    agency.send("--send", "--revise")
    back_up()
    agency.own("tea", "ok3")
    agency.publish("tea")
    agency.send("tea", "--send", "--revise")
    agency.send("linen", "--send", period="2026-11")
    agency.publish("linen", 3000.0)
    agency.send("linen", "--send", "--revise")
    taken, before = list(agency.taken.named), agency.states()
    assert Counter(taken) == {
        ("linen", "ok1@shop.example"): 4,
        ("silk", "cutafter@shop.example"): 1,
        ("tea", "ok2@shop.example"): 1,
        ("tea", "ok3@shop.example"): 1,
    }
    for backup in reversed(backups):
        restore(folder, backup)
        agency.send()
        agency.send("--send", "--revise")
        agency.send("linen", "--send", period="2026-11")
        assert agency.states() == before
    assert agency.taken.named == taken and max(Counter(agency.taken.ids).values()) == 1
    agency.publish("linen", 4000.0)
    restore(folder, backups[0])
    agency.send("linen", "--send", "--revise")
    assert [row.revision for row in agency.rows() if (row.shop, row.period) == ("linen", "2026-10")] == [0, 1, 2, 3]
    assert max(Counter(agency.taken.ids).values()) == 1 and len(agency.taken.ids) == len(taken) + 1


def test_a_row_that_was_queued_anew_under_the_same_number_is_the_one_that_went(tmp_path: Path) -> None:
    """Otherwise a report that was never sent would pass for sent."""
    with opened(tmp_path) as box:
        put(box, "ok1")
        box.mark(1, "sent", code=250, said="taken")
        box._base.execute("update message set state = 'queued', report_hash = 'another'")
        assert box.due(0) == []
        row = box.row(1)
        assert (row.state, row.report_hash, row.said) == ("sent", "r", "put right by sent.jsonl: taken")


def test_a_message_is_the_same_under_another_domain_of_the_sender(tmp_path: Path) -> None:
    with opened(tmp_path) as box:
        row = put(box, "ok1")
        box.mark(row.id, "sent")
        box._base.execute("delete from message")
        box.queue(
            **{name: getattr(row, name) for name in ("shop", "period", "recipient", "revision", "report_hash")},
            message_id=message_id("ok1", "2026-10", row.recipient, 0, "new.example"),
            raw=b"x",
        )
        assert box.due(0) == [] and states(box) == {"ok1": "sent"}


def test_what_a_person_resolved_to_be_sent_again_goes_again(tmp_path: Path) -> None:
    with opened(tmp_path) as box:
        row = put(box, "ok1")
        box.mark(row.id, "committing")
        box.recover()
        assert box.due(0) == []
        box.resolve(row.id, "queued")
    with opened(tmp_path) as box:
        assert box.recover() == [] and [each.state for each in box.due(0)] == ["queued"]


def test_a_number_that_went_out_is_given_to_no_other_message(tmp_path: Path) -> None:
    """Failures come back to a message's number."""
    with opened(tmp_path) as box:
        for who in ("ok1", "ok2", "ok3"):
            box.mark(put(box, who).id, "sent")
        box._base.execute("delete from message where id > 1")
        box.recover()
        assert [(row.id, row.shop) for row in box.rows()] == [(1, "ok1"), (2, "ok2"), (3, "ok3")]
        assert put(box, "ok4").id == 4


def test_a_line_cut_off_at_the_end_is_no_line_and_the_next_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / journal.NAME
    with opened(tmp_path) as box:
        for who in ("ok1", "ok2", "ok3"):
            box.mark(put(box, who).id, "committing")
    whole = path.read_bytes()
    for cut, left in ((1, 3), (2, 2), (300, 2)):
        path.write_bytes(whole[:-cut])
        with opened(tmp_path) as box:
            assert len(box._journal.rows) == left
            box.mark(1, "sent")
        told = [json.loads(line) for line in path.read_bytes().splitlines()]
        assert [each["state"] for each in told] == ["committing"] * left + ["sent"]


@pytest.mark.parametrize(
    "line", [b"{", b"[]", b'{"state": "sent"}', b"\xff\x00", b"", pytest.param(b"[" * 100_000, id="deep")]
)
def test_a_spoilt_journal_stops_and_names_its_line(tmp_path: Path, line: bytes) -> None:
    with opened(tmp_path) as box:
        box.mark(put(box, "ok1").id, "sent")
        box.mark(put(box, "ok2").id, "sent")
    path = tmp_path / journal.NAME
    path.write_bytes(path.read_bytes().replace(b"\n", b"\n" + line + b"\n", 1))
    with pytest.raises(OutboxError, match=r"sent\.jsonl line 2 cannot be read"), opened(tmp_path):
        raise AssertionError("it opened")


@pytest.mark.parametrize(
    ("name", "value"),
    [("id", "x"), ("shop", None), ("code", "abc"), ("attempts", 10**30), ("period", "nonsense"), ("changed", [])],
)
def test_a_line_of_the_journal_with_a_wrong_value_is_named(tmp_path: Path, name: str, value: object) -> None:
    with opened(tmp_path) as box:
        box.mark(put(box, "ok1").id, "sent")
    path = tmp_path / journal.NAME
    told = json.loads(path.read_bytes())
    path.write_text(f"{json.dumps(told)}\n{json.dumps(told | {name: value})}\n", encoding="utf-8")
    with pytest.raises(OutboxError, match=r"sent\.jsonl line 2 cannot be read"), opened(tmp_path):
        raise AssertionError("it opened")


def test_a_lost_journal_stops_until_it_is_begun_anew(agency: Served) -> None:
    agency.send("linen", "--send")
    path = agency.reports / "outbox" / journal.NAME
    path.unlink()
    told = agency.send("linen", "tea", "--send")
    assert told.exit_code == 2 and "sent.jsonl is gone" in told.stderr and not path.exists()
    path.touch()
    assert agency.send("linen", "tea", "--send").exit_code == 0
    assert agency.taken.mail == {"ok1": 1, "ok2": 1}
    assert len(journal.Journal(path).rows) == 2


def test_what_cannot_be_written_down_is_not_sent(
    tmp_path: Path, server: BadServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full takes half a line."""
    write = journal.os.write
    with opened(tmp_path) as box:
        put(box, "ok1")
        monkeypatch.setattr(journal.os, "write", lambda descriptor, raw: write(descriptor, raw[: len(raw) // 2]))
        with pytest.raises(OutboxError, match=r"sent\.jsonl: No space left"):
            sender(box, server.port).run()
        monkeypatch.undo()
        assert (tmp_path / journal.NAME).read_bytes() == b"" and server.handler.ids == []
        box.recover()
        assert sender(box, server.port).run() == {"sent": 1}


OLD = """
create table message (
  id integer primary key, shop text not null, period text not null, recipient text not null, revision integer not null,
  report_hash text not null, message_hash text not null, message_id text not null unique, file text not null,
  state text not null check (state in ('queued', 'sending', 'committing', 'sent', 'deferred', 'failed', 'unknown',
  'cancelled')), attempts integer not null default 0, next_at real not null default 0, code integer,
  said text not null default '', changed real not null, unique (shop, period, recipient, revision)
) strict
"""


def as_of_an_earlier_release(folder: Path) -> None:
    """The ledger without what was added since, the journal not there."""
    with closing(sqlite3.connect(folder / BASE)) as base, base:
        old = [name for _, name, *_ in base.execute("pragma table_info(message)")][:15]
        base.execute("alter table message rename to later")
        base.execute(OLD)
        base.execute(f"insert into message select {', '.join(old)} from later")
        base.execute("drop table later")
        base.execute("update message set recipient = lower(recipient)")
        base.execute("pragma user_version = 0")
    (folder / journal.NAME).unlink()


def test_an_outbox_of_an_earlier_release_goes_on(agency: Served) -> None:
    agency.own("linen", "Ok1")
    agency.publish("linen")
    agency.send("linen", "silk", "--send")
    with agency.away():
        agency.send("tea", "--send")
    folder = agency.reports / "outbox"
    as_of_an_earlier_release(folder)
    assert agency.states() == {"linen.0": "sent", "silk.0": "failed", "tea.0": "queued"}
    assert {row.shop: row.state for row in journal.Journal(folder / journal.NAME).rows.values()} == {
        "linen": "sent",
        "silk": "failed",
    }
    assert agency.send("linen", "tea", "--send").exit_code == 0
    assert agency.taken.mail == {"Ok1": 1, "ok2": 1}


def test_a_ledger_of_a_later_release_is_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as box:
        box._base.execute("alter table message add column later text")
    with pytest.raises(OutboxError, match="another release"), opened(tmp_path):
        raise AssertionError("it opened")
