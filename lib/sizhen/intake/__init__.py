"""Platform exports → canonical tables. Layouts are data (vocab/sources*.toml); nothing is guessed or shifted."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sizhen.intake.answers import add_answer, write_questions
    from sizhen.intake.errors import IntakeError
    from sizhen.intake.gather import exports
    from sizhen.intake.importer import import_files, write_map
    from sizhen.intake.reports import FileReport, Rejection

__all__ = [
    "FileReport",
    "IntakeError",
    "Rejection",
    "add_answer",
    "exports",
    "import_files",
    "write_map",
    "write_questions",
]
HOMES = {
    **dict.fromkeys(("add_answer", "write_questions"), "answers"),
    **dict.fromkeys(("import_files", "write_map"), "importer"),
    **dict.fromkeys(("FileReport", "Rejection"), "reports"),
    "IntakeError": "errors",
    "exports": "gather",
}


def __getattr__(name: str) -> object:
    """What is asked for, imported then: the process that reads files starts without pandas and the tables."""
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)
