"""The mailbox that failures come back to, over IMAP: what is unread there, and what of it has been dealt with."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message
from imaplib import IMAP4

from imap_tools import BaseMailBox, MailBox, MailboxLoginError, MailBoxStartTls, MailBoxUnencrypted, MailMessageFlags
from imap_tools.errors import ImapToolsError

from sizhen.delivery.settings import Mailbox

SECONDS = 60.0  # for an answer
UNREAD = "UNSEEN"


class MailboxError(RuntimeError):
    """The mailbox cannot be read; the text says why."""


class Returned:
    """The open folder."""

    def __init__(self, box: BaseMailBox) -> None:
        self._box = box

    def heads(self) -> Iterator[tuple[str, Message]]:
        """Number and headers of every unread mail; it stays unread."""
        for mail in self._box.fetch(UNREAD, charset=None, mark_seen=False, headers_only=True):
            if mail.uid is not None:
                yield mail.uid, mail.obj

    def whole(self, uid: str) -> Message:
        """A mail with its parts; it stays unread."""
        for mail in self._box.fetch(uid_list=uid, mark_seen=False):
            return mail.obj
        return Message()

    def done(self, uid: str) -> None:
        """Marks a mail as read, and does no more: the library's own way would also expunge what others deleted."""
        answer, said = self._box.client.uid("STORE", uid, "+FLAGS", f"({MailMessageFlags.SEEN})")
        if answer != "OK":
            raise MailboxError(f"mail {uid} cannot be marked as read: {said}")


@contextmanager
def opened(settings: Mailbox, password: str) -> Iterator[Returned]:
    """Verified and logged in. Raises MailboxError, also where the server fails later."""
    try:
        with _connected(settings) as box:
            box.login(settings.user, password, initial_folder=None)
            if "ID" in box.client.capabilities:  # NetEase opens no folder to whom it does not know (RFC 2971)
                box.client.xatom("ID", '("name" "sizhen")')
            box.folder.set(settings.folder)
            yield Returned(box)
    except MailboxLoginError:
        raise MailboxError(f"{settings.host}: user or password is wrong") from None
    except (ImapToolsError, IMAP4.error, OSError) as error:
        raise MailboxError(f"{settings.host}: {type(error).__name__}: {error}") from error


def _connected(settings: Mailbox) -> BaseMailBox:
    context = ssl.create_default_context(cafile=settings.trust)
    if settings.security == "tls":
        return MailBox(settings.host, settings.port, timeout=SECONDS, ssl_context=context)
    if settings.security == "starttls":
        return MailBoxStartTls(settings.host, settings.port, timeout=SECONDS, ssl_context=context)
    return MailBoxUnencrypted(settings.host, settings.port, timeout=SECONDS)
