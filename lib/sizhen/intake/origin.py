"""What a file says of itself beside its rows: the days it covers, the shop it is of, when it was exported."""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from datetime import date, datetime

from sizhen.intake.errors import IntakeError
from sizhen.intake.grid import Grid
from sizhen.intake.headings import heading
from sizhen.intake.layouts import SEARCHED_ROWS, Match, common
from sizhen.vocab.merging import merging

DAY = re.compile(r"(?<!\d)(20\d\d)(?:[-/.\u5e74](\d{1,2})[-/.\u6708](\d{1,2})|(\d\d)(\d\d))(?!\d)")
_DIGITS = r"(?<!\d)(20\d\d)(\d\d)(\d\d)"
MOMENTS = (  # in a name: the day with a clock to the second, or twelve digits and more in one
    re.compile(r"(?<!\d)(20\d\d)[-_.](\d{1,2})[-_.](\d{1,2})[T _-]+(\d\d)[-_:.](\d\d)[-_:.](\d\d)(?!\d)"),
    re.compile(_DIGITS + r"[T _-]?(\d\d)(\d\d)(\d\d)(?!\d)"),
    re.compile(_DIGITS + r"(\d\d)(\d\d)(?!\d)"),
)
CLOCK = re.compile(r"[ t\u65e5]{0,3}(\d\d):(\d\d)(?::(\d\d))?(?!\d| ?[ap]m)")
NAME_A_DAY = "put its day into its name, such as 2026-09-08"
ONE_A_DAY = "export one file per day"
WHOLE = "export it with one row of headings, or say with --map what it is"

Period = tuple[date, date]


def labelled(grid: Grid, match: Match) -> list[tuple[str, str]]:
    """(label, text) of the lines above the headings, such as "label: text"; comment signs are left out."""
    lines = [" ".join(cells).strip() for number, cells in grid.head(match.row) if number < match.row]
    parts = [unicodedata.normalize("NFKC", line).lstrip("# ").partition(":") for line in lines]
    return [(heading(label), text.strip()) for label, colon, text in parts if colon]


def refuse_other_scope(lines: list[tuple[str, str]], match: Match, file: str) -> None:
    """Raises IntakeError where the lines above the headings limit the file to a part, such as one device."""
    for label, text in lines:
        wanted = match.layout.stated.get(label, (text,))
        if text not in wanted:
            raise IntakeError(file, f"is limited to {text}", f"export it for {' or '.join(wanted)}")


def refuse_other_groups(grid: Grid, match: Match, file: str) -> None:
    """Raises IntakeError where headings are merged of two rows and the upper one says that a column which is read is of
    a part, such as one device, or of other days."""
    (_, upper), (_, lower) = ([(0, ()), *(row for row in grid.head(SEARCHED_ROWS) if row[0] <= match.row)])[-2:]
    if len(upper) != len(lower) or all(c.strip() or not h for c, h in zip(lower, match.headings, strict=False)):
        return
    title, group = heading(match.layout.title.zh), ""
    read = {at for s in match.layout.sources for at in match.columns(s)}
    for i, (above, below) in enumerate(zip(upper, lower, strict=True)):
        group = heading(above) or group
        if i in read and below.strip() and any(w in group and w not in title for w in common().parts):
            raise IntakeError(file, f"has {below.strip()} below {group}: a part would stand for the whole", WHOLE)


def stated_period(lines: list[tuple[str, str]]) -> Period | None:
    """First and last day named above the headings."""
    labels = common().period_labels
    days = [day for label, text in lines if label in labels for day in _days(text)]
    return (min(days), max(days)) if days else None


def named_period(file: str) -> Period | None:
    """First and last day in the name the platform gave the file."""
    days = _days(unicodedata.normalize("NFKC", file).replace("_", " "))
    return (min(days), max(days)) if days else None


def stated_export(grid: Grid, match: Match) -> str | None:
    """When the file was exported, in ISO, as a line above the headings says behind a label."""
    for number, cells in grid.head(match.row):
        line = heading(" ".join(cells).strip().lstrip("# "))
        label = next((known for known in merging().labels if line.startswith(known)), None)
        if number < match.row and label and (found := DAY.search(line)):
            clock = CLOCK.match(line, found.end())
            with suppress(ValueError):
                return _moment(*found.groups(), *(clock.groups() if clock else ())).isoformat()
    return None


def named_export(file: str, last: date | None) -> str | None:
    """When the file was exported, in ISO, as its name says: a day with a clock, or a day after `last`, that of its
    rows, as one that is among them may be that of a period. None where it says several, or one before `last`."""
    name = unicodedata.normalize("NFKC", file)
    told = set()
    for found in (each for pattern in MOMENTS for each in pattern.finditer(name)):
        with suppress(ValueError):
            told.add(_moment(*found.groups()))
    if len(told) == 1 and (last is None or last <= min(told).date()):
        return min(told).isoformat()
    days = set() if told else set(_days(name.replace("_", " ")))
    if len(days) == 1 and (last is None or last < min(days)):
        return datetime.combine(min(days), datetime.min.time()).isoformat()
    return None


def _moment(*parts: str | None) -> datetime:
    """Raises ValueError where there is no such day or time."""
    year, month, day, *clock = (int(part) for part in parts if part)
    hour, minute, second = [*clock, 0, 0, 0][:3]
    return datetime(year, month, day, hour, minute, second)


def period(file: str, stated: Period | None) -> Period:
    """The days of a file whose rows have none: told above its headings or by its name. Raises IntakeError."""
    named = named_period(file)
    if stated and named and stated != named:
        problem = f"is of {_told(stated)} by its first lines and of {_told(named)} by its name"
        raise IntakeError(file, problem, "export it again and keep its name")
    told = stated or named
    if told is None:
        raise IntakeError(file, "tells no day, neither above its headings nor in its name", NAME_A_DAY)
    return told


def stated_shops(lines: list[tuple[str, str]]) -> dict[str, str]:
    """The shop named above the headings, and where."""
    return {text: f"line {label} above the headings" for label, text in lines if label in common().shop_labels and text}


def same_shop(one: str, other: str) -> bool:
    """Whether two names can be of one shop: alike but for spaces, case and what kind of shop it is."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    name = heading(name).replace(" ", "")
    for ending in common().shop_endings:
        name = name.removesuffix(ending)
    return name


def _days(text: str) -> list[date]:
    days = []
    for found in DAY.finditer(text):
        year, *parts = (int(g) for g in found.groups() if g)
        try:
            days.append(date(year, *parts))
        except ValueError:
            continue
    return days


def _told(period: Period) -> str:
    return f"{period[0]}" if period[0] == period[1] else f"{period[0]} to {period[1]}"
