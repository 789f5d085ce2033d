"""sizhen.toml is read or refused with a sentence that names the entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from sizhen.delivery.settings import PASSWORD, SettingsError, password, read_settings

GOOD = '[mail]\nsender = "Agency <reports@agency.example>"\nhost = "mail.agency.example"\nuser = "reports"\n'


def test_a_whole_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "sizhen.toml"
    file.write_text(GOOD + 'bounces = "back@agency.example"\n[mail.per_minute]\n"qq.com" = 10\n', encoding="utf-8")
    mail = read_settings(file)
    assert (mail.domain, mail.port, mail.security) == ("agency.example", 587, "starttls")
    assert mail.return_path(7) == "back+7@agency.example"
    assert mail.per_minute == {"qq.com": 10.0}
    monkeypatch.delenv(PASSWORD, raising=False)
    with pytest.raises(SettingsError, match=PASSWORD):
        password(mail)
    monkeypatch.setenv(PASSWORD, "secret")
    assert mail.server(password(mail)).password == "secret"
    assert "secret" not in repr(mail)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no table"),
        ("[mail", "sizhen.toml:"),
        (GOOD + "port = 0\n", "mail.port"),
        (GOOD + 'security = "maybe"\n', "mail.security"),
        (GOOD + 'password = "secret"\n', "mail.password"),
        (GOOD.replace("reports@agency.example", "nobody"), "mail.sender"),
        (GOOD.replace("Agency <", "Agency\\r\\nBcc: x@y.example <"), "mail.sender"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "sizhen.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        read_settings(file)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"docs/mail\.md"):
        read_settings(tmp_path / "sizhen.toml")
