"""Every way a server can misbehave, on a real one; healthy messages go exactly once and every state is right."""

from __future__ import annotations

import socket
import ssl
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
import trustme
from aiosmtpd.smtp import AuthResult, LoginPassword
from hypothesis import given
from hypothesis import strategies as st

from bad_server import BadServer, Taken
from sizhen.delivery.outbox import Outbox
from sizhen.delivery.private import OutboxError
from sizhen.delivery.published import Refused
from sizhen.delivery.row import Row
from sizhen.delivery.sender import Busy, Pace, Sender, Stopped, alone
from sizhen.delivery.transport import Server, _dotted
from small_outbox import put, sender, states, stored

ENDS = {
    **{"ok1": "sent", "slow": "sent", "ok2": "sent"},
    **{"user550": "failed", "big552": "failed", "spam554": "failed"},
    **{"grey450": "deferred", "local451": "deferred", "shut421": "deferred", "late421": "deferred"},
    **{"cutbefore": "unknown", "cutafter": "unknown", "ok3": "sent"},
}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def server() -> Iterator[BadServer]:
    server = BadServer(Taken(), hostname="127.0.0.1", port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(tmp_path / "outbox")
    yield box
    box.close()


def test_every_fault_has_its_state_and_the_others_go_once(outbox: Outbox, server: BadServer) -> None:
    for who in ENDS:
        put(outbox, who)
    counts = sender(outbox, server.port).run()
    assert states(outbox) == ENDS
    assert sum(counts.values()) == len(ENDS)
    assert {who: server.handler.mail[who] for who in ENDS if ENDS[who] == "sent"} == {
        who: 1 for who in ENDS if ENDS[who] == "sent"
    }
    assert server.handler.mail["cutafter"] == 1
    assert not any(server.handler.mail[who] for who in ENDS if ENDS[who] in ("failed", "deferred"))


def test_what_was_put_off_goes_later_and_nothing_goes_twice(outbox: Outbox, server: BadServer) -> None:
    for who in ENDS:
        put(outbox, who)
    sender(outbox, server.port).run()
    server.handler.healed = True
    assert sender(outbox, server.port).run() == {}
    later = max(row.next_at for row in outbox.rows()) + 1
    sender(outbox, server.port, now=lambda: later).run()
    again = states(outbox)
    assert {who for who in ENDS if again[who] == "unknown"} == {"cutbefore", "cutafter"}
    assert {who for who in ENDS if ENDS[who] == "deferred" and again[who] != "sent"} == set()
    assert max(server.handler.mail.values()) == 1
    assert len(set(server.handler.ids)) == len(server.handler.ids)


def test_frequency_limits_of_qq_are_put_off(outbox: Outbox, server: BadServer) -> None:
    put(outbox, "often550", domain="qq.com")
    put(outbox, "user550", domain="qq.com")
    sender(outbox, server.port).run()
    assert states(outbox) == {"often550": "deferred", "user550": "failed"}


@pytest.mark.integration
def test_a_server_that_is_not_there_or_says_nothing_stops_the_run(outbox: Outbox) -> None:
    put(outbox, "ok1")
    put(outbox, "ok2")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        with pytest.raises(Stopped, match=r"127\.0\.0\.1"):
            Sender(
                outbox,
                Server("127.0.0.1", silent.getsockname()[1], "none", command_seconds=0.5),
                lambda row: "r@agency.example",
                lambda row: b"",
            ).run()
        port = silent.getsockname()[1]
    with pytest.raises(Stopped, match="refused"):
        sender(outbox, port).run()
    assert states(outbox) == {"ok1": "queued", "ok2": "queued"}


def test_a_server_without_encryption_gets_nothing(outbox: Outbox, server: BadServer) -> None:
    put(outbox, "ok1")
    where = Server("127.0.0.1", server.port, "starttls", command_seconds=3)
    with pytest.raises(Stopped, match="STARTTLS"):
        Sender(outbox, where, lambda row: "r@agency.example", lambda row: b"").run()
    assert server.handler.mail == {}


@pytest.mark.integration
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_only_a_certificate_that_is_trusted_gets_password_and_mail(
    outbox: Outbox, tmp_path: Path, security: Literal["starttls", "tls"]
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    asked: list[Any] = []

    def login(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        asked.append(given)
        return AuthResult(success=given == LoginPassword(b"r", b"secret"))

    early = {"ssl_context": context, "auth_require_tls": False}
    late = {"tls_context": context, "require_starttls": True, "auth_required": True}
    server = BadServer(
        Taken(),
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=login,
        **(early if security == "tls" else late),
    )
    server.start()
    put(outbox, "ok1")
    where = Server("127.0.0.1", server.port, security, "r", "secret", command_seconds=3)
    try:
        for wrong in (where, replace(where, host="localhost", trust=str(tmp_path / "authority.pem"))):
            with pytest.raises(Stopped, match="certificate"):
                Sender(outbox, wrong, lambda row: "r@agency.example", stored(outbox)).run()
            assert (asked, server.handler.asked, states(outbox)) == ([], {}, {"ok1": "queued"})
        right = replace(where, trust=str(tmp_path / "authority.pem"))
        Sender(outbox, right, lambda row: "r@agency.example", stored(outbox)).run()
    finally:
        server.stop()
    assert (len(asked), server.handler.mail, states(outbox)) == (1, {"ok1": 1}, {"ok1": "sent"})


def test_what_the_guard_refuses_stays_here(outbox: Outbox, server: BadServer) -> None:
    def never(row: Row) -> bytes:
        raise Refused("not this one")

    put(outbox, "ok1")
    sender(outbox, server.port, guard=never).run()
    assert outbox.rows()[0].state == "failed"
    assert outbox.rows()[0].said == "refused: not this one"
    assert server.handler.asked == {}


def test_a_word_of_the_guard_that_has_grown_old_is_asked_for_anew(outbox: Outbox, server: BadServer) -> None:
    clock, looks = [1000.0], Counter[str]()

    def slept(seconds: float) -> None:
        clock[0] += seconds

    def guard(row: Row) -> bytes:
        looks[row.shop] += 1
        if row.shop == "ok2" and clock[0] > 1000.0:
            raise Refused("changed while it waited")
        return stored(outbox)(row)

    for who in ("ok1", "ok2", "ok3"):
        put(outbox, who)
    pace = Pace({"shop.example": 6.0}, burst=1.0)
    made = sender(outbox, server.port, guard=guard, pace=pace, now=lambda: clock[0], sleep=slept)
    assert made.run() == {"sent": 2, "failed": 1}
    assert states(outbox) == {"ok1": "sent", "ok2": "failed", "ok3": "sent"}
    assert looks == {"ok1": 1, "ok2": 2, "ok3": 2}
    assert server.handler.mail == {"ok1": 1, "ok3": 1}


def test_one_row_a_shop_period_recipient_and_revision(outbox: Outbox) -> None:
    first = put(outbox, "ok1")
    with pytest.raises(OutboxError, match="revision 0 is queued already"):
        put(outbox, "ok1")
    assert put(outbox, "ok1", revision=1).message_id != first.message_id
    with pytest.raises(OutboxError, match="only an unknown one"):
        outbox.resolve(first.id, "sent")
    assert outbox.cancel(first.id).state == "cancelled"
    assert [row.revision for row in outbox.due(0)] == [1]


def test_after_a_crash_only_what_was_handed_over_is_in_doubt(outbox: Outbox) -> None:
    rows = [put(outbox, who) for who in ("a", "b", "c")]
    outbox.mark(rows[0].id, "sending")
    outbox.mark(rows[1].id, "committing")
    assert [row.shop for row in outbox.recover()] == ["b"]
    assert states(outbox) == {"a": "queued", "b": "unknown", "c": "queued"}
    assert outbox.resolve(rows[1].id, "sent").state == "sent"


@pytest.mark.parametrize(
    ("raw", "sent"),
    [
        (b"a\r\n.\r\n..b\r\n", b"a\r\n..\r\n...b\r\n"),
        (b".a\n.b", b"..a\r\n..b\r\n"),
        (b"a\r\nb\nc\r\n\r\n", b"a\r\nb\r\nc\r\n"),
        (b"a\r\n", b"a\r\n"),
    ],
)
def test_lines_go_out_with_their_ends_and_dots(raw: bytes, sent: bytes) -> None:
    assert _dotted(raw) == sent


@given(st.lists(st.sampled_from([b"a", b".", b"\n", b"\r\n"]), max_size=12).map(b"".join))
def test_every_line_ends_as_it_should_and_no_dot_ends_the_message(raw: bytes) -> None:
    lines = raw.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    doubled = [b"." * line.startswith(b".") + line for line in lines]
    assert _dotted(raw) == b"".join(line + b"\r\n" for line in doubled)


def test_one_sender_at_a_time(tmp_path: Path) -> None:
    with alone(tmp_path), pytest.raises(Busy), alone(tmp_path):
        pass


def test_a_domain_has_its_pace() -> None:
    pace = Pace({"qq.com": 6.0}, burst=2.0)
    waits = [pace.wait("qq.com", 0.0) for _ in range(4)]
    assert waits == [0.0, 0.0, 10.0, 20.0]
    assert pace.wait("shop.example", 0.0) == 0.0
