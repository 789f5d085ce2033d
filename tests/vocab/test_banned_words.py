"""Words that nobody who runs a shop would say stand in no text, template, notebook or sentence."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sizhen.diagnosis import open_case
from sizhen.tables import Period, Shop
from sizhen.vocab import LANGUAGES, loader

VOCAB = Path(loader.__file__).parent
REPO = Path(__file__).resolve().parents[2]
LEXICONS = ("aspects", "persons", "polarity", "reasons", "topics", "answers", "sources")  # what is read, not said
BANNED = {
    # a title before a sentence, where the sentence should tell
    r"证据：": "把握大：库存记录",
    r"(?i)\bevidence:": "quite sure",
    # an analyst's words
    r"参考线": "参考值",
    r"人天": "访客数（按天累计）",
    r"(?i)\bvisitor[- ]days?\b": "daily counts added up",
    r"已定型": "转化周期已满",
    r"几成": "百分之几",
    r"基期": "此前",
    r"口径": "算法",
    r"样本": "多少条评价、多少位访客",
    r"显著|置信": "不像偶然",
    r"(?i)\b(statistically|significan\w+|p-values?|baseline)\b": "more than chance; before",
    r"超出偶然": "不像偶然",
    r"断码货盘|动销率|颗粒度|抓手|赋能|闭环|对齐": "plain words",
    r"(?i)\b(actionable|insights?|leverag\w+|utili[sz]\w+|deep dive)\b": "plain words",
    # a count that says nothing, or less than nothing
    r"没有落实到岗位|没有期限的 ?\{": "要办的事都有岗位负责",
    r"应为 ?(0|\{limit\})|should be (0|\{limit\})": "没有一项低于同层平均",
    r"(?i)\banswered well\b|\bcould not be answered:": "24 fine, 0 unknown",
    r"先做第一件|start with the first": "the list is in order",
    r"买家要的只有": "断码或断货",
    # what is over is told as over
    r"在做活动|(?i:\b(is|are) running a (campaign|promotion)\b)": "做过活动",
}
ROUNDED = {
    r"(?<![\d.])(?!99\.9%)[1-9]\d{1,2}\.\d+ ?%": "whole per cent from ten on",
    r"(?<![\d.])0\.00": "nothing is 0.00",
    r"(?<![\d.])\d+\.\d+ (人|位|笔|条|款|单|件|orders|reviews|refunds|buyers|visitors)": "counts are whole",
}


def _strings(entry: Any) -> Iterator[str]:
    if isinstance(entry, dict):
        for value in entry.values():
            yield from _strings(value)
    elif isinstance(entry, list):
        for value in entry:
            yield from _strings(value)
    elif isinstance(entry, str):
        yield entry


def _vocab() -> Iterator[tuple[str, str]]:
    for path in sorted(VOCAB.glob("*.toml")):
        if not path.stem.startswith(LEXICONS):
            entries = tomllib.loads(path.read_text(encoding="utf-8"))
            yield from (
                (path.name, text)
                for id, entry in entries.items()
                if not id.startswith("pattern.")
                for text in _strings(entry)
            )


def _templates() -> Iterator[tuple[str, str]]:
    for path in sorted((VOCAB.parent).rglob("templates/*")):
        if path.is_file():
            yield path.name, path.read_text(encoding="utf-8")


def _notebooks() -> Iterator[tuple[str, str]]:
    for path in sorted((REPO / "notebooks").rglob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield from ((path.name, "".join(cell["source"])) for cell in cells if cell["cell_type"] == "markdown")


def banned(texts: Iterator[tuple[str, str]], words: dict[str, str]) -> list[str]:
    """Where a word stands, and what to say instead."""
    return [
        f"{where}: {found.group(0)!r} in {text[:80]!r}: {better}"
        for where, text in texts
        for word, better in words.items()
        for found in re.finditer(word, text)
    ]


@pytest.mark.parametrize("texts", [_vocab, _templates, _notebooks], ids=["vocab", "templates", "notebooks"])
def test_no_text_holds_a_banned_word(texts: Any) -> None:
    assert len(list(texts())) > 3 and banned(texts(), BANNED) == []


def test_a_banned_word_is_found() -> None:
    said = [
        "证据：时间吻合",
        "访客人天 12",
        "没有落实到岗位的 0 件（应为 0）",
        "Answered well: 24",
        "The peer is running a campaign",
        "12.34% of visitors",
        "74.2 refunds",
    ]
    texts = ((text, text) for text in said)
    assert {line.split(":")[0] for line in banned(texts, BANNED | ROUNDED)} >= {t.split(":")[0] for t in said}


@pytest.mark.slow
@pytest.mark.parametrize("shop", ["linen-house", "tea-corner", "orders-only"])
def test_no_answer_of_a_sample_shop_holds_one(shop: str, sample_dir: Path) -> None:
    case = open_case(Shop.open(sample_dir, shop), Period.parse("2026-10"))
    answers = [(j.rule.id, j.says[k]) for j in case.judgements for k in LANGUAGES]
    assert len(answers) > 100 and banned(iter(answers), BANNED | ROUNDED) == []
    document = [("document", text) for text in _strings(case.document().to_json()["findings"])]
    assert banned(iter(document), BANNED) == []
