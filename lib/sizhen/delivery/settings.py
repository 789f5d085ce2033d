"""sizhen.toml: who sends, through which server, to whom it may, where failures come back. Secrets are never in it."""

from __future__ import annotations

import os
import re
import ssl
from email.utils import getaddresses, parseaddr
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from sizhen.delivery.transport import Security, Server
from sizhen.tables.toml import read_toml
from sizhen.vocab.plain import plain_line

PASSWORD, BOUNCES_PASSWORD = "SIZHEN_MAIL_PASSWORD", "SIZHEN_BOUNCES_PASSWORD"
_HERE = re.compile(r"localhost|127\.[0-9.]+|::1")
SERVICE = "sizhen"  # of the keyring
_WORD, _LABEL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+", "[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=[^@]{{1,64}}@.{{1,190}}\Z){_WORD}(\.{_WORD})*@{_LABEL}(\.{_LABEL})*")


class SettingsError(ValueError):
    """The file is not there or not right; the text names the entry and what to do."""


def is_address(text: str) -> bool:
    """One ASCII address (a dot-atom of RFC 5322 at a host name); a list, a comment or a second line is none."""
    return _ADDRESS.fullmatch(text) is not None


def canonical(address: str) -> str:
    """The local part as it was given, for only its server knows whether case matters there; the domain in small
    letters."""
    local, at, domain = address.strip().rpartition("@")
    return f"{local}{at}{domain.lower()}"


def _an_address(value: str) -> str:
    if value and not is_address(value):
        raise ValueError(f"{value!r} must be one address such as a@agency.example")
    return value


def _certificates(value: str) -> str:
    try:
        ssl.create_default_context(cafile=value)
    except OSError as error:
        raise ValueError(f"{value} holds no certificates in PEM: {error.strerror or error}") from None
    return value


_Address = Annotated[str, AfterValidator(_an_address)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Account(_Table):
    """`trust`: a file of certificates."""

    host: str = Field(min_length=1)
    security: Security
    user: str = ""
    trust: Annotated[str, AfterValidator(_certificates)] | None = None

    @model_validator(mode="after")
    def _password_unseen(self) -> Self:
        if self.user and self.security == "none" and not _HERE.fullmatch(self.host):
            raise ValueError("security = none would show the password to the network; set starttls or tls")
        return self


class Dkim(_Table):
    """The table [mail.dkim]. `key`: a PEM file with the RSA key whose public half is at `<selector>._domainkey.` of the
    sender's domain."""

    selector: str = Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$")
    key: Path


class Mail(_Account):
    """The table [mail]. `per_minute`: messages a minute by domain; `domains`: the only ones mail may go to (none: all);
    `bounces`: the address failures come back to, with the message's number and tag put before the @."""

    sender: str
    port: int = Field(587, ge=1, le=65535)
    security: Security = "starttls"
    domains: tuple[str, ...] = ()
    unsubscribe: _Address = ""
    bounces: _Address = ""
    per_minute: dict[str, Annotated[float, Field(gt=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    dkim: Dkim | None = None

    @field_validator("sender")
    @classmethod
    def _one_address(cls, value: str) -> str:
        found = getaddresses([value])
        if len(found) != 1 or not is_address(found[0][1]) or not value.isprintable():
            raise ValueError("must be one address, or a name and an <address>")
        return value

    @field_validator("domains")
    @classmethod
    def _small(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(domain.lower().removeprefix("@") for domain in value)

    @field_validator("per_minute")
    @classmethod
    def _small_names(cls, value: dict[str, float]) -> dict[str, float]:
        return {domain.lower().removeprefix("@"): pace for domain, pace in value.items()}

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


class Mailbox(_Account):
    """The table [bounces]: the mailbox that failures come back to, over IMAP."""

    port: int = Field(993, ge=1, le=65535)
    security: Security = "tls"
    user: str
    folder: str = "INBOX"


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
        found = read_toml(path)
    except ValueError as error:
        raise SettingsError(f"{path.name}: {plain_line(str(error))}") from None
    if name not in found:
        raise SettingsError(f"{path.name}: has no table [{name}]; docs/mail.md shows one to copy")
    try:
        return kind.model_validate(found[name])
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in (name, *first["loc"]))
        raise SettingsError(plain_line(f"{path.name} {where}: {first['msg']}")) from None


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
    if not (user + given).isascii():
        raise SettingsError(f"user or password of {user}: other than ASCII cannot be sent to a mail server")
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
