"""sizhen.toml: who sends, through which server, to whom it may. Secrets are never in the file."""

from __future__ import annotations

import os
import tomllib
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from sizhen.delivery.transport import Server

PASSWORD = "SIZHEN_MAIL_PASSWORD"
FILE = "sizhen.toml"


class SettingsError(ValueError):
    """The file is not there or not right; the text names the entry and what to do."""


class Mail(BaseModel):
    """The table [mail]. `per_minute`: messages a minute by domain; `domains`: the only ones mail may go to (none: all);
    `bounces`: the address failures come back to, with the message's number put before the @."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sender: str
    host: str
    port: int = Field(587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    trust: str | None = None
    domains: tuple[str, ...] = ()
    unsubscribe: str = ""
    bounces: str = ""
    per_minute: dict[str, float] = Field(default_factory=dict)

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

    def return_path(self, number: int) -> str:
        """The envelope's sender of message `number`: a failure that comes back there tells which one it was."""
        if not self.bounces:
            return parseaddr(self.sender)[1]
        name, _, domain = self.bounces.partition("@")
        return f"{name}+{number}@{domain}"


def read_settings(path: Path) -> Mail:
    """Raises SettingsError."""
    if not path.is_file():
        raise SettingsError(f"{path.name} is not there; docs/mail.md shows one to copy")
    try:
        return Mail(**tomllib.loads(path.read_text(encoding="utf-8"))["mail"])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path.name}: {error}") from None
    except KeyError:
        raise SettingsError(f"{path.name}: has no table [mail]") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{path.name} mail.{where}: {first['msg']}") from None


def password(mail: Mail) -> str:
    """Of the environment. Raises SettingsError where the server wants a login and none is given."""
    given = os.environ.get(PASSWORD, "")
    if mail.user and not given:
        raise SettingsError(f"set {PASSWORD} in the environment to the password of {mail.user}")
    return given
