"""Reading and converting in a process of its own: what breaks it is named, and the next file is read."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pandas as pd
import psutil
import pytest
from made import xlsx

from sizhen.intake import FileReport, IntakeError, exports, import_files, reading, sheets, worker, write_map
from sizhen.intake.worker import Reader

ANSWERS = [["asked_on", "who", "question", "answer", "score"], ["2026-10-20", "owner", "q", "a", 3]]
GOOD = "好" * 60
limited = pytest.mark.skipif(not hasattr(signal, "SIGXCPU"), reason="this system has no resource limits")


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "book.xlsx"
    path.write_bytes(xlsx(ANSWERS))
    return path


def children() -> list[psutil.Process]:
    return psutil.Process().children()


def given() -> tuple[bytes, str | None]:
    return bytes(32), None


def test_one_process_reads_all_files_and_ends_with_the_call(book: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("asked_on,who,question,answer\n2026-10-20,owner,q,a\n", encoding="utf-8")
    before = children()
    with Reader() as reader:
        (first,) = reader.read(book, given)
        (process,) = [c for c in children() if c not in before]
        (second,) = reader.read(tmp_path / "a.csv", given)
        assert [c for c in children() if c not in before] == [process]
    assert first.frames["answers"]["answer"].tolist() == second.frames["answers"]["answer"].tolist() == ["a"]
    assert not process.is_running()


def test_tables_and_reports_come_as_they_were_made(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    lines = [
        "review_id,product_id,rating,reviewed_at,text,buyer,more",
        "1,7,5,2026-10-20 12:00:01,好 13812345678,小明,x",
    ]
    path.write_text("\n".join([*lines, "2,7,,2026-10-21,,,", "3,7,9,2026-10-21,,,"]) + "\n", encoding="utf-8")
    grids = reading.read(path.read_bytes(), path.name)
    made = [sheets.converted(*found, FileReport(path.name), *given()) for found in sheets.recognised(grids, path.name)]
    with Reader() as reader:
        told = reader.read(path, given)
    assert [s.report for s in told] == [s.report for s in made]
    assert told[0].report.rejected and told[0].report.unread and told[0].report.notes and told[0].report.first
    for name, frame in made[0].frames.items():
        pd.testing.assert_frame_equal(told[0].frames[name], frame)


def test_the_key_is_asked_for_by_files_with_tables_only(tmp_path: Path) -> None:
    (tmp_path / "no.csv").write_text("only,remarks\nno,data\n", encoding="utf-8")
    (report,) = import_files([tmp_path / "no.csv"], shop_id="s1", data_dir=tmp_path / "data")
    assert report.error is not None
    assert list((tmp_path / "data").iterdir()) == []


def test_a_file_that_ends_the_process_is_named_and_the_next_one_read(book: Path) -> None:
    with Reader() as reader:
        reader.read(book, given)
        assert reader._process is not None
        os.kill(reader._process.pid, signal.SIGKILL)
        with pytest.raises(IntakeError, match=r"book\.xlsx: needs more than 2 GB of memory or 120 s, or breaks"):
            reader.read(book, given)
        assert len(reader.read(book, given)) == 1


def test_a_process_that_is_killed_while_it_converts_costs_its_file_only(book: Path) -> None:
    with Reader() as reader:

        def kill() -> tuple[bytes, str | None]:
            assert reader._process is not None
            os.kill(reader._process.pid, signal.SIGKILL)
            return given()

        with pytest.raises(IntakeError, match=r"book\.xlsx: needs more than"):
            reader.read(book, kill)
        assert len(reader.read(book, given)) == 1


def test_a_file_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "silent.csv")  # opening it waits for a writer that never comes
    monkeypatch.setattr(worker, "SECONDS", 1)
    with Reader() as reader, pytest.raises(IntakeError, match=r"silent\.csv: needs more than"):
        reader._ask(tmp_path / "silent.csv", {"open": [str(tmp_path / "silent.csv"), "silent.csv", None, None]})


HURRIED = "from sizhen.intake import worker; worker.SECONDS = worker.WAITS = 1; worker.main()"


@limited
def test_only_time_of_the_processor_is_limited_closely(tmp_path: Path) -> None:
    worked = "from sizhen.intake import worker; worker.WAITS = 50; worker._clock(1)\nwhile True: pass"
    waited = "import time; from sizhen.intake import worker; worker._clock(1); time.sleep(2); worker._clock(0)"
    ends = [subprocess.run([sys.executable, "-c", code], timeout=60).returncode for code in (worked, waited)]
    assert ends == [-signal.SIGPROF, 0]


@limited
def test_a_reader_whose_caller_is_gone_ends_all_the_same(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "silent.csv")
    request = json.dumps({"open": [str(tmp_path / "silent.csv"), "silent.csv", None, None]}) + "\n"
    left = subprocess.run([sys.executable, "-c", HURRIED], input=request.encode(), timeout=60)
    assert left.returncode == -signal.SIGALRM


def many(path: Path) -> Path:
    """A file that is opened quickly and takes long to convert: every text is another one."""
    rows = (f"{n},7,5,2026-10-20,{n} {GOOD}" for n in range(20_000))
    path.write_text("\n".join(["review_id,product_id,rating,reviewed_at,text", *rows]) + "\n", encoding="utf-8")
    return path


def test_a_file_that_takes_too_long_to_convert_costs_itself_only(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Reader() as reader:

        def hurried() -> tuple[bytes, str | None]:
            monkeypatch.setattr(worker, "SECONDS", 0.05)
            return given()

        with pytest.raises(IntakeError, match=r"many\.csv: needs more than"):
            reader.read(many(tmp_path / "many.csv"), hurried)
        monkeypatch.undo()
        assert len(reader.read(book, given)) == 1


@limited
def test_a_file_that_needs_too_much_memory_to_convert_costs_itself_only(book: Path, tmp_path: Path) -> None:
    with Reader() as reader:

        def narrow() -> tuple[bytes, str | None]:
            assert reader._process is not None
            process = psutil.Process(reader._process.pid)
            most = process.memory_info().vms
            process.rlimit(psutil.RLIMIT_AS, (most, most))
            return given()

        rows = "".join(f"{n},7,5,2026-10-20,{GOOD}\n" for n in range(200_000))
        (tmp_path / "large.csv").write_text(f"review_id,product_id,rating,reviewed_at,text\n{rows}", encoding="utf-8")
        with pytest.raises(IntakeError, match=r"large\.csv: needs more than"):
            reader.read(tmp_path / "large.csv", narrow)
        assert len(reader.read(book, given)) == 1


@limited
def test_memory_is_limited(book: Path) -> None:
    with Reader() as reader:
        reader.read(book, given)
        assert reader._process is not None
        limit = psutil.Process(reader._process.pid).rlimit(psutil.RLIMIT_AS)
    assert limit == (worker.MEMORY, worker.MEMORY)


def test_a_file_that_is_gone_when_it_is_read_is_named(book: Path, tmp_path: Path) -> None:
    with Reader() as reader:
        with pytest.raises(IntakeError, match=r"gone\.csv: cannot be read \(No such file or directory\)"):
            reader._ask(tmp_path / "gone.csv", {"open": [str(tmp_path / "gone.csv"), "gone.csv", None, None]})
        assert len(reader.read(book, given)) == 1


def test_a_drafted_mapping_comes_from_the_process_too(book: Path, tmp_path: Path) -> None:
    write_map(book, tmp_path / "draft.toml")
    assert '[answers]\nasked_on = "asked_on"' in (tmp_path / "draft.toml").read_text(encoding="utf-8")
    (tmp_path / "bad.xlsx").write_bytes(book.read_bytes()[:900])
    with pytest.raises(IntakeError, match=r"bad\.xlsx: is a damaged workbook"):
        write_map(tmp_path / "bad.xlsx", tmp_path / "other.toml")


def test_both_sheets_of_a_workbook_are_imported_each_with_its_report(tmp_path: Path) -> None:
    notes = [["only", "remarks"], ["no", "data"]]
    later = [ANSWERS[0], ["2026-10-21", "owner", "q", "b", 4]]
    path = tmp_path / "two.xlsx"
    path.write_bytes(xlsx(ANSWERS, notes, later, hidden=2))
    reports = import_files([path], shop_id="s1", data_dir=tmp_path / "data")
    assert [(r.file, r.sheet, r.kept, r.error) for r in reports] == [
        ("two.xlsx", "Sheet1", 1, None),
        ("two.xlsx", "Sheet3", 1, None),
    ]
    again = import_files([path], shop_id="s1", data_dir=tmp_path / "data")
    assert [r.kept for r in again] == [1, 1]


def test_one_recognised_sheet_is_the_file(tmp_path: Path) -> None:
    path = tmp_path / "one.xlsx"
    path.write_bytes(xlsx([["only", "remarks"]], ANSWERS))
    (report,) = import_files([path], shop_id="s1", data_dir=tmp_path / "data")
    assert (report.sheet, report.kept, report.tables) == (None, 1, {"answers": 1})


def test_broken_workbooks_among_good_ones_are_told_apart(book: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(book.read_bytes()[:900])
    reports = import_files([bad, book, bad, book], shop_id="s1", data_dir=tmp_path / "data")
    assert [r.error is None for r in reports] == [False, True, False, True]
    assert "bad.xlsx: is a damaged workbook" in str(reports[0].error)


def test_a_name_that_leads_elsewhere_is_only_a_name(tmp_path: Path) -> None:
    folder = tmp_path / "..up" / "x"
    folder.mkdir(parents=True)
    path = folder / "[red]..\\..\\evil.csv"
    path.write_text("asked_on,who,question,answer,score\n2026-10-20,owner,q,a,3\n", encoding="utf-8")
    (report,) = import_files([path], shop_id="s1", data_dir=tmp_path / "data")
    assert report.error is None
    assert sorted(p.name for p in (tmp_path / "data" / "s1").iterdir()) == [
        "answers.parquet",
        "lineage.json",
        "shop.toml",
    ]


def test_a_workbook_that_aborts_its_parser_is_named_and_the_next_one_read(book: Path, tmp_path: Path) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (i, i) for i in range(1, 21_500))
    far = b'<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>'  # as far as the check before parsing lets it
    bad = tmp_path / "sparse.xlsx"
    with zipfile.ZipFile(book) as package, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as out:
        for part in package.namelist():
            sheet = part.endswith("sheet1.xml")
            out.writestr(
                part,
                b"<worksheet><sheetData>%s</sheetData></worksheet>" % (rows + far) if sheet else package.read(part),
            )
    reports = import_files([bad, book], shop_id="s1", data_dir=tmp_path / "data")
    assert "sparse.xlsx: " in str(reports[0].error)
    assert reports[1].error is None


def test_a_folder_stands_for_its_files(tmp_path: Path) -> None:
    for name in ("b.csv", "a.xlsx", ".hidden.csv", "~$a.xlsx"):
        (tmp_path / name).touch()
    (tmp_path / "more").mkdir()
    assert [p.name for p in exports([tmp_path])] == ["a.xlsx", "b.csv"]
    left = ("c.csv.crdownload", "d.part", "Thumbs.db", "desktop.ini", "a.xlsx:Zone.Identifier")
    for name in (*left, "b (1).csv", "b (10).csv", "b (2).csv"):
        (tmp_path / name).touch()
    newest_last = ["a.xlsx", "b.csv", "b (1).csv", "b (2).csv", "b (10).csv"]
    assert exports([tmp_path]) == [tmp_path / name for name in newest_last]
    assert exports([tmp_path / "absent.csv"]) == [tmp_path / "absent.csv"]
    globbed = [Path(name) for name in ("z.csv", "b (1).csv", "x/b.csv", "b.csv", "a.csv")]
    assert [str(p) for p in exports(globbed)] == ["z.csv", "b.csv", "x/b.csv", "b (1).csv", "a.csv"]


def test_the_sheet_nearest_to_an_export_is_the_one_the_error_is_about(tmp_path: Path) -> None:
    path = tmp_path / "two.xlsx"
    path.write_bytes(xlsx([["only", "remarks"]], [ANSWERS[0][1:], ANSWERS[1][1:]]))
    (report,) = import_files([path], shop_id="s1", data_dir=tmp_path / "data")
    assert "has columns of answers, but no asked_on" in str(report.error)


def test_a_pipe_is_no_file_and_is_not_waited_for(book: Path, tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="null: is a pipe or a device, no file; save what it gives"):
        write_map("/dev/null", tmp_path / "my.toml")
    pipe = tmp_path / "a.csv"
    os.mkfifo(pipe)
    bad, good = import_files([pipe, book], shop_id="s1", data_dir=tmp_path / "data")
    assert "a.csv: is a pipe or a device, no file" in str(bad.error)
    assert good.error is None
    with pytest.raises(IntakeError, match="is a pipe or a device"):
        write_map(pipe, tmp_path / "my.toml")


def test_what_is_too_large_is_refused_before_it_is_read(book: Path, tmp_path: Path) -> None:
    sparse = tmp_path / "a.csv"
    with sparse.open("wb") as stream:
        stream.truncate(2 << 30)
    with Reader() as reader:
        with pytest.raises(IntakeError, match=r"a\.csv: is larger than 512 MB; export a shorter period"):
            reader.draft(sparse)
        assert reader._process is None
    bad, good = import_files([sparse, book], shop_id="s1", data_dir=tmp_path / "data")
    assert "a.csv: is larger than 512 MB" in str(bad.error)
    assert (bad.sha256, good.error) == ("", None)


def test_a_sheet_is_told_without_the_number_in_its_name() -> None:
    grids = reading.read(b"date,visitors,paid_amount\n2026-10-01,5,3\n", "a.csv")
    (found,) = sheets.recognised(grids, "a.csv")
    told = sheets.converted(*found, FileReport("a.csv", sheet="王家 13812345678"), *given())
    assert told.report.sheet == "王家 [phone]"
