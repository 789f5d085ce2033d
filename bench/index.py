"""The agency's index of many shops: how large, how soon written, opened, searched and sorted in a real Chromium.

    .venv/bin/python bench/index.py --shops 1000

Shops are made: of ten two with something to do, one to watch, one with little data, six fine; and then all with
something to do. Prints markdown.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPO / "tests"))

from picture import NAMES, QUIET  # noqa: E402
from playwright.sync_api import Browser, sync_playwright  # noqa: E402

import made_agency  # noqa: E402
from sizhen.report.index import write_index  # noqa: E402

KINDS = {"mixed": made_agency.MIXED, "all act": ("act",)}
AFTER = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
LOADED = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"
TIMED = """async ([tool, value, kind]) => {
  const field = document.querySelector(`search ${tool}`), begun = performance.now();
  field.value = value;
  field.dispatchEvent(new Event(kind));
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - begun;
}"""


def measured(browser: Browser, path: Path, width: int) -> list[float]:
    """Milliseconds until it has loaded and drawn, was searched, and sorted; of three openings the median."""
    times = []
    for _ in range(3):
        context = browser.new_context(viewport={"width": width, "height": 812})
        page, begun = context.new_page(), time.perf_counter()
        page.goto(path.as_uri())
        page.evaluate(AFTER)
        drawn = 1000 * (time.perf_counter() - begun)
        searched = page.evaluate(TIMED, ["input", "shop-07", "input"])
        page.evaluate(TIMED, ["input", "", "input"])
        ordered = page.evaluate(TIMED, ["select", "name", "change"])
        times.append((page.evaluate(LOADED), drawn, searched, ordered))
        context.close()
    return [sorted(each)[1] for each in zip(*times, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--shops", type=int, default=1000)
    shops = parser.parse_args().shops
    print("| shops | kB | written, s of CPU | width | loaded, ms | drawn, ms | searched, ms | sorted, ms |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = next(found for name in NAMES if (found := shutil.which(name)))
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        for kind, states in KINDS.items():
            home = Path(folder) / kind.replace(" ", "-")
            rows, begun = made_agency.publish(home, shops, states), time.process_time()
            write_index(home, rows, language="zh", title="2026-10")
            spent, size = time.process_time() - begun, (home / "index.html").stat().st_size / 1000
            for width in (375, 1280):
                told = " | ".join(f"{value:.0f}" for value in measured(browser, home / "index.html", width))
                print(f"| {shops} {kind} | {size:.0f} | {spent:.1f} | {width} | {told} |", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
