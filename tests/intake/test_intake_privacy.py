from __future__ import annotations

import stat
import time
from pathlib import Path

import pytest

from sizhen.intake import IntakeError
from sizhen.intake.layouts import common
from sizhen.intake.privacy import clean, keyed, mask, province, secret


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("打13812345678找我", "打[phone]找我"),
        ("call +86 138-1234-5678.", "call [phone]."),
        ("１３８１２３４５６７８", "[phone]"),
        ("写信a.b+c@mail.example吧", "写信[mail]吧"),
        ("证件11010519491231002X", "证件[id]"),
        ("型号13812345678901", "型号13812345678901"),
        ("不错，文三路12号3幢501室", "不错，[address]"),
        ("加微信：abc_1234吧", "加[account]吧"),
        ("便宜1380元, 2020-02-01", "便宜1380元, 2020-02-01"),
    ],
)
def test_personal_data_in_texts_is_covered(text: str, cleaned: str) -> None:
    assert clean(text, common().marks) == cleaned


def test_long_runs_do_not_slow_the_search() -> None:
    start = time.perf_counter()
    clean("a" * 100_000 + "1" * 100_000, common().marks)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("name", "masked"), [("t***3", "t***3"), ("小明明", "小***明"), ("王伟", "王***"), ("a", "a***")]
)
def test_masks_show_less_than_the_name(name: str, masked: str) -> None:
    assert mask(name) == masked


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("上海", "上海"),
        ("广西壮族自治区 南宁市 某路1号", "广西"),
        ("中国 广东省深圳市", "广东"),
        ("12 Some Street", None),
    ],
)
def test_of_an_address_the_province_stays(address: str, found: str | None) -> None:
    assert province(address, common().provinces, common().country) == found


def test_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    key = secret(tmp_path)
    assert secret(tmp_path) == key
    assert stat.S_IMODE((tmp_path / ".key").stat().st_mode) == 0o600
    assert [p.name for p in tmp_path.iterdir()] == [".key"]


def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".key").write_bytes(b"short")
    with pytest.raises(IntakeError, match="key of the data folder is damaged"):
        secret(tmp_path)


def test_pseudonyms_depend_on_key_and_purpose() -> None:
    same = keyed("u1", b"a" * 32, b"person")
    assert same == keyed("u1", b"a" * 32, b"person")
    assert len({same, keyed("u1", b"b" * 32, b"person"), keyed("u1", b"a" * 32, b"row")}) == 3
