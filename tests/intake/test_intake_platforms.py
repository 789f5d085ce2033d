"""Every platform's layouts on the made-up files of platforms/<platform>.toml: to add one, add such a file."""

from __future__ import annotations

import csv
import re
import tomllib
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from made import xls, xlsx

from sizhen.intake import IntakeError, import_files
from sizhen.intake.convert import Converted, convert
from sizhen.intake.errors import PassedOver
from sizhen.intake.headings import heading
from sizhen.intake.layouts import Layout, common, layout, layouts, recognise
from sizhen.intake.reading import read
from sizhen.intake.rules import Context
from sizhen.vocab import load, loader

REPO = Path(__file__).resolve().parents[2]
TOLD = ("file", "lines", "encoding", "notes", "unread", "remarks", "hidden")
FILES = sorted((Path(__file__).parent / "platforms").glob("*.toml"))
EXPORTS: dict[str, dict[str, Any]] = {
    id: export for path in FILES for id, export in tomllib.loads(path.read_text(encoding="utf-8")).items()
}
Rows = list[list[str]]


def rows_of(export: dict[str, Any]) -> Rows:
    rows = list(csv.reader(export["lines"]))
    width = max(map(len, rows))
    return [row + [""] * (width - len(row)) for row in rows]


@cache
def head_of(id: str) -> int:
    """Where the headings are: the first row a layout is recognised by when it is alone."""
    rows = rows_of(EXPORTS[id])
    return recognise(read(data_of(rows, "x.csv"), "x.csv")[0], "x.csv", [layouts()[id]]).row - 1


def data_of(rows: Rows, file: str, encoding: str = "utf-8") -> bytes:
    if file.endswith(".xls"):
        return xls(rows)
    if file.endswith(".xlsx"):
        return xlsx(rows)
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    return ("\n".join(quoted) + "\n").encode(encoding)


def converted(
    rows: Rows, file: str, encoding: str = "utf-8", known: list[Layout] | None = None
) -> tuple[Converted, tuple[str, ...], str]:
    """What the file gives, the headings not read, and the layout it was recognised as among all there are."""
    (sheet,) = read(data_of(rows, file, encoding), file)
    match = recognise(sheet, file, known)
    return convert(sheet, Context(match, common(), b"k" * 32, file)), match.unread, match.layout.id


@cache
def as_it_is(id: str) -> tuple[Converted, tuple[str, ...], str]:
    return converted(rows_of(EXPORTS[id]), EXPORTS[id]["file"], EXPORTS[id].get("encoding", "utf-8"))


def cell(frame: pd.DataFrame, at: int, column: str) -> object:
    if column not in frame:
        return "absent"
    value = frame[column].iloc[at]
    return "unknown" if pd.isna(value) else value


def expected(value: object) -> object:
    return pd.Timestamp(value) if isinstance(value, date | datetime) else value


@pytest.mark.parametrize("id", EXPORTS)
def test_an_export_gives_its_tables(id: str) -> None:
    gives_its_tables(id, EXPORTS[id], as_it_is(id))


def test_the_platform_shown_to_contributors_is_read() -> None:
    shown = (REPO / "CONTRIBUTING.md").read_text(encoding="utf-8")
    source, fixture = (tomllib.loads(block) for block in re.findall("```toml\n(.*?)```", shown, re.DOTALL))
    known = [layout(id, entry, list(common().dates)) for id, entry in source["layouts"].items()]
    for id, export in fixture.items():
        known = [*layouts().values(), *known]
        gives_its_tables(id, export, converted(rows_of(export), export["file"], known=known))


def gives_its_tables(id: str, export: dict[str, Any], made: tuple[Converted, tuple[str, ...], str]) -> None:
    result, unread, layout = made
    assert layout == id
    tables = {k: v for k, v in export.items() if k not in TOLD}
    assert {name: len(frame) for name, frame in result.frames.items()} == {n: len(v) for n, v in tables.items()}
    found = {n: [{c: cell(result.frames[n], i, c) for c in r} for i, r in enumerate(v)] for n, v in tables.items()}
    assert found == {n: [{c: expected(x) for c, x in r.items()} for r in v] for n, v in tables.items()}
    assert (result.rejected, result.notes) == ((), export.get("notes", {}))
    assert (list(unread), list(result.remarks)) == (export.get("unread", []), export.get("remarks", []))
    stored = " ".join(frame.to_csv() for frame in result.frames.values())
    assert not [word for word in export.get("hidden", []) if word in stored]


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_every_layout_of_a_platform_has_an_export(path: Path) -> None:
    text = (Path(loader.__file__).parent / f"sources_{path.stem}.toml").read_text(encoding="utf-8")
    there = {id for id, entry in tomllib.loads(text)["layouts"].items() if "passed_over" not in entry}
    assert there == set(tomllib.loads(path.read_text(encoding="utf-8")))


def with_headings(id: str, change: dict[str, str], more: str | None = None) -> Rows:
    """The export with other headings; `more` is that of a new last column."""
    rows = rows_of(EXPORTS[id])
    at = head_of(id)
    drifted = [list(row) for row in rows]
    drifted[at] = [change.get(h.strip(), change.get("*", "{}").format(h)) if h else h for h in rows[at]]
    if more:
        drifted = [[*row, more if i == at else "7" if i > at else ""] for i, row in enumerate(drifted)]
    return drifted


def changed(id: str, change: dict[str, str], more: str | None = None) -> tuple[Converted, Converted, tuple[str, ...]]:
    """The export as it is and with other headings: what each gives, and the headings not read."""
    after, unread, layout = converted(with_headings(id, change, more), EXPORTS[id]["file"])
    assert layout == id
    return as_it_is(id)[0], after, unread


def places(id: str, change: dict[str, str]) -> dict[str, int | None]:
    """The column of every heading the layout knows, under whatever name it was found: all that a conversion reads."""
    file = EXPORTS[id]["file"]
    (sheet,) = read(data_of(with_headings(id, change), file), file)
    match = recognise(sheet, file)
    known = match.layout
    assert (known.id, match.row) == (id, head_of(id) + 1)
    read_from = {h for s in known.sources for h in (*s.headings, *s.where)}
    names = read_from | {*known.required, *known.only, *known.parts, known.shop or "", known.currency or ""}
    return {name: match.places.get(name) for name in names}


def alike(one: Converted, other: Converted) -> bool:
    return list(one.frames) == list(other.frames) and all(f.equals(other.frames[n]) for n, f in one.frames.items())


@pytest.mark.parametrize("drift", ["{} ", "{}（本店）", "\u3000{}"])
@pytest.mark.parametrize("id", EXPORTS)
def test_headings_written_otherwise_are_found(id: str, drift: str) -> None:
    assert places(id, {"*": drift}) == places(id, {})


@pytest.mark.parametrize("id", EXPORTS)
def test_brackets_dashes_and_width_do_not_matter(id: str) -> None:
    head = [h for h in rows_of(EXPORTS[id])[head_of(id)] if h]
    wide = str.maketrans({"(": "（", ")": "）", "-": "–", "I": "Ｉ", "D": "Ｄ", "/": "／"})
    before, after, _ = changed(id, {h.strip(): h.translate(wide) for h in head})
    assert alike(before, after)


@pytest.mark.parametrize("id", EXPORTS)
def test_a_new_column_is_told_and_changes_nothing(id: str) -> None:
    before, after, unread = changed(id, {}, "新指标2027")
    assert unread == (*EXPORTS[id].get("unread", []), "新指标2027")
    assert {n: f.to_csv() for n, f in after.frames.items()} == {n: f.to_csv() for n, f in before.frames.items()}


def present(id: str, name: str) -> list[str]:
    """The heading of the export that a layout means by this name."""
    rows = rows_of(EXPORTS[id])
    head = [h.strip() for h in rows[head_of(id)]]
    names = {name, *layouts()[id].aliases.get(name, ())}
    return [h for h in head if heading(h) in names or heading(h).removesuffix("(元)") in names]


ALIASES = [
    (id, present(id, h)[0], o)
    for id in EXPORTS
    for h, others in layouts()[id].aliases.items()
    for o in others
    if present(id, h)
]


@pytest.mark.parametrize(("id", "written", "other"), ALIASES)
def test_a_renamed_heading_is_found(id: str, written: str, other: str) -> None:
    assert places(id, {written: other}) == places(id, {})


OPTIONAL = {
    (id, s.headings[0], s.column)
    for id in EXPORTS
    for s in layouts()[id].sources
    if s.headings and s.headings[0] not in layouts()[id].required and s.value is None and present(id, s.headings[0])
}


@pytest.mark.slow
@pytest.mark.parametrize(("id", "name", "column"), sorted(OPTIONAL))
def test_a_column_that_is_gone_is_unknown_and_told(id: str, name: str, column: str) -> None:
    before, after, unread = changed(id, dict.fromkeys(present(id, name), "另一列"))
    assert column in after.absent
    assert "另一列" in unread
    keys = {k for table in before.frames for k in load().table(table).keys}
    for table, frame in before.frames.items():
        there = after.frames[table]
        assert set(frame) - set(there) == ({column} & set(frame)) - keys
        if column not in keys:
            assert there.equals(frame.drop(columns=column, errors="ignore"))


@pytest.mark.parametrize("id", EXPORTS)
def test_without_a_required_heading_a_file_is_refused_or_another_kind(id: str) -> None:
    for needed in layouts()[id].required.values():
        known = [layouts()[id]]
        rows = rows_of(EXPORTS[id])
        at = head_of(id)
        lost = present(id, heading(needed))
        rows[at] = ["另一列" if h.strip() in lost else h for h in rows[at]]
        with pytest.raises(IntakeError, match=r"known export"):
            recognise(read(data_of(rows, "x.csv"), "x.csv")[0], "x.csv", known)


def test_the_sources_of_one_product_are_passed_over() -> None:
    head = "一级来源,二级来源,三级来源,访客数,浏览量,支付金额,浏览量占比,店内跳转人数,跳出本店人数,收藏人数"
    with pytest.raises(PassedOver, match="traffic sources of one product, which no table holds"):
        converted([head.split(","), ["淘内免费", "手淘搜索", "汇总", *"1234567"]], "x_2026-09-08.csv")


@pytest.mark.parametrize(("told", "device"), [("无线端", "mobile"), ("PC端", "desktop"), ("所有终端", "all")])
def test_the_device_is_told_above_the_headings(told: str, device: str) -> None:
    rows = rows_of(EXPORTS["sycm_sources"])
    rows[2][0] = f"终端：{told}"
    result, _, _ = converted(rows, "x.xls")
    assert set(result.frames["traffic_daily"]["device"]) == {device}


def test_figures_of_one_device_are_not_those_of_the_shop() -> None:
    rows = rows_of(EXPORTS["sycm_products"])
    rows[2][0] = "终端：无线端"
    with pytest.raises(IntakeError, match="is limited to 无线端; export it for 所有终端"):
        converted(rows, "x.xls")


def test_a_whole_of_advertising_without_parts_counts_itself() -> None:
    rows = [r for r in rows_of(EXPORTS["sycm_sources"]) if r[1] != "效果广告" or r[2] == "汇总"]
    result, _, _ = converted(rows, "x.xls")
    frame = result.frames["traffic_daily"].set_index("channel")
    assert frame.loc["paid_affiliate", "visitors"] == 40
    assert frame.loc["other", "visitors"] == 7 + 300
    assert "channel: no meaning known of 效果广告, 某新入口; read as other" in result.remarks


@pytest.mark.integration
def test_an_export_without_rows_is_told_as_such(tmp_path: Path) -> None:
    for id, export in EXPORTS.items():
        rows = rows_of(export)
        file = tmp_path / export["file"]
        file.write_bytes(data_of(rows[: head_of(id) + 1], export["file"]))
        (report,) = import_files([file], shop_id="s1", data_dir=tmp_path / "data")
        assert "has headings but no rows" in str(report.error)


@pytest.mark.integration
def test_levels_of_several_days_count_in_no_day_and_so_not_twice(tmp_path: Path) -> None:
    rows = rows_of(EXPORTS["wanxiangtai_plans"])[:2]
    week = tmp_path / "week.csv"
    week.write_bytes(data_of([rows[0], ["2026-09-08~2026-09-14", *rows[1][1:]]], "week.csv"))
    words = tmp_path / "words.csv"
    words.write_bytes(data_of(rows_of(EXPORTS["wanxiangtai_keywords"]), "words.csv"))
    for files in ([week, words], [words, week]):
        reports = import_files(files, shop_id="s1", data_dir=tmp_path / files[0].stem)
        assert [r.error for r in reports] == [None, None]


def test_a_week_of_taobao_products_is_kept_whole() -> None:
    week = "2026-09-08 ~ 2026-09-14"
    rows = [
        [week if c == "2026-09-08" else c.replace("2026-09-08 ~ 2026-09-08", week) for c in row]
        for row in rows_of(EXPORTS["sycm_products"])
    ]
    result, _, layout = converted(rows, "【生意参谋平台】商品_全部_2026-09-08_2026-09-14.xls")
    assert layout == "sycm_products"
    assert list(result.frames) == ["totals/product_daily", "products"]
    assert result.frames["totals/product_daily"]["visitors"].tolist() == [1120, 80]
    assert result.remarks == ("kept as a total of 7 days: not examined, export one file per day",)


def test_without_its_line_the_device_is_not_guessed() -> None:
    rows = [r for r in rows_of(EXPORTS["sycm_sources"]) if not r[0].startswith("终端")]
    result, _, _ = converted(rows, "x.xls")
    assert result.kept == 0
    assert {(r.column, r.reason) for r in result.rejected} == {("device", "missing_key")}


@pytest.mark.integration
@pytest.mark.parametrize(
    ("first", "second", "twice"),
    [
        ("wanxiangtai_plans", "wanxiangtai_keywords", True),
        ("wanxiangtai_keywords", "wanxiangtai_products", True),
        ("wanxiangtai_plans", "jd_products", False),
        ("jd_products", "jd_spu", True),
    ],
)
def test_the_same_days_at_two_levels_are_refused(tmp_path: Path, first: str, second: str, twice: bool) -> None:
    files = []
    for id in (first, second):
        files.append(tmp_path / EXPORTS[id]["file"])
        files[-1].write_bytes(data_of(rows_of(EXPORTS[id]), EXPORTS[id]["file"]))
    together = import_files(files, shop_id="s1", data_dir=tmp_path / "one")
    apart = [import_files([f], shop_id="s1", data_dir=tmp_path / "two")[0] for f in files]
    for one, other in (together, apart):
        assert one.error is None
        assert (other.error is not None) is twice
        assert not twice or "would count twice; import one level" in str(other.error)
    again = import_files(files[:1], shop_id="s1", data_dir=tmp_path / "two")
    assert [r.error for r in again] == [None]
