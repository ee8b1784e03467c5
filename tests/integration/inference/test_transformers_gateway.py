"""The gateway in front of the real ``transformers serve``, from promotion to promotion, and through its death."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import openai
import pytest

from shared.contracts.trainer import Route
from shared.waiting import wait_until
from tests.integration.inference.conftest import Gateway, Start
from tests.integration.inference.servers import Server, transformers_server

HI = [{"role": "user", "content": "hi"}]


def merged(gateway: Gateway, adapter: str, folder: Path) -> Route:
    return gateway.route(adapter).model_copy(update={"merged_path": str(folder)})


@pytest.fixture(scope="session")
def other_model(tiny_model: Path) -> Path:
    folder = tiny_model.with_name("other")
    code = "import sys, pathlib; from tests.peers.tiny_model import make; make(pathlib.Path(sys.argv[1]), seed=7)"
    subprocess.run([sys.executable, "-c", code, str(folder)], check=True, capture_output=True)
    return folder


def said(gateway: Gateway) -> tuple[str | None, str]:
    reply = gateway.openai().chat.completions.create(
        model="alex",
        messages=HI,
        seed=1,
        max_tokens=12,  # type: ignore[arg-type]
    )
    assert reply.usage is not None
    assert 0 < reply.usage.completion_tokens <= 12
    return reply.system_fingerprint, reply.choices[0].message.content or ""


def test_promotion_changes_the_checkpoint(
    start: Start, transformers_server: Server, tiny_model: Path, other_model: Path
) -> None:
    gateway = start(live=None, backend="transformers", model_server_url=transformers_server.url)
    gateway.registry.promote(merged(gateway, "alex-v1", tiny_model))
    gateway.announce()
    wait_until(lambda: gateway.live() == {"alex": "alex-v1"}, seconds=60, what="alex-v1 live")
    first = said(gateway)
    gateway.registry.promote(merged(gateway, "alex-v2", other_model))
    gateway.announce()
    wait_until(lambda: gateway.live() == {"alex": "alex-v2"}, seconds=60, what="alex-v2 live")
    second = said(gateway)
    assert (first[0], second[0]) == ("alex-v1", "alex-v2")
    assert first[1] != second[1]


def test_an_unmerged_adapter_is_explained(start: Start, transformers_server: Server) -> None:
    gateway = start(live=None, backend="transformers", model_server_url=transformers_server.url)
    gateway.registry.promote(gateway.route("alex-v1"))
    body = {"model": "alex", "messages": HI}
    # An unknown persona is looked for at most once a second.
    wait_until(
        lambda: gateway.http().post("/v1/chat/completions", json=body).status_code == 503,
        seconds=60,
        what="the try",
    )
    error = gateway.http().post("/v1/chat/completions", json=body).json()["error"]
    assert "alex-v1 has no merged checkpoint" in error["message"]


def test_a_server_killed_in_the_middle_of_a_reply(start: Start, tiny_model: Path) -> None:
    with transformers_server(tiny_model) as server:
        gateway = start(live=None, backend="transformers", model_server_url=server.url, reply_max_tokens_limit=100_000)
        gateway.registry.promote(merged(gateway, "alex-v1", tiny_model))
        gateway.announce()
        wait_until(lambda: gateway.live() == {"alex": "alex-v1"}, seconds=60, what="alex-v1 live")
        stream = gateway.openai().chat.completions.create(
            model="alex",
            messages=HI,
            stream=True,
            max_tokens=100_000,
            temperature=1.5,  # type: ignore[arg-type]
        )
        next(stream)
        server.kill()
        with pytest.raises(openai.APIError, match="model server"):
            for _ in stream:
                pass
        with pytest.raises(openai.APIStatusError) as caught:
            said(gateway)
        assert caught.value.status_code == 503
        assert "model server" in gateway.http().get("/ready").json()["missing"]
