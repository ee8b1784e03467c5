"""Whatever goes wrong is one line on standard error and an exit code."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import COMMANDS, load, main
from shared.settings import CHECKOUT
from shared.waiting import wait_until
from tests.unit.cli.fake_services import FakeServices, Refusal


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["nonsense"], 2),
        (["status", "--nonsense"], 2),
        (["train", "merge"], 2),
        (["train", "--set", "nonsense"], 2),
        (["consent", "grant"], 2),
        (["consent", "grant", "--file", "missing.json"], 1),
        (["chat", "--json"], 2),
        (["import", "missing.json", "--consent"], 1),
        (["adapters"], 1),
        (["watch", "nothing"], 1),
        (["promote", "anselm-v1"], 1),
        (["forget", "user_AB12"], 1),
        ([], 2),
    ],
)
def test_one_line_and_a_code(arguments: list[str], code: int, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == code
    error = capsys.readouterr().err
    assert "Traceback" not in error
    assert len([line for line in error.splitlines() if line.startswith("error: ")]) == (1 if arguments else 0)


def test_says_that_the_stack_does_not_run(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch) -> None:
    monkeypatch.setenv("TRAINER_URL", "http://127.0.0.1:9")
    assert main(["adapters"]) == 1
    assert "anselm up" in capsys.readouterr().err


def test_a_service_that_refuses_is_quoted(services: FakeServices, capsys: pytest.CaptureFixture[str]) -> None:
    services.routes["POST /v1/adapters/anselm-v2/promote"] = Refusal(
        409, "gate_refused", "It is no better.", "Train on."
    )
    services.routes["GET /v1/adapters/anselm-v2"] = Refusal(409, "gate_refused", "It is no better.", "Train on.")
    assert main(["promote", "anselm-v2"]) == 1
    assert capsys.readouterr().err == "error: It is no better. Train on.\n"


def test_with_json_the_error_is_a_document_too(services: FakeServices, capsys: pytest.CaptureFixture[str]) -> None:
    services.routes["POST /v1/personas/anselm/rollback"] = Refusal(409, "conflict", "There is none before it.")
    assert main(["rollback", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == {
        "error": {"code": "conflict", "message": "There is none before it.", "hint": None}
    }


def test_debug_shows_the_traceback(services: FakeServices) -> None:
    services.routes["GET /v1/adapters"] = {"not": "a list"}
    assert main(["adapters"]) == 1
    with pytest.raises(ValueError, match="list"):
        main(["--debug", "adapters"])


def test_a_wrong_setting_is_named(home: Path, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("REQUEST_TIMEOUT", "soon")
    assert main(["adapters"]) == 1
    assert "REQUEST_TIMEOUT" in capsys.readouterr().err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_explains_itself(name: str) -> None:
    command = load(name)
    assert command.help
    options = {option for parameter in command.params for option in parameter.opts}
    assert "--json" in options or hasattr(command, "commands")


def test_help_does_not_wait_for_heavy_imports() -> None:
    code = "import sys; from cli.main import main; main(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    heavy = {
        "torch",
        "transformers",
        "sqlalchemy",
        "celery",
        "psycopg",
        "httpx",
        "pydantic",
        "cli.stack",
        "cli.services",
    }
    assert not heavy & set(eval(done.stderr))


def test_ctrl_c_ends_the_watching_and_says_how_to_go_on(services: FakeServices) -> None:
    running = {"id": "j1", "kind": "import", "state": "running", "stage": "reading", "updated_at": 1.0}
    services.routes |= {"GET /health": {}, "GET /v1/jobs/j1": running}
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "watch", "j1"],
        cwd=CHECKOUT,
        stderr=subprocess.PIPE,
        text=True,
        # As from a terminal, also where these tests run in the background of a shell, which ignores Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    wait_until(lambda: len(services.asked("GET", "/v1/jobs/j1")) > 2, seconds=30, what="the watching")
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=30)
    assert process.returncode == 130
    assert error.splitlines()[-1].endswith("Watch it with: anselm watch j1")
    assert "Traceback" not in error
