"""Client of the persona gateway, for the bot and the command line. Programs outside use OpenAI's own client."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from shared.clients.base import Client, error_from
from shared.contracts.base import ChatMessage
from shared.contracts.inference import AnswerExtension, ChatExtension
from shared.settings import Settings
from shared.telemetry import request_id

#: A model on a CPU may take this long from one token to the next, in seconds, when it has to be loaded first.
BETWEEN_TOKENS = 180.0


@dataclass(frozen=True)
class Piece:
    """A piece of a streamed reply. The last one has ``answer`` and no text."""

    id: str
    text: str
    answer: AnswerExtension | None = None


class InferenceClient(Client):
    service = "inference"

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        super().__init__(settings, settings.inference_url, transport)

    async def personas(self) -> list[str]:
        response = await self._call("GET", "/v1/models")
        return [model["id"] for model in response.json()["data"]]

    async def stream(
        self, persona: str, messages: list[ChatMessage], extension: ChatExtension, *, max_tokens: int | None = None
    ) -> AsyncIterator[Piece]:
        """Pieces of the persona's reply as they are written.

        Raises:
            NotFound: no such persona.
            Unavailable: the gateway or the model server does not answer.
        """
        body = {
            "model": persona,
            "messages": [m.model_dump() for m in messages],
            "stream": True,
            "anselm": extension.model_dump(),
        } | ({"max_tokens": max_tokens} if max_tokens else {})
        headers = {"x-request-id": request_id.get() or ""}
        try:
            async with self._http.stream(
                "POST",
                "/v1/chat/completions",
                json=body,
                headers=headers,
                timeout=httpx.Timeout(10, read=BETWEEN_TOKENS),
            ) as response:
                if response.is_error:
                    await response.aread()
                    raise error_from(response)
                async for line in response.aiter_lines():
                    if line.startswith("data: ") and line != "data: [DONE]":
                        yield _piece(json.loads(line.removeprefix("data: ")), response)
        except httpx.TransportError as error:
            raise self._unreachable(error) from error


def _piece(chunk: dict, response: httpx.Response) -> Piece:  # type: ignore[type-arg]
    if "error" in chunk:
        raise error_from(httpx.Response(500, json=chunk, request=response.request))
    choices = chunk.get("choices") or [{"delta": {}}]
    answer = chunk.get("anselm")
    text = choices[0]["delta"].get("content") or ""
    return Piece(chunk["id"], text, AnswerExtension.model_validate(answer) if answer else None)
