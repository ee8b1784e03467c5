from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from shared import processes
from shared.waiting import wait_until

PARENT = """
import sys, time
from shared import processes
child = processes.start([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the tie between parent and child is Linux's")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_child_dies_with_its_parent_however_that_dies(how: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert psutil.pid_exists(child)
    parent.send_signal(how)
    parent.wait(10)
    wait_until(lambda: _is_gone(child), seconds=60, what="the death of the child")


def _is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_a_child_is_told_by_the_signal_that_it_wants(tmp_path: Path) -> None:
    told = tmp_path / "told"
    child = f"""
import signal, time
signal.signal(signal.SIGINT, lambda *_: open({str(told)!r}, "w"))
print("ready", flush=True)
time.sleep(600)
"""
    parent = f"""
import signal, subprocess, sys, time
from shared import processes
child = processes.start([sys.executable, "-c", {child!r}], output=subprocess.PIPE, at_parents_death=signal.SIGINT)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(600)
"""
    process = subprocess.Popen([sys.executable, "-c", parent], stdout=subprocess.PIPE)
    assert process.stdout is not None
    pid = int(process.stdout.readline())
    process.kill()
    process.wait()
    wait_until(told.exists, seconds=60, what="the signal")
    os.kill(pid, signal.SIGKILL)


def test_a_child_has_a_session_and_an_output_of_its_own(tmp_path: Path) -> None:
    script = "import os,sys; print(os.getsid(0) == os.getpid(), sys.stdin.read() == ''); print('err', file=sys.stderr)"
    with (tmp_path / "out").open("wb") as output:
        child = processes.start([sys.executable, "-c", script], output=output, cwd=tmp_path)
    assert child.wait(20) == 0
    assert sorted((tmp_path / "out").read_text().splitlines()) == ["True True", "err"]
