"""What intake says when a file cannot be read."""

from __future__ import annotations

LONGEST = 500  # characters of what is wrong: words of the file stand in it


class IntakeError(ValueError):
    """A file that cannot be imported. str() is one line: the file, what is wrong, what to do."""

    def __init__(self, file: str, problem: str, remedy: str) -> None:
        problem = problem if len(problem) <= LONGEST else f"{problem[: LONGEST - 1]}…"
        super().__init__(f"{file}: {problem}; {remedy}")
        self.file = file
        self.problem = problem
        self.remedy = remedy


class PassedOver(IntakeError):
    """A file of a known kind that no table holds: nothing is wrong with it, and nothing is imported."""

    def __init__(self, file: str, title: str, why: str) -> None:
        super().__init__(file, f"{title}, {why}", "leave it out")
        self.title = title
        self.why = why
