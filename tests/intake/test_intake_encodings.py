"""Encodings are told by what the text then is: right or asked for, never another text."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import made
from typer.testing import CliRunner

from sizhen.cli import app
from sizhen.intake import FileReport, IntakeError, encodings, import_files, reading, write_map
from sizhen.tables import Shop

Bring = Callable[..., FileReport]
HEAD = "product_id,title,category\n"
WESTERN = (
    "Québec Crème brûlée Gâteau à la noix Café Señor Über Straße Größe naïve Ångström blåbær Smørrebrød façade été"
    " Éclair CAFÉ l’été São Paulo coração ¿Qué? ¡Olé! Zoë Œuvre 5 € 20 °C – “so” … Björk Müller garçon piñata Noël"
)
SIMPLIFIED = (
    "短款针织半身裙 女装 新款 店庆 双十一大促 包邮 连衣裙 纯棉 宽松 显瘦 春夏 衬衫 牛仔裤 防晒衣 秒杀 爆款 色 T恤"
    " 母亲节 儿童 运动鞋，"
)
TRADITIONAL = (
    "短款針織半身裙 店慶 週年慶 雙十一 母親節 連衣裙 純棉 寬鬆 顯瘦 襯衫 牛仔褲 防曬衣 限時特賣 兒童 運動鞋 免運，"
)
WORDS = {"cp1252": WESTERN.split(), "gb18030": SIMPLIFIED.split(), "cp950": TRADITIONAL.split()}


def titles(data: bytes) -> list[str] | str:
    """What is read of them, or that it is asked which encoding it is."""
    try:
        (grid,) = reading.read(data, "x.csv")
    except IntakeError as error:
        return "asked for" if "say which with --encoding" in str(error) else str(error)
    return grid.columns[1].to_pylist()


def told(text: str, encoding: str, layout: str = "") -> str:
    return encodings.told(io.BytesIO(text.encode(encoding)), "x.csv", made(layout) if layout else None)


@settings(max_examples=60)
@given(st.sampled_from(sorted(WORDS)).flatmap(lambda e: st.tuples(st.just(e), st.lists(st.sampled_from(WORDS[e])))))
def test_a_text_is_read_as_itself_or_asked_for(made_of: tuple[str, list[str]]) -> None:
    encoding, words = made_of
    text = HEAD + "".join(f"p{at},{word},plain\n" for at, word in enumerate(words))
    assert titles(text.encode(encoding)) in (["title", *words], "asked for")


@pytest.mark.parametrize("encoding", WORDS)
def test_a_text_of_many_words_is_never_asked_for(encoding: str) -> None:
    assert told(HEAD + "".join(f"p,{word},plain\n" for word in WORDS[encoding]), encoding) == encoding


OTHERS = {
    "shift_jis": "ワンピース 新作 レディース",
    "euc_kr": "서울 특별시 강남구 한국 여성 원피스 신상품",
    "cp1251": "Москва платье женское",
    "cp1250": "Łódź Źródło",
    "cp1254": "ışık şehir ığdır",
    "gb18030": "繁體中文標題測試連衣裙",
}


@pytest.mark.parametrize("encoding", OTHERS)
def test_a_text_of_another_encoding_is_asked_for_with_its_line(encoding: str) -> None:
    with pytest.raises(IntakeError, match=r"such as line 2; say which with --encoding, such as gb18030"):
        told(f"{HEAD}p1,{OTHERS[encoding]},x\n", encoding)


@pytest.mark.parametrize(
    "text",
    ["kız ışık", "Łódź", "Москва", "Όμορφη Αθήνα", "שלום", "قميص", "chiếc áo dài ơ ư", "ș ț", "Québec", "女装", "👗"],
)
def test_utf8_of_any_language_is_utf8(text: str) -> None:
    assert titles(f"{HEAD}p1,{text},x\n".encode()) == ["title", text]


@pytest.mark.parametrize("text", ["女装", "色"])
def test_chinese_that_is_utf8_by_chance_is_asked_for(text: str) -> None:
    assert titles(f"{HEAD}p1,{text},x\n".encode("gb18030")) == "asked for"


@pytest.mark.parametrize(("text", "encoding"), [("爆款", "gb18030"), ("CAFÉ»", "cp1252"), ("店", "gb18030")])
def test_what_can_be_two_is_asked_for(text: str, encoding: str) -> None:
    with pytest.raises(IntakeError, match=r"can be GB18030 and .* alike, such as line 2"):
        told(f"{HEAD}p1,{text},x\n", encoding)


def test_known_headings_prove_an_encoding() -> None:
    assert told("日期,访客数\n1,繁體中文標題\n", "gb18030") == "gb18030"
    assert told("<table><tr><td>统计日期</td></tr><tr><td>爆款</td></tr>", "gb18030") == "gb18030"
    mapped = 'title = { zh = "a", en = "a" }\nplatform = "other"\nrequired = ["%s"]\n[products]\nproduct_id = "%s"\n'
    assert told("訂單編號\n1\n", "cp950", mapped.replace("%s", "訂單編號")) == "cp950"
    assert told("GRÖSSE\nÉÉ\n", "cp1252", mapped.replace("%s", "Größe")) == "cp1252"


def test_a_damaged_text_of_a_proved_encoding_is_damaged() -> None:
    with pytest.raises(IntakeError, match="is damaged: bytes in line 2 are not GB18030"):
        reading.read("日期,访客数\n爆款,1\n".encode("gb18030")[:-4] + b"\xff,\n", "x.csv")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["date,visitors\n2026-09-08,5\n", "日期,店铺访客数,浏览量\n2026-09-08,5,6\n"])
def test_utf16_without_its_mark(text: str, encoding: str) -> None:
    (grid,) = reading.read(text.encode(encoding), "x.csv")
    assert [c.to_pylist()[0] for c in grid.columns] == text.split("\n")[0].split(",")


def test_a_province_with_an_accent_stays_itself(bring: Bring, data_dir: Path) -> None:
    head = "Name,Financial Status,Paid at,Total,Created at,Lineitem quantity,Currency,Shipping Province Name"
    row = "#1,paid,2026-09-08 10:00:00 -0400,5.00,2026-09-08 10:00:00 -0400,1,CAD,Québec"
    assert bring(head, row, encoding="cp1252").error is None
    assert Shop.open(data_dir, "s1").table("orders")["region"].tolist() == ["Québec"]


def stored(data_dir: Path) -> list[str]:
    return Shop.open(data_dir, "s1").table("products")["title"].tolist()


@pytest.mark.integration
def test_somebody_says_the_encoding(tmp_path: Path, data_dir: Path) -> None:
    path, map = tmp_path / "p.csv", tmp_path / "my.toml"
    path.write_bytes(f"{HEAD}p1,ł,x\n".encode("cp1250"))
    said = ["import", str(path), "--shop", "s1", "--data", str(data_dir)]
    assert "say which with --encoding" in CliRunner().invoke(app, said).output.replace("\n", " ")
    wrong = CliRunner().invoke(app, [*said, "--encoding", "gbq"])
    assert wrong.exit_code == 2 and "'gbq' is no encoding" in wrong.output
    assert CliRunner().invoke(app, [*said, "--encoding", "windows-1250"]).exit_code == 0
    assert stored(data_dir) == ["ł"]
    write_map(path, map, "windows-1250")
    assert 'encoding = "cp1250"' in map.read_text(encoding="utf-8")
    path.write_bytes(f"{HEAD}p1,Łódź,x\n".encode("cp1250"))
    (report,) = import_files([path], shop_id="s1", data_dir=data_dir, map=map)
    assert (report.error, stored(data_dir)) == (None, ["Łódź"])
    (report,) = import_files([path], shop_id="s1", data_dir=data_dir, map=map, encoding="utf-8")
    assert "bytes in line 2 are not UTF-8" in str(report.error)


@pytest.mark.parametrize(
    ("name", "codec"),
    [("GBK", "gb18030"), ("Big5", "cp950"), ("Windows-1252", "cp1252"), ("UTF8", "utf-8"), ("big5-hkscs", "big5hkscs")],
)
def test_names_of_encodings(name: str, codec: str) -> None:
    assert encodings.codec(name) == codec


@pytest.mark.parametrize("name", ["", "rot13", "no such", "undefined", "a\0b"])
def test_what_is_no_encoding(name: str) -> None:
    with pytest.raises(ValueError, match="is no encoding; such as utf-8"):
        encodings.codec(name)
