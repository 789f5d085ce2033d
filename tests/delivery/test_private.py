"""The outbox is closed to everybody else, and no link in it leads out of it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sizhen.cli import app
from sizhen.delivery import paper, private
from sizhen.delivery.outbox import opened
from sizhen.delivery.private import OutboxError
from sizhen.delivery.sender import alone
from small_agency import Served
from small_outbox import put


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def modes(folder: Path) -> set[tuple[str, int]]:
    """Of the folder and all in it: the kind, and what it allows."""
    found = [folder, *folder.rglob("*")]
    assert not any(path.is_symlink() for path in found)
    return {("folder" if path.is_dir() else "file", stat.S_IMODE(path.stat().st_mode)) for path in found}


CLOSED = {("folder", 0o700), ("file", 0o600)}


@pytest.mark.parametrize("mask", [0, 0o277])
def test_what_is_made_is_closed_whatever_the_umask(agency: Served, monkeypatch: pytest.MonkeyPatch, mask: int) -> None:
    monkeypatch.setattr(paper, "_by_browser", lambda page: b"%PDF-1.7 %%EOF")
    agency.reports.chmod(0o755)
    with umask(mask):
        assert agency.send("linen").exit_code == 0
        assert agency.send("linen", "--send").exit_code == 0
        with opened(agency.reports / "outbox") as box:
            put(box, "ok9")
            names = {path.name for path in box.folder.rglob("*")}
            assert {"outbox.sqlite-wal", "outbox.sqlite-shm", "outbox.lock", "sent.jsonl", "linen.eml"} <= names
            assert {path.suffix for path in (box.folder / "printed").iterdir()} == {".pdf"}
            assert modes(box.folder) == CLOSED
    assert stat.S_IMODE(agency.reports.stat().st_mode) == 0o755


def test_what_an_earlier_release_left_open_is_closed(agency: Served) -> None:
    agency.send("linen", "--send")
    agency.send("linen", "tea")
    folder = agency.reports / "outbox"
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    assert CliRunner().invoke(app, ["outbox", "list", "--reports", str(agency.reports)]).exit_code == 0
    assert modes(folder) == CLOSED


@pytest.mark.parametrize(
    "name",
    [
        "",
        "outbox.sqlite",
        "outbox.lock",
        "sent.jsonl",
        "preview",
        "preview/tea.eml",
        "printed",
        "printed/a.pdf",
        "a.eml",
    ],
)
def test_a_link_is_not_followed_but_named(tmp_path: Path, name: str) -> None:
    """`name`: what is taken out of the outbox, with a link left in its place."""
    folder, away = tmp_path / "outbox", tmp_path / "elsewhere"
    with alone(folder), opened(folder) as box:
        for made in ("preview", "printed"):
            private.folder(box.folder / made)
            private.write(box.folder / made / "tea.eml", b"mine")
    place = folder / name
    if place.exists():
        place.rename(away)
    else:
        away.write_bytes(b"mine")
    away.chmod(0o755)
    place.symlink_to(away)

    def held() -> list[tuple[str, bytes]]:
        return [(path.name, path.read_bytes()) for path in (away, *away.rglob("*")) if path.is_file()]

    before = held()
    with pytest.raises(OutboxError, match=f"{place} is a link, which is not followed"), alone(folder), opened(folder):
        raise AssertionError("it opened")
    assert held() == before and stat.S_IMODE(away.stat().st_mode) == 0o755


def test_a_link_ends_the_command_in_one_line(agency: Served, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (agency.reports / "outbox").symlink_to(tmp_path / "elsewhere")
    for more in ((), ("--send",)):
        told = agency.send("linen", *more)
        assert told.exit_code == 2 and told.stderr.count("\n") == 1 and "outbox is a link, which is not" in told.stderr
    assert list((tmp_path / "elsewhere").iterdir()) == [] and agency.taken.mail == {}


def test_a_link_put_there_meanwhile_is_not_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"mine")
    link.symlink_to(target)
    for flags in (os.O_RDONLY, os.O_RDWR | os.O_CREAT):
        with pytest.raises(OutboxError, match="is a link"):
            private.opened(link, flags)
    private.write(link, b"new")
    assert (target.read_bytes(), link.read_bytes(), link.is_symlink()) == (b"mine", b"new", False)


def test_names_of_what_is_not_whole_cannot_be_told_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def broken(beside: str, path: Path) -> None:
        seen.append(Path(beside).name)
        assert stat.S_IMODE(Path(beside).stat().st_mode) == 0o600
        raise OSError("no room")

    monkeypatch.setattr(private.os, "replace", broken)
    for _ in range(2):
        with pytest.raises(OSError, match="no room"):
            private.write(tmp_path / "a.eml", b"raw")
    assert len(set(seen)) == 2 and list(tmp_path.iterdir()) == []


def test_what_a_killed_sender_left_half_written_is_taken_away(tmp_path: Path) -> None:
    with opened(tmp_path) as box:
        put(box, "ok1")
        (tmp_path / "printed").mkdir()
        for name in (".x1.part", "printed/.x2.part", "0123.part"):
            (tmp_path / name).write_bytes(b"half")
        box.recover()
        assert [path for path in tmp_path.rglob("*.part") if path.is_file()] == []
        assert len(list(tmp_path.glob("*.eml"))) == 1
