"""Persons in every column of every export: none is in anything that an import, a run, a mail or a terminal gives."""

from __future__ import annotations

import hashlib
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from made_exports import LAST, Canaries, export
from sizhen.cli import app
from sizhen.delivery import Report, build
from sizhen.intake import canonical
from sizhen.intake.layouts import Layout, layouts
from sizhen.tables import Shop, list_shops
from sizhen.tables.profile import read_profile
from test_canaries import text_of

WHOLE = "all"  # the shop that has every table
PERIOD = f"{LAST:%Y-%m}"
KNOWN: dict[str, Layout] = {
    **{id: layout for id, layout in layouts().items() if not layout.passed_over},
    **{layout.id: layout for layout in canonical.tables().values()},
}
CANARIES = {id: Canaries(n) for n, id in enumerate(KNOWN)}


def shop_of(id: str) -> str:
    return WHOLE if id.startswith("table.") else id.replace("_", "-")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, one_reader: None) -> Path:
    """Exports of all layouts, the data folder they were imported into, and what the commands said."""
    home = tmp_path_factory.mktemp("imported")
    (home / "exports").mkdir()
    said = []
    for id, layout in KNOWN.items():
        name, text = export(layout, CANARIES[id], 40 if shop_of(id) == WHOLE else 3)
        (home / "exports" / name).write_text(text, encoding="utf-8")
        (home / "exports" / name).chmod(0o600)
        said.append(sizhen("import", home / "exports" / name, "--shop", shop_of(id), "--data", home / "data"))
    for shop in list_shops(home / "data"):
        said.append(sizhen("check-data", shop, "--data", home / "data"))
    said.append(sizhen("diagnose", WHOLE, "--data", home / "data", "--period", PERIOD))
    (home / "said.txt").write_text("\n".join(said), encoding="utf-8")
    return home


def sizhen(*args: object) -> str:
    done = CliRunner().invoke(app, [str(a) for a in args])
    assert done.exit_code == 0, done.output
    return done.output


def leaks(text: str) -> set[tuple[str, str]]:
    return {(id, canary) for id, canaries in CANARIES.items() for canary in canaries.told if canary in text}


@pytest.mark.parametrize("id", KNOWN)
def test_every_layout_has_an_export_that_is_read(id: str, home: Path) -> None:
    name, text = export(KNOWN[id], CANARIES[id], 3)
    if not id.startswith("table."):
        assert [c for c in CANARIES[id].told if c not in text] == []
    lineage = Shop.open(home / "data", shop_of(id)).lineage()
    (entry,) = [e for e in lineage if e["file"] == name]
    assert (entry["layout"], entry["rejected"]) == ("questionnaire" if id == "table.answers" else id, {})
    texts = {(t, s.column) for t, sources in KNOWN[id].tables.items() for s in sources if s.kind == "text"}
    assert not texts or entry["notes"].get("personal_data") or entry["notes"].get("unknown_region")


def test_no_table_and_no_word_of_a_command_tells_a_person(home: Path) -> None:
    shop = Shop.open(home / "data", WHOLE)
    assert shop.missing == []
    found = leaks((home / "said.txt").read_text(encoding="utf-8"))
    for path in (home / "data").rglob("*"):
        if path.suffix == ".parquet":
            found |= leaks(pd.read_parquet(path).to_csv())
        elif path.is_file() and path.name != ".key":
            found |= leaks(path.read_text(encoding="utf-8"))
    assert found == set()


def test_the_originals_stay_as_they_are_and_are_copied_nowhere(home: Path) -> None:
    originals = list((home / "exports").iterdir())
    assert len(originals) == len(KNOWN)
    assert {stat.S_IMODE(p.stat().st_mode) for p in originals} == {0o600}
    digests = {hashlib.sha256(p.read_bytes()).digest() for p in originals}
    kept = [p for p in home.rglob("*") if p.is_file() and p.parent != home / "exports"]
    assert [p for p in kept if hashlib.sha256(p.read_bytes()).digest() in digests] == []


@pytest.mark.slow
def test_no_report_and_no_mail_tells_a_person(home: Path) -> None:
    told = sizhen("run", WHOLE, "--data", home / "data", "--period", PERIOD, "--reports", home / "reports")
    profile = read_profile(home / "data" / WHOLE)
    owned = profile.__class__(**{**vars(profile), "owner_name": "Owner", "owner_email": "owner@shop.example"})
    sent = datetime(2026, 11, 2, 9, tzinfo=timezone(timedelta(hours=8)))
    folder = home / "reports" / PERIOD / WHOLE
    message = build(
        Report.read(folder), owned, sender="a@b.example", message_id="<1@b.example>", date=sent, attach="html"
    )
    parts = "".join(part.get_content() for part in message.walk() if part.get_content_maintype() == "text")
    files = [p for p in (home / "reports").rglob("*") if p.is_file()]
    assert {"report.html", "index.html", "findings.json", "tables.xlsx", "2_listen.ipynb"} <= {p.name for p in files}
    assert "●●●" in (folder / "report.html").read_text(encoding="utf-8")
    assert {p.name: found for p in files if (found := leaks(text_of(p)))} == {}
    assert leaks(told + parts + str(message["Subject"])) == set()
