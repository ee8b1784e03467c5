"""OpenAI's chat completions on the wire: what the gateway takes of a request, and the shapes that it answers in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.inference.backends.base import Usage
from services.inference.routing import Live
from shared.contracts.inference import AnswerExtension, ChatExtension

#: Fields that would change what an answer is. The rest that is unknown here is left out, with a warning in the answer.
UNSUPPORTED = ("tools", "functions", "function_call", "audio", "logprobs", "prediction", "web_search_options")

#: Fields that change nothing about a reply.
HARMLESS = frozenset({"user", "metadata", "store", "service_tier", "n", "parallel_tool_calls", "tool_choice"})

#: Turns of a request; more than any prompt holds.
MOST_MESSAGES = 500


class TextPart(BaseModel):
    type: Literal["text"]
    text: str


class Message(BaseModel):
    """One turn. ``developer`` is OpenAI's later name of ``system``."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[TextPart]

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else "\n".join(part.text for part in self.content)


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatRequest(BaseModel):
    """A chat completion as OpenAI's clients send it, with the ``anselm`` extension."""

    model_config = ConfigDict(extra="allow")

    model: str
    messages: list[Message] = Field(min_length=1, max_length=MOST_MESSAGES)
    stream: bool = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = Field(default=None, ge=0, lt=2**63)
    stop: str | Annotated[list[Annotated[str, StringConstraints(min_length=1)]], Field(max_length=4)] | None = None
    anselm: ChatExtension = ChatExtension()

    @model_validator(mode="after")
    def _answerable(self) -> Self:
        given = self.model_extra or {}
        if asked := [name for name in UNSUPPORTED if given.get(name)]:
            raise ValueError(f"{', '.join(asked)}: a persona writes text and nothing else")
        if given.get("n") not in (None, 1):
            raise ValueError("n: a persona gives one reply at a time")
        if (given.get("response_format") or {"type": "text"}) != {"type": "text"}:
            raise ValueError("response_format: a persona writes text")
        if self.messages[-1].role != "user":
            raise ValueError("messages: the last one must be the user's")
        return self

    @property
    def ignored(self) -> list[str]:
        """Names of the fields that were given but have no effect."""
        extra = self.model_extra or {}
        return sorted(k for k, v in extra.items() if v and k not in HARMLESS and k != "response_format")

    @property
    def stops(self) -> tuple[str, ...]:
        return () if self.stop is None else (self.stop,) if isinstance(self.stop, str) else tuple(self.stop)

    @property
    def include_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage


@dataclass(frozen=True)
class Envelope:
    """What every part of one answer repeats."""

    id: str
    created: int
    model: str
    adapter: str

    def completion(self, text: str, finish_reason: str, usage: Usage | None, answer: AnswerExtension) -> dict[str, Any]:
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": None}
        return self._head("chat.completion") | {
            "choices": [choice],
            "usage": usage_body(usage),
            "anselm": answer.model_dump(mode="json"),
        }

    def delta(self, text: str, *, first: bool) -> dict[str, Any]:
        delta = ({"role": "assistant"} if first else {}) | {"content": text}
        return self._chunk([{"index": 0, "delta": delta, "finish_reason": None}])

    def closing(
        self, finish_reason: str, usage: Usage | None, answer: AnswerExtension, *, include_usage: bool
    ) -> list[dict[str, Any]]:
        """The last chunks: the reason it ended, then the usage if it was asked for; the very last has the extension."""
        chunks = [self._chunk([{"index": 0, "delta": {}, "finish_reason": finish_reason}])]
        if include_usage:
            chunks.append(self._chunk([]) | {"usage": usage_body(usage)})
        chunks[-1]["anselm"] = answer.model_dump(mode="json")
        return chunks

    def _chunk(self, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return self._head("chat.completion.chunk") | {"choices": choices}

    def _head(self, kind: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": kind,
            "created": self.created,
            "model": self.model,
            "system_fingerprint": self.adapter,
        }


def usage_body(usage: Usage | None) -> dict[str, int] | None:
    if usage is None:
        return None
    total = usage.prompt + usage.completion
    return {"prompt_tokens": usage.prompt, "completion_tokens": usage.completion, "total_tokens": total}


def model_body(live: Live) -> dict[str, Any]:
    """A persona as a model: ``parent`` is the base model under its adapter."""
    return {
        "id": live.route.persona,
        "object": "model",
        "created": live.since,
        "owned_by": "anselm",
        "parent": live.route.base_model,
        "adapter": live.route.adapter,
    }


def event(data: dict[str, Any]) -> str:
    """A server-sent event."""
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"


DONE = "data: [DONE]\n\n"
