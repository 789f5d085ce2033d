"""A shop with a canary in every text column: no person's data leaves it, and nothing hostile is more than text."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sizhen.tables import Shop, write_table
from sizhen.texts.clean import COVER
from sizhen.vocab import load

SHOP, PERIOD = "linen-house", "2026-10"
SEVENTH = 7  # of the reviews carries a canary: long texts take their time
SUM = "60481729"  # 7777 × 7777
HOSTILE = "<script>alert(1)</script>![x](https://evil.example/x.png){{ 7777*7777 }}<img src=x onerror=alert(2)>\u202e"
TEXTS = [(t.name, c.name, c.kind) for t in load().tables.values() for c in t.columns if c.kind in ("text", "id")]
# Columns whose words are the shop's or a platform's own: of them the report covers what reaches a person, no more.
SHOWN = {
    *("products.title", "products.category", "peers.name", "peer_products_daily.title", "peers_daily.promotion"),
    *("traffic_daily.channel_raw", "ads_daily.plan", "ads_daily.keyword", "keywords_daily.keyword"),
    *("product_id", "sku", "peer_id", "peer_product_id"),
}
PERSONS = [f"{t}.{c}" for t, c, _ in TEXTS if not {c, f"{t}.{c}"} & SHOWN]
WORDS = ("events.name", "events.note", "answers.question", "answers.answer", "refunds.reason")
WRITTEN = (*WORDS, "reviews.text", "reviews.follow_up_text")


def canaries(place: str) -> dict[str, str]:
    """What must not leave the shop, another for each column."""
    n = PERSONS.index(place) + 10
    return {
        "phone": f"139{n:08d}",
        "mail": f"canary{n}@leak.example",
        "identity": f"1101051949123100{n}X",
        "order": f"{20260000000000000000 + n}",
        "wechat": f"wxleak{n}",
        "address": f"西湖区文三路{n}号",
        "nickname": f"小狐狸{n}",
    }


def told(place: str) -> str:
    """The canaries as somebody would write them; a review is signed, as its buyer is known."""
    c = canaries(place)
    nickname = canaries("reviews.buyer")["nickname"] if place.startswith("reviews.") else "我"
    words = f"电话{c['phone']}，邮箱{c['mail']}，身份证{c['identity']}，订单{c['order']}，微信：{c['wechat']}，"
    return f"{words}地址：浙江省杭州市{c['address']}3幢501室，我是{nickname}。"


def reached(place: str) -> str:
    """What nobody can be reached by, in a title, a plan or the name of a shop."""
    n = sorted(SHOWN).index(place) + 900
    return f" 微信：wxleak{n} 139{n:08d} canary{n}@leak.example"


DIARY = pd.DataFrame(
    [
        ("2026-10-05", "violation", "售假投诉", 6.0),
        ("2026-10-08", "page", "换主图", None),
        ("2026-10-20", "promotion", "店庆", None),
    ],
    columns=["starts_on", "kind", "name", "points"],
)


def planted(values: pd.Series, table: str, column: str) -> pd.Series:
    """The column with its canary. Ids stay apart and keep pointing at one another."""
    place = f"{table}.{column}"
    given = values.notna() & (values != "")
    if place in WRITTEN:
        signed = "=" + values.fillna("") + told(place) + HOSTILE
        return signed.where(given & (values.index % SEVENTH == 0), values) if table == "reviews" else signed
    if place == "reviews.buyer":
        return pd.Series(canaries(place)["nickname"], index=values.index)
    if place in PERSONS:
        c = canaries(place if place != "refunds.order_id" else "orders.order_id")
        return (values + c["nickname"] + c["phone"] + c["order"] + HOSTILE).where(given, values)
    return ("=" + values + (reached(place) if place in SHOWN else "") + HOSTILE).where(given, values)


@pytest.fixture(scope="module")
def made(sample_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one run over the shop with canaries: reports, log, and nothing else."""
    home = tmp_path_factory.mktemp("canaries")
    shop = Shop.open(sample_dir, SHOP)
    folder = home / "data" / SHOP
    for table, spec in load().tables.items():
        frame = shop.table(table)
        frame = pd.concat([frame, DIARY.assign(note=".")]) if table == "events" else frame
        texts = [c.name for c in spec.columns if c.kind in ("text", "id")]
        write_table(folder, table, frame.assign(**{c: planted(frame[c], table, c) for c in texts}))
    shutil.copy(sample_dir / SHOP / "shop.toml", folder)
    command = [sys.executable, "-m", "sizhen.cli", "run", SHOP, "--data", str(home / "data"), "--period", PERIOD]
    done = subprocess.run(
        [*command, "--reports", str(home / "reports")], capture_output=True, text=True, timeout=600, check=False
    )
    (home / "reports" / "said.log").write_text(done.stdout + done.stderr, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    shutil.rmtree(home / "data")
    return home / "reports"


def text_of(path: Path) -> str:
    """Everything a file says, pictures aside."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return html.unescape("".join(book.read(n).decode("utf-8", "replace") for n in book.namelist()))
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix in (".json", ".ipynb"):
        text = json.dumps(without_pictures(json.loads(text)), ensure_ascii=False)
    return html.unescape(re.sub(r"data:[^\"')\s]{200,}", "", text))


def without_pictures(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: without_pictures(v) for k, v in value.items() if k != "image/png"}
    return [without_pictures(v) for v in value] if isinstance(value, list) else value


class Tags(HTMLParser):
    """Tags with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.slow
def test_every_text_column_has_its_canary() -> None:
    assert set(WRITTEN) <= set(PERSONS)
    assert len({c for place in PERSONS for c in canaries(place).values()}) == 7 * len(PERSONS)


@pytest.mark.slow
def test_no_person_leaves_the_shop(made: Path) -> None:
    files = [p for p in made.rglob("*") if p.is_file()]
    assert {"report.html", "index.html", "findings.json", "tables.xlsx", "3_ask.ipynb"} <= {p.name for p in files}
    said = {p.relative_to(made).as_posix(): text_of(p) for p in files}
    assert {name for name, text in said.items() if COVER in text} >= {f"{PERIOD}/{SHOP}/report.html"}
    leaks = [
        (file, place, kind)
        for place in PERSONS
        for kind, canary in canaries(place).items()
        for file, text in said.items()
        if canary in text
    ]
    leaks += [
        (file, place, word) for place in SHOWN for word in _words(place) for file, text in said.items() if word in text
    ]
    assert leaks == []


def _words(place: str) -> list[str]:
    return reached(place).removeprefix(" 微信：").split() if "." in place else []


@pytest.mark.slow
def test_hostile_words_stay_words(made: Path) -> None:
    for page in made.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        tags = Tags(text).found
        assert [a for t, a in tags if t == "script" and "alert" in str(a)] == []
        assert "<script>alert" not in text
        assert [a for t, a in tags if any(name.startswith("on") for name in a)] == []
        assert [a for _, a in tags if "evil.example" in " ".join(str(a.get(k)) for k in ("src", "href"))] == []
        assert SUM not in text
        assert "\u202e" not in text
    for notebook in made.rglob("*.ipynb"):
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                shown = "".join(output.get("data", {}).get("text/html", ""))
                assert "<script>alert" not in shown
                assert "onerror" not in [n for _, a in Tags(shown).found for n in a]
                assert "text/markdown" not in output.get("data", {})


@pytest.mark.slow
def test_no_cell_is_a_formula(made: Path) -> None:
    (path,) = made.rglob("tables.xlsx")
    with zipfile.ZipFile(path) as book:
        sheets = [book.read(n).decode("utf-8") for n in book.namelist() if n.startswith("xl/worksheets/sheet")]
    assert sheets
    assert not any(re.search(r"<f[ >]", sheet) for sheet in sheets)
