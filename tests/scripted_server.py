"""A mail server that says what it is told to, command by command."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

USUAL = {"HELLO": "220 ready", "DATA": "354 go on", "QUIT": "221 bye"}


class Scripted(socketserver.ThreadingTCPServer):
    """`answers`: by command, HELLO for the greeting and DOT for the end of a message; one that ends with # is followed
    by silence for good. `heard`: commands in their order, DOT, or CUT with the last line
    of a message that was not ended."""

    daemon_threads = True
    answers: dict[str, str]
    heard: list[str]

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Talk(socketserver.StreamRequestHandler):
    server: Scripted

    def handle(self) -> None:
        going = self._say("HELLO")
        while going and (line := self.rfile.readline()):
            command = line.split()[0].decode().upper()
            self.server.heard.append(command)
            going = self._say(command)
            if going and command == "DATA" and self.server.answers.get("DATA", "354").startswith("354"):
                last = b""
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    last = line
                self.server.heard.append("DOT" if line else f"CUT {last.decode().strip()}")
                going = self._say("DOT") if line else False

    def _say(self, command: str) -> bool:
        answer = self.server.answers.get(command, USUAL.get(command, "250 OK"))
        self.wfile.write(answer.rstrip("#").encode("gb18030") + b"\r\n")
        return command != "QUIT" and not answer.endswith("#")


@contextmanager
def scripted(**answers: Any) -> Iterator[Scripted]:
    with Scripted(("127.0.0.1", 0), _Talk) as server:
        server.answers, server.heard = answers, []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
