"""Structured logs without secrets or message text, and the request id that ties them together."""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar
from typing import Any

import structlog

#: Id of the request being served; sent along on every call to another service.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

#: Keys that may hold what somebody wrote, or what opens a door. Their values never reach a log.
PRIVATE_KEYS = frozenset(
    "text message messages content reply context chosen rejected prompt query token password secret authorization "
    "api_key api_hash phone session code".split()
)


def redact(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """Replace the value of every private key by its length; a structlog processor."""
    for key in event.keys() & PRIVATE_KEYS:
        event[key] = f"<{len(str(event[key]))} characters>"
    return event


def add_request_id(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    if (current := request_id.get()) is not None:
        event.setdefault("request_id", current)
    return event


def configure_logging(service: str, level: str = "info") -> None:
    """JSON lines on standard error, for the project's own logs and for the libraries' alike."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        add_request_id,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        redact,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in ("uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)


def logger(name: str) -> Any:
    """The logger of a module; events are short snake_case names with key-value details."""
    return structlog.get_logger(name)
