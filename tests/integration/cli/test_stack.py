"""The supervisor with a real PostgreSQL and a real Valkey: it starts, heals, stops, and leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cli.stack import lock, ports, state
from cli.stack.stopping import is_alive
from shared.errors import Conflict
from shared.settings import CHECKOUT
from shared.waiting import wait_until

NAMES = ["postgres", "valkey", "parent", "stubborn"]


class Stack:
    """One run of the tiny stack as a process."""

    def __init__(self, home: Path, base: int, **settings: str) -> None:
        self.home = home
        self.env = {
            **{key: value for key, value in os.environ.items() if key != "SECRETS_DIR"},
            "ANSELM_HOME": str(home),
            "ANSELM_PORT_BASE": str(base),
            "STOP_TIMEOUT": "2",
            "MIN_FREE_DISK": "1",
            **settings,
        }
        self.process = self.launch()

    def launch(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "tests.integration.cli.tiny_stack"],
            cwd=CHECKOUT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def ready(self) -> Stack:
        def done() -> bool:
            assert self.process.poll() is None, self.process.stdout and self.process.stdout.read()
            current = state.read(self.home)
            return current is not None and current.supervisor == self.process.pid and current.phase == "ready"

        wait_until(done, seconds=60, what="the stack")
        return self

    def end(self) -> tuple[int, str]:
        output, _ = self.process.communicate(timeout=60)
        return self.process.returncode, output

    def entry(self, name: str) -> state.Entry:
        current = state.read(self.home)
        assert current is not None
        return next(entry for entry in current.entries if entry.name == name)

    def everything(self) -> list[psutil.Process]:
        """The supervisor's descendants, the child of ``parent`` among them."""
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="anselm-stack-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "home"


@pytest.fixture
def base() -> int:
    """A base whose block of ports is free."""
    while True:
        base = ports.free_port() % 50_000 + 10_000
        try:
            for offset in range(12):
                ports.require_free(base + offset, "a test", "BASE")
        except Conflict:
            continue
        return base


@pytest.fixture
def stack(home: Path, base: int) -> Iterator[Stack]:
    stack = Stack(home, base)
    yield stack
    if stack.process.poll() is None:
        stack.process.terminate()
        stack.process.communicate(timeout=60)


def test_starts_everything_and_stops_it_at_ctrl_c(stack: Stack) -> None:
    stack.ready()
    running = stack.everything()
    assert [stack.entry(name).state for name in NAMES] == ["ready"] * 4
    assert len(running) > 4, "the child in its own session is among them"
    stack.process.send_signal(signal.SIGINT)
    code, _ = stack.end()
    assert code == 0
    assert not any(map(is_alive, running))
    assert state.read(stack.home) is None
    assert not lock.is_held(stack.home)


def test_leaves_no_orphan_when_killed(stack: Stack) -> None:
    stack.ready()
    running = stack.everything()
    stack.process.kill()
    stack.end()
    friendly = [process for process in running if process.pid != stack.entry("stubborn").pid]
    wait_until(lambda: not any(map(is_alive, friendly)), seconds=15, what="the end of all but the stubborn one")


def test_the_next_start_ends_what_a_killed_one_left(stack: Stack) -> None:
    stack.ready()
    stubborn = stack.entry("stubborn").process()
    assert stubborn is not None
    stack.process.kill()
    stack.end()
    assert is_alive(stubborn), "it ignores the signal of its parent's death"
    stack.process = stack.launch()
    stack.ready()
    assert not is_alive(stubborn)
    stack.process.terminate()
    code, output = stack.end()
    assert code == 0
    assert "stubborn" in output.splitlines()[0]


def test_a_pid_that_now_belongs_to_another_program_is_left_alone(stack: Stack) -> None:
    stack.ready()
    stack.process.terminate()
    stack.end()
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        entry = state.Entry("ingest", "ready", pid=innocent.pid, started=1.0)
        state.write(stack.home, state.State(1, "ready", [entry]))
        stack.process = stack.launch()
        stack.ready()
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_restarts_a_process_that_dies_until_it_dies_too_often(stack: Stack) -> None:
    stack.ready()
    for _ in range(3):
        kill(stack, "parent", expected="ready")
    kill(stack, "parent", expected="dead")
    assert stack.entry("postgres").state == "ready"
    stack.process.terminate()
    code, output = stack.end()
    assert code == 0
    assert output.count("started again") == 3
    assert "stays dead" in output


def kill(stack: Stack, name: str, *, expected: str) -> None:
    killed = stack.entry(name).process()
    assert killed is not None
    killed.kill()

    def noticed() -> bool:
        entry = stack.entry(name)
        return entry.state == expected and entry.pid != killed.pid

    wait_until(noticed, seconds=20, what=f"{name} {expected}")


@pytest.mark.parametrize("engine", ["postgres", "valkey"])
def test_an_engine_that_dies_stops_everything_and_the_next_start_works(stack: Stack, engine: str) -> None:
    stack.ready()
    running = stack.everything()
    process = stack.entry(engine).process()
    assert process is not None
    process.kill()
    code, output = stack.end()
    assert code == 1
    assert output.splitlines()[-1].startswith(f"error: {engine} died (signal SIGKILL)")
    wait_until(lambda: not any(map(is_alive, running)), seconds=10, what="the end of everything")
    stack.process = stack.launch()
    stack.ready()


def test_a_second_stack_in_the_same_home_is_refused(stack: Stack) -> None:
    stack.ready()
    second = stack.launch()
    output, _ = second.communicate(timeout=30)
    assert second.returncode == 1
    assert "runs already" in output
    assert len(output.splitlines()) == 1
    assert stack.entry("parent").state == "ready"


@pytest.mark.parametrize("setting", ["POSTGRES_PORT", "RETRIEVAL_PORT"])
def test_a_taken_port_is_named_with_its_setting_before_anything_starts(home: Path, base: int, setting: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        stack = Stack(home, base, **{setting: str(port)})
        code, output = stack.end()
    assert code == 1
    assert str(port) in output
    assert setting in output
    assert len(output.splitlines()) == 1
    assert not (home / "postgres").exists()


def test_too_little_room_is_said_before_anything_starts(home: Path, base: int) -> None:
    code, output = Stack(home, base, MIN_FREE_DISK="900TB").end()
    assert code == 1
    assert "MIN_FREE_DISK" in output
    assert not (home / "postgres").exists()


def test_a_second_start_takes_up_the_state(stack: Stack) -> None:
    stack.ready()
    identifier = (stack.home / "postgres" / "data" / "global" / "pg_control").stat().st_ino
    secret = (stack.home / "secrets" / "postgres_password").read_text()
    stack.process.terminate()
    stack.end()
    stack.process = stack.launch()
    stack.ready()
    assert (stack.home / "secrets" / "postgres_password").read_text() == secret
    assert (stack.home / "postgres" / "data" / "global" / "pg_control").stat().st_ino == identifier


def test_secrets_are_for_this_user_alone(stack: Stack) -> None:
    stack.ready()
    modes = {file.name: file.stat().st_mode & 0o777 for file in (stack.home / "secrets").iterdir()}
    assert set(modes.values()) == {0o600}
