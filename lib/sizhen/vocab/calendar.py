"""Days on which shops do not trade as usual: public holidays (lunar ones too) and sales events, by market."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, Literal

from sizhen.vocab.loader import read

ONE_DAY = timedelta(days=1)
SPRING = "spring_festival"
Span = tuple[date, date]


@dataclass(frozen=True, order=True)
class Occasion:
    """A holiday or sales event; both `start` and `end` belong to it."""

    start: date
    end: date
    id: str
    kind: Literal["holiday", "festival"]
    zh: str
    en: str


@cache
def _description() -> dict[str, Any]:
    return read("calendar")


def market_of(platform: str, currency: str) -> str:
    """The market whose calendar a shop keeps, by its platform, else by its currency; empty where it is of none."""
    markets = _description()["markets"]
    by_platform = (m for m, about in markets.items() if platform in about["platforms"])
    by_currency = (m for m, about in markets.items() if currency in about["currencies"])
    return next(by_platform, None) or next(by_currency, "")


def _runs(days: list[date]) -> list[Span]:
    """Runs of days, where weekends inside a holiday belong to it."""
    runs: list[Span] = []
    for day in sorted(days):
        if runs:
            gap = [runs[-1][1] + ONE_DAY * n for n in range(1, (day - runs[-1][1]).days)]
            if all(d.weekday() >= 5 for d in gap):
                runs[-1] = (runs[-1][0], day)
                continue
        runs.append((day, day))
    return runs


@cache
def _public_holidays(year: int) -> tuple[tuple[str, Span], ...]:
    """(Chinese names, span) of China's holidays that end in the year."""
    from holidays.countries.china import China  # takes a while to load, and most markets do without

    known = China(years=[year - 1, year], language="zh_CN")  # type: ignore[no-untyped-call]
    runs = [(start, end) for start, end in _runs(list(known)) if end.year == year]
    return tuple((" ".join(str(known[d]) for d in known if start <= d <= end), (start, end)) for start, end in runs)


def _named(names: list[str], year: int) -> list[Span]:
    return [span for told, span in _public_holidays(year) if any(name in told for name in names)]


def _weekday(month: int, weekday: int, nth: int, year: int) -> date:
    """The n-th such weekday of the month, the last for -1."""
    if nth < 0:
        last = date(year + month // 12, month % 12 + 1, 1) - ONE_DAY
        return last - ONE_DAY * ((last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + ONE_DAY * ((weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _around(day: date, first: int, last: int) -> Span:
    return day + first * ONE_DAY, day + last * ONE_DAY


def _spans(about: dict[str, Any], year: int) -> list[Span]:
    """The days of an occasion in a year; none where they are not known."""
    match about:
        case {"names": names}:
            return _named(names, year)
        case {"days": (first, last)}:
            return [(date.fromisoformat(f"{year}-{first}"), date.fromisoformat(f"{year}-{last}"))]
        case {"weekday": (month, weekday, nth), "around": (first, last)}:
            return [_around(_weekday(month, weekday, nth, year), first, last)]
        case {"easter": (first, last)}:
            sundays = map(date.fromisoformat, _description()["easter"]["sundays"])
            return [_around(day, first, last) for day in sundays if day.year == year]
        case {"before_spring_festival": (first, last)}:
            spring = _named(_description()["occasions"][SPRING]["names"], year)
            return [_around(start, -first, -last) for start, _ in spring[:1]]
        case _:
            dates = [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in about["dates"]]
            return [span for span in dates if span[0].year == year]


@cache
def _of_year(year: int, market: str, platform: str) -> tuple[Occasion, ...]:
    return tuple(
        Occasion(start, end, id, about["kind"], about["zh"], about["en"])
        for id, about in _description()["occasions"].items()
        if market in about["markets"] and platform in about.get("platforms", [platform])
        for start, end in _spans(about, year)
    )


def occasions(start: date, end: date, *, platform: str, currency: str) -> tuple[Occasion, ...]:
    """Occasions of the shop's market that touch the days `start`..`end`, in order of their first day."""
    market = market_of(platform, currency)
    years = range(start.year, end.year + 2)
    every = [o for y in years for o in _of_year(y, market, platform)] if market else []
    return tuple(sorted(o for o in every if o.start <= end and o.end >= start))
