"""Which files a call means, and in which order: later ones win where they tell otherwise."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

LEFT = re.compile(
    r"\A(\.|~\$)|(?i:\A(thumbs\.db|desktop\.ini)|\.(crdownload|part|partial|download|tmp)|:zone\.identifier)\Z"
)
COPY = re.compile(r"(?<!\s)\s*+\((\d+)\)$")


def exports(paths: Iterable[Path]) -> list[Path]:
    """The paths as given, a folder as its files by name: hidden and half-downloaded ones and what systems leave there
    are left out.

    A browser's second download of a name, "a (1).csv", is the newer one: it comes after a.csv, even where a shell has
    put it before.
    """
    found = [file for path in paths for file in (_files(path) if path.is_dir() else [path])]
    of_one_name = defaultdict(list)
    for at, file in enumerate(found):
        of_one_name[file.parent, COPY.sub("", file.stem), file.suffix].append(at)
    ordered = list(found)
    for places in of_one_name.values():
        for at, file in zip(places, sorted((found[i] for i in places), key=_download), strict=True):
            ordered[at] = file
    return ordered


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and not LEFT.search(path.name))


def _download(file: Path) -> int:
    """0 for the first download of a name, then 1, 2 and so on."""
    copy = COPY.search(file.stem)
    return int(copy[1]) if copy else 0
