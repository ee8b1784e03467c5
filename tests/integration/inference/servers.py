"""Model servers to test against: the real ones as processes, vLLM's stand-in on a socket."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import httpx

from cli.stack.ports import HOST, free_port
from services.inference.backends.base import Backend
from services.inference.backends.openai_server import OpenAIServer
from services.inference.backends.transformers_serve import TransformersBackend
from services.inference.backends.vllm import VllmBackend
from shared import processes
from shared.contracts.trainer import Route
from shared.waiting import wait_until
from tests.peers.listening import listening
from tests.peers.vllm_server import FakeVllm, endless, write_adapter


@dataclass(frozen=True)
class Server:
    """A model server: its backend's class, its URL, a folder with weights it can load, and one without."""

    kind: type[TransformersBackend] | type[VllmBackend]
    url: str
    weights: Path
    real: bool = True
    #: Tokens that take it much longer than a few seconds, or as many as it allows.
    longest: int = 900
    process: Popen[bytes] | None = None

    def kill(self) -> None:
        """As the kernel does when memory runs out."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)

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
def running(command: list[str], log: Path, url: str, seconds: float, **env: str) -> Iterator[Popen[bytes]]:
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
            yield process
        finally:
            process.terminate()
            process.wait(30)


@contextmanager
def transformers_server(model: Path) -> Iterator[Server]:
    port = free_port()
    url = f"http://{HOST}:{port}"
    command = [sys.executable, "-m", "services.inference.model_server", "--host", HOST, "--port", str(port)]
    with running(command, model.parent / f"transformers-{port}.log", url, 120) as process:
        yield Server(TransformersBackend, url, model, longest=20_000, process=process)


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
