"""Made shops with planted faults, and what the diagnosis says of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import naive
import numpy as np

from sizhen.diagnosis import open_case
from sizhen.document import Finding
from sizhen.simulate import Fault, Made, Plan, simulate, write
from sizhen.tables import Period, Shop

END = date(2026, 9, 20)
DAYS = 112
WEEK = 7
SLOW = 35
DAY = timedelta(days=1)
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
T = TypeVar("T")


@dataclass(frozen=True)
class Trial:
    """One shop to make: the causes planted `age` days before the end, none in a healthy shop."""

    seed: int
    causes: tuple[str, ...] = ()
    size: str = "medium"
    visitors: float = 2000.0
    decoy: bool = False
    promoted: bool = False
    age: int = 0

    @property
    def days(self) -> int:
        """Days from the fault's first to the last; a decline is slow and takes weeks."""
        return self.age or (SLOW if "product.decline" in self.causes else WEEK)


@dataclass(frozen=True)
class Result:
    """What was said of a shop to act on or to watch. `ranks`, `stakes` and `levels` go with the trial's causes.

    A rank of None is not found. `stakes` are (amount, low, high), `truths` what each fault cost, `joint` what all cost
    together, `claimed` all stakes for losses; `naive` the rank by each naive method.
    """

    trial: Trial
    first: str
    acts: tuple[str, ...]
    ranks: tuple[int | None, ...] = ()
    stakes: tuple[tuple[float, float, float], ...] = ()
    levels: tuple[str, ...] = ()
    truths: tuple[float, ...] = ()
    joint: float = 0.0
    claimed: float = 0.0
    naive: dict[str, int | None] = field(default_factory=dict)


def plan(trial: Trial) -> Plan:
    start = END - (trial.days - 1) * DAY
    promotions: tuple[tuple[date, date, float], ...] = ()
    if trial.promoted:
        near = END - int(np.random.default_rng(trial.seed).integers(0, 14)) * DAY
        promotions = tuple((near - b * DAY, near - (b - 2) * DAY, 1.6) for b in (2, 32, 64))
    return Plan(
        seed=trial.seed,
        shop_id=f"bench-{trial.seed}",
        days=DAYS,
        end=END,
        visitors_per_day=trial.visitors,
        faults=tuple(Fault(c, start, trial.size, decoy=trial.decoy) for c in trial.causes),  # type: ignore[arg-type]
        promotions=promotions,
    )


@contextmanager
def opened(made: Made) -> Iterator[Shop]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        write(made, Path(folder))
        yield Shop.open(folder, made.profile["shop_id"])


def week(end: date = END) -> Period:
    return Period(end - (WEEK - 1) * DAY, end, "week")


def hit(cause: str, said: dict[str, str], truth: dict[str, Any]) -> bool:
    """The right cause at the right place; a peer may be named by its id or by the product it copies."""
    if cause != truth["cause"]:
        return False
    wanted = truth["subject"]
    return said == wanted or bool(
        said and wanted and set(said.items()) <= {**truth.get("detail", {}), **wanted}.items()
    )


def _rank(findings: list[Finding], truth: dict[str, Any]) -> int | None:
    return next((i for i, f in enumerate(findings) if hit(f.cause, f.subject, truth)), None)


def _joint(trial: Trial, made: Made) -> float:
    """What all faults cost together in the last week: the same shop without any, less this one."""
    well = simulate(replace(plan(trial), faults=()))
    days = week()
    sums = (float(days.clip(m.tables["shop_daily"])["paid_amount"].sum()) for m in (well, made))
    return next(sums) - next(sums)


def judge(trial: Trial) -> Result:
    """One weekly run over the shop's last seven days."""
    made = simulate(plan(trial))
    with opened(made) as shop:
        case = open_case(shop, week())
        findings = [f for f in case.findings if f.state in ("act", "watch") or trial.decoy]
        methods = naive.ranked(case.chart) if len(trial.causes) == 1 and not trial.decoy else {}
    joint = _joint(trial, made) if len(trial.causes) > 1 or trial.days > WEEK else 0.0
    ranks = tuple(_rank(findings, t) for t in made.truth)
    found = [None if r is None else findings[r] for r in ranks]
    return Result(
        trial,
        findings[0].id if findings else "",
        tuple(f.id for f in findings if f.state == "act"),
        ranks,
        tuple((f.stake.amount, f.stake.low, f.stake.high) if f else (0.0, 0.0, 0.0) for f in found),
        tuple(f.level if f else "" for f in found),
        (joint,) if trial.days > WEEK else tuple(float(t["true_loss"]) for t in made.truth),
        joint,
        sum(f.stake.amount for f in findings if f.stake.kind == "loss"),
        {
            name: next((i for i, (c, s) in enumerate(said) if hit(c, s, made.truth[0])), None)
            for name, said in methods.items()
        },
    )


def days_to_find(trial: Trial) -> int | None:
    """The first day, counted from the fault's first, on which a daily run names it among the first three."""
    made = simulate(plan(trial))
    with opened(made) as shop:
        for day in range(1, trial.days + 1):
            case = open_case(shop, week(END - (trial.days - day) * DAY))
            findings = [f for f in case.findings if f.state in ("act", "watch")]
            rank = _rank(findings, made.truth[0])
            if rank is not None and rank < 3:
                return day
    return None


def daily_alarms(trial: Trial, runs: int = 10) -> bool:
    """Whether any of ten daily runs over a healthy shop asks for action."""
    with opened(simulate(plan(trial))) as shop:
        return any(f.state == "act" for back in range(runs) for f in open_case(shop, week(END - back * DAY)).findings)


def run(work: Callable[[Trial], T], trials: Iterable[Trial], jobs: int) -> list[T]:
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(work, trials, chunksize=2))
