"""What intake says when a file cannot be read."""

from __future__ import annotations

from sizhen.vocab.persons import MARKS, REACHING, cover
from sizhen.vocab.plain import plain_line


class IntakeError(ValueError):
    """A file that cannot be imported. str() is one line: the file, what is wrong, what to do; by what it quotes of the
    file nobody can be reached."""

    def __init__(self, file: str, problem: str, remedy: str) -> None:
        self.file, self.remedy = plain_line(file), plain_line(remedy)
        self.problem = cover(plain_line(problem), MARKS, kinds=REACHING)
        super().__init__(f"{self.file}: {self.problem}; {self.remedy}")


class PassedOver(IntakeError):
    """A file of a known kind that no table holds: nothing is wrong with it, and nothing is imported."""

    def __init__(self, file: str, title: str, why: str) -> None:
        super().__init__(file, f"{title}, {why}", "leave it out")
        self.title = title
        self.why = why


class Refused(ValueError):
    """A cell that is there but cannot be read; its text is the id of the reason."""
