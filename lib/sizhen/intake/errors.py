"""What intake says when a file cannot be read."""

from __future__ import annotations

from sizhen.tables.errors import plain_line


class IntakeError(ValueError):
    """A file that cannot be imported. str() is one line: the file, what is wrong, what to do."""

    def __init__(self, file: str, problem: str, remedy: str) -> None:
        self.file, self.problem, self.remedy = plain_line(file), plain_line(problem), plain_line(remedy)
        super().__init__(f"{self.file}: {self.problem}; {self.remedy}")


class PassedOver(IntakeError):
    """A file of a known kind that no table holds: nothing is wrong with it, and nothing is imported."""

    def __init__(self, file: str, title: str, why: str) -> None:
        super().__init__(file, f"{title}, {why}", "leave it out")
