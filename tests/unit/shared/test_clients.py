from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from shared.clients.base import ATTEMPTS, Client
from shared.clients.inference import InferenceClient
from shared.clients.ingest import IngestClient
from shared.contracts.base import ChatMessage
from shared.contracts.inference import ChatExtension
from shared.errors import AnselmError, NotFound, Unavailable
from tests.unit.shared.apps import TOKEN, settings

Answer = Callable[[httpx.Request], httpx.Response]
JOB = {"id": "j1", "kind": "import", "state": "running", "updated_at": 1.0}


@pytest.fixture(autouse=True)
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waiting costs no time here; how long it would have been is kept."""
    taken: list[float] = []

    async def nap(seconds: float) -> None:
        taken.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", nap)
    return taken


class Peer:
    """Refuses the first connections, then answers."""

    def __init__(self, refusals: int, answer: httpx.Response) -> None:
        self.refusals, self.answer, self.asked = refusals, answer, 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.asked <= self.refusals:
            raise httpx.ConnectError("refused", request=request)
        return self.answer


async def test_a_question_is_repeated(naps: list[float]) -> None:
    peer = Peer(2, httpx.Response(200, json=JOB))
    async with Client(settings(), "http://x", httpx.MockTransport(peer)) as client:
        assert (await client.job("j1")).id == "j1"
    assert peer.asked == 3
    assert naps == sorted(naps)
    assert len(naps) == 2


async def test_in_the_end_a_service_that_does_not_answer_is_unavailable() -> None:
    peer = Peer(99, httpx.Response(200))
    async with Client(settings(), "http://x", httpx.MockTransport(peer)) as client:
        with pytest.raises(Unavailable, match="anselm up"):
            await client.job("j1")
    assert peer.asked == ATTEMPTS


async def test_what_changes_something_is_sent_once() -> None:
    peer = Peer(1, httpx.Response(200, json=[]))
    async with IngestClient(settings(), httpx.MockTransport(peer)) as client:
        with pytest.raises(Unavailable):
            await client.forget("user_1a2b")
        assert peer.asked == 1
        peer.asked, peer.refusals = 0, 1
        with pytest.raises(Unavailable):
            await client.revoke("user_1a2b")
    assert peer.asked == 1


async def test_an_answered_error_is_not_repeated() -> None:
    body = {"error": {"message": "There is no job 'j1'.", "code": "not_found", "hint": None}}
    peer = Peer(0, httpx.Response(404, json=body))
    async with Client(settings(), "http://x", httpx.MockTransport(peer)) as client:
        with pytest.raises(NotFound, match="no job"):
            await client.job("j1")
    assert peer.asked == 1


@pytest.mark.parametrize("body", [b"<html>Bad gateway</html>", b'{"error": "text"}', b'{"error": {}}', b"[]", b""])
async def test_an_answer_from_something_else_is_an_error_with_its_status(body: bytes) -> None:
    peer = Peer(0, httpx.Response(502, content=body))
    async with Client(settings(), "http://x", httpx.MockTransport(peer)) as client:
        with pytest.raises(AnselmError, match="502"):
            await client.job("j1")


async def test_every_call_carries_the_token() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        return httpx.Response(200, json=JOB)

    async with Client(settings(), "http://x", httpx.MockTransport(answer)) as client:
        await client.job("j1")


@pytest.mark.parametrize(
    ("answer", "ready", "missing"),
    [
        (httpx.Response(200, json={"service": "x", "ready": True, "missing": {}}), True, {}),
        (httpx.Response(503, json={"service": "x", "ready": False, "missing": {"redis": "x"}}), False, {"redis": "x"}),
    ],
)
async def test_readiness_is_the_services_own_word(answer: httpx.Response, ready: bool, missing: dict[str, str]) -> None:
    async with Client(settings(), "http://x", httpx.MockTransport(Peer(0, answer))) as client:
        assert await client.readiness() == {"ready": ready, "missing": missing}


async def test_readiness_of_one_that_refuses_or_is_gone_says_why() -> None:
    refusal = httpx.Response(401, json={"error": {"message": "The token is wrong.", "code": "unauthorized"}})
    async with Client(settings(), "http://x", httpx.MockTransport(Peer(0, refusal))) as client:
        assert await client.readiness() == {"ready": False, "missing": {"service": "The token is wrong."}}
    async with Client(settings(), "http://x", httpx.MockTransport(Peer(9, refusal))) as client:
        assert await client.readiness() == {"ready": False, "missing": {"service": "does not answer"}}


async def test_an_upload_streams_the_file(tmp_path: Path) -> None:
    file = tmp_path / "result.json"
    file.write_bytes(b"x" * 3_000_000)
    got: dict[str, object] = {}

    async def answer(request: httpx.Request) -> httpx.Response:
        got.update(request.url.params, length=len(await request.aread()), declared="content-length" in request.headers)
        report = {"id": "i1", "state": "queued", "filename": "result.json", "owner": None, "report": {}}
        return httpx.Response(200, json=report | {"created_at": "2026-01-01T00:00:00Z"})

    async with IngestClient(settings(), httpx.MockTransport(answer)) as client:
        assert (await client.upload(file, consent=True)).id == "i1"
    assert got == {"filename": "result.json", "consent": "true", "length": 3_000_000, "declared": False}


def stream_of(*lines: str) -> httpx.Response:
    return httpx.Response(200, text="".join(f"{line}\n\n" for line in lines))


async def test_a_reply_streams_in_pieces() -> None:
    answer = stream_of(
        'data: {"id": "c1", "choices": [{"delta": {"role": "assistant"}}]}',
        'data: {"id": "c1", "choices": [{"delta": {"content": "Ah"}}]}',
        'data: {"id": "c1", "choices": [], "anselm": {"persona": "anselm", "adapter": "anselm-v7", "examples": 3}}',
        "data: [DONE]",
    )
    async with InferenceClient(settings(), httpx.MockTransport(Peer(0, answer))) as client:
        message = ChatMessage(role="user", content="hello")
        pieces = [piece async for piece in client.stream("anselm", [message], ChatExtension())]
    assert "".join(piece.text for piece in pieces) == "Ah"
    assert pieces[-1].answer is not None
    assert pieces[-1].answer.adapter == "anselm-v7"


async def test_an_error_in_the_middle_of_a_stream_is_raised() -> None:
    answer = stream_of(
        'data: {"id": "c1", "choices": [{"delta": {"content": "Ah"}}]}',
        'data: {"error": {"message": "The model server does not answer.", "code": "unavailable"}}',
    )
    async with InferenceClient(settings(), httpx.MockTransport(Peer(0, answer))) as client:
        with pytest.raises(Unavailable):
            async for _ in client.stream("anselm", [], ChatExtension()):
                pass
