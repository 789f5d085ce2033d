"""The four examinations: tables to tidy frames, pure. They describe; they do not judge."""

from sizhen.exam.needs import needs

__all__ = ["needs"]
