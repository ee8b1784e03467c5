"""A gateway on a real socket, between a stand-in of vLLM and a stand-in of the registry."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from redis import Redis

from cli.stack.ports import free_port
from services.inference.app import create_app
from services.inference.settings import InferenceSettings
from shared.clients.inference import InferenceClient
from shared.contracts.trainer import REGISTRY_CHANNEL, Route
from shared.settings import Settings
from shared.waiting import wait_until
from tests.conftest import TOKEN
from tests.integration.inference import servers
from tests.integration.inference.servers import Server
from tests.peers.listening import listening
from tests.peers.registry import FakeRegistry
from tests.peers.vllm_server import FakeVllm, write_adapter

SYSTEM = "You are Alex. Answer as Alex would."


@dataclass
class Gateway:
    """A running gateway and what stands around it."""

    url: str
    settings: InferenceSettings
    vllm: FakeVllm
    registry: FakeRegistry
    adapters: Path

    def route(self, adapter: str, persona: str = "alex", rank: int = 16) -> Route:
        folder = self.adapters / adapter
        if not folder.exists():
            write_adapter(folder, rank)
        return Route(
            persona=persona,
            adapter=adapter,
            base_model="base",
            adapter_path=str(folder),
            merged_path=None,
            system_prompt=SYSTEM,
        )

    def promote(self, adapter: str, persona: str = "alex") -> None:
        """Make an adapter live and wait until the gateway has changed over."""
        self.registry.promote(self.route(adapter, persona))
        self.announce(persona)
        wait_until(lambda: self.live().get(persona) == adapter, seconds=60, what=f"{adapter} live")

    def announce(self, persona: str = "alex") -> None:
        with Redis.from_url(self.settings.broker_url) as client:
            client.publish(REGISTRY_CHANNEL, persona)

    def live(self) -> dict[str, str]:
        return {model["id"]: model["adapter"] for model in self.http().get("/v1/models").json()["data"]}

    def http(self, token: str = TOKEN) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=20)

    def openai(self) -> openai.OpenAI:
        return openai.OpenAI(base_url=f"{self.url}/v1", api_key=TOKEN, max_retries=0)

    def openai_async(self) -> openai.AsyncOpenAI:
        return openai.AsyncOpenAI(base_url=f"{self.url}/v1", api_key=TOKEN, max_retries=0)

    def client(self) -> InferenceClient:
        return InferenceClient(self.settings)

    def metric(self, name: str, **labels: str) -> float:
        """The value of a metric; 0 while it has none."""
        wanted = [f'{key}="{value}"' for key, value in labels.items()]
        lines = self.http().get("/metrics").text.splitlines()
        found = [
            line for line in lines if line.startswith((f"{name}{{", f"{name} ")) and all(w in line for w in wanted)
        ]
        return sum(float(line.rpartition(" ")[2]) for line in found)


Start = Callable[..., Gateway]


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Start]:
    """Starts a gateway with the given settings; ``alex`` is live with ``alex-v1`` unless ``live`` is none."""
    with ExitStack() as stack:

        def begin(live: str | None = "alex-v1", **changed: Any) -> Gateway:
            vllm, registry = FakeVllm(), FakeRegistry()
            port = free_port()
            values = settings.model_dump() | {
                "backend": "vllm",
                "model_server_url": stack.enter_context(listening(vllm.app)),
                "trainer_url": stack.enter_context(listening(registry.app)),
                "retrieval_url": f"http://127.0.0.1:{free_port()}",
                "inference_url": f"http://127.0.0.1:{port}",
                **changed,
            }
            own = InferenceSettings(_env_file=None, **values)
            gateway = Gateway("", own, vllm, registry, tmp_path / "adapters")
            if live is not None:
                registry.promote(gateway.route(live))
            gateway.url = stack.enter_context(listening(create_app(own), port))
            if live is not None:
                wait_until(lambda: gateway.live() == {"alex": live}, seconds=60, what=f"{live} live")
            return gateway

        yield begin


@pytest.fixture
def gateway(start: Start) -> Gateway:
    return start()


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    subprocess.run([sys.executable, "-m", "tests.peers.tiny_model", str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def tiny_adapter(tiny_model: Path) -> Path:
    """A LoRA of the tiny model that changes something."""
    code = (
        "import sys, torch; from peft import LoraConfig, get_peft_model\n"
        "from transformers import AutoModelForCausalLM\n"
        "torch.manual_seed(1); base = AutoModelForCausalLM.from_pretrained(sys.argv[1])\n"
        "targets = ['q_proj', 'v_proj']\n"
        "model = get_peft_model(base, LoraConfig(r=8, target_modules=targets, init_lora_weights=False))\n"
        "model.save_pretrained(sys.argv[2])"
    )
    folder = tiny_model.parent / "lora"
    subprocess.run([sys.executable, "-c", code, str(tiny_model), str(folder)], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="session")
def transformers_server(tiny_model: Path) -> Iterator[Server]:
    """The real one, with ``tiny_model``."""
    with servers.transformers_server(tiny_model) as server:
        yield server
