"""The whole way of the sample reports to their owners through a mail server on this computer: `make email`.

Nothing leaves the computer; the mails end as files in reports/mailbox, to be opened with any mail program.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox

from sizhen.delivery.message import LONGEST_BODY

PORT = 2587
SETTINGS = """[mail]
sender = "sizhen <reports@agency.example>"
host = "127.0.0.1"
port = {port}
security = "none"
unsubscribe = "stop@agency.example"
"""


def main() -> None:
    mailbox = Path("reports/mailbox")
    server = Controller(Mailbox(mailbox), hostname="127.0.0.1", port=PORT)
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            settings = Path(folder) / "sizhen.toml"
            settings.write_text(SETTINGS.format(port=PORT), encoding="utf-8")
            sizhen = [sys.executable, "-m", "sizhen.cli", "send", "--period", "2026-10", "--settings", str(settings)]
            sizhen += ["--data", "data/sample"]
            print("What would go:", flush=True)
            subprocess.run(sizhen, check=False)
            print("\nTo a local server:", flush=True)
            done = subprocess.run([*sizhen, "--send", "--revise"], check=False)
    finally:
        server.stop()
    for path in sorted((mailbox / "new").iterdir()):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        body = mail.get_body(("html",)).get_content().encode()
        print(f"{mail['X-Sizhen-Shop']}: body {len(body) / 1000:.0f} kB of at most {LONGEST_BODY / 1000:.0f}")
    print(f"\nThe mails lie in {mailbox}/new; previews in reports/outbox/preview.")
    raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
