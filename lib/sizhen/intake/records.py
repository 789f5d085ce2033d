"""What a shop's folder keeps beside its tables: shop.toml and the lineage of its imports."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sizhen.intake import currency
from sizhen.intake.errors import IntakeError
from sizhen.intake.layouts import Layout, layouts
from sizhen.intake.origin import same_shop
from sizhen.intake.reports import FileReport
from sizhen.tables.clock import TIMEZONE
from sizhen.tables.profile import read_profile
from sizhen.tables.switch import LINEAGE, PROFILE, Change
from sizhen.vocab import TOTALS

CURRENCY = "CNY"
ENGLISH = ("shopify", "amazon")


def make_profile(change: Change, reports: list[FileReport]) -> None:
    """Gives a new shop its shop.toml, after what its files state; one that is there stays as it is."""
    if (change.folder / PROFILE).exists():
        return
    platform = next((r.platform for r in reports if r.platform != "other"), "other")
    entry = {
        "shop_id": change.folder.name,
        "name": next((r.shop for r in reports if r.shop), change.folder.name),
        "platform": platform,
        "category": "",
        "language": "en" if platform in ENGLISH else "zh",
        "currency": _stated_currency(reports) or CURRENCY,
        "timezone": _stated_timezone(reports) or TIMEZONE,
    }
    change.put(PROFILE, "".join(f"{k} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in entry.items()).encode())


def _stated_currency(reports: list[FileReport]) -> str | None:
    """Most platforms' files leave it out."""
    return next((currency.code(r.currency) for r in reports if r.currency), None)


def timezone(folder: Path, taken: list[FileReport]) -> str | None:
    """The shop's timezone; of a new shop, what the files taken so far tell. Raises DataError."""
    return read_profile(folder).timezone if (folder / PROFILE).exists() else _stated_timezone(taken)


def _stated_timezone(reports: list[FileReport]) -> str | None:
    return next((r.timezone for r in reports if r.timezone), None)


def refuse_other_shop(folder: Path, report: FileReport, lineage: list[dict[str, Any]]) -> None:
    """Raises IntakeError where a file names another shop than the earlier files of its platform or shop.toml did. Tmall
    and Taobao are one platform here: their shops have the same reports."""
    if report.shop is None:
        return
    of = _family(report.platform)
    known = [str(e["shop"]) for e in lineage if e.get("shop") and _family(_platform(e)) == of]
    if (folder / PROFILE).exists():
        profile = read_profile(folder)
        if profile.name != profile.shop_id and _family(profile.platform) == of:
            known.append(profile.name)
    if known and not any(same_shop(report.shop, name) for name in known):
        problem = f"is of the shop {report.shop}, but {folder.name} is {known[-1]}{_place(report, 'shop')}"
        remedy = "check --shop; a shop that was renamed gets its new name in shop.toml"
        raise IntakeError(report.file, problem, remedy)


def refuse_other_currency(folder: Path, report: FileReport, layout: Layout, taken: list[FileReport]) -> None:
    """Raises IntakeError where a file's money is of another currency than the shop's."""
    known = read_profile(folder).currency if (folder / PROFILE).exists() else _stated_currency(taken)
    told = report.currency
    if told and known and not currency.agree(told, known):
        place = _place(report, "currency") or f" (column {', '.join(currency.money(layout))}: {layout.title.en})"
        problem = f"is in {told}, but {folder.name} counts in {known}{place}"
        remedy = "check --shop, or correct currency in shop.toml; no amount is converted"
        raise IntakeError(report.file, problem, remedy)


def _place(report: FileReport, what: str) -> str:
    return f" ({report.places[what]})" if what in report.places else ""


def refuse_other_level(report: FileReport, lineage: list[dict[str, Any]]) -> None:
    """Raises IntakeError where a file tells of the same days at another level, such as keywords beside plans: the
    figures would be there twice."""
    known = layouts()
    own = known.get(str(report.layout))
    level = None if own is None else own.level_of
    if level is None or report.first is None or report.last is None or _of_several_days(report.tables):
        return
    for e in lineage:
        other = known.get(str(e.get("layout")))
        if other is None or other.id == report.layout or other.level_of != level or _of_several_days(e["tables"]):
            continue
        first, last = e.get("first"), e.get("last")
        if first and last and first <= report.last.isoformat() and report.first.isoformat() <= last:
            problem = f"tells again of days that {e['file']} told as {other.title.en}: they would count twice"
            raise IntakeError(report.file, problem, "import one level of these reports only")


def _of_several_days(tables: Iterable[str]) -> bool:
    return any(table.startswith(TOTALS) for table in tables)


def _family(platform: str | None) -> str | None:
    return "taobao" if platform == "tmall" else platform


def _platform(entry: dict[str, Any]) -> str | None:
    known = layouts().get(str(entry.get("layout")))
    return known.platform if known else entry.get("platform")


def entry(report: FileReport) -> dict[str, Any]:
    """A report as lineage.json keeps it."""
    told: dict[str, Any] = {
        "file": report.file,
        "sha256": report.sha256,
        "layout": report.layout,
        "tables": report.tables,
        "read": report.read,
        "kept": report.kept,
        "rejected": report.rejected,
        "notes": report.notes,
        "first": report.first and report.first.isoformat(),
        "last": report.last and report.last.isoformat(),
    }
    more = {
        "platform": "" if report.layout in layouts() else report.platform,
        "sheet": report.sheet,
        "shop": report.shop,
        "exported": report.exported,
        "unread": list(report.unread),
        "absent": list(report.absent),
        "remarks": list(report.remarks),
    }
    return told | {k: v for k, v in more.items() if v}


def put_lineage(change: Change, lineage: list[dict[str, Any]], reports: list[FileReport], mark: str) -> None:
    """Notes in lineage.json which file gave what, and the mark of the key it was read with; a file imported again keeps
    its one entry."""
    entries = {(e["sha256"], e.get("sheet")): e for e in lineage}
    for report in reports:
        entries.pop((report.sha256, report.sheet), None)
        entries[report.sha256, report.sheet] = entry(report) | {"key": mark}
    change.put(LINEAGE, f"{json.dumps(list(entries.values()), ensure_ascii=False, indent=1)}\n".encode())
