"""The edge on a real socket: what is written arrives at once, and who leaves is noticed."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
import uvicorn
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import SecretStr

from cli.stack import ports
from shared.http import make_app
from shared.settings import Settings
from shared.waiting import wait_until

TOKEN = "token-of-the-tests"


@dataclass
class Endpoint:
    """A stream of two pieces with a gap that the test ends; it says when its reader left."""

    go_on: threading.Event = field(default_factory=threading.Event)
    left: threading.Event = field(default_factory=threading.Event)
    fail: bool = False

    def router(self) -> APIRouter:
        router = APIRouter()

        @router.get("/v1/stream")
        async def stream() -> StreamingResponse:
            return StreamingResponse(self.pieces(), media_type="text/event-stream")

        @router.get("/v1/short")
        async def short() -> str:
            return "short"

        return router

    async def pieces(self) -> AsyncIterator[str]:
        try:
            yield "data: first\n\n"
            while not self.go_on.is_set():
                await asyncio.sleep(0.01)
            if self.fail:
                raise ValueError("what somebody wrote")
            yield "data: last\n\n"
        except asyncio.CancelledError:
            self.left.set()
            raise


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def asking(endpoint: Endpoint) -> Iterator[httpx.Client]:
    port = ports.free_port()
    app = make_app(
        "tested", Settings(_env_file=None, service_token=SecretStr(TOKEN)), routers=[endpoint.router()], ready={}
    )
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started, seconds=60, what="the server")
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        yield client
    endpoint.go_on.set()
    server.should_exit = True
    thread.join()


def test_a_piece_arrives_before_the_next_is_written(asking: httpx.Client, endpoint: Endpoint) -> None:
    with asking.stream("GET", "/v1/stream") as answer:
        lines = answer.iter_lines()
        assert next(lines) == "data: first"
        endpoint.go_on.set()
        assert [line for line in lines if line] == ["data: last"]


def test_a_reader_that_leaves_ends_the_stream(asking: httpx.Client, endpoint: Endpoint) -> None:
    with asking.stream("GET", "/v1/stream") as answer:
        assert next(answer.iter_lines()) == "data: first"
    assert endpoint.left.wait(10)
    assert asking.get("/v1/short").json() == "short"


def test_a_stream_that_breaks_is_cut_not_ended(
    asking: httpx.Client, endpoint: Endpoint, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint.fail = True
    with asking.stream("GET", "/v1/stream") as answer:
        lines = answer.iter_lines()
        next(lines)
        endpoint.go_on.set()
        with pytest.raises(httpx.RemoteProtocolError):
            list(lines)
    wait_until(lambda: asking.get("/v1/short").status_code == 200, seconds=60, what="the next answer")
    assert "somebody" not in capsys.readouterr().err


def test_headers_come_at_once(asking: httpx.Client) -> None:
    asking.get("/v1/short")
    took = []
    for _ in range(50):
        began = time.perf_counter()
        asking.get("/v1/short")
        took.append(time.perf_counter() - began)
    assert sorted(took)[25] < 0.05


def test_a_long_upload_without_a_token_is_answered(asking: httpx.Client) -> None:
    answer = httpx.post(asking.base_url.join("/v1/stream"), content=iter([bytes(1 << 20)] * 64))
    assert answer.status_code == 401
