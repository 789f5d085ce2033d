"""Answers no server should give, and what is made of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scripted_server import scripted
from sizhen.delivery import answers
from sizhen.delivery.outbox import Outbox
from sizhen.delivery.sender import Pace, Stopped
from small_outbox import put, sender, states

QQ, OTHER = "smtp.qq.com", "shop.example"


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    box = Outbox(tmp_path / "outbox")
    yield box
    box.close()


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ({"DATA": "250 fine"}, "deferred"),
        ({"RCPT": "354 go on"}, "deferred"),
        ({"RCPT": "what?"}, "deferred"),
        ({"RCPT": "252 cannot tell"}, "sent"),
        ({"RCPT": "550 5.1.1 no such user#"}, "failed"),
        ({"DOT": "354 more"}, "unknown"),
        ({"DOT": "what?"}, "unknown"),
        ({"DOT": ""}, "unknown"),
        ({"DOT": "250-one\r\n250 two"}, "sent"),
        ({"DOT": "251 will forward"}, "sent"),
    ],
    ids=lambda told: str(told) if isinstance(told, dict) else "",
)
def test_only_what_was_taken_is_sent_and_what_is_no_answer_is_none(
    outbox: Outbox, said: dict[str, str], state: str
) -> None:
    put(outbox, "ok1")
    put(outbox, "ok2")
    with scripted(**said) as server:
        sender(outbox, server.port).run()
    assert states(outbox) == {"ok1": state, "ok2": state}


def test_a_server_that_hangs_up_after_each_message_gets_them_all(outbox: Outbox) -> None:
    for who in ("ok1", "ok2", "ok3"):
        put(outbox, who)
    with scripted(DOT="250 OK#") as server:
        assert sender(outbox, server.port).run() == {"sent": 3}
    assert server.heard.count("DOT") == 3


@pytest.mark.parametrize("said", ["553 Mail from must equal authorized user", "501 not your address"])
def test_a_sender_that_is_not_taken_stops_all(outbox: Outbox, said: str) -> None:
    put(outbox, "ok1")
    put(outbox, "ok2")
    with scripted(MAIL=said) as server, pytest.raises(Stopped, match=said):
        sender(outbox, server.port).run()
    assert states(outbox) == {"ok1": "queued", "ok2": "queued"}
    assert server.heard.count("MAIL") == 1


def test_words_of_a_chinese_server_are_read(outbox: Outbox) -> None:
    words = "\u62d2\u6536"  # refused
    put(outbox, "ok1")
    with scripted(DOT=f"554 \x1b[31m{words}") as server:
        sender(outbox, server.port).run()
    assert outbox.rows()[0].said == f"[31m{words}"


def test_interrupted_nothing_more_is_said_to_the_server(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A farewell in the middle of a message would wait for the answer to the message."""
    put(outbox, "ok1")
    marked = outbox.mark

    def interrupt(id: int, state: str, **more: object) -> None:
        marked(id, state, **more)  # type: ignore[arg-type]
        if state == "committing":
            raise KeyboardInterrupt

    monkeypatch.setattr(outbox, "mark", interrupt)
    with scripted() as server, pytest.raises(KeyboardInterrupt):
        sender(outbox, server.port).run()
    assert server.heard[-1] == "CUT ..dotted"
    assert [row.shop for row in outbox.recover()] == ["ok1"]


@pytest.mark.parametrize(
    ("code", "text", "names", "means"),
    [
        (550, "Connection frequency limited", (QQ, OTHER), answers.LATER),
        (550, "Connection frequency limited", ("mail.agency.example", "qq.com"), answers.LATER),
        (550, "Connection frequency limited", ("mail.agency.example", OTHER), answers.NEVER),
        (550, "5.1.1 no such user", (QQ, OTHER), answers.NEVER),
    ],
)
def test_the_server_that_answers_counts_as_well_as_the_recipients(
    code: int, text: str, names: tuple[str, str], means: str
) -> None:
    assert answers.meaning(code, text, *names) == means


def test_a_clock_set_back_makes_nobody_wait(outbox: Outbox) -> None:
    pace = Pace({})
    pace.wait(OTHER, 1_000_000.0)
    assert pace.wait(OTHER, 1_000_000.0 - 86_400.0) == 0.0
    row = put(outbox, "ok1")
    outbox.mark(row.id, "deferred", next_at=1_000_000.0)
    assert outbox.due(1_000_000.0 - 300.0) == []
    assert [due.id for due in outbox.due(1_000_000.0 - 86_400.0)] == [row.id]
