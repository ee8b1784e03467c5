"""`anselm adapters` and `anselm anchors`, against services that answer what the test says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cli.commands.adapters import in_words
from cli.main import main
from tests.unit.cli.fake_services import FakeServices
from tests.unit.cli.test_commands import AT, EVALUATION, adapter, run

CLEANED = {
    "removed": [
        {"kind": "merged", "name": "anselm-v1", "why": "nothing needs it", "bytes": 3 << 20},
        {"kind": "adapter", "name": "anselm-v1", "why": "nothing needs it", "bytes": 512},
    ],
    "kept": [{"name": "anselm-v2", "why": "live"}],
    "bytes": (3 << 20) + 512,
    "dry_run": True,
}
LINEAGE = {
    "adapter": adapter("anselm-v2", parent="anselm-v1", preferences="anselm-dpo1", evaluation=EVALUATION),
    "run": run("dpo", recipe={"beta": 0.1}, metrics={"loss": 0.5}),
    "ancestors": [adapter(state="removed", digest="0123456789abcdef")],
    "continued_by": ["anselm-v3"],
    "promotions": [
        {"persona": "anselm", "adapter": "anselm-v2", "previous": "anselm-v1", "rolled_back": True, "at": AT}
    ],
}


def anchor(id_: str, state: str = "chosen") -> dict[str, Any]:
    return {"id": id_, "context": "how is the bread", "reply": "ach.. 9/10", "at": AT, "state": state}


@pytest.mark.parametrize("command", [["adapters"], ["adapters", "list"]], ids=lambda command: command[-1])
def test_adapters_are_listed(services: FakeServices, capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    services.routes["GET /v1/adapters"] = [adapter(), adapter("anselm-v2", state="trained")]
    assert main(command) == 0
    assert "anselm-v2  trained" in capsys.readouterr().out
    assert main([*command, "--json", "-p", "mira"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
    assert services.requests[-1].query == {"persona": "mira"}


def test_an_adapter_shows_what_it_was_made_of(services: FakeServices, capsys: pytest.CaptureFixture[str]) -> None:
    services.routes |= {
        "GET /v1/adapters": [adapter("anselm-v2", version=2), adapter("anselm-v3", version=3, state="removed")],
        "GET /v1/adapters/anselm-v2/lineage": LINEAGE,
    }
    assert main(["adapters", "show"]) == 0, "the newest that is there"
    shown = capsys.readouterr().out
    for part in ("anselm-dpo1", "r-dpo", "beta", "0123456789ab", "removed", "rolled back", "anselm-v3", "auc"):
        assert part in shown
    assert "0123456789abc" not in shown
    assert main(["adapters", "show", "anselm-v2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["continued_by"] == ["anselm-v3"]


def test_cleaning_says_what_goes_and_how_much(services: FakeServices, capsys: pytest.CaptureFixture[str]) -> None:
    services.routes["POST /v1/adapters/clean"] = CLEANED
    assert main(["adapters", "clean", "--dry-run", "--keep", "2"]) == 0
    assert services.requests[-1].query == {"keep": "2", "dry_run": "true"}
    shown = capsys.readouterr().out
    for part in ("3.0 MiB", "512 bytes", "3.0 MiB would be freed.", "anselm-v2  live"):
        assert part in shown
    services.routes["POST /v1/adapters/clean"] = CLEANED | {"removed": [], "bytes": 0}
    assert main(["adapters", "clean"]) == 0
    assert services.requests[-1].query == {"dry_run": "false"}
    assert "nothing to remove" in capsys.readouterr().out
    assert main(["adapters", "clean", "--keep", "-1"]) == 2


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (269 << 20, "269.0 MiB"), (3 << 40, "3.0 TiB")],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert in_words(size) == words


def test_anchors_are_listed_pinned_and_dropped(services: FakeServices, capsys: pytest.CaptureFixture[str]) -> None:
    path = "/v1/personas/anselm/anchors"
    services.routes |= {
        f"GET {path}": [anchor("1-7-9", "pinned"), anchor("1-7-5")],
        f"GET {path}/dropped": [anchor("1-7-3", "dropped")],
        **{f"{method} {path}/{id_}": [] for method in ("PUT", "DELETE") for id_ in ("1-7-9", "1-7-5")},
    }
    assert main(["anchors", "list"]) == 0
    assert "1-7-9  pinned" in capsys.readouterr().out
    assert main(["anchors", "list", "--dropped"]) == 0
    assert "1-7-3  dropped" in capsys.readouterr().out
    assert main(["anchors", "pin", "1-7-9", "1-7-5"]) == 0
    assert [(r.method, r.path[-5:], r.json) for r in services.requests[-3:-1]] == [
        ("PUT", id_, {"choice": "pinned"}) for id_ in ("1-7-5", "1-7-9")
    ], "the last one stands first"
    assert main(["anchors", "drop", "1-7-5", "--json"]) == 0
    assert services.requests[-2].json == {"choice": "dropped"}
    assert main(["anchors", "unpin", "1-7-5"]) == 0
    assert (services.requests[-2].method, services.requests[-2].path) == ("DELETE", f"{path}/1-7-5")


def test_what_could_be_an_anchor_is_found(services: FakeServices, capsys: pytest.CaptureFixture[str]) -> None:
    hit = {"id": "1-7-9", "context": "how is the bread", "reply": "ach.. 9/10", "at": AT, "score": 0.03}
    services.routes["POST /v1/search"] = [hit]
    assert main(["anchors", "find", "bread", "--limit", "3"]) == 0
    assert services.requests[-1].json == {"persona": "anselm", "query": "bread", "k": 3}
    assert "1-7-9  how is the bread  ach.. 9/10" in capsys.readouterr().out
