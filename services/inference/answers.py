"""A reply as an HTTP response: one JSON object, or server-sent events. What was delivered is remembered afterwards."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.background import BackgroundTask

from services.inference import wire
from services.inference.backends.base import Sampling
from services.inference.chat import Chat, End, Part, Question
from services.inference.routing import Live
from services.inference.settings import InferenceSettings
from shared.contracts.base import ChatMessage
from shared.error_responses import error_body
from shared.errors import AnselmError
from shared.telemetry import logger

log = logger(__name__)

SYSTEM_LEFT_OUT = "system messages were left out: a persona has its own"


async def whole(chat: Chat, body: wire.ChatRequest) -> Response:
    """The reply in one piece, or the error instead of it."""
    question = as_question(body, chat.settings)
    async with aclosing(chat.reply(question)) as parts:
        envelope = _envelope(question, await anext(parts))
        text, end = "", None
        async for part in parts:
            if isinstance(part, End):
                end = part
            else:
                text += str(part)
    assert end is not None
    content = envelope.completion(text, end.finish_reason, end.usage, end.answer)
    return JSONResponse(content, background=_remembering(chat, [end]))


async def streamed(chat: Chat, body: wire.ChatRequest) -> Response:
    """The reply as it is written. Answered with the first text, so that what fails before it is an error by status."""
    question = as_question(body, chat.settings)
    parts = chat.reply(question)
    envelope = _envelope(question, await anext(parts))
    first = await anext(parts)
    delivered: list[End] = []
    events = _events(envelope, first, parts, body.include_usage, delivered)
    return StreamingResponse(events, media_type="text/event-stream", background=_remembering(chat, delivered))


def as_question(body: wire.ChatRequest, settings: InferenceSettings) -> Question:
    """What is asked, with the settings' values where the request leaves them open."""
    turns = [ChatMessage(role=m.role, content=m.text) for m in body.messages if m.role in ("user", "assistant")]
    warnings = [SYSTEM_LEFT_OUT] if len(turns) < len(body.messages) else []
    if body.ignored:
        warnings.append(f"left out, without effect here: {', '.join(body.ignored)}")
    wanted = body.max_completion_tokens or body.max_tokens or settings.reply_max_tokens
    sampling = Sampling(
        temperature=settings.reply_temperature if body.temperature is None else body.temperature,
        top_p=settings.reply_top_p if body.top_p is None else body.top_p,
        repetition_penalty=settings.reply_repetition_penalty,
        max_tokens=min(wanted, settings.reply_max_tokens_limit),
        stop=body.stops,
        seed=body.seed,
    )
    return Question(
        id=f"chatcmpl-{uuid.uuid4().hex}",
        persona=body.model,
        message=turns[-1].content,
        history=tuple(turns[:-1]),
        sampling=sampling,
        extension=body.anselm,
        warnings=tuple(warnings),
    )


async def _events(
    envelope: wire.Envelope,
    first: Part,
    rest: AsyncGenerator[Part, None],
    include_usage: bool,
    delivered: list[End],
) -> AsyncIterator[str]:
    yield wire.event(envelope.delta("", first=True))
    try:
        async with aclosing(rest):
            async for part in _with_first(first, rest):
                if isinstance(part, End):
                    for chunk in envelope.closing(
                        part.finish_reason, part.usage, part.answer, include_usage=include_usage
                    ):
                        yield wire.event(chunk)
                    delivered.append(part)
                else:
                    yield wire.event(envelope.delta(str(part), first=False))
    except AnselmError as error:
        yield wire.event(error_body(error))
    except Exception:
        log.exception("reply_broken")
        yield wire.event(error_body(AnselmError("Something went wrong here; the log has it.")))
    yield wire.DONE


async def _with_first(first: Part, rest: AsyncIterator[Part]) -> AsyncIterator[Part]:
    yield first
    async for part in rest:
        yield part


def _envelope(question: Question, live: Part) -> wire.Envelope:
    assert isinstance(live, Live)
    return wire.Envelope(question.id, int(time.time()), live.route.persona, live.route.adapter)


def _remembering(chat: Chat, delivered: list[End]) -> BackgroundTask:
    """Runs after the last byte was sent, also after a client left: ``delivered`` has only what reached its end."""

    async def remember() -> None:
        for end in delivered:
            if end.turn is not None:
                await chat.memory.remember(end.turn)

    return BackgroundTask(remember)
