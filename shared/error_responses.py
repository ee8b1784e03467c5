"""Every error as the one shape that services send: OpenAI's, with a hint and the request id beside it."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException

from shared.errors import AnselmError, Invalid, NotFound, Unavailable
from shared.telemetry import request_id


def error_body(error: AnselmError) -> dict[str, Any]:
    """The error on the wire: ``{"error": {message, type, code, param, hint, request_id}}``."""
    detail = {"message": error.message, "type": error.code, "code": error.code, "param": None}
    return {"error": detail | {"hint": error.hint, "request_id": request_id.get()}}


def error_response(error: AnselmError, status: int | None = None) -> JSONResponse:
    """The whole response; ``status`` where it is another than the error's own."""
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
    return JSONResponse(error_body(error), status_code=status or error.status, headers=headers)


def add_error_handlers(app: FastAPI) -> None:
    """Answer the tree of errors, FastAPI's own and those of Redis in the common shape."""
    app.add_exception_handler(AnselmError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RedisError, _on_redis)


async def _on_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AnselmError)
    return error_response(error)


async def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
    return error_response(Invalid(f"The request is not valid: {problems}"))


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    kind = NotFound if error.status_code == 404 else Invalid if error.status_code < 500 else AnselmError
    response = error_response(kind(f"{request.method} {request.url.path}: {error.detail}."), error.status_code)
    response.headers.update(error.headers or {})
    return response


async def _on_redis(_: Request, __: Exception) -> JSONResponse:
    return error_response(Unavailable("Redis does not answer.", hint="Check REDIS_URL and that Valkey runs."))
