"""The message as mail programs take it: headers, parts, addresses, size, bytes."""

from __future__ import annotations

import email
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import getaddresses
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, NavigableString

from sizhen.delivery import Refused, Report, build, message
from sizhen.delivery.paper import Attachment
from small_document import document
from small_mail import ENGLISH, OWNER, SENT, finding, html_of, text_of

Mail = Callable[..., EmailMessage]
TOLD: dict[str, Any] = {"sender": "a@x.example", "message_id": "<a@x.example>", "date": SENT}


def parsed(sent: EmailMessage) -> EmailMessage:
    """The message as it arrives."""
    arrived = email.message_from_bytes(sent.as_bytes(), policy=default)
    assert isinstance(arrived, EmailMessage)
    return arrived


def test_headers_arrive_as_they_were_meant(mail: Mail) -> None:
    arrived = parsed(mail(document(finding(), finding()), unsubscribe="stop@agency.example"))
    assert arrived["From"] == "诊断 <reports@agency.example>"
    assert [(a.display_name, a.addr_spec) for a in arrived["To"].addresses] == [("王店主", "owner@tiny.example")]
    assert arrived["Subject"] == "小店 10月：有 2 件事要办"
    assert arrived["Date"].datetime == datetime.fromisoformat("2026-11-02T23:30-05:00")
    assert arrived["Message-ID"] == "<tiny.1@agency.example>"
    assert (arrived["Auto-Submitted"], arrived["Precedence"]) == ("auto-generated", "bulk")
    assert arrived["List-Unsubscribe"] == "<mailto:stop@agency.example>"
    assert (arrived["X-Sizhen-Shop"], arrived["X-Sizhen-Period"]) == ("tiny", "2026-10")
    assert arrived["Cc"] is None and arrived["Bcc"] is None


@pytest.mark.parametrize(
    "name", ["很长的名字" * 9, 'Ann "the boss", a@evil.example (Ltd.) ' * 5, "王，店主 <a@evil.example>" * 5, ""]
)
def test_what_is_on_the_wire_is_short_lines_of_ascii_with_one_address(mail: Mail, name: str) -> None:
    sent = mail(document(finding()), replace(OWNER, name="很长的店名" * 9, owner_name=name)).as_bytes()
    lines = sent.split(b"\r\n")
    assert max(map(len, lines)) <= 78 and all(line.isascii() and b"\n" not in line for line in lines)
    plainly = email.message_from_bytes(sent)
    assert [address for _, address in getaddresses([plainly["To"]])] == ["owner@tiny.example"]
    shown = str(make_header(decode_header(getaddresses([plainly["To"]])[0][0])))
    assert shown.startswith(name[:3]) and "@" not in shown
    assert str(make_header(decode_header(plainly["Subject"]))).startswith("很长的店名很长的店名")


@pytest.mark.parametrize("size", [0, 1, 56, 57, 74_000, 75_500, 300_001])
def test_on_the_wire_it_is_what_as_bytes_gives(size: int) -> None:
    def made() -> EmailMessage:
        built = EmailMessage(policy=SMTP)
        built["Subject"] = "large"
        built.set_content("text\n.\n", cte="base64")
        built.add_attachment(bytes(n % 251 for n in range(size)), "application", "pdf", filename="a.pdf")
        built.add_attachment(bytes(n % 7 for n in range(size)), "application", "pdf", filename="b.pdf")
        built.set_boundary("b")
        return built

    assert message.wire(made()) == made().as_bytes()


@pytest.mark.parametrize("size", [0, 1, 56, 57, 58, 114, 300_001])
@pytest.mark.parametrize("kind", ["pdf", "html"])
def test_what_is_enclosed_arrives_and_is_on_the_wire_what_as_bytes_gives(size: int, kind: str) -> None:
    content = bytes(n % 251 for n in range(size))
    main = "application" if kind == "pdf" else "text"

    def made(enclosed: bool) -> EmailMessage:
        built = EmailMessage(policy=SMTP)
        built.set_content("text\n.\n", cte="base64")
        if enclosed:
            message.enclose(built, Attachment("a", kind, content))
        else:
            built.add_attachment(content, main, kind, filename="a")
        built.set_boundary("b")
        return built

    raw = message.wire(made(enclosed=True))
    assert raw == made(enclosed=True).as_bytes() == made(enclosed=False).as_bytes()
    (part,) = email.message_from_bytes(raw, policy=default).iter_attachments()
    assert part.get_payload(decode=True) == content


def test_parts_lie_where_mail_programs_look_for_them(mail: Mail) -> None:
    arrived = parsed(mail(document(finding())))
    kinds = [(part.get_content_type(), part.get_filename()) for part in arrived.walk()]
    assert kinds == [
        ("multipart/mixed", None),
        ("multipart/alternative", None),
        ("text/plain", None),
        ("text/html", None),
        ("text/html", "tiny-2026-10.html"),
    ]
    assert [part.get_filename() for part in arrived.iter_attachments()] == ["tiny-2026-10.html"]


def test_same_arguments_same_bytes(mail: Mail) -> None:
    first, second, other = (
        mail(document(finding()), message_id=f"<{id}@agency.example>").as_bytes() for id in ("one", "one", "two")
    )
    assert first == second != other
    assert mail(document(finding())).as_bytes() == mail(document(finding())).as_bytes()


@pytest.mark.parametrize("profile", [OWNER, ENGLISH], ids=["zh", "en"])
def test_nothing_is_fetched_and_nothing_is_active(mail: Mail, profile: Any) -> None:
    html = html_of(mail(document(finding(), previous=[]), profile, unsubscribe="stop@agency.example"))
    soup = BeautifulSoup(html, "html.parser")
    assert not re.search(r"https?:|//|@import|url\(|javascript:|data:", html)
    assert not soup.find_all(["script", "link", "iframe", "form", "object", "a", "base"])
    assert not [a for tag in soup.find_all(True) for a in tag.attrs if a.startswith("on")]


def test_it_reads_without_its_style_sheet(mail: Mail) -> None:
    soup = BeautifulSoup(html_of(mail(document(finding()))), "html.parser")
    said = [tag for tag in soup.body.find_all(["h1", "h2", "h3", "p", "ul"]) if tag.get_text(strip=True)]  # type: ignore[union-attr]
    assert said and all("font-size" in str(tag.get("style")) for tag in said)
    texts = [text for text in soup.body.find_all(string=True) if type(text) is NavigableString and text.strip()]  # type: ignore[union-attr]
    assert all(text.find_parent(["h1", "h2", "h3", "p", "ul"]) for text in texts)


LINE_END = ["a\r\nBcc: x@y.example", "a\nb", "a\u2028b", "a\x00b"]


@pytest.mark.parametrize("bad", LINE_END)
def test_a_name_with_a_line_end_is_refused(mail: Mail, bad: str) -> None:
    for wrong in (
        {"profile": replace(OWNER, owner_name=bad)},
        {"profile": replace(OWNER, name=bad)},
        {"sender": f"{bad} <reports@agency.example>"},
        {"sender": f"reports@agency.example{bad}"},
        {"message_id": f"<{bad}@agency.example>"},
        {"unsubscribe": f"{bad}@agency.example"},
    ):
        with pytest.raises(Refused):
            mail(document(), **wrong)


def test_a_name_that_looks_encoded_is_not_decoded(mail: Mail) -> None:
    name = "=?utf-8?q?Ann=0ABcc=3A=20b=40x.example?="
    raw = mail(document(), replace(OWNER, owner_name=name)).as_bytes()
    assert b"Bcc:" not in raw and b"b@x.example" not in raw
    sent = email.message_from_bytes(raw, policy=SMTP)
    assert [address.addr_spec for address in sent["To"].addresses] == [OWNER.owner_email]


@pytest.mark.parametrize(
    "owner",
    [
        "",
        "a@x.example, b@x.example",
        "Ann <a@x.example>",
        "a",
        "a@",
        "店主@x.example",
        "a b@x.example",
        "a..b@x.example",
        ".a@x.example",
        "a@x..example",
        "a@x.example.",
        ["a@x.example"],
    ],
)
def test_it_goes_to_exactly_one_owner(mail: Mail, owner: Any) -> None:
    with pytest.raises(Refused, match="owner"):
        mail(document(), replace(OWNER, owner_email=owner))


@pytest.mark.parametrize("sender", ["", "a@x.example, b@x.example", "nobody", "A <a@x.example> B <b@x.example>"])
def test_it_comes_from_one_sender(mail: Mail, sender: str) -> None:
    with pytest.raises(Refused, match="sender"):
        mail(document(), sender=sender)


@pytest.mark.parametrize("message_id", ["", "a@x.example", "<a>", "<a@x.example", "<a@x.example> <b@x.example>"])
def test_message_id_is_one(mail: Mail, message_id: str) -> None:
    with pytest.raises(Refused, match="message_id"):
        mail(document(), message_id=message_id)


def test_a_date_without_zone_is_refused(mail: Mail) -> None:
    with pytest.raises(Refused, match="time zone"):
        mail(document(), date=datetime(2026, 11, 2))


def test_the_report_of_another_shop_is_refused(publish: Callable[..., Path]) -> None:
    with pytest.raises(Refused, match="other, tiny"):
        build(Report.read(publish(document())), replace(OWNER, shop_id="other"), **TOLD)
    with pytest.raises(Refused, match="other, tiny"):
        build(Report.read(publish(document()).rename(publish(document(shop_id="x")).with_name("other"))), OWNER, **TOLD)


def test_findings_of_another_period_are_refused(publish: Callable[..., Path]) -> None:
    folder = publish(document(), period="2026-11")
    with pytest.raises(Refused, match=r"2026-10-01\.\.2026-10-31"):
        build(Report.read(folder), OWNER, **TOLD)


def test_too_large_a_report_is_refused_with_its_size(
    publish: Callable[..., Path],
) -> None:
    folder = publish(document(), report="x" * 7_250_000)
    assert len(build(Report.read(folder), OWNER, **TOLD, attach="html").as_bytes()) < message.LARGEST
    folder = publish(document(), report="x" * 7_400_000)
    with pytest.raises(Refused, match=r"10\.1 MB, over the 10 MB .* is 7\.4 MB\): hand the report over"):
        build(Report.read(folder), OWNER, **TOLD, attach="html")


def test_a_run_of_days_makes_a_plain_file_name(publish: Callable[..., Path]) -> None:
    days = {"start": "2026-11-01", "end": "2026-11-14"}
    folder = publish(document(period=days), period="2026-11-01..2026-11-14")
    sent = build(Report.read(folder), ENGLISH, **TOLD, attach="html")
    assert sent["Subject"] == "Tiny Shop, 1 Nov to 14 Nov: Nothing to act on was seen"
    assert sent["X-Sizhen-Period"] == "2026-11-01..2026-11-14"
    assert [part.get_filename() for part in sent.iter_attachments()] == ["tiny-2026-11-01_2026-11-14.html"]
    assert "tiny-2026-11-01_2026-11-14.html" in text_of(sent)
