"""Every way to send the wrong thing to the wrong person is refused, and says why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from sizhen.delivery.guard import Guard, _weighed
from sizhen.delivery.outbox import Outbox
from sizhen.delivery.published import Refused, Report
from sizhen.delivery.row import Row, digest, message_id
from sizhen.report.outdated import FILE, note_outdated
from sizhen.tables import Shop
from small_agency import PROFILE
from small_document import document

OWNERS = {"linen": "owner@linen.example", "tea": "owner@tea.example"}
PERIOD = "2026-10"
Attack = Callable[["Desk"], Row | None]


def page(shop: str, period: str = PERIOD, text: str = "") -> str:
    return f'<meta name="sizhen" content="{shop} {period}"><p>{shop}</p>{text}'


class Desk:
    """Two shops, their published reports, an outbox, a guard, and one message about `linen` in it."""

    def __init__(self, folder: Path) -> None:
        self.data, self.reports, self.outbox = folder / "data", folder / "reports", Outbox(folder / "outbox")
        for shop, owner in OWNERS.items():
            self.own(shop, owner)
            self.publish(shop)
        self.guard = Guard(self.outbox.folder, self.data, self.reports, {"linen.example"}, {"password": "hunter2"})
        self.row = self.queue("linen")

    def own(self, shop: str, owner: str) -> None:
        (self.data / shop).mkdir(parents=True, exist_ok=True)
        text = PROFILE.format(shop, "OWNER").replace("OWNER@shop.example", owner)
        (self.data / shop / "shop.toml").write_text(text, encoding="utf-8")

    def report(self, shop: str, period: str) -> Path:
        return self.reports / period / shop

    def publish(self, shop: str, about: str | None = None, period: str = PERIOD) -> None:
        folder = self.report(shop, period)
        (folder / "notebooks").mkdir(parents=True, exist_ok=True)
        made_from = document()["data"] | {"fingerprint": Shop.open(self.data, shop).fingerprint()}
        told = document(shop_id=about or shop, data=made_from)
        (folder / "findings.json").write_text(json.dumps(told), encoding="utf-8")
        (folder / "report.html").write_text(page(shop, period), encoding="utf-8")
        self.notebook(shop, about or shop, period)

    def notebook(self, shop: str, about: str, period: str = PERIOD, output: str = "stream") -> None:
        given = {"papermill": {"parameters": {"shop_id": about, "period": period}}}
        book = {"metadata": given, "cells": [{"outputs": [{"output_type": output}]}]}
        path = self.report(shop, PERIOD) / "notebooks" / "1_look.ipynb"
        path.write_text(json.dumps(book), encoding="utf-8")

    def message(self, shop: str, to: str, text: str = "All is well.", period: str = PERIOD) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"] = "r@agency.example", to
        message["X-Sizhen-Shop"], message["X-Sizhen-Period"] = shop, period
        message["Message-ID"] = message_id(shop, period, OWNERS[shop], 0, "agency.example")
        message.set_content(text)
        return message

    def queue(self, shop: str, message: EmailMessage | None = None, recipient: str | None = None) -> Row:
        message = message or self.message(shop, OWNERS[shop])
        recipient = recipient or OWNERS[shop]
        return self.outbox.queue(
            shop=shop,
            period=PERIOD,
            recipient=recipient,
            revision=self.outbox.last_revision(shop, PERIOD, recipient) + 1,
            report_hash=Report.read(self.report(shop, PERIOD)).hash,
            message_id=message["Message-ID"].replace("@", f".{len(self.outbox.rows())}@"),
            raw=message.as_bytes(),
        )

    def again(self, message: EmailMessage, recipient: str | None = None) -> Row:
        """`message` queued as if it were right, with the id it names."""
        raw = message.as_bytes()
        row = self.queue("linen", message, recipient)
        assert raw
        return replace(row, message_id=message["Message-ID"])

    def stored(self) -> Path:
        return self.outbox.folder / self.row.file


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    desk.row = replace(desk.row, message_id=message_id("linen", PERIOD, OWNERS["linen"], 0, "agency.example"))
    yield desk
    desk.outbox.close()


def swapped(desk: Desk) -> None:
    desk.stored().write_bytes(desk.message("tea", OWNERS["tea"]).as_bytes())


def edited(desk: Desk) -> None:
    desk.stored().write_bytes(desk.stored().read_bytes().replace(b"owner@linen", b"rival@linen"))


def gone(desk: Desk) -> None:
    desk.stored().unlink()


def two_addresses(desk: Desk) -> Row:
    return desk.again(desk.message("linen", "owner@linen.example, rival@linen.example"))


def copied(desk: Desk) -> Row:
    message = desk.message("linen", OWNERS["linen"])
    message["Cc"] = "rival@linen.example"
    return desk.again(message)


def hidden_copy(desk: Desk) -> Row:
    message = desk.message("linen", OWNERS["linen"])
    message["Bcc"] = "rival@linen.example"
    return desk.again(message)


def not_the_owner(desk: Desk) -> Row:
    return desk.again(desk.message("linen", "rival@linen.example"), "rival@linen.example")


def owner_changed(desk: Desk) -> None:
    desk.own("linen", "new@linen.example")


def foreign_domain(desk: Desk) -> None:
    desk.guard = replace(desk.guard, domains={"agency.example"})


def about_another_shop(desk: Desk) -> Row:
    message = desk.message("linen", OWNERS["linen"])
    del message["X-Sizhen-Shop"]
    message["X-Sizhen-Shop"] = "tea"
    return desk.again(message)


def stale_period(desk: Desk) -> Row:
    message = desk.message("linen", OWNERS["linen"])
    del message["X-Sizhen-Period"]
    message["X-Sizhen-Period"] = "2026-09"
    return desk.again(message)


def report_changed(desk: Desk) -> None:
    (desk.report("linen", PERIOD) / "report.html").write_text(page("linen", text="<p>new</p>"), encoding="utf-8")


def report_gone(desk: Desk) -> None:
    (desk.report("linen", PERIOD) / "findings.json").unlink()


def findings_of_another(desk: Desk) -> Row:
    desk.publish("linen", about="tea")
    desk.notebook("linen", "linen")
    return desk.again(desk.message("linen", OWNERS["linen"]))


def page_of_another(desk: Desk) -> None:
    (desk.report("linen", PERIOD) / "report.html").write_text(page("tea"), encoding="utf-8")


def page_of_another_period(desk: Desk) -> None:
    (desk.report("linen", PERIOD) / "report.html").write_text(page("linen", "2026-09"), encoding="utf-8")


def page_of_other_data(desk: Desk) -> None:
    path = desk.report("linen", PERIOD) / "report.html"
    path.write_text(page("linen", f"{PERIOD} {'0' * 64}"), encoding="utf-8")


def no_notebooks(desk: Desk) -> None:
    (desk.report("linen", PERIOD) / "notebooks" / "1_look.ipynb").unlink()


def spoilt_notebook(desk: Desk) -> None:
    (desk.report("linen", PERIOD) / "notebooks" / "1_look.ipynb").write_text('{"cells": [', encoding="utf-8")


def strange_notebook(desk: Desk) -> None:
    (desk.report("linen", PERIOD) / "notebooks" / "1_look.ipynb").write_text("[]", encoding="utf-8")


def printed_secret(desk: Desk) -> Row:
    """The PDF is compressed: only its source shows what is in it."""
    path = desk.report("linen", PERIOD) / "report.html"
    path.write_text(page("linen", text="it is hunter2&lt;!"), encoding="utf-8")
    desk.guard = replace(desk.guard, secrets={"password": "hunter2<!"})
    return desk.again(desk.message("linen", OWNERS["linen"]))


def printed_error(desk: Desk) -> Row:
    path = desk.report("linen", PERIOD) / "report.html"
    path.write_text(page("linen", text="Traceback (most recent call last)"), encoding="utf-8")
    return desk.again(desk.message("linen", OWNERS["linen"]))


def printed_from(desk: Desk, report: str, paper: bytes) -> Row:
    message = desk.message("linen", OWNERS["linen"])
    message["X-Sizhen-Report"] = report
    message["X-Sizhen-Paper"] = digest(b"the paper" * 9000)
    message.add_attachment(paper * 9000, "application", "pdf", filename="a.pdf")
    return desk.again(message)


def paper_of_another_report(desk: Desk) -> Row:
    return printed_from(desk, Report.read(desk.report("tea", PERIOD)).hash, b"the paper")


def another_paper(desk: Desk) -> Row:
    return printed_from(desk, desk.row.report_hash, b"a scribble")


def data_changed(desk: Desk) -> None:
    (desk.data / "linen" / "orders.csv").write_text("order_id\n1\n", encoding="utf-8")


def data_gone(desk: Desk) -> None:
    (desk.data / "linen" / "shop.toml").unlink()


def message_is_a_link(desk: Desk) -> None:
    desk.stored().rename(desk.data / "away.eml")
    desk.stored().symlink_to(desk.data / "away.eml")


def notebook_of_another(desk: Desk) -> None:
    desk.notebook("linen", "tea")


def notebook_of_another_period(desk: Desk) -> None:
    desk.notebook("linen", "linen", "2026-09")


def notebook_with_error(desk: Desk) -> None:
    desk.notebook("linen", "linen", output="error")


def with_secret(desk: Desk) -> Row:
    return desk.again(desk.message("linen", OWNERS["linen"], "the password is hunter2"))


def with_error(desk: Desk) -> Row:
    return desk.again(desk.message("linen", OWNERS["linen"], "Traceback (most recent call last):"))


def failed_since(desk: Desk) -> None:
    (desk.reports / PERIOD / ".work").mkdir()
    note_outdated(desk.reports / PERIOD, {"linen": "the pot boiled over"})


def nobody_knows_whether_it_failed(desk: Desk) -> None:
    failed_since(desk)
    (desk.reports / PERIOD / ".work" / FILE).write_text("[]", encoding="utf-8")


ATTACKS: list[tuple[Attack, str]] = [
    (swapped, "changed since it was queued"),
    (edited, "changed since it was queued"),
    (gone, "is gone"),
    (two_addresses, "names 2 recipients"),
    (copied, "names 2 recipients"),
    (hidden_copy, "names 2 recipients"),
    (not_the_owner, "not the registered owner"),
    (owner_changed, "not the registered owner"),
    (data_changed, "the data changed since .* --revise --stale-ok"),
    (data_gone, "the shop cannot be read: no shop 'linen'"),
    (message_is_a_link, "is a link, which is not followed"),
    (paper_of_another_report, "not the one that was printed from this report"),
    (another_paper, "not the one that was printed from this report"),
    (foreign_domain, "is not allowed"),
    (about_another_shop, "another shop or period"),
    (stale_period, "another shop or period"),
    (report_changed, "made anew"),
    (report_gone, "no findings.json"),
    (findings_of_another, "findings are of another shop"),
    (page_of_another, "not the page of this shop, period and data"),
    (page_of_another_period, "not the page of this shop, period and data"),
    (page_of_other_data, "not the page of this shop, period and data"),
    (failed_since, "its last run failed .the pot boiled over."),
    (nobody_knows_whether_it_failed, "cannot be read"),
    (no_notebooks, "no executed notebooks"),
    (spoilt_notebook, "1_look.ipynb cannot be read"),
    (strange_notebook, "1_look.ipynb cannot be read"),
    (printed_secret, "holds the secret password"),
    (printed_error, "Traceback"),
    (notebook_of_another, "1_look.ipynb was run for another"),
    (notebook_of_another_period, "1_look.ipynb was run for another"),
    (notebook_with_error, "1_look.ipynb ended in an error"),
    (with_secret, "holds the secret password"),
    (with_error, "Traceback"),
]


def test_the_right_message_goes(desk: Desk) -> None:
    assert desk.guard(desk.row) == desk.stored().read_bytes()


@pytest.mark.parametrize(("attack", "said"), ATTACKS, ids=lambda a: getattr(a, "__name__", ""))
def test_refused(desk: Desk, attack: Attack, said: str) -> None:
    row = attack(desk) or desk.row
    with pytest.raises(Refused, match=said):
        desk.guard(row)


def test_what_was_printed_from_the_report_goes(desk: Desk) -> None:
    assert desk.guard(printed_from(desk, desk.row.report_hash, b"the paper"))


def test_what_may_be_older_than_its_data_goes(desk: Desk) -> None:
    data_changed(desk)
    assert desk.guard(replace(desk.row, stale_ok=True))


def test_a_test_goes_to_the_tester_and_nobody_else(desk: Desk) -> None:
    tester = "me@agency.example"
    row = desk.again(desk.message("linen", tester), tester)
    with pytest.raises(Refused, match="not the registered owner"):
        desk.guard(row)
    assert replace(desk.guard, diverted=tester)(row)
    with pytest.raises(Refused, match="not the registered owner"):
        replace(desk.guard, diverted=tester)(desk.row)


BODY = b"aGVsbG8g" * 9 + b"aGVs\r\n"


@pytest.mark.parametrize(
    ("body", "held"),
    [
        (BODY * 900, True),
        (BODY * 900 + b"YQ==\r\n", True),
        (BODY * 900 + b"a\r\n", False),
        (BODY * 450 + b"YQ==\r\n" + BODY * 450, False),
        (BODY * 450 + b"hunter 2\r\n" + BODY * 450, False),
        (BODY * 450 + b"X-Header: a\r\n" + BODY * 450, False),
        (BODY * 9, False),
    ],
    ids=["whole", "padded", "cut off", "padding inside", "words inside", "header inside", "small"],
)
def test_only_a_large_part_that_is_base64_throughout_is_not_parsed(body: bytes, held: bool) -> None:
    head = b"Subject: a\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n"
    raw = head + b"Content-Transfer-Encoding: base64\r\n\r\n" + body + b"--b--\r\n"
    light, heavy = _weighed(raw)
    whole, lighter = (message_from_bytes(each, policy=SMTP).get_payload(0) for each in (raw, light))
    assert (light == raw) is not held
    assert [part.decode() for part in heavy] == ([whole.get_content()] if held else [])
    assert lighter.get_payload() == ("" if held else whole.get_payload())


def test_the_trace_of_an_error_deep_in_a_page_is_found(desk: Desk) -> None:
    page = b"<p>well</p>" * 9_000 + b"Traceback (most recent call last)" + b"<p>well</p>" * 9_000
    message = desk.message("linen", OWNERS["linen"])
    message.add_attachment(page, "text", "html", filename="a.html")
    with pytest.raises(Refused, match="Traceback"):
        desk.guard(desk.again(message))


def test_a_secret_deep_in_a_large_part_is_found() -> None:
    made = EmailMessage(policy=SMTP)
    made.set_content("text")
    made.add_attachment(b"x" * 60_000 + b"hunter2" + b"y" * 9, "application", "pdf", filename="a.pdf")
    light, heavy = _weighed(made.as_bytes())
    assert len(light) < 2_000 and [b"hunter2" in part for part in heavy] == [True]
    looking = Guard(Path(), Path(), Path(), (), {"password": "hunter2"})
    with pytest.raises(Refused, match="holds the secret password"):
        looking._clean([light, *heavy])
