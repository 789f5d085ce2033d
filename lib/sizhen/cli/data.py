"""Which data folder a command means: only one that somebody named."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import typer

from sizhen.cli.stop import stop

VARIABLE = "SIZHEN_DATA"
SETTINGS = Path("sizhen.toml")


def settled() -> str:
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


Data = Annotated[
    Path,
    typer.Option("--data", envvar=VARIABLE, default_factory=settled, help="Folder with one folder per shop."),
]
DataOrUrl = Annotated[
    str,
    typer.Option(
        "--data",
        envvar=VARIABLE,
        default_factory=settled,
        help="Folder with one folder per shop; on a cluster also a URL.",
    ),
]
