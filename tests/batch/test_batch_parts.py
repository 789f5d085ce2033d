from __future__ import annotations

import json
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from sizhen.batch import limits
from sizhen.batch.check import RunError, one_line, read_findings, refuse_broken_workbook, refuse_paths
from sizhen.batch.job import check_parameters
from sizhen.batch.plan import previous
from sizhen.batch.progress import STEPS, Bar
from sizhen.batch.publish import publish, restore
from sizhen.batch.shop_result import ShopResult
from sizhen.batch.summary import table
from sizhen.report.write import write_text
from sizhen.tables import Period
from small_document import document


class Text(str):
    __slots__ = ()


@pytest.mark.parametrize("value", [(1, 2), {1: 2}, float("nan"), float("inf"), date(2026, 1, 1), Text("x"), [(1,)]])
def test_only_plain_json_becomes_a_parameter(value: object) -> None:
    with pytest.raises(ValueError, match="1_look: the value of period is not plain JSON"):
        check_parameters({"period": value}, {"period"}, "1_look")


def test_parameters_come_from_the_parameters_cell() -> None:
    check_parameters({"a": [1, {"b": None}], "c": 0.5}, {"a", "c", "d"}, "1_look")
    with pytest.raises(ValueError, match="1_look has no parameter x = 1; import os #"):
        check_parameters({"x = 1; import os #": 1}, {"a"}, "1_look")


def test_previous_is_the_latest_that_ended_before(tmp_path: Path) -> None:
    def wrote(folder: str, start: str, end: str, shop_id: str = "s") -> Path:
        path = tmp_path / folder / "s" / "findings.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"shop_id": shop_id, "period": {"start": start, "end": end}}))
        return path

    period = Period.parse("2026-10")
    assert previous(tmp_path, "s", period) is None
    wrote("2026-08", "2026-08-01", "2026-08-31")
    week = wrote("2026-W39", "2026-09-21", "2026-09-27")
    wrote("2026-W40", "2026-09-28", "2026-10-04")
    wrote("2026-10", "2026-10-01", "2026-10-31")
    wrote("moved", "2026-09-01", "2026-09-30", "another")
    (tmp_path / "bad" / "s").mkdir(parents=True)
    (tmp_path / "bad" / "s" / "findings.json").write_text("{")
    assert previous(tmp_path, "s", period) == week
    month = wrote("2026-09", "2026-09-01", "2026-09-30", "another")
    assert previous(tmp_path, "s", period) == month  # so that it is said that it cannot be read
    for damaged in ("{", "[" * 50_000, "[]", ""):
        month.write_text(damaged)
        assert previous(tmp_path, "s", period) == month


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "wrote no findings.json"),
        ("{", "findings.json is not whole"),
        ("[]", "not a findings document"),
        ('{"schema": 1, "shop_id": "s"}', r"not a findings document \(period: Field required\)"),
        (json.dumps(document(data=None)), r"not a findings document \(data: Input should be a dict"),
        (json.dumps(document())[:-1] + ', "x": NaN}', "NaN is no number"),
        (json.dumps(document(shop_id="s")), "is of s 2026-10-01 2026-10-31, not of tiny 2026-10-01"),
        (json.dumps(document()), "the data changed"),
        ("[" * 100_000, "findings.json is nested too deep"),
    ],
)
def test_findings_are_not_believed(tmp_path: Path, text: str | None, reason: str) -> None:
    path = tmp_path / "findings.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(RunError, match=reason):
        read_findings(path, "tiny", ("2026-10-01", "2026-10-31"), "f" * 64)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, r"wrote no tables\.xlsx"), (b"PK", r"tables\.xlsx is not a workbook"), ("other", "is not a workbook")],
)
def test_a_workbook_is_not_believed(tmp_path: Path, content: bytes | str | None, reason: str) -> None:
    path = tmp_path / "tables.xlsx"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        with zipfile.ZipFile(path, "w") as book:
            book.writestr(content, "")
    with pytest.raises(RunError, match=reason):
        refuse_broken_workbook(path)


def test_a_whole_workbook_is(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "tables.xlsx", "w") as book:
        book.writestr("xl/workbook.xml", "<workbook/>")
    refuse_broken_workbook(tmp_path / "tables.xlsx")


def test_paths_are_found_in_words_and_not_in_pictures() -> None:
    with pytest.raises(RunError, match="/srv/data"):
        refuse_paths("<p>read /srv/data/shop</p>", ["/srv/data"])
    refuse_paths('<img src="data:image/png;base64,A/srv/data/B"> a/srv/data /srv/database', ["/srv/data"])


def test_one_line() -> None:
    assert one_line("\n  a\nb") == "a"
    assert one_line("") == ""
    assert one_line("x" * 400) == "x" * 299 + "…"


def test_publishing_swaps_whole_folders(tmp_path: Path) -> None:
    ready, final, aside = (tmp_path / name for name in ("ready", "final", "aside"))
    for content in ("first", "second"):
        ready.mkdir()
        (ready / content).write_text(content)
        publish(ready, final, aside)
        assert [f.name for f in final.iterdir()] == [content]
    assert [f.name for f in tmp_path.iterdir()] == ["final"]


def test_a_failed_exchange_brings_the_old_folder_back(tmp_path: Path) -> None:
    final, aside = tmp_path / "final", tmp_path / "aside"
    final.mkdir()
    (final / "old").write_text("")
    with pytest.raises(FileNotFoundError):
        publish(tmp_path / "never-made", final, aside)
    assert (final / "old").is_file()
    final.rename(aside)
    restore(final, aside)
    assert (final / "old").is_file()
    assert not aside.exists()


def test_a_text_that_cannot_take_its_place_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "page").mkdir()
    with pytest.raises(IsADirectoryError):
        write_text(tmp_path / "page", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


def test_a_limit_that_is_narrower_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    hard = {resource.RLIMIT_AS: resource.RLIM_INFINITY, resource.RLIMIT_FSIZE: 10, resource.RLIMIT_CORE: 0}
    told: dict[int, tuple[int, int]] = {}
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (0, hard[kind]))
    monkeypatch.setattr(resource, "setrlimit", told.__setitem__)
    limits.limit()
    assert told == {
        resource.RLIMIT_AS: (limits.MEMORY, limits.MEMORY + limits.SPARE),
        resource.RLIMIT_FSIZE: (10, 10),
        resource.RLIMIT_CORE: (0, 0),
    }


def test_bar_reaches_its_end_however_shops_finish() -> None:
    bar = Bar(3, Console(quiet=True))
    for step in range(STEPS):
        bar.step("through", str(step))
    bar.finish("through")
    bar.step("fell", "1_look")
    bar.finish("fell")
    bar.finish("unknown")
    task = bar._progress.tasks[0]
    assert task.completed == task.total == 3 * STEPS


def test_table_of_results() -> None:
    results = [
        ShopResult("alpha", "done", 12.34, top_finding="sold out [b]", lost=18250.4),
        ShopResult("beta", "failed", 1.0, "orders.csv, row 3: broken"),
        ShopResult("gamma", "no_data", 0.0, "no day of 2026-10"),
    ]
    console = Console(width=120, record=True, quiet=True)
    console.quiet = False
    with console.capture() as captured:
        console.print(table(results))
    text = captured.get()
    for part in ("12.3", "18,250", "sold out [b]", "orders.csv, row 3: broken", "no data"):
        assert part in text


def test_a_link_or_file_in_the_place_of_a_report_gives_way(tmp_path: Path) -> None:
    ready, final, aside = (tmp_path / name for name in ("ready", "final", "final.old"))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "kept").touch()
    for number, obstacle in enumerate((lambda: final.symlink_to(tmp_path / "elsewhere"), final.touch)):
        obstacle()
        ready.mkdir()
        (ready / f"{number}").touch()
        publish(ready, final, aside)
        assert [path.name for path in final.iterdir()] == [f"{number}"]
        assert not aside.is_symlink() and not aside.exists()
        final.rename(tmp_path / f"old {number}")
    assert (tmp_path / "elsewhere" / "kept").is_file(), "of a link only the link goes"
