"""Page, findings, paper or notebooks exchanged at any moment: what arrives is of one report, or nothing does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path

import pytest

from sizhen.delivery import paper
from small_agency import PERIOD, Served

Swap = Callable[[Served], None]


def printed(page: bytes) -> bytes:
    return b"%PDF-1.7 " + page + b" %%EOF"


@pytest.fixture
def agency(agency: Served, monkeypatch: pytest.MonkeyPatch) -> Served:
    monkeypatch.setattr(paper, "_by_browser", printed)
    return agency


def home(agency: Served, shop: str) -> Path:
    return agency.reports / PERIOD / shop


def page(agency: Served) -> None:
    shutil.copy(home(agency, "tea") / "report.html", home(agency, "linen"))


def corrected_page(agency: Served) -> None:
    agency.publish("linen", 2000.0)


def findings(agency: Served) -> None:
    shutil.copy(home(agency, "tea") / "findings.json", home(agency, "linen"))


def notebooks(agency: Served) -> None:
    shutil.copytree(home(agency, "tea") / "notebooks", home(agency, "linen") / "notebooks", dirs_exist_ok=True)


def whole_report(agency: Served) -> None:
    shutil.copytree(home(agency, "tea"), home(agency, "linen"), dirs_exist_ok=True)


def kept_papers(agency: Served) -> None:
    """Each under the name of another."""
    kept = sorted((agency.reports / "outbox" / "printed").iterdir())
    contents = [path.read_bytes() for path in kept]
    for path, content in zip(kept, contents[1:] + contents[:1], strict=True):
        path.write_bytes(content)


def messages(agency: Served) -> None:
    stored = [path.read_bytes() for path in sorted((agency.reports / "outbox").glob("*.eml"))]
    for path, raw in zip(sorted((agency.reports / "outbox").glob("*.eml")), stored[::-1], strict=True):
        path.write_bytes(raw)


def assert_of_one_report(agency: Served) -> None:
    """What went to an owner is of his shop, with the paper of the page that lies there now."""
    owners = {"linen": "ok1@shop.example", "tea": "ok2@shop.example"}
    assert set(agency.taken.named) <= set(owners.items()) and len(set(agency.taken.ids)) == len(agency.taken.ids)
    for row in agency.rows():
        if row.state == "sent":
            message = message_from_bytes((agency.reports / "outbox" / row.file).read_bytes(), policy=SMTP)
            (attached,) = message.iter_attachments()
            assert message["X-Sizhen-Shop"] == row.shop and row.shop in message["Subject"]
            assert attached.get_content() == printed((home(agency, row.shop) / "report.html").read_bytes())


@pytest.mark.parametrize("swap", [corrected_page, whole_report, kept_papers])
def test_after_a_preview(agency: Served, swap: Swap) -> None:
    agency.send("linen", "tea")
    swap(agency)
    told = agency.send("linen", "tea", "--send")
    assert_of_one_report(agency)
    goes = swap in (corrected_page, kept_papers)
    assert (told.exit_code == 0, agency.taken.mail) == (goes, {"ok1": 1, "ok2": 1} if goes else {"ok2": 1})


@pytest.mark.parametrize("swap", [page, corrected_page, findings, notebooks, whole_report, kept_papers, messages])
def test_between_queue_and_server(agency: Served, swap: Swap) -> None:
    with agency.away():
        agency.send("linen", "tea", "--send")
    swap(agency)
    agency.send("linen", "tea", "--send")
    assert_of_one_report(agency)
    assert agency.taken.mail == {kept_papers: {"ok1": 1, "ok2": 1}, messages: {}}.get(swap, {"ok2": 1})
    assert all(row.said.startswith("refused: ") for row in agency.rows() if row.state != "sent")


@pytest.mark.parametrize("back", [True, False])
def test_while_the_page_is_printed(agency: Served, monkeypatch: pytest.MonkeyPatch, back: bool) -> None:
    """Another page lies there as long as the printer runs, or from then on."""
    path = home(agency, "linen") / "report.html"
    own = path.read_bytes()

    def print_(given: bytes) -> bytes:
        path.write_bytes(own.replace(b"1000.0", b"7000.0"))
        made = printed(given)
        if back:
            path.write_bytes(own)
        return made

    monkeypatch.setattr(paper, "_by_browser", print_)
    agency.send("linen", "--send")
    assert_of_one_report(agency)
    assert agency.taken.mail == ({"ok1": 1} if back else {})
    monkeypatch.setattr(paper, "_by_browser", lambda given: None)
    path.write_bytes(own)
    agency.send("linen", "--send", "--revise")
    assert_of_one_report(agency)
    assert agency.taken.mail == {"ok1": 1}
