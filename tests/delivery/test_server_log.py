"""Lines as Postfix 3.7 and others write them."""

from __future__ import annotations

import pytest

from sizhen.delivery.server_log import took

ID = "<ab12@agency.example>"
READ = "Nov 22 21:02:34 mail postfix/cleanup[31]: C5A63: message-id=<ab12@agency.example>\n"
LOST = "Nov 22 21:02:35 mail postfix/smtpd[30]: lost connection after DATA (220099 bytes) from localhost[127.0.0.1]\n"
TAKEN = "Nov 22 21:02:37 mail postfix/qmgr[33]: C5A63: from=<r@agency.example>, size=326, nrcpt=1 (queue active)\n"
AGAIN = "Nov 22 21:02:36 mail postfix/smtpd[30]: C5A63: client=localhost[127.0.0.1]\n"
OTHER = READ.replace("C5A63", "C6CF6").replace("ab12", "cd34") + TAKEN.replace("C5A63", "C6CF6")


@pytest.mark.parametrize(
    ("log", "taken"),
    [
        ("", False),
        (OTHER, False),
        (READ + LOST + OTHER, False),
        (READ + LOST + AGAIN + TAKEN, False),
        (READ + TAKEN, True),
        (READ + OTHER + TAKEN, True),
        (READ + LOST + OTHER + READ.replace("C5A63", "D1") + TAKEN.replace("C5A63", "D1"), True),
        ("1uX-02 <= r@agency.example H=localhost S=326 id=ab12@agency.example\n", True),
        ("cd34@agency.example\nab12@agency.example\n", True),
    ],
)
def test_read_is_not_taken(log: str, taken: bool) -> None:
    assert took(log, ID) is taken
