"""Networks of their own on one computer: a process in one of them sees the others only through a cable."""

from __future__ import annotations

import os
import shutil
import subprocess


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def lacking() -> str:
    """Why there can be none here; empty where there can."""
    if os.name != "posix" or os.geteuid() != 0 or shutil.which("ip") is None:
        return "network namespaces need root and iproute2"
    made = subprocess.run(["unshare", "--net", "--mount", "true"], capture_output=True)
    return f"no network namespaces here: {made.stderr.decode()}" if made.returncode else ""


class Networks:
    """`count` namespaces, each with a cable to the bridge of this computer."""

    def __init__(self, count: int) -> None:
        tag = f"sz{os.getpid() % 100_000}"
        self._subnet = f"10.213.{os.getpid() % 250}"
        self._bridge = f"{tag}b"
        self._names = [f"{tag}n{n}" for n in range(count)]
        _ip("link", "add", self._bridge, "type", "bridge")
        _ip("address", "add", f"{self._subnet}.1/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")
        for n, name in enumerate(self._names):
            _ip("netns", "add", name)
            _ip("link", "add", f"{name}c", "type", "veth", "peer", "name", "eth0", "netns", name)
            _ip("link", "set", f"{name}c", "master", self._bridge, "up")
            _ip("-n", name, "address", "add", f"{self.address(n)}/24", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            _ip("-n", name, "link", "set", "lo", "up")

    def address(self, n: int) -> str:
        return f"{self._subnet}.{n + 2}"

    def inside(self, n: int) -> list[str]:
        """What comes before a command that shall run there."""
        return ["ip", "netns", "exec", self._names[n]]

    def cut(self, n: int) -> None:
        """Pulls the cable: nobody is told."""
        _ip("link", "set", f"{self._names[n]}c", "down")

    def end(self) -> None:
        for name in self._names:
            _ip("netns", "delete", name)
        _ip("link", "delete", self._bridge)
