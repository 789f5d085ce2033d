from sizhen.cli.commands import app

app(prog_name="sizhen")
