"""The sender's domain signs a message (DKIM, RFC 6376), so that mail servers know it came from there unchanged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import dkim
from dkim.crypto import UnparsableKeyError, parse_pem_private_key

from sizhen.delivery.settings import Dkim, SettingsError

SHORTEST = 1024  # bits of a key: verifiers take none shorter (RFC 8301)
# Named once more than they occur: a copy put in on the way breaks the signature.
SEALED = [b"from", b"to", b"cc", b"reply-to", b"subject", b"date", b"message-id"]
CANONICAL = (b"relaxed", b"simple")  # base64 lines have no spaces to forgive


@dataclass(frozen=True)
class Signer:
    """Puts the signature of `domain` in front of a message whose every line ends with CRLF; it stays as it is."""

    domain: str
    selector: str
    key: bytes = field(repr=False)

    def __call__(self, raw: bytes) -> bytes:
        """Signs every header and the whole body."""
        head, end, body = raw.partition(b"\r\n\r\n")
        message = dkim.DKIM(head + end)
        message.body = body  # the library would take its lines apart and put them together again
        names = message.all_sign_headers() + SEALED
        made: bytes = message.sign(
            self.selector.encode(), self.domain.encode(), self.key, canonicalize=CANONICAL, include_headers=names
        )
        return made + raw


def signer(settings: Dkim | None, domain: str) -> Callable[[bytes], bytes]:
    """Without settings a message stays as it is. Raises SettingsError where the key cannot be used."""
    return bytes if settings is None else Signer(domain, settings.selector, _key(settings))


def _key(settings: Dkim) -> bytes:
    how = f"make one with: openssl genrsa -out {settings.key} 2048"
    try:
        pem = settings.key.read_bytes().replace(b"\r\n", b"\n")
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise SettingsError(f"mail.dkim.key {settings.key}: {why}; {how}") from None
    try:
        bits = parse_pem_private_key(pem)["modulus"].bit_length()
    except (UnparsableKeyError, ValueError, LookupError, TypeError, AssertionError):  # all of them the library's own
        raise SettingsError(f"mail.dkim.key {settings.key}: no RSA key in PEM without a passphrase; {how}") from None
    if bits < SHORTEST:
        raise SettingsError(f"mail.dkim.key {settings.key}: {bits} bits are too few; {how}")
    return pem
