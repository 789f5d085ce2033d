"""sizhen send, sizhen outbox: reports to their owners. What a command needs is imported when it runs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sizhen.cli.commands import REPORTS, PeriodText, Reports, _period
from sizhen.cli.data import Data, named_folder
from sizhen.cli.stop import BUSY, FAILED, USAGE, stop

if TYPE_CHECKING:
    from sizhen.delivery.outbox import Outbox
    from sizhen.delivery.post import Item, Post
    from sizhen.delivery.row import Row

Settings = Annotated[Path, typer.Option("--settings", help="The file with the table [mail].")]
SETTINGS = Path("sizhen.toml")
GOING = ("would go", "queued", "deferred", "sent")

outbox_app = typer.Typer(no_args_is_help=True, help="What was sent, what waits, what is in doubt.")


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _plainly(folder: Path) -> Iterator[None]:
    """Ends the command with one line where the outbox in `folder` cannot be used."""
    from sizhen.delivery.private import OutboxError
    from sizhen.delivery.sender import Busy

    try:
        yield
    except Busy as error:
        stop(error, BUSY)
    except OutboxError as error:
        stop(error)
    except OSError as error:
        stop(f"{folder}: {error}", FAILED)


def _outbox(reports: Path) -> Path:
    """The folder of the ledger, where there is one."""
    from sizhen.delivery.outbox import BASE

    folder = reports / "outbox"
    if not (folder / BASE).exists():
        stop(f"no outbox in {reports}: nothing was queued there")
    return folder


def _table(titles: str, rows: Iterable[tuple[str, ...]]) -> Any:
    """`titles`: those of the columns, parted by |."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in titles.split("|"):
        table.add_column(title, overflow="fold", justify="right" if title == "kB" else "left")
    for row in rows:
        table.add_row(*map(escape, row))
    return table


def _prepared(items: list[Item]) -> Any:
    return _table(
        "shop|to|kB|state|subject, or reason",
        ((i.shop, i.recipient, f"{i.size / 1000:.0f}" if i.size else "", i.state, i.said or i.subject) for i in items),
    )


def send(
    period: PeriodText,
    shops: Annotated[list[str] | None, typer.Argument(metavar="SHOP", help="Shops; all reports when none.")] = None,
    data: Data = None,
    reports: Reports = REPORTS,
    settings: Settings = SETTINGS,
    send: Annotated[bool, typer.Option("--send", help="Send; without it only show what would go.")] = False,
    to: Annotated[str | None, typer.Option(help="Send everything to this address instead of the owners.")] = None,
    revise: Annotated[bool, typer.Option("--revise", help="Send again what was corrected since.")] = False,
    stale_ok: Annotated[bool, typer.Option("--stale-ok", help="Send reports older than their data, too.")] = False,
    jobs: Annotated[int, typer.Option(min=1, help="Messages made at a time.")] = 1,
) -> None:
    """Mail the published reports of a period to their owners, each once.

    Without --send it writes the messages to REPORTS/outbox/preview and shows what would go.

    Ends with 0 when all went or would go, 1 when one did not, 2 when the command or the settings are wrong, 75 when
    another sender is at work.
    """
    from sizhen.cli.screen import Screen
    from sizhen.delivery import sender
    from sizhen.delivery.outbox import opened
    from sizhen.delivery.post import Post
    from sizhen.delivery.settings import SettingsError, canonical, is_address, read_settings
    from sizhen.delivery.signature import signer

    label, home = _period(period).label, data or named_folder()
    diverted = "" if to is None else canonical(to)
    if to is not None and not is_address(diverted):
        stop(f"--to {to!r}: give one address such as me@agency.example")
    try:
        mail = read_settings(settings)
        sign = signer(mail.dkim, mail.domain)
    except SettingsError as error:
        stop(error)
    published = sorted(path.parent.name for path in (reports / label).glob("*/findings.json"))
    if not (wanted := shops or published):
        stop(f"no report of {label} in {reports}; make them with sizhen run")
    folder = reports / "outbox"
    with _plainly(folder), sender.alone(folder), opened(folder) as box:
        box.recover()
        post = Post(mail, home, reports, box, _now, sign, diverted, stale_ok)
        items = list(post.prepare(label, wanted, revise=revise, queue=send, jobs=jobs))
        waiting = _waiting(box, label, items, diverted) if send else []
        Screen().print(_prepared(items + waiting))
        failed = any(item.state not in GOING for item in items)
        if send:
            failed |= not _deliver(post, box)
            rows = (box.last(item.shop, label, item.recipient) for item in items)
            failed |= any(row is None or row.state != "sent" for row in rows)
    raise typer.Exit(FAILED if failed else 0)


def _waiting(box: Outbox, label: str, items: list[Item], recipient: str) -> list[Item]:
    """What an earlier command left to be sent and goes along."""
    from sizhen.delivery.post import Item

    asked = {(item.shop, label, item.recipient.lower()) for item in items}
    return [
        Item(row.shop, row.recipient, state=row.state, said=f"{row.period}, left by an earlier command")
        for row in box.due(_now().timestamp(), recipient)
        if (row.shop, row.period, row.recipient.lower()) not in asked
    ]


def _deliver(post: Post, box: Outbox) -> bool:
    """Sends what is due; True when nothing failed and nothing is in doubt."""
    from rich.progress import Progress

    from sizhen.delivery.guard import Guard
    from sizhen.delivery.sender import Pace, Sender, Stopped
    from sizhen.delivery.settings import BOUNCES_PASSWORD, PASSWORD, SettingsError, password

    try:
        secret = password(PASSWORD, post.mail.user)
    except SettingsError as error:
        stop(error)
    secrets = {PASSWORD: secret, BOUNCES_PASSWORD: os.environ.get(BOUNCES_PASSWORD, "")}
    guard = Guard(box.folder, post.data, post.reports, post.mail.domains, secrets, diverted=post.diverted)
    runner = Sender(
        box,
        post.mail.server(secret),
        lambda row: post.mail.return_path(row.id, box.tag(row.id)),
        guard,
        pace=Pace(post.mail.per_minute),
    )
    try:
        with Progress(transient=True) as progress:
            task = progress.add_task("sending", total=len(box.due(_now().timestamp(), post.diverted)))
            counts = runner.run(lambda row, state: progress.advance(task), recipient=post.diverted)
    except Stopped as error:
        stop(error, FAILED)
    for state, count in sorted(counts.items()):
        typer.echo(f"{count} {state}")
    for row in box.rows(states=("unknown",)):
        typer.echo(f"in doubt: {row.shop} {row.period} ({row.said}); see sizhen outbox resolve {row.id}", err=True)
    return not counts["failed"] and not box.rows(states=("unknown",))


@outbox_app.command("list")
def list_(
    reports: Reports = REPORTS,
    period: Annotated[str | None, typer.Option(help="Only of this period.")] = None,
) -> None:
    """Show every message and its state."""
    from sizhen.cli.screen import Screen
    from sizhen.delivery.outbox import opened

    folder = _outbox(reports)
    with _plainly(folder), opened(folder) as box:
        rows = box.rows(period)
    cells = (
        (str(r.id), r.shop, r.period, r.recipient, str(r.revision), r.state, str(r.attempts), _answer(r)) for r in rows
    )
    Screen().print(_table("no|shop|period|to|revision|state|attempts|answer", cells))


def _answer(row: Row) -> str:
    return f"{row.code or ''} {row.said}".strip()


@outbox_app.command()
def resolve(
    number: Annotated[int, typer.Argument(metavar="NO", help="Of a message in doubt.")],
    state: Annotated[str, typer.Argument(metavar="STATE", help="sent, queued (send it again) or cancelled.")],
    reports: Reports = REPORTS,
) -> None:
    """Say what became of a message in doubt."""
    from sizhen.delivery.outbox import opened

    folder = _outbox(reports)
    with _plainly(folder), opened(folder) as box:
        row = box.resolve(number, state)
    typer.echo(f"{row.id} {row.shop} {row.period}: {row.state}")


@outbox_app.command()
def reconcile(
    log: Annotated[Path, typer.Argument(metavar="LOG", help="The server's log, or any text with Message-IDs it took.")],
    reports: Reports = REPORTS,
) -> None:
    """Mark as sent the messages in doubt that the server took by its log; the others stay in doubt."""
    from sizhen.delivery import sender
    from sizhen.delivery.outbox import opened
    from sizhen.delivery.server_log import took

    try:
        told = log.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        stop(error, USAGE)
    folder = _outbox(reports)
    with _plainly(folder), sender.alone(folder), opened(folder) as box:
        box.recover()
        for row in box.rows(states=("unknown",)):
            taken = took(told, row.message_id)
            state = box.resolve(row.id, "sent").state if taken else "not named as taken; resolve it by hand"
            typer.echo(f"{row.id} {row.shop} {row.period}: {state}")


@outbox_app.command()
def bounces(reports: Reports = REPORTS, settings: Settings = SETTINGS) -> None:
    """Read what came back: a message that could not be delivered becomes failed.

    Ends with 0 when the mailbox was read, 1 when it could not be, 2 when the settings are wrong, 75 when a sender is at
    work.
    """
    from sizhen.cli.screen import Screen
    from sizhen.delivery import mailbox, sender
    from sizhen.delivery.bounces import collect
    from sizhen.delivery.outbox import opened
    from sizhen.delivery.settings import BOUNCES_PASSWORD, SettingsError, password, read_mailbox, read_settings

    try:
        address, where = read_settings(settings).bounces, read_mailbox(settings)
        secret = password(BOUNCES_PASSWORD, where.user)
    except SettingsError as error:
        stop(error)
    if not address:
        stop(f"{settings.name}: set mail.bounces to the address that failures come back to")
    folder = reports / "outbox"
    try:
        with _plainly(folder), sender.alone(folder), opened(folder) as box, mailbox.opened(where, secret) as returned:
            box.recover()
            seen = list(collect(returned, box, address))
    except mailbox.MailboxError as error:
        stop(error, FAILED)
    about = [(each.row, each.said) for each in seen if each.row is not None]
    Screen().print(
        _table("no|shop|period|to|answer", ((str(r.id), r.shop, r.period, r.recipient, said) for r, said in about))
    )
    typer.echo(f"{len(seen) - len(about)} other mails left alone")
