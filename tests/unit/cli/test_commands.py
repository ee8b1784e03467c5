"""What each command asks of the services, and what it prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from tests.unit.cli.fake_services import FakeServices, Refusal, Stream

AT = "2025-01-01T00:00:00Z"


def job(state: str = "done", **more: Any) -> dict[str, Any]:
    return {"id": "j1", "kind": "import", "state": state, "updated_at": 1.0, **more}


def run(stage: str, **more: Any) -> dict[str, Any]:
    about = {"dataset": "anselm-d1", "adapter": "anselm-v1", "preferences": None, "base_model": "tiny", "recipe": {}}
    rest = {"metrics": {}, "attempts": 1, "error": None, "created_at": AT, "finished_at": AT}
    return {"id": f"r-{stage}", "stage": stage, "persona": "anselm", "state": "running", **about, **rest, **more}


def adapter(name: str = "anselm-v1", **more: Any) -> dict[str, Any]:
    about = {"version": 1, "stage": "sft", "state": "candidate", "base_model": "tiny", "dataset": "anselm-d1"}
    rest = {"parent": None, "path": "/a", "merged_path": None, "digest": "d", "system_prompt": "s", "created_at": AT}
    return {"name": name, "persona": "anselm", **about, **rest, **more}


def dataset(version: int, state: str = "done", *, tainted: bool = False) -> dict[str, Any]:
    about = {"persona": "anselm", "system_prompt": "s", "path": "/d", "digest": "d", "tainted": tainted}
    return {"name": f"anselm-d{version}", "version": version, "state": state, "created_at": AT, **about}


EVALUATION = {
    "adapter": "anselm-v1",
    "dataset": "anselm-d1",
    "split": "test",
    "owner": {"length": 30.0},
    "base": {"auc": 0.99, "length": 90.0},
    "persona": {"auc": 0.7, "length": 33.0},
    "leaks": {
        "canaries": 4,
        "repeats": 1,
        "persona": {"exposure_max": 4.5, "exposure_mean": 3.25, "extracted": 0, "verbatim": 1, "replies": 32},
        "base": {"exposure_max": 3.5, "exposure_mean": 1.5, "extracted": 0, "verbatim": 0, "replies": 32},
    },
    "gate": {"passed": True, "reasons": []},
    "samples": [],
    "created_at": AT,
}
IMPORT = {
    "id": "j1",
    "state": "done",
    "filename": "result.json",
    "owner": "user_AB12",
    "report": {"read": 12, "new": 10, "refused": {"no date": 2}},
    "created_at": AT,
}


def document(capsys: pytest.CaptureFixture[str]) -> Any:
    """The whole of standard output is one JSON document."""
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    file = tmp_path / "result.json"
    file.write_text('{"chats": []}')
    return file


def test_import_needs_consent_where_nobody_can_be_asked(services: FakeServices, export: Path, capsys) -> None:
    assert main(["import", str(export)]) == 1
    assert "--consent" in capsys.readouterr().err
    assert services.requests == []


def test_import_sends_the_file_and_reports(services: FakeServices, export: Path, capsys) -> None:
    services.routes |= {"POST /v1/imports": IMPORT, "GET /v1/jobs/j1": job(), "GET /v1/imports/j1": IMPORT}
    assert main(["import", str(export), "--consent"]) == 0
    (sent,) = services.asked("POST", "/v1/imports")
    assert sent.body == export.read_bytes()
    assert (sent.query["consent"], sent.token) == ("true", "token")
    output = capsys.readouterr().out
    assert "user_AB12" in output
    assert "refused: no date" in output


def test_import_says_why_it_failed(services: FakeServices, export: Path, capsys) -> None:
    services.routes |= {"POST /v1/imports": IMPORT, "GET /v1/jobs/j1": job("failed", error="The file is cut short.")}
    assert main(["import", str(export), "--i-consent"]) == 1
    assert capsys.readouterr().err.splitlines()[-1] == "error: The file is cut short."


def test_json_is_the_only_thing_on_standard_output(services: FakeServices, export: Path, capsys) -> None:
    services.routes |= {"POST /v1/imports": IMPORT, "GET /v1/jobs/j1": job(), "GET /v1/imports/j1": IMPORT}
    assert main(["import", str(export), "--consent", "--json"]) == 0
    assert document(capsys)["report"]["read"] == 12


def test_train_takes_the_newest_usable_dataset_then_evaluates(services: FakeServices, capsys) -> None:
    datasets = [dataset(1), dataset(2), dataset(3, tainted=True), dataset(4, "running")]
    started: list[dict[str, Any]] = []

    def start(request) -> dict[str, Any]:
        started.append(request.json)
        return run(request.json["stage"])

    services.routes |= {
        "GET /v1/datasets": datasets,
        "POST /v1/runs": start,
        "GET /v1/adapters/anselm-v1": adapter(),
        "GET /v1/adapters/anselm-v1/evaluation": EVALUATION,
    }
    for stage in ("sft", "evaluate"):
        services.routes[f"GET /v1/jobs/r-{stage}"] = job(detail={"loss": 2.5})
        services.routes[f"GET /v1/runs/r-{stage}"] = run(stage, state="done")
        services.routes[f"GET /v1/runs/r-{stage}/metrics"] = [
            {"step": s, "values": {"loss": 4.0 - s}} for s in range(3)
        ]
    assert main(["train", "--set", "max_steps=7", "--set", "optimizer=adamw", "--json"]) == 0
    assert [request["stage"] for request in started] == ["sft", "evaluate"]
    assert started[0]["dataset"] == "anselm-d2"
    assert started[0]["recipe"] == {"max_steps": 7, "optimizer": "adamw"}
    captured = capsys.readouterr()
    assert json.loads(captured.out)["evaluation"]["persona"]["auc"] == 0.7
    assert "4.000 █▄▁ 2.000" in captured.err.replace("▅", "▄")


def test_merge_says_where_the_checkpoint_is(services: FakeServices, capsys) -> None:
    services.routes |= {
        "GET /v1/adapters": [adapter()],
        "GET /v1/adapters/anselm-v1": adapter(merged_path="/home/merged/anselm-v1"),
        "POST /v1/runs": run("merge", state="done"),
        "GET /v1/runs/r-merge": run("merge", state="done"),
    }
    assert main(["merge"]) == 0
    (started,) = services.asked("POST", "/v1/runs")
    assert (started.json["stage"], started.json["adapter"]) == ("merge", "anselm-v1")
    assert "/home/merged/anselm-v1" in capsys.readouterr().out


def test_preference_training_makes_its_dataset_from_the_feedback(services: FakeServices) -> None:
    preferences = {"name": "anselm-p1", "persona": "anselm", "kind": "dpo", "rows": 3, "path": "/p", "digest": "d"}
    services.routes |= {
        "GET /v1/adapters": [adapter(), adapter("anselm-v2", version=2, state="tainted")],
        "POST /v1/datasets": {**preferences, "created_at": AT},
        "POST /v1/runs": run("dpo", state="done"),
        "GET /v1/runs/r-dpo": run("dpo", state="done"),
        "GET /v1/runs/r-dpo/metrics": [],
    }
    assert main(["train", "dpo", "--only"]) == 0
    (started,) = services.asked("POST", "/v1/runs")
    assert (started.json["adapter"], started.json["preferences"]) == ("anselm-v1", "anselm-p1")


def test_without_a_dataset_training_says_how_to_make_one(services: FakeServices, capsys) -> None:
    services.routes["GET /v1/datasets"] = []
    assert main(["train"]) == 1
    assert "anselm dataset build" in capsys.readouterr().err


def test_evaluate_shows_owner_base_and_persona_side_by_side(services: FakeServices, capsys) -> None:
    services.routes |= {
        "GET /v1/adapters/anselm-v1": adapter(merged_path="/m"),
        "GET /v1/adapters/anselm-v1/evaluation": EVALUATION,
        "POST /v1/runs": run("evaluate", state="done"),
        "GET /v1/runs/r-evaluate": run("evaluate", state="done"),
    }
    assert main(["evaluate", "anselm-v1"]) == 0
    output = capsys.readouterr().out
    assert [line.split() for line in output.splitlines() if line.startswith("auc")] == [["auc", "0.990", "0.700"]]
    assert "gate: passed" in output


def test_consents_come_from_a_file_too(services: FakeServices, tmp_path: Path, capsys) -> None:
    grants = [{"person": "Mira", "purposes": ["train"], "evidence": "she wrote yes"}]
    (tmp_path / "grants.json").write_text(json.dumps(grants))
    granted = {"person": "user_1", "chat": 7, "purpose": "train", "evidence": "she wrote yes", "granted_at": AT}
    services.routes["POST /v1/consents"] = [granted]
    assert main(["consent", "grant", "--file", str(tmp_path / "grants.json"), "--json"]) == 0
    assert document(capsys)[0]["chat"] == 7
    assert services.asked("POST", "/v1/consents")[0].json["person"] == "Mira"


def test_the_request_for_consent_is_all_of_standard_output(services: FakeServices, capsys) -> None:
    text = "Hi [Mira] :wave:,\n\n" + "please " * 60
    services.routes["GET /v1/consents/request"] = {
        "person": "user_1", "chats": [7], "language": "en", "text": text
    }  # fmt: skip
    assert main(["consent", "request", "Mira", "--chat", "7", "--language", "en"]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{text}\n"
    assert "anselm consent grant user_1" in captured.err
    (asked,) = services.asked("GET", "/v1/consents/request")
    assert asked.query == {"person": "Mira", "chat": "7", "language": "en"}


RECEIPT = {
    "id": "forget-1", "kind": "contact", "at": "2026-05-01T12:00:00Z", "waiting": [], "signature": "00",
    "removed": [{"service": "ingest", "what": "messages", "count": 4}],
}  # fmt: skip


def test_forget_asks_first_and_then_only_ingest(services: FakeServices, capsys) -> None:
    services.routes["POST /v1/forget"] = RECEIPT
    assert main(["forget", "Mira"]) == 1, "nobody said that they mean it"
    assert services.requests == []
    capsys.readouterr()
    assert main(["forget", "Mira", "--yes", "--json"]) == 0
    assert document(capsys)["removed"] == RECEIPT["removed"]
    assert main(["forget", "7", "--as", "chat", "--yes"]) == 0
    assert [request.json for request in services.requests] == [
        {"subject": "Mira", "kind": None},
        {"subject": "7", "kind": "chat"},
    ]


def test_forget_says_what_still_waits(services: FakeServices, capsys) -> None:
    services.routes["POST /v1/forget"] = RECEIPT | {"waiting": ["trainer"]}
    assert main(["forget", "Mira", "--yes"]) == 0
    captured = capsys.readouterr()
    assert "Under way: trainer" in captured.err
    assert "anselm forget --verify forget-1" in captured.err
    assert "Mira" not in captured.out


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        ({}, 0, "nothing is left"),
        ({"unaltered": False}, 1, "the receipt was altered"),
        ({"found": [{"service": "retrieval", "what": "turns", "count": 2}]}, 1, "2 turns in retrieval"),
        ({"receipt": RECEIPT | {"waiting": ["trainer"]}}, 1, "trainer not told yet"),
    ],
)
def test_verify_fails_unless_all_is_gone(services: FakeServices, capsys, change, code: int, said: str) -> None:
    services.routes["POST /v1/forget/verify"] = {"receipt": RECEIPT, "unaltered": True, "found": []} | change
    assert main(["forget", "--verify", "forget-1"]) == code
    assert said in " ".join(capsys.readouterr().err.split())


def test_chat_streams_one_reply(services: FakeServices, capsys) -> None:
    pieces = [{"id": "c1", "choices": [{"delta": {"content": text}}]} for text in ("ahoi ", "captain")]
    services.routes["POST /v1/chat/completions"] = Stream([*map(json.dumps, pieces), "[DONE]"])
    assert main(["chat", "--message", "hello", "--json"]) == 0
    assert document(capsys)["reply"] == "ahoi captain"


def test_a_conversation_begins_with_the_disclosure(services: FakeServices, capsys, monkeypatch) -> None:
    lines = iter(["hello", ""])
    monkeypatch.setattr("builtins.input", lambda _: next(lines))
    piece = {"id": "c1", "choices": [{"delta": {"content": "ahoi"}}]}
    services.routes |= {
        "GET /v1/models": {"data": [{"id": "anselm"}]},
        "POST /v1/chat/completions": Stream([json.dumps(piece), "[DONE]"]),
    }
    assert main(["chat"]) == 0
    captured = capsys.readouterr()
    assert "AI persona" in captured.err.splitlines()[0]
    assert captured.out == "ahoi\n"


def test_chat_with_nobody_there_says_what_to_do(services: FakeServices, capsys) -> None:
    services.routes["GET /v1/models"] = {"data": []}
    assert main(["chat"]) == 1
    assert "anselm promote" in capsys.readouterr().err


def test_rotate_key_waits_until_all_is_sealed_anew(services: FakeServices, capsys) -> None:
    done = job(kind="rotation", detail={"sealed_anew": 1_234})
    services.routes |= {"POST /v1/keys/rotate": job("queued"), "GET /v1/jobs/j1": done}
    assert main(["rotate-key"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith("1,234 values")
    assert "Back it up again" in captured.err
    services.routes["GET /v1/jobs/j1"] = job("failed", error="Stored text cannot be read with this key.")
    assert main(["rotate-key"]) == 1


def test_status_is_1_when_something_is_lacking(services: FakeServices, capsys) -> None:
    services.routes["GET /ready"] = {"service": "x", "ready": False, "missing": {"redis": "does not answer"}}
    assert main(["status", "--json"]) == 1
    assert {answer["ready"] for answer in document(capsys)["services"]} == {False}
    services.routes["GET /ready"] = {"service": "x", "ready": True, "missing": {}}
    assert main(["status"]) == 0


def test_watch_follows_a_job_that_any_service_knows(services: FakeServices, capsys) -> None:
    states = iter([job("running", stage="reading", done=3, total=9), job(stage="reading", done=9, total=9)])
    first = job("queued")
    services.routes |= {"GET /health": {}, "GET /v1/jobs/j1": lambda _: next(states, first)}
    states = iter([first, *states])
    assert main(["watch", "j1", "--json"]) == 0
    assert document(capsys)["done"] == 9


def test_what_the_stack_wrote_completes_the_settings(home: Path, services: FakeServices, monkeypatch, capsys) -> None:
    for name in ("TRAINER_URL", "SERVICE_TOKEN"):
        monkeypatch.delenv(name)
    (home / "run").mkdir()
    (home / "run" / "addresses.json").write_text(json.dumps({"trainer_url": services.url}))
    (home / "secrets" / "service_token").write_text("from a file")
    services.routes["GET /v1/adapters"] = Refusal(503, "unavailable", "Later.")
    assert main(["adapters"]) == 1
    assert services.requests[0].token == "from a file"


SETTING = {"name": "rank", "value": 8, "source": "this run"}
FOLLOWED = {"name": "smollm2-cpu", "made_for": "smollm2", "base_model": "tiny", "settings": [SETTING]}


def test_a_dry_run_shows_what_would_be_and_starts_nothing(services: FakeServices, capsys) -> None:
    memory = {"parts": {"weights": 2**30, "libraries": 2**30}, "per": "machine"}
    services.routes |= {
        "GET /v1/datasets": [dataset(1)],
        "POST /v1/runs/preview": FOLLOWED | {"memory": memory, "memory_free": 2**30, "config": {"lora_r": 8}},
    }
    assert main(["train", "--dry-run", "--recipe", "smollm2-cpu", "--set", "rank=8"]) == 0
    shown = capsys.readouterr().out
    assert all(word in shown for word in ("this run", "chosen for smollm2", "does not fit into 1.0 GiB", '"lora_r": 8'))
    asked = services.asked("POST", "/v1/runs/preview")[0].json
    assert (asked["recipe_name"], asked["recipe"]) == ("smollm2-cpu", {"rank": 8})
    assert not services.asked("POST", "/v1/runs")


def test_recipes_are_listed_and_shown(services: FakeServices, capsys) -> None:
    one = {"name": "qwen3-8b-lora-fsdp", "stage": "sft", "base_model": "Qwen/Qwen3-8B", "device": "cuda", "gpus": 2}
    services.routes["GET /v1/recipes"] = [one | {"gpu_memory": 24, "files": ["qwen3-8b-lora-fsdp.yaml"]}]
    services.routes["GET /v1/runs/run-1/recipe"] = FOLLOWED
    assert main(["recipes"]) == 0
    assert "2 GPUs of 24 GiB" in capsys.readouterr().out
    assert main(["recipes", "run-1"]) == 0
    assert "this run" in capsys.readouterr().out
