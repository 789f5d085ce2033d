"""An agent is a number or a role to whoever reads a report; the name stays in the data and in the explorer."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest

from play import play
from sizhen.diagnosis import open_case
from sizhen.document import Document
from sizhen.exam import ask, ledger
from sizhen.simulate import Fault, Plan, simulate, write
from sizhen.tables import Period, Shop
from sizhen.view import cards, use

END = date(2026, 8, 30)
START = END - timedelta(days=6)
NAMES = {"小夏": "欧阳晓夏", "小满": "司徒小满", "小禾": "上官小禾"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """An agent sells less, and the answers say who."""
    folder = tmp_path_factory.mktemp("named")
    made = simulate(Plan(seed=4711, shop_id="planted", end=END, faults=(Fault("service.skill", START, "large"),)))
    desk = made.tables["service_daily"]
    known = {n: NAMES.get(n, f"诸葛{n}") for n in desk["agent"].unique()}
    made.tables["service_daily"] = desk.assign(agent=desk["agent"].map(known))
    said = [
        {"asked_on": END, "question": f"{name}怎么样？", "who": "owner", "answer": f"{name}最近很慢", "score": 2}
        for name in known.values()
    ]
    made.tables["answers"] = pd.DataFrame(said)
    write(made, folder)
    return Shop.open(folder, "planted")


@pytest.fixture(scope="module")
def names(shop: Shop) -> list[str]:
    return list(shop.table("service_daily")["agent"].unique())


@pytest.fixture(scope="module")
def document(shop: Shop) -> Document:
    return open_case(shop, Period(START, END)).document()


@pytest.mark.slow
def test_the_finding_points_to_an_agent_and_speaks_of_none(document: Document, names: list[str]) -> None:
    (finding,) = [f for f in document.findings if f.cause == "service.skill"]
    assert finding.subject["agent"] in names, "the explorer leads from here to the rows"
    told = f"{finding.says}{finding.advice}{cards.finding_card(finding)}"
    assert [n for n in names if n in told] == []


@pytest.mark.slow
@pytest.mark.usefixtures("one_case")
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("step", ["2_listen", "3_ask", "4_check", "5_prescribe"])
def test_no_notebook_of_the_report_names_anybody(step: str, language: str, shop: Shop, names: list[str]) -> None:
    shown = "".join(
        play(step, shop_id=shop.id, data_dir=str(shop.folder.parent), period=f"{START}..{END}", language=language)
    )
    assert len(shown) > 1000
    assert [n for n in names if n in shown] == []


def test_no_kept_table_names_anybody(shop: Shop, names: list[str]) -> None:
    use("zh")
    kept = ledger.tables(shop, Period(START, END))
    told = "".join(frame.to_csv() for frame in kept.values())
    assert [n for n in names if n in told] == []


def test_frames_number_agents_alike(shop: Shop) -> None:
    days = Period(START, END)
    numbers = ask.agents(shop, days)["agent_label"].to_list()
    assert numbers == [float(n + 1) for n in range(len(numbers))]
    for frame in (ask.agent_mix(shop, days), ask.agent_weeks(shop, days)):
        assert "agent" not in frame
        assert set(frame["agent_label"]) >= set(numbers)
