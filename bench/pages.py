"""Owner's pages of 60 made shops in a real Chromium: do they keep their limits, and does the first screen answer?

    .venv/bin/python bench/pages.py            # about 25 minutes on two cores
    .venv/bin/python bench/pages.py --shops 12 --keep /tmp/pages

Shops with each cause once, with pairs of causes, healthy ones, new ones and some with few tables are made, run through
the real batch in both languages and opened at 375 and 1280 px, light and dark. Of each shop with one planted cause six
questions are asked of the first 800 px: what happened, how much money, what first, who, by when, how sure; money and
cause are held against what was planted. Prints markdown.
"""

from __future__ import annotations

import argparse
import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "tests"))

import pikepdf  # noqa: E402
from picture import NAMES, QUIET  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from trials import hit  # noqa: E402

import owner_page  # noqa: E402
from sizhen import view  # noqa: E402
from sizhen.delivery.paper import attachment  # noqa: E402
from sizhen.document import Document  # noqa: E402
from sizhen.simulate import CAUSES, Fault, Made, Plan, simulate, write  # noqa: E402
from sizhen.view.screen import screen  # noqa: E402
from sizhen.vocab import LANGUAGES  # noqa: E402

PERIOD, END, BEGUN = "2026-10", date(2026, 10, 31), date(2026, 10, 12)
PAIRS = (
    ("stock.sold_out", "ads.click_cost"),
    ("review.size", "service.slow"),
    ("page.bounce", "traffic.search"),
    ("peer.price_cut", "refund.rise"),
    ("order.payment", "basket.units"),
    ("ads.waste", "review.quality"),
    ("price.own_rise", "traffic.recommend"),
    ("service.slow", "stock.sold_out"),
)
FEW = frozenset({"traffic_daily", "product_daily", "stock_daily", "service_daily", "ads_daily", "shop_daily"})
ASKED = ("what happened", "how much", "what first", "who", "by when", "how sure")
ROLES = ("operations", "promotion", "design", "service", "warehouse", "owner")
MOST_PAGES, LARGEST_PDF = 4, 500_000


def plans(shops: int, seed: int) -> Iterator[Plan]:
    """`shops` of them: each cause once, pairs, healthy shops, new ones and two of which orders alone are known."""
    kinds: list[tuple[tuple[str, ...], dict[str, Any]]] = [((cause,), {}) for cause in CAUSES]
    kinds += [(pair, {}) for pair in PAIRS]
    kinds += [((), {}) for _ in range(8)]
    kinds += [((), {"days": days}) for days in (20, 24, 33)] + [
        ((), {"omit": FEW}),
        (("traffic.search",), {"omit": FEW}),
    ]
    kinds += [((cause,), {"visitors_per_day": 300.0}) for cause in CAUSES]
    for number, (causes, more) in enumerate(kinds[:shops]):
        faults = tuple(Fault(cause, BEGUN, "large") for cause in causes)
        plan = Plan(seed=seed + number, shop_id=f"made-{number:02}", name=f"示例店 {number}", faults=faults)  # type: ignore[arg-type]
        yield replace(plan, end=END, **more)


@dataclass(frozen=True)
class Opened:
    """One shop's page in one language."""

    made: Made
    language: str
    document: Document
    broken: dict[str, object]
    answers: dict[str, bool]
    pages: int
    pdf: int


def run(data: Path, reports: Path, language: str) -> None:
    command = [sys.executable, "-m", "sizhen.cli", "run", "--data", str(data), "--period", PERIOD]
    subprocess.run([*command, "--reports", str(reports), "--language", language], check=True, cwd=REPO)


def answered(first: str, document: Document, made: Made) -> dict[str, bool]:
    """Which of the six questions the first screen answers, and whether its first task is what was planted."""
    shown = screen(document)
    if not shown.tasks:
        return {}
    task = shown.tasks[0]
    finding = next(f for f in document.findings if f.id == task.id)
    text = re.sub(r"\s", "", first)
    there = {
        "how much": task.money.text if task.money else shown.headline,
        "what first": task.title,
        "who": task.who,
        "by when": task.by,
        "how sure": task.sure,
    }
    found = {asked: re.sub(r"\s", "", words) in text for asked, words in there.items()}
    # read by place on the screen, the money of a sentence stands beside it
    said = [re.sub(r"\s", "", part) for part in shown.headline.replace(shown.money or "|", "|").split("|")]
    found["what happened"] = all(part in text for part in said)
    truth = made.truth[0]
    found["the planted cause"] = hit(finding.cause, finding.subject, truth)
    stake = finding.stake
    found["its money"] = truth["true_loss"] <= 0 or stake.low <= truth["true_loss"] <= stake.high
    return found


def opened(page: Page, made: Made, folder: Path, language: str) -> Opened:
    path = folder / "report.html"
    document = Document.parse((folder / "findings.json").read_bytes())
    view.use(language, made.profile["currency"])
    fine = document.verdict is not None and document.verdict.state == "fine"
    broken: dict[str, object] = {}
    first = ""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for width in (owner_page.PHONE, owner_page.DESK):
            found = owner_page.measured(page, path, width)
            over = found.over(fine=fine) if width == owner_page.PHONE else {"scrolls sideways": found.wide}
            over |= {"axe": owner_page.violations(page)}
            owner_page.unfold(page)
            over |= {"axe, unfolded": owner_page.violations(page)}
            broken |= {f"{limit} ({width}, {scheme})": what for limit, what in over.items() if what}
            first = found.first if width == owner_page.PHONE else first
    pdf = attachment(path.read_bytes(), "report", form="pdf")
    pages = len(pikepdf.open(io.BytesIO(pdf.content)).pages) if pdf.kind == "pdf" else 0
    single = len(made.truth) == 1
    answers = answered(first, document, made) if single and document.in_state("act") else {}
    return Opened(made, language, document, broken, answers, pages, len(pdf.content))


def told(results: Sequence[Opened]) -> Iterator[str]:
    yield "| shop | language | planted | verdict | pages | PDF kB | limits broken |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for each in results:
        planted = ", ".join(truth["cause"] for truth in each.made.truth) or "–"
        state = each.document.verdict.state if each.document.verdict else "–"
        broken = "; ".join(f"{limit}: {str(what)[:160]}" for limit, what in each.broken.items()) or "none"
        name = each.made.profile["shop_id"]
        yield f"| {name} | {each.language} | {planted} | {state} | {each.pages} | {each.pdf // 1000} | {broken} |"
    asked = [each for each in results if each.answers]
    yield f"\n{sum(not each.broken for each in results)} of {len(results)} pages keep every limit."
    too_long = [each for each in results if each.pages > MOST_PAGES or each.pdf > LARGEST_PDF]
    yield f"{len(too_long)} PDF of more than {MOST_PAGES} pages or {LARGEST_PDF // 1000} kB."
    yield f"\nOf {len(asked)} pages with one planted cause and something to act on, the first screen answers:"
    for question in (*ASKED, "the planted cause", "its money"):
        yield f"- {question}: {sum(each.answers[question] for each in asked)}"
    for each in asked:
        if missed := [question for question in ASKED if not each.answers[question]]:
            yield f"  - {each.made.profile['shop_id']} ({each.language}) lacks {', '.join(missed)}"


def launch(playwright: Any) -> Browser:
    path = next(found for name in NAMES if (found := shutil.which(name)))
    browser: Browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
    return browser


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shops", type=int, default=60)
    parser.add_argument("--seed", type=int, default=9000)
    parser.add_argument("--keep", type=Path, help="folder to keep data and reports in")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = args.keep or Path(temporary)
        made = [simulate(plan) for plan in plans(args.shops, args.seed)]
        for each in made:
            write(each, folder / "data")
        results = []
        for language in LANGUAGES:
            run(folder / "data", folder / language, language)
        with sync_playwright() as playwright:
            page = launch(playwright).new_context().new_page()
            for language in LANGUAGES:
                for each in made:
                    published = folder / language / PERIOD / each.profile["shop_id"]
                    results.append(opened(page, each, published, language))
        print("\n".join(told(results)))


if __name__ == "__main__":
    main()
