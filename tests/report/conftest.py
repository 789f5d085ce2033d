"""Executed notebooks, written without a kernel."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import nbformat.v4 as v4
import pytest


def png(width: int = 4, height: int = 3) -> str:
    """A white picture as matplotlib's backend hands it over: base64 with a line end."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xff" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + body).decode() + "\n"


def markdown(source: str, *tags: str) -> Any:
    return v4.new_markdown_cell(source, metadata={"tags": list(tags)})


def shown(*tags: str, metadata: dict[str, Any] | None = None, **data: str) -> Any:
    """A code cell that displayed one thing: `html=`, `png=` or `plain=`."""
    kinds = {"html": "text/html", "png": "image/png", "plain": "text/plain", "svg": "image/svg+xml"}
    output = v4.new_output("display_data", data={kinds[k]: v for k, v in data.items()}, metadata=metadata or {})
    return v4.new_code_cell("secret_source()", execution_count=1, outputs=[output], metadata={"tags": list(tags)})


@pytest.fixture
def cells() -> SimpleNamespace:
    return SimpleNamespace(markdown=markdown, shown=shown, png=png)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., list[Path]]:
    def write(**notebooks: list[Any]) -> list[Path]:
        """Files for `prescribe=[cells], look=[cells] …`, in the order of their numbers."""
        numbers = {"look": 1, "listen": 2, "ask": 3, "check": 4, "prescribe": 5}
        paths = []
        for name, cells in sorted(notebooks.items(), key=lambda item: numbers[item[0]]):
            paths.append(tmp_path / f"{numbers[name]}_{name}.ipynb")
            nbformat.write(v4.new_notebook(cells=cells), paths[-1])
        return paths

    return write


@pytest.fixture
def full() -> dict[str, list[Any]]:
    """Five notebooks with everything a report can show."""
    wide = "<tr>" + "".join(f"<td>{n * 1234567}</td>" for n in range(14)) + "</tr>"
    figure = {"image/png": {"alt": 'visitors "a day"', "width": 2}}
    return {
        "prescribe": [
            markdown("# Five"),
            shown("page-screen", html='<h1 class="sz-says">Sold out</h1><table class="sz-signs"></table>'),
            shown("page-ending", html="<h3>How</h3>"),
        ],
        "look": [
            markdown("# One\n\nFirst words."),
            markdown("## Where visitors *come* from\n\nBy source."),
            shown(html=f'<table class="sz-table"><tbody>{wide}</tbody></table>'),
            shown(png=png(40, 30)),
            markdown("## Found"),
            shown("page-head", html='<span class="sz-title">Shop</span><span class="sz-pill sz-act">1 to do</span>'),
            shown("page-conclusions", html='<section class="sz-conclusion"><h3>Out</h3></section>'),
        ],
        "listen": [markdown("## Reviews"), shown(png=png(), metadata=figure)],
        "ask": [markdown("## Desk"), shown(plain="1 < 2 & 3"), markdown("## Nobody"), markdown("## Peers")],
        "check": [markdown("Only a sentence, *no heading*."), shown(png=png())],
    }
