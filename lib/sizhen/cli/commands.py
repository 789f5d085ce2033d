"""The commands of sizhen. What a command needs is imported when it runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from sizhen.cli.data import Data, DataOrUrl, named, named_folder
from sizhen.cli.stop import BUSY, FAILED, plainly, say, stop

if TYPE_CHECKING:
    from sizhen.batch.examine import Order
    from sizhen.batch.shop_result import ShopResult
    from sizhen.tables import Period

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Look, listen, ask, check: diagnoses online shops from their own tables.",
)


@app.callback()
def _every_command() -> None:
    if isinstance(sys.stdout, TextIOWrapper):  # a terminal that has no Chinese still shows the numbers beside it
        sys.stdout.reconfigure(errors="backslashreplace")
    from sizhen.batch.limits import too_narrow

    if narrow := too_narrow():
        stop(narrow, FAILED)


class Language(StrEnum):
    zh = "zh"
    en = "en"


Reports = Annotated[Path, typer.Option("--reports", help="Folder of the reports.")]
PeriodText = Annotated[str, typer.Option("--period", help="2026-10, 2026-W45 or 2026-11-01..2026-11-14.")]
Reader = Annotated[Language | None, typer.Option("--language", help="zh or en; without it, the shop's own.")]
REPORTS = Path("reports")


def _period(text: str) -> Period:
    from sizhen.tables import Period

    try:
        return Period.parse(text)
    except ValueError as error:
        stop(error)


def _notebooks() -> Path:
    """The notebooks beside the checkout's lib, else those of the current folder."""
    import sizhen

    beside = Path(sizhen.__file__).parents[2] / "notebooks"
    return beside if beside.is_dir() else Path("notebooks")


@app.command()
def run(
    period: PeriodText,
    shops: Annotated[list[str] | None, typer.Argument(metavar="SHOP", help="Shops; all when none.")] = None,
    data: DataOrUrl = None,
    reports: Annotated[str, typer.Option(help="Folder of the reports; on a cluster also a URL.")] = str(REPORTS),
    jobs: Annotated[int, typer.Option(min=1, help="Shops examined at a time.")] = 2,
    language: Reader = None,
    notebooks: Annotated[Path | None, typer.Option(help="Folder of the five notebooks.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Also shops of which nothing has changed.")] = False,
    scheduler: Annotated[str, typer.Option(help="Of a Dask cluster that does the work: tcp://host:8786.")] = "",
) -> None:
    """Examine shops and write their reports.

    Writes REPORTS/PERIOD/SHOP/report.html and an index of the period. Shops whose report was made from the same tables,
    notebooks and program are skipped. Ctrl-C lets running shops end; the same command goes on where it stopped.

    Ends with 0 when every shop has its report, 1 when one has not, 2 when the command was wrong, 75 while another run
    of the period goes on.
    """
    from sizhen.batch import runner, summary
    from sizhen.batch.examine import Order
    from sizhen.batch.shop_result import INTERRUPTED
    from sizhen.cli.screen import Screen
    from sizhen.tables import list_shops
    from sizhen.vocab.plain import plain_line

    data = data or named()
    order = Order(Path(data), _period(period), Path(reports), notebooks or _notebooks(), language, fresh=fresh)
    if scheduler:
        results = _on_cluster(scheduler, shops, order, data, reports)
    elif "://" in data + reports:
        stop("a URL is for a cluster; name its --scheduler")
    else:
        try:
            results = runner.run(shops or list_shops(order.data_dir) or _no_shops(data), order, jobs=jobs)
        except runner.BusyError as error:
            stop(error, BUSY)
        except OSError as error:
            stop(error, FAILED)
    Screen().print(summary.table(results))
    open_ = [r for r in results if r.reason == INTERRUPTED]
    for result in results:
        if not result.reported and result not in open_:
            log = order.work / result.shop_id / "worker.log"
            told = f" (log: {log})" if log.is_file() and log.stat().st_size else ""
            say(f"error: {plain_line(result.shop_id)}: {result.reason}{told}", err=True)
    if open_:
        say(f"interrupted: {len(open_)} shops were not examined; the same command examines them", err=True)
    raise typer.Exit(0 if all(r.reported for r in results) else FAILED)


def _no_shops(data: str) -> NoReturn:
    stop(f"no shop in {data}; a shop is a folder with a shop.toml")


def _on_cluster(scheduler: str, shops: list[str] | None, order: Order, data: str, reports: str) -> list[ShopResult]:
    try:
        from sizhen.batch import cluster
        from sizhen.batch.mirror import Mirror
    except ImportError as error:
        stop(f"a cluster needs {error.name}; install sizhen with its extra `cluster`")
    mirror = Mirror.of(data, reports)
    try:
        return cluster.run(
            shops or cluster.shops_of(mirror) or _no_shops(data), order, scheduler=scheduler, mirror=mirror
        )
    except cluster.ClusterError as error:
        stop(error, FAILED)


@app.command()
def diagnose(
    shop: Annotated[str, typer.Argument(metavar="SHOP", help="The shop's folder.")],
    period: PeriodText,
    data: Data = None,
    reports: Annotated[Path | None, typer.Option(help="Reports to take the last findings from.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings document and nothing else.")] = False,
    language: Reader = None,
) -> None:
    """Say what is wrong with a shop, without writing a report."""
    days, home = _period(period), data or named_folder()
    with plainly():
        from sizhen.diagnosis import open_case
        from sizhen.tables import Shop
        from sizhen.tables.coverage import refuse_empty

        opened = Shop.open(home, shop)
        refuse_empty(opened, days)
        case = open_case(opened, days, previous=_last(reports, shop, days))
        document = case.document()
    if as_json:
        typer.echo(json.dumps(document.to_json(), ensure_ascii=False, allow_nan=False, indent=1).encode())
        return
    from sizhen.cli import show
    from sizhen.cli.screen import Screen

    for part in show.diagnosed(case, language or opened.profile.language):
        Screen().print(part)


def _last(reports: Path | None, shop_id: str, period: Period) -> Mapping[str, Any] | None:
    """The shop's findings of the last period published before."""
    if reports is None:
        return None
    from sizhen.batch.plan import previous
    from sizhen.diagnosis import read_findings

    return read_findings(previous(reports, shop_id, period) or "")


@app.command()
def sample(folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the sample shops go.")]) -> None:
    """Write the made sample shops: the same bytes every time."""
    from sizhen.simulate import write_samples

    for shop_id in write_samples(folder):
        say(folder / shop_id)


@app.command()
def simulate(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the shops and truth.json go.")],
    count: Annotated[int, typer.Option(min=1, help="Number of shops.")] = 10,
    seed: Annotated[int, typer.Option(help="The same seed makes the same shops.")] = 1,
    visitors: Annotated[float, typer.Option(min=1, help="Visitors a day, about.")] = 2000,
    products: Annotated[int, typer.Option(min=1, help="Products of a shop.")] = 24,
    days: Annotated[int, typer.Option(min=1, help="Days of data.")] = 112,
    fault: Annotated[list[str] | None, typer.Option(help="A cause to draw from; may be repeated.")] = None,
    size: Annotated[str, typer.Option(help="small, medium, large, or a share of sales such as 0.2.")] = "medium",
    start: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day of the faults.")] = None,
    at_once: Annotated[int, typer.Option(min=1, help="Different faults in each shop.")] = 1,
) -> None:
    """Make shops with planted faults, to test a diagnosis.

    Each shop gets one of the faults named with --fault (or several, with --at-once); without, all are healthy.
    truth.json tells what was planted.
    """
    from sizhen.simulate import Plan, make_shops

    try:
        base = Plan(seed=seed, visitors_per_day=visitors, products=products, days=days)
        share = float(size) if size.replace(".", "", 1).isdigit() else size
        first = None if start is None else start.date()
        made = make_shops(folder, count, base, fault or [], size=share, start=first, at_once=at_once)  # type: ignore[arg-type]
    except ValueError as error:
        stop(error)
    say(f"{len(made)} shops in {folder}")
