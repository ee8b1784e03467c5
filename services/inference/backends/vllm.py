"""vLLM: one base model, and every adapter as a LoRA that is loaded while it runs."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from services.inference.backends.base import Piece, Sampling
from services.inference.backends.openai_server import OpenAIServer, reason
from shared.contracts.base import ChatMessage
from shared.contracts.trainer import Route
from shared.errors import Unavailable
from shared.telemetry import logger

log = logger(__name__)


class VllmBackend:
    """An adapter's name is its LoRA name: both are immutable. Needs ``VLLM_ALLOW_RUNTIME_LORA_UPDATING=1``."""

    def __init__(self, server: OpenAIServer, *, prepare_timeout: float) -> None:
        self._server = server
        self._prepare_timeout = prepare_timeout

    def model_name(self, route: Route) -> str:
        return route.adapter

    async def prepare(self, route: Route) -> None:
        name = self.model_name(route)
        if name in await self._loaded():
            return
        body = {"lora_name": name, "lora_path": route.adapter_path}
        response = await self._server.call("POST", "/v1/load_lora_adapter", json=body, timeout=self._prepare_timeout)
        # 400 is what a duplicate gets, but a rank above --max-lora-rank too: the list of models tells them apart.
        if response.is_error and name not in await self._loaded():
            hint = f"Is {route.adapter_path} there, and its rank not above vLLM's --max-lora-rank?"
            raise Unavailable(
                f"vLLM did not load {name} ({response.status_code}): {reason(response.content)}", hint=hint
            )

    def stream(self, model: str, messages: Sequence[ChatMessage], sampling: Sampling) -> AsyncGenerator[Piece, None]:
        body = {
            "model": model,
            "messages": [message.model_dump() for message in messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "repetition_penalty": sampling.repetition_penalty,
            "max_tokens": sampling.max_tokens,
            "stop": list(sampling.stop),
            "seed": sampling.seed,
            # Models that can think aloud must not: a persona's reply is the reply alone.
            "chat_template_kwargs": {"enable_thinking": False},
        }
        return self._server.complete(body)

    async def release(self, model: str) -> None:
        response = await self._server.call("POST", "/v1/unload_lora_adapter", json={"lora_name": model})
        if response.is_error and response.status_code != 404:
            log.warning("adapter_not_unloaded", adapter=model, status=response.status_code)

    async def ready(self) -> None:
        await self._loaded()

    async def close(self) -> None:
        await self._server.close()

    async def _loaded(self) -> set[str]:
        response = await self._server.call("GET", "/v1/models")
        if response.is_error:
            raise Unavailable(f"vLLM does not list its models ({response.status_code}): {reason(response.content)}")
        return {model["id"] for model in response.json()["data"]}
