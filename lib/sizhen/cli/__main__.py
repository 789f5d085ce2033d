from sizhen.cli import app

app(prog_name="sizhen")
