"""What will be run for a shop, found out before anything is started."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from sizhen.batch.job import NOTEBOOKS, PRESCRIBE, Job
from sizhen.tables import Period, Shop


def plan(
    shop_id: str, *, data_dir: Path, period: Period, reports_dir: Path, notebooks_dir: Path, language: str | None
) -> Job:
    """The job of one shop. Raises UnknownShop or DataError before anything is started."""
    shop = Shop.open(data_dir, shop_id)
    staging = work_dir(reports_dir, period) / shop_id
    common = {
        "shop_id": shop_id,
        "period": period.label,
        "data_dir": str(data_dir),
        "language": language or "",
        "previous": str(previous(reports_dir, shop_id, period) or ""),
    }
    own = {"output": str(staging / "ready")}
    return Job(
        shop_id=shop_id,
        title=f"{shop.profile.name} · {period.label}",
        language=language or shop.profile.language,
        period=(period.start.isoformat(), period.end.isoformat()),
        data_dir=str(data_dir),
        reports_dir=str(reports_dir),
        staging=str(staging),
        notebooks={name: str(notebooks_dir / f"{name}.ipynb") for name in NOTEBOOKS},
        parameters={name: {**common, **(own if name == PRESCRIBE else {})} for name in NOTEBOOKS},
        data=shop.fingerprint(),
    )


def period_dir(reports_dir: Path, period: Period) -> Path:
    return reports_dir / period.label


def work_dir(reports_dir: Path, period: Period) -> Path:
    return period_dir(reports_dir, period) / ".work"


def previous(reports_dir: Path, shop_id: str, period: Period) -> Path | None:
    """The shop's published findings with the latest end before the period starts. When that is, is judged by what is in
    the file; of one that cannot be read, or is another shop's, by its folder."""
    found = [(_end(path, shop_id), path) for path in reports_dir.glob(f"*/{shop_id}/findings.json")]
    return max(((end, path) for end, path in found if end and end < period.start), default=(None, None))[1]


def _end(path: Path, shop_id: str) -> date | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["shop_id"] == shop_id:
            return date.fromisoformat(document["period"]["end"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    try:
        return Period.parse(path.parent.parent.name).end
    except ValueError:
        return None
