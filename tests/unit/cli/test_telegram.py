"""Logging in at Telegram and pulling from it, as it looks from a terminal and from a script."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from cli.main import main
from cli.qr_code import drawn
from tests.unit.cli.fake_services import FakeServices
from tests.unit.cli.test_commands import job

IN = {"configured": True, "step": "in", "account": None}
DIALOGS = [
    {"id": 7, "type": "personal_chat", "name": "Mira", "last": None, "pulled": True},
    {"id": 9, "type": "private_group", "name": "Sailors", "last": None, "pulled": False},
]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def typed(monkeypatch: pytest.MonkeyPatch, text: str, *, terminal: bool = False) -> None:
    monkeypatch.setattr("sys.stdin", (Terminal if terminal else io.StringIO)(text))


def test_a_login_by_number_code_and_password(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    services.routes |= {
        "POST /v1/telegram/login": {"step": "code"},
        "POST /v1/telegram/login/code": {"step": "password"},
        "POST /v1/telegram/login/password": {"step": "in"},
        "GET /v1/telegram": IN,
    }
    typed(monkeypatch, "12345\nopen sesame\n")
    assert main(["login", "--phone", "+49 170 1234567"]) == 0
    (begun,), (code,), (password,) = (
        services.asked("POST", f"/v1/telegram/login{step}") for step in ("", "/code", "/password")
    )
    assert (begun.json["phone"], code.json["code"], password.json["password"]) == (
        "+49 170 1234567",
        "12345",
        "open sesame",
    )
    shown = capsys.readouterr()
    assert "logged in" in shown.out
    assert "sesame" not in shown.out + shown.err


def test_a_login_by_qr_code_waits_until_it_is_scanned(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("cli.commands.telegram.EVERY", 0)
    url = "tg://login?token=abc"
    states = iter([{"step": "qr", "url": url}, {"step": "qr", "url": url}, {"step": "in"}])
    services.routes |= {"POST /v1/telegram/login/qr": lambda _: next(states), "GET /v1/telegram": IN}
    assert main(["login", "--qr", "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out) == IN
    assert shown.err.count(drawn(url)) == 1


def test_a_login_without_a_code_says_what_is_missing(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    services.routes |= {"POST /v1/telegram/login": {"step": "code"}}
    typed(monkeypatch, "")
    assert main(["login", "--phone", "+491701234567"]) == 1
    assert "code that Telegram sent you is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--dms"], {"dms": True}),
        (["--chat", "Mira", "--group", "Sailors"], {"chats": ["Mira"], "groups": ["Sailors"]}),
        (["--again", "--limit", "50"], {"again": True, "limit": 50}),
        (["--dms", "--since", "2024-05-01"], {"dms": True, "since": "2024-05-01"}),
    ],
)
def test_a_pull_asks_for_the_chats_that_were_named(
    services: FakeServices, arguments: list[str], wanted: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    pulls(services)
    assert main(["pull", *arguments, "--consent", "--json"]) == 0
    (asked,) = services.asked("POST", "/v1/pulls")
    nothing = {"dms": False, "chats": [], "groups": [], "again": False, "since": None, "limit": None, "consent": True}
    assert asked.json == nothing | wanted
    assert json.loads(capsys.readouterr().out)["source"] == "pull"


def test_a_pull_of_nothing_lets_pick(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pulls(services)
    services.routes["GET /v1/telegram/dialogs"] = DIALOGS
    typed(monkeypatch, "2, 1\n", terminal=True)
    assert main(["pull", "--consent"]) == 0
    (asked,) = services.asked("POST", "/v1/pulls")
    assert asked.json["chats"] == ["9", "7"]
    assert "Mira  (personal_chat, pulled before)" in capsys.readouterr().err


@pytest.mark.parametrize("entered", ["3", "x", " "])
def test_a_strange_pick_is_refused(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch, entered: str, capsys: pytest.CaptureFixture[str]
) -> None:
    services.routes["GET /v1/telegram/dialogs"] = DIALOGS
    typed(monkeypatch, f"{entered}\n\n", terminal=True)
    assert main(["pull", "--consent"]) != 0
    assert services.asked("POST", "/v1/pulls") == []
    assert capsys.readouterr().out == ""


def test_in_a_script_the_chats_have_to_be_named(
    services: FakeServices, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    services.routes["GET /v1/telegram/dialogs"] = DIALOGS
    typed(monkeypatch, "")
    assert main(["pull", "--consent"]) == 1
    assert "--group NAME" in capsys.readouterr().err


def pulls(services: FakeServices) -> None:
    done = {
        "id": "p1",
        "state": "done",
        "filename": "pull.jsonl",
        "source": "pull",
        "owner": "user_1",
        "report": {},
        "created_at": "2026-01-01T00:00:00Z",
    }
    services.routes |= {
        "POST /v1/pulls": done,
        "GET /v1/jobs/p1": job(),
        "GET /v1/imports/p1": done,
    }
