"""Periods: a month, an ISO week or any run of days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
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

    def last(self, days: int) -> Period:
        """The run of `days` that ends with the period, be it longer or shorter."""
        return Period(self.end - timedelta(days=days - 1), self.end)

    def dates(self) -> pd.DatetimeIndex:
        import pandas as pd

        return pd.date_range(self.start, self.end, unit="us")

    def mask(self, days: pd.Series) -> pd.Series:
        """True where a day or moment lies in the period; unknown days do not."""
        import pandas as pd

        return pd.Series(self._holds(days), index=days.index)

    def _holds(self, days: pd.Series) -> np.ndarray:
        import numpy as np

        moments = days.to_numpy("datetime64[us]")
        return (moments >= np.datetime64(self.start)) & (moments < np.datetime64(self.end + timedelta(days=1)))

    def clip(self, frame: pd.DataFrame, column: str = "date") -> pd.DataFrame:
        """The rows of `frame` whose `column` lies in the period."""
        import numpy as np

        at = np.flatnonzero(self._holds(frame[column]))
        first, after = (at[0], at[-1] + 1) if len(at) else (0, 0)
        return frame.iloc[first:after] if after - first == len(at) else frame.take(at)
