"""The index of a period lists what this run did and what earlier runs have published."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sizhen.batch.examine import Order
from sizhen.batch.shop_result import ShopResult
from sizhen.batch.state import data_now
from sizhen.report import note_outdated, outdated
from sizhen.tables import Shop
from sizhen.vocab import LANGUAGES, word
from sizhen.vocab.plain import plain_line

if TYPE_CHECKING:
    from sizhen.report.index import Row


def index_page(results: Sequence[ShopResult], order: Order, *, compare: bool = True) -> None:
    """Writes `<reports>/<period>/index.html`, in the order's language or, if None, in that of most of its shops; and
    takes note of the shops that failed.

    `compare`: the shops' tables are at hand, and a report that was not made or found unchanged now says where they have
    changed since.
    """
    from sizhen.report.index import write_index  # loads pandas, which a run begins without

    folder = order.published
    note_outdated(folder, {result.shop_id: "" if result.reported else result.reason for result in results})
    published = sorted(path.parent.name for path in folder.glob("*/findings.json") if _is_own(path))
    ran = {result.shop_id: result for result in results}
    shops = {shop_id: _shop(order.data_dir, shop_id) for shop_id in dict.fromkeys([*ran, *published])}
    earlier = {shop_id: ShopResult(shop_id, "failed", 0.0, why) for shop_id, why in outdated(folder).items()}
    known = earlier | ran
    now = {shop_id: _data(shop, order) for shop_id, shop in shops.items() if compare and shop and shop_id not in known}
    rows = [_row(shop_id, shop, known.get(shop_id), now.get(shop_id, "")) for shop_id, shop in shops.items()]
    spoken = Counter(shop.profile.language for shop in shops.values() if shop)
    chosen = order.language or max(LANGUAGES, key=lambda each: spoken[each])
    write_index(folder, rows, language=chosen, title=f"{word('index.title', chosen)} · {order.period.label}")


def _row(shop_id: str, shop: Shop | None, result: ShopResult | None, data: str) -> Row:
    from sizhen.report.index import Row

    shown = plain_line(shop_id)  # a folder that is none of a shop may have any name
    return Row(
        shown,
        shop.profile.name if shop else shown,
        shop.profile.currency if shop else "",
        "done" if result is None or result.state == "skipped" else result.state,
        result.reason if result else "",
        data,
    )


def _is_own(findings: Path) -> bool:
    """False for a copy of a shop's folder under another name; of a file that cannot be read nobody knows."""
    try:
        return bool(json.loads(findings.read_text(encoding="utf-8"))["shop_id"] == findings.parent.name)
    except Exception:  # noqa: BLE001 - nested too deep, too large: one spoilt file never costs the others their page
        return True


def _shop(data_dir: Path, shop_id: str) -> Shop | None:
    try:
        return Shop.open(data_dir, shop_id)
    except Exception:  # noqa: BLE001 - as above
        return None


def _data(shop: Shop, order: Order) -> str:
    try:
        return data_now(order.work, shop)
    except Exception:  # noqa: BLE001 - as above
        return ""
