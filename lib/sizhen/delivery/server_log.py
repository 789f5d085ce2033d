"""What a mail server's log says of a message."""

from __future__ import annotations

import re

_READ = re.compile(r": (\w+): message-id=")  # Postfix


def took(log: str, message_id: str) -> bool:
    """True where the log says that the server took the message. Postfix writes a Message-ID down while it still reads
    the message, under the number of a file that it throws away when the connection breaks; from its queue manager on
    the message is taken. In other logs the Message-ID is word enough."""
    end = 0
    for line in log.split("\n"):
        end += len(line) + 1
        if message_id.strip("<>") not in line:
            continue
        read = _READ.search(line)
        if read is None:
            return True
        after = re.compile(rf"(qmgr\[\d+\]: {read[1]}: from=)|: {read[1]}: client=").search(log, end)
        if after is not None and after[1]:
            return True
    return False
