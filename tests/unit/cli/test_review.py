from __future__ import annotations

import pytest

from cli.commands.review import marked
from cli.main import main
from tests.unit.cli.fake_services import FakeServices


def test_what_was_masked_stands_out_on_both_sides() -> None:
    before, after = "call me on +31 6 1122, ok?", "call me on <phone>, ok?"
    shown = marked(before, after)
    assert shown.plain == before
    assert [before[s.start : s.end] for s in shown.spans] == ["+31 6 1122"]
    assert [after[s.start : s.end] for s in marked(after, before).spans] == ["<phone>"]


def test_what_is_the_same_does_not() -> None:
    assert [span for span in marked("nothing here", "nothing here").spans if span.style] == []


SAMPLE = {"chat": 7, "message": 3, "at": "2025-01-01T00:00:00Z", "masked": {"phone": 1}, "after": "on <phone>"}


def test_the_review_shows_counts_and_samples(services: FakeServices, capsys: pytest.CaptureFixture[str]) -> None:
    services.routes["GET /v1/review"] = {"counts": {"phone": 4}, "samples": [{**SAMPLE, "before": "on +31 6 1122"}]}
    assert main(["review", "--raw", "--kind", "phone"]) == 0
    assert services.asked("GET", "/v1/review")[0].query == {"kind": "phone", "limit": "20", "raw": "true"}
    printed = capsys.readouterr()
    assert "- on +31 6 1122\n+ on <phone>" in printed.out
    assert "anselm lists apply" in printed.err


def test_the_review_takes_what_to_allow(services: FakeServices) -> None:
    services.routes |= {"PUT /v1/lists/allow": [], "GET /v1/review": {"counts": {}, "samples": []}}
    assert main(["review", "--allow", "020 7946 0417"]) == 0
    assert services.asked("PUT", "/v1/lists/allow")[0].json == {"phrases": ["020 7946 0417"]}


def test_lists_are_changed_and_shown(services: FakeServices, capsys: pytest.CaptureFixture[str]) -> None:
    services.routes["DELETE /v1/lists/deny"] = [{"phrase": "tulip", "added_at": "2025-01-01T00:00:00Z"}]
    assert main(["lists", "remove", "deny", "rose"]) == 0
    assert services.asked("DELETE", "/v1/lists/deny")[0].json == {"phrases": ["rose"]}
    assert "tulip" in capsys.readouterr().out


def test_a_stopped_dataset_tells_what_to_do(services: FakeServices, capsys: pytest.CaptureFixture[str]) -> None:
    offender = {"example": "7-8", "message_ids": ["7:6"], "kinds": ["name", "phone"]}
    about = {"persona": "anselm", "system_prompt": "s", "path": None, "digest": None, "offenders": [offender]}
    row = {"name": "anselm-d1", "version": 1, "state": "failed", "created_at": "2025-01-01T00:00:00Z", **about}
    services.routes |= {"GET /v1/datasets/anselm-d1": row, "GET /v1/datasets": [row]}
    assert main(["dataset", "show", "anselm-d1"]) == 0
    printed = capsys.readouterr()
    assert "7:6" in printed.out
    assert "name, phone" in printed.out
    assert "anselm lists apply" in printed.err
