"""One connection to a mail server: verified, with limits of time, and telling when a message is about to be taken."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
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
    """`sender`: to MAIL FROM, before a recipient was named."""

    code: int
    text: str
    sender: bool = False


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
        answer = replace(_answer(*self._smtp.docmd(f"MAIL FROM:<{sender}>")), sender=True)
        if answer.code < 300:
            answer = _answer(*self._smtp.docmd(f"RCPT TO:<{recipient}>"))
        if answer.code >= 300:
            return answer
        code, said = self._smtp.docmd("DATA")
        if code != 354:
            return _answer(code, said, least=400)
        self._smtp.send(_dotted(raw))
        assert self._smtp.sock is not None
        self._smtp.sock.settimeout(self._server.taken_seconds)
        committing()
        self._smtp.send(b".\r\n")
        answer = _answer(*self._smtp.getreply())
        self._smtp.sock.settimeout(self._server.command_seconds)
        return answer

    def ready(self) -> bool:
        """Whether the server still listens, with nothing left over of the message before."""
        try:
            return self._smtp.rset()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

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


def _answer(code: int, said: bytes, least: int = 200) -> Answer:
    """Raises SMTPResponseException for what answers no command with yes, later or no."""
    if not (least <= code < 300 or 400 <= code < 600):
        raise smtplib.SMTPResponseException(code, said)
    return Answer(code, words(said))


def words(said: bytes) -> str:
    """A server's words on one line; what is no UTF-8 comes from China."""
    try:
        text = said.decode("utf-8")
    except UnicodeDecodeError:
        text = said.decode("gb18030", "replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def told(error: Exception) -> str:
    """What went wrong, with the server's answer where there is one."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {words(said) if isinstance(said, bytes) else said}"
    return f"{type(error).__name__}: {error}"
