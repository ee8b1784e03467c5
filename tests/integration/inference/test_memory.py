"""What the gateway recalls and what it leaves to be remembered, with a real queue."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from redis import Redis

from shared.contracts.base import ChatMessage
from shared.contracts.retrieval import Context, ContextRequest, Hit, Turn
from shared.sealing import Place, Seal
from shared.waiting import wait_until
from tests.integration.inference.conftest import Gateway, Start
from tests.peers.listening import listening

TALK = {"conversation": "telegram-1", "person": "telegram-7"}
AT = datetime(2026, 1, 1, tzinfo=UTC)


class FakeRetrieval:
    def __init__(self) -> None:
        self.asked: list[ContextRequest] = []
        self.app = FastAPI()
        self.app.post("/v1/context")(self.context)

    async def context(self, request: ContextRequest) -> Context:
        self.asked.append(request)
        turns = [ChatMessage(role="user", content="before"), ChatMessage(role="assistant", content="indeed")]
        near = Hit(id="e1", context="beer?", reply="always", at=AT, score=0.2)
        nearest = Hit(id="e2", context="pizza?", reply="of course", at=AT, score=0.3)
        anchor = Hit(id="a1", context="how are you", reply="splendid", at=AT, score=0.1)
        kept = turns[: request.turns]
        return Context(turns=kept, examples=[nearest, near, near][: request.examples], anchors=[anchor])


def ask(gateway: Gateway, extension: dict[str, Any] | None, message: str = "hello", **more: Any) -> dict[str, Any]:
    body = {"model": "alex", "messages": [{"role": "user", "content": message}]} | more
    answer = gateway.http().post("/v1/chat/completions", json=body | ({"anselm": extension} if extension else {}))
    assert answer.status_code == 200
    content: dict[str, Any] = answer.json()
    return content


def queued(gateway: Gateway) -> list[Turn]:
    """The turns that wait on the queue ``memory``, as a worker would read them."""
    with Redis.from_url(gateway.settings.broker_url) as client:
        messages = [json.loads(raw) for raw in client.lrange("memory", 0, -1)]
    seal = Seal.of(gateway.settings)
    bodies = [seal.unseal(base64.b64decode(message["body"]), Place.QUEUE) for message in messages]
    assert None not in bodies
    return [Turn.model_validate(arguments["turn"]) for _, arguments, _ in map(json.loads, bodies)]  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def empty_queue(start: Start, settings: Any) -> None:
    with Redis.from_url(settings.broker_url) as client:
        client.flushdb()


def test_context_becomes_earlier_turns(start: Start) -> None:
    retrieval = FakeRetrieval()
    with listening(retrieval.app) as url:
        gateway = start(retrieval_url=url)
        answer = ask(gateway, TALK)["anselm"]
    said = [m["content"] for m in gateway.vllm.asked[0]["messages"][1:]]
    assert said == ["how are you", "splendid", "beer?", "always", "pizza?", "of course", "before", "indeed", "hello"]
    assert (answer["examples"], answer["warnings"]) == (3, [])
    [request] = retrieval.asked
    assert (request.persona, request.conversation, request.message) == ("alex", "telegram-1", "hello")


def test_retrieval_is_asked_only_where_it_is_wanted(start: Start) -> None:
    retrieval = FakeRetrieval()
    with listening(retrieval.app) as url:
        gateway = start(retrieval_url=url)
        ask(gateway, None)
        ask(gateway, TALK | {"retrieval": False})
        assert retrieval.asked == []
        ask(gateway, {"retrieval": True})
        assert retrieval.asked[0].turns == 0
        history = [{"role": r, "content": r} for r in ("user", "assistant", "user")]
        ask(gateway, TALK, messages=history)
        assert retrieval.asked[1].turns == 0
    assert [m["content"] for m in gateway.vllm.asked[-1]["messages"]][-3:] == ["user", "assistant", "user"]


def test_without_retrieval_a_reply_is_still_a_reply(gateway: Gateway) -> None:
    answer = ask(gateway, TALK)["anselm"]
    assert "without memory" in answer["warnings"][0]
    assert gateway.metric("anselm_inference_retrieval_failures_total") == 1


def test_a_delivered_reply_is_remembered(gateway: Gateway) -> None:
    completion = ask(gateway, TALK)
    wait_until(lambda: bool(queued(gateway)), seconds=60, what="the turn on the queue")
    [turn] = queued(gateway)
    assert turn.key == completion["id"]
    assert (turn.persona, turn.adapter, turn.person) == ("alex", "alex-v1", "telegram-7")
    assert (turn.message, turn.reply) == ("hello", "alex-v1: hello ")


def test_a_delivered_stream_is_remembered(gateway: Gateway) -> None:
    body = {"model": "alex", "stream": True, "messages": [{"role": "user", "content": "hello"}], "anselm": TALK}
    gateway.http().post("/v1/chat/completions", json=body)
    wait_until(lambda: bool(queued(gateway)), seconds=60, what="the turn on the queue")


@pytest.mark.parametrize(
    ("extension", "message"),
    [
        (None, "hello"),
        ({"conversation": "c"}, "hello"),
        (TALK | {"remember": False}, "hello"),
        (TALK, "my password is hunter2!"),
    ],
)
def test_what_is_not_to_be_remembered_is_not(gateway: Gateway, extension: dict[str, Any] | None, message: str) -> None:
    ask(gateway, extension, message)
    ask(gateway, TALK, "the last one")
    wait_until(lambda: bool(queued(gateway)), seconds=60, what="the last turn on the queue")
    assert [turn.message for turn in queued(gateway)] == ["the last one"]


def test_redis_away_costs_memory_not_the_reply(start: Start) -> None:
    gateway = start(redis_url="redis://127.0.0.1:9/0")
    assert ask(gateway, TALK)["choices"][0]["message"]["content"] == "alex-v1: hello "
    wait_until(
        lambda: gateway.metric("anselm_inference_memory_failures_total") == 1, seconds=60, what="the failure counted"
    )


def test_a_turn_is_remembered_without_what_is_private(gateway: Gateway) -> None:
    ask(gateway, TALK, "my mail is bo@mail.example.org")
    wait_until(lambda: bool(queued(gateway)), seconds=60, what="the turn on the queue")
    [turn] = queued(gateway)
    assert turn.message == "my mail is <email>"
