"""The index of a period lists what this run did and what earlier runs have published."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from sizhen.batch.examine import Order
from sizhen.batch.shop_result import ShopResult
from sizhen.report import Row, note_outdated, outdated, write_index
from sizhen.tables import Profile, Shop
from sizhen.vocab import LANGUAGES, word
from sizhen.vocab.plain import plain_line


def index_page(results: Sequence[ShopResult], order: Order) -> None:
    """Writes `<reports>/<period>/index.html`, in the order's language or, if None, in that of most of its shops; and
    takes note of the shops that failed."""
    folder = order.published
    note_outdated(folder, {result.shop_id: "" if result.reported else result.reason for result in results})
    published = sorted(path.parent.name for path in folder.glob("*/findings.json") if _is_own(path))
    ran = {result.shop_id: result for result in results}
    profiles = {shop_id: _profile(order.data_dir, shop_id) for shop_id in dict.fromkeys([*ran, *published])}
    earlier = {shop_id: ShopResult(shop_id, "failed", 0.0, why) for shop_id, why in outdated(folder).items()}
    known = earlier | ran
    rows = [_row(shop_id, profile, known.get(shop_id)) for shop_id, profile in profiles.items()]
    spoken = Counter(profile.language for profile in profiles.values() if profile)
    chosen = order.language or max(LANGUAGES, key=lambda each: spoken[each])
    write_index(folder, rows, language=chosen, title=f"{word('report.shops', chosen)} · {order.period.label}")


def _row(shop_id: str, profile: Profile | None, result: ShopResult | None) -> Row:
    shown = plain_line(shop_id)  # a folder that is none of a shop may have any name
    return Row(
        shown,
        profile.name if profile else shown,
        profile.currency if profile else "",
        "done" if result is None or result.state == "skipped" else result.state,
        result.reason if result else "",
    )


def _is_own(findings: Path) -> bool:
    """False for a copy of a shop's folder under another name; of a file that cannot be read nobody knows."""
    try:
        return bool(json.loads(findings.read_text(encoding="utf-8"))["shop_id"] == findings.parent.name)
    except Exception:  # noqa: BLE001 - nested too deep, too large: one spoilt file never costs the others their page
        return True


def _profile(data_dir: Path, shop_id: str) -> Profile | None:
    try:
        return Shop.open(data_dir, shop_id).profile
    except Exception:  # noqa: BLE001 - as above
        return None
