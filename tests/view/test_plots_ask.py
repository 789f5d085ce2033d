"""Charts of the desk and the people: every mark stands where its number is, and every headline says what it says."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.axes import Axes

from sizhen.view import labels, plots, style

pytestmark = pytest.mark.usefixtures("language")

CHARTS = ("response_slope", "agent_mix", "agent_weeks", "people")


def slopes(
    low: float = -0.15, high: float = -0.05, strict: tuple[float, float, float] = (-0.1, 0.1, 0.0)
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "compared": ["all", "same_agent", "same_day"],
            "per_doubling": [-0.1, -0.1, strict[2]],
            "per_doubling_low": [low, low, strict[0]],
            "per_doubling_high": [high, high, strict[1]],
        }
    )


def mix(agents: int = 3) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "agent_label": range(1, agents + 1),
            "of_rate": [-0.02 * n for n in range(agents)],
            "of_mix": [0.01] + [0.0] * (agents - 1),
        }
    )
    table.attrs.update({"value": 0.45, "value_before": 0.5})
    return table


def weeks(agents: int = 2) -> pd.DataFrame:
    days = pd.to_datetime(["2026-09-20", "2026-10-18", "2026-10-25"])
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "week": days,
                    "agent_label": float(n),
                    "when": ["before", "period", "period"],
                    "inquiry_buyers": [10.0 * n] * 3,
                    "satisfaction": [0.9, 0.8 + n / 100, 0.7 + n / 100],
                }
            )
            for n in range(1, agents + 1)
        ]
    ).sort_values("week")


def said(*rows: tuple[str, ...]) -> pd.DataFrame:
    columns = [
        "topic",
        "accord",
        "said_by",
        "staff_say",
        "customers_say",
        "reviews_show",
        "refunds_show",
        "findings_show",
    ]
    return pd.DataFrame(rows, columns=columns)


SIZE = (
    "size",
    "accord.unseen",
    "who.service",
    "say.trouble",
    "say.silent",
    "show.nothing",
    "show.unknown",
    "show.nothing",
)
COLOUR = ("colour", "accord.unheard", "", "say.silent", "say.silent", "show.worse", "show.most", "show.nothing")
STOCK = (
    "stock",
    "accord.denied",
    "who.warehouse",
    "say.fine",
    "say.silent",
    "show.unknown",
    "show.unknown",
    "show.worse",
)
BOTH = ("price", "accord.agree", "who.owner", "say.trouble", "say.trouble", "show.worse", "show.worse", "show.worse")
CALM = ("page", "accord.fine", "who.design", "say.fine", "say.named", "show.unknown", "show.unknown", "show.nothing")
FRAMES = {
    "response_slope": slopes,
    "agent_mix": lambda: mix(14),
    "agent_weeks": lambda: weeks(4),
    "people": lambda: said(SIZE, COLOUR, STOCK, BOTH, CALM),
}


def title(axes: Axes) -> str:
    return str(axes.figure.sz_alt)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", CHARTS)
def test_stays_inside_and_apart(name: str) -> None:
    axes = getattr(plots, name)(FRAMES[name]())
    axes.figure.canvas.draw()
    written = [t for t in axes.figure.findobj(mpl.text.Text) if t.get_text() and t.get_visible()]
    assert min(t.get_fontsize() for t in written) >= 9.5
    page = axes.figure.bbox
    left, right = axes.get_xlim()
    drawn = [t for t in axes.get_xticklabels() if axes.xaxis.get_visible() and left <= t.get_position()[0] <= right]
    boxes = [t.get_window_extent() for t in (*axes.get_yticklabels(), *drawn, *axes.texts) if t.get_text()]
    assert [(i, j) for i, a in enumerate(boxes) for j, b in enumerate(boxes[:i]) if a.overlaps(b)] == []
    assert all(page.x0 - 1 <= b.x0 and b.x1 <= page.x1 + 1 for b in boxes)


@pytest.mark.parametrize("name", CHARTS)
def test_nothing_to_draw(name: str) -> None:
    assert getattr(plots, name)(pd.DataFrame()) is None
    assert plt.get_fignums() == []


def test_slopes_stand_with_their_intervals() -> None:
    axes = plots.response_slope(slopes())
    bars, dots = axes.collections
    assert [(s[0][0], s[1][0]) for s in bars.get_segments()] == [(-0.15, -0.05), (-0.15, -0.05), (-0.1, 0.1)]
    assert dots.get_offsets()[:, 0].tolist() == [-0.1, -0.1, 0.0]
    assert [mpl.colors.to_hex(c) for c in dots.get_facecolors()] == [style.NOW, style.NOW, style.BEFORE]


def test_the_headline_trusts_the_strictest_comparison(language: str) -> None:
    ten, days = labels.fmt(-0.1, "points"), {"zh": "忙日", "en": "busy days"}[language]
    assert ten in title(plots.response_slope(slopes()))
    assert days in title(plots.response_slope(slopes()))
    clear = title(plots.response_slope(slopes(strict=(-0.12, -0.04, -0.08))))
    assert labels.fmt(-0.08, "points") in clear
    assert labels.coded("compared", "same_day") in clear
    nothing = title(plots.response_slope(slopes(low=-0.2, high=0.1)))
    assert {"zh": "看不出", "en": "not go together"}[language] in nothing


def test_the_rows_of_the_mix_add_up() -> None:
    axes = plots.agent_mix(mix())
    assert [b.get_width() for b in axes.patches] == pytest.approx([-0.04, -0.02, 0, 0.01])
    assert [t.get_text() for t in axes.get_yticklabels()][-1] == labels.name("plot.agent_mix.row")
    assert all(labels.fmt(v, "points") in title(axes) for v in (-0.06, 0.01, -0.05))
    many = plots.agent_mix(mix(14))
    assert len(many.patches) == 12
    assert sum(b.get_width() for b in many.patches) == pytest.approx(-0.02 * sum(range(14)) + 0.01)
    assert labels.say("plot.agent_mix.rest", count=4) in [t.get_text() for t in many.get_yticklabels()]


def test_satisfaction_weighs_agents_by_their_askers() -> None:
    axes = plots.agent_weeks(weeks())
    assert axes.lines[-1].get_ydata().tolist() == pytest.approx([0.9, (0.81 + 2 * 0.82) / 3, (0.71 + 2 * 0.72) / 3])
    assert all(labels.fmt(v, "rate") in title(axes) for v in ((0.71 + 2 * 0.72) / 3, 0.9, 0.71, 0.72))
    assert len(plots.agent_weeks(weeks(1)).texts) == 2
    crowd = plots.agent_weeks(weeks(9))
    assert [t.get_text() for t in crowd.texts] == [labels.name("desk.whole")]


def test_marks_of_people_stand_at_who_said_it() -> None:
    axes = plots.people(said(SIZE, COLOUR, STOCK, BOTH, CALM))
    places: dict[str, set[tuple[float, float]]] = {}
    marks = axes.collections[0]
    for colour, place in zip(marks.get_facecolor(), marks.get_offsets().tolist(), strict=True):
        places.setdefault(mpl.colors.to_hex(colour), set()).add(tuple(place))
    assert len(marks.get_sizes()) == len(marks.get_paths()) == sum(map(len, places.values()))
    assert places[style.WORSE] == {(0, 0), (2, 1), (4, 2), *((n, 3) for n in range(5))}
    assert places[style.MARK] == {(3, 1)}
    assert places[style.BETTER] == {(0, 2), (0, 4)}
    assert places[style.QUIET] == {(2, 0), (4, 0), (4, 1), (1, 4), (4, 4)}


@pytest.mark.parametrize(
    ("rows", "names"),
    [
        ([SIZE, COLOUR], ["topic.size", "topic.colour", "who.service"]),
        ([STOCK, COLOUR], ["topic.stock", "who.warehouse"]),
        ([COLOUR, BOTH], ["topic.colour"]),
        ([SIZE, BOTH], ["topic.size", "who.service"]),
        ([BOTH, CALM], ["topic.price"]),
    ],
)
def test_the_contradiction_comes_first(rows: list[tuple[str, ...]], names: list[str]) -> None:
    told = title(plots.people(said(*rows)))
    assert all(labels.name(n).lower() in told.lower() for n in names)
    assert "{" not in told


def test_nothing_amiss_is_said() -> None:
    assert title(plots.people(said(CALM))).endswith(labels.say("plot.people.fine"))
