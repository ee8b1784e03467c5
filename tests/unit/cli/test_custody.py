"""`anselm audit` and `anselm tester-data`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cli.main import main
from shared.personal_data import PersonalData
from tests.unit.cli.fake_services import FakeServices, Refusal, Request
from tests.unit.cli.test_commands import document

AT = "2026-05-01T12:00:00Z"


def entry(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "at": AT,
        "actor": "cli",
        "action": "grant",
        "subject": "user_7f3k",
        "request_id": None,
        "count": 2,
    }


def pages(request: Request) -> dict[str, Any]:
    first = "before" not in request.query
    return {"items": [entry(9 if first else 8)], "next": 9 if first else None}


def test_the_whole_audit_log_is_read_page_by_page(services: FakeServices, capsys) -> None:
    services.routes["GET /v1/audit"] = pages
    assert main(["audit", "--json"]) == 0
    assert [one["id"] for one in document(capsys)] == [9, 8]
    assert main(["audit", "--since", "2026-05-01"]) == 0
    shown = capsys.readouterr().out
    assert "2026-05-01 12:00:00" in shown
    assert "user_7f3k" in shown
    assert services.requests[-1].query == {"before": "9", "since": "2026-05-01T00:00:00+00:00", "limit": "200"}


def test_a_testers_data_becomes_a_private_file(services: FakeServices, tmp_path: Path, capsys, monkeypatch) -> None:
    services.routes["GET /r/v1/people/telegram-4711/data"] = {"person": "telegram-4711", "turns": []}
    services.routes["GET /f/v1/people/telegram-4711/data"] = {"person": "telegram-4711", "ratings": [], "pairs": []}
    monkeypatch.setenv("RETRIEVAL_URL", f"{services.url}/r")
    monkeypatch.setenv("FEEDBACK_URL", f"{services.url}/f")
    file = tmp_path / "data.json"
    assert main(["tester-data", "telegram-4711", "--to", str(file), "--json"]) == 0
    assert document(capsys)["turns"] == 0
    assert PersonalData.model_validate(json.loads(file.read_text())).person == "telegram-4711"
    assert file.stat().st_mode & 0o777 == 0o600
    assert main(["tester-data", "telegram-4711", "--to", str(file)]) == 1
    assert "--force" in capsys.readouterr().err


def test_half_of_it_is_no_file(services: FakeServices, tmp_path: Path, capsys, monkeypatch) -> None:
    services.routes["GET /r/v1/people/telegram-4711/data"] = {"person": "telegram-4711", "turns": []}
    services.routes["GET /f/v1/people/telegram-4711/data"] = Refusal(503, "unavailable", "PostgreSQL is away.")
    monkeypatch.setenv("RETRIEVAL_URL", f"{services.url}/r")
    monkeypatch.setenv("FEEDBACK_URL", f"{services.url}/f")
    assert main(["tester-data", "telegram-4711", "--to", str(tmp_path / "data.json")]) == 1
    assert "PostgreSQL is away" in capsys.readouterr().err
    assert list(tmp_path.glob("*data.json*")) == []
