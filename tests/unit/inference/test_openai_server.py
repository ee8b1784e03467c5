"""What a model server sends, as the gateway takes it."""

from __future__ import annotations

import httpx

from services.inference.backends.openai_server import OpenAIServer

CHUNK = 'data: {"choices": [{"delta": {"content": "a\\u0000b"}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'


async def test_text_that_no_database_can_store_is_not_let_in() -> None:
    server = OpenAIServer("http://model", transport=httpx.MockTransport(lambda _: httpx.Response(200, text=CHUNK)))
    assert [piece.text async for piece in server.complete({"stream": True})] == ["ab"]
    await server.close()
