"""Nothing that is printed, logged or kept commands a terminal, whatever a file, its name or a profile holds."""

from __future__ import annotations

import io
import shutil
from pathlib import Path

import pytest
from rich.table import Table
from typer.testing import CliRunner

from sizhen.batch.shop_result import one_line
from sizhen.cli import app
from sizhen.cli.screen import Screen
from sizhen.tables import Shop

HOSTILE = "\x1b[2J\x9b1m\x07\u202e\u200b"
SEEN = set("\x1b\x9b\x07\u202e\u200b\x00")


def sizhen(*args: object) -> str:
    done = CliRunner().invoke(app, [str(a) for a in args])
    return done.output


def test_a_table_is_printed_without_commands() -> None:
    sink = io.StringIO()
    table = Table("a")
    table.add_row(f"name{HOSTILE}\nline")
    Screen(file=sink).print(table, f"text{HOSTILE}")
    assert SEEN.isdisjoint(sink.getvalue())
    assert "name[2J1m" in sink.getvalue() and "text[2J1m" in sink.getvalue()


@pytest.mark.integration
@pytest.mark.parametrize("name", [f"a{HOSTILE}b.csv", "\x1b]0;x\x07.csv"])
def test_a_files_name_and_its_sheet_are_text(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(f"product_id,title,category,B{HOSTILE}\np1,A{HOSTILE},B,C\n", encoding="utf-8")
    (tmp_path / f"bad{name}").write_text("x,y\n1,2\n", encoding="utf-8")
    told = sizhen("import", tmp_path / name, tmp_path / f"bad{name}", "--shop", "s1", "--data", tmp_path / "data")
    assert "1 of 1 rows" in told and "error: bad" in told
    assert SEEN.isdisjoint(told)
    shop = Shop.open(tmp_path / "data", "s1")
    assert SEEN.isdisjoint(shop.table("products").to_csv() + str(shop.lineage()))


@pytest.mark.integration
def test_a_shops_name_and_a_word_of_the_command_are_text(tiny_shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "data" / tiny_shop.id
    shutil.copytree(tiny_shop.folder, folder)
    text = (folder / "shop.toml").read_text(encoding="utf-8")
    escaped = "".join(f"\\u{ord(c):04x}" if not c.isprintable() else c for c in HOSTILE)
    (folder / "shop.toml").write_text(text.replace('"小店"', f'"小店{escaped}"'), encoding="utf-8")
    assert Shop.open(tmp_path / "data", tiny_shop.id).profile.name == "小店[2J1m"
    told = sizhen("diagnose", tiny_shop.id, "--data", tmp_path / "data", "--period", "2026-10")
    assert "小店[2J1m" in told and SEEN.isdisjoint(told)
    told = sizhen("run", f"x{HOSTILE}", "--data", tmp_path / "data", "--period", "2026-10", "--reports", tmp_path / "r")
    assert "cannot be a shop" in told and SEEN.isdisjoint(told)
    assert SEEN.isdisjoint((tmp_path / "r" / "2026-10" / "index.html").read_text(encoding="utf-8"))


def test_a_reason_is_one_line_of_text() -> None:
    assert one_line(f"\n {HOSTILE}\n why{HOSTILE} \n") == "[2J1m"
