"""The part that OpenAI-compatible model servers have in common: one streamed completion over HTTP."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from typing import Any

import httpx

from services.inference.backends.base import ModelNotLoaded, Piece, Usage
from shared.errors import AnselmError, Invalid, Unavailable

#: Answering a question about itself takes a model server no longer, in seconds, unless it is dead or drowning.
QUICK = 5.0

#: Connecting on loopback or inside one network is immediate or hopeless, in seconds.
CONNECT = 5.0

HINT = "Is the model server running? Start it with: anselm up"


class OpenAIServer:
    """An HTTP client whose errors are the gateway's. Reads have no limit of their own: the caller sets the deadline."""

    def __init__(self, url: str, key: str = "", transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=url,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=httpx.Timeout(None, connect=CONNECT),
            transport=transport,
        )

    async def call(self, method: str, path: str, *, timeout: float = QUICK, json: Any = None) -> httpx.Response:
        """One exchange; the status is the caller's to judge.

        Raises:
            Unavailable: no answer within ``timeout`` seconds.
        """
        try:
            return await self._http.request(method, path, json=json, timeout=timeout)
        except httpx.TransportError as error:
            raise self._gone(error) from error

    async def events(self, path: str, body: Mapping[str, Any], timeout: float | None = None) -> AsyncIterator[str]:
        """The data of every server-sent event of a POST, without the closing ``[DONE]``.

        Raises:
            ModelNotLoaded: 404. Invalid: another 4xx. Unavailable: 5xx, or the connection broke.
        """
        limits = httpx.Timeout(timeout, connect=CONNECT)
        try:
            async with self._http.stream("POST", path, json=body, timeout=limits) as response:
                if response.is_error:
                    raise _refusal(response.status_code, await response.aread())
                async for line in response.aiter_lines():
                    if line.startswith("data: ") and line != "data: [DONE]":
                        yield line.removeprefix("data: ")
        except httpx.TransportError as error:
            raise self._gone(error) from error

    async def complete(self, body: Mapping[str, Any]) -> AsyncGenerator[Piece, None]:
        """The pieces of one chat completion; ``body`` must ask for a stream."""
        finished = False
        async for data in self.events("/v1/chat/completions", body):
            piece = _piece(data)
            finished = finished or piece.finish_reason is not None
            yield piece
        if not finished:
            raise Unavailable("The model server ended the reply in the middle.", hint=HINT)

    async def close(self) -> None:
        await self._http.aclose()

    def _gone(self, error: Exception) -> Unavailable:
        return Unavailable(
            f"The model server at {self._http.base_url} does not answer ({type(error).__name__}).", hint=HINT
        )


def reason(content: bytes) -> str:
    """What a server gave as the reason of an error, whatever its shape; at most 300 characters."""
    try:
        found: Any = json.loads(content)
    except ValueError:
        found = content.decode(errors="replace")
    while isinstance(found, dict):
        found = next((found[key] for key in ("error", "message", "detail") if key in found), "no reason given")
    return str(found).strip()[:300] or "no reason given"


def _refusal(status: int, content: bytes) -> AnselmError:
    said = f"The model server answered {status}: {reason(content)}"
    if status == 404:
        return ModelNotLoaded(said)
    return Invalid(said) if status < 500 else Unavailable(said, hint="The model server's log has more.")


def _piece(data: str) -> Piece:
    try:
        chunk = json.loads(data)
    except ValueError:
        chunk = {"error": "an event that is not JSON"}
    if "error" in chunk:
        raise Unavailable(f"The model server failed in the middle of the reply: {reason(json.dumps(chunk).encode())}")
    choice: dict[str, Any] = next(iter(chunk.get("choices") or []), {})
    usage = chunk.get("usage")
    return Piece(
        # A model may write any character, and PostgreSQL cannot store this one.
        text=(choice.get("delta", {}).get("content") or "").replace("\0", ""),
        finish_reason=choice.get("finish_reason"),
        usage=Usage(usage["prompt_tokens"], usage["completion_tokens"]) if usage else None,
    )
