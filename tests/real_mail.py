"""A Postfix and a Dovecot of our own on this machine: high ports, everything in one folder, nothing left behind."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import trustme
from imap_tools import MailBox

HOST, PASSWORD = "127.0.0.1", "correct horse"
ACCOUNTS = ("r@agency.example", "back@agency.example", "ok1@shop.example", "ok2@shop.example")
MASTER = "/usr/lib/postfix/sbin/master"
NOBODY = 65534
SECONDS = 60.0

MAIN = """compatibility_level = 3.6
queue_directory = {base}/spool
data_directory = {base}/data
daemon_directory = /usr/lib/postfix/sbin
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.agency.example
mydestination =
virtual_mailbox_domains = agency.example, shop.example
virtual_mailbox_base = {base}/mail
virtual_mailbox_maps = texthash:{base}/postfix/accounts
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_mailbox_limit = 0
message_size_limit = 26214400
default_transport = error:nothing leaves this machine
relay_transport = error:nothing leaves this machine
recipient_delimiter = +
smtpd_reject_unlisted_recipient = no
smtpd_tls_cert_file = {base}/chain.pem
smtpd_tls_key_file = {base}/key.pem
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {base}/auth
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
maillog_file = {base}/log
maillog_file_prefixes = {base}
alias_maps =
"""
SERVICES = """127.0.0.1:{submission} inet n - n - - smtpd
127.0.0.1:{plain} inet n - n - - smtpd -o smtpd_tls_security_level=none -o smtpd_sasl_auth_enable=no
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""
DOVECOT = """base_dir = {base}/dovecot
state_dir = {base}/dovecot
log_path = {base}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{base}/chain.pem
ssl_key = <{base}/key.pem
mail_location = maildir:{base}/mail/%u
auth_mechanisms = plain login
auth_failure_delay = 0
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {base}/users
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534 home={base}/mail/%u
}}
service auth {{
  unix_listener {base}/auth {{
    mode = 0666
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
  }}
}}
"""


def missing() -> str:
    """Why no such servers can be run here; empty where they can."""
    if os.geteuid() != 0:
        return "Postfix and Dovecot can only be started by root"
    absent = [name for name, path in (("postfix", MASTER), ("dovecot", "dovecot")) if not shutil.which(path)]
    return f"not installed: {', '.join(absent)}" if absent else ""


@dataclass(frozen=True)
class MailHost:
    """Ports of a submission server that asks for TLS and a login, of one that knows neither, and of IMAP with STARTTLS
    and over TLS."""

    base: Path
    submission: int
    plain: int
    imap: int
    imaps: int

    @property
    def authority(self) -> Path:
        return self.base / "authority.pem"

    @contextmanager
    def mailbox(self, account: str) -> Iterator[MailBox]:
        context = ssl.create_default_context(cafile=self.authority)
        with MailBox(HOST, self.imaps, ssl_context=context, timeout=SECONDS) as box:
            yield box.login(account, PASSWORD)

    def arrived(self, account: str, count: int = 1) -> list[bytes]:
        """The mails of an account as they are stored, once there are so many."""
        return [path.read_bytes() for path in _until(lambda: self.stored(account), count)]

    def stored(self, account: str) -> list[Path]:
        """Files of an account's mails."""
        return sorted(path for part in ("new", "cur") for path in (self.base / "mail" / account / part).glob("*"))

    def log(self, name: str = "log") -> str:
        path = self.base / name
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def empty(self) -> None:
        for path in (self.base / "mail").iterdir():
            shutil.rmtree(path)
        for name in ("log", "dovecot.log"):
            (self.base / name).write_text("", encoding="utf-8")


def processes(base: Path) -> list[psutil.Process]:
    """Whatever runs for the servers in `base`."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(base) in " ".join((*process.cmdline(), process.cwd())):
                found.append(process)
        except psutil.Error:
            continue
    return found


@contextmanager
def running() -> Iterator[MailHost]:
    """Both servers, from start to end."""
    with ExitStack() as stack:
        base = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sizhen-mail-")))
        host = MailHost(base, *_free(4))
        _settle(host)
        for command in (["dovecot", "-F", "-c", f"{base}/dovecot.conf"], [MASTER, "-d", "-c", f"{base}/postfix"]):
            stack.enter_context(_served(command))
        for port in (host.submission, host.plain, host.imap, host.imaps):
            _until(lambda port=port: [port] if _listens(port) else [], 1)
        yield host


@contextmanager
def _served(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.terminate()
        process.wait(SECONDS)
        _, alive = psutil.wait_procs(children, SECONDS)
        for child in alive:
            child.kill()


def _settle(host: MailHost) -> None:
    """Certificates, settings and folders."""
    base = host.base
    base.chmod(0o755)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(base / "authority.pem")
    server = authority.issue_cert(HOST)
    server.private_key_pem.write_to_path(base / "key.pem")
    (base / "chain.pem").write_bytes(b"".join(pem.bytes() for pem in server.cert_chain_pems))
    for name in ("postfix", "spool", "data", "mail", "dovecot"):
        (base / name).mkdir()
    os.chown(base / "mail", NOBODY, NOBODY)
    shutil.chown(base / "data", "postfix")
    ports = {"submission": host.submission, "plain": host.plain, "imap": host.imap, "imaps": host.imaps}
    files = {
        "postfix/main.cf": MAIN,
        "postfix/master.cf": SERVICES,
        "dovecot.conf": DOVECOT,
        "postfix/accounts": "".join(f"{account} {account}/\n" for account in ACCOUNTS),
        "users": "".join(f"{account}:{PASSWORD}\n" for account in ACCOUNTS),
    }
    for name, text in files.items():
        (base / name).write_text(text.format(base=base, **ports), encoding="utf-8")
    subprocess.run(["postfix", "-c", f"{base}/postfix", "check"], check=True, capture_output=True)


def _free(count: int) -> list[int]:
    with ExitStack() as stack:
        taken = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in taken:
            each.bind((HOST, 0))
        return [each.getsockname()[1] for each in taken]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _until(found, count: int):
    """What `found` gives once it is that many. Raises AssertionError after a while."""
    end = time.monotonic() + SECONDS
    while len(have := found()) < count:
        assert time.monotonic() < end, f"{len(have)} of {count}"
        time.sleep(0.05)
    return have
