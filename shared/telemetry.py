"""Structured logs without secrets or message text, and the request id that ties them together."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterable, Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any, TextIO

import structlog

from shared.errors import AnselmError

#: Id of the request being served; sent along on every call to another service.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

#: What the caller of the request being served calls itself; ``system`` where no request is.
caller: ContextVar[str] = ContextVar("caller", default="system")

#: Keys that may hold what somebody wrote, or what opens a door. Their values never reach a log.
PRIVATE_KEYS = frozenset(
    {"text", "message", "messages", "content", "reply", "context", "chosen", "rejected", "prompt", "query"}
    | {"token", "password", "secret", "authorization", "api_key", "api_hash", "phone", "session", "code"}
)

#: Libraries that say which path or chat they are at, and those are names.
TALKATIVE = ("uvicorn.access", "httpx", "httpcore", "aiogram.utils.chat_action")

#: Shorter secrets are not looked for in logs: they would blank half of the words.
SHORTEST_SECRET = 8


def redact(_: Any, __: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """Replace the value of every private key by its length, at any depth; a structlog processor."""
    return {
        key: f"<{len(str(value))} characters>" if key in PRIVATE_KEYS else _inner(value) for key, value in event.items()
    }


def _inner(value: Any) -> Any:
    if isinstance(value, dict):
        return redact(None, "", value)
    return type(value)(map(_inner, value)) if type(value) in (list, tuple) else value


def add_request_id(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    if (current := request_id.get()) is not None:
        event.setdefault("request_id", current)
    return event


def describe_exception(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replace ``exc_info`` by the types and places of its chain.

    What an exception of a library says may quote what somebody wrote; only the project's own errors are repeated.
    """
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = [_described(link) for link in _chain(error)]
    return event


def without_words(error: BaseException) -> str:
    """A traceback of types and places, one a line. Unlike Python's own it quotes no value, which may be somebody's."""
    lines = []
    for link in reversed(_chain(error)):
        told = _described(link)
        lines += [f"Traceback: {told['type']}{': ' + told['said'] if 'said' in told else ''}"]
        lines += [f"  {place}" for place in told["at"]]
    return "\n".join(lines)


def leave_words_out() -> None:
    """Let errors that nobody catches, in any thread, be told by :func:`without_words`."""
    sys.excepthook = lambda _, error, __: print(without_words(error), file=sys.stderr, flush=True)
    threading.excepthook = lambda failed: print(without_words(failed.exc_value or SystemExit()), file=sys.stderr)


def _chain(error: BaseException | None) -> list[BaseException]:
    links: list[BaseException] = []
    while error is not None and error not in links:
        links.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return links


def _described(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)
    said = {"said": str(error)} if isinstance(error, AnselmError) else {}
    return {"type": type(error).__name__, **said, "at": [f"{f.filename}:{f.lineno} {f.name}" for f in frames]}


def configure_logging(service: str, level: str = "info", secrets: Iterable[str] = ()) -> None:
    """JSON lines on standard error, for the project's own logs and for the libraries' alike.

    Args:
        secrets: passwords and tokens, which are cut out wherever they appear, also in a library's words.
    """
    hidden = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]

    def add_service(_: Any, __: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
        return {"service": service, **event}

    def render(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
        line = str(structlog.processors.JSONRenderer(ensure_ascii=False)(None, "", event))
        for secret in hidden:
            line = line.replace(secret, "<secret>")
        return line

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        add_service,
        add_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, describe_exception, render],
    )
    handler = _StandardError()
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for talkative in TALKATIVE:
        logging.getLogger(talkative).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is now, not to what it was when logging was configured."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def logger(name: str) -> Any:
    """The logger of a module; events are short snake_case names with key-value details."""
    return structlog.get_logger(name)
