"""The signature holds for the bytes on the wire and for nothing else, and the guard lets a signed message pass."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from hypothesis import given
from hypothesis import strategies as st

from sizhen.delivery import signature
from sizhen.delivery.settings import Dkim, SettingsError
from sizhen.delivery.signature import signer
from sizhen.delivery.transport import _dotted
from small_document import document
from small_key import FORMS, KEY, PEM, PKCS8, PLAIN, record
from small_mail import finding

Mail = Callable[..., EmailMessage]
DOMAIN = "agency.example"


def verified(raw: bytes) -> bool:
    return bool(dkim.verify(raw, dnsfunc=record))


@pytest.fixture
def sign(tmp_path: Path) -> Callable[[bytes], bytes]:
    return signer(written(tmp_path, PKCS8), DOMAIN)


def written(folder: Path, pem: bytes) -> Dkim:
    (folder / "dkim.pem").write_bytes(pem)
    return Dkim(selector="s1", key=folder / "dkim.pem")


def on_the_wire(raw: bytes) -> bytes:
    """What a server has once it took the doubled dots away."""
    return b"\r\n".join(line.removeprefix(b".") for line in _dotted(raw).split(b"\r\n"))


@pytest.mark.parametrize("form", [FORMS.PKCS8, FORMS.TraditionalOpenSSL])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_keys_as_openssl_writes_them(tmp_path: Path, mail: Mail, form: FORMS, end: bytes) -> None:
    pem = KEY.private_bytes(PEM, form, PLAIN).replace(b"\n", end)
    assert verified(signer(written(tmp_path, pem), DOMAIN)(mail(document()).as_bytes()))


def test_the_message_is_whole_behind_its_signature(mail: Mail, sign: Callable[[bytes], bytes]) -> None:
    raw = mail(document(finding()), unsubscribe="stop@agency.example").as_bytes()
    signed = sign(raw)
    assert signed.endswith(raw) and signed.startswith(b"DKIM-Signature: ")
    assert b"\n" not in signed.replace(b"\r\n", b"")
    assert verified(signed) and verified(on_the_wire(signed))
    fields = dkim.util.parse_tag_value(signed.partition(b": ")[2].partition(b"\r\nFrom:")[0])
    assert (fields[b"d"], fields[b"s"], fields[b"c"]) == (b"agency.example", b"s1", b"relaxed/simple")
    named = [name.strip() for name in fields[b"h"].split(b":")]
    assert {"from", "to", "subject", "date", "message-id", "mime-version", "content-type"} <= {
        name.decode() for name in named
    }
    assert {b"list-unsubscribe", b"auto-submitted", b"precedence", b"x-sizhen-shop"} <= set(named)


CHANGES = [
    (b"\r\nTo: ", b"\r\nTo: a@evil.example, "),
    (b"\r\nSubject: ", b"\r\nSubject: x"),
    (b"\r\nFrom: ", b"\r\nFrom: a@evil.example\r\nFrom: "),
    (b"\r\nTo: ", b"\r\nCc: a@evil.example\r\nTo: "),
    (b"\r\nTo: ", b"\r\nReply-To: a@evil.example\r\nTo: "),
    (b"\r\nList-Unsubscribe: <mailto:stop", b"\r\nList-Unsubscribe: <mailto:evil"),
    (b"X-Sizhen-Shop: tiny", b"X-Sizhen-Shop: tea"),
    (b"application/", b"text/"),
    (b"--\r\n", b"--\r\nmore\r\n"),
]


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_any_change_breaks_it(mail: Mail, sign: Callable[[bytes], bytes], old: bytes, new: bytes) -> None:
    report = mail(document(finding()), unsubscribe="stop@agency.example")
    report.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="a.pdf")
    signed = sign(report.as_bytes())
    changed = signed.replace(old, new)
    assert changed != signed and verified(signed) and not verified(changed)


@given(st.lists(st.binary(max_size=20).map(lambda line: line.translate(None, b"\r\n")) | st.just(b""), max_size=9))
def test_any_body_is_signed_as_it_is_sent(tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]) -> None:
    sign = signer(written(tmp_path_factory.getbasetemp(), PKCS8), DOMAIN)
    body = [b"", b".", b"..dots", *lines, b" space \t at the end  "[: 3 * len(lines)]]
    raw = b"\r\n".join([b"From: r@agency.example", b"To: a@shop.example", *body, b""])
    assert verified(on_the_wire(sign(raw)))


def test_without_settings_nothing_is_signed() -> None:
    assert signer(None, DOMAIN)(b"From: a@agency.example\r\n\r\n") == b"From: a@agency.example\r\n\r\n"


SPOILT = [
    b"",
    b"-----BEGIN PRIVATE KEY-----\n!!!\n-----END PRIVATE KEY-----\n",
    b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    b"\x00\xff" * 50,
    KEY.private_bytes(PEM, FORMS.PKCS8, serialization.BestAvailableEncryption(b"secret")),
    KEY.private_bytes(PEM, FORMS.TraditionalOpenSSL, serialization.BestAvailableEncryption(b"secret")),
    KEY.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    PKCS8[:500],
]


@pytest.mark.parametrize("pem", SPOILT)
def test_a_key_that_is_none_is_named(tmp_path: Path, pem: bytes) -> None:
    with pytest.raises(SettingsError, match=r"dkim\.pem: no RSA key .*openssl genrsa"):
        signer(written(tmp_path, pem), DOMAIN)


@given(st.integers(0, 1700), st.binary(min_size=1, max_size=4))
def test_a_spoilt_key_never_ends_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, place: int, put: bytes
) -> None:
    with suppress(SettingsError):
        signer(written(tmp_path_factory.getbasetemp(), PKCS8[:place] + put + PKCS8[place:]), DOMAIN)


def test_a_key_that_is_short_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"mail\.dkim\.key .*none\.pem: No such file .*openssl genrsa"):
        signer(Dkim(selector="s1", key=tmp_path / "none.pem"), DOMAIN)
    monkeypatch.setattr(signature, "SHORTEST", 4096)
    with pytest.raises(SettingsError, match="2048 bits are too few"):
        signer(written(tmp_path, PKCS8), DOMAIN)
