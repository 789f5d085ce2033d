"""The fork server and what it starts: the traps of forking, one test each."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat.v4 as v4
import psutil
import pytest

from sizhen.batch.kernels import forks
from sizhen.batch.kernels.imports import own_modules

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a path short enough for sockets below it. At the end no temporary file is left there."""
    made = Path(tempfile.mkdtemp(prefix="f"))
    (made / "tmp").mkdir()
    yield made
    left = list((made / "tmp").iterdir())
    shutil.rmtree(made)
    assert left == []


def script(folder: Path, body: str, warm: bool = False) -> subprocess.Popen[str]:
    """A program that never says `if __name__ == "__main__"`, beside a module `target` with functions to fork."""
    functions = """
import os, sys, time
def sleep(): time.sleep(600)
def hold():
    import re
    print(os.getpid(), os.getppid(), flush=True)
    re.match("(a+)+$", "a" * 99 + "b")  # for years, and no other thread runs meanwhile
def show(code): print(eval(code), flush=True)
def nest(code):
    from sizhen.batch.kernels import forks
    print(os.getpid(), os.getpgid(0), os.getppid(), flush=True)
    forks.start(show, code, env=os.environ, cwd=".", output=1, group=os.getpgrp()).wait()
"""
    (folder / "target.py").write_text(functions)
    head = "import os, sys\nfrom pathlib import Path\nimport target\nfrom sizhen.batch.kernels import forks\n"
    head += "" if warm else "forks._preload.remove('sizhen.batch.kernels.preload')\n"  # it takes seconds
    start = "def start(f, *a): return forks.start(f, *a, env=os.environ, cwd='.', output=1)\n"
    (folder / "main.py").write_text(head + start + body)
    path = os.pathsep.join([str(folder), *filter(None, sys.path)])
    return subprocess.Popen(
        [sys.executable, str(folder / "main.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(folder / "tmp")},
    )


def said(folder: Path, body: str, warm: bool = False) -> list[str]:
    with script(folder, body, warm) as process:
        out, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return out.splitlines()


def gone(pid: int, within: float = 60) -> bool:
    """True when the process has ended in time."""
    end = time.monotonic() + within
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def test_the_callers_script_is_not_run_again(folder: Path) -> None:
    body = "with open('runs', 'a') as file: file.write('x')\nstart(target.show, '1 + 1').wait()"
    assert said(folder, body) == ["2"]
    assert (folder / "runs").read_text() == "x"


def test_a_forked_process_ends_with_whoever_started_it(folder: Path) -> None:
    body = "forked = start(target.sleep)\nprint(forked.pid, forks._server._forkserver_pid, flush=True)\nforked.wait()"
    with script(folder, body) as process:
        assert process.stdout is not None
        forked, server = map(int, process.stdout.readline().split())
        assert psutil.Process(forked).ppid() == server
        process.kill()
    assert gone(forked)
    assert gone(server)


def test_a_forked_process_that_lets_no_thread_run_ends_with_whoever_started_it(folder: Path) -> None:
    with script(folder, "start(target.hold).wait()") as process:
        assert process.stdout is not None
        forked, server = map(int, process.stdout.readline().split())
        process.kill()
    assert gone(forked)
    assert gone(server)


def test_the_server_tidies_though_whoever_is_killed_takes_long_to_end(folder: Path) -> None:
    """Its files are closed, and yet it is there: on a busy computer longer than the server waits."""
    assert said(folder, "import time\nstart(target.sleep)\nos.closerange(3, 1000)\ntime.sleep(4)\nos._exit(0)") == []


@pytest.mark.parametrize("loads", ["target", "slow"])
def test_a_server_ends_with_whoever_started_it_while_it_loads(folder: Path, loads: str) -> None:
    """Also while a library's own code takes for ever, and before the server's first import."""
    (folder / "slow.py").write_text("import target\ntarget.hold()")
    body = f"forks.serve(['{loads}'])\nprint(forks._server._forkserver_pid, flush=True)\ninput()"
    with script(folder, body) as process:
        assert process.stdout is not None
        server = int(process.stdout.readline())
        if loads == "slow":
            process.stdout.readline()
        process.kill()
    assert gone(server)
    assert said(folder, "forks.serve()") == []  # the next one removes the folder that is left


def test_a_server_that_does_not_answer_is_ended(folder: Path) -> None:
    (folder / "slow.py").write_text("import target\ntarget.hold()")
    body = """
forks.ANSWERS_WITHIN = 0.5
forks.serve(["slow"])
try:
    start(target.show, "1")
except forks.Unavailable:
    print("unavailable")
"""
    assert said(folder, body)[-1] == "unavailable"


def test_a_server_that_dies_while_a_process_is_asked_for_is_started_again_as_it_was(folder: Path) -> None:
    body = """
import signal
asked = "hash('a'), 'sizhen.batch.kernels.orphan' in sys.modules"
start(target.show, asked).wait()
os.kill(forks._server._forkserver_pid, signal.SIGKILL)
os.waitid(os.P_PID, forks._server._forkserver_pid, os.WEXITED | os.WNOWAIT)
forks._ensure_running = lambda: None  # all was well when it was looked at
start(target.show, asked).wait()
"""
    first, second = said(folder, body)
    assert second == first and first.endswith("True)")


def test_a_run_removes_what_killed_ones_have_left_and_nothing_of_those_that_live(folder: Path) -> None:
    body = "from sizhen.batch.kernels import scratch\nprint(scratch.folder(), flush=True)\n"
    with script(folder, body + "input()") as living:
        assert living.stdout is not None
        kept = Path(living.stdout.readline().strip())
        with script(folder, body + "os.kill(os.getpid(), 9)") as killed:
            left = Path(killed.communicate()[0].strip())
        assert left.is_dir()
        (own,) = said(folder, body)
        assert [path.exists() for path in (kept, left, Path(own))] == [True, False, False]
        living.communicate("\n")
    assert not kept.exists()


def test_a_thread_that_ends_does_not_end_the_server_it_has_started(folder: Path) -> None:
    body = """
import threading
thread = threading.Thread(target=lambda: start(target.show, "'from a thread'").wait())
thread.start()
thread.join()
server = forks._server._forkserver_pid
start(target.show, "'later'").wait()
print(server == forks._server._forkserver_pid)
"""
    assert said(folder, body) == ["from a thread", "later", "True"]


def test_a_killed_server_takes_what_it_has_forked_along(folder: Path) -> None:
    body = "forked = start(target.hold)\nforked.wait()\nprint(forked.poll() == forks.LOST, flush=True)"
    with script(folder, body) as process:
        assert process.stdout is not None
        forked, server = map(int, process.stdout.readline().split())
        os.kill(server, signal.SIGKILL)
        assert process.stdout.readline() == "True\n"
    assert gone(forked)


def test_a_forked_process_forks_from_the_same_server_into_the_same_group(folder: Path) -> None:
    first, second = said(folder, "start(target.nest, 'os.getpgid(0), os.getppid()').wait()")
    pid, group, server = map(int, first.split())
    assert group == pid
    assert eval(second) == (group, server)


def test_the_server_has_imported_and_started_nothing(folder: Path) -> None:
    body = """
start(target.show, "'sizhen.batch.worker' in sys.modules, 'matplotlib.pyplot' in sys.modules").wait()
start(target.show, "'matplotlib_inline.backend_inline' in sys.modules").wait()
start(target.show, "[os.environ.get(k) for k in ('OMP_NUM_THREADS', 'PYTHONHASHSEED')], hash('a')").wait()
server = forks._server._forkserver_pid
print(len(os.listdir(f"/proc/{server}/task")), os.environ.get("OMP_NUM_THREADS"), flush=True)
print([p for p in (os.readlink(f"/proc/{server}/fd/{n}") for n in os.listdir(f"/proc/{server}/fd")) if "parquet" in p])
"""
    environment = {k: v for k, v in os.environ.items() if k not in forks.AT_START}
    seeded = [sys.executable, "-c", "print(hash('a'))"]
    expected = subprocess.run(
        seeded, env={**environment, "PYTHONHASHSEED": "0"}, capture_output=True, text=True, check=True
    )
    own = os.environ.get("OMP_NUM_THREADS")
    lines = said(folder, body, warm=True)
    assert lines[0] == "(True, True)"
    assert lines[1] == "False"
    assert lines[2].endswith(f", {expected.stdout.strip()})")
    assert lines[3:] == [f"1 {own}", "[]"]


def test_a_server_that_died_is_started_again(folder: Path) -> None:
    body = """
start(target.show, "'first'").wait()
os.kill(forks._server._forkserver_pid, 9)
os.waitid(os.P_PID, forks._server._forkserver_pid, os.WEXITED | os.WNOWAIT)
start(target.show, "'second', hash('a')").wait()
start(target.show, "'third', hash('a')").wait()
"""
    first, second, third = said(folder, body)
    assert first == "first"
    assert eval(second)[1] == eval(third)[1], "the new server has the same seed"


def test_elsewhere_nothing_is_forked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    forks.serve()
    with pytest.raises(forks.Unavailable, match="Linux only"):
        forks.start(print, env={}, cwd=tmp_path, output=1)


def test_exit_codes_and_signals(folder: Path) -> None:
    body = """
print(start(target.show, "sys.exit(3)").wait(), start(target.show, "os._exit(4)").wait(), flush=True)
forked = start(target.sleep)
print(forked.poll(), flush=True)
forked.terminate()
print(forked.wait(), forked.poll(), flush=True)
forked.kill()
"""
    end = -signal.SIGTERM
    assert said(folder, body) == ["3 4", "None", f"{end} {end}"]


def test_a_process_just_forked_can_be_ended(folder: Path) -> None:
    body = """
from sizhen.batch.process import end
for _ in range(20):
    forked = start(target.sleep)
    forked.terminate()
    print(forked.wait(60))
    forked = start(target.sleep)
    end(forked, "/nowhere")
    print(forked.poll())
"""
    assert said(folder, body) == [str(-signal.SIGTERM), str(-signal.SIGKILL)] * 20


def test_modules_come_from_the_notebooks(tmp_path: Path) -> None:
    cells = ["from sizhen.exam import look, ask\nimport sizhen.view, os", "1 +", "import pandas"]
    made = v4.new_notebook(cells=[v4.new_markdown_cell("import sizhen.no"), *map(v4.new_code_cell, cells)])
    (tmp_path / "a.ipynb").write_text(v4.writes(made))
    (tmp_path / "b.ipynb").write_text("{")
    assert own_modules(tmp_path, "sizhen") == ["sizhen.exam", "sizhen.exam.ask", "sizhen.exam.look", "sizhen.view"]


def test_the_entry_point_names_the_provisioner() -> None:
    import tomllib
    from importlib.metadata import EntryPoint

    from sizhen.batch.kernels.provisioner import ForkProvisioner

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    group = "jupyter_client.kernel_provisioners"
    ((name, value),) = project["entry-points"][group].items()
    assert EntryPoint(name, value, group).load() is ForkProvisioner
