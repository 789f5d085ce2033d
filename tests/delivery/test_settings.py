"""sizhen.toml is read or refused with a sentence that names the entry; passwords come from elsewhere."""

from __future__ import annotations

import sys
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked

from sizhen.delivery.settings import PASSWORD, SettingsError, password, read_mailbox, read_settings

GOOD = '[mail]\nsender = "Agency <reports@agency.example>"\nhost = "mail.agency.example"\nuser = "reports"\n'
BOX = '[bounces]\nhost = "mail.agency.example"\nuser = "back"\n'


class Memory(KeyringBackend):
    """A keyring that is forgotten."""

    priority = 1.0
    locked = False

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked("it is locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def ring(monkeypatch: pytest.MonkeyPatch) -> Memory:
    monkeypatch.delenv(PASSWORD, raising=False)
    ring = Memory()
    monkeypatch.setattr(keyring.core, "_keyring_backend", ring)
    return ring


def test_a_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "sizhen.toml"
    file.write_text(
        GOOD + 'bounces = "back@agency.example"\n[mail.per_minute]\n"qq.com" = 10\n' + BOX, encoding="utf-8"
    )
    mail = read_settings(file)
    assert (mail.domain, mail.port, mail.security, mail.dkim) == ("agency.example", 587, "starttls", None)
    assert mail.return_path(7, "0af3") == "back+7.0af3@agency.example"
    assert mail.per_minute == {"qq.com": 10.0}
    box = read_mailbox(file)
    assert (box.user, box.port, box.security, box.folder) == ("back", 993, "tls", "INBOX")


def test_failures_come_to_the_sender_where_no_address_is_set(tmp_path: Path) -> None:
    file = tmp_path / "sizhen.toml"
    file.write_text(GOOD, encoding="utf-8")
    assert read_settings(file).return_path(7, "0af3") == "reports@agency.example"
    with pytest.raises(SettingsError, match=r"no table \[bounces\]"):
        read_mailbox(file)


def test_the_environment_comes_before_the_keyring(ring: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring.set_password("sizhen", "reports", "kept")
    keyring.set_password("other", "somebody", "not ours")
    assert password(PASSWORD, "reports") == "kept"
    monkeypatch.setenv(PASSWORD, "given")
    assert password(PASSWORD, "reports") == "given"
    monkeypatch.setenv(PASSWORD, "")
    assert password(PASSWORD, "reports") == "kept"
    assert password(PASSWORD, "") == ""


def test_without_a_password_both_ways_are_named(ring: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=f"for reports: set {PASSWORD} in .*keyring set sizhen reports"):
        password(PASSWORD, "reports")
    ring.locked = True
    with pytest.raises(SettingsError, match=f"it is locked.*{PASSWORD}"):
        password(PASSWORD, "reports")
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(SettingsError, match=f"not installed.*{PASSWORD}"):
        password(PASSWORD, "reports")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no table"),
        ("[mail", "sizhen.toml:"),
        (GOOD + "port = 0\n", "mail.port"),
        (GOOD + 'security = "none"\n', "mail: .*password"),
        (GOOD + 'security = "maybe"\n', "mail.security"),
        (GOOD + 'password = "secret"\n', "mail.password"),
        (GOOD + 'bounces = "nowhere"\n', "mail.bounces"),
        (GOOD + 'bounces = "a@b.example>\\r\\nRCPT TO:<c@d.example"\n', "mail.bounces"),
        ("mail = 5\n", "sizhen.toml mail:"),
        (GOOD.replace('"mail.agency.example"', '""'), "mail.host"),
        (GOOD + 'bounces = "back@\u4f8b.example"\n', "mail.bounces"),
        (GOOD + 'unsubscribe = "mailto:stop@agency.example"\n', "mail.unsubscribe"),
        (GOOD + 'trust = "gone.pem"\n', "mail.trust: .*gone.pem"),
        (GOOD + '[mail.per_minute]\n"qq.com" = 0\n', "mail.per_minute.qq.com"),
        (GOOD + '[mail.per_minute]\n"qq.com" = nan\n', "mail.per_minute.qq.com"),
        (GOOD + "[mail.dkim]\n", "mail.dkim.selector"),
        (GOOD + '[mail.dkim]\nselector = "a; d=evil.example"\nkey = "k.pem"\n', "mail.dkim.selector"),
        (GOOD.replace("reports@agency.example", "nobody"), "mail.sender"),
        (GOOD.replace("reports@agency.example", "@agency.example"), "mail.sender"),
        (GOOD.replace("reports@agency.example", "reports@agency..example"), "mail.sender"),
        (GOOD.replace("Agency <", "Agency\\r\\nBcc: x@y.example <"), "mail.sender"),
        (GOOD + f"x = {'[' * 2000}{']' * 2000}\n", "is nested too deep"),
        (GOOD + f"x{'.a' * 20_000} = 1\n", "has a key of over 30 parts"),
        (GOOD + f"# {'a' * 100_000}\n", "is larger than 64 kB"),
        (GOOD + f"port = {'9' * 5000}\n", "digits"),
        (GOOD + 'trust = "a\\u0000b"\n', "mail.trust"),
        (GOOD + 'folder = ["a"]\n', "mail.folder"),
        (GOOD + "domains = 5\n", "mail.domains"),
        (GOOD + "x = '\0'\n", "sizhen.toml: "),
        ("mail = [[1]]\n", "sizhen.toml mail:"),
        ("\ud8ff", "is not UTF-8 at byte 0"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "sizhen.toml"
    file.write_text(text, encoding="utf-8", errors="surrogatepass")
    with pytest.raises(SettingsError, match=said) as caught:
        read_settings(file)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no table"),
        (BOX + "port = 99999\n", "bounces.port"),
        (BOX + 'password = "x"\n', "bounces.password"),
        (BOX + 'security = "none"\n', "bounces: .*password"),
    ],
)
def test_what_is_wrong_with_the_mailbox_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "sizhen.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        read_mailbox(file)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"docs/mail\.md"):
        read_settings(tmp_path / "sizhen.toml")


def test_domains_are_the_same_in_any_letters(tmp_path: Path) -> None:
    file = tmp_path / "sizhen.toml"
    file.write_text(GOOD + 'domains = ["QQ.com", "@163.com"]\n[mail.per_minute]\n"QQ.com" = 10\n', encoding="utf-8")
    mail = read_settings(file)
    assert (mail.domains, mail.per_minute) == (("qq.com", "163.com"), {"qq.com": 10.0})


def test_a_password_that_cannot_be_sent_is_named_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD, "gehe\u00efm")
    with pytest.raises(SettingsError, match="other than ASCII") as told:
        password(PASSWORD, "reports")
    assert "gehe" not in str(told.value)
