"""All services behind one real socket, answering what a test says, and remembering what they were asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

Answer = Callable[["Request"], Any]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, str]
    body: bytes
    token: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Refusal:
    """An error as services send it."""

    status: int
    code: str
    message: str
    hint: str | None = None

    @property
    def body(self) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message, "hint": self.hint}}


@dataclass(frozen=True)
class Stream:
    """Server-sent events."""

    lines: list[str]


@dataclass(frozen=True)
class Raw:
    """Bytes as they are. ``cut``: the service goes away before the last of them."""

    content: bytes
    cut: bool = False


@dataclass
class FakeServices:
    """``routes`` maps "METHOD /path" to an answer, or to a function of the request."""

    url: str = ""
    routes: dict[str, Any] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def answer(self, request: Request) -> Any:
        self.requests.append(request)
        found = self.routes.get(
            f"{request.method} {request.path}", Refusal(404, "not_found", f"No {request.path} here.")
        )
        return found(request) if callable(found) else found

    def asked(self, method: str, path: str) -> list[Request]:
        return [request for request in self.requests if (request.method, request.path) == (method, path)]


@contextmanager
def serve() -> Iterator[FakeServices]:
    services = FakeServices()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            answer = services.answer(Request(self.command, parts.path, query, self._body(), token))
            status, kind, content = 200, "application/json", answer
            if isinstance(answer, Refusal):
                status, content = answer.status, answer.body
            if isinstance(answer, Raw):
                raw = answer.content
            elif isinstance(answer, Stream):
                kind, raw = "text/event-stream", "".join(f"data: {line}\n\n" for line in answer.lines).encode()
            else:
                raw = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(raw) + (isinstance(answer, Raw) and answer.cut)))
            self.end_headers()
            self.wfile.write(raw)
            self.close_connection = isinstance(answer, Raw) and answer.cut

        do_GET = do_POST = do_PUT = do_DELETE = handle_one  # noqa: N815

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    services.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield services
    finally:
        server.shutdown()
        server.server_close()
