"""Which rows count, and the limits that decide it, are said once: no module selects such rows itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LIB = Path(__file__).resolve().parents[1] / "lib" / "sizhen"
READERS = [p for folder in ("exam", "diagnosis", "explore") for p in sorted((LIB / folder).rglob("*.py"))]
OWN_KINDS = "promotion|holiday|violation|leader|similar|tier_average"
CHOICES = {
    "devices": r'\["device"\]\s*[!=]=|\["device"\]\.(isin|eq|ne)\(|"mobile"|"desktop"',
    "events and peers": rf'\["kind"\]\s*==\s*"({OWN_KINDS})"|\["kind"\]\.isin\(|\["kind"\]\.eq\("',
    "paid orders": r'(?<!unknown\()"(paid_at|created_at|sent_at|received_at)"',
    "bad reviews": r'\["rating"\]\s*<=?',
}
ALLOWED = {("devices", "ledger_review.py")}  # the order of its columns


@pytest.mark.parametrize("rows", CHOICES)
def test_no_figure_selects_its_rows_itself(rows: str) -> None:
    chosen = [p.name for p in READERS if re.search(CHOICES[rows], p.read_text(encoding="utf-8"))]
    assert [name for name in chosen if (rows, name) not in ALLOWED] == []


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("devices", 'frame[frame["device"] == "all"]'),
        ("devices", 'split = frame["device"].ne("all")'),
        ("events and peers", 'events[events["kind"] == "promotion"]'),
        ("events and peers", 'peers["kind"].isin(("leader", "similar"))'),
        ("paid orders", 'period.clip(orders, "paid_at")'),
        ("bad reviews", 'reviews["rating"] <= 2'),
    ],
)
def test_a_second_choice_is_seen(rows: str, line: str) -> None:
    assert re.search(CHOICES[rows], line)


LIMITS = "BASELINE_DAYS ENOUGH_VISITORS IN_TIME NEW_DAYS ONE_SIDED QUARTER SAME_PRICE SCORE_ROUNDING WORTH_NAMING"
VALUES = (
    r"end - timedelta\(days=\w+ - 1\)",
    r"\b1\.645\b",
    r"hours=72\b",
    r'\("leader", "similar"\)',
    r'"dsr_description", "dsr_service"',
)


def sources() -> dict[str, str]:
    """Every module by its path, but those that make shops."""
    files = (p for p in LIB.rglob("*.py") if "simulate" not in p.parts)
    return {f"{p.relative_to(LIB)}": p.read_text(encoding="utf-8") for p in files}


@pytest.mark.parametrize("line", [*(rf"^{name} = " for name in LIMITS.split()), *VALUES])
def test_a_limit_is_written_once(line: str) -> None:
    assert len([path for path, text in sources().items() if re.search(line, text, re.M)]) == 1
