"""Which data folder a command means: only one that somebody named."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import typer

from sizhen.cli.stop import stop

VARIABLE = "SIZHEN_DATA"
SETTINGS = Path("sizhen.toml")


def named() -> str:
    """What sizhen.toml of the current folder says; ends the command where it says nothing."""
    told = None
    if SETTINGS.is_file():
        try:
            told = tomllib.loads(SETTINGS.read_text(encoding="utf-8")).get("data")
        except (OSError, ValueError, RecursionError) as error:
            stop(f"{SETTINGS}: {error}")
    if told is None:
        stop(f'no data folder is named: give --data DIR, set {VARIABLE}, or write data = "DIR" into {SETTINGS} here')
    if not (isinstance(told, str) and told):
        stop(f'{SETTINGS}: data must be one folder in quotes, such as data = "/srv/shops"')
    return told


def named_folder() -> Path:
    """The same, where only a folder will do."""
    return _folder(named())


def _place(text: str) -> str:
    if not text.strip():
        stop("--data is empty; name a folder")
    return text


def _folder(text: str) -> Path:
    if "://" in text:
        stop(f"{text} is a URL, which only sizhen run takes; name a folder with --data")
    return Path(_place(text))


_HELP = "Folder with one folder per shop; without it, data of sizhen.toml"
Data = Annotated[Path | None, typer.Option("--data", envvar=VARIABLE, parser=_folder, metavar="DIR", help=f"{_HELP}.")]
DataOrUrl = Annotated[
    str | None,
    typer.Option("--data", envvar=VARIABLE, parser=_place, metavar="DIR", help=f"{_HELP}. On a cluster also a URL."),
]
