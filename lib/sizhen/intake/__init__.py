"""Platform exports → canonical tables. Layouts are data (vocab/sources.toml); nothing is guessed or shifted."""

from sizhen.intake.answers import add_answer, write_questions
from sizhen.intake.errors import IntakeError
from sizhen.intake.importer import import_files
from sizhen.intake.reports import FileReport, Rejection

__all__ = ["FileReport", "IntakeError", "Rejection", "add_answer", "import_files", "write_questions"]
