"""The commands a person types. Nothing else imports them."""

from sizhen.cli.commands import app

__all__ = ["app"]
