"""The published report of a small shop, and the message about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from sizhen.delivery import Report, build
from sizhen.tables import Profile
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
