"""shop.toml: who the shop is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sizhen.tables.clock import TIMEZONE
from sizhen.tables.errors import DataError
from sizhen.tables.switch import PROFILE
from sizhen.tables.toml import read_toml
from sizhen.vocab.calendar import Occasion, occasions
from sizhen.vocab.plain import plain

SHOP_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
PLATFORMS = ("taobao", "tmall", "jd", "douyin", "pinduoduo", "shopify", "amazon", "other")
LANGUAGES = ("zh", "en")
LONGEST = 200  # characters of a text
MOST = 1e15  # of a target
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

    def occasions(self, start: date, end: date) -> tuple[Occasion, ...]:
        """Holidays and sales events of the shop's market that touch the days `start`..`end`."""
        return occasions(start, end, platform=self.platform, currency=self.currency)


def _check(entry: dict[str, Any], folder: Path) -> str | None:
    """What is wrong with shop.toml, as `key: problem`, or None."""
    owner, targets = entry.get("owner", {}), entry.get("targets", {})
    for key, table in (("owner", owner), ("targets", targets)):
        if not isinstance(table, dict):
            return f"{key}: must be a table, under a line [{key}]"
    texts = {key: entry.get(key, "") for key in _TEXTS} | {f"owner.{k}": owner.get(k, "") for k in ("name", "email")}
    for key, text in texts.items():
        if not isinstance(text, str) or len(text) > LONGEST:
            return f"{key}: must be one text in quotes, of at most {LONGEST} characters"
    if entry.get("shop_id") != folder.name:
        return f"shop_id: {entry.get('shop_id')!r} differs from the folder's name {folder.name!r}"
    if not SHOP_ID.fullmatch(folder.name):
        return "shop_id: may hold letters, digits, - and _ only, at most 64"
    if not _shown(entry.get("name", "")):
        return "name: is missing"
    if entry.get("platform") not in PLATFORMS:
        return f"platform: must be one of {', '.join(PLATFORMS)}"
    if entry.get("language", "zh") not in LANGUAGES:
        return f"language: must be one of {', '.join(LANGUAGES)}"
    if not re.fullmatch(r"[A-Z]{3}", entry.get("currency", "CNY")):
        return "currency: must be an ISO 4217 code such as CNY"
    if not _is_timezone(entry.get("timezone", TIMEZONE)):
        return "timezone: must be an IANA name such as Asia/Shanghai"
    margin = entry.get("gross_margin")
    if margin is not None and not _is_number(margin, 1):
        return "gross_margin: must be a fraction from 0 to 1"
    for month, amount in targets.items():
        if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month) or not _is_number(amount, MOST):
            return f"targets: {month!r:.30} must be a month such as 2026-10, and its target an amount of at least 0"
    return None


def _is_timezone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):  # a folder of zones is no zone
        return False


def _is_number(value: object, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= most


def _shown(text: str) -> str:
    """Without what a terminal or page would act on."""
    return plain(text).strip()


def read_profile(folder: Path) -> Profile:
    """The profile in `<folder>/shop.toml`. Raises DataError."""
    try:
        entry = read_toml(folder / PROFILE)
    except ValueError as error:
        raise DataError(PROFILE, str(error), f"correct the file of {folder.name}") from None
    if problem := _check(entry, folder):
        key, _, what = problem.partition(": ")
        raise DataError(PROFILE, what, f"correct it in the file of {folder.name}", column=key)
    owner = entry.get("owner", {})
    texts = {key: _shown(entry[key]) for key in _TEXTS if key in entry}
    margin = entry.get("gross_margin")
    return Profile(
        **texts,
        gross_margin=None if margin is None else float(margin),
        owner_name=_shown(owner.get("name", "")),
        owner_email=owner.get("email", "").strip(),
        targets={k: float(v) for k, v in entry.get("targets", {}).items()},
    )
