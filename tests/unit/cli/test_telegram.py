"""`anselm login`, `logout` and `pull`, against services on a socket."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cli.commands.telegram import pick
from cli.main import main
from cli.progress import describe
from shared.contracts.jobs import Job, JobState
from shared.contracts.telegram import Dialog
from shared.errors import Invalid
from shared.settings import CHECKOUT
from tests.unit.cli.fake_services import FakeServices, Refusal

DIALOGS = [
    {"id": 2, "type": "personal_chat", "name": "Boris", "last": "2024-01-01T00:00:00Z", "pulled": True},
    {"id": 3, "type": "personal_chat", "name": "Cleo", "last": None, "pulled": False},
    {"id": 50, "type": "private_group", "name": "Boat club", "last": None, "pulled": False},
]
IMPORT = {
    "id": "p1", "state": "done", "filename": "pull.jsonl", "source": "pull", "owner": "user_AB12",
    "report": {"chats": 1, "read": 9, "new": 7, "deleted": 2}, "created_at": "2024-01-01T00:00:00Z",
}  # fmt: skip
DONE = {"id": "p1", "kind": "pull", "state": "done", "updated_at": 1.0}


@pytest.fixture
def ingest(services: FakeServices) -> FakeServices:
    services.routes |= {
        "POST /v1/pulls": IMPORT | {"state": "queued", "report": {}},
        "GET /v1/jobs/p1": DONE,
        "GET /v1/imports/p1": IMPORT,
        "GET /v1/telegram/dialogs": DIALOGS,
        "POST /v1/telegram/login": {"step": "code"},
        "POST /v1/telegram/login/code": {"step": "password"},
        "POST /v1/telegram/login/password": {"step": "in"},
        "DELETE /v1/telegram": {"configured": True, "step": "out", "account": None},
    }
    return services


def asked(services: FakeServices, path: str) -> Any:
    (request,) = services.asked("POST", path)
    return request.json


def test_a_script_logs_in_line_by_line(ingest: FakeServices, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("+49 151 12345\n24680\ncorrect horse\n"))
    assert main(["login"]) == 0
    assert asked(ingest, "/v1/telegram/login") == {"phone": "+49 151 12345"}
    assert asked(ingest, "/v1/telegram/login/code") == {"code": "24680"}
    assert asked(ingest, "/v1/telegram/login/password") == {"password": "correct horse"}
    said = capsys.readouterr()
    assert "You are logged in" in said.out
    assert "correct horse" not in said.out + said.err


def test_an_answer_that_is_missing_is_named(ingest: FakeServices, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("+49 151 12345\n"))
    assert main(["login"]) == 1
    assert "Code: nothing came on standard input" in capsys.readouterr().err


def at_a_terminal(services: FakeServices, home: Path, arguments: list[str], answers: list[str]) -> tuple[int, str]:
    """Run the command line with a terminal of its own, typing each answer when it was asked for."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", *arguments], cwd=CHECKOUT, stdin=theirs, stdout=theirs, stderr=theirs,
        env={**os.environ, "TERM": "dumb"}, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    shown = ""
    for question, answer in (one.split("=") for one in answers):
        while question not in shown.rpartition("\n")[2]:
            shown += os.read(ours, 4096).decode()
        os.write(ours, f"{answer}\n".encode())
        shown += "\n"
    try:
        while chunk := os.read(ours, 4096).decode():
            shown += chunk
    except OSError:  # how a terminal says that the other side is gone
        os.close(ours)
    return process.wait(30), shown


def test_at_a_terminal_a_wrong_code_is_asked_for_again_and_nothing_secret_is_shown(
    ingest: FakeServices, home: Path
) -> None:
    codes = iter([Refusal(422, "invalid", "The code is wrong."), {"step": "in"}])
    ingest.routes["POST /v1/telegram/login/code"] = lambda _: next(codes)
    code, shown = at_a_terminal(ingest, home, ["login", "--phone", "+4915112345"], ["Code=11111", "Code=24680"])
    assert code == 0
    assert "The code is wrong." in shown
    assert "24680" not in shown


def test_at_a_terminal_chats_are_picked_by_number(ingest: FakeServices, home: Path) -> None:
    code, shown = at_a_terminal(ingest, home, ["pull", "--limit", "5"], ["Which=1 3", "consent?=y"])
    assert code == 0, shown
    request = asked(ingest, "/v1/pulls")
    assert (request["chats"], request["limit"], request["consent"]) == (["2", "50"], 5, True)
    assert "Boat club" in shown


def test_a_qr_code_is_drawn_until_it_is_scanned(ingest: FakeServices, monkeypatch, capsys) -> None:
    from cli import login

    monkeypatch.setattr(login, "INTERVAL", 0.01)
    waiting = {"step": "qr", "url": "tg://login?token=abc", "expires_at": "2024-01-01T00:00:00Z"}
    states = iter([waiting, waiting, waiting | {"url": "tg://login?token=def"}, {"step": "in"}])
    ingest.routes["POST /v1/telegram/login/qr"] = lambda _: next(states)
    assert main(["login", "--qr"]) == 0
    shown = capsys.readouterr().err
    assert shown.count("Scan this") == 2
    assert "█" in shown


def test_logout(ingest: FakeServices, capsys) -> None:
    assert main(["logout", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["step"] == "out"


def test_named_chats_are_pulled_and_reported(ingest: FakeServices, capsys) -> None:
    arguments = ["--dms", "--chat", "Boris", "--group", "Boat club", "--since", "2024-02-01", "--limit", "100"]
    assert main(["pull", *arguments, "--consent"]) == 0
    assert asked(ingest, "/v1/pulls") == {
        "dms": True, "chats": ["Boris"], "groups": ["Boat club"], "again": False, "since": "2024-02-01",
        "limit": 100, "consent": True,
    }  # fmt: skip
    assert "deleted at Telegram" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "why"), [([], "No chat was named"), (["--dms"], "without your consent")])
def test_without_a_terminal_everything_must_be_said(
    arguments: list[str], why: str, ingest: FakeServices, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert main(["pull", *arguments]) == 1
    assert why in capsys.readouterr().err
    assert ingest.asked("POST", "/v1/pulls") == []


def test_numbers_and_ranges() -> None:
    dialogs = [Dialog.model_validate(one) for one in DIALOGS]
    assert [one.id for one in pick("1, 2-3", dialogs)] == [2, 3, 50]
    for wrong in ("0", "4", "3-1", "one", "-2"):
        with pytest.raises(Invalid):
            pick(wrong, dialogs)


def test_a_note_is_shown() -> None:
    job = Job(id="a", kind="pull", state=JobState.RUNNING, detail={"note": "waiting 30 s"}, updated_at=0)
    assert list(describe(job)) == ["waiting 30 s"]
