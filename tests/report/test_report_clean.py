"""What of a notebook's markup reaches a page, and what of it never does."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup

from sizhen.report import clean

DRAWING = (
    '<svg class="sz-svg" viewBox="0 0 300 62.5" role="img" aria-label="36 s, then 2:07">'
    '<rect class="sz-f-now" x="0" y="1.5" width="8" height="20" rx="1.5" fill="#2f5885"></rect>'
    '<circle class="sz-f-act" cx="75" cy="33" r="7" fill="#a8322a"></circle>'
    '<line class="sz-s-ink" x1="0" y1="-1" x2="8" y2="9" stroke="#1d2024" stroke-width="2"'
    ' stroke-dasharray="3 2"></line>'
    '<polyline class="sz-s-pale" points="0,1.5 4.4,38.5" fill="none" stroke="#c3cad2" stroke-width="2"></polyline>'
    '<text class="sz-f-ink" x="75" y="14" text-anchor="middle" font-size="13" font-weight="700" fill="#1d2024"'
    ' data-figure="sales:observed" data-scope="shop">¥46.1 万</text></svg>'
)
HOSTILE = [
    "<svg viewBox='0 0 9 9'><script>steal()</script></svg>",
    "<svg viewBox='0 0 9 9' onload='steal()'><rect onclick='steal()' x='1'/></svg>",
    "<svg><a xlink:href='javascript:steal()'><text>x</text></a></svg>",
    "<svg><foreignObject><iframe src='https://steal.example'></iframe></foreignObject></svg>",
    "<svg><image href='https://steal.example/x.png'/></svg>",
    "<svg><use href='https://steal.example/x.svg#a'/></svg>",
    "<svg><style>@import 'https://steal.example'</style></svg>",
    "<svg><rect fill='url(https://steal.example#a)' style='fill:url(https://steal.example)'/></svg>",
    "<svg><animate attributeName='href' values='javascript:steal()'/><set onbegin='steal()'/></svg>",
    "<svg><text x='1' y='steal()' font-size='13px;background:url(https://steal.example)'>x</text></svg>",
    "<svg></p><style><a title='</style><img src=x onerror=steal()>'></svg>",
    "<svg><title><img src=x onerror=steal()></title></svg>",
    "<math><mtext><svg><mglyph><style><img src=x onerror=steal()></style></svg></math>",
    "<p id='top' onfocus='steal()' data-other='steal()'>x</p>",
]


def read(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def test_our_drawings_come_through_as_they_are() -> None:
    assert clean.display(DRAWING) == DRAWING
    assert clean.page_part(DRAWING) == DRAWING


@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_that_runs_or_asks_comes_through(hostile: str) -> None:
    for html in (clean.display(hostile), clean.page_part(hostile), clean.prose(hostile)):
        soup = read(html)
        assert not soup.select("script, style, iframe, image, img, use, foreignObject, animate, set, title, math")
        assert "steal" not in html
        names = {name for tag in soup.find_all(True) for name in tag.attrs}
        assert not [name for name in names if name.startswith("on") or name in ("href", "data-other", "xlink:href")]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("0 0 300 62.5", "0 0 300 62.5"),
        ("0 0 300", None),
        ("0 0 1e9 1", None),
        ("-9 0 300 60", None),
        ("0 0 99999999 1", None),
    ],
)
def test_only_a_plain_view_box_comes_through(given: str, kept: str | None) -> None:
    svg = read(clean.display(f'<svg viewBox="{given}"></svg>')).svg
    assert svg.get("viewbox") == kept or svg.get("viewBox") == kept


@pytest.mark.parametrize("points", ["0,0 1,1;", "0,0 a,b", "0 0 1 1", "0,0  1,1"])
def test_only_plain_points_come_through(points: str) -> None:
    assert "points" not in clean.display(f'<svg><polyline points="{points}"></polyline></svg>')


def test_a_place_to_link_to_is_one_of_ours() -> None:
    soup = read(
        clean.display('<p id="sz-seen-3">a</p><p id="top">b</p><p id="sz-SEEN">c</p><a href="#sz-task-3">d</a>')
    )
    assert [p.get("id") for p in soup.select("p")] == ["sz-seen-3", None, None]
    assert soup.a["href"] == "#sz-task-3"


def test_a_figure_keeps_its_name_and_its_scope_on_any_tag() -> None:
    for tag in ("span", "td", "strong", "li"):
        html = f'<{tag} data-figure="finding:stake" data-scope="ads.waste:a &amp; b">¥1</{tag}>'
        framed = f"<table><tbody><tr>{html}</tr></tbody></table>" if tag == "td" else html
        assert read(clean.display(framed)).find(tag).attrs == {
            "data-figure": "finding:stake",
            "data-scope": "ads.waste:a & b",
        }


def test_headings_of_an_output_stay_below_the_page_s_own_but_for_a_part_of_the_page() -> None:
    html = "<h1>a</h1><h2>b</h2><h3>c</h3>"
    assert [h.name for h in read(clean.display(html)).find_all(True)] == ["h3", "h3", "h3"]
    assert [h.name for h in read(clean.page_part(html)).find_all(True)] == ["h1", "h2", "h3"]
