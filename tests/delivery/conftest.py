"""The published report of a small shop, and the message about it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from bad_server import BadServer, Taken
from sizhen.delivery import Report, build, paper
from sizhen.tables import Profile
from small_agency import Served
from small_mail import OWNER, SENT

PERIOD = "2026-10"


@pytest.fixture
def publish(tmp_path: Path) -> Callable[..., Path]:
    def publish(document: dict[str, Any], report: str = "<!doctype html><p>report</p>", period: str = PERIOD) -> Path:
        folder = tmp_path / period / document["shop_id"]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "findings.json").write_text(json.dumps(document), encoding="utf-8")
        (folder / "report.html").write_text(report, encoding="utf-8")
        return folder

    return publish


@pytest.fixture
def mail(publish: Callable[..., Path]) -> Callable[..., EmailMessage]:
    """The message about a document; keyword arguments of `build` may be changed."""

    def mail(document: dict[str, Any], profile: Profile = OWNER, **changed: Any) -> EmailMessage:
        told = {"sender": "诊断 <reports@agency.example>", "message_id": "<tiny.1@agency.example>", "date": SENT}
        return build(Report.read(publish(document)), profile, **{**told, "attach": "html", **changed})

    return mail


@pytest.fixture
def agency(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Three shops, one of an owner who is not there, and a mail server."""
    monkeypatch.setattr(paper, "BROWSERS", ())
    monkeypatch.setattr(paper, "_by_weasyprint", lambda page: None)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    agency = Served(
        tmp_path,
        f'security = "none"\nport = {port}\ndomains = ["shop.example"]\n[mail.per_minute]\n"shop.example" = 6000\n',
    )
    agency.taken = Taken()
    server = BadServer(agency.taken, hostname="127.0.0.1", port=port)
    server.start()
    for shop, owner in (("linen", "ok1"), ("tea", "ok2"), ("silk", "user550")):
        agency.shop(shop, owner)
    yield agency
    server.stop()
