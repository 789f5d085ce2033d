"""A file is replaced whole or not at all, under a name nobody can foretell, and through no link."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sizhen.files import created, replacing


def test_a_file_is_replaced_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(b"old")
    path.chmod(0o604)
    with replacing(path) as stream:
        stream.write(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new" and path.stat().st_mode & 0o777 == 0o604
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_has_the_mode_of_the_umask(tmp_path: Path) -> None:
    umask = os.umask(0o027)
    try:
        with replacing(tmp_path / "page.html"):
            pass
    finally:
        os.umask(umask)
    assert (tmp_path / "page.html").stat().st_mode & 0o777 == 0o640


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(b"old")

    def fill() -> None:
        with replacing(path) as stream:
            stream.write(b"half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fill()
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_a_link_is_replaced_and_never_written_through(tmp_path: Path) -> None:
    elsewhere, link = tmp_path / "elsewhere", tmp_path / "page.html"
    elsewhere.write_bytes(b"other's")
    link.symlink_to(elsewhere)
    with pytest.raises(FileExistsError), created(link, like=link):
        pass
    with replacing(link) as stream:
        stream.write(b"new")
    assert elsewhere.read_bytes() == b"other's" and not link.is_symlink() and link.read_bytes() == b"new"


def test_the_name_beside_is_another_every_time(tmp_path: Path) -> None:
    seen = set()
    for _ in range(5):
        with replacing(tmp_path / "page.html"):
            seen |= {path.name for path in tmp_path.iterdir()} - {"page.html"}
    assert len(seen) == 5
