"""The commands: what they print, where, and how they end."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from sizhen.batch import runner
from sizhen.batch.examine import Order
from sizhen.batch.shop_result import INTERRUPTED, ShopResult
from sizhen.cli import app, show
from sizhen.diagnosis import open_case
from sizhen.document import Document, json_schema
from sizhen.tables import Period, Shop, write_table
from sizhen.tables.switch import alone
from sizhen.view.labels import speak
from sizhen.view.screen import screen
from sizhen.vocab import load
from small_document import document, finding

PERIOD = ["--period", "2026-10"]


def sizhen(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def refused(result: Result, code: int, *said: str) -> None:
    """One line on standard error, nothing on standard output."""
    assert result.exit_code == code
    assert result.stdout == ""
    assert result.stderr.startswith("error: ") and result.stderr.count("\n") == 1
    assert all(part in result.stderr for part in said)


def test_help_names_every_command() -> None:
    told = sizhen("--help").stdout
    named = ("run", "diagnose", "check-data", "import", "questions", "sample", "simulate")
    assert all(f"  {name} " in told for name in named)


@pytest.mark.integration
def test_help_comes_without_loading_the_library() -> None:
    code = "import sys, sizhen.cli; print([m for m in ('pandas', 'matplotlib', 'papermill') if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


@pytest.mark.integration
def test_whoever_starts_a_run_loads_nothing_that_its_workers_have() -> None:
    heavy = "('pandas', 'matplotlib', 'papermill')"
    code = f"import sys, sizhen.batch.runner; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_diagnose_json_is_the_findings_document_and_nothing_else(tiny_shop: Shop, tmp_path: Path) -> None:
    result = sizhen("diagnose", "tiny", "--data", tmp_path, *PERIOD, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    document = json.loads(result.stdout, parse_constant=pytest.fail)
    assert document == json.loads(json.dumps(dict(open_case(tiny_shop, Period.parse("2026-10")).document())))
    assert list(document)[:4] == ["schema", "shop_id", "period", "baseline"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_diagnose_prints_the_first_screen_of_the_report(tiny_shop: Shop, tmp_path: Path, language: str) -> None:
    result = sizhen("diagnose", "tiny", "--data", tmp_path, *PERIOD, "--language", language)
    assert (result.exit_code, result.stderr) == (0, "")
    speak(language, "CNY")
    told = screen(open_case(Shop.open(tmp_path, "tiny"), Period.parse("2026-10")).document())
    lines = result.stdout.splitlines()
    assert lines[:2] == [f"小店 · {told.when}", told.headline]
    assert told.gauge is not None and " · ".join(shown.text for shown in told.gauge.told) in lines


def test_diagnose_names_every_task_and_then_what_is_to_be_watched() -> None:
    acts = [finding(id=f"stock.sold_out:p{n}", task={"zh": f"补「{n} 号风衣」", "en": "x"}) for n in range(7)]
    watched = finding("ads.waste", "watch", 500.0, "cost", says={"zh": "白花的多了。", "en": "x"})
    given = Document.from_json(document(*acts, watched))
    profile = SimpleNamespace(name="小店", currency="CNY")
    case = SimpleNamespace(chart=SimpleNamespace(shop=SimpleNamespace(profile=profile)), judgements=[])
    case.document = lambda: given
    console = Console(width=100, file=io.StringIO())
    for part in show.diagnosed(case, "zh"):
        console.print(part)
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]
    told = [line.split(maxsplit=2) for line in lines if "号风衣" in line]
    assert told == [[f"补「{n}", "号风衣」", "¥1,000   仓库     11月4日前"] for n in range(7)]
    title = load().causes["ads.waste"].label.zh
    assert lines[-1] == f"留意 · {title} 多花 ¥500 · 白花的多了。"


@pytest.mark.parametrize("schema", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_diagnose_looks_back_on_the_last_report(tiny_shop: Shop, tmp_path: Path, schema: int) -> None:
    last = dict(open_case(tiny_shop, Period.parse("2026-09")).document()) | {"schema": schema}
    expect = {"metric": "visitors", "value": 3100.0, "by": "2026-10-07"}
    figures = {"metric": "visitors", "observed": 3000.0, "expected": 3100.0, "since": None}
    last["findings"] = [finding("traffic.search", **figures, advice=finding()["advice"] | {"expect": expect})]
    folder = tmp_path / "reports" / "2026-09" / "tiny"
    folder.mkdir(parents=True)
    (folder / "findings.json").write_text(json.dumps(last), encoding="utf-8")
    asked = ["diagnose", "tiny", "--data", tmp_path, *PERIOD, "--json"]
    assert json.loads(sizhen(*asked).stdout)["previous"] == []
    assert len(json.loads(sizhen(*asked, "--reports", tmp_path / "reports").stdout)["previous"]) == 1


def test_a_period_without_data_is_no_verdict(tiny_shop: Shop, tmp_path: Path) -> None:
    asked = ["diagnose", "tiny", "--data", tmp_path, "--period", "2026-12"]
    refused(sizhen(*asked), 1, "error: tiny has no day of 2026-12")
    refused(sizhen(*asked, "--json"), 1, "error: tiny has no day of 2026-12")


@pytest.mark.slow
@pytest.mark.parametrize(("language", "until"), [("zh", "，数据到 10月14日"), ("en", ", data up to 14 Oct")])
def test_a_period_known_in_part_says_up_to_which_day(
    tiny_shop: Shop, tmp_path: Path, language: str, until: str
) -> None:
    asked = ["diagnose", "tiny", "--data", tmp_path, *PERIOD, "--language", language]
    assert until not in sizhen(*asked).stdout
    daily = tiny_shop.daily()
    write_table(tiny_shop.folder, "shop_daily", daily[daily["date"] <= "2026-10-14"])
    assert sizhen(*asked).stdout.partition("\n")[0].endswith(until)


DAMAGED = {"empty": "", "half": '{"schema": 1', "deep": "[" * 50_000, "a list": "[]", "bytes": "\ud8ff"}
CHANGED: dict[str, dict[str, object]] = {
    "another shop's": {"shop_id": "other"},
    "of another form": {"schema": 99},
    "without findings": {"findings": None},
    "findings of another kind": {"findings": [{"id": 5}]},
    "no period": {"period": {"start": "x", "end": "y"}},
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", [*DAMAGED, *CHANGED])
def test_last_advice_that_cannot_be_read_is_said(tiny_shop: Shop, tmp_path: Path, kind: str) -> None:
    last = dict(open_case(tiny_shop, Period.parse("2026-09")).document()) | CHANGED.get(kind, {})
    path = tmp_path / "reports" / "2026-09" / "tiny" / "findings.json"
    path.parent.mkdir(parents=True)
    path.write_text(DAMAGED.get(kind, json.dumps(last)), encoding="utf-8", errors="surrogatepass")
    asked = ["diagnose", "tiny", "--data", tmp_path, *PERIOD, "--reports", tmp_path / "reports"]
    result = sizhen(*asked, "--language", "en")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Unknown: the last advice could not be read. Did the last advice help?" in " ".join(result.stdout.split())
    document = json.loads(sizhen(*asked, "--json").stdout)
    assert document["previous"] == []
    assert [o["rule"] for o in document["not_concluded"] if o["needs"] == ["unread_advice"]] == ["check.revisit"]
    jsonschema.validate(document, json_schema())


def test_a_misspelt_shop_names_the_known_ones(tiny_shop: Shop, tmp_path: Path) -> None:
    refused(sizhen("diagnose", "tinny", "--data", tmp_path, *PERIOD), 2, "'tinny'", "there: tiny")
    refused(sizhen("check-data", "tinny", "--data", tmp_path), 2, "'tinny'", "there: tiny")


@pytest.mark.parametrize("command", [["diagnose", "tiny"], ["run"]])
def test_a_misspelt_period_names_the_forms(tiny_shop: Shop, tmp_path: Path, command: list[str]) -> None:
    result = sizhen(*command, "--data", tmp_path, "--period", "october")
    refused(result, 2, "'october' is not a period", "2026-W45")


def test_a_broken_table_is_one_line(tiny_shop: Shop, tmp_path: Path) -> None:
    (tiny_shop.folder / "orders.csv").write_text("order_id,amount\no1,-5\n", encoding="utf-8")
    told = "orders.csv, row 2, column amount: '-5' is not an amount of at least 0"
    refused(sizhen("diagnose", "tiny", "--data", tmp_path, *PERIOD), 1, told)
    result = sizhen("check-data", "tiny", "--data", tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {told}")
    assert "shop_daily" in result.stdout


def test_check_data_lists_every_table(tiny_shop: Shop, tmp_path: Path) -> None:
    result = sizhen("check-data", "tiny", "--data", tmp_path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "traffic_daily" in result.stdout and "2026-09-01" in result.stdout and "missing" in result.stdout


def test_check_data_tells_gaps_contradictions_and_open_questions(tiny_shop: Shop, tmp_path: Path) -> None:
    daily = tiny_shop.daily()
    write_table(tiny_shop.folder, "shop_daily", daily.drop(index=[50]))
    products = daily[["date", "visitors", "paid_amount"]].assign(product_id="p")
    products.loc[45:47, "paid_amount"] *= 2
    write_table(tiny_shop.folder, "product_daily", products)
    told = sizhen("check-data", "tiny", "--data", tmp_path).stdout
    assert "shop_daily          █" in told and told.count("·") == 2
    assert "product_daily: paid_amount ¥6,0" in told and "the other figures say ¥3,0" in told
    assert "2026-10-16, 2026-10-17, 2026-10-18)" in " ".join(told.split())
    assert "stock_daily" in told.partition("cannot be concluded")[2]


@pytest.mark.integration
def test_a_terminal_without_chinese_is_told_too(tiny_shop: Shop, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sizhen.cli", "diagnose", "tiny", "--data", str(tmp_path), *PERIOD]
    told = subprocess.run(command, env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=True)
    assert told.stderr == b""
    assert "小店".encode("ascii", "backslashreplace") in told.stdout and b"3.1 " in told.stdout


def test_run_ends_with_the_worst_of_its_shops(tiny_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def run(shops: list[str], order: Order, *, jobs: int) -> list[ShopResult]:
        asked.update(shops=shops, order=order, jobs=jobs)
        bad = [ShopResult("tinny", "failed", 0.0, "no shop 'tinny'")] if "tinny" in shops else []
        return [ShopResult("tiny", "done", 1.0, top_finding="断码", lost=12.0), *bad]

    monkeypatch.setattr(runner, "run", run)
    result = sizhen("run", "--data", tmp_path, *PERIOD, "--reports", tmp_path / "out", "--jobs", "3")
    assert (result.exit_code, result.stderr) == (0, "")
    assert asked["shops"] == ["tiny"] and asked["jobs"] == 3
    order = Order(tmp_path, Period.parse("2026-10"), tmp_path / "out", asked["order"].notebooks_dir)
    assert asked["order"] == order and order.notebooks_dir.name == "notebooks"
    result = sizhen("run", "tinny", "tiny", "--data", tmp_path, *PERIOD)
    assert result.exit_code == 1
    assert result.stderr == "error: tinny: no shop 'tinny'\n"
    assert "断码" in result.stdout


def test_run_without_shops_says_what_a_shop_is(tmp_path: Path) -> None:
    refused(sizhen("run", "--data", tmp_path, *PERIOD), 2, "a shop is a folder with a shop.toml")


def test_run_beside_another_run_waits_for_nobody(
    tiny_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: Any, **__: Any) -> None:
        raise runner.BusyError("another run of 2026-10 is writing to reports")

    monkeypatch.setattr(runner, "run", busy)
    refused(sizhen("run", "--data", tmp_path, *PERIOD), 75, "another run")


def test_an_interrupted_run_says_how_to_go_on(tiny_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any, **__: Any) -> list[ShopResult]:
        return [ShopResult("tiny", "done", 1.0), ShopResult("tinny", "failed", 0.0, INTERRUPTED)]

    monkeypatch.setattr(runner, "run", run)
    result = sizhen("run", "--data", tmp_path, *PERIOD, "--reports", tmp_path / "out", "--fresh")
    assert result.exit_code == 1
    assert result.stderr == "interrupted: 1 shops were not examined; the same command examines them\n"


def test_a_failed_shop_names_its_log(tiny_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "out" / "2026-10" / ".work" / "tiny" / "worker.log"
    log.parent.mkdir(parents=True)
    log.write_text("what it said last")
    monkeypatch.setattr(runner, "run", lambda *_, **__: [ShopResult("tiny", "failed", 1.0, "it broke")])
    result = sizhen("run", "--data", tmp_path, *PERIOD, "--reports", tmp_path / "out")
    assert (result.exit_code, result.stderr) == (1, f"error: tiny: it broke (log: {log})\n")


@pytest.mark.integration
def test_import_reports_each_file(tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("a,b\n1,2\n", encoding="utf-8")
    result = sizhen("import", odd, tmp_path / "none.csv", "--shop", "new", "--data", tmp_path)
    assert result.exit_code == 1
    assert result.stderr.count("error: ") == 2 and "odd.csv" in result.stderr and "none.csv" in result.stderr
    assert "Traceback" not in result.output


LABELS = "id,AspectTerms,A_start,A_end,OpinionTerms,O_start,O_end,Categories,Polarities\n1,_, , ,nice,0,4,whole,good\n"


@pytest.mark.integration
def test_import_passes_over_what_no_table_holds(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(LABELS, encoding="utf-8")
    alone = sizhen("import", tmp_path / "labels.csv", "--shop", "new", "--data", tmp_path)
    assert (alone.exit_code, alone.stderr) == (1, "error: there is nothing to import\n")
    assert not (tmp_path / "new").exists()
    (tmp_path / "texts.csv").write_text("id,review\n1,so nice\n", encoding="utf-8")
    result = sizhen("import", *sorted(tmp_path.glob("*.csv")), "--shop", "new", "--data", tmp_path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "– labels.csv\n   passed over: labels of reviews, which no table holds" in result.stdout
    assert (tmp_path / "new" / "reviews.parquet").is_file()
    assert "labels" not in (tmp_path / "new" / "lineage.json").read_text(encoding="utf-8")


@pytest.mark.integration
def test_import_tells_which_folders_it_leaves_alone(tmp_path: Path) -> None:
    (tmp_path / "exports" / "september").mkdir(parents=True)
    (tmp_path / "exports" / "texts.csv").write_text("id,review\n1,so nice\n", encoding="utf-8")
    result = sizhen("import", tmp_path / "exports", "--shop", "new", "--data", tmp_path / "data")
    assert result.exit_code == 0
    assert f"not looked into: {tmp_path / 'exports' / 'september'}; name it as well" in result.stderr


def test_import_refuses_a_shop_id_that_leaves_the_folder(tmp_path: Path) -> None:
    refused(sizhen("import", tmp_path / "a.csv", "--shop", "../x", "--data", tmp_path), 2, "no shop id")


@pytest.mark.integration
def test_import_beside_another_ends_with_75(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "texts.csv").write_text("id,review\n1,so nice\n", encoding="utf-8")
    monkeypatch.setattr("sizhen.tables.switch.WAIT", 0)
    with alone(tmp_path / "data" / "new"):
        result = sizhen("import", tmp_path / "texts.csv", "--shop", "new", "--data", tmp_path / "data")
        refused(result, 75, "new: another command is changing this shop; try again")
    assert sizhen("import", tmp_path / "texts.csv", "--shop", "new", "--data", tmp_path / "data").exit_code == 0


def test_import_says_in_one_line_where_it_may_not_write(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    asked = ["import", tmp_path / "a.csv", "--shop", "new", "--data"]
    refused(sizhen(*asked, tmp_path / "file"), 1, "file/new: Not a directory; check the folder")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "new").symlink_to(tmp_path)
    refused(sizhen(*asked, tmp_path / "data"), 1, "new: is a symbolic link; put the shop's folder itself there")


def test_sample_needs_a_folder() -> None:
    assert sizhen("sample").exit_code == 2


def test_simulate_makes_shops_that_can_be_checked(tmp_path: Path) -> None:
    small = ["--count", "1", "--visitors", "80", "--products", "4", "--days", "60", "--fault", "order.payment"]
    result = sizhen("simulate", tmp_path, *small)
    assert (result.exit_code, result.stderr) == (0, "")
    assert (tmp_path / "truth.json").is_file()
    (shop,) = [path.parent.name for path in tmp_path.glob("*/shop.toml")]
    assert sizhen("check-data", shop, "--data", tmp_path).exit_code == 0


def test_simulate_refuses_an_unknown_fault(tmp_path: Path) -> None:
    refused(sizhen("simulate", tmp_path, "--fault", "bad.luck"), 2, "bad.luck")
