"""What a mail server's log says of a message."""

from __future__ import annotations

import re

_READ = re.compile(r": (\w+): message-id=")  # Postfix


def took(log: str, message_id: str) -> bool:
    """True where the log says that the server took the message. Postfix writes a Message-ID down while it still reads
    the message, under the number of a file that it throws away when the connection breaks; from its queue manager on
    the message is taken. In other logs the Message-ID is word enough."""
    for named in re.finditer(rf".*{re.escape(message_id.strip('<>'))}.*", log):
        read = _READ.search(named[0])
        if read is None:
            return True
        after = re.compile(rf"(qmgr\[\d+\]: {read[1]}: from=)|: {read[1]}: client=").search(log, named.end())
        if after is not None and after[1]:
            return True
    return False
