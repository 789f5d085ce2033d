"""Lines by series: each in its colour, open where a value is unknown."""

from __future__ import annotations

import matplotlib as mpl
import pandas as pd
import pytest

from sizhen.view import style
from sizhen.view.plots.base import axis_name, canvas
from sizhen.view.plots.lines import BEFORE, NOW, TONE, lines, now_and_before

pytestmark = pytest.mark.usefixtures("language")

NAN = float("nan")


def days(*values: float, when: str = NOW) -> pd.DataFrame:
    return pd.DataFrame({"date": pd.date_range("2026-10-01", periods=len(values)), "sales": values, "when": when})


def drawn(axes: mpl.axes.Axes) -> list[tuple[str, list[float]]]:
    return [(mpl.colors.to_hex(line.get_color()), list(line.get_ydata())) for line in axes.lines]


def test_a_line_is_open_where_a_day_is_unknown() -> None:
    _, axes = canvas()
    lines(axes, days(1, 2, NAN, 4, 5), "sales", color=style.NOW)
    assert drawn(axes) == [(style.NOW, [1, 2]), (style.NOW, [4, 5])]


def test_a_day_unknown_of_one_series_does_not_break_another() -> None:
    _, axes = canvas()
    rows = pd.concat([days(1, NAN, 3), days(4, 5, 6, when=BEFORE)]).sort_values("date", ignore_index=True)
    lines(axes, rows, "sales", "when", palette=TONE)
    assert sorted(drawn(axes)) == sorted([(style.NOW, [1]), (style.NOW, [3]), (style.BEFORE, [4, 5, 6])])


def test_nothing_known_draws_nothing() -> None:
    _, axes = canvas()
    lines(axes, days(NAN, NAN), "sales", color=style.NOW)
    assert not axes.lines


def test_grey_leads_up_to_the_first_day_of_the_period() -> None:
    _, axes = canvas()
    frame = days(1, 2, 3, 4)
    now_and_before(axes, frame, "sales", frame["date"] >= "2026-10-03", linestyle="--")
    assert drawn(axes) == [(style.BEFORE, [1, 2, 3]), (style.NOW, [3, 4])]
    assert {line.get_linestyle() for line in axes.lines} == {"--"}
    first = mpl.dates.num2date(axes.lines[1].get_xdata()[0])
    assert (first.month, first.day) == (10, 3)


def test_columns_are_not_written_beside_axes_and_words_are() -> None:
    _, axes = canvas()
    lines(axes, days(1, 2), "sales", "when", palette=TONE)
    assert not axes.xaxis.label.get_visible() and not axes.yaxis.label.get_visible()
    assert axes.get_legend() is None
    axis_name(axes, "visitor_days")
    assert axes.xaxis.label.get_visible() and axes.get_xlabel().strip()
