"""The gateway as OpenAI's own client sees it."""

from __future__ import annotations

import json

import openai
import pytest

from shared.clients.inference import Piece
from shared.contracts.base import ChatMessage
from shared.contracts.inference import ChatExtension
from shared.errors import NotFound, TooLarge
from tests.integration.inference.conftest import SYSTEM, Gateway, Start
from tests.peers.vllm_server import ServerDies, saying


def ask(gateway: Gateway, message: str = "hello there", **options: object) -> openai.types.chat.ChatCompletion:
    return gateway.openai().chat.completions.create(
        model="alex", messages=[{"role": "user", "content": message}], **options
    )


def test_a_persona_is_a_model(gateway: Gateway) -> None:
    [model] = gateway.openai().models.list().data
    assert (model.id, model.object, model.owned_by) == ("alex", "model", "anselm")
    assert model.model_extra == {"parent": "base", "adapter": "alex-v1"}
    assert gateway.openai().models.retrieve("alex") == model


def test_a_reply_in_one_piece(gateway: Gateway) -> None:
    completion = ask(gateway)
    assert completion.choices[0].message.content == "alex-v1: hello there "
    assert completion.choices[0].finish_reason == "stop"
    assert (completion.model, completion.system_fingerprint) == ("alex", "alex-v1")
    assert completion.usage is not None
    assert (completion.usage.prompt_tokens, completion.usage.completion_tokens) == (7, 3)
    assert completion.model_extra is not None
    extension = completion.model_extra["anselm"]
    assert (extension["persona"], extension["adapter"], extension["warnings"]) == ("alex", "alex-v1", [])


def test_a_streamed_reply_ends_with_the_extension(gateway: Gateway) -> None:
    stream = gateway.openai().chat.completions.create(
        model="alex", messages=[{"role": "user", "content": "hello there old friend how are you"}], stream=True
    )
    chunks = list(stream)
    said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert said == "alex-v1: hello there old friend how are you "
    assert len([chunk for chunk in chunks if chunk.choices[0].delta.content]) >= 3
    assert len({chunk.id for chunk in chunks}) == 1
    assert [bool((chunk.model_extra or {}).get("anselm")) for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert chunks[-1].choices[0].finish_reason == "stop"


def test_usage_in_a_stream_comes_when_asked_for(gateway: Gateway) -> None:
    stream = gateway.openai().chat.completions.create(
        model="alex",
        messages=[{"role": "user", "content": "hello there"}],
        stream=True,
        stream_options={"include_usage": True},
    )
    last = list(stream)[-1]
    assert last.choices == []
    assert last.usage is not None
    assert last.usage.completion_tokens == 3
    assert last.model_extra is not None
    assert last.model_extra["anselm"]["persona"] == "alex"


def test_the_prompt_is_the_persona_s_own(gateway: Gateway) -> None:
    turns = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "two"},
        {"role": "user", "content": [{"type": "text", "text": "three"}]},
    ]
    completion = gateway.openai().chat.completions.create(
        model="alex",
        messages=turns,  # type: ignore[arg-type]
        temperature=0.2,
        top_p=0.5,
        max_tokens=9,
        stop=["\n\n"],
        seed=5,
        presence_penalty=1,
    )
    [asked] = gateway.vllm.asked
    assert [(m["role"], m["content"]) for m in asked["messages"]] == [
        ("system", SYSTEM),
        ("user", "one"),
        ("assistant", "two"),
        ("user", "three"),
    ]
    given = {key: asked[key] for key in ("temperature", "top_p", "max_tokens", "stop", "seed")}
    assert given == {"temperature": 0.2, "top_p": 0.5, "max_tokens": 9, "stop": ["\n\n"], "seed": 5}
    assert completion.model_extra is not None
    warnings = completion.model_extra["anselm"]["warnings"]
    assert len(warnings) == 2
    assert "system" in warnings[0]
    assert "presence_penalty" in warnings[1]


def test_what_is_left_open_comes_from_the_settings(start: Start) -> None:
    gateway = start(reply_temperature=0.33, reply_max_tokens=12, reply_max_tokens_limit=20)
    ask(gateway)
    ask(gateway, max_completion_tokens=4_000)
    assert [a["max_tokens"] for a in gateway.vllm.asked] == [12, 20]
    assert gateway.vllm.asked[0]["temperature"] == 0.33


def test_unknown_persona(gateway: Gateway) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        gateway.openai().chat.completions.create(model="nobody", messages=[{"role": "user", "content": "hi"}])
    assert caught.value.code == "not_found"
    assert "'nobody'" in caught.value.message
    assert "alex" in caught.value.message


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "assistant", "content": "hi"}]}, "last one must be the user's"),
        ({"messages": [{"role": "user", "content": "   "}]}, "empty"),
        ({"messages": [{"role": "tool", "content": "hi"}]}, "role"),
        ({"temperature": 3}, "temperature"),
        ({"n": 2}, "one reply at a time"),
        ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
        ({"anselm": {"conversation": "c", "remembr": True}}, "remembr"),
    ],
)
def test_bad_requests_say_what_is_wrong(gateway: Gateway, change: dict[str, object], named: str) -> None:
    body = {"model": "alex", "messages": [{"role": "user", "content": "hi"}]} | change
    answer = gateway.http().post("/v1/chat/completions", json=body)
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "invalid"
    assert named in error["message"]
    assert gateway.vllm.asked == []


def test_too_long_a_message(start: Start) -> None:
    gateway = start(message_characters=10)
    with pytest.raises(openai.APIStatusError) as caught:
        ask(gateway, "eleven chars")
    assert caught.value.status_code == 413
    assert "12 characters" in caught.value.message


def test_a_wrong_token_is_refused(gateway: Gateway) -> None:
    assert gateway.http(token="guess").post("/v1/chat/completions", json={}).status_code == 401


def test_the_projects_own_client(gateway: Gateway) -> None:
    async def talk() -> list[Piece]:
        async with gateway.client() as client:
            assert await client.personas() == ["alex"]
            message = [ChatMessage(role="user", content="hello there")]
            with pytest.raises(NotFound):
                [_ async for _ in client.stream("nobody", message, ChatExtension())]
            with pytest.raises(TooLarge):
                long = [ChatMessage(role="user", content="x" * 9_000)]
                [_ async for _ in client.stream("alex", long, ChatExtension())]
            return [piece async for piece in client.stream("alex", message, ChatExtension())]

    import asyncio

    pieces = asyncio.run(talk())
    assert "".join(piece.text for piece in pieces) == "alex-v1: hello there "
    assert pieces[-1].answer is not None
    assert pieces[-1].answer.adapter == "alex-v1"


def test_server_dead_before_the_reply(gateway: Gateway) -> None:
    gateway.vllm.script = saying(then=ServerDies())
    with pytest.raises(openai.APIStatusError) as caught:
        ask(gateway)
    assert caught.value.status_code == 503


def test_server_dead_in_the_middle_of_a_stream(gateway: Gateway) -> None:
    gateway.vllm.script = saying("half ", "a ", "sen", then=ServerDies())
    stream = gateway.openai().chat.completions.create(
        model="alex", messages=[{"role": "user", "content": "hi"}], stream=True
    )
    heard = ""
    with pytest.raises(openai.APIError, match="model server"):
        for chunk in stream:
            heard += chunk.choices[0].delta.content or ""
    assert heard == "half ", "the word under way and the one before it wait: they may be part of something private"
    assert gateway.metric("anselm_inference_requests_total", outcome="unavailable") == 1


def test_a_broken_stream_is_closed_properly(gateway: Gateway) -> None:
    gateway.vllm.script = saying("half ", "a ", "sen", then=ServerDies())
    body = {"model": "alex", "stream": True, "messages": [{"role": "user", "content": "hi"}]}
    lines = [x for x in gateway.http().post("/v1/chat/completions", json=body).text.split("\n\n") if x]
    assert lines[-1] == "data: [DONE]"
    assert json.loads(lines[-2].removeprefix("data: "))["error"]["code"] == "unavailable"


def test_metrics_tell_what_happened(gateway: Gateway) -> None:
    ask(gateway)
    assert gateway.metric("anselm_inference_requests_total", persona="alex", outcome="stop") == 1
    assert gateway.metric("anselm_inference_tokens_total", kind="completion") == 3
    assert gateway.metric("anselm_inference_first_token_seconds_count") == 1
    assert gateway.metric("anselm_inference_reply_seconds_count") == 1
    assert gateway.metric("anselm_inference_in_flight") == 0
    assert "hello there" not in gateway.http().get("/metrics").text


def test_ready_names_what_is_missing(start: Start) -> None:
    assert start().http().get("/ready").json()["missing"] == {}
    nowhere = "http://127.0.0.1:9"
    gateway = start(live=None, model_server_url=nowhere, trainer_url=nowhere)
    answer = gateway.http().get("/ready")
    assert answer.status_code == 503
    assert set(answer.json()["missing"]) == {"model server", "trainer"}
