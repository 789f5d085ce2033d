"""An agency as it lies on the disk: shops with owners, their published reports, a settings file; and its commands."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from bad_server import Taken
from sizhen.cli import app
from sizhen.delivery.outbox import Outbox
from sizhen.delivery.row import Row
from sizhen.tables import Period, Shop
from small_document import document
from small_mail import finding

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
        self.own(shop, owner)
        self.publish(shop)

    def own(self, shop: str, owner: str) -> None:
        """Gives a shop, or gives it another owner: its data are others then."""
        (self.data / shop).mkdir(parents=True, exist_ok=True)
        (self.data / shop / "shop.toml").write_text(PROFILE.format(shop, owner), encoding="utf-8")

    def publish(self, shop: str, amount: float = 1000.0, period: str = PERIOD) -> None:
        home = self.reports / period / shop
        (home / "notebooks").mkdir(parents=True, exist_ok=True)
        made_from = document()["data"] | {"fingerprint": Shop.open(self.data, shop).fingerprint()}
        days = Period.parse(period)
        told = document(finding(amount=amount), shop_id=shop, data=made_from)
        told["period"] = {"start": f"{days.start}", "end": f"{days.end}"}
        (home / "findings.json").write_text(json.dumps(told), encoding="utf-8")
        page = f'<!doctype html><meta name="sizhen" content="{shop} {period}"><title>{shop}</title><p>{amount}</p>'
        (home / "report.html").write_text(page, encoding="utf-8")
        given = {"papermill": {"parameters": {"shop_id": shop, "period": period}}}
        (home / "notebooks" / "1_look.ipynb").write_text(json.dumps({"metadata": given, "cells": []}), encoding="utf-8")

    def send(self, *more: str, period: str = PERIOD) -> Any:
        return self._run("send", "--period", period, "--data", str(self.data), "--settings", str(self.settings), *more)

    def bounces(self) -> Any:
        return self._run("outbox", "bounces", "--settings", str(self.settings))

    def _run(self, *words: str) -> Any:
        return CliRunner().invoke(app, [*words, "--reports", str(self.reports)])

    def rows(self) -> list[Row]:
        with closing(Outbox(self.reports / "outbox")) as box:
            return box.rows()

    def states(self) -> dict[str, str]:
        return {f"{row.shop}.{row.revision}": row.state for row in self.rows()}

    @contextmanager
    def away(self) -> Iterator[None]:
        """No server listens meanwhile: what is to be sent stays queued."""
        text = self.settings.read_text(encoding="utf-8")
        self.settings.write_text(text.replace("port = ", "port = 1 # ", 1), encoding="utf-8")
        yield
        self.settings.write_text(text, encoding="utf-8")


class Served(Agency):
    """`taken`: what the server took."""

    taken: Taken
