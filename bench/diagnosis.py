"""How often the diagnosis is right, measured on made shops with planted faults: `make bench-diagnosis`.

Each shop has one fault (or none, or a decoy), and is diagnosed over the seven days from its first day. Printed per
cause and size: right cause and place first, and in the first three; healthy shops with an `act`; error and interval
coverage of the money. The seeds here are not those of the tests.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from sizhen.diagnosis import open_case
from sizhen.simulate import CAUSES, Fault, Plan, simulate, write
from sizhen.tables import Period, Shop

END = date(2026, 9, 20)
DAYS = 112
WEEK = 7


@dataclass(frozen=True)
class Trial:
    """One made shop: what was planted, and how it is judged."""

    seed: int
    cause: str | None
    size: str = "medium"
    visitors: float = 2000.0
    decoy: bool = False
    promoted: bool = False


@dataclass(frozen=True)
class Result:
    trial: Trial
    rank: int | None
    first: str
    acts: tuple[str, ...]
    truth: float
    stake: tuple[float, float, float]
    level: str


def plan(trial: Trial) -> Plan:
    start = END - timedelta(days=WEEK - 1)
    faults = (Fault(trial.cause, start, trial.size, decoy=trial.decoy),) if trial.cause else ()
    rng = np.random.default_rng(trial.seed)
    promotions = ()
    if trial.promoted:
        near = END - timedelta(days=int(rng.integers(0, 14)))
        promotions = tuple((near - timedelta(days=b), near - timedelta(days=b - 2), 1.6) for b in (2, 32, 64))
    return Plan(
        seed=trial.seed,
        shop_id=f"bench-{trial.seed}",
        days=DAYS,
        end=END,
        visitors_per_day=trial.visitors,
        faults=faults,
        promotions=promotions,
    )


def hit(finding: dict[str, Any], truth: dict[str, Any]) -> bool:
    """The right cause at the right place; a peer may be named by its id or by the product it copies."""
    if finding["cause"] != truth["cause"]:
        return False
    wanted, said = truth["subject"], finding["subject"]
    return said == wanted or bool(
        said and wanted and set(said.items()) <= {**truth.get("detail", {}), **wanted}.items()
    )


def judge(trial: Trial) -> Result:
    made = simulate(plan(trial))
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        write(made, Path(folder))
        shop = Shop.open(folder, made.profile["shop_id"])
        start = END - timedelta(days=WEEK - 1)
        findings = open_case(shop, Period(start, END, "week")).document()["findings"]
    truth = made.truth[0] if made.truth else None
    rank = next((i for i, f in enumerate(findings) if truth and hit(f, truth)), None)
    found = findings[rank] if rank is not None else None
    stake = tuple(found["stake"][k] for k in ("amount", "low", "high")) if found else (0.0, 0.0, 0.0)
    return Result(
        trial,
        rank,
        findings[0]["id"] if findings else "",
        tuple(f["id"] for f in findings if f["state"] == "act"),
        float(truth["true_loss"]) if truth else 0.0,
        stake,  # type: ignore[arg-type]
        found["level"] if found else "",
    )


def run(trials: Iterable[Trial], jobs: int) -> list[Result]:
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(judge, trials, chunksize=4))


def table(results: list[Result]) -> None:
    by_cause: defaultdict[str, list[Result]] = defaultdict(list)
    for r in results:
        by_cause[f"{r.trial.cause or 'healthy'}{' (decoy)' if r.trial.decoy else ''}"].append(r)
    print("| cause | n | first | in three | acts | money ÷ true | in interval | most often first |")
    print("|---|---|---|---|---|---|---|---|")
    for cause, rows in by_cause.items():
        first = np.mean([r.rank == 0 for r in rows])
        three = np.mean([r.rank is not None and r.rank < 3 for r in rows])
        priced = [r for r in rows if r.stake[0] > 0 and r.truth > 0]
        ratio = np.median([r.stake[0] / r.truth for r in priced]) if priced else np.nan
        cover = np.mean([r.stake[1] <= r.truth <= r.stake[2] for r in priced]) if priced else np.nan
        names = [r.first.partition(":")[0] for r in rows if r.rank != 0]
        usual = max(set(names), key=names.count) + f" {names.count(max(set(names), key=names.count))}" if names else ""
        acts = np.mean([bool(r.acts) for r in rows])
        print(
            f"| {cause} | {len(rows)} | {first:.2f} | {three:.2f} | {acts:.2f} | {ratio:.2f} | {cover:.2f} | {usual} |"
        )
    faulty = [r for r in results if r.trial.cause and not r.trial.decoy]
    if faulty:
        first = np.mean([r.rank == 0 for r in faulty])
        three = np.mean([r.rank is not None and r.rank < 3 for r in faulty])
        print(f"\nall faults: first {first:.3f}, in three {three:.3f}, n {len(faulty)}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=4, help="shops per cause")
    parser.add_argument("--healthy", type=int, default=40)
    parser.add_argument("--size", default="medium")
    parser.add_argument("--visitors", type=float, default=2000.0)
    parser.add_argument("--seed", type=int, default=90_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--promoted", action="store_true")
    parser.add_argument("--causes", nargs="*", default=list(CAUSES))
    args = parser.parse_args()
    trials = [
        Trial(args.seed + 100 * n + k, cause, args.size, args.visitors)
        for n, cause in enumerate(args.causes)
        for k in range(args.each)
    ]
    trials += [
        Trial(args.seed + 50_000 + k, None, "medium", args.visitors, promoted=args.promoted)
        for k in range(args.healthy)
    ]
    table(run(trials, args.jobs))


if __name__ == "__main__":
    main()
