"""A shop of a few hand-typed rows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from sizhen.tables import Period, Shop
from sizhen.tables.profile import read_profile
from sizhen.tables.schema import conform

WEEK = Period.parse("2026-10-26..2026-11-01")
BEFORE, NOW = "2026-10-20", "2026-10-27"
PROFILE = 'shop_id = "small"\nname = "小店"\nplatform = "tmall"\n'
Rows = pd.DataFrame | list[dict[str, object]]


def in_memory(home: Path, tables: Mapping[str, Rows]) -> Shop:
    """The shop whose shop.toml lies in `home`, its tables checked as they would be if they were read from there.
    Their files are empty: that writing and reading changes no table is shown in tests/tables."""
    frames = {name: conform(pd.DataFrame(rows), name, f"{name}.parquet") for name, rows in tables.items()}
    for name in frames:
        (home / f"{name}.parquet").touch()
    return Shop(home, read_profile(home), frames)


def shop_of(folder: Path, profile: str = PROFILE, *, gross_margin: float | None = 0.5, **tables: Rows) -> Shop:
    """A shop in a new folder of `folder` with just these rows, held in memory."""
    home = folder / f"shop-{len(list(folder.iterdir()))}" / "small"
    home.mkdir(parents=True)
    margin = "" if gross_margin is None else f"gross_margin = {gross_margin}\n"
    (home / "shop.toml").write_text(profile + margin, encoding="utf-8")
    return in_memory(home, tables)


def source(date: str, channel: str, raw: str = "", device: str = "mobile", **figures: float) -> dict[str, object]:
    """A row of traffic_daily."""
    return {"date": date, "channel": channel, "device": device, "channel_raw": raw, **figures}
