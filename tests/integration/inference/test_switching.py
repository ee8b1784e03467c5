"""Promotion, roll-back and withdrawal while people talk."""

from __future__ import annotations

import asyncio
import time

import openai
import pytest

from shared.waiting import wait_until
from tests.integration.inference.conftest import Gateway, Start
from tests.peers.vllm_server import saying

HI = [{"role": "user", "content": "hi"}]


def test_a_promotion_drops_no_request(gateway: Gateway) -> None:
    """Twelve talk without a pause while the adapter changes twice, and loading it takes a while."""
    gateway.vllm.loading = lambda: asyncio.sleep(0.3)
    until = time.monotonic() + 3

    async def talk(client: openai.AsyncOpenAI) -> list[str]:
        heard = []
        while time.monotonic() < until:
            reply = await client.chat.completions.create(model="alex", messages=HI)  # type: ignore[arg-type]
            heard.append(str(reply.system_fingerprint))
            assert (reply.choices[0].message.content or "").startswith(f"{reply.system_fingerprint}:")
        return heard

    async def scene() -> list[list[str]]:
        async with gateway.openai_async() as client:
            talking = [asyncio.create_task(talk(client)) for _ in range(12)]
            await asyncio.to_thread(gateway.promote, "alex-v2")
            await asyncio.to_thread(gateway.promote, "alex-v3")
            return await asyncio.gather(*talking)

    everyone = asyncio.run(scene())
    assert all(heard == sorted(heard) for heard in everyone)
    assert {adapter for heard in everyone for adapter in heard} == {"alex-v1", "alex-v2", "alex-v3"}


def test_a_reply_in_flight_ends_on_the_old_adapter(gateway: Gateway) -> None:
    halted, go = asyncio.Event(), asyncio.Event()

    async def slow(body: dict[str, object]):  # type: ignore[no-untyped-def]
        yield f"{body['model']} begins to talk of this and that "
        halted.set()
        while not go.is_set():
            await asyncio.sleep(0.01)
        yield f"{body['model']} ends "

    gateway.vllm.script = slow
    stream = gateway.openai().chat.completions.create(model="alex", messages=HI, stream=True)  # type: ignore[arg-type]
    wait_until(halted.is_set, seconds=60, what="the reply under way")
    gateway.promote("alex-v2")
    go.set()
    said = "".join(chunk.choices[0].delta.content or "" for chunk in stream)
    assert said == "alex-v1 begins to talk of this and that alex-v1 ends "
    gateway.vllm.script = saying("new")
    again = gateway.openai().chat.completions.create(model="alex", messages=HI)  # type: ignore[arg-type]
    assert again.system_fingerprint == "alex-v2"


def test_a_roll_back_changes_over_in_the_same_way(gateway: Gateway) -> None:
    gateway.promote("alex-v2")
    gateway.promote("alex-v1")
    assert set(gateway.vllm.loras) == {"alex-v1", "alex-v2"}


def test_an_adapter_that_does_not_load_leaves_the_old_one_speaking(gateway: Gateway) -> None:
    gateway.registry.promote(gateway.route("alex-v2", rank=64))
    gateway.announce()
    wait_until(
        lambda: gateway.metric("anselm_inference_route_changes_total", result="failed") == 1,
        seconds=60,
        what="the failure",
    )
    assert gateway.live() == {"alex": "alex-v1"}


def test_a_first_adapter_that_does_not_load_is_explained(start: Start) -> None:
    gateway = start(live=None)
    gateway.registry.promote(gateway.route("alex-v1", rank=64))
    body = {"model": "alex", "messages": HI}
    # An unknown persona is looked for at most once a second.
    wait_until(
        lambda: gateway.http().post("/v1/chat/completions", json=body).status_code == 503,
        seconds=60,
        what="the attempt",
    )
    error = gateway.http().post("/v1/chat/completions", json=body).json()["error"]
    assert "rank 64" in error["message"]
    assert "--max-lora-rank" in error["hint"]


def test_what_is_withdrawn_falls_silent(gateway: Gateway) -> None:
    gateway.registry.routes.clear()
    gateway.announce()
    wait_until(lambda: gateway.live() == {}, seconds=60, what="silence")
    with pytest.raises(openai.NotFoundError):
        gateway.openai().chat.completions.create(model="alex", messages=HI)  # type: ignore[arg-type]


def test_a_tainted_adapter_never_outlives_its_withdrawal(gateway: Gateway) -> None:
    """Its successor cannot be loaded; silence is better than the voice of somebody who asked to be forgotten."""
    gateway.registry.tainted.add("alex-v1")
    gateway.registry.promote(gateway.route("alex-v2", rank=64))
    gateway.announce()
    wait_until(lambda: gateway.live() == {}, seconds=60, what="silence")


def test_an_announcement_is_not_needed(start: Start) -> None:
    gateway = start(registry_interval="0:00:00.2", redis_url="redis://127.0.0.1:9/0")
    gateway.registry.promote(gateway.route("alex-v2"))
    wait_until(lambda: gateway.live() == {"alex": "alex-v2"}, seconds=60, what="alex-v2 live")


def test_a_new_persona_is_found_when_it_is_asked_for(start: Start) -> None:
    gateway = start(registry_interval="1:00:00")
    gateway.registry.promote(gateway.route("bea-v1", "bea"))
    body = {"model": "bea", "messages": HI}
    # An unknown persona is looked for at most once a second.
    wait_until(
        lambda: gateway.http().post("/v1/chat/completions", json=body).status_code == 200, seconds=60, what="bea"
    )


def test_a_registry_that_is_away_changes_nothing(gateway: Gateway) -> None:
    gateway.registry.away = True
    gateway.announce()
    reply = gateway.openai().chat.completions.create(model="alex", messages=HI)  # type: ignore[arg-type]
    assert reply.system_fingerprint == "alex-v1"


def test_a_model_server_that_was_restarted_gets_its_adapter_again(gateway: Gateway) -> None:
    gateway.vllm.restart()
    reply = gateway.openai().chat.completions.create(model="alex", messages=HI)  # type: ignore[arg-type]
    assert reply.choices[0].message.content == "alex-v1: hi "
    assert set(gateway.vllm.loras) == {"alex-v1"}


def test_replaced_adapters_are_unloaded_after_a_while(start: Start) -> None:
    gateway = start(registry_interval="0:00:00.2", reply_timeout="0:00:00.3", release_after="0:00:00.5")
    gateway.promote("alex-v2")
    wait_until(lambda: set(gateway.vllm.loras) == {"alex-v2"}, seconds=60, what="alex-v1 unloaded")
