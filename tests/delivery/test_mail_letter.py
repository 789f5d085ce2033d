"""What the mail says, in both of its texts."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from email.message import EmailMessage
from typing import Any

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sizhen import view
from sizhen.delivery import letter
from sizhen.delivery.letter import Letter, plain
from sizhen.delivery.message import LONGEST_BODY
from sizhen.delivery.picture import waterfall
from sizhen.document import Document
from sizhen.tables import Period, Profile
from sizhen.view.style import BEFORE, BETTER, NOW, WORSE
from small_document import document
from small_mail import ENGLISH, OWNER, SENT, earlier, finding, html_of, text_of

Mail = Callable[..., EmailMessage]
OCTOBER = Period.parse("2026-10")
HOSTILE = "<img src=x onerror=alert(1)> & \"</td>' {{ 7 * 7 }} http://evil.example/a?b www.evil.example a@evil.example"


def written(document: dict[str, Any], profile: Profile = OWNER) -> Letter:
    view.use(profile.language, profile.currency)
    return letter.write(Document.from_json(document), profile, OCTOBER, SENT)


def squeezed(text: str) -> str:
    return re.sub(r"\s+|\u2060", "", text)


def sentences_of(told: object) -> list[str]:
    if isinstance(told, str):
        return [told]
    values = told.values() if isinstance(told, dict) else told if isinstance(told, list | tuple) else ()
    return [text for value in values for text in sentences_of(value)]


@pytest.mark.parametrize("profile", [OWNER, ENGLISH], ids=["zh", "en"])
def test_both_texts_say_everything(mail: Mail, profile: Profile) -> None:
    found = [
        finding(),
        finding("ads.click_cost"),
        finding("service.slow"),
        finding("page.bounce"),
        finding("stock.sold_out"),
    ]
    told = document(*found, finding("peer.promotion", "watch"), previous=[earlier(o) for o in ("worse", "unknown") * 3])
    sent = mail(told, profile, unsubscribe="stop@agency.example")
    body = BeautifulSoup(html_of(sent), "html.parser").body
    assert body is not None
    wanted = asdict(written(told, profile))
    wanted.pop("subject"), wanted.pop("state")
    for shown in (body.get_text() + " ".join(str(img["alt"]) for img in body.find_all("img")), text_of(sent)):
        missing = [text for text in sentences_of(wanted) if squeezed(text) not in squeezed(shown)]
        assert missing == []
        assert "tiny-2026-10.html" in shown and "stop@agency.example" in shown


@pytest.mark.parametrize("profile", [OWNER, ENGLISH], ids=["zh", "en"])
def test_no_line_of_the_text_is_left_over(mail: Mail, profile: Profile) -> None:
    text = text_of(mail(document(finding(), previous=[earlier()]), profile))
    assert "\n\n\n" not in text and "{" not in text and text.strip() + "\n" == text
    assert not re.search("[一-鿿]", text) or profile.language == "zh"


def test_findings_are_three_at_most_and_told_with_money_person_and_day() -> None:
    told = written(
        document(*(finding(cause, amount=1000.0) for cause in ("stock.sold_out", "page.bounce") * 2)), ENGLISH
    )
    assert len(told.items) == 3
    first = told.items[0]
    assert (first.title, first.money) == ("Sizes sold out", "About $1,000 of sales lost this period")
    assert first.between == "$500 to $1,500"
    assert first.says == "Out is out of stock." and first.advice == "Restock: Out."
    assert first.who == "Warehouse, by 6 Nov"
    assert "0.95" not in first.aim and "95" in first.aim and "7 Nov" in first.aim
    assert told.more.startswith("One more to act on: ")
    assert told.verdict == "4 things to act on; start with the first."


def test_days_are_those_of_the_shop() -> None:
    assert written(document(finding())).items[0].who == "仓库，11月6日前"
    there = replace(OWNER, timezone="America/New_York")
    assert written(document(finding()), there).items[0].who == "仓库，11月5日前"


def test_an_aim_before_the_work_is_due_is_not_told() -> None:
    late = finding()
    late["advice"]["expect"]["by"] = "2026-11-05"
    assert written(document(late)).items[0].aim == ""


def test_what_is_to_be_watched_fills_the_three() -> None:
    watched = [finding("peer.promotion", "watch", says=str(n)) for n in range(4)]
    assert [len(written(document(*[finding()] * n, *watched)).watched) for n in (0, 1, 2, 3, 4)] == [3, 2, 1, 0, 0]


def test_a_shop_with_nothing_to_do(mail: Mail) -> None:
    sent = mail(document(finding(state="ok")), ENGLISH)
    assert sent["Subject"] == "Tiny Shop, October 2026: nothing to do"
    assert text_of(sent).startswith("Nothing to do today.\n")
    assert "Out" not in text_of(sent) and "What to do" not in text_of(sent)


def test_without_sales_there_is_no_verdict(mail: Mail) -> None:
    unknown = dict.fromkeys(("observed", "expected", "low", "high", "target"))
    sent = mail(document(sales=unknown, split=[], baseline=None), ENGLISH)
    assert sent["Subject"] == "Tiny Shop, October 2026: no sales data, no verdict"
    assert text_of(sent).startswith("No sales are known: no verdict.\n")


def test_what_came_of_the_last_advice_is_told() -> None:
    told = written(
        document(previous=[earlier(o, advice=f"{n}.") for n, o in enumerate(["recovered", "worse"] * 3)]), ENGLISH
    )
    assert [advice for _, advice in told.previous] == ["0.", "1.", "2.", "3."]
    assert "recovered" in told.previous[0][0] and "worse" in told.previous[1][0]
    assert told.previous_more.startswith("2 further")
    assert written(document()).previous == ()


UNREAD = {"rule": "check.revisit", "needs": ["unread_advice"], "why": "Unknown."}


@pytest.mark.parametrize(("owner", "said"), [(OWNER, "上次的建议读不出来"), (ENGLISH, "last advice could not be read")])
def test_last_advice_that_could_not_be_read_is_said(mail: Mail, owner: Profile, said: str) -> None:
    sent = mail(document(not_concluded=[UNREAD]), owner)
    assert said in text_of(sent)
    assert said in BeautifulSoup(html_of(sent), "html.parser").get_text()
    assert said not in text_of(mail(document(), owner))


@pytest.mark.parametrize(
    ("owner", "said"), [(OWNER, "10月31日，数据到 10月14日 为止"), (ENGLISH, "31 Oct, data up to 14 Oct")]
)
def test_a_period_known_in_part_says_up_to_which_day(mail: Mail, owner: Profile, said: str) -> None:
    tables = {name: {"rows": 1, "first": None, "last": day} for name, day in (("reviews", "2026-10-31"), *SALES)}
    sent = mail(document(data=document()["data"] | {"tables": tables}), owner)
    assert said in text_of(sent)
    assert said in BeautifulSoup(html_of(sent), "html.parser").get_text()
    assert "10月14日" not in text_of(mail(document(), owner))


SALES = (("orders", "2026-10-15"), ("shop_daily", "2026-10-14"))


def test_text_from_outside_is_escaped_and_nothing_in_it_is_active(mail: Mail) -> None:
    told = document(
        finding(says=HOSTILE), finding("peer.promotion", "watch", says=HOSTILE), previous=[earlier(advice=HOSTILE)]
    )
    sent = mail(told, replace(OWNER, name=HOSTILE[:40]))
    soup = BeautifulSoup(html_of(sent), "html.parser")
    assert len(soup.find_all("img")) == 1 and not soup.find_all(["a", "script"])
    assert soup.get_text().count("<img src=x onerror=alert(1)>") >= 4
    assert "{{ 7 * 7 }}" in soup.get_text() and "49" not in soup.get_text()
    for shown in (str(soup), text_of(sent)):
        assert not re.search(r"evil\.example|://\w|www\.\w|a@evil", shown)
        assert "evil.\u200bexample" in shown


def test_plain_leaves_ordinary_text_as_it_is() -> None:
    for text in (
        "¥1,234.50，平时 6.35%。",
        "No. 1: shoes, A/B 12:30 (size 38.5)",
        "「高腰水洗麻风衣」",
        "v.2 e.g. this",
    ):
        assert plain(text).replace("e.\u200b", "e.") == text
    assert plain("a\r\nBcc:\u202ex\x00\ud800y") == "a Bcc: x y"
    assert len(plain("x" * 5000)) <= letter.LONGEST


@given(st.text())
def test_plain_is_one_line_that_can_be_sent(text: str) -> None:
    made = plain(text)
    assert made.splitlines() in ([], [made])
    assert made.encode().decode() == made
    assert not re.search(r"\w(://|@)(?!\u200b)", made)


def test_the_longest_texts_stay_under_what_gmail_shows(mail: Mail) -> None:
    longest = '&<"' * 5000
    told = document(*[finding(says=longest)] * 9, previous=[earlier(advice=longest)] * 9)
    assert len(html_of(mail(told, replace(OWNER, name=longest))).encode()) < LONGEST_BODY


def test_steps_lead_from_expected_to_actual() -> None:
    told = written(document(), ENGLISH)
    assert [(s.name, s.shown) for s in told.steps] == [
        ("Expected", "$10,000"),
        ("Visitors", "−$500"),
        ("Conversion", "−$1,700"),
        ("Order value", "+$200"),
        ("Actual", "$8,000"),
    ]
    assert [(s.start, s.end) for s in told.steps] == [(0, 10000), (10000, 9500), (9500, 7800), (7800, 8000), (0, 8000)]
    assert told.split == "Sales are $2,000 below what was expected, mostly conversion (−$1,700)"
    assert told.picture.endswith("Conversion −$1,700, Order value +$200 and Actual $8,000.")


def test_usual_sales_are_called_usual_and_unsplit_ones_unsplit() -> None:
    usual = document()["sales"] | {"observed": 9900.0}
    assert written(document(sales=usual), ENGLISH).split == "Sales are within what would be usual"
    unsplit = written(document(split=[{"path": ["unsplit"], "amount": -2000.0}]), ENGLISH)
    assert [s.name for s in unsplit.steps] == ["Expected", "Actual"]
    assert unsplit.split == "Sales are $2,000 below what was expected; without visitors it cannot be split"


def test_bars_are_as_long_as_their_amounts() -> None:
    png = waterfall(written(document()).steps)
    with Image.open(io.BytesIO(png)) as image:
        picture = image.convert("RGB")
    assert picture.width == 900 and len(png) < 30_000
    lengths = {}
    for row, colour in enumerate((BEFORE, WORSE, WORSE, BETTER, NOW)):
        wanted = tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))
        y = round((row + 0.75) * 0.44 * 300)
        found = [x for x in range(picture.width) if picture.getpixel((x, y)) == wanted]
        lengths[row] = (found[0] / 900 * 10000, (found[-1] + 1) / 900 * 10000)
    expected = {0: (0, 10000), 1: (9500, 10000), 2: (7800, 9500), 3: (7800, 8000), 4: (0, 8000)}
    assert {row: pytest.approx(ends, abs=40) for row, ends in expected.items()} == lengths


def test_a_picture_of_the_same_steps_has_the_same_bytes() -> None:
    steps = written(document()).steps
    assert waterfall(steps) == waterfall(steps)
