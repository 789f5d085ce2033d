"""The commands a person types. Nothing else imports them."""

from sizhen.cli.commands import app
from sizhen.cli.mail import outbox_app, send

app.command()(send)
app.add_typer(outbox_app, name="outbox")

__all__ = ["app"]
