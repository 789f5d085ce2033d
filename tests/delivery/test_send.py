"""sizhen send and sizhen outbox, from a published report to a real server."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bad_server import BadServer, Taken
from sizhen.cli import app
from sizhen.delivery import paper
from sizhen.delivery.outbox import Outbox
from small_mail import document, finding

PERIOD = "2026-10"
PROFILE = 'shop_id = "{0}"\nname = "{0}"\nplatform = "tmall"\n[owner]\nname = "Ann"\nemail = "{1}@shop.example"\n'


class Agency:
    """Shops with owners, their published reports, a settings file and a server."""

    def __init__(self, folder: Path, port: int, taken: Taken) -> None:
        self.folder, self.taken = folder, taken
        self.data, self.reports, self.settings = folder / "data", folder / "reports", folder / "sizhen.toml"
        self.settings.write_text(
            '[mail]\nsender = "Agency <r@agency.example>"\nhost = "127.0.0.1"\nsecurity = "none"\n'
            f'port = {port}\ndomains = ["shop.example"]\n[mail.per_minute]\n"shop.example" = 6000\n',
            encoding="utf-8",
        )

    def shop(self, shop: str, owner: str) -> None:
        (self.data / shop).mkdir(parents=True)
        (self.data / shop / "shop.toml").write_text(PROFILE.format(shop, owner), encoding="utf-8")
        self.publish(shop)

    def publish(self, shop: str, amount: float = 1000.0) -> None:
        home = self.reports / PERIOD / shop
        (home / "notebooks").mkdir(parents=True, exist_ok=True)
        told = document(finding(amount=amount), shop_id=shop)
        (home / "findings.json").write_text(json.dumps(told), encoding="utf-8")
        (home / "report.html").write_text(f"<!doctype html><title>{shop}</title><p>{amount}</p>", encoding="utf-8")

    def send(self, *more: str) -> Any:
        where = ["--data", str(self.data), "--reports", str(self.reports), "--settings", str(self.settings)]
        return CliRunner().invoke(app, ["send", "--period", PERIOD, *where, *more])

    def states(self) -> dict[str, str]:
        box = Outbox(self.reports / "outbox")
        rows = box.rows()
        box.close()
        return {f"{row.shop}.{row.revision}": row.state for row in rows}


@pytest.fixture
def agency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Agency]:
    monkeypatch.setattr(paper, "BROWSERS", ())
    monkeypatch.setattr(paper, "_by_weasyprint", lambda report: None)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = BadServer(Taken(), hostname="127.0.0.1", port=port)
    server.start()
    agency = Agency(tmp_path, port, server.handler)
    for shop, owner in (("linen", "ok1"), ("tea", "ok2"), ("silk", "user550")):
        agency.shop(shop, owner)
    yield agency
    server.stop()


def test_without_send_nothing_leaves_and_files_show_what_would(agency: Agency) -> None:
    told = agency.send()
    assert told.exit_code == 0
    assert told.output.count("would go") == 3
    assert agency.states() == {}
    assert agency.taken.asked == {}
    preview = message_from_bytes((agency.reports / "outbox" / "preview" / "linen.eml").read_bytes(), policy=SMTP)
    assert (preview["To"].addresses[0].addr_spec, preview["X-Sizhen-Shop"]) == ("ok1@shop.example", "linen")


def test_each_owner_gets_his_report_once(agency: Agency) -> None:
    first = agency.send("--send")
    assert first.exit_code == 1
    assert agency.states() == {"linen.0": "sent", "silk.0": "failed", "tea.0": "sent"}
    again = agency.send("--send")
    assert agency.taken.mail == {"ok1": 1, "ok2": 1}
    assert "no such user" in again.output


def test_a_corrected_report_goes_when_asked_to(agency: Agency) -> None:
    agency.send("linen", "--send")
    agency.publish("linen", 2000.0)
    assert "--revise" in agency.send("linen", "--send").output
    assert agency.taken.mail == {"ok1": 1}
    assert agency.send("linen", "--send", "--revise").exit_code == 0
    assert agency.taken.mail == {"ok1": 2}
    assert agency.states() == {"linen.0": "sent", "linen.1": "sent"}


def test_a_test_goes_to_the_tester_alone(agency: Agency) -> None:
    told = agency.send("--send", "--to", "me@elsewhere.example")
    assert told.exit_code == 0
    assert agency.taken.mail == {"me": 3}
    assert agency.send("tea", "--send").exit_code == 0
    assert agency.taken.mail == {"me": 3, "ok2": 1}


def test_what_has_not_changed_is_not_sent_again_when_others_are_revised(agency: Agency) -> None:
    agency.send("linen", "tea", "--send")
    agency.publish("linen", 2000.0)
    agency.send("linen", "tea", "--send", "--revise")
    assert agency.taken.mail == {"ok1": 2, "ok2": 1}
    assert agency.states() == {"linen.0": "sent", "linen.1": "sent", "tea.0": "sent"}


def test_a_test_leaves_what_waits_for_the_owners(agency: Agency) -> None:
    (agency.data / "tea" / "shop.toml").write_text(PROFILE.format("tea", "grey450"), encoding="utf-8")
    agency.send("tea", "--send")
    due = Outbox(agency.reports / "outbox")
    due.mark(due.rows()[0].id, "queued")
    due.close()
    assert agency.send("linen", "--send", "--to", "me@elsewhere.example").exit_code == 0
    assert agency.states() == {"linen.0": "sent", "tea.0": "queued"}


def test_a_shop_without_owner_is_told_and_the_others_go(agency: Agency) -> None:
    profile = agency.data / "tea" / "shop.toml"
    profile.write_text(profile.read_text(encoding="utf-8").partition("[owner]")[0], encoding="utf-8")
    told = agency.send("linen", "tea", "--send")
    assert told.exit_code == 1
    assert "[owner]" in told.output
    assert agency.taken.mail == {"ok1": 1}


@pytest.mark.parametrize(
    ("spoil", "code", "said"),
    [
        (lambda a: a.settings.unlink(), 2, "docs/mail.md"),
        (lambda a: shutil.rmtree(a.reports), 2, "no report of 2026-10"),
    ],
)
def test_what_stops_the_command(agency: Agency, spoil: Any, code: int, said: str) -> None:
    spoil(agency)
    told = agency.send("--send")
    assert told.exit_code == code
    assert said in told.output


def test_a_server_that_is_away_keeps_all_queued(agency: Agency) -> None:
    agency.settings.write_text(
        agency.settings.read_text(encoding="utf-8").replace("port = ", "port = 1 # "), encoding="utf-8"
    )
    told = agency.send("linen", "tea", "--send")
    assert told.exit_code == 1
    assert set(agency.states().values()) == {"queued"}


def test_the_outbox_can_be_read_and_resolved(agency: Agency, tmp_path: Path) -> None:
    (agency.data / "linen" / "shop.toml").write_text(PROFILE.format("linen", "cutafter"), encoding="utf-8")
    assert agency.send("linen", "--send").exit_code == 1
    assert agency.states() == {"linen.0": "unknown"}
    where = ["--reports", str(agency.reports)]
    listed = CliRunner().invoke(app, ["outbox", "list", *where])
    assert "unknown" in listed.output
    log = tmp_path / "mail.log"
    log.write_text("nothing here", encoding="utf-8")
    assert "by hand" in CliRunner().invoke(app, ["outbox", "reconcile", str(log), *where]).output
    log.write_text(f"accepted message-id={agency.taken.ids[0]}", encoding="utf-8")
    assert "sent" in CliRunner().invoke(app, ["outbox", "reconcile", str(log), *where]).output
    assert agency.states() == {"linen.0": "sent"}
    assert CliRunner().invoke(app, ["outbox", "resolve", "1", "sent", *where]).exit_code == 2
