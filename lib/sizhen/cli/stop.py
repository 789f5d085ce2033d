"""What a command says in one line, and how it ends when it cannot go on: no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from sizhen.vocab.plain import plain

FAILED, USAGE, BUSY = 1, 2, 75


def say(text: object, err: bool = False) -> None:
    """One line, without what would command the terminal."""
    typer.echo(plain(f"{text}"), err=err)


def stop(message: object, code: int = USAGE) -> NoReturn:
    """Says `error: message` in one line and ends the command."""
    say(f"error: {' '.join(str(message).split())}", err=True)
    raise typer.Exit(code)


@contextmanager
def plainly() -> Iterator[None]:
    """Errors a person can act on end the command plainly; anything else is a fault of ours and shows itself."""
    from sizhen.tables import DataError, MissingTable, ShopBusy, UnknownShop
    from sizhen.tables.errors import NoDays

    try:
        yield
    except UnknownShop as error:
        stop(error)
    except (DataError, MissingTable, NoDays) as error:
        stop(error, FAILED)
    except ShopBusy as error:
        stop(error, BUSY)
