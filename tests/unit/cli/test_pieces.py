"""The small parts: curves, jobs in words, ports, secrets, the environment of the stack."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from pydantic import SecretStr

from cli import secrets
from cli.progress import describe
from cli.sparkline import sparkline
from cli.stack import lock, ports, state, stopping, units
from cli.stack.environment import environment
from cli.stack.settings import StackSettings
from shared.contracts.jobs import Job, JobState
from shared.errors import Conflict, Invalid
from shared.settings import CHECKOUT, Settings, default_home


def settings(**given: object) -> StackSettings:
    return StackSettings(_env_file=None, **given)


def test_a_curve_goes_from_low_to_high() -> None:
    assert sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█"
    assert sparkline([3, 3]) == "▁▁"
    assert sparkline([]) == ""
    assert len(sparkline(range(1000), width=40)) == 40


def test_a_job_in_words() -> None:
    job = Job(
        id="a", kind="sft", state=JobState.RUNNING, done=5, total=75, unit="steps", rate=0.5, eta_s=140, updated_at=0
    )
    assert list(describe(job)) == ["5/75 steps", "0.5/s", "2:20 to go"]
    assert list(describe(job.model_copy(update={"detail": {"loss": 1.5}})))[-1] == "loss 1.500"


@pytest.fixture(autouse=True)
def no_ports_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (name for name in StackSettings.model_fields if "_port" in name):
        monkeypatch.delenv(name.upper(), raising=False)


def test_ports_shift_together_and_each_can_be_set() -> None:
    assert settings().ports["postgres_port"] == 8110
    shifted = settings(anselm_port_base=9000, valkey_port=7000)
    assert (shifted.ingest_port, shifted.bot_port, shifted.valkey_port) == (9001, 9007, 7000)


def test_two_settings_with_one_port_are_named() -> None:
    with pytest.raises(Invalid, match="INGEST_PORT and TRAINER_PORT are both 9000"):
        _ = settings(ingest_port=9000, trainer_port=9000).ports


def test_a_taken_port_is_named() -> None:
    with socket.socket() as taken:
        taken.bind((ports.HOST, 0))
        taken.listen()
        with pytest.raises(Conflict, match="INGEST_PORT"):
            ports.require_free(taken.getsockname()[1], "ingest", "INGEST_PORT")


def test_the_environment_leads_everything_to_this_stack() -> None:
    env = environment(
        settings(anselm_home=Path("/home/x"), anselm_port_base=9000),
        {"DATABASE_URL": "elsewhere", "PATH": "/bin", "PYTHONDONTWRITEBYTECODE": "1", "TOKENIZERS_PARALLELISM": "true"},
    )
    assert env["DATABASE_URL"] == "postgresql://anselm@127.0.0.1:9010/anselm"
    assert env["INGEST_URL"] == "http://127.0.0.1:9001"
    assert env["SECRETS_DIR"] == "/home/x/secrets"
    assert env["PATH"] == "/bin"
    assert env["TOKENIZERS_PARALLELISM"] == "true", "what the user set goes first"
    assert "PYTHONDONTWRITEBYTECODE" not in env


def test_the_bot_runs_only_with_a_token() -> None:
    names = [unit.name for unit in units.applications(settings())]
    assert names == [
        *units.SERVICE_NAMES,
        "model-server",
        "worker-ingest",
        "worker-gpu",
        "worker-memory",
        "worker-feedback",
    ]
    assert units.applications(settings(bot_token=SecretStr("1:a")))[-1].name == "bot"


def test_one_worker_of_each_service_that_owns_something_keeps_a_schedule() -> None:
    scheduled = [unit.name for unit in units.applications(settings()) if "--beat" in unit.command]
    assert scheduled == ["worker-ingest", "worker-gpu", "worker-memory", "worker-feedback"]


def test_secrets_are_made_once(tmp_path: Path) -> None:
    assert secrets.create(tmp_path / "s") == list(secrets.GENERATED)
    before = {file.name: file.read_text() for file in (tmp_path / "s").iterdir()}
    assert secrets.create(tmp_path / "s") == []
    assert {file.name: file.read_text() for file in (tmp_path / "s").iterdir()} == before
    assert len(set(before.values())) == 3
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "s").iterdir()} == {0o600}


def test_a_token_that_comes_later_is_written(tmp_path: Path) -> None:
    secrets.create(tmp_path, given={"bot_token": ""}, mode=0o644)
    assert (tmp_path / "bot_token").read_text() == ""
    assert secrets.create(tmp_path, given={"bot_token": "1:a"}) == ["bot_token"]
    assert secrets.create(tmp_path, given={"bot_token": "2:b"}) == []
    assert (tmp_path / "bot_token").read_text() == "1:a"


def test_the_home_of_an_ordinary_user_is_beside_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert default_home() == CHECKOUT / ".anselm"


def test_the_home_of_root_is_public_and_this_checkouts_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert default_home().parent == Path("/var/lib/anselm")
    assert default_home().name.startswith(f"{CHECKOUT.name}-")


def test_durations_may_be_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUEST_TIMEOUT", "2.5")
    assert Settings(_env_file=None).request_timeout.total_seconds() == 2.5
    monkeypatch.setenv("REQUEST_TIMEOUT", "00:01:00")
    assert Settings(_env_file=None).request_timeout.total_seconds() == 60


def test_the_lock_is_for_one(tmp_path: Path) -> None:
    assert not lock.is_held(tmp_path)
    with lock.hold(tmp_path):
        assert lock.is_held(tmp_path)
        with pytest.raises(Conflict, match="anselm down"), lock.hold(tmp_path):
            pass
    assert not lock.is_held(tmp_path)


def test_a_pid_counts_only_with_its_start_time() -> None:
    me = psutil.Process()
    assert state.Entry("x", "ready", me.pid, me.create_time()).process() == me
    assert state.Entry("x", "ready", me.pid, me.create_time() - 60).process() is None
    assert state.Entry("x", "waiting").process() is None


def test_stopping_ends_the_deaf_and_their_children() -> None:
    deaf = "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    deaf += "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True);"
    process = subprocess.Popen(
        [sys.executable, "-c", deaf + "print(1, flush=True); time.sleep(60)"], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.readline()
    tree = [psutil.Process(process.pid), *psutil.Process(process.pid).children()]
    assert len(tree) == 2
    killed = stopping.stop([stopping.Target(tree[0], (signal.SIGTERM,))], seconds=0.3)
    process.wait()
    process.stdout.close()
    assert set(killed) == set(tree)
    assert not any(map(stopping.is_alive, tree))
