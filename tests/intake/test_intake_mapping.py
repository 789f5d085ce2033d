"""A mapping file says what a file is that no layout knows."""

from __future__ import annotations

from pathlib import Path

import pytest
from made import xlsx
from typer.testing import CliRunner, Result

from sizhen.cli import app
from sizhen.intake import IntakeError, import_files, mapping
from sizhen.intake.layouts import _entries
from sizhen.intake.privacy import is_pseudonym
from sizhen.tables import Shop

MAP = """
platform = "shopify"
required = ["Tag", "Umsatz"]
aliases = { "Umsatz" = ["Umsatz brutto"] }
dates = ["%d.%m.%Y"]
strict = true
[shop_daily]
date = "Tag"
visitors = "Besucher"
paid_amount = { from = "Umsatz", where = { "Status" = ["final"] } }
weather = { from = "Wetter", kind = "text", keep = true }
"""
FILE = 'Tag,Besucher,Umsatz brutto,Wetter,Status\n31.10.2026,12,"1,234.50",Regen,final\n1.11.2026,7,9,Sonne,open\n'


def sizhen(*args: object) -> Result:
    return CliRunner().invoke(app, [str(a) for a in args])


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    export, map = tmp_path / "umsatz.csv", tmp_path / "my.toml"
    export.write_text(FILE, encoding="utf-8")
    map.write_text(MAP, encoding="utf-8")
    return export, map


def test_a_file_is_read_by_its_mapping(files: tuple[Path, Path], tmp_path: Path) -> None:
    export, map = files
    done = sizhen("import", export, "--shop", "s1", "--data", tmp_path / "data", "--map", map)
    assert done.exit_code == 0, done.output
    shop = Shop.open(tmp_path / "data", "s1")
    frame = shop.table("shop_daily")
    assert [str(d.date()) for d in frame["date"]] == ["2026-10-31", "2026-11-01"]
    assert frame["visitors"].tolist() == [12, 7]
    assert frame["paid_amount"].fillna(-1).tolist() == [1234.5, -1]
    assert frame["weather"].tolist() == ["Regen", "Sonne"]
    assert shop.profile.platform == "shopify"
    (report,) = import_files([export], shop_id="s1", data_dir=tmp_path / "data", map=map)
    assert (report.error, report.layout, report.changed) == (None, "my", {})


def test_texts_beyond_the_contract_stay_only_where_the_mapping_says_so(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    export, map = files
    export.write_text(FILE.replace("Regen", "Regen bei 13812345678"), encoding="utf-8")
    (kept,) = import_files([export], shop_id="s1", data_dir=tmp_path / "data", map=map)
    assert Shop.open(tmp_path / "data", "s1").table("shop_daily")["weather"].tolist() == ["Regen bei [phone]", "Sonne"]
    for dropped in (', kind = "text"', ', kind = "text", keep = false', ', kind = "id"'):
        map.write_text(MAP.replace(', kind = "text", keep = true', dropped), encoding="utf-8")
        (report,) = import_files([export], shop_id="s2", data_dir=tmp_path / "data", map=map)
        assert (kept.error, report.error, report.unread) == (None, None, ("Wetter",))
        assert "weather" not in Shop.open(tmp_path / "data", "s2").table("shop_daily")
    map.write_text(MAP.replace('kind = "text", keep = true', 'kind = "number"'), encoding="utf-8")
    export.write_text(FILE.replace("Regen", "3").replace("Sonne", "4"), encoding="utf-8")
    import_files([export], shop_id="s3", data_dir=tmp_path / "data", map=map)
    assert Shop.open(tmp_path / "data", "s3").table("shop_daily")["weather"].tolist() == [3, 4]


def test_a_mapping_fits_its_own_file_only(files: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("date,visitors\n2026-10-01,1\n", encoding="utf-8")
    (report,) = import_files([other], shop_id="s1", data_dir=tmp_path / "data", map=files[1])
    assert "headings of no known export" in str(report.error)


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("platform =", "plattform =", "plattform is none of required, ignored"),
        ('"shopify"', '"ebay"', "platform is 'ebay', not one of taobao, tmall"),
        ('required = ["Tag", "Umsatz"]', "", "required must list the headings"),
        ('["Tag", "Umsatz"]', '"Tag"', "required must be a list of texts"),
        ("[shop_daily]", "[shop_dayly]", "the table is 'shop_dayly', not one of shop_daily, traffic_daily"),
        ("visitors =", "visitor =", "shop_daily.visitor.kind (no column of the contract, which has date, visitors"),
        ('date = "Tag"', "", "shop_daily needs date"),
        ('"Besucher"', "3", "shop_daily.visitors must be a table, not 3"),
        ('kind = "text"', 'kind = "words"', "is 'words', not one of count, money"),
        ("keep = true", 'keep = "yes"', "weather.keep is 'yes', not one of True, False"),
        ('kind = "text"', 'kind = "text", rule = "hide"', "weather.rule is 'hide', not one of mask_person"),
        ('kind = "text"', 'kind = "text", form = "x"', "shop_daily.weather is 'form', not one of rule"),
        ('where = { "Status" = ["final"] }', 'where = { "Status" = "final" }', "where.Status must be a list of texts"),
        ('{ from = "Umsatz", where', "{ where", "shop_daily.paid_amount says neither from"),
        ("strict = true", 'strict = "yes"', "strict is 'yes', not one of True, False"),
        ("strict = true", 'adds = ["date"]', "cannot be added up"),
        ("strict = true", "strict = ", "Invalid value (at line 6"),
        ("strict = true", 'strict = ["yes"]', "strict is ['yes'], not one of"),
        ('"%d.%m.%Y"', '"%Y %Y"', "dates: '%Y %Y' is no format"),
        ('"%d.%m.%Y"', '"%d.%m.%"', "dates: '%d.%m.%' is no format"),
        ('kind = "text"', 'kind = ["text"]', "is ['text'], not one of count, money"),
        ('kind = "text"', 'kind = "text", value = 5', "each of value, label, of, otherwise must be a list of texts"),
        ('kind = "text"', 'kind = "text", needed = "no"', "weather.needed is 'no', not one of"),
        ('kind = "text"', 'kind = "text", map = { a = 1 }', "weather.map: what it maps to must be a list of texts"),
        ('kind = "text"', 'kind = "text", after = "difference_cumulative"', "weather.of is None, not one of date"),
        ("strict = true", f"x = {'[' * 2000}{']' * 2000}", "is nested too deep"),
        ("strict = true", f"x{'.a' * 20_000} = 1", "has a key of over 30 parts"),
        ("strict = true", f"# {'a' * 100_000}", "is larger than 64 kB"),
        ("strict = true", f"x = {'9' * 5000}", "digits"),
        ("strict = true", "x = '\0'", "character"),
        ("strict = true", 'encoding = "gbq"', "'gbq' is no encoding; such as utf-8, gb18030"),
        ("strict = true", "encoding = 5", "encoding must be a list of texts"),
    ],
)
def test_a_wrong_entry_is_named_with_what_is_allowed(tmp_path: Path, right: str, wrong: str, says: str) -> None:
    path = tmp_path / "my.toml"
    assert right in MAP
    path.write_text(MAP.replace(right, wrong), encoding="utf-8")
    with pytest.raises(IntakeError, match=r"my\.toml: is no mapping: ") as error:
        mapping.read(path)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_mapping_that_is_not_there_ends_the_import(files: tuple[Path, Path], tmp_path: Path) -> None:
    done = sizhen("import", files[0], "--shop", "s1", "--data", tmp_path / "data", "--map", tmp_path / "no.toml")
    assert done.exit_code == 1
    assert "no.toml: cannot be read" in done.output
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("id", [id for id, entry in _entries()[1].items() if "passed_over" not in entry])
def test_layouts_of_platforms_stand_the_same_check(id: str) -> None:
    mapping.check({k: v for k, v in _entries()[1][id].items() if k != "like"})


def test_a_draft_sets_headings_beside_the_columns_they_are_like(tmp_path: Path) -> None:
    export, map = tmp_path / "stock.xlsx", tmp_path / "draft.toml"
    rows = [["Date", "Product ID", "SKU code", "On hand", "Warehouse"], ["2026-10-01", "p1", "red", "4", "north"]]
    export.write_bytes(xlsx([["Stock of our shop"], *rows]))
    done = sizhen("import", export, "--shop", "s1", "--data", tmp_path / "data", "--write-map", map)
    assert done.exit_code == 0, done.output
    assert not (tmp_path / "data").exists()
    text = map.read_text(encoding="utf-8")
    assert 'required = ["Date", "Product ID", "SKU code", "On hand"]' in text
    assert "[stock_daily]" in text
    assert "#   Warehouse" in text
    (report,) = import_files([export], shop_id="s1", data_dir=tmp_path / "data", map=map)
    assert (report.error, report.table, report.kept) == (None, "stock_daily", 1)
    assert Shop.open(tmp_path / "data", "s1").table("stock_daily")["on_hand"].tolist() == [4]
    again = sizhen("import", export, "--shop", "s1", "--data", tmp_path / "data", "--write-map", map)
    assert again.exit_code == 1
    assert map.read_text(encoding="utf-8") == text


def test_a_draft_of_chinese_headings_says_which_keys_are_open(tmp_path: Path) -> None:
    export, map = tmp_path / "a.csv", tmp_path / "draft.toml"
    export.write_text("店铺访客数,浏览量,支付金额,支付买家数\n1,2,3,4\n", encoding="utf-8")
    assert sizhen("import", export, "--shop", "s1", "--write-map", map).exit_code == 0
    text = map.read_text(encoding="utf-8")
    for line in (
        'visitors = "店铺访客数"',
        'page_views = "浏览量"',
        'paid_amount = "支付金额"',
        '# date = ""  # a key',
    ):
        assert line in text
    with pytest.raises(IntakeError, match="needs date"):
        mapping.read(map)


def test_people_are_covered_by_a_mapping_without_rules_too(tmp_path: Path) -> None:
    export, map = tmp_path / "verkauf.csv", tmp_path / "orders.toml"
    export.write_text("Nr,Kunde,Wann\n1,anna@example.com,2026-10-01\n2,anna@example.com,2026-10-02\n", encoding="utf-8")
    map.write_text(
        'required = ["Nr", "Wann"]\n[orders]\norder_id = "Nr"\nbuyer_id = "Kunde"\ncreated_at = "Wann"\n',
        encoding="utf-8",
    )
    (report,) = import_files([export], shop_id="s1", data_dir=tmp_path / "data", map=map)
    assert report.error is None
    ids = Shop.open(tmp_path / "data", "s1").table("orders")["buyer_id"]
    assert ids.nunique() == 1 and is_pseudonym(ids[0])
    texts = tmp_path / "texts.csv"
    texts.write_text("Nr,Von,Text\n1,Anna Schmidt,war gut Anna Schmidt\n", encoding="utf-8")
    map.write_text(
        'required = ["Nr", "Text"]\n[reviews]\nreview_id = "Nr"\nbuyer = "Von"\ntext = "Text"\n', encoding="utf-8"
    )
    import_files([texts], shop_id="s1", data_dir=tmp_path / "data", map=map)
    (row,) = Shop.open(tmp_path / "data", "s1").table("reviews")[["buyer", "text"]].values.tolist()
    assert row == ["A***t", "war gut [name]"]
