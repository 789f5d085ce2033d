"""The commands a person types. Nothing else imports them."""

from sizhen.cli.commands import app
from sizhen.cli.mail import outbox_app, send
from sizhen.cli.shops import check_data, import_, questions

app.command("check-data")(check_data)
app.command("import")(import_)
app.command()(questions)
app.command()(send)
app.add_typer(outbox_app, name="outbox")

__all__ = ["app"]
