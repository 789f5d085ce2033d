"""sizhen.toml: who sends, through which server, to whom it may, where failures come back. Secrets are never in it."""

from __future__ import annotations

import os
import tomllib
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sizhen.delivery.transport import Security, Server

PASSWORD, BOUNCES_PASSWORD = "SIZHEN_MAIL_PASSWORD", "SIZHEN_BOUNCES_PASSWORD"
SERVICE = "sizhen"  # of the keyring
_ADDRESS = r"^[^\s@<>]+@[^\s@<>]+$"


class SettingsError(ValueError):
    """The file is not there or not right; the text names the entry and what to do."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Dkim(_Table):
    """The table [mail.dkim]. `key`: a PEM file with the RSA key whose public half is at `<selector>._domainkey.` of the
    sender's domain."""

    selector: str = Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")
    key: Path


class Mail(_Table):
    """The table [mail]. `per_minute`: messages a minute by domain; `domains`: the only ones mail may go to (none: all);
    `bounces`: the address failures come back to, with the message's number and tag put before the @."""

    sender: str
    host: str
    port: int = Field(587, ge=1, le=65535)
    security: Security = "starttls"
    user: str = ""
    trust: str | None = None
    domains: tuple[str, ...] = ()
    unsubscribe: str = ""
    bounces: str = Field("", pattern=_ADDRESS)
    per_minute: dict[str, float] = Field(default_factory=dict)
    dkim: Dkim | None = None

    @field_validator("sender")
    @classmethod
    def _one_address(cls, value: str) -> str:
        name, address = parseaddr(value)
        if "@" not in address or any(c in value for c in "\r\n"):
            raise ValueError("must be an address, or a name and an <address>")
        Address(display_name=name, addr_spec=address)
        return value

    @property
    def domain(self) -> str:
        return parseaddr(self.sender)[1].rpartition("@")[2].lower()

    def server(self, password: str) -> Server:
        return Server(self.host, self.port, self.security, self.user, password, self.trust)

    def return_path(self, number: int, tag: str) -> str:
        """The envelope's sender of message `number`: a failure that comes back there tells which one it was."""
        if not self.bounces:
            return parseaddr(self.sender)[1]
        name, _, domain = self.bounces.partition("@")
        return f"{name}+{number}.{tag}@{domain}"


class Mailbox(_Table):
    """The table [bounces]: the mailbox that failures come back to, over IMAP."""

    host: str
    port: int = Field(993, ge=1, le=65535)
    security: Security = "tls"
    user: str
    folder: str = "INBOX"
    trust: str | None = None


def read_settings(path: Path) -> Mail:
    """Raises SettingsError."""
    return _table(path, "mail", Mail)


def read_mailbox(path: Path) -> Mailbox:
    """Raises SettingsError."""
    return _table(path, "bounces", Mailbox)


_AnyTable = TypeVar("_AnyTable", bound=_Table)


def _table(path: Path, name: str, kind: type[_AnyTable]) -> _AnyTable:
    if not path.is_file():
        raise SettingsError(f"{path.name} is not there; docs/mail.md shows one to copy")
    try:
        return kind(**tomllib.loads(path.read_text(encoding="utf-8"))[name])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name}: {error}") from None
    except KeyError:
        raise SettingsError(f"{path.name}: has no table [{name}]; docs/mail.md shows one to copy") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in (name, *first["loc"]))
        raise SettingsError(f"{path.name} {where}: {first['msg']}") from None


def password(variable: str, user: str) -> str:
    """Of the environment, else of the keyring; nothing where nobody logs in. Raises SettingsError where none is set."""
    if not user:
        return ""
    given, why = os.environ.get(variable), ""
    if not given:
        given, why = _kept(user)
    if not given:
        raise SettingsError(
            f"no password for {user}{why}: set {variable} in the environment, or keep it in the keyring: "
            f"keyring set {SERVICE} {user}"
        )
    return given


def _kept(user: str) -> tuple[str | None, str]:
    """What the keyring has, and why it has nothing."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return None, " (the library keyring is not installed)"
    try:
        return keyring.get_password(SERVICE, user), ""
    except KeyringError as error:
        return None, f" ({error})"
