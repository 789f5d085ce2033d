"""No command falls back on a data folder: the option names it, else the environment, else sizhen.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from sizhen.tables import Shop
from test_cli import PERIOD, refused, sizhen

OF_A_FOLDER = (
    ["run", *PERIOD],
    ["diagnose", "tiny", *PERIOD],
    ["check-data", "tiny"],
    ["import", "orders.csv", "--shop", "tiny"],
    ["send", *PERIOD],
)


@pytest.mark.parametrize("command", OF_A_FOLDER, ids=lambda command: command[0])
def test_without_a_named_folder_nothing_is_read_or_written(
    command: list[str], tiny_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data" / "sample").mkdir(parents=True)
    tiny_shop.folder.rename(tmp_path / "data" / "sample" / "tiny")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SIZHEN_DATA", raising=False)
    before = sorted(tmp_path.rglob("*"))
    refused(sizhen(*command), 2, "no data folder is named", "--data DIR", "SIZHEN_DATA", 'data = "DIR"', "sizhen.toml")
    assert sorted(tmp_path.rglob("*")) == before


def test_the_folder_is_that_of_the_option_else_the_environment_else_sizhen_toml(
    tiny_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv("SIZHEN_DATA", raising=False)
    Path("sizhen.toml").write_text('data = ".."\n[mail]\nsender = "a@b.example"\n', encoding="utf-8")
    assert sizhen("check-data", "tiny").exit_code == 0
    monkeypatch.setenv("SIZHEN_DATA", "elsewhere")
    refused(sizhen("check-data", "tiny"), 2, "no shop 'tiny' in elsewhere/")
    assert sizhen("check-data", "tiny", "--data", tmp_path).exit_code == 0
    monkeypatch.setenv("SIZHEN_DATA", "")
    assert sizhen("check-data", "tiny").exit_code == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("data = 5", "one folder in quotes"),
        ('data = ""', "one folder"),
        ("data", "sizhen.toml: "),
        ("[mail]", "--data"),
    ],
)
def test_a_wrong_sizhen_toml_is_one_line(text: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SIZHEN_DATA", raising=False)
    Path("sizhen.toml").write_text(text, encoding="utf-8")
    refused(sizhen("check-data", "tiny"), 2, said)


@pytest.mark.parametrize("command", [["run", *PERIOD], ["check-data", "tiny"]], ids=["run", "check-data"])
def test_an_empty_folder_is_no_folder(command: list[str]) -> None:
    refused(sizhen(*command, "--data", ""), 2, "--data is empty")


def test_a_url_is_no_folder_to_import_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIZHEN_DATA", "s3://agency/data")
    refused(sizhen("import", "a.csv", "--shop", "s1"), 2, "s3://agency/data is a URL, which only sizhen run takes")
    assert list(tmp_path.iterdir()) == []
