"""A real mail server on this machine that misbehaves by the name of the recipient."""

from __future__ import annotations

import asyncio
from collections import Counter
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

AT_RCPT = {
    "user550": "550 5.1.1 no such user",
    "often550": "550 Connection frequency limited",
    "grey450": "450 4.7.1 greylisted",
    "shut421": "421 4.3.2 shutting down",
}
AT_DATA = {
    "local451": "451 4.3.0 try later",
    "big552": "552 5.3.4 too big",
    "spam554": "554 5.7.1 rejected as spam",
    "late421": "421 4.3.2 shutting down after the message",
}


class Taken:
    """What the server took, by recipient; `named`: the shop of each mail and to whom it went; `asked`: how often each
    recipient was named."""

    def __init__(self) -> None:
        self.mail: Counter[str] = Counter()
        self.ids: list[str] = []
        self.named: list[tuple[str, str]] = []
        self.asked: Counter[str] = Counter()
        self.healed = False

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        who = address.partition("@")[0]
        self.asked[who] += 1
        if who in AT_RCPT and not self.healed:
            return AT_RCPT[who]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        who = envelope.rcpt_tos[0].partition("@")[0]
        if who in AT_DATA and not self.healed:
            return AT_DATA[who]
        if who == "slow":
            await asyncio.sleep(1.0)
        self.mail[who] += 1
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content)
        self.ids.append(message["Message-ID"])
        self.named.append((message["X-Sizhen-Shop"], envelope.rcpt_tos[0]))
        if who == "cutafter" and not self.healed:
            assert server.transport is not None
            server.transport.abort()
        return "250 OK"


class BadSMTP(SMTP):
    async def smtp_DATA(self, arg: str) -> None:
        envelope = self.envelope
        if envelope is not None and envelope.rcpt_tos and envelope.rcpt_tos[0].startswith("cutbefore"):
            await self.push("354 go on")
            assert self.transport is not None
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class BadServer(Controller):
    def factory(self) -> SMTP:
        return BadSMTP(self.handler, **self.SMTP_kwargs)
