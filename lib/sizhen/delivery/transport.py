"""One connection to a mail server: verified, with limits of time, and telling when a message is about to be taken."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

COMMAND_SECONDS, TAKEN_SECONDS = 30.0, 600.0  # for an answer; for the one after the message (RFC 5321 4.5.3.2)
Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class Server:
    """`trust`: a file of certificates to trust beside the system's, for a server of one's own."""

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = ""
    trust: str | None = None
    command_seconds: float = COMMAND_SECONDS
    taken_seconds: float = TAKEN_SECONDS


@dataclass(frozen=True)
class Answer:
    code: int
    text: str


class Connection:
    """Opened and logged in. Raises OSError, ssl.SSLError or smtplib.SMTPException."""

    def __init__(self, server: Server) -> None:
        self._server = server
        context = ssl.create_default_context(cafile=server.trust)
        if server.security == "tls":
            self._smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=server.command_seconds, context=context
            )
        else:
            self._smtp = smtplib.SMTP(server.host, server.port, timeout=server.command_seconds)
        try:
            self._smtp.ehlo()
            if server.security == "starttls":
                self._smtp.starttls(context=context)
                self._smtp.ehlo()
            if server.user:
                self._smtp.login(server.user, server.password)
        except BaseException:
            self._smtp.close()
            raise

    def send(self, sender: str, recipient: str, raw: bytes, committing: Callable[[], None]) -> Answer:
        """Hands one message over. `committing` is called when all but the final dot has been written: from there on the
        server may have taken the message, whatever happens."""
        for command in (f"MAIL FROM:<{sender}>", f"RCPT TO:<{recipient}>"):
            code, said = self._smtp.docmd(command)
            if not 200 <= code < 300:
                self._smtp.rset()
                return _answer(code, said)
        code, said = self._smtp.docmd("DATA")
        if code != 354:
            return _answer(code, said)
        self._smtp.send(_dotted(raw))
        assert self._smtp.sock is not None
        self._smtp.sock.settimeout(self._server.taken_seconds)
        committing()
        self._smtp.send(b".\r\n")
        code, said = self._smtp.getreply()
        self._smtp.sock.settimeout(self._server.command_seconds)
        return _answer(code, said)

    def quit(self) -> None:
        try:
            self._smtp.quit()
        except (smtplib.SMTPException, OSError):
            self._smtp.close()

    def close(self) -> None:
        self._smtp.close()


def _dotted(raw: bytes) -> bytes:
    """The message with CRLF line ends, one at its end, and leading dots doubled (RFC 5321 4.5.2)."""
    octets = np.frombuffer(raw, dtype=np.uint8)
    before = octets[np.flatnonzero(octets == ord("\n")) - 1]
    if (before != ord("\r")).any() or not raw.endswith(b"\r\n") or raw.endswith(b"\n\r\n"):
        raw = (raw.replace(b"\r\n", b"\n").rstrip(b"\n") + b"\n").replace(b"\n", b"\r\n")
    return (b"." if raw.startswith(b".") else b"") + re.sub(rb"\n\.", b"\n..", raw)


def _answer(code: int, said: bytes) -> Answer:
    return Answer(code, " ".join(said.decode("utf-8", "replace").split()))
