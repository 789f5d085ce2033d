"""Two small shops and five small notebooks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import nbformat.v4 as v4
import psutil
import pytest

from sizhen.batch.kernels import forks
from small_document import document, finding

FAULTS = Path(__file__).parents[1] / "faults"
NAMES = ("1_look", "2_listen", "3_ask", "4_check", "5_prescribe")
COMMON = """shop_id: str = "nobody"  # folder
period: str = "1999-01"
data_dir: str = "data"
language: str = ""
previous: str = "" """.rstrip()
PRESCRIBE = '\noutput: str = "."'
FIGURE = """import matplotlib.pyplot as plt

plt.plot([1, 2]);"""
TABLE = """from IPython.display import HTML

HTML("<table class='sz-table'><tr><td>1</td></tr></table>")"""
FINDINGS = """import json
import zipfile
from pathlib import Path

from sizhen.tables import Shop

start, end = {"2026-09": ("2026-09-01", "2026-09-30"), "2026-10": ("2026-10-01", "2026-10-31")}[period]
says = {"zh": f"{Path(previous).parent.parent.name or 'first'} 断货", "en": "sold out"}
document = WHOLE | {"shop_id": shop_id, "period": {"start": start, "end": end}}
document["data"] |= {"fingerprint": Shop.open(data_dir, shop_id).fingerprint()}
document["findings"][0] |= {"says": says}
written = Path(output, "findings.json").write_text(json.dumps(document))
with zipfile.ZipFile(Path(output, "tables.xlsx"), "w") as book:
    book.writestr("xl/workbook.xml", "<workbook/>")""".replace("WHOLE", repr(document(finding(amount=1234.5))))


def _notebook(name: str) -> Any:
    own = {"1_look": [FIGURE], "2_listen": [TABLE], "5_prescribe": [FINDINGS, "shop_id"]}.get(name, ["1 + 1"])
    parameters = COMMON + (PRESCRIBE if name == "5_prescribe" else "")
    cells = [
        v4.new_markdown_cell(f"# {name}"),
        v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        v4.new_markdown_cell("## What is seen"),
        *(v4.new_code_cell(source) for source in own),
    ]
    kernel = {"name": "a-kernel-nobody-has", "display_name": "", "language": "python"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


@pytest.fixture(scope="session")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notebooks {x}")
    for name in NAMES:
        nbformat.write(_notebook(name), folder / f"{name}.ipynb")
    return folder


@pytest.fixture
def broken(healthy: Path, tmp_path: Path) -> Callable[[str, str], Path]:
    def broken(fault: str, name: str = "1_look") -> Path:
        """The healthy notebooks, but one of them has a fault."""
        folder = tmp_path / fault
        shutil.copytree(healthy, folder)
        shutil.copyfile(FAULTS / f"{fault}.ipynb", folder / f"{name}.ipynb")
        return folder

    return broken


@pytest.fixture
def server() -> psutil.Process:
    """The fork server of this process."""
    forks.serve()
    return psutil.Process(forks._server._forkserver_pid)


@pytest.fixture
def left(server: psutil.Process) -> Callable[[], list[psutil.Process]]:
    """The fork server's children. One that was killed from outside is dead for a moment before the server collects
    it."""
    return lambda: psutil.wait_procs(server.children(), timeout=60)[1]


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    for shop_id, language in (("alpha", "zh"), ("beta", "en")):
        (folder / shop_id).mkdir()
        profile = (
            f'shop_id = "{shop_id}"\nname = "{shop_id.title()} & Co"\nplatform = "other"\nlanguage = "{language}"\n'
        )
        (folder / shop_id / "shop.toml").write_text(profile)
        days = "".join(f"2026-{month:02d}-01,10,5.0\n" for month in (9, 10))
        (folder / shop_id / "shop_daily.csv").write_text(f"date,visitors,paid_amount\n{days}")
    (folder / "empty").mkdir()
    (folder / "empty" / "shop.toml").write_text('shop_id = "empty"\nname = "Empty"\nplatform = "other"\n')
    shutil.copytree(folder / "alpha", folder / "wrong")
    (folder / "wrong" / "shop.toml").write_text('shop_id = "wrong"\nname = "Wrong"\nplatform = "other"\n')
    (folder / "wrong" / "shop_daily.csv").write_text("date,visitors,paid_amount\n2026-10-01,-3,5.0\n")
    return folder
