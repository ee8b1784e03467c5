"""``transformers serve``: merged checkpoints, named by their folders, loaded on demand. For machines without a GPU."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from services.inference.backends.base import Piece, Sampling
from services.inference.backends.openai_server import OpenAIServer
from shared.contracts.base import ChatMessage
from shared.contracts.trainer import Route
from shared.errors import Unavailable

#: Enough for the first forward pass, which allocates what later ones reuse.
WARM_UP = Sampling(temperature=0, top_p=1, repetition_penalty=1, max_tokens=1)
GREETING = [ChatMessage(role="user", content="hi")]


class TransformersBackend:
    """The server frees a checkpoint that nobody used for a while, so ``prepare``, repeated, also keeps it there."""

    def __init__(self, server: OpenAIServer, *, prepare_timeout: float) -> None:
        self._server = server
        self._prepare_timeout = prepare_timeout

    def model_name(self, route: Route) -> str:
        if route.merged_path is None:
            raise Unavailable(
                f"{route.adapter} has no merged checkpoint.", hint="Its merge did not run, or failed: anselm status"
            )
        if "@" in route.merged_path:  # the server takes what follows for a revision
            raise Unavailable(f"{route.merged_path} has an '@' in it.", hint="Set ANSELM_HOME to a folder without one.")
        return route.merged_path

    async def prepare(self, route: Route) -> None:
        model = self.model_name(route)
        if not await self._load(model):
            async for _ in self.stream(model, GREETING, WARM_UP):
                pass

    def stream(self, model: str, messages: Sequence[ChatMessage], sampling: Sampling) -> AsyncGenerator[Piece, None]:
        body = {
            "model": model,
            "messages": [message.model_dump() for message in messages],
            "stream": True,
            "generation_config": json.dumps(_generation(sampling)),
        }
        if sampling.stop:
            body["stop"] = list(sampling.stop)
        if sampling.seed is not None:
            body["seed"] = sampling.seed
        return self._server.complete(body)

    async def release(self, model: str) -> None:
        """Nothing to do: the server frees what is idle longer than its ``--model-timeout``."""

    async def ready(self) -> None:
        response = await self._server.call("GET", "/health")
        if response.is_error:
            raise Unavailable(f"The model server is not well ({response.status_code}).")

    async def close(self) -> None:
        await self._server.close()

    async def _load(self, model: str) -> bool:
        """Load a checkpoint beside those in use; whether it was there already.

        A chat request would load it too, but blocks every other reply meanwhile, and answers a missing folder with 500.
        """
        last: dict[str, Any] = {}
        async for data in self._server.events("/load_model", {"model": model}, timeout=self._prepare_timeout):
            last = json.loads(data)
        if last.get("status") != "ready":
            why = str(last.get("message", "no reason given"))[:300]
            raise Unavailable(
                f"The model server did not load {model}: {why}", hint="Is the folder there, and complete?"
            )
        return bool(last["cached"])


def _generation(sampling: Sampling) -> dict[str, Any]:
    """Without ``do_sample`` the server would take the likeliest token whatever the temperature says."""
    drawn = {"do_sample": True, "temperature": sampling.temperature, "top_p": sampling.top_p}
    return {
        **(drawn if sampling.temperature > 0 else {"do_sample": False}),
        "repetition_penalty": sampling.repetition_penalty,
        "max_new_tokens": sampling.max_tokens,
    }
