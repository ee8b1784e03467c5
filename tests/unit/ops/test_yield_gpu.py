"""A model server under ``ops/vllm/yield_gpu.py`` runs only while no trainer wants the GPU."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from services.trainer.gpu_yielding import wanted
from shared.settings import CHECKOUT
from shared.waiting import wait_until

SERVER = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gpu" / "wanted"


@pytest.fixture
def supervisor(file: Path) -> Iterator[psutil.Process]:
    process = subprocess.Popen([sys.executable, str(CHECKOUT / "ops/vllm/yield_gpu.py"), str(file), *SERVER])
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_the_server_stops_while_the_gpu_is_wanted(file: Path, supervisor: psutil.Process) -> None:
    wait_until(lambda: bool(supervisor.children()), seconds=30, what="the server")
    with wanted(file), wanted(file):
        wait_until(lambda: not supervisor.children(), seconds=30, what="the server's end")
    wait_until(lambda: bool(supervisor.children()), seconds=30, what="the server again")


def test_a_trainer_that_is_killed_gives_the_gpu_back(file: Path, supervisor: psutil.Process) -> None:
    code = "import sys, time; from pathlib import Path; from services.trainer.gpu_yielding import wanted\n"
    code += "with wanted(Path(sys.argv[1])): print('held', flush=True); time.sleep(600)"
    trainer = subprocess.Popen([sys.executable, "-c", code, str(file)], cwd=CHECKOUT, stdout=subprocess.PIPE)
    assert trainer.stdout is not None
    assert trainer.stdout.readline() == b"held\n"
    wait_until(lambda: not supervisor.children(), seconds=30, what="the server's end")
    trainer.kill()
    trainer.wait()
    trainer.stdout.close()
    wait_until(lambda: bool(supervisor.children()), seconds=30, what="the server again")


def test_a_server_that_ends_ends_it(file: Path) -> None:
    command = [sys.executable, str(CHECKOUT / "ops/vllm/yield_gpu.py"), str(file), sys.executable, "-c", "exit(7)"]
    assert subprocess.run(command, check=False, timeout=60).returncode == 7
