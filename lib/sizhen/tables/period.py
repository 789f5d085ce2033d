"""Periods: a month, an ISO week or any run of days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

BASELINE_DAYS = 28
FORMS = "2026-10, 2026-W45 or 2026-11-01..2026-11-14"


@dataclass(frozen=True, order=True)
class Period:
    """The days `start`..`end`, both included."""

    start: date
    end: date
    label: str = ""

    @classmethod
    def parse(cls, text: str) -> Period:
        """Reads `2026-10`, `2026-W45` or `2026-11-01..2026-11-14`; ValueError otherwise."""
        try:
            if re.fullmatch(r"\d{4}-\d{2}", text):
                start = date.fromisoformat(f"{text}-01")
                return cls(start, (start + timedelta(days=32)).replace(day=1) - timedelta(days=1), text)
            if week := re.fullmatch(r"(\d{4})-W(\d{2})", text):
                start = date.fromisocalendar(int(week[1]), int(week[2]), 1)
                return cls(start, start + timedelta(days=6), text)
            if run := re.fullmatch(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})", text):
                start, end = date.fromisoformat(run[1]), date.fromisoformat(run[2])
                if start <= end:
                    return cls(start, end, text)
        except ValueError:
            pass
        raise ValueError(f"{text!r} is not a period; write {FORMS}")

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def baseline(self) -> Period:
        """The 28 days before: four of each weekday."""
        end = self.start - timedelta(days=1)
        start = self.start - timedelta(days=BASELINE_DAYS)
        return Period(start, end, f"{start}..{end}")

    @property
    def before(self) -> Period:
        """As many days before."""
        start, end = self.start - timedelta(days=self.days), self.start - timedelta(days=1)
        return Period(start, end, f"{start}..{end}")

    def dates(self) -> pd.DatetimeIndex:
        return pd.date_range(self.start, self.end, unit="us")

    def mask(self, days: pd.Series) -> pd.Series:
        """True where a day or moment lies in the period; unknown days do not."""
        begin, after = pd.Timestamp(self.start), pd.Timestamp(self.end) + pd.Timedelta(days=1)
        return (days >= begin) & (days < after)

    def clip(self, frame: pd.DataFrame, column: str = "date") -> pd.DataFrame:
        """The rows of `frame` whose `column` lies in the period."""
        return frame[self.mask(frame[column])]
