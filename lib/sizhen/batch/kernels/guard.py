"""What the fork server imports before anything large. While it loads it can look after nothing: until then it just ends
with the process, or the thread, that has started it, and the next run removes its folder."""

from __future__ import annotations

import os

from sizhen.batch.kernels.parent import ASKED_BY, end_with

end_with(int(os.environ.get(ASKED_BY, os.getppid())))
