"""How often the diagnosis is right, measured on made shops with planted faults: `make bench-diagnosis`.

Prints markdown; with --out it is written beside the method's description. The seeds here are not those of the tests.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import cost
import numpy as np
from trials import Result, Trial, daily_alarms, days_to_find, judge, run

from sizhen.simulate import CAUSES
from sizhen.simulate.planting import DECOYS
from sizhen.vocab import load

Lines = list[str]
SHOPS = (100.0, 300.0, 2000.0, 20_000.0)
SLOW_OR_VAGUE = {"product.decline", "service.skill", "review.other"}
SUDDEN = tuple(
    c.id
    for c in (load().causes[cause] for cause in CAUSES)
    if c.may_act == "established" and c.step != "unexplained" and c.id not in SLOW_OR_VAGUE
)
SAME_TROUBLE = {"traffic.search", "traffic.violation"}
FIRST, THREE = 1, 3


def among(results: Sequence[Result], places: int) -> float:
    return float(np.mean([r.ranks[0] is not None and r.ranks[0] < places for r in results]))


def error(share: float, n: int) -> float:
    """Half a 90 % interval of a share."""
    return 1.645 * float(np.sqrt(max(share * (1 - share), 0.25 / max(n, 1)) / max(n, 1)))


def priced(results: Sequence[Result]) -> list[tuple[float, tuple[float, float, float]]]:
    """(what it cost, its stake) of every fault that was found, cost something and was priced."""
    pairs = [(t, s) for r in results for t, s in zip(r.truths, r.stakes, strict=True)]
    return [(truth, stake) for truth, stake in pairs if truth > 0 and stake[0] > 0]


def covered(results: Sequence[Result]) -> float:
    pairs = priced(results)
    return float(np.mean([s[1] <= truth <= s[2] for truth, s in pairs])) if pairs else np.nan


def money(results: Sequence[Result]) -> float:
    pairs = priced(results)
    return float(np.median([s[0] / truth for truth, s in pairs])) if pairs else np.nan


def shown(value: float) -> str:
    return "–" if not np.isfinite(value) else f"{value:.2f}"


def both_named(results: Sequence[Result]) -> float:
    return float(np.mean([all(x is not None for x in r.ranks) for r in results]))


class Bench:
    """The sections of the report, each a list of markdown lines."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.each, self.healthy_shops, self.jobs = args.each, args.healthy, args.jobs
        self.seed, self.causes = args.seed, args.causes

    def _trials(self, part: int, each: int, **more: object) -> list[Trial]:
        first = self.seed + 100_000 * part
        return [
            Trial(first + 100 * CAUSES.index(c) + k, (c,), **more)  # type: ignore[arg-type]
            for c in self.causes
            for k in range(each)
        ]

    def causes_medium(self) -> Lines:
        """Every cause, medium size, 2,000 visitors a day, beside what naive methods find on the same shops."""
        results = run(judge, self._trials(0, self.each), self.jobs)
        by_cause: defaultdict[str, list[Result]] = defaultdict(list)
        for r in results:
            by_cause[r.trial.causes[0]].append(r)
        lines = [
            "| cause | first | in three | acts | stake ÷ loss | interval holds the loss | else most often first |",
            "|---|---|---|---|---|---|---|",
        ]
        for cause, rows in by_cause.items():
            names = [r.first.partition(":")[0] for r in rows if r.ranks[0] != 0]
            usual = max(set(names), key=names.count) if names else ""
            cells = (among(rows, FIRST), among(rows, THREE), np.mean([bool(r.acts) for r in rows]))
            figures = " | ".join(shown(float(x)) for x in (*cells, money(rows), covered(rows)))
            lines.append(f"| {cause} | {figures} | {usual} |")
        n = len(results)
        lines += [
            "",
            f"All: first {among(results, FIRST):.3f} ± {error(among(results, FIRST), n):.3f}, in three "
            f"{among(results, THREE):.3f} ± {error(among(results, THREE), n):.3f} (n = {n}, {self.each} per cause); "
            f"stake ÷ loss {money(results):.2f} (median); 90 % intervals hold {covered(results):.2f} of the losses.",
            "",
            "| method, same shops | first | in three |",
            "|---|---|---|",
            f"| this diagnosis | {among(results, FIRST):.2f} | {among(results, THREE):.2f} |",
        ]
        for name in results[0].naive:
            ranks = [r.naive[name] for r in results]
            first, three = (np.mean([x is not None and x < k for x in ranks]) for k in (FIRST, THREE))
            lines.append(f"| {name} | {first:.2f} | {three:.2f} |")
        return lines

    def sizes(self) -> Lines:
        """By size of fault and of shop."""
        lines = [
            "| visitors a day | fault | n | first | in three | stake ÷ loss | interval holds the loss |",
            "|---|---|---|---|---|---|---|",
        ]
        wanted = [(2000.0, "small"), (2000.0, "large"), (300.0, "medium"), (300.0, "large")]
        wanted += [(20_000.0, "small"), (20_000.0, "medium"), (100.0, "large")]
        for part, (visitors, size) in enumerate(wanted, start=1):
            rows = run(judge, self._trials(part, max(self.each // 2, 1), size=size, visitors=visitors), self.jobs)
            figures = (among(rows, FIRST), among(rows, THREE), money(rows), covered(rows))
            lines.append(f"| {visitors:,.0f} | {size} | {len(rows)} | {' | '.join(map(shown, figures))} |")
        return lines

    def healthy(self) -> Lines:
        """Alarms where nothing is wrong: any finding to act on."""
        n = self.healthy_shops
        lines = ["| healthy shops | n | with an `act` |", "|---|---|---|"]
        kinds = [(v, False, judge) for v in SHOPS] + [(2000.0, True, judge), (2000.0, False, daily_alarms)]
        for part, (visitors, promoted, work) in enumerate(kinds, start=10):
            count = n if work is judge else max(n // 4, 1)
            first = self.seed + 100_000 * part
            trials = [Trial(first + k, (), visitors=visitors, promoted=promoted) for k in range(count)]
            alarms = [bool(r.acts) if isinstance(r, Result) else r for r in run(work, trials, self.jobs)]  # type: ignore[arg-type,attr-defined]
            what = f"{visitors:,.0f} visitors a day"
            what += ", a promotion in or next to the week" if promoted else ""
            what += ", over ten daily runs" if work is daily_alarms else ", weekly run"
            lines.append(f"| {what} | {count} | {np.mean(alarms):.3f} |")
        return lines

    def _couples(self, rounds: int) -> list[tuple[str, ...]]:
        """In every round each sudden cause meets one other at random; where their number is odd, one stays alone."""
        rng = np.random.default_rng(self.seed)
        causes = [c for c in SUDDEN if c in self.causes]
        met = [rng.permutation(causes) for _ in range(rounds)]
        couples = [(str(a), str(b)) for row in met for a, b in zip(row[::2], row[1::2], strict=False)]
        return [pair for pair in couples if set(pair) != SAME_TROUBLE]

    def pairs(self) -> Lines:
        """Two faults at once, each cause in as many pairs as any other; a search block and a fall of search are one
        trouble, and left out."""
        trials = [Trial(self.seed + 1_700_000 + k, pair) for k, pair in enumerate(self._couples(2 * self.each))]
        results = run(judge, trials, self.jobs)
        costs = ("ads.", "refund.")
        losses = [r for r in results if r.joint > 0 and not any(c.startswith(costs) for c in r.trial.causes)]
        off = np.median([abs(r.claimed / r.joint - 1) for r in losses])
        over = np.median([r.claimed / r.joint for r in losses])
        plain = [r for r in results if "page.checkout" not in r.trial.causes]
        return [
            f"Both named in {both_named(results):.2f} of {len(results)} pairs, in {both_named(plain):.2f} of the "
            f"{len(plain)} without `page.checkout`, which one device's buyers hardly show (see the method's limits).",
            f"All loss stakes together are {over:.2f} of what both cost (median of {len(losses)} pairs of lost sales);",
            f"the median pair is off by {off:.2f}, either way.",
        ]

    def decoys(self) -> Lines:
        """A visible fact without effect."""
        causes = sorted(DECOYS)
        first = self.seed + 1_800_000
        each = max(self.each // 2, 1)
        trials = [Trial(first + 100 * n + k, (c,), decoy=True) for n, c in enumerate(causes) for k in range(each)]
        results = run(judge, trials, self.jobs)
        quiet = np.mean([r.levels[0] in ("", "D") for r in results])
        acts = np.mean([any(a.startswith(r.trial.causes[0]) for a in r.acts) for r in results])
        lines = ["| decoy | n | named at D or not at all | to act on it |", "|---|---|---|---|"]
        for cause in causes:
            rows = [r for r in results if r.trial.causes[0] == cause]
            calm = np.mean([r.levels[0] in ("", "D") for r in rows])
            acted = np.mean([any(a.startswith(cause) for a in r.acts) for r in rows])
            lines.append(f"| {cause} | {len(rows)} | {calm:.2f} | {acted:.2f} |")
        return [*lines, f"| all | {len(results)} | {quiet:.3f} | {acts:.3f} |"]

    def days(self) -> Lines:
        """Days until a daily run names the fault among the first three."""
        trials = [t for t in self._trials(19, max(self.each // 4, 1), age=14) if t.causes[0] in SUDDEN]
        found = [x if x is not None else np.inf for x in run(days_to_find, trials, self.jobs)]
        shares = ", ".join(f"{np.mean([x <= d for x in found]):.2f} by day {d}" for d in (1, 2, 3, 5, 7, 10, 14))
        return [f"Medium sudden faults at 2,000 visitors a day, {len(found)} shops, a run every morning: {shares}."]

    def cost(self) -> Lines:
        """Processor time and memory of one process after import; rows of all tables together."""
        return cost.lines()


SECTIONS: dict[str, tuple[str, Callable[[Bench], Lines]]] = {
    "causes": ("Every cause, and naive methods on the same shops", Bench.causes_medium),
    "sizes": ("By size of fault and shop", Bench.sizes),
    "healthy": ("Healthy shops", Bench.healthy),
    "pairs": ("Two faults", Bench.pairs),
    "decoys": ("Facts without effect", Bench.decoys),
    "days": ("Days until found", Bench.days),
    "cost": ("Cost", Bench.cost),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=8, help="shops per cause")
    parser.add_argument("--healthy", type=int, default=200, help="healthy shops of each size")
    parser.add_argument("--seed", type=int, default=10_000_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--causes", nargs="*", default=list(CAUSES))
    parser.add_argument("--only", nargs="*", choices=list(SECTIONS), default=list(SECTIONS))
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    bench = Bench(args)
    command = f"bench/diagnosis.py --each {args.each} --healthy {args.healthy} --seed {args.seed}"
    lines = [
        "# How often the diagnosis is right",
        "",
        f"Written by `.venv/bin/python {command} --out docs/benchmark.md`.",
        "Made shops of 112 days and 40 products; a medium fault costs about 11 % of sales, a small one 5 %, a large",
        "one 25 %; judged over its first seven days (a product's decline: in its fifth week) unless said otherwise.",
        "The author of the made shops and of the diagnosis sat in one room: read it as an upper bound.",
    ]
    for name in args.only:
        title, section = SECTIONS[name]
        part = ["", f"## {title}", " ".join((section.__doc__ or "").split()), "", *section(bench)]
        print("\n".join(part), flush=True)
        lines += part
    if args.out:
        args.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
