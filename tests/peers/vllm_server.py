"""A stand-in for vLLM's OpenAI server with run-time LoRA: its routes, status codes and error bodies, without a model.

What it says is a script; what it was asked, and which replies were broken off, is on record.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse


class ServerDies(Exception):
    """Raised by a script: the connection breaks off as if the process had been killed."""


async def echo(body: dict[str, Any]) -> AsyncIterator[str]:
    """The script unless another is set: the model's name, then the last message, word by word."""
    for word in f"{body['model']}: {body['messages'][-1]['content']}".split():
        yield word + " "


@dataclass
class FakeVllm:
    """Knows the adapters that were loaded since ``restart``; an adapter is a folder with ``adapter_config.json``."""

    base: str = "base"
    max_lora_rank: int = 32
    script: Callable[[dict[str, Any]], AsyncIterator[str]] = echo
    #: Awaited before a LoRA is loaded; loading a large one takes its time.
    loading: Callable[[], Any] | None = None
    loras: dict[str, str] = field(default_factory=dict)
    asked: list[dict[str, Any]] = field(default_factory=list)
    broken_off: int = 0
    finished: int = 0

    def restart(self) -> None:
        self.loras.clear()

    @property
    def app(self) -> FastAPI:
        app = FastAPI()
        app.get("/health")(self._health)
        app.get("/v1/models")(self._models)
        app.post("/v1/load_lora_adapter")(self._load)
        app.post("/v1/unload_lora_adapter")(self._unload)
        app.post("/v1/chat/completions", response_model=None)(self._chat)
        return app

    async def _health(self) -> Response:
        return Response()

    async def _models(self) -> dict[str, Any]:
        cards = [{"id": self.base, "object": "model", "root": self.base, "parent": None}]
        cards += [{"id": n, "object": "model", "root": p, "parent": self.base} for n, p in self.loras.items()]
        return {"object": "list", "data": cards}

    async def _load(self, request: Request) -> Response:
        body = await request.json()
        name, folder = body["lora_name"], Path(body["lora_path"])
        if self.loading is not None:
            await self.loading()
        if name in self.loras and not body.get("load_inplace"):
            return _error(400, "InvalidUserInput", f"The lora adapter '{name}' has already been loaded.")
        if not (folder / "adapter_config.json").is_file():
            return _error(404, "NotFoundError", f"Loading lora {name} failed: No adapter found for {folder}")
        rank = json.loads((folder / "adapter_config.json").read_text())["r"]
        if rank > self.max_lora_rank:
            what = f"LoRA rank {rank} is greater than max_lora_rank {self.max_lora_rank}."
            return _error(400, "BadRequestError", what)
        self.loras[name] = str(folder)
        return PlainTextResponse(f"Success: LoRA adapter '{name}' added successfully.")

    async def _unload(self, request: Request) -> Response:
        name = (await request.json())["lora_name"]
        if name not in self.loras:
            return _error(404, "NotFoundError", f"The lora adapter '{name}' cannot be found.")
        del self.loras[name]
        return PlainTextResponse(f"Success: LoRA adapter '{name}' removed successfully.")

    async def _chat(self, request: Request) -> Response:
        body = await request.json()
        if body["model"] != self.base and body["model"] not in self.loras:
            return _error(404, "NotFoundError", f"The model `{body['model']}` does not exist.")
        self.asked.append(body)
        return StreamingResponse(self._stream(body), media_type="text/event-stream")

    async def _stream(self, body: dict[str, Any]) -> AsyncIterator[str]:
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body["model"]}
        written, ended = 0, False
        try:
            yield _event(head, [_choice({"role": "assistant", "content": ""})])
            async for text in self.script(body):
                if written == body["max_tokens"]:
                    break
                written += 1
                yield _event(head, [_choice({"content": text})])
            reason = "length" if written == body["max_tokens"] else "stop"
            yield _event(head, [_choice({}, reason)])
            usage = {"prompt_tokens": 7, "completion_tokens": written, "total_tokens": 7 + written}
            yield _event(head, [], usage=usage)
            yield "data: [DONE]\n\n"
            ended = True
        finally:
            self.finished += ended
            self.broken_off += not ended


def _choice(delta: dict[str, str], reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": reason}


def _event(head: dict[str, Any], choices: list[dict[str, Any]], **more: Any) -> str:
    return f"data: {json.dumps(head | {'choices': choices} | more)}\n\n"


def _error(status: int, kind: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"message": message, "type": kind, "param": None, "code": status}}, status)


def write_adapter(folder: Path, rank: int = 16) -> Path:
    """A folder that the stand-in takes for an adapter."""
    folder.mkdir(parents=True)
    (folder / "adapter_config.json").write_text(json.dumps({"r": rank}))
    return folder


def saying(*parts: str, then: Exception | None = None) -> Callable[[dict[str, Any]], AsyncIterator[str]]:
    """A script of fixed parts; ``then`` is raised behind them."""

    async def script(_: dict[str, Any]) -> AsyncIterator[str]:
        for part in parts:
            yield part
        if then is not None:
            await asyncio.sleep(0)
            raise then

    return script


def endless(words: str = "word ", *, numbered: bool = True) -> Callable[[dict[str, Any]], AsyncIterator[str]]:
    """A script that goes on until somebody leaves."""

    async def script(_: dict[str, Any]) -> AsyncIterator[str]:
        number = 0
        while True:
            number += 1
            yield f"{words}{number} " if numbered else words
            await asyncio.sleep(0.01)

    return script
