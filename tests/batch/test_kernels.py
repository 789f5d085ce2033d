"""Forked kernels give what ordinary ones give, fail as they fail, and leave nothing behind."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import nbclient.exceptions
import nbformat
import nbformat.v4 as v4
import psutil
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from sizhen.batch import worker
from sizhen.batch.kernels import forks, manager
from sizhen.batch.kernels.manager import ForkedKernel, NotReady, OrdinaryKernel

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only"),
    pytest.mark.filterwarnings("ignore"),  # of the stock way, which the library's own client takes
]
FOLDER = Path(__file__).parents[2] / "notebooks"
KINDS = (OrdinaryKernel, ForkedKernel)

SAME = {
    "values": ["1 + 1", "_ + 1", "x = 3; x", "None"],
    "errors": ["def f():\n    return 1 / 0", "f()", "raise KeyError('k')", "1 +", "nowhere"],
    "streams": ["import sys\nprint('a'); print('b', file=sys.stderr); print('c', end='')", "print('d')"],
    "low streams": ["import os, time\nx = os.write(1, b'low\\n')\ntime.sleep(0.5)\nprint('high')"],
    "display": ["from IPython.display import *\ndisplay(HTML('<b>1</b>'), Markdown('*2*')); JSON({'a': 1})"],
    "updates": ["from IPython.display import display\nshown = display('a', display_id='d')", "shown.update('b')"],
    "cleared": ["from IPython.display import clear_output\nprint('a')\nclear_output()\nprint('b')"],
    "cleared late": ["from IPython.display import clear_output\nprint('a')\nclear_output(wait=True)\nprint('b')"],
    "big": ["print('x' * 3_000_000)", "'y' * 1_000_000"],
    "utf-8": ["print('四诊 ¥ 😀')", "售价 = '衬衫'\n售价"],
    "stdin": ["input('name?')"],
    "system exit": ["import sys\nsys.exit(0)", "1"],
    "warnings": ["import warnings\nwarnings.warn('w')\nwarnings.warn('d', DeprecationWarning)"],
    "logging": ["import logging\nlogging.getLogger('a').warning('w')\nlogging.getLogger('a').info('i')"],
    "magic": ["%pwd", "!echo out; echo err >&2", "%%capture kept\nprint('k')", "kept.stdout", "%nosuchmagic"],
    "await": ["import asyncio\nawait asyncio.sleep(0.01)\nprint('waited')"],
    "threads": ["import threading\nt = threading.Thread(target=print, args=['t']); t.start(); t.join()"],
    "late print": [
        "import threading, time\ndef late():\n    for n in range(3):\n        time.sleep(0.05); print(n)",
        "t = threading.Thread(target=late); t.start(); print('first'); t.join()",
    ],
    "flushes": ["import sys\nfor n in range(3):\n    print(n, end=' '); sys.stdout.flush()", "sys.stderr.flush()"],
    "history": ["x = 5\nx", "In[1], Out[1], _, _i", "%history -n 1-2"],
    "garbage": ["import gc\ngc.isenabled()"],
    "processes": [
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'print(1)'], capture_output=True).stdout"
    ],
    "who": [
        "import __main__, sys\n__main__.__name__, hasattr(__main__, 'f'), type(get_ipython()).__name__, sys.stdin.read"
    ],
    "main": ["def f(): pass\nf.__module__", "import __main__\n__main__.f is f"],
    "signals": ["import signal\n[signal.getsignal(s) for s in (signal.SIGINT, signal.SIGCHLD, signal.SIGTERM)]"],
    "wide frame": ["import pandas as pd\npd.DataFrame([range(30)])", "pd.options.display.max_columns"],
    "figure": [
        "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2]);",
        "plt.rcParams['font.family'], plt.get_backend()",
    ],
    "hashes": ["hash('a'), list({'p', 'q', 'r', 's'})"],
    "path": ["import sys\n[p for p in sys.path if 'site-packages' in p or not p]"],
}


@pytest.fixture
def scratch(server: psutil.Process, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of temporary files, with a path short enough for sockets; it is empty at the end."""
    folder = Path(tempfile.mkdtemp(prefix="k", dir="/tmp"))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    for name in ("JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        monkeypatch.setenv(name, str(folder / "own"))
    for name in ("PYTHONHASHSEED", "PYTHONSAFEPATH"):
        monkeypatch.setenv(name, forks.AT_START[name])
    monkeypatch.delenv("MPLBACKEND", raising=False)
    yield folder
    shutil.rmtree(folder / "own", ignore_errors=True)
    left = sorted(folder.iterdir())
    shutil.rmtree(folder)
    assert left == []


def notebook(sources: list[str]) -> NotebookNode:
    cells = [v4.new_code_cell(source) for source in sources]
    return v4.new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": ""}})


def execute(sources: list[str], kind: type[Any], **options: Any) -> NotebookNode:
    told: dict[str, Any] = {"allow_errors": True, "timeout": 60, "record_timing": False, **options}
    made = notebook(sources)
    client = NotebookClient(made, kernel_manager_class=kind, kernel_name="python3", shutdown_kernel="immediate", **told)
    client.execute()
    return made


def told(made: NotebookNode) -> list[tuple[int | None, list[Any]]]:
    """What the cells show, without process numbers, addresses in memory and temporary files."""

    def plain(value: Any) -> Any:
        if isinstance(value, str):
            return re.sub(r"ipykernel_\d+|0x[0-9a-f]+", "_", value)
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items()}
        return [plain(v) for v in value] if isinstance(value, list) else value

    return [(cell.execution_count, _joined(plain(cell.outputs))) for cell in made.cells if cell.cell_type == "code"]


def _joined(outputs: list[Any]) -> list[Any]:
    """Streams in pieces are one: how they are cut is a matter of time. Which of the two comes first is too."""
    texts = {name: "".join(o["text"] for o in outputs if o.get("name") == name) for name in ("stdout", "stderr")}
    return [texts, *(o for o in outputs if o["output_type"] != "stream")]


ALONE = ("low streams", "system exit", "late print")
TOGETHER = [case for case in SAME if case not in ALONE]


@pytest.mark.slow
@pytest.mark.parametrize("cases", [*([case] for case in ALONE), TOGETHER[::2], TOGETHER[1::2]], ids="-".join)
def test_same_outputs(cases: list[str], scratch: Path, server: psutil.Process) -> None:
    """Cases that leave the kernel as it was are run in one: to start it takes longer than they do."""
    made = (execute([source for case in cases for source in SAME[case]], kind) for kind in KINDS)
    ordinary, forked = (iter(told(each)) for each in made)
    for case in cases:
        expected, shown = (list(islice(cells, len(SAME[case]))) for cells in (ordinary, forked))
        assert shown == expected, case
        assert any(any(streams.values()) or more for _, (streams, *more) in shown), f"{case}: a comparison of nothing"
    assert server.children() == []


@pytest.mark.parametrize(
    ("source", "error", "options"),
    [
        ("import os\nos._exit(0)", nbclient.exceptions.DeadKernelError, {}),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", nbclient.exceptions.DeadKernelError, {}),
        ("import ctypes\nctypes.string_at(0)", nbclient.exceptions.DeadKernelError, {}),
        ("while True:\n    pass", nbclient.exceptions.CellTimeoutError, {"timeout": 1}),
        ("import time\ntime.sleep(60)", nbclient.exceptions.CellTimeoutError, {"timeout": 1}),
        ("1 / 0", nbclient.exceptions.CellExecutionError, {"allow_errors": False}),
    ],
)
@pytest.mark.parametrize("kind", KINDS)
def test_same_failures(
    kind: type[Any], source: str, error: type[Exception], options: dict[str, Any], scratch: Path, server: psutil.Process
) -> None:
    with pytest.raises(error):
        execute([source], kind, **options)
    assert server.children() == []


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("import time\ntime.sleep(60)", "KeyboardInterrupt"),
        ("import asyncio\nawait asyncio.sleep(4)", "CancelledError"),
    ],
)
def test_a_long_cell_can_be_interrupted(source: str, error: str, scratch: Path, server: psutil.Process) -> None:
    sources = [source, "print('on')"]
    ordinary, forked = (execute(sources, kind, timeout=2, interrupt_on_timeout=True) for kind in KINDS)
    assert forked.cells[0].outputs[0].ename == error
    assert told(forked) == told(ordinary)


def test_what_a_cell_prints_last_is_there(scratch: Path, server: psutil.Process) -> None:
    """An ordinary kernel sleeps after each cell, for what was printed to come before the word that the cell is done."""
    made = execute([f"import sys\nprint({n}, end='')\nprint({n}, file=sys.stderr)" for n in range(200)], ForkedKernel)
    shown = [_joined(cell.outputs)[0] for cell in made.cells]
    assert shown == [{"stdout": f"{n}", "stderr": f"{n}\n"} for n in range(200)]


def test_a_cell_that_shows_nothing_sends_two_messages_beside_its_reply(
    scratch: Path, server: psutil.Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    hear = nbclient.NotebookClient.process_message

    def listen(self: Any, msg: dict[str, Any], *given: Any) -> Any:
        heard.append(msg["msg_type"])
        return hear(self, msg, *given)

    monkeypatch.setattr(nbclient.NotebookClient, "process_message", listen)
    execute(["pass", "x = 1"], ForkedKernel)
    assert heard == ["execute_input", "status"] * 2


def test_kernels_are_strangers_to_each_other(scratch: Path) -> None:
    """Nothing of one kernel is in the next, not even its random numbers."""
    looks = "import os, random\nimport numpy as np\nhasattr(np, 'left'), os.environ.get('LEFT')"
    sources = [looks, "np.left = os.environ['LEFT'] = 'yes'", "print(random.random(), np.random.rand())"]
    first, again = (execute(sources, ForkedKernel) for _ in range(2))
    assert again.cells[0].outputs[0].data["text/plain"] == "(False, None)"
    drawn = [made.cells[-1].outputs[0].text.split() for made in (first, again)]
    assert len({*drawn[0], *drawn[1]}) == 4


def test_a_figure_is_drawn_once(scratch: Path) -> None:
    counting = """from matplotlib.figure import Figure
from sizhen import view
view.use("en")
drawn, draw = [], Figure.draw
Figure.draw = lambda *given: (drawn.append(given[0]), draw(*given))"""
    made = execute([counting, "import matplotlib.pyplot as plt\nplt.plot([1, 2]);", "len(drawn)"], ForkedKernel)
    assert "image/png" in made.cells[1].outputs[0].data
    assert made.cells[2].outputs[0].data["text/plain"] == "1"


def test_a_flush_wakes_a_thread_only_where_something_was_printed(scratch: Path) -> None:
    counting = """import sys
thread, woken = sys.stdout.pub_thread, []
schedule = thread.schedule
thread.schedule = lambda event: (woken.append(getattr(event, "__name__", "")), schedule(event))"""
    made = execute(
        [counting, "x = 1", "woken.count('_flush')", "print('a')", "woken.count('_flush') > 0"], ForkedKernel
    )
    assert [cell.outputs[0].get("data", {}).get("text/plain") for cell in made.cells[2::2]] == ["0", "True"]


def test_sockets_lie_in_a_folder_of_ones_own(scratch: Path) -> None:
    one, other = ForkedKernel(), ForkedKernel()
    assert one.transport == other.transport == "ipc"
    folders = {Path(kernel.ip).parent for kernel in (one, other)}
    assert len(folders) == 2
    for folder in folders:
        assert folder.parent == scratch
        assert folder.stat().st_mode & 0o077 == 0
        folder.rmdir()


def test_a_path_too_long_for_sockets(scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manager, "LONGEST", 5)
    assert told(execute(SAME["values"], ForkedKernel)) == told(execute(SAME["values"], OrdinaryKernel))


def test_without_a_server_kernels_are_ordinary(
    scratch: Path, server: psutil.Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise forks.Unavailable

    monkeypatch.setattr(forks, "start", refuse)
    made = execute(["import os\nos.getppid()", *SAME["values"]], ForkedKernel)
    assert int(made.cells[0].outputs[0].data["text/plain"]) == psutil.Process().pid


def _papermill(sources: list[str], folder: Path) -> NotebookNode:
    path, out = folder / "given.ipynb", folder / "done.ipynb"
    path.write_text(v4.writes(notebook(["a = 1", *sources])))
    return worker._execute(path, out, {}, folder, lambda: "of now")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[type[Any]]:
    """The kinds of kernels that papermill has been given."""
    kinds: list[type[Any]] = []
    run = worker._papermill

    def note(*given: Any) -> None:
        kinds.append(given[-1])
        run(*given)

    monkeypatch.setattr(worker, "_papermill", note)
    return kinds


def test_a_kernel_that_does_not_come_up_is_replaced_once(
    scratch: Path, tmp_path: Path, started: list[type[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(self: Any, timeout: float | None = None) -> None:
        raise NotReady("no")

    monkeypatch.setattr(manager._Client, "wait_for_ready", never)
    assert _papermill(["print(1)"], tmp_path).metadata.sizhen.data == "of now"
    assert started == [ForkedKernel, OrdinaryKernel]


@pytest.mark.parametrize("source", ["1 / 0", "import os; os._exit(1)", "import sys; sys.exit(0)"])
def test_a_failed_cell_is_not_run_again(source: str, scratch: Path, tmp_path: Path, started: list[type[Any]]) -> None:
    with pytest.raises(worker.RunError):
        _papermill([source], tmp_path)
    assert started == [ForkedKernel]


def test_a_kernel_that_is_killed_from_outside(scratch: Path, server: psutil.Process, tmp_path: Path) -> None:
    killing = (
        "import os, subprocess, sys\nsubprocess.run([sys.executable, '-c', f'import os; os.kill({os.getpid()}, 9)'])"
    )
    with pytest.raises(
        worker.RunError, match="done, cell 2: its kernel was killed by signal 9, probably for want of memory"
    ):
        _papermill([killing], tmp_path)
    assert server.children() == []


HOLDING = """
import asyncio, pathlib, sys
from sizhen.batch.kernels.manager import OrdinaryKernel

async def main():
    kernel = OrdinaryKernel(kernel_name="python3")
    await kernel.start_kernel()
    client = kernel.client()
    client.start_channels()
    await client.wait_for_ready()
    begun = pathlib.Path(sys.argv[1])
    client.execute(f"import re; open({str(begun)!r}, 'w').close(); re.match('(a+)+$', 'a' * 99 + 'b')")
    while not begun.exists():
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)
    print(kernel.provisioner.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


def test_an_ordinary_kernel_too_ends_with_its_worker_while_no_thread_of_it_runs(scratch: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDING, str(tmp_path / "begun")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        try:
            kernel = psutil.Process(int(worker.stdout.readline()))
        finally:
            worker.kill()
    kernel.wait(60)


@pytest.mark.parametrize("shop_id", ["linen-house", "tea-corner"])
def test_the_notebooks_of_a_run_ran_to_their_end_in_silence(sample_reports: Path, shop_id: str) -> None:
    run = {path.name: nbformat.read(path, 4) for path in (sample_reports / "2026-10" / shop_id).rglob("*.ipynb")}
    assert run.keys() == {path.name for path in FOLDER.glob("[1-5]_*.ipynb")}
    for name, notebook in run.items():
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert all(cell.execution_count is not None for cell in cells), name
        outputs = [output for cell in cells for output in cell.outputs]
        assert [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"] == [], name


@pytest.mark.slow
def test_a_sample_shop_has_the_same_notebook_either_way(
    sample_reports: Path, sample_dir: Path, scratch: Path, tmp_path: Path
) -> None:
    """Its picture too, byte for byte."""
    published = sample_reports / "2026-10" / "linen-house"
    given = {"shop_id": "linen-house", "period": "2026-10", "data_dir": str(sample_dir), "language": "", "previous": ""}
    out = tmp_path / "5_prescribe.ipynb"
    worker._papermill(FOLDER / out.name, out, {**given, "output": str(tmp_path)}, tmp_path, str, OrdinaryKernel)
    forked, ordinary = (nbformat.read(path, as_version=4) for path in (published / "notebooks" / out.name, out))
    assert "image/png" in str(told(ordinary))
    assert told(forked) == told(ordinary)
    assert (tmp_path / "findings.json").read_bytes() == (published / "findings.json").read_bytes()
