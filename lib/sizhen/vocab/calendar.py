"""Days on which shops do not trade as usual: public holidays (lunar ones too) and sales festivals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal

from holidays.countries.china import China

from sizhen.vocab.loader import read

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True)
class Occasion:
    """A holiday or sales festival; both `start` and `end` belong to it."""

    start: date
    end: date
    id: str
    kind: Literal["holiday", "festival"]
    zh: str
    en: str


@cache
def _description() -> dict[str, Any]:
    return read("calendar")


def _runs(days: list[date]) -> list[tuple[date, date]]:
    """Runs of days, where weekends inside a holiday belong to it."""
    runs: list[tuple[date, date]] = []
    for day in sorted(days):
        if runs:
            gap = [runs[-1][1] + ONE_DAY * n for n in range(1, (day - runs[-1][1]).days)]
            if all(d.weekday() >= 5 for d in gap):
                runs[-1] = (runs[-1][0], day)
                continue
        runs.append((day, day))
    return runs


@cache
def _holidays_of(year: int) -> tuple[Occasion, ...]:
    known = China(years=[year - 1, year], language="zh_CN")  # type: ignore[no-untyped-call]
    found = []
    for start, end in _runs(list(known)):
        names = " ".join(str(known[d]) for d in known if start <= d <= end)
        for key, entry in _description()["holidays"].items():
            if end.year == year and any(name in names for name in entry["names"]):
                found.append(Occasion(start, end, key, "holiday", entry["zh"], entry["en"]))
    return tuple(found)


@cache
def _festivals_of(year: int) -> tuple[Occasion, ...]:
    about = _description()
    found = [
        Occasion(
            date.fromisoformat(f"{year}-{e['from']}"),
            date.fromisoformat(f"{year}-{e['to']}"),
            key,
            "festival",
            e["zh"],
            e["en"],
        )
        for key, e in about["festivals"].items()
    ]
    spring = next(o.start for o in _holidays_of(year) if o.id == "spring_festival")
    for key, e in about["relative"].items():
        first, last = e["before_spring_festival"]
        found.append(Occasion(spring - first * ONE_DAY, spring - last * ONE_DAY, key, "festival", e["zh"], e["en"]))
    return tuple(found)


def occasions(start: date, end: date) -> tuple[Occasion, ...]:
    """Occasions that touch the days `start`..`end`, in order of their first day."""
    years = range(start.year, end.year + 2)
    every = [o for y in years for o in (*_holidays_of(y), *_festivals_of(y))]
    return tuple(sorted(o for o in every if o.start <= end and o.end >= start))
