"""What a shop's published report was made from, kept in one small file per shop that is replaced as a whole."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from sizhen.batch import fingerprint, marks
from sizhen.batch.shop_result import ShopResult
from sizhen.report.write import write_text
from sizhen.tables import Shop

FOLDER = ".state"  # beside the folders of shops, whose names begin with a letter or digit


@dataclass(frozen=True)
class Passed:
    """A published report: what it was made from, what it holds, and what was said of it. `data`: the fingerprint of the
    shop's data, and `marks` of the files they lay in."""

    made_from: str
    holds: str
    top_finding: str
    lost: float | None
    data: str
    marks: str

    @classmethod
    def read(cls, work: Path, shop_id: str) -> Self | None:
        """None where there is no run to rely on."""
        try:
            return cls(**json.loads(_path(work, shop_id).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, RecursionError):
            return None

    def write(self, work: Path, shop_id: str) -> None:
        path = _path(work, shop_id)
        path.parent.mkdir(exist_ok=True)
        write_text(path, json.dumps(asdict(self), ensure_ascii=False))


def unchanged(work: Path, shop_id: str, made_from: str, published: Path) -> ShopResult | None:
    """The shop's result if its published report was made from the same and is still whole."""
    passed = Passed.read(work, shop_id)
    if passed is None or passed.made_from != made_from or not published.is_dir():
        return None
    if passed.holds != fingerprint.of_folder(published):
        return None
    return ShopResult(shop_id, "skipped", 0.0, top_finding=passed.top_finding, lost=passed.lost)


def data_now(work: Path, shop: Shop) -> str:
    """The fingerprint of the shop's data. Files that are marked as they were when its report was made are not read."""
    passed = Passed.read(work, shop.id)
    if passed is not None and passed.marks == marks.told(marks.of_shop(shop)):
        return passed.data
    return shop.fingerprint()


def _path(work: Path, shop_id: str) -> Path:
    return work / FOLDER / f"{shop_id}.json"
