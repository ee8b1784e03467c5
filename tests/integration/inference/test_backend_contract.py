"""What the gateway relies on, of every model server: a stand-in of vLLM, and the real ``transformers serve``.

The real vLLM is held to the same when VLLM_PYTHON names the interpreter of an environment that has it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from cli.stack.ports import HOST, free_port
from services.inference.backends.base import Backend, Piece, Sampling
from shared.contracts.base import ChatMessage
from shared.contracts.trainer import Route
from shared.errors import Invalid, Unavailable
from tests.integration.inference.servers import Server, vllm_server, vllm_stand_in

GREEDY = Sampling(temperature=0, top_p=1, repetition_penalty=1, max_tokens=8)
LIVELY = Sampling(temperature=1, top_p=1, repetition_penalty=1, max_tokens=8)
HI = [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content="hi there")]


@pytest.fixture(scope="module", params=["vllm stand-in", "transformers", "vllm"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if request.param == "vllm stand-in":
        with vllm_stand_in(tmp_path_factory.mktemp("stand-in")) as server:
            yield server
    elif request.param == "transformers":
        yield request.getfixturevalue("transformers_server")
    elif "VLLM_PYTHON" in os.environ:
        model, adapter = request.getfixturevalue("tiny_model"), request.getfixturevalue("tiny_adapter")
        with vllm_server(model, adapter) as server:
            yield server
    else:
        pytest.skip("VLLM_PYTHON names no environment with vLLM")


@pytest.fixture
async def backend(server: Server) -> AsyncIterator[Backend]:
    backend = server.backend()
    yield backend
    await backend.close()


async def reply(backend: Backend, route: Route, sampling: Sampling) -> list[Piece]:
    return [piece async for piece in backend.stream(backend.model_name(route), HI, sampling)]


async def test_preparing_is_harmless_to_repeat(server: Server, backend: Backend) -> None:
    await backend.ready()
    for _ in range(2):
        await backend.prepare(server.route())
    began = time.monotonic()
    await backend.prepare(server.route())
    assert time.monotonic() - began < 2


async def test_weights_that_are_missing_are_named(server: Server, backend: Backend, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match=r"alex-v9|nothing-here"):
        await backend.prepare(server.route(tmp_path / "nothing-here", "alex-v9"))


async def test_a_reply_has_text_an_end_and_a_count(server: Server, backend: Backend) -> None:
    await backend.prepare(server.route())
    pieces = await reply(backend, server.route(), GREEDY)
    assert "".join(piece.text for piece in pieces)
    assert [piece.finish_reason for piece in pieces if piece.finish_reason] in (["length"], ["stop"])
    [usage] = [piece.usage for piece in pieces if piece.usage]
    assert usage.prompt > 0
    assert 0 < usage.completion <= GREEDY.max_tokens


async def test_temperature_zero_repeats_itself_and_one_does_not(server: Server, backend: Backend) -> None:
    if not server.real:
        pytest.skip("a stand-in draws nothing")
    await backend.prepare(server.route())

    async def said(sampling: Sampling) -> str:
        return "".join(piece.text for piece in await reply(backend, server.route(), sampling))

    assert len({await said(GREEDY) for _ in range(3)}) == 1
    assert len({await said(LIVELY) for _ in range(3)}) == 3


async def test_leaving_stops_the_server(server: Server, backend: Backend) -> None:
    """The next reply comes at once, though the one that was left would have gone on for very long."""
    await backend.prepare(server.route())
    endless_reply = replace(GREEDY, max_tokens=server.longest)
    stream = backend.stream(backend.model_name(server.route()), HI, endless_reply)
    async with aclosing(stream):
        await anext(stream)
    async with asyncio.timeout(10):
        assert await reply(backend, server.route(), GREEDY)


async def test_several_at_once(server: Server, backend: Backend) -> None:
    await backend.prepare(server.route())
    replies = await asyncio.gather(*(reply(backend, server.route(), GREEDY) for _ in range(4)))
    assert all("".join(piece.text for piece in pieces) for pieces in replies)


async def test_a_model_that_nobody_prepared(server: Server, backend: Backend, tmp_path: Path) -> None:
    with pytest.raises((Unavailable, Invalid)):
        await reply(backend, server.route(tmp_path / "nothing", "alex-v8"), GREEDY)


async def test_releasing_is_harmless_to_repeat(server: Server, backend: Backend) -> None:
    await backend.prepare(server.route())
    for _ in range(2):
        await backend.release(backend.model_name(server.route()))
    await backend.prepare(server.route())
    assert await reply(backend, server.route(), GREEDY)


async def test_a_dead_server_is_unavailable(server: Server) -> None:
    backend = server.backend(f"http://{HOST}:{free_port()}")
    for attempt in (backend.ready(), backend.prepare(server.route()), reply(backend, server.route(), GREEDY)):
        with pytest.raises(Unavailable, match="does not answer"):
            await attempt
    await backend.close()
