"""What people, programs and damaged disks make of a shop.toml, and what must be said of each."""

from __future__ import annotations

import os
from pathlib import Path

HEAD = 'shop_id = "{id}"\nname = "{id}"\nplatform = "tmall"\n'
WHOLE = "must be one text in quotes, of at most 200 characters"
ZONE = "timezone: must be an IANA name such as Asia/Shanghai"
TARGET = "must be a month such as 2026-10, and its target an amount of at least 0"
MARGIN = "gross_margin: must be a fraction from 0 to 1"

LINES = {  # behind the lines of HEAD: what is said
    'timezone = "Asia"': ZONE,
    'timezone = "../../etc/passwd"': ZONE,
    'timezone = "/etc/localtime"': ZONE,
    'timezone = ""': ZONE,
    'timezone = "tzdata.zi"': ZONE,
    'timezone = "a\\u0000b"': ZONE,
    f'timezone = "{"a" * 199}"': ZONE,
    "timezone = 8": f"timezone: {WHOLE}",
    'gross_margin = "0.3"': MARGIN,
    "gross_margin = nan": MARGIN,
    "gross_margin = true": MARGIN,
    "gross_margin = 1.5": MARGIN,
    "gross_margin = -0.1": MARGIN,
    "targets = 5": "targets: must be a table, under a line [targets]",
    '[targets]\n"2026-10" = nan': TARGET,
    '[targets]\n"2026-10" = inf': TARGET,
    '[targets]\n"2026-10" = -1': TARGET,
    '[targets]\n"2026-10" = true': TARGET,
    '[targets]\n"2026-10" = "x"': TARGET,
    f'[targets]\n"2026-10" = {"9" * 400}': TARGET,
    '[targets]\n"2026-10" = { a = { b = 1 } }': TARGET,
    '[targets]\n"2026-13" = 1': TARGET,
    '[targets]\n"\\u001b[2J" = 1': TARGET,
    'language = ["zh"]': f"language: {WHOLE}",
    'language = "fr"': "language: must be one of zh, en",
    'currency = "cny"': "currency: must be an ISO 4217 code such as CNY",
    "currency = 5": f"currency: {WHOLE}",
    "owner = []": "owner: must be a table, under a line [owner]",
    "[owner]\nemail = 5": f"owner.email: {WHOLE}",
    f'category = "{"a" * 50_000}"': f"category: {WHOLE}",
    'name = "twice"': "(at end of document)",
    f"x = {'[' * 2000}{']' * 2000}": "is nested too deep",
    f"x = {'9' * 5000}": "digits",
    f"x{'.a' * 20_000} = 1": "has a key of over 30 parts",
    f"# {'a' * 10_000_000}": "is larger than 64 kB",
    "x = '\0'": "character",
    "x = ": "(at end of document)",
}
FILES = {  # in place of the file: what is said
    b"\xff\xfe\x00": "is not UTF-8 at byte 0",
    b"": "shop_id: None differs",
    b'name = "a"\nplatform = "tmall"\n': "shop_id: None differs",
    b'shop_id = "other"\nname = "a"\nplatform = "tmall"\n': "shop_id: 'other' differs",
    b'shop_id = "{id}"\nplatform = "tmall"\n': "name: is missing",
    b'shop_id = "{id}"\nname = " \\u001b\\n "\nplatform = "tmall"\n': "name: is missing",
    b'shop_id = "{id}"\nname = "a"\n': "platform: must be one of",
    b'shop_id = "{id}"\nname = "a"\nplatform = ["tmall"]\n': f"platform: {WHOLE}",
    b"5": "(at end of document)",
}
FOLDER = "is no file"
NAMES = (b"\xff\xfe", "坏店".encode(), b"a b", b"x\x1b[2J", b"two\nlines")  # of folders that can be no shop


def write_all(data: Path) -> dict[str, str]:
    """A shop of each kind in `data`: what must be said of it, by its id."""
    said: dict[str, str] = {}
    whole = {HEAD.encode() + line.encode(): what for line, what in LINES.items()} | FILES
    for number, (text, what) in enumerate(whole.items()):
        shop = f"bad-{number:02}"
        (data / shop).mkdir(parents=True)
        (data / shop / "shop.toml").write_bytes(text.replace(b"{id}", shop.encode()))
        said[shop] = what
    (data / "bad-folder" / "shop.toml").mkdir(parents=True)
    for name in NAMES:
        (data / os.fsdecode(name)).mkdir()
        (data / os.fsdecode(name) / "shop.toml").write_text(HEAD, encoding="utf-8")
    return said | {"bad-folder": FOLDER}
