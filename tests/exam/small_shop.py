"""A shop with just the rows a test types."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sizhen.tables import Period, Shop, write_table

WEEK = Period.parse("2026-10-26..2026-11-01")
BEFORE, NOW = "2026-10-20", "2026-10-27"
PROFILE = 'shop_id = "small"\nname = "小店"\nplatform = "tmall"\n'
MARGIN = f"{PROFILE}gross_margin = 0.5\n"


def shop_of(folder: Path, profile: str = MARGIN, **tables: list[dict[str, object]]) -> Shop:
    """A shop with just these rows."""
    (folder / "small").mkdir()
    (folder / "small" / "shop.toml").write_text(profile, encoding="utf-8")
    for name, rows in tables.items():
        write_table(folder / "small", name, pd.DataFrame(rows))
    return Shop.open(folder, "small")


def source(date: str, channel: str, raw: str = "", device: str = "mobile", **figures: float) -> dict[str, object]:
    return {"date": date, "channel": channel, "device": device, "channel_raw": raw, **figures}
