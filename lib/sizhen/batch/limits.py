"""What one shop may take of the computer: a cell that runs away ends its own shop and no other."""

from __future__ import annotations

import sys

# Of address space, per process. The largest kernel of the sample shops maps 2.7 GB (libraries, and the stacks and heaps
# of 17 threads) and fills 0.4 of it.
MEMORY = 4 * 1024**3
LEAST = 3 * 1024**3  # with less, libraries of linear algebra wait for ever at their import, and kernels run out
SPARE = 256 * 1024**2  # on top of it, for a process that says that it ran out
FILE = 256 * 1024**2  # bytes of any one file, the log included
OUTPUT = 20_000_000  # characters that the cells of a notebook show; those of the sample shops show at most 1.2 million
ROOM = 1_000_000  # bytes on the disk of the reports; with fewer, what a failed shop has left makes room for the next


def limit() -> None:
    """Limits this process and what it starts, where the system can; none of them writes a core file."""
    if sys.platform != "linux":
        return
    import resource

    _set(resource.RLIMIT_AS, MEMORY, MEMORY + SPARE)
    _set(resource.RLIMIT_FSIZE, FILE, FILE)
    _set(resource.RLIMIT_CORE, 0, 0)


def too_narrow() -> str:
    """What to do where this process may not take the memory that a shop needs; empty where it may."""
    if sys.platform != "linux":
        return ""
    import resource

    for kind, letter in ((resource.RLIMIT_AS, "v"), (resource.RLIMIT_DATA, "d")):
        allowed = resource.getrlimit(kind)[0]
        if allowed != resource.RLIM_INFINITY and allowed < LEAST:
            return (
                f"a process may take {allowed / 1024**3:.1f} GB of memory here, a shop needs {LEAST / 1024**3:.0f}; "
                f"allow more (ulimit -{letter})"
            )
    return ""


def give_spare() -> None:
    """After a MemoryError: room to tell of it."""
    if sys.platform != "linux":
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _set(kind: int, soft: int, hard: int) -> None:
    """A limit that is narrower already stays."""
    import resource

    highest = resource.getrlimit(kind)[1]
    if highest != resource.RLIM_INFINITY:
        soft, hard = min(soft, highest), min(hard, highest)
    resource.setrlimit(kind, (soft, hard))
