from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from sizhen.intake import FileReport, IntakeError, import_files
from sizhen.intake.layouts import common
from sizhen.intake.privacy import clean, keyed, mask, province, secret
from sizhen.tables import DataError, Shop

Bring = Callable[..., FileReport]


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("打13812345678找我", "打[phone]找我"),
        ("call +86 138-1234-5678.", "call [phone]."),
        ("１３８１２３４５６７８", "[phone]"),
        ("写信a.b+c@mail.example吧", "写信[mail]吧"),
        ("证件11010519491231002X", "证件[id]"),
        ("型号13812345678901", "型号[number]"),
        ("不错，文三路12号3幢501室", "不错，[address]"),
        ("加微信：abc_1234吧", "加[account]吧"),
        ("便宜1380元, 2020-02-01", "便宜1380元, 2020-02-01"),
    ],
)
def test_personal_data_in_texts_is_covered(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


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


REVIEWS = "评价编号,评分,评价时间,商品编号,规格,评价内容,追评内容,买家昵称,收货人,买家留言"


def stored(data_dir: Path, table: str) -> str:
    return Shop.open(data_dir, "s1").table(table).to_csv()


def test_who_signs_his_own_review_is_covered_there(bring: Bring, data_dir: Path) -> None:
    rows = (
        "r1,5,2026-10-05,p1,白色 王小花收,很好！小狐狸88推荐,王小花追评，我是小狐狸88,小狐狸88,王小花,x",
        "r2,5,2026-10-05,p1,M码,很喜欢 很喜欢,,喜欢,,",
        "r3,5,2026-10-05,p1,M码,我是K，质量不错,,K,,",
        "r4,4,2026-10-05,p1,M码,小狐狸88是别人,,路人,,",
    )
    report = bring(REVIEWS, *rows)
    assert (report.error, report.kept, report.notes) == (None, 4, {"personal_data": 4})
    table = Shop.open(data_dir, "s1").table("reviews").set_index("review_id")
    assert table.loc["r1", "text"] == "很好！[name]推荐"
    assert table.loc["r1", "follow_up_text"] == "[name]追评，我是[name]"
    assert table.loc["r1", "sku"] == "白色 [name]收"
    assert table.loc["r2", "text"] == "很喜欢 很喜欢"
    assert table.loc["r3", "text"] == "我是[name]，质量不错"
    assert table.loc["r4", "text"] == "小狐狸88是别人"
    again = bring(REVIEWS, *rows)
    assert again.changed == {}


def test_the_id_of_a_review_is_made_of_the_row_as_it_stands(bring: Bring, data_dir: Path) -> None:
    """A review that was imported before its nickname was covered is the same review."""
    head = "评价内容,评分,评价时间,商品编号,买家昵称"
    bring(head, "很好\x1b[2J，小狐狸88,5,2026-10-05,p1,小狐狸88")
    (row,) = Shop.open(data_dir, "s1").table("reviews").to_dict("records")
    parts = ("很好\x1b[2J，小狐狸88", "5", "2026-10-05", "p1", "小狐狸88")
    assert row["review_id"] == keyed("\x1f".join(parts), secret(data_dir), b"row")
    assert row["text"] == "很好[2J，[name]"


def test_titles_plans_and_peers_reach_nobody(bring: Bring, data_dir: Path) -> None:
    report = bring("product_id,title,category", "p1,亚麻衬衫 型号13812345678 加微信abc_1234,女装 a@b.example")
    assert (report.error, report.notes) == (None, {"personal_data": 2})
    assert "p1,亚麻衬衫 型号13812345678 加[account],女装 [mail]" in stored(data_dir, "products")
    bring("date,peer_id,peer_product_id,title,price", "2026-10-05,小店13812345678,x1,A,5", name="b.csv")
    assert "小店[phone]" in stored(data_dir, "peer_products_daily")


def test_a_size_is_cleaned_and_its_codes_stay(bring: Bring, data_dir: Path) -> None:
    head = "refund_id,order_id,sku,reason"
    bring(head, "a,o1,100000000001,质量", "b,o2,颜色:白;寄王女士13812345678,我叫王小花退", "c,o3,白-1234567890,7天")
    table = Shop.open(data_dir, "s1").table("refunds")
    assert table["sku"].tolist() == ["100000000001", "颜色:白;寄[name][phone]", "白-1234567890"]
    assert table["reason"].tolist() == ["质量", "我叫[name]退", "7天"]


def test_of_a_region_the_province_stays(bring: Bring, data_dir: Path) -> None:
    places = ["浙江省杭州市文三路12号", "Ohio", "12 Main St", "文三路", "广东", "Baden-Württemberg", "Spring, Ohio"]
    lines = [f'o{n},10,"{place}"' for n, place in enumerate(places)]
    report = bring("order_id,paid_amount,region", *lines)
    told = Shop.open(data_dir, "s1").table("orders")["region"].fillna("-").tolist()
    assert told == ["浙江", "Ohio", "-", "-", "广东", "Baden-Württemberg", "-"]
    assert report.notes == {"unknown_region": 3}


def test_events_and_questions_are_cleaned(bring: Bring, data_dir: Path) -> None:
    bring("starts_on,name,kind,note", "2026-10-05,王女士投诉13812345678,other,联系人李雷")
    bring(
        "asked_on,who,question,answer,score", "2026-10-05,owner,客服小王怎么样？,我叫李雷 a@b.example,2", name="b.csv"
    )
    text = stored(data_dir, "events") + stored(data_dir, "answers")
    assert "[name]投诉[phone]" in text and "客服[name]怎么样?" in text
    assert not [s for s in ("王", "李雷", "1381", "a@b") if s in text]


@pytest.mark.parametrize("text", ["\x1b[2J很好", "很\u202e好", "很\x00好", "很好\u200b"])
def test_no_text_of_a_file_commands_a_terminal(bring: Bring, data_dir: Path, text: str) -> None:
    if "\x00" in text:
        text = text.replace("\x00", "\x07")
    bring("product_id,title,category", f"p1,{text},{text}")
    row = Shop.open(data_dir, "s1").table("products").iloc[0]
    assert row["title"] == row["category"] == text.replace("\x1b", "").translate({0x202E: None, 0x200B: None, 7: None})


def test_what_an_error_or_a_remark_quotes_reaches_nobody(bring: Bring) -> None:
    head = "日期,产品线,推广计划,展现数,点击数,总费用,总订单金额"
    report = bring(head, "2026-09-08,找王女士13812345678,秋季,1,1,1,1")
    assert report.remarks == ("kind: no meaning known of 找[name][phone]; read as other",)
    error = IntakeError("a\x1b.csv", "is of the shop 小店13812345678", "check --shop")
    assert str(error) == "a.csv: is of the shop 小店[phone]; check --shop"
    data = DataError("a\x1b.csv", "'13812345678a' is not a date", "mend it", row=2)
    assert str(data) == "a.csv, row 2: '[phone]a' is not a date; mend it"


@pytest.mark.parametrize(
    ("text", "name", "left"),
    [
        ("质量不错 ——小雨点", "夏天的小雨点", "质量不错 ——[name]"),
        ("我是小王子，不好", "快乐星球小王子", "我是[name]，不好"),
        ("too small, signed linda", "Linda_zhang88", "too small, signed [name]"),
        ("我是顾客", "顾客小王", "我是顾客"),
        ("本人身高", "王小明", "本人身高"),
        ("小雨点很多", "夏天的小雨点", "小雨点很多"),
    ],
)
def test_who_signs_with_a_part_of_a_nickname_is_covered_there(text: str, name: str, left: str) -> None:
    assert clean(text, name) == left


@pytest.mark.integration
def test_names_of_files_and_headings_tell_nobody_where_they_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "日报_13812345678.csv"
    path.write_text("date,visitors,paid_amount,来自a@b.example\n2026-10-01,5,3,x\n", encoding="utf-8")
    (report,) = import_files([path], shop_id="s1", data_dir=tmp_path / "data")
    assert (report.error, report.file, report.unread) == (None, "日报_[phone].csv", ("来自[mail]",))
    kept = (tmp_path / "data" / "s1" / "lineage.json").read_text(encoding="utf-8")
    assert "13812345678" not in kept and "a@b.example" not in kept
