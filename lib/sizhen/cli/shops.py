"""sizhen import, questions, check-data: what gets into a shop's folder, and what lies there. What a command needs is
imported when it runs."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from sizhen.cli.commands import Language
from sizhen.cli.data import Data, named_folder
from sizhen.cli.stop import BUSY, FAILED, plainly, say, stop


def check_data(
    shop: Annotated[str, typer.Argument(metavar="SHOP", help="The shop's folder.")],
    data: Data = None,
) -> None:
    """List a shop's tables: there, missing, broken or odd; their days, contradictions, and what cannot be concluded.

    Ends with 1 when a table is broken.
    """
    home = data or named_folder()
    with plainly():
        from sizhen.cli import show
        from sizhen.cli.screen import Screen
        from sizhen.tables import Shop
        from sizhen.tables.inspect import kept_totals, overview

        opened = Shop.open(home, shop)
        found = overview(opened)
        parts = [*show.files(found), *show.kept_totals(kept_totals(opened)), *show.coverage(opened)]
        if not (found["state"] == "broken").any() and found["last"].notna().any():
            parts += show.contradictions(opened, found["last"].max())
        parts += show.unanswered(found)
    for part in parts:
        Screen().print(part)
    broken = found.loc[found["state"] == "broken", "note"]
    for note in broken:
        say(f"error: {note}", err=True)
    raise typer.Exit(FAILED if len(broken) else 0)


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Exports as the platform gave them, or folders.")],
    shop: Annotated[str, typer.Option(help="The shop they belong to; made when new.")],
    data: Data = None,
    map: Annotated[Path | None, typer.Option("--map", help="A mapping that says what the files are.")] = None,
    draft: Annotated[Path | None, typer.Option("--write-map", help="Write a draft of one; import nothing.")] = None,
    encoding: Annotated[
        str | None, typer.Option(help="Of the text of all files, such as big5, where an error asks for it.")
    ] = None,
) -> None:
    """Read platform exports into a shop's tables: files, or all files of a folder.

    A file that is a table of sizhen's already is read by its headings; any other with --map.

    Ends with 1 when a file could not be read, or none was to be imported (the others are imported), 2 when the command
    was wrong, 75 when another import of the shop did not end within ten minutes.
    """
    with plainly():
        from rich.progress import Progress

        from sizhen import intake
        from sizhen.cli.screen import Screen
        from sizhen.intake.summary import told
        from sizhen.tables import DataError, ShopBusy

        paths = intake.exports(files)
        for folder in (p for file in files if file.is_dir() for p in sorted(file.iterdir()) if p.is_dir()):
            say(f"not looked into: {folder}; name it as well if its files are of this shop", err=True)
        if draft is not None:
            _draft(paths[0], draft, encoding)
            return
        home = data or named_folder()
        try:
            screen = Screen(stderr=True)
            with Progress(console=screen, transient=True, disable=not screen.is_terminal) as bar:
                step = partial(bar.advance, bar.add_task("import", total=len(paths)))
                reports = intake.import_files(
                    paths, shop_id=shop, data_dir=home, progress=step, map=map, encoding=encoding
                )
        except (intake.IntakeError, DataError) as error:
            stop(error, FAILED)
        except ValueError as error:
            stop(error)
        except ShopBusy as error:
            stop(error, BUSY)
        except OSError as error:
            stop(f"{home / shop}: {error.strerror}; check the folder and who may write there", FAILED)
    for part in told(reports):
        Screen().print(part)
    failed = [f"{r.error}" for r in reports if r.error is not None]
    if not failed and all(r.passed_over for r in reports):
        failed = ["there is nothing to import"]
    for reason in failed:
        say(f"error: {reason}", err=True)
    raise typer.Exit(FAILED if failed else 0)


def _draft(file: Path, path: Path, encoding: str | None) -> None:
    from sizhen import intake

    try:
        intake.write_map(file, path, encoding)
    except (intake.IntakeError, OSError) as error:
        stop(error, FAILED)
    except ValueError as error:
        stop(error)
    say(f"a draft in {path}; correct it, then import with --map {path}")


def questions(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The CSV to write.")],
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of asking; today when none.")] = None,
    language: Annotated[Language, typer.Option(help="zh or en.")] = Language.zh,
) -> None:
    """Write the questions for staff and customers, to fill in and import.

    Answer and score (1 to 5) are empty; `sizhen import` takes the rows that have an answer.
    """
    from sizhen.intake import write_questions

    try:
        count = write_questions(file, (on or datetime.now()).date(), language.value)
    except OSError as error:
        stop(f"{file} cannot be written ({error.strerror})", FAILED)
    say(f"{count} questions in {file}")
