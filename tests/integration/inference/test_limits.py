"""Clients that leave, gateways that are full, models that do not stop."""

from __future__ import annotations

import asyncio
import json
import threading

import httpx
import openai
import pytest

from shared.waiting import wait_until
from tests.integration.inference.conftest import Gateway, Start
from tests.peers.vllm_server import endless, saying

HI = [{"role": "user", "content": "hi"}]


def test_leaving_a_stream_stops_the_model(gateway: Gateway) -> None:
    gateway.vllm.script = endless()
    body = {"model": "alex", "stream": True, "max_tokens": 512, "messages": HI}
    with gateway.http().stream("POST", "/v1/chat/completions", json=body) as answer:
        next(answer.iter_lines())
    wait_until(lambda: gateway.vllm.broken_off == 1, seconds=60, what="the model to stop")
    wait_until(
        lambda: gateway.metric("anselm_inference_requests_total", outcome="disconnected") == 1,
        seconds=60,
        what="the count",
    )
    assert gateway.metric("anselm_inference_in_flight") == 0


def test_leaving_before_a_whole_reply_stops_the_model(gateway: Gateway) -> None:
    gateway.vllm.script = endless()
    with pytest.raises(httpx.ReadTimeout):
        gateway.http().post(
            "/v1/chat/completions", json={"model": "alex", "max_tokens": 512, "messages": HI}, timeout=0.5
        )
    wait_until(lambda: gateway.vllm.broken_off == 1, seconds=60, what="the model to stop")
    wait_until(lambda: gateway.metric("anselm_inference_in_flight") == 0, seconds=60, what="the place to be free")


def test_a_full_gateway_says_when_to_come_back(start: Start) -> None:
    gateway = start(max_in_flight=2)
    gateway.vllm.script = endless()
    body = {"model": "alex", "stream": True, "max_tokens": 512, "messages": HI}
    with (
        gateway.http().stream("POST", "/v1/chat/completions", json=body) as one,
        gateway.http().stream("POST", "/v1/chat/completions", json=body) as two,
    ):
        assert (one.status_code, two.status_code) == (200, 200)
        refused = gateway.http().post("/v1/chat/completions", json=body)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["error"]["code"] == "too_many_requests"
    wait_until(lambda: gateway.vllm.broken_off == 2, seconds=60, what="both to stop")
    gateway.vllm.script = saying("free again")
    assert gateway.http().post("/v1/chat/completions", json={"model": "alex", "messages": HI}).status_code == 200


def test_a_slow_reply_is_cut_with_what_there_is(start: Start) -> None:
    gateway = start(reply_timeout="0:00:00.5")
    gateway.vllm.script = endless()
    reply = gateway.openai().chat.completions.create(model="alex", messages=HI, max_tokens=512)  # type: ignore[arg-type]
    assert reply.choices[0].finish_reason == "length"
    assert (reply.choices[0].message.content or "").startswith("word 1 word 2")
    assert reply.model_extra is not None
    assert reply.model_extra["anselm"]["guard"] == "time_limit"
    wait_until(lambda: gateway.vllm.broken_off == 1, seconds=60, what="the model to stop")


def test_a_model_that_says_nothing_in_time_is_unavailable(start: Start) -> None:
    gateway = start(reply_timeout="0:00:00.5")
    never = threading.Event()

    async def silent(_: dict[str, object]):  # type: ignore[no-untyped-def]
        while not never.is_set():
            await asyncio.sleep(0.05)
        yield ""

    gateway.vllm.script = silent
    with pytest.raises(openai.APIStatusError) as caught:
        gateway.openai().chat.completions.create(model="alex", messages=HI)  # type: ignore[arg-type]
    never.set()
    assert caught.value.status_code == 503
    assert "REPLY_TIMEOUT" in json.dumps(caught.value.response.json())


def test_a_loop_is_cut(gateway: Gateway) -> None:
    gateway.vllm.script = endless("I really think so. ", numbered=False)
    reply = gateway.openai().chat.completions.create(model="alex", messages=HI, max_tokens=512)  # type: ignore[arg-type]
    assert (reply.choices[0].message.content or "").count("I really think so.") <= 4
    assert reply.model_extra is not None
    assert reply.model_extra["anselm"]["guard"] == "repetition"
    wait_until(lambda: gateway.vllm.broken_off == 1, seconds=60, what="the model to stop")
