"""What every client does: token, request id, timeout, errors of the tree, retries of what is safe to repeat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import BaseModel, TypeAdapter

from shared.contracts.jobs import Job
from shared.errors import AnselmError, Unavailable, from_code
from shared.settings import Settings
from shared.telemetry import request_id

Model = TypeVar("Model", bound=BaseModel)
ATTEMPTS = 3


class Client:
    """Calls one service. Use as an async context manager, or ``close`` it."""

    service = "service"

    def __init__(self, settings: Settings, base_url: str, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._http = httpx.AsyncClient(
            base_url=base_url,
            headers={
                "Authorization": f"Bearer {settings.service_token.get_secret_value()}",
                "x-anselm-caller": settings.caller,
            },
            timeout=settings.request_timeout.total_seconds(),
            transport=transport,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def job(self, job_id: str) -> Job:
        return await self._get(Job, f"/v1/jobs/{job_id}")

    async def ping(self) -> None:
        """Raise ``Unavailable`` unless the service is alive."""
        await self._call("GET", "/health")

    async def readiness(self) -> dict[str, Any]:
        """The service's own word on whether it can do its job: ``{"ready": bool, "missing": {name: why}}``."""
        try:
            response = await self._http.get("/ready")
        except httpx.TransportError:
            return {"ready": False, "missing": {self.service: "does not answer"}}
        try:
            content: dict[str, Any] = response.json()
            return {"ready": content["ready"], "missing": content["missing"]}
        except (ValueError, KeyError, TypeError):
            return {"ready": False, "missing": {self.service: str(error_from(response))}}

    async def _get(self, model: type[Model], path: str, **params: Any) -> Model:
        return model.model_validate_json((await self._call("GET", path, params=_given(params))).content)

    async def _list(self, model: type[Model], path: str, **params: Any) -> list[Model]:
        response = await self._call("GET", path, params=_given(params))
        return TypeAdapter(list[model]).validate_json(response.content)  # type: ignore[valid-type]

    async def _post(self, model: type[Model], path: str, body: BaseModel | None = None, **params: Any) -> Model:
        content = body.model_dump_json() if body else None
        headers = {"Content-Type": "application/json"} if body else None
        response = await self._call("POST", path, content=content, headers=headers, params=_given(params))
        return model.model_validate_json(response.content)

    async def _delete(self, model: type[Model], path: str, **params: Any) -> Model:
        return model.model_validate_json((await self._call("DELETE", path, params=_given(params))).content)

    async def _call(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**(options.pop("headers", None) or {}), "x-request-id": request_id.get() or ""}
        attempts = ATTEMPTS if method == "GET" else 1
        for attempt in range(1, attempts + 1):
            try:
                response = await self._http.request(method, path, headers=headers, **options)
            except httpx.TransportError as error:
                if attempt == attempts:
                    raise self._unreachable(error) from error
                await asyncio.sleep(0.2 * 2**attempt)
                continue
            if response.is_error:
                raise error_from(response)
            return response
        raise AssertionError("unreachable")

    async def _stream(self, method: str, path: str, **options: Any) -> AsyncIterator[bytes]:
        """An answer of any size, as it arrives.

        Raises:
            Unavailable: the service does not answer, or stopped in the middle.
        """
        headers = {"x-request-id": request_id.get() or ""}
        try:
            async with self._http.stream(method, path, headers=headers, **options) as response:
                if response.is_error:
                    await response.aread()
                    raise error_from(response)
                async for piece in response.aiter_bytes():
                    yield piece
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> Unavailable:
        what = f"{self.service} does not answer at {self._http.base_url} ({type(error).__name__})."
        return Unavailable(what, hint="Is the stack running? Start it with: anselm up")


def error_from(response: httpx.Response) -> AnselmError:
    """The error that a service sent, as the class that it raised."""
    try:
        detail = response.json()["error"]
        return from_code(detail["code"])(detail["message"], hint=detail.get("hint"))
    except (ValueError, KeyError, TypeError):
        return AnselmError(f"{response.request.url} answered {response.status_code}.")


def _given(params: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in params.items() if value is not None}
