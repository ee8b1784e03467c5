"""What the gateway relies on, of every model server: a stand-in of vLLM, and the real ``transformers serve``.

The real vLLM is held to the same when VLLM_PYTHON names the interpreter of an environment that has it.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from cli.stack.ports import HOST, free_port
from services.inference.backends.base import Backend, Piece, Sampling
from services.inference.backends.openai_server import OpenAIServer
from services.inference.backends.transformers_serve import TransformersBackend
from services.inference.backends.vllm import VllmBackend
from shared import processes
from shared.contracts.base import ChatMessage
from shared.contracts.trainer import Route
from shared.errors import Invalid, Unavailable
from shared.waiting import wait_until
from tests.peers.listening import listening
from tests.peers.vllm_server import FakeVllm, endless, write_adapter

GREEDY = Sampling(temperature=0, top_p=1, repetition_penalty=1, max_tokens=8)
LIVELY = Sampling(temperature=1, top_p=1, repetition_penalty=1, max_tokens=8)
HI = [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content="hi there")]


@dataclass(frozen=True)
class Server:
    """A model server: its backend's class, its URL, a folder with weights it can load, and one without."""

    kind: type[TransformersBackend] | type[VllmBackend]
    url: str
    weights: Path
    real: bool = True

    def backend(self, url: str | None = None) -> Backend:
        return self.kind(OpenAIServer(url or self.url), prepare_timeout=60)

    def route(self, weights: Path | None = None, name: str = "alex-v1") -> Route:
        folder = str(weights or self.weights)
        return Route(
            persona="alex",
            adapter=name,
            base_model="base",
            adapter_path=folder,
            merged_path=folder,
            system_prompt="",
        )


@contextmanager
def running(command: list[str], log: Path, url: str, seconds: float, **env: str) -> Iterator[None]:
    """A server process from its start until it answers, and until it is gone."""
    with log.open("wb") as output:
        process = processes.start(command, env=os.environ | {"OMP_NUM_THREADS": "1"} | env, output=output)

        def answers() -> bool:
            assert process.poll() is None, log.read_text()[-2_000:]
            try:
                return httpx.get(f"{url}/health", timeout=2).status_code == 200
            except httpx.TransportError:
                return False

        try:
            wait_until(answers, seconds=seconds, what=" ".join(command[:4]), interval=0.2)
            yield
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    subprocess.run([sys.executable, "-m", "tests.peers.tiny_model", str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def tiny_adapter(tiny_model: Path) -> Path:
    """A LoRA of the tiny model that changes something."""
    code = (
        "import sys, torch; from peft import LoraConfig, get_peft_model; from transformers import AutoModelForCausalLM\n"
        "torch.manual_seed(1); base = AutoModelForCausalLM.from_pretrained(sys.argv[1])\n"
        "targets = ['q_proj', 'v_proj']\n"
        "model = get_peft_model(base, LoraConfig(r=8, target_modules=targets, init_lora_weights=False))\n"
        "model.save_pretrained(sys.argv[2])"
    )
    folder = tiny_model.parent / "lora"
    subprocess.run([sys.executable, "-c", code, str(tiny_model), str(folder)], check=True, capture_output=True)
    return folder


@contextmanager
def transformers_server(model: Path) -> Iterator[Server]:
    port = free_port()
    url = f"http://{HOST}:{port}"
    command = [sys.executable, "-m", "services.inference.model_server", "--host", HOST, "--port", str(port)]
    with running(command, model.parent / "transformers.log", url, 120):
        yield Server(TransformersBackend, url, model)


@contextmanager
def vllm_stand_in(folder: Path) -> Iterator[Server]:
    fake = FakeVllm(script=endless())
    with listening(fake.app) as url:
        yield Server(VllmBackend, url, write_adapter(folder / "adapter"), real=False)


@contextmanager
def vllm_server(model: Path, adapter: Path) -> Iterator[Server]:
    port = free_port()
    url = f"http://{HOST}:{port}"
    command = [
        *(os.environ["VLLM_PYTHON"], "-m", "vllm.entrypoints.openai.api_server"),
        *("--model", str(model), "--served-model-name", "base", "--host", HOST, "--port", str(port)),
        *("--enable-lora", "--max-lora-rank", "16", "--max-model-len", "1024", "--enforce-eager", "--dtype", "float32"),
    ]
    env = {
        "VLLM_ALLOW_RUNTIME_LORA_UPDATING": "1",
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "VLLM_NO_USAGE_STATS": "1",
        "HF_HUB_OFFLINE": "1",
    }
    with running(command, model.parent / "vllm.log", url, 240, **env):
        yield Server(VllmBackend, url, adapter)


@pytest.fixture(scope="module", params=["vllm stand-in", "transformers", "vllm"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    if request.param == "vllm stand-in":
        with vllm_stand_in(tmp_path_factory.mktemp("stand-in")) as server:
            yield server
    elif request.param == "transformers":
        with transformers_server(request.getfixturevalue("tiny_model")) as server:
            yield server
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
    with pytest.raises(Unavailable, match="alex-v9|nothing-here"):
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
    endless_reply = Sampling(temperature=1, top_p=1, repetition_penalty=1, max_tokens=900)
    stream = backend.stream(backend.model_name(server.route()), HI, endless_reply)
    async with aclosing(stream):
        await anext(stream)
    async with asyncio.timeout(5):
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
