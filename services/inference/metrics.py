"""What the gateway counts. Labels are names of ours: never a text, a person or a conversation."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.inference.backends.base import Usage
from shared.errors import AnselmError

#: Seconds: from a warm GPU's first token to a queue on one CPU core.
SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120)


class Metrics:
    """The gateway's own metrics, beside those that every service has."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "anselm_inference_requests_total",
            "Chat completions by how they ended: stop, length, disconnected, or an error's code",
            ["persona", "outcome"],
            registry=registry,
        )
        self.tokens = Counter(
            "anselm_inference_tokens_total", "Tokens read and written", ["persona", "kind"], registry=registry
        )
        self.first_token = Histogram(
            "anselm_inference_first_token_seconds",
            "From request to first text",
            ["persona"],
            buckets=SECONDS,
            registry=registry,
        )
        self.reply = Histogram(
            "anselm_inference_reply_seconds",
            "From request to the end of the reply",
            ["persona"],
            buckets=SECONDS,
            registry=registry,
        )
        self.guard_hits = Counter(
            "anselm_inference_guard_hits_total", "Guards that acted", ["guard"], registry=registry
        )
        self.retrieval_failures = Counter(
            "anselm_inference_retrieval_failures_total",
            "Replies written without the context they asked for",
            registry=registry,
        )
        self.memory_failures = Counter(
            "anselm_inference_memory_failures_total",
            "Turns that could not be queued to be remembered",
            registry=registry,
        )
        self.route_changes = Counter(
            "anselm_inference_route_changes_total",
            "Changes of adapter by result",
            ["persona", "result"],
            registry=registry,
        )
        self.in_flight = Gauge("anselm_inference_in_flight", "Replies being written or awaited", registry=registry)

    @contextmanager
    def request(self, persona: str) -> Iterator[Observed]:
        """Observe one chat completion, however it ends."""
        seen = Observed(self, persona)
        try:
            yield seen
        except AnselmError as error:
            seen.outcome = error.code
            raise
        finally:
            self.requests.labels(persona, seen.outcome).inc()
            self.reply.labels(persona).observe(time.perf_counter() - seen.began)


class Observed:
    """A chat completion under way. Until it ends otherwise, the client is taken to have left."""

    def __init__(self, metrics: Metrics, persona: str) -> None:
        self._metrics = metrics
        self._persona = persona
        self._silent = True
        self.began = time.perf_counter()
        self.outcome = "disconnected"

    def text(self) -> None:
        if self._silent:
            self._silent = False
            self._metrics.first_token.labels(self._persona).observe(time.perf_counter() - self.began)

    def ended(self, guard: str | None, finish_reason: str, usage: Usage) -> None:
        self.outcome = finish_reason
        if guard:
            self._metrics.guard_hits.labels(guard).inc()
        self._metrics.tokens.labels(self._persona, "prompt").inc(usage.prompt)
        self._metrics.tokens.labels(self._persona, "completion").inc(usage.completion)
