"""OpenAI's API, with personas as its models."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from services.inference import answers, wire
from services.inference.admission import RETRY_AFTER
from services.inference.chat import Chat
from services.inference.connection import ClientLeft, while_connected
from shared.error_responses import error_response
from shared.errors import TooManyRequests

router = APIRouter(prefix="/v1", tags=["openai"])

#: Nobody reads it; the log and the metrics do.
CLIENT_LEFT = 499


@router.get("/models")
async def models(request: Request) -> dict[str, Any]:
    """Every persona that can speak."""
    chat: Chat = request.app.state.chat
    return {"object": "list", "data": [wire.model_body(live) for live in chat.router.personas()]}


@router.get("/models/{persona}")
async def model(persona: str, request: Request) -> dict[str, Any]:
    chat: Chat = request.app.state.chat
    return wire.model_body(await chat.router.find(persona))


@router.post("/chat/completions")
async def chat_completions(body: wire.ChatRequest, request: Request) -> Response:
    """A persona's reply, whole or streamed."""
    chat: Chat = request.app.state.chat
    answer = answers.streamed if body.stream else answers.whole
    try:
        return await while_connected(request, answer(chat, body))
    except ClientLeft:
        return Response(status_code=CLIENT_LEFT)
    except TooManyRequests as error:
        refusal = error_response(error)
        refusal.headers["Retry-After"] = str(RETRY_AFTER)
        return refusal
