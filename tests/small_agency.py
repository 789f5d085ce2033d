"""An agency as it lies on the disk: shops with owners, their published reports, a settings file; and its commands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from sizhen.cli import app
from sizhen.delivery.outbox import Outbox
from sizhen.tables import Shop
from small_mail import document, finding

PERIOD = "2026-10"
PROFILE = 'shop_id = "{0}"\nname = "{0}"\nplatform = "tmall"\n[owner]\nname = "Ann"\nemail = "{1}@shop.example"\n'
SENDER = 'sender = "Agency <r@agency.example>"\nhost = "127.0.0.1"\n'


class Agency:
    def __init__(self, folder: Path, mail: str) -> None:
        """`mail`: what the settings' table [mail] says besides sender and host, and further tables."""
        self.folder = folder
        self.data, self.reports, self.settings = folder / "data", folder / "reports", folder / "sizhen.toml"
        self.settings.write_text(f"[mail]\n{SENDER}{mail}", encoding="utf-8")

    def shop(self, shop: str, owner: str) -> None:
        (self.data / shop).mkdir(parents=True, exist_ok=True)
        (self.data / shop / "shop.toml").write_text(PROFILE.format(shop, owner), encoding="utf-8")
        self.publish(shop)

    def publish(self, shop: str, amount: float = 1000.0) -> None:
        home = self.reports / PERIOD / shop
        (home / "notebooks").mkdir(parents=True, exist_ok=True)
        made_from = {"fingerprint": Shop.open(self.data, shop).fingerprint()}
        told = document(finding(amount=amount), shop_id=shop, data=made_from)
        (home / "findings.json").write_text(json.dumps(told), encoding="utf-8")
        page = f'<!doctype html><meta name="sizhen" content="{shop} {PERIOD}"><title>{shop}</title><p>{amount}</p>'
        (home / "report.html").write_text(page, encoding="utf-8")
        given = {"papermill": {"parameters": {"shop_id": shop, "period": PERIOD}}}
        (home / "notebooks" / "1_look.ipynb").write_text(json.dumps({"metadata": given, "cells": []}), encoding="utf-8")

    def send(self, *more: str) -> Any:
        return self._run("send", "--period", PERIOD, "--data", str(self.data), "--settings", str(self.settings), *more)

    def bounces(self) -> Any:
        return self._run("outbox", "bounces", "--settings", str(self.settings))

    def _run(self, *words: str) -> Any:
        return CliRunner().invoke(app, [*words, "--reports", str(self.reports)])

    def states(self) -> dict[str, str]:
        box = Outbox(self.reports / "outbox")
        rows = box.rows()
        box.close()
        return {f"{row.shop}.{row.revision}": row.state for row in rows}
