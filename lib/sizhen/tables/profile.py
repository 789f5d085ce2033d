"""shop.toml: who the shop is."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sizhen.tables.clock import TIMEZONE
from sizhen.tables.errors import DataError

SHOP_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
PLATFORMS = ("taobao", "tmall", "jd", "douyin", "pinduoduo", "shopify", "amazon", "other")
LANGUAGES = ("zh", "en")
_TEXTS = ("shop_id", "name", "platform", "category", "language", "currency", "timezone")


@dataclass(frozen=True)
class Profile:
    """Facts of a shop. `gross_margin` is a fraction 0-1, None where unknown; `targets`: month -> paid amount."""

    shop_id: str
    name: str
    platform: str
    category: str = ""
    language: str = "zh"
    currency: str = "CNY"
    timezone: str = TIMEZONE
    gross_margin: float | None = None
    owner_name: str = ""
    owner_email: str = ""
    targets: dict[str, float] = field(default_factory=dict)


def _check(entry: dict[str, Any], folder: Path) -> str | None:
    """What is wrong with shop.toml, as `key: problem`, or None."""
    if no_text := [key for key in _TEXTS if not isinstance(entry.get(key, ""), str)]:
        return f"{no_text[0]}: must be one text in quotes"
    if no_table := [key for key in ("owner", "targets") if not isinstance(entry.get(key, {}), dict)]:
        return f"{no_table[0]}: must be a table, under a line [{no_table[0]}]"
    if no_text := [key for key in ("name", "email") if not isinstance(entry.get("owner", {}).get(key, ""), str)]:
        return f"owner.{no_text[0]}: must be one text in quotes"
    if entry.get("shop_id") != folder.name:
        return f"shop_id: {entry.get('shop_id')!r} differs from the folder's name {folder.name!r}"
    if not SHOP_ID.fullmatch(folder.name):
        return "shop_id: may hold letters, digits, - and _ only, at most 64"
    if not str(entry.get("name", "")).strip():
        return "name: is missing"
    if entry.get("platform") not in PLATFORMS:
        return f"platform: must be one of {', '.join(PLATFORMS)}"
    if entry.get("language", "zh") not in LANGUAGES:
        return f"language: must be one of {', '.join(LANGUAGES)}"
    if not re.fullmatch(r"[A-Z]{3}", str(entry.get("currency", "CNY"))):
        return "currency: must be an ISO 4217 code such as CNY"
    try:
        ZoneInfo(entry.get("timezone", TIMEZONE))
    except (ZoneInfoNotFoundError, ValueError):
        return "timezone: must be an IANA name such as Asia/Shanghai"
    margin = entry.get("gross_margin")
    if margin is not None and not (isinstance(margin, int | float) and 0 <= margin <= 1):
        return "gross_margin: must be a fraction from 0 to 1"
    for month, amount in entry.get("targets", {}).items():
        if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) or not isinstance(amount, int | float) or amount < 0:
            return f"targets: {month} = {amount!r} must be a month and an amount"
    return None


def read_profile(folder: Path) -> Profile:
    """The profile in `<folder>/shop.toml`. Raises DataError."""
    try:
        entry = tomllib.loads((folder / "shop.toml").read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError("shop.toml", str(error), f"correct the file of {folder.name}") from None
    if problem := _check(entry, folder):
        key, _, what = problem.partition(": ")
        raise DataError("shop.toml", what, f"correct it in the file of {folder.name}", column=key)
    owner = entry.get("owner", {})
    return Profile(
        **{k: entry[k] for k in (*_TEXTS, "gross_margin") if k in entry},
        owner_name=owner.get("name", ""),
        owner_email=owner.get("email", "").strip(),
        targets={k: float(v) for k, v in entry.get("targets", {}).items()},
    )
