"""`anselm runs`: called alone it lists; its commands stop, resume and show."""

from __future__ import annotations

from typing import Any

import pytest

from cli.main import main
from tests.unit.cli.fake_services import FakeServices

RUN: dict[str, Any] = {
    "id": "r1", "stage": "sft", "persona": "anselm", "state": "failed", "dataset": "anselm-d1", "adapter": None,
    "preferences": None, "base_model": "base", "recipe": {}, "metrics": {}, "attempts": 1,
    "error": "The disk is full.", "created_at": "2026-01-01T00:00:00Z", "finished_at": None,
}  # fmt: skip


def test_alone_it_lists_and_says_how_each_ended(services: FakeServices, capsys: pytest.CaptureFixture[str]) -> None:
    early = RUN | {"id": "r2", "state": "done", "error": None, "metrics": {"stopped_early": "Stopped early at step 6."}}
    services.routes["GET /v1/runs"] = [RUN, early]
    assert main(["runs"]) == 0
    said = capsys.readouterr().out
    assert "The disk is full." in said
    assert "Stopped early at step 6." in said


@pytest.mark.parametrize(("command", "state"), [("cancel", "cancelled"), ("resume", "queued")])
def test_a_run_is_stopped_or_goes_on(
    services: FakeServices, capsys: pytest.CaptureFixture[str], command: str, state: str
) -> None:
    services.routes[f"POST /v1/runs/r1/{command}"] = RUN | {"state": state, "error": None}
    assert main(["runs", command, "r1"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"r1 (sft): {state}\n"
    assert ("anselm watch r1" in captured.err) is (command == "resume")


def test_the_log_is_printed_as_it_is(services: FakeServices, capsys: pytest.CaptureFixture[str]) -> None:
    services.routes["GET /v1/runs/r1/log"] = ["{'loss': 2.5}", "[bold]100%"]
    assert main(["runs", "log", "r1", "-n", "2"]) == 0
    assert capsys.readouterr().out == "{'loss': 2.5}\n[bold]100%\n"
    (asked,) = services.asked("GET", "/v1/runs/r1/log")
    assert asked.query == {"lines": "2"}
    services.routes["GET /v1/runs/r1/log"] = []
    assert main(["runs", "log", "r1"]) == 0
    assert "wrote nothing" in capsys.readouterr().out
