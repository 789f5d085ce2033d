"""How long it takes to queue and send the reports of a thousand shops, and what memory: `make bench-mail`.

The published sample reports are cloned, with ids, owners and domains of their own, and go through `sizhen send --send`
to a server in a process of its own: STARTTLS, login, DKIM, guard, every step on the disk. The server only counts, since
both share the processor and what is measured is the sender. Printing is measured apart, on the samples; clones' PDFs
lie ready as `sizhen send` without --send leaves them. Needs 10 MB a shop in --folder.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
from base64 import b64decode
from email import message_from_bytes
from pathlib import Path
from typing import TextIO

import psutil
import trustme
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sizhen.delivery import paper
from sizhen.delivery.post import PRINTED
from sizhen.tables import Shop

HOST, PERIOD, USER, PASSWORD = "127.0.0.1", "2026-10", "r@agency.example", "correct horse"
MARKS = (100, 500, 1000)
SETTINGS = """[mail]
sender = "Agency <r@agency.example>"
host = "{host}"
port = {port}
user = "{user}"
trust = "{folder}/authority.pem"
unsubscribe = "stop@agency.example"
bounces = "back@agency.example"
[mail.dkim]
selector = "s1"
key = "{folder}/dkim.pem"
"""


def until(link: socket.socket, end: bytes) -> bytearray:
    """What comes up to `end`: whoever sends it waits for an answer then."""
    got = bytearray()
    while not got.endswith(end):
        more = link.recv(1 << 16)
        if not more:
            raise EOFError
        got += more
    return got


def converse(link: socket.socket, context: ssl.SSLContext, taken: TextIO) -> None:
    """Takes mail after STARTTLS and login, and notes of each its Message-ID, and whether header and envelope name the
    same recipient."""
    known, recipient, verb, answer = False, "", "", "220 go on"
    while verb != "QUIT":
        link.sendall(f"{answer}\r\n".encode())
        if verb == "STARTTLS":
            link = context.wrap_socket(link, server_side=True)
        verb, _, given = until(link, b"\r\n").decode().rstrip().partition(" ")
        verb, answer = verb.upper(), "250 done"
        if verb == "EHLO":
            answer = f"250-{HOST}\r\n250 {'AUTH PLAIN' if isinstance(link, ssl.SSLSocket) else 'STARTTLS'}"
        elif verb == "STARTTLS":
            answer = "220 go on"
        elif verb == "AUTH":
            known = b64decode(given.removeprefix("PLAIN ")) == f"\0{USER}\0{PASSWORD}".encode()
            answer = "235 welcome" if known else "535 unknown"
        elif verb == "RCPT" and known:
            recipient = given.removeprefix("TO:<").rstrip(">")
        elif verb == "DATA" and known:
            link.sendall(b"354 go on\r\n")
            got = until(link, b"\r\n.\r\n")
            head = message_from_bytes(got[: got.index(b"\r\n\r\n")])
            taken.write(f"{head['Message-ID']} {head['To'].rpartition('<')[2].strip('<>') == recipient}\n")
    link.close()


def serve(folder: Path, port: int) -> None:
    """The process of the server, until it is ended."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem")
    with socket.create_server((HOST, port)) as door, (folder / "taken").open("w", buffering=1) as taken:
        while True:
            converse(door.accept()[0], context, taken)


def secrets(folder: Path) -> None:
    """Certificates and the key of signatures."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    authority.issue_cert(HOST).private_key_and_cert_chain_pem.write_to_path(folder / "server.pem")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "dkim.pem").write_bytes(key.private_bytes(*form))


def clone(sample: tuple[Path, Path, bytes], number: int, folder: Path) -> int:
    """A shop of its own made of a sample's profile, report and PDF. Its bytes."""
    data, report, pdf = sample
    shop = f"{report.name}-{number:04}"
    home, profile = folder / "reports" / PERIOD / shop, folder / "data" / shop / "shop.toml"
    (home / "notebooks").mkdir(parents=True)
    profile.parent.mkdir(parents=True)
    head = (data / "shop.toml").read_text(encoding="utf-8").partition("[owner]")[0]
    owner = f'[owner]\nname = "Ann"\nemail = "owner@shop-{number:04}.example"\n'
    profile.write_text(head.replace(f'"{report.name}"', f'"{shop}"') + owner, encoding="utf-8")
    found = json.loads((report / "findings.json").read_text(encoding="utf-8")) | {"shop_id": shop}
    found["data"]["fingerprint"] = Shop.open(folder / "data", shop).fingerprint()
    (home / "findings.json").write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    about = f'<meta name="sizhen" content="{report.name}'.encode()
    page = (report / "report.html").read_bytes().replace(about, about.replace(report.name.encode(), shop.encode()), 1)
    (home / "report.html").write_bytes(page)
    printed = folder / "reports" / "outbox" / PRINTED
    paper.keep(printed, page, pdf)
    for path in (report / "notebooks").glob("*.ipynb"):
        book = json.loads(path.read_text(encoding="utf-8"))
        book["metadata"]["papermill"]["parameters"]["shop_id"] = shop
        (home / "notebooks" / path.name).write_text(json.dumps(book, ensure_ascii=False), encoding="utf-8")
    return sum(path.stat().st_size for path in home.rglob("*") if path.is_file())


def printed(report: Path) -> tuple[bytes, float]:
    begun = time.perf_counter()
    made = paper.attachment((report / "report.html").read_bytes(), report.name, form="pdf")
    return made.content, time.perf_counter() - begun


def counts(base: Path) -> tuple[int, int]:
    """Messages queued and sent so far."""
    try:
        with sqlite3.connect(f"file:{base}?mode=ro", uri=True) as link:
            row = link.execute("select count(*), coalesce(sum(state = 'sent'), 0) from message").fetchone()
        return int(row[0]), int(row[1])
    except sqlite3.OperationalError:
        return 0, 0


def resident(process: psutil.Popen) -> float:
    """MB of the sender and its children; nothing once it has ended."""
    try:
        return sum(each.memory_info().rss for each in (process, *process.children(recursive=True))) / 1e6
    except psutil.NoSuchProcess:
        return 0.0


def send(folder: Path) -> float:
    """Runs the command and says memory on the way; seconds."""
    command = [sys.executable, "-m", "sizhen.cli", "send", "--period", PERIOD, "--send", "--jobs", "2"]
    for name, path in (("data", "data"), ("reports", "reports"), ("settings", "sizhen.toml")):
        command += [f"--{name}", str(folder / path)]
    base = folder / "reports" / "outbox" / "outbox.sqlite"
    os.sync()
    begun = time.perf_counter()
    left = {"queued": list(MARKS), "sent": list(MARKS)}
    with (folder / "told").open("w", encoding="utf-8") as told:
        environment = os.environ | {"SIZHEN_MAIL_PASSWORD": PASSWORD}
        process = psutil.Popen(command, stdout=told, stderr=subprocess.STDOUT, env=environment)
        while process.poll() is None:
            for (what, marks), count in zip(left.items(), counts(base), strict=True):
                while marks and count >= marks[0] and (now := resident(process)):
                    print(f"  {marks.pop(0):5} {what:6} {time.perf_counter() - begun:6.1f} s {now:6.0f} MB", flush=True)
            time.sleep(0.2)
    if process.returncode:
        raise SystemExit((folder / "told").read_text(encoding="utf-8")[-2000:])
    return time.perf_counter() - begun


def run(shops: int, data: Path, reports: Path, folder: Path, port: int, sample: str) -> None:
    found = sorted(path.parent for path in (reports / PERIOD).glob(f"{sample}/findings.json"))
    if not found:
        raise SystemExit(f"no report of {PERIOD} in {reports}; make them with make reports")
    samples = []
    for report in found:
        pdf, seconds = printed(report)
        print(f"printing {report.name}: {seconds:.1f} s, {len(pdf) / 1e3:.0f} kB of PDF", flush=True)
        samples.append((data / report.name, report, pdf))
    size = sum(clone(samples[n % len(samples)], n, folder) for n in range(shops))
    print(f"{shops} shops with a domain each, {size / 1e9:.1f} GB of reports and executed notebooks", flush=True)
    secrets(folder)
    (folder / "sizhen.toml").write_text(
        SETTINGS.format(host=HOST, port=port, user=USER, folder=folder), encoding="utf-8"
    )
    server = subprocess.Popen([sys.executable, __file__, "--serve", str(folder), "--port", str(port)])
    try:
        time.sleep(2)
        before = os.times()
        seconds = send(folder)
        busy = sum(os.times()[2:4]) - sum(before[2:4])
        taking = sum(psutil.Process(server.pid).cpu_times()[:2])
    finally:
        server.terminate()
        server.wait()
    taken = (folder / "taken").read_text(encoding="utf-8").split("\n")[:-1]
    sent = sum(path.stat().st_size for path in (folder / "reports" / "outbox").glob("*.eml"))
    print(f"queued and sent: {seconds:.1f} s, {1000 * seconds / shops:.0f} ms a shop, {sent / 1e9:.1f} GB of mail")
    print(f"of processor, a shop: {1000 * busy / shops:.0f} ms the sender, {1000 * taking / shops:.0f} ms the server")
    if len(set(taken)) != len(taken) or len(taken) != shops or any(line.endswith("False") for line in taken):
        raise SystemExit(f"FAILED: {len(taken)} mails, {len(set(taken))} different")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shops", type=int, default=1000)
    parser.add_argument("--data", type=Path, default=Path("data/sample"))
    parser.add_argument("--reports", type=Path, default=Path("reports"))
    parser.add_argument("--sample", default="*", help="clone this shop alone")
    parser.add_argument("--folder", type=Path, help="where the clones are made; a temporary one when none")
    parser.add_argument("--port", type=int, default=2588)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.serve:
        serve(args.serve, args.port)
        return
    folder = Path(tempfile.mkdtemp(dir=args.folder, prefix="sizhen-thousand-"))
    try:
        run(args.shops, args.data, args.reports, folder, args.port, args.sample)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
